// One row of a PostgreSQL database.
import { postgresql } from "@hypermode/modus-sdk-as";

/** Gets the name of a person. */
export function getPersonName(id: i32): string {
  const params = new postgresql.Params();
  params.push(id);
  return postgresql.queryScalar<string>("people", "select name from people where id = $1", params).value;
}
