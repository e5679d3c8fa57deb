// What was entered into a form, as values of GraphQL variables, or what is wrong with it.
//
// An entry is what stands in one field of the form: {state, text, on, items, members}. `state` is 'given', 'out' (not sent)
// or 'null'; the others are there as the type needs them, and stay when the type changes.
import { INTEGERS, isRequired, membersOf, nullable, shapeOf, show } from './schema.js';
import { Raw, parse } from './json.js';

/** What an entry that is not sent has for a value. */
export const LEFT_OUT = Symbol('left out');

const isOptional = ({ type, defaultValue }) => !isRequired(type) || defaultValue != null;

/** The states that an argument or a member may have. */
export const statesOf = (input) => [
  'given',
  ...(isOptional(input) ? ['out'] : []),
  ...(isRequired(input.type) ? [] : ['null']),
];

/** An entry before anything was entered. */
export const blank = (input) => ({ state: input && isOptional(input) ? 'out' : 'given', text: '' });

/** The entry of an argument or a member, made if it is missing; its state is one that it may have. */
export const entryOf = (entries, input) => {
  const entry = (entries[input.name] ??= blank(input));
  if (!statesOf(input).includes(entry.state)) entry.state = 'given';
  return entry;
};

/** An argument that stands for one item of a list. */
export const itemOf = (type) => ({ name: '', type: nullable(type).ofType });

/** The two members of a pair of a map. */
export const pairOf = (type, types) => membersOf(nullable(type).ofType, types);

const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

class Problem extends Error {}

const integer = (text, name) => {
  if (!text) throw new Problem('A whole number is needed here, such as 42.');
  if (!/^[+-]?\d+$/.test(text)) throw new Problem(`“${text}” is no whole number.`);
  const [least, greatest] = INTEGERS[name];
  const number = BigInt(text.replace('+', ''));
  if (number < least || number > greatest) {
    throw new Problem(`${text} is out of range for ${name}: ${least} to ${greatest}.`);
  }
  return new Raw(String(number));
};

const float = (text) => {
  if (!text) throw new Problem('A number is needed here, such as 1.5.');
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Problem(`“${text}” is no number.`);
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? new Raw(text) : new Raw(JSON.stringify(number));
};

const timestamp = (text) => {
  if (!text) throw new Problem('A time is needed here, such as 2026-01-31T09:05:07Z.');
  if (!TIME.test(text)) throw new Problem(`“${text}” is no time: write it as 2026-01-31, or 2026-01-31T09:05:07Z.`);
  return text;
};

const json = (text, name) => {
  if (!text) throw new Problem(`A value for ${name} is needed here, in JSON.`);
  try {
    return parse(text);
  } catch (error) {
    throw new Problem(`This is no JSON (${error.message}). Texts stand in double quotes.`);
  }
};

/** A value of an entry that is given. Problems are told `note(path, message)`, and leave null. */
const given = (type, entry, types, path, note) => {
  const text = entry.text ?? '';
  const plain = (read) => {
    try {
      return read();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      note(path, problem.message);
      return null;
    }
  };
  const { name } = nullable(type);
  const input = (input, entries, at) => valueOf(input, entryOf(entries, input), types, [...path, ...at], note);
  const members = (inputs, entries, at = []) => {
    const values = inputs.map((member) => [member.name, input(member, entries, [...at, member.name])]);
    return Object.fromEntries(values.filter(([, value]) => value !== LEFT_OUT));
  };
  switch (shapeOf(type, types)) {
    case 'text':
      return text;
    case 'boolean':
      return Boolean(entry.on);
    case 'integer':
      return plain(() => integer(text.trim(), name));
    case 'float':
      return plain(() => float(text.trim()));
    case 'timestamp':
      return plain(() => timestamp(text.trim()));
    case 'enum':
      return text || (types.get(name)?.enumValues?.[0]?.name ?? null);
    case 'object':
      return members(membersOf(type, types), (entry.members ??= {}));
    case 'map':
      return (entry.items ?? []).map((item, index) => members(pairOf(type, types), (item.members ??= {}), [index]));
    case 'list':
      return (entry.items ?? []).map((item, index) => valueOf(itemOf(type), item, types, [...path, index], note));
    default:
      return plain(() => json(text.trim(), show(nullable(type))));
  }
};

const valueOf = (input, entry, types, path, note) => {
  if (entry.state === 'out') return LEFT_OUT;
  return entry.state === 'null' ? null : given(input.type, entry, types, path, note);
};

/** The variables for a function's arguments, and what is wrong: [{path, message}], a path being names and indexes. */
export const read = (args, entries, types) => {
  const problems = [];
  const note = (path, message) => problems.push({ path, message });
  const variables = {};
  for (const arg of args) {
    const value = valueOf(arg, entryOf(entries, arg), types, [arg.name], note);
    if (value !== LEFT_OUT) variables[arg.name] = value;
  }
  return { variables, problems };
};
