// Reads [{name, sdl}] from standard input and answers [{name, errors, roots}]: what graphql-js has against each schema.
import { readFileSync } from 'node:fs';
import { buildSchema, validateSchema } from 'graphql';

const check = ({ name, sdl }) => {
  try {
    const schema = buildSchema(sdl);
    const errors = validateSchema(schema).map((error) => error.message);
    return { name, errors, hasQuery: Boolean(schema.getQueryType()) };
  } catch (error) {
    return { name, errors: [String(error)], hasQuery: false };
  }
};

console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(check)));
