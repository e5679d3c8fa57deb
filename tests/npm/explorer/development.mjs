// An app is worked on while its page is open.
import { readFileSync, writeFileSync } from 'node:fs';
import { choose, enter, picture, run, textOf, waitForText } from './browser.mjs';

/** `file` is the source; `before`, `after` and `mistake` are texts in it, one for the other. */
export const rebuilt = async (page, seen, { file, before, after, mistake }) => {
  // The guests' compilers take their time.
  page.setDefaultTimeout(180_000);
  const edit = (from, to) => {
    const text = readFileSync(file, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    writeFileSync(file, text.replace(from, to));
  };
  await choose(page, 'query/sayHello');
  await page.select('.field[data-path="name"] .state', 'given').catch(() => {});
  await enter(page, 'name', 'you');
  seen.first = (await run(page)).value;

  edit(before, after);
  await waitForText(page, '.banner.fine', 'rebuilt');
  seen.notice = await textOf(page, '.banner.fine');
  await page.waitForSelector('a[data-key="query/sayMore"]');
  // What was entered is still there.
  seen.kept = await page.$eval('#argument-name', (box) => box.value);
  seen.second = (await run(page)).value;

  edit(after, mistake);
  await page.waitForSelector('#build.faulty');
  seen.banner = await textOf(page, '#build');
  await picture(page, 'broken');
  seen.meanwhile = (await run(page)).value;

  edit(mistake, before);
  await page.waitForFunction(() => !document.querySelector('#build'));
  await page.waitForFunction(() => !document.querySelector('a[data-key="query/sayMore"]'));
  seen.mended = (await run(page)).value;
};
