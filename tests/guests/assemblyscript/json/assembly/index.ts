// Reads JSON into each kind of type, for tests/tests/json_suite.rs; guests/go/json has the same functions.

import { JSON } from "json-as";
import { Animal, Choice, Mixed } from "./classes";

/** A name for a number, as apps give one. */
type Score = number;

export function text(json: string): string {
  return JSON.parse<string>(json);
}

export function optional(json: string): string | null {
  return JSON.parse<string | null>(json);
}

export function float(json: string): f64 {
  return JSON.parse<f64>(json);
}

export function single(json: string): f32 {
  return JSON.parse<f32>(json);
}

export function integer(json: string): i32 {
  return JSON.parse<i32>(json);
}

export function long(json: string): i64 {
  return JSON.parse<i64>(json);
}

export function unsigned(json: string): u64 {
  return JSON.parse<u64>(json);
}

export function octet(json: string): u8 {
  return JSON.parse<u8>(json);
}

export function flag(json: string): bool {
  return JSON.parse<bool>(json);
}

export function texts(json: string): string[] {
  return JSON.parse<string[]>(json);
}

export function optionals(json: string): (string | null)[] {
  return JSON.parse<(string | null)[]>(json);
}

export function floats(json: string): f64[] {
  return JSON.parse<f64[]>(json);
}

export function integers(json: string): i32[] {
  return JSON.parse<i32[]>(json);
}

export function flags(json: string): bool[] {
  return JSON.parse<bool[]>(json);
}

export function table(json: string): string[][] {
  return JSON.parse<string[][]>(json);
}


@json
class Part {
  name: string = "";
  size: i32 = 0;
}


@json
class Record {
  text: string = "";
  optional: string | null = null;
  number: number = 0;
  score: Score = 0;
  numbers: number[] = [];
  scores: Score[] = [];
  count: i32 = 0;
  total: i64 = 0;
  flag: bool = false;
  texts: string[] = [];
  part: Part | null = null;
  parts: Part[] = [];

  @alias("renamed_field")
  renamed: string = "";

  @alias("clé \"☃\" 😀")
  strange: string = "";
}

export function record(json: string): Record {
  return JSON.parse<Record>(json);
}

export function records(json: string): Record[] {
  return JSON.parse<Record[]>(json);
}

export function map(json: string): Map<string, string> {
  return JSON.parse<Map<string, string>>(json);
}

export function counts(json: string): Map<string, i32> {
  return JSON.parse<Map<string, i32>>(json);
}

/** A value of any kind, written again. */
export function any(json: string): string {
  return JSON.stringify(JSON.parse<JSON.Value>(json));
}


@json
class Envelope {
  raw: JSON.Raw = new JSON.Raw("");
}

/** The member `raw` as it stands in the text. */
export function raw(json: string): string {
  return JSON.parse<Envelope>(json).raw.toString();
}

/** A record written again. */
export function again(json: string): string {
  return JSON.stringify(JSON.parse<Record>(json));
}

/** A text as JSON. */
export function write(value: string): string {
  return JSON.stringify(value);
}

/** A value of a class of each kind, written again. */
export function mixed(json: string): string {
  return JSON.stringify(JSON.parse<Mixed>(json));
}

export function choice(json: string): string {
  return JSON.stringify(JSON.parse<Choice>(json));
}

export function animal(json: string): string {
  return JSON.stringify(JSON.parse<Animal>(json));
}
