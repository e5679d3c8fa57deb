#!/usr/bin/env bash
# Installs what the guest apps of the tests and examples are built with: TinyGo (from its Go module, with Debian's LLVM),
# Binaryen, the npm packages of the AssemblyScript SDK; what tests drive: clients from npm and PyPI, and Chromium; and what the
# benchmarks measure with: wrk and valgrind. Users of modusc need none of this; tests and CI do.
#
# Run it as root or with sudo at hand. It can be run again at any time and does nothing when all is in place.
# The last line it prints is the directory to put on PATH (or source scripts/toolchain-env.sh).
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repo="$(dirname "$here")"
. "$here/install-once.sh" # and with it TINYGO_VERSION, LLVM_VERSION, MODUSC_CACHE, TINYGOROOT

TINYGO_MODULE=github.com/tinygo-org/tinygo
RECIPE=1 # raise it when the steps below change, so that existing caches are rebuilt
PACKAGES=(
  "llvm-$LLVM_VERSION-dev" "libclang-$LLVM_VERSION-dev" "clang-$LLVM_VERSION" "lld-$LLVM_VERSION"
  "libclang-rt-$LLVM_VERSION-dev-wasm32" wasi-libc binaryen wabt wrk valgrind chromium python3-venv
)
WASI_LIBC=/usr/lib/wasm32-wasi/libc.a
WASI_INCLUDE=/usr/include/wasm32-wasi
BUILTINS="/usr/lib/llvm-$LLVM_VERSION/lib/clang/$LLVM_VERSION/lib/wasi/libclang_rt.builtins-wasm32.a"

say() { echo "setup-toolchains: $*" >&2; }
die() { say "$*"; exit 1; }

install_missing() {
  local missing=() package
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  say "installing ${missing[*]}"
  install_packages "${missing[@]}"
}

# The wasi-libc sources and compiler-rt are not in TinyGo's Go module: link Debian's instead, which is all that this
# variant of TinyGo's own wasip1 target changes.
write_target() {
  sed -e 's|"libc": .*|"libc": "",|' \
    -e 's|"rtlib": .*|"rtlib": "",|' \
    -e '/gc_boehm\.c/d' \
    -e 's|\(asm_tinygowasm\.S"\),|\1|' \
    -e "s|\"-msign-ext\"|\"-msign-ext\", \"--target=wasm32-wasi\", \"-isystem\", \"$WASI_INCLUDE\"|" \
    -e "s|\"--no-demangle\"|\"--no-demangle\", \"$WASI_LIBC\", \"$BUILTINS\"|" \
    "$1/root/targets/wasip1.json" >"$1/wasip1.json"
  for expected in '"libc": ""' '"rtlib": ""' "$WASI_INCLUDE" "$WASI_LIBC" "$BUILTINS"; do
    grep -qF -- "$expected" "$1/wasip1.json" || die "TinyGo's wasip1 target is not as expected: no $expected"
  done
}

write_wrapper() {
  cat >"$1/tinygo" <<WRAPPER
#!/bin/sh
# Written by scripts/setup-toolchains.sh: TinyGo with our variant of the wasip1 target.
home="$2"
export TINYGOROOT="\$home/root"
previous=
count=\$#
while [ "\$count" -gt 0 ]; do
  argument=\$1
  shift
  case "\$previous:\$argument" in
    -target:wasip1 | --target:wasip1) argument="\$home/wasip1.json" ;;
    *:-target=wasip1 | *:--target=wasip1) argument="-target=\$home/wasip1.json" ;;
  esac
  set -- "\$@" "\$argument"
  previous=\$argument
  count=\$((count - 1))
done
exec "\$home/libexec/tinygo" "\$@"
WRAPPER
  chmod +x "$1/tinygo"
}

install_tinygo() {
  local home="$MODUSC_CACHE/tinygo-$TINYGO_VERSION"
  local wanted="recipe $RECIPE, $TINYGO_VERSION, LLVM $LLVM_VERSION, $(dpkg-query -W -f '${Version}' "llvm-$LLVM_VERSION-dev")"
  if [ "$(cat "$home/installed" 2>/dev/null)" != "$wanted" ]; then
    say "building TinyGo $TINYGO_VERSION into $home"
    command -v go >/dev/null || die "Go is needed to build TinyGo"
    [ -f "$WASI_LIBC" ] || die "$WASI_LIBC is missing"
    [ -f "$BUILTINS" ] || die "$BUILTINS is missing"

    # Built beside its final place and moved there when complete, so that an interrupted run leaves nothing half done.
    local work="$home.new" source
    rm -rf "$work"
    mkdir -p "$work/root" "$work/libexec"
    source="$(cd "$work" && go mod download -json "$TINYGO_MODULE@$TINYGO_VERSION" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')"
    [ -d "$source" ] || die "the Go module $TINYGO_MODULE@$TINYGO_VERSION could not be fetched"

    (cd "$source" && go build -tags "llvm$LLVM_VERSION" -o "$work/libexec/tinygo" .)
    cp -r "$source/src" "$source/targets" "$source/lib" "$work/root/"
    chmod -R u+w "$work/root"
    mkdir -p "$work/root/src/net" # a submodule upstream; TinyGo wants the directory to be there
    write_target "$work"
    write_wrapper "$work" "$home"

    rm -rf "$home"
    mv "$work" "$home"
    "$home/tinygo" version >&2
    echo "$wanted" >"$home/installed"
  fi
  mkdir -p "$MODUSC_CACHE/bin"
  ln -sfn "$home/tinygo" "$MODUSC_CACHE/bin/tinygo"
}

lock toolchains
install_missing
install_tinygo
"$here/install-npm.sh" "$repo/sdk/assemblyscript"
"$here/install-npm.sh" "$repo/tests/npm"
"$here/install-python.sh" "$repo/tests/python" >&2
echo "$MODUSC_CACHE/bin"
