//! Arguments, environment, clocks, randomness.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use abi::renewal::Clock;

use super::{Errno, GuestProcess, Outcome, low};
use crate::sandbox::random;

/// `args_sizes_get`: no arguments.
pub(super) fn args_sizes_get(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    process.store(low(words[0]), &[0; 4])?;
    process.store(low(words[1]), &[0; 4])
}

/// `environ_sizes_get`
pub(super) fn environ_sizes_get(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    let entries = process.parts().1.environment();
    let bytes: usize = entries.iter().map(|entry| entry.len() + 1).sum();
    process.store(low(words[0]), &size(entries.len())?.to_le_bytes())?;
    process.store(low(words[1]), &size(bytes)?.to_le_bytes())
}

/// `environ_get`
pub(super) fn environ_get(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    let entries = process.parts().1.environment();
    let (mut pointer, mut text) = (low(words[0]), low(words[1]));
    for entry in entries.iter() {
        process.store(pointer, &text.to_le_bytes())?;
        process.store(text, entry.as_bytes())?;
        let end = text.checked_add(size(entry.len())?).ok_or(Errno::Fault)?;
        process.store(end, &[0])?;
        text = end.checked_add(1).ok_or(Errno::Fault)?;
        pointer = pointer.checked_add(4).ok_or(Errno::Fault)?;
    }
    Ok(())
}

/// `clock_res_get`
pub(super) fn clock_res_get(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    let resolution: u64 = match low(words[0]) {
        0 => 1000,
        1 => 1,
        _ => return Err(Errno::Inval.into()),
    };
    process.store(low(words[1]), &resolution.to_le_bytes())
}

/// `clock_time_get`
pub(super) fn clock_time_get(process: &mut GuestProcess<'_>, words: &[u64]) -> Outcome {
    let clock = match low(words[0]) {
        0 => Clock::Real,
        1 => Clock::Monotonic,
        _ => return Err(Errno::Inval.into()),
    };
    process.store(low(words[2]), &time(clock).to_le_bytes())
}

/// What a clock shows, in nanoseconds.
pub(in crate::sandbox) fn time(clock: Clock) -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let time = match clock {
        Clock::Real => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        // Never 0, which guests take for "no time".
        Clock::Monotonic => START.get_or_init(Instant::now).elapsed() + Duration::from_nanos(1),
    };
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Bytes that are drawn in one turn: two to three milliseconds' worth.
const DRAWN: usize = 1 << 20;

/// `random_get`
pub(super) async fn random_get(mut process: GuestProcess<'_>, words: Vec<u64>) -> Outcome {
    let (address, length) = (low(words[0]), u64::from(low(words[1])));
    process.bytes(address, length)?;
    // The whole range was checked, so it can be cut out.
    let (address, length) = (address as usize, length as usize);
    for start in (0..length).step_by(DRAWN) {
        match start {
            0 => process.parts().1.check()?,
            _ => process.pause().await?,
        }
        let (memory, _) = process.parts();
        let range = &mut memory[address..][..length][start..];
        let drawn = range.len().min(DRAWN);
        random::fill(&mut range[..drawn]).map_err(|_| Errno::Io)?;
    }
    Ok(())
}

fn size(length: usize) -> Result<u32, Errno> {
    u32::try_from(length).map_err(|_| Errno::Inval)
}
