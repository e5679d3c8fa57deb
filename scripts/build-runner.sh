#!/usr/bin/env bash
# Builds modus-runner as it is shipped: build-runner.sh [--release]
#
# Statically linked with musl, at a fixed address: nothing is searched for, mapped or relocated at start (RATIONALE). Where
# musl cannot be had, glibc takes its place, and the runner starts a little later. MODUSC_LIBC=gnu asks for that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

profile=debug
for argument in "$@"; do
  [ "$argument" != --release ] || profile=release
done
target="$(uname -m)-unknown-linux-musl"

say() { echo "build-runner: $*" >&2; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

install_musl() {
  rustup target list --installed 2>/dev/null | grep -qx "$target" || rustup target add "$target" >&2 || return 1
  command -v musl-gcc >/dev/null && return
  say "installing musl-tools"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends musl-tools)
  # The package lists may be absent or old.
  { as_root "${install[@]}" || { as_root apt-get update -qq && as_root "${install[@]}"; }; } >&2
}

build() { # OPTION…
  cargo rustc --locked "$@" -p modus-runner --bin modus-runner -- \
    -C target-feature=+crt-static -C relocation-model=static
}

if [ "${MODUSC_LIBC:-musl}" = musl ] && install_musl; then
  build "$@" --target "$target"
  # Renamed into place: it may be running.
  cp "target/$target/$profile/modus-runner" "target/$profile/modus-runner.new"
  mv "target/$profile/modus-runner.new" "target/$profile/modus-runner"
else
  say "linking with glibc instead of musl"
  build "$@"
fi
