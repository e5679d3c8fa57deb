// JSON as it is shown.
import { h, size } from './dom.js';
import { pretty, visit } from './json.js';

/** Characters that are shown in colours, and at all. */
const COLOURED = 200_000;
const SHOWN = 2_000_000;

/** JSON in colours. */
export const jsonElement = (value) => {
  const text = pretty(value);
  if (text.length > COLOURED) {
    const rest = text.length > SHOWN ? `\n… ${size(text.length - SHOWN)} more: copy them` : '';
    return h('pre', { class: 'json', tabindex: '0' }, text.slice(0, SHOWN) + rest);
  }
  const parts = [];
  visit(value, (kind, text) => parts.push(kind === 'mark' ? text : h('span', { class: kind }, text)));
  return h('pre', { class: 'json', tabindex: '0' }, parts);
};
