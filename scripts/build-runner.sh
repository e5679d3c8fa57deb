#!/usr/bin/env bash
# Builds modus-runner as it is shipped: build-runner.sh [--release]
#
# Statically linked, at a fixed address: nothing is searched for, mapped or relocated at start (RATIONALE). The flags are
# for this one program, so that what it shares with others is not compiled twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo rustc --locked "$@" -p modus-runner --bin modus-runner -- -C target-feature=+crt-static -C relocation-model=static
