# Where the guest toolchains and other tools live. Source this file; it exports PATH, TINYGOROOT and MODUSC_CACHE and does nothing else.
#
#     . scripts/toolchain-env.sh
#
# Installs nothing: scripts/setup-toolchains.sh, deny.sh and book.sh do that, and read their versions from here.

TINYGO_VERSION=v0.41.0
LLVM_VERSION=19
CARGO_DENY_VERSION=0.20.2
MDBOOK_VERSION=0.5.4

export MODUSC_CACHE="${MODUSC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/modusc}"
export TINYGOROOT="$MODUSC_CACHE/tinygo-$TINYGO_VERSION/root"

case ":$PATH:" in
  *":$MODUSC_CACHE/bin:"*) ;;
  *) export PATH="$MODUSC_CACHE/bin:$PATH" ;;
esac
