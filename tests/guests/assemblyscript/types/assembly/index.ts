import { Animal, Box, Color, Dog, Empty, Gauge, Person, Point, Rare, Space } from "./shapes";

// Scalars

export function echoBool(v: bool): bool {
  return v;
}
export function echoI8(v: i8): i8 {
  return v;
}
export function echoI16(v: i16): i16 {
  return v;
}
export function echoI32(v: i32): i32 {
  return v;
}
export function echoI64(v: i64): i64 {
  return v;
}
export function echoIsize(v: isize): isize {
  return v;
}
export function echoU8(v: u8): u8 {
  return v;
}
export function echoU16(v: u16): u16 {
  return v;
}
export function echoU32(v: u32): u32 {
  return v;
}
export function echoU64(v: u64): u64 {
  return v;
}
export function echoUsize(v: usize): usize {
  return v;
}
export function echoF32(v: f32): f32 {
  return v;
}
export function echoF64(v: f64): f64 {
  return v;
}
export function echoEnum(v: Color): Color {
  return v;
}

// Text and bytes

export function echoString(v: string): string {
  return v;
}
export function echoNullableString(v: string | null): string | null {
  return v;
}
export function echoArrayBuffer(v: ArrayBuffer): ArrayBuffer {
  return v;
}
export function echoUint8Array(v: Uint8Array): Uint8Array {
  return v;
}
export function echoInt8Array(v: Int8Array): Int8Array {
  return v;
}
export function echoUint8ClampedArray(v: Uint8ClampedArray): Uint8ClampedArray {
  return v;
}
export function echoInt16Array(v: Int16Array): Int16Array {
  return v;
}
export function echoUint16Array(v: Uint16Array): Uint16Array {
  return v;
}
export function echoInt32Array(v: Int32Array): Int32Array {
  return v;
}
export function echoUint32Array(v: Uint32Array): Uint32Array {
  return v;
}
export function echoInt64Array(v: Int64Array): Int64Array {
  return v;
}
export function echoUint64Array(v: Uint64Array): Uint64Array {
  return v;
}
export function echoFloat32Array(v: Float32Array): Float32Array {
  return v;
}
export function echoFloat64Array(v: Float64Array): Float64Array {
  return v;
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

// Lists

export function echoArrayBool(v: bool[]): bool[] {
  return v;
}
export function echoArrayU8(v: u8[]): u8[] {
  return v;
}
export function echoArrayI32(v: Array<i32>): Array<i32> {
  return v;
}
export function echoArrayI64(v: i64[]): i64[] {
  return v;
}
export function echoArrayF64(v: f64[]): f64[] {
  return v;
}
export function echoArrayString(v: Array<string>): Array<string> {
  return v;
}
export function echoArrayNullableString(v: Array<string | null>): Array<string | null> {
  return v;
}
export function echoNullableArrayI32(v: i32[] | null): i32[] | null {
  return v;
}
export function echoArrayArrayI32(v: Array<Array<i32>>): Array<Array<i32>> {
  return v;
}
export function echoArrayPoint(v: Point[]): Point[] {
  return v;
}
export function echoArrayNullableRare(v: Array<Rare | null>): Array<Rare | null> {
  return v;
}
export function echoStaticArrayI32(v: StaticArray<i32>): StaticArray<i32> {
  return v;
}
export function echoStaticArrayString(v: StaticArray<string>): StaticArray<string> {
  return v;
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

// Maps and sets

export function echoMapStringI32(v: Map<string, i32>): Map<string, i32> {
  return v;
}
export function echoMapStringString(v: Map<string, string>): Map<string, string> {
  return v;
}
export function echoMapI32Bool(v: Map<i32, bool>): Map<i32, bool> {
  return v;
}
export function echoMapU8U8(v: Map<u8, u8>): Map<u8, u8> {
  return v;
}
export function echoMapStringPoint(v: Map<string, Point>): Map<string, Point> {
  return v;
}
export function mapGet(v: Map<string, i32>, key: string): i32 {
  return v.has(key) ? v.get(key) : -1;
}
export function mapSet(v: Map<string, i32>, key: string, value: i32): Map<string, i32> {
  v.set(key, value);
  return v;
}
export function mapDelete(v: Map<string, i32>, key: string): Map<string, i32> {
  v.delete(key);
  return v;
}
export function echoSetString(v: Set<string>): Set<string> {
  return v;
}
export function echoSetI32(v: Set<i32>): Set<i32> {
  return v;
}
export function setHas(v: Set<string>, item: string): bool {
  return v.has(item);
}

// Classes

export function echoPoint(v: Point): Point {
  return v;
}
export function echoNullablePoint(v: Point | null): Point | null {
  return v;
}
export function echoGauge(v: Gauge): Gauge {
  return v;
}
export function echoPerson(v: Person): Person {
  return v;
}
export function echoDog(v: Dog): Dog {
  return v;
}
export function echoEmpty(v: Empty): Empty {
  return v;
}
export function echoBoxI32(v: Box<i32>): Box<i32> {
  return v;
}
export function echoBoxString(v: Box<string>): Box<string> {
  return v;
}
export function echoInner(v: Space.Inner): Space.Inner {
  return v;
}
/** Declared as an Animal, but is a Dog. */
export function makeAnimal(name: string): Animal {
  const dog = new Dog();
  dog.name = name;
  dog.legs = 4;
  return dog;
}
export function makePerson(): Person {
  const person = new Person();
  person.name = "Ada";
  person.age = 36;
  return person;
}
/** An object that refers to itself. */
export function cycle(): Gauge {
  const gauge = new Gauge();
  gauge.label = "self";
  gauge.parent = gauge;
  return gauge;
}
/** A list of the given length that does not refer to itself. */
export function chain(v: i32): Gauge {
  let gauge = new Gauge();
  for (let i = 1; i < v; i++) {
    const next = new Gauge();
    next.serial = i;
    next.parent = gauge;
    gauge = next;
  }
  return gauge;
}

// Dates

export function echoDate(v: Date): Date {
  return v;
}
export function echoNullableDate(v: Date | null): Date | null {
  return v;
}
export function dateParts(v: Date): i32[] {
  return [v.getUTCFullYear(), v.getUTCMonth(), v.getUTCDate(), v.getUTCHours(), v.getUTCMinutes(), v.getUTCSeconds()];
}
export function epochMillis(v: Date): i64 {
  return v.getTime();
}

// Defaults

const SEVEN: i32 = 7;

export function defaultI32(v: i32 = 42): i32 {
  return v;
}
export function defaultNegative(v: i32 = -1): i32 {
  return v;
}
export function defaultHex(v: u32 = 0xff_ff): u32 {
  return v;
}
export function defaultI64Max(v: i64 = 0x7fffffffffffffff): i64 {
  return v;
}
export function defaultF64(v: f64 = 1.5): f64 {
  return v;
}
export function defaultBool(v: bool = true): bool {
  return v;
}
export function defaultString(v: string = "hello \"you\""): string {
  return v;
}
export function defaultEmptyString(v: string = ""): string {
  return v;
}
export function defaultTemplate(v: string = `seven is ${SEVEN}`): string {
  return v;
}
export function defaultNull(v: string | null = null): string | null {
  return v;
}
export function defaultArray(v: i32[] = [1, -2, 3]): i32[] {
  return v;
}
export function defaultExpression(v: i32 = 2 + 3): i32 {
  return v;
}
export function defaultConstant(v: i32 = SEVEN): i32 {
  return v;
}
export function defaultBoolExpression(v: bool = SEVEN > 3): bool {
  return v;
}
export function defaultNew(v: Point = new Point()): Point {
  return v;
}
/** One required parameter, two that may be left out. */
export function defaultSome(a: i32, b: i32 = 10, c: string = "c"): string {
  return a.toString() + "," + b.toString() + "," + c;
}

// Shapes of functions

export function returnsNothing(v: i32): void {}

export function noParameters(): string {
  return "nothing needed";
}
/** The sum of two numbers. */
export function add(a: i32, b: i32): i32 {
  return a + b;
}
export function manyParameters(a: i8, b: u16, c: i64, d: f32, e: f64, f: string, g: bool, h: string | null): string {
  return [a.toString(), b.toString(), c.toString(), d.toString(), e.toString(), f, g.toString(), h ? h : "null"].join("|");
}

/**
 * A comment of several lines.
 *
 * - with a list
 *   and an indented line
 */
export function documented(v: string): string {
  return v;
}

/** Not callable from outside: names with an underscore in front are internal. */
export function _internal(): i32 {
  return 1;
}
