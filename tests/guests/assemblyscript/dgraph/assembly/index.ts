// Queries, mutations and schemas of Dgraph, through the SDK's dgraph module.

import { dgraph } from "@hypermode/modus-sdk-as";

/** What the server answered. */
class Answer {
  json: string = "";
  uids: Map<string, string> | null = null;
}

function answer(response: dgraph.Response): Answer {
  const result = new Answer();
  result.json = response.Json;
  result.uids = response.Uids;
  return result;
}

function queryOf(text: string, names: string[], values: string[]): dgraph.Query {
  const query = new dgraph.Query(text);
  for (let i = 0; i < names.length; i++) query.withVariable(names[i], values[i]);
  return query;
}

/** Adds to the schema. */
export function schema(connection: string, schema: string): string {
  return dgraph.alterSchema(connection, schema);
}

/** Drops a predicate. */
export function dropAttr(connection: string, attr: string): string {
  return dgraph.dropAttr(connection, attr);
}

/** Drops everything. */
export function dropAll(connection: string): string {
  return dgraph.dropAll(connection);
}

/** Runs a query with variables that are texts. */
export function query(connection: string, query: string, names: string[], values: string[]): Answer {
  return answer(dgraph.executeQuery(connection, queryOf(query, names, values)));
}

/** Runs a query with a variable of each type. */
export function typed(connection: string, query: string): Answer {
  const variables = new dgraph.Variables();
  variables.set("$text", "Ann \"A\"");
  variables.set<i64>("$integer", -7);
  variables.set("$float", 1.5);
  variables.set("$flag", true);
  variables.set<f32[]>("$vector", [0.5, -1, 2]);
  return answer(dgraph.executeQuery(connection, new dgraph.Query(query, variables)));
}

/** Runs one mutation. */
export function write(connection: string, setJson: string, delJson: string, setNquads: string, delNquads: string): Answer {
  const mutation = new dgraph.Mutation(setJson, delJson, setNquads, delNquads);
  return answer(dgraph.executeMutations(connection, mutation));
}

/** Runs two mutations as one transaction. */
export function pair(connection: string, first: string, second: string): Answer {
  const mutations = [new dgraph.Mutation().withSetNquads(first), new dgraph.Mutation().withSetNquads(second)];
  return answer(dgraph.executeMutations(connection, mutations[0], mutations[1]));
}

/** Runs a query and a mutation that depends on it. */
export function both(
  connection: string,
  query: string,
  names: string[],
  values: string[],
  setNquads: string,
  delNquads: string,
  condition: string,
): Answer {
  const mutation = new dgraph.Mutation().withSetNquads(setNquads).withDelNquads(delNquads).withCondition(condition);
  return answer(dgraph.executeQuery(connection, queryOf(query, names, values), mutation));
}

/** The same by the call of older SDKs, with JSON. */
export function older(connection: string, query: string, setJson: string, delJson: string): Answer {
  const mutations: dgraph.Mutation[] = [];
  if (setJson != "" || delJson != "") mutations.push(new dgraph.Mutation().withSetJson(setJson).withDelJson(delJson));
  const request = query == "" ? new dgraph.Request(null, mutations) : new dgraph.Request(new dgraph.Query(query), mutations);
  return answer(dgraph.execute(connection, request));
}

/** Escapes a text for RDF. */
export function escape(text: string): string {
  return dgraph.escapeRDF(text);
}
