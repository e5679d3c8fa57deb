//! Loading an artifact: header first, then the program, then the native code, in place or from a copy.

#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::arithmetic_side_effects)
)]

mod copy;

use std::borrow::Cow;
use std::fs::{File, Metadata};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use abi::artifact::{Artifact, ArtifactError, Header, Source};
use abi::engine::Bounds;
use abi::plan::Program;
use bytes::Bytes;
use memmap2::MmapOptions;
use thiserror::Error;
use wasmtime::{Engine, Module};

use copy::{Copy, Failed};

/// Bytes of the largest artifact that is copied to memory only so that nobody can overwrite it. Pages of a file can be given
/// back when memory is short, those of a copy cannot.
pub const MOST_COPIED: u64 = 64 << 20;

/// Bytes from which on memory is asked of the system as a whole, and not touched page by page.
const LARGE: usize = 64 << 10;

/// Why an artifact could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The artifact does not fit.
    #[error("cannot load {path}: {source}", path = path.display())]
    Artifact {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: ArtifactError,
    },
    /// wasmtime refuses the code in spite of a matching header.
    #[error("cannot load {path}: the engine refuses its code ({reason}); compile the app again", path = path.display())]
    Code {
        /// The file.
        path: PathBuf,
        /// wasmtime's words.
        reason: String,
    },
    /// There is no copy of the file.
    #[error("cannot copy {path} to memory: {step}: {source}", path = path.display())]
    Copy {
        /// The file.
        path: PathBuf,
        /// What failed.
        step: &'static str,
        /// The cause.
        source: std::io::Error,
    },
    /// The file was written to while it was read.
    #[error("{path} changed while it was read: it is still being written", path = path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The file that is in use has other contents than when it was opened. Code that is mapped from it must not be run.
    #[error(
        "{path} was overwritten while it was in use: replace artifacts by renaming (mv), not by writing over them (cp)",
        path = path.display()
    )]
    Overwritten {
        /// The file.
        path: PathBuf,
    },
    /// The engine, or the app's imports.
    #[error("the WebAssembly engine could not be set up: {0:#}")]
    Engine(#[from] wasmtime::Error),
}

/// An artifact file whose header fits this program and this machine.
#[derive(Debug)]
pub struct Loaded {
    /// The program.
    pub program: Program,
    /// Names of the connections of the manifest in the artifact, whichever manifest is used in its place.
    pub connections: Vec<String>,
    /// The native code.
    pub code: CodeFile,
}

/// The native code of an artifact, in a file.
#[derive(Clone, Debug)]
pub struct CodeFile {
    path: PathBuf,
    file: Arc<File>,
    /// What the artifact was when it was opened.
    header: Arc<Header>,
    /// Whether the file is a copy of ours, which nobody can change.
    is_copy: bool,
    mark: Mark,
    /// What the code was compiled for: the engine has to be of the same kind.
    pub bounds: Bounds,
}

/// What each write to a file changes: its length, and the time of its contents in seconds and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark(u64, i64, i64);

impl Mark {
    fn of(metadata: &Metadata) -> Self {
        Self(metadata.len(), metadata.mtime(), metadata.mtime_nsec())
    }
}

/// A file read by offset, without moving it into memory.
struct InPlace<'a> {
    file: &'a File,
    length: u64,
}

impl Source for InPlace<'_> {
    fn length(&self) -> u64 {
        self.length
    }

    fn bytes(&self, offset: u64, length: u64) -> Option<Cow<'_, [u8]>> {
        if offset.checked_add(length)? > self.length {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        self.file.read_exact_at(&mut bytes, offset).ok()?;
        Some(Cow::Owned(bytes))
    }

    fn kept(&self, offset: u64, length: u64) -> Option<Bytes> {
        let size = usize::try_from(length).ok()?;
        if size < LARGE || offset.checked_add(length)? > self.length {
            return self.bytes(offset, length).map(|bytes| bytes.into_owned().into());
        }
        // Not mapped from the file: it may change, or become shorter, which ends a process that looks at it.
        let mut memory = MmapOptions::new().len(size).populate().map_anon().ok()?;
        self.file.read_exact_at(&mut memory, offset).ok()?;
        Some(Bytes::from_owner(memory))
    }
}

