//! What became of random numbers and times: for each place that differs from initialisation to initialisation, which bytes
//! of randomness it is a copy of, or which time.
//!
//! A bit counts as a copy if it equals the same random bit in all initialisations. What a random number was made into (a
//! remainder, a text, a choice) is no copy, and is not explained.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use abi::renewal::{Clock, Form, Seed};

/// What one initialisation was given.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// Random bytes, in the order in which they were given.
    pub(super) random: Vec<u8>,
    /// The clocks that it read, and the time that they showed.
    pub(super) times: Vec<(Clock, u64)>,
}

/// Words that do not always have the same value, by address, with their value in each initialisation.
pub(super) type Varying = BTreeMap<u32, Vec<u32>>;

/// Explains all places that vary: each one's seed, or its address where there is none. Seeds count random bytes as they were
/// given.
pub(super) fn explain<'a>(
    varying: &'a Varying,
    base: &'a [u8],
    given: &'a [Given],
) -> impl Iterator<Item = Result<Seed, u32>> + 'a {
    let places = Places { varying, base, given };
    let random = given.iter().map(|given| given.random.len()).min().unwrap_or(0);
    let mut next = 0;
    varying.keys().flat_map(|word| *word..word.saturating_add(4)).filter_map(move |address| {
        if address < next || !places.varies(address) {
            return None;
        }
        let Some(seed) = places.time(address).or_else(|| places.copy(address, random)) else {
            return Some(Err(address));
        };
        next = address.saturating_add(u32::try_from(seed.length()).unwrap_or(u32::MAX));
        Some(Ok(seed))
    })
}

/// Numbers the random bytes that are used from 0 on, in the same order, and tells how many they are.
pub(super) fn compact(seeds: &mut [Seed]) -> u32 {
    let range = |seed: &Seed| match seed {
        Seed::Random { from, kept, .. } => *from..from.saturating_add(u32::try_from(kept.len()).unwrap_or(u32::MAX)),
        Seed::Time { .. } => 0..0,
    };
    let used: BTreeSet<u32> = seeds.iter().flat_map(range).collect();
    let numbers: HashMap<u32, u32> = used.into_iter().zip(0..).collect();
    for seed in seeds {
        if let Seed::Random { from, .. } = seed {
            *from = numbers.get(from).copied().unwrap_or(*from);
        }
    }
    u32::try_from(numbers.len()).unwrap_or(u32::MAX)
}

/// The nanoseconds of a time that is split. What is added to them may have to be carried over, and that is not followed.
const FRACTION: u64 = (1 << 30) - 1;

struct Places<'a> {
    varying: &'a Varying,
    base: &'a [u8],
    given: &'a [Given],
}

