// GraphiQL: docs, queries, errors, completion, the token, and a subscription.

const editor = (page, selector, text) =>
  page.$eval(selector, (element, text) => (text === null ? element.CodeMirror.getValue() : element.CodeMirror.setValue(text)), text);

const run = async (page, text) => {
  if (text !== null) await editor(page, '.graphiql-query-editor .CodeMirror', text);
  await editor(page, '.result-window .CodeMirror', '');
  await page.click('.graphiql-execute-button');
  await page.waitForFunction(() => document.querySelector('.result-window .CodeMirror').CodeMirror.getValue().includes('}'));
  return JSON.parse(await editor(page, '.result-window .CodeMirror', null));
};

const open = async (page) => {
  await page.click('a[data-view="graphiql"]');
  await page.waitForSelector('.graphiql-query-editor .CodeMirror');
};

/** A query, which is answered with what the endpoint says. */
export const ask = async (page, query) => {
  await open(page);
  return run(page, query);
};

/** What was opened from a form. */
export const shown = async (page) => {
  await page.waitForFunction(() => document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror.getValue().startsWith('query'));
  const query = await editor(page, '.graphiql-query-editor .CodeMirror', null);
  return { query, answer: await run(page, null) };
};

export const everything = async (page, seen, { query, fault, token }) => {
  await open(page);
  await page.click('button[aria-label="Show Documentation Explorer"]');
  await page.waitForSelector('.graphiql-doc-explorer-content a');
  await page.evaluate(() => {
    [...document.querySelectorAll('.graphiql-doc-explorer-content a')].find((link) => link.textContent === 'Query').click();
  });
  await page.waitForFunction(() => document.querySelector('.graphiql-doc-explorer-title')?.textContent === 'Query');
  seen.docs = await page.$eval('.graphiql-doc-explorer-content', (element) => element.textContent);

  seen.answer = await run(page, query);
  seen.fault = await run(page, fault);

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
  await run(page, query);
  seen.kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));

  // A stream of events, as an endpoint would send it.
  await page.setRequestInterception(true);
  const answer = (request) => {
    if (request.headers().accept !== 'text/event-stream') return request.continue();
    const next = 'event: next\ndata: {"data":{"agentEvent":{"name":"seen"}}}\n\n';
    request.respond({ contentType: 'text/event-stream', body: `:\n${next}event: complete\ndata: \n\n` });
  };
  page.on('request', answer);
  seen.event = await run(page, 'subscription { agentEvent(agentId: "a") { name } }');
  page.off('request', answer);
  await page.setRequestInterception(false);
};
