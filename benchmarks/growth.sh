#!/usr/bin/env bash
# Measures what grows with an app and prints tables in Markdown: growth.sh [functions|images|data|answers|documents]...
#
# Appends its figures to target/benchmarks/figures.jsonl, one object a line. The first run builds the guests, which takes
# some minutes for the large ones; later runs find them in the cache.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh

growth=target/release/growth
parts=("$@")
[ "$#" != 0 ] || parts=(functions images data answers documents)
for part in "${parts[@]}"; do
  case "$part" in
    functions | images | data | answers | documents) ;;
    *) echo "usage: growth.sh [functions|images|data|answers|documents]..." >&2; exit 2 ;;
  esac
done
[ "$(nproc)" -ge 2 ] || { echo "growth.sh: two cores are needed, one for the server and one for the client" >&2; exit 1; }

# Each by itself: for all together cargo would unify features. Built here, so that no old binary is measured, unless run.sh has just done so.
if [ -z "${BENCHMARKS_BUILT:-}" ]; then
  scripts/build-runner.sh --release >&2
  cargo build --locked --release -p modusc >&2
  cargo build --locked --release -p growth >&2
  mkdir -p target/benchmarks
  "$growth" build >&2
fi

cat <<TEXT

## Growth

Minimum / median. The apps of a table take turns within each round. In process: the runner's library, called as the
runner calls it; a load reads an artifact that is in the page cache. Over HTTP: the server on core 1, the client on core 0,
one connection that is kept.
TEXT
for part in "${parts[@]}"; do
  echo "growth.sh: $part" >&2
  "$growth" "$part"
done
