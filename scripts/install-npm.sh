#!/usr/bin/env bash
# Installs the npm packages of a folder, again only when its package files changed: install-npm.sh FOLDER
set -euo pipefail

folder="$(cd "$1" && pwd)"
[ -f "$folder/package.json" ] || exit 0
command -v npm >/dev/null || { echo "install-npm: npm is not installed: nothing is installed in $folder" >&2; exit 0; }

exec 8<"$folder/package.json"
flock 8 # tests ask for it side by side

stamp="$folder/node_modules/.installed-for"
package_files() { cat "$folder/package.json" "$folder/package-lock.json" 2>/dev/null | sha256sum | cut -d' ' -f1; }
[ "$(cat "$stamp" 2>/dev/null)" != "$(package_files)" ] || exit 0

echo "install-npm: installing the npm packages of $folder" >&2
command=install
[ ! -f "$folder/package-lock.json" ] || command=ci
(cd "$folder" && npm "$command" --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
mkdir -p "$folder/node_modules"
package_files >"$stamp"
