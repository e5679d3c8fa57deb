//! Copies of artifacts that nothing can change: sealed files in memory.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::io::Errno;

use super::Mark;

/// Bytes that are copied at once.
const CHUNK: usize = 1 << 20;

/// Its name in `/proc/<pid>/maps`.
const NAME: &str = "modus-app";

/// A step that failed.
#[derive(Debug)]
pub(super) struct Failed(pub(super) &'static str, pub(super) io::Error);

/// A copy of a whole file. It can be read and mapped for ever, whatever happens to the file.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) file: File,
    /// Whether nobody wrote to the original meanwhile, as far as its length and time tell.
    pub(super) is_settled: bool,
}

/// A way to make a file for a copy.
#[derive(Clone, Copy)]
struct Place {
    /// Where that is, for messages.
    name: &'static str,
    make: fn() -> io::Result<File>,
    /// Whether it can be sealed.
    sealable: bool,
}

/// Where copies go: to memory. Where the kernel or a filter of system calls refuses that, to a file without a name.
const PLACES: [Place; 2] = [
    Place { name: "in memory", make: in_memory, sealable: true },
    Place { name: "as a temporary file", make: tempfile::tempfile, sealable: false },
];

/// Copies a file.
pub(super) fn of(file: &File) -> Result<Copy, Failed> {
    make(file, &PLACES)
}

fn make(original: &File, places: &[Place]) -> Result<Copy, Failed> {
    let step = |name| move |error| Failed(name, error);
    let before = Mark::of(&original.metadata().map_err(step("look at it"))?);
    let (file, place) = first(places)?;
    let length = fill(original, &file)?;
    let after = Mark::of(&original.metadata().map_err(step("look at it again"))?);
    if place.sealable {
        let seals = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
        fcntl_add_seals(&file, seals).map_err(|error| Failed("seal the copy", error.into()))?;
    }
    Ok(Copy { file, is_settled: before == after && length == before.0 })
}

/// An empty file in the first place that has room for one.
fn first(places: &[Place]) -> Result<(File, Place), Failed> {
    let mut failures = Vec::new();
    for place in places {
        match (place.make)() {
            Ok(file) => return Ok((file, *place)),
            Err(error) => failures.push(format!("{}: {error}", place.name)),
        }
    }
    Err(Failed("find room for a copy", io::Error::other(failures.join("; "))))
}

/// Copies everything up to the end; the number of bytes. By offsets, because others may read the same file.
fn fill(file: &File, mut target: &File) -> Result<u64, Failed> {
    let mut chunk = vec![0; CHUNK];
    let mut at = 0_u64;
    loop {
        let read = match file.read_at(&mut chunk, at) {
            Ok(0) => return Ok(at),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failed("read it", error)),
        };
        let part = chunk.get(..read).unwrap_or_default();
        target.write_all(part).map_err(|error| Failed("write the copy", error))?;
        at = at.saturating_add(read as u64);
    }
}

/// A file in memory whose code can be mapped, but which is no program to be started: systems that forbid such programs
/// (`vm.memfd_noexec`) want it said. Kernels before 6.3 do not know the word.
fn in_memory() -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let made = match memfd_create(NAME, flags | MemfdFlags::NOEXEC_SEAL) {
        Err(Errno::INVAL) => memfd_create(NAME, flags),
        made => made,
    };
    Ok(File::from(made?))
}

#[cfg(test)]
mod tests {
    use std::io::Seek as _;

    use super::*;

    const NOWHERE: Place = Place { name: "nowhere", make: || Err(io::Error::other("full")), sealable: true };

    fn original(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("room");
        file
    }

    #[track_caller]
    fn check(places: &[Place], is_sealed: bool) {
        // More than is copied at once, and no multiple of it.
        let bytes: Vec<u8> = (0..CHUNK + 12345).map(|at| (at % 251) as u8).collect();
        let original = original(&bytes);
        let copy = make(&original, places).expect("a copy");
        assert!(copy.is_settled);
        original.set_len(0).expect("a shorter file");
        let mut read = vec![0; bytes.len()];
        copy.file.read_exact_at(&mut read, 0).expect("the bytes");
        assert!(read == bytes && copy.file.metadata().expect("metadata").len() == bytes.len() as u64);
        assert_eq!(copy.file.write_at(b"x", 0).is_err(), is_sealed);
        assert_eq!(copy.file.set_len(1).is_err(), is_sealed);
        assert_eq!(copy.file.set_len(1 << 30).is_err(), is_sealed);
    }

    #[test]
    fn a_copy_in_memory_cannot_be_changed() {
        check(&PLACES, true);
    }

    #[test]
    fn without_room_in_memory_a_file_will_do() {
        check(&[NOWHERE, PLACES[1]], false);
    }

    #[test]
    fn without_any_room_the_error_names_each_place() {
        let Err(Failed(step, error)) = make(&original(b"app"), &[NOWHERE, NOWHERE]) else { panic!("a copy") };
        assert_eq!((step, error.to_string().as_str()), ("find room for a copy", "nowhere: full; nowhere: full"));
    }

    #[test]
    fn an_original_of_no_certain_length_is_not_settled() {
        // Its length is said to be 0.
        let endless_looking = File::open("/proc/self/status").expect("procfs");
        let copy = make(&endless_looking, &PLACES).expect("a copy");
        assert!(!copy.is_settled);
        assert!((&copy.file).stream_position().expect("a position") > 0);
    }
}
