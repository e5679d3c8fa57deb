#!/usr/bin/env bash
# Runs a cargo command for each crate by itself: each-crate.sh COMMAND [ARGUMENTS…]
# A command for the whole workspace would unify cargo features, and the runner would contain the compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command=$1
shift
for crate in modus-abi modusc modus-runner compute growth hello native engine measure report values waiting instructions tests; do
  cargo "$command" -p "$crate" "$@"
done
