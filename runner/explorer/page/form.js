// The form of a function: a field for each argument, made from its type.
import { fill, h, icon, iconButton } from './dom.js';
import { isRequired, membersOf, nullable, shapeOf, show } from './schema.js';
import { entryOf, itemOf, pairOf, statesOf } from './values.js';

/** Lines of a text that are shown before it scrolls. */
const LINES = 12;

const isDefault = ({ defaultValue }) => defaultValue !== null && defaultValue !== undefined;

const stateName = (state, input) => {
  if (state === 'out') return isDefault(input) ? 'default' : 'not sent';
  return state === 'null' ? 'null' : 'value';
};

const placeholder = (input, entry, usual) => {
  if (entry.state === 'given') return usual;
  if (entry.state === 'null') return 'null';
  return isDefault(input) ? `default: ${input.defaultValue}` : 'not sent';
};

const fit = (area) => {
  area.rows = Math.min(LINES, Math.max(Number(area.dataset.least), area.value.split('\n').length));
};

/** A box for text of one or more lines. */
const textBox = (field, usual, properties) => {
  const { input, entry, id } = field;
  const isArea = properties.least;
  const box = h(isArea ? 'textarea' : 'input', {
    id, value: entry.text ?? '', placeholder: placeholder(input, entry, usual), autocomplete: 'off', spellcheck: 'false',
    'aria-describedby': `${id}-problem`, 'aria-required': isRequired(input.type) && !isDefault(input) ? 'true' : null,
    ...(isArea ? { rows: properties.least, 'data-least': String(properties.least) } : { type: 'text' }), ...properties.more,
    oninput: () => {
      entry.text = box.value;
      if (isArea) fit(box);
      const emptied = !box.value && !properties.keepsEmpty && field.states.includes('out');
      field.become(emptied ? 'out' : 'given');
    },
  });
  if (isArea) fit(box);
  field.retell = () => (box.placeholder = placeholder(input, entry, usual));
  return box;
};

const choice = (field, options, chosen, choose) =>
  h('select', { id: field.id, 'aria-describedby': `${field.id}-problem`, onchange: (event) => choose(event.target.value) },
    options.map(([value, label]) => h('option', { value, selected: value === chosen }, label)));

/** The states that a choice offers beside its values. */
const otherStates = ({ states, input }) =>
  states.filter((state) => state !== 'given').map((state) => [`state:${state}`, stateName(state, input)]);

const chooses = (field, values, chosen, take) => {
  const shown = field.entry.state === 'given' ? chosen : `state:${field.entry.state}`;
  return choice(field, [...otherStates(field), ...values], shown, (value) => {
    const [, state] = value.match(/^state:(.*)/) ?? [];
    if (!state) take(value);
    field.become(state ?? 'given');
  });
};

const addButton = (label, onclick) => h('button', { type: 'button', class: 'quiet add', onclick }, icon('plus'), label);

const items = (field, one, word) => {
  const { entry } = field;
  const list = entry.state === 'given' ? (entry.items ??= []) : [];
  const add = () => {
    (entry.items ??= []).push({ state: 'given', text: '' });
    field.become('given');
    field.render();
    field.focus(`[data-index="${entry.items.length - 1}"]`);
  };
  const remove = (index) => {
    entry.items.splice(index, 1);
    field.changed();
    field.render();
    field.focus(':scope > .add');
  };
  const row = (item, index) =>
    h('li', { 'data-index': String(index) }, one(item, index),
      iconButton('cross', `Remove ${word} ${index + 1}`, () => remove(index)));
  return [list.length ? h('ol', { class: 'items' }, list.map(row)) : null, addButton(`Add ${word}`, add)];
};

const CONTROLS = {
  text: (field) => [textBox(field, '', { least: 1, keepsEmpty: true })],
  integer: (field) => [textBox(field, '0', { more: { inputmode: 'numeric' } })],
  float: (field) => [textBox(field, '0.0', { more: { inputmode: 'decimal' } })],
  timestamp: (field) => {
    const box = textBox(field, '2026-01-31T09:05:07Z', {});
    const now = () => {
      box.value = new Date().toISOString();
      box.dispatchEvent(new Event('input'));
    };
    return [h('div', { class: 'beside' }, box, h('button', { type: 'button', class: 'quiet', onclick: now }, 'Now'))];
  },
  json: (field) => [textBox(field, 'JSON, such as [1, 2] or "text"', { least: 2, more: { class: 'code' } })],
  boolean: (field) =>
    [chooses(field, [['false', 'false'], ['true', 'true']], String(Boolean(field.entry.on)), (value) => (field.entry.on = value === 'true'))],
  enum: (field) => {
    const values = field.form.types.get(nullable(field.input.type).name)?.enumValues ?? [];
    return [chooses(field, values.map(({ name }) => [name, name]), field.entry.text || values[0]?.name, (value) => (field.entry.text = value))];
  },
  object: (field) => {
    const { entry, form, input, path } = field;
    if (entry.state !== 'given') return [addButton('Fill in', () => (field.become('given'), field.render(), field.focus('.field')))];
    const members = (entry.members ??= {});
    return membersOf(input.type, form.types).map((member) => fieldOf(form, member, entryOf(members, member), [...path, member.name]));
  },
  map: (field) => {
    const pair = (item, index) =>
      h('div', { class: 'pair' }, pairOf(field.input.type, field.form.types).map((member) =>
        fieldOf(field.form, member, entryOf((item.members ??= {}), member), [...field.path, index, member.name])));
    return items(field, pair, 'entry');
  },
  list: (field) => {
    const input = itemOf(field.input.type);
    const one = (item, index) => fieldOf(field.form, input, item, [...field.path, index], { label: `${index + 1}`, isItem: true });
    return items(field, one, 'item');
  },
};

