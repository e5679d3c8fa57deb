// Sends operations to an endpoint: JSON for queries and mutations, server-sent events for subscriptions.
import { getOperationAST, parse } from 'graphql';

const isSubscription = ({ query, operationName }) => {
  try {
    return getOperationAST(parse(query), operationName ?? undefined)?.operation === 'subscription';
  } catch {
    return false; // the server tells what is wrong
  }
};

const refused = async (response) => {
  const text = (await response.text()).trim();
  const help = response.status === 401 ? ' Give a bearer token at the top of the page.' : '';
  return { errors: [{ message: `${response.status} ${response.statusText}: ${text}${help}` }] };
};

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value.replaceAll('\r\n', '\n');
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const lines = text.slice(0, end).split('\n');
        const of = (field) => lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length).trim());
        if (of('event:')[0] === 'complete') return;
        const data = of('data:').join('\n');
        if (data) yield JSON.parse(data);
      }
    }
  } finally {
    await reader.cancel();
  }
}

/** A fetcher for GraphiQL; `token()` answers the bearer token, or nothing. */
export const createFetcher = (url, token) => async (parameters, options) => {
  const subscribes = isSubscription(parameters);
  const headers = {
    'Content-Type': 'application/json',
    Accept: subscribes ? 'text/event-stream' : 'application/graphql-response+json, application/json',
    'X-Time-Zone': Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...(token() ? { Authorization: `Bearer ${token()}` } : {}),
    ...options?.headers,
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(parameters) });
  const type = response.headers.get('Content-Type') ?? '';
  if (type.startsWith('text/event-stream')) return events(response);
  return /json/.test(type) ? response.json() : refused(response);
};
