// A project as an app's author has it: sources in a folder, the packages that are installed here, and tools that run in it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, getNamedType, isCompositeType } from 'graphql';

const here = dirname(fileURLToPath(import.meta.url));

const tsconfig = {
  compilerOptions: { strict: true, module: 'commonjs', target: 'es2022', esModuleInterop: true, rootDir: 'src', outDir: 'js', skipLibCheck: true },
  include: ['src'],
};

// Makes a project of the sources in projects/NAME and of further files by name. `work` gets its folder, a function that runs
// a tool in it, and one that compiles the TypeScript and answers what a source exports. The project is removed afterwards.
// `names` are written in the sources as %name%: what a function is called in each guest language.
export async function withProject(name, names, files, work) {
  const folder = mkdtempSync(join(tmpdir(), 'modusc-client-'));
  const write = (path, content) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const run = (tool, ...args) => {
    const program = join(here, 'node_modules/.bin', tool);
    const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${error ?? `${stdout}${stderr}`}`);
  };
  const compiled = (source) => {
    run('tsc');
    return createRequire(join(folder, 'js/'))(`./${source}`);
  };
  try {
    // Whatever a package.json of a folder above says.
    write('package.json', { type: 'commonjs' });
    symlinkSync(join(here, 'node_modules'), join(folder, 'node_modules'));
    for (const source of [`projects/${name}`, 'projects/shared']) {
      for (const file of readdirSync(join(here, source))) {
        const text = readFileSync(join(here, source, file), 'utf8');
        write(`src/${file}`, text.replace(/%(\w+)%/g, (_, key) => names[key]));
      }
    }
    Object.entries({ 'tsconfig.json': tsconfig, ...files }).forEach(([path, content]) => write(path, content));
    return await work({ folder, run, compiled });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// The text of a query that selects every field of the query type, with objects down to the third level.
export function everyField(sdl, name) {
  const selection = (type, depth) => {
    const fields = Object.values(type.getFields()).map((field) => {
      const inner = getNamedType(field.type);
      return isCompositeType(inner) ? depth > 1 && `${field.name} ${selection(inner, depth - 1)}` : field.name;
    });
    return `{ __typename ${fields.filter(Boolean).join(' ')} }`;
  };
  const variables = [];
  const fields = Object.values(buildSchema(sdl).getQueryType().getFields()).map((field) => {
    const given = field.args.map((argument) => {
      const variable = `$${field.name}_${argument.name}`;
      variables.push(`${variable}: ${argument.type}`);
      return `${argument.name}: ${variable}`;
    });
    const inner = getNamedType(field.type);
    return `  ${field.name}${given.length ? `(${given.join(', ')})` : ''} ${isCompositeType(inner) ? selection(inner, 3) : ''}`;
  });
  return `query ${name}(${variables.join(', ')}) {\n${fields.join('\n')}\n}`;
}
