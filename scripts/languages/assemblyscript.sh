# AssemblyScript. See scripts/build-guest.sh.
NAME=AssemblyScript
MARKS=(package.json asconfig.json)

tools() {
  node --version
  sources "$repo/sdk/assemblyscript"
}

build() {
  node "$repo/sdk/assemblyscript/bin/build.js" "$app" -o "$work/app.wasm"
}
