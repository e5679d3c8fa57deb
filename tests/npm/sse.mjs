// Asks as the graphql-sse client does; prints the results as a JSON list. Reads {"url", "request"} on standard input.
import { readFileSync } from 'node:fs';
import { createClient } from 'graphql-sse';

const { url, request } = JSON.parse(readFileSync(0, 'utf8'));
const client = createClient({ url, retryAttempts: 0 });
const results = [];
for await (const result of client.iterate(request)) {
  results.push(result);
}
client.dispose();
console.log(JSON.stringify(results));
