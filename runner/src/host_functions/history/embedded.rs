//! Records in the runner's own state.

use rusqlite::types::ToSql;
use rusqlite::{Connection, Result, Row, named_params};

use super::Retention;
use super::page::{Page, Shown, ShownPlugin, Wanted, time};
use super::record::{Inference, Plugin};

/// Days and records that are kept unless it is said otherwise.
const DAYS: u32 = 30;
const RECORDS: u64 = 100_000;
/// Old records go once for so many new ones.
const TURN: i64 = 64;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Writes a record, whose texts have at most `most` bytes, and drops those that are too old or too many.
pub(super) fn insert(connection: &Connection, inference: &Inference, most: usize, retention: Retention) -> Result<()> {
    let plugin = plugin_id(connection, &inference.plugin)?;
    let mut statement = connection.prepare(
        "INSERT INTO inferences (id, model_hash, input, output, started_at, duration_ms, plugin_id, function, model, \
         connection, status, input_tokens, output_tokens, execution_id) \
         VALUES (:id, :hash, :input, :output, :started, :duration, :plugin, :function, :model, :connection, :status, \
         :input_tokens, :output_tokens, :execution)",
    )?;
    statement.execute(named_params! {
        ":id": inference.id,
        ":hash": inference.model_hash,
        ":input": inference.input.json(most),
        ":output": inference.output.json(most),
        ":started": inference.started_at.as_millisecond(),
        ":duration": inference.duration_ms,
        ":plugin": plugin,
        ":function": &*inference.function,
        ":model": inference.model,
        ":connection": inference.connection,
        ":status": inference.status,
        ":input_tokens": inference.input_tokens,
        ":output_tokens": inference.output_tokens,
        ":execution": &*inference.execution_id,
    })?;
    let number = connection.last_insert_rowid();
    if number % TURN == 1 {
        forget(connection, number, inference.started_at.as_millisecond(), retention)
    } else {
        Ok(())
    }
}

/// The id of an app, which is noted where it is not yet.
fn plugin_id(connection: &Connection, plugin: &Plugin) -> Result<String> {
    let mut note = connection.prepare(
        "INSERT INTO plugins (id, name, version, language, sdk_version, build_id, build_time, git_repo, git_commit) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (build_id) DO NOTHING",
    )?;
    note.execute((
        &plugin.id,
        &plugin.name,
        &plugin.version,
        &plugin.language,
        &plugin.sdk_version,
        &plugin.build_id,
        &plugin.build_time,
        &plugin.git_repo,
        &plugin.git_commit,
    ))?;
    let mut find = connection.prepare("SELECT id FROM plugins WHERE build_id = ?1")?;
    find.query_row([&plugin.build_id], |row| row.get(0))
}

/// Drops what is too old or too many, seen from the newest record.
fn forget(connection: &Connection, newest: i64, now: i64, retention: Retention) -> Result<()> {
    let days = i64::from(retention.days.unwrap_or(DAYS));
    let records = i64::try_from(retention.records.unwrap_or(RECORDS)).unwrap_or(i64::MAX);
    let mut old = connection.prepare("DELETE FROM inferences WHERE started_at < ?1")?;
    old.execute([now.saturating_sub(days.saturating_mul(DAY))])?;
    let mut many = connection.prepare("DELETE FROM inferences WHERE number <= ?1")?;
    many.execute([newest.saturating_sub(records)])?;
    Ok(())
}

/// A page of records.
pub(super) fn page(connection: &Connection, wanted: &Wanted) -> Result<Vec<Shown>> {
    let mut statement = "SELECT i.number, i.id, i.model_hash, i.input, i.output, i.started_at, i.duration_ms, i.function, \
                         i.model, i.connection, i.status, i.input_tokens, i.output_tokens, i.execution_id, p.id, p.name, \
                         p.version, p.language, p.sdk_version, p.build_id, p.build_time, p.git_repo, p.git_commit \
                         FROM inferences i LEFT JOIN plugins p ON p.id = i.plugin_id WHERE TRUE"
        .to_owned();
    let mut values: Vec<&dyn ToSql> = Vec::new();
    let filters = [
        (&wanted.after, " AND i.number < (SELECT number FROM inferences WHERE id = ?)"),
        (&wanted.function, " AND i.function = ?"),
        (&wanted.model, " AND i.model = ?"),
    ];
    for (value, filter) in &filters {
        if let Some(value) = value {
            statement.push_str(filter);
            values.push(value);
        }
    }
    statement.push_str(" ORDER BY i.number DESC LIMIT ?");
    let limit = i64::try_from(wanted.limit).unwrap_or(i64::MAX);
    values.push(&limit);
    let mut statement = connection.prepare(&statement)?;
    let mut rows = statement.query(values.as_slice())?;
    let mut page = Page::default();
    while let Some(row) = rows.next()? {
        if !page.push(shown(row)?) {
            break;
        }
    }
    Ok(page.records)
}

fn shown(row: &Row<'_>) -> Result<Shown> {
    let plugin = |id| -> Result<ShownPlugin> {
        Ok(ShownPlugin {
            id,
            name: row.get(15)?,
            version: row.get(16)?,
            language: row.get(17)?,
            sdk_version: row.get(18)?,
            build_id: row.get(19)?,
            build_time: row.get(20)?,
            git_repo: row.get(21)?,
            git_commit: row.get(22)?,
        })
    };
    Ok(Shown {
        gid: row.get(0)?,
        id: row.get(1)?,
        model_hash: row.get(2)?,
        input: row.get(3)?,
        output: row.get(4)?,
        started_at: time(row.get(5)?),
        duration_ms: row.get(6)?,
        function: row.get(7)?,
        model: row.get(8)?,
        connection: row.get(9)?,
        status: row.get(10)?,
        input_tokens: row.get(11)?,
        output_tokens: row.get(12)?,
        execution_id: row.get(13)?,
        plugin: row.get::<_, Option<String>>(14)?.map(plugin).transpose()?,
    })
}
