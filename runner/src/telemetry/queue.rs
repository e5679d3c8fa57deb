//! Lines on their way to standard error: whoever logs appends to a buffer, and one thread writes it.
//!
//! So nobody who answers requests waits for whoever reads the log. When the reader is too slow the buffer is full: lines are
//! dropped and counted, and a line tells of it once there is room again.

use std::io::{ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use super::metrics;
use super::style::Style;

/// Bytes that wait, at most. As many more are being written.
pub(super) const CAPACITY: usize = 1 << 20;
/// Room of an empty buffer that is kept for the next lines.
const KEPT: usize = 64 << 10;
/// In this time lines gather to be written at once. A busy writer looks again after it, so nobody has to wake it.
const GATHER: Duration = Duration::from_millis(2);
/// Time between two tries to write to what somebody made non-blocking.
const RETRY: Duration = Duration::from_millis(5);
/// How often a thread that panics tries for the lock, and the time between: it may hold the lock itself.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_micros(100);
/// Stack of the thread, on which a panic would be written down, too.
const STACK: usize = 256 << 10;

/// Where lines go in the end.
pub(super) type Sink = Box<dyn Write + Send>;

/// A buffer of lines and its writer.
pub(super) struct Queue {
    state: Mutex<State>,
    /// Wakes the writer.
    work: Condvar,
    /// Wakes those who wait for the writer.
    progress: Condvar,
    sink: Mutex<Sink>,
    capacity: usize,
    style: Style,
}

#[derive(Default)]
struct State {
    lines: Vec<u8>,
    /// Lines that there was no room for since the writer last took some.
    dropped: u64,
    /// Bytes that were ever appended, and how many of them the writer is done with.
    appended: u64,
    done: u64,
    writer: Writer,
    /// The writer has nothing to do, and has to be woken.
    asleep: bool,
    /// Somebody waits: lines are not to gather.
    hurry: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Writer {
    /// Not started yet: lines gather.
    #[default]
    Later,
    /// A thread.
    Running,
    /// There was no thread for it: whoever logs writes.
    Missing,
}

impl Queue {
    /// Lines for `sink`, of which up to `capacity` bytes wait. They begin to be written with [`Self::start`].
    pub(super) fn new(sink: Sink, style: Style, capacity: usize) -> Self {
        let (work, progress) = (Condvar::new(), Condvar::new());
        Self { state: Mutex::default(), work, progress, sink: Mutex::new(sink), capacity, style }
    }

    /// How lines look.
    pub(super) fn style(&self) -> Style {
        self.style
    }

    /// Appends a whole line, or counts it where there is no room.
    pub(super) fn append(&self, line: &[u8]) {
        let Some(mut state) = self.try_lock() else { return metrics::log_lines_dropped(1) };
        if state.writer == Writer::Missing {
            drop(state);
            return self.write(line);
        }
        let before = state.lines.len();
        let after = before + line.len();
        if after > self.capacity {
            state.dropped += 1;
            drop(state);
            return metrics::log_lines_dropped(1);
        }
        state.lines.extend_from_slice(line);
        state.appended += line.len() as u64;
        let half = self.capacity / 2;
        let wake = std::mem::take(&mut state.asleep) || (before < half && after >= half);
        drop(state);
        if wake {
            self.work.notify_one();
        }
    }

    /// Starts the writer, if it is not there yet. Where there is no thread for it, lines are written by whoever logs from now
    /// on, and one says so.
    pub(super) fn start(self: &Arc<Self>) {
        let Some(mut state) = self.try_lock() else { return };
        if state.writer != Writer::Later {
            return;
        }
        state.writer = Writer::Running;
        state.hurry = true;
        drop(state);
        let queue = Arc::clone(self);
        let thread = std::thread::Builder::new().name("log".to_owned()).stack_size(STACK);
        if let Err(error) = thread.spawn(move || queue.run()) {
            self.go_without(&error);
        }
    }

    /// Starts the writer, and waits until what was appended so far is written, at most for `patience`. Whether it was.
    pub(super) fn flush(self: &Arc<Self>, patience: Duration) -> bool {
        self.start();
        let Some(mut state) = self.try_lock() else { return false };
        let goal = state.appended;
        if state.done < goal {
            state.hurry = true;
            self.work.notify_one();
        }
        let waiting = self.progress.wait_timeout_while(state, patience, |state| state.done < goal);
        waiting.unwrap_or_else(PoisonError::into_inner).0.done >= goal
    }

    /// The writer.
    fn run(&self) {
        let mut batch = Vec::new();
        loop {
            let taken = self.take(&mut batch);
            self.write(&batch);
            self.lock().done = taken;
            self.progress.notify_all();
        }
    }

    /// Waits for lines and moves them into `batch`. How many bytes were appended up to here.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        batch.clear();
        batch.shrink_to(KEPT);
        let mut state = self.lock();
        loop {
            let gathers = |state: &mut State| !state.hurry && state.lines.len() < self.capacity / 2;
            let gathered = self.work.wait_timeout_while(state, GATHER, gathers);
            state = gathered.unwrap_or_else(PoisonError::into_inner).0;
            state.hurry = false;
            if !state.lines.is_empty() {
                break;
            }
            state.asleep = true;
            let woken = self.work.wait_while(state, |state| state.asleep);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(batch, &mut state.lines);
        let (dropped, appended) = (std::mem::take(&mut state.dropped), state.appended);
        drop(state);
        if dropped > 0 {
            self.style.notice(batch, "Log lines were dropped: standard error was not read fast enough.", dropped);
        }
        appended
    }

    fn go_without(&self, error: &std::io::Error) {
        let mut state = self.lock();
        state.writer = Writer::Missing;
        state.done = state.appended;
        let mut lines = std::mem::take(&mut state.lines);
        drop(state);
        let message = format!("No thread for the log ({error}): whoever logs waits until standard error is read.");
        self.style.notice(&mut lines, &message, 0);
        self.write(&lines);
        self.progress.notify_all();
    }

    /// Writes everything, or counts the lines that could not be written.
    fn write(&self, bytes: &[u8]) {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rest = bytes;
        while !rest.is_empty() {
            match sink.write(rest) {
                Ok(0) => break,
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(RETRY),
                // There is nowhere to report that standard error is closed.
                Err(_) => break,
            }
        }
        let lost = rest.iter().filter(|byte| **byte == b'\n').count();
        if lost > 0 {
            metrics::log_lines_dropped(lost as u64);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock. While this thread panics it may hold the lock already: then there is none after a few milliseconds.
    fn try_lock(&self) -> Option<MutexGuard<'_, State>> {
        if !std::thread::panicking() {
            return Some(self.lock());
        }
        for _ in 0..TRIES {
            match self.state.try_lock() {
                Ok(state) => return Some(state),
                Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::mpsc::{self, Receiver, Sender};
    use std::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// Passes on what is written to it, each write after a permit where it takes permits.
    struct Pipe {
        written: Sender<Vec<u8>>,
        permits: Option<Receiver<()>>,
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Some(permits) = &self.permits {
                let _ = permits.recv();
            }
            self.written.send(bytes.to_vec()).map_err(|_| ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn open(capacity: usize) -> (Arc<Queue>, Receiver<Vec<u8>>) {
        let (written, read) = mpsc::channel();
        (Arc::new(Queue::new(Box::new(Pipe { written, permits: None }), Style::Json, capacity)), read)
    }

    /// Nothing is written without a permit.
    fn stuck(capacity: usize) -> (Arc<Queue>, Receiver<Vec<u8>>, Sender<()>) {
        let (written, read) = mpsc::channel();
        let (permit, permits) = mpsc::channel();
        let pipe = Pipe { written, permits: Some(permits) };
        (Arc::new(Queue::new(Box::new(pipe), Style::Json, capacity)), read, permit)
    }

    fn text(bytes: &[u8]) -> &str {
        str::from_utf8(bytes).expect("text")
    }

    #[test]
    fn lines_before_the_start_are_written_first_and_at_once() {
        let (queue, read) = open(1000);
        queue.append(b"one\n");
        queue.append(b"two\n");
        assert!(read.recv_timeout(GATHER * 10).is_err(), "nobody writes yet");
        queue.start();
        queue.start();
        assert_eq!(text(&read.recv_timeout(LONG).unwrap()), "one\ntwo\n");
        queue.append(b"three\n");
        assert_eq!(text(&read.recv_timeout(LONG).unwrap()), "three\n");
    }

    #[test]
    fn lines_gather_and_a_flush_does_not_wait_for_more() {
        let (queue, read) = open(100_000);
        assert!(queue.flush(LONG), "nothing is to be written");
        let lines: String = (0..1000).map(|index| format!("{index}\n")).collect();
        lines.split_inclusive('\n').for_each(|line| queue.append(line.as_bytes()));
        assert!(queue.flush(LONG));
        let written: Vec<Vec<u8>> = read.try_iter().collect();
        assert_eq!(text(&written.concat()), lines);
        assert!(written.len() < 500, "{} writes of 1000 lines", written.len());
    }

    #[test]
    fn a_full_buffer_drops_lines_and_tells_of_it_once() {
        let (queue, read, permit) = stuck(100);
        queue.start();
        queue.append(b"first\n");
        // Nobody asks it to hurry: it has to take the line by itself before the rest is appended.
        while !queue.lock().lines.is_empty() {
            std::thread::sleep(GATHER);
        }
        let started = Instant::now();
        for _ in 0..20 {
            queue.append(b"0123456789\n");
        }
        assert!(started.elapsed() < LONG / 2, "whoever logs waits for the reader");
        (0..3).for_each(|_| permit.send(()).unwrap());
        assert_eq!(text(&read.recv_timeout(LONG).unwrap()), "first\n");
        let second = read.recv_timeout(LONG).unwrap();
        let (lines, notice) = text(&second).split_at(99);
        assert_eq!(lines, "0123456789\n".repeat(9));
        let notice: serde_json::Value = serde_json::from_str(notice).expect("one more line");
        assert_eq!((&notice["level"], &notice["lines"]), (&"warn".into(), &11.into()), "{notice}");
        queue.append(b"last\n");
        assert_eq!(text(&read.recv_timeout(LONG).unwrap()), "last\n");
        assert!(metrics::render().contains("\nruntime_log_lines_dropped_num "));
    }

    #[test]
    fn a_flush_gives_up() {
        let (queue, read, permit) = stuck(100);
        queue.append(b"one\n");
        assert!(!queue.flush(Duration::from_millis(50)));
        permit.send(()).unwrap();
        assert!(queue.flush(LONG));
        assert_eq!(text(&read.recv().unwrap()), "one\n");
    }

    #[test]
    fn without_a_thread_whoever_logs_writes() {
        let (queue, read) = open(1000);
        queue.append(b"one\n");
        queue.go_without(&ErrorKind::WouldBlock.into());
        let first = read.try_recv().unwrap();
        let mut lines = text(&first).lines();
        assert_eq!(lines.next(), Some("one"));
        let notice: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
        assert!(notice["message"].as_str().is_some_and(|text| text.starts_with("No thread for the log")), "{notice}");
        queue.append(b"two\n");
        assert_eq!(text(&read.try_recv().unwrap()), "two\n");
        assert!(queue.flush(Duration::ZERO));
    }

    #[test]
    fn lines_that_nobody_can_read_any_more_are_given_up() {
        let (queue, read) = open(1000);
        drop(read);
        queue.append(b"one\ntwo\n");
        assert!(queue.flush(LONG));
    }

    #[test]
    fn a_panic_that_logs_does_not_wait_for_its_own_lock() {
        struct Logs(Arc<Queue>);
        impl Drop for Logs {
            fn drop(&mut self) {
                self.0.append(b"dropped\n");
            }
        }
        let (queue, _read) = open(1000);
        let logs = Logs(Arc::clone(&queue));
        let thread = std::thread::spawn(move || {
            let queue = Arc::clone(&logs.0);
            let _held = queue.lock();
            let _dropped_first = logs;
            panic!("on purpose");
        });
        assert!(thread.join().is_err());
        queue.append(b"appended\n");
        assert_eq!(text(&queue.lock().lines), "appended\n");
    }
}
