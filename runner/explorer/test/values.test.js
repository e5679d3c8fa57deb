import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compact } from '../page/json.js';
import { readSchema, shapeOf } from '../page/schema.js';
import { entryOf, read, statesOf } from '../page/values.js';
import { SCHEMA, argument, typeOf } from './schema.js';

const { types } = readSchema(SCHEMA);

/** Variables as the request has them, and the problems as texts. */
const reading = (args, entries) => {
  const { variables, problems } = read(args, entries, types);
  return [compact(variables), problems.map(({ path, message }) => `${path.join('.')}: ${message}`)];
};
const given = (more) => ({ state: 'given', text: '', ...more });

test('each type is asked for in its own way', () => {
  for (const [type, shape] of [
    ['String!', 'text'],
    ['ID', 'text'],
    ['Int', 'integer'],
    ['UInt64!', 'integer'],
    ['Float!', 'float'],
    ['Boolean', 'boolean'],
    ['Timestamp!', 'timestamp'],
    ['Colour!', 'enum'],
    ['[String!]', 'list'],
    ['[[Int!]!]!', 'list'],
    ['[StringIntPairInput!]', 'map'],
    ['[StringIntPairInput]', 'list'],
    ['SeatInput!', 'object'],
    ['Float32Array!', 'json'],
    ['JSON', 'json'],
  ]) {
    assert.equal(shapeOf(typeOf(type), types), shape, type);
  }
});

test('scalars keep all their digits', () => {
  for (const [type, text, expected] of [
    ['String!', ' a "quoted"\ntext ', '" a \\"quoted\\"\\ntext "'],
    ['String!', '', '""'],
    ['Int!', ' -2147483648 ', '-2147483648'],
    ['UInt64!', '18446744073709551615', '18446744073709551615'],
    ['Int64!', '+007', '7'],
    ['Float!', '1e-7', '1e-7'],
    ['Float!', '.5', '0.5'],
    ['Float!', '-0.10', '-0.10'],
    ['Timestamp!', '2026-01-31', '"2026-01-31"'],
    ['Timestamp!', '2026-01-31T09:05:07.123456789+01:00', '"2026-01-31T09:05:07.123456789+01:00"'],
    ['Float32Array!', '[1.10, 12345678901234567890]', '[1.10,12345678901234567890]'],
    ['JSON!', '"text"', '"text"'],
    ['Colour!', '', '"RED"'],
    ['Colour!', 'BLUE', '"BLUE"'],
  ]) {
    assert.deepEqual(reading([argument('a', type)], { a: given({ text }) }), [`{"a":${expected}}`, []], `${type} ${text}`);
  }
});

test('what cannot be sent is explained', () => {
  for (const [type, text, expected] of [
    ['Int!', '', /a: A whole number is needed/],
    ['Int!', '1.5', /“1\.5” is no whole number/],
    ['Int!', '2147483648', /out of range for Int: -2147483648 to 2147483647/],
    ['UInt!', '-1', /out of range for UInt: 0 to 4294967295/],
    ['Int64!', '9223372036854775808', /out of range for Int64/],
    ['Float!', 'x', /“x” is no number/],
    ['Float!', 'Infinity', /is no number/],
    ['Timestamp!', '', /A time is needed/],
    ['Timestamp!', 'tomorrow', /“tomorrow” is no time/],
    ['Float32Array!', '', /A value for Float32Array is needed here, in JSON/],
    ['JSON!', 'text', /no JSON .*double quotes/],
  ]) {
    const [, problems] = reading([argument('a', type)], { a: given({ text }) });
    assert.equal(problems.length, 1, `${type} ${text}`);
    assert.match(problems[0], expected);
  }
});

test('what may be left out is, until something is entered', () => {
  const args = [argument('must', 'String!'), argument('may', 'Int'), argument('usual', 'Int!', '2'), argument('none', 'String', 'null')];
  assert.deepEqual(args.map(statesOf), [['given'], ['given', 'out', 'null'], ['given', 'out'], ['given', 'out', 'null']]);
  assert.deepEqual(reading(args, {}), ['{"must":""}', []]);
  const entries = { may: { state: 'null' }, usual: given({ text: '3' }), none: given({ text: '' }) };
  assert.deepEqual(reading(args, entries), ['{"must":"","may":null,"usual":3,"none":""}', []]);
  // A type that has changed since does not take what it cannot.
  assert.equal(entryOf({ must: { state: 'null' } }, args[0]).state, 'given');
});

test('lists, objects and maps in each other', () => {
  const args = [argument('rows', '[[Int!]!]!'), argument('seat', 'SeatInput!'), argument('scores', '[StringIntPairInput!]')];
  const seat = given({
    members: {
      row: given({ text: '3' }),
      tags: given({ items: [given({ text: 'aisle' }), { state: 'null' }] }),
      next: given({ members: { row: given({ text: '4' }) } }),
    },
  });
  const pair = (key, value) => given({ members: { key: given({ text: key }), value: given({ text: value }) } });
  const rows = given({ items: [given({ items: [given({ text: '1' }), given({ text: '2' })] }), given()] });
  assert.deepEqual(reading(args, { rows, seat, scores: given({ items: [pair('a', '1'), pair('', '2')] }) }), [
    '{"rows":[[1,2],[]],"seat":{"row":3,"tags":["aisle",null],"next":{"row":4}},"scores":[{"key":"a","value":1},{"key":"","value":2}]}',
    [],
  ]);
  const wrong = given({ items: [pair('a', 'x')] });
  const [, problems] = reading(args, { rows: given({ items: [given({ items: [given()] })] }), seat: given({ members: { row: given() } }), scores: wrong });
  assert.deepEqual(problems.map((problem) => problem.split(':')[0]), ['rows.0.0', 'seat.row', 'scores.0.value']);
});
