#!/usr/bin/env bash
# Measures compute-heavy guest functions and prints tables: compute.sh [--tried | --build]
#
# The same wasm modules (C, Go, AssemblyScript) run by wasmtime as modusc configures it, and by wasm2c + gcc -O2, the native
# floor. Figures are appended to target/benchmarks/figures.jsonl. With --tried also settings that are not shipped; nothing
# is appended then. --build only builds. README.md says how to read it.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/toolchain-env.sh # LLVM_VERSION

source=benchmarks/compute
work=target/benchmarks/compute
figures=target/benchmarks/figures.jsonl
core=1
runtime=/usr/share/wabt/wasm2c
mapfile -t languages < <(basename -s .sh scripts/languages/*.sh)

die() { echo "compute.sh: $*" >&2; exit 1; }

modules() {
  local language
  "clang-$LLVM_VERSION" --target=wasm32 -O2 -nostdlib -fno-builtin -Wl,--no-entry -Wl,--strip-all \
    "$source/guests/c/kernels.c" -o "$work/c.wasm"
  for language in "${languages[@]}"; do
    scripts/build-guest.sh "$source/guests/$language/compute" "$work/$language.wasm"
  done
}

# A definition that answers 0 for each function that the module imports: what is measured calls none of them.
stubs() {
  echo '#include <stdlib.h>'
  echo '#include "module.h"'
  sed -n '/^\/\* import: /,/;$/{/^\/\*/d;p}' "$1/module.h" |
    sed -e 's/^extern //' -e '/^void/s/;$/ { abort(); }/' -e '/^u\|^f/s/;$/ { return 0; }/'
}

native() { # MODULE
  local folder="$work/native-$1" defines=()
  mkdir -p "$folder"
  wasm2c -n compute --no-debug-names "$work/$1.wasm" -o "$folder/module.c"
  stubs "$folder" >"$folder/stubs.c"
  # One argument for each module that is imported from.
  defines+=("-DIMPORTS=$(sed -n 's/^void Z_compute_instantiate(Z_compute_instance_t\*\(.*\));$/\1/p' "$folder/module.h" |
    sed 's/struct [A-Za-z0-9_]*\*/0/g')")
  if grep -q Z_computeZ_nbody "$folder/module.h"; then defines+=(-DHAS_NBODY); fi
  if grep -q Z_computeZ__initialize "$folder/module.h"; then defines+=(-DSTART=Z_computeZ__initialize); fi
  local compile=(gcc -O2 -w -I "$folder" -I "$runtime" "${defines[@]}"
    "$folder/module.c" "$folder/stubs.c" "$source/native/driver.c" "$runtime/wasm-rt-impl.c" -lm)
  "${compile[@]}" -o "$work/$1-gcc"
  "${compile[@]}" -DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0 -o "$work/$1-gcc-checked"
  "${compile[@]}" -march=x86-64-v3 -o "$work/$1-gcc-v3"
}

case "${1:-}" in
  "" | --build) arguments=("$work" "$figures") ;;
  --tried) arguments=(--tried "$work") ;;
  *) die "usage: compute.sh [--tried | --build]" ;;
esac
command -v wasm2c >/dev/null || die "wasm2c is missing: run scripts/setup-toolchains.sh"

mkdir -p "$work"
if [ -z "${BENCHMARKS_BUILT:-}" ]; then
  cargo build --locked --release -p compute >&2
  modules
  for module in c "${languages[@]}"; do
    native "$module"
  done
fi
[ "${1:-}" != --build ] || exit 0
taskset -c "$core" target/release/compute "${arguments[@]}"
