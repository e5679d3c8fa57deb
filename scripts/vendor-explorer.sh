#!/usr/bin/env bash
# Makes runner/assets/explorer anew from runner/explorer and the npm packages pinned there. The result is committed, so
# that building the runner needs neither npm nor a network; run this after a change in runner/explorer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install-npm.sh runner/explorer
node runner/explorer/build.mjs
