#!/usr/bin/env bash
# Installs the Python packages that a folder's requirements.txt names, in a virtual environment in the cache, once for each
# requirements.txt. Prints the environment's interpreter: install-python.sh FOLDER
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/install-once.sh"
PYTHON=/usr/bin/python3 # Debian's: it is the one that python3-venv belongs to

folder="$(cd "$1" && pwd)"
key="$({ "$PYTHON" --version; cat "$folder/requirements.txt"; } | sha256sum | cut -c1-16)"
home="$MODUSC_CACHE/python-$key"

lock python
if ! is_installed "$home"; then
  echo "install-python: installing the Python packages of $folder" >&2
  "$PYTHON" -m venv --clear "$home" >&2
  # The list is complete: each of its packages has its own line, or is not needed.
  "$home/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
    --requirement "$folder/requirements.txt" >&2
  installed "$home"
fi
echo "$home/bin/python"
