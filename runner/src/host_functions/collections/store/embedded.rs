//! In the runner's own state: an SQLite database that this process alone uses.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Bytes, Entry, Read, Result, Space, Store, Stored, TEXTS, Then, TooLarge, Vector};
use crate::host_functions::collections::memory::{Full, Room};
use crate::limits::LimitId;
use crate::state::State;
use crate::telemetry::metrics;

/// What is asked of it is answered when it is on disk.
#[derive(Clone, Debug)]
pub(in crate::host_functions::collections) struct Embedded(pub(in crate::host_functions::collections) State);

impl Embedded {
    /// Reads for an answer, which has a bound.
    async fn read_for_answer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<std::result::Result<T, TooLarge>> + Send + 'static,
    ) -> Result<T> {
        let read = self.0.read(work).await?;
        Ok(read.inspect_err(|_| metrics::refused(LimitId::DatabaseAnswer))?)
    }
}

#[async_trait]
impl Store for Embedded {
    async fn upsert(
        &self,
        space: Space,
        entries: Vec<Entry>,
        vectors: Vec<(String, Vec<Vector>)>,
        then: Then<()>,
    ) -> Result<()> {
        let texts = entries.iter().map(|entry| entry.text.len() + entry.key.len()).sum::<usize>();
        let labels = entries.iter().flat_map(|entry| &entry.labels).map(String::len).sum::<usize>();
        let bytes = texts + labels + vectors.iter().map(|(_, vectors)| bytes_of(vectors)).sum::<usize>();
        let work = move |connection: &Connection| {
            for (place, entry) in entries.iter().enumerate() {
                let id = put_text(connection, &space, entry)?;
                for (method, vectors) in &vectors {
                    if let Some(vector) = vectors.get(place) {
                        put_vector(connection, id, method, vector)?;
                    }
                }
            }
            Ok(())
        };
        Ok(self.0.write_then(bytes, work, then).await?)
    }

    async fn delete(&self, space: Space, key: String, then: Then<()>) -> Result<()> {
        let bytes = key.len();
        let work = move |connection: &Connection| {
            let sql = "DELETE FROM collection_texts WHERE collection = ? AND namespace = ? AND key = ?";
            connection.execute(sql, params![space.collection, space.namespace, key]).map(drop)
        };
        Ok(self.0.write_then(bytes, work, then).await?)
    }

    async fn put_vectors(
        &self,
        _: Space,
        method: String,
        vectors: Vec<(i64, Vector)>,
        then: Then<Vec<bool>>,
    ) -> Result<()> {
        let bytes = bytes_of(vectors.iter().map(|(_, vector)| vector));
        let work = move |connection: &Connection| {
            vectors.iter().map(|(id, vector)| put_vector(connection, *id, &method, vector)).collect()
        };
        Ok(self.0.write_then(bytes, work, then).await.map(drop)?)
    }

    async fn vectors(&self, space: Space, method: String, mut room: Room) -> Result<(Vec<Read>, Room)> {
        let work = move |connection: &Connection| {
            let of = "FROM collection_texts JOIN collection_vectors ON text_id = collection_texts.id
                WHERE collection = ?1 AND namespace = ?2 AND search_method = ?3";
            let of_these = params![space.collection, space.namespace, method];
            let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            let rows = connection.query_row(&format!("SELECT count(*) {of}"), of_these, count)?;
            let first = connection.query_row(&format!("SELECT length(vector) {of} LIMIT 1"), of_these, count);
            let bytes = usize::try_from(first.optional()?.unwrap_or_default()).unwrap_or_default();
            if let Err(full) = room.has_room_for(usize::try_from(rows).unwrap_or_default(), bytes / size_of::<f32>()) {
                return Ok(Err(full));
            }
            let mut statement = connection.prepare(&format!("SELECT collection_vectors.id, key, vector {of}"))?;
            let mut rows = statement.query(of_these)?;
            let mut read = Vec::new();
            while let Some(row) = rows.next()? {
                let vector = row.get_ref(2)?.as_blob().map(numbers)?;
                let one = Read { row: row.get(0)?, key: row.get(1)?, vector };
                if let Err(full) = room.grow_by(&one.key, &one.vector) {
                    return Ok(Err(full));
                }
                read.push(one);
            }
            Ok(Ok::<_, Full>((read, room)))
        };
        Ok(self.0.read(work).await??)
    }

