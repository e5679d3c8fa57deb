// Uses the explorer of the runner that standard input names in a headless Chromium, and answers what a reader would see there,
// and what went wrong: {url, scenario, …}. The scenarios are below.
import { readFileSync } from 'node:fs';
import { textOf, visit } from './explorer/browser.mjs';
import { rebuilt } from './explorer/development.mjs';
import * as functions from './explorer/functions.mjs';
import * as graphiql from './explorer/graphiql.mjs';

const wanted = JSON.parse(readFileSync(0, 'utf8'));
const { url } = wanted;

// From the server's address to the page, as somebody who types it in.
const enter = async (page, seen) => {
  await page.goto(`${url}/`);
  seen.address = page.url();
  await page.waitForSelector('a.function, .explained');
  seen.endpoints = await page.$$eval('#endpoint option', (options) => options.map((option) => option.value));
};

const SCENARIOS = {
  graphiql: async (page, seen) => {
    await enter(page, seen);
    seen.before = Object.keys(seen.wire);
    await graphiql.everything(page, seen, wanted);
  },
  closed: async (page, seen) => {
    await enter(page, seen);
    seen.explained = await textOf(page, '.explained');
    seen.answer = await graphiql.ask(page, wanted.query);
    await page.click('a[data-view="calls"]');
    seen.calls = await textOf(page, '.calls-view .empty');
  },
  functions: async (page, seen) => {
    await enter(page, seen);
    seen.list = await page.$$eval('a.function', (links) => links.map((link) => link.dataset.key));
    await functions.everyKind(page, seen, wanted);
    await functions.answers(page, seen);
  },
  looks: async (page, seen) => {
    await enter(page, seen);
    await functions.looks(page, seen, url);
  },
  keyboard: async (page, seen) => functions.keyboard(page, seen, url),
  development: async (page, seen) => {
    await enter(page, seen);
    await rebuilt(page, seen, wanted);
  },
};

console.log(JSON.stringify(await visit(url, SCENARIOS[wanted.scenario])));
