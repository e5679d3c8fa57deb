#!/usr/bin/env bash
# Finds out which functions of the runner run before and during the first answer: order-runner.sh [--check]
#
# Writes runner/startup.order, by which scripts/build-runner.sh --release lays them side by side. To be run again when much
# of the start or of the dependencies has changed: names hold a hash of the compiler and of the versions, and those that
# are out of date are merely without effect. --check says how many are, and fails if they are more than a tenth.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh

ORDER=runner/startup.order
PORT=18686
work=target/order
runner=target/release/modus-runner

# The server under valgrind.
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT

die() { echo "order-runner.sh: $*" >&2; exit 1; }

case "${1:-}" in
  "" | --check) ;;
  *) die "usage: order-runner.sh [--check]" ;;
esac

functions() { nm --defined-only "$runner" | awk '$2 ~ /[tTwWi]/ { print $3 }' | sort -u; }

# Answers a query as soon as the server does.
ask() { # QUERY
  local tries
  for tries in $(seq 200); do
    if curl -sf -m 20 -H 'Content-Type: application/json' -d "{\"query\":\"$1\"}" "localhost:$PORT/graphql"; then
      return
    fi
    sleep 0.1
  done
  die "no answer to $1 after $tries tries"
}

# The functions that ran, as valgrind names them, from the start to some time after the first answer.
ran() { # ARTIFACT QUERY
  local out="$work/callgrind.out" answer
  valgrind --tool=callgrind --demangle=no --callgrind-out-file="$out" --log-file="$work/valgrind.log" \
    "$runner" "$1" --host 127.0.0.1 --port "$PORT" --max-calls 4 2>"$work/runner.log" &
  server=$!
  answer="$(ask "$2")"
  [[ "$answer" == '{"data":'* ]] || die "unexpected answer: $answer"
  # The pool is made after the first answer, and calls are different from then on.
  sleep 2
  ask "$2" >/dev/null
  ! grep -q "No memory pool" "$work/runner.log" || die "no pool under valgrind"
  kill -TERM "$server"
  wait "$server" || true
  sed -n "s/^c\?fn=([0-9]*) //p" "$out" | sed "s/'[0-9]*\$//"
}

compile() { # FOLDER NAME
  scripts/build-guest.sh "$1" "$work/$2/app.wasm"
  echo '{"endpoints":{"default":{"type":"graphql","path":"/graphql","auth":"none"}}}' >"$work/$2/modus.json"
  target/release/modusc "$work/$2/app.wasm" -o "$work/$2.cwasm"
}

scripts/build-runner.sh --release -C strip=none

mkdir -p "$work"/{go,assemblyscript}
functions >"$work/functions"
if [ "${1:-}" = --check ]; then
  all="$(wc -l <"$ORDER")"
  stale="$(sort "$ORDER" | comm -23 - "$work/functions" | wc -l)"
  echo "$stale of $all functions of $ORDER are not in the runner"
  [ $((stale * 10)) -le "$all" ] || die "run scripts/order-runner.sh"
  exit
fi

command -v valgrind >/dev/null || die "valgrind is missing: run scripts/setup-toolchains.sh"
cargo build --locked --release -p modusc
compile examples/people go
compile benchmarks/values/guests/assemblyscript/values assemblyscript
{
  ran "$work/go.cwasm" '{ sayHello }'
  ran "$work/assemblyscript.cwasm" '{ echoText(v: \"x\") }'
} | sort -u >"$work/ran"
# In the order of their addresses, which keeps together what the compiler put together.
nm --defined-only --numeric-sort "$runner" | awk '$2 ~ /[tTwWi]/ { print $3 }' |
  awk 'NR == FNR { ran[$0] = 1; next } ($0 in ran) && !seen[$0]++' "$work/ran" - >"$ORDER.new"
mv "$ORDER.new" "$ORDER"
wc -l "$ORDER"
