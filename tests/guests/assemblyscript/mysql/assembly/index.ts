// Statements on a MySQL database, through the SDK's mysql module.

import { mysql } from "@hypermode/modus-sdk-as";
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
  at: mysql.Point = new mysql.Point();
  on: mysql.Location | null = null;
  visits: i64 = 0;
  rating: f64 = 0;
  comment: string | null = null;
}

// Parameters given as JSON, so that a test can pass one of any kind.
function parameters(json: string[]): mysql.Params {
  const params = new mysql.Params();
  for (let i = 0; i < json.length; i++) params.push(new JSON.Raw(json[i]));
  return params;
}

/** Runs a query. */
export function queryRows(connection: string, statement: string, params: string[]): Rows {
  const response = mysql.query<JSON.Raw>(connection, statement, parameters(params));
  const result = new Rows();
  for (let i = 0; i < response.rows.length; i++) result.rows.push(response.rows[i].toString());
  result.affected = response.rowsAffected;
  return result;
}

/** Runs a statement without rows. */
export function execute(connection: string, statement: string, params: string[]): Done {
  const response = mysql.execute(connection, statement, parameters(params));
  return { affected: response.rowsAffected, lastInsertId: response.lastInsertId };
}

/** Runs a query for a number. */
export function count(connection: string, statement: string): i64 {
  return mysql.queryScalar<i64>(connection, statement).value;
}

/** Keeps a place, with a parameter of each kind. */
export function addPlace(connection: string, name: string, x: f64, y: f64, visits: i64): u64 {
  const params = new mysql.Params();
  params.push(name);
  params.push(new mysql.Point(x, y));
  params.push(new mysql.Location(x, y));
  params.push(visits);
  params.push(x + y);
  const point = "ST_GeomFromText(CONCAT('POINT', REPLACE(?, ',', ' ')))";
  const statement = "INSERT INTO places (name, at, `on`, visits, rating) VALUES (?, " + point + ", " + point + ", ?, ?)";
  return mysql.execute(connection, statement, params).lastInsertId;
}

/** All places in the order of their names. */
export function places(connection: string): Place[] {
  const statement = "SELECT name, at, `on`, visits, rating, comment FROM places ORDER BY name";
  return mysql.query<Place>(connection, statement).rows;
}

/** Waits in the database. */
export function wait(connection: string, seconds: f64): bool {
  const params = new mysql.Params();
  params.push(seconds);
  mysql.execute(connection, "SELECT SLEEP(?)", params);
  return true;
}
