# The peers: how each is built, started and named. Sourced by run.sh in the root of the source tree.

BIN=target/release
PEERS=target/benchmarks/peers
BUILT_APPS=target/benchmarks/apps
EXECUTABLE=target/benchmarks/people
. benchmarks/apps.sh

# Files of an app: app.wasm, app.cwasm, app.wasmtime.
app_path() { # NAME=FOLDER EXTENSION
  echo "$BUILT_APPS/$(app_file "$1")/app.$2"
}

# Programs in Rust, each by itself: for all together cargo would unify features. Built here, so that no old binary is measured.
build_crates() {
  local crate
  scripts/build-runner.sh --release
  for crate in modusc hello measure report values native growth waiting vectors instructions native-sql; do
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
  local app wasm
  for app in "${APPS[@]}"; do
    wasm="$(app_path "$app" wasm)"
    mkdir -p "$(dirname "$wasm")"
    scripts/build-guest.sh "$(app_folder "$app")" "$wasm"
    cp "$(app_folder "$app")/modus.json" "$(dirname "$wasm")/"
    "$BIN/modusc" "$wasm" -o "$(app_path "$app" cwasm)"
    "$BIN/wasmtime-compiling" --precompile "$wasm" "$(app_path "$app" wasmtime)"
  done
  "$BIN/modusc" "$(app_path "${APPS[0]}" wasm)" --exe -o "$EXECUTABLE"
}

build_all() {
  mkdir -p "$PEERS" "$BUILT_APPS"
  {
    build_crates
    build_wazero
    scripts/install-npm.sh benchmarks/peers/yoga
    build_apps
    target/release/growth build
    benchmarks/compute.sh --build
  } >&2
}

# Sets SERVERS to options for measure. Those that are slow take part in each Nth round. What differs only while it starts is
# left out of what comes later, unless `with-all` is given.
servers() { # N [with-all]
  local slow=(--every "$1") all="${2:-}" app name wasm
  SERVERS=()
  for app in "${APPS[@]}"; do
    SERVERS+=(--server "runner, ${app%%=*}=$BIN/modus-runner $(app_path "$app" cwasm) --host 127.0.0.1 --port {port}")
  done
  if [ -n "$all" ]; then
    SERVERS+=(--server "executable, Go=$EXECUTABLE --host 127.0.0.1 --port {port}")
  fi
  SERVERS+=(--server "hello=$BIN/hello {port}" --server "native=$BIN/native {port}")
  for app in "${APPS[@]}"; do
    name="${app%%=*}" wasm="$(app_path "$app" wasm)"
    SERVERS+=(--server "wasmtime on demand, $name=$BIN/wasmtime-on-demand $(app_path "$app" wasmtime) {port}")
    if [ -n "$all" ]; then
      SERVERS+=(--server "wasmtime compiling, $name=$BIN/wasmtime-compiling $wasm {port}" "${slow[@]}")
    fi
    SERVERS+=(--server "wazero 1.9.0, $name=$PEERS/wazero-1.9 $wasm {port}" "${slow[@]}")
    SERVERS+=(--server "wazero 1.12.0, $name=$PEERS/wazero-1.12 $wasm {port}" "${slow[@]}")
  done
  wasm="$(app_path "${APPS[0]}" wasm)"
  SERVERS+=(
    --server "wazero 1.9.0, Go, uninterruptible=$PEERS/wazero-1.9 -interruptible=false $wasm {port}" "${slow[@]}"
    --server "wazero 1.12.0, Go, uninterruptible=$PEERS/wazero-1.12 -interruptible=false $wasm {port}" "${slow[@]}"
    --server "GraphQL Yoga=node benchmarks/peers/yoga/server.mjs {port}" "${slow[@]}"
  )
}

# Sets PROGRAMS likewise.
compilers() {
  local app name wasm
  PROGRAMS=()
  for app in "${APPS[@]}"; do
    name="${app%%=*}" wasm="$(app_path "$app" wasm)"
    PROGRAMS+=(
      --program "modusc, $name=$BIN/modusc $wasm -o target/benchmarks/compiled.cwasm"
      --program "wasmtime, $name=$BIN/wasmtime-compiling --precompile $wasm target/benchmarks/compiled.wasmtime"
      --program "wazero 1.9.0, $name=$PEERS/wazero-1.9 -compile $wasm"
      --program "wazero 1.12.0, $name=$PEERS/wazero-1.12 -compile $wasm"
    )
  done
}

sizes() {
  local app kind
  for kind in wasm cwasm wasmtime; do
    for app in "${APPS[@]}"; do
      size "${app%%=*}, $kind" "$(app_path "$app" "$kind")"
    done
  done
  size "runner" "$BIN/modus-runner"
  size "executable, Go" "$EXECUTABLE"
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
  servers 1 with-all
  compilers
  for option in "${SERVERS[@]}" "${PROGRAMS[@]}"; do
    case "$option" in *=*) printf '    %-42s %s\n' "${option%%=*}" "${option#*=}" ;; esac
  done
}
