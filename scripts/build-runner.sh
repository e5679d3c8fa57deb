#!/usr/bin/env bash
# Builds modus-runner as it is shipped: build-runner.sh [--release] [RUSTC-OPTION...]
#
# Statically linked, at a fixed address: nothing is searched for, mapped or relocated at start (RATIONALE). The flags are
# for this one program, so that what it shares with others is not compiled twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The functions that run before and during the first answer, in the order in which they are to lie in the program
# (scripts/order-runner.sh makes it). Laid side by side they take a quarter of the pages that they take where the linker
# happens to put them: each page is looked up at the first start of a process, and counts as its memory.
ORDER=runner/startup.order

# Whether the linker can put functions in an order: lld, which is Rust's own on x86-64, can. Sets order_options.
linker_orders() {
  local work copy found=0
  # Cargo does not look into the file, but at its name: with another content it has another one.
  copy="$PWD/target/order/$(sha256sum <"$ORDER" | cut -c1-16).order"
  mkdir -p "$(dirname "$copy")"
  cp "$ORDER" "$copy" || return 1
  order_options=(-C "link-arg=-Wl,--symbol-ordering-file=$copy" -C link-arg=-Wl,--no-warn-symbol-ordering
    -C link-arg=-Wl,--icf=safe)
  work="$(mktemp -d)"
  echo 'fn main() {}' >"$work/main.rs"
  # shellcheck disable=SC2086 # Several options, as cargo splits them.
  rustc ${RUSTFLAGS:-} -o "$work/main" "$work/main.rs" "${order_options[@]}" >/dev/null 2>&1 || found=1
  rm -r "$work"
  return "$found"
}

profile=()
options=(-C target-feature=+crt-static -C relocation-model=static)
if [ "${1:-}" = --release ]; then
  profile=(--release)
  shift
  # Fewer functions are copied into those that call them than LLVM would (225 of its units). That makes the program 0.6 MB
  # smaller, and no slower (benchmarks/NOTES.md). It holds for all crates, because all are put together here.
  options+=(-C llvm-args=-inline-threshold=50)
  # In a debug build the functions have other names.
  if linker_orders; then
    options+=("${order_options[@]}")
  fi
fi
cargo rustc --locked "${profile[@]}" -p modus-runner --bin modus-runner -- "${options[@]}" "$@"
