// Models: what is sent, and what is read from answers.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ending, guest, models } from "./guest.js";
import { Exit, Guest } from "./host.js";

let wasm;
before(async () => {
  wasm = await guest("sdk");
});

const call = (name, answers = {}, ...args) => new Guest(wasm, { functions: models(answers) }).call(name, ...args);
const json = (name) => JSON.parse(call(name));

test("a chat input has only what is set", () => {
  const messages = [{ role: "user", content: "hi" }];
  assert.deepEqual(json("plainChat"), { model: "full-chat", messages });
  assert.deepEqual(json("emptyChat"), { model: "full-chat", messages: [] });
  assert.deepEqual(json("fullChat"), {
    model: "full-chat", messages, modalities: ["text", "audio"], audio: { voice: "ash", format: "wav" }, frequency_penalty: 0.5,
    logit_bias: { 50256: -100 }, logprobs: true, top_logprobs: 2, max_tokens: 10, max_completion_tokens: 20, n: 3,
    presence_penalty: -0.5, response_format: { type: "json_schema", json_schema: { name: "n", schema: {} } }, seed: 7,
    service_tier: "auto", stop: ["\n", "é"], temperature: 0, top_p: 0.25,
    tools: [{ type: "function", function: { name: "f", description: "what it does" } }], tool_choice: "required",
    parallel_tool_calls: false, user: "u",
  });
});

test("messages are written by their kinds", () => {
  const text = call("messages");
  const end = text.lastIndexOf("]") + 1;
  assert.equal(text.slice(end), "system,developer,user,assistant,tool,tool");
  assert.deepEqual(JSON.parse(text.slice(0, end)), [
    { role: "system", content: "s", name: "system one" },
    { role: "developer", content: [{ type: "text", text: "d" }] },
    {
      role: "user",
      content: [
        { type: "text", text: "look" },
        { type: "image_url", image_url: { url: "https://example.com/i.png", detail: "low" } },
        { type: "image_url", image_url: { url: "data:image/png;base64,aW1hZ2U=" } },
        { type: "image_url", image_url: { url: "data:image/jpeg;base64,aW1hZ2U=", detail: "high" } },
        { type: "input_audio", input_audio: { data: "aW1hZ2U=", format: "wav" } },
        { type: "input_audio", input_audio: { data: "aW1hZ2U=", format: "mp3" } },
      ],
    },
    { role: "assistant", content: [{ type: "refusal", refusal: "no" }] },
    { role: "tool", content: "done", tool_call_id: "call_1" },
    { role: "tool", content: [{ type: "text", text: "t" }], tool_call_id: "call_2" },
  ]);
  assert.equal(ending(wasm, "wrongPart"), "Invalid content part type. Content parts must be of text type.");
});

test("kept messages are written as they are", () => {
  const text = '[{"role":"user","content":"ü","unknown":[1, 2]},{"content":null,"role":"assistant"}]';
  assert.equal(call("kept", {}, text), `${text}user,assistant`);
  assert.equal(ending(wasm, "kept", '[{"content":"x"}]'), "Missing role field in message JSON.");
});

test("tools have their schemas", () => {
  const [tools, choices] = json("tools");
  const properties = { first: { type: "string", description: "the\nfirst" }, second: { type: "integer" } };
  const parameters = { type: "object", properties, required: ["first", "second"], additionalProperties: false };
  assert.deepEqual(tools.map((each) => each.function), [
    { name: "f", description: 'a "quoted" text', parameters },
    { name: "s", description: "d", parameters: { type: "object", properties: {} } },
    { name: "g", description: "d", strict: true, parameters: { type: "object" } },
    { name: "h" },
  ]);
  assert.deepEqual(choices, ["none", "auto", "required", { type: "function", function: { name: "f" } }]);
  assert.equal(call("inputAgain", {}, JSON.stringify(choices)), `${JSON.stringify(choices)}0.5`);
  assert.equal(call("formats"), '[{"type":"text"},{"type":"json_object"},{"json_schema":{},"type":"json_schema"}]audio');
});

