//! In PostgreSQL, in the tables of the reference: other runners may write to them as well, those of the reference included.

mod look;
mod statements;
mod worker;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use futures::TryStreamExt as _;
use futures::future::try_join_all;
use sha2::{Digest as _, Sha256};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement, Transaction};

use super::{Bytes, Change, Entry, Read, Result, Seen, Space, Store, Stored, TEXTS, Then, TooLarge, Vector};
use crate::environment::Environment;
use crate::host_functions::collections::memory::{Full, Room};
use crate::host_functions::database::{DatabaseError, Door};
use crate::host_functions::metadata::DATABASE;
use crate::limits::DatabaseLimits;
use worker::{Connected, Worker};

/// The way to the database, which outlives apps.
#[derive(Default)]
pub(in crate::host_functions::collections) struct Database(OnceLock<Arc<Door<Worker>>>);

/// The database, for an app.
pub(in crate::host_functions::collections) struct Postgres {
    door: Arc<Door<Worker>>,
    environment: Arc<Environment>,
}

type Asked<T> = std::result::Result<T, DatabaseError>;

impl Postgres {
    /// The database that the environment's secret names whenever it is asked. Nothing is connected.
    pub(in crate::host_functions::collections) fn new(
        database: &Database,
        limits: DatabaseLimits,
        environment: &Arc<Environment>,
    ) -> Self {
        // The same door for whatever the secret says: the worker looks there.
        let make = || Arc::new(Door::new(DATABASE, "", limits, Worker::new(limits.timeout)));
        Self { door: Arc::clone(database.0.get_or_init(make)), environment: Arc::clone(environment) }
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnce(&mut Connected) -> Asked<T> + Send + 'static,
    ) -> Result<T> {
        Ok(self.door.pass(self.door.behind.ask(&self.environment, false, work, |_| ())).await?)
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnce(&mut Connected) -> Asked<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T> {
        Ok(self.door.pass(self.door.behind.ask(&self.environment, true, work, then)).await?)
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Postgres").finish_non_exhaustive()
    }
}

/// A transaction that alone writes to a namespace, as far as runners like this one are concerned.
async fn locked<'c>(client: &'c mut Client, lock: &Statement, space: &Space) -> Asked<Transaction<'c>> {
    let mut hash = Sha256::new();
    for part in ["modus collections", &space.collection, &space.namespace] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let number = hash.finalize().first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes));
    let transaction = client.transaction().await?;
    transaction.execute(lock, &[&number]).await?;
    Ok(transaction)
}

/// The vector in a column. Others may have written what is none: numbers that are not finite, for instance.
fn vector(row: &Row, column: usize) -> Option<Vector> {
    let numbers: Vec<Option<f32>> = row.try_get::<_, Option<_>>(column).ok().flatten()?;
    let numbers: Option<Vector> =
        numbers.into_iter().map(|number| number.filter(|number| number.is_finite())).collect();
    numbers.filter(|numbers| !numbers.is_empty())
}

impl From<TooLarge> for DatabaseError {
    fn from(TooLarge(most): TooLarge) -> Self {
        Self::TooLarge(most)
    }
}

fn entry(row: &Row) -> Asked<Entry> {
    let labels: Option<Vec<Option<String>>> = row.try_get(2)?;
    let labels = labels.into_iter().flatten().flatten().collect();
    Ok(Entry { key: Arc::from(row.try_get::<_, &str>(0)?), text: row.try_get(1)?, labels })
}

/// The entries of which each key's last one counts, with their places.
fn last_of_each(entries: &[Entry]) -> Vec<(usize, &Entry)> {
    let mut seen = HashSet::new();
    let backwards = entries.iter().enumerate().rev().filter(|(_, entry)| seen.insert(&*entry.key));
    let mut last: Vec<_> = backwards.collect();
    last.reverse();
    last
}