/** Shapes whose own choice has the states. */
const CHOICES = ['boolean', 'enum'];
const GROUPS = ['object', 'map', 'list'];

const stateChoice = (field) => {
  if (field.states.length < 2 || CHOICES.includes(field.shape)) return null;
  const options = field.states.map((state) => h('option', { value: state, selected: state === field.entry.state }, stateName(state, field.input)));
  const label = `${field.path.join('.')}: what is sent`;
  const choose = (event) => (field.become(event.target.value), field.render());
  return h('select', { class: 'state', 'aria-label': label, onchange: choose }, options);
};

/** A field: label, type, description, what is entered, and what is wrong with it. */
const fieldOf = (form, input, entry, path, { label = input.name, isItem = false } = {}) => {
  const shape = shapeOf(input.type, form.types);
  const id = ['argument', ...path].join('-');
  const states = statesOf(input).filter((state) => !isItem || state !== 'out');
  const body = h('div', { class: 'control' });
  const field = { form, input, entry, path, shape, id, states, changed: form.onchange };
  const chooser = stateChoice({ ...field, become: (state) => field.become(state), render: () => field.render() });
  field.become = (state) => {
    const changes = entry.state !== state;
    entry.state = state;
    if (chooser) chooser.value = state;
    field.retell?.();
    if (changes && GROUPS.includes(shape) && state !== 'given') field.render();
    form.clear(path);
    form.onchange();
  };
  field.render = () => fill(body, ...CONTROLS[shape](field));
  field.focus = (within) => {
    const inputs = ':is(input, textarea, select:not(.state), button:not(.icon-button))';
    body.querySelector(`${within}${inputs}, ${within} ${inputs}`)?.focus();
  };
  field.render();
  const isGroup = GROUPS.includes(shape);
  const name = isGroup ? h('span', { class: 'name', id: `${id}-name` }, label) : h('label', { class: 'name', for: id }, label);
  const isNeeded = isRequired(input.type) && !isDefault(input) && !isItem;
  return h('div', { class: `field is-${shape}`, 'data-path': path.join('.'), ...(isGroup ? { role: 'group', 'aria-labelledby': `${id}-name` } : {}) },
    h('div', { class: 'head' }, name, h('code', { class: 'type' }, show(input.type)),
      isNeeded && h('span', { class: 'required' }, 'required'), chooser),
    input.description && h('p', { class: 'docs' }, input.description),
    body,
    h('p', { class: 'problem', id: `${id}-problem`, hidden: true }));
};

/** A form of a function's arguments. What is entered is kept in `entries`; `onchange` is told of each change. */
export const createForm = (args, entries, types, onchange) => {
  const element = h('div', { class: 'fields' });
  const problemOf = (path) => element.querySelector(`[id="${CSS.escape(['argument', ...path].join('-'))}-problem"]`);
  const put = (place, text) => {
    place.hidden = !text;
    place.textContent = text;
    place.closest('.field').classList.toggle('wrong', Boolean(text));
    const box = element.querySelector(`[aria-describedby="${CSS.escape(place.id)}"]`);
    if (text) box?.setAttribute('aria-invalid', 'true');
    else box?.removeAttribute('aria-invalid');
    return box;
  };
  const form = { types, onchange, clear: (path) => { const place = problemOf(path); if (place) put(place, ''); } };
  fill(element, args.map((arg) => fieldOf(form, arg, entryOf(entries, arg), [arg.name])));
  return {
    element,
    /** Shows what is wrong where it is, and leads there. */
    show: (problems) => {
      element.querySelectorAll('.problem:not([hidden])').forEach((place) => put(place, ''));
      const boxes = problems.map(({ path, message }) => problemOf(path) && put(problemOf(path), message));
      boxes.find(Boolean)?.focus();
    },
  };
};
