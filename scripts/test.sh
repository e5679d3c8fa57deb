#!/usr/bin/env bash
# Runs all tests: unit tests of each crate, then the promises in tests/, which use the binaries built here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh
cargo build --locked -p modusc
scripts/build-runner.sh
cargo test --locked -q -p modus-abi --tests
for crate in modusc modus-runner; do
  cargo test --locked -q -p "$crate" --lib
done
cargo test --locked -q -p measure
cargo test --locked -q -p tests --no-fail-fast
# Once more with checked bounds: what runs guests in every way. `tests/bounds.rs` has compared the two kinds already.
checked=()
for file in boundary classes executable faults imports limits lists maps values; do
  checked+=(--test "$file")
done
MODUSC_TEST_BOUNDS=explicit cargo test --locked -q -p tests --no-fail-fast "${checked[@]}"