impl Places<'_> {
    /// The byte at an address after one of the initialisations.
    fn byte(&self, address: u32, run: usize) -> u8 {
        match self.varying.get(&(address & !3)).and_then(|values| values.get(run)) {
            Some(word) => word.to_le_bytes()[(address & 3) as usize],
            None => self.base.get(address as usize).copied().unwrap_or(0),
        }
    }

    fn runs(&self) -> std::ops::Range<usize> {
        0..self.given.len()
    }

    /// A byte after each of the initialisations.
    fn column(&self, address: u32) -> Column {
        let bytes: Vec<u8> = match self.varying.get(&(address & !3)) {
            Some(words) => words.iter().map(|word| word.to_le_bytes()[(address & 3) as usize]).collect(),
            None => Vec::new(),
        };
        let first = bytes.first().copied().unwrap_or(0);
        Column { varying: bytes.iter().fold(0, |varying, byte| varying | (byte ^ first)), bytes }
    }

    fn varies(&self, address: u32) -> bool {
        self.column(address).varying != 0
    }

    /// A time in eight bytes.
    fn time(&self, address: u32) -> Option<Seed> {
        let value = |run| {
            let bytes: Option<Vec<u8>> =
                (0..8).map(|offset| Some(self.byte(address.checked_add(offset)?, run))).collect();
            bytes?.try_into().ok().map(u64::from_le_bytes)
        };
        let first = value(0)?;
        let clocks = self.given.first()?.times.iter().enumerate();
        let mut forms = clocks.flat_map(|clock| [Form::Nanoseconds, Form::Split].map(|form| (clock, form)));
        forms.find_map(|((index, (clock, time)), form)| {
            let plus = first.wrapping_sub(form.of(*time));
            if form == Form::Split && plus & FRACTION != 0 {
                return None;
            }
            let is = |run: usize| {
                let (_, time) = self.given[run].times.get(index)?;
                (value(run)? == form.of(*time).wrapping_add(plus)).then_some(())
            };
            self.runs().all(|run| is(run).is_some()).then_some(Seed::Time { address, clock: *clock, form, plus })
        })
    }

    /// The longest copy of random bytes that begins at an address.
    fn copy(&self, address: u32, random: usize) -> Option<Seed> {
        let first = self.column(address);
        let starts = (0..random).filter(|from| first.is_copy(self.given, *from));
        let lengths = starts.map(|from| (self.kept(address, from, random), from));
        // Of several the first.
        let (kept, from) = lengths.rev().max_by_key(|(kept, _)| kept.len())?;
        Some(Seed::Random { address, from: u32::try_from(from).ok()?, kept })
    }

    /// The bits that are constant, of each byte as far as the others are those of the random bytes.
    fn kept(&self, address: u32, from: usize, end: usize) -> Vec<u8> {
        let kept = |(address, from)| {
            let column = self.column(address);
            column.is_copy(self.given, from).then_some(!column.varying)
        };
        (address..).zip(from..end).map_while(kept).collect()
    }
}

/// One byte after each of the initialisations.
struct Column {
    /// Of nothing where it is always the same.
    bytes: Vec<u8>,
    /// The bits that are not always the same.
    varying: u8,
}

