// Introspects the endpoint that standard input names ({url, sdl}) the way clients do, and answers the differences between
// the schema they see and the SDL.
import { readFileSync } from 'node:fs';
import { buildClientSchema, buildSchema, getIntrospectionQuery, printType, validateSchema } from 'graphql';

// GraphiQL's and Postman's, Apollo's, and everything there is.
const VARIANTS = [
  {},
  { descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
  { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true },
];

const { url, sdl } = JSON.parse(readFileSync(0, 'utf8'));

const types = (schema) =>
  new Map(Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__')).map((type) => [type.name, type]));

const introspect = async (options) => {
  const body = JSON.stringify({ query: getIntrospectionQuery(options), operationName: 'IntrospectionQuery' });
  const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return buildClientSchema(data);
};

const BUILT_IN = ['Int', 'Float', 'String', 'Boolean', 'ID'];
const differences = [];
const expected = types(buildSchema(sdl));
for (const options of VARIANTS) {
  const schema = await introspect(options);
  differences.push(...validateSchema(schema).map((error) => error.message));
  const seen = types(schema);
  const names = [...new Set([...expected.keys(), ...seen.keys()])].filter((name) => !BUILT_IN.includes(name));
  for (const name of names) {
    const [left, right] = [expected, seen].map((map) => (map.has(name) ? printType(map.get(name)) : 'nothing'));
    if (left !== right) differences.push(`${name}: SDL has\n${left}\nintrospection has\n${right}`);
  }
}
console.log(JSON.stringify(differences));
