#!/usr/bin/env bash
# Installs the Python packages that a folder's requirements.txt names, in a virtual environment in the cache, once for each
# requirements.txt. Prints the environment's interpreter: install-python.sh FOLDER
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/toolchain-env.sh"
PYTHON=/usr/bin/python3 # Debian's: it is the one that python3-venv belongs to

folder="$(cd "$1" && pwd)"
key="$({ "$PYTHON" --version; cat "$folder/requirements.txt"; } | sha256sum | cut -c1-16)"
home="$MODUSC_CACHE/python-$key"

mkdir -p "$MODUSC_CACHE"
exec 8>"$MODUSC_CACHE/.python-lock"
flock 8 # tests ask for it side by side

if [ ! -f "$home/installed" ]; then
  echo "install-python: installing the Python packages of $folder" >&2
  "$PYTHON" -m venv --clear "$home" >&2
  # The list is complete: each of its packages has its own line, or is not needed.
  "$home/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
    --requirement "$folder/requirements.txt" >&2
  touch "$home/installed"
fi
echo "$home/bin/python"
