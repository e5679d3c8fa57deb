#!/usr/bin/env bash
# Checks what we depend on, as deny.toml says: deny.sh [advisories]
#
# Licences, sources, and versions that stand there twice; this asks nobody but the registry. With `advisories`, known vulnerabilities and
# yanked versions: their database is a repository on GitHub, which has to be within reach.
# The first run builds cargo-deny, in a version of its own; it is kept beside the toolchains.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/install-once.sh # and with it CARGO_DENY_VERSION, MODUSC_CACHE

DATABASE=https://github.com/RustSec/advisory-db
home="$MODUSC_CACHE/cargo-deny-$CARGO_DENY_VERSION"
deny="$home/bin/cargo-deny"

die() { echo "deny.sh: $*" >&2; exit 1; }

install() {
  [ ! -x "$deny" ] || return 0
  lock deny
  [ ! -x "$deny" ] || return 0
  echo "deny.sh: building cargo-deny $CARGO_DENY_VERSION into $home, which takes some minutes once" >&2
  # Its target directory is not ours: nothing of it is built again with other settings.
  CARGO_TARGET_DIR="$home/target" cargo install --locked --quiet --root "$home" --version "$CARGO_DENY_VERSION" cargo-deny
  rm -rf "$home/target"
}

case "${1:-}" in
  "")
    install
    "$deny" --locked check licenses sources bans
    ;;
  advisories)
    git ls-remote --quiet "$DATABASE" HEAD >/dev/null 2>&1 ||
      die "$DATABASE is out of reach: nothing is known of vulnerabilities. Run this where GitHub can be reached."
    install
    "$deny" --locked check advisories
    ;;
  *) die "usage: deny.sh [advisories]" ;;
esac
