// The list of an app's functions, with a filter.
import { fill, h } from './dom.js';
import { writeRoute } from './route.js';

const GROUPS = { query: 'Queries', mutation: 'Mutations' };

const firstLine = (text) => (text ?? '').trim().split('\n')[0];

const fits = (fn, words) => {
  const text = `${fn.name} ${fn.description ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

const link = (fn) =>
  h('a', { class: 'function', href: writeRoute({ view: 'functions', key: fn.key }), 'data-key': fn.key },
    h('span', { class: 'function-name' }, fn.name),
    firstLine(fn.description) && h('span', { class: 'function-docs' }, firstLine(fn.description)));

/** The list: `show(functions)` fills it, `choose(key)` marks one. */
export const createList = () => {
  // None while something else stands in their place.
  let functions = null;
  let chosen = null;
  const box = h('input', {
    id: 'filter', type: 'search', placeholder: 'Filter', 'aria-label': 'Filter functions', title: 'Press / to come here', autocomplete: 'off', spellcheck: 'false',
  });
  const place = h('div', { class: 'groups' });
  const element = h('nav', { class: 'sidebar', 'aria-label': 'Functions' }, h('div', { class: 'filter-place' }, box), place);

  const mark = () => {
    for (const item of place.querySelectorAll('a')) {
      const isChosen = item.dataset.key === chosen;
      if (isChosen) item.setAttribute('aria-current', 'true');
      else item.removeAttribute('aria-current');
    }
  };
  const draw = () => {
    if (!functions) return;
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = Object.entries(GROUPS).map(([root, title]) => {
      const found = functions.filter((fn) => fn.root === root && fits(fn, words));
      if (!found.length) return null;
      return h('section', { class: `group ${root}` }, h('h2', {}, title, h('span', { class: 'count' }, String(found.length))),
        h('ul', {}, found.map((fn) => h('li', {}, link(fn)))));
    });
    const isEmpty = !groups.some(Boolean);
    fill(place, groups, isEmpty && h('p', { class: 'empty' }, functions.length ? 'No function fits.' : 'The app has no functions yet.'));
    mark();
  };
  const links = () => [...place.querySelectorAll('a')];
  const step = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter' && event.target === box) return void links()[0]?.click();
    if (!by) return;
    event.preventDefault();
    const all = [box, ...links()];
    all[Math.max(0, Math.min(all.length - 1, all.indexOf(document.activeElement) + by))].focus();
  };
  box.addEventListener('input', draw);
  element.addEventListener('keydown', step);
  return {
    element,
    focusFilter: () => (box.focus(), box.select()),
    show: (list) => ((functions = list), draw()),
    /** What stands in place of the list. */
    explain: (...children) => ((functions = null), fill(place, ...children)),
    choose: (key) => {
      chosen = key;
      mark();
      place.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
    },
  };
};
