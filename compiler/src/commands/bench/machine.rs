//! The machine: what it is, how busy it is, and who runs on which core.

use std::num::NonZero;

/// What figures depend on beside the program.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// The processor's name; `None` where the system does not tell.
    pub(super) processor: Option<String>,
    /// Cores that this process may use.
    pub(super) cores: usize,
    /// The load average of the last minute, before anything was measured.
    pub(super) load: Option<f64>,
}

impl Machine {
    /// As it is now.
    pub(super) fn now() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let processor = read("/proc/cpuinfo").and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
        let load = read("/proc/loadavg").and_then(|text| text.split(' ').next()?.parse().ok());
        Self { processor, cores: cores(), load }
    }

    /// Whether others use so much of it that figures mean little.
    pub(super) fn is_busy(&self) -> bool {
        self.load.is_some_and(|load| load > self.cores as f64 / 2.0)
    }
}

/// Cores that this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

pub(super) use pinning::Cores;

#[cfg(target_os = "linux")]
mod pinning {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    /// The server's core and the client's.
    #[derive(Debug)]
    pub(in super::super) struct Cores {
        server: CpuSet,
        client: CpuSet,
    }

    impl Cores {
        /// This core for the server, the others for the client.
        ///
        /// # Errors
        /// There is no such core, or no other one.
        pub(in super::super) fn split(core: usize) -> Result<Self, String> {
            let mut client = sched_getaffinity(None).map_err(|error| error.to_string())?;
            if core >= CpuSet::MAX_CPU || !client.is_set(core) {
                return Err(format!("there is no core {core} that this process may use"));
            }
            client.unset(core);
            if client.count() == 0 {
                return Err("there is only one core, which client and server have to share".to_owned());
            }
            let mut server = CpuSet::new();
            server.set(core);
            Ok(Self { server, client })
        }

        /// Moves the calling thread to the server's core.
        pub(in super::super) fn enter_server(&self) -> std::io::Result<()> {
            Ok(sched_setaffinity(None, &self.server)?)
        }

        /// Moves the calling thread, and those it starts from now on, to the client's cores.
        pub(in super::super) fn enter_client(&self) -> std::io::Result<()> {
            Ok(sched_setaffinity(None, &self.client)?)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod pinning {
    /// There are none to choose from.
    #[derive(Debug)]
    pub(in super::super) enum Cores {}

    impl Cores {
        pub(in super::super) fn split(_: usize) -> Result<Self, String> {
            Err("processes are kept on a core on Linux only".to_owned())
        }

        pub(in super::super) fn enter_server(&self) -> std::io::Result<()> {
            match *self {}
        }

        pub(in super::super) fn enter_client(&self) -> std::io::Result<()> {
            match *self {}
        }
    }
}
