use std::path::Path;

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::folder::DATABASE;
use super::*;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn state(folder: &Path) -> State {
    State::new(Some(folder.to_owned()), 100)
}

fn insert(connection: &rusqlite::Connection, key: &str) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO collection_texts (collection, namespace, key, text, labels, created_at) VALUES ('c', '', ?, '', '[]', 0)";
    connection.execute(sql, [key])?;
    Ok(connection.last_insert_rowid())
}

fn keys(connection: &rusqlite::Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT key FROM collection_texts ORDER BY id")?;
    statement.query_map((), |row| row.get(0))?.collect()
}

/// A folder in which a runner has kept a text.
fn used() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    runtime().block_on(state(folder.path()).write(0, |connection| insert(connection, "first"))).expect("it is written");
    folder
}

/// As a thread holds the folder until it has ended.
fn reopened(folder: &Path) -> Result<Vec<String>, StateError> {
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        match runtime().block_on(state(folder).read(keys)) {
            Err(StateError::InUse { .. }) if std::time::Instant::now() < patience => std::thread::yield_now(),
            result => return result,
        }
    }
}

#[test]
fn without_a_folder_whoever_needs_one_is_told_what_to_set() {
    let error = runtime().block_on(State::default().write(0, |_| Ok(()))).expect_err("there is none");
    assert_eq!(error, StateError::Nowhere);
    assert!(error.to_string().contains("--state-dir") && error.to_string().contains("MODUS_STATE_DIR"), "{error}");
    assert!(!State::default().is_somewhere());
}

#[test]
fn nothing_is_there_before_the_first_use() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("deep/state");
    let state = state(&place);
    runtime().block_on(state.flush());
    assert!(!place.exists());
    assert_eq!(runtime().block_on(state.read(keys)), Ok(Vec::new()));
    assert_eq!(std::fs::read_to_string(place.join(".gitignore")).expect("a file"), "*\n");
    let mode =
        |path: &Path| std::os::unix::fs::PermissionsExt::mode(&path.metadata().expect("it is there").permissions());
    assert_eq!((mode(&place) & 0o777, mode(&place.join(DATABASE)) & 0o777), (0o700, 0o600));
}

#[test]
fn what_was_written_is_read_and_stays() {
    let folder = used();
    assert_eq!(reopened(folder.path()), Ok(vec!["first".to_owned()]));
}

/// They share a transaction, and yet each fails alone.
#[test]
fn a_write_that_fails_undoes_nothing_of_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = state(folder.path());
    runtime().block_on(async {
        let posted: Vec<_> = ["a", "b", "a", "panic", "c"]
            .map(|key| {
                let work = move |connection: &rusqlite::Connection| {
                    let id = insert(connection, key)?;
                    assert!(key != "panic", "this one panics");
                    Ok(id)
                };
                state.post(0, work, |_| {})
            })
            .into_iter()
            .map(|receiver| receiver.expect("it is queued"))
            .collect();
        let mut done = Vec::new();
        for receiver in posted {
            done.push(receiver.await.expect("an answer").is_ok());
        }
        assert_eq!(done, [true, true, false, false, true]);
        assert_eq!(state.read(keys).await, Ok(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
    });
}

#[test]
fn many_writes_at_once_are_all_answered_and_all_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = State::new(Some(folder.path().to_owned()), 10_000);
    runtime().block_on(async {
        let writes =
            (0..1000).map(|number| state.write(0, move |connection| insert(connection, &format!("{number:04}"))));
        assert!(futures::future::join_all(writes).await.iter().all(Result::is_ok));
        assert_eq!(state.read(keys).await.map(|keys| keys.len()), Ok(1000));
    });
}

/// Work that goes on when the other end is dropped.
fn hold() -> (std::sync::mpsc::Sender<()>, impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<()> + Send + 'static)
{
    let (release, held) = std::sync::mpsc::channel();
    let work = move |_: &rusqlite::Connection| {
        let _ = held.recv();
        Ok(())
    };
    (release, work)
}

#[test]
fn beyond_the_queue_there_is_a_refusal_with_a_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = State::new(Some(folder.path().to_owned()), 2);
    let (release, hold) = hold();
    runtime().block_on(async {
        let first = state.post(0, hold, |()| {});
        let second = state.post(0, |connection| insert(connection, "second"), |_| {});
        let third = state.post(0, |connection| insert(connection, "third"), |_| {});
        let error = third.expect_err("two wait");
        assert_eq!(error, StateError::Busy(2));
        assert!(error.to_string().contains("state-waiting"), "{error}");
        drop(release);
        assert_eq!(first.expect("it is queued").await.expect("an answer"), Ok(()));
        assert!(second.expect("it is queued").await.expect("an answer").is_ok());
        assert_eq!(state.read(keys).await, Ok(vec!["second".to_owned()]));
    });
}

