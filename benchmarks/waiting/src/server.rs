//! The runner's process, on a core of its own.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};

use crate::Result;
use crate::client::Client;

/// How long the runner may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running runner. It is killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts the runner on `cores`, with room for `calls` at once, and waits for its first answer.
    pub(crate) async fn start(artifact: &Path, calls: usize, cores: &[usize], extra: &[String]) -> Result<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let mut command = Command::new(tests::binary("modus-runner"));
        command.arg(artifact).args(["--host", "127.0.0.1", "--port", &address.port().to_string()]);
        command.args(["--max-calls", &calls.to_string()]).args(extra);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mine = rustix::thread::sched_getaffinity(None)?;
        // A process inherits the cores of the thread that spawns it.
        pin(cores)?;
        let child = command.spawn();
        sched_setaffinity(None, &mine)?;
        let mut server = Self { child: child?, address };
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
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the runner ended before it listened: {status}").into());
            }
            if Instant::now() > end {
                return Err("the runner does not listen".into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A number of `/proc/PID/status`, for instance `VmHWM` in KiB or `Threads`.
    pub(crate) fn status(&self, field: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let number = line.and_then(|rest| rest.split_whitespace().next());
        Ok(number.ok_or_else(|| format!("no {field} in /proc/PID/status"))?.parse()?)
    }

    /// The processor time used so far by all threads, user and system, in seconds.
    pub(crate) fn processor_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The second field is a name in parentheses that may contain anything; utime and stime are the 14th and 15th.
        let (_, rest) = stat.rsplit_once(')').ok_or("no name in /proc/PID/stat")?;
        let times = rest.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
        let ticks: u32 = times.sum::<std::result::Result<u32, _>>()?;
        let hertz = u32::try_from(rustix::param::clock_ticks_per_second())?;
        Ok(f64::from(ticks) / f64::from(hertz))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn refused(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

/// Keeps the calling thread, and what it starts from now on, on these cores.
pub(crate) fn pin(cores: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    for &core in cores {
        if core >= CpuSet::MAX_CPU {
            return Err(format!("there is no core {core}").into());
        }
        set.set(core);
    }
    sched_setaffinity(None, &set).map_err(|error| format!("cores {cores:?}: {error}").into())
}
