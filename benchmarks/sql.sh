#!/usr/bin/env bash
# Measures one row of a PostgreSQL database: sql.sh [OPTION VALUE]...
#
# The same statement asked by an app in each language, and by a server in Rust. The options are those of `measure
# throughput`; prints a line of JSON for each figure. PostgreSQL and the client are on core 0, the servers on core 1.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh

work=target/benchmarks/sql
bin=target/release
mapfile -t languages < <(basename -s .sh scripts/languages/*.sh)

die() { echo "sql.sh: $*" >&2; exit 1; }

if [ -z "${BENCHMARKS_BUILT:-}" ]; then
  scripts/build-runner.sh --release >&2
  for crate in modusc measure native-sql; do
    cargo build --locked --release -p "$crate" >&2
  done
fi

installed="$(scripts/services/postgres.sh)"
{ read -r programs && read -r cluster; } <<<"$installed"
# The server refuses to run as root, and its folder has to be where its user may go.
as=()
[ "$(id -u)" != 0 ] || as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
home="$(mktemp -d)"
server=
finish() {
  [ -z "$server" ] || { kill -INT "$server" && wait "$server"; } 2>/dev/null || true
  rm -rf "$home"
}
trap finish EXIT
cp -a "$cluster" "$home/data"
[ "$(id -u)" != 0 ] || chown postgres "$home" "$home/data"
port="$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"
(cd / && exec taskset -c 0 "${as[@]}" "$programs/postgres" -D "$home/data" -p "$port" -h 127.0.0.1 -k "$home") \
  >"$home/log" 2>&1 &
server=$!
sql() { "$programs/psql" -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres -c "$1" >/dev/null; }
for attempt in $(seq 100); do
  if sql 'select 1' 2>/dev/null; then break; fi
  [ "$attempt" != 100 ] || { cat "$home/log" >&2; die "PostgreSQL does not start"; }
  sleep 0.1
done
sql "create table people (id int primary key, name text not null);
     insert into people select id, 'Person ' || id from generate_series(1, 1000) as id; analyze people"

servers=()
for language in "${languages[@]}"; do
  app="$work/$language"
  mkdir -p "$app"
  scripts/build-guest.sh "benchmarks/apps/$language/row" "$app/app.wasm"
  sed "s/:5432/:$port/" "benchmarks/apps/$language/row/modus.json" >"$app/modus.json"
  "$bin/modusc" "$app/app.wasm" -o "$app/app.cwasm" >&2
  name="$(sed -n 's/^NAME=//p' "scripts/languages/$language.sh")"
  servers+=(--server "runner, $name=$bin/modus-runner $app/app.cwasm --host 127.0.0.1 --port {port}")
done
database="postgresql://postgres@127.0.0.1:$port/postgres"
servers+=(--server "native, tokio-postgres=$bin/native-sql $database {port}")
# As many connections as the runner has.
servers+=(--server "native, a pool of 16=$bin/native-sql $database {port} 16")
"$bin/measure" throughput "${servers[@]}" --server-core 1 --client-core 0 --prefix "sql: " \
  --body '{"query":"{ personName(id: 7) }"}' --data '{"personName":"Person 7"}' "$@"
