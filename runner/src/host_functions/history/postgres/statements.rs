//! The statements for the tables `plugins` and `inferences` (`history-and-observability` section 2).

use std::pin::pin;

use futures::TryStreamExt as _;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, GenericClient, Row, Statement};

use super::super::Retention;
use super::super::page::{Page, Shown, ShownPlugin, Wanted, time};
use super::super::record::{Inference, Plugin};
use crate::host_functions::metadata::make;

/// Both tables, as the reference's migrations leave them.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS plugins (
        id uuid PRIMARY KEY, name text NOT NULL, version text, language text NOT NULL, sdk_version text NOT NULL,
        build_id text UNIQUE NOT NULL, build_time timestamptz(3) NOT NULL, git_repo text, git_commit text);
    CREATE INDEX IF NOT EXISTS plugins_build_time_idx ON plugins (build_time);
    CREATE TABLE IF NOT EXISTS inferences (
        id uuid PRIMARY KEY, model_hash text NOT NULL, input jsonb NOT NULL, output jsonb NOT NULL,
        started_at timestamptz(3) NOT NULL, duration_ms integer NOT NULL, plugin_id uuid REFERENCES plugins (id),
        function text);
    CREATE INDEX IF NOT EXISTS inferences_model_hash_started_at_idx ON inferences (model_hash, started_at);
    CREATE INDEX IF NOT EXISTS inferences_plugin_id_function_idx ON inferences (plugin_id, function);
    CREATE INDEX IF NOT EXISTS inferences_function_idx ON inferences (function);
    CREATE INDEX IF NOT EXISTS inferences_started_at_idx ON inferences (started_at DESC);";

/// What this runner adds. Whoever reads the reference's columns does not notice.
const MORE: &str = "
    ALTER TABLE inferences
        ADD COLUMN IF NOT EXISTS model text, ADD COLUMN IF NOT EXISTS connection text,
        ADD COLUMN IF NOT EXISTS status integer, ADD COLUMN IF NOT EXISTS input_tokens bigint,
        ADD COLUMN IF NOT EXISTS output_tokens bigint, ADD COLUMN IF NOT EXISTS execution_id text;";

