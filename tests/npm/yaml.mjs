// Reads texts of YAML from standard input and answers what is wrong with each, and the documents in it: [{problems, documents}].
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const read = (text) => {
  const documents = parseAllDocuments(text, { strict: true, uniqueKeys: true });
  const problems = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings].map(({ message }) => message));
  return { problems, documents: problems.length ? [] : documents.map((document) => document.toJS()) };
};

console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(read)));
