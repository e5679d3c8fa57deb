//! An attempt to bring vectors in memory up to date: it belongs to the index, and goes on when the call ends that began it.

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use tokio::sync::oneshot;

use super::HostError;

type Answer = Result<(), HostError>;

/// An attempt that is under way.
#[derive(Clone)]
pub(super) struct Attempt {
    by: Beginner,
    answer: Shared<oneshot::Receiver<Answer>>,
}

/// For which app an attempt was begun, and whether by an embedder: others may have more luck.
pub(super) type Beginner = (usize, bool);

impl Attempt {
    /// Begins one, as a task of its own. `under_way` is dropped at its end, before anybody hears of that.
    pub(super) fn begin(by: Beginner, under_way: impl Send + 'static, work: BoxFuture<'static, Answer>) -> Self {
        let (sender, answer) = oneshot::channel();
        tokio::spawn(async move {
            let (sender, under_way) = (sender, under_way);
            let answer = work.await;
            // Whoever hears of a failure may begin another one.
            drop(under_way);
            let _ = sender.send(answer);
        });
        Self { by, answer: answer.shared() }
    }

    /// Who began it.
    pub(super) fn by(&self) -> Beginner {
        self.by
    }

    /// Waits for its end.
    pub(super) async fn result(self) -> Answer {
        self.answer.await.unwrap_or_else(|_| Err("vectors could not be read: see the log".into()))
    }
}
