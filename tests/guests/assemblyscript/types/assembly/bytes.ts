import { bufferOf, same, view } from "./equality";

// Text and buffers

export function echoString(v: string): string {
  return v;
}
export function makeString(): string {
  return "Zoë €😀\0 <&>";
}
export function isString(v: string): bool {
  return v == makeString();
}
export function echoNullableString(v: string | null): string | null {
  return v;
}
export function makeNullableString(): string | null {
  return "some";
}
export function isNullableString(v: string | null): bool {
  return same(v, makeNullableString());
}
export function echoArrayBuffer(v: ArrayBuffer): ArrayBuffer {
  return v;
}
export function makeArrayBuffer(): ArrayBuffer {
  return Uint8Array.wrap(bufferOf([9, 0, 127, 255]), 1).slice().buffer;
}
export function isArrayBuffer(v: ArrayBuffer): bool {
  return same(v, makeArrayBuffer());
}
export function echoNullableArrayBuffer(v: ArrayBuffer | null): ArrayBuffer | null {
  return v;
}
export function makeNullableArrayBuffer(): ArrayBuffer | null {
  return bufferOf([1, 2]);
}
export function isNullableArrayBuffer(v: ArrayBuffer | null): bool {
  return same(v, makeNullableArrayBuffer());
}

// Views: the producers answer parts of larger buffers

export function echoInt8Array(v: Int8Array): Int8Array {
  return v;
}
export function makeInt8Array(): Int8Array {
  return view<Int8Array, i8>([-128, 0, 127]);
}
export function isInt8Array(v: Int8Array): bool {
  return same(v, makeInt8Array());
}
export function echoUint8Array(v: Uint8Array): Uint8Array {
  return v;
}
export function makeUint8Array(): Uint8Array {
  return view<Uint8Array, u8>([0, 127, 255]);
}
export function isUint8Array(v: Uint8Array): bool {
  return same(v, makeUint8Array());
}
export function echoUint8ClampedArray(v: Uint8ClampedArray): Uint8ClampedArray {
  return v;
}
export function makeUint8ClampedArray(): Uint8ClampedArray {
  return view<Uint8ClampedArray, u8>([0, 127, 255]);
}
export function isUint8ClampedArray(v: Uint8ClampedArray): bool {
  return same(v, makeUint8ClampedArray());
}
export function echoInt16Array(v: Int16Array): Int16Array {
  return v;
}
export function makeInt16Array(): Int16Array {
  return view<Int16Array, i16>([-32768, 32767]);
}
export function isInt16Array(v: Int16Array): bool {
  return same(v, makeInt16Array());
}
export function echoUint16Array(v: Uint16Array): Uint16Array {
  return v;
}
export function makeUint16Array(): Uint16Array {
  return view<Uint16Array, u16>([0, 65535]);
}
export function isUint16Array(v: Uint16Array): bool {
  return same(v, makeUint16Array());
}
export function echoInt32Array(v: Int32Array): Int32Array {
  return v;
}
export function makeInt32Array(): Int32Array {
  return view<Int32Array, i32>([i32.MIN_VALUE, 0, i32.MAX_VALUE]);
}
export function isInt32Array(v: Int32Array): bool {
  return same(v, makeInt32Array());
}
export function echoUint32Array(v: Uint32Array): Uint32Array {
  return v;
}
export function makeUint32Array(): Uint32Array {
  return view<Uint32Array, u32>([0, u32.MAX_VALUE]);
}
export function isUint32Array(v: Uint32Array): bool {
  return same(v, makeUint32Array());
}
export function echoInt64Array(v: Int64Array): Int64Array {
  return v;
}
export function makeInt64Array(): Int64Array {
  return view<Int64Array, i64>([i64.MIN_VALUE, i64.MAX_VALUE]);
}
export function isInt64Array(v: Int64Array): bool {
  return same(v, makeInt64Array());
}
export function echoUint64Array(v: Uint64Array): Uint64Array {
  return v;
}
export function makeUint64Array(): Uint64Array {
  return view<Uint64Array, u64>([0, u64.MAX_VALUE]);
}
export function isUint64Array(v: Uint64Array): bool {
  return same(v, makeUint64Array());
}
export function echoFloat32Array(v: Float32Array): Float32Array {
  return v;
}
export function makeFloat32Array(): Float32Array {
  return view<Float32Array, f32>([0.1, -1.5]);
}
export function isFloat32Array(v: Float32Array): bool {
  return same(v, makeFloat32Array());
}
export function echoFloat64Array(v: Float64Array): Float64Array {
  return v;
}
export function makeFloat64Array(): Float64Array {
  return view<Float64Array, f64>([0.1, -2.5e-300]);
}
export function isFloat64Array(v: Float64Array): bool {
  return same(v, makeFloat64Array());
}
export function echoNullableFloat32Array(v: Float32Array | null): Float32Array | null {
  return v;
}
export function makeNullableFloat32Array(): Float32Array | null {
  return makeFloat32Array();
}
export function isNullableFloat32Array(v: Float32Array | null): bool {
  return same(v, makeNullableFloat32Array());
}

/** A view that does not begin where its buffer begins. */
export function subarray(v: Uint8Array): Uint8Array {
  return v.subarray(1, 3);
}
export function stringLength(v: string): i32 {
  return v.length;
}
/** Two unpaired surrogates, which have no UTF-8 form. */
export function loneSurrogates(): string {
  return "a" + String.fromCharCode(0xd800) + "b" + String.fromCharCode(0xdc00) + "c";
}
export function embeddedNul(): string {
  return "a\0b";
}

/** The buffer behind a view that the host has made. */
export function bufferOfView(v: Int16Array): ArrayBuffer {
  return v.buffer;
}
