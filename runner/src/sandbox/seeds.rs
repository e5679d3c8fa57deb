//! What an instance that was initialised at build time gets of its own.

use abi::guest;
use abi::plan::Seed;
use wasmtime::{Store, format_err};

use super::state::State;
use super::{random, wasi};

/// Writes random numbers and the time where the guest's own initialisation would have.
///
/// # Errors
/// When there are no random numbers, or the artifact names an address outside the memory.
pub(super) fn plant(store: &mut Store<State>, seeds: &[Seed]) -> wasmtime::Result<()> {
    if seeds.is_empty() {
        return Ok(());
    }
    let mut random = random::seed().map_err(|error| format_err!("no random numbers: {error}"))?;
    random[0] |= 1;
    let memory = store.data().exports.and_then(|exports| exports.memory);
    let memory = memory.map_or(Default::default(), |memory| memory.data_mut(store));
    for seed in seeds {
        let written = match *seed {
            Seed::Random { address, length: 4 } => guest::write(memory, address, &random[..4]),
            Seed::Random { address, .. } => guest::write(memory, address, &random),
            Seed::Clock { address, clock } => {
                let time = wasi::time(clock).saturating_sub(1);
                guest::write(memory, address, &time.to_le_bytes())
            }
        };
        written.ok_or_else(|| format_err!("a seed lies outside the memory"))?;
    }
    Ok(())
}
