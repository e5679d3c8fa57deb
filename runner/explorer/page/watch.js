// What becomes of the app while its author works on it: it is built again, or cannot be built.
import { announce, fill, h, icon, iconButton } from './dom.js';
import { status } from './client.js';

/** Time between two questions while the page is seen, in milliseconds. */
const EVERY = 2000;
/** How long it is said that the app is another one. */
const SAID = 8000;
/** Findings that are shown before all are asked for. */
const FIRST = 5;

const placeOf = ({ file, line, column }) => [file, line, column].filter((part) => part !== undefined).join(':');

const findingElement = (finding) =>
  h('li', { class: `finding ${finding.severity}` },
    h('div', { class: 'finding-head' },
      placeOf(finding) && h('code', { class: 'place' }, placeOf(finding)),
      h('span', { class: 'finding-code' }, `${finding.severity} ${finding.code}`)),
    h('p', {}, finding.message),
    finding.help && h('p', { class: 'help' }, finding.help));

const findingList = (findings) => {
  const list = h('ul', { class: 'findings' }, findings.slice(0, FIRST).map(findingElement));
  const rest = findings.slice(FIRST);
  if (!rest.length) return [list];
  const all = h('button', { type: 'button', class: 'quiet' }, `Show ${rest.length} more`);
  all.addEventListener('click', () => (list.append(...rest.map(findingElement)), all.remove()));
  return [list, all];
};

/** The banners. `onload` is called when another app is served than before, and told what is known of it. */
export const createWatch = (onload) => {
  const broken = h('div', { class: 'banner-place', role: 'alert' });
  const said = h('div', { class: 'banner-place', role: 'status' });
  let before = null;
  let shownReport = null;
  let dismissed = null;
  let lost = false;
  let timer = 0;

  const say = (text, kind, ...more) => {
    clearTimeout(timer);
    const close = iconButton('cross', 'Dismiss', () => fill(said));
    fill(said, h('div', { class: `banner ${kind}` }, icon(kind === 'fine' ? 'check' : 'warning'), h('span', { class: 'banner-text' }, text, ...more), close));
    announce(text);
    if (kind === 'fine') timer = setTimeout(() => fill(said), SAID);
  };

  const showReport = (report) => {
    const text = JSON.stringify(report ?? null);
    if (text === shownReport) return;
    shownReport = text;
    const findings = (report?.findings ?? []).filter(({ severity }) => severity !== 'note');
    const isFailed = report?.state === 'failed';
    // While it is being built, what was found before is still all that is known.
    if (report?.state === 'building') return;
    if (!findings.length && !isFailed) return void fill(broken);
    if (dismissed === text) return;
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const count = (number, word) => `${number} ${word}${number === 1 ? '' : 's'}`;
    const title = isFailed
      ? `The app could not be built: ${count(errors, 'error')}. What was built before goes on.`
      : `The app was built with ${count(findings.length, 'warning')}.`;
    const dismiss = () => ((dismissed = text), fill(broken));
    fill(broken, h('div', { class: `banner ${isFailed ? 'faulty' : 'warning'}`, id: 'build' },
      icon('warning'),
      h('details', { class: 'banner-text', open: isFailed }, h('summary', {}, title), findingList(findings)),
      iconButton('cross', 'Dismiss', dismiss)));
  };

  const look = async () => {
    let now;
    try {
      now = await status();
    } catch {
      if (!lost && before) say('The server does not answer. It is asked again until it does.', 'warning');
      lost = true;
      return true;
    }
    if (lost && before && now.loaded === before.loaded) fill(said);
    lost = false;
    if (!now.development) return false;
    if (before && now.loaded !== before.loaded) {
      say(now.build === before.build ? 'The app was loaded again.' : 'The app was rebuilt: these are its functions now.', 'fine');
      onload(now);
    }
    before = now;
    showReport(now.report);
    return true;
  };

  const watch = async () => {
    while (await look()) {
      await new Promise((done) => setTimeout(done, EVERY));
      // A page that nobody sees asks nothing.
      while (document.visibilityState === 'hidden') {
        await new Promise((done) => document.addEventListener('visibilitychange', done, { once: true }));
      }
    }
  };
  return { element: h('div', { class: 'banners' }, broken, said), watch };
};
