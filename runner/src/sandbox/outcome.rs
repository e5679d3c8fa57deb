//! How calls end, and what of it the log and the client are told (`wasm-host` section 4, `graphql` section 15).

use std::borrow::Cow;

use abi::engine::MAX_WASM_STACK;
use abi::guest::CallError;
use abi::transfer::fault::{Cause, Path};
use abi::value::Value;
use wasmtime::Trap;

use super::deadline::Interrupted;
use super::state::Refused;
use crate::call::{CallFailure, Level, MOST_ERRORS, Message};
use crate::limits::LimitId;
use crate::telemetry::metrics::{self, Failure, TrapKind};
use crate::telemetry::{LogContext, Record, Severity, traces};

/// Ends a guest from inside a host function.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Unwind {
    /// `proc_exit`
    #[error("exit {0}")]
    Exit(u32),
    /// Deadline, CPU time or cancellation.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// An import that nothing stands behind.
    #[error("host function {0} is not available")]
    Unavailable(String),
    /// Too many calls of host functions.
    #[error("the function called the host too often ({})", LimitId::HostCalls)]
    TooManyHostCalls,
    /// A helper of the language's runtime called a host function that waits.
    #[error("host function {0} waits, and cannot be called while the guest's memory is being prepared")]
    WaitingHelper(String),
    /// A helper of the language's runtime did not end.
    #[error("the guest's own allocator took too long")]
    SlowHelper,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ending {
    Returned(Value),
    Exit(u32),
    Trap {
        trap: Trap,
        /// Why its memory had not grown before.
        refused: Option<Refused>,
        backtrace: String,
    },
    Argument {
        message: String,
        limit: Option<LimitId>,
    },
    Result {
        path: Path,
        message: String,
        limit: Option<LimitId>,
    },
    Interrupted(Interrupted),
    /// An error in the runner's own words that a client may see.
    Refused(String),
    /// An error for the log only.
    Internal(String),
    NotInstantiated(Box<Ending>),
}

impl Ending {
    /// The reason in an error that came out of the engine.
    pub(crate) fn of_error(error: &wasmtime::Error) -> Self {
        match error.downcast_ref::<Unwind>() {
            Some(Unwind::Exit(code)) => return Self::Exit(*code),
            Some(Unwind::Interrupted(reason)) => return Self::Interrupted(*reason),
            Some(refused) => return Self::Refused(refused.to_string()),
            None => {}
        }
        match error.downcast_ref::<Trap>() {
            Some(trap) => Self::Trap { trap: *trap, refused: None, backtrace: format!("{error:?}") },
            None => Self::Internal(format!("{error:?}")),
        }
    }

    /// The error of a language layer; `stopped` is the reason that it does not know.
    pub(crate) fn of_call(error: CallError, stopped: Option<&wasmtime::Error>) -> Self {
        let (message, limit) = (error.to_string(), limit(&error));
        match error {
            CallError::Argument { .. } => Self::Argument { message, limit },
            CallError::Result { path, .. } => Self::Result { path, message, limit },
            CallError::Stopped(_) => stopped.map_or(Self::Internal(message), Self::of_error),
            CallError::Unfinished => Self::Internal(message),
        }
    }

    /// The same where the guest's memory had not grown: what became of that is most often a trap.
    pub(crate) fn without_memory(self, refused: Option<Refused>) -> Self {
        match self {
            Self::Trap { trap, backtrace, .. } => Self::Trap { trap, refused, backtrace },
            Self::NotInstantiated(cause) => Self::NotInstantiated(Box::new(cause.without_memory(refused))),
            other => other,
        }
    }

