//! Threads of their own for what asks a database, and the queues that they take from.

use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::UnboundedReceiver;

/// Starts a thread of this name, which serves on a runtime of its own. Where there is no thread or no runtime, the log says
/// for `what`, and `serve` is dropped: whoever sends to it learns that nobody receives.
pub(super) fn start(name: &str, what: &'static str, serve: impl FnOnce(&Runtime) + Send + 'static) {
    let missing = move |error: &io::Error| tracing::warn!(target: "modus", error = %error, "No thread for {what}.");
    let run = move || match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => serve(&runtime),
        Err(error) => missing(&error),
    };
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(run) {
        missing(&error);
    }
}

/// What was sent, in that order. The next one can be looked at before it is taken.
pub(super) struct Queue<T> {
    receiver: UnboundedReceiver<T>,
    /// Was looked at, and left.
    next: Option<T>,
}

impl<T> Queue<T> {
    pub(super) fn new(receiver: UnboundedReceiver<T>) -> Self {
        Self { receiver, next: None }
    }

    /// The next one, which is waited for. Nothing once nobody can send any more.
    pub(super) async fn next(&mut self) -> Option<T> {
        match self.next.take() {
            Some(next) => Some(next),
            None => self.receiver.recv().await,
        }
    }

    /// The next one, if it is there already and fits. One that does not stays the next.
    pub(super) fn next_if(&mut self, fits: impl FnOnce(&T) -> bool) -> Option<T> {
        let next = self.next.take().or_else(|| self.receiver.try_recv().ok())?;
        if fits(&next) {
            return Some(next);
        }
        self.next = Some(next);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[test]
    fn a_thread_serves_until_nobody_can_send() {
        let (sender, receiver) = unbounded_channel();
        let (ended, end) = channel();
        start("served", "a test", move |runtime| {
            let (mut queue, mut seen) = (Queue::new(receiver), Vec::new());
            runtime.block_on(async {
                while let Some(number) = queue.next().await {
                    seen.push(number);
                }
            });
            let name = std::thread::current().name().map(str::to_owned);
            ended.send((name, seen)).expect("it is waited for");
        });
        for number in [1, 2] {
            sender.send(number).expect("it serves");
        }
        drop(sender);
        assert_eq!(end.recv(), Ok((Some("served".to_owned()), vec![1, 2])));
    }

    #[tokio::test]
    async fn what_does_not_fit_stays_the_next() {
        let (sender, receiver) = unbounded_channel();
        let mut queue = Queue::new(receiver);
        let small = |number: &i32| *number < 5;
        assert_eq!(queue.next_if(small), None);
        for number in [1, 2, 5, 3] {
            sender.send(number).expect("it is there");
        }
        assert_eq!(queue.next().await, Some(1));
        assert_eq!((queue.next_if(small), queue.next_if(small), queue.next_if(small)), (Some(2), None, None));
        assert_eq!((queue.next().await, queue.next_if(small), queue.next_if(small)), (Some(5), Some(3), None));
        sender.send(9).expect("it is there");
        drop(sender);
        assert_eq!((queue.next_if(small), queue.next().await, queue.next().await), (None, Some(9), None));
    }
}
