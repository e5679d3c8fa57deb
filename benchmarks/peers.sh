# The peers: how each is built, started and named. Sourced by run.sh in the root of the source tree.

APP=examples/people
BIN=target/release
PEERS=target/benchmarks/peers
WASM=target/benchmarks/app/people.wasm
CWASM=target/benchmarks/people.cwasm
EXECUTABLE=target/benchmarks/people
ASSEMBLYSCRIPT=target/benchmarks/assemblyscript
mapfile -t LANGUAGES < <(basename -s .sh scripts/languages/*.sh)
language_name() { sed -n 's/^NAME=//p' "scripts/languages/$1.sh"; }
SDK_APPS=target/benchmarks/sdk
PRECOMPILED=target/benchmarks/people.wasmtime

# Programs in Rust, each by itself, see scripts/each-crate.sh. Built here, so that no old binary is measured.
build_crates() {
  local crate
  scripts/build-runner.sh --release
  for crate in modusc hello measure report values native; do
    cargo build --locked --release -p "$crate"
  done
  cargo build --locked --release -p engine --bin wasmtime-on-demand
  cargo build --locked --release -p engine --bin wasmtime-compiling --features compiler
}

# One program in Go, with two versions of the engine.
build_wazero() {
  local out
  out="$PWD/$PEERS"
  (
    cd benchmarks/peers/wazero
    export GOWORK=off GOFLAGS=-mod=readonly
    go build -buildvcs=false -trimpath -ldflags='-s -w' -o "$out/wazero-1.9" .
    go build -buildvcs=false -trimpath -ldflags='-s -w' -modfile=newest.mod -o "$out/wazero-1.12" .
  )
}

build_apps() {
  scripts/build-guest.sh "$APP" "$WASM"
  cp "$APP/modus.json" "$(dirname "$WASM")/"
  "$BIN/modusc" "$WASM" -o "$CWASM"
  "$BIN/modusc" "$WASM" --exe -o "$EXECUTABLE"
  "$BIN/wasmtime-compiling" --precompile "$WASM" "$PRECOMPILED"
  # An app with a model, as large as examples/excuses, and with a function that needs none.
  mkdir -p "$ASSEMBLYSCRIPT"
  scripts/build-guest.sh tests/guests/assemblyscript/waiting "$ASSEMBLYSCRIPT/app.wasm"
  cp tests/guests/assemblyscript/waiting/modus.json "$ASSEMBLYSCRIPT/"
  "$BIN/modusc" "$ASSEMBLYSCRIPT/app.wasm" -o "$ASSEMBLYSCRIPT/app.cwasm"
  build_sdk_apps
}

# What most apps are like: they link http, models and JSON of the SDK.
build_sdk_apps() {
  local language folder
  for language in "${LANGUAGES[@]}"; do
    folder="$SDK_APPS/$language"
    mkdir -p "$folder"
    scripts/build-guest.sh "tests/guests/$language/crowd" "$folder/app.wasm"
    cp "tests/guests/$language/crowd/modus.json" "$folder/"
    "$BIN/modusc" "$folder/app.wasm" -o "$folder/app.cwasm"
  done
}

build_all() {
  mkdir -p "$PEERS" "$(dirname "$WASM")"
  {
    build_crates
    build_wazero
    scripts/install-npm.sh benchmarks/peers/yoga
    build_apps
  } >&2
}

# Sets SERVERS to options for measure. Those that are slow take part in each Nth round.
servers() { # N [with-other-apps]
  local slow=(--every "$1")
  SERVERS=(
    --server "runner=$BIN/modus-runner $CWASM --host 127.0.0.1 --port {port}"
  )
  local language
  for language in "${LANGUAGES[@]}"; do
    SERVERS+=(--server "runner, $(language_name "$language") with SDK=$BIN/modus-runner $SDK_APPS/$language/app.cwasm --host 127.0.0.1 --port {port}")
  done
  SERVERS+=(
    --server "hello=$BIN/hello {port}"
    --server "native=$BIN/native {port}"
    --server "wasmtime on demand=$BIN/wasmtime-on-demand $PRECOMPILED {port}"
    --server "wasmtime compiling=$BIN/wasmtime-compiling $WASM {port}" "${slow[@]}"
    --server "wazero 1.9.0=$PEERS/wazero-1.9 $WASM {port}" "${slow[@]}"
    --server "wazero 1.9.0, uninterruptible=$PEERS/wazero-1.9 -interruptible=false $WASM {port}" "${slow[@]}"
    --server "wazero 1.12.0=$PEERS/wazero-1.12 $WASM {port}" "${slow[@]}"
    --server "wazero 1.12.0, uninterruptible=$PEERS/wazero-1.12 -interruptible=false $WASM {port}" "${slow[@]}"
    --server "GraphQL Yoga=node benchmarks/peers/yoga/server.mjs {port}" "${slow[@]}"
  )
  if [ "${2:-}" = with-other-apps ]; then
    SERVERS+=(
      --server "executable=$EXECUTABLE --host 127.0.0.1 --port {port}"
      --server "AssemblyScript=$BIN/modus-runner $ASSEMBLYSCRIPT/app.cwasm --host 127.0.0.1 --port {port}"
    )
  fi
}

# Sets PROGRAMS likewise.
compilers() {
  PROGRAMS=(
    --program "modusc=$BIN/modusc $WASM -o target/benchmarks/compiled.cwasm"
    --program "wasmtime=$BIN/wasmtime-compiling --precompile $WASM target/benchmarks/compiled.wasmtime"
    --program "wazero 1.9.0=$PEERS/wazero-1.9 -compile $WASM"
    --program "wazero 1.12.0=$PEERS/wazero-1.12 -compile $WASM"
  )
}

sizes() {
  size "runner" "$BIN/modus-runner"
  size "people.wasm" "$WASM"
  size "people.cwasm" "$CWASM"
  local language
  for language in "${LANGUAGES[@]}"; do
    size "$(language_name "$language") with SDK, cwasm" "$SDK_APPS/$language/app.cwasm"
  done
  size "executable" "$EXECUTABLE"
  size "people, precompiled by wasmtime" "$PRECOMPILED"
  size "modusc" "$BIN/modusc"
  size "hello" "$BIN/hello"
  size "native" "$BIN/native"
  size "wasmtime on demand" "$BIN/wasmtime-on-demand"
  size "wasmtime compiling" "$BIN/wasmtime-compiling"
  size "wazero 1.9.0" "$PEERS/wazero-1.9"
  size "wazero 1.12.0" "$PEERS/wazero-1.12"
}

# The commands as an indented block of Markdown.
commands() {
  local option
  servers 1 with-other-apps
  compilers
  for option in "${SERVERS[@]}" "${PROGRAMS[@]}"; do
    case "$option" in *=*) printf '    %-32s %s\n' "${option%%=*}" "${option#*=}" ;; esac
  done
}
