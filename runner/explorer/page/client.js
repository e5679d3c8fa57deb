// What the page asks the server: nothing else is asked by it, and no other server.
import { INTROSPECTION, readSchema } from './schema.js';

const authorized = (token) => (token ? { Authorization: `Bearer ${token}` } : {});

const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Posts an operation; the answer as text: {ok, status, reason, type, text, bytes, ms}. */
export const send = async (path, body, token, signal) => {
  const headers = {
    'Content-Type': 'application/json',
    Accept: 'application/graphql-response+json, application/json',
    'X-Time-Zone': timeZone(),
    ...authorized(token),
  };
  const started = performance.now();
  const response = await fetch(path, { method: 'POST', headers, body, signal });
  const content = await response.arrayBuffer();
  const ms = performance.now() - started;
  const { ok, status, statusText: reason } = response;
  const type = response.headers.get('Content-Type') ?? '';
  return { ok, status, reason, type, text: new TextDecoder().decode(content), bytes: content.byteLength, ms };
};

/** The schema of an endpoint. Throws an Error with a `hint` where it cannot be had. */
export const schemaOf = async (path, token) => {
  const answer = await send(path, JSON.stringify({ query: INTROSPECTION }), token);
  const failed = (message, hint) => Object.assign(new Error(message), { hint, status: answer.status });
  if (answer.status === 401) throw failed('This endpoint wants a bearer token.', 'Enter one at the top of the page.');
  if (!/json/.test(answer.type)) throw failed(`${answer.status} ${answer.reason}: ${answer.text.trim()}`);
  const { data, errors } = JSON.parse(answer.text);
  if (data?.__schema) return readSchema(data.__schema);
  const hint = 'Outside development the schema is told only where the runner was started with --introspection true. GraphiQL works without it.';
  throw failed(errors?.[0]?.message ?? 'The endpoint does not tell its schema.', hint);
};

const json = async (path, token) => {
  const response = await fetch(path, { headers: authorized(token), cache: 'no-store' });
  if (response.ok) return response.json();
  const text = (await response.text()).trim();
  throw Object.assign(new Error(text), { status: response.status });
};

/** [{name, path}] */
export const endpoints = () => json('api/endpoints');

/** {development, loaded, build, report}: which app is served, and what became of the last build. */
export const status = () => json('api/status');

/** Records of model calls, the newest first; `wanted` has limit, after, function, model. */
export const modelCalls = (wanted, token) => {
  const given = Object.entries(wanted).filter(([, value]) => value);
  return json(`api/inferences?${new URLSearchParams(given)}`, token);
};
