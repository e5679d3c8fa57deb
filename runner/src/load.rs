//! Loading an artifact: header first, then the program, then the native code, in place.

use std::borrow::Cow;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use abi::artifact::{Artifact, ArtifactError, Source};
use abi::engine::Bounds;
use abi::plan::Program;
use bytes::Bytes;
use memmap2::{Mmap, MmapOptions};
use thiserror::Error;
use wasmtime::{Engine, Module};

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
    /// The engine, or the app's imports.
    #[error("the WebAssembly engine could not be set up: {0:#}")]
    Engine(#[from] wasmtime::Error),
}

/// An artifact file whose header fits this program and this machine.
#[derive(Debug)]
pub struct Loaded {
    /// The program.
    pub program: Program,
    /// The native code.
    pub code: CodeFile,
}

/// The native code of an artifact, in its file.
#[derive(Debug)]
pub struct CodeFile {
    path: PathBuf,
    file: File,
    /// What the code was compiled for: the engine has to be of the same kind.
    pub bounds: Bounds,
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
        if offset.checked_add(length)? > self.length {
            return None;
        }
        Some(Bytes::from_owner(map(self.file, offset, usize::try_from(length).ok()?).ok()?))
    }
}

/// Maps a part of a file, all of whose pages will be read.
fn map(file: &File, offset: u64, length: usize) -> std::io::Result<Mmap> {
    let mut options = MmapOptions::new();
    options.offset(offset).len(length).populate();
    #[expect(
        unsafe_code,
        reason = "what is mapped changes with the file: as for the code, which stands in the same file"
    )]
    // SAFETY: that the file is not changed while it is mapped is the operator's part: see SECURITY.md.
    unsafe {
        options.map(file)
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

    /// The same from a copy, which stays as it is whatever happens to the file.
    ///
    /// # Errors
    /// [`LoadError`]
    pub fn open_copy(path: &Path, verify: bool) -> Result<Self, LoadError> {
        let copy = || {
            let mut copy = tempfile::tempfile()?;
            std::io::copy(&mut File::open(path)?, &mut copy)?;
            Ok(copy)
        };
        let file = copy().map_err(|source| LoadError::File { path: path.to_owned(), source })?;
        Self::read(path, file, verify)
    }

    fn read(path: &Path, file: File, verify: bool) -> Result<Self, LoadError> {
        let unreadable = |source| LoadError::File { path: path.to_owned(), source };
        let refused = |source| LoadError::Artifact { path: path.to_owned(), source };
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(unreadable(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is not a file")));
        }
        let artifact = Artifact::parse(InPlace { file: &file, length: metadata.len() }).map_err(refused)?;
        artifact.check(&abi::cpu::target(), abi::cpu::has_feature).map_err(refused)?;
        if verify {
            artifact.verify().map_err(refused)?;
        }
        let program = artifact.program().map_err(refused)?;
        let bounds = artifact.header().bounds;
        Ok(Self { program, code: CodeFile { path: path.to_owned(), file, bounds } })
    }
}

impl CodeFile {
    /// Maps the code.
    ///
    /// # Errors
    /// [`LoadError::Code`]
    pub fn load(&self, engine: &Engine) -> Result<Module, LoadError> {
        let file = self.file.try_clone().map_err(|source| LoadError::File { path: self.path.clone(), source })?;
        #[expect(unsafe_code, reason = "native code has to be loaded somewhere: here, and only here")]
        // SAFETY: the header says that modusc wrote this file for this engine, and wasmtime checks its own settings
        // again. That the file is what modusc wrote, and is not changed while it is mapped, is the operator's part:
        // see SECURITY.md.
        let module = unsafe { Module::deserialize_open_file(engine, file) };
        module.map_err(|error| LoadError::Code { path: self.path.clone(), reason: format!("{error:#}") })
    }
}
