// The classes and enums that cross. `equals` compares field by field.

import { same } from "./equality";

/**
 * A point in the plane.
 *
 * Both coordinates are in metres.
 */
export class Point {
  /** Distance to the east. */
  x: f64 = 0;
  /** Distance to the north. */
  y: f64 = 0;

  equals(other: Point): bool {
    return same(this.x, other.x) && same(this.y, other.y);
  }
}

export function point(x: f64, y: f64): Point {
  const point = new Point();
  point.x = x;
  point.y = y;
  return point;
}

/** Fields of every width, so that padding shows. */
export class Gauge {
  on: bool = false;
  level: i16 = 0;
  serial: i64 = 0;
  label: string = "";
  parent: Gauge | null = null;
  ratio: f32 = 0;
  kind: u8 = 0;

  equals(other: Gauge): bool {
    const numbers = this.on == other.on && this.level == other.level && this.serial == other.serial;
    const rest = this.label == other.label && same(this.ratio, other.ratio) && this.kind == other.kind;
    return numbers && rest && same(this.parent, other.parent);
  }
}

export class Animal {
  name: string = "";
  legs: u8 = 0;
}

export class Dog extends Animal {
  good: bool = true;
  owner: Person | null = null;

  equals(other: Dog): bool {
    const animal = this.name == other.name && this.legs == other.legs;
    return animal && this.good == other.good && same(this.owner, other.owner);
  }
}

/** The third level: its fields begin where the second one ends, unaligned. */
export class Puppy extends Dog {
  tail: i8 = 0;
  weeks: i64 = 0;

  equals(other: Dog): bool {
    if (!(other instanceof Puppy)) return false;
    const puppy = other as Puppy;
    return super.equals(puppy) && this.tail == puppy.tail && this.weeks == puppy.weeks;
  }
}

export class Person {
  name: string = "";
  age: i32 = 0;
  home: Point | null = null;
  friends: Person[] = [];
  nickname: string | null = null;
  private secret: string = "hidden";

  getSecret(): string {
    return this.secret;
  }

  equals(other: Person): bool {
    const texts = this.name == other.name && this.nickname == other.nickname && this.secret == other.secret;
    return texts && this.age == other.age && same(this.home, other.home) && same(this.friends, other.friends);
  }
}

export class Empty {
  equals(other: Empty): bool {
    return idof<Empty>() == (changetype<OBJECT>(changetype<usize>(other) - offsetof<OBJECT>())).rtId;
  }
}

// The header in front of every object.
@unmanaged
class OBJECT {
  mmInfo: usize;
  gcInfo: usize;
  gcInfo2: usize;
  rtId: u32;
  rtSize: u32;
}

export class Box<T> {
  constructor(public value: T) {}

  equals(other: Box<T>): bool {
    return same(this.value, other.value);
  }
}

/** Two type parameters. */
export class Pair<A, B> {
  constructor(
    public first: A,
    public second: B,
  ) {}

  equals(other: Pair<A, B>): bool {
    return same(this.first, other.first) && same(this.second, other.second);
  }
}

export namespace Space {
  export class Inner {
    constructor(public depth: i32 = 0) {}

    equals(other: Inner): bool {
      return this.depth == other.depth;
    }
  }

  export namespace Deep {
    export class Inner {
      constructor(public name: string = "") {}

      equals(other: Inner): bool {
        return this.name == other.name;
      }
    }
  }
}

/** Only ever used as a nullable element. */
export class Rare {
  id: u32 = 0;

  equals(other: Rare): bool {
    return this.id == other.id;
  }
}

export function rare(id: u32): Rare {
  const rare = new Rare();
  rare.id = id;
  return rare;
}

/** Refers to lines, which refer to orders. */
export class Order {
  lines: Line[] = [];
  next: Order | null = null;

  constructor(public id: u32) {}

  equals(other: Order): bool {
    return this.id == other.id && same(this.lines, other.lines) && same(this.next, other.next);
  }
}

export class Line {
  order: Order | null = null;

  constructor(
    public article: string,
    public count: u32,
  ) {}

  equals(other: Line): bool {
    return this.article == other.article && this.count == other.count && same(this.order, other.order);
  }
}

/** Every scalar, in an order that leaves holes. */
export class Wide {
  bool: bool = false;
  i64: i64 = 0;
  i8: i8 = 0;
  i16: i16 = 0;
  u8: u8 = 0;
  f64: f64 = 0;
  u16: u16 = 0;
  i32: i32 = 0;
  last: bool = false;
  u64: u64 = 0;
  f32: f32 = 0;
  isize: isize = 0;
  usize: usize = 0;
  u32: u32 = 0;
  color: Color = Color.Red;

  equals(other: Wide): bool {
    return memory.compare(changetype<usize>(this), changetype<usize>(other), offsetof<Wide>()) == 0;
  }
}

/** Every kind of container as a field. */
export class Shelf {
  flag: bool = false;
  buffer: ArrayBuffer = new ArrayBuffer(0);
  view: Int16Array = new Int16Array(0);
  fixed: StaticArray<i8> = [];
  list: Array<string | null> = [];
  map: Map<i16, Point | null> = new Map<i16, Point | null>();
  set: Set<u64> = new Set<u64>();
  date: Date = new Date(0);
  nested: Map<string, Map<u8, bool>> = new Map<string, Map<u8, bool>>();
  last: u8 = 0;

  equals(other: Shelf): bool {
    const bytes = same(this.buffer, other.buffer) && same(this.view, other.view) && same(this.fixed, other.fixed);
    const tables = same(this.list, other.list) && same(this.map, other.map) && same(this.set, other.set);
    const rest = same(this.date, other.date) && same(this.nested, other.nested) && this.last == other.last;
    return this.flag == other.flag && bytes && tables && rest;
  }
}

/** Every kind of field that may be left out. */
export class Missing {
  text: string | null = null;
  object: Point | null = null;
  list: i32[] | null = null;
  map: Map<string, i32> | null = null;
  set: Set<string> | null = null;
  buffer: ArrayBuffer | null = null;
  view: Float64Array | null = null;
  fixed: StaticArray<string> | null = null;
  date: Date | null = null;

  equals(other: Missing): bool {
    const texts = this.text == other.text && same(this.object, other.object) && same(this.list, other.list);
    const tables = same(this.map, other.map) && same(this.set, other.set) && same(this.fixed, other.fixed);
    return texts && tables && same(this.buffer, other.buffer) && same(this.view, other.view) && same(this.date, other.date);
  }
}

export class Visit {
  first: bool = false;
  from: Date = new Date(0);
  to: Date | null = null;
  all: Date[] = [];
  last: bool = false;

  equals(other: Visit): bool {
    const dates = same(this.from, other.from) && same(this.to, other.to) && same(this.all, other.all);
    return dates && this.first == other.first && this.last == other.last;
  }
}

export enum Color {
  Red = 1,
  Green = 2,
  Blue = 4,
}

export type Count = i32;
