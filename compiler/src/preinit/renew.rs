//! What has to be another in each instance: found by initialising the app again and again, with other random numbers at
//! other times.

use abi::renewal::{Renewal, Seed};
use sha2::{Digest as _, Sha256};

use super::Mode;
use super::explain::{self, Given, Varying};
use super::generator::Generator;
use super::imports::Answers;
use super::instance::{Guest, Module};
use super::maps;
use super::numbers::Numbers;
use super::owner::Owners;
use crate::language::MapSeeds;

/// Initialisations that are compared to find what depends on randomness. One bit of it stays hidden with a probability
/// of 2 to the minus this.
const COMPARED: u64 = 40;
/// Initialisations that differ in the seed of the maps.
const SEEDED: u64 = 6;
/// Initialisations whose memory is foretold.
const FORETOLD: u64 = 4;
/// Words that may depend on randomness.
const MAX_VARYING: usize = 4096;
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
struct Run {
    guest: Guest,
    given: Given,
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
        Answers::new(Numbers::new([self.salt, draw, 0]))
    }

    /// One whose generator, if it has one, gives away numbers of our choice. `seed` numbers their first half word, `draw`
    /// all the rest and the times.
    fn run(&self, generator: Option<Generator>, draw: u64, seed: u64) -> Result<Run, String> {
        let (length, key) = Generator::lengths();
        let mut bytes = Numbers::new([self.salt, draw, 1]).bytes(length);
        bytes[..SEED].copy_from_slice(&Numbers::new([self.salt, seed, 2]).bytes(SEED));
        let planted =
            generator.map(|generator| generator.state(&bytes, &Numbers::new([self.salt, draw, 3]).bytes(key)));
        let guest = self.module.initialise(self.start, self.mode, self.answers(draw), self.pages, planted.as_ref())?;
        let mut random = Vec::new();
        if let (Some(generator), Some(planted)) = (generator, &planted) {
            let given = generator.given(planted, guest.bytes());
            bytes.truncate(given.ok_or("it draws more random numbers than can be followed")?);
            random = bytes.clone();
        }
        random.extend(guest.handed());
        let seed = bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let times = guest.times();
        Ok(Run { guest, given: Given { random, times }, seed })
    }

    fn keeps(&self, owner: Option<&str>) -> String {
        let owner = owner.map(|owner| format!(" ({owner})")).unwrap_or_default();
        format!("it keeps what it made of random numbers or the time{owner}, which would be the same in each call")
    }

    fn keeps_at(&self, before: &[u8], guest: &Guest, address: u32) -> String {
        self.keeps(Owners::of(self.wasm).of_address(before, guest.bytes(), address))
    }
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
    let base = runs.run(generator, 0, 0)?;
    let ignored = Ignored::of(&untouched, &base.guest, generator);
    let (varying, given) = compare(runs, generator, before, &base, &ignored)?;
    let explained = explain::explain(&varying, base.guest.bytes(), &given);
    let mut found = explained.map_err(|address| runs.keeps_at(before, &base.guest, address))?;
    // What the app or a package keeps may be a key. The seeds of maps are none.
    let secret = found.iter().any(|seed| matches!(seed, Seed::Random { .. }));
    let mut random = u32::try_from(base.given.random.len()).unwrap_or(u32::MAX);
    foretell(runs, generator, &base, &Renewal { random, seeds: found.clone(), ..Renewal::default() }, &ignored)?;
    if let (Some(seeds), Some(generator)) = (seeds, generator) {
        let others = seeded(runs, generator)?;
        let all = std::iter::once(&base).chain(&others);
        let seeded: Vec<maps::Run<'_>> =
            all.map(|run| maps::Run { seed: run.seed, memory: run.guest.bytes() }).collect();
        let counts = |address| !ignored.contains(address);
        let maps = maps::find(seeds, before, &seeded, &counts);
        add_maps(&maps.map_err(|address| runs.keeps_at(before, &base.guest, address))?, &mut found, &mut random);
    }
    let random = explain::compact(&mut found);
    let renewal = Renewal { far: Vec::new(), random, secret, seeds: found };
    let mut guest = base.guest;
    ignored.clear(guest.bytes_mut());
    // No number of this build is left in any instance.
    let zeros = vec![0; random as usize];
    renewal.write(guest.bytes_mut(), &zeros, &|_| 0).ok_or("a seed lies outside its memory")?;
    Ok((guest, renewal))
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
        let other = runs.run(generator, draw, 0)?;
        if let [global, ..] = &base.guest.other_globals(&other.guest)[..] {
            return Err(runs.keeps(Owners::of(runs.wasm).of_global(global)));
        }
        let is_alike = base.guest.bytes().len() == other.guest.bytes().len()
            && base.given.random.len() == other.given.random.len()
            && base.given.times.len() == other.given.times.len();
        if !is_alike {
            return Err(runs.keeps(None));
        }
        for (address, value) in base.guest.differences(&other.guest).filter(|(address, _)| !ignored.contains(*address))
        {
            let values = varying.entry(address).or_default();
            values.resize(given.len(), base.guest.word(address));
            values.push(value);
            if varying.len() > MAX_VARYING {
                return Err(runs.keeps_at(before, &base.guest, address));
            }
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

/// Adds the places where the seed of maps went.
fn add_maps(maps: &maps::Found, seeds: &mut Vec<Seed>, random: &mut u32) {
    // It is made odd there, and so never zero.
    let odd = vec![1, 0, 0, 0];
    let copies = maps.copies.iter().chain(&maps.state);
    seeds.extend(copies.map(|address| Seed::Random { address: *address, from: 0, kept: odd.clone() }));
    for empty in &maps.empty {
        seeds.push(Seed::Random { address: *empty, from: *random, kept: vec![0; SEED] });
        *random = random.saturating_add(4);
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
struct Ignored {
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

    fn clear(&self, memory: &mut [u8]) {
        for range in [0..self.stack, self.generator.clone()] {
            memory.get_mut(range.start as usize..range.end as usize).unwrap_or_default().fill(0);
        }
    }
}
