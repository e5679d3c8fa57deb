//! What has to be another in each instance: found by initialising the app again and again, with other random numbers at
//! other times.

use abi::renewal::{MOST_RANDOM, Renewal, Seed};
use sha2::{Digest as _, Sha256};

use super::Mode;
use super::explain::{self, Given, Varying};
use super::forced;
use super::generator::Generator;
use super::imports::{self, Answers, CLOCKS};
use super::instance::{Guest, Module};
use super::maps;
use super::numbers::Numbers;
use super::owner::Owners;
use crate::language::MapSeeds;

/// Initialisations that are compared to find what depends on randomness. A bit that was made of it stays hidden once in 2 to
/// the power of nearly this.
const COMPARED: u64 = 40;
/// Initialisations among them whose random bytes are all the same, small ones and large ones: few others show a choice that
/// nearly always falls the same way. Neither 0 nor 255, which apps draw again.
const EXTREME: [(u64, u8); 2] = [(5, 1), (7, 254)];
/// Initialisations that differ in the seed of the maps.
const SEEDED: u64 = 6;
/// Initialisations whose memory is foretold.
const FORETOLD: u64 = 4;
/// Initialisations that have to be comparable where others need not be.
const ENOUGH: usize = 20;
/// Words that may depend on randomness.
const MAX_VARYING: usize = 4096;
/// Maps that are seeded by numbers of their own; others share them. So random bytes suffice for whatever is found.
const MAPS: u32 = 1 << 13;
const _: () = assert!(4 * (MAX_VARYING as u32 + MAPS) + SEED as u32 <= MOST_RANDOM);
/// Bytes of the lower half of the first random number, the seed of the generator behind maps.
const SEED: usize = 4;

/// Initialisations of one module.
pub(super) struct Runs<'m> {
    module: &'m Module,
    wasm: &'m [u8],
    start: &'m str,
    mode: Mode,
    /// Of the module: what is the same for all instances is not the same for all apps.
    salt: u64,
    /// Pages of memory to begin with, at least.
    pub(super) pages: u32,
}

/// One initialisation, with all that it was given.
pub(super) struct Run {
    pub(super) guest: Guest,
    pub(super) given: Given,
    /// The lower half of its first random number.
    seed: u32,
}

impl<'m> Runs<'m> {
    pub(super) fn new(module: &'m Module, wasm: &'m [u8], start: &'m str, mode: Mode) -> Self {
        let hash = Sha256::digest(wasm);
        let salt = hash.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        Self { module, wasm, start, mode, salt, pages: 0 }
    }

    /// The first one, of which nothing is known.
    pub(super) fn first(&self) -> Result<Guest, String> {
        self.module.initialise(self.start, self.mode, self.answers(0), self.pages, None)
    }

    fn answers(&self, draw: u64) -> Answers {
        Answers::new(draw, Numbers::new([self.salt, draw, 0]))
    }

    /// The bytes that a generator gives away.
    fn reserve(&self, draw: u64) -> Vec<u8> {
        Numbers::new([self.salt, draw, 1]).bytes(Generator::lengths().0)
    }

    fn key(&self, draw: u64) -> Vec<u8> {
        Numbers::new([self.salt, draw, 3]).bytes(Generator::lengths().1)
    }

    /// Whether it is a generator: once it is seeded, it asks for no key. Whatever else is there is filled again.
    fn is_generator(&self, found: Generator) -> bool {
        let planted = found.state(&self.reserve(0), &self.key(0));
        let guest = self.module.initialise(self.start, self.mode, self.answers(0), self.pages, Some(&planted));
        guest.is_ok_and(|guest| !guest.places().contains(&found.key()))
    }

