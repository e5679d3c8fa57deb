//! Somebody who asks now and then, on a connection that is made for it, and keeps the time.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::raw::Raw;
use crate::runner::Runner;

/// Time between an answer and the next question.
const PAUSE: Duration = Duration::from_millis(20);
/// Whoever has no answer then has none.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks on a thread of its own until it is ended.
pub struct Prober {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Probes>,
}

/// What it saw.
#[derive(Debug, Default)]
pub struct Probes {
    /// How often it asked.
    pub count: usize,
    /// The longest time to an answer, or until there was none.
    pub worst: Duration,
    /// How much longer than [`PAUSE`] it slept at worst: so long this machine let it wait for a core.
    pub overslept: Duration,
    /// Answers that were not as expected, and those that were none.
    pub faults: Vec<String>,
}

impl Prober {
    /// Asks for `/livez`.
    pub fn livez(runner: &Runner) -> Self {
        let request = "GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        Self::start(runner, request.to_owned(), "\"ok\"".to_owned())
    }

    /// Asks a query; its answer has this text.
    pub fn query(runner: &Runner, query: &str, expected: &str) -> Self {
        let body = serde_json::json!({"query": query}).to_string();
        Self::start(runner, Raw::post(&body, &[("connection", "close")]), expected.to_owned())
    }

    fn start(runner: &Runner, request: String, expected: String) -> Self {
        let address: SocketAddr = runner.url.trim_start_matches("http://").parse().expect("an address");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut probes = Probes::default();
            while !stopped.load(Ordering::Relaxed) {
                probes.ask(address, &request, &expected);
                let slept = Instant::now();
                std::thread::sleep(PAUSE);
                probes.overslept = probes.overslept.max(slept.elapsed().saturating_sub(PAUSE));
            }
            probes
        });
        Self { stop, thread }
    }

    /// Ends it.
    pub fn end(self) -> Probes {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the prober's thread")
    }
}

impl Probes {
    fn ask(&mut self, address: SocketAddr, request: &str, expected: &str) {
        let started = Instant::now();
        match exchange(address, request) {
            Ok(answer) if answer.contains(expected) => {}
            Ok(answer) => self.faults.push(format!("not the answer: {answer}")),
            Err(error) => self.faults.push(format!("no answer after {:?}: {error}", started.elapsed())),
        }
        self.count += 1;
        self.worst = self.worst.max(started.elapsed());
    }
}

fn exchange(address: SocketAddr, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