/// Puts texts in with their vectors.
async fn upsert(
    connected: &mut Connected,
    space: &Space,
    entries: &[Entry],
    vectors: &[(String, Vec<Vector>)],
) -> Asked<()> {
    let lock = connected.prepared(statements::LOCK).await?;
    let delete = connected.prepared(statements::DELETE).await?;
    let insert = connected.prepared(statements::INSERT).await?;
    let insert_vector = connected.prepared(statements::INSERT_VECTOR).await?;
    let entries = last_of_each(entries);
    let keys: Vec<&str> = entries.iter().map(|(_, entry)| &*entry.key).collect();
    let (collection, namespace) = (&*space.collection, &*space.namespace);
    let transaction = locked(&mut connected.client, &lock, space).await?;
    transaction.execute(&delete, &[&collection, &namespace, &keys]).await?;
    // All are on their way before the first is answered.
    let (put_text, put_vector, at) = (&insert, &insert_vector, &transaction);
    let put = entries.into_iter().map(|(place, entry)| async move {
        let labels = Some(&entry.labels).filter(|labels| !labels.is_empty());
        let values: [&(dyn ToSql + Sync); 5] = [&collection, &namespace, &&*entry.key, &entry.text, &labels];
        let row = at.query_one(put_text, &values).await?;
        Asked::Ok((place, row.try_get::<_, i64>(0)?))
    });
    let rows = try_join_all(put).await?;
    let put = vectors.iter().flat_map(|(method, vectors)| {
        let of_text = move |(place, id): &(usize, i64)| Some((*id, method, vectors.get(*place)?));
        rows.iter().filter_map(of_text)
    });
    let put = put.map(|(id, method, vector)| async move { at.execute(put_vector, &[&id, method, &&**vector]).await });
    try_join_all(put).await?;
    Ok(transaction.commit().await?)
}

/// Puts vectors of texts in: whether each text was still there.
async fn put_vectors(
    connected: &mut Connected,
    space: &Space,
    method: &str,
    vectors: &[(i64, Vector)],
) -> Asked<Vec<bool>> {
    let lock = connected.prepared(statements::LOCK).await?;
    let delete = connected.prepared(statements::DELETE_VECTOR).await?;
    let insert = connected.prepared(statements::INSERT_VECTOR).await?;
    let transaction = locked(&mut connected.client, &lock, space).await?;
    let (delete, insert, at) = (&delete, &insert, &transaction);
    let put = vectors.iter().map(|(id, vector)| async move {
        at.execute(delete, &[id, &method]).await?;
        at.execute(insert, &[id, &method, &&**vector]).await
    });
    let put = try_join_all(put).await?;
    transaction.commit().await?;
    Ok(put.into_iter().map(|rows| rows > 0).collect())
}

/// All vectors of a search method.
async fn vectors(
    connected: &mut Connected,
    space: &Space,
    method: &str,
    mut room: Room,
) -> Asked<std::result::Result<(Vec<Read>, Room), Full>> {
    let count = connected.prepared(statements::COUNT_VECTORS).await?;
    let any = connected.prepared(statements::ANY_VECTOR).await?;
    let all = connected.prepared(statements::VECTORS).await?;
    let of: [&(dyn ToSql + Sync); 3] = [&&*space.collection, &&*space.namespace, &method];
    let count: i64 = connected.client.query_one(&count, &of).await?.try_get(0)?;
    let dimensions: Option<i32> = match connected.client.query_opt(&any, &of).await? {
        Some(row) => Some(row.try_get(0)?),
        None => None,
    };
    let number = |number: i64| usize::try_from(number).unwrap_or_default();
    if let Err(full) = room.has_room_for(number(count), number(dimensions.map_or(0, i64::from))) {
        return Ok(Err(full));
    }
    let mut rows = pin!(connected.client.query_raw(&all, of).await?);
    let mut read = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let Some(vector) = vector(&row, 2) else { continue };
        let one = Read { row: row.try_get(0)?, key: Arc::from(row.try_get::<_, &str>(1)?), vector };
        if let Err(full) = room.grow_by(&one.key, &one.vector) {
            return Ok(Err(full));
        }
        read.push(one);
    }
    Ok(Ok((read, room)))
}

#[async_trait]
impl Store for Postgres {
    async fn upsert(
        &self,
        space: Space,
        entries: Vec<Entry>,
        vectors: Vec<(String, Vec<Vector>)>,
        then: Then<()>,
    ) -> Result<()> {
        let work = async move |connected: &mut Connected| upsert(connected, &space, &entries, &vectors).await;
        self.write(work, then).await
    }

    async fn delete(&self, space: Space, key: String, then: Then<()>) -> Result<()> {
        self.write(
            async move |connected: &mut Connected| {
                let lock = connected.prepared(statements::LOCK).await?;
                let delete = connected.prepared(statements::DELETE).await?;
                let transaction = locked(&mut connected.client, &lock, &space).await?;
                transaction.execute(&delete, &[&&*space.collection, &&*space.namespace, &[&key].as_slice()]).await?;
                Ok(transaction.commit().await?)
            },
            then,
        )
        .await
    }

    async fn put_vectors(
        &self,
        space: Space,
        method: String,
        vectors: Vec<(i64, Vector)>,
        then: Then<Vec<bool>>,
    ) -> Result<()> {
        let work = async move |connected: &mut Connected| put_vectors(connected, &space, &method, &vectors).await;
        self.write(work, then).await.map(drop)
    }

