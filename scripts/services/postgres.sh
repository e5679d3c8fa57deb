#!/usr/bin/env bash
# Installs PostgreSQL's server and PostGIS from Debian, and makes an empty cluster in the cache, once for each version. Prints
# the folder of its programs and that of the cluster, a line each.
#
# Tests copy the cluster and start `postgres` on the copy: tests/src/services/postgres.rs. The server refuses to run as root,
# so the cluster belongs to `postgres` where root runs this.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../install-once.sh"
POSTGRES_VERSION=15 # Debian 12's
RECIPE=1            # raise it when the steps below change

programs="/usr/lib/postgresql/$POSTGRES_VERSION/bin"

lock postgres
if [ ! -x "$programs/postgres" ] || [ ! -f "/usr/share/postgresql/$POSTGRES_VERSION/extension/postgis.control" ]; then
  echo "postgres: installing postgresql-$POSTGRES_VERSION with PostGIS" >&2
  # Without the cluster that the package makes and starts; the file is left as it is where there is one.
  settings=/etc/postgresql-common/createcluster.conf
  [ -e "$settings" ] || { as_root mkdir -p "${settings%/*}"; echo "create_main_cluster = false" | as_root tee "$settings" >/dev/null; }
  install_packages "postgresql-$POSTGRES_VERSION" "postgresql-$POSTGRES_VERSION-postgis-3"
fi

version="$("$programs/postgres" --version | tr -c 'A-Za-z0-9.\n' '-')"
home="$MODUSC_CACHE/postgres-$RECIPE-$(sha256sum <<<"$version" | cut -c1-16)"

if ! is_installed "$home"; then
  echo "postgres: making an empty cluster" >&2
  rm -rf "$home"
  # Where anybody may go, unlike the cache.
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  as=()
  if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chown postgres "$work"
  fi
  (cd / && "${as[@]}" "$programs/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --locale=C --no-sync) \
    >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  mkdir -p "$home"
  cp -a "$work/data" "$home/data"
  installed "$home"
fi
echo "$programs"
echo "$home/data"
