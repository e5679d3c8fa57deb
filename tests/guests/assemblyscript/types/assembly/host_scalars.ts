// Each value crosses to a host function that answers it, and back.

import { Color, Count } from "./shapes";

// @ts-ignore: decorator
@external("modus_test", "echoBool")
declare function hostEchoBool(v: bool): bool;
export function viaHostBool(v: bool): bool {
  return hostEchoBool(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoI8")
declare function hostEchoI8(v: i8): i8;
export function viaHostI8(v: i8): i8 {
  return hostEchoI8(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoI16")
declare function hostEchoI16(v: i16): i16;
export function viaHostI16(v: i16): i16 {
  return hostEchoI16(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoI32")
declare function hostEchoI32(v: i32): i32;
export function viaHostI32(v: i32): i32 {
  return hostEchoI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoI64")
declare function hostEchoI64(v: i64): i64;
export function viaHostI64(v: i64): i64 {
  return hostEchoI64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoIsize")
declare function hostEchoIsize(v: isize): isize;
export function viaHostIsize(v: isize): isize {
  return hostEchoIsize(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoU8")
declare function hostEchoU8(v: u8): u8;
export function viaHostU8(v: u8): u8 {
  return hostEchoU8(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoU16")
declare function hostEchoU16(v: u16): u16;
export function viaHostU16(v: u16): u16 {
  return hostEchoU16(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoU32")
declare function hostEchoU32(v: u32): u32;
export function viaHostU32(v: u32): u32 {
  return hostEchoU32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoU64")
declare function hostEchoU64(v: u64): u64;
export function viaHostU64(v: u64): u64 {
  return hostEchoU64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoUsize")
declare function hostEchoUsize(v: usize): usize;
export function viaHostUsize(v: usize): usize {
  return hostEchoUsize(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoF32")
declare function hostEchoF32(v: f32): f32;
export function viaHostF32(v: f32): f32 {
  return hostEchoF32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoF64")
declare function hostEchoF64(v: f64): f64;
export function viaHostF64(v: f64): f64 {
  return hostEchoF64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoEnum")
declare function hostEchoEnum(v: Color): Color;
export function viaHostEnum(v: Color): Color {
  return hostEchoEnum(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoAlias")
declare function hostEchoAlias(v: Count): Count;
export function viaHostAlias(v: Count): Count {
  return hostEchoAlias(v);
}
