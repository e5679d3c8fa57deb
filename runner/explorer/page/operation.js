// From a function to the document that calls it, and to the command that does the same in a shell.
import { named, show } from './schema.js';
import { compact, pretty } from './json.js';

/** How deep results are selected: trees have no end. */
const DEEPEST = 5;

const selection = (type, types, indent, path) => {
  const { kind, name, fields } = types.get(named(type).name) ?? {};
  if (kind !== 'OBJECT') return '';
  const inner = `${indent}  `;
  const line = (field) => {
    const { name: below } = named(field.type);
    const isObject = types.get(below)?.kind === 'OBJECT';
    if (!isObject) return `${inner}${field.name}\n`;
    if (path.includes(below) || below === name || path.length >= DEEPEST) return '';
    return `${inner}${field.name}${selection(field.type, types, inner, [...path, name])}\n`;
  };
  const callable = fields.filter(({ args }) => !args?.some(({ type, defaultValue }) => type.kind === 'NON_NULL' && defaultValue == null));
  const lines = callable.map(line).join('') || `${inner}__typename\n`;
  return ` {\n${lines}${indent}}`;
};

/** The document that calls a function with variables for those arguments that are given. */
export const documentOf = ({ root, name, args, type }, variables, types) => {
  const passed = args.filter((arg) => Object.hasOwn(variables, arg.name));
  const declared = passed.map((arg) => `$${arg.name}: ${show(arg.type)}`);
  const given = passed.map((arg) => `${arg.name}: $${arg.name}`);
  const list = (texts) => (texts.length ? `(${texts.join(', ')})` : '');
  return `${root} ${name}${list(declared)} {\n  ${name}${list(given)}${selection(type, types, '  ', [])}\n}`;
};

/** The body of the request. */
export const bodyOf = (query, variables) =>
  Object.keys(variables).length ? compact({ query, variables }) : compact({ query });

/** The variables as an indented text. */
export const variablesText = (variables) => (Object.keys(variables).length ? pretty(variables) : '');

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The same as a command. The token stays out of it: commands end up in histories and chats. */
export const curlOf = (url, body, hasToken) =>
  [
    `curl -sS ${quoted(url)}`,
    `-H 'Content-Type: application/json'`,
    ...(hasToken ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    `--data-raw ${quoted(body)}`,
  ].join(' \\\n  ');
