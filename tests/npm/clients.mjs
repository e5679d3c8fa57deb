// Asks as Apollo Client and urql do, with persisted queries by GET and without; prints what each was answered as JSON.
// Reads {"url", "name"} on standard input.
import { readFileSync } from 'node:fs';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { createHash } from 'node:crypto';

const { url, name } = JSON.parse(readFileSync(0, 'utf8'));
// Each client has a document of its own, which nobody else has made known.
const textOf = (client) => `query ${client.replaceAll(' ', '')}($name: String) { sayHello(name: $name) }`;
const wrong = '{ sayHello(name: {first: "Ada"}) }';
const sha256 = (query) => createHash('sha256').update(query).digest('hex');

// Every request that a client makes: its method, whether it has a document, and how it was answered.
const requests = [];
const noted = (client) => async (input, init) => {
  const response = await fetch(input, init);
  const query = init.method === 'GET' ? new URL(input).searchParams.has('query') : JSON.parse(init.body).query !== undefined;
  requests.push({ client, method: init.method, query, status: response.status, redirected: response.redirected });
  return response;
};

const apollo = async (client, ...links) => {
  const http = new HttpLink({ uri: url, fetch: noted(client) });
  const app = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([...links, http]) });
  const ask = (options) => app.query({ fetchPolicy: 'no-cache', ...options }).then(
    (result) => result.data,
    (error) => error.message,
  );
  const query = gql(textOf(client));
  return {
    answers: [await ask({ query, variables: { name } }), await ask({ query, variables: { name } })],
    wrong: await ask({ query: gql(wrong) }),
  };
};

const urql = async (client, options, ...exchanges) => {
  const all = [...exchanges, fetchExchange];
  const app = new Client({ url, fetch: noted(client), requestPolicy: 'network-only', exchanges: all, ...options });
  const ask = async (query, variables) => {
    const { data, error } = await app.query(query, variables).toPromise();
    return data ?? error.message;
  };
  const text = textOf(client);
  return { answers: [await ask(text, { name }), await ask(text, { name })], wrong: await ask(wrong, {}) };
};

const results = {
  apollo: await apollo('apollo'),
  'apollo persisted': await apollo('apollo persisted', new PersistedQueryLink({ sha256, useGETForHashedQueries: true })),
  urql: await urql('urql', { preferGetMethod: false }),
  'urql by GET': await urql('urql by GET', { preferGetMethod: 'force' }),
  'urql persisted': await urql('urql persisted', { preferGetMethod: true }, persistedExchange({ preferGetForPersistedQueries: true })),
};
console.log(JSON.stringify({ results, requests }));
