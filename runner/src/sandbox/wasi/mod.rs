//! WASI preview 1 (`wasm-host` section 5): no files, no sockets, no arguments; output is captured.

mod files;
mod paths;
mod poll;
mod system;

use abi::guest;
use abi::host_functions::{HostFunction, WASI};
use futures::future::BoxFuture;
use wasmtime::{AsContextMut as _, Caller, FuncType, Linker, Memory, Val};

use super::guest::{exports_of, word};
use super::imports::with_words;
use super::outcome::Unwind;
use super::state::{State, TURN};
use crate::compute;
pub(super) use system::time;

/// WASI error numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Errno {
    Badf = 8,
    Fault = 21,
    Inval = 28,
    Io = 29,
    NameTooLong = 37,
    NoSys = 52,
    NotDir = 54,
    NotSup = 58,
    Perm = 63,
}

/// Vectors of bytes, or subscriptions, that one call may name: as many as on Linux.
const MOST_ITEMS: u32 = 1024;
/// Bytes of a path, likewise.
const MOST_OF_PATH: u32 = 4096;

/// How a function fails: with a number, or by ending the guest.
pub(super) enum Failure {
    Errno(Errno),
    End(Unwind),
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<super::deadline::Interrupted> for Failure {
    fn from(reason: super::deadline::Interrupted) -> Self {
        Self::End(Unwind::Interrupted(reason))
    }
}

type Outcome = Result<(), Failure>;

#[derive(Clone, Copy)]
enum Handler {
    /// Done at once.
    Now(fn(&mut GuestProcess<'_>, &[u64]) -> Outcome),
    /// It waits, or takes long and lets others have their turn.
    Later(for<'a> fn(GuestProcess<'a>, Vec<u64>) -> BoxFuture<'a, Outcome>),
}

/// A function; all but `proc_exit` answer an error number.
pub(super) struct Function {
    /// What the table says about it.
    pub(super) about: &'static HostFunction,
    handler: Handler,
}

/// All functions of preview 1.
static FUNCTIONS: [Function; 46] = [
    function("args_get", |_, _| Ok(())),
    function("args_sizes_get", system::args_sizes_get),
    function("clock_res_get", system::clock_res_get),
    function("clock_time_get", system::clock_time_get),
    function("environ_get", system::environ_get),
    function("environ_sizes_get", system::environ_sizes_get),
    function("fd_advise", files::ignored),
    function("fd_allocate", files::unsupported),
    function("fd_close", files::close),
    function("fd_datasync", files::ignored),
    function("fd_fdstat_get", files::fdstat_get),
    function("fd_fdstat_set_flags", files::unsupported),
    function("fd_fdstat_set_rights", |_, _| Err(Errno::NoSys.into())),
    function("fd_filestat_get", files::filestat_get),
    function("fd_filestat_set_size", files::unsupported),
    function("fd_filestat_set_times", files::unsupported),
    function("fd_pread", files::bad),
    function("fd_prestat_dir_name", files::prestat_dir_name),
    function("fd_prestat_get", files::prestat_get),
    function("fd_pwrite", files::bad),
    function("fd_read", files::read),
    function("fd_readdir", files::bad),
    function("fd_renumber", files::renumber),
    function("fd_seek", files::unsupported),
    function("fd_sync", files::ignored),
    function("fd_tell", files::unsupported),
    slow_function("fd_write", |process, words| Box::pin(files::write(process, words))),
    function("path_create_directory", |process, words| paths::refuse(process, words, 0, 1)),
    function("path_filestat_get", |process, words| paths::refuse(process, words, 0, 2)),
    function("path_filestat_set_times", |process, words| paths::refuse(process, words, 0, 2)),
    function("path_link", |process, words| paths::refuse(process, words, 0, 2)),
    function("path_open", |process, words| paths::refuse(process, words, 0, 2)),
    function("path_readlink", |process, words| paths::refuse(process, words, 0, 1)),
    function("path_remove_directory", |process, words| paths::refuse(process, words, 0, 1)),
    function("path_rename", |process, words| paths::refuse(process, words, 0, 1)),
    function("path_symlink", |process, words| paths::refuse(process, words, 2, 3)),
    function("path_unlink_file", |process, words| paths::refuse(process, words, 0, 1)),
    slow_function("poll_oneoff", |process, words| Box::pin(poll::oneoff(process, words))),
    function("proc_exit", |_, words| Err(Failure::End(Unwind::Exit(words[0] as u32)))),
    function("proc_raise", |_, _| Err(Errno::NoSys.into())),
    slow_function("random_get", |process, words| Box::pin(system::random_get(process, words))),
    function("sched_yield", |_, _| Ok(())),
    function("sock_accept", files::bad),
    function("sock_recv", files::bad),
    function("sock_send", files::bad),
    function("sock_shutdown", files::bad),
];

const fn function(name: &str, handler: fn(&mut GuestProcess<'_>, &[u64]) -> Outcome) -> Function {
    let about = WASI.function(name);
    assert!(!about.waits, "the table says that it waits");
    Function { about, handler: Handler::Now(handler) }
}

const fn slow_function(
    name: &str,
    handler: for<'a> fn(GuestProcess<'a>, Vec<u64>) -> BoxFuture<'a, Outcome>,
) -> Function {
    let about = WASI.function(name);
    assert!(about.waits, "the table says that it does not wait");
    Function { about, handler: Handler::Later(handler) }
}

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    let index = FUNCTIONS.binary_search_by(|function| function.about.name.cmp(name)).ok()?;
    FUNCTIONS.get(index)
}

/// Connects a function with a module's import, whose type is the function's.
pub(super) fn link(linker: &mut Linker<State>, function: &'static Function, ty: FuncType) -> wasmtime::Result<()> {
    match function.handler {
        Handler::Now(handler) => {
            linker.func_new(WASI.module, function.about.name, ty, move |mut caller, parameters, results| {
                let memory = exports_of(&mut caller).memory;
                let mut process = GuestProcess { caller, memory };
                answer(with_words(parameters, |words| handler(&mut process, words)), results)
            })?
        }
        Handler::Later(handler) => {
            linker.func_new_async(WASI.module, function.about.name, ty, move |mut caller, parameters, results| {
                let memory = exports_of(&mut caller).memory;
                let words = parameters.iter().map(word).collect();
                Box::new(async move { answer(handler(GuestProcess { caller, memory }, words).await, results) })
            })?
        }
    };
    Ok(())
}

fn answer(outcome: Outcome, results: &mut [Val]) -> wasmtime::Result<()> {
    let errno = match outcome {
        Ok(()) => 0,
        Err(Failure::Errno(errno)) => errno as i32,
        Err(Failure::End(unwind)) => return Err(unwind.into()),
    };
    if let Some(result) = results.first_mut() {
        *result = Val::I32(errno);
    }
    Ok(())
}

/// The calling guest as a process.
pub(super) struct GuestProcess<'a> {
    caller: Caller<'a, State>,
    memory: Option<Memory>,
}

impl GuestProcess<'_> {
    fn parts(&mut self) -> (&mut [u8], &mut State) {
        match self.memory {
            Some(memory) => memory.data_and_store_mut(&mut self.caller),
            None => (&mut [], self.caller.data_mut()),
        }
    }