    /// The call's own error, if it has one for the client. `reported` tells whether the guest logged an error.
    fn message(&self, reported: bool) -> Option<String> {
        Some(match self {
            Self::Returned(_) | Self::Exit(0) => return None,
            Self::Exit(_) if reported => return None,
            Self::Exit(255) => "error calling function".to_owned(),
            Self::Exit(code) => format!("function exited with code {}", code.cast_signed()),
            Self::Trap { trap, refused, .. } => format!("wasm error: {}", trap_words(*trap, *refused)),
            Self::Argument { message, .. } | Self::Refused(message) | Self::Result { message, .. } => message.clone(),
            Self::Interrupted(reason) => return reason.message(),
            Self::Internal(_) => "internal error; see the log".to_owned(),
            Self::NotInstantiated(cause) => match &**cause {
                // As if the function itself had ended so.
                Self::Exit(_) | Self::Interrupted(_) => return cause.message(reported),
                Self::Trap { trap, refused, .. } => {
                    format!("failed to instantiate the app: {}", trap_words(*trap, *refused))
                }
                other => {
                    let cause = other.message(reported).unwrap_or_default();
                    format!("failed to instantiate the app: {cause}")
                }
            },
        })
    }

    /// The code with which the guest exited, if it did.
    fn exit(&self) -> Option<u32> {
        match self {
            Self::Exit(code) => Some(*code),
            Self::NotInstantiated(cause) => cause.exit(),
            _ => None,
        }
    }

    /// Whether the function itself was called.
    pub(crate) fn entered(&self) -> bool {
        !matches!(self, Self::Refused(_) | Self::NotInstantiated(_))
    }

    /// The limit that ended the call, where nobody has counted it yet.
    fn limit(&self) -> Option<LimitId> {
        match self {
            Self::Argument { limit, .. } | Self::Result { limit, .. } => *limit,
            Self::Interrupted(reason) => reason.limit(),
            _ => None,
        }
    }

    /// Counts it unless there is a result.
    pub(crate) fn measure(&self) {
        if let Some(limit) = self.limit() {
            metrics::refused(limit);
        }
        let ending = match self {
            Self::Returned(_) => return,
            Self::NotInstantiated(cause) => return cause.measure(),
            Self::Exit(_) => Failure::Exit,
            Self::Trap { trap, .. } => {
                metrics::trapped(trap_kind(*trap));
                Failure::Trap
            }
            Self::Argument { .. } => Failure::Argument,
            Self::Result { .. } => Failure::Result,
            Self::Interrupted(Interrupted::Cancelled) => Failure::Cancelled,
            Self::Interrupted(Interrupted::TimedOut(_)) => Failure::Deadline,
            Self::Interrupted(Interrupted::CpuTime(_)) => Failure::CpuTime,
            Self::Refused(_) => Failure::Refused,
            Self::Internal(_) => Failure::Internal,
        };
        metrics::failed(ending);
        traces::failed(ending.name());
    }

    /// Writes the record of the outcome. `hidden` suppresses that of success.
    pub(crate) fn log(&self, log: &LogContext, duration_ms: f64, hidden: bool) {
        let record = Record { duration_ms: Some(duration_ms), user_visible: true, ..Default::default() };
        match self {
            Self::Returned(_) if hidden => {}
            Self::Returned(_) => log.write(Severity::Info, "Function completed successfully.", record),
            Self::Exit(0) => {
                let text = "Function ended with exit code 0. Returning from the function is better than exiting.";
                log.write(Severity::Warn, text, Record { exit_code: Some(0), ..record });
            }
            Self::Exit(code) => {
                let record = Record { exit_code: Some(code.cast_signed()), ..record };
                log.write(Severity::Error, "Function ended with an exit code that indicates an error.", record);
            }
            Self::Interrupted(reason) => {
                let text = match reason {
                    Interrupted::Cancelled => "Function execution was cancelled.",
                    Interrupted::TimedOut(_) => "Function execution timed out.",
                    Interrupted::CpuTime(_) => "Function execution used up its CPU time.",
                };
                let error = reason.message();
                log.write(Severity::Warn, text, Record { error: error.as_deref(), ..record });
            }
            Self::NotInstantiated(cause) if matches!(**cause, Self::Exit(_) | Self::Interrupted(_)) => {
                cause.log(log, duration_ms, hidden);
            }
            other => {
                let error = other.message(false);
                let record = Record { error: error.as_deref(), backtrace: other.detail(), ..record };
                log.write(Severity::Error, "Error while executing function.", Record { user_visible: false, ..record });
                let record = Record { duration_ms: Some(duration_ms), user_visible: true, ..Default::default() };
                log.write(Severity::Error, "Function ended with an error.", record);
            }
        }
    }

