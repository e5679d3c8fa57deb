// The forms: arguments of every kind, what is missing, answers, logs, model calls, and how all of it is reached and seen.
import { answered, choose, enter, picture, press, run, textOf, waitForText } from './browser.mjs';
import { shown } from './graphiql.mjs';

/** A function with an argument of each kind. */
export const everyKind = async (page, seen, { raw }) => {
  await choose(page, 'query/describe');
  seen.described = await textOf(page, '.function-view');
  await page.click('#run');
  await page.waitForSelector('.problem:not([hidden])');
  const problems = () => page.$$eval('.field.wrong', (fields) => fields.map((field) => field.dataset.path));
  seen.missing = await problems();
  seen.focused = await page.evaluate(() => document.activeElement.id);
  seen.explained = await page.$eval('.field.wrong .problem', (problem) => problem.textContent);
  seen.sent = await page.$('.answer') !== null;

  await enter(page, 'text', 'a "text"');
  await page.keyboard.press('Enter');
  await page.keyboard.type('of two lines');
  await enter(page, 'count', '-7');
  await enter(page, 'serial', '18446744073709551615');
  await enter(page, 'ratio', '0.5');
  await page.select('#argument-flag', 'true');
  await enter(page, 'at', '2026-01-31T09:05:07Z');
  for (const [index, word] of ['one', 'two', 'three'].entries()) {
    await press(page, 'words', 'Add item');
    await enter(page, `words-${index}`, word);
  }
  await page.click('[aria-label="Remove item 2"]');
  for (const [index, [key, value]] of [['b', '2'], ['a', '1']].entries()) {
    await press(page, 'scores', 'Add entry');
    await enter(page, `scores-${index}-key`, key);
    await enter(page, `scores-${index}-value`, value);
  }
  await enter(page, 'seat-row', '3');
  await enter(page, 'seat-label', 'aisle');
  await press(page, 'seat.tags', 'Add item');
  await enter(page, 'seat-tags-0', 'x');
  await press(page, 'seat.next', 'Fill in');
  await enter(page, 'seat-next-row', '4');
  await enter(page, 'seat-next-label', 'window');
  await enter(page, 'raw', raw);
  await picture(page, 'form');
  seen.every = await run(page);
  seen.wrongAfter = await problems();

  await page.select('.field[data-path="note"] .state', 'given');
  await enter(page, 'note', '');
  seen.emptyNote = (await run(page)).value;
  await page.select('.field[data-path="note"] .state', 'null');
  seen.nullNote = (await run(page)).value;
  // The command does the same.
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: { writeText: (text) => (window.copied = text) }, configurable: true }));
  await page.click('#curl');
  await page.waitForFunction(() => window.copied);
  seen.command = await page.evaluate(() => window.copied);

  // Where it was left, with what was entered.
  await choose(page, 'query/echoSerial');
  await enter(page, 'serial', '18446744073709551615');
  seen.serial = (await run(page)).value;
  await choose(page, 'query/describe');
  seen.remembered = await page.$eval('#argument-seat-next-label', (box) => box.value);
  seen.address = await page.evaluate(() => location.hash);
  await page.reload();
  await page.waitForFunction(() => document.querySelector('.function-view')?.getAttribute('aria-label') === 'describe');
};

/** Results, logs, errors, and the calls of models. */
export const answers = async (page, seen) => {
  await choose(page, 'mutation/addSeat');
  await enter(page, 'seat-row', '5');
  seen.added = await run(page);
  await page.$$eval('.tab', (tabs) => tabs[1].click());
  seen.response = JSON.parse(await textOf(page, '.json'));
  await choose(page, 'query/complain');
  seen.complained = await run(page);
  await choose(page, 'query/ask');
  await enter(page, 'prompt', 'Why?');
  seen.asked = await run(page);
  await page.waitForSelector('.record .conversation');
  seen.call = await page.$eval('.record', (record) => record.textContent);
  await picture(page, 'desktop-light');
  await page.click('a[data-view="calls"]');
  await page.waitForSelector('.calls .line');
  seen.table = await page.$$eval('.calls .line', (lines) => lines.map((line) => line.textContent));
  await page.click('.calls .line .link');
  await page.waitForSelector('.more:not([hidden]) .conversation');
  seen.opened = await page.$eval('.more .conversation', (conversation) => conversation.textContent);
  await picture(page, 'calls-light');
  await page.type('#filter-model', 'another');
  await page.keyboard.press('Enter');
  await waitForText(page, '.calls-view', 'No model call fits');
  await page.click('a[data-view="functions"]');
  await choose(page, 'query/ask');
  await page.$$eval('.actions button', (buttons) => buttons.at(-1).click());
  seen.graphiql = await shown(page);
  await page.goBack();
};

/** From the address to an answer without a mouse. */
export const keyboard = async (page, seen, url) => {
  await page.goto('about:blank');
  await page.goto(`${url}/explorer/`);
  await page.waitForSelector('.function-view');
  await page.keyboard.press('/');
  await page.keyboard.type('greet');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash === '#/functions/query/greet');
  seen.heading = await page.evaluate(() => document.activeElement.textContent);
  for (let step = 0; step < 3 && (await page.evaluate(() => document.activeElement.id)) !== 'argument-name'; step += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('Ada');
  for (let step = 0; step < 3 && (await page.evaluate(() => document.activeElement.id)) !== 'argument-times'; step += 1) await page.keyboard.press('Tab');
  seen.usual = await page.evaluate(() => document.activeElement.placeholder);
  await page.keyboard.type('1');
  await page.keyboard.down('Control');
  await page.keyboard.press('Enter');
  await page.keyboard.up('Control');
  seen.greeted = await answered(page);
  seen.announced = await textOf(page, '#announcements');
  // Whatever can be used has a name.
  seen.nameless = await page.$$eval('button, a, input, select, textarea', (elements) =>
    elements.filter((element) => !(element.labels?.length || element.getAttribute('aria-label') || element.textContent.trim())).map((element) => element.outerHTML));
};

const isWide = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** Light, dark and narrow. */
export const looks = async (page, seen, url) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  const dark = await ground();
  await page.click('#theme');
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
  seen.grounds = [light, dark, await ground()];
  await page.click('#theme');
  await page.reload();
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await choose(page, 'query/ask');
  await enter(page, 'prompt', 'Why?');
  await run(page);
  await page.waitForSelector('.record .conversation');
  await picture(page, 'desktop-dark');

  await page.setViewport({ width: 400, height: 800 });
  seen.sideways = [];
  for (const place of ['', '#/functions/query/describe', '#/functions/query/ask', '#/calls', '#/graphiql']) {
    await page.goto('about:blank');
    await page.goto(`${url}/explorer/${place}`);
    await page.waitForSelector(place.includes('query') ? '.function-view' : 'a.function, .calls .line, .graphiql-query-editor .CodeMirror');
    if (await isWide(page)) seen.sideways.push(place);
    await picture(page, `narrow${place.replace(/\W+/g, '-')}`);
  }
  await page.goto(`${url}/explorer/#/functions/query/ask`);
  await enter(page, 'prompt', 'Why?');
  await run(page);
  await page.waitForSelector('.record .conversation');
  if (await isWide(page)) seen.sideways.push('answer');
  await picture(page, 'narrow-answer');
  await page.click('.back-link');
  await page.waitForFunction(() => document.querySelector('.sidebar').offsetHeight > 0 && !document.querySelector('.detail').offsetHeight);
};
