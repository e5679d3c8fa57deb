#!/usr/bin/env bash
# The five-minute path: build, compile examples/excuses, serve it beside a stand-in for models, ask one question.
#
# The programs are built soon rather than fast: unoptimised, and by one command, so that what they share is built once (the
# runner has the compiler's features then, which a release build has not). modusc compiles for this processor only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin="${CARGO_TARGET_DIR:-target}/demo"
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

wait_for_line() { # FILE PATTERN
  for _ in $(seq 200); do
    if grep -qE "$2" "$1"; then return; fi
    sleep 0.05
  done
  echo "demo: nothing like '$2' in $1:" >&2
  cat "$1" >&2
  exit 1
}

say "Building modusc and modus-runner"
cat <<'TEXT'
The first time this takes some minutes: about 300 crates, a code generator among them. They are not optimised here;
`make build` makes the programs as they are shipped.
TEXT
cargo build --locked --profile demo --no-default-features -p modusc -p modus-runner

say "modusc stand-in"
"$bin/modusc" stand-in >"$work/stand-in" &
wait_for_line "$work/stand-in" http
url=$(cat "$work/stand-in")
echo "answering in place of OpenAI at $url"
cp examples/excuses/app.wasm "$work/app.wasm"
# The app's own manifest, with the stand-in in OpenAI's place.
sed "s|https://api.openai.com/|$url|" examples/excuses/modus.json >"$work/modus.json"

say "modusc app.wasm -o app.cwasm"
"$bin/modusc" "$work/app.wasm" -o "$work/app.cwasm"
ls -l "$work/app.cwasm" | awk '{print "app.cwasm: " $5 " bytes"}'

say "modusc schema app.cwasm"
"$bin/modusc" schema "$work/app.cwasm" | sed -n '3,5p'

say "modus-runner app.cwasm"
MODUS_OPENAI_API_KEY=sk-demo "$bin/modus-runner" "$work/app.cwasm" --host 127.0.0.1 --port 0 --json-logs 2>"$work/log" &
wait_for_line "$work/log" '"address"'
address=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$work/log" | head -1)
echo "serving at http://$address/graphql"

say 'query { generateExcuses(event: "the Monday meeting") }'
curl -sS "http://$address/graphql" -H 'Content-Type: application/json' \
  -d '{"query": "{ generateExcuses(event: \"the Monday meeting\") }"}'

say "How to go on"
cat <<TEXT
The answer came from a stand-in. With a key of your own, and the programs as they are shipped:

  make build
  target/release/modusc examples/excuses/app.wasm -o excuses.cwasm
  MODUS_OPENAI_API_KEY=sk-... target/release/modus-runner excuses.cwasm
  curl localhost:8686/graphql -H 'Content-Type: application/json' \\
    -d '{"query": "{ generateExcuses(event: \"the Monday meeting\") }"}'

Your own app: compile it with the Modus SDK as ever, then give modusc its wasm file.
TEXT
