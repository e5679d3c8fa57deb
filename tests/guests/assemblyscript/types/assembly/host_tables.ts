// Each value crosses to a host function that answers it, and back.

import { Point } from "./shapes";

// @ts-ignore: decorator
@external("modus_test", "echoMapPointString")
declare function hostEchoMapPointString(v: Map<Point, string>): Map<Point, string>;
export function viaHostMapPointString(v: Map<Point, string>): Map<Point, string> {
  return hostEchoMapPointString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapArrayI32String")
declare function hostEchoMapArrayI32String(v: Map<Array<i32>, string>): Map<Array<i32>, string>;
export function viaHostMapArrayI32String(v: Map<Array<i32>, string>): Map<Array<i32>, string> {
  return hostEchoMapArrayI32String(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapDateI32")
declare function hostEchoMapDateI32(v: Map<Date, i32>): Map<Date, i32>;
export function viaHostMapDateI32(v: Map<Date, i32>): Map<Date, i32> {
  return hostEchoMapDateI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetString")
declare function hostEchoSetString(v: Set<string>): Set<string>;
export function viaHostSetString(v: Set<string>): Set<string> {
  return hostEchoSetString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetBool")
declare function hostEchoSetBool(v: Set<bool>): Set<bool>;
export function viaHostSetBool(v: Set<bool>): Set<bool> {
  return hostEchoSetBool(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetI8")
declare function hostEchoSetI8(v: Set<i8>): Set<i8>;
export function viaHostSetI8(v: Set<i8>): Set<i8> {
  return hostEchoSetI8(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetU8")
declare function hostEchoSetU8(v: Set<u8>): Set<u8>;
export function viaHostSetU8(v: Set<u8>): Set<u8> {
  return hostEchoSetU8(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetI16")
declare function hostEchoSetI16(v: Set<i16>): Set<i16>;
export function viaHostSetI16(v: Set<i16>): Set<i16> {
  return hostEchoSetI16(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetU16")
declare function hostEchoSetU16(v: Set<u16>): Set<u16>;
export function viaHostSetU16(v: Set<u16>): Set<u16> {
  return hostEchoSetU16(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetI32")
declare function hostEchoSetI32(v: Set<i32>): Set<i32>;
export function viaHostSetI32(v: Set<i32>): Set<i32> {
  return hostEchoSetI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetU32")
declare function hostEchoSetU32(v: Set<u32>): Set<u32>;
export function viaHostSetU32(v: Set<u32>): Set<u32> {
  return hostEchoSetU32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetI64")
declare function hostEchoSetI64(v: Set<i64>): Set<i64>;
export function viaHostSetI64(v: Set<i64>): Set<i64> {
  return hostEchoSetI64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetU64")
declare function hostEchoSetU64(v: Set<u64>): Set<u64>;
export function viaHostSetU64(v: Set<u64>): Set<u64> {
  return hostEchoSetU64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetF32")
declare function hostEchoSetF32(v: Set<f32>): Set<f32>;
export function viaHostSetF32(v: Set<f32>): Set<f32> {
  return hostEchoSetF32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetF64")
declare function hostEchoSetF64(v: Set<f64>): Set<f64>;
export function viaHostSetF64(v: Set<f64>): Set<f64> {
  return hostEchoSetF64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetNullableString")
declare function hostEchoSetNullableString(v: Set<string | null>): Set<string | null>;
export function viaHostSetNullableString(v: Set<string | null>): Set<string | null> {
  return hostEchoSetNullableString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoNullableSetString")
declare function hostEchoNullableSetString(v: Set<string> | null): Set<string> | null;
export function viaHostNullableSetString(v: Set<string> | null): Set<string> | null {
  return hostEchoNullableSetString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoSetPoint")
declare function hostEchoSetPoint(v: Set<Point>): Set<Point>;
export function viaHostSetPoint(v: Set<Point>): Set<Point> {
  return hostEchoSetPoint(v);
}
