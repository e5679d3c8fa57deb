// Apps written in the styles that authors have: each import path and each construct once.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { build } from "../transform/build.js";
import { models } from "./guest.js";
import { Guest } from "./host.js";

const STYLES = fileURLToPath(new URL("styles", import.meta.url));

// Of json-as, as apps ask for it.
const GENERATIONS = ["^0.9.26", "^1.1.14"];

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

// As the original's tools make it.
const ASCONFIG = {
  extends: "./node_modules/@hypermode/modus-sdk-as/plugin.asconfig.json",
  options: { transform: ["@hypermode/modus-sdk-as/transform", "json-as/transform", "try-as/transform"] },
};

// The one thing that the library writes differently for the older generation, where JSON.Raw is a text.
const OLDER = { library: (source) => source.replace('= new JSON.Raw("{}")', '= "{}"') };

/** Builds an app of one file without a word from the compiler. */
async function app(name, { dependencies = {}, target = "debug" } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "modus-"));
  folders.push(folder);
  mkdirSync(path.join(folder, "assembly"));
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name, dependencies }));
  writeFileSync(path.join(folder, "asconfig.json"), JSON.stringify(ASCONFIG));
  const source = readFileSync(path.join(STYLES, `${name}.ts`), "utf8");
  const isOlder = dependencies["json-as"] === GENERATIONS[0];
  writeFileSync(path.join(folder, "assembly/index.ts"), isOlder && OLDER[name] ? OLDER[name](source) : source);
  let told = "";
  const stderr = new Writable({ write: (chunk, _, done) => done(void (told += chunk)) });
  const wasm = await build(folder, { target, debug: target === "debug", stderr });
  assert.equal(told, "");
  return wasm;
}

