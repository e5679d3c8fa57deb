#!/usr/bin/env bash
# Runs all tests: unit tests of each crate in debug builds, then the promises in tests/, which drive the binaries as they
# are shipped, built here: what aborts, how long something takes and what the optimiser makes of it is seen only there.
#
# At the end it says what was left out: MODUSC_TEST_WITHOUT and MODUSC_TEST_WITHOUT_ROOT do that (CONTRIBUTING.md).
#
# MODUSC_TEST_PROFILE=debug lets the promises drive debug builds, which are sooner there while one works. Those that keep
# the time then fail.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh

release=(--release)
case "${MODUSC_TEST_PROFILE:-release}" in
  release) ;;
  debug) release=() ;;
  *) echo "test.sh: MODUSC_TEST_PROFILE is release or debug, not $MODUSC_TEST_PROFILE" >&2; exit 2 ;;
esac

summary() {
  if [ -n "${MODUSC_TEST_WITHOUT:-}" ]; then
    echo "test.sh: LEFT OUT, the tests that need $MODUSC_TEST_WITHOUT: MODUSC_TEST_WITHOUT is set" >&2
  fi
  if [ -n "${MODUSC_TEST_WITHOUT_ROOT+set}" ] && [ "$(id -u)" != 0 ]; then
    echo "test.sh: LEFT OUT, the tests that need root: MODUSC_TEST_WITHOUT_ROOT is set" >&2
  fi
}
# Also when something fails, so that nobody takes the rest for all.
trap summary EXIT

cargo build --locked "${release[@]}" -p modusc
scripts/build-runner.sh "${release[@]}"

# One build for all of them, so that dependencies are built with one set of features.
crates=(--package=modus-abi --package=modusc --package=modus-runner --package=loadgen --package=measure --package=tests)
scripts/test-files.sh "${crates[@]}" --tests
# Once more with checked bounds: what runs guests in every way. `tests/bounds.rs` has compared the two kinds already.
checked=()
for file in boundary classes executable faults imports limits lists maps values; do
  checked+=(--test "$file")
done
MODUSC_TEST_BOUNDS=explicit scripts/test-files.sh "${crates[@]}" "${checked[@]}"
# Last, for it leaves a debug modusc behind that knows a language of the test's.
trial=("${crates[@]}" --features modusc/trial-language,tests/trial-language)
cargo build --locked "${trial[@]}" --bin modusc
MODUSC_BIN_DIR="$(realpath "${CARGO_TARGET_DIR:-target}")/debug" scripts/test-files.sh "${trial[@]}" --test third_language
