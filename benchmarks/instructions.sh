#!/usr/bin/env bash
# Counts the instructions of single paths through the runner: instructions.sh [--record | --check]
#
# Unlike times, they are nearly the same on a busy machine. Prints them; --record writes them to instructions.txt beside
# this script, --check fails if one is more than 5 % above what is written there. README.md says what is counted.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh

. benchmarks/apps.sh

# Names, and what the program is told.
declare -A PATHS=([graphql]=graphql)
NAMES=()
for language in $(basename -s .sh scripts/languages/*.sh); do
  NAMES+=("$language")
  PATHS[$language]="$language"
done
NAMES+=(graphql)
for app in "${APPS[@]}"; do
  NAMES+=("request-$(app_file "$app")")
  PATHS["request-$(app_file "$app")"]="$(app_folder "$app")"
done
# Two counts are compared, so that the start of the program does not count. The first calls are warmer in the second.
FEW=200
MANY=1200
PERCENT=5
recorded=benchmarks/instructions.txt
work=target/benchmarks/instructions
counted=target/release/instructions

die() { echo "instructions.sh: $*" >&2; exit 1; }

# Instructions of the whole program, which runs the path called NAME so many TIMES.
count() { # NAME TIMES
  local log="$work/$1-$2.log" total
  valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log" "$counted" "${PATHS[$1]}" "$2" ||
    { cat "$log" >&2; die "counting $1 failed"; }
  total="$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$log")"
  [ -n "$total" ] || { cat "$log" >&2; die "callgrind counted nothing for $1"; }
  echo "$total"
}

per_run() { # NAME
  local few many
  # Side by side: what is counted does not depend on it.
  count "$1" "$FEW" >"$work/few" &
  many="$(count "$1" "$MANY")"
  wait $! || die "counting $1 failed"
  few="$(cat "$work/few")"
  echo $(((many - few) / (MANY - FEW)))
}

# The recorded figure of a path; empty where there is none.
before() { [ ! -f "$recorded" ] || awk -v path="$1" '$1 == path { print $2 }' "$recorded"; }

header() {
  cat <<TEXT
# Instructions for one run of each path, counted by callgrind. benchmarks/instructions.sh --record writes this file,
# --check compares with it. $(rustc --version).
TEXT
}

mode=${1:-}
case "$mode" in
  "" | --record | --check) ;;
  *) die "usage: instructions.sh [--record | --check]" ;;
esac
command -v valgrind >/dev/null || die "valgrind is missing: run scripts/setup-toolchains.sh"
[ "$mode" != --check ] || [ -f "$recorded" ] || die "$recorded is missing: run this with --record first"

mkdir -p "$work"
if [ -z "${BENCHMARKS_BUILT:-}" ]; then
  cargo build --locked --release -p modusc
  cargo build --locked --release -p instructions
fi
export MODUSC_BIN_DIR="$PWD/target/release"

header >"$work/figures"
worse=
for path in "${NAMES[@]}"; do
  instructions="$(per_run "$path")"
  printf '%-28s %8d\n' "$path" "$instructions" | tee -a "$work/figures"
  old="$(before "$path")"
  if [ "$mode" = --check ]; then
    [ -n "$old" ] || die "$path is not in $recorded: run this with --record"
    if [ $((instructions * 100)) -gt $((old * (100 + PERCENT))) ]; then
      echo "instructions.sh: $path needs $instructions instructions, recorded are $old: more than $PERCENT % above" >&2
      worse=1
    fi
  fi
done
[ "$mode" != --record ] || cp "$work/figures" "$recorded"
[ -z "$worse" ] || exit 1
