#!/usr/bin/env bash
# Builds one guest app: build-guest.sh DIR OUT.wasm
#
# DIR holds a Go app (go.mod) or an AssemblyScript app (package.json or asconfig.json). Nothing is written into DIR.
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

if [ -f "$app/go.mod" ]; then
  language=go
elif [ -f "$app/package.json" ] || [ -f "$app/asconfig.json" ]; then
  language=assemblyscript
else
  die "$app is neither a Go app (go.mod) nor an AssemblyScript app (package.json, asconfig.json)"
fi

# Names and contents of the files below a directory, without what builds leave behind.
sources() {
  (cd "$1" && find . \( -name node_modules -o -name build -o -name .git \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 -r sha256sum)
}

tools() {
  cat "$here/build-guest.sh"
  if [ "$language" = go ]; then
    go version
    cat "$MODUSC_CACHE/tinygo-$TINYGO_VERSION/installed" ||
      die "TinyGo is not installed: run scripts/setup-toolchains.sh first"
    wasm-opt --version
  else
    node --version
    sources "$repo/sdk/assemblyscript"
  fi
}

# A copy to build in: the Go build tool generates files beside the sources and names its output after the directory.
copy_sources() {
  mkdir -p "$2"
  (cd "$1" && tar -c --exclude=./node_modules --exclude=./build --exclude=.git .) | tar -x -C "$2"
}

build_go() {
  copy_sources "$app" "$work/$name"
  (cd "$work/$name" && GOWORK=off go tool modus-go-build -output "$work/out" .) || return 1
  mv "$work/out/$name.wasm" "$work/app.wasm"
}

build_assemblyscript() {
  node "$repo/sdk/assemblyscript/bin/build.js" "$app" -o "$work/app.wasm"
}

description="$(echo "$language $name"; sources "$app"; tools)"
key="$(sha256sum <<<"$description" | cut -c1-32)"
kept="$MODUSC_CACHE/guests/$name-$key.wasm"

if [ ! -f "$kept" ]; then
  mkdir -p "$MODUSC_CACHE/guests"
  work="$(mktemp -d "$MODUSC_CACHE/guests/build.XXXXXX")"
  trap 'rm -rf "$work"' EXIT
  log="$work/log"
  "build_$language" >"$log" 2>&1 || { cat "$log" >&2; die "building $app failed"; }
  # Renamed into place, so that two builds of the same app at once cannot disturb each other.
  mv "$work/app.wasm" "$kept"
fi

mkdir -p "$(dirname "$out")"
cp "$kept" "$out"
