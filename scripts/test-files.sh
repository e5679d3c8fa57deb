#!/usr/bin/env bash
# Runs test files side by side: test-files.sh CARGO-TEST-ARGUMENT...
#
# `cargo test` runs one file after the other, and most of them wait more than they work: for time limits, for servers that
# start. Here MODUSC_TEST_LANES files run at a time (three, unless set). What a file prints is shown when it is through.
# All are run; the files that failed are named at the end. Those that keep the time are run by themselves, after the others.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lanes="${MODUSC_TEST_LANES:-3}"
keep_time='/(alive_[a-z]+|auth|cancelled|capacity|collections_graph|database_crowd|events|front_door|hostile_clients|kept_memory|limits|logging|model_crowd|operations|time_limits)-[0-9a-f]+$'
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# Cargo tells the paths of what it builds only in its messages for programs; those for people go to stderr.
cargo test --locked -q --no-run --message-format=json-render-diagnostics "$@" |
  sed -n 's/.*"manifest_path":"\([^"]*\)\/Cargo.toml".*"test":true}.*"executable":"\([^"]*\)".*/\1\t\2/p' >"$work/files"
[ -s "$work/files" ] || { echo "test-files.sh: cargo built no test file for: $*" >&2; exit 1; }

run() { # WORK CRATE<tab>FILE
  local crate="${2%%$'\t'*}" file="${2#*$'\t'}" name log began=$SECONDS result=ok
  name="$(basename "$file")"
  name="${name%-*}"
  # As cargo does: in the folder of the crate.
  log="$(cd "$crate" && "$file" -q 2>&1)" || result=FAILED
  if [ "$result" = FAILED ]; then echo "$name" >>"$1/failed"; fi
  echo "$name" >>"$1/through"
  # In one write, so that files do not mix.
  printf '%s\n' "${log//$'\n\n'/$'\n'}" "test file $name: $result, $((SECONDS - began)) s"
}
export -f run
run_all() { # LANES, files on standard input
  xargs -r -d '\n' -P "$1" -n 1 bash -c 'run "$@"' run "$work"
}
grep -vE "$keep_time" "$work/files" | run_all "$lanes" || true
grep -E "$keep_time" "$work/files" | run_all 1 || true

[ "$(wc -l <"$work/through")" = "$(wc -l <"$work/files")" ] || { echo "test-files.sh: not all files were run" >&2; exit 1; }
if [ -f "$work/failed" ]; then
  echo "test-files.sh: failed: $(sort "$work/failed" | paste -sd' ')" >&2
  exit 1
fi
