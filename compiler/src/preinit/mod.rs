//! Pre-initialisation: the guest's start function runs at build time, and every instance begins with what it left.
//!
//! Only an initialisation whose outcome is the same at any time and on any machine may be stored. So each import that it
//! calls counts: those whose answer never changes are answered, all others end the attempt. Randomness and clocks
//! are the exception, because every Go app asks for them: the app is initialised many times with other answers, and
//! what became of them is looked for in its memory (`renew`). Each instance gets new ones in the same places.

mod explain;
mod far;
mod forced;
mod generator;
mod imports;
mod instance;
mod maps;
mod numbers;
mod owner;
mod renew;
mod segments;
mod snapshot;
#[cfg(test)]
mod tests;
mod times;

use std::borrow::Cow;

use abi::language::Language;
use abi::plan::{Memory, Program};
use abi::renewal::Renewal;
use wasmtime_wizer::Wizer;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::frontend;
use crate::room::{self, Declared, Heap, PAGE};
use instance::Guest;
use renew::Runs;

/// When to initialise at build time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// Where it makes no difference to the app
    #[default]
    Auto,
    /// Also where environment variables are read, or something is made of the clock or of random numbers: it stays for ever
    Force,
    /// Never: in each call
    Off,
}

/// How instances begin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beginning {
    /// When the app is initialised at build time.
    pub preinit: Mode,
    /// Memory that is free; `None` leaves it to modusc.
    pub heap: Option<Heap>,
}

/// An initialised module.
struct Initialised {
    /// The module, whose memory and globals begin as initialisation left them.
    wasm: Vec<u8>,
    /// What each instance gets of its own.
    renewal: Renewal,
    /// The memory that it begins with.
    pages: u32,
    /// Bytes of it that are free.
    free: u32,
}

/// Why a module is not initialised, and what is known of it all the same.
struct Failure {
    /// The end of a sentence.
    reason: String,
    /// Bytes of memory that it uses once it is initialised, if it could be found out.
    used: Option<u64>,
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self { reason, used: None }
    }
}

/// The only start function that may be run ahead: `_start` is a whole program.
const REACTOR: &str = "_initialize";

/// The module as its start function leaves it; as it is where each call has to initialise its instance. Of an initialised
/// module the program has no start any more. Nothing where the mode demands what cannot be.
pub(crate) fn initialise<'w>(
    wasm: &'w [u8],
    program: &mut Program,
    beginning: Beginning,
    found: &mut Vec<Diagnostic>,
) -> Option<Cow<'w, [u8]>> {
    let wanted = room::wanted(beginning.heap);
    let declared = Declared::of(wasm);
    let built = declared.map_or(0, |declared| declared.minimum);
    let mode = beginning.preinit;
    let start = program.start.as_deref();
    let attempted =
        start.filter(|_| mode != Mode::Off).map(|start| attempt(wasm, start, program.language, mode, wanted));
    let failure = match attempted {
        Some(Ok(Initialised { wasm, renewal, pages, free })) => {
            program.memory = Some(Memory { built, pages, free: Some(free) });
            (program.start, program.renewal) = (None, renewal);
            return Some(wasm.into());
        }
        Some(Err(failure)) => Some(failure),
        None => None,
    };
    // What it does not use of its own pages is not known without having been tried.
    let known = failure.as_ref().and_then(|failure| failure.used);
    let pages = declared.map_or(0, |declared| declared.pages(known.unwrap_or(u64::from(built) * PAGE), wanted));
    let free = |used: u64| u32::try_from((u64::from(pages) * PAGE).saturating_sub(used)).unwrap_or(u32::MAX);
    program.memory = Some(Memory { built, pages, free: known.map(free) });
    let Some(Failure { reason, .. }) = failure else { return Some(wasm.into()) };
    if mode == Mode::Force {
        let message = format!("the app cannot be initialised at build time: {reason}");
        found.push(Diagnostic::error(codes::PREINIT, message));
        return None;
    }
    let message = format!("the app is not initialised at build time: {reason}");
    let help = "each call initialises its instance, which takes longer; what only some functions need can be made in these \
                functions";
    found.push(Diagnostic::note(codes::PREINIT, message).with_help(help));
    Some(wasm.into())
}

/// Initialises a validated module.
///
/// # Errors
/// Why the module has to be initialised in each call.
fn attempt(wasm: &[u8], start: &str, language: Language, mode: Mode, wanted: u32) -> Result<Initialised, Failure> {
    if start != REACTOR {
        return Err(format!("it exports {start} in place of {REACTOR}").into());
    }
    let mut wizer = Wizer::new();
    wizer.init_func(REACTOR);
    let (context, instrumented) = wizer.instrument(wasm).map_err(|error| snapshot::refused(&error))?;
    let module = instance::Module::new(&instrumented)?;
    let mut runs = Runs::new(&module, wasm, start, mode);
    let declared = Declared::of(wasm);
    let mut first = with_room(&mut runs, declared, wanted)?;
    let used = Some(used(&first));
    let seeds = frontend(language).map_seeds();
    let (mut guest, mut renewal) = loop {
        if !first.asked() {
            break (first, Renewal::default());
        }
        match renew::renew(&runs, &first, seeds) {
            Ok(renewed) => break renewed,
            Err(_) if mode == Mode::Force => break (first, Renewal::default()),
            Err(reason) => first = with_more(&mut runs, &first, declared).ok_or(Failure { reason, used })?,
        }
    };
    let pages = u32::try_from(guest.bytes().len() as u64 / PAGE).unwrap_or(u32::MAX);
    let free = u32::try_from(far::free(guest.bytes()).len()).unwrap_or(u32::MAX);
    renewal.far = far::take(guest.bytes_mut());
    let wasm = snapshot::take(&wizer, &context, &mut guest)?;
    let wasm = segments::without_unused(wasm).map_err(|error| format!("what it leaves cannot be read: {error}"))?;
    Ok(Initialised { wasm, renewal, pages, free })
}

/// Initialises with as much memory as leaves enough of it free.
fn with_room(runs: &mut Runs<'_>, declared: Option<Declared>, wanted: u32) -> Result<Guest, String> {
    let mut guest = runs.first()?;
    let Some(declared) = declared else { return Ok(guest) };
    // With more memory an allocator may use more of it.
    for _ in 0..ATTEMPTS {
        let pages = declared.pages(used(&guest), wanted);
        if u64::from(pages) * PAGE <= guest.bytes().len() as u64 {
            break;
        }
        runs.pages = pages;
        guest = runs.first()?;
    }
    Ok(guest)
}

/// Initialises with twice as much memory, if that shows that a collector ran. What it leaves in memory depends on numbers that
/// look like addresses.
fn with_more(runs: &mut Runs<'_>, guest: &Guest, declared: Option<Declared>) -> Option<Guest> {
    runs.pages = declared?.doubled(guest.bytes().len() as u64)?;
    let other = runs.first().ok()?;
    (far::free(other.bytes()).start > far::free(guest.bytes()).start).then_some(other)
}

/// Times that the amount of memory is corrected, at most.
const ATTEMPTS: usize = 3;

/// Bytes of memory that are not free.
fn used(guest: &Guest) -> u64 {
    (guest.bytes().len() - far::free(guest.bytes()).len()) as u64
}
