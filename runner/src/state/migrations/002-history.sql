-- Apps that were served, and their calls of models. Names are those of the PostgreSQL tables.
CREATE TABLE plugins (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT,
    language TEXT NOT NULL,
    sdk_version TEXT NOT NULL,
    build_id TEXT NOT NULL UNIQUE,
    build_time TEXT NOT NULL,
    git_repo TEXT,
    git_commit TEXT
) STRICT;

CREATE TABLE inferences (
    -- Grows from record to record.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    model_hash TEXT NOT NULL,
    -- JSON.
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    -- Milliseconds since 1970, UTC.
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    plugin_id TEXT REFERENCES plugins (id),
    function TEXT,
    model TEXT,
    connection TEXT,
    status INTEGER,
    input_tokens INTEGER,
    output_tokens INTEGER,
    execution_id TEXT
) STRICT;

CREATE INDEX inferences_function ON inferences (function, number);
CREATE INDEX inferences_model ON inferences (model, number);
CREATE INDEX inferences_started_at ON inferences (started_at);
CREATE INDEX inferences_plugin_id ON inferences (plugin_id);
