//! What an instance that was initialised at build time gets of its own.

use abi::renewal::{MOST_RANDOM, Renewal};
use wasmtime::{Store, format_err};

use super::state::State;
use super::{random, wasi};

/// Writes random numbers and the time where the guest's own initialisation would have, and what the image lacks.
///
/// # Errors
/// When there are no random numbers, or the artifact names an address outside the memory.
pub(super) fn plant(store: &mut Store<State>, renewal: &Renewal) -> wasmtime::Result<()> {
    if renewal.seeds.is_empty() && renewal.far.is_empty() {
        return Ok(());
    }
    let length = usize::try_from(renewal.random)?;
    // Nearly every app needs a few bytes only.
    let (mut few, mut many) = ([0; FEW], Vec::new());
    let bytes = match few.get_mut(..length) {
        Some(bytes) => bytes,
        None => {
            many.resize(length.min(MOST_RANDOM as usize), 0);
            &mut many[..]
        }
    };
    let drawn = if renewal.secret { random::fill(bytes) } else { random::draw(bytes) };
    drawn.map_err(|error| format_err!("no random numbers: {error}"))?;
    let memory = store.data().exports.and_then(|exports| exports.memory);
    let memory = memory.map_or(Default::default(), |memory| memory.data_mut(store));
    let written = renewal.write(memory, bytes, &wasi::time);
    written.ok_or_else(|| format_err!("a seed lies outside the memory"))
}

/// Random bytes for which no memory is allocated.
const FEW: usize = 64;
