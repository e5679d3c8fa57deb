// Decimal numbers as f64 and f32, rounded correctly: AssemblyScript's own `parseFloat` is wrong for about one of two hundred
// numbers with 16 and more digits, and for large exponents by powers of ten.
//
// Most numbers are the exact quotient or product of two exact f64, or the quotient of two integers of 64 bits. The rest is
// shifted in decimal digits until its 53 bits stand before the point ("simple decimal conversion", as Go and fast_float do it
// where nothing faster is certain).
//
// An f32 is made of the f64, unless that is the middle between two f32: the number itself may be above or below. Its 24 bits
// are shifted before the point then.

/** More digits than any f64 and half of the distance to its neighbour have. */
const MAX_DIGITS: i32 = 800;

/** How far one shift goes at most: nine times this power of two and the carry fit into 64 bits. */
const MAX_SHIFT: i32 = 59;

/** By how many bits a number with so many digits before the point is shifted without becoming less than a half. */
// prettier-ignore
const SHIFTS: StaticArray<u8> = [0, 3, 6, 9, 13, 16, 19, 23, 26, 29, 33, 36, 39, 43, 46, 49, 53, 56, 59];

// prettier-ignore
const POWERS: StaticArray<f64> = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
  1e22,
];

// The digits of a number 0.d1d2d3… times ten to the power of `point`; `cut` if others than zeros are left out at the end.
const digits: StaticArray<u8> = new StaticArray<u8>(MAX_DIGITS + 32);
let count: i32 = 0;
let point: i32 = 0;
let cut: bool = false;

/** The f64 or f32 that stands between two addresses of UTF-16 code units, in the grammar of JSON; infinite if too large. */
export function toFloat<T>(start: usize, end: usize): T {
  const negative = load<u16>(start) == 0x2d;
  let at = negative ? start + 2 : start;
  let mantissa: u64 = 0;
  let exponent = 0;
  let fraction = false;
  let seen = 0;
  for (; at < end; at += 2) {
    const code = load<u16>(at);
    if (code == 0x2e) {
      fraction = true;
      continue;
    }
    if ((code | 0x20) == 0x65) break;
    if (fraction) exponent--;
    if (code == 0x30 && seen == 0) continue; // zeros at the front
    if (++seen <= 19) mantissa = mantissa * 10 + (code - 0x30);
  }
  if (seen == 0) return <T>(negative ? -0.0 : 0.0);
  exponent += written(at + 2, end);
  let value: f64;
  if (seen <= 19 && mantissa <= 1 << 53 && abs(exponent) <= 22) value = exact(mantissa, exponent);
  else if (seen <= 19 && exponent <= -3 && exponent >= -18) value = quotient(mantissa, -exponent);
  else value = shifted<f64>(start, at, seen + exponent);
  if (sizeof<T>() == 4 && isBetweenSingles(value)) value = <f64>shifted<f32>(start, at, seen + exponent);
  return <T>(negative ? -value : value);
}

// True for the middle between two f32. Those below the smallest normal one are multiples of 2^-149.
function isBetweenSingles(size: f64): bool {
  if (size >= <f64>f32.MIN_NORMAL_VALUE) return (reinterpret<u64>(size) & 0x1fffffff) == 0x10000000;
  const halves = size * reinterpret<f64>(<u64>(1023 + 150) << 52);
  return halves == Math.floor(halves) && (<u32>halves & 1) == 1;
}

/** The exponent that is written behind the e, as far as it matters; 0 if there is none. */
export function written(start: usize, end: usize): i32 {
  if (start >= end) return 0;
  const sign = load<u16>(start);
  let value = 0;
  for (let at = sign == 0x2b || sign == 0x2d ? start + 2 : start; at < end; at += 2) {
    if (value < 100000000) value = value * 10 + (load<u16>(at) - 0x30);
  }
  return sign == 0x2d ? -value : value;
}

function exact(mantissa: u64, exponent: i32): f64 {
  if (exponent < 0) return <f64>mantissa / unchecked(POWERS[-exponent]);
  return <f64>mantissa * unchecked(POWERS[exponent]);
}

// By a power of ten from 10^3 to 10^18, divided bit by bit; two bits and what remains decide how it is rounded. 19 digits make
// no more than 54 bits of it at first, and the remainder has a bit to spare.
function quotient(mantissa: u64, power: i32): f64 {
  const divisor = <u64>unchecked(POWERS[power]);
  let bits = mantissa / divisor;
  let rest = mantissa % divisor;
  let exponent: u64 = 1023 + 2;
  for (; bits < 1 << 54; exponent--) {
    rest <<= 1;
    const bit = u64(rest >= divisor);
    bits = (bits << 1) | bit;
    rest -= divisor * bit;
  }
  const last = bits & 3;
  bits >>= 2;
  if (last == 3 || (last == 2 && (rest != 0 || (bits & 1) == 1))) bits++;
  return <f64>bits * reinterpret<f64>(exponent << 52);
}