    fn detail(&self) -> Option<&str> {
        match self {
            Self::Trap { backtrace, .. } => Some(backtrace),
            Self::Internal(text) => Some(text),
            Self::NotInstantiated(cause) => cause.detail(),
            _ => None,
        }
    }
}

/// The errors of a call, in their order: messages, captured lines, the call's own. Of what the guest said these are the first
/// [`MOST_ERRORS`], and what it said last before it exited.
pub(crate) fn failures(ending: &Ending, messages: &[Message], lines: &[Message], dev: bool) -> Vec<CallFailure> {
    let exit = ending.exit().filter(|code| *code != 0);
    let hide_places = exit == Some(255) && !dev;
    let reason = exit.and_then(|_| last_error(messages).or_else(|| last_error(lines)));
    let said = messages.iter().map(|line| (line, hide_places)).chain(lines.iter().map(|line| (line, false)));
    let mut failures = Vec::new();
    for (line, hide_place) in said {
        let Some(level) = line.level.filter(|level| is_error(Some(*level))) else { continue };
        let is_own = reason.is_some_and(|reason| std::ptr::eq(reason, line));
        if failures.len() >= MOST_ERRORS && !is_own {
            continue;
        }
        let hide_place = hide_place && level == Level::Fatal;
        let message = if hide_place { without_place(&line.text) } else { &line.text }.to_owned();
        failures.push(CallFailure { message, level: Some(level), path: Vec::new(), is_own });
    }
    if let Some(message) = ending.message(!failures.is_empty()) {
        let path = match ending {
            Ending::Result { path, .. } => path.steps().cloned().collect(),
            _ => Vec::new(),
        };
        failures.push(CallFailure { message, level: Some(Level::Error), path, is_own: true });
    }
    failures
}

fn last_error(said: &[Message]) -> Option<&Message> {
    said.iter().rfind(|line| is_error(line.level))
}

/// The limit on values that an error of a language layer tells of.
pub(crate) fn limit(error: &CallError) -> Option<LimitId> {
    match error {
        CallError::Argument { cause: Cause::Limit(exceeded), .. }
        | CallError::Result { cause: Cause::Limit(exceeded), .. } => LimitId::of_values(*exceeded),
        _ => None,
    }
}

/// Whether what the guest said is an error of the call.
pub(crate) fn is_error(level: Option<Level>) -> bool {
    matches!(level, Some(Level::Error | Level::Fatal))
}

