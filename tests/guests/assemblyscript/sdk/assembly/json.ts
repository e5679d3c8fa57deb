// What sources may write about JSON beside what json-as takes.

import { JSON } from "json-as";
import { InSecurity } from "./security";
import { Based, KEY, Keys, Named, Sized } from "./shapes";
import { Apart } from "./util/apart";

// No decorator: it is a part of classes that have one.
class Plain {
  a: i32 = 1;
  b: string = "b";
}


@json
class Heir extends Plain {
  c: f64 = 0.5;
}

enum State {
  Open,
  Closed = 5,
}

type Amount = number;
type Words = string[];


@json
class Words2 {
  static readonly LIMIT: i32 = 5;
  private static count: i32 = 0;

  @omitif("this.age < 18")
  age: i32 = 3;

  @omitif(this.name == "")
  name: string = "";

  @omitif((self: Words2) => self.amount == 0)
  amount: Amount = 0;

  @omitnull()
  count: i64 = 2;

  @omitnull()
  text: string = "t";

  @omitnull()
  part!: Plain;

  @omit
  secret: string = "secret";

  @alias("a \"strange\"\\name\n")
  strange: Amount = 1;
  plain: Plain[] = [new Plain()];
  byName: Map<string, Plain> = new Map<string, Plain>();
  nested: Map<string, Map<string, i32[]>> = new Map<string, Map<string, i32[]>>();
  heir: Heir | null = null;
  state: State = State.Open;
  words: Words = [];
  when: Date | null = null;
  apart: Apart = new Apart();
  security: InSecurity = new InSecurity();
}

export function words(json: string): string {
  return JSON.stringify(JSON.parse<Words2>(json));
}

const OWN = KEY;

class Labels {
  static readonly LIST: string = "list[]";
}

@json
class Keyed {
  @alias(OWN)
  key: i32 = 1;

  @alias(Keys.SIZE)
  size: i32 = 2;

  @alias(Labels.LIST)
  list: i32[] = [];
}

export function keyed(json: string): string {
  return JSON.stringify(JSON.parse<Keyed>(json));
}


@json
class Unset {
  raw!: JSON.Raw;
  any!: JSON.Value;
  object!: JSON.Obj;
  box: JSON.Box<f64> | null = null;
}

export function unset(json: string): string {
  const unset = JSON.parse<Unset>(json);
  return JSON.stringify(unset) + unset.raw.toString();
}


/** Numbers with names that are longer than they are. */
@json
class Measures {
  @omitif((self: Measures) => self.theFirstOfManyMeasuresOfThisDay < 0)
  theFirstOfManyMeasuresOfThisDay: f64 = 0;

  @omitif((self: Measures) => self.theSecondOfManyMeasuresOfThisDay < 0)
  theSecondOfManyMeasuresOfThisDay: f64 = 0;

  @omitif((self: Measures) => self.theThirdOfManyMeasuresOfThisDay < 0)
  theThirdOfManyMeasuresOfThisDay: f64 = 0;
  theFourthOfManyMeasuresOfThisDay: f64 = 0;
  theFifthOfManyMeasuresOfThisDay: f64 = 0;
  next: Measures | null = null;
  more: Measures[] = [];
  byNumber: Map<i32, Measures> = new Map<i32, Measures>();
}

/** Writes them while other things are kept that a write beyond its room would destroy. */
export function measures(json: string): string {
  const kept: string[] = [];
  const measures = JSON.parse<Measures>(json);
  for (let i = 0; i < 50; i++) {
    kept.push(JSON.stringify(measures));
    kept.push(i.toString());
  }
  for (let i = 0; i < 100; i++) if (kept[i] != (i % 2 ? ((i - 1) / 2).toString() : kept[0])) throw new Error("destroyed");
  return kept[0];
}

export function texts(json: string): string {
  return JSON.stringify(JSON.parse<Map<string, string[]>>(json));
}

/** Arrays in arrays. */
export function deep(json: string): string {
  return JSON.stringify(JSON.parse<JSON.Value>(json));
}


@json
class OfBased extends Based {
  a: i32 = 1;
}


@json
class OfSized extends Sized {
  a: i32 = 1;
}


@json
class OfNamed extends Named {
  a: i32 = 1;
}

/** What is inherited from classes of other files. */
export function inherited(based: string, sized: string, named: string): string {
  const both = JSON.stringify(JSON.parse<OfBased>(based)) + JSON.stringify(JSON.parse<OfSized>(sized));
  return both + JSON.stringify(JSON.parse<OfNamed>(named));
}
