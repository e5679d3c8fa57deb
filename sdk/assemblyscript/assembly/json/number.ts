// What a number of JSON is as a number of a type. Places are addresses of UTF-16 code units; the number is valid JSON.

import { toF64 } from "./decimal";
import { invalid } from "./token";

/** All whole numbers below this one are exact as f64; what is above may be rounded to it. */
const EXACT: u64 = 1 << 53;

/** As an integer: it may have a fraction or an exponent if it is whole all the same, such as `1.0` and `1e3`. */
export function integral<T>(start: usize, end: usize, text: usize): T {
  const negative = load<u16>(start) == 0x2d;
  let size: u64 = 0;
  for (let at = negative ? start + 2 : start; at < end; at += 2) {
    const digit = <u64>load<u16>(at) - 0x30;
    if (digit > 9) {
      size = wholeSize(start, end, text);
      break;
    }
    if (size > u64.MAX_VALUE / 10 || (size == u64.MAX_VALUE / 10 && digit > u64.MAX_VALUE % 10)) outOfRange<T>(start, text);
    size = size * 10 + digit;
  }
  const largest = u64.MAX_VALUE >> (64 - ((<u64>sizeof<T>()) << 3));
  const limit = isSigned<T>() ? (largest >> 1) + u64(negative) : negative ? 0 : largest;
  if (size > limit) outOfRange<T>(start, text);
  // @ts-ignore: T is an integer
  return <T>(negative ? 0 - size : size);
}

// The size of a number that has a fraction or an exponent.
function wholeSize(start: usize, end: usize, text: usize): u64 {
  const value = Math.abs(toF64(start, end));
  if (value != Math.floor(value)) invalid("A whole number is expected", start, text);
  if (value >= <f64>EXACT) invalid("The number is too large for one with a fraction or an exponent", start, text);
  return <u64>value;
}

function outOfRange<T>(start: usize, text: usize): void {
  invalid("The number is out of the range of " + nameof<T>(), start, text);
}

/** As a number with a fraction. */
export function fractional<T>(start: usize, end: usize, text: usize): T {
  const value = <T>toF64(start, end);
  if (!isFinite<T>(value)) outOfRange<T>(start, text);
  return value;
}
