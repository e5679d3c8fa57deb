// Statements on a PostgreSQL database, through the SDK's postgresql module.

import { postgresql } from "@hypermode/modus-sdk-as";
import { JSON } from "json-as";

/** What a query found: each row as JSON. */
class Rows {
  rows: string[] = [];
  affected: u32 = 0;
}

/** What a statement has done. */
class Done {
  affected: u32 = 0;
  lastInsertId: u64 = 0;
}

/** A place. */
@json
class Place {
  name: string = "";
  at: postgresql.Point = new postgresql.Point();
  on: postgresql.Location | null = null;
  visits: i64 = 0;
}

// Parameters given as JSON, so that a test can pass one of any kind.
function parameters(json: string[]): postgresql.Params {
  const params = new postgresql.Params();
  for (let i = 0; i < json.length; i++) params.push(new JSON.Raw(json[i]));
  return params;
}

/** Runs a query. */
export function queryRows(connection: string, statement: string, params: string[]): Rows {
  const response = postgresql.query<JSON.Raw>(connection, statement, parameters(params));
  const result = new Rows();
  for (let i = 0; i < response.rows.length; i++) result.rows.push(response.rows[i].toString());
  result.affected = response.rowsAffected;
  return result;
}

/** Runs a statement without rows. */
export function execute(connection: string, statement: string, params: string[]): Done {
  const response = postgresql.execute(connection, statement, parameters(params));
  return { affected: response.rowsAffected, lastInsertId: response.lastInsertId };
}

/** Runs a query for a number. */
export function count(connection: string, statement: string): i64 {
  return postgresql.queryScalar<i64>(connection, statement).value;
}

/** Keeps a place, with a parameter of each kind. */
export function addPlace(connection: string, name: string, x: f64, y: f64, visits: i64): u32 {
  const params = new postgresql.Params();
  params.push(name);
  params.push(new postgresql.Point(x, y));
  params.push(new postgresql.Location(x, y));
  params.push(visits);
  const statement = "insert into places (name, at, \"on\", visits) values ($1, $2, $3, $4)";
  return postgresql.execute(connection, statement, params).rowsAffected;
}

/** All places in the order of their names. */
export function places(connection: string): Place[] {
  return postgresql.query<Place>(connection, "select name, at, \"on\", visits from places order by name").rows;
}

/** Waits in the database. */
export function wait(connection: string, seconds: f64): bool {
  const params = new postgresql.Params();
  params.push(seconds);
  postgresql.execute(connection, "select pg_sleep($1)", params);
  return true;
}
