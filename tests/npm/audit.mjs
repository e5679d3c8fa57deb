// The server audits of graphql-http against the URL in {"url"} on standard input; prints one JSON object: results by kind,
// failures with their reasons.
import { readFileSync } from 'node:fs';
import { serverAudits } from 'graphql-http';

const { url } = JSON.parse(readFileSync(0, 'utf8'));
const kinds = {};
const failures = [];
for (const audit of serverAudits({ url })) {
  const result = await audit.fn();
  const kind = audit.name.split(' ')[0];
  kinds[kind] ??= { passed: 0, of: 0 };
  kinds[kind].of += 1;
  if (result.status === 'ok') {
    kinds[kind].passed += 1;
  } else {
    failures.push({ id: audit.id, name: audit.name, reason: result.reason });
  }
}
console.log(JSON.stringify({ kinds, failures }));
