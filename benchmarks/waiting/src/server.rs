//! The runner's process, on a core of its own.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use measure::Result;
use measure::process::{Process, free_address};

use crate::client::Client;

/// How long the runner may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running runner. It is killed when dropped.
pub(crate) struct Server {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts the runner on `cores`, with room for `calls` at once, and waits for its first answer.
    pub(crate) async fn start(artifact: &Path, calls: usize, cores: &[usize], extra: &[String]) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(tests::binary("modus-runner"));
        command.arg(artifact).args(["--host", "127.0.0.1", "--port", &address.port().to_string()]);
        command.args(["--max-calls", &calls.to_string()]).args(extra);
        let mut server = Self { process: Process::spawn(command, cores)?, address };
        server.first_answer().await?;
        Ok(server)
    }

    async fn first_answer(&mut self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            match Client::connect(self.address).await {
                Ok(mut client) => return client.ask(crate::PURE, crate::GREETING).await,
                Err(error) if refused(&*error) => {}
                Err(error) => return Err(error),
            }
            if let Some(status) = self.process.ended()? {
                return Err(format!("the runner ended before it listened: {status}").into());
            }
            if Instant::now() > end {
                return Err("the runner does not listen".into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn refused(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}
