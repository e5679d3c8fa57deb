import { JSON } from "json-as";
import { resultIsInvalid } from "./utils";

// @ts-ignore: decorator
@external("modus_dgraph_client", "executeQuery")
declare function hostExecuteQuery(connection: string, request: Request): Response;

// @ts-ignore: decorator
@external("modus_dgraph_client", "alterSchema")
declare function hostAlterSchema(connection: string, schema: string): string;

// @ts-ignore: decorator
@external("modus_dgraph_client", "dropAttribute")
declare function hostDropAttribute(connection: string, attr: string): string;

// @ts-ignore: decorator
@external("modus_dgraph_client", "dropAllData")
declare function hostDropAllData(connection: string): string;

/** Runs a query on the server of a connection, and mutations that may use what the query found: all of them, or none. */
export function executeQuery(connection: string, query: Query, ...mutations: Mutation[]): Response {
  return execute(connection, new Request(query, mutations));
}

/** Runs mutations on the server of a connection: all of them, or none. */
export function executeMutations(connection: string, ...mutations: Mutation[]): Response {
  return execute(connection, new Request(null, mutations));
}

/**
 * Runs a query, mutations, or both.
 * @deprecated `executeQuery` and `executeMutations` do the same.
 */
export function execute(connection: string, request: Request): Response {
  const response = hostExecuteQuery(connection, request);
  if (resultIsInvalid(response)) throw new Error("Error executing DQL.");
  return response;
}

/** Adds predicates and types to the schema, or changes them. */
export function alterSchema(connection: string, schema: string): string {
  return succeeded(hostAlterSchema(connection, schema));
}

/** Drops a predicate with all of its values. */
export function dropAttr(connection: string, attr: string): string {
  return succeeded(hostDropAttribute(connection, attr));
}

/** Drops everything: data and schema. */
export function dropAll(connection: string): string {
  return succeeded(hostDropAllData(connection));
}

function succeeded(result: string): string {
  if (resultIsInvalid(result)) throw new Error("Error invoking DQL.");
  return result;
}

/** A query and mutations that are one transaction. */
export class Request {
  query: Query = new Query();
  mutations: Mutation[] = [];

  constructor(query: Query | null = null, mutations: Mutation[] | null = null) {
    if (query !== null) this.query = query;
    if (mutations !== null) this.mutations = mutations;
  }
}

/** A query in DQL, with the variables that it declares. */
export class Query {
  query: string = "";
  variables: Map<string, string> = new Map<string, string>();

  constructor(query: string = "", variables: Variables = new Variables()) {
    this.query = query;
    this.variables = variables.toMap();
  }

  /** Sets a variable; see `Variables.set`. */
  withVariable<T>(name: string, value: T): this {
    this.variables.set(name, variableText<T>(value));
    return this;
  }
}

/** Values of a query's variables, by their names with the `$`. */
export class Variables {
  private readonly values: Map<string, string> = new Map<string, string>();

  /** Sets a variable to a text, an integer, a float, a boolean or a vector of 32-bit floats. */
  set<T>(name: string, value: T): void {
    this.values.set(name, variableText<T>(value));
  }

  /** All of them, as the server takes them. */
  toMap(): Map<string, string> {
    return this.values;
  }
}

/** What is set and deleted, each as JSON or as RDF N-Quads, if a condition holds. */
export class Mutation {
  constructor(
    public setJson: string = "",
    public delJson: string = "",
    public setNquads: string = "",
    public delNquads: string = "",
    public condition: string = "",
  ) {}

  /** JSON with nodes to set. */
  withSetJson(json: string): Mutation {
    this.setJson = json;
    return this;
  }

  /** JSON with nodes or edges to delete. */
  withDelJson(json: string): Mutation {
    this.delJson = json;
    return this;
  }

  /** N-Quads to set. */
  withSetNquads(nquads: string): Mutation {
    this.setNquads = nquads;
    return this;
  }

  /** N-Quads to delete. */
  withDelNquads(nquads: string): Mutation {
    this.delNquads = nquads;
    return this;
  }

  /** A condition as in DQL, `@if(…)`, about variables of the query. */
  withCondition(condition: string): Mutation {
    this.condition = condition;
    return this;
  }
}

/** What a server answered: the query's results as JSON, and the new nodes by the names of their blank nodes. */
export class Response {
  Json: string = "";
  Uids: Map<string, string> | null = null;
}

/** Escapes a text so that it can stand between the quotation marks of an RDF literal. */
export function escapeRDF(value: string): string {
  let out = "";
  let copied = 0;
  for (let i = 0, length = value.length; i < length; i++) {
    const code = value.charCodeAt(i);
    const escaped = escapedRDF(code);
    if (escaped.length == 0) continue;
    out += value.substring(copied, i) + escaped;
    copied = i + 1;
  }
  return out + value.substring(copied);
}

// What stands for a character in an RDF literal; nothing if it stands for itself.
function escapedRDF(code: i32): string {
  if (code == 0x5c) return "\\\\";
  if (code == 0x22) return "\\\"";
  if (code == 0x0a) return "\\n";
  if (code == 0x0d) return "\\r";
  if (code == 0x09) return "\\t";
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return "\\u" + code.toString(16).padStart(4, "0");
  return "";
}

// A variable as text: the server knows its type by the query's declaration.
function variableText<T>(value: T): string {
  if (isString<T>()) return value as string;
  if (isBoolean<T>() || isInteger<T>() || isFloat<T>()) return JSON.stringify<T>(value);
  if (isArray<T>()) {
    if (idof<T>() == idof<f32[]>()) return JSON.stringify<T>(value);
  }
  throw new Error("A DQL variable must be a string, an integer, a float, a boolean or an array of f32.");
}