    /// One whose generator, if it has one, gives away numbers of our choice. `seed` numbers their first half word, `draw`
    /// all the rest and the times.
    fn run(&self, generator: Option<Generator>, draw: u64, seed: u64) -> Result<Run, String> {
        let mut bytes = self.reserve(draw);
        let mut answers = self.answers(draw);
        answers.only = extreme(draw);
        if let Some(only) = answers.only {
            bytes.fill(only);
        }
        bytes[..SEED].copy_from_slice(&Numbers::new([self.salt, seed, 2]).bytes(SEED));
        self.with(generator, bytes, &self.key(draw), answers)
    }

    /// The first one again, with these numbers and times in place of those that it was given.
    pub(super) fn again(&self, generator: Option<Generator>, base: &Run, given: &Given) -> Result<Run, String> {
        let mut bytes = self.reserve(0);
        let own = base.given.random.len().saturating_sub(base.guest.handed().len());
        let (own, handed) = given.random.split_at(own);
        bytes[..own.len()].copy_from_slice(own);
        let mut answers = self.answers(0);
        answers.first = handed.to_vec();
        for (clock, time) in CLOCKS.iter().zip(&mut answers.times) {
            *time = given.times.iter().find(|(of, _)| of == clock).map_or(*time, |(_, time)| *time);
        }
        self.with(generator, bytes, &self.key(0), answers)
    }

    fn with(
        &self,
        generator: Option<Generator>,
        mut bytes: Vec<u8>,
        key: &[u8],
        answers: Answers,
    ) -> Result<Run, String> {
        let planted = generator.map(|generator| generator.state(&bytes, key));
        let guest = self.module.initialise(self.start, self.mode, answers, self.pages, planted.as_ref())?;
        let mut random = Vec::new();
        if let (Some(generator), Some(planted)) = (generator, &planted) {
            let given = generator.given(planted, guest.bytes());
            bytes.truncate(given.ok_or(imports::MANY)?);
            random = bytes.clone();
        }
        random.extend(guest.handed());
        let seed = bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let times = guest.times();
        Ok(Run { guest, given: Given { random, times }, seed })
    }

    /// Whether what cannot be renewed may stay as it is.
    fn is_forced(&self) -> bool {
        self.mode == Mode::Force
    }

    fn keeps(&self, owner: Option<&str>) -> String {
        let owner = owner.map(|owner| format!(" ({owner})")).unwrap_or_default();
        format!("it keeps what it made of random numbers or the time{owner}, which would be the same in each call")
    }

    fn keeps_at(&self, before: &[u8], guest: &Guest, address: u32) -> String {
        self.keeps(Owners::of(self.wasm).of_address(before, guest.bytes(), address))
    }
}

/// The only random byte of the initialisation of this number.
fn extreme(draw: u64) -> Option<u8> {
    EXTREME.iter().find(|(of, _)| *of == draw).map(|(_, byte)| *byte)
}

/// Finds what instances need of their own, and answers an initialised guest in which it is missing.
///
/// # Errors
/// Why instances cannot begin with what initialisation left, as the end of a sentence.
pub(super) fn renew(
    runs: &Runs<'_>,
    first: &Guest,
    seeds: Option<&'static dyn MapSeeds>,
) -> Result<(Guest, Renewal), String> {
    let untouched = runs.module.untouched(runs.mode, runs.answers(0))?;
    let before = untouched.bytes();
    let generator = Generator::find(first.places(), before, first.bytes());
    let generator = generator.filter(|found| runs.is_generator(*found));
    let base = match runs.run(generator, 0, 0) {
        Err(_) if runs.is_forced() => return Ok((frozen(runs, &untouched, generator)?, Renewal::default())),
        base => base?,
    };
    let ignored = Ignored::of(&untouched, &base.guest, generator);
    let mut found = explained(runs, generator, before, &base, &ignored)?;
    // What the app or a package keeps may be a key. The seeds of maps are none.
    let secret = found.iter().any(|seed| matches!(seed, Seed::Random { .. }));
    if let (Some(seeds), Some(generator)) = (seeds, generator) {
        let random = u32::try_from(base.given.random.len()).unwrap_or(u32::MAX);
        match of_maps(runs, generator, before, &base, &ignored, seeds) {
            Err(_) if runs.is_forced() => {}
            maps => add_maps(&maps?, &mut found, random),
        }
    }
    let random = explain::compact(&mut found);
    let renewal = Renewal { far: Vec::new(), random, secret, seeds: found };
    let mut guest = base.guest;
    ignored.clear(guest.bytes_mut());
    // No number that is renewed is left of this build in any instance.
    let zeros = vec![0; random as usize];
    renewal.write(guest.bytes_mut(), &zeros, &|_| 0).ok_or("a seed lies outside its memory")?;
    Ok((guest, renewal))
}

