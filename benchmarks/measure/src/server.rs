//! A server process on a core of its own.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use measure::Result;
use measure::process::{Process, free_address};

use crate::client;

/// How long a server may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server. It is killed when dropped.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts `command` on `core`, with `{port}` replaced by a free port.
    pub(crate) fn spawn(command: &str, core: usize) -> Result<Self> {
        let address = free_address()?;
        let port = address.port().to_string();
        let mut words = command.split_whitespace().map(|word| word.replace("{port}", &port));
        let mut program = Command::new(words.next().ok_or("the command is empty")?);
        program.args(words);
        Ok(Self { process: Process::spawn(program, &[core])?, address })
    }

    /// Asks for the first answer as soon as the server listens; gives the time since just before the spawn.
    pub(crate) fn first_answer(&mut self) -> Result<Duration> {
        let request = client::request("close");
        let mut stream = self.connect()?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let answer = client::exchange(&mut stream, &request)?;
        let elapsed = self.process.age();
        answer.check()?;
        Ok(elapsed)
    }

    /// Connects in a tight loop: a sleep would round the result up.
    fn connect(&mut self) -> Result<TcpStream> {
        for attempt in 1_u64.. {
            match TcpStream::connect(self.address) {
                Ok(stream) => return Ok(stream),
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(error.into()),
            }
            if attempt.is_multiple_of(64) {
                if let Some(status) = self.process.ended()? {
                    return Err(format!("the server ended before it listened: {status}").into());
                }
                if self.process.age() > PATIENCE {
                    return Err("the server does not listen".into());
                }
            }
        }
        Err("the server does not listen".into())
    }
}
