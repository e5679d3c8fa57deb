// Modules that need no host, and what sources may write about JSON.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ending, guest, models } from "./guest.js";
import { Guest } from "./host.js";

let wasm;
let old;
before(async () => {
  wasm = await guest("sdk");
  old = await guest("old_json");
});

const call = (name, ...args) => new Guest(wasm).call(name, ...args);

test("claims are those of the token, or defaults", () => {
  const CLAIMS = JSON.stringify({ sub: "s", exp: 1700000000, "user-id": "7", roles: ["a"], other: {} });
  const guest = new Guest(wasm, { environment: { CLAIMS } });
  assert.deepEqual(guest.call("claims"), { sub: "s", exp: 1700000000n, userId: "7", roles: ["a"] });
  for (const environment of [{}, { CLAIMS: "" }]) {
    const guest = new Guest(wasm, { environment });
    assert.deepEqual(guest.call("claims"), { sub: "nobody", exp: 0n, userId: "", roles: [] });
    assert.deepEqual(guest.logs, [["warning", "No JWT claims found."]]);
  }
});

test("vectors are computed with by element and as a whole", () => {
  const lists = [
    [5, 3, 9], [-3, -7, -3], [1.5, -1.5, 3.5], [0.5, -2.5, 2.5], [2, -4, 6], [0.5, -1, 1.5], [0.6, 0.8], [1, 2, 3], [1, -2, 3],
    [1, 2, 3],
  ];
  const [first, second] = call("arithmetic").split("][");
  assert.deepEqual(JSON.parse(`${first}]`), lists);
  assert.deepEqual(JSON.parse(`[${second}`), [12, 5, 2, 120, 5, -2, 3, 5]);
  const integers = "[[3,-4],[7,8],[14,-16],[-7,8]][113,-1,-56,-8,7][3,100000,-3][0,0,1][150,64]";
  assert.equal(call("integers"), `${integers}${Math.sqrt(20000)}`);
  const [numbers, wrapped] = call("singles").split("|");
  const [a, b] = [Math.fround(0.1), Math.fround(0.2)];
  const dot = Math.fround(Math.fround(a * a) + Math.fround(b * b));
  const length = Math.fround(Math.sqrt(dot));
  const expected = [dot, length, Math.fround(a / length), Math.fround(Math.fround(a + b) / 2)];
  assert.deepEqual(numbers.split(",").map((text) => Math.fround(Number(text))), expected);
  assert.equal(Number(wrapped), Math.imul(100000, 100000));
  assert.equal(ending(wasm, "unequal"), "Vectors must be the same length.");
  assert.equal(ending(wasm, "empty"), "Vector must not be empty.");
});

test("a dynamic map has values of any type", () => {
  const [again, read, about, raw, cleared] = call("dynamicMap").split("|");
  assert.deepEqual(JSON.parse(again), { number: 1, text: 'a "b"', list: [1.5, 2], none: null });
  assert.equal(read, '1,a "b",1.5,2.0');
  assert.equal(about, "4,true,false,number,text,list,none");
  assert.equal(raw, '1,"a \\"b\\"",[1.5,2.0],null');
  assert.equal(cleared, "{}");
  assert.equal(ending(wasm, "noMember"), "There is no member 'x'.");
  const nodes = '[{"name":"n","props":{"age":5,"b":[{"c":"}"}]},"more":null},{"name":"","props":{},"more":{"x":1}}]';
  assert.equal(call("nodes", nodes), `${nodes}5`);
});

test("spans of time are in nanoseconds, states of agents are texts", () => {
  const spans = "0,1,1000,1000000,1000000000,60000000000,3600000000000,9223372036854775807,90000000000";
  assert.equal(call("durations"), spans);
  assert.equal(call("statuses"), "starting,running,suspending,suspended,resuming,stopping,terminated");
});

test("the console has timers and assertions", () => {
  const guest = new Guest(wasm);
  guest.call("timers");
  assert.deepEqual(guest.logs, [
    ["warning", "Label 'default' already exists for console.time()"],
    ["", "default: 0.0ms"],
    ["", "default: 0.0ms"],
    ["warning", "No such label 'x' for console.timeEnd()"],
    ["warning", "No such label 'y' for console.timeLog()"],
    ["error", "Assertion failed: told"],
  ]);
  assert.equal(guest.call("invalid"), true);
});

test("points are read as they are, and other texts are none", () => {
  const read = (text) => call("point", text);
  for (const pair of [
    [0.1, -0.2], [1e300, -5e-324], [0, 1e20], [8.41e21, 5.5915988132223525e47], [Infinity, -Infinity], [123456.7890123456, -2e-7],
  ]) {
    const [x, y] = pair;
    assert.deepEqual(read(`(${x},${y})`), pair);
    assert.deepEqual(read(` point( ${x} ${y} ) `), pair);
  }
  assert.deepEqual(read("(+1.,.5E+1)"), [1, 5]);
  for (let i = 0; i < 500; i++) {
    const pair = [Math.sin(i) * 180, Math.cos(i) * 90];
    assert.deepEqual(read(`(${pair[0].toPrecision(20)}, ${pair[1].toPrecision(17)})`), pair);
  }
  for (const x of ["", "-", ".", "+.", "e5", "1e", "1e+", "1.2.3", "12x", "0x10", "1 2", "--1", "NaN", "Infinityx", "１"]) {
    assert.equal(read(`(${x},1)`), null, x);
    assert.equal(read(`(1,${x})`), null, x);
  }
});

