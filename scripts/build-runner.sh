#!/usr/bin/env bash
# Builds modus-runner as it is shipped: build-runner.sh [--release] [RUSTC-OPTION...]
#
# Statically linked, at a fixed address: nothing is searched for, mapped or relocated at start (RATIONALE). The flags are
# for this one program, so that what it shares with others is not compiled twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/runner-order.sh

profile=()
options=(-C target-feature=+crt-static -C relocation-model=static)
if [ "${1:-}" = --release ]; then
  profile=(--release)
  shift
  # In a debug build the functions have other names.
  if linker_orders; then
    options+=("${order_options[@]}")
  fi
fi
cargo rustc --locked "${profile[@]}" -p modus-runner --bin modus-runner -- "${options[@]}" "$@"
