import { JSON } from "json-as";
import { resultIsInvalid } from "./utils";

// @ts-ignore: decorator
@external("modus_graphql_client", "executeQuery")
declare function hostExecuteQuery(connection: string, statement: string, variables: string): string | null;

/** Runs an operation on the server of a connection; `TData` is the class of the answer's `data`. */
export function execute<TData>(
  connection: string,
  statement: string,
  variables: Variables = new Variables(),
): Response<TData> {
  const text = hostExecuteQuery(connection, statement, variables.toJSON());
  if (resultIsInvalid(text)) throw new Error("Error invoking GraphQL API.");
  const response = JSON.parse<Response<TData>>(text!);
  const errors = response.errors;
  if (errors !== null && errors.length > 0) console.error("GraphQL API Errors:" + JSON.stringify(errors));
  return response;
}

/** Variables of an operation, by their names without the `$`. */
export class Variables {
  private readonly values: Map<string, string> = new Map<string, string>();

  /** Sets a variable to any value that can be written as JSON. */
  set<T>(name: string, value: T): void {
    this.values.set(name, JSON.stringify<T>(value));
  }

  /** All of them as an object. */
  toJSON(): string {
    const names = this.values.keys();
    const members = new Array<string>(names.length);
    for (let i = 0; i < names.length; i++) {
      members[i] = JSON.stringify(names[i]) + ":" + this.values.get(names[i]);
    }
    return "{" + members.join(",") + "}";
  }
}

/** What a server answered. With errors, `data` may be there in part. */
@json
export class Response<T> {
  errors: ErrorResult[] | null = null;
  data: T | null = null;
}

/** An error that a server tells. */
@json
export class ErrorResult {
  message: string = "";
  locations: CodeLocation[] | null = null;

  /** Where in the answer: names of fields, and indices of lists as text. */
  path: string[] | null = null;
}

/** A place in the operation's text, counted from 1. */
@json
export class CodeLocation {
  line: u32 = 0;
  column: u32 = 0;
}
