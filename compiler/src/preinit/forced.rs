//! `--preinit force`: what is new in each instance, although not everything can be.
//!
//! What the start made of a random number stays as the build left it. A place that holds the number itself must stay, too,
//! or the two no longer belong together: a seed, and the table that was filled by it. So all places of one number are
//! changed, and nothing else may differ then.

use std::ops::Range;

use abi::renewal::{Clock, Renewal, Seed};

use super::generator::Generator;
use super::numbers::Numbers;
use super::renew::{Ignored, Run, Runs};
use super::times;

/// Sources that are tried one by one, at most.
const MOST: usize = 64;
/// Initialisations in which a source is another.
const TRIED: u64 = 4;

/// What some seeds are made of.
#[derive(Clone, Debug, PartialEq)]
enum Source {
    /// Random bytes, by their numbers.
    Random(Range<u32>),
    /// A clock.
    Time(Clock),
}

impl Source {
    fn of(seed: &Seed) -> Self {
        match seed {
            Seed::Random { from, kept, .. } => {
                Self::Random(*from..from.saturating_add(u32::try_from(kept.len()).unwrap_or(u32::MAX)))
            }
            Seed::Time { clock, .. } => Self::Time(*clock),
        }
    }

    fn has(&self, seed: &Seed) -> bool {
        match (self, Self::of(seed)) {
            (Self::Random(all), Self::Random(of)) => all.start <= of.start && of.end <= all.end,
            (source, of) => *source == of,
        }
    }
}

/// What seeds are made of. Random bytes that two have in common make them one.
fn sources(seeds: &[Seed]) -> Vec<Source> {
    let mut all: Vec<Source> = seeds.iter().map(Source::of).collect();
    all.sort_by_key(|source| match source {
        Source::Random(range) => (0, range.start),
        Source::Time(clock) => (1, *clock as u32),
    });
    all.dedup_by(|next, last| match (last, next) {
        (Source::Random(last), Source::Random(next)) if next.start < last.end => {
            last.end = last.end.max(next.end);
            true
        }
        (last, next) => last == next,
    });
    all
}

/// The seeds that can be others while everything else stays.
pub(super) fn independent(
    runs: &Runs<'_>,
    generator: Option<Generator>,
    base: &Run,
    ignored: &Ignored,
    mut seeds: Vec<Seed>,
) -> Vec<Seed> {
    let all = sources(&seeds);
    let holds = |changed: &[Source]| {
        (0..TRIED).all(|number| is_foretold(runs, generator, base, ignored, &seeds, changed, number).is_some())
    };
    if all.is_empty() || holds(&all) {
        return seeds;
    }
    let few = if all.len() <= MOST { all } else { Vec::new() };
    let mut kept: Vec<Source> = few.into_iter().filter(|source| holds(std::slice::from_ref(source))).collect();
    if !kept.is_empty() && !holds(&kept) {
        kept.clear();
    }
    seeds.retain(|seed| kept.iter().any(|source| source.has(seed)));
    seeds
}

/// Initialises with other numbers from these sources, and finds what is expected.
fn is_foretold(
    runs: &Runs<'_>,
    generator: Option<Generator>,
    base: &Run,
    ignored: &Ignored,
    seeds: &[Seed],
    changed: &[Source],
    number: u64,
) -> Option<()> {
    let mut given = base.given.clone();
    let mut numbers = Numbers::new([number, 0, 0]);
    for source in changed {
        match source {
            Source::Random(range) => {
                let bytes = given.random.get_mut(range.start as usize..range.end as usize)?;
                bytes.copy_from_slice(&numbers.bytes(bytes.len()));
            }
            Source::Time(clock) => {
                let (_, time) = given.times.iter_mut().find(|(of, _)| of == clock)?;
                // The ends are among them.
                *time = match clock {
                    Clock::Real => times::real(number, &mut numbers),
                    Clock::Monotonic => times::monotonic(&mut numbers),
                };
            }
        }
    }
    let other = runs.again(generator, base, &given).ok()?;
    if !base.guest.other_globals(&other.guest).is_empty() {
        return None;
    }
    let mut expected = base.guest.bytes().to_vec();
    let mut found = other.guest.bytes().to_vec();
    let random = u32::try_from(given.random.len()).ok()?;
    let time = |clock| given.times.iter().find(|(of, _)| *of == clock).map_or(0, |(_, time)| *time);
    let renewal = Renewal { random, seeds: seeds.to_vec(), ..Renewal::default() };
    renewal.write(&mut expected, &given.random, &time)?;
    ignored.clear(&mut expected);
    ignored.clear(&mut found);
    (expected == found).then_some(())
}

#[cfg(test)]
mod tests {
    use abi::renewal::Form;

    use super::*;

    #[test]
    fn seeds_that_have_bytes_in_common_have_one_source() {
        let random = |from: u32, length| Seed::Random { address: 0, from, kept: vec![0; length] };
        let time = |clock| Seed::Time { address: 0, clock, form: Form::Nanoseconds, plus: 0 };
        let seeds = [
            time(Clock::Real),
            random(8, 8),
            random(4, 4),
            random(12, 8),
            time(Clock::Real),
            random(8, 2),
            random(20, 1),
        ];
        let expected = [4..8, 8..20, 20..21].map(Source::Random);
        let sources = sources(&seeds);
        assert_eq!(sources[..3], expected);
        assert_eq!(sources[3..], [Source::Time(Clock::Real)]);
        for seed in &seeds {
            assert_eq!(sources.iter().filter(|source| source.has(seed)).count(), 1);
        }
    }
}
