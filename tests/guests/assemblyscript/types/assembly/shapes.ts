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
}

export class Animal {
  name: string = "";
  legs: u8 = 0;
}

export class Dog extends Animal {
  good: bool = true;
  owner: Person | null = null;
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
}

export class Empty {}

export class Box<T> {
  value!: T;
}

export namespace Space {
  export class Inner {
    depth: i32 = 0;
  }
}

/** Only ever used as a nullable element. */
export class Rare {
  id: u32 = 0;
}

export enum Color {
  Red = 1,
  Green = 2,
  Blue = 4,
}
