import { Date as PlainDate } from "date";
import { mapOf, same } from "./equality";
import { Visit } from "./shapes";

export function echoDate(v: Date): Date {
  return v;
}
export function makeDate(): Date {
  return new Date(1_740_830_400_500);
}
export function isDate(v: Date): bool {
  return same(v, makeDate());
}
export function echoNullableDate(v: Date | null): Date | null {
  return v;
}
export function makeNullableDate(): Date | null {
  return makeDate();
}
export function isNullableDate(v: Date | null): bool {
  return same(v, makeNullableDate());
}
export function echoArrayDate(v: Date[]): Date[] {
  return v;
}
export function makeArrayDate(): Date[] {
  return [makeDate(), new Date(-1)];
}
export function isArrayDate(v: Date[]): bool {
  return same(v, makeArrayDate());
}
export function echoArrayNullableDate(v: Array<Date | null>): Array<Date | null> {
  return v;
}
export function makeArrayNullableDate(): Array<Date | null> {
  return [null, new Date(0)];
}
export function isArrayNullableDate(v: Array<Date | null>): bool {
  return same(v, makeArrayNullableDate());
}
export function echoStaticArrayDate(v: StaticArray<Date>): StaticArray<Date> {
  return v;
}
export function makeStaticArrayDate(): StaticArray<Date> {
  return [new Date(0)];
}
export function isStaticArrayDate(v: StaticArray<Date>): bool {
  return same(v, makeStaticArrayDate());
}
export function echoMapStringDate(v: Map<string, Date>): Map<string, Date> {
  return v;
}
export function makeMapStringDate(): Map<string, Date> {
  return mapOf<string, Date>(["now", "zero"], [makeDate(), new Date(0)]);
}
export function isMapStringDate(v: Map<string, Date>): bool {
  return same(v, makeMapStringDate());
}
export function echoVisit(v: Visit): Visit {
  return v;
}
export function makeVisit(): Visit {
  const visit = new Visit();
  visit.first = true;
  visit.from = makeDate();
  visit.to = new Date(0);
  visit.all = makeArrayDate();
  visit.last = true;
  return visit;
}
export function isVisit(v: Visit): bool {
  return same(v, makeVisit());
}
export function echoPlainDate(v: PlainDate): PlainDate {
  return v;
}
export function makePlainDate(): PlainDate {
  return new PlainDate(1_740_830_400_500);
}
export function isPlainDate(v: PlainDate): bool {
  return v.getTime() == 1_740_830_400_500 && v.getUTCFullYear() == 2025 && v.getUTCDate() == 1;
}

export function dateParts(v: Date): i32[] {
  return [v.getUTCFullYear(), v.getUTCMonth(), v.getUTCDate(), v.getUTCHours(), v.getUTCMinutes(), v.getUTCSeconds()];
}
export function epochMillis(v: Date): i64 {
  return v.getTime();
}
export function farDate(): Date {
  return new Date(253_402_300_800_000);
}
