# Go, built by TinyGo. See scripts/build-guest.sh.
NAME=Go
MARKS=(go.mod)

tools() {
  go version
  cat "$MODUSC_CACHE/tinygo-$TINYGO_VERSION/installed" ||
    die "TinyGo is not installed: run scripts/setup-toolchains.sh first"
  wasm-opt --version
}

build() {
  copy_sources "$app" "$work/$name"
  (cd "$work/$name" && GOWORK=off go tool modus-go-build -output "$work/out" .) || return 1
  # The tool calls it after the Go module, whatever the folder is called.
  mv "$work"/out/*.wasm "$work/app.wasm"
}
