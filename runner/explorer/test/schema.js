// A schema as introspection tells it, for the tests.

/** `[SeatInput!]!` as introspection has it. */
export const typeOf = (text) => {
  if (text.endsWith('!')) return { kind: 'NON_NULL', name: null, ofType: typeOf(text.slice(0, -1)) };
  if (text.startsWith('[')) return { kind: 'LIST', name: null, ofType: typeOf(text.slice(1, -1)) };
  return { kind: kindOf(text), name: text, ofType: null };
};

const kindOf = (name) => {
  if (name.endsWith('Input')) return 'INPUT_OBJECT';
  if (name === 'Colour') return 'ENUM';
  return ['Seat', 'Hall', 'StringIntPair'].includes(name) ? 'OBJECT' : 'SCALAR';
};

/** An argument, a member of an input, or the result of one without arguments. */
export const argument = (name, type, defaultValue = null) => ({ name, description: null, defaultValue, type: typeOf(type) });

const field = (name, type, args = [], description = null) => ({ name, description, args, type: typeOf(type), isDeprecated: false });

const object = (name, fields, description = null) => ({ kind: 'OBJECT', name, description, fields });

const input = (name, inputFields) => ({ kind: 'INPUT_OBJECT', name, description: null, inputFields });

export const SCHEMA = {
  queryType: { name: 'Query' },
  mutationType: { name: 'Mutation' },
  types: [
    object('Query', [
      field('hello', 'String!', [argument('name', 'String!'), argument('times', 'Int!', '2')], 'Greets.'),
      field('hall', 'Hall'),
      field('nothing', 'Void'),
    ]),
    object('Mutation', [field('addSeat', 'Seat!', [argument('seat', 'SeatInput!')])]),
    object('Seat', [field('row', 'Int!', [], 'Row, from the stage.'), field('tags', '[String!]'), field('next', 'Seat')], 'A seat.'),
    object('Hall', [field('seats', '[Seat!]!'), field('scores', '[StringIntPair!]'), field('best', 'Seat')]),
    object('StringIntPair', [field('key', 'String!'), field('value', 'Int!')]),
    input('SeatInput', [argument('row', 'Int!'), argument('tags', '[String]'), argument('next', 'SeatInput')]),
    input('StringIntPairInput', [argument('key', 'String!'), argument('value', 'Int!')]),
    { kind: 'ENUM', name: 'Colour', enumValues: [{ name: 'RED' }, { name: 'BLUE' }] },
    ...['String', 'Int', 'UInt64', 'Float32Array', 'JSON', 'Void'].map((name) => ({ kind: 'SCALAR', name })),
  ],
};
