//! Resident memory: idle after the first answer, and the peak under load.

use std::net::TcpStream;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::figures::Figure;
use crate::options::Options;
use crate::server::Server;
use crate::{Result, client};

const ROUNDS: usize = 5;

/// What a server does right after its first answer is part of being idle.
const SETTLE: Duration = Duration::from_millis(500);

/// Connections of the load, where none are given.
const CONNECTIONS: usize = 64;

/// Reads the memory of a fresh process of each server once a round.
pub(crate) fn measure(options: &Options) -> Result<String> {
    let subjects = &options.subjects;
    let mut idle = Figure::new("memory, idle", "MiB", subjects);
    let mut anonymous = Figure::new("memory, idle, anonymous part", "MiB", subjects);
    let mut peak = Figure::new("memory, peak", "MiB", subjects);
    for round in 0..options.rounds.unwrap_or(ROUNDS) {
        for index in options.order(round) {
            let subject = &subjects[index];
            let mut server = Server::spawn(&subject.command, options.server_core)?;
            server.first_answer().map_err(|error| format!("{}: {error}", subject.name))?;
            thread::sleep(SETTLE);
            idle.push(index, server.process.status("VmRSS")? / 1024.0);
            anonymous.push(index, server.process.status("RssAnon")? / 1024.0);
            load(&server, options).map_err(|error| format!("{}: {error}", subject.name))?;
            peak.push(index, server.process.status("VmHWM")? / 1024.0);
        }
    }
    Ok([idle, anonymous, peak].iter().map(|figure| figure.lines(subjects, None)).collect())
}

/// Sends all requests over that many connections at once.
fn load(server: &Server, options: &Options) -> Result<()> {
    let connections = options.connections.as_ref().map_or(CONNECTIONS, |numbers| numbers[0]);
    let taken = AtomicUsize::new(0);
    let connected = Barrier::new(connections);
    let request = client::request("keep-alive");
    let work = || -> Result<()> {
        let stream = TcpStream::connect(server.address);
        // Waited for even by a thread without a connection: the others would wait for it for ever.
        connected.wait();
        let mut stream = stream?;
        stream.set_nodelay(true)?;
        while taken.fetch_add(1, Ordering::Relaxed) < options.requests {
            client::exchange(&mut stream, &request)?.check()?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..connections).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a client thread panicked")?)
    })
}
