//! A server process on a port that it is told.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use tokio::net::TcpStream;

use crate::client::{Connection, Fault};
use crate::cores::Cores;
use crate::process::Process;

/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(60);
/// Ports lie below the range from which the kernel takes client ports: a client that retries in a loop could otherwise
/// be given the very port it connects to, and would be connected to itself.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub struct Server {
    /// Its process.
    pub process: Process,
    /// Where it listens, sooner or later.
    pub address: SocketAddr,
}

impl Server {
    /// Starts a command, which is made for a free port, on these cores, without input and output.
    ///
    /// # Errors
    /// There is no free port, or the command cannot be started.
    pub fn spawn(command: impl FnOnce(u16) -> Command, cores: &Cores) -> io::Result<Self> {
        let address = free_address()?;
        let mut command = command(address.port());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let program = command.get_program().to_owned();
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", program.display()));
        Ok(Self { process: Process::spawn(command, Some(cores)).map_err(named)?, address })
    }

    /// Connects as soon as the server listens. It tries in a tight loop, because a sleep would round a cold start up;
    /// meanwhile it holds the thread.
    ///
    /// # Errors
    /// The server ends, does not listen in time, or refuses to speak HTTP.
    pub async fn connect(&mut self) -> Result<Connection, Fault> {
        let stream = self.stream().map_err(|error| Fault::Connection(error.to_string()))?;
        Connection::over(stream).await
    }

    fn stream(&mut self) -> io::Result<TcpStream> {
        for attempt in 1_u64.. {
            match std::net::TcpStream::connect(self.address) {
                Ok(stream) => {
                    stream.set_nonblocking(true)?;
                    return TcpStream::from_std(stream);
                }
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error),
            }
            if attempt.is_multiple_of(64) {
                if let Some(status) = self.process.ended()? {
                    return Err(io::Error::other(format!("the server ended before it listened: {status}")));
                }
                if self.process.age() > PATIENCE {
                    break;
                }
            }
        }
        Err(io::Error::other("the server does not listen"))
    }
}

/// The next address that nobody listens on. Each server gets another port, so that none meets its predecessor's remains.
fn free_address() -> io::Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(PORTS.start);
    for _ in PORTS {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if port + 1 == PORTS.end {
            NEXT.store(PORTS.start, Ordering::Relaxed);
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err(ErrorKind::AddrInUse.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_ends_is_not_waited_for() {
        let mut server = Server::spawn(|_| Command::new("false"), &Cores::of(&[0]).unwrap()).unwrap();
        let fault = server.connect().await.unwrap_err();
        assert!(fault.to_string().contains("ended before it listened"), "{fault}");
    }
}
