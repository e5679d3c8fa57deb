//! Where texts and vectors of collections are kept: in the state of the runner (`collections` section 3).

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::state::{State, StateError};

/// A vector, shared with the index.
pub(super) type Vector = Arc<[f32]>;

/// A text with its key and labels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: Arc<str>,
    pub(super) text: String,
    pub(super) labels: Vec<String>,
}

/// A text that is kept, with the number of its row: it changes whenever the text is put in again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) key: Arc<str>,
    pub(super) text: String,
}

/// A namespace of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Space {
    pub(super) collection: Arc<str>,
    pub(super) namespace: Arc<str>,
}

/// What is asked of it is answered when it is on disk.
#[derive(Clone, Debug)]
pub(super) struct Store(pub(super) State);

impl Store {
    /// Puts texts in, in place of those with the same keys, each with its vector for each method: all of it or nothing.
    /// `then` is told in the order in which this is done.
    pub(super) async fn upsert(
        &self,
        space: Space,
        entries: Vec<Entry>,
        vectors: Vec<(String, Vec<Vector>)>,
        then: impl FnOnce(&()) + Send + 'static,
    ) -> Result<(), StateError> {
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
        self.0.write_then(work, then).await
    }

    /// Takes a text out, with its vectors.
    pub(super) async fn delete(
        &self,
        space: Space,
        key: String,
        then: impl FnOnce(&()) + Send + 'static,
    ) -> Result<(), StateError> {
        let work = move |connection: &Connection| {
            let sql = "DELETE FROM collection_texts WHERE collection = ? AND namespace = ? AND key = ?";
            connection.execute(sql, params![space.collection, space.namespace, key]).map(drop)
        };
        self.0.write_then(work, then).await
    }

    /// Puts vectors of texts in, as far as the texts are still there: whether each was.
    pub(super) async fn put_vectors(
        &self,
        method: String,
        vectors: Vec<(i64, Vector)>,
        then: impl FnOnce(&Vec<bool>) + Send + 'static,
    ) -> Result<Vec<bool>, StateError> {
        let work = move |connection: &Connection| {
            vectors.iter().map(|(id, vector)| put_vector(connection, *id, &method, vector)).collect()
        };
        self.0.write_then(work, then).await
    }

    /// All vectors of a search method.
    pub(super) async fn vectors(&self, space: Space, method: String) -> Result<Vec<(Arc<str>, Vector)>, StateError> {
        let work = move |connection: &Connection| {
            let sql =
                "SELECT key, vector FROM collection_texts JOIN collection_vectors ON text_id = collection_texts.id
                WHERE collection = ? AND namespace = ? AND search_method = ?";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map(params![space.collection, space.namespace, method], |row| {
                let vector = row.get_ref(1)?.as_blob().map(numbers)?;
                Ok((row.get(0)?, vector))
            })?;
            rows.collect()
        };
        self.0.read(work).await
    }

    /// Texts behind the row `after`, in the order of their rows; with `missing` only those without a vector of the method.
    pub(super) async fn texts(
        &self,
        space: Space,
        method: String,
        after: i64,
        missing: bool,
        most: usize,
    ) -> Result<Vec<Stored>, StateError> {
        let work = move |connection: &Connection| {
            let sql = "SELECT id, key, text FROM collection_texts
                WHERE collection = ? AND namespace = ? AND id > ? AND NOT (? AND EXISTS (
                    SELECT 1 FROM collection_vectors WHERE text_id = collection_texts.id AND search_method = ?))
                ORDER BY id LIMIT ?";
            let mut statement = connection.prepare(sql)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let rows = statement
                .query_map(params![space.collection, space.namespace, after, missing, method, most], |row| {
                    Ok(Stored { id: row.get(0)?, key: row.get(1)?, text: row.get(2)? })
                })?;
            rows.collect()
        };
        self.0.read(work).await
    }

    /// The texts of these keys, as far as they are there.
    pub(super) async fn entries(&self, space: Space, keys: Vec<Arc<str>>) -> Result<Vec<Option<Entry>>, StateError> {
        let work = move |connection: &Connection| {
            let sql = "SELECT text, labels FROM collection_texts WHERE collection = ? AND namespace = ? AND key = ?";
            let mut statement = connection.prepare(sql)?;
            let mut entry = |key: Arc<str>| {
                let found = statement.query_row(params![space.collection, space.namespace, key], |row| {
                    let labels: String = row.get(1)?;
                    Ok(Entry { key: Arc::clone(&key), text: row.get(0)?, labels: read_labels(&labels) })
                });
                found.optional()
            };
            keys.into_iter().map(&mut entry).collect()
        };
        self.0.read(work).await
    }

    /// All texts by their keys, in the order of the keys.
    pub(super) async fn dump(&self, space: Space) -> Result<Vec<(String, String)>, StateError> {
        let work = move |connection: &Connection| {
            let sql = "SELECT key, text FROM collection_texts WHERE collection = ? AND namespace = ? ORDER BY key";
            let mut statement = connection.prepare(sql)?;
            let rows = statement
                .query_map(params![space.collection, space.namespace], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        self.0.read(work).await
    }

    /// How many texts there are.
    pub(super) async fn count(&self, space: Space) -> Result<u64, StateError> {
        let work = move |connection: &Connection| {
            let sql = "SELECT count(*) FROM collection_texts WHERE collection = ? AND namespace = ?";
            let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            connection.query_row(sql, params![space.collection, space.namespace], count)
        };
        self.0.read(work).await.map(i64::unsigned_abs)
    }

    /// Namespaces of a collection in which there are texts.
    pub(super) async fn namespaces(&self, collection: Arc<str>) -> Result<Vec<Arc<str>>, StateError> {
        let work = move |connection: &Connection| {
            let sql = "SELECT DISTINCT namespace FROM collection_texts WHERE collection = ? ORDER BY namespace";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([collection], |row| row.get(0))?;
            rows.collect()
        };
        self.0.read(work).await
    }
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