const audio = { id: "audio_1", expires_at: 1700000001, data: "AQID", transcript: "hm" };
const tool_calls = [{ id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } }];
const chat = (message, logprobs = null) => ({
  id: "c", object: "chat.completion", created: 1700000000, model: "m", service_tier: "default", system_fingerprint: null,
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", ...message }, logprobs }],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, prompt_tokens_details: { cached_tokens: 0 } },
});

test("a chat answer is read with all that it has", () => {
  const other = { token: "b", logprob: -9999, bytes: null };
  const logprobs = { content: [{ token: "a", logprob: -0.5, bytes: [97, 255], top_logprobs: [other] }], refusal: null };
  const answer = chat({ content: null, refusal: null, tool_calls, audio, annotations: [] }, logprobs);
  const [created, total, reason, content, calls, sound, token, next] = call("answer", { chat: answer }, false).split("|");
  assert.deepEqual([created, total, reason, content], ["2023-11-14T22:13:20.000Z", "3", "stop", ""]);
  assert.equal(calls, 'f{"a":1}');
  assert.equal(sound, "1,2,32023-11-14T22:13:21.000Zhm");
  assert.equal(token, "a-0.597,255b");
  const request = { role: "assistant", content: "", tool_calls, audio: { id: "audio_1" } };
  assert.deepEqual(JSON.parse(next), [{ role: "assistant", content: "", tool_calls, audio }, request, request]);
});

test("a chat answer may have no more than its text", () => {
  const [, total, , content, next] = call("answer", { chat: { choices: [{ message: { content: "ho" } }] } }, false).split("|");
  assert.deepEqual([total, content], ["0", "ho"]);
  assert.deepEqual(JSON.parse(next)[1], { role: "assistant", content: "ho" });
});

test("errors of a chat's provider are told to the user", () => {
  const told = (answer) => {
    const guest = new Guest(wasm, { functions: models({ chat: answer }) });
    assert.throws(() => guest.call("answer", false), Exit);
    return guest.logs.at(-1);
  };
  const text = "The chat model returned an error: no such key";
  assert.deepEqual(told({ error: { message: "no such key", type: "t", param: null, code: "c" } }), ["error", text]);
  assert.deepEqual(told({ error: { message: "no such key", code: 401, details: {} } }), ["error", text]);
  assert.deepEqual(told({ error: "no such key" })[1], 'The chat model returned an error: "no such key"');
  assert.match(told("")[1], /^No response received from model invocation at /);
  assert.match(told("<html>")[1], /^Expected an object, found '<html>' at character 1 of the JSON\./);
});

