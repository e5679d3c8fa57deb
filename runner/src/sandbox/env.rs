//! The module `env`: what the AssemblyScript compiler imports (`abi-assemblyscript` section 11.3).

use std::time::{SystemTime, UNIX_EPOCH};

use abi::guest;
use abi::host_functions::{ENV, HostFunction};
use wasmtime::{Caller, Val};

use super::guest::exports_of;
use super::outcome::Unwind;
use super::random;
use super::state::State;

pub(super) type Function = fn(Caller<'_, State>, &[Val], &mut [Val]) -> wasmtime::Result<()>;

/// Exit code of an aborted AssemblyScript guest.
const ABORTED: u32 = 255;

static FUNCTIONS: [(&HostFunction, Function); 4] = [
    (ENV.function("Date.now"), now),
    (ENV.function("abort"), abort),
    (ENV.function("seed"), seed),
    (ENV.function("trace"), trace),
];

/// The function of this name, with what the table says about it.
pub(super) fn find(name: &str) -> Option<(&'static HostFunction, Function)> {
    FUNCTIONS.iter().find(|(about, _)| about.name == name).copied()
}

fn now(_: Caller<'_, State>, _: &[Val], results: &mut [Val]) -> wasmtime::Result<()> {
    let milliseconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis());
    answer(results, milliseconds as f64)
}

fn seed(_: Caller<'_, State>, _: &[Val], results: &mut [Val]) -> wasmtime::Result<()> {
    let bytes = random::seed().map_err(wasmtime::Error::from)?;
    // 53 bits are what a float holds.
    answer(results, (u64::from_le_bytes(bytes) >> 11) as f64)
}

fn answer(results: &mut [Val], number: f64) -> wasmtime::Result<()> {
    if let Some(slot) = results.first_mut() {
        *slot = Val::F64(number.to_bits());
    }
    Ok(())
}

fn abort(mut caller: Caller<'_, State>, parameters: &[Val], _: &mut [Val]) -> wasmtime::Result<()> {
    let message = text(&mut caller, parameters.first()).unwrap_or_else(|| "abort()".to_owned());
    let file = text(&mut caller, parameters.get(1));
    let number = |index: usize| parameters.get(index).and_then(Val::i32).unwrap_or(0).cast_unsigned();
    let message = match file {
        Some(file) => format!("{message} at {file}:{}:{}", number(2), number(3)),
        None => message,
    };
    say(&mut caller, "fatal", &message);
    Err(Unwind::Exit(ABORTED).into())
}

fn trace(mut caller: Caller<'_, State>, parameters: &[Val], _: &mut [Val]) -> wasmtime::Result<()> {
    let mut message = text(&mut caller, parameters.first()).unwrap_or_default();
    let count = parameters.get(1).and_then(Val::i32).map_or(0, |count| count.clamp(0, 5));
    for number in parameters.iter().skip(2).take(count.unsigned_abs() as usize) {
        message.push_str(&format!(" {}", number.f64().unwrap_or_default()));
    }
    say(&mut caller, "trace", &message);
    Ok(())
}

fn say(caller: &mut Caller<'_, State>, level: &str, message: &str) {
    let state = caller.data_mut();
    let raw_debug = state.shared.environment.flag("MODUS_DEBUG");
    state.output.message(level, message, &state.log, raw_debug);
}

/// An AssemblyScript string: UTF-16, its length in bytes stands four bytes before it.
fn text(caller: &mut Caller<'_, State>, address: Option<&Val>) -> Option<String> {
    let address = address?.i32()?.cast_unsigned();
    let shared = std::sync::Arc::clone(&caller.data().shared);
    let memory = exports_of(caller).memory?.data(&*caller);
    let length = guest::read_u32(memory, address.checked_sub(4)?)?;
    let limit = shared.limits.bytes.min(1 << 20);
    let bytes = guest::slice(memory, address, u64::from(length).min(limit))?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}
