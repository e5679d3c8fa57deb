// The answer to a call: its value, what went wrong, what it logged, and the models that it called.
import { copyButton, fill, h, icon, size, time } from './dom.js';
import { parse, pretty } from './json.js';
import { jsonElement } from './jsonview.js';
import { modelCalls } from './client.js';
import { recordElement } from './record.js';

/** Records are written after the answer: pauses before each look for them, in milliseconds. */
const LOOKS = [150, 600, 1500, 3000, 6000, 12_000];
const RECORDS = '50';

/** An answer of the server with its JSON read, if it is JSON. */
export const readAnswer = (sent, name) => {
  let body = null;
  try {
    body = parse(sent.text);
  } catch {
    // A refusal in plain text, or what stands between the page and the server answered.
  }
  const whole = body && typeof body === 'object' ? body : null;
  const invocation = whole?.extensions?.invocations?.[name] ?? null;
  return { ...sent, body, errors: whole?.errors ?? [], value: whole?.data?.[name], data: whole?.data, invocation };
};

/** Every message of the call, those that count as errors included: [{level, message}]. */
const logsOf = ({ invocation, errors }) => {
  const id = invocation?.executionId;
  const raised = errors.filter(({ extensions }) => extensions?.level && (!id || extensions.executionId === id));
  return [...(invocation?.logs ?? []), ...raised.map(({ message, extensions }) => ({ level: extensions.level, message }))];
};

const fact = (label, value) => h('span', { class: 'fact' }, h('span', { class: 'fact-name' }, label), ` ${value}`);

const facts = (answer) => {
  const { status, reason, ok, ms, bytes, invocation, errors } = answer;
  const isFine = ok && !errors.length;
  return h('div', { class: 'facts' },
    h('span', { class: `status ${isFine ? 'fine' : 'faulty'}` }, icon(isFine ? 'check' : 'warning'),
      `${status} ${reason}`.trim(), ok && errors.length ? ' with errors' : ''),
    fact('time', time(ms)),
    fact('size', size(bytes)),
    invocation?.durationMs && fact('function', time(Number(invocation.durationMs))),
    invocation?.memoryBytes && fact('memory', size(Number(invocation.memoryBytes))),
    invocation && h('span', { class: 'fact id' }, h('span', { class: 'fact-name' }, 'execution'), ' ', h('code', {}, invocation.executionId)));
};

const placeOf = ({ path }) => (Array.isArray(path) ? path.map(String).join('.') : '');

const errorList = ({ errors, body, text, ok, status }) => {
  if (body === null && !ok) {
    const help = status === 401 ? ' Enter a bearer token at the top of the page.' : '';
    return h('ul', { class: 'errors', role: 'alert' }, h('li', {}, text.trim() + help));
  }
  if (!errors.length) return null;
  const one = (error) => h('li', {}, h('span', {}, String(error.message)), placeOf(error) && h('code', { class: 'place' }, placeOf(error)));
  return h('ul', { class: 'errors', role: 'alert' }, errors.map(one));
};

const section = (title, count, ...children) =>
  h('section', { class: 'part' }, h('h3', {}, title, count ? h('span', { class: 'count' }, String(count)) : null), ...children);

const logList = (logs) => {
  if (!logs.length) return h('p', { class: 'nothing' }, 'It logged nothing.');
  const line = ({ level, message }) =>
    h('li', { class: `log ${level ?? 'plain'}` }, h('span', { class: 'level' }, level ?? 'output'), h('span', { class: 'message' }, message));
  return h('ul', { class: 'logs', tabindex: '0', 'aria-label': 'Log of the call' }, logs.map(line));
};

/** The value of the function, or the whole response: one at a time. */
const resultPart = (answer) => {
  const views = [];
  const json = (name, value) => views.push({ name, element: () => jsonElement(value), text: () => pretty(value) });
  const plain = (name, text) => views.push({ name, element: () => h('div', { class: 'json words', tabindex: '0' }, text), text: () => text });
  // What a model wrote is to be read, not to be deciphered.
  if (typeof answer.value === 'string') plain('Result', answer.value);
  else if (answer.value !== undefined) json('Result', answer.value);
  if (answer.body !== null) json('Response', answer.body);
  if (!views.length && answer.ok) plain('Response', answer.text);
  if (!views.length) return null;
  const place = h('div', {});
  let shown = views[0];
  const buttons = views.map((view) => {
    const choose = () => {
      shown = view;
      fill(place, view.element());
      buttons.forEach((button, index) => button.setAttribute('aria-pressed', String(views[index] === view)));
    };
    return h('button', { type: 'button', class: 'tab', 'aria-pressed': String(view === shown), onclick: choose }, view.name);
  });
  fill(place, shown.element());
  return h('section', { class: 'part result' },
    h('div', { class: 'part-head' }, h('div', { class: 'tabs' }, buttons), copyButton('Copy', () => shown.text(), { 'aria-label': 'Copy what is shown' })),
    place);
};

/** Finds the records of a call, which are written in the background. */
const findCalls = async (id, token, isWanted) => {
  let found = [];
  for (const pause of LOOKS) {
    await new Promise((done) => setTimeout(done, pause));
    if (!isWanted()) return found;
    const records = await modelCalls({ limit: RECORDS }, token);
    found = records.filter((record) => record.execution_id === id);
    if (found.length) return found.reverse();
  }
  return found;
};

const callsPart = (answer, token) => {
  const id = answer.invocation?.executionId;
  if (!id) return null;
  const place = h('div', { class: 'records' });
  const part = section('Model calls', 0, place);
  part.hidden = true;
  const show = (records) => {
    answer.records = records;
    part.hidden = !records.length;
    fill(part.querySelector('h3'), 'Model calls', h('span', { class: 'count' }, String(records.length)));
    fill(place, records.map((record) => recordElement(record, records.length === 1)));
  };
  if (answer.records) show(answer.records);
  // The history may be closed to this page; the answer is whole without it.
  else findCalls(id, token, () => part.isConnected).then(show, () => {});
  return part;
};

/** The answer as elements. */
export const answerElement = (answer, token) =>
  h('div', { class: 'answer' },
    facts(answer),
    errorList(answer),
    resultPart(answer),
    answer.invocation && section('Logs', logsOf(answer).length, logList(logsOf(answer))),
    callsPart(answer, token));
