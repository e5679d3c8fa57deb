// What introspection says, as the page needs it: the app's functions and the types of their arguments.

/** Deep enough for a list of lists of lists. */
const TYPE = 'kind name ofType { '.repeat(9) + 'kind name' + ' }'.repeat(9);

/** The question; it needs no more than any client may ask. */
export const INTROSPECTION = `query Explorer {
  __schema {
    queryType { name }
    mutationType { name }
    types {
      kind
      name
      description
      fields(includeDeprecated: true) {
        name
        description
        isDeprecated
        deprecationReason
        args { ...Input }
        type { ...Type }
      }
      inputFields { ...Input }
      enumValues(includeDeprecated: true) { name description }
    }
  }
}
fragment Input on __InputValue { name description defaultValue type { ...Type } }
fragment Type on __Type { ${TYPE} }`;

/** The functions of an app, queries first, and its types by name. */
export const readSchema = ({ queryType, mutationType, types }) => {
  const byName = new Map(types.map((type) => [type.name, type]));
  const functions = (root, name) =>
    (byName.get(name)?.fields ?? []).map((field) => ({ ...field, root, key: `${root}/${field.name}` }));
  return {
    types: byName,
    functions: [...functions('query', queryType?.name), ...functions('mutation', mutationType?.name)],
  };
};

export const isRequired = (type) => type.kind === 'NON_NULL';

/** The type without its mark that null is not taken. */
export const nullable = (type) => (isRequired(type) ? type.ofType : type);

/** The named type inside lists and marks. */
export const named = (type) => (type.ofType ? named(type.ofType) : type);

/** The type as GraphQL writes it. */
export const show = (type) => {
  if (type.kind === 'NON_NULL') return `${show(type.ofType)}!`;
  return type.kind === 'LIST' ? `[${show(type.ofType)}]` : type.name;
};

/** Integers by the name of their scalar: the least and the greatest. */
export const INTEGERS = {
  Int: [-(2n ** 31n), 2n ** 31n - 1n],
  UInt: [0n, 2n ** 32n - 1n],
  Int64: [-(2n ** 63n), 2n ** 63n - 1n],
  UInt64: [0n, 2n ** 64n - 1n],
};

const SCALARS = { String: 'text', ID: 'text', Float: 'float', Boolean: 'boolean', Timestamp: 'timestamp' };

/** Maps are lists of pairs (`graphql` section 4.2). */
const isPair = (type, types) => {
  const fields = (types.get(type.name)?.inputFields ?? []).map((field) => field.name);
  return /Pair(_\d+)?Input$/.test(type.name ?? '') && fields.join() === 'key,value';
};

/** How a value of the type is asked for: text, integer, float, boolean, timestamp, enum, list, map, object or json. */
export const shapeOf = (type, types) => {
  const bare = nullable(type);
  if (bare.kind === 'LIST') return isRequired(bare.ofType) && isPair(bare.ofType.ofType, types) ? 'map' : 'list';
  if (bare.kind === 'INPUT_OBJECT') return 'object';
  if (bare.kind === 'ENUM') return 'enum';
  return bare.name in INTEGERS ? 'integer' : (SCALARS[bare.name] ?? 'json');
};

/** The members of an input object, in their order. */
export const membersOf = (type, types) => types.get(nullable(type).name)?.inputFields ?? [];

/** The function in one line, as the schema has it. */
export const signature = ({ name, args, type }) => {
  const of = ({ name, type, defaultValue }) => `${name}: ${show(type)}${defaultValue == null ? '' : ` = ${defaultValue}`}`;
  return `${name}${args.length ? `(${args.map(of).join(', ')})` : ''}: ${show(type)}`;
};

const described = (text, indent) => (text ? text.split('\n').map((line) => `${indent}# ${line.trim()}\n`).join('') : '');

/** The types that a result is made of, as the schema has them, each once. */
export const resultTypes = (type, types) => {
  const seen = new Set();
  const texts = [];
  const add = ({ name }) => {
    const { kind, fields, description } = types.get(name) ?? {};
    if (seen.has(name) || kind !== 'OBJECT') return;
    seen.add(name);
    const lines = fields.map((field) => `${described(field.description, '  ')}  ${signature(field)}\n`);
    texts.push(`${described(description, '')}type ${name} {\n${lines.join('')}}`);
    fields.forEach((field) => add(named(field.type)));
  };
  add(named(type));
  return texts.join('\n\n');
};