/// This very program, if it is an executable app. A damaged one counts as one.
pub fn own() -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?;
    let file = File::open(&path).ok()?;
    let length = file.metadata().ok()?.len();
    let found = Artifact::parse(InPlace { file: &file, length });
    (!matches!(found, Err(ArtifactError::NotAnArtifact { .. }))).then_some(path)
}

impl Loaded {
    /// Opens an artifact and reads everything but the code. With `verify` the code is checked against its SHA-256.
    ///
    /// # Errors
    /// [`LoadError`]
    pub fn open(path: &Path, verify: bool) -> Result<Self, LoadError> {
        let file = File::open(path).map_err(|source| LoadError::File { path: path.to_owned(), source })?;
        Self::read(path, file, verify)
    }

    /// The same from a copy in memory, which stays as it is whatever happens to the file. It is always verified.
    ///
    /// # Errors
    /// [`LoadError`]
    pub fn open_copy(path: &Path) -> Result<Self, LoadError> {
        let unreadable = |source| LoadError::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        check_kind(path, &file)?;
        let Copy { file, is_settled } = copy_of(path, &file)?;
        if !is_settled {
            return Err(LoadError::Changed { path: path.to_owned() });
        }
        let loaded = Self::read(path, file, true)?;
        Ok(Self { code: CodeFile { is_copy: true, ..loaded.code }, ..loaded })
    }

    fn read(path: &Path, file: File, verify: bool) -> Result<Self, LoadError> {
        let refused = |source| LoadError::Artifact { path: path.to_owned(), source };
        let mark = check_kind(path, &file)?;
        let artifact = Artifact::parse(InPlace { file: &file, length: mark.0 }).map_err(refused)?;
        artifact.check(&abi::cpu::target(), abi::cpu::has_feature).map_err(refused)?;
        if verify {
            artifact.verify().map_err(refused)?;
        }
        let program = artifact.program().map_err(refused)?;
        let header = artifact.into_header();
        let (path, bounds) = (path.to_owned(), header.bounds);
        let code = CodeFile { path, file: Arc::new(file), header: Arc::new(header), is_copy: false, mark, bounds };
        let connections = program.manifest.connections.keys().cloned().collect();
        Ok(Self { program, connections, code })
    }
}

