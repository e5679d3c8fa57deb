//! What a start function may ask for at build time.

use abi::guest::MEMORY;
use abi::host_functions::{HostFunction, WASI};
use abi::renewal::{Clock, MOST_RANDOM};
use wasmi::{Caller, Error, FuncType, Linker, StoreLimits, StoreLimitsBuilder, TrapCode, Val};

use super::numbers::Numbers;
use super::{Mode, times};

/// What one initialisation is told about randomness and time.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    /// The bytes that it is given first.
    pub(super) first: Vec<u8>,
    /// Those that it is given then.
    pub(super) numbers: Numbers,
    /// The only one that it is given in their place.
    pub(super) only: Option<u8>,
    /// The time that its clocks show, in nanoseconds. They stand still: how long something took is the same every time.
    pub(super) times: [u64; CLOCKS.len()],
}

/// The clocks, by their numbers in WASI.
pub(super) const CLOCKS: [Clock; 2] = [Clock::Real, Clock::Monotonic];

impl Answers {
    /// Those of the initialisation of this number.
    pub(super) fn new(draw: u64, mut numbers: Numbers) -> Self {
        let times = CLOCKS.map(|clock| match clock {
            Clock::Real => times::real(draw, &mut numbers),
            Clock::Monotonic => times::monotonic(&mut numbers),
        });
        Self { first: Vec::new(), numbers, only: None, times }
    }

    /// The next random bytes.
    fn random(&mut self, length: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.first.drain(..length.min(self.first.len())).collect();
        match self.only {
            Some(only) => bytes.resize(length, only),
            None => bytes.extend(self.numbers.bytes(length - bytes.len())),
        }
        bytes
    }
}

/// What belongs to one initialisation.
pub(super) struct Host {
    mode: Mode,
    answers: Answers,
    /// The random bytes that were handed out.
    handed: Vec<u8>,
    /// Where they went: addresses and lengths.
    places: Vec<(u32, u32)>,
    /// Clocks that were read.
    read: [bool; CLOCKS.len()],
    /// Why it was ended, as the end of a sentence.
    ended: Option<String>,
    /// What it may grow to.
    pub(super) limits: StoreLimits,
}

/// Steps of the interpreter that a call of a function counts as.
const CALL: u64 = 50;
/// Bytes of memory: whoever needs more at the start makes an image that is too large for an artifact. Twice what a runner
/// allows unless it is told otherwise.
const MEMORY_LIMIT: usize = 256 << 20;
/// Elements of a table, which cannot grow.
const TABLE_LIMIT: usize = 10_000_000;

/// Why an app is not initialised that needs more memory than that.
pub(super) fn needs_memory() -> String {
    format!("it needs more than {} MiB of memory", MEMORY_LIMIT >> 20)
}

