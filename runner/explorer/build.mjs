// Bundles the page into runner/assets/explorer: page, scripts and styles compressed, and the licences of what is inside.
// GraphiQL is a script of its own, which the page loads when its view is opened. The same packages give the same bytes. Run
// it with scripts/vendor-explorer.sh.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import zopfli from '@gfx/zopfli';
import { build } from 'esbuild';

const gzip = promisify(zopfli.gzip);
const here = dirname(fileURLToPath(import.meta.url));
const assets = join(here, '../assets/explorer');

// Large parts of small use, and what a strict content security policy forbids.
const REPLACED = [
  'framer-motion',
  'react-style-singleton',
  'entities',
  'linkify-it',
  'vscode-languageserver-types',
  '@tanstack/react-virtual',
];
const replacement = (name) => join(here, 'replaced', `${name.split('/').pop()}.js`);
const alias = Object.fromEntries(REPLACED.map((name) => [name, replacement(name)]));

// The page asks for the other script while it runs.
const later = {
  name: 'later',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/graphiql\.js$/ }, ({ path }) => ({ path, external: true })),
};

const result = await build({
  entryPoints: { explorer: join(here, 'page/main.js'), graphiql: join(here, 'graphiql.js') },
  absWorkingDir: here,
  alias,
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  format: 'esm',
  legalComments: 'none',
  loader: { '.woff': 'empty', '.woff2': 'empty' },
  metafile: true,
  minify: true,
  outdir: assets,
  plugins: [later],
  target: ['chrome109', 'firefox115', 'safari16.4'],
  write: false,
});

// Fonts are a third of a megabyte; the reader's own do.
const withoutFonts = (css) => css.replace(/@font-face\{[^}]*\}/g, '');

const packageOf = (path) => path.match(/^(?:.*node_modules\/)((?:@[^/]+\/)?[^/]+)\//);
const licence = (folder) => {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  return file ? readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim() : null;
};

const licences = () => {
  const packages = new Map();
  for (const path of Object.keys(result.metafile.inputs)) {
    const [found, name] = packageOf(path) ?? [];
    if (found && !packages.has(name)) packages.set(name, join(here, found));
  }
  const byText = new Map();
  for (const [name, folder] of [...packages].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const text = licence(folder) ?? `Licence: ${about.license}. The package holds no text of it.`;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${about.version} (${about.license})`]);
  }
  const heading = 'The explorer page holds these packages, under these licences.\n';
  return heading + [...byText].map(([text, names]) => `\n---\n${names.join('\n')}\n\n${text}\n`).join('');
};

if (!existsSync(assets)) mkdirSync(assets, { recursive: true });
const page = readFileSync(join(here, 'index.html'), 'utf8');
const files = [['index.html', page], ['licences.txt', licences()]];
for (const { path, text } of result.outputFiles) {
  files.push([relative(assets, path), path.endsWith('.css') ? withoutFonts(text) : text]);
}
for (const [name, text] of files) {
  const packed = await gzip(Buffer.from(text), { numiterations: 15 });
  writeFileSync(join(assets, `${name}.gz`), packed);
  console.log(`${name}: ${Buffer.byteLength(text)} bytes, ${packed.length} compressed`);
}
