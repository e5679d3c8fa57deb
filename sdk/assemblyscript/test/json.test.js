// JSON in classes with all that json-as offers, and written JSON. What is JSON and what is not: tests/tests/json_suite.txt.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "../transform/build.js";
import { changed } from "../transform/json_as.js";
import { Exit, Guest } from "./host.js";
import { neighbours, ofBits, single } from "./singles.js";

let wasm;
before(async () => {
  wasm = await build(fileURLToPath(new URL("../../../tests/guests/assemblyscript/json", import.meta.url)));
});

const again = (name, value) => JSON.parse(new Guest(wasm).call(name, JSON.stringify(value)));

const message = (name, text) => {
  const guest = new Guest(wasm);
  assert.throws(() => guest.call(name, text), new Exit(255));
  return guest.logs[0][1];
};

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
  const more = '"choice":{},"noValue":null,"numbers":[1,-2],"date":"1970-01-01T00:00:00.000Z","values":[-1,null],"map":{"x":-5},';
  assert.equal(object, `{${numbers}${others}${more}"unset":null}`);
  assert.equal(texts, '-7,null,[-1,null],{},["a\\"b","c"]');
  assert.equal(new Guest(wasm).call("told"), '["{}","{}"]');
});

test("numbers of 32 bits are rounded once", () => {
  const source = numbers(13);
  const next = () => source.next().value;
  const texts = ["0.0", "-0", "1e-400", "1e-45", "7e-46", "16777217", "16777219", "1.00000005960464477539062500000000001"];
  for (let i = 0; i < 6000; i++) {
    // Every third is one of those below the smallest normal one.
    const bits = Math.floor(next() * (i % 3 ? 0x7f800000 : 0x800000));
    texts.push(...neighbours(bits, i));
    texts.push(`${next().toPrecision(20)}e${Math.floor(next() * 90 - 50)}`, `-${next() * 2 ** 26}`);
  }
  texts.push(...neighbours(0, 1), ...neighbours(0x7fffff, 1), ...neighbours(0x7f7fffff, 1));
  const finite = texts.filter((text) => Number.isFinite(single(text)));
  assert.ok(finite.length < texts.length, "some are too large");
  for (let i = 0; i < finite.length; i += 1000) {
    const part = finite.slice(i, i + 1000);
    const read = new Guest(wasm).call("singles", `[${part.join(",")}]`);
    part.forEach((text, j) => assert.ok(Object.is(read[j], single(text)), `${text} is read as ${read[j]}`));
  }
  // Without an array around them, and what is too large.
  for (const text of neighbours(0x7f7fffff, 1)) {
    if (Number.isFinite(single(text))) assert.equal(new Guest(wasm).call("single", text), single(text), text);
    else assert.match(message("single", text), /^The number is out of the range of f32/, text);
  }
});

test("numbers with a fraction are written so that they come back", () => {
  const source = numbers(17);
  const next = () => source.next().value;
  const view = new DataView(new ArrayBuffer(8));
  const singles = [0.1, 16777216, 1e21, 1e-7, ofBits(1), ofBits(0x7fffff), ofBits(0x7f7fffff)];
  const doubles = [0.1, 5e-324, 2 ** -1022, Number.MAX_VALUE, 1e21, 1e-7, 123456789012345680000];
  for (let i = 0; i < 20000; i++) {
    singles.push(ofBits(Math.floor(next() * 0x7f800000)));
    view.setUint32(0, next() * 2 ** 32);
    view.setUint32(4, next() * 2 ** 32);
    if (Number.isFinite(view.getFloat64(0))) doubles.push(view.getFloat64(0));
  }
  const part = (text, name) => new RegExp(`"${name}":\\[+([^\\]]*)\\]`).exec(text)[1].split(",");
  const table = new Guest(wasm).call("mixed", JSON.stringify({ table: [singles.map((value) => Math.fround(value))] }));
  part(table, "table").forEach((text, i) => {
    assert.equal(single(text), Math.fround(singles[i]), text);
    assert.ok(text.replace(/e.*|^-?[0.]*|\.0$|\./g, "").replace(/0+$/, "").length <= 9, `${text} has too many digits`);
  });
  const written = part(new Guest(wasm).call("again", JSON.stringify({ numbers: doubles })), "numbers");
  written.forEach((text, i) => assert.equal(Number(text), doubles[i], text));
});

