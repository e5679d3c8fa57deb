// Reads JSON as RFC 8259 defines it into values of the type that is asked for. `JSON.parse` of json-as leads here.
//
// Whatever is not JSON, or does not fit the type, is an error with the place where it stands. A member that is null keeps
// the default of its field, unless the field can be null. Of members with the same name the last one counts.

import { JSON } from "json-as";
import { fractional, integral } from "./number";
import { NO_TIME, toTime } from "./time";
import { invalid, isDigit, numberEnd, readString, stringEnd } from "./token";

/** How deep arrays and objects may be nested: the stack of managed values has room for this many. */
const MAX_DEPTH: i32 = 128;

// The text that is read, the place in it, and how many arrays and objects are open there.
let text: string = "";
let at: usize = 0;
let end: usize = 0;
let depth: i32 = 0;

// The name of the member that is read next. It stands in the text, or in `decoded` if it has escapes.
let decoded: string = "";
let keyStart: usize = 0;
let keySize: usize = 0;

/** The value of a whole text. */
export function parse<T>(data: string): T {
  // A deserializer of the app may call this while another text is read.
  const outer = text;
  const outerAt = at;
  const outerEnd = end;
  const outerDepth = depth;
  text = data;
  at = changetype<usize>(data);
  end = at + ((<usize>data.length) << 1);
  depth = 0;
  const value = read<T>();
  skipSpace();
  if (at < end) fail("the end");
  text = outer;
  at = outerAt;
  end = outerEnd;
  depth = outerDepth;
  return value;
}

/** The value that stands next. */
function read<T>(): T {
  if (isBoolean<T>()) return <T>readBool();
  if (isInteger<T>()) return integral<T>(number("a whole number"), at, changetype<usize>(text));
  if (isFloat<T>()) return fractional<T>(number("a number"), at, changetype<usize>(text));
  if (isNullable<T>() && isNull()) return changetype<T>(0);
  if (isString<T>()) return changetype<T>(readText());
  if (isArray<T>()) return changetype<T>(readArray<nonnull<T>>());
  return changetype<T>(readObject<nonnull<T>>());
}

function readObject<T>(): T {
  const kind = changetype<T>(0);
  // @ts-ignore: made by the transform
  if (isDefined(kind.__DESERIALIZE)) {
    const out = changetype<T>(__new(offsetof<T>(), idof<T>()));
    // @ts-ignore: made by the transform
    if (isDefined(out.__INITIALIZE)) out.__INITIALIZE();
    // @ts-ignore: made by the transform
    return out.__DESERIALIZE(0, 0, out);
  } else if (kind instanceof Map) {
    return readMap<T>();
  } else if (kind instanceof JSON.Raw) {
    return changetype<T>(JSON.Raw.from(rawText()));
  } else if (kind instanceof JSON.Value) {
    return changetype<T>(readAny());
  } else if (kind instanceof JSON.Obj) {
    return changetype<T>(readMembers());
  } else if (kind instanceof JSON.Box) {
    // @ts-ignore: the type of the boxed value
    return changetype<T>(readBox(kind.value));
  } else if (kind instanceof Date) {
    return changetype<T>(new Date(readTime()));
  }
  throw new Error("JSON cannot be read into " + nameof<T>() + ": a class needs the decorator @json.");
}

// The argument is there for its type only.
function readBox<T>(_boxed: T): JSON.Box<T> {
  return new JSON.Box<T>(read<T>());
}

function readArray<T extends unknown[]>(): T {
  const out = instantiate<T>();
  if (!open(0x5b, "an array", 0x5d)) return out;
  do out.push(read<valueof<T>>());
  while (more(0x5d));
  return out;
}

function readMap<T extends Map<unknown, unknown>>(): T {
  const out = instantiate<T>();
  if (!begin()) return out;
  do {
    const key = keyText();
    // @ts-ignore: the kinds of keys are told apart here
    if (isString<indexof<T>>()) out.set(changetype<indexof<T>>(key), read<valueof<T>>());
    // @ts-ignore: and here
    else out.set(parse<indexof<T>>(key), read<valueof<T>>());
  } while (next());
  return out;
}

function readMembers(): JSON.Obj {
  const out = new JSON.Obj();
  if (!begin()) return out;
  do {
    const key = keyText();
    out.set(key, readAny());
  } while (next());
  return out;
}

function readAny(): JSON.Value {
  const code = peek();
  if (code == 0x22) return JSON.Value.from(readText());
  if (code == 0x7b) return JSON.Value.from(readMembers());
  if (code == 0x5b) return JSON.Value.from(readArray<JSON.Value[]>());
  if (code == 0x74 || code == 0x66) return JSON.Value.from(readBool());
  if (isNull()) return JSON.Value.from<usize>(0);
  return JSON.Value.from(fractional<f64>(number("a value"), at, changetype<usize>(text)));
}

function readText(): string {
  if (peek() != 0x22) fail("a string");
  const start = at + 2;
  at = stringEnd(start, end, changetype<usize>(text)) + 2;
  return readString(start, at - 2);
}

