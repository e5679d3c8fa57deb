#!/usr/bin/env bash
# Tries many more hostile guests, values and documents than the tests do: fuzz.sh [CASES]
#
# What it finds is added to the *.regressions files beside the tests; commit them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh
export PROPTEST_CASES="${1:-1000000}"
cargo test --locked --release -p modusc --test hostile
