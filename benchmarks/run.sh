#!/usr/bin/env bash
# Measures the runner side by side with its peers: run.sh [--quick] [--record | --build] [TABLE]...
#
# Prints a report. With --record it goes to benchmarks/RESULTS.md, its plots to benchmarks/plots, and what it is made of to
# benchmarks/record. With tables named, only these are measured; in a record the others stay as they are, so a run that was
# interrupted is taken up again with those that it lacks. --build builds everything and measures nothing. --quick measures
# too little to be believed, to try the benchmarks themselves. README.md says what is measured and how to read it.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh
. benchmarks/peers.sh

# In the order of the report.
TABLES=(cold throughput memory compile size saving calls values growth compute waiting sql vectors instructions)
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
  throughput=(--rounds 3 --seconds 2 --warm-up 1 --connections 1,64,256)
  compile=(--rounds 8)
  saving=8
  calls=(--rounds 60)
  values=(--rounds 40)
  waiting=(--rounds 3 --seconds 2)
  sql=(--rounds 3 --seconds 2 --warm-up 1 --connections 1,64)
  vectors=(60000 100000)
  growth=(functions images data answers documents)
  seldom=2    # throughput and memory: those that are slow
  seldomest=4 # cold: those that take tenths of a second
}

quick_run() {
  cold=(--rounds 4 --warm-up 1)
  memory=(--rounds 1 --requests 500)
  throughput=(--rounds 1 --seconds 1 --warm-up 1 --connections 1,64)
  compile=(--rounds 1 --warm-up 0)
  saving=1
  calls=(--rounds 3)
  values=(--rounds 2)
  waiting=(--rounds 1 --seconds 1 --calls 100)
  sql=(--rounds 1 --seconds 1 --warm-up 1 --connections 1,64)
  vectors=(51000)
  growth=(data)
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
  local own=(':!benchmarks/RESULTS.md' ':!benchmarks/plots' ':!benchmarks/record' ':!benchmarks/instructions.txt')
  [ -z "$(git status --porcelain -- . "${own[@]}" 2>/dev/null)" ] || echo ", with uncommitted changes"
}

processor() { sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1; }

