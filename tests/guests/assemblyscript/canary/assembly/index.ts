// Looks for what a guest must not find: in its memory, its environment, and what failing calls of host functions tell it.
// The host functions are declared here, with results that may be null: what fails is to be looked at, not thrown.

import { http } from "@hypermode/modus-sdk-as";

class SqlResponse {
  error: string | null = null;
  resultJson: string | null = null;
  rowsAffected: u32 = 0;
  lastInsertId: u64 = 0;
}

class DgraphQuery {
  query: string = "";
  variables: Map<string, string> = new Map<string, string>();
}

class DgraphMutation {
  setJson: string = "";
  delJson: string = "";
  setNquads: string = "";
  delNquads: string = "";
  condition: string = "";
}

class DgraphRequest {
  query: DgraphQuery = new DgraphQuery();
  mutations: DgraphMutation[] = [];
}

class DgraphResponse {
  Json: string = "";
  Uids: Map<string, string> | null = null;
}

class Neo4jRecord {
  keys: string[] = [];
  values: string[] = [];
}

class Neo4jResult {
  keys: string[] = [];
  records: Neo4jRecord[] = [];
}

// @ts-ignore: decorator
@external("modus_http_client", "fetch")
declare function fetch(request: http.Request): http.Response | null;

// @ts-ignore: decorator
@external("modus_graphql_client", "executeQuery")
declare function graphql(connection: string, statement: string, variables: string): string | null;

// @ts-ignore: decorator
@external("modus_sql_client", "executeQuery")
declare function sql(connection: string, kind: string, statement: string, parameters: string): SqlResponse | null;

// @ts-ignore: decorator
@external("modus_dgraph_client", "executeQuery")
declare function dgraph(connection: string, request: DgraphRequest): DgraphResponse | null;

// @ts-ignore: decorator
@external("modus_neo4j_client", "executeQuery")
declare function neo4j(connection: string, database: string, query: string, parameters: string): Neo4jResult | null;

// @ts-ignore: decorator
@external("modus_models", "invokeModel")
declare function invoke(model: string, input: string): string | null;

/** Texts that were found, as they were given, and what went wrong before. */
class Findings {
  found: string[] = [];
  errors: string[] = [];
}

/** Uses every connection, and notes what went wrong. */
function reach(url: string, errors: string[]): void {
  if (fetch(new http.Request(url)) === null) errors.push("fetch");
  if (graphql("graphql", "{ a }", "{}") === null) errors.push("graphql");
  for (let i = 0; i < 2; i++) {
    const suffix = i === 0 ? "" : "-wrong";
    const first = sql("postgres" + suffix, "postgresql", "SELECT 1", "[]");
    errors.push(first === null || first.error === null ? "postgres" : first.error!);
    const second = sql("mysql" + suffix, "mysql", "SELECT 1", "[]");
    errors.push(second === null || second.error === null ? "mysql" : second.error!);
    if (neo4j("neo4j" + suffix, "neo4j", "RETURN 1", "{}") === null) errors.push("neo4j");
  }
  const names = ["dgraph", "dgraph-token", "dgraph-key", "dgraph-wrong"];
  for (let i = 0; i < names.length; i++) {
    const request = new DgraphRequest();
    request.query.query = "{ q(func: uid(1)) { uid } }";
    if (dgraph(names[i], request) === null) errors.push(names[i]);
  }
  const input = '{"model":"m","messages":[{"role":"user","content":"hello"}]}';
  const models = ["model", "hosted"];
  for (let i = 0; i < models.length; i++) {
    const answer = invoke(models[i], input);
    errors.push(answer === null ? models[i] : answer);
  }
}

/**
 * Uses every connection, then looks for texts, each byte of which is given with its lowest bit turned, so that looking for
 * one does not bring it here.
 */
export function search(url: string, turned: string[]): Findings {
  const findings = new Findings();
  reach(url, findings.errors);
  const keys = process.env.keys();
  const places: ArrayBuffer[] = [];
  for (let i = 0; i < keys.length; i++) places.push(String.UTF8.encode(process.env.get(keys[i])));
  for (let i = 0; i < process.argv.length; i++) places.push(String.UTF8.encode(process.argv[i]));
  const size = <usize>memory.size() << 16;
  for (let i = 0; i < turned.length; i++) {
    const narrow = String.UTF8.encode(turned[i]);
    const wide = String.UTF16.encode(turned[i]);
    let isFound = contains(8, size, narrow, 1) || contains(8, size, wide, 2);
    for (let j = 0; j < places.length && !isFound; j++) {
      const start = changetype<usize>(places[j]);
      isFound = contains(start, start + places[j].byteLength, narrow, 1);
    }
    if (isFound) findings.found.push(turned[i]);
  }
  return findings;
}

/** Whether a text stands between two addresses; `width` bytes of it are one character, whose first one is turned. */
function contains(start: usize, end: usize, turned: ArrayBuffer, width: i32): bool {
  const length = turned.byteLength;
  const text = changetype<usize>(turned);
  const first = load<u8>(text) ^ 1;
  for (let place = start; place + length <= end; place++) {
    if (load<u8>(place) != first) continue;
    let at = 1;
    while (at < length && load<u8>(place + at) == (load<u8>(text + at) ^ (at % width == 0 ? 1 : 0))) at++;
    if (at == length) return true;
  }
  return false;
}
