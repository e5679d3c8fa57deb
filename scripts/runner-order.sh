# The functions that run before and during the first answer, in the order in which they are to lie in the program. Sourced
# in the root of the source tree.
#
# Laid side by side they take a quarter of the pages that they take where the linker happens to put them: each page is
# looked up at the first start of a process, and counts as its memory.
ORDER=runner/startup.order

# Whether the linker can put functions in an order: lld, which is Rust's own on x86-64, can. Sets order_options.
linker_orders() {
  local work copy found=0
  # Cargo does not look into the file, but at its name: with another content it has another one.
  copy="$PWD/target/order/$(sha256sum <"$ORDER" | cut -c1-16).order"
  mkdir -p "$(dirname "$copy")"
  cp "$ORDER" "$copy" || return 1
  order_options=(-C "link-arg=-Wl,--symbol-ordering-file=$copy" -C link-arg=-Wl,--no-warn-symbol-ordering)
  work="$(mktemp -d)"
  echo 'fn main() {}' >"$work/main.rs"
  # shellcheck disable=SC2086 # Several options, as cargo splits them.
  rustc ${RUSTFLAGS:-} -o "$work/main" "$work/main.rs" "${order_options[@]}" >/dev/null 2>&1 || found=1
  rm -r "$work"
  return "$found"
}
