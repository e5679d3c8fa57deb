#!/usr/bin/env bash
# Measures the runner side by side with its peers and prints a report: run.sh [--quick] [--record]
#
# With --record the report goes to benchmarks/RESULTS.md, its plots to benchmarks/plots. --quick measures too little to
# be believed, to try the benchmarks themselves. README.md says what is measured and how to read it.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh
. benchmarks/peers.sh

SERVER_CORE=1
CLIENT_CORE=0
work=target/benchmarks
figures="$work/figures.jsonl"
measure=target/release/measure

die() { echo "run.sh: $*" >&2; exit 1; }
say() { echo "run.sh: $*" >&2; }

# Rounds in which all take part; in the others those that take long sit out.
full_run() {
  cold=(--rounds 40)
  memory=(--rounds 4)
  throughput=(--rounds 3 --seconds 3)
  compile=(--rounds 10)
  seldom=2    # throughput and memory: those that are slow
  seldomest=4 # cold: those that take tenths of a second
}

quick_run() {
  cold=(--rounds 4 --warm-up 1)
  memory=(--rounds 1 --requests 500)
  throughput=(--rounds 1 --seconds 1 --warm-up 1)
  compile=(--rounds 2)
  seldom=1
  seldomest=2
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

# What a run itself writes does not count.
changes() {
  [ -z "$(git status --porcelain -- . ':!benchmarks/RESULTS.md' ':!benchmarks/plots' 2>/dev/null)" ] ||
    echo ", with uncommitted changes"
}

processor() { sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1; }

machine() {
  cat <<TEXT
# Results

Made by \`benchmarks/run.sh --record\`; [README.md](README.md) says what is measured and how to read it.

| | |
|---|---|
| date | $(date -u '+%F %H:%M') UTC |
| commit | $(commit)$(changes) |
| processor | $(processor), $(nproc) cores |
| memory | $(awk '/^MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo) |
| kernel | $(uname -sr) |
| tools | $(rustc --version), $(go version | cut -d' ' -f3), Node $(node --version), wrk $(dpkg-query -W -f '${Version}' wrk 2>/dev/null || echo "of unknown version") |
| load average before | $(load_average) |
| placement | servers on core $SERVER_CORE, client or wrk on core $CLIENT_CORE; compilers on all |
| rounds | cold start \`${cold[*]}\`, memory \`${memory[*]}\`, throughput \`${throughput[*]}\`, compile \`${compile[*]}\` |
| app | \`$APP\` |
| request | \`POST /graphql\` with \`{"query":"{ sayHello }"}\` |

$(commands)
TEXT
}

# Every line of JSON of a measurement is added to the file only when all are there.
figures_of() { # SUBCOMMAND OPTIONS...
  say "$1"
  "$measure" "$@" --server-core "$SERVER_CORE" --client-core "$CLIENT_CORE" >"$work/part.jsonl"
  cat "$work/part.jsonl" >>"$figures"
}

size() { # SUBJECT FILE
  local mebibytes
  mebibytes="$(stat -c %s "$2" | awk '{ printf "%.4f", $1 / 1048576 }')"
  printf '{"figure":"size","subject":"%s","unit":"MiB","minimum":%s,"median":%s}\n' "$1" "$mebibytes" "$mebibytes"
}

measure_all() {
  : >"$figures"
  servers "$seldomest" with-other-apps
  figures_of cold "${SERVERS[@]}" "${cold[@]}"
  servers "$seldom" with-other-apps
  figures_of memory "${SERVERS[@]}" "${memory[@]}"
  servers "$seldom"
  figures_of throughput "${SERVERS[@]}" "${throughput[@]}"
  compilers
  figures_of compile "${PROGRAMS[@]}" "${compile[@]}"
  sizes >>"$figures"
}

# Each part appends its figures to the same file.
measure_parts() {
  local part
  for part in growth compute; do
    say "$part"
    "benchmarks/$part.sh" >&2
  done
  say waiting
  cargo build --locked --release -p waiting >&2
  MODUSC_BIN_DIR=target/release target/release/waiting --rounds 3 --seconds 2 >"$work/waiting.md"
}

waiting() {
  printf '\n## Calls that wait\n\n'
  cat "$work/waiting.md"
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

instructions() {
  [ -f benchmarks/instructions.txt ] || return 0
  printf '\n## Instructions\n\nOf single paths in process, as `benchmarks/instructions.sh` counts them:\n\n'
  sed 's/^/    /' benchmarks/instructions.txt
}

record=
full_run
for option in "$@"; do
  case "$option" in
    --record) record=1 ;;
    --quick) quick_run ;;
    *) die "usage: run.sh [--quick] [--record]" ;;
  esac
done
command -v wrk >/dev/null || die "wrk is missing: run scripts/setup-toolchains.sh"
[ "$(nproc)" -ge 2 ] || die "two cores are needed, one for the servers and one for the client"

mkdir -p "$work"
build_all
wait_for_quiet
machine >"$work/head.md"
measure_all
values >"$work/values.md"
measure_parts
rm -rf "$work/plots"
target/release/report "$figures" "$work/plots" plots >"$work/figures.md"
{ cat "$work/head.md" "$work/figures.md" "$work/values.md" && waiting && instructions; } >"$work/RESULTS.md"
if [ -n "$record" ]; then
  # Copied when complete: a run that failed half-way leaves no record.
  rm -rf benchmarks/plots
  cp -r "$work/plots" benchmarks/plots
  cp "$figures" benchmarks/plots/figures.jsonl
  cp "$work/RESULTS.md" benchmarks/RESULTS.md
  say "recorded in benchmarks/RESULTS.md"
else
  cat "$work/RESULTS.md"
  say "plots are in $work/plots"
fi