/// An abort's text without ` at <file>:<line>:<column>`.
fn without_place(message: &str) -> &str {
    let Some((text, place)) = message.rsplit_once(" at ") else { return message };
    let mut parts = place.rsplitn(3, ':');
    let number =
        |part: Option<&str>| part.is_some_and(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
    let is_place = number(parts.next()) && number(parts.next()) && parts.next().is_some_and(|file| !file.is_empty());
    if is_place { text } else { message }
}

fn trap_kind(trap: Trap) -> TrapKind {
    match trap {
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        Trap::MemoryOutOfBounds => TrapKind::Memory,
        Trap::IntegerDivisionByZero => TrapKind::Division,
        Trap::IntegerOverflow => TrapKind::Overflow,
        Trap::BadConversionToInteger => TrapKind::Conversion,
        Trap::TableOutOfBounds | Trap::IndirectCallToNull => TrapKind::Table,
        Trap::BadSignature => TrapKind::Signature,
        Trap::StackOverflow => TrapKind::Stack,
        _ => TrapKind::Other,
    }
}

/// What a client is told of it: its kind, or wasmtime's own words where we have none, and what is behind it.
fn trap_words(trap: Trap, refused: Option<Refused>) -> Cow<'static, str> {
    match (trap_kind(trap), refused) {
        // No setting changes the stack: a function that needs more calls itself without an end, or nearly so.
        (TrapKind::Stack, _) => {
            format!("{}: calls inside each other have {} KiB", TrapKind::Stack.name(), MAX_WASM_STACK >> 10).into()
        }
        (TrapKind::Other, _) => trap.to_string().into(),
        (kind, Some(refused)) => format!("{}: {refused}", kind.name()).into(),
        (kind, None) => kind.name().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(level: Level, message: &str) -> Message {
        Message { level: Some(level), text: message.to_owned() }
    }

    fn texts(failures: &[CallFailure]) -> Vec<&str> {
        failures.iter().map(|failure| failure.message.as_str()).collect()
    }

    #[test]
    fn abort_text_loses_its_place_in_production() {
        let said = [line(Level::Fatal, "meet me at 5 at assembly/index.ts:3:7")];
        let end = Ending::Exit(255);
        assert_eq!(texts(&failures(&end, &said, &[], true)), ["meet me at 5 at assembly/index.ts:3:7"]);
        assert_eq!(texts(&failures(&end, &said, &[], false)), ["meet me at 5"]);
        assert_eq!(texts(&failures(&end, &[], &[], false)), ["error calling function"]);
        assert_eq!(without_place("look at this"), "look at this");
    }

    fn trap(trap: Trap) -> Ending {
        Ending::Trap { trap, refused: None, backtrace: String::new() }
    }

    /// A trap names the limit that is behind it.
    #[test]
    fn traps_for_want_of_memory() {
        let check = |ending: Ending, expected: &str| assert_eq!(texts(&failures(&ending, &[], &[], false)), [expected]);
        let own = Some(Refused::Own(128 << 20));
        let unreachable = || trap(Trap::UnreachableCodeReached);
        let limit = "unreachable: the function's memory would have grown beyond 128 MiB (limit `memory-limit`)";
        check(unreachable().without_memory(own), &format!("wasm error: {limit}"));
        let start = Ending::NotInstantiated(Box::new(unreachable())).without_memory(own);
        check(start, &format!("failed to instantiate the app: {limit}"));
        let all =
            "wasm error: unreachable: the memory that all calls may have together was used up (limit `guest-memory`)";
        check(unreachable().without_memory(Some(Refused::OfAll)), all);
        check(unreachable().without_memory(None), "wasm error: unreachable");
        let stack = "wasm error: stack overflow: calls inside each other have 512 KiB";
        check(trap(Trap::StackOverflow).without_memory(own), stack);
        assert_eq!(Ending::Exit(3).without_memory(own), Ending::Exit(3));
    }

    #[test]
    fn order_of_errors() {
        let messages = [line(Level::Error, "first"), line(Level::Info, "no")];
        let lines = [line(Level::Fatal, "boom"), line(Level::Warning, "no")];
        let trap = trap(Trap::UnreachableCodeReached);
        assert_eq!(texts(&failures(&trap, &messages, &lines, false)), ["first", "boom", "wasm error: unreachable"]);
        assert_eq!(texts(&failures(&Ending::Exit(3), &[], &[], false)), ["function exited with code 3"]);
        assert!(failures(&Ending::Exit(0), &[], &[], false).is_empty());
    }

    #[test]
    fn a_flood_of_errors_does_not_hide_the_calls_own() {
        let (printed, mut messages) =
            (vec![line(Level::Fatal, "printed"); 60_000], vec![line(Level::Error, "said"); 600]);
        let check = |ending: Ending, messages: &[Message], most: usize, own: &str| {
            let failures = failures(&ending, messages, &printed, false);
            assert_eq!(failures.len(), most);
            let told: Vec<_> = failures.iter().filter(|one| one.is_own).map(|one| one.message.as_str()).collect();
            assert_eq!(told, [own]);
        };
        check(trap(Trap::UnreachableCodeReached), &messages, MOST_ERRORS + 1, "wasm error: unreachable");
        check(Ending::Exit(1), &[], MOST_ERRORS + 1, "printed");
        // Whoever aborts says why just before.
        messages.push(line(Level::Fatal, "why at a.ts:1:2"));
        check(Ending::Exit(255), &messages, MOST_ERRORS, "why");
        messages.splice(..0, vec![line(Level::Error, "said"); 5000]);
        check(Ending::Exit(255), &messages, MOST_ERRORS + 1, "why");
        check(Ending::NotInstantiated(Box::new(Ending::Exit(255))), &messages, MOST_ERRORS + 1, "why");
        let failures = failures(&Ending::Exit(0), &messages, &printed, false);
        assert_eq!((failures.len(), failures.iter().any(|one| one.is_own)), (MOST_ERRORS, false));
    }
}