test("base64 is that of Node", () => {
  for (const text of ["", "f", "fo", "foo", "foob", "fooba", "☃😀ÿ?>~"]) {
    const encoded = Buffer.from(text).toString("base64");
    assert.equal(call("encoded", text), encoded);
    assert.equal(call("decoded", encoded), text);
  }
  for (const text of ["A", "AA", "AAA", "AA=A", "====", "A===", "AA-_", "AA A", "AAAA=", "\u0141AAA"]) {
    assert.equal(ending(wasm, "decoded", text), "The text is not valid base64.", text);
  }
});

const WORDS = {
  text: "t", part: { a: 1, b: "b" }, count: 2, 'a "strange"\\name\n': 1, plain: [{ a: 1, b: "b" }], byName: {}, nested: {},
  heir: null, state: 0, words: [], when: null, apart: { x: "apart" }, security: { level: 1 },
};

test("conditions, parts without a decorator, static fields and files of any name", () => {
  assert.deepEqual(JSON.parse(call("words", "{}")), WORDS);
  const value = {
    ...WORDS, age: 20, name: "n", amount: 1.5, 'a "strange"\\name\n': -2, plain: [{ a: 2, b: "" }], byName: { x: { a: 3, b: "y" } },
    nested: { a: { b: [1, 2] }, c: {} }, heir: { a: 1, b: "h", c: 2.5 }, state: 5, words: ["w"], when: "2024-02-29T12:34:56.789Z",
    apart: { x: "" }, security: { level: 9 },
  };
  assert.deepEqual(JSON.parse(call("words", JSON.stringify(value))), value);
  assert.deepEqual(JSON.parse(call("words", '{"age":17,"secret":"x"}')), WORDS);
});

test("what is inherited from classes that other files hand on is read and written", () => {
  const texts = ['{"base":5,"a":6}', '{"size":0.5,"a":6}', '{"name":"x","a":6}'];
  assert.equal(call("inherited", ...texts), texts.join(""));
});

test("names of fields may be constants, of other files, too", () => {
  assert.equal(call("keyed", "{}"), '{"the-key":1,"the size":2,"list[]":[]}');
  const text = '{"the-key":3,"the size":4,"list[]":[5]}';
  assert.equal(call("keyed", text), text);
});

test("raw values that a text does not mention are null", () => {
  assert.equal(call("unset", "{}"), '{"raw":null,"any":null,"object":{},"box":null}null');
  const text = '{"raw":[1, 2],"any":"x","object":{"y":true},"box":1.5}';
  assert.equal(call("unset", text), `${text}[1, 2]`);
});

test("there is room for all that is written", () => {
  const measure = (value) => ({
    theFirstOfManyMeasuresOfThisDay: value, theSecondOfManyMeasuresOfThisDay: value, theThirdOfManyMeasuresOfThisDay: value,
    theFourthOfManyMeasuresOfThisDay: value, theFifthOfManyMeasuresOfThisDay: value, next: null, more: [], byNumber: {},
  });
  let value = measure(-Number.MIN_VALUE * 2 ** 52 * 1.2345678901234567);
  const first = measure(2.2250738585072014e-308);
  for (let i = 0; i < 12; i++) value = { ...first, next: value, more: [first, first], byNumber: { [-2147483648]: first, 5: first } };
  assert.deepEqual(JSON.parse(call("measures", JSON.stringify(value))).next.next.more, [first, first]);
  for (let length = 0; length < 80; length++) {
    const texts = { ["\u0001".repeat(length)]: ['"'.repeat(length), "\u001f".repeat(length), "x".repeat(length)], "": [] };
    assert.deepEqual(JSON.parse(call("texts", JSON.stringify(texts))), texts);
  }
  for (const length of [1, 60, 63, 64, 65, 100, 128]) {
    const text = "[".repeat(length) + "]".repeat(length);
    assert.equal(call("deep", text), text);
  }
});

test("sources for json-as 0.9 keep raw JSON in strings", () => {
  const run = (name, ...args) => new Guest(old).call(name, ...args);
  const fresh = '{"text":"t","raw":{"a":1},"optional":null,"bare":null}';
  const written = '{"count":3,"text":"","raw":[1, {"x":"y"}],"optional":null,"bare":"b"}';
  const text = '{"raw":[1, {"x":"y"}],"optional":null,"omitted":null,"bare":"b","count":3,"text":""}';
  const sorted = (json) => Object.entries(JSON.parse(json)).sort();
  const out = run("document", text);
  assert.ok(out.includes('[1, {"x":"y"}]{'), out);
  const [first, second] = out.split('[1, {"x":"y"}]{');
  assert.deepEqual(sorted(first), sorted(written));
  assert.deepEqual(sorted(`{${second}`), sorted(fresh));
  assert.equal(run("safely", '[1, "a"]'), '[1, "a"]');
  assert.equal(run("fromMap"), "[1]");
  const { fnExports } = new Guest(old).metadata;
  assert.equal(fnExports.fetched.results[0].type, "~lib/string/String");
});

test("so does a conversation with tools", () => {
  const tool_calls = [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }];
  const chat = { choices: [{ message: { role: "assistant", content: null, tool_calls } }] };
  const guest = new Guest(old, { functions: models({ chat }) });
  const { tools, messages } = JSON.parse(guest.call("converse", '{"type":"object"}'));
  assert.deepEqual(tools.map((each) => each.function), [
    { name: "f", description: "d", strict: true, parameters: { type: "object" } },
    { name: "g" },
  ]);
  assert.deepEqual(messages, [
    { role: "system", content: "s" },
    { role: "user", content: "u" },
    { role: "assistant", content: "", tool_calls },
    { role: "tool", content: "done", tool_call_id: "call_1" },
  ]);
});
