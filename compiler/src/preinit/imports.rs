//! What a start function may ask for at build time.

use abi::guest::MEMORY;
use abi::host_functions::{HostFunction, WASI};
use abi::renewal::Clock;
use wasmi::{Caller, Error, FuncType, Linker, Val};

use super::Mode;
use super::numbers::Numbers;

/// What one initialisation is told about randomness and time.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    /// The bytes that it is given.
    pub(super) numbers: Numbers,
    /// The time that its clocks show, in nanoseconds. They stand still: how long something took is the same every time.
    pub(super) times: [u64; CLOCKS.len()],
}

/// The clocks, by their numbers in WASI.
pub(super) const CLOCKS: [Clock; 2] = [Clock::Real, Clock::Monotonic];

impl Answers {
    pub(super) fn new(mut numbers: Numbers) -> Self {
        // Half a year at most, so that no sum of times overflows.
        let times = CLOCKS.map(|_| numbers.next() >> 10);
        Self { numbers, times }
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
    refused: Option<String>,
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
        Self { mode, answers, handed: Vec::new(), places: Vec::new(), read: [false; CLOCKS.len()], refused: None }
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

    /// The import that ended the initialisation.
    pub(super) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
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
        let answer = caller.data().answer(&from, &called);
        if answer.and_then(|answer| answer(&mut caller, &words)).is_none() {
            let import = format!("{from}.{called}");
            caller.data_mut().refused = Some(import.clone());
            return Err(Error::new(import));
        }
        // Of WASI: no error.
        results.fill(Val::I32(0));
        Ok(())
    };
    linker.func_new(module, name, ty.clone(), call).map(|_| ())
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
    caller.data_mut().places.push(place);
    for offset in 0..length {
        let byte = caller.data_mut().answers.numbers.byte();
        write(caller, address.checked_add(offset)?, &[byte])?;
        caller.data_mut().handed.push(byte);
    }
    Some(())
}

fn clock(caller: &mut Caller<'_, Host>, words: &[u64]) -> Option<()> {
    let [clock, _, address] = *words else { return None };
    let clock = usize::try_from(clock).ok()?;
    let host = caller.data_mut();
    let now = *host.answers.times.get(clock)?;
    *host.read.get_mut(clock)? = true;
    write(caller, address, &now.to_le_bytes())
}
