// Maps by identity, sets, and what a guest does with tables of the host's making.

import { makeDate } from "./dates";
import { mapOf, same, sameEntries, sameItems, setOf } from "./equality";
import { Point, point } from "./shapes";

// Objects are keys by identity: a copy is not found

export function echoMapPointString(v: Map<Point, string>): Map<Point, string> {
  return v;
}
export function makeMapPointString(): Map<Point, string> {
  return mapOf<Point, string>([point(1, 2), point(3, 4)], ["a", "b"]);
}
export function isMapPointString(v: Map<Point, string>): bool {
  return sameEntries(v, makeMapPointString());
}
export function echoMapArrayI32String(v: Map<Array<i32>, string>): Map<Array<i32>, string> {
  return v;
}
export function makeMapArrayI32String(): Map<Array<i32>, string> {
  return mapOf<Array<i32>, string>([[1, 2], []], ["a", "b"]);
}
export function isMapArrayI32String(v: Map<Array<i32>, string>): bool {
  return sameEntries(v, makeMapArrayI32String());
}
export function echoMapDateI32(v: Map<Date, i32>): Map<Date, i32> {
  return v;
}
export function makeMapDateI32(): Map<Date, i32> {
  return mapOf<Date, i32>([new Date(0), makeDate()], [1, 2]);
}
export function isMapDateI32(v: Map<Date, i32>): bool {
  return sameEntries(v, makeMapDateI32());
}

// Sets

export function echoSetString(v: Set<string>): Set<string> {
  return v;
}
export function makeSetString(): Set<string> {
  return setOf<string>(["b", "", "€"]);
}
export function isSetString(v: Set<string>): bool {
  return same(v, makeSetString());
}
export function echoSetBool(v: Set<bool>): Set<bool> {
  return v;
}
export function makeSetBool(): Set<bool> {
  return setOf<bool>([true]);
}
export function isSetBool(v: Set<bool>): bool {
  return same(v, makeSetBool());
}
export function echoSetI8(v: Set<i8>): Set<i8> {
  return v;
}
export function makeSetI8(): Set<i8> {
  return setOf<i8>([-128, 127]);
}
export function isSetI8(v: Set<i8>): bool {
  return same(v, makeSetI8());
}
export function echoSetU8(v: Set<u8>): Set<u8> {
  return v;
}
export function makeSetU8(): Set<u8> {
  return setOf<u8>([255, 0]);
}
export function isSetU8(v: Set<u8>): bool {
  return same(v, makeSetU8());
}
export function echoSetI16(v: Set<i16>): Set<i16> {
  return v;
}
export function makeSetI16(): Set<i16> {
  return setOf<i16>([-1600]);
}
export function isSetI16(v: Set<i16>): bool {
  return same(v, makeSetI16());
}
export function echoSetU16(v: Set<u16>): Set<u16> {
  return v;
}
export function makeSetU16(): Set<u16> {
  return setOf<u16>([60_000]);
}
export function isSetU16(v: Set<u16>): bool {
  return same(v, makeSetU16());
}
export function echoSetI32(v: Set<i32>): Set<i32> {
  return v;
}
export function makeSetI32(): Set<i32> {
  return setOf<i32>([3, -1, 2]);
}
export function isSetI32(v: Set<i32>): bool {
  return same(v, makeSetI32());
}
export function echoSetU32(v: Set<u32>): Set<u32> {
  return v;
}
export function makeSetU32(): Set<u32> {
  return setOf<u32>([u32.MAX_VALUE]);
}
export function isSetU32(v: Set<u32>): bool {
  return same(v, makeSetU32());
}
export function echoSetI64(v: Set<i64>): Set<i64> {
  return v;
}
export function makeSetI64(): Set<i64> {
  return setOf<i64>([i64.MAX_VALUE, i64.MIN_VALUE]);
}
export function isSetI64(v: Set<i64>): bool {
  return same(v, makeSetI64());
}
export function echoSetU64(v: Set<u64>): Set<u64> {
  return v;
}
export function makeSetU64(): Set<u64> {
  return setOf<u64>([u64.MAX_VALUE]);
}
export function isSetU64(v: Set<u64>): bool {
  return same(v, makeSetU64());
}
export function echoSetF32(v: Set<f32>): Set<f32> {
  return v;
}
export function makeSetF32(): Set<f32> {
  return setOf<f32>([0.1, -1.5]);
}
export function isSetF32(v: Set<f32>): bool {
  return same(v, makeSetF32());
}
export function echoSetF64(v: Set<f64>): Set<f64> {
  return v;
}
export function makeSetF64(): Set<f64> {
  return setOf<f64>([0.1]);
}
export function isSetF64(v: Set<f64>): bool {
  return same(v, makeSetF64());
}
export function echoSetNullableString(v: Set<string | null>): Set<string | null> {
  return v;
}
export function makeSetNullableString(): Set<string | null> {
  return setOf<string | null>(["a", null]);
}
export function isSetNullableString(v: Set<string | null>): bool {
  return same(v, makeSetNullableString());
}
export function echoNullableSetString(v: Set<string> | null): Set<string> | null {
  return v;
}
export function makeNullableSetString(): Set<string> | null {
  return makeSetString();
}
export function isNullableSetString(v: Set<string> | null): bool {
  return same(v, makeNullableSetString());
}
export function echoSetPoint(v: Set<Point>): Set<Point> {
  return v;
}
export function makeSetPoint(): Set<Point> {
  return setOf<Point>([point(1, 2), point(1, 2)]);
}
export function isSetPoint(v: Set<Point>): bool {
  return sameItems(v, makeSetPoint());
}

// Operations

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
export function setHas(v: Set<string>, item: string): bool {
  return v.has(item);
}
export function setAdd(v: Set<string>, item: string): Set<string> {
  v.add(item);
  return v;
}
export function mapKeys(v: Map<string, i32>): string[] {
  return v.keys();
}
export function emptyMap(): Map<string, i32> {
  return new Map<string, i32>();
}
/** All entries but one are deleted; nothing has moved. */
export function mostlyDeleted(): Map<i32, string> {
  const map = new Map<i32, string>();
  for (let i = 0; i < 100; i++) map.set(i, i.toString());
  for (let i = 0; i < 100; i++) if (i != 42) map.delete(i);
  return map;
}
export function largeMap(size: i32): Map<string, i32> {
  const map = new Map<string, i32>();
  for (let i = 0; i < size; i++) map.set("key" + i.toString(), i);
  return map;
}
/** Whether every entry of largeMap(size) is found under its key, and no other. */
export function isLargeMap(v: Map<string, i32>, size: i32): bool {
  for (let i = 0; i < size; i++) {
    const key = "key" + i.toString();
    if (!v.has(key) || v.get(key) != i) return false;
  }
  return v.size == size;
}
export function largeSet(size: i32): Set<u16> {
  const set = new Set<u16>();
  for (let i = 0; i < size; i++) set.add(<u16>i);
  return set;
}
