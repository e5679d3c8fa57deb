// The view of all model calls: a table of the history, page by page.
import { announce, fill, h, time } from './dom.js';
import { modelCalls } from './client.js';
import { conversationOf, promptOf } from './exchange.js';
import { conversation, ending, isFaulty, short, tokens, when } from './record.js';

/** Records of a page. */
const PAGE = 25;

const COLUMNS = ['Time', 'Function', 'Model', 'Status', 'Duration', 'Tokens', 'Prompt', 'Answer'];

const cell = (label, value, properties = {}) => h('td', { 'data-label': label, ...properties }, value);

const rows = (record) => {
  const said = conversationOf(record);
  const more = h('tr', { class: 'more', hidden: true }, h('td', { colspan: String(COLUMNS.length) }));
  const toggle = h('button', { type: 'button', class: 'link', 'aria-expanded': 'false' }, when(record));
  toggle.addEventListener('click', () => {
    more.hidden = !more.hidden;
    toggle.setAttribute('aria-expanded', String(!more.hidden));
    if (!more.firstChild.childElementCount) more.firstChild.append(conversation(record));
  });
  const line = h('tr', { class: 'line' },
    cell('Time', toggle, { class: 'when' }),
    cell('Function', h('code', {}, record.function ?? '–')),
    cell('Model', record.model ?? record.model_hash.slice(0, 8)),
    cell('Status', h('span', { class: `status ${isFaulty(record) ? 'faulty' : 'fine'}` }, ending(record))),
    cell('Duration', time(record.duration_ms), { class: 'number' }),
    cell('Tokens', tokens(record).replace(' tokens', '') || '–', { class: 'number' }),
    cell('Prompt', short(promptOf(said)), { class: 'words' }),
    cell('Answer', short(said.answer), { class: 'words' }));
  line.addEventListener('click', (event) => {
    if (!event.target.closest('button') && !getSelection().toString()) toggle.click();
  });
  return [line, more];
};

const EXPLAINED = {
  401: 'The history wants the administrator’s token (MODUS_RUNNER_ADMIN_TOKEN) here: enter it at the top of the page.',
  404: 'Outside development there is a history only where MODUS_RUNNER_ADMIN_TOKEN is set.',
};

/** The view. `app.token` is what the history is asked with. */
export const createCalls = (app) => {
  // Where each page begins: the id of the record before it.
  let starts = [null];
  let serial = 0;
  const filters = { model: '', function: '' };
  const place = h('div', { class: 'table-place' });
  const pages = h('nav', { class: 'pages', 'aria-label': 'Pages' });

  const load = async (says = true) => {
    const asked = (serial += 1);
    const wanted = { limit: String(PAGE + 1), after: starts.at(-1), ...filters };
    let found;
    try {
      found = await modelCalls(wanted, app.token);
    } catch (error) {
      if (asked !== serial) return;
      fill(pages);
      const message = EXPLAINED[error.status] ?? `The history cannot be read: ${error.message}`;
      fill(place, h('p', { class: 'empty', role: 'alert' }, message));
      return;
    }
    if (asked === serial) show(found, says);
  };

  const show = (found, says) => {
    const records = found.slice(0, PAGE);
    const isFiltered = filters.model || filters.function;
    if (!records.length) {
      fill(place, h('p', { class: 'empty' }, isFiltered
        ? 'No model call fits these filters.'
        : 'No model was called yet. Each call of a model that a function makes is listed here, with its prompt, its answer and its tokens.'));
    } else {
      const head = h('tr', {}, COLUMNS.map((name) => h('th', { scope: 'col' }, name)));
      fill(place, h('table', { class: 'calls' }, h('thead', {}, head), h('tbody', {}, records.flatMap(rows))));
    }
    const page = (label, act, isThere) => h('button', { type: 'button', class: 'quiet', disabled: !isThere, onclick: act }, label);
    const newer = () => (starts.pop(), load());
    const older = () => (starts.push(records.at(-1).id), load());
    fill(pages, (starts.length > 1 || found.length > PAGE) && [
      page('Newer', newer, starts.length > 1),
      h('span', { class: 'page-number' }, `Page ${starts.length}`),
      page('Older', older, found.length > PAGE),
    ]);
    if (says) announce(`${records.length} model calls, page ${starts.length}`);
  };

  const filter = (name, label) => {
    const box = h('input', { type: 'search', id: `filter-${name}`, placeholder: 'all', autocomplete: 'off', spellcheck: 'false' });
    box.addEventListener('change', () => {
      filters[name] = box.value.trim();
      starts = [null];
      load();
    });
    return h('label', { class: 'filter', for: `filter-${name}` }, h('span', {}, label), box);
  };
  const element = h('section', { class: 'view calls-view', 'aria-labelledby': 'calls-title' },
    h('div', { class: 'view-head' },
      h('div', {}, h('h1', { id: 'calls-title', tabindex: '-1' }, 'Model calls'),
        h('p', { class: 'docs' }, 'What the app’s functions asked models, the newest first.')),
      h('form', { class: 'filters', onsubmit: (event) => event.preventDefault() },
        filter('model', 'Model'), filter('function', 'Function'),
        h('button', { type: 'button', class: 'quiet', onclick: () => ((starts = [null]), load()) }, 'Refresh'))),
    place, pages);
  return { element, load };
};
