# The functions that run before and during the first answer, in the order in which they are to lie in the program. Sourced
# in the root of the source tree.
#
# Laid side by side they take a quarter of the pages that they take where the linker happens to put them: each page is
# looked up at the first start of a process, and counts as its memory.
ORDER=runner/startup.order

# Whether the linker can put functions in an order: lld, which is Rust's own on x86-64, can.
linker_orders() {
  local work
  work="$(mktemp -d)"
  echo 'fn main() {}' >"$work/main.rs"
  rustc -o "$work/main" "$work/main.rs" -C "link-arg=-Wl,--symbol-ordering-file=$PWD/$ORDER" \
    -C link-arg=-Wl,--no-warn-symbol-ordering >/dev/null 2>&1
  local found=$?
  rm -r "$work"
  return "$found"
}
