//! Records in PostgreSQL, in the tables of the reference: a thread of its own writes them in batches, and reads them back.

mod connect;
mod statements;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Statement};

use super::budget::Room;
use super::page::{Shown, Wanted};
use super::record::{Inference, Plugin};
use super::{DATABASE, Retention};
use crate::environment::Environment;
use crate::telemetry::metrics;

/// Records of a transaction.
const BATCH: usize = 100;
/// Pauses between tries to write where the database is gone: they double.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(30)];
/// How long a transaction may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Old records go once for so many new ones.
const TURN: usize = 256;

/// What the thread is asked for.
pub(super) enum Post {
    /// To write a record.
    Record(Box<Inference>, Room),
    /// To say when all records before are written.
    Flush(oneshot::Sender<()>),
    /// To read.
    Page(Wanted, oneshot::Sender<Result<Vec<Shown>, String>>),
}

/// What the app says that is served.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) environment: Arc<Environment>,
    /// Bytes of a record's texts.
    pub(super) most: usize,
    pub(super) retention: Retention,
}

/// Something for the thread, with what the app says that is served.
type Message = (Option<Settings>, Post);

/// The way to the thread, which is there once something was sent.
#[derive(Default)]
pub(super) struct Writer(Mutex<Option<UnboundedSender<Message>>>);

impl Writer {
    /// Sends something. Where there is no thread, a record is lost and counted, and others hear nothing.
    pub(super) fn send(&self, settings: Settings, post: Post) {
        let mut sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = sender.get_or_insert_with(|| {
            let (sender, messages) = unbounded_channel();
            if let Err(error) = std::thread::Builder::new().name("history".to_owned()).spawn(move || serve(messages)) {
                tracing::warn!(target: "modus", error = %error, "No thread for the history of model calls.");
            }
            sender
        });
        if let Err(unsent) = sender.send((Some(settings), post))
            && let Post::Record(..) = unsent.0.1
        {
            metrics::inference_dropped();
        }
    }

    /// Hears when everything that was sent is written; nothing where nothing was sent.
    pub(super) fn flush(&self) -> Option<oneshot::Receiver<()>> {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (done, flushed) = oneshot::channel();
        sender.as_ref()?.send((None, Post::Flush(done))).ok()?;
        Some(flushed)
    }
}