/// As it was initialised first, but for what seeds itself again.
fn frozen(runs: &Runs<'_>, untouched: &Guest, generator: Option<Generator>) -> Result<Guest, String> {
    let mut guest = runs.first()?;
    Ignored::of(untouched, &guest, generator).clear(guest.bytes_mut());
    Ok(guest)
}

/// The places that vary, the seeds of maps excepted; those that can be explained where the others may stay.
fn explained(
    runs: &Runs<'_>,
    generator: Option<Generator>,
    before: &[u8],
    base: &Run,
    ignored: &Ignored,
) -> Result<Vec<Seed>, String> {
    let (varying, given) = compare(runs, generator, before, base, ignored)?;
    let places = explain::explain(&varying, base.guest.bytes(), &given);
    if runs.is_forced() {
        let found = places.flatten().filter(|_| given.len() >= ENOUGH).collect();
        return Ok(forced::independent(runs, generator, base, ignored, found));
    }
    let found: Result<Vec<Seed>, u32> = places.collect();
    let found = found.map_err(|address| runs.keeps_at(before, &base.guest, address))?;
    let random = u32::try_from(base.given.random.len()).unwrap_or(u32::MAX);
    let renewal = Renewal { random, seeds: found, ..Renewal::default() };
    foretell(runs, generator, base, &renewal, ignored)?;
    Ok(renewal.seeds)
}

/// Where the seed of maps went.
fn of_maps(
    runs: &Runs<'_>,
    generator: Generator,
    before: &[u8],
    base: &Run,
    ignored: &Ignored,
    seeds: &dyn MapSeeds,
) -> Result<maps::Found, String> {
    let others = seeded(runs, generator)?;
    let all = std::iter::once(base).chain(&others);
    let seeded: Vec<maps::Run<'_>> = all.map(|run| maps::Run { seed: run.seed, memory: run.guest.bytes() }).collect();
    let maps = maps::find(seeds, before, &seeded, &|address| !ignored.contains(address));
    maps.map_err(|address| runs.keeps_at(before, &base.guest, address))
}

/// Initialises with other numbers, the seed of maps excepted, and notes what is not always the same, with what each was given.
fn compare(
    runs: &Runs<'_>,
    generator: Option<Generator>,
    before: &[u8],
    base: &Run,
    ignored: &Ignored,
) -> Result<(Varying, Vec<Given>), String> {
    let mut given = vec![base.given.clone()];
    let mut varying = Varying::new();
    for draw in 1..COMPARED {
        // An app may draw again until it has another byte, which is no choice.
        let may_differ = runs.is_forced() || extreme(draw).is_some();
        let other = match runs.run(generator, draw, 0) {
            Err(_) if may_differ => continue,
            other => other?,
        };
        let is_alike = base.guest.bytes().len() == other.guest.bytes().len()
            && base.given.random.len() == other.given.random.len()
            && base.given.times.len() == other.given.times.len();
        if !is_alike && may_differ {
            continue;
        }
        if !runs.is_forced()
            && let [global, ..] = &base.guest.other_globals(&other.guest)[..]
        {
            return Err(runs.keeps(Owners::of(runs.wasm).of_global(global)));
        }
        if !is_alike {
            return Err(runs.keeps(None));
        }
        for (address, value) in base.guest.differences(&other.guest).filter(|(address, _)| !ignored.contains(*address))
        {
            if varying.len() == MAX_VARYING && !varying.contains_key(&address) {
                if runs.is_forced() {
                    continue;
                }
                return Err(runs.keeps_at(before, &base.guest, address));
            }
            let values = varying.entry(address).or_default();
            values.resize(given.len(), base.guest.word(address));
            values.push(value);
        }
        given.push(other.given);
    }
    for (address, values) in &mut varying {
        values.resize(given.len(), base.guest.word(*address));
    }
    Ok((varying, given))
}

