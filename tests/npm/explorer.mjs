// Uses the explorer of the runner that standard input names ({url, query, fault, token}) in a headless Chromium, and
// answers what a reader would see there, and what went wrong. Without a fault to try, only the query is run.
import { readFileSync } from 'node:fs';
import puppeteer from 'puppeteer-core';

const { url, query, fault, token } = JSON.parse(readFileSync(0, 'utf8'));
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const seen = { outside: [], console: [], violations: [], bytes: 0, authorization: null };
const page = await browser.newPage();
page.setDefaultTimeout(20000);
const editor = (selector, text) =>
  page.$eval(selector, (element, text) => (text === null ? element.CodeMirror.getValue() : element.CodeMirror.setValue(text)), text);
const run = async (text) => {
  await editor('.graphiql-query-editor .CodeMirror', text);
  await editor('.result-window .CodeMirror', '');
  await page.click('.graphiql-execute-button');
  await page.waitForFunction(() => document.querySelector('.result-window .CodeMirror').CodeMirror.getValue().includes('}'));
  return JSON.parse(await editor('.result-window .CodeMirror', null));
};

async function everything() {
  await page.click('button[aria-label="Show Documentation Explorer"]');
  await page.waitForSelector('.graphiql-doc-explorer-content a');
  await page.evaluate(() => {
    [...document.querySelectorAll('.graphiql-doc-explorer-content a')].find((link) => link.textContent === 'Query').click();
  });
  await page.waitForFunction(() => document.querySelector('.graphiql-doc-explorer-title')?.textContent === 'Query');
  seen.docs = await page.$eval('.graphiql-doc-explorer-content', (element) => element.textContent);

  seen.answer = await run(query);
  seen.fault = await run(fault);

  // What opens over the page brings styles of its own.
  await page.click('button[aria-label="Open settings dialog"]');
  await page.waitForSelector('.graphiql-dialog');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !document.querySelector('.graphiql-dialog'));
  await page.click('.graphiql-query-editor .CodeMirror');
  await page.keyboard.down('Control');
  await page.keyboard.press('Space');
  await page.keyboard.up('Control');
  await page.waitForSelector('.CodeMirror-hints');
  await page.keyboard.press('Escape');

  await page.type('#token', token);
  await page.keyboard.press('Enter');
  await run(query);
  seen.kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });

  // A stream of events, as an endpoint would send it.
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (request.headers().accept !== 'text/event-stream') return request.continue();
    const next = 'event: next\ndata: {"data":{"agentEvent":{"name":"seen"}}}\n\n';
    request.respond({ contentType: 'text/event-stream', body: `:\n${next}event: complete\ndata: \n\n` });
  });
  seen.event = await run('subscription { agentEvent(agentId: "a") { name } }');
}

try {
  await page.setViewport({ width: 1280, height: 900 });
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(`${url}/`) && !address.startsWith('data:')) seen.outside.push(address);
    if (request.method() === 'POST') seen.authorization = request.headers().authorization ?? null;
  });
  page.on('response', async (response) => {
    if (response.url().includes('/explorer/')) seen.bytes += Number(response.headers()['content-length'] ?? 0);
  });
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) seen.console.push(message.text());
  });
  page.on('pageerror', (error) => seen.console.push(String(error)));

  await page.exposeFunction('violated', (directive, blocked) => seen.violations.push(`${directive}: ${blocked}`));
  await page.evaluateOnNewDocument(() => {
    addEventListener('securitypolicyviolation', (event) => violated(event.violatedDirective, event.blockedURI));
  });

  // From the server's address to the page, as somebody who types it in.
  await page.goto(`${url}/`);
  seen.address = page.url();
  await page.waitForSelector('.graphiql-query-editor .CodeMirror');
  seen.endpoints = await page.$$eval('#endpoint option', (options) => options.map((option) => option.value));

  if (fault) await everything();
  else seen.answer = await run(query);
} catch (error) {
  seen.failed = String(error);
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
