// Subscribes with the graphql-sse client; prints the results as a JSON list.
//
//     node sse.mjs URL REQUEST
import { createClient } from 'graphql-sse';

const [url, request] = process.argv.slice(2);
const client = createClient({ url, retryAttempts: 0 });
const results = [];
for await (const result of client.iterate(JSON.parse(request))) {
  results.push(result);
}
client.dispose();
console.log(JSON.stringify(results));
