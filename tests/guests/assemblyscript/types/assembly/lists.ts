import { bufferOf, mapOf, same, setOf, view } from "./equality";
import { Color, Point, Rare, point, rare } from "./shapes";

export function echoArrayBool(v: bool[]): bool[] {
  return v;
}
export function makeArrayBool(): bool[] {
  return [true, false, true];
}
export function isArrayBool(v: bool[]): bool {
  return same(v, makeArrayBool());
}
export function echoArrayI8(v: i8[]): i8[] {
  return v;
}
export function makeArrayI8(): i8[] {
  return [-128, 127];
}
export function isArrayI8(v: i8[]): bool {
  return same(v, makeArrayI8());
}
export function echoArrayI16(v: i16[]): i16[] {
  return v;
}
export function makeArrayI16(): i16[] {
  return [-32768, 32767];
}
export function isArrayI16(v: i16[]): bool {
  return same(v, makeArrayI16());
}
export function echoArrayI32(v: Array<i32>): Array<i32> {
  return v;
}
export function makeArrayI32(): Array<i32> {
  return [1, -2, i32.MAX_VALUE];
}
export function isArrayI32(v: Array<i32>): bool {
  return same(v, makeArrayI32());
}
export function echoArrayI64(v: i64[]): i64[] {
  return v;
}
export function makeArrayI64(): i64[] {
  return [i64.MIN_VALUE, i64.MAX_VALUE];
}
export function isArrayI64(v: i64[]): bool {
  return same(v, makeArrayI64());
}
export function echoArrayU8(v: u8[]): u8[] {
  return v;
}
export function makeArrayU8(): u8[] {
  return [0, 127, 255];
}
export function isArrayU8(v: u8[]): bool {
  return same(v, makeArrayU8());
}
export function echoArrayU16(v: u16[]): u16[] {
  return v;
}
export function makeArrayU16(): u16[] {
  return [0, 65535];
}
export function isArrayU16(v: u16[]): bool {
  return same(v, makeArrayU16());
}
export function echoArrayU32(v: u32[]): u32[] {
  return v;
}
export function makeArrayU32(): u32[] {
  return [0, u32.MAX_VALUE];
}
export function isArrayU32(v: u32[]): bool {
  return same(v, makeArrayU32());
}
export function echoArrayU64(v: u64[]): u64[] {
  return v;
}
export function makeArrayU64(): u64[] {
  return [0, u64.MAX_VALUE];
}
export function isArrayU64(v: u64[]): bool {
  return same(v, makeArrayU64());
}
export function echoArrayF32(v: f32[]): f32[] {
  return v;
}
export function makeArrayF32(): f32[] {
  return [0.1, -1.5];
}
export function isArrayF32(v: f32[]): bool {
  return same(v, makeArrayF32());
}
export function echoArrayF64(v: f64[]): f64[] {
  return v;
}
export function makeArrayF64(): f64[] {
  return [0.1, -2.5e-300];
}
export function isArrayF64(v: f64[]): bool {
  return same(v, makeArrayF64());
}
export function echoArrayEnum(v: Color[]): Color[] {
  return v;
}
export function makeArrayEnum(): Color[] {
  return [Color.Red, Color.Blue];
}
export function isArrayEnum(v: Color[]): bool {
  return same(v, makeArrayEnum());
}
export function echoArrayString(v: Array<string>): Array<string> {
  return v;
}
export function makeArrayString(): Array<string> {
  return ["", "b", "€😀"];
}
export function isArrayString(v: Array<string>): bool {
  return same(v, makeArrayString());
}
export function echoArrayNullableString(v: Array<string | null>): Array<string | null> {
  return v;
}
export function makeArrayNullableString(): Array<string | null> {
  return ["a", null, ""];
}
export function isArrayNullableString(v: Array<string | null>): bool {
  return same(v, makeArrayNullableString());
}
export function echoNullableArrayI32(v: i32[] | null): i32[] | null {
  return v;
}
export function makeNullableArrayI32(): i32[] | null {
  return [1, -2];
}
export function isNullableArrayI32(v: i32[] | null): bool {
  return same(v, makeNullableArrayI32());
}
export function echoArrayArrayI32(v: Array<Array<i32>>): Array<Array<i32>> {
  return v;
}
export function makeArrayArrayI32(): Array<Array<i32>> {
  return [[], [1], [2, -3]];
}
export function isArrayArrayI32(v: Array<Array<i32>>): bool {
  return same(v, makeArrayArrayI32());
}
export function echoArrayNullableArrayI32(v: Array<Array<i32> | null>): Array<Array<i32> | null> {
  return v;
}
export function makeArrayNullableArrayI32(): Array<Array<i32> | null> {
  return [[1], null, []];
}
export function isArrayNullableArrayI32(v: Array<Array<i32> | null>): bool {
  return same(v, makeArrayNullableArrayI32());
}
export function echoArrayArrayArrayString(v: string[][][]): string[][][] {
  return v;
}
export function makeArrayArrayArrayString(): string[][][] {
  return [[["a", ""], []], []];
}
export function isArrayArrayArrayString(v: string[][][]): bool {
  return same(v, makeArrayArrayArrayString());
}
export function echoArrayPoint(v: Point[]): Point[] {
  return v;
}
export function makeArrayPoint(): Point[] {
  return [point(1, -2), point(0.5, 0)];
}
export function isArrayPoint(v: Point[]): bool {
  return same(v, makeArrayPoint());
}
export function echoArrayNullableRare(v: Array<Rare | null>): Array<Rare | null> {
  return v;
}
export function makeArrayNullableRare(): Array<Rare | null> {
  return [rare(7), null];
}
export function isArrayNullableRare(v: Array<Rare | null>): bool {
  return same(v, makeArrayNullableRare());
}
export function echoArrayNullablePoint(v: Array<Point | null>): Array<Point | null> {
  return v;
}
export function makeArrayNullablePoint(): Array<Point | null> {
  return [null, point(1, 2)];
}
export function isArrayNullablePoint(v: Array<Point | null>): bool {
  return same(v, makeArrayNullablePoint());
}
export function echoArrayMap(v: Map<string, i32>[]): Map<string, i32>[] {
  return v;
}
export function makeArrayMap(): Map<string, i32>[] {
  return [mapOf<string, i32>(["a", "b"], [1, -2]), new Map<string, i32>()];
}
export function isArrayMap(v: Map<string, i32>[]): bool {
  return same(v, makeArrayMap());
}
export function echoArraySet(v: Set<string>[]): Set<string>[] {
  return v;
}
export function makeArraySet(): Set<string>[] {
  return [setOf<string>(["a", "b"]), new Set<string>()];
}
export function isArraySet(v: Set<string>[]): bool {
  return same(v, makeArraySet());
}
export function echoArrayArrayBuffer(v: ArrayBuffer[]): ArrayBuffer[] {
  return v;
}
export function makeArrayArrayBuffer(): ArrayBuffer[] {
  return [bufferOf([]), bufferOf([1, 255])];
}
export function isArrayArrayBuffer(v: ArrayBuffer[]): bool {
  return same(v, makeArrayArrayBuffer());
}
export function echoArrayUint8Array(v: Uint8Array[]): Uint8Array[] {
  return v;
}
export function makeArrayUint8Array(): Uint8Array[] {
  return [view<Uint8Array, u8>([1, 2])];
}
export function isArrayUint8Array(v: Uint8Array[]): bool {
  return same(v, makeArrayUint8Array());
}
export function echoArrayFloat32Array(v: Float32Array[]): Float32Array[] {
  return v;
}
export function makeArrayFloat32Array(): Float32Array[] {
  return [view<Float32Array, f32>([0.5]), new Float32Array(0)];
}
export function isArrayFloat32Array(v: Float32Array[]): bool {
  return same(v, makeArrayFloat32Array());
}
export function echoStaticArrayI32(v: StaticArray<i32>): StaticArray<i32> {
  return v;
}
export function makeStaticArrayI32(): StaticArray<i32> {
  return [1, -2];
}
export function isStaticArrayI32(v: StaticArray<i32>): bool {
  return same(v, makeStaticArrayI32());
}
export function echoStaticArrayBool(v: StaticArray<bool>): StaticArray<bool> {
  return v;
}
export function makeStaticArrayBool(): StaticArray<bool> {
  return [true, false];
}
export function isStaticArrayBool(v: StaticArray<bool>): bool {
  return same(v, makeStaticArrayBool());
}
export function echoStaticArrayU8(v: StaticArray<u8>): StaticArray<u8> {
  return v;
}
export function makeStaticArrayU8(): StaticArray<u8> {
  return [0, 255];
}
export function isStaticArrayU8(v: StaticArray<u8>): bool {
  return same(v, makeStaticArrayU8());
}
export function echoStaticArrayI64(v: StaticArray<i64>): StaticArray<i64> {
  return v;
}
export function makeStaticArrayI64(): StaticArray<i64> {
  return [i64.MIN_VALUE, i64.MAX_VALUE];
}
export function isStaticArrayI64(v: StaticArray<i64>): bool {
  return same(v, makeStaticArrayI64());
}
export function echoStaticArrayF64(v: StaticArray<f64>): StaticArray<f64> {
  return v;
}
export function makeStaticArrayF64(): StaticArray<f64> {
  return [0.1, -2.5e-300];
}
export function isStaticArrayF64(v: StaticArray<f64>): bool {
  return same(v, makeStaticArrayF64());
}
export function echoStaticArrayString(v: StaticArray<string>): StaticArray<string> {
  return v;
}
export function makeStaticArrayString(): StaticArray<string> {
  return ["", "b"];
}
export function isStaticArrayString(v: StaticArray<string>): bool {
  return same(v, makeStaticArrayString());
}
export function echoStaticArrayNullableString(v: StaticArray<string | null>): StaticArray<string | null> {
  return v;
}
export function makeStaticArrayNullableString(): StaticArray<string | null> {
  return ["a", null];
}
export function isStaticArrayNullableString(v: StaticArray<string | null>): bool {
  return same(v, makeStaticArrayNullableString());
}
export function echoStaticArrayPoint(v: StaticArray<Point>): StaticArray<Point> {
  return v;
}
export function makeStaticArrayPoint(): StaticArray<Point> {
  return [point(1, 2)];
}
export function isStaticArrayPoint(v: StaticArray<Point>): bool {
  return same(v, makeStaticArrayPoint());
}
export function echoStaticArrayArrayI32(v: StaticArray<Array<i32>>): StaticArray<Array<i32>> {
  return v;
}
export function makeStaticArrayArrayI32(): StaticArray<Array<i32>> {
  return [[1], []];
}
export function isStaticArrayArrayI32(v: StaticArray<Array<i32>>): bool {
  return same(v, makeStaticArrayArrayI32());
}
export function echoNullableStaticArrayI32(v: StaticArray<i32> | null): StaticArray<i32> | null {
  return v;
}
export function makeNullableStaticArrayI32(): StaticArray<i32> | null {
  return [7];
}
export function isNullableStaticArrayI32(v: StaticArray<i32> | null): bool {
  return same(v, makeNullableStaticArrayI32());
}

/** Appends to a list made by the host. */
export function pushI32(v: i32[], item: i32): i32[] {
  v.push(item);
  return v;
}
export function sumI32(v: i32[]): i32 {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i];
  return sum;
}
export function pushBool(v: bool[], item: bool): bool[] {
  v.push(item);
  return v;
}
export function pushF64(v: f64[], item: f64): f64[] {
  v.push(item);
  return v;
}
export function pushString(v: string[], item: string): string[] {
  v.push(item);
  return v;
}
export function pushPoint(v: Point[], item: Point): Point[] {
  v.push(item);
  return v;
}
export function pushInto(v: i32[][], item: i32): i32[][] {
  for (let i = 0; i < v.length; i++) v[i].push(item);
  return v;
}
/** Appends so many items that the list must move, several times. */
export function pushMany(v: i64[], count: i32): i64[] {
  for (let i = 0; i < count; i++) v.push(i);
  return v;
}
/** Its capacity is larger than its length. */
export function shrunk(): string[] {
  const list = ["a", "b", "c"];
  list.pop();
  return list;
}
/** A list with holes. */
export function holes(): Array<string | null> {
  return new Array<string | null>(3);
}
