// One function: what it is, the form of its arguments, and the answer to a call.
import { announce, copyButton, fill, h, icon, time } from './dom.js';
import { answerElement, readAnswer } from './answer.js';
import { send } from './client.js';
import { createForm } from './form.js';
import { bodyOf, curlOf, documentOf, variablesText } from './operation.js';
import { writeRoute } from './route.js';
import { resultTypes, show } from './schema.js';
import { read } from './values.js';

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const KEYS = isMac ? '⌘ ↵' : 'Ctrl ↵';

const heading = (fn) =>
  h('header', { class: 'function-head' },
    h('a', { class: 'back-link', href: writeRoute({ view: 'functions' }) }, icon('back'), 'All functions'),
    h('div', { class: 'title' }, h('h1', { tabindex: '-1' }, fn.name), h('span', { class: `badge ${fn.root}` }, fn.root)),
    fn.description && h('p', { class: 'docs' }, fn.description.trim()),
    fn.isDeprecated && h('p', { class: 'docs deprecated' }, `Deprecated. ${fn.deprecationReason ?? ''}`));

const returns = (fn, types) => {
  const text = resultTypes(fn.type, types);
  const type = h('code', { class: 'type' }, show(fn.type));
  if (!text) return h('p', { class: 'returns' }, 'Returns ', type);
  return h('details', { class: 'returns' }, h('summary', {}, 'Returns ', type), h('pre', { class: 'sdl', tabindex: '0' }, text));
};

/**
 * The view of a function. `app` has path, token, schema, entriesOf(key), answers and openInGraphiql(query, variables).
 * The entries and the last answer are kept by the app, so that they are there when somebody comes back.
 */
export const createFunction = (app, fn) => {
  const { types } = app.schema;
  const entries = app.entriesOf(fn.key);
  const place = h('div', { class: 'answer-place' });
  const form = createForm(fn.args, entries, types, () => {});
  const ask = () => {
    const { variables, problems } = read(fn.args, entries, types);
    form.show(problems);
    if (problems.length) announce(`Not run: ${problems[0].path.join('.')}: ${problems[0].message}`);
    return problems.length ? null : { query: documentOf(fn, variables, types), variables };
  };
  const words = h('span', {}, 'Run');
  const keys = h('kbd', { 'aria-hidden': 'true' }, KEYS);
  const button = h('button', { type: 'submit', class: 'run', id: 'run', 'aria-keyshortcuts': 'Control+Enter Meta+Enter' }, icon('play'), words, keys);
  let running = null;

  const showRunning = (isRunning) => {
    fill(button, icon(isRunning ? 'stop' : 'play'), words, !isRunning && keys);
    words.textContent = isRunning ? 'Cancel' : 'Run';
    place.classList.toggle('waiting', isRunning);
    place.setAttribute('aria-busy', String(isRunning));
  };
  const run = async () => {
    if (running) return running.abort();
    const asked = ask();
    if (!asked) return;
    const controller = (running = new AbortController());
    showRunning(true);
    try {
      const sent = await send(app.path, bodyOf(asked.query, asked.variables), app.token, controller.signal);
      const answer = readAnswer(sent, fn.name);
      app.answers.set(fn.key, answer);
      fill(place, answerElement(answer, app.token));
      const outcome = answer.errors.length || !answer.ok ? 'Answered with errors' : 'Answered';
      announce(`${outcome} in ${time(answer.ms)}`);
    } catch (error) {
      const text = controller.signal.aborted ? 'The call was cancelled.' : `The server cannot be reached: ${error.message}`;
      fill(place, h('p', { class: 'empty', role: 'alert' }, text));
    } finally {
      running = null;
      showRunning(false);
    }
  };
  const curl = () => {
    const asked = ask();
    return asked && curlOf(new URL(app.path, location.origin).href, bodyOf(asked.query, asked.variables), Boolean(app.token));
  };
  const graphiql = () => {
    const asked = ask();
    if (asked) app.openInGraphiql(asked.query, variablesText(asked.variables));
  };
  const element = h('article', { class: 'function-view', 'aria-label': fn.name },
    h('div', { class: 'question' },
      heading(fn),
      h('form', { class: 'arguments', novalidate: true, onsubmit: (event) => (event.preventDefault(), run()) },
        fn.args.length ? form.element : h('p', { class: 'nothing' }, 'It takes no arguments.'),
        h('div', { class: 'actions' }, button, copyButton('curl', curl, { id: 'curl', 'aria-label': 'Copy as curl', title: 'Copy as a command for a shell' }),
          h('button', { type: 'button', class: 'quiet', onclick: graphiql, 'aria-label': 'Open in GraphiQL', title: 'Open this call in GraphiQL' }, 'GraphiQL'))),
      returns(fn, types)),
    h('section', { class: 'answer-side', 'aria-label': 'Answer' }, place));
  const last = app.answers.get(fn.key);
  fill(place, last ? answerElement(last, app.token) : h('p', { class: 'empty' }, 'Run the function, and its answer, its logs and the models that it called are shown here.'));
  return { element, run, focus: () => element.querySelector('h1').focus({ preventScroll: true }) };
};