function readTime(): i64 {
  peek();
  const start = at;
  const time = toTime(readText());
  if (time == NO_TIME) invalid("A date or a time such as 2024-02-29T12:34:56.789Z is expected", start, changetype<usize>(text));
  return time;
}

function readBool(): bool {
  const code = peek();
  if (code == 0x74 && word("true")) return true;
  if (!(code == 0x66 && word("false"))) fail("true or false");
  return false;
}

function isNull(): bool {
  return peek() == 0x6e && word("null");
}

// Passes a word that stands here, and answers whether it does.
function word(expected: string): bool {
  const size = (<usize>expected.length) << 1;
  if (end - at < size || memory.compare(at, changetype<usize>(expected), size) != 0) return false;
  at += size;
  return true;
}

// Passes a number and answers its beginning.
function number(expected: string): usize {
  const code = peek();
  if (!isDigit(code) && code != 0x2d) fail(expected);
  const start = at;
  at = numberEnd(start, end, changetype<usize>(text));
  return start;
}

// What the code that the transform makes for a class reads an object with.

/** Passes the beginning of an object; true if a member follows, whose name is known then. */
export function begin(): bool {
  return open(0x7b, "an object", 0x7d) && key();
}

/** Passes the end of a member; true if another follows, whose name is known then. */
export function next(): bool {
  return more(0x7d) && key();
}

/** The size of the member's name in bytes. */
export function nameSize(): usize {
  return keySize;
}

/** True if the member is called so, of a name with the same size. */
export function isNamed(name: string): bool {
  return memory.compare(keyStart, changetype<usize>(name), keySize) == 0;
}

/** Reads the member's value into a field of the object at `base`. */
export function member<T>(base: usize, offset: usize): void {
  if (!holdsNull<T>() && isNull()) return;
  const value = read<T>();
  store<T>(base + offset, value);
  if (isManaged<T>()) __link(base, changetype<usize>(value), false);
}

function holdsNull<T>(): bool {
  if (!isReference<T>() || isString<T>() || isArray<T>()) return isNullable<T>();
  const kind = changetype<nonnull<T>>(0);
  return isNullable<T>() || kind instanceof JSON.Raw || kind instanceof JSON.Value;
}

/** Passes a value of any kind. */
export function skip(): void {
  const code = peek();
  if (code == 0x22) {
    at = stringEnd(at + 2, end, changetype<usize>(text)) + 2;
  } else if (code == 0x7b) {
    if (!begin()) return;
    do skip();
    while (next());
  } else if (code == 0x5b) {
    if (!open(0x5b, "an array", 0x5d)) return;
    do skip();
    while (more(0x5d));
  } else if (code == 0x74 || code == 0x66) {
    readBool();
  } else if (!isNull()) {
    number("a value");
  }
}

/** The JSON of a value, as it stands in the text. */
export function rawText(): string {
  peek();
  const start = at;
  skip();
  return slice(start, at);
}

// Passes the beginning of an array or object; true unless its end follows.
function open(first: u32, expected: string, last: u32): bool {
  if (peek() != first) fail(expected);
  at += 2;
  if (++depth > MAX_DEPTH) throw new Error("The JSON is nested more than " + MAX_DEPTH.toString() + " deep.");
  if (peek() != last) return true;
  at += 2;
  depth--;
  return false;
}

// Passes what stands behind an element or member; true if it is a comma.
function more(last: u32): bool {
  const code = peek();
  if (code != 0x2c && code != last) fail(last == 0x5d ? "',' or ']'" : "',' or '}'");
  at += 2;
  if (code == 0x2c) return true;
  depth--;
  return false;
}

// Passes a member's name and the colon behind it.
function key(): bool {
  if (peek() != 0x22) fail("the name of a member");
  keyStart = at + 2;
  const keyEnd = stringEnd(keyStart, end, changetype<usize>(text));
  at = keyEnd + 2;
  keySize = keyEnd - keyStart;
  for (let i = keyStart; i < keyEnd; i += 2) {
    if (load<u16>(i) != 0x5c) continue;
    decoded = readString(keyStart, keyEnd);
    keyStart = changetype<usize>(decoded);
    keySize = (<usize>decoded.length) << 1;
    break;
  }
  if (peek() != 0x3a) fail("':'");
  at += 2;
  return true;
}

function keyText(): string {
  return slice(keyStart, keyStart + keySize);
}

function slice(from: usize, to: usize): string {
  const out = __new(to - from, idof<string>());
  memory.copy(out, from, to - from);
  return changetype<string>(out);
}

function skipSpace(): void {
  while (at < end) {
    const code = load<u16>(at);
    if (code != 0x20 && code != 0x0a && code != 0x0d && code != 0x09) return;
    at += 2;
  }
}

// The character that stands next, behind white space; 0 at the end.
function peek(): u32 {
  skipSpace();
  return at < end ? load<u16>(at) : 0;
}

function fail(expected: string): void {
  const start = changetype<usize>(text);
  const rest = text.substr(<i32>((at - start) >> 1), 20);
  invalid("Expected " + expected + ", found " + (rest == "" ? "the end" : "'" + rest + "'"), at, start);
}
