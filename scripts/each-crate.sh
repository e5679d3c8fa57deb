#!/usr/bin/env bash
# Runs a cargo command for each crate by itself: each-crate.sh COMMAND [ARGUMENTS…]
# A command for the whole workspace would unify cargo features, and the runner would contain the compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command=$1
shift
members="$(cargo tree --locked --workspace --depth 0 --prefix none --format '{p}' | cut -d' ' -f1)"
for crate in $members; do
  cargo "$command" -p "$crate" "$@"
done