    async fn vectors(&self, space: Space, method: String, room: Room) -> Result<(Vec<Read>, Room)> {
        let work = async move |connected: &mut Connected| vectors(connected, &space, &method, room).await;
        Ok(self.read(work).await??)
    }

    async fn texts(&self, space: Space, method: String, after: i64, missing: bool, most: usize) -> Result<Vec<Stored>> {
        self.read(async move |connected: &mut Connected| {
            let texts = connected.prepared(statements::TEXTS).await?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let of: [&(dyn ToSql + Sync); 6] =
                [&&*space.collection, &&*space.namespace, &after, &missing, &method, &most];
            let mut rows = pin!(connected.client.query_raw(&texts, of).await?);
            let (mut stored, mut bytes) = (Vec::new(), 0);
            while let Some(row) = rows.try_next().await? {
                if bytes <= TEXTS {
                    let (id, key, text) = (row.try_get(0)?, row.try_get::<_, &str>(1)?, row.try_get::<_, String>(2)?);
                    bytes += text.len();
                    stored.push(Stored { id, key: Arc::from(key), text });
                }
            }
            Ok(stored)
        })
        .await
    }

    async fn entries(
        &self,
        space: Space,
        keys: Vec<Arc<str>>,
        mut bytes: Bytes,
    ) -> Result<(Vec<Option<Entry>>, Bytes)> {
        self.read(async move |connected: &mut Connected| {
            let entries = connected.prepared(statements::ENTRIES).await?;
            let wanted: Vec<&str> = keys.iter().map(|key| &**key).collect();
            let of: [&(dyn ToSql + Sync); 3] = [&&*space.collection, &&*space.namespace, &wanted];
            let mut rows = pin!(connected.client.query_raw(&entries, of).await?);
            let mut found = HashMap::new();
            while let Some(row) = rows.try_next().await? {
                let entry = entry(&row)?;
                bytes.take_entry(&entry)?;
                found.insert(Arc::clone(&entry.key), entry);
            }
            Ok((keys.iter().map(|key| found.remove(key)).collect(), bytes))
        })
        .await
    }

    async fn dump(&self, space: Space, mut bytes: Bytes) -> Result<Vec<(String, String)>> {
        self.read(async move |connected: &mut Connected| {
            let dump = connected.prepared(statements::DUMP).await?;
            let of: [&(dyn ToSql + Sync); 2] = [&&*space.collection, &&*space.namespace];
            let mut rows = pin!(connected.client.query_raw(&dump, of).await?);
            let mut texts = Vec::new();
            while let Some(row) = rows.try_next().await? {
                let (key, text): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                bytes.take([&*key, &text])?;
                texts.push((key, text));
            }
            // The database may have another order.
            texts.sort();
            Ok(texts)
        })
        .await
    }

    async fn count(&self, space: Space) -> Result<u64> {
        self.read(async move |connected: &mut Connected| {
            let count = connected.prepared(statements::COUNT).await?;
            let row = connected.client.query_one(&count, &[&&*space.collection, &&*space.namespace]).await?;
            Ok(row.try_get::<_, i64>(0)?.unsigned_abs())
        })
        .await
    }

    async fn has(&self, space: Space) -> Result<bool> {
        self.read(async move |connected: &mut Connected| {
            let has = connected.prepared(statements::HAS).await?;
            Ok(connected.client.query_one(&has, &[&&*space.collection, &&*space.namespace]).await?.try_get(0)?)
        })
        .await
    }

    async fn namespaces(&self, collection: Arc<str>, mut bytes: Bytes) -> Result<Vec<Arc<str>>> {
        self.read(async move |connected: &mut Connected| {
            let namespaces = connected.prepared(statements::NAMESPACES).await?;
            let mut rows = pin!(connected.client.query_raw(&namespaces, [&*collection]).await?);
            let mut namespaces = Vec::new();
            while let Some(row) = rows.try_next().await? {
                let namespace: &str = row.try_get(0)?;
                bytes.take([namespace])?;
                namespaces.push(Arc::from(namespace));
            }
            namespaces.sort();
            Ok(namespaces)
        })
        .await
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn epoch(&self) -> u64 {
        self.door.behind.epoch()
    }

    async fn look(
        &self,
        space: Space,
        method: String,
        seen: Arc<Mutex<Seen>>,
        room: Room,
        then: Then<Vec<Change>>,
    ) -> Result<()> {
        let work = async move |connected: &mut Connected| look::look(connected, &space, &method, &seen, room).await;
        let looked = self.write(work, move |looked| {
            if let Ok((changes, _)) = looked {
                then(changes);
            }
        });
        Ok(looked.await?.map(drop)?)
    }
}
