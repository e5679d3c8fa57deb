# What the scripts have in common that install something into the cache, each once. Source this file; it reads
# toolchain-env.sh, makes the cache's folder, and does nothing else.
#
#     . scripts/install-once.sh
#     lock NAME                     # whoever installs NAME as well waits until this script ends
#     is_installed HOME || {        # whether all of HOME is there
#       ...
#       installed HOME              # from now on it is
#     }
#
# shellcheck shell=bash

. "$(dirname "${BASH_SOURCE[0]}")/toolchain-env.sh"
mkdir -p "$MODUSC_CACHE"

# Tests ask for the same thing side by side.
lock() {
  exec 8>"$MODUSC_CACHE/.$1-lock"
  flock 8
}

is_installed() { [ -f "$1/installed" ]; }
installed() { touch "$1/installed"; }

# Runs a command as root.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "root is needed to install packages: run this with sudo" >&2
    return 1
  fi
}

# Installs Debian packages. Their lists may be absent or old; they are only fetched when the first attempt fails.
install_packages() {
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
  as_root "${install[@]}" >&2 || { as_root apt-get update -qq >&2 && as_root "${install[@]}" >&2; }
}
