#!/usr/bin/env bash
# Builds Dgraph from its Go module into the cache, once for each version. Prints the path of the program.
#
# `dgraph zero` and `dgraph alpha` are the two servers that it needs: tests/src/services/dgraph.rs starts them.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../install-once.sh"
DGRAPH_VERSION=v24.1.2
MODULE=github.com/hypermodeinc/dgraph/v24

home="$MODUSC_CACHE/dgraph-$DGRAPH_VERSION"

lock dgraph
if ! is_installed "$home"; then
  echo "dgraph: building Dgraph $DGRAPH_VERSION" >&2
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  # `go install` of this version fails on the module's list of versions. A module that requires it needs no list.
  cat >"$work/go.mod" <<MOD
module dgraph-for-tests

go 1.24

require $MODULE $DGRAPH_VERSION
MOD
  # Without cgo, so that it needs no C compiler: jemalloc and the bulk loader's extras are not missed.
  # What else it needs is found while it is built: `go mod tidy` would fetch the modules of all tests, too.
  (cd "$work" && CGO_ENABLED=0 go build -mod=mod -trimpath -ldflags "-s -w" -o dgraph "$MODULE/dgraph") >&2
  mkdir -p "$home"
  mv "$work/dgraph" "$home/dgraph"
  installed "$home"
fi
echo "$home/dgraph"
