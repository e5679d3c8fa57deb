// The page: it knows what is chosen, and shows the view of it.
import '../styles/page.css';
import { fill, h } from './dom.js';
import { createBar } from './bar.js';
import { createCalls } from './calls.js';
import { endpoints, schemaOf } from './client.js';
import { createFunction } from './function.js';
import { createList } from './list.js';
import { readRoute, writeRoute } from './route.js';
import { createThemeSwitch, shownTheme } from './theme.js';
import { createWatch } from './watch.js';

const TOKEN = 'modus:token';
const ENDPOINT = 'modus:endpoint';
/** From this width on, list and function stand side by side. */
const wide = matchMedia('(min-width: 760px)');

const app = {
  // None until the endpoints are known; empty where there is none.
  path: null,
  // Kept for this tab only.
  token: sessionStorage.getItem(TOKEN) ?? '',
  schema: null,
  answers: new Map(),
  entries: new Map(),
  entriesOf: (key) => app.entries.get(key) ?? app.entries.set(key, {}).get(key),
  openInGraphiql: (query, variables) => {
    wanted = { query, variables };
    location.hash = writeRoute({ view: 'graphiql' });
  },
};
/** What GraphiQL is to show when it is opened next. */
let wanted = null;
let graphiql = null;
let serial = 0;
let shown = null;

const list = createList();
const calls = createCalls(app);
const detail = h('div', { class: 'detail' });
const functionsView = h('div', { class: 'functions-view' }, list.element, detail);
const graphiqlPlace = h('div', { class: 'graphiql-place' });
const main = h('main', { id: 'main', tabindex: '-1' });
const watcher = createWatch(() => reload());
const theme = createThemeSwitch((name) => graphiql?.update({ theme: name }));
const bar = createBar({
  token: app.token,
  theme,
  onpath: (path) => (sessionStorage.setItem(ENDPOINT, path), changed({ path })),
  ontoken: (token) => (sessionStorage.setItem(TOKEN, token), changed({ token })),
});

/** Another endpoint, or another token: another schema. */
const changed = (what) => {
  Object.assign(app, what);
  graphiql?.update({ path: app.path, token: app.token });
  readFunctions();
  if (readRoute(location.hash).view === 'calls') calls.load(false);
};

const explain = (title, text, role = 'alert') => {
  app.schema = null;
  const place = () => h('div', { class: 'explained', role }, h('p', { class: 'explained-title' }, title), text && h('p', {}, text));
  list.explain(place());
  shown = null;
  fill(detail);
};

/** Reads the schema; what is entered and answered stays. */
const readFunctions = async () => {
  const asked = (serial += 1);
  if (!app.path) return explain('There is no endpoint to ask.', 'Add one to the endpoints of modus.json.');
  try {
    const schema = await schemaOf(app.path, app.token);
    if (asked !== serial) return;
    app.schema = schema;
    shown = null;
    list.show(schema.functions);
    route();
  } catch (error) {
    if (asked === serial) explain(error.message, error.hint);
  }
};

const showFunction = (key, focuses) => {
  if (!app.schema) return;
  const { functions } = app.schema;
  const chosen = functions.find((fn) => fn.key === key) ?? (wide.matches ? functions[0] : null);
  if (key && !functions.some((fn) => fn.key === key)) history.replaceState(null, '', writeRoute({ view: 'functions' }));
  functionsView.classList.toggle('has-function', Boolean(chosen));
  list.choose(chosen?.key ?? null);
  if (shown?.fn === chosen) return;
  shown = chosen ? { fn: chosen, ...createFunction(app, chosen) } : null;
  fill(detail, shown?.element);
  if (focuses) shown?.focus();
};

const openGraphiql = async () => {
  // It is opened once the endpoints are known.
  if (app.path === null) return;
  if (!app.path) return void fill(graphiqlPlace, h('p', { class: 'empty' }, 'There is no endpoint to ask.'));
  if (!graphiql) {
    fill(graphiqlPlace, h('p', { class: 'empty' }, 'Loading GraphiQL…'));
    const { mount } = await import('./graphiql.js');
    if (!graphiql) {
      fill(graphiqlPlace);
      graphiql = mount(graphiqlPlace, { path: app.path, token: app.token, theme: shownTheme(), generation: 0 });
    }
  }
  if (wanted) graphiql.open(wanted);
  wanted = null;
};

const VIEWS = { functions: functionsView, calls: calls.element, graphiql: graphiqlPlace };
let view = null;

const route = (focuses = false) => {
  const now = readRoute(location.hash);
  bar.showView(now.view);
  document.body.dataset.view = now.view;
  if (view !== now.view) fill(main, VIEWS[now.view]);
  const entered = view !== now.view;
  view = now.view;
  if (view === 'functions') showFunction(now.key, focuses);
  if (view === 'calls' && entered) calls.load();
  if (view === 'graphiql' && (entered || wanted)) openGraphiql();
};

/** Reads everything again that another app may have changed. */
const reload = async () => {
  await readEndpoints();
  graphiql?.update({ path: app.path, generation: serial });
};

const readEndpoints = async () => {
  try {
    const found = await endpoints();
    const last = app.path || sessionStorage.getItem(ENDPOINT);
    app.path = (found.find(({ path }) => path === last) ?? found[0])?.path ?? '';
    bar.showEndpoints(found, app.path);
    if (view === 'graphiql') openGraphiql();
  } catch (error) {
    return explain('The endpoints cannot be listed.', error.message);
  }
  await readFunctions();
};

const keys = (event) => {
  const isTyping = event.target.closest?.('input, textarea, select, [contenteditable], .graphiql-container');
  if (view !== 'functions') return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && shown) {
    event.preventDefault();
    shown.run();
  } else if (event.key === '/' && !isTyping) {
    event.preventDefault();
    list.focusFilter();
  }
};

const start = async () => {
  const skip = h('a', { class: 'skip', href: '#main', onclick: (event) => (event.preventDefault(), main.focus()) }, 'Skip to the content');
  const said = h('div', { id: 'announcements', class: 'unseen', 'aria-live': 'polite' });
  fill(document.getElementById('root'), skip, bar.element, watcher.element, main, said);
  addEventListener('hashchange', () => route(true));
  addEventListener('keydown', keys);
  wide.addEventListener('change', () => route());
  route();
  list.explain(h('p', { class: 'empty' }, 'Loading…'));
  await readEndpoints();
  watcher.watch();
};

start();
