// What the modules for SQL databases have in common. Apps use `postgresql` and `mysql`.

import { JSON } from "json-as";
import { coordinate } from "./json/number";
import { resultIsInvalid } from "./utils";

// @ts-ignore: decorator
@external("modus_sql_client", "executeQuery")
declare function hostExecuteQuery(connection: string, dbType: string, statement: string, paramsJson: string): HostQueryResponse;

/** What the host answers. Its members are matched by their names. */
export class HostQueryResponse {
  error: string | null = null;
  resultJson: string | null = null;
  rowsAffected: u32 = 0;
  lastInsertId: u64 = 0;
}

/** Parameters of a statement. */
export interface Params {
  /** All of them as JSON. */
  toJSON(): string;
}

/** Parameters that a statement knows by their position. */
export class PositionalParams implements Params {
  private readonly values: string[] = [];

  /** Adds the next parameter: any value that can be written as JSON. */
  push<T>(value: T): void {
    this.values.push(JSON.stringify<T>(value));
  }

  /** All of them as an array. */
  toJSON(): string {
    return "[" + this.values.join(",") + "]";
  }
}

/** What a statement has done. `error` is the database's own message. */
export class Response {
  constructor(
    public error: string | null,
    public rowsAffected: u32,
    public lastInsertId: u64,
  ) {}
}

/** What a query found, each row in the app's class. With an error there are no rows. */
export class QueryResponse<T> extends Response {
  constructor(error: string | null, rowsAffected: u32, lastInsertId: u64, public rows: T[]) {
    super(error, rowsAffected, lastInsertId);
  }
}

/** The one value that a query found. */
export class ScalarResponse<T> extends Response {
  constructor(error: string | null, rowsAffected: u32, lastInsertId: u64, public value: T) {
    super(error, rowsAffected, lastInsertId);
  }
}

/** Runs a statement whose rows, if it has any, nobody wants. */
export function execute(connection: string, dbType: string, statement: string, params: Params): Response {
  const answer = ask(connection, dbType, statement, "exec:" + params.toJSON());
  return new Response(answer.error, answer.rowsAffected, answer.lastInsertId);
}

/** Runs a query; `T` is the class of a row, whose fields are called like the columns. */
export function query<T>(connection: string, dbType: string, statement: string, params: Params): QueryResponse<T> {
  const answer = ask(connection, dbType, statement, params.toJSON());
  return new QueryResponse<T>(answer.error, answer.rowsAffected, answer.lastInsertId, rowsOf<T>(answer));
}

/** Runs a query for one value: the first column, by name, of the first row. */
export function queryScalar<T>(connection: string, dbType: string, statement: string, params: Params): ScalarResponse<T> {
  const answer = ask(connection, dbType, statement, params.toJSON());
  const rows = rowsOf<Map<string, JSON.Raw>>(answer);
  if (rows.length == 0 || rows[0].size == 0) throw new Error("No results returned from query.");
  const value = JSON.parse<T>(rows[0].values()[0].toString());
  return new ScalarResponse<T>(answer.error, answer.rowsAffected, answer.lastInsertId, value);
}

function ask(connection: string, dbType: string, statement: string, paramsJson: string): HostQueryResponse {
  const answer = hostExecuteQuery(connection, dbType, statement.trim(), paramsJson);
  if (resultIsInvalid(answer)) throw new Error("Error performing database query.");
  const error = answer.error;
  if (error !== null) console.error("Database Error: " + error);
  return answer;
}

function rowsOf<R>(answer: HostQueryResponse): R[] {
  const json = answer.resultJson;
  // Hosts of other makers write null for no rows.
  return json === null || json == "" || json == "null" ? [] : JSON.parse<R[]>(json);
}

/** A point of the plane. Its JSON form is the text `(x,y)`, which PostgreSQL takes for a point. */
@json
export class Point {
  constructor(
    public x: f64 = 0,
    public y: f64 = 0,
  ) {}

  /** From `(x,y)` or `POINT (x y)`. */
  static fromString(text: string): Point | null {
    const numbers = coordinates(text);
    return numbers === null ? null : new Point(numbers[0], numbers[1]);
  }

  toString(): string {
    return pair(this.x, this.y);
  }

  @serializer
  serialize(self: Point): string {
    return JSON.stringify(self.toString());
  }

  @deserializer
  deserialize(data: string): Point {
    const point = Point.fromString(JSON.parse<string>(data));
    if (point === null) throw new Error("Could not parse a point from " + data + ".");
    return point;
  }
}

/** A place on the earth. Its JSON form is the text `(longitude,latitude)`. */
@json
export class Location {
  constructor(
    public longitude: f64 = 0,
    public latitude: f64 = 0,
  ) {}

  /** From `(longitude,latitude)` or `POINT (longitude latitude)`. */
  static fromString(text: string): Location | null {
    const numbers = coordinates(text);
    return numbers === null ? null : new Location(numbers[0], numbers[1]);
  }

  toString(): string {
    return pair(this.longitude, this.latitude);
  }

  @serializer
  serialize(self: Location): string {
    return JSON.stringify(self.toString());
  }

  @deserializer
  deserialize(data: string): Location {
    const location = Location.fromString(JSON.parse<string>(data));
    if (location === null) throw new Error("Could not parse a location from " + data + ".");
    return location;
  }
}

function pair(first: f64, second: f64): string {
  return "(" + first.toString() + "," + second.toString() + ")";
}

/** The two numbers of `(a,b)` or `POINT (a b)`; null for any other text. */
function coordinates(text: string): f64[] | null {
  let inner = text.trim();
  let separator = ",";
  if (inner.toUpperCase().startsWith("POINT")) {
    inner = inner.substring(5).trim();
    separator = " ";
  }
  if (!inner.startsWith("(") || !inner.endsWith(")")) return null;
  const parts = inner.substring(1, inner.length - 1).trim().split(separator);
  if (parts.length != 2) return null;
  const numbers = [coordinate(parts[0].trim()), coordinate(parts[1].trim())];
  return isNaN(numbers[0]) || isNaN(numbers[1]) ? null : numbers;
}
