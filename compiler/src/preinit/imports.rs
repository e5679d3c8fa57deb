//! What a start function may ask for at build time.

use abi::guest::MEMORY;
use abi::host_functions::{HostFunction, WASI};
use abi::plan::Clock;
use wasmi::{Caller, Error, FuncType, Linker, Val};

use super::Mode;

/// What belongs to one initialisation.
pub(super) struct Host {
    mode: Mode,
    /// State of the random numbers; the same input has to give the same artifact.
    random: u64,
    asked: bool,
    clock: Option<(Clock, u64)>,
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
    pub(super) fn new(mode: Mode, draw: u64) -> Self {
        Self { mode, random: draw, asked: false, clock: None, refused: None }
    }

    /// Whether random numbers were drawn or a clock was read.
    pub(super) fn asked(&self) -> bool {
        self.asked
    }

    /// The clock that was first read, and the answer.
    pub(super) fn clock(&self) -> Option<(Clock, u64)> {
        self.clock
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

    /// Splitmix64, which visits every state.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
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
    caller.data_mut().asked = true;
    for offset in 0..length {
        let byte = caller.data_mut().next() as u8;
        write(caller, address.checked_add(offset)?, &[byte])?;
    }
    Some(())
}

/// A time of its own for each initialisation, with both halves different.
fn clock(caller: &mut Caller<'_, Host>, words: &[u64]) -> Option<()> {
    let [clock, _, address] = *words else { return None };
    let clock = [Clock::Real, Clock::Monotonic].into_iter().nth(usize::try_from(clock).ok()?)?;
    let host = caller.data_mut();
    host.asked = true;
    // Half a year at most, so that no sum of times overflows.
    let now = host.next() >> 10;
    host.clock.get_or_insert((clock, now));
    write(caller, address, &now.to_le_bytes())
}