/// What tells the contents of what has to be a file.
fn check_kind(path: &Path, file: &File) -> Result<Mark, LoadError> {
    let unreadable = |source| LoadError::File { path: path.to_owned(), source };
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(unreadable(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is not a file")));
    }
    Ok(Mark::of(&metadata))
}

fn copy_of(path: &Path, file: &File) -> Result<Copy, LoadError> {
    copy::of(file).map_err(|Failed(step, source)| LoadError::Copy { path: path.to_owned(), step, source })
}

impl CodeFile {
    /// The same code from where nobody can change it, for code that is mapped from the file itself until now.
    ///
    /// Copies the file to memory, and verifies that the copy is what was opened. What needs no copy stays where it is: a
    /// copy, and the file of this very program, to which the kernel lets nobody write. So does an artifact of more than
    /// [`MOST_COPIED`] bytes, which the log says. Unless it was verified when it was opened, the whole `program` is looked
    /// at, too, which did not keep the first answer waiting. Reads the whole file, so it is no business of an event loop's.
    ///
    /// # Errors
    /// [`LoadError::Overwritten`] if the file is not what was opened, [`LoadError::Artifact`] if its program is damaged: then
    /// what is mapped from it must not be run either.
    /// [`LoadError::Copy`] and [`LoadError::File`] if there is no room for a copy; the file can still be used.
    pub fn sealed(&self, program: &Program) -> Result<Self, LoadError> {
        if self.is_copy {
            return Ok(self.clone());
        }
        program.check().map_err(|damage| {
            let source = ArtifactError::Damaged(damage.to_string());
            LoadError::Artifact { path: self.path.clone(), source }
        })?;
        if self.is_this_program() {
            return Ok(self.clone());
        }
        if self.mark.0 > MOST_COPIED {
            let (path, mib) = (self.path.display(), self.mark.0 >> 20);
            let help = "replace it by renaming (mv), not by writing over it (cp)";
            tracing::info!(target: "modus", %path, mib, help, "The artifact is too large to be copied to memory.");
            return self.looked_at();
        }
        // Whoever renames or touches a file changes its times, too: its contents decide.
        let Copy { file, .. } = copy_of(&self.path, &self.file)?;
        if !self.is_in(&file) {
            return Err(self.overwritten());
        }
        Ok(Self { file: Arc::new(file), is_copy: true, ..self.clone() })
    }

    /// Whether a file contains the very code that was opened.
    fn is_in(&self, file: &File) -> bool {
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        let artifact = Artifact::parse(InPlace { file, length });
        artifact.is_ok_and(|artifact| artifact.header() == &*self.header && artifact.verify_code().is_ok())
    }

    /// The same code in the same file, whose contents are what was opened: whoever renames or touches a file changes its times,
    /// too. From now on [`Self::is_untouched`] tells of what is done to it later. Reads the whole file if somebody touched it.
    ///
    /// # Errors
    /// [`LoadError::Overwritten`]
    pub fn looked_at(&self) -> Result<Self, LoadError> {
        // Looked at before the contents are, so that it tells of whoever writes meanwhile.
        let mark = self.file.metadata().map(|metadata| Mark::of(&metadata)).ok();
        let is_same = |mark: &Mark| *mark == self.mark || self.is_in(&self.file);
        let mark = mark.filter(is_same).ok_or_else(|| self.overwritten())?;
        Ok(Self { mark, ..self.clone() })
    }

    fn overwritten(&self) -> LoadError {
        LoadError::Overwritten { path: self.path.clone() }
    }

    /// Whether nobody has written to the file since it was opened, as far as its times tell: a question of less than a
    /// microsecond, for as long as the code is mapped from the file itself. Code of one that was written to must not be run
    /// before [`Self::sealed`] or [`Self::looked_at`] says that the contents are the same.
    pub fn is_untouched(&self) -> bool {
        let same = || self.file.metadata().is_ok_and(|metadata| Mark::of(&metadata) == self.mark);
        self.is_copy || same() || self.is_this_program()
    }

    /// Whether nobody can write to the file any more: it is a copy of ours, or that of this very program.
    pub fn is_fixed(&self) -> bool {
        self.is_copy || self.is_this_program()
    }

    /// Whether the other code is in the very same file.
    pub fn is_where(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.file, &other.file)
    }

    fn is_this_program(&self) -> bool {
        let of_file = self.file.metadata().map(|file| (file.dev(), file.ino()));
        let of_program = std::fs::metadata("/proc/self/exe").map(|file| (file.dev(), file.ino()));
        matches!((of_file, of_program), (Ok(file), Ok(program)) if file == program)
    }

    /// Maps the code.
    ///
    /// # Errors
    /// [`LoadError::Code`]
    pub fn load(&self, engine: &Engine) -> Result<Module, LoadError> {
        let file = self.file.try_clone().map_err(|source| LoadError::File { path: self.path.clone(), source })?;
        #[expect(unsafe_code, reason = "native code has to be loaded somewhere: here, and only here")]
        // SAFETY: the header says that modusc wrote this file for this engine, and wasmtime checks its own settings
        // again. A copy was verified and cannot change. That a file which is mapped itself is what modusc wrote, and is
        // not changed meanwhile, is the operator's part: see SECURITY.md.
        let module = unsafe { Module::deserialize_open_file(engine, file) };
        module.map_err(|error| LoadError::Code { path: self.path.clone(), reason: format!("{error:#}") })
    }
}

#[cfg(test)]
mod tests;