/// Makes the tables where they are missing, and adds the columns of this runner to them; whether they are there: not every
/// user may add them.
pub(super) async fn prepare_tables(client: &Client) -> Result<bool, Error> {
    const FOUND: &str = "SELECT to_regclass('plugins') IS NOT NULL AND to_regclass('inferences') IS NOT NULL, \
                         (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('inferences') AND NOT attisdropped \
                         AND attname IN ('model', 'connection', 'status', 'input_tokens', 'output_tokens', 'execution_id')) = 6";
    let row = client.query_one(FOUND, &[]).await?;
    let (has_tables, has_more): (bool, bool) = (row.get(0), row.get(1));
    if has_tables && has_more {
        return Ok(true);
    }
    if !has_tables {
        make(client, TABLES).await?;
    }
    match make(client, MORE).await {
        Ok(()) => Ok(true),
        Err(error) if error.as_db_error().is_some() => {
            let error = error.as_db_error().map(ToString::to_string);
            let message = "The table inferences has no columns for model, status and tokens, and none can be added: they are \
                           left out.";
            tracing::warn!(target: "modus", error, "{message}");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Writes a record; one that is there already stays.
pub(super) fn insert(has_more: bool) -> String {
    let (columns, values) = if has_more {
        (
            ", model, connection, status, input_tokens, output_tokens, execution_id",
            ", $9, $10, $11::integer, $12::bigint, $13::bigint, $14",
        )
    } else {
        ("", "")
    };
    format!(
        "INSERT INTO inferences (id, model_hash, input, output, started_at, duration_ms, plugin_id, function{columns}) \
         VALUES ($1::text::uuid, $2, $3::text::jsonb, $4::text::jsonb, to_timestamp($5::bigint / 1000.0), $6::integer, \
         $7::text::uuid, $8{values}) ON CONFLICT (id) DO NOTHING"
    )
}

/// The values of a record.
pub(super) struct Values<'i> {
    inference: &'i Inference,
    plugin: Option<String>,
    input: String,
    output: String,
    started_at: i64,
    function: &'i str,
    status: Option<i32>,
    execution_id: &'i str,
}

impl<'i> Values<'i> {
    /// Those of a record whose texts have at most `most` bytes.
    pub(super) fn of(inference: &'i Inference, plugin: Option<String>, most: usize) -> Self {
        Self {
            plugin,
            input: inference.input.json(most),
            output: inference.output.json(most),
            started_at: inference.started_at.as_millisecond(),
            function: &inference.function,
            status: inference.status.map(i32::from),
            execution_id: &inference.execution_id,
            inference,
        }
    }

    /// With strings in place of JSON, of which the database may know less than JSON allows: `\u0000`, for instance.
    pub(super) fn as_text(&mut self, inference: &Inference) {
        self.input = inference.input.string();
        self.output = inference.output.string();
    }

    /// Writes them by [`insert`].
    pub(super) async fn write(
        &self,
        client: &impl GenericClient,
        insert: &Statement,
        has_more: bool,
    ) -> Result<(), Error> {
        let Inference { id, model_hash, duration_ms, model, connection, input_tokens, output_tokens, .. } =
            self.inference;
        let all: [&(dyn ToSql + Sync); 14] = [
            id,
            model_hash,
            &self.input,
            &self.output,
            &self.started_at,
            duration_ms,
            &self.plugin,
            &self.function,
            model,
            connection,
            &self.status,
            input_tokens,
            output_tokens,
            &self.execution_id,
        ];
        let (usual, _) = all.split_at(8);
        client.execute(insert, if has_more { &all } else { usual }).await.map(drop)
    }
}

/// The id of an app, which is noted where it is not yet.
pub(super) async fn note_plugin(client: &Client, plugin: &Plugin) -> Result<String, Error> {
    const NOTE: &str = "INSERT INTO plugins (id, name, version, language, sdk_version, build_id, build_time, git_repo, \
                        git_commit) VALUES ($1::text::uuid, $2, $3, $4, $5, $6, to_timestamp($7::bigint / 1000.0), $8, $9) \
                        ON CONFLICT (build_id) DO NOTHING";
    let built = plugin.build_time.parse::<jiff::Timestamp>().unwrap_or_default().as_millisecond();
    let Plugin { id, name, version, language, sdk_version, build_id, git_repo, git_commit, .. } = plugin;
    client.execute(NOTE, &[id, name, version, language, sdk_version, build_id, &built, git_repo, git_commit]).await?;
    let row = client.query_one("SELECT id::text FROM plugins WHERE build_id = $1", &[build_id]).await?;
    Ok(row.get(0))
}

/// Drops what is too old or too many. Without a bound nothing goes: the database may be older than this runner.
pub(super) async fn forget(client: &Client, retention: Retention) -> Result<(), Error> {
    if let Some(days) = retention.days {
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        let old = "DELETE FROM inferences WHERE started_at < now() - make_interval(days => $1)";
        client.execute(old, &[&days]).await?;
    }
    if let Some(records) = retention.records {
        let records = i64::try_from(records).unwrap_or(i64::MAX);
        let many = "DELETE FROM inferences WHERE id IN \
                    (SELECT id FROM inferences ORDER BY started_at DESC, id DESC OFFSET $1)";
        client.execute(many, &[&records]).await?;
    }
    Ok(())
}

/// A page of records, and whether rows are left on the connection.
pub(super) async fn page(client: &Client, has_more: bool, wanted: &Wanted) -> Result<(Vec<Shown>, bool), Error> {
    let more = if has_more {
        "i.model, i.connection, i.status::bigint, i.input_tokens, i.output_tokens, i.execution_id"
    } else {
        "NULL::text, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::text"
    };
    let of_model = if has_more { "i.model = $3" } else { "FALSE" };
    let statement = format!(
        "SELECT i.id::text, i.model_hash, i.input::text, i.output::text, {started}, i.duration_ms::bigint, i.function, \
         {more}, p.id::text, p.name, p.version, p.language, p.sdk_version, p.build_id, {built}, p.git_repo, p.git_commit \
         FROM inferences i LEFT JOIN plugins p ON p.id = i.plugin_id \
         WHERE ($1::text IS NULL OR (i.started_at, i.id) < \
                (SELECT o.started_at, o.id FROM inferences o WHERE o.id = $1::text::uuid)) \
         AND ($2::text IS NULL OR i.function = $2) AND ($3::text IS NULL OR {of_model}) \
         ORDER BY i.started_at DESC, i.id DESC LIMIT $4",
        started = milliseconds("i.started_at"),
        built = milliseconds("p.build_time"),
    );
    let limit = i64::try_from(wanted.limit).unwrap_or(i64::MAX);
    let values: [&(dyn ToSql + Sync); 4] = [&wanted.after, &wanted.function, &wanted.model, &limit];
    let mut rows = pin!(client.query_raw(&statement, values).await?);
    let mut page = Page::default();
    while let Some(row) = rows.try_next().await? {
        if !page.push(shown(&row)?) {
            return Ok((page.records, true));
        }
    }
    Ok((page.records, false))
}

fn milliseconds(column: &str) -> String {
    format!("round(extract(epoch FROM {column}) * 1000)::bigint")
}

fn shown(row: &Row) -> Result<Shown, Error> {
    let plugin = |id| -> Result<ShownPlugin, Error> {
        Ok(ShownPlugin {
            id,
            name: row.try_get(14)?,
            version: row.try_get(15)?,
            language: row.try_get(16)?,
            sdk_version: row.try_get(17)?,
            build_id: row.try_get(18)?,
            build_time: time(row.try_get(19)?),
            git_repo: row.try_get(20)?,
            git_commit: row.try_get(21)?,
        })
    };
    Ok(Shown {
        gid: None,
        id: row.try_get(0)?,
        model_hash: row.try_get(1)?,
        input: row.try_get(2)?,
        output: row.try_get(3)?,
        started_at: time(row.try_get(4)?),
        duration_ms: row.try_get(5)?,
        function: row.try_get(6)?,
        model: row.try_get(7)?,
        connection: row.try_get(8)?,
        status: row.try_get(9)?,
        input_tokens: row.try_get(10)?,
        output_tokens: row.try_get(11)?,
        execution_id: row.try_get(12)?,
        plugin: row.try_get::<_, Option<String>>(13)?.map(plugin).transpose()?,
    })
}
