//! Who runs on which core.

use std::num::NonZero;

pub use pinning::Cores;

/// Cores that this process may use.
#[must_use]
pub fn available() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(target_os = "linux")]
mod pinning {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    /// Some cores of this machine.
    #[derive(Clone, Debug)]
    pub struct Cores(CpuSet);

    impl Cores {
        /// These cores, also those that this process does not keep to at the time. Whether they exist shows
        /// [`Cores::enter`].
        ///
        /// # Errors
        /// No machine has one of them.
        pub fn of(wanted: &[usize]) -> Result<Self, String> {
            let mut cores = CpuSet::new();
            for &core in wanted {
                if core >= CpuSet::MAX_CPU {
                    return Err(no_core(core));
                }
                cores.set(core);
            }
            Ok(Self(cores))
        }

        /// One core, and the others that this process may use: for a server and its client.
        ///
        /// # Errors
        /// This process may not use that core, or no other one.
        pub fn split(core: usize) -> Result<(Self, Self), String> {
            let one = Self::of(&[core])?;
            let mut others = sched_getaffinity(None).map_err(|error| error.to_string())?;
            if !others.is_set(core) {
                return Err(no_core(core));
            }
            others.unset(core);
            if others.count() == 0 {
                return Err("there is only one core, which client and server have to share".to_owned());
            }
            Ok((one, Self(others)))
        }

        /// Moves the calling thread to these cores, and what it starts from now on.
        ///
        /// # Errors
        /// The operating system refuses.
        pub fn enter(&self) -> std::io::Result<()> {
            let failed = |error: rustix::io::Errno| {
                let error = std::io::Error::from(error);
                std::io::Error::new(error.kind(), format!("no such cores: {error}"))
            };
            sched_setaffinity(None, &self.0).map_err(failed)
        }
    }

    fn no_core(core: usize) -> String {
        format!("there is no core {core} that this process may use")
    }
}

#[cfg(not(target_os = "linux"))]
mod pinning {
    /// There are none to choose from.
    #[derive(Clone, Debug)]
    pub enum Cores {}

    impl Cores {
        /// Always an error.
        ///
        /// # Errors
        /// Always.
        pub fn of(_: &[usize]) -> Result<Self, String> {
            Err("processes are kept on a core on Linux only".to_owned())
        }

        /// Always an error.
        ///
        /// # Errors
        /// Always.
        pub fn split(core: usize) -> Result<(Self, Self), String> {
            Self::of(&[core]).map(|cores| (cores.clone(), cores))
        }

        /// Nobody has any.
        ///
        /// # Errors
        /// Never.
        pub fn enter(&self) -> std::io::Result<()> {
            match *self {}
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_cores_that_are_there_can_be_chosen() {
        assert_eq!(Cores::split(100_000).unwrap_err(), "there is no core 100000 that this process may use");
        assert!(Cores::split(1023).is_err());
        let error = Cores::of(&[1023]).unwrap().enter().unwrap_err();
        assert!(error.to_string().contains("no such cores"), "{error}");
    }
}
