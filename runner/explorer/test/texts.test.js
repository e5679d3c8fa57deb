import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conversationOf, promptOf } from '../page/exchange.js';
import { compact, parse, pretty } from '../page/json.js';
import { readRoute, writeRoute } from '../page/route.js';

test('JSON keeps its digits, its order and its texts', () => {
  const text = '{"b":[1.10,18446744073709551615,-0,1e-7],"a":{"__proto__":"x\\"\\\\","":[]},"t":true,"f":false,"n":null,"e":{}}';
  assert.equal(compact(parse(text)), text);
  assert.equal(compact(parse(` ${text.replaceAll(':', ' : ').replaceAll(',', ' ,\n')} `)), text);
  assert.equal(pretty(parse('{"a":[1,{"b":""}],"c":[]}')), '{\n  "a": [\n    1,\n    {\n      "b": ""\n    }\n  ],\n  "c": []\n}');
  assert.equal(parse('"\\\\"'), '\\');
  for (const wrong of ['', '{', '{"a":1,}', '01', "'a'"]) assert.throws(() => parse(wrong), SyntaxError, wrong);
});

test('routes', () => {
  for (const [fragment, view, key] of [
    ['', 'functions', null],
    ['#/', 'functions', null],
    ['#/functions', 'functions', null],
    ['#/functions/query/sayHello', 'functions', 'query/sayHello'],
    ['#/functions/nonsense/sayHello', 'functions', null],
    ['#/calls', 'calls', null],
    ['#/graphiql', 'graphiql', null],
    ['#/%E0%A4%A', 'functions', null],
    ['#/elsewhere/query/x', 'functions', null],
  ]) {
    assert.deepEqual(readRoute(fragment), { view, key }, fragment);
    assert.deepEqual(readRoute(writeRoute({ view, key })), { view, key }, fragment);
  }
});

const said = (input, output) => {
  const found = conversationOf({ input: JSON.stringify(input), output: JSON.stringify(output) });
  return [found.messages.map(({ role, text }) => `${role}: ${text}`), found.answer];
};

test('what was said to models of each provider', () => {
  const openai = { messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: [{ type: 'text', text: 'Why?' }, { type: 'image_url' }] }] };
  const choice = (message) => ({ choices: [{ message }] });
  assert.deepEqual(said(openai, choice({ role: 'assistant', content: 'So.' })), [['system: Be brief.', 'user: Why?\n[image_url]'], 'So.']);
  const tool = { content: null, tool_calls: [{ function: { name: 'add', arguments: '{"a":1}' } }] };
  assert.equal(said(openai, choice(tool))[1], 'add({"a":1})');
  const anthropic = { system: 'Be brief.', messages: [{ role: 'user', content: 'Why?' }] };
  assert.deepEqual(said(anthropic, { content: [{ type: 'text', text: 'So.' }] }), [['system: Be brief.', 'user: Why?'], 'So.']);
  const gemini = { contents: [{ role: 'user', parts: [{ text: 'Why?' }] }] };
  assert.deepEqual(said(gemini, { candidates: [{ content: { parts: [{ text: 'So.' }] } }] }), [['user: Why?'], 'So.']);
  assert.deepEqual(said({ prompt: 'Why?' }, { generation: 'So.' }), [['input: Why?'], 'So.']);
  assert.deepEqual(said({ input: ['a', 'b'] }, { data: [{ embedding: [1, 2, 3] }, { embedding: [1, 2, 3] }] }), [['input: a\nb'], '2 vectors of 3 numbers']);
  assert.equal(said(openai, { error: { message: 'Too long.' } })[1], 'Too long.');
});

test('records of another form are shown as far as they go', () => {
  assert.deepEqual(said({ x: 1 }, { y: 2 }), [[], null]);
  assert.deepEqual(said(null, null), [[], null]);
  assert.deepEqual(said([1], 'plain'), [[], 'plain']);
  assert.deepEqual(said({ truncated: true, bytes: 9, start: '{"mess' }, null), [['cut off: {"mess'], null]);
  assert.deepEqual(conversationOf({ input: 'no JSON', output: undefined }).answer, null);
  for (const odd of [{ messages: 5 }, { messages: [null, 'x'] }, { contents: [{}] }, { choices: [null] }]) said(odd, odd);
  assert.equal(promptOf({ messages: [{ role: 'user', text: 'first' }, { role: 'user', text: 'last' }, { role: 'assistant', text: 'x' }] }), 'last');
  assert.equal(promptOf({ messages: [] }), '');
});
