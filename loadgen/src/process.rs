//! Processes that are measured.

use std::fs;
use std::io;
use std::process::{Child, ChildStderr, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use crate::cores::Cores;

/// A running process. It is killed and reaped when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    spawned: Instant,
}

impl Process {
    /// Starts a command, on these cores if there are any to keep it on.
    ///
    /// # Errors
    /// The command cannot be started, or not there.
    pub fn spawn(mut command: Command, cores: Option<&Cores>) -> io::Result<Self> {
        let mut spawn = || {
            let spawned = Instant::now();
            Ok(Self { child: command.spawn()?, spawned })
        };
        let Some(cores) = cores else { return spawn() };
        // A process inherits the cores of the thread that spawns it. Pinning it in a callback between fork and exec would
        // make std give up posix_spawn; pinning it afterwards would let it start on the wrong core.
        let pinned = thread::scope(|scope| scope.spawn(|| cores.enter().and_then(|()| spawn())).join());
        pinned.unwrap_or_else(|_| Err(io::Error::other("the spawning thread panicked")))
    }

    /// Time since just before the process was spawned.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.spawned.elapsed()
    }

    /// The pipe from its standard error, once, if its command asked for one.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// The operating system does not tell.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Bytes of memory, by a field of `/proc/PID/status`: `VmRSS`, `RssAnon`, `VmHWM`.
    ///
    /// # Errors
    /// The process has ended, or there is no such field on this system.
    pub fn memory(&self, field: &str) -> io::Result<u64> {
        Ok(self.status(field)? * 1024)
    }

    /// The same in MiB.
    ///
    /// # Errors
    /// As of [`Process::memory`].
    pub fn mebibytes(&self, field: &str) -> io::Result<f64> {
        Ok(self.memory(field)? as f64 / f64::from(1 << 20))
    }

    /// A number of `/proc/PID/status`, such as `Threads`; sizes are in KiB.
    ///
    /// # Errors
    /// The process has ended, or there is no such field on this system.
    pub fn status(&self, field: &str) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let number = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| io::Error::other(format!("no {field} in /proc/PID/status")))
    }

    /// The processor time used so far by all threads, user and system, in seconds.
    ///
    /// # Errors
    /// The process has ended.
    #[cfg(target_os = "linux")]
    pub fn processor_seconds(&self) -> io::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The second field is a name in parentheses that may contain anything; utime and stime are the 14th and 15th.
        let times = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
        let ticks = times.and_then(|times| times.map(|time| time.parse::<u32>().ok()).sum::<Option<u32>>());
        let ticks = ticks.ok_or_else(|| io::Error::other("no times in /proc/PID/stat"))?;
        Ok(f64::from(ticks) / rustix::param::clock_ticks_per_second() as f64)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if the process is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
