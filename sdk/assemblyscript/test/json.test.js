// JSON in classes with all that json-as offers, and written JSON. What is JSON and what is not: tests/tests/json_suite.txt.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "../transform/build.js";
import { changed } from "../transform/json_as.js";
import { Exit, Guest } from "./host.js";

let wasm;
before(async () => {
  wasm = await build(fileURLToPath(new URL("../../../tests/guests/assemblyscript/json", import.meta.url)));
});

const again = (name, value) => JSON.parse(new Guest(wasm).call(name, JSON.stringify(value)));

const DEFAULTS = {
  pair: "1,2", pairs: [], long: null, animals: {}, numbers: { value: 0 }, texts: null, maybe: null, when: null, any: null,
  object: {}, raw: null, raws: [], values: [], byNumber: {}, table: [], empty: {},
};

test("fields of every kind are read and written", () => {
  const animal = { name: "A", fixed: "f", legs: 3, friend: { name: "}", fixed: "default", legs: 4, friend: null } };
  const value = {
    pair: "5,6", pairs: ["1,2", "3,4"], long: "xxxxx", animals: { a: animal }, numbers: { value: 7 }, texts: { value: "t☃" },
    maybe: 3, when: "2024-02-29T12:34:56.789Z", any: { x: [null, true, "\\", 1.5] }, object: { k: [1] }, raw: [1, "☃"],
    raws: [1, "a b", { "}": "]" }, null], values: [1, null], byNumber: { 1: true, "-2": false }, table: [[1.5], []], empty: {},
  };
  assert.deepEqual(again("mixed", value), value);
  assert.deepEqual(again("mixed", {}), DEFAULTS);
  assert.deepEqual(again("mixed", { secret: "x", unknown: { maybe: 1 } }), DEFAULTS);
});

test("null keeps the default of a field that cannot be null", () => {
  const { raw, any, ...others } = DEFAULTS;
  const nulls = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, null]));
  assert.deepEqual(again("mixed", nulls), { raw, any, ...others });
});

test("members that are left out leave no comma", () => {
  for (const value of [{}, { first: "a" }, { second: { first: "b" } }, { count: 1 }, { first: "a", second: {}, count: 2 }]) {
    assert.deepEqual(again("choice", value), value);
  }
});

test("fields of a base class are read, private and readonly ones, too", () => {
  const value = { name: "A", fixed: "f", legs: 2, friend: { name: "B", fixed: "g", legs: 255, friend: null } };
  assert.deepEqual(again("animal", value), value);
});

test("a serializer may write more than the buffer has room for", () => {
  for (const length of [1, 50, 63, 64, 65, 100, 1000, 5000]) {
    const value = { ...DEFAULTS, long: "x".repeat(length), pairs: ["12,34", "5,6"] };
    assert.deepEqual(again("mixed", value), value);
  }
});

test("errors in deserializers and values end the call with their message", () => {
  const message = (name, text) => {
    const guest = new Guest(wasm);
    assert.throws(() => guest.call(name, text), new Exit(255));
    return guest.logs[0][1];
  };
  assert.match(message("mixed", '{"pair":5}'), /^Expected a string, found '5' at character 1 of the JSON\./);
  assert.match(message("animal", '{"legs":256}'), /^The number is out of the range of u8 at character 9 of the JSON\./);
});

// A generator with a seed, so that a failure can be seen again.
function* numbers(seed) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

function anyValue(next, depth) {
  const kind = Math.floor(next() * (depth > 0 ? 6 : 4));
  const count = Math.floor(next() * 8);
  const code = () => (next() < 0.3 ? next() * 40 : next() < 0.3 ? 92 : next() < 0.5 ? 34 : next() * 0xd800);
  const text = () => Array.from({ length: count }, () => String.fromCharCode(code())).join("");
  const kinds = [
    () => [null, true, false][count % 3],
    () => Math.round((next() - 0.5) * 1e6) / 100,
    text,
    text,
    () => Array.from({ length: count }, () => anyValue(next, depth - 1)),
    () => Object.fromEntries(Array.from({ length: count }, () => [text() + next(), anyValue(next, depth - 1)])),
  ];
  return kinds[kind]();
}

test("values of any shape come back as they were", () => {
  const source = numbers(7);
  const next = () => source.next().value;
  for (let i = 0; i < 2000; i++) {
    const value = anyValue(next, 4);
    const text = JSON.stringify(value, null, i % 3);
    assert.deepEqual(JSON.parse(new Guest(wasm).call("any", text)), value, text);
  }
});

test("numbers with a fraction are rounded as JavaScript rounds them", () => {
  const source = numbers(11);
  const next = () => source.next().value;
  const bits = new DataView(new ArrayBuffer(8));
  const texts = [];
  while (texts.length < 20000) {
    bits.setUint32(0, next() * 2 ** 32);
    bits.setUint32(4, next() * 2 ** 32);
    const value = bits.getFloat64(0);
    if (Number.isFinite(value)) texts.push(value.toPrecision(1 + (texts.length % 21)), `${value}`);
    // Halfway between two numbers, and a little beyond.
    const half = ((BigInt(Math.floor(next() * 2 ** 52)) + 2n ** 52n) * 2n + 1n) << BigInt(texts.length % 900);
    texts.push(`${half}`, `${half}.0000000001`);
    texts.push(`${next().toPrecision(20)}e${Math.floor(next() * 640 - 330)}`);
  }
  for (let i = 0; i < texts.length; i += 1000) {
    const part = texts.slice(i, i + 1000).filter((text) => Number.isFinite(Number(text)));
    const read = new Guest(wasm).call("floats", `[${part.join(",")}]`);
    part.forEach((text, j) => assert.ok(Object.is(read[j], Number(text)), `${text} is read as ${read[j]}`));
  }
});

test("values that the code sets are written as they are", () => {
  const [object, texts] = new Guest(wasm).call("composed").split("|");
  const numbers = '"i8":-1,"i16":-32768,"i32":-1,"i64":-9223372036854775808,"u8":255,"u16":65535,"u32":4294967295,';
  const others = '"u64":18446744073709551615,"usize":5,"f32":-0.5,"flag":true,"none":null,"text":"t","noChoice":null,';
  const more = '"choice":{},"noValue":null,"numbers":[1,-2],"date":"1970-01-01T00:00:00.000Z","values":[-1,null],"map":{"x":-5}';
  assert.equal(object, `{${numbers}${others}${more}}`);
  assert.equal(texts, "-7,[-1,null]");
});

test("a whole number with a fraction is exact, or refused", () => {
  const read = (text) => new Guest(wasm).call("long", text);
  assert.equal(read("9007199254740991.0"), 9007199254740991n);
  assert.equal(read("-9007199254740991.0"), -9007199254740991n);
  assert.equal(read("9007199254740993"), 9007199254740993n);
  for (const text of ["9007199254740993.0", "-9007199254740993.0", "9007199254740992.0", "9007199254740993e0"]) {
    const guest = new Guest(wasm);
    assert.throws(() => guest.call("long", text), new Exit(255));
    assert.match(guest.logs[0][1], /^The number is too large for one with a fraction or an exponent/);
  }
});

test("another version of json-as does not pass for this one", () => {
  assert.throws(() => changed("assembly/index.ts", "export {}"), /json-as is not the version this SDK is made for/);
});
