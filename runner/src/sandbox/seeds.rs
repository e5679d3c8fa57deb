//! What an instance that was initialised at build time gets of its own.

use abi::guest;
use abi::language::{Fresh, Seed};
use abi::plan::Clock;
use wasmtime::{Store, format_err};

use super::state::State;
use super::{random, wasi};

/// The random number of one instance, and the time.
struct Now {
    random: u64,
}

impl Fresh for Now {
    fn random(&self) -> u64 {
        self.random
    }

    fn time(&self, clock: Clock) -> u64 {
        wasi::time(clock)
    }
}

/// Writes random numbers and the time where the guest's own initialisation would have.
///
/// # Errors
/// When there are no random numbers, or the artifact names an address outside the memory.
pub(super) fn plant(store: &mut Store<State>, seeds: &[Seed]) -> wasmtime::Result<()> {
    if seeds.is_empty() {
        return Ok(());
    }
    let random = random::seed().map_err(|error| format_err!("no random numbers: {error}"))?;
    let now = Now { random: u64::from_le_bytes(random) };
    let memory = store.data().exports.and_then(|exports| exports.memory);
    let memory = memory.map_or(Default::default(), |memory| memory.data_mut(store));
    for seed in seeds {
        let value = seed.draw(&now).to_le_bytes();
        let written =
            value.get(..usize::from(seed.length())).and_then(|bytes| guest::write(memory, seed.address(), bytes));
        written.ok_or_else(|| format_err!("a seed lies outside the memory"))?;
    }
    Ok(())
}