/// Initialisations that differ from the first one in the seed of maps alone.
fn seeded(runs: &Runs<'_>, generator: Generator) -> Result<Vec<Run>, String> {
    (1..SEEDED).map(|seed| runs.run(Some(generator), 0, seed)).collect()
}

/// Adds the places where the seed of maps went. Other seeds are made of the first `random` bytes.
fn add_maps(maps: &maps::Found, seeds: &mut Vec<Seed>, random: u32) {
    // It is made odd there, and so never zero.
    let odd = vec![1, 0, 0, 0];
    let copies = maps.copies.iter().chain(&maps.state);
    seeds.extend(copies.map(|address| Seed::Random { address: *address, from: 0, kept: odd.clone() }));
    for (empty, number) in maps.empty.iter().zip((0..MAPS).cycle()) {
        seeds.push(Seed::Random { address: *empty, from: random.saturating_add(4 * number), kept: vec![0; SEED] });
    }
}

/// Initialises a few times more, and compares what is there with what is expected. The seed of maps is the same.
fn foretell(
    runs: &Runs<'_>,
    generator: Option<Generator>,
    base: &Run,
    renewal: &Renewal,
    ignored: &Ignored,
) -> Result<(), String> {
    for draw in COMPARED..COMPARED + FORETOLD {
        let other = runs.run(generator, draw, 0)?;
        let mut expected = base.guest.bytes().to_vec();
        let mut found = other.guest.bytes().to_vec();
        let mut random = other.given.random.clone();
        random.resize(renewal.random as usize, 0);
        let times = &other.given.times;
        let time = |clock| times.iter().find(|(of, _)| *of == clock).map_or(0, |(_, time)| *time);
        renewal.write(&mut expected, &random, &time).ok_or("a seed lies outside its memory")?;
        ignored.clear(&mut expected);
        ignored.clear(&mut found);
        if expected != found {
            return Err(runs.keeps(None));
        }
    }
    Ok(())
}

/// Places that belong to nobody after the start: what functions left on the stack, and the state of a generator that seeds
/// itself again. They are zeros before the start, and become so again.
pub(super) struct Ignored {
    /// Where the stack ends that comes first in memory; nothing else lies there.
    stack: u32,
    generator: std::ops::Range<u32>,
}

impl Ignored {
    fn of(untouched: &Guest, after: &Guest, generator: Option<Generator>) -> Self {
        let stack = after.stack().filter(|stack| untouched.stack() == Some(*stack)).filter(|stack| {
            let before = untouched.bytes().get(..*stack as usize);
            before.is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0))
        });
        Self { stack: stack.unwrap_or(0), generator: generator.map_or(0..0, Generator::range) }
    }

    fn contains(&self, address: u32) -> bool {
        address < self.stack || self.generator.contains(&address)
    }

    pub(super) fn clear(&self, memory: &mut [u8]) {
        for range in [0..self.stack, self.generator.clone()] {
            memory.get_mut(range.start as usize..range.end as usize).unwrap_or_default().fill(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_maps_is_seeded() {
        let mut seeds = Vec::new();
        let maps = maps::Found { state: Some(8), copies: vec![4], empty: (100..40_100).collect() };
        add_maps(&maps, &mut seeds, u32::MAX / 2);
        let random = explain::compact(&mut seeds);
        let renewal = Renewal { random, seeds, ..Renewal::default() };
        assert_eq!((renewal.check(), renewal.seeds.len()), (Ok(()), 40_002));
        assert!(random >= 4 * MAPS);
    }
}
