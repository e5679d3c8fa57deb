// A headless Chromium on the explorer's page, and what goes wrong there.
import puppeteer from 'puppeteer-core';

/** Opens a page and does `act(page, seen)` there; answers `seen`, with what went wrong in `failed`. */
export const visit = async (url, act) => {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await puppeteer.launch({ executablePath, timeout: 120_000, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  const seen = { outside: [], console: [], violations: [], wire: {}, authorization: null };
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.setViewport({ width: 1280, height: 900 });
    page.on('request', (request) => {
      const address = request.url();
      if (!address.startsWith(`${url}/`) && !address.startsWith('data:')) seen.outside.push(address);
      if (request.method() === 'POST') seen.authorization = request.headers().authorization ?? null;
    });
    page.on('response', (response) => {
      const [, name] = response.url().match(/\/explorer\/(?:assets\/)?([^/?]*)$/) ?? [];
      if (name !== undefined) seen.wire[name] = Number(response.headers()['content-length'] ?? 0);
    });
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) seen.console.push(message.text());
    });
    page.on('pageerror', (error) => seen.console.push(String(error)));
    await page.exposeFunction('violated', (directive, blocked) => seen.violations.push(`${directive}: ${blocked}`));
    await page.evaluateOnNewDocument(() => {
      addEventListener('securitypolicyviolation', (event) => violated(event.violatedDirective, event.blockedURI));
    });
    await act(page, seen);
  } catch (error) {
    seen.failed = String(error.stack ?? error);
  } finally {
    await browser.close();
  }
  return seen;
};

/** The text of an element, once it is there. */
export const textOf = async (page, selector) => {
  await page.waitForSelector(selector);
  return page.$eval(selector, (element) => element.textContent);
};

/** Waits until an element's text has a part. */
export const waitForText = (page, selector, part) =>
  page.waitForFunction((selector, part) => document.querySelector(selector)?.textContent.includes(part), {}, selector, part);

/** Chooses a function in the list. */
export const choose = async (page, key) => {
  await page.waitForSelector(`a[data-key="${key}"]`);
  await page.$eval(`a[data-key="${key}"]`, (link) => link.click());
  const name = key.split('/')[1];
  await page.waitForFunction((name) => document.querySelector('.function-view')?.getAttribute('aria-label') === name, {}, name);
};

/** Writes into the box of an argument, such as `seat-row`, in place of what is there. */
export const enter = async (page, argument, text) => {
  const box = await page.waitForSelector(`#argument-${argument}`);
  await box.click({ count: 3 });
  await page.keyboard.press('Backspace');
  await box.type(text);
};

/** Clicks the button with this text inside an argument's field. */
export const press = (page, argument, label) =>
  page.$eval(`.field[data-path="${argument}"]`, (field, label) => {
    [...field.querySelectorAll('button')].find((button) => button.textContent.includes(label)).click();
  }, label);

/** Runs the function, and answers what is shown. */
export const run = async (page) => {
  await page.$eval('.answer-place', (place) => place.replaceChildren());
  await page.click('#run');
  return answered(page);
};

/** What is shown of an answer: status line, value as text, messages of the log, errors. */
export const answered = async (page) => {
  await page.waitForSelector('.answer .facts');
  await page.waitForFunction(() => document.querySelector('.answer-place').getAttribute('aria-busy') === 'false');
  return page.$eval('.answer', (answer) => {
    const texts = (selector) => [...answer.querySelectorAll(selector)].map((element) => element.textContent);
    return { facts: answer.querySelector('.facts').textContent, value: texts('.json')[0] ?? null, logs: texts('.log'), errors: texts('.errors li') };
  });
};

/** A picture for somebody to look at, where one is asked for. */
export const picture = async (page, name) => {
  const folder = process.env.EXPLORER_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
};
