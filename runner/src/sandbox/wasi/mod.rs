//! WASI preview 1 (`wasm-host` section 5): no files, no sockets, no arguments; output is captured.

mod files;
mod paths;
mod poll;
mod system;

use abi::guest;
use wasmtime::{Caller, FuncType, Memory, Val, ValType};

use super::guest::exports_of;
use super::outcome::Unwind;
use super::state::State;
pub(super) use system::time;

/// Import module.
pub(super) const MODULE: &str = "wasi_snapshot_preview1";

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

impl From<super::cancel::Interrupted> for Failure {
    fn from(reason: super::cancel::Interrupted) -> Self {
        Self::End(Unwind::Interrupted(reason))
    }
}

type Outcome = Result<(), Failure>;
type Handler = fn(&mut Process<'_, '_>, &[u64]) -> Outcome;

/// A function: parameters as `i` (32 bits) and `I` (64 bits); all but `proc_exit` answer an error number.
pub(super) struct Function {
    name: &'static str,
    parameters: &'static str,
    handler: Handler,
}

/// All functions of preview 1.
static FUNCTIONS: [Function; 46] = [
    function("args_get", "ii", |_, _| Ok(())),
    function("args_sizes_get", "ii", system::args_sizes_get),
    function("clock_res_get", "ii", system::clock_res_get),
    function("clock_time_get", "iIi", system::clock_time_get),
    function("environ_get", "ii", system::environ_get),
    function("environ_sizes_get", "ii", system::environ_sizes_get),
    function("fd_advise", "iIIi", files::ignored),
    function("fd_allocate", "iII", files::unsupported),
    function("fd_close", "i", files::close),
    function("fd_datasync", "i", files::ignored),
    function("fd_fdstat_get", "ii", files::fdstat_get),
    function("fd_fdstat_set_flags", "ii", files::unsupported),
    function("fd_fdstat_set_rights", "iII", |_, _| Err(Errno::NoSys.into())),
    function("fd_filestat_get", "ii", files::filestat_get),
    function("fd_filestat_set_size", "iI", files::unsupported),
    function("fd_filestat_set_times", "iIIi", files::unsupported),
    function("fd_pread", "iiiIi", files::bad),
    function("fd_prestat_dir_name", "iii", files::prestat_dir_name),
    function("fd_prestat_get", "ii", files::prestat_get),
    function("fd_pwrite", "iiiIi", files::bad),
    function("fd_read", "iiii", files::read),
    function("fd_readdir", "iiiIi", files::bad),
    function("fd_renumber", "ii", files::renumber),
    function("fd_seek", "iIii", files::unsupported),
    function("fd_sync", "i", files::ignored),
    function("fd_tell", "ii", files::unsupported),
    function("fd_write", "iiii", files::write),
    function("path_create_directory", "iii", |process, words| paths::refuse(process, words, 0, 1)),
    function("path_filestat_get", "iiiii", |process, words| paths::refuse(process, words, 0, 2)),
    function("path_filestat_set_times", "iiiiIIi", |process, words| paths::refuse(process, words, 0, 2)),
    function("path_link", "iiiiiii", |process, words| paths::refuse(process, words, 0, 2)),
    function("path_open", "iiiiiIIii", |process, words| paths::refuse(process, words, 0, 2)),
    function("path_readlink", "iiiiii", |process, words| paths::refuse(process, words, 0, 1)),
    function("path_remove_directory", "iii", |process, words| paths::refuse(process, words, 0, 1)),
    function("path_rename", "iiiiii", |process, words| paths::refuse(process, words, 0, 1)),
    function("path_symlink", "iiiii", |process, words| paths::refuse(process, words, 2, 3)),
    function("path_unlink_file", "iii", |process, words| paths::refuse(process, words, 0, 1)),
    function("poll_oneoff", "iiii", poll::oneoff),
    function(EXIT, "i", |_, words| Err(Failure::End(Unwind::Exit(words[0] as u32)))),
    function("proc_raise", "i", |_, _| Err(Errno::NoSys.into())),
    function("random_get", "ii", system::random_get),
    function("sched_yield", "", |_, _| Ok(())),
    function("sock_accept", "iii", files::bad),
    function("sock_recv", "iiiiii", files::bad),
    function("sock_send", "iiiii", files::bad),
    function("sock_shutdown", "ii", files::bad),
];

/// The one function without a result.
const EXIT: &str = "proc_exit";

const fn function(name: &'static str, parameters: &'static str, handler: Handler) -> Function {
    Function { name, parameters, handler }
}

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

impl Function {
    /// Whether a module's import has the type the function has.
    pub(super) fn accepts(&self, ty: &FuncType) -> bool {
        let parameters = self.parameters.bytes().map(|c| if c == b'i' { ValType::I32 } else { ValType::I64 });
        let same = |left: &ValType, right: &ValType| {
            matches!((left, right), (ValType::I32, ValType::I32) | (ValType::I64, ValType::I64))
        };
        ty.params().len() == self.parameters.len()
            && ty.params().zip(parameters).all(|(left, right)| same(&left, &right))
            && ty.results().len() == usize::from(self.name != EXIT)
            && ty.results().all(|ty| matches!(ty, ValType::I32))
    }

    /// Runs the function for a guest.
    pub(super) fn run(
        &self,
        caller: &mut Caller<'_, State>,
        words: &[u64],
        results: &mut [Val],
    ) -> wasmtime::Result<()> {
        let memory = exports_of(caller).memory;
        let errno = match (self.handler)(&mut Process { caller, memory }, words) {
            Ok(()) => 0,
            Err(Failure::Errno(errno)) => errno as i32,
            Err(Failure::End(unwind)) => return Err(unwind.into()),
        };
        if let Some(result) = results.first_mut() {
            *result = Val::I32(errno);
        }
        Ok(())
    }
}

/// The calling guest as a process.
pub(super) struct Process<'a, 'b> {
    caller: &'a mut Caller<'b, State>,
    memory: Option<Memory>,
}

impl Process<'_, '_> {
    fn parts(&mut self) -> (&mut [u8], &mut State) {
        match self.memory {
            Some(memory) => memory.data_and_store_mut(&mut *self.caller),
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
}

/// A 32-bit word as passed.
fn low(word: u64) -> u32 {
    word as u32
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_sorted_and_unique() {
        assert!(super::FUNCTIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
