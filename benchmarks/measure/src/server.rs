//! A server process on a core of its own.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};

use crate::{Result, client};

/// How long a server may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Ports lie below the range from which the kernel takes client ports: a client that retries in a loop could otherwise
/// be given the very port it connects to, and would be connected to itself.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A running server. It is killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Taken just before the process was spawned.
    spawned: Instant,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts `command` on `core`, with `{port}` replaced by a free port.
    pub(crate) fn spawn(command: &str, core: usize) -> Result<Self> {
        let address = free_address()?;
        let port = address.port().to_string();
        let mut words = command.split_whitespace().map(|word| word.replace("{port}", &port));
        let mut process = Command::new(words.next().ok_or("the command is empty")?);
        process.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // A process inherits the core of the thread that spawns it. Pinning it in a callback between fork and exec would
        // make std give up posix_spawn; pinning it afterwards would let it start on the wrong core.
        let (spawned, child) = thread::scope(|scope| {
            let spawner = scope.spawn(|| -> Result<(Instant, Child)> {
                pin(core)?;
                let spawned = Instant::now();
                let child = process.spawn().map_err(|error| format!("{command}: {error}"))?;
                Ok((spawned, child))
            });
            spawner.join().map_err(|_| "the spawning thread panicked")?
        })?;
        Ok(Self { child, spawned, address })
    }

    /// Asks for the first answer as soon as the server listens; gives the time since just before the spawn.
    pub(crate) fn first_answer(&mut self) -> Result<Duration> {
        let request = client::request("close");
        let mut stream = self.connect()?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let answer = client::exchange(&mut stream, &request)?;
        let elapsed = self.spawned.elapsed();
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
                if let Some(status) = self.child.try_wait()? {
                    return Err(format!("the server ended before it listened: {status}").into());
                }
                if self.spawned.elapsed() > PATIENCE {
                    return Err("the server does not listen".into());
                }
            }
        }
        Err("the server does not listen".into())
    }

    /// One of the sizes in `/proc/PID/status`, in KiB: `VmRSS`, `RssAnon`, `VmHWM`.
    pub(crate) fn kibibytes(&self, field: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let number = line.and_then(|rest| rest.split_whitespace().next());
        Ok(number.ok_or_else(|| format!("no {field} in /proc/PID/status"))?.parse()?)
    }

    /// The processor time used so far by all threads, user and system.
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

/// Keeps the calling thread, and what it starts from now on, on one core.
pub(crate) fn pin(core: usize) -> Result<()> {
    if core >= CpuSet::MAX_CPU {
        return Err(format!("there is no core {core}").into());
    }
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).map_err(|error| format!("core {core}: {error}").into())
}

/// The next address that nobody listens on. Each server gets another port, so that none meets its predecessor's remains.
fn free_address() -> Result<SocketAddr> {
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
