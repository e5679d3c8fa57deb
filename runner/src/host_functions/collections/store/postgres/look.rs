//! What others have written: found by comparing which rows are there.
//!
//! Rows never change, but come and go, so that their numbers say all. Those of rows that are committed later may be lower:
//! it is not enough to look for numbers that are higher than the last.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use futures::TryStreamExt as _;
use tokio_postgres::IsolationLevel;
use tokio_postgres::types::ToSql;

use super::worker::Connected;
use super::{Asked, statements, vector};
use crate::host_functions::collections::memory::{Full, Room};
use crate::host_functions::collections::store::{Change, Seen, Space};

/// What has changed since `seen`, which is brought up to date; with the room for what is new.
pub(super) async fn look(
    connected: &mut Connected,
    space: &Space,
    method: &str,
    seen: &Mutex<Seen>,
    mut room: Room,
) -> Asked<Result<(Vec<Change>, Room), Full>> {
    let mark = connected.prepared(statements::MARK).await?;
    let latest = connected.prepared(statements::LATEST).await?;
    let vectors_of = connected.prepared(statements::VECTORS_OF).await?;
    let of: [&(dyn ToSql + Sync); 3] = [&&*space.collection, &&*space.namespace, &method];
    // All of it is of one moment.
    let transaction = connected.client.build_transaction().isolation_level(IsolationLevel::RepeatableRead);
    let transaction = transaction.read_only(true).start().await?;
    let mark: String = transaction.query_one(&mark, &of).await?.try_get(0)?;
    if seen.lock().unwrap_or_else(PoisonError::into_inner).mark.as_ref() == Some(&mark) {
        transaction.commit().await?;
        return Ok(Ok((Vec::new(), room)));
    }
    let mut there = HashSet::new();
    for row in transaction.query(&latest, &of).await? {
        there.insert(row.try_get::<_, i64>(0)?);
    }
    let (new, gone) = {
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<i64> = there.iter().copied().filter(|row| !seen.rows.contains_key(row)).collect();
        let gone = seen.rows.iter().filter(|(row, _)| !there.contains(row));
        (new, gone.map(|(row, key)| (*row, Arc::clone(key))).collect::<Vec<_>>())
    };
    let mut changes: Vec<Change> = gone.iter().map(|(_, key)| (Arc::clone(key), None)).collect();
    let mut found = Vec::with_capacity(new.len());
    {
        let mut rows = pin!(transaction.query_raw(&vectors_of, [&new]).await?);
        while let Some(row) = rows.try_next().await? {
            let key: Arc<str> = Arc::from(row.try_get::<_, &str>(1)?);
            let vector = vector(&row, 2);
            if let Err(full) = room.grow_by(&key, vector.as_deref().unwrap_or_default()) {
                return Ok(Err(full));
            }
            found.push((row.try_get::<_, i64>(0)?, Arc::clone(&key)));
            changes.push((key, vector));
        }
    }
    transaction.commit().await?;
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    for (row, _) in &gone {
        seen.rows.remove(row);
    }
    seen.rows.extend(found);
    seen.mark = Some(mark);
    Ok(Ok((changes, room)))
}