    async fn texts(&self, space: Space, method: String, after: i64, missing: bool, most: usize) -> Result<Vec<Stored>> {
        let work = move |connection: &Connection| {
            let sql = "SELECT id, key, text FROM collection_texts
                WHERE collection = ? AND namespace = ? AND id > ? AND NOT (? AND EXISTS (
                    SELECT 1 FROM collection_vectors WHERE text_id = collection_texts.id AND search_method = ?))
                ORDER BY id LIMIT ?";
            let mut statement = connection.prepare(sql)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let mut rows = statement.query(params![space.collection, space.namespace, after, missing, method, most])?;
            let (mut stored, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.next()?.filter(|_| bytes <= TEXTS) {
                let one = Stored { id: row.get(0)?, key: row.get(1)?, text: row.get(2)? };
                bytes += one.text.len();
                stored.push(one);
            }
            Ok(stored)
        };
        Ok(self.0.read(work).await?)
    }

    async fn entries(
        &self,
        space: Space,
        keys: Vec<Arc<str>>,
        mut bytes: Bytes,
    ) -> Result<(Vec<Option<Entry>>, Bytes)> {
        let work = move |connection: &Connection| {
            let sql = "SELECT text, labels FROM collection_texts WHERE collection = ? AND namespace = ? AND key = ?";
            let mut statement = connection.prepare(sql)?;
            let mut entries = Vec::with_capacity(keys.len());
            for key in keys {
                let found = statement.query_row(params![space.collection, space.namespace, key], |row| {
                    let labels: String = row.get(1)?;
                    Ok(Entry { key: Arc::clone(&key), text: row.get(0)?, labels: read_labels(&labels) })
                });
                let entry = found.optional()?;
                if let Some(Err(large)) = entry.as_ref().map(|entry| bytes.take_entry(entry)) {
                    return Ok(Err(large));
                }
                entries.push(entry);
            }
            Ok(Ok((entries, bytes)))
        };
        self.read_for_answer(work).await
    }

    async fn dump(&self, space: Space, mut bytes: Bytes) -> Result<Vec<(String, String)>> {
        let work = move |connection: &Connection| {
            let sql = "SELECT key, text FROM collection_texts WHERE collection = ? AND namespace = ? ORDER BY key";
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query(params![space.collection, space.namespace])?;
            let mut texts = Vec::new();
            while let Some(row) = rows.next()? {
                let (key, text): (String, String) = (row.get(0)?, row.get(1)?);
                if let Err(large) = bytes.take([&*key, &text]) {
                    return Ok(Err(large));
                }
                texts.push((key, text));
            }
            Ok(Ok(texts))
        };
        self.read_for_answer(work).await
    }

    async fn count(&self, space: Space) -> Result<u64> {
        let work = move |connection: &Connection| {
            let sql = "SELECT count(*) FROM collection_texts WHERE collection = ? AND namespace = ?";
            let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            connection.query_row(sql, params![space.collection, space.namespace], count)
        };
        Ok(self.0.read(work).await.map(i64::unsigned_abs)?)
    }

    async fn has(&self, space: Space) -> Result<bool> {
        let work = move |connection: &Connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM collection_texts WHERE collection = ? AND namespace = ?)";
            connection.query_row(sql, params![space.collection, space.namespace], |row| row.get(0))
        };
        Ok(self.0.read(work).await?)
    }

    async fn namespaces(&self, collection: Arc<str>, mut bytes: Bytes) -> Result<Vec<Arc<str>>> {
        let work = move |connection: &Connection| {
            let sql = "SELECT DISTINCT namespace FROM collection_texts WHERE collection = ? ORDER BY namespace";
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query([collection])?;
            let mut namespaces: Vec<Arc<str>> = Vec::new();
            while let Some(row) = rows.next()? {
                let namespace: Arc<str> = row.get(0)?;
                if let Err(large) = bytes.take([&*namespace]) {
                    return Ok(Err(large));
                }
                namespaces.push(namespace);
            }
            Ok(Ok(namespaces))
        };
        self.read_for_answer(work).await
    }
}

fn bytes_of<'v>(vectors: impl IntoIterator<Item = &'v Vector>) -> usize {
    vectors.into_iter().map(|vector| size_of_val(&**vector)).sum()
}

/// The row of a text that was put in.
fn put_text(connection: &Connection, space: &Space, entry: &Entry) -> rusqlite::Result<i64> {
    let sql = "DELETE FROM collection_texts WHERE collection = ? AND namespace = ? AND key = ?";
    connection.execute(sql, params![space.collection, space.namespace, entry.key])?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
    let labels = serde_json::Value::from(entry.labels.as_slice()).to_string();
    let sql = "INSERT INTO collection_texts (collection, namespace, key, text, labels, created_at)
        VALUES (?, ?, ?, ?, ?, ?)";
    connection.execute(sql, params![space.collection, space.namespace, entry.key, entry.text, labels, now])?;
    Ok(connection.last_insert_rowid())
}

/// Whether the text is there.
fn put_vector(connection: &Connection, text: i64, method: &str, vector: &[f32]) -> rusqlite::Result<bool> {
    let sql = "INSERT OR REPLACE INTO collection_vectors (text_id, search_method, vector)
        SELECT id, ?, ? FROM collection_texts WHERE id = ?";
    let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
    connection.execute(sql, params![method, bytes, text]).map(|rows| rows > 0)
}

fn numbers(bytes: &[u8]) -> Vector {
    bytes.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number)).collect()
}

/// What cannot be read was not written here.
fn read_labels(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}
