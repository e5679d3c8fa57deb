import { bufferOf, mapOf, same, setOf, view } from "./equality";
import { Point, point } from "./shapes";

export function echoMapStringI32(v: Map<string, i32>): Map<string, i32> {
  return v;
}
export function makeMapStringI32(): Map<string, i32> {
  return mapOf<string, i32>(["", "a", "€"], [0, 1, -2]);
}
export function isMapStringI32(v: Map<string, i32>): bool {
  return same(v, makeMapStringI32());
}
export function echoMapStringString(v: Map<string, string>): Map<string, string> {
  return v;
}
export function makeMapStringString(): Map<string, string> {
  return mapOf<string, string>(["", "k"], ["empty", ""]);
}
export function isMapStringString(v: Map<string, string>): bool {
  return same(v, makeMapStringString());
}
export function echoMapStringBool(v: Map<string, bool>): Map<string, bool> {
  return v;
}
export function makeMapStringBool(): Map<string, bool> {
  return mapOf<string, bool>(["no", "yes"], [false, true]);
}
export function isMapStringBool(v: Map<string, bool>): bool {
  return same(v, makeMapStringBool());
}
export function echoMapStringI64(v: Map<string, i64>): Map<string, i64> {
  return v;
}
export function makeMapStringI64(): Map<string, i64> {
  return mapOf<string, i64>(["high", "low"], [i64.MAX_VALUE, i64.MIN_VALUE]);
}
export function isMapStringI64(v: Map<string, i64>): bool {
  return same(v, makeMapStringI64());
}
export function echoMapStringNullableString(v: Map<string, string | null>): Map<string, string | null> {
  return v;
}
export function makeMapStringNullableString(): Map<string, string | null> {
  return mapOf<string, string | null>(["nil", "some"], [null, "text"]);
}
export function isMapStringNullableString(v: Map<string, string | null>): bool {
  return same(v, makeMapStringNullableString());
}
export function echoMapStringPoint(v: Map<string, Point>): Map<string, Point> {
  return v;
}
export function makeMapStringPoint(): Map<string, Point> {
  return mapOf<string, Point>(["a", "b"], [point(1, -2), point(0, 0)]);
}
export function isMapStringPoint(v: Map<string, Point>): bool {
  return same(v, makeMapStringPoint());
}
export function echoMapStringNullablePoint(v: Map<string, Point | null>): Map<string, Point | null> {
  return v;
}
export function makeMapStringNullablePoint(): Map<string, Point | null> {
  return mapOf<string, Point | null>(["nil", "some"], [null, point(1, 2)]);
}
export function isMapStringNullablePoint(v: Map<string, Point | null>): bool {
  return same(v, makeMapStringNullablePoint());
}
export function echoMapStringArrayI32(v: Map<string, Array<i32>>): Map<string, Array<i32>> {
  return v;
}
export function makeMapStringArrayI32(): Map<string, Array<i32>> {
  return mapOf<string, Array<i32>>(["empty", "some"], [[], [1, -2]]);
}
export function isMapStringArrayI32(v: Map<string, Array<i32>>): bool {
  return same(v, makeMapStringArrayI32());
}
export function echoMapStringNullableArrayString(v: Map<string, Array<string> | null>): Map<string, Array<string> | null> {
  return v;
}
export function makeMapStringNullableArrayString(): Map<string, Array<string> | null> {
  return mapOf<string, Array<string> | null>(["nil", "some"], [null, ["a", ""]]);
}
export function isMapStringNullableArrayString(v: Map<string, Array<string> | null>): bool {
  return same(v, makeMapStringNullableArrayString());
}
export function echoMapStringMapStringI32(v: Map<string, Map<string, i32>>): Map<string, Map<string, i32>> {
  return v;
}
export function makeMapStringMapStringI32(): Map<string, Map<string, i32>> {
  return mapOf<string, Map<string, i32>>(["a", "b"], [mapOf<string, i32>(["x", "y"], [1, -2]), new Map<string, i32>()]);
}
export function isMapStringMapStringI32(v: Map<string, Map<string, i32>>): bool {
  return same(v, makeMapStringMapStringI32());
}
export function echoMapStringSetI32(v: Map<string, Set<i32>>): Map<string, Set<i32>> {
  return v;
}
export function makeMapStringSetI32(): Map<string, Set<i32>> {
  return mapOf<string, Set<i32>>(["a"], [setOf<i32>([1, -2])]);
}
export function isMapStringSetI32(v: Map<string, Set<i32>>): bool {
  return same(v, makeMapStringSetI32());
}
export function echoMapStringUint8Array(v: Map<string, Uint8Array>): Map<string, Uint8Array> {
  return v;
}
export function makeMapStringUint8Array(): Map<string, Uint8Array> {
  return mapOf<string, Uint8Array>(["b"], [view<Uint8Array, u8>([0, 255])]);
}
export function isMapStringUint8Array(v: Map<string, Uint8Array>): bool {
  return same(v, makeMapStringUint8Array());
}
export function echoMapStringArrayBuffer(v: Map<string, ArrayBuffer>): Map<string, ArrayBuffer> {
  return v;
}
export function makeMapStringArrayBuffer(): Map<string, ArrayBuffer> {
  return mapOf<string, ArrayBuffer>(["b"], [bufferOf([0, 255])]);
}
export function isMapStringArrayBuffer(v: Map<string, ArrayBuffer>): bool {
  return same(v, makeMapStringArrayBuffer());
}
export function echoMapStringStaticArrayF32(v: Map<string, StaticArray<f32>>): Map<string, StaticArray<f32>> {
  return v;
}
export function makeMapStringStaticArrayF32(): Map<string, StaticArray<f32>> {
  return mapOf<string, StaticArray<f32>>(["f"], [[0.1, -1.5]]);
}
export function isMapStringStaticArrayF32(v: Map<string, StaticArray<f32>>): bool {
  return same(v, makeMapStringStaticArrayF32());
}
export function echoMapBoolString(v: Map<bool, string>): Map<bool, string> {
  return v;
}
export function makeMapBoolString(): Map<bool, string> {
  return mapOf<bool, string>([false, true], ["no", "yes"]);
}
export function isMapBoolString(v: Map<bool, string>): bool {
  return same(v, makeMapBoolString());
}
export function echoMapI8Bool(v: Map<i8, bool>): Map<i8, bool> {
  return v;
}
export function makeMapI8Bool(): Map<i8, bool> {
  return mapOf<i8, bool>([-128, 127], [true, false]);
}
export function isMapI8Bool(v: Map<i8, bool>): bool {
  return same(v, makeMapI8Bool());
}
export function echoMapU8U8(v: Map<u8, u8>): Map<u8, u8> {
  return v;
}
export function makeMapU8U8(): Map<u8, u8> {
  return mapOf<u8, u8>([0, 255], [254, 1]);
}
export function isMapU8U8(v: Map<u8, u8>): bool {
  return same(v, makeMapU8U8());
}
export function echoMapI16U8(v: Map<i16, u8>): Map<i16, u8> {
  return v;
}
export function makeMapI16U8(): Map<i16, u8> {
  return mapOf<i16, u8>([-32768, 32767], [255, 1]);
}
export function isMapI16U8(v: Map<i16, u8>): bool {
  return same(v, makeMapI16U8());
}
export function echoMapU16I64(v: Map<u16, i64>): Map<u16, i64> {
  return v;
}
export function makeMapU16I64(): Map<u16, i64> {
  return mapOf<u16, i64>([65535], [i64.MAX_VALUE]);
}
export function isMapU16I64(v: Map<u16, i64>): bool {
  return same(v, makeMapU16I64());
}
export function echoMapI32Bool(v: Map<i32, bool>): Map<i32, bool> {
  return v;
}
export function makeMapI32Bool(): Map<i32, bool> {
  return mapOf<i32, bool>([-1, 10, 9], [true, false, true]);
}
export function isMapI32Bool(v: Map<i32, bool>): bool {
  return same(v, makeMapI32Bool());
}
export function echoMapI32String(v: Map<i32, string>): Map<i32, string> {
  return v;
}
export function makeMapI32String(): Map<i32, string> {
  return mapOf<i32, string>([-1, 10, 9], ["minus", "ten", "nine"]);
}
export function isMapI32String(v: Map<i32, string>): bool {
  return same(v, makeMapI32String());
}
export function echoMapU32F32(v: Map<u32, f32>): Map<u32, f32> {
  return v;
}
export function makeMapU32F32(): Map<u32, f32> {
  return mapOf<u32, f32>([u32.MAX_VALUE], [0.1]);
}
export function isMapU32F32(v: Map<u32, f32>): bool {
  return same(v, makeMapU32F32());
}
export function echoMapI64Bool(v: Map<i64, bool>): Map<i64, bool> {
  return v;
}
export function makeMapI64Bool(): Map<i64, bool> {
  return mapOf<i64, bool>([i64.MIN_VALUE, i64.MAX_VALUE], [true, false]);
}
export function isMapI64Bool(v: Map<i64, bool>): bool {
  return same(v, makeMapI64Bool());
}
export function echoMapU64U64(v: Map<u64, u64>): Map<u64, u64> {
  return v;
}
export function makeMapU64U64(): Map<u64, u64> {
  return mapOf<u64, u64>([0, u64.MAX_VALUE], [0, u64.MAX_VALUE]);
}
export function isMapU64U64(v: Map<u64, u64>): bool {
  return same(v, makeMapU64U64());
}
export function echoMapIsizeI16(v: Map<isize, i16>): Map<isize, i16> {
  return v;
}
export function makeMapIsizeI16(): Map<isize, i16> {
  return mapOf<isize, i16>([-2_000_000_001], [-1600]);
}
export function isMapIsizeI16(v: Map<isize, i16>): bool {
  return same(v, makeMapIsizeI16());
}
export function echoMapUsizeU16(v: Map<usize, u16>): Map<usize, u16> {
  return v;
}
export function makeMapUsizeU16(): Map<usize, u16> {
  return mapOf<usize, u16>([4_000_000_000], [60_000]);
}
export function isMapUsizeU16(v: Map<usize, u16>): bool {
  return same(v, makeMapUsizeU16());
}
export function echoMapF32U16(v: Map<f32, u16>): Map<f32, u16> {
  return v;
}
export function makeMapF32U16(): Map<f32, u16> {
  return mapOf<f32, u16>([-1.5, 0.1], [65535, 1]);
}
export function isMapF32U16(v: Map<f32, u16>): bool {
  return same(v, makeMapF32U16());
}
export function echoMapF64String(v: Map<f64, string>): Map<f64, string> {
  return v;
}
export function makeMapF64String(): Map<f64, string> {
  return mapOf<f64, string>([-2.5, 0.1], ["minus", "tenth"]);
}
export function isMapF64String(v: Map<f64, string>): bool {
  return same(v, makeMapF64String());
}
export function echoMapNullableStringI32(v: Map<string | null, i32>): Map<string | null, i32> {
  return v;
}
export function makeMapNullableStringI32(): Map<string | null, i32> {
  return mapOf<string | null, i32>([null, "", "a"], [1, 2, 3]);
}
export function isMapNullableStringI32(v: Map<string | null, i32>): bool {
  return same(v, makeMapNullableStringI32());
}
export function echoMapI8MapU16ArrayPoint(v: Map<i8, Map<u16, Array<Point>>>): Map<i8, Map<u16, Array<Point>>> {
  return v;
}
export function makeMapI8MapU16ArrayPoint(): Map<i8, Map<u16, Array<Point>>> {
  return mapOf<i8, Map<u16, Array<Point>>>([-1], [mapOf<u16, Array<Point>>([7], [[point(1, 2)]])]);
}
export function isMapI8MapU16ArrayPoint(v: Map<i8, Map<u16, Array<Point>>>): bool {
  return same(v, makeMapI8MapU16ArrayPoint());
}
export function echoNullableMapStringI32(v: Map<string, i32> | null): Map<string, i32> | null {
  return v;
}
export function makeNullableMapStringI32(): Map<string, i32> | null {
  return makeMapStringI32();
}
export function isNullableMapStringI32(v: Map<string, i32> | null): bool {
  return same(v, makeNullableMapStringI32());
}