test("debug tells what is sent and received", () => {
  const guest = new Guest(wasm, { functions: models({ chat: chat({ content: "ho" }) }) });
  guest.call("answer", true);
  assert.deepEqual(guest.logs.map(([level]) => level), ["debug", "debug"]);
  assert.match(guest.logs[0][1], /^Invoking chat model with input: \{/);
  assert.match(guest.logs[1][1], /^Received output: \{"id":"c"/);
});

test("embeddings are made of texts and tokens", () => {
  const data = [{ object: "embedding", index: 0, embedding: [0.5, -2] }];
  const answer = { object: "list", model: "m", data, usage: { prompt_tokens: 4, total_tokens: 5 } };
  const [text, tokens, ...rest] = call("embeddings", { Embeddings: answer }).split("|");
  assert.deepEqual(JSON.parse(text), { model: "full-embeddings", input: "x" });
  assert.deepEqual(JSON.parse(tokens), { model: "full-embeddings", input: [[1, 2], [3]], dimensions: 8, user: "u" });
  assert.deepEqual(rest, ["b", "5", "0.5,-2.0"]);
  const guest = new Guest(wasm, { functions: models({}) });
  assert.throws(() => guest.call("unembeddable"), new Exit(255));
  assert.match(guest.logs[0][1], /^Unsupported input content type\./);
});

// JSON in front of a text.
function parts(text) {
  for (let end = text.length; end > 0; end = text.lastIndexOf("}", end - 1)) {
    try {
      return [JSON.parse(text.slice(0, end + 1)), text.slice(end + 1)];
    } catch {
      // It ends further in front.
    }
  }
  throw new Error(`there is no JSON in ${text}`);
}

test("Anthropic's messages have their tools", () => {
  const claude = (content) => ({
    Claude: {
      id: "i", type: "message", role: "assistant", model: "m", content: [content], stop_reason: "tool_use", stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 2 },
    },
  });
  const plain = call("anthropic", claude({ type: "text", text: "ho" }), false);
  const choices = '[{"type":"auto"},{"type":"any"}]';
  const messages = [{ role: "user", content: "hi" }, { role: "assistant", content: "ho" }];
  assert.deepEqual(JSON.parse(plain.split(choices)[0]), { model: "Full-Claude", max_tokens: 4096, messages });
  assert.equal(plain.split(choices)[1], "ho");
  const full = call("anthropic", claude({ type: "tool_use", id: "x", name: "t", input: { a: [1, " "] } }), true);
  assert.deepEqual(JSON.parse(full.split(choices)[0]), {
    model: "Full-Claude", messages, max_tokens: 1, metadata: { user_id: "u" }, stop_sequences: ["."], system: "s", temperature: 0.5,
    tools: [{ name: "t", input_schema: { type: "object" }, description: "d" }], tool_choice: { type: "tool", name: "t" }, top_k: 4,
    top_p: 0.5,
  });
  assert.equal(full.split(choices)[1], 't{"a":[1," "]}');
});

test("Gemini's contents have roles and parts", () => {
  const rating = { category: "HARM_CATEGORY_HARASSMENT", probability: "LOW" };
  const sources = [{ startIndex: 1, endIndex: 2, uri: "u", license: null }];
  const candidate = {
    index: 0, content: { role: "model", parts: [{ text: "G" }] }, finishReason: "STOP", safetyRatings: [rating],
    citationMetadata: { citationSources: sources },
  };
  const promptFeedback = { blockReason: "OTHER", safetyRatings: [rating] };
  const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
  const answers = { gemini: { candidates: [candidate], promptFeedback, usageMetadata } };
  const contents = [{ role: "user", parts: [{ text: "q" }] }, { role: "model", parts: [{ text: "a" }] }];
  assert.deepEqual(parts(call("gemini", answers, false)), [{ contents, generationConfig: null }, "Gtrue"]);
  assert.deepEqual(parts(call("gemini", answers, true)), [
    {
      contents, systemInstruction: { role: "system", parts: [{ text: "s" }] },
      generationConfig: { candidateCount: 1, temperature: 0.5, stopSequences: ["."], topK: 3, responseSchema: {} },
      safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }], cachedContent: "c",
    },
    "Gtrue",
  ]);
});

test("Llama's prompts have their parameters", () => {
  const llama = { generation: "L", prompt_token_count: 1, generation_token_count: 1, stop_reason: "stop" };
  const text = call("llama", { llama });
  assert.ok(text.startsWith('{"prompt":"p"}{') && text.endsWith("}L"), text);
  const full = JSON.parse(text.slice('{"prompt":"p"}'.length, -1));
  assert.deepEqual(full, { prompt: "p", temperature: 0.5, top_p: 0.5, max_gen_len: 5 });
});

test("the experimental models have instances and predictions", () => {
  const classifier = { predictions: [{ label: "good", confidence: 0.5, probabilities: [{ label: "good", probability: 0.5 }] }] };
  assert.equal(call("experimental", { classifier, embedder: { predictions: [[0.5, 1]] } }), "good0.50.5,1.0");
});

test("an app's own model has a validator of its own", () => {
  assert.equal(call("ownModel", { echo: { text: "ho" } }, "hi"), "echoho");
  const guest = new Guest(wasm, { functions: models({ echo: { text: "wrong" } }) });
  assert.throws(() => guest.call("ownModel", "hi"), new Exit(1));
  assert.deepEqual(guest.logs, [["error", "The chat model returned an error: told by the app"]]);
});