function shifted<T>(start: usize, end: usize, digitsBeforePoint: i32): T {
  const bits: u64 = sizeof<T>() == 4 ? 24 : 53;
  const largest = sizeof<T>() == 4 ? 127 : 1023;
  collect(start, end);
  point = digitsBeforePoint;
  trim();
  if (point > 310) return <T>Infinity;
  if (point < -330) return 0;
  // Until the number is at least a half and less than one.
  let exponent = 0;
  while (point > 0) exponent += right(shiftFor(point));
  while (point < 0 || unchecked(digits[0]) < 5) exponent -= left(shiftFor(-point));
  exponent--;
  // Numbers below the smallest normal one have fewer bits.
  while (exponent < 1 - largest) exponent += right(min(1 - largest - exponent, MAX_SHIFT));
  if (exponent > largest) return <T>Infinity;
  left(<i32>bits);
  let mantissa = rounded();
  if (mantissa >> bits != 0) {
    mantissa >>= 1;
    if (++exponent > largest) return <T>Infinity;
  }
  const hidden: u64 = 1 << (bits - 1);
  const biased: u64 = mantissa < hidden ? 0 : exponent + largest;
  const value = (biased << (bits - 1)) | (mantissa & (hidden - 1));
  if (sizeof<T>() == 4) return <T>reinterpret<f32>(<u32>value);
  return <T>reinterpret<f64>(value);
}

// Takes the digits over, without the zeros at the front.
function collect(start: usize, end: usize): void {
  count = 0;
  cut = false;
  for (let at = start; at < end; at += 2) {
    const digit = load<u16>(at) - 0x30;
    if (digit > 9 || (digit == 0 && count == 0)) continue;
    if (count < MAX_DIGITS) unchecked((digits[count++] = <u8>digit));
    else cut = cut || digit != 0;
  }
}

function shiftFor(places: i32): i32 {
  if (places == 0) return 1;
  return places < SHIFTS.length ? unchecked(SHIFTS[places]) : MAX_SHIFT;
}

// Divides by a power of two; answers which.
function right(bits: i32): i32 {
  const mask: u64 = (1 << <u64>bits) - 1;
  let rest: u64 = 0;
  let read = 0;
  let write = 0;
  while (rest >> bits == 0) {
    rest = rest * 10 + (read < count ? unchecked(digits[read]) : 0);
    read++;
  }
  point -= read - 1;
  while (read < count || rest != 0) {
    const digit = <u8>(rest >> bits);
    if (write < MAX_DIGITS) unchecked((digits[write++] = digit));
    else cut = cut || digit != 0;
    rest = (rest & mask) * 10 + (read < count ? unchecked(digits[read]) : 0);
    read++;
  }
  count = write;
  trim();
  return bits;
}

// Multiplies by a power of two; answers which.
function left(bits: i32): i32 {
  let carry: u64 = 0;
  for (let i = count - 1; i >= 0; i--) {
    carry += (<u64>unchecked(digits[i])) << bits;
    unchecked((digits[i] = <u8>(carry % 10)));
    carry /= 10;
  }
  let more = 0;
  for (let rest = carry; rest != 0; rest /= 10) more++;
  memory.copy(changetype<usize>(digits) + more, changetype<usize>(digits), count);
  for (let i = more - 1; i >= 0; i--) {
    unchecked((digits[i] = <u8>(carry % 10)));
    carry /= 10;
  }
  point += more;
  count += more;
  while (count > MAX_DIGITS) cut = unchecked(digits[--count]) != 0 || cut;
  trim();
  return bits;
}

function trim(): void {
  while (count > 0 && unchecked(digits[count - 1]) == 0) count--;
}

// The nearest whole number, the even one of two.
function rounded(): u64 {
  let whole: u64 = 0;
  for (let i = 0; i < point; i++) whole = whole * 10 + (i < count ? unchecked(digits[i]) : 0);
  return whole + u64(isRoundedUp());
}

function isRoundedUp(): bool {
  if (point < 0 || point >= count) return false;
  const digit = unchecked(digits[point]);
  if (digit != 5 || point + 1 < count || cut) return digit >= 5;
  return point > 0 && (unchecked(digits[point - 1]) & 1) == 1;
}