test("a whole number with a fraction or an exponent is exact, or refused", () => {
  const read = (text, name = "long") => new Guest(wasm).call(name, text);
  for (const text of ["9007199254740991.0", "-9007199254740993.0", "9007199254740993e0", "9223372036854775807.000"]) {
    assert.equal(read(text), BigInt(text.replace(/[.e].*/, "")), text);
  }
  assert.equal(read("9.223372036854775807e18"), 2n ** 63n - 1n);
  assert.equal(read("-922337203685477580800e-2"), -(2n ** 63n));
  assert.equal(read("0.0000000000000000000000000012e28"), 12n);
  assert.equal(read("0.000e99999999999"), 0n);
  assert.equal(BigInt.asUintN(64, read("18446744073709551615.0", "unsigned")), 2n ** 64n - 1n);
  for (const text of ["0.99999999999999999999", "1.00000000000000000000000001", "12e-1", "-1e-400", "9007199254740993.5"]) {
    assert.match(message("long", text), /^A whole number is expected at character 1 /, text);
  }
  const large = ["9223372036854775808.0", "-9223372036854775809e0", "1e19", "1e400", "1e99999999999", "1844674407370955162e1"];
  for (const text of large) {
    assert.match(message("long", text), /^The number is out of the range of i64 at character 1 /, text);
  }
});

test("times are read as they are, and other texts are none", () => {
  const guest = new Guest(wasm);
  const read = (when) => JSON.parse(guest.call("mixed", JSON.stringify({ when }))).when;
  const times = {
    "2024-02-29": "2024-02-29T00:00:00.000Z", "2000-02-29t01:02:03z": "2000-02-29T01:02:03.000Z", 2024: "2024-01-01T00:00:00.000Z",
    "2024-01-02 03:04": "2024-01-02T03:04:00.000Z", "2024-01-02T03:04:05": "2024-01-02T03:04:05.000Z",
    "2024-01-02T03:04:05.06": "2024-01-02T03:04:05.060Z", "2024-01-02T03:04:05.123999999Z": "2024-01-02T03:04:05.123Z",
    "2024-01-02T03:04:05+01:30": "2024-01-02T01:34:05.000Z", "2024-01-02T03:04:05.5-0130": "2024-01-02T04:34:05.500Z",
    "2024-01-02 03:04:05+05": "2024-01-01T22:04:05.000Z", "1880-01-01T00:53:28+00:53:28": "1880-01-01T00:00:00.000Z",
    "2023-12-31T23:59:60Z": "2024-01-01T00:00:00.000Z", "2023-12-31T24:00": "2024-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z": "1969-12-31T23:59:59.999Z", "0000-01-01": "0000-01-01T00:00:00.000Z",
    "12024-02-03": "+012024-02-03T00:00:00.000Z", "-0001-12-31": "-000001-12-31T00:00:00.000Z",
    "+275760-09-13T00:00:00.000Z": "+275760-09-13T00:00:00.000Z", "-271821-04-20T00:00:00Z": "-271821-04-20T00:00:00.000Z",
  };
  for (const [text, time] of Object.entries(times)) assert.equal(read(text), time, text);
  const source = numbers(19);
  for (let i = 0; i < 2000; i++) {
    const time = new Date((source.next().value - 0.5) * (i % 2 ? 8e12 : 1.728e16)).toISOString();
    assert.equal(read(time), time);
  }
});

test("what is no time is refused", () => {
  const texts = [
    "", "hello", "null", "2024-", "2024-1-", "202-01-01", "2024-13-01", "2024-00-01", "2023-02-29", "1900-02-29", "2024-04-31",
    "0000-00-00", "-infinity", "04:05:06Z", "2024-01-02T", "2024-01-02T03", "2024-01-02T03:", "2024-01-02T25:00",
    "2024-01-02T03:60", "2024-01-02T24:01", "2024-01-02T03:04:61", "2024-01-02T03:04:05.", "2024-01-02T03:04:05.x", "2024-01-02T03:04:05+",
    "2024-01-02T03:04:05+1", "2024-01-02T03:04:05+24:00", "2024-01-02T03:04:05+01:60", "2024-01-02T03:04:05Zz", "2024-01-02Z",
    "2024-01-02T03:04:05 ", " 2024-01-02", "2024/01/02", "20240102T030405Z", "+275760-09-13T00:00:00.001Z", "+999999999-01-01",
    "4-01-02T00:00:00Z", "9999999999-01-01", "２０２４-01-01",
  ];
  for (const text of texts) {
    assert.match(message("mixed", JSON.stringify({ when: text })), /^A date or a time such as .* at character 9 of /, text);
  }
});

test("another version of json-as does not pass for this one", () => {
  assert.throws(() => changed("assembly/index.ts", "export {}"), /json-as is not the version this SDK is made for/);
});
