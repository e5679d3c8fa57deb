// Each value crosses to a host function that answers it, and back.

import { Color, Point, Rare } from "./shapes";

// @ts-ignore: decorator
@external("modus_test", "echoArrayBool")
declare function hostEchoArrayBool(v: bool[]): bool[];
export function viaHostArrayBool(v: bool[]): bool[] {
  return hostEchoArrayBool(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayI8")
declare function hostEchoArrayI8(v: i8[]): i8[];
export function viaHostArrayI8(v: i8[]): i8[] {
  return hostEchoArrayI8(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayI16")
declare function hostEchoArrayI16(v: i16[]): i16[];
export function viaHostArrayI16(v: i16[]): i16[] {
  return hostEchoArrayI16(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayI32")
declare function hostEchoArrayI32(v: Array<i32>): Array<i32>;
export function viaHostArrayI32(v: Array<i32>): Array<i32> {
  return hostEchoArrayI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayI64")
declare function hostEchoArrayI64(v: i64[]): i64[];
export function viaHostArrayI64(v: i64[]): i64[] {
  return hostEchoArrayI64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayU8")
declare function hostEchoArrayU8(v: u8[]): u8[];
export function viaHostArrayU8(v: u8[]): u8[] {
  return hostEchoArrayU8(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayU16")
declare function hostEchoArrayU16(v: u16[]): u16[];
export function viaHostArrayU16(v: u16[]): u16[] {
  return hostEchoArrayU16(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayU32")
declare function hostEchoArrayU32(v: u32[]): u32[];
export function viaHostArrayU32(v: u32[]): u32[] {
  return hostEchoArrayU32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayU64")
declare function hostEchoArrayU64(v: u64[]): u64[];
export function viaHostArrayU64(v: u64[]): u64[] {
  return hostEchoArrayU64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayF32")
declare function hostEchoArrayF32(v: f32[]): f32[];
export function viaHostArrayF32(v: f32[]): f32[] {
  return hostEchoArrayF32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayF64")
declare function hostEchoArrayF64(v: f64[]): f64[];
export function viaHostArrayF64(v: f64[]): f64[] {
  return hostEchoArrayF64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayEnum")
declare function hostEchoArrayEnum(v: Color[]): Color[];
export function viaHostArrayEnum(v: Color[]): Color[] {
  return hostEchoArrayEnum(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayString")
declare function hostEchoArrayString(v: Array<string>): Array<string>;
export function viaHostArrayString(v: Array<string>): Array<string> {
  return hostEchoArrayString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayNullableString")
declare function hostEchoArrayNullableString(v: Array<string | null>): Array<string | null>;
export function viaHostArrayNullableString(v: Array<string | null>): Array<string | null> {
  return hostEchoArrayNullableString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoNullableArrayI32")
declare function hostEchoNullableArrayI32(v: i32[] | null): i32[] | null;
export function viaHostNullableArrayI32(v: i32[] | null): i32[] | null {
  return hostEchoNullableArrayI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayArrayI32")
declare function hostEchoArrayArrayI32(v: Array<Array<i32>>): Array<Array<i32>>;
export function viaHostArrayArrayI32(v: Array<Array<i32>>): Array<Array<i32>> {
  return hostEchoArrayArrayI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayNullableArrayI32")
declare function hostEchoArrayNullableArrayI32(v: Array<Array<i32> | null>): Array<Array<i32> | null>;
export function viaHostArrayNullableArrayI32(v: Array<Array<i32> | null>): Array<Array<i32> | null> {
  return hostEchoArrayNullableArrayI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayArrayArrayString")
declare function hostEchoArrayArrayArrayString(v: string[][][]): string[][][];
export function viaHostArrayArrayArrayString(v: string[][][]): string[][][] {
  return hostEchoArrayArrayArrayString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayPoint")
declare function hostEchoArrayPoint(v: Point[]): Point[];
export function viaHostArrayPoint(v: Point[]): Point[] {
  return hostEchoArrayPoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayNullableRare")
declare function hostEchoArrayNullableRare(v: Array<Rare | null>): Array<Rare | null>;
export function viaHostArrayNullableRare(v: Array<Rare | null>): Array<Rare | null> {
  return hostEchoArrayNullableRare(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayNullablePoint")
declare function hostEchoArrayNullablePoint(v: Array<Point | null>): Array<Point | null>;
export function viaHostArrayNullablePoint(v: Array<Point | null>): Array<Point | null> {
  return hostEchoArrayNullablePoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayMap")
declare function hostEchoArrayMap(v: Map<string, i32>[]): Map<string, i32>[];
export function viaHostArrayMap(v: Map<string, i32>[]): Map<string, i32>[] {
  return hostEchoArrayMap(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArraySet")
declare function hostEchoArraySet(v: Set<string>[]): Set<string>[];
export function viaHostArraySet(v: Set<string>[]): Set<string>[] {
  return hostEchoArraySet(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayArrayBuffer")
declare function hostEchoArrayArrayBuffer(v: ArrayBuffer[]): ArrayBuffer[];
export function viaHostArrayArrayBuffer(v: ArrayBuffer[]): ArrayBuffer[] {
  return hostEchoArrayArrayBuffer(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayUint8Array")
declare function hostEchoArrayUint8Array(v: Uint8Array[]): Uint8Array[];
export function viaHostArrayUint8Array(v: Uint8Array[]): Uint8Array[] {
  return hostEchoArrayUint8Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayFloat32Array")
declare function hostEchoArrayFloat32Array(v: Float32Array[]): Float32Array[];
export function viaHostArrayFloat32Array(v: Float32Array[]): Float32Array[] {
  return hostEchoArrayFloat32Array(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayI32")
declare function hostEchoStaticArrayI32(v: StaticArray<i32>): StaticArray<i32>;
export function viaHostStaticArrayI32(v: StaticArray<i32>): StaticArray<i32> {
  return hostEchoStaticArrayI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayBool")
declare function hostEchoStaticArrayBool(v: StaticArray<bool>): StaticArray<bool>;
export function viaHostStaticArrayBool(v: StaticArray<bool>): StaticArray<bool> {
  return hostEchoStaticArrayBool(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayU8")
declare function hostEchoStaticArrayU8(v: StaticArray<u8>): StaticArray<u8>;
export function viaHostStaticArrayU8(v: StaticArray<u8>): StaticArray<u8> {
  return hostEchoStaticArrayU8(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayI64")
declare function hostEchoStaticArrayI64(v: StaticArray<i64>): StaticArray<i64>;
export function viaHostStaticArrayI64(v: StaticArray<i64>): StaticArray<i64> {
  return hostEchoStaticArrayI64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayF64")
declare function hostEchoStaticArrayF64(v: StaticArray<f64>): StaticArray<f64>;
export function viaHostStaticArrayF64(v: StaticArray<f64>): StaticArray<f64> {
  return hostEchoStaticArrayF64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayString")
declare function hostEchoStaticArrayString(v: StaticArray<string>): StaticArray<string>;
export function viaHostStaticArrayString(v: StaticArray<string>): StaticArray<string> {
  return hostEchoStaticArrayString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayNullableString")
declare function hostEchoStaticArrayNullableString(v: StaticArray<string | null>): StaticArray<string | null>;
export function viaHostStaticArrayNullableString(v: StaticArray<string | null>): StaticArray<string | null> {
  return hostEchoStaticArrayNullableString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayPoint")
declare function hostEchoStaticArrayPoint(v: StaticArray<Point>): StaticArray<Point>;
export function viaHostStaticArrayPoint(v: StaticArray<Point>): StaticArray<Point> {
  return hostEchoStaticArrayPoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayArrayI32")
declare function hostEchoStaticArrayArrayI32(v: StaticArray<Array<i32>>): StaticArray<Array<i32>>;
export function viaHostStaticArrayArrayI32(v: StaticArray<Array<i32>>): StaticArray<Array<i32>> {
  return hostEchoStaticArrayArrayI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoNullableStaticArrayI32")
declare function hostEchoNullableStaticArrayI32(v: StaticArray<i32> | null): StaticArray<i32> | null;
export function viaHostNullableStaticArrayI32(v: StaticArray<i32> | null): StaticArray<i32> | null {
  return hostEchoNullableStaticArrayI32(v);
}