test("an app that fetches, and has classes of all kinds, for both generations of json-as", async () => {
  for (const range of GENERATIONS) {
    const guest = new Guest(await app("library", { dependencies: { "json-as": range } }));
    assert.deepEqual(guest.call("words", "b a b"), ["a:1", "b:1"]);
    const book = {
      id: "1", "Medium.title": "t", added: "2024-02-29T00:00:00.000Z", pages: 3, weight: 0.5, shelf: 9,
      authors: { a: { name: "A", born: 1900 } }, scores: { x: { y: [1.5, 2] } },
      copies: { items: [{ number: 1, lent: true }], next: null }, extra: { k: [null, "v"] }, rating: 5, rest: [1, " "],
    };
    assert.deepEqual(JSON.parse(guest.call("again", JSON.stringify(book))), book, range);
  }
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

test("an app with agents and other models, for both generations of json-as", async () => {
  for (const range of GENERATIONS) {
    const wasm = await app("garden", { dependencies: { "json-as": range } });
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
    assert.deepEqual(events, [["g1", "watered", '{"liters":2.5}']], range);
  }
});

test("an app with stores of each kind, for both generations of json-as", async () => {
  for (const range of GENERATIONS) {
    const wasm = await app("stores", { dependencies: { "json-as": range } });
    const modules = ["collections", "dgraph_client", "neo4j_client", "sql_client"];
    const imports = Object.keys(new Guest(wasm).metadata.fnImports);
    for (const module of modules) assert.ok(imports.some((name) => name.startsWith(`modus_${module}.`)), module);
    const done = { error: null, resultJson: '[{"Shop.id":"5"}]', rowsAffected: 2, lastInsertId: 77n };
    const guest = new Guest(wasm, { functions: { "modus_sql_client.executeQuery": () => done } });
    assert.deepEqual(guest.call("numbers"), [2n, 77n, 2n, 77n], range);
  }
});

test("an app that goes on with a conversation, for both generations of json-as", async () => {
  for (const range of GENERATIONS) {
    const sent = [];
    const answers = { desk: { choices: [{ message: { role: "assistant", content: " {} " } }], usage: { total_tokens: 7 } } };
    const guest = new Guest(await app("clinic", { dependencies: { "json-as": range } }), { functions: models(answers, sent) });
    const kept = [{ role: "system", content: "Be kind." }, { role: "assistant", content: "Hello" }];
    assert.equal(guest.call("go", JSON.stringify(kept), "Hi"), "{}");
    assert.deepEqual(sent[0].messages, [...kept, { role: "user", content: "Hi" }]);
    assert.equal(sent[0].response_format.type, "json_object");
    const visit = { "Patient.id": "p", at: "2024-02-29T00:00:00.000Z", reasons: { cold: 2, flu: 1 } };
    assert.deepEqual(JSON.parse(guest.call("visit", JSON.stringify(visit))), { visit, lengths: [4, 3] });
  }
});

test("they are built for release, too, with each generation that they are written for", async () => {
  const both = GENERATIONS;
  const styles = { clinic: both, cook: [both[0]], garden: both, library: both, stores: both };
  for (const [name, ranges] of Object.entries(styles)) {
    for (const range of ranges) {
      const wasm = await app(name, { dependencies: { "json-as": range }, target: "release" });
      assert.ok(wasm.length > 1000, name);
    }
  }
});

// What public apps use: each of it is in one of the styles, so that none is forgotten.
const USED = {
  "chat completions": /models\/openai\/chat"/,
  "JSON classes": /@json\n/,
  "HTTP": /http\.fetch\(/,
  "the console": /console\.(time|warn|log)\(/,
  "reading JSON": /JSON\.parse</,
  "writing JSON": /JSON\.stringify\(/,
  "careful reading": /JSON\.parseSafe</,
  "raw JSON": /JSON\.Raw/,
  "boxes": /JSON\.Box</,
  "experimental embeddings": /models\/experimental\/embeddings"/,
  "classification": /models\/experimental\/classification"/,
  "OpenAI embeddings": /models\/openai\/embeddings"[^]*TypedEmbeddingsInput</,
  "Anthropic": /models\/anthropic\/messages"/,
  "Gemini": /models\/gemini\/generate"/,
  "Llama": /models\/meta\/llama"/,
  "dgraph, the older calls": /dgraph\.execute\(/,
  "dgraph, the newer calls": /dgraph\.executeQuery\(/,
  "dgraph, conditions": /withCondition\(/,
  "neo4j": /neo4j\.executeQuery\(/,
  "PostgreSQL": /postgresql\.query</,
  "points": /assembly\/postgresql"/,
  "MySQL": /mysql\.(execute|query)/,
  "collections": /collections\.(upsert|search)\(/,
  "GraphQL": /graphql\.execute</,
  "names of fields": /@alias\("/,
  "names by constants": /@alias\([A-Z]/,
  "fields left out": /@omit\n[^]*@omitif\(|@omitif\([^]*@omit\n/,
  "fields left out as null": /@omitnull\(\)/,
  "callbacks": /\(a: Book, b: Book\) =>/,
  "types of functions": /type Executor = \(/,
  "maps": /Map<string, Map</,
  "generic classes": /class \w+<K, V>/,
  "answers as JSON": /response\.json</,
  "paths inside the SDK": /modus-sdk-as\/assembly\//,
  "the default export of models": /import defaultModels from/,
  "the models' package": /@hypermode\/models-as/,
  "dates": /: Date \| null/,
  "agents": /agents\.register</,
  "events of agents": /publishEvent\(/,
  "tools": /new Tool\(\)[^]*\.function = /,
  "definitions of functions": /new FunctionDefinition\(\)/,
  "kept messages": /parseMessages\(/,
  "factories of models": /new ModelFactory\(\)/,
  "usage": /usage\.totalTokens/,
  "claims": /auth\.getJWTClaims</,
  "secrets": /secrets\.getSecretValue\(/,
  "local time": /localtime\.\w+\(/,
  "vectors": /vectors\.\w+\(/,
  "maps of any values": /new DynamicMap\(\)/,
  "errors for users": /utils\.throwUserError\(/,
};

test("the styles have all that public apps use", () => {
  const texts = readdirSync(STYLES).map((file) => readFileSync(path.join(STYLES, file), "utf8"));
  const missing = Object.keys(USED).filter((name) => !texts.some((text) => USED[name].test(text)));
  assert.deepEqual(missing, []);
});