/// Does what it is asked for, until nobody can ask any more.
fn serve(mut messages: UnboundedReceiver<Message>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::warn!(target: "modus", error = %error, "The history of model calls is not kept.");
            return;
        }
    };
    runtime.block_on(async {
        let mut store = Store::default();
        let mut next = None;
        loop {
            let (settings, post) = match next.take() {
                Some(message) => message,
                None => match messages.recv().await {
                    Some(message) => message,
                    None => return,
                },
            };
            if let Some(settings) = settings {
                store.settings = Some(settings);
            }
            match post {
                Post::Flush(done) => drop(done.send(())),
                Post::Page(wanted, answer) => drop(answer.send(store.page(&wanted).await)),
                Post::Record(first, room) => {
                    let mut batch = vec![(*first, room)];
                    while batch.len() < BATCH {
                        match messages.try_recv() {
                            Ok((_, Post::Record(record, room))) => batch.push((*record, room)),
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    store.write(batch).await;
                }
            }
        }
    });
}

/// The database, as far as it is there.
#[derive(Default)]
struct Store {
    settings: Option<Settings>,
    connected: Option<Connected>,
    /// The last failure that was told.
    told: String,
    /// Records since old ones went.
    written: usize,
}

struct Connected {
    client: Client,
    /// What it was made with.
    text: String,
    /// Whether the tables have the columns of this runner.
    has_more: bool,
    insert: Statement,
    /// Ids of apps by their builds.
    plugins: HashMap<String, String>,
}

impl Store {
    /// Writes records, as often as it takes. Meanwhile others wait, up to their bound.
    async fn write(&mut self, batch: Vec<(Inference, Room)>) {
        let mut pause = PAUSES[0];
        loop {
            let failure = match timeout(PATIENCE, self.try_to_write(&batch)).await {
                Ok(Ok(())) => return self.told.clear(),
                Ok(Err(failure)) => failure,
                Err(_) => format!("the database of {DATABASE} takes longer than {} s", PATIENCE.as_secs()),
            };
            self.connected = None;
            if self.told != failure {
                tracing::warn!(target: "modus", error = failure, "The history of model calls cannot be written now.");
                self.told = failure;
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSES[1]);
        }
    }

    async fn try_to_write(&mut self, batch: &[(Inference, Room)]) -> Result<(), String> {
        let settings = self.settings.clone().ok_or("nobody said how")?;
        let connected = self.connected(&settings).await?;
        match connected.write_all(batch, settings.most).await {
            Ok(()) => {}
            // One of them is not as the database wants it.
            Err(error) if is_about_data(&error) => {
                for (inference, _) in batch {
                    connected.write_single(inference, settings.most).await.map_err(said)?;
                }
            }
            Err(error) => return Err(said(error)),
        }
        self.written += batch.len();
        if self.written >= TURN {
            self.written = 0;
            if let Some(connected) = &self.connected {
                statements::forget(&connected.client, settings.retention).await.map_err(said)?;
            }
        }
        Ok(())
    }

    async fn page(&mut self, wanted: &Wanted) -> Result<Vec<Shown>, String> {
        let settings = self.settings.clone().ok_or("nobody said how")?;
        let connected = self.connected(&settings).await?;
        let page = statements::page(&connected.client, connected.has_more, wanted).await;
        page.map_err(|error| {
            self.connected = None;
            said(error)
        })
    }

    /// The connection: the one that is there, unless it is closed or the secret is another one now.
    async fn connected(&mut self, settings: &Settings) -> Result<&mut Connected, String> {
        let text = settings.environment.secret(DATABASE).filter(|text| !text.trim().is_empty());
        let text = text.ok_or_else(|| format!("the secret {DATABASE} is not there any more"))?;
        let is_good = |connected: &Connected| connected.text == text && !connected.client.is_closed();
        if !self.connected.as_ref().is_some_and(is_good) {
            self.connected = None;
            let client = connect::connect(&text).await?;
            let has_more = statements::prepare_tables(&client).await.map_err(said)?;
            let insert = client.prepare(&statements::insert(has_more)).await.map_err(said)?;
            let plugins = HashMap::new();
            self.connected = Some(Connected { client, text, has_more, insert, plugins });
        }
        self.connected.as_mut().ok_or_else(|| "there is no connection".to_owned())
    }
}

impl Connected {
    /// Writes records in one transaction.
    async fn write_all(&mut self, batch: &[(Inference, Room)], most: usize) -> Result<(), Error> {
        let mut rows = Vec::with_capacity(batch.len());
        for (inference, _) in batch {
            // Before the transaction: what that takes back when it fails would be thought to be there.
            let plugin = known(&self.client, &mut self.plugins, &inference.plugin).await?;
            rows.push(statements::Values::of(inference, plugin, most));
        }
        let transaction = self.client.transaction().await?;
        // All are on their way before the first is answered.
        let written = rows.iter().map(|row| row.write(&transaction, &self.insert, self.has_more));
        futures::future::try_join_all(written).await?;
        transaction.commit().await
    }

    /// Writes a record by itself. Where the database cannot take its JSON, it is written as text; where not even that, it is
    /// dropped and counted.
    async fn write_single(&mut self, inference: &Inference, most: usize) -> Result<(), Error> {
        let plugin = known(&self.client, &mut self.plugins, &inference.plugin).await?;
        let mut values = statements::Values::of(inference, plugin, most);
        let written = values.write(&self.client, &self.insert, self.has_more).await;
        let Err(error) = written else { return Ok(()) };
        if !is_about_data(&error) {
            return Err(error);
        }
        values.as_text(inference);
        match values.write(&self.client, &self.insert, self.has_more).await {
            Err(error) if is_about_data(&error) => metrics::inference_dropped(),
            written => return written,
        }
        Ok(())
    }
}

/// The id of an app, which is noted where it is not yet.
async fn known(client: &Client, known: &mut HashMap<String, String>, plugin: &Plugin) -> Result<String, Error> {
    if let Some(id) = known.get(&plugin.build_id) {
        return Ok(id.clone());
    }
    let id = statements::note_plugin(client, plugin).await?;
    known.insert(plugin.build_id.clone(), id.clone());
    Ok(id)
}

/// Whether the database finds fault with what it was given: `22` is "data exception".
fn is_about_data(error: &Error) -> bool {
    error.code().map(SqlState::code).is_some_and(|code| code.starts_with("22"))
}

/// An error with its causes, which show no value of a record.
fn said(error: Error) -> String {
    let cause = std::error::Error::source(&error);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
