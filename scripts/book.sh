#!/usr/bin/env bash
# Makes the book of docs/: book.sh [FOLDER]. Without a folder it goes into target/book; open index.html there.
#
# The first run builds mdbook, in a version of its own; it is kept beside the toolchains. CI does not build it: the tests look
# after the pages, their links and their commands (tests/tests/book.rs, book_html.rs, citations.rs).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh # MDBOOK_VERSION, MODUSC_CACHE

home="$MODUSC_CACHE/mdbook-$MDBOOK_VERSION"
mdbook="$home/bin/mdbook"
out="${1:-target/book}"

install() {
  [ ! -x "$mdbook" ] || return 0
  mkdir -p "$MODUSC_CACHE"
  exec 7>"$MODUSC_CACHE/.mdbook.lock"
  flock 7 # one run at a time
  [ ! -x "$mdbook" ] || return 0
  echo "book.sh: building mdbook $MDBOOK_VERSION into $home, which takes some minutes once" >&2
  CARGO_TARGET_DIR="$home/target" cargo install --locked --quiet --root "$home" --version "$MDBOOK_VERSION" \
    --no-default-features --features search mdbook
  rm -rf "$home/target"
}

# The book has documents from everywhere. They are put side by side as they lie here, so that links between them work; the
# summary lies above all of them there.
stage() {
  cp docs/book.toml "$1/"
  mkdir "$1/src"
  sed -n 's/.*](\([^)]*\)).*/docs\/\1/p' docs/SUMMARY.md | sed 's|docs/\.\./||' | tar -c --exclude=node_modules -T - LICENSE benchmarks/plots docs/schemas examples |
    tar -x -C "$1/src"
  # mdbook calls a page README.md index.html, and leaves links to it as they are. The summary is no page.
  find "$1/src" -name '*.md' -exec sed -i -E 's~(README|SUMMARY)\.md(#[^)]*)?\)~index.md\2)~g' {} +
  sed -e 's|](|](docs/|' -e 's|](docs/\.\./|](|' docs/SUMMARY.md >"$1/src/SUMMARY.md"
}

install
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
stage "$work"
"$mdbook" build "$work"
mkdir -p "$out"
rm -rf "${out:?}"/*
cp -r "$work/html/." "$out/"
echo "$out/index.html"
