// Each value crosses to a host function that answers it, and back.

import { Point } from "./shapes";

// @ts-ignore: decorator
@external("modus_test", "echoMapStringI32")
declare function hostEchoMapStringI32(v: Map<string, i32>): Map<string, i32>;
export function viaHostMapStringI32(v: Map<string, i32>): Map<string, i32> {
  return hostEchoMapStringI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringString")
declare function hostEchoMapStringString(v: Map<string, string>): Map<string, string>;
export function viaHostMapStringString(v: Map<string, string>): Map<string, string> {
  return hostEchoMapStringString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringBool")
declare function hostEchoMapStringBool(v: Map<string, bool>): Map<string, bool>;
export function viaHostMapStringBool(v: Map<string, bool>): Map<string, bool> {
  return hostEchoMapStringBool(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringI64")
declare function hostEchoMapStringI64(v: Map<string, i64>): Map<string, i64>;
export function viaHostMapStringI64(v: Map<string, i64>): Map<string, i64> {
  return hostEchoMapStringI64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringNullableString")
declare function hostEchoMapStringNullableString(v: Map<string, string | null>): Map<string, string | null>;
export function viaHostMapStringNullableString(v: Map<string, string | null>): Map<string, string | null> {
  return hostEchoMapStringNullableString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringPoint")
declare function hostEchoMapStringPoint(v: Map<string, Point>): Map<string, Point>;
export function viaHostMapStringPoint(v: Map<string, Point>): Map<string, Point> {
  return hostEchoMapStringPoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringNullablePoint")
declare function hostEchoMapStringNullablePoint(v: Map<string, Point | null>): Map<string, Point | null>;
export function viaHostMapStringNullablePoint(v: Map<string, Point | null>): Map<string, Point | null> {
  return hostEchoMapStringNullablePoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringArrayI32")
declare function hostEchoMapStringArrayI32(v: Map<string, Array<i32>>): Map<string, Array<i32>>;
export function viaHostMapStringArrayI32(v: Map<string, Array<i32>>): Map<string, Array<i32>> {
  return hostEchoMapStringArrayI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringNullableArrayString")
declare function hostEchoMapStringNullableArrayString(v: Map<string, Array<string> | null>): Map<string, Array<string> | null>;
export function viaHostMapStringNullableArrayString(v: Map<string, Array<string> | null>): Map<string, Array<string> | null> {
  return hostEchoMapStringNullableArrayString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringMapStringI32")
declare function hostEchoMapStringMapStringI32(v: Map<string, Map<string, i32>>): Map<string, Map<string, i32>>;
export function viaHostMapStringMapStringI32(v: Map<string, Map<string, i32>>): Map<string, Map<string, i32>> {
  return hostEchoMapStringMapStringI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringSetI32")
declare function hostEchoMapStringSetI32(v: Map<string, Set<i32>>): Map<string, Set<i32>>;
export function viaHostMapStringSetI32(v: Map<string, Set<i32>>): Map<string, Set<i32>> {
  return hostEchoMapStringSetI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringUint8Array")
declare function hostEchoMapStringUint8Array(v: Map<string, Uint8Array>): Map<string, Uint8Array>;
export function viaHostMapStringUint8Array(v: Map<string, Uint8Array>): Map<string, Uint8Array> {
  return hostEchoMapStringUint8Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringArrayBuffer")
declare function hostEchoMapStringArrayBuffer(v: Map<string, ArrayBuffer>): Map<string, ArrayBuffer>;
export function viaHostMapStringArrayBuffer(v: Map<string, ArrayBuffer>): Map<string, ArrayBuffer> {
  return hostEchoMapStringArrayBuffer(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringStaticArrayF32")
declare function hostEchoMapStringStaticArrayF32(v: Map<string, StaticArray<f32>>): Map<string, StaticArray<f32>>;
export function viaHostMapStringStaticArrayF32(v: Map<string, StaticArray<f32>>): Map<string, StaticArray<f32>> {
  return hostEchoMapStringStaticArrayF32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapBoolString")
declare function hostEchoMapBoolString(v: Map<bool, string>): Map<bool, string>;
export function viaHostMapBoolString(v: Map<bool, string>): Map<bool, string> {
  return hostEchoMapBoolString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapI8Bool")
declare function hostEchoMapI8Bool(v: Map<i8, bool>): Map<i8, bool>;
export function viaHostMapI8Bool(v: Map<i8, bool>): Map<i8, bool> {
  return hostEchoMapI8Bool(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapU8U8")
declare function hostEchoMapU8U8(v: Map<u8, u8>): Map<u8, u8>;
export function viaHostMapU8U8(v: Map<u8, u8>): Map<u8, u8> {
  return hostEchoMapU8U8(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapI16U8")
declare function hostEchoMapI16U8(v: Map<i16, u8>): Map<i16, u8>;
export function viaHostMapI16U8(v: Map<i16, u8>): Map<i16, u8> {
  return hostEchoMapI16U8(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapU16I64")
declare function hostEchoMapU16I64(v: Map<u16, i64>): Map<u16, i64>;
export function viaHostMapU16I64(v: Map<u16, i64>): Map<u16, i64> {
  return hostEchoMapU16I64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapI32Bool")
declare function hostEchoMapI32Bool(v: Map<i32, bool>): Map<i32, bool>;
export function viaHostMapI32Bool(v: Map<i32, bool>): Map<i32, bool> {
  return hostEchoMapI32Bool(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapI32String")
declare function hostEchoMapI32String(v: Map<i32, string>): Map<i32, string>;
export function viaHostMapI32String(v: Map<i32, string>): Map<i32, string> {
  return hostEchoMapI32String(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapU32F32")
declare function hostEchoMapU32F32(v: Map<u32, f32>): Map<u32, f32>;
export function viaHostMapU32F32(v: Map<u32, f32>): Map<u32, f32> {
  return hostEchoMapU32F32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapI64Bool")
declare function hostEchoMapI64Bool(v: Map<i64, bool>): Map<i64, bool>;
export function viaHostMapI64Bool(v: Map<i64, bool>): Map<i64, bool> {
  return hostEchoMapI64Bool(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapU64U64")
declare function hostEchoMapU64U64(v: Map<u64, u64>): Map<u64, u64>;
export function viaHostMapU64U64(v: Map<u64, u64>): Map<u64, u64> {
  return hostEchoMapU64U64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapIsizeI16")
declare function hostEchoMapIsizeI16(v: Map<isize, i16>): Map<isize, i16>;
export function viaHostMapIsizeI16(v: Map<isize, i16>): Map<isize, i16> {
  return hostEchoMapIsizeI16(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapUsizeU16")
declare function hostEchoMapUsizeU16(v: Map<usize, u16>): Map<usize, u16>;
export function viaHostMapUsizeU16(v: Map<usize, u16>): Map<usize, u16> {
  return hostEchoMapUsizeU16(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapF32U16")
declare function hostEchoMapF32U16(v: Map<f32, u16>): Map<f32, u16>;
export function viaHostMapF32U16(v: Map<f32, u16>): Map<f32, u16> {
  return hostEchoMapF32U16(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapF64String")
declare function hostEchoMapF64String(v: Map<f64, string>): Map<f64, string>;
export function viaHostMapF64String(v: Map<f64, string>): Map<f64, string> {
  return hostEchoMapF64String(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapNullableStringI32")
declare function hostEchoMapNullableStringI32(v: Map<string | null, i32>): Map<string | null, i32>;
export function viaHostMapNullableStringI32(v: Map<string | null, i32>): Map<string | null, i32> {
  return hostEchoMapNullableStringI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapI8MapU16ArrayPoint")
declare function hostEchoMapI8MapU16ArrayPoint(v: Map<i8, Map<u16, Array<Point>>>): Map<i8, Map<u16, Array<Point>>>;
export function viaHostMapI8MapU16ArrayPoint(v: Map<i8, Map<u16, Array<Point>>>): Map<i8, Map<u16, Array<Point>>> {
  return hostEchoMapI8MapU16ArrayPoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoNullableMapStringI32")
declare function hostEchoNullableMapStringI32(v: Map<string, i32> | null): Map<string, i32> | null;
export function viaHostNullableMapStringI32(v: Map<string, i32> | null): Map<string, i32> | null {
  return hostEchoNullableMapStringI32(v);
}
