// Reads JSON into each kind of type, for tests/tests/json_suite.rs; guests/go/json has the same functions.

import { JSON } from "json-as";
import { Animal, Choice, Mixed, Told } from "./classes";

/** A name for a number, as apps give one. */
type Score = number;

export function text(text: string): string {
  return JSON.parse<string>(text);
}

export function optional(text: string): string | null {
  return JSON.parse<string | null>(text);
}

export function float(text: string): f64 {
  return JSON.parse<f64>(text);
}

export function single(text: string): f32 {
  return JSON.parse<f32>(text);
}

export function integer(text: string): i32 {
  return JSON.parse<i32>(text);
}

export function long(text: string): i64 {
  return JSON.parse<i64>(text);
}

export function unsigned(text: string): u64 {
  return JSON.parse<u64>(text);
}

export function octet(text: string): u8 {
  return JSON.parse<u8>(text);
}

export function flag(text: string): bool {
  return JSON.parse<bool>(text);
}

export function texts(text: string): string[] {
  return JSON.parse<string[]>(text);
}

export function optionals(text: string): (string | null)[] {
  return JSON.parse<(string | null)[]>(text);
}

export function floats(text: string): f64[] {
  return JSON.parse<f64[]>(text);
}

export function singles(text: string): f32[] {
  return JSON.parse<f32[]>(text);
}

export function integers(text: string): i32[] {
  return JSON.parse<i32[]>(text);
}

export function flags(text: string): bool[] {
  return JSON.parse<bool[]>(text);
}

export function table(text: string): string[][] {
  return JSON.parse<string[][]>(text);
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

  @alias("größe 日本")
  strange: string = "";
}

export function readRecord(text: string): Record {
  return JSON.parse<Record>(text);
}

export function records(text: string): Record[] {
  return JSON.parse<Record[]>(text);
}

export function map(text: string): Map<string, string> {
  return JSON.parse<Map<string, string>>(text);
}

export function counts(text: string): Map<string, i32> {
  return JSON.parse<Map<string, i32>>(text);
}

/** A value of any kind, written again. */
export function any(text: string): string {
  return JSON.stringify(JSON.parse<JSON.Value>(text));
}


@json
class Envelope {
  raw: JSON.Raw = new JSON.Raw("");
}

/** The member `raw` as it stands in the text. */
export function raw(text: string): string {
  return JSON.parse<Envelope>(text).raw.toString();
}

/** A record written again. */
export function again(text: string): string {
  return JSON.stringify(JSON.parse<Record>(text));
}

/** A text as JSON. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A value of a class of each kind, written again. */
export function mixed(text: string): string {
  return JSON.stringify(JSON.parse<Mixed>(text));
}

export function choice(text: string): string {
  return JSON.stringify(JSON.parse<Choice>(text));
}

export function animal(text: string): string {
  return JSON.stringify(JSON.parse<Animal>(text));
}

/** An object of values that the code sets, and what two of them are as text. */
export function composed(): string {
  const object = new JSON.Obj();
  object.set<i8>("i8", -1);
  object.set<i16>("i16", i16.MIN_VALUE);
  object.set("i32", -1);
  object.set<i64>("i64", i64.MIN_VALUE);
  object.set<u8>("u8", 255);
  object.set<u16>("u16", 65535);
  object.set<u32>("u32", u32.MAX_VALUE);
  object.set<u64>("u64", u64.MAX_VALUE);
  object.set<usize>("usize", 5);
  object.set<f32>("f32", -0.5);
  object.set("flag", true);
  object.set<string | null>("none", null);
  object.set<string | null>("text", "t");
  object.set<Choice | null>("noChoice", null);
  object.set<Choice | null>("choice", new Choice());
  object.set<JSON.Value | null>("noValue", null);
  object.set("numbers", [1, -2]);
  object.set("date", new Date(0));
  object.set("values", [JSON.Value.from(-1), JSON.Value.from<string | null>(null)]);
  const map = new Map<string, JSON.Value>();
  map.set("x", JSON.Value.from<i64>(-5));
  object.set("map", map);
  const changed = JSON.Value.from("text");
  changed.set<i8>(-7);
  const texts = JSON.Value.from([JSON.Value.from('a"b'), JSON.Value.from("c")]);
  object.set("unset", JSON.Value.empty());
  const told = [changed, JSON.Value.empty(), object.get("values")!, object.get("choice")!, texts];
  return JSON.stringify(object) + "|" + told.map<string>((value) => value.toString()).join(",");
}

/** Values whose serializers ask others for their text. */
export function told(): string {
  return JSON.stringify([new Told(), new Told()]);
}
