#!/usr/bin/env bash
# Builds one guest app: build-guest.sh DIR OUT.wasm
#
# DIR holds an app in one of the languages in scripts/languages. Nothing is written into DIR.
# Results are kept in the cache by a hash of the sources and the tools, so building the same app again only copies a file.
set -euo pipefail
shopt -s inherit_errexit

[ $# = 2 ] || { echo "usage: build-guest.sh DIR OUT.wasm" >&2; exit 2; }
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$here")"
. "$here/toolchain-env.sh"

app="$(cd "$1" && pwd)"
name="$(basename "$app")"
out="$2"

die() { echo "build-guest: $*" >&2; exit 1; }

# Each file in scripts/languages says how a language is called, which files its apps have (one is enough), what its tools
# are, and how an app is built. The functions of the one that fits stay.
find_language() {
  local file mark known=()
  for file in "$here"/languages/*.sh; do
    . "$file"
    for mark in "${MARKS[@]}"; do
      if [ -f "$app/$mark" ]; then
        language="$(basename "$file" .sh)"
        return
      fi
    done
    known+=("$NAME has ${MARKS[*]}")
  done
  die "$app is an app of no known language: $(printf '%s; ' "${known[@]}")"
}
find_language

# Names and contents of the files below a directory, without what builds leave behind.
sources() {
  (cd "$1" && find . \( -name node_modules -o -name build -o -name .git \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 -r sha256sum)
}

# A copy to build in, for tools that write beside the sources and name their output after the directory.
copy_sources() {
  mkdir -p "$2"
  (cd "$1" && tar -c --exclude=./node_modules --exclude=./build --exclude=.git .) | tar -x -C "$2"
}

description="$(echo "$language $name"; sources "$app"; cat "$here/build-guest.sh" "$here/languages/$language.sh"; tools)"
key="$(sha256sum <<<"$description" | cut -c1-32)"
kept="$MODUSC_CACHE/guests/$name-$key.wasm"

if [ ! -f "$kept" ]; then
  mkdir -p "$MODUSC_CACHE/guests"
  work="$(mktemp -d "$MODUSC_CACHE/guests/build.XXXXXX")"
  trap 'rm -rf "$work"' EXIT
  log="$work/log"
  build >"$log" 2>&1 || { cat "$log" >&2; die "building $app failed"; }
  # Renamed into place, so that two builds of the same app at once cannot disturb each other.
  mv "$work/app.wasm" "$kept"
fi

mkdir -p "$(dirname "$out")"
cp "$kept" "$out"
