//! Pre-initialisation: the guest's start function runs at build time, and every instance begins with what it left.
//!
//! Only an initialisation whose outcome is the same at any time and on any machine may be stored. So each import that it
//! calls counts: those whose answer never changes are answered, all others end the attempt. Randomness is the one
//! exception, where a language can tell its generators' seeds in memory from all else: they are drawn anew for each
//! instance (`GuestLanguage::seeds`).

mod imports;
mod instance;
mod snapshot;

use abi::language::{Language, Varying};
use abi::plan::Seed;
use wasmtime_wizer::Wizer;

use instance::Guest;

/// When to initialise at build time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// Where it makes no difference to the app
    #[default]
    Auto,
    /// Also where environment variables, clock and random numbers are read: the same ones for ever
    Force,
    /// Never: in each call
    Off,
}

/// An initialised module.
#[derive(Debug)]
pub struct Initialised {
    /// The module, whose memory and globals begin as initialisation left them.
    pub wasm: Vec<u8>,
    /// What each instance still needs.
    pub seeds: Vec<Seed>,
}

/// The only start function that may be run ahead: `_start` is a whole program.
const REACTOR: &str = "_initialize";
/// Initialisations that are compared to find what depends on randomness. One bit of it stays hidden with a probability
/// of 2 to the minus this.
const COMPARED: u64 = 40;
/// Words that may depend on randomness; seeds are far fewer.
const MAX_VARYING: usize = 16;

/// Initialises a validated module.
///
/// # Errors
/// Why the module has to be initialised in each call, as the end of a sentence.
pub fn initialise(wasm: &[u8], start: &str, language: Language, mode: Mode) -> Result<Initialised, String> {
    if start != REACTOR {
        return Err(format!("it exports {start} in place of {REACTOR}"));
    }
    let mut wizer = Wizer::new();
    wizer.init_func(REACTOR);
    let (context, instrumented) = wizer.instrument(wasm).map_err(|error| format!("it has an {error:#}"))?;
    let module = instance::Module::new(&instrumented)?;
    let mut guest = module.initialise(start, mode, 0)?;
    let seeds = match guest.drew() {
        false => Vec::new(),
        true => match seeds(&module, start, mode, &guest, language) {
            Ok(seeds) => seeds,
            Err(_) if mode == Mode::Force => Vec::new(),
            Err(reason) => return Err(reason),
        },
    };
    let wasm = snapshot::take(&wizer, &context, &mut guest)?;
    Ok(Initialised { wasm, seeds })
}

/// Initialises again with other random numbers, and asks the language about what differs.
fn seeds(
    module: &instance::Module,
    start: &str,
    mode: Mode,
    first: &Guest,
    language: Language,
) -> Result<Vec<Seed>, String> {
    let keeps = || "it keeps random numbers, which would be the same in each call".to_owned();
    let mut varying: Vec<Varying> = Vec::new();
    for draw in 1..COMPARED {
        let other = module.initialise(start, mode, draw)?;
        if !first.same_shape(&other) {
            return Err(keeps());
        }
        for (address, value) in first.differences(&other).take(MAX_VARYING + 1) {
            note(&mut varying, first, address, draw, value);
        }
        if varying.len() > MAX_VARYING {
            return Err(keeps());
        }
        fill(&mut varying, first, draw);
    }
    if varying.is_empty() {
        return Ok(Vec::new());
    }
    varying.sort_by_key(|word| word.address);
    language.implementation().seeds(&varying).ok_or_else(keeps)
}

/// Takes down a word that differs from the first initialisation's in number `draw`.
fn note(varying: &mut Vec<Varying>, first: &Guest, address: u32, draw: u64, value: u32) {
    let index = varying.iter().position(|word| word.address == address).unwrap_or_else(|| {
        let before = usize::try_from(draw).unwrap_or_default();
        varying.push(Varying { address, values: vec![first.word(address); before] });
        varying.len() - 1
    });
    varying[index].values.push(value);
}

/// Completes the words that did not differ this time.
fn fill(varying: &mut [Varying], first: &Guest, draw: u64) {
    for word in varying {
        if word.values.len() as u64 <= draw {
            word.values.push(first.word(word.address));
        }
    }
}

#[cfg(test)]
mod tests;
