//! Records in PostgreSQL, in the tables of the reference: a thread of its own writes them in batches, and reads them back. It
//! does both at once, each on a connection of its own: whoever reads holds up no record.

mod connected;
mod statements;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, UnboundedSender, channel, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::budget::Room;
use super::page::{Shown, Wanted};
use super::record::Inference;
use super::{PAGE, Retention, late};
use crate::environment::Environment;
use crate::host_functions::metadata::{DATABASE, said};
use crate::host_functions::thread::{self, Queue};
use crate::telemetry::metrics;
use connected::Connected;

/// Records of a transaction.
const BATCH: usize = 100;
/// Pauses between tries to write where the database is gone: they double.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(30)];
/// How long a transaction may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Old records go once for so many new ones.
const TURN: usize = 256;
/// Pages that may wait to be read.
const PAGES: usize = 32;

/// What the app says that is served.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) environment: Arc<Environment>,
    /// Bytes of a record's texts.
    pub(super) most: usize,
    pub(super) retention: Retention,
}

/// What is asked of the one that writes.
enum Post {
    /// To write a record.
    Record(Settings, Box<Inference>, Room),
    /// To say when all records before are written.
    Flush(oneshot::Sender<()>),
}

type Page = Result<Vec<Shown>, String>;

/// What is asked of the one that reads.
struct Question {
    settings: Settings,
    wanted: Wanted,
    answer: oneshot::Sender<Page>,
}

/// The ways to the two.
struct Ways {
    posts: UnboundedSender<Post>,
    questions: Sender<Question>,
}

/// The way to the thread, which is there once something was sent. It ends when this is dropped.
#[derive(Default)]
pub(super) struct Thread(OnceLock<Ways>);

impl Thread {
    /// Has a record written. Where there is no thread it is lost, and counted.
    pub(super) fn write(&self, settings: Settings, inference: Inference, room: Room) {
        let post = Post::Record(settings, Box::new(inference), room);
        if self.ways().posts.send(post).is_err() {
            metrics::inference_dropped();
        }
    }

    /// Has a page read; nothing where too many wait for theirs.
    pub(super) fn read(&self, settings: Settings, wanted: Wanted) -> Option<oneshot::Receiver<Page>> {
        let (answer, answered) = oneshot::channel();
        let question = Question { settings, wanted, answer };
        self.ways().questions.try_send(question).is_ok().then_some(answered)
    }

    /// Hears when everything that was sent is written; nothing where nothing was sent.
    pub(super) fn flush(&self) -> Option<oneshot::Receiver<()>> {
        let (done, flushed) = oneshot::channel();
        self.0.get()?.posts.send(Post::Flush(done)).ok()?;
        Some(flushed)
    }

    fn ways(&self) -> &Ways {
        self.0.get_or_init(|| {
            let ((posts, posted), (questions, asked)) = (unbounded_channel(), channel(PAGES));
            thread::start("history", "the history of model calls", |runtime| {
                runtime.block_on(async { tokio::join!(write(Queue::new(posted)), read(asked)) });
            });
            Ways { posts, questions }
        })
    }
}

/// Reads pages for those who still wait for them.
async fn read(mut questions: Receiver<Question>) {
    let mut connected = None;
    while let Some(Question { settings, wanted, answer }) = questions.recv().await {
        if answer.is_closed() {
            continue;
        }
        let read = timeout(PAGE, page(&mut connected, &settings, &wanted)).await.unwrap_or_else(|_| Err(late()));
        if !matches!(read, Ok((_, false))) {
            // It is in the midst of something.
            connected = None;
        }
        let _ = answer.send(read.map(|(records, _)| records));
    }
}

/// Records of a page, and whether the connection is in the midst of more.
async fn page(
    connected: &mut Option<Connected>,
    settings: &Settings,
    wanted: &Wanted,
) -> Result<(Vec<Shown>, bool), String> {
    let connected = Connected::get(connected, settings).await?;
    statements::page(&connected.client, connected.has_more, wanted).await.map_err(|error| said(&error))
}

/// Writes records in batches.
async fn write(mut posts: Queue<Post>) {
    let mut store = Store::default();
    while let Some(post) = posts.next().await {
        let (settings, first) = match post {
            Post::Flush(done) => {
                let _ = done.send(());
                continue;
            }
            Post::Record(settings, record, room) => (settings, (*record, room)),
        };
        let mut batch = vec![first];
        store.settings = Some(settings);
        while batch.len() < BATCH
            && let Some(Post::Record(settings, record, room)) = posts.next_if(|post| matches!(post, Post::Record(..)))
        {
            store.settings = Some(settings);
            batch.push((*record, room));
        }
        store.write(batch).await;
    }
}

/// The database, for the one that writes.
#[derive(Default)]
struct Store {
    /// The newest.
    settings: Option<Settings>,
    connected: Option<Connected>,
    /// The last failure that was told.
    told: String,
    /// Records since old ones went.
    written: usize,
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
        let connected = Connected::get(&mut self.connected, &settings).await?;
        connected.write(batch, settings.most).await.map_err(|error| said(&error))?;
        self.written += batch.len();
        if self.written >= TURN {
            self.written = 0;
            statements::forget(&connected.client, settings.retention).await.map_err(|error| said(&error))?;
        }
        Ok(())
    }
}
