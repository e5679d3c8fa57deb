import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Raw } from '../page/json.js';
import { bodyOf, curlOf, documentOf, variablesText } from '../page/operation.js';
import { readSchema, resultTypes, signature } from '../page/schema.js';
import { SCHEMA } from './schema.js';

const { functions, types } = readSchema(SCHEMA);
const fn = (key) => functions.find((one) => one.key === key);

test('functions, queries first', () => {
  assert.deepEqual(functions.map(({ key }) => key), ['query/hello', 'query/hall', 'query/nothing', 'mutation/addSeat']);
  assert.equal(signature(fn('query/hello')), 'hello(name: String!, times: Int! = 2): String!');
});

test('an app without queries or mutations has none', () => {
  const empty = { queryType: { name: 'Query' }, mutationType: null, types: [{ kind: 'OBJECT', name: 'Query', fields: [] }] };
  assert.deepEqual(readSchema(empty).functions, []);
});

test('only what is given is declared', () => {
  assert.equal(documentOf(fn('query/hello'), { name: 'Ada' }, types), 'query hello($name: String!) {\n  hello(name: $name)\n}');
  const both = 'query hello($name: String!, $times: Int!) {\n  hello(name: $name, times: $times)\n}';
  assert.equal(documentOf(fn('query/hello'), { name: 'Ada', times: new Raw('3') }, types), both);
  assert.equal(documentOf(fn('query/nothing'), {}, types), 'query nothing {\n  nothing\n}');
});

test('everything is selected but what has no end', () => {
  const document = documentOf(fn('mutation/addSeat'), { seat: {} }, types);
  assert.equal(document, 'mutation addSeat($seat: SeatInput!) {\n  addSeat(seat: $seat) {\n    row\n    tags\n  }\n}');
  const hall = documentOf(fn('query/hall'), {}, types);
  const seat = (name) => `    ${name} {\n      row\n      tags\n    }\n`;
  assert.equal(hall, `query hall {\n  hall {\n${seat('seats')}    scores {\n      key\n      value\n    }\n${seat('best')}  }\n}`);
});

test('types of a result', () => {
  assert.equal(resultTypes(fn('query/hello').type, types), '');
  const text = resultTypes(fn('query/hall').type, types);
  assert.match(text, /^type Hall \{\n {2}seats: \[Seat!\]!\n/);
  assert.match(text, /# A seat\.\ntype Seat \{\n {2}# Row, from the stage\.\n {2}row: Int!\n/);
  assert.equal(text.match(/type Seat /g).length, 1);
});

test('bodies and commands', () => {
  assert.equal(bodyOf('{ a }', {}), '{"query":"{ a }"}');
  const body = bodyOf('{ a }', { n: new Raw('18446744073709551615'), text: "it's" });
  assert.equal(body, '{"query":"{ a }","variables":{"n":18446744073709551615,"text":"it\'s"}}');
  assert.equal(variablesText({}), '');
  const command = curlOf('http://localhost:1/graphql', body, true);
  assert.ok(command.includes(`it'\\''s`) && command.includes('"Authorization: Bearer $TOKEN"'), command);
  assert.ok(!curlOf('http://localhost:1/graphql', body, false).includes('TOKEN'));
});
