// A guest book in a MySQL or MariaDB database. Values go into statements as parameters (?), never as text: so nobody can
// smuggle SQL in. Each call of `query` or `execute` is a transaction.

import { mysql } from "@hypermode/modus-sdk-as";

// As modus.json calls the connection.
const DB = "guestbook";

/** An entry. A row is read like JSON: the fields are called like the columns. */
@json
class Entry {
  id: i32 = 0;
  author: string = "";
  text: string = "";
  likes: i32 = 0;
}

/** Writes into the guest book, and answers the number of the entry. */
export function addEntry(author: string, text: string): i32 {
  const params = new mysql.Params();
  params.push(author.trim());
  params.push(text.trim());
  const response = mysql.execute(DB, "INSERT INTO entries (author, text) VALUES (?, ?)", params);
  // MySQL has no RETURNING. It tells the key that it gave to the new row.
  return response.lastInsertId as i32;
}

/** Gets one entry, or null. */
export function getEntry(id: i32): Entry | null {
  const params = new mysql.Params();
  params.push(id);
  const rows = mysql.query<Entry>(DB, "SELECT id, author, text, likes FROM entries WHERE id = ?", params).rows;
  return rows.length == 0 ? null : rows[0];
}

/** Lists the latest entries, the newest first. */
export function listEntries(limit: i32 = 10): Entry[] {
  const params = new mysql.Params();
  params.push(limit);
  return mysql.query<Entry>(DB, "SELECT id, author, text, likes FROM entries ORDER BY id DESC LIMIT ?", params).rows;
}

/** Likes an entry, and answers how many likes it has now. Counting is the database's work: so no like gets lost. */
export function addLike(id: i32): i32 {
  const params = new mysql.Params();
  params.push(id);
  const changed = mysql.execute(DB, "UPDATE entries SET likes = likes + 1 WHERE id = ?", params).rowsAffected;
  if (changed == 0) throw new Error(`there is no entry ${id}`);
  return mysql.queryScalar<i32>(DB, "SELECT likes FROM entries WHERE id = ?", params).value;
}
