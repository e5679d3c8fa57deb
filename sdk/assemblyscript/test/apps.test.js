// Builds the repository's AssemblyScript apps and runs them on a minimal host.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "../transform/build.js";
import { readMetadata } from "../transform/section.js";
import { Exit, Guest } from "./host.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const GUESTS = path.join(ROOT, "tests/guests/assemblyscript");
const EXCUSES = path.join(ROOT, "examples/excuses");

const apps = {};

before(async () => {
  apps.types = await build(path.join(GUESTS, "types"));
  apps.faults = await build(path.join(GUESTS, "faults"));
  apps.host = await build(path.join(GUESTS, "host"));
  apps.excuses = await build(EXCUSES);
});

test("values of every type come back as they went in", () => {
  const guest = new Guest(apps.types);
  const point = { x: 1.5, y: -2 };
  const gauge = { on: true, level: -2, serial: 9007199254740993n, label: "ok", parent: null, ratio: 1.5, kind: 9 };
  const friend = { name: "B", age: 2, home: null, friends: [], nickname: null, secret: "t" };
  const cases = {
    echoBool: [true, false],
    echoI8: [-128, 127],
    echoI16: [-32768],
    echoI32: [-2147483648],
    echoI64: [-9223372036854775808n],
    echoU8: [255],
    echoU16: [65535],
    echoF32: [1.5],
    echoF64: [0.1],
    echoString: ["", "Hi€😀"],
    echoNullableString: [null, "x"],
    echoArrayI32: [[], [1, -2, 3]],
    echoArrayString: [["pear", "fig"]],
    echoArrayNullableString: [["a", null]],
    echoArrayArrayI32: [[[1], [], [2, 3]]],
    echoArrayPoint: [[point, point]],
    echoArrayNullableRare: [[{ id: 7 }, null]],
    echoStaticArrayI32: [[4, 5]],
    echoStaticArrayString: [["s"]],
    echoNullablePoint: [null, point],
    echoGauge: [{ ...gauge, parent: gauge }],
    echoPerson: [{ ...friend, name: "A", home: point, friends: [friend], nickname: "N" }],
    echoDog: [{ name: "Rex", legs: 4, good: true, owner: null }],
    echoEmpty: [{}],
    echoBoxString: [{ value: "in" }],
    echoInner: [{ depth: 3 }],
    echoDate: [new Date("2024-02-29T12:34:56.789Z")],
  };
  for (const [name, values] of Object.entries(cases)) {
    for (const value of values) assert.deepEqual(guest.call(name, value), value, name);
  }
  const bytes = Buffer.from([1, 2, 3, 4]);
  for (const name of ["echoArrayBuffer", "echoUint8Array", "echoFloat32Array"]) {
    assert.deepEqual(guest.call(name, bytes), bytes, name);
  }
  assert.deepEqual(guest.call("subarray", bytes), Buffer.from([2, 3]));
  assert.deepEqual(guest.call("dateParts", new Date("2024-02-29T12:34:56Z")), [2024, 1, 29, 12, 34, 56]);
});

test("left-out parameters take the guest's own defaults", () => {
  const guest = new Guest(apps.types);
  assert.equal(guest.call("defaultNegative"), -1);
  assert.equal(guest.call("defaultExpression"), 5);
  assert.equal(guest.call("defaultTemplate"), "seven is 7");
  assert.deepEqual(guest.call("defaultNew"), { x: 0, y: 0 });
  assert.equal(guest.call("defaultSome", 1, 2), "1,2,c");
});

test("defaults are described where they are literals", () => {
  const { fnExports } = readMetadata(apps.types);
  const defaultOf = (name) => fnExports[name].parameters[0].default;
  assert.equal(defaultOf("defaultHex"), 0xffff);
  assert.equal(defaultOf("defaultNegative"), -1);
  assert.equal(defaultOf("defaultNull"), null);
  assert.deepEqual(defaultOf("defaultArray"), [1, -2, 3]);
  assert.equal(defaultOf("defaultNew"), "");
  assert.match(Buffer.from(apps.types).toString("latin1"), /"default":9223372036854775807/);
  assert.ok(!("default" in fnExports.echoI32.parameters[0]));
});

test("types and docs are described completely", () => {
  const { types, fnExports } = readMetadata(apps.types);
  assert.deepEqual(types["assembly/shapes/Dog"].fields.map((field) => field.name), ["name", "legs", "good", "owner"]);
  assert.ok(types["assembly/shapes/Rare"], "a class used as a nullable element only");
  assert.deepEqual(types["assembly/shapes/Point"].fields[0].docs.lines, ["Distance to the east."]);
  assert.deepEqual(fnExports.add.docs.lines, ["The sum of two numbers."]);
  assert.equal(fnExports._internal, undefined);
});

test("abnormal endings say why", () => {
  const ending = (name, ...args) => {
    const guest = new Guest(apps.faults);
    try {
      guest.call(name, ...args);
    } catch (error) {
      return [error instanceof Exit ? error.code : error.constructor.name, guest.logs.map(([, text]) => text).join()];
    }
    return null;
  };
  assert.deepEqual(ending("throws", "no"), [255, "no at assembly/index.ts:10:22"]);
  assert.equal(ending("exits", 3)[0], 3);
  assert.deepEqual(ending("throwsUserError", "sorry"), [1, "sorry"]);
  assert.match(ending("asserts", false)[1], /^the value is false at /);
  assert.match(ending("indexes", [1], 9)[1], /^Index out of range at /);
  assert.equal(ending("traps")[0], "RuntimeError");
  assert.equal(ending("divides", 1, 0)[0], "RuntimeError");
});

