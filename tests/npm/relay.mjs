// Compiles an app's documents with Relay's compiler against {sdl}, the app with TypeScript, and lets it ask {url} its
// questions by Relay's runtime, with persisted queries. Prints their answers. {names}: see project.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { everyField, withProject } from './project.mjs';

const { url, sdl, names } = JSON.parse(readFileSync(0, 'utf8'));

const every = `import { graphql } from 'relay-runtime';\nexport const every = () => graphql\`${everyField(sdl, 'EveryQuery')}\`;\n`;
const config = {
  src: './src',
  schema: './schema.graphql',
  language: 'typescript',
  eagerEsModules: true,
  customScalarTypes: { Timestamp: 'string', Int64: 'number | string' },
  persistConfig: { file: './persisted.json', algorithm: 'SHA256' },
};
const files = { 'schema.graphql': sdl, 'src/Every.ts': every, 'persisted.json': {}, 'relay.config.json': config };

const result = await withProject('relay', names, files, async ({ folder, run, compiled }) => {
  run('relay-compiler');
  return compiled('Echo.js').main(url, JSON.parse(readFileSync(join(folder, 'persisted.json'), 'utf8')));
});
console.log(JSON.stringify(result));
