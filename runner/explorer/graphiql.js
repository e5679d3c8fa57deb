// GraphiQL, in a file of its own that is only loaded when its view is opened.
import { createElement as h, useCallback } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import 'graphiql/graphiql.css';
import './styles/graphiql.css';
import { createFetcher } from './fetcher.js';

const WELCOME = `# Functions of the app are fields. Ctrl-Space completes, Ctrl-Enter runs;
# the book at the left lists everything there is.
`;

/** A generation more, and the schema is asked for again. What `opened` has is shown in place of what was edited last. */
const Page = ({ path, token, theme, generation, opened }) => {
  const fetcher = useCallback((...of) => createFetcher(path, () => token)(...of), [path, token, generation]);
  const options = {
    fetcher,
    defaultQuery: WELCOME,
    forcedTheme: theme,
    shouldPersistHeaders: false,
    // modusc makes valid schemas; an app without queries would be refused otherwise.
    dangerouslyAssumeSchemaIsValid: true,
    ...(opened ? { query: opened.query, variables: opened.variables } : {}),
  };
  return h(GraphiQL, { key: path, ...options }, h(GraphiQL.Logo, null, ' '));
};

const styles = () =>
  new Promise((done, failed) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: 'assets/graphiql.css', onload: done, onerror: failed });
    document.head.append(link);
  });

/** Puts GraphiQL into an element; `update` changes its properties, `open` shows a document. */
export const mount = (element, properties) => {
  const root = createRoot(element);
  let now = properties;
  const render = () => root.render(h(Page, now));
  const update = (changes) => {
    // At another endpoint it begins anew: with what was edited there, not with what was opened here.
    const opened = 'path' in changes && changes.path !== now.path ? null : now.opened;
    now = { ...now, opened, ...changes };
    render();
  };
  const open = (opened) => {
    // The same document once more is shown again: what was opened before is forgotten first.
    flushSync(() => update({ opened: null }));
    update({ opened });
  };
  const ready = styles().then(render);
  return { update: (changes) => ready.then(() => update(changes)), open: (opened) => ready.then(() => open(opened)) };
};