/// A function that can be answered at build time.
type Answer = fn(&mut Caller<'_, Host>, &[u64]) -> Option<()>;

/// Functions whose answer is the same in every call (the runner gives no arguments either), or whose use can be followed.
const ANSWERED: [(&HostFunction, Answer); 4] = [
    (WASI.function("args_sizes_get"), write_two_zeros),
    (WASI.function("args_get"), |_, _| Some(())),
    (WASI.function("random_get"), random),
    (WASI.function("clock_time_get"), clock),
];

/// Functions whose answer is frozen where the user accepts that: there are no variables.
const FROZEN: [(&HostFunction, Answer); 3] = [
    (WASI.function("environ_sizes_get"), write_two_zeros),
    (WASI.function("environ_get"), |_, _| Some(())),
    (WASI.function("clock_res_get"), |caller, words| write(caller, *words.get(1)?, &1u64.to_le_bytes())),
];

impl Host {
    pub(super) fn new(mode: Mode, answers: Answers) -> Self {
        let limits = StoreLimitsBuilder::new().memory_size(MEMORY_LIMIT).table_elements(TABLE_LIMIT);
        // An app that is told that there is no more memory may go on without, and keep that.
        let limits = limits.trap_on_grow_failure(true).build();
        let read = [false; CLOCKS.len()];
        Self { mode, answers, handed: Vec::new(), places: Vec::new(), read, ended: None, limits }
    }

    /// Whether random numbers were drawn or a clock was read.
    pub(super) fn asked(&self) -> bool {
        !self.places.is_empty() || self.read.contains(&true)
    }

    /// The random bytes that were handed out.
    pub(super) fn handed(&self) -> &[u8] {
        &self.handed
    }

    /// Where random bytes went: addresses and lengths.
    pub(super) fn places(&self) -> &[(u32, u32)] {
        &self.places
    }

    /// The clocks that were read, with the time that they showed.
    pub(super) fn times(&self) -> Vec<(Clock, u64)> {
        let clocks = CLOCKS.into_iter().zip(self.answers.times);
        clocks.zip(self.read).filter(|(_, read)| *read).map(|(clock, _)| clock).collect()
    }

    /// Why it ended the initialisation.
    pub(super) fn ended(&self) -> Option<&str> {
        self.ended.as_deref()
    }

    fn answer(&self, module: &str, name: &str) -> Option<Answer> {
        let frozen = if self.mode == Mode::Force { &FROZEN[..] } else { &[] };
        let mut known = frozen.iter().chain(&ANSWERED).filter(|_| module == WASI.module);
        known.find(|(known, _)| known.name == name).map(|(_, answer)| *answer)
    }
}

/// Defines an import.
pub(super) fn define(
    linker: &mut Linker<Host>,
    module: &str,
    name: &str,
    ty: &FuncType,
) -> Result<(), wasmi::errors::LinkerError> {
    let (from, called) = (module.to_owned(), name.to_owned());
    let call = move |mut caller: Caller<'_, Host>, arguments: &[Val], results: &mut [Val]| {
        let words: Vec<u64> = arguments.iter().map(word).collect();
        let left = caller.get_fuel()?.checked_sub(CALL).ok_or(TrapCode::OutOfFuel)?;
        caller.set_fuel(left)?;
        let answer = caller.data().answer(&from, &called);
        if answer.and_then(|answer| answer(&mut caller, &words)).is_none() {
            let reason = caller.data_mut().ended.get_or_insert_with(|| refusal(&from, &called));
            return Err(Error::new(reason.clone()));
        }
        // Of WASI: no error.
        results.fill(Val::I32(0));
        Ok(())
    };
    linker.func_new(module, name, ty.clone(), call).map(|_| ())
}

/// Why an import cannot be answered.
fn refusal(module: &str, name: &str) -> String {
    if module == WASI.module && name.starts_with("environ_") {
        return "it reads environment variables, which only the runner knows".to_owned();
    }
    format!("it calls {module}.{name}, whose answer differs from call to call")
}

fn word(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        _ => 0,
    }
}

fn write(caller: &mut Caller<'_, Host>, address: u64, bytes: &[u8]) -> Option<()> {
    let memory = caller.get_export(MEMORY)?.into_memory()?;
    let start = usize::try_from(address).ok()?;
    memory.data_mut(caller).get_mut(start..start.checked_add(bytes.len())?)?.copy_from_slice(bytes);
    Some(())
}

fn write_two_zeros(caller: &mut Caller<'_, Host>, words: &[u64]) -> Option<()> {
    words.iter().take(2).try_for_each(|address| write(caller, *address, &[0; 4]))
}

fn random(caller: &mut Caller<'_, Host>, words: &[u64]) -> Option<()> {
    let [address, length] = *words else { return None };
    let place = (u32::try_from(address).ok()?, u32::try_from(length).ok()?);
    let length = usize::try_from(length).ok()?;
    let host = caller.data_mut();
    if host.handed.len().saturating_add(length) > MOST_RANDOM as usize {
        host.ended = Some(MANY.to_owned());
        return None;
    }
    // Otherwise there is no end of places.
    if length > 0 {
        host.places.push(place);
    }
    let bytes = host.answers.random(length);
    host.handed.extend_from_slice(&bytes);
    write(caller, address, &bytes)
}

/// Why an app is not initialised that draws too much.
pub(super) const MANY: &str = "it draws more random numbers than can be followed";

fn clock(caller: &mut Caller<'_, Host>, words: &[u64]) -> Option<()> {
    let [clock, _, address] = *words else { return None };
    let clock = usize::try_from(clock).ok()?;
    let host = caller.data_mut();
    let now = *host.answers.times.get(clock)?;
    *host.read.get_mut(clock)? = true;
    write(caller, address, &now.to_le_bytes())
}
