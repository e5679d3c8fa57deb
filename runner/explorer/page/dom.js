// Elements of the page.

const SVG = 'http://www.w3.org/2000/svg';
const PROPERTIES = ['value', 'checked', 'disabled', 'selected', 'textContent', 'open', 'hidden', 'rows'];

const put = (element, properties, children) => {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.includes(name)) element[name] = value;
    else if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};

/** An element: `h('button', { class: 'small', onclick: act }, 'Act')`. */
export const h = (tag, properties = {}, ...children) => put(document.createElement(tag), properties, children);

/** Other children in place of those that are there. */
export const fill = (element, ...children) => {
  element.replaceChildren();
  return put(element, {}, children);
};

const ICONS = {
  play: 'M4 2.5v11l9-5.5z',
  stop: 'M4 4h8v8H4z',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  plus: 'M8 3v10M3 8h10',
  cross: 'M4 4l8 8M12 4l-8 8',
  back: 'M10 3L5 8l5 5',
  sun: 'M8 5a3 3 0 100 6 3 3 0 000-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13.5 9.5A6 6 0 016.5 2.5a6 6 0 107 7z',
  screen: 'M2 3h12v8H2zM6 14h4M8 11v3',
  key: 'M10.5 2a3.5 3.5 0 11-2.6 5.8L3 12.7V14H1.5v-2.5L7.2 6.4A3.5 3.5 0 0110.5 2z',
  warning: 'M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11.5v.6',
  check: 'M3 8.5l3.2 3L13 4.5',
};

/** A small picture that says nothing to screen readers. */
export const icon = (name) => {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  const attributes = { viewBox: '0 0 16 16', class: `icon icon-${name}`, 'aria-hidden': 'true', focusable: 'false' };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
};

/** A button with a picture, named by its text for those who do not see it. */
export const iconButton = (name, label, onclick, properties = {}) =>
  h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, ...properties }, icon(name));

/** Says a sentence to screen readers. */
export const announce = (text) => {
  const region = document.getElementById('announcements');
  if (region) region.textContent = text;
};

/** Puts a text on the clipboard, also where the page is not served securely. */
export const copy = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h('textarea', { value: text, class: 'unseen' });
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
};

/** A button that copies what `text()` answers, and says so. */
export const copyButton = (label, text, properties = {}) => {
  const words = h('span', {}, label);
  const button = h('button', { type: 'button', class: 'quiet', ...properties }, icon('copy'), words);
  button.addEventListener('click', async () => {
    const wanted = await text();
    if (wanted === null) return;
    await copy(wanted);
    words.textContent = 'Copied';
    announce('Copied');
    setTimeout(() => (words.textContent = label), 1500);
  });
  return button;
};

/** A size in words. */
export const size = (bytes) => {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
};

/** A time in words, from milliseconds. */
export const time = (ms) => {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
};