machine() {
  cat <<TEXT
# Results

Made by \`benchmarks/run.sh --record\`; [README.md](README.md) says what is measured and how to read it.

| | |
|---|---|
| processor | $(processor), $(nproc) cores |
| memory | $(awk '/^MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo) |
| kernel | $(uname -sr) |
| tools | $(rustc --version), $(go version | cut -d' ' -f3), Node $(node --version), wrk $(dpkg-query -W -f '${Version}' wrk 2>/dev/null || echo "of unknown version") |
| placement | servers on core $SERVER_CORE, client or wrk on core $CLIENT_CORE; compilers on all |
| rounds | cold start \`${cold[*]}\`, memory \`${memory[*]}\`, throughput \`${throughput[*]}\`, compile \`${compile[*]}\` |
| apps | $(printf '%s; ' "${APPS[@]}" | sed 's/=/: /g; s/; $//') |
| request | \`POST /graphql\` with \`{"query":"{ sayHello }"}\` |

When each table was measured, of which commit, the load average before, and how long it took:

| table | date | commit | load average before | took |
|---|---|---|---|---:|
TEXT
}

# Every line of JSON of a measurement is added to the file only when all are there.
figures_of() { # SUBCOMMAND OPTIONS...
  "$measure" "$@" --server-core "$SERVER_CORE" --client-core "$CLIENT_CORE" >"$work/part.jsonl"
  cat "$work/part.jsonl" >>"$figures"
}

size() { # SUBJECT FILE
  local mebibytes
  mebibytes="$(stat -c %s "$2" | awk '{ printf "%.4f", $1 / 1048576 }')"
  printf '{"figure":"size","subject":"%s","unit":"MiB","minimum":%s,"median":%s}\n' "$1" "$mebibytes" "$mebibytes"
}

# A function for each table: it appends its figures to the file, and prints what the report has beside them.

table_cold() {
  servers "$seldomest" with-all
  figures_of cold "${SERVERS[@]}" "${cold[@]}"
}

table_throughput() {
  servers "$seldom"
  figures_of throughput "${SERVERS[@]}" "${throughput[@]}"
}

table_memory() {
  servers "$seldom" with-all
  figures_of memory "${SERVERS[@]}" "${memory[@]}"
}

table_compile() {
  compilers
  figures_of compile "${PROGRAMS[@]}" "${compile[@]}"
}

table_size() { sizes >>"$figures"; }

table_saving() {
  node benchmarks/saving/saving.mjs "$PWD/target/release/modusc" "$PWD/sdk/assemblyscript" "$saving" >>"$figures"
}

in_process() { MODUSC_BIN_DIR=target/release taskset -c "$SERVER_CORE" target/release/values "$@"; }

table_calls() { in_process calls "${calls[@]}" "${APPS[@]/#/--app=}" >>"$figures"; }

table_values() {
  cat <<TEXT

## Values

Through a function that answers its argument, both ways: into a fresh instance, and into one that is kept. serde_json: the
same data read from JSON into a Rust struct and written again. Minimum / median.

TEXT
  in_process values "${values[@]}"
}

table_growth() { benchmarks/growth.sh "${growth[@]}" >&2; }

table_compute() { benchmarks/compute.sh >&2; }

table_waiting() {
  printf '\n## Calls that wait\n\n'
  MODUSC_BIN_DIR=target/release target/release/waiting "${waiting[@]}"
}

table_sql() { benchmarks/sql.sh "${sql[@]}" >>"$figures"; }

table_vectors() {
  printf '\n## Vectors\n\nSearches of collections, in milliseconds of one core, and how many of the nearest they find. '
  # It makes graphs on all cores, and fails where too few are found.
  printf 'Beyond 50,000 a graph is used.\n\n'
  target/release/vectors
  printf '\n'
  target/release/vectors graph "${vectors[@]}"
}

table_instructions() {
  printf '\n## Instructions\n\nOf single paths in process, as `benchmarks/instructions.sh` counts them:\n\n'
  benchmarks/instructions.sh ${record:+--record} | sed 's/^/    /'
}

# Measures a table. What it leaves in the folder is complete: figures, text, and its row in the table of tables.
run_table() { # NAME FOLDER
  local name="$1" folder="$2" load began=$SECONDS
  say "$name"
  wait_for_quiet
  load="$(load_average)"
  : >"$figures"
  "table_$name" >"$work/text.md"
  mkdir -p "$folder"
  mv "$figures" "$folder/$name.jsonl"
  mv "$work/text.md" "$folder/$name.md"
  echo "| $name | $(date -u '+%F %H:%M') UTC | $(commit)$(changes) | $load | $((SECONDS - began)) s |" >"$folder/$name.about"
  say "$name took $((SECONDS - began)) s"
}

# The report of all tables that the folder has; plots go to target/benchmarks/plots.
report() { # FOLDER
  local folder="$1" name
  machine
  : >"$work/all.jsonl"
  for name in "${TABLES[@]}"; do
    [ -f "$folder/$name.about" ] || continue
    cat "$folder/$name.about"
    cat "$folder/$name.jsonl" >>"$work/all.jsonl"
  done
  printf '\n'
  commands
  rm -rf "$work/plots"
  target/release/report "$work/all.jsonl" "$work/plots" plots
  for name in "${TABLES[@]}"; do
    [ ! -f "$folder/$name.md" ] || cat "$folder/$name.md"
  done
}

record='' only_build='' quick=''
chosen=()
full_run
for option in "$@"; do
  case "$option" in
    --record) record=1 ;;
    --build) only_build=1 ;;
    --quick)
      quick=1
      quick_run
      ;;
    *)
      [[ " ${TABLES[*]} " == *" $option "* ]] ||
        die "usage: run.sh [--quick] [--record | --build] [TABLE]...; tables are ${TABLES[*]}"
      chosen+=("$option")
      ;;
  esac
done
[ "${#chosen[@]}" != 0 ] || chosen=("${TABLES[@]}")
[ -z "$record" ] || [ -z "$quick" ] || die "--quick measures too little for a record"
command -v wrk >/dev/null || die "wrk is missing: run scripts/setup-toolchains.sh"
[ "$(nproc)" -ge 2 ] || die "two cores are needed, one for the servers and one for the client"

mkdir -p "$work"
build_all
[ -z "$only_build" ] || exit 0
export BENCHMARKS_BUILT=1
folder="$work/tables"
if [ -n "$record" ]; then folder=benchmarks/record; else rm -rf "$folder"; fi
began=$SECONDS
for name in "${chosen[@]}"; do
  run_table "$name" "$folder"
done
say "all took $((SECONDS - began)) s"
report "$folder" >"$work/RESULTS.md"
if [ -n "$record" ]; then
  # Copied when complete.
  rm -rf benchmarks/plots
  cp -r "$work/plots" benchmarks/plots
  cp "$work/RESULTS.md" benchmarks/RESULTS.md
  say "recorded in benchmarks/RESULTS.md"
else
  cat "$work/RESULTS.md"
  say "plots are in $work/plots"
fi
