// The bar at the top: views, endpoint, token and theme.
import { fill, h } from './dom.js';
import { writeRoute } from './route.js';

const NAMES = { functions: 'Functions', calls: 'Model calls', graphiql: 'GraphiQL' };

/** The bar. `onpath` and `ontoken` are called with what was chosen and entered. */
export const createBar = ({ token, theme, onpath, ontoken }) => {
  const links = Object.entries(NAMES).map(([view, name]) => h('a', { href: writeRoute({ view }), 'data-view': view }, name));
  const endpoint = h('select', { id: 'endpoint', onchange: () => onpath(endpoint.value) });
  const box = h('input', {
    id: 'token', type: 'password', value: token, placeholder: 'bearer token', autocomplete: 'off', spellcheck: 'false',
    title: 'Sent with each request, and kept for this tab only',
    onchange: () => ontoken(box.value.trim()),
  });
  const element = h('header', { class: 'bar' },
    h('a', { class: 'brand', href: writeRoute({ view: 'functions' }) }, h('span', { class: 'mark', 'aria-hidden': 'true' }), 'Modus', h('span', { class: 'sub' }, 'API Explorer')),
    h('nav', { class: 'views', 'aria-label': 'Views' }, links),
    h('form', { class: 'access', onsubmit: (event) => (event.preventDefault(), box.blur()) },
      h('label', { for: 'endpoint' }, h('span', { class: 'label' }, 'Endpoint'), endpoint),
      h('label', { for: 'token' }, h('span', { class: 'label' }, 'Token'), box)),
    theme);
  return {
    element,
    showView: (view) => links.forEach((link) => {
      if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }),
    showEndpoints: (list, path) => fill(endpoint, list.map((one) => h('option', { value: one.path, selected: one.path === path }, `${one.name} (${one.path})`))),
  };
};
