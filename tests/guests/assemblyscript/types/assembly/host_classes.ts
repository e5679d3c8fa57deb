// Each value crosses to a host function that answers it, and back.

import { Date as PlainDate } from "date";
import { Box, Dog, Empty, Gauge, Missing, Order, Pair, Person, Point, Puppy, Shelf, Space, Visit, Wide } from "./shapes";

// @ts-ignore: decorator
@external("modus_test", "echoPoint")
declare function hostEchoPoint(v: Point): Point;
export function viaHostPoint(v: Point): Point {
  return hostEchoPoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoNullablePoint")
declare function hostEchoNullablePoint(v: Point | null): Point | null;
export function viaHostNullablePoint(v: Point | null): Point | null {
  return hostEchoNullablePoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoGauge")
declare function hostEchoGauge(v: Gauge): Gauge;
export function viaHostGauge(v: Gauge): Gauge {
  return hostEchoGauge(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoDog")
declare function hostEchoDog(v: Dog): Dog;
export function viaHostDog(v: Dog): Dog {
  return hostEchoDog(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoPuppy")
declare function hostEchoPuppy(v: Puppy): Puppy;
export function viaHostPuppy(v: Puppy): Puppy {
  return hostEchoPuppy(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoEmpty")
declare function hostEchoEmpty(v: Empty): Empty;
export function viaHostEmpty(v: Empty): Empty {
  return hostEchoEmpty(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoBoxI32")
declare function hostEchoBoxI32(v: Box<i32>): Box<i32>;
export function viaHostBoxI32(v: Box<i32>): Box<i32> {
  return hostEchoBoxI32(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoBoxString")
declare function hostEchoBoxString(v: Box<string>): Box<string>;
export function viaHostBoxString(v: Box<string>): Box<string> {
  return hostEchoBoxString(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoBoxBoxPoint")
declare function hostEchoBoxBoxPoint(v: Box<Box<Point>>): Box<Box<Point>>;
export function viaHostBoxBoxPoint(v: Box<Box<Point>>): Box<Box<Point>> {
  return hostEchoBoxBoxPoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoBoxNullablePoint")
declare function hostEchoBoxNullablePoint(v: Box<Point | null>): Box<Point | null>;
export function viaHostBoxNullablePoint(v: Box<Point | null>): Box<Point | null> {
  return hostEchoBoxNullablePoint(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoPairStringI64")
declare function hostEchoPairStringI64(v: Pair<string, i64>): Pair<string, i64>;
export function viaHostPairStringI64(v: Pair<string, i64>): Pair<string, i64> {
  return hostEchoPairStringI64(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoPairU8Pair")
declare function hostEchoPairU8Pair(v: Pair<u8, Pair<bool, f64>>): Pair<u8, Pair<bool, f64>>;
export function viaHostPairU8Pair(v: Pair<u8, Pair<bool, f64>>): Pair<u8, Pair<bool, f64>> {
  return hostEchoPairU8Pair(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoInner")
declare function hostEchoInner(v: Space.Inner): Space.Inner;
export function viaHostInner(v: Space.Inner): Space.Inner {
  return hostEchoInner(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoDeepInner")
declare function hostEchoDeepInner(v: Space.Deep.Inner): Space.Deep.Inner;
export function viaHostDeepInner(v: Space.Deep.Inner): Space.Deep.Inner {
  return hostEchoDeepInner(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoOrder")
declare function hostEchoOrder(v: Order): Order;
export function viaHostOrder(v: Order): Order {
  return hostEchoOrder(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoWide")
declare function hostEchoWide(v: Wide): Wide;
export function viaHostWide(v: Wide): Wide {
  return hostEchoWide(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoShelf")
declare function hostEchoShelf(v: Shelf): Shelf;
export function viaHostShelf(v: Shelf): Shelf {
  return hostEchoShelf(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMissing")
declare function hostEchoMissing(v: Missing): Missing;
export function viaHostMissing(v: Missing): Missing {
  return hostEchoMissing(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoPerson")
declare function hostEchoPerson(v: Person): Person;
export function viaHostPerson(v: Person): Person {
  return hostEchoPerson(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoDate")
declare function hostEchoDate(v: Date): Date;
export function viaHostDate(v: Date): Date {
  return hostEchoDate(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoNullableDate")
declare function hostEchoNullableDate(v: Date | null): Date | null;
export function viaHostNullableDate(v: Date | null): Date | null {
  return hostEchoNullableDate(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayDate")
declare function hostEchoArrayDate(v: Date[]): Date[];
export function viaHostArrayDate(v: Date[]): Date[] {
  return hostEchoArrayDate(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoArrayNullableDate")
declare function hostEchoArrayNullableDate(v: Array<Date | null>): Array<Date | null>;
export function viaHostArrayNullableDate(v: Array<Date | null>): Array<Date | null> {
  return hostEchoArrayNullableDate(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoStaticArrayDate")
declare function hostEchoStaticArrayDate(v: StaticArray<Date>): StaticArray<Date>;
export function viaHostStaticArrayDate(v: StaticArray<Date>): StaticArray<Date> {
  return hostEchoStaticArrayDate(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoMapStringDate")
declare function hostEchoMapStringDate(v: Map<string, Date>): Map<string, Date>;
export function viaHostMapStringDate(v: Map<string, Date>): Map<string, Date> {
  return hostEchoMapStringDate(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoVisit")
declare function hostEchoVisit(v: Visit): Visit;
export function viaHostVisit(v: Visit): Visit {
  return hostEchoVisit(v);
}

// @ts-ignore: decorator
@external("modus_test", "echoPlainDate")
declare function hostEchoPlainDate(v: PlainDate): PlainDate;
export function viaHostPlainDate(v: PlainDate): PlainDate {
  return hostEchoPlainDate(v);
}
