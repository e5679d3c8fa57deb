//! The machine: what it is, and how busy it is.

use loadgen::cores;

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
        Self { processor, cores: cores::available(), load }
    }

    /// Whether others use so much of it that figures mean little.
    pub(super) fn is_busy(&self) -> bool {
        self.load.is_some_and(|load| load > self.cores as f64 / 2.0)
    }
}
