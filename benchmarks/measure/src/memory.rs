//! Resident memory: idle after the first answer, and the peak under load.

use std::net::TcpStream;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::options::{Options, order};
use crate::server::Server;
use crate::summary::{self, Samples};
use crate::{Result, client};

const ROUNDS: usize = 5;

/// What a server does right after its first answer is part of being idle.
const SETTLE: Duration = Duration::from_millis(500);

/// Reads the memory of a fresh process of each server once a round.
pub(crate) fn measure(options: &Options) -> Result<String> {
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let (mut idle, mut anonymous, mut peak): ([Samples; 2], [Samples; 2], [Samples; 2]) = Default::default();
    for round in 0..rounds {
        for index in order(round) {
            let (name, command) = options.servers()[index];
            let mut server = Server::spawn(command, options.server_core)?;
            server.first_answer().map_err(|error| format!("{name}: {error}"))?;
            thread::sleep(SETTLE);
            idle[index].push(server.kibibytes("VmRSS")? / 1024.0);
            anonymous[index].push(server.kibibytes("RssAnon")? / 1024.0);
            load(&server, options).map_err(|error| format!("{name}: {error}"))?;
            peak[index].push(server.kibibytes("VmHWM")? / 1024.0);
        }
    }
    let Options { requests, connections, .. } = options;
    let mut table = summary::head();
    summary::row(&mut table, "idle, MiB", 2, &idle);
    summary::row(&mut table, "of which anonymous, MiB", 2, &anonymous);
    summary::row(&mut table, "peak, MiB", 2, &peak);
    Ok(format!(
        "{rounds} processes each. Idle: `VmRSS` half a second after the first answer. Peak: `VmHWM` after {requests} \
         requests at {connections} connections.\n\n{table}"
    ))
}

/// Sends all requests over that many connections at once.
fn load(server: &Server, options: &Options) -> Result<()> {
    let taken = AtomicUsize::new(0);
    let connected = Barrier::new(options.connections);
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
        let workers: Vec<_> = (0..options.connections).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a client thread panicked")?)
    })
}
