// Scalars. `echo…` returns its argument, `make…` answers a fixed value, `is…` compares its argument with that value.

import { Color, Count } from "./shapes";

export function echoBool(v: bool): bool {
  return v;
}
export function makeBool(): bool {
  return true;
}
export function isBool(v: bool): bool {
  return v == makeBool();
}
export function echoI8(v: i8): i8 {
  return v;
}
export function makeI8(): i8 {
  return -8;
}
export function isI8(v: i8): bool {
  return v == makeI8();
}
export function echoI16(v: i16): i16 {
  return v;
}
export function makeI16(): i16 {
  return -1600;
}
export function isI16(v: i16): bool {
  return v == makeI16();
}
export function echoI32(v: i32): i32 {
  return v;
}
export function makeI32(): i32 {
  return -320_000;
}
export function isI32(v: i32): bool {
  return v == makeI32();
}
export function echoI64(v: i64): i64 {
  return v;
}
export function makeI64(): i64 {
  return i64.MIN_VALUE;
}
export function isI64(v: i64): bool {
  return v == makeI64();
}
export function echoIsize(v: isize): isize {
  return v;
}
export function makeIsize(): isize {
  return -2_000_000_001;
}
export function isIsize(v: isize): bool {
  return v == makeIsize();
}
export function echoU8(v: u8): u8 {
  return v;
}
export function makeU8(): u8 {
  return 200;
}
export function isU8(v: u8): bool {
  return v == makeU8();
}
export function echoU16(v: u16): u16 {
  return v;
}
export function makeU16(): u16 {
  return 60_000;
}
export function isU16(v: u16): bool {
  return v == makeU16();
}
export function echoU32(v: u32): u32 {
  return v;
}
export function makeU32(): u32 {
  return u32.MAX_VALUE;
}
export function isU32(v: u32): bool {
  return v == makeU32();
}
export function echoU64(v: u64): u64 {
  return v;
}
export function makeU64(): u64 {
  return u64.MAX_VALUE;
}
export function isU64(v: u64): bool {
  return v == makeU64();
}
export function echoUsize(v: usize): usize {
  return v;
}
export function makeUsize(): usize {
  return 4_000_000_000;
}
export function isUsize(v: usize): bool {
  return v == makeUsize();
}
export function echoF32(v: f32): f32 {
  return v;
}
export function makeF32(): f32 {
  return 0.1;
}
export function isF32(v: f32): bool {
  return v == makeF32();
}
export function echoF64(v: f64): f64 {
  return v;
}
export function makeF64(): f64 {
  return -2.5e-300;
}
export function isF64(v: f64): bool {
  return v == makeF64();
}
export function echoEnum(v: Color): Color {
  return v;
}
export function makeEnum(): Color {
  return Color.Blue;
}
export function isEnum(v: Color): bool {
  return v == makeEnum();
}
export function echoAlias(v: Count): Count {
  return v;
}
export function makeAlias(): Count {
  return -7;
}
export function isAlias(v: Count): bool {
  return v == makeAlias();
}

// Floats that JSON cannot write, or that look like another one.

export function notANumber(): f64 {
  return NaN;
}
export function infinity(): f32 {
  return Infinity;
}
export function negativeInfinity(): f64 {
  return -Infinity;
}
export function negativeZero(): f64 {
  return -0.0;
}
export function isNegativeZero(v: f64): bool {
  return v == 0 && 1 / v < 0;
}
export function isNegativeZero32(v: f32): bool {
  return v == 0 && 1 / v < 0;
}
export function someNaNs(): f64[] {
  return [1, NaN];
}