impl Column {
    /// Whether some of its bits vary, and are those of a random byte.
    fn is_copy(&self, given: &[Given], from: usize) -> bool {
        let mut pairs = self.bytes.iter().zip(given);
        self.varying != 0 && pairs.all(|(byte, given)| (byte ^ given.random[from]) & self.varying == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbers::Numbers;
    use super::super::times;
    use super::*;
    use abi::renewal::Renewal;

    const RUNS: usize = 40;
    const LENGTH: usize = 48;

    /// What initialisations were given.
    fn given() -> Vec<Given> {
        let one = |run| {
            let mut numbers = Numbers::new([1, 2, run as u64]);
            let times = vec![
                (Clock::Real, times::real(run as u64, &mut numbers)),
                (Clock::Monotonic, times::monotonic(&mut numbers)),
            ];
            Given { random: numbers.bytes(LENGTH), times }
        };
        (0..RUNS).map(one).collect()
    }

    /// Explains memories that were made of what was given.
    fn check(make: impl Fn(&Given, &mut [u8])) -> Result<Vec<Seed>, u32> {
        let given = given();
        let memory = |given| {
            let mut memory = vec![0x55; 128];
            make(given, &mut memory);
            memory
        };
        let memories: Vec<Vec<u8>> = given.iter().map(memory).collect();
        let word = |memory: &[u8], at: usize| u32::from_le_bytes(memory[at..at + 4].try_into().unwrap());
        let mut varying = Varying::new();
        for at in (0..128).step_by(4) {
            let values: Vec<u32> = memories.iter().map(|memory| word(memory, at)).collect();
            if values.iter().any(|value| *value != values[0]) {
                varying.insert(at as u32, values);
            }
        }
        let seeds: Vec<Seed> = explain(&varying, &memories[0], &given).collect::<Result<_, u32>>()?;
        // What is known makes the memory of any of them out of that of the first.
        for (given, memory) in given.iter().zip(&memories) {
            let mut made = memories[0].clone();
            let renewal = Renewal { random: LENGTH as u32, seeds: seeds.clone(), ..Renewal::default() };
            let time = |clock| given.times.iter().find(|(of, _)| *of == clock).unwrap().1;
            renewal.write(&mut made, &given.random, &time).unwrap();
            assert_eq!(made, *memory);
        }
        Ok(seeds)
    }

    #[test]
    fn copies_are_found_wherever_they_lie() {
        let explained = check(|given, memory| {
            memory[3..19].copy_from_slice(&given.random[8..24]);
            memory[40..44].copy_from_slice(&given.random[8..12]);
            memory[60..68].copy_from_slice(&given.random[40..48]);
            // The other end first.
            (80..84).zip((24..28).rev()).for_each(|(to, from)| memory[to] = given.random[from]);
        });
        let seeds = explained.unwrap();
        assert_eq!(seeds.len(), 7);
        let mut all = seeds.clone();
        // Only 28 of the 48 bytes are used.
        assert_eq!(compact(&mut all), 28);
        let from = |seeds: &[Seed]| -> Vec<u32> {
            let from = |seed: &Seed| match seed {
                Seed::Random { from, .. } => Some(*from),
                Seed::Time { .. } => None,
            };
            seeds.iter().filter_map(from).collect()
        };
        assert_eq!(from(&seeds), [8, 8, 40, 27, 26, 25, 24]);
        assert_eq!(from(&all), [0, 0, 20, 19, 18, 17, 16]);
    }

    #[test]
    fn bits_that_are_set_stay() {
        let explained = check(|given, memory| {
            let number = u64::from_le_bytes(given.random[..8].try_into().unwrap());
            memory[16..24].copy_from_slice(&(number | 1).to_le_bytes());
            memory[32..40].copy_from_slice(&((number >> 63 << 63) ^ number).to_le_bytes());
        });
        let kept = |address, first, last| {
            let kept = vec![first, 0, 0, 0, 0, 0, 0, last];
            Seed::Random { address, from: 0, kept }
        };
        assert_eq!(explained.unwrap(), [kept(16, 1, 0), kept(32, 0, 0x80)]);
    }

    #[test]
    fn times_are_found_in_both_forms() {
        let explained = check(|given, memory| {
            let times = [given.times[0].1, given.times[1].1];
            memory[8..16].copy_from_slice(&times[1].wrapping_sub(1).to_le_bytes());
            let seconds = times[0] / 1_000_000_000 + 2_682_288_000;
            let wall = (1 << 63) | (seconds << 30) | (times[0] % 1_000_000_000);
            memory[24..32].copy_from_slice(&wall.to_le_bytes());
        });
        let time = |address, clock, form, plus| Seed::Time { address, clock, form, plus };
        let plus = (1 << 63) | (2_682_288_000 << 30);
        let expected =
            [time(8, Clock::Monotonic, Form::Nanoseconds, u64::MAX), time(24, Clock::Real, Form::Split, plus)];
        assert_eq!(explained.unwrap(), expected);
    }

    #[test]
    fn what_was_made_of_them_is_not_explained() {
        let number = |given: &Given| u64::from_le_bytes(given.random[..8].try_into().unwrap());
        let makers: [&dyn Fn(&Given) -> u64; 8] = [
            // Too little for a carry in one of so few initialisations.
            &|given| Form::Split.of(given.times[0].1 + 1000),
            &|given| number(given) % 1000,
            &|given| number(given) >> 1,
            &|given| u64::from(number(given) % 3 == 0),
            &|given| number(given) ^ given.times[0].1,
            &|given| given.times[0].1 / 1_000_000,
            &|given| given.times[0].1 + given.times[1].1,
            &|given| given.times[0].1 & ((1 << 56) - 1),
        ];
        for (index, make) in makers.into_iter().enumerate() {
            let explained = check(|given, memory| memory[8..16].copy_from_slice(&make(given).to_le_bytes()));
            assert!(explained.is_err_and(|address| (8..16).contains(&address)), "{index}");
        }
    }
}
