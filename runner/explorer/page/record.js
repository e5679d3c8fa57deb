// A record of a model call, to be opened and read.
import { h, time } from './dom.js';
import { conversationOf, promptOf } from './exchange.js';
import { parse } from './json.js';
import { jsonElement } from './jsonview.js';

/** Letters of a prompt or an answer in a line. */
const SHORT = 160;

export const short = (text) => {
  const line = (text ?? '').replace(/\s+/g, ' ').trim();
  return line.length > SHORT ? `${line.slice(0, SHORT)}…` : line;
};

/** When it began, in the reader's own time. */
export const when = (record) => {
  const date = new Date(record.started_at);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? date.toLocaleTimeString() : date.toLocaleString();
};

/** Tokens sent and received. */
export const tokens = ({ input_tokens: sent, output_tokens: received }) =>
  sent == null && received == null ? '' : `${sent ?? '?'} → ${received ?? '?'} tokens`;

const json = (text) => {
  try {
    return jsonElement(parse(text));
  } catch {
    return h('pre', { class: 'json', tabindex: '0' }, text ?? '');
  }
};

const raw = (title, text) => {
  const details = h('details', { class: 'raw' }, h('summary', {}, title));
  const open = () => details.childElementCount === 1 && details.append(json(text));
  details.addEventListener('toggle', open);
  return details;
};

const turn = (role, text, kind) =>
  h('div', { class: `turn ${kind}` }, h('span', { class: 'role' }, role), h('div', { class: 'said' }, text || '(nothing)'));

/** What was said and answered, with the JSON behind it. */
export const conversation = (record) => {
  const { messages, answer } = conversationOf(record);
  return h('div', { class: 'conversation' },
    messages.map(({ role, text }) => turn(role, text, 'sent')),
    answer === null ? null : turn('answer', answer, 'answered'),
    raw('Request', record.input),
    raw('Answer', record.output));
};

export const isFaulty = ({ status }) => status === undefined || status >= 300;

/** How it ended, in a word. */
export const ending = ({ status }) => (status === undefined ? 'no answer' : String(status));

/** A record in a line that opens. */
export const recordElement = (record, open = false) =>
  h('details', { class: 'record', open },
    h('summary', {},
      h('span', { class: 'model' }, record.model ?? 'model'),
      h('span', { class: `status ${isFaulty(record) ? 'faulty' : 'fine'}` }, ending(record)),
      h('span', { class: 'fact' }, time(record.duration_ms)),
      h('span', { class: 'fact' }, tokens(record)),
      h('span', { class: 'prompt' }, short(promptOf(conversationOf(record))))),
    conversation(record));
