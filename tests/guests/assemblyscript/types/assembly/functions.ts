import { Point } from "./shapes";

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
