#!/usr/bin/env bash
# Format, lints and unit tests: what needs neither root nor TinyGo, Node or Chromium. For while one works; `make test` and
# `make lint` are what a change must pass.
#
# One command for all crates: the features of dependencies are those of all crates together, so that each dependency is built
# once. Nothing is optimised (profile quick).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "check: $*" >&2; }

say "format"
cargo fmt --all --check
say "lints of all crates"
cargo clippy --locked --quiet --profile quick --workspace --all-targets -- -D warnings
say "unit tests"
# Without modusc's code generators for other processors, which no unit test asks for.
# All 4,000 cases of hostile guests take minutes unoptimised; scripts/test.sh has them.
export PROPTEST_CASES="${PROPTEST_CASES:-200}"
cargo test --locked --quiet --profile quick --no-default-features -p modus-abi -p modusc -p modus-runner -p loadgen \
  -p measure -p report --lib --bin measure --bin report --test hostile
say "all well"
