// The page: a bar with endpoint and token, and GraphiQL below.
import { createElement as h, useCallback, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import 'graphiql/graphiql.css';
import './page.css';
import { createFetcher } from './fetcher.js';

const WELCOME = `# Functions of the app are fields. Ctrl-Space completes, Ctrl-Enter runs;
# the book at the left lists everything there is.
`;
const TOKEN = 'modus:token';
const ENDPOINT = 'modus:endpoint';

const Page = () => {
  const [endpoints, setEndpoints] = useState(null);
  const [path, setPath] = useState('');
  const [token, setToken] = useState(sessionStorage.getItem(TOKEN) ?? '');
  const [used, setUsed] = useState(token);
  useEffect(() => {
    const load = async () => {
      const list = await (await fetch('api/endpoints')).json();
      const last = sessionStorage.getItem(ENDPOINT);
      setPath((list.find((endpoint) => endpoint.path === last) ?? list[0])?.path ?? '');
      setEndpoints(list);
    };
    load().catch((error) => setEndpoints(error));
  }, []);
  const choose = (event) => {
    sessionStorage.setItem(ENDPOINT, event.target.value);
    setPath(event.target.value);
  };
  // Kept for this tab only. The schema is asked for again when the field is left.
  const apply = () => {
    sessionStorage.setItem(TOKEN, token);
    setUsed(token);
  };
  const fetcher = useCallback((...of) => createFetcher(path, () => used)(...of), [path, used]);
  const bar = h(
    'form',
    { className: 'bar', onSubmit: (event) => (event.preventDefault(), apply()) },
    h('strong', null, 'Modus API Explorer'),
    h('label', null, 'Endpoint ',
      h('select', { id: 'endpoint', value: path, onChange: choose },
        Array.isArray(endpoints) &&
          endpoints.map(({ name, path }) => h('option', { key: name, value: path }, `${name} (${path})`)))),
    h('label', null, 'Token ',
      h('input', {
        id: 'token', type: 'password', value: token, placeholder: 'bearer token', autoComplete: 'off', spellCheck: false,
        onChange: (event) => setToken(event.target.value.trim()), onBlur: apply,
      })),
  );
  return h('div', { className: 'page' }, bar, below(endpoints, path, fetcher));
};

const below = (endpoints, path, fetcher) => {
  if (endpoints === null) return h('p', null, 'Loading…');
  if (!Array.isArray(endpoints)) return h('p', { role: 'alert' }, `The endpoints cannot be listed: ${endpoints.message}`);
  if (!path) return h('p', { role: 'alert' }, 'The manifest has no endpoints: add one to modus.json.');
  // modusc makes valid schemas; an app without queries would be refused otherwise.
  const options = { fetcher, defaultQuery: WELCOME, shouldPersistHeaders: false, dangerouslyAssumeSchemaIsValid: true };
  return h(GraphiQL, { key: path, ...options }, h(GraphiQL.Logo, null, ' '));
};

createRoot(document.getElementById('root')).render(h(Page));
