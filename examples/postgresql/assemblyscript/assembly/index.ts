// A to-do list in a PostgreSQL database. Values go into statements as parameters ($1, $2 …), never as text: so nobody can
// smuggle SQL in. Each call of `query` or `execute` is a transaction.

import { postgresql } from "@hypermode/modus-sdk-as";

// As modus.json calls the connection.
const DB = "todo";

/** A task. A row is read like JSON: the fields are called like the columns. */
@json
class Task {
  id: i32 = 0;
  title: string = "";

  /** From 1, urgent, to 5. */
  priority: i32 = 0;

  /** Whether it is done. */
  done: bool = false;
}

const COLUMNS = "id, title, priority, done_at IS NOT NULL AS done";

/** Adds a task, and answers it as the database has it. */
export function addTask(title: string, priority: i32 = 3): Task {
  const params = new postgresql.Params();
  params.push(title.trim());
  params.push(priority);
  const statement = `INSERT INTO tasks (title, priority) VALUES ($1, $2) RETURNING ${COLUMNS}`;
  return postgresql.query<Task>(DB, statement, params).rows[0];
}

/** Lists the tasks that are still to be done, the most urgent first. */
export function listOpenTasks(): Task[] {
  const statement = `SELECT ${COLUMNS} FROM tasks WHERE done_at IS NULL ORDER BY priority, id`;
  return postgresql.query<Task>(DB, statement).rows;
}

/** Marks a task as done. The answer is null where there is no such task, or it was done already. */
export function updateDone(id: i32): Task | null {
  const params = new postgresql.Params();
  params.push(id);
  const statement = `UPDATE tasks SET done_at = now() WHERE id = $1 AND done_at IS NULL RETURNING ${COLUMNS}`;
  const rows = postgresql.query<Task>(DB, statement, params).rows;
  return rows.length == 0 ? null : rows[0];
}

/** Deletes everything that is done, and answers how many tasks that were. */
export function deleteDone(): i32 {
  return postgresql.execute(DB, "DELETE FROM tasks WHERE done_at IS NOT NULL").rowsAffected;
}

/** How many tasks there are of each priority that is in use, as a map. */
export function priorities(): Map<i32, i32> {
  const counts = new Map<i32, i32>();
  const rows = postgresql.query<Count>(DB, "SELECT priority, count(*)::int AS tasks FROM tasks GROUP BY 1 ORDER BY 1").rows;
  for (let i = 0; i < rows.length; i++) counts.set(rows[i].priority, rows[i].tasks);
  return counts;
}

@json
class Count {
  priority: i32 = 0;
  tasks: i32 = 0;
}
