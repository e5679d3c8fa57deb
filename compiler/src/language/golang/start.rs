//! What TinyGo's start makes of randomness and time.
//!
//! - The generators behind maps and `math/rand`: 64 random bits with the lowest set are kept for one, their lower half
//!   for another. The linker may place the two anywhere, and leaves out what the app does not use.
//! - These bits come from `arc4random` of wasi-libc, which keeps a key and 512 bytes of which it gives away from the front
//!   and clears what it gave. It seeds itself when it is first asked.
//! - Package `time` keeps the time of the start, less one nanosecond.
//! - What functions leave on the stack when they return belongs to nobody.

use std::ops::Range;

use abi::golang::plan::Seed;
use abi::guest::read_u32;
use abi::language;

use crate::language::{Initialisation, Thaw, Varying};

/// What has been explained so far.
#[derive(Default)]
struct Found {
    zeroed: Option<Range<u32>>,
    seeds: Vec<Seed>,
}

/// Explains all words that vary, or none.
pub(super) fn thaw(initialisation: &Initialisation<'_>) -> Option<Thaw> {
    let mut words = initialisation.varying;
    let mut found = Found::default();
    let mut lower: Option<&Varying> = None;
    while let Some((word, rest)) = words.split_first() {
        words = if is_dead_stack(word, initialisation) {
            rest
        } else if let Some(rest) = arc4random(words, initialisation, &mut found) {
            rest
        } else if let Some(rest) = clock(words, initialisation, &mut found) {
            rest
        } else if is_odd(word) && lower.is_none_or(|lower| lower.values == word.values) {
            lower = Some(word);
            generator(words, &mut found)
        } else {
            return None;
        };
    }
    let generators = |wide: bool| {
        let is = |seed: &&Seed| matches!(seed, Seed::Random { length, .. } if (*length == 8) == wide);
        found.seeds.iter().filter(is).count()
    };
    let is_whole = generators(true) <= 1 && generators(false) <= 1;
    is_whole.then(|| Thaw { zeroed: found.zeroed, seeds: found.seeds.into_iter().map(language::Seed::Go).collect() })
}

/// Below the stack pointer, where the stack comes first in memory and nothing else lies there.
fn is_dead_stack(word: &Varying, initialisation: &Initialisation<'_>) -> bool {
    let Some(stack) = initialisation.stack else { return false };
    let before = initialisation.before.get(..stack as usize);
    word.address < stack && before.is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0))
}

fn is_odd(word: &Varying) -> bool {
    word.values.iter().all(|value| value & 1 == 1)
}

/// The seed of one of the two generators, whose lower half is the first word.
fn generator<'a>(words: &'a [Varying], found: &mut Found) -> &'a [Varying] {
    let address = words[0].address;
    let wide = address.is_multiple_of(8) && words.get(1).is_some_and(|next| next.address == address + 4);
    found.seeds.push(Seed::Random { address, length: if wide { 8 } else { 4 } });
    &words[if wide { 2 } else { 1 }..]
}

/// A clock's time, less one.
fn clock<'a>(words: &'a [Varying], initialisation: &Initialisation<'_>, found: &mut Found) -> Option<&'a [Varying]> {
    let [low, high, rest @ ..] = words else { return None };
    let clock = initialisation.clocks.first()?.map(|(clock, _)| clock)?;
    let times: Option<Vec<u64>> =
        initialisation.clocks.iter().map(|read| read.map(|(_, time)| time.wrapping_sub(1))).collect();
    let times = times?;
    let half =
        |word: &Varying, shift: u32| word.values.iter().copied().eq(times.iter().map(|time| (time >> shift) as u32));
    let aligned = low.address.is_multiple_of(8) && low.address + 4 == high.address;
    (aligned && half(low, 0) && half(high, 32)).then(|| {
        found.seeds.push(Seed::Clock { address: low.address, clock });
        rest
    })
}

/// Bytes of `arc4random`'s key.
const KEY: u32 = 32;
/// Bytes that it makes at once.
const RESERVE: u32 = 512;

/// The state of `arc4random`: whether it is seeded, how many bytes it gave away, the key, and what it has left.
fn arc4random<'a>(
    words: &'a [Varying],
    initialisation: &Initialisation<'_>,
    found: &mut Found,
) -> Option<&'a [Varying]> {
    let key = words.first()?.address;
    let start = key.checked_sub(8)?;
    let end = key.checked_add(KEY + RESERVE)?;
    let given = read_u32(initialisation.after, key - 4)?;
    let seeded = read_u32(initialisation.after, start)? == 1;
    if !seeded || !given.is_multiple_of(4) || given >= RESERVE {
        return None;
    }
    let left = key + KEY + given;
    let expected = (key..key + KEY).chain(left..end).step_by(4);
    let count = ((KEY + RESERVE - given) / 4) as usize;
    let (state, rest) = words.split_at_checked(count)?;
    let alike = state.iter().map(|word| word.address).eq(expected);
    let fresh = initialisation.before.get(start as usize..end as usize)?.iter().all(|byte| *byte == 0);
    (alike && fresh && found.zeroed.is_none()).then(|| {
        found.zeroed = Some(start..end);
        rest
    })
}

#[cfg(test)]
mod tests;