#[test]
fn what_waits_to_be_written_is_bounded_in_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = state(folder.path());
    let (release, hold) = hold();
    runtime().block_on(async {
        // One that is larger than all together may be is done nevertheless, by itself.
        let first = state.post(2 * MOST_BYTES, hold, |()| {});
        let second = state.post(1, |connection| insert(connection, "second"), |_| {});
        let error = second.expect_err("too much waits");
        assert_eq!(error, StateError::Heavy(2 * MOST_BYTES));
        assert!(error.to_string().contains("state-waiting"), "{error}");
        drop(release);
        assert_eq!(first.expect("it is queued").await.expect("an answer"), Ok(()));
        for key in ["third", "fourth"] {
            assert!(state.write(MOST_BYTES, move |connection| insert(connection, key)).await.is_ok());
        }
        assert_eq!(state.read(keys).await, Ok(vec!["third".to_owned(), "fourth".to_owned()]));
    });
}

#[test]
fn the_end_waits_for_what_is_posted_although_the_queue_is_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = State::new(Some(folder.path().to_owned()), 1);
    let (release, hold) = hold();
    runtime().block_on(async {
        let posted = state.post(0, hold, |()| {});
        assert!(futures::poll!(std::pin::pin!(state.flush())).is_pending());
        drop(release);
        state.flush().await;
        assert_eq!(posted.expect("it is queued").try_recv(), Ok(Ok(())));
    });
}

#[test]
fn a_read_that_nobody_waits_for_is_not_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = state(folder.path());
    runtime().block_on(async {
        assert_eq!(state.read(keys).await, Ok(Vec::new()));
        let held = [hold(), hold()];
        let (releases, held): (Vec<_>, Vec<_>) = held.into_iter().unzip();
        let reads = futures::future::join_all(held.into_iter().map(|hold| state.read(hold)));
        let mut reads = std::pin::pin!(reads);
        assert!(futures::poll!(&mut reads).is_pending());
        let begun = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&begun);
        let abandoned = state.read(move |_| Ok(counted.fetch_add(1, Ordering::Relaxed)));
        assert!(futures::poll!(Box::pin(abandoned)).is_pending());
        drop(releases);
        reads.await;
        assert_eq!(state.read(keys).await, Ok(Vec::new()));
        assert_eq!(begun.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn a_second_runner_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (state(folder.path()), state(folder.path()));
    runtime().block_on(async {
        first.write(0, |connection| insert(connection, "first")).await.expect("it is written");
        let error = second.write(0, |connection| insert(connection, "second")).await.expect_err("it is taken");
        assert_eq!(error, StateError::InUse { folder: folder.path().to_owned(), process: Some(std::process::id()) });
        assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
        assert_eq!(first.read(keys).await, Ok(vec!["first".to_owned()]));
    });
    // Once the first is gone, the second one goes on.
    drop(first);
    assert_eq!(reopened(folder.path()), Ok(vec!["first".to_owned()]));
}

fn change(folder: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(folder.join(DATABASE)).expect("a database");
    connection.execute_batch(sql).expect("it is changed");
}

/// The format that a database says it has.
fn marks(folder: &Path) -> i64 {
    let connection = rusqlite::Connection::open(folder.join(DATABASE)).expect("a database");
    connection.query_row("PRAGMA user_version", (), |row| row.get(0)).expect("a number")
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let folder = used();
    assert!(reopened(folder.path()).is_ok());
    let own = marks(folder.path());
    change(folder.path(), "PRAGMA user_version = 1000");
    let error = reopened(folder.path()).expect_err("it is newer");
    assert!(matches!(error, StateError::Newer { found: 1000, .. }), "{error}");
    change(folder.path(), &format!("PRAGMA user_version = {own}"));
    assert_eq!(reopened(folder.path()), Ok(vec!["first".to_owned()]));
}

#[test]
fn databases_of_others_are_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    change(folder.path(), "CREATE TABLE theirs (a)");
    let foreign = Err(StateError::Foreign(folder.path().join(DATABASE)));
    assert_eq!(reopened(folder.path()), foreign);
    std::fs::write(folder.path().join(DATABASE), "no database at all, and long enough to be looked at".repeat(100))
        .expect("a file");
    assert_eq!(reopened(folder.path()), foreign);
}

#[test]
fn readers_cannot_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let result = runtime().block_on(state(folder.path()).read(|connection| insert(connection, "no")));
    assert!(matches!(result, Err(StateError::ReadOnly { .. })), "{result:?}");
}
