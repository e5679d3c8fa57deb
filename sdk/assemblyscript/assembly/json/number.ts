// What a number of JSON is as a number of a type. Places are addresses of UTF-16 code units; the number is valid JSON.

import { toFloat, written } from "./decimal";
import { invalid, isDigit } from "./token";

/** As an integer: it may have a fraction or an exponent if it is whole all the same, such as `1.0` and `1e3`. */
export function integral<T>(start: usize, end: usize, text: usize): T {
  const negative = load<u16>(start) == 0x2d;
  let size: u64 = 0;
  for (let at = negative ? start + 2 : start; at < end; at += 2) {
    const digit = <u64>load<u16>(at) - 0x30;
    if (digit > 9 || !fits(size, digit)) {
      size = wholeSize<T>(start, end, text);
      break;
    }
    size = size * 10 + digit;
  }
  const largest = u64.MAX_VALUE >> (64 - ((<u64>sizeof<T>()) << 3));
  const limit = isSigned<T>() ? (largest >> 1) + u64(negative) : negative ? 0 : largest;
  if (size > limit) outOfRange<T>(start, text);
  // @ts-ignore: T is an integer
  return <T>(negative ? 0 - size : size);
}

// The size of a number that has a fraction, an exponent or too many digits. Its digits decide: as f64 it might have become
// whole, or another one.
function wholeSize<T>(start: usize, end: usize, text: usize): u64 {
  let count = 0;
  let point = -1;
  let last = 0; // how many digits there are up to the last one that is not zero
  const first = load<u16>(start) == 0x2d ? start + 2 : start;
  let at = first;
  for (; at < end; at += 2) {
    const code = load<u16>(at);
    if ((code | 0x20) == 0x65) break;
    if (code == 0x2e) {
      point = count;
      continue;
    }
    count++;
    if (code != 0x30) last = count;
  }
  if (last == 0) return 0;
  point = (point < 0 ? count : point) + written(at + 2, end);
  if (last > point) invalid("A whole number is expected", start, text);
  let size: u64 = 0;
  for (let place = first; place < at && last > 0; place += 2) {
    const code = load<u16>(place);
    if (code == 0x2e) continue;
    size = longer<T>(size, code - 0x30, start, text);
    last--;
    point--;
  }
  for (; point > 0; point--) size = longer<T>(size, 0, start, text);
  return size;
}

function longer<T>(size: u64, digit: u64, start: usize, text: usize): u64 {
  if (!fits(size, digit)) outOfRange<T>(start, text);
  return size * 10 + digit;
}

// Whether a number has room for one more digit.
function fits(size: u64, digit: u64): bool {
  return size < u64.MAX_VALUE / 10 || (size == u64.MAX_VALUE / 10 && digit <= u64.MAX_VALUE % 10);
}

function outOfRange<T>(start: usize, text: usize): void {
  invalid("The number is out of the range of " + nameof<T>(), start, text);
}

/** As a number with a fraction. */
export function fractional<T>(start: usize, end: usize, text: usize): T {
  const value = toFloat<T>(start, end);
  if (!isFinite<T>(value)) outOfRange<T>(start, text);
  return value;
}

/** A number as databases write it into a text, rounded correctly; NaN if the text is none. */
export function coordinate(text: string): f64 {
  const start = changetype<usize>(text);
  const end = start + ((<usize>text.length) << 1);
  const sign = start < end ? load<u16>(start) : 0;
  const first = sign == 0x2b || sign == 0x2d ? start + 2 : start;
  if (text.substring(<i32>((first - start) >> 1)) == "Infinity") return sign == 0x2d ? -Infinity : Infinity;
  let at = digitsEnd(first, end);
  let digits = at - first;
  if (at < end && load<u16>(at) == 0x2e) {
    const fraction = at + 2;
    at = digitsEnd(fraction, end);
    digits += at - fraction;
  }
  if (digits == 0) return NaN;
  if (at < end && (load<u16>(at) | 0x20) == 0x65) {
    at += 2;
    if (at < end && (load<u16>(at) == 0x2b || load<u16>(at) == 0x2d)) at += 2;
    const exponent = at;
    at = digitsEnd(exponent, end);
    if (at == exponent) return NaN;
  }
  if (at != end) return NaN;
  return toFloat<f64>(sign == 0x2b ? first : start, end);
}

function digitsEnd(start: usize, end: usize): usize {
  let at = start;
  while (at < end && isDigit(load<u16>(at))) at += 2;
  return at;
}
