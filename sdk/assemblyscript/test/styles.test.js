// Apps written in the styles that authors have: each import path and each construct once.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { build } from "../transform/build.js";
import { models } from "./guest.js";
import { Guest } from "./host.js";

const STYLES = fileURLToPath(new URL("styles", import.meta.url));

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

// As the original's tools make it.
const ASCONFIG = {
  extends: "./node_modules/@hypermode/modus-sdk-as/plugin.asconfig.json",
  options: { transform: ["json-as/transform"] },
};

/** Builds an app of one file without a word from the compiler. */
async function app(name, { dependencies = {}, target = "debug" } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "modus-"));
  folders.push(folder);
  mkdirSync(path.join(folder, "assembly"));
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name, dependencies }));
  writeFileSync(path.join(folder, "asconfig.json"), JSON.stringify(ASCONFIG));
  cpSync(path.join(STYLES, `${name}.ts`), path.join(folder, "assembly/index.ts"));
  let told = "";
  const stderr = new Writable({ write: (chunk, _, done) => done(void (told += chunk)) });
  const wasm = await build(folder, { target, debug: target === "debug", stderr });
  assert.equal(told, "");
  return wasm;
}

test("an app that fetches, and has classes of all kinds", async () => {
  const wasm = await app("library", { dependencies: { "json-as": "^1.1.14" } });
  const guest = new Guest(wasm);
  assert.deepEqual(guest.call("words", "b a b"), ["a:1", "b:1"]);
  const book = {
    id: "1", "Medium.title": "t", added: "2024-02-29T00:00:00.000Z", pages: 3, weight: 0.5, shelf: 9,
    authors: { a: { name: "A", born: 1900 } }, scores: { x: { y: [1.5, 2] } },
    copies: { items: [{ number: 1, lent: true }], next: null }, extra: { k: [null, "v"] }, rating: 5, rest: [1, " "],
  };
  assert.deepEqual(JSON.parse(guest.call("again", JSON.stringify(book))), book);
});

test("an app that has the model call functions", async () => {
  const tool_calls = [{ id: "1", type: "function", function: { name: "pantry", arguments: '{"name":"salt"}' } }];
  const sent = [];
  const functions = models({}, sent);
  functions["modus_models.invokeModel"] = (_, input) => {
    sent.push(JSON.parse(input));
    const message = sent.length === 1 ? { role: "assistant", content: null, tool_calls } : { role: "assistant", content: "soup" };
    return JSON.stringify({ choices: [{ message, finish_reason: "stop" }], usage: { total_tokens: 2 } });
  };
  const guest = new Guest(await app("cook", { dependencies: { "json-as": "^0.9.26" } }), { functions });
  const recipe = guest.call("cook", "What?", "t1");
  assert.deepEqual([recipe.response, recipe.thread_id, recipe.logs], ["soup", "t1", ["2 stop true", "2 stop true"]]);
  assert.deepEqual(sent[1].messages.slice(-2), [
    { role: "assistant", content: "", tool_calls },
    { role: "tool", content: '{"salt":3}', tool_call_id: "1" },
  ]);
  assert.deepEqual(sent[0].tools[0].function.parameters, { type: "object", properties: { name: { type: "string" } } });
  assert.equal(guest.call("pantry", '{"shelf_life":2,"note":[1]}'), '[1]{"expires":0,"shelf_life":2,"items":[],"note":[1]}');
  assert.equal(guest.call("raw", '{"a":[1]}'), '{"a":[1]}');
});

test("an app with agents and other models", async () => {
  const wasm = await app("garden");
  const events = [];
  const imports = new Guest(wasm).metadata.fnImports;
  for (const name of ["startAgent", "sendMessage", "listAgents", "publishEvent"]) {
    assert.ok(`modus_agents.${name}` in imports, name);
  }
  const guest = new Guest(wasm, { functions: { "modus_agents.publishEvent": (...event) => events.push(event) } });
  guest.call("_modus_agent_activate", "Gardener", "g1");
  guest.call("_modus_agent_handle_event", "initialize");
  guest.call("_modus_agent_handle_message", "water", "2.5");
  assert.equal(guest.call("_modus_agent_handle_message", "liters", null), "2.5");
  assert.deepEqual(events, [["g1", "watered", '{"liters":2.5}']]);
});

test("an app with stores of each kind, for both generations of json-as", async () => {
  for (const range of ["^0.9.26", "^1.1.14"]) {
    const wasm = await app("stores", { dependencies: { "json-as": range } });
    const modules = ["collections", "dgraph_client", "neo4j_client", "sql_client"];
    const imports = Object.keys(new Guest(wasm).metadata.fnImports);
    for (const module of modules) assert.ok(imports.some((name) => name.startsWith(`modus_${module}.`)), module);
  }
});

test("they are built for release, too", async () => {
  for (const name of ["cook", "garden", "library"]) {
    const dependencies = name === "cook" ? { "json-as": "^0.9.26" } : {};
    assert.ok((await app(name, { dependencies, target: "release" })).length > 1000, name);
  }
});