    fn bytes(&mut self, address: u32, length: u64) -> Result<&[u8], Failure> {
        guest::slice(self.parts().0, address, length).ok_or(Errno::Fault.into())
    }

    fn store(&mut self, address: u32, bytes: &[u8]) -> Outcome {
        guest::write(self.parts().0, address, bytes).ok_or(Errno::Fault.into())
    }

    /// A standard stream that is open.
    fn stream(&self, descriptor: u64) -> Result<usize, Failure> {
        let closed = self.caller.data().closed;
        let open = usize::try_from(descriptor).ok().filter(|index| closed.get(*index) == Some(&false));
        open.ok_or(Errno::Badf.into())
    }

    /// Between two parts of what takes long: from an event loop it moves on, and elsewhere others have their turn. No code of
    /// the guest runs meanwhile.
    async fn pause(&mut self) -> Outcome {
        // What a helper calls cannot be put aside.
        if self.parts().1.helping.is_none() {
            compute::leave().await;
            compute::yield_now().await;
        }
        self.waited();
        Ok(self.parts().1.check()?)
    }

    /// To be told after what may have waited.
    fn waited(&mut self) {
        if self.caller.data_mut().waited() {
            self.caller.as_context_mut().set_epoch_deadline(TURN);
        }
    }
}

/// A 32-bit word as passed.
fn low(word: u64) -> u32 {
    word as u32
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_sorted_and_unique() {
        assert!(super::FUNCTIONS.windows(2).all(|pair| pair[0].about.name < pair[1].about.name));
    }
}
