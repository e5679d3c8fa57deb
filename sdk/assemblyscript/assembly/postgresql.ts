import * as database from "./database";
import { PositionalParams, QueryResponse, Response, ScalarResponse } from "./database";

export { PositionalParams as Params, QueryResponse, Response, ScalarResponse };
export { Location, Point } from "./database";

const DB_TYPE = "postgresql";

/** Runs a statement whose rows, if it has any, nobody wants. Its parameters are called `$1`, `$2` and so on. */
export function execute(
  connection: string,
  statement: string,
  params: PositionalParams = new PositionalParams(),
): Response {
  return database.execute(connection, DB_TYPE, statement, params);
}

/** Runs a query; `T` is the class of a row, whose fields are called like the columns. */
export function query<T>(
  connection: string,
  statement: string,
  params: PositionalParams = new PositionalParams(),
): QueryResponse<T> {
  return database.query<T>(connection, DB_TYPE, statement, params);
}

/** Runs a query for one value. */
export function queryScalar<T>(
  connection: string,
  statement: string,
  params: PositionalParams = new PositionalParams(),
): ScalarResponse<T> {
  return database.queryScalar<T>(connection, DB_TYPE, statement, params);
}
