// Writes an app with graphql-codegen's client preset, once with the schema that {url} shows and once with {sdl}, compiles it
// with TypeScript and lets it ask its questions. Prints their answers, and which generated files differ. {names}: see project.mjs.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { everyField, withProject } from './project.mjs';

const { url, sdl, names } = JSON.parse(readFileSync(0, 'utf8'));

const generated = (schema) => ({
  schema,
  preset: 'client',
  presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
  config: { defaultScalarType: 'unknown', scalars: { Timestamp: 'string', Int64: { input: 'number | string', output: 'number' } } },
});
const config = {
  documents: ['src/*.ts', 'every.graphql'],
  generates: { 'src/generated/': generated(url), 'printed/': generated('schema.graphql') },
};
const files = { 'schema.graphql': sdl, 'every.graphql': everyField(sdl, 'Every'), 'codegen.json': config };

const result = await withProject('codegen', names, files, async ({ folder, run, compiled }) => {
  run('graphql-codegen', '--config', 'codegen.json');
  const [served, printed] = ['src/generated', 'printed'].map((at) => {
    const texts = readdirSync(join(folder, at)).map((file) => [file, readFileSync(join(folder, at, file), 'utf8')]);
    return Object.fromEntries(texts);
  });
  const files = [...new Set([...Object.keys(served), ...Object.keys(printed)])];
  const different = files.filter((name) => served[name] !== printed[name]);
  const answers = await compiled('app.js').main(url, JSON.parse(served['persisted-documents.json']));
  return { different, ...answers };
});
console.log(JSON.stringify(result));
