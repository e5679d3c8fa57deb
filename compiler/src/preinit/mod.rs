//! Pre-initialisation: the guest's start function runs at build time, and every instance begins with what it left.
//!
//! Only an initialisation whose outcome is the same at any time and on any machine may be stored. So each import that it
//! calls counts: those whose answer never changes are answered, all others end the attempt. Randomness and clocks
//! are the exception, because every Go app asks for them: where a language can tell what became of the answers, and
//! that the app itself keeps none, each instance gets new ones (`Frontend::thaw`). What became of them is seen by
//! initialising several times with other answers.

mod imports;
mod instance;
mod segments;
mod snapshot;

use std::borrow::Cow;
use std::collections::BTreeMap;

use abi::language::{Language, Seed};
use abi::plan::Program;
use wasmtime_wizer::Wizer;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::{Initialisation, Thaw, Varying, frontend};
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
struct Initialised {
    /// The module, whose memory and globals begin as initialisation left them.
    wasm: Vec<u8>,
    /// What each instance gets of its own.
    seeds: Vec<Seed>,
}

/// The only start function that may be run ahead: `_start` is a whole program.
const REACTOR: &str = "_initialize";
/// Initialisations that are compared to find what depends on randomness. One bit of it stays hidden with a probability
/// of 2 to the minus this.
const COMPARED: u64 = 40;
/// Words that may depend on randomness; what the languages' libraries have is less.
const MAX_VARYING: usize = 512;

/// The module as its start function leaves it; as it is where each call has to initialise its instance. Of an initialised
/// module the program has no start any more. Nothing where the mode demands what cannot be.
pub(crate) fn initialise<'w>(
    wasm: &'w [u8],
    program: &mut Program,
    mode: Mode,
    found: &mut Vec<Diagnostic>,
) -> Option<Cow<'w, [u8]>> {
    let Some(start) = program.start.as_deref().filter(|_| mode != Mode::Off) else { return Some(wasm.into()) };
    let reason = match attempt(wasm, start, program.language, mode) {
        Ok(Initialised { wasm, seeds }) => {
            (program.start, program.seeds) = (None, seeds);
            return Some(wasm.into());
        }
        Err(reason) => reason,
    };
    if mode == Mode::Force {
        let message = format!("the app cannot be initialised at build time: {reason}");
        found.push(Diagnostic::error(codes::PREINIT, message));
        return None;
    }
    let message = format!("the app is not initialised at build time: {reason}");
    let help = "each call initialises its instance, which takes a little longer";
    found.push(Diagnostic::note(codes::PREINIT, message).with_help(help));
    Some(wasm.into())
}

/// Initialises a validated module.
///
/// # Errors
/// Why the module has to be initialised in each call, as the end of a sentence.
fn attempt(wasm: &[u8], start: &str, language: Language, mode: Mode) -> Result<Initialised, String> {
    if start != REACTOR {
        return Err(format!("it exports {start} in place of {REACTOR}"));
    }
    let mut wizer = Wizer::new();
    wizer.init_func(REACTOR);
    let (context, instrumented) = wizer.instrument(wasm).map_err(|error| format!("it has an {error:#}"))?;
    let module = instance::Module::new(&instrumented)?;
    let mut guest = module.initialise(start, mode, 0)?;
    let thaw = match guest.asked() {
        false => Thaw::default(),
        true => match thaw(&module, start, mode, &guest, language) {
            Err(_) if mode == Mode::Force => Thaw::default(),
            found => found?,
        },
    };
    if let Some(range) = thaw.zeroed {
        guest.clear(range);
    }
    let wasm = snapshot::take(&wizer, &context, &mut guest)?;
    let wasm = segments::without_unused(wasm).map_err(|error| format!("what it leaves cannot be read: {error}"))?;
    Ok(Initialised { wasm, seeds: thaw.seeds })
}

/// Initialises again with other random numbers at other times, and asks the language about what differs.
fn thaw(module: &instance::Module, start: &str, mode: Mode, first: &Guest, language: Language) -> Result<Thaw, String> {
    let keeps = || "it keeps random numbers or the time, which would be the same in each call".to_owned();
    let mut clocks = vec![first.clock()];
    let mut varying: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for draw in 1..COMPARED {
        let other = module.initialise(start, mode, draw)?;
        if !first.same_shape(&other) {
            return Err(keeps());
        }
        for (address, value) in first.differences(&other).take(MAX_VARYING + 1) {
            let values = varying.entry(address).or_default();
            values.resize(clocks.len(), first.word(address));
            values.push(value);
        }
        if varying.len() > MAX_VARYING {
            return Err(keeps());
        }
        clocks.push(other.clock());
    }
    let complete = |(address, mut values): (u32, Vec<u32>)| {
        values.resize(clocks.len(), first.word(address));
        Varying { address, values }
    };
    let varying: Vec<_> = varying.into_iter().map(complete).collect();
    let untouched = module.untouched(mode)?;
    let initialisation = Initialisation {
        before: untouched.bytes(),
        after: first.bytes(),
        varying: &varying,
        clocks: &clocks,
        stack: first.stack().filter(|stack| untouched.stack() == Some(*stack)),
    };
    frontend(language).thaw(&initialisation).ok_or_else(keeps)
}
