-- The table of the example. Run it again to begin anew.
DROP TABLE IF EXISTS tasks;
CREATE TABLE tasks (
  id serial PRIMARY KEY,
  title text NOT NULL,
  priority int NOT NULL DEFAULT 3 CHECK (priority BETWEEN 1 AND 5),
  done_at timestamptz
);