test("logs have the host's levels", () => {
  const guest = new Guest(apps.faults, { environment: { TZ: "UTC", CLAIMS: "", COLOR: "red" } });
  guest.call("logs", "x");
  guest.call("logsError", "y");
  guest.call("traces", "z");
  const levels = ["", "debug", "info", "warning", "error", "trace"];
  assert.deepEqual(guest.logs.map(([level]) => level), levels);
  assert.equal(guest.logs.at(-1)[1], "z 1.5 2.0");
  assert.equal(guest.call("env", "COLOR"), "red");
  assert.equal(guest.call("count"), 1);
});

test("the example asks the model and trims its answer", () => {
  let sent;
  const answer = (body) => ({
    "modus_models.getModelInfo": (name) => ({ name, fullName: "GPT-4o" }),
    "modus_models.invokeModel": (name, input) => {
      sent = { name, input: JSON.parse(input) };
      return JSON.stringify(body, null, 2);
    },
  });
  const message = { role: "assistant", content: '  My "cat"\nis ill. ', refusal: null, annotations: [] };
  const body = { id: "c", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message, logprobs: null }] };
  const guest = new Guest(apps.excuses, { functions: answer(body) });
  assert.equal(guest.call("generateExcuses", 'a "party"'), 'My "cat"\nis ill.');
  assert.equal(sent.name, "text-generator");
  assert.equal(sent.input.model, "gpt-4o");
  assert.match(sent.input.messages[1].content, /a "party"$/);

  const refused = new Guest(apps.excuses, { functions: answer({ error: { message: "bad key", code: "invalid" } }) });
  assert.throws(() => refused.call("generateExcuses", "x"), new Exit(1));
  assert.deepEqual(refused.logs, [["error", "The chat model returned an error: bad key"]]);
});

test("agents live through the five exports", () => {
  const events = [];
  const functions = { "modus_agents.publishEvent": (...event) => events.push(event) };
  const guest = new Guest(apps.host, { functions });
  guest.call("_modus_agent_activate", "Counter", "a1");
  guest.call("_modus_agent_set_state", "40");
  guest.call("_modus_agent_handle_event", "resume");
  assert.equal(guest.call("_modus_agent_handle_message", "increment", "2"), "42");
  assert.equal(guest.call("_modus_agent_get_state"), "42");
  assert.deepEqual(events, [["a1", "countUpdated", '{"count":42}']]);
  assert.throws(() => new Guest(apps.host).call("_modus_agent_get_state"), new Exit(255));
});

test("the metadata lists exactly the host functions that are imported", () => {
  for (const [name, wasm] of Object.entries(apps)) {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm)).filter(({ module }) => module.startsWith("modus"));
    const names = new Set(imports.map((each) => `${each.module}.${each.name}`));
    assert.deepEqual(Object.keys(readMetadata(wasm).fnImports), [...names].sort(), name);
  }
});

test("an import can be a function value", () => {
  const guest = new Guest(apps.host);
  guest.call("logIndirectly", false, "x");
  guest.call("logIndirectly", true, "y");
  assert.deepEqual(guest.logs, [["info", "x"], ["", "info: y"]]);
});

test("a failed host call is an error of the SDK", () => {
  const failure = (name, ...args) => {
    const guest = new Guest(apps.host);
    assert.throws(() => guest.call(name, ...args), new Exit(255));
    return guest.logs[0][1].replace(/ at ~lib.*/, "");
  };
  assert.equal(failure("unknownModel"), "Model no-such-model not found.");
  assert.equal(failure("get", "http://localhost"), "HTTP fetch failed. Check the logs for more information.");
  assert.equal(failure("secret", "x"), "Secret not found");
  assert.equal(failure("localTime"), "Failed to get the local time.");
});

test("other models send and read their own shapes", () => {
  const model = (output) => ({
    "modus_models.getModelInfo": (name) => ({ name, fullName: name }),
    "modus_models.invokeModel": () => JSON.stringify(output, null, 2),
  });
  const vectors = { object: "list", data: [{ object: "embedding", index: 0, embedding: [0.5, -2] }], model: "m" };
  assert.deepEqual(new Guest(apps.host, { functions: model(vectors) }).call("embed", ["a"]), [[0.5, -2]]);
  const classes = { predictions: [{ label: "good", confidence: 0.5, probabilities: [] }] };
  assert.equal(new Guest(apps.host, { functions: model(classes) }).call("classify", "a"), "good");
});

test("the same sources give the same bytes anywhere", async () => {
  const elsewhere = mkdtempSync(path.join(tmpdir(), "modus-"));
  try {
    cpSync(EXCUSES, elsewhere, { recursive: true });
    assert.deepEqual(Buffer.from(await build(elsewhere)), Buffer.from(apps.excuses));
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test("the committed example is what its sources give", () => {
  assert.deepEqual(readFileSync(path.join(EXCUSES, "app.wasm")), Buffer.from(apps.excuses));
});
