#!/usr/bin/env bash
# Makes the release archive for this machine: package.sh [FOLDER]. Without a folder it goes into target/package.
#
# The programs, the AssemblyScript SDK as an npm package, completions, the manual's pages, all documents, checksums, and a list
# of everything that is linked in (SBOM, CycloneDX). Folders are those of /usr/local: what is unpacked may be copied there.
#
# No network is needed once the crates and the SDK's npm packages are there (`cargo fetch`, scripts/install-npm.sh). The same
# sources and programs give the same archive, byte for byte: files have one time, one owner and one order.
#
# MODUSC_BIN_DIR names a folder with programs that are built already. MODUSC_GZIP is how hard gzip tries (1 to 9).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}"

say() { echo "package: $*" >&2; }

out="${1:-target/package}"
mkdir -p "$out"
out="$(cd "$out" && pwd)"
bin="${MODUSC_BIN_DIR:-}"
if [ -z "$bin" ]; then
  say "building the programs"
  cargo build --locked --release -p modusc >&2
  scripts/build-runner.sh --release >&2
  bin="${CARGO_TARGET_DIR:-target}/release"
fi

version="$("$bin/modusc" --version | cut -d' ' -f2)"
name="modusc-$version-$(uname -m)-linux"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
root="$work/$name"
mkdir -p "$root/bin" "$root/share/modusc" "$root/share/doc/modusc" "$root/share/man/man1" \
  "$root/share/bash-completion/completions" "$root/share/zsh/site-functions" "$root/share/fish/vendor_completions.d"

cp "$bin/modusc" "$bin/modus-runner" "$root/bin/"
"$bin/modusc" completions bash >"$root/share/bash-completion/completions/modusc"
"$bin/modusc" completions zsh >"$root/share/zsh/site-functions/_modusc"
"$bin/modusc" completions fish >"$root/share/fish/vendor_completions.d/modusc.fish"
"$bin/modusc" man --into "$root/share/man/man1"

# With the packages that it needs in it, so that a new app can be built offline. `modusc new` looks for it by its name.
say "packing the AssemblyScript SDK"
scripts/install-npm.sh sdk/assemblyscript
(cd sdk/assemblyscript && tar -c --exclude=./build --exclude=./test .) | (mkdir "$work/sdk" && tar -x -C "$work/sdk")
(
  cd "$work/sdk"
  node -e '
    const fs = require("fs");
    const text = JSON.parse(fs.readFileSync("package.json", "utf8"));
    text.bundleDependencies = Object.keys(text.dependencies);
    delete text.scripts;
    fs.writeFileSync("package.json", JSON.stringify(text, null, 2) + "\n");'
  npm pack --offline --ignore-scripts --loglevel=error --pack-destination "$root/share/modusc" >&2
)

say "listing what is linked in"
node scripts/package/sbom.mjs >"$root/share/modusc/sbom.cdx.json"

# As they lie here, so that links between them work, without what trying an example leaves behind.
find . \( -name node_modules -o -name target -o -name '.?*' -o -path ./compiler/templates -o -path ./notes -o -path ./docs \
  -o -path ./examples \) -prune -o -name '*.md' -print |
  tar -c --exclude=node_modules --exclude=build --exclude=package-lock.json --exclude='*_generated.go' --exclude='.env*' \
    -T - LICENSE examples docs | tar -x -C "$root/share/doc/modusc"
# The SDK's sources are not there: the examples take the packed one, which the same steps lead to from each of them.
packed="$(cd "$root/share/modusc" && echo modusc-sdk-as-*.tgz)"
find "$root/share/doc/modusc/examples" -name package.json -exec \
  sed -i -E "s~\"file:((\.\./)+)sdk/assemblyscript\"~\"file:\1../../modusc/$packed\"~" {} +
cp README.md LICENSE "$root/"
# Its links lead into share/doc/modusc from here.
sed -i -E 's~\]\(([A-Za-z][^):]*)\)~](share/doc/modusc/\1)~g' "$root/README.md"

(cd "$root" && find . -type f ! -name SHA256SUMS | sort | xargs -d '\n' sha256sum >SHA256SUMS)
tar -c -C "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu \
  --mode='u+w,go-w,a+rX' "$name" | gzip -n "-${MODUSC_GZIP:-9}" >"$out/$name.tar.gz"
(cd "$out" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "$out/$name.tar.gz"
