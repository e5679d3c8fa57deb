//! Processes that are measured.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};

use crate::Result;

/// Ports lie below the range from which the kernel takes client ports: a client that retries in a loop could otherwise
/// be given the very port it connects to, and would be connected to itself.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A running process. It is killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    spawned: Instant,
}

impl Process {
    /// Starts a command on `cores`, without input and output.
    ///
    /// # Errors
    /// When there is no such core, or the command cannot be started.
    pub fn spawn(mut command: Command, cores: &[usize]) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let name = command.get_program().to_owned();
        // A process inherits the cores of the thread that spawns it. Pinning it in a callback between fork and exec would
        // make std give up posix_spawn; pinning it afterwards would let it start on the wrong core.
        thread::scope(|scope| {
            let spawner = scope.spawn(|| -> Result<Self> {
                pin(cores)?;
                let spawned = Instant::now();
                let child = command.spawn().map_err(|error| format!("{}: {error}", name.display()))?;
                Ok(Self { child, spawned })
            });
            spawner.join().map_err(|_| "the spawning thread panicked")?
        })
    }

    /// Time since just before the process was spawned.
    pub fn age(&self) -> Duration {
        self.spawned.elapsed()
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// When the operating system does not tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// A number of `/proc/PID/status`: `VmRSS`, `RssAnon` and `VmHWM` in KiB, or `Threads`.
    ///
    /// # Errors
    /// When the process has ended, or there is no such field.
    pub fn status(&self, field: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let number = line.and_then(|rest| rest.split_whitespace().next());
        Ok(number.ok_or_else(|| format!("no {field} in /proc/PID/status"))?.parse()?)
    }

    /// The processor time used so far by all threads, user and system.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn processor_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The second field is a name in parentheses that may contain anything; utime and stime are the 14th and 15th.
        let (_, rest) = stat.rsplit_once(')').ok_or("no name in /proc/PID/stat")?;
        let times = rest.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
        let ticks: u32 = times.sum::<std::result::Result<u32, _>>()?;
        let hertz = u32::try_from(rustix::param::clock_ticks_per_second())?;
        Ok(f64::from(ticks) / f64::from(hertz))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps the calling thread, and what it starts from now on, on these cores.
///
/// # Errors
/// When one of them does not exist.
pub fn pin(cores: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    for &core in cores {
        if core >= CpuSet::MAX_CPU {
            return Err(format!("there is no core {core}").into());
        }
        set.set(core);
    }
    sched_setaffinity(None, &set).map_err(|error| format!("cores {cores:?}: {error}").into())
}

/// The next address that nobody listens on. Each server gets another port, so that none meets its predecessor's remains.
///
/// # Errors
/// When all ports are taken.
pub fn free_address() -> Result<SocketAddr> {
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
    Err("no free port".into())
}
