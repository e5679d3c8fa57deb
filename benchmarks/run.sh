#!/usr/bin/env bash
# Measures the runner side by side with a bare hyper server and prints a report: run.sh [--record]
#
# With --record the report also goes to benchmarks/results/YYYY-MM-DD-COMMIT.md. README.md says how to read it.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

SERVER_CORE=1
CLIENT_CORE=0
app=examples/people
work=target/benchmarks
measure=target/release/measure
runner="target/release/modus-runner $work/people.cwasm --host 127.0.0.1 --port {port}"
hello="target/release/hello {port}"
servers=(--runner "$runner" --hello "$hello" --server-core "$SERVER_CORE" --client-core "$CLIENT_CORE")

die() { echo "run.sh: $*" >&2; exit 1; }
say() { echo "run.sh: $*" >&2; }

build() {
  local crate
  # Each by itself, see scripts/each-crate.sh. Built here, so that no old binary is measured.
  scripts/build-runner.sh --release >&2
  for crate in modusc hello measure values; do
    cargo build --locked --release -p "$crate" >&2
  done
  scripts/build-guest.sh "$app" "$work/app/people.wasm"
  cp "$app/modus.json" "$work/app/"
  target/release/modusc "$work/app/people.wasm" -o "$work/people.cwasm" >&2
}

load_average() { cut -d' ' -f1-3 /proc/loadavg; }

# The builds themselves are load. On a machine that stays busy the report shows it.
wait_for_quiet() {
  local tries
  for tries in $(seq 24); do
    if awk '$1 < 0.5 { quiet = 1 } END { exit !quiet }' /proc/loadavg; then return; fi
    [ "$tries" != 1 ] || say "waiting for the machine to become quiet, at most two minutes"
    sleep 5
  done
  say "the machine is busy ($(load_average)): trust the ratios only"
}

commit() { git rev-parse --short HEAD 2>/dev/null || echo uncommitted; }

changes() {
  [ -z "$(git status --porcelain 2>/dev/null)" ] || echo ", with uncommitted changes"
}

processor() { sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1; }

machine() {
  cat <<TEXT
# Benchmarks of $(date -u +%F)

| | |
|---|---|
| date | $(date -u '+%F %H:%M') UTC |
| commit | $(commit)$(changes) |
| processor | $(processor), $(nproc) cores |
| memory | $(awk '/^MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo) |
| kernel | $(uname -sr) |
| tools | $(rustc --version), wrk $(dpkg-query -W -f '${Version}' wrk 2>/dev/null || echo "of unknown version") |
| load average before | $(load_average) |
| placement | server on core $SERVER_CORE, client or wrk on core $CLIENT_CORE |
| app | \`$app\`, wasm $(stat -c %s "$work/app/people.wasm") bytes, artifact $(stat -c %s "$work/people.cwasm") bytes |
| request | \`POST /graphql\` with \`{"query":"{ sayHello }"}\` |

    runner   $runner
    hello    $hello

Ratios are runner over hello. How to read this: [benchmarks/README.md](../README.md).
TEXT
}

section() { # TITLE SUBCOMMAND
  say "$2"
  printf '\n## %s\n\n`measure %s`: ' "$1" "$2"
  "$measure" "$2" "${servers[@]}"
}

values() {
  say values
  cat <<TEXT

## Values

Through a function that answers its argument, both ways: into a fresh instance, and into one that is kept. serde_json: the
same data read from JSON into a Rust struct and written again. Minimum / median of 40 rounds.

TEXT
  MODUSC_BIN_DIR=target/release taskset -c "$SERVER_CORE" target/release/values
}

report() {
  machine
  section "Cold start" cold
  section "Memory" memory
  section "Throughput" throughput
  values
}

record=
case "${1:-}" in
  "") ;;
  --record) record=1 ;;
  *) die "usage: run.sh [--record]" ;;
esac
command -v wrk >/dev/null || die "wrk is missing: run scripts/setup-toolchains.sh"
[ "$(nproc)" -ge 2 ] || die "two cores are needed, one for the server and one for the client"

mkdir -p "$work/app"
build
wait_for_quiet
report | tee "$work/report.md"
if [ -n "$record" ]; then
  # Copied when complete: a run that failed half-way leaves no record.
  mkdir -p benchmarks/results
  result="benchmarks/results/$(date -u +%F)-$(commit).md"
  cp "$work/report.md" "$result"
  say "recorded in $result"
fi
