import { bufferOf, mapOf, same, setOf, view } from "./equality";
import {
  Animal,
  Box,
  Color,
  Dog,
  Empty,
  Gauge,
  Line,
  Missing,
  Order,
  Pair,
  Person,
  Point,
  Puppy,
  Shelf,
  Space,
  Wide,
  point,
} from "./shapes";

export function echoPoint(v: Point): Point {
  return v;
}
export function makePoint(): Point {
  return point(-0.5, 2);
}
export function isPoint(v: Point): bool {
  return same(v, makePoint());
}
export function echoNullablePoint(v: Point | null): Point | null {
  return v;
}
export function makeNullablePoint(): Point | null {
  return point(1, 2);
}
export function isNullablePoint(v: Point | null): bool {
  return same(v, makeNullablePoint());
}
export function echoGauge(v: Gauge): Gauge {
  return v;
}
export function makeGauge(): Gauge {
  const gauge = new Gauge();
  gauge.on = true;
  gauge.level = -2;
  gauge.serial = i64.MAX_VALUE;
  gauge.label = "ok";
  gauge.parent = new Gauge();
  gauge.ratio = 0.1;
  gauge.kind = 255;
  return gauge;
}
export function isGauge(v: Gauge): bool {
  return same(v, makeGauge());
}
export function echoDog(v: Dog): Dog {
  return v;
}
export function makeDog(): Dog {
  const dog = new Dog();
  dog.name = "Rex";
  dog.legs = 4;
  dog.owner = makePerson();
  return dog;
}
export function isDog(v: Dog): bool {
  return same(v, makeDog());
}
export function echoPuppy(v: Puppy): Puppy {
  return v;
}
export function makePuppy(): Puppy {
  const puppy = new Puppy();
  puppy.name = "Pip";
  puppy.good = false;
  puppy.weeks = i64.MIN_VALUE;
  puppy.tail = -1;
  return puppy;
}
export function isPuppy(v: Puppy): bool {
  return same(v, makePuppy());
}
export function echoEmpty(v: Empty): Empty {
  return v;
}
export function makeEmpty(): Empty {
  return new Empty();
}
export function isEmpty(v: Empty): bool {
  return same(v, makeEmpty());
}
export function echoBoxI32(v: Box<i32>): Box<i32> {
  return v;
}
export function makeBoxI32(): Box<i32> {
  return new Box<i32>(-7);
}
export function isBoxI32(v: Box<i32>): bool {
  return same(v, makeBoxI32());
}
export function echoBoxString(v: Box<string>): Box<string> {
  return v;
}
export function makeBoxString(): Box<string> {
  return new Box<string>("boxed");
}
export function isBoxString(v: Box<string>): bool {
  return same(v, makeBoxString());
}
export function echoBoxBoxPoint(v: Box<Box<Point>>): Box<Box<Point>> {
  return v;
}
export function makeBoxBoxPoint(): Box<Box<Point>> {
  return new Box<Box<Point>>(new Box<Point>(point(1, 2)));
}
export function isBoxBoxPoint(v: Box<Box<Point>>): bool {
  return same(v, makeBoxBoxPoint());
}
export function echoBoxNullablePoint(v: Box<Point | null>): Box<Point | null> {
  return v;
}
export function makeBoxNullablePoint(): Box<Point | null> {
  return new Box<Point | null>(null);
}
export function isBoxNullablePoint(v: Box<Point | null>): bool {
  return same(v, makeBoxNullablePoint());
}
export function echoPairStringI64(v: Pair<string, i64>): Pair<string, i64> {
  return v;
}
export function makePairStringI64(): Pair<string, i64> {
  return new Pair<string, i64>("left", i64.MIN_VALUE);
}
export function isPairStringI64(v: Pair<string, i64>): bool {
  return same(v, makePairStringI64());
}
export function echoPairU8Pair(v: Pair<u8, Pair<bool, f64>>): Pair<u8, Pair<bool, f64>> {
  return v;
}
export function makePairU8Pair(): Pair<u8, Pair<bool, f64>> {
  return new Pair<u8, Pair<bool, f64>>(255, new Pair<bool, f64>(true, 0.1));
}
export function isPairU8Pair(v: Pair<u8, Pair<bool, f64>>): bool {
  return same(v, makePairU8Pair());
}
export function echoInner(v: Space.Inner): Space.Inner {
  return v;
}
export function makeInner(): Space.Inner {
  return new Space.Inner(3);
}
export function isInner(v: Space.Inner): bool {
  return same(v, makeInner());
}
export function echoDeepInner(v: Space.Deep.Inner): Space.Deep.Inner {
  return v;
}
export function makeDeepInner(): Space.Deep.Inner {
  return new Space.Deep.Inner("deep");
}
export function isDeepInner(v: Space.Deep.Inner): bool {
  return same(v, makeDeepInner());
}
export function echoOrder(v: Order): Order {
  return v;
}
export function makeOrder(): Order {
  const order = new Order(1);
  order.lines = [new Line("a", order.id), new Line("b", 2)];
  order.lines[0].order = new Order(2);
  order.next = new Order(3);
  return order;
}
export function isOrder(v: Order): bool {
  return same(v, makeOrder());
}
export function echoWide(v: Wide): Wide {
  return v;
}
export function makeWide(): Wide {
  const wide = new Wide();
  wide.bool = true;
  wide.i8 = -8;
  wide.i64 = i64.MIN_VALUE;
  wide.u8 = 200;
  wide.i16 = -1600;
  wide.f64 = -2.5e-300;
  wide.u16 = 60_000;
  wide.i32 = -320_000;
  wide.last = true;
  wide.u64 = u64.MAX_VALUE;
  wide.f32 = 0.1;
  wide.u32 = u32.MAX_VALUE;
  wide.color = Color.Blue;
  return wide;
}
export function isWide(v: Wide): bool {
  return same(v, makeWide());
}
export function echoShelf(v: Shelf): Shelf {
  return v;
}
export function makeShelf(): Shelf {
  const shelf = new Shelf();
  shelf.flag = true;
  shelf.buffer = bufferOf([1, 2]);
  shelf.view = view<Int16Array, i16>([-1, 2]);
  shelf.fixed = [1, -2];
  shelf.list = ["a", null];
  shelf.map = mapOf<i16, Point | null>([-1, 2], [point(1, 2), null]);
  shelf.set = setOf<u64>([u64.MAX_VALUE]);
  shelf.date = new Date(1_500);
  shelf.nested = mapOf<string, Map<u8, bool>>(["a"], [mapOf<u8, bool>([255], [true])]);
  shelf.last = 255;
  return shelf;
}
export function isShelf(v: Shelf): bool {
  return same(v, makeShelf());
}
export function echoMissing(v: Missing): Missing {
  return v;
}
export function makeMissing(): Missing {
  return new Missing();
}
export function isMissing(v: Missing): bool {
  return same(v, makeMissing());
}

/** Declared as an Animal, but is a Dog. */
export function makeAnimal(name: string): Animal {
  const dog = new Dog();
  dog.name = name;
  dog.legs = 4;
  return dog;
}
export function echoPerson(v: Person): Person {
  return v;
}
export function makePerson(): Person {
  const person = new Person();
  person.name = "Ada";
  person.age = 36;
  return person;
}
export function isPerson(v: Person): bool {
  return same(v, makePerson());
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
/** Two objects that refer to each other. */
export function mutualCycle(): Order {
  const order = new Order(1);
  const line = new Line("a", 1);
  line.order = order;
  order.lines = [line];
  return order;
}
/** One object in two places. */
export function shared(): Point[] {
  const both = point(1, 2);
  return [both, both];
}
