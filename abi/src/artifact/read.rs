//! Reading an artifact's header and program.

use std::borrow::Cow;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::header::{FORMAT, Header, TRAILER_LENGTH, Trailer};
use super::program;
use crate::engine::{self, Bounds};
use crate::plan::Program;

/// Bytes of code that are read at once to be hashed.
const HASHED_AT_ONCE: u64 = 1 << 20;

/// Where an artifact's bytes come from: memory, or a file read in place.
pub trait Source {
    /// Bytes in total.
    fn length(&self) -> u64;
    /// `length` bytes at `offset`; `None` where there are fewer.
    fn bytes(&self, offset: u64, length: u64) -> Option<Cow<'_, [u8]>>;

    /// The same, to be kept.
    fn kept(&self, offset: u64, length: u64) -> Option<Bytes> {
        Some(self.bytes(offset, length)?.into_owned().into())
    }
}

impl Source for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn bytes(&self, offset: u64, length: u64) -> Option<Cow<'_, [u8]>> {
        let start = usize::try_from(offset).ok()?;
        self.get(start..start.checked_add(usize::try_from(length).ok()?)?).map(Cow::Borrowed)
    }
}

/// An artifact whose trailer and header have been checked.
#[derive(Debug)]
pub struct Artifact<S> {
    source: S,
    header: Header,
}

/// Why an artifact is refused. Each text names both sides.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArtifactError {
    /// Something else altogether.
    #[error("this is {found}, not a compiled Modus app; compile app.wasm with `modusc app.wasm -o app.cwasm`")]
    NotAnArtifact {
        /// What it looks like.
        found: &'static str,
    },
    /// The end is missing or does not fit the rest.
    #[error("the artifact is truncated or damaged: {0}; compile the app again, or copy the file again")]
    Damaged(String),
    /// Another version of the format.
    #[error(
        "the artifact has format {found}, this program reads format {}; use the modusc of the same release",
        FORMAT
    )]
    Format {
        /// Format of the file.
        found: u32,
    },
    /// Another version of wasmtime.
    #[error(
        "the artifact was compiled for wasmtime {found}, this program contains wasmtime {}; use the modusc of the same \
         release",
        engine::WASMTIME_VERSION
    )]
    Wasmtime {
        /// Version in the file.
        found: String,
    },
    /// Other engine settings.
    #[error(
        "the artifact was compiled with the engine settings \"{found}\", this program uses \"{here}\" for bounds {}; \
         use the modusc of the same release",
        bounds.name()
    )]
    Settings {
        /// Settings in the file.
        found: String,
        /// Settings of this program.
        here: &'static str,
        /// What they are for.
        bounds: Bounds,
    },
    /// Another machine.
    #[error("the artifact was compiled for {found}, this machine is {here}; compile with `--target {here}`")]
    Target {
        /// Target of the file.
        found: String,
        /// Target of this machine.
        here: String,
    },
    /// A CPU without what the code needs.
    #[error(
        "the artifact was compiled for {level} and needs the CPU features {missing}, which this machine lacks; compile \
         with `--cpu baseline`"
    )]
    Cpu {
        /// CPU level asked for.
        level: String,
        /// Missing features.
        missing: String,
    },
}

impl<S: Source> Artifact<S> {
    /// Checks trailer and header.
    ///
    /// # Errors
    /// [`ArtifactError`]: not an artifact, damaged, other format.
    pub fn parse(source: S) -> Result<Self, ArtifactError> {
        let trailer = trailer(&source)?;
        if trailer.format != FORMAT {
            return Err(ArtifactError::Format { found: trailer.format });
        }
        if trailer.file_length != source.length() {
            let (expected, found) = (trailer.file_length, source.length());
            return Err(ArtifactError::Damaged(format!("it has {found} bytes where {expected} were written")));
        }
        let header = source
            .bytes(trailer.header_offset, trailer.header_length.into())
            .filter(|header| crc32fast::hash(header) == trailer.header_crc)
            .and_then(|header| postcard::from_bytes::<Header>(&header).ok())
            .ok_or_else(|| ArtifactError::Damaged("the checksum of its header is wrong".to_owned()))?;
        Ok(Self { source, header })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The header alone.
    pub fn into_header(self) -> Header {
        self.header
    }

    /// Checks that this build of wasmtime and this machine can run the code. `has_feature` answers whether the CPU has
    /// a feature.
    ///
    /// # Errors
    /// [`ArtifactError`] of the first mismatch.
    pub fn check(&self, here: &str, has_feature: impl Fn(&str) -> bool) -> Result<(), ArtifactError> {
        let header = &self.header;
        if header.wasmtime != engine::WASMTIME_VERSION {
            return Err(ArtifactError::Wasmtime { found: header.wasmtime.clone() });
        }
        let (bounds, here_settings) = (header.bounds, header.bounds.settings());
        if header.settings != here_settings {
            return Err(ArtifactError::Settings { found: header.settings.clone(), here: here_settings, bounds });
        }
        if header.target != here {
            return Err(ArtifactError::Target { found: header.target.clone(), here: here.to_owned() });
        }
        let missing: Vec<&str> =
            header.cpu.features.iter().map(String::as_str).filter(|feature| !has_feature(feature)).collect();
        if !missing.is_empty() {
            return Err(ArtifactError::Cpu { level: header.cpu.level.clone(), missing: missing.join(", ") });
        }
        Ok(())
    }

    /// Decodes the program; the items of its tables later, one by one.
    ///
    /// # Errors
    /// [`ArtifactError::Damaged`]
    pub fn program(&self) -> Result<Program, ArtifactError> {
        let damaged = |what: &str| ArtifactError::Damaged(what.to_owned());
        let bytes = self
            .source
            .kept(self.header.program_offset, self.header.program_length)
            .filter(|bytes| crc32fast::hash(bytes) == self.header.program_crc)
            .ok_or_else(|| damaged("the checksum of its program is wrong"))?;
        program::decode(&bytes).map_err(|reason| damaged(&format!("its program cannot be read ({reason})")))
    }

    /// Decodes the program, and looks at every item of its tables.
    ///
    /// # Errors
    /// [`ArtifactError::Damaged`]
    pub fn whole_program(&self) -> Result<Program, ArtifactError> {
        let program = self.program()?;
        program.check().map_err(|damage| ArtifactError::Damaged(damage.to_string()))?;
        Ok(program)
    }

    /// Checks the code against its SHA-256, and that the program holds together. Reads all of it, so it is not part of a
    /// normal start.
    ///
    /// # Errors
    /// [`ArtifactError::Damaged`]
    pub fn verify(&self) -> Result<(), ArtifactError> {
        self.verify_code()?;
        self.whole_program().map(drop)
    }

    /// Checks the code against its SHA-256.
    ///
    /// # Errors
    /// [`ArtifactError::Damaged`]
    pub fn verify_code(&self) -> Result<(), ArtifactError> {
        let (mut at, mut left) = (self.header.code_offset, self.header.code_length);
        let mut digest = Sha256::new();
        let damaged = || ArtifactError::Damaged("the SHA-256 of its code is wrong".to_owned());
        // In parts: a large artifact is not to be in memory twice.
        while left > 0 {
            let part = left.min(HASHED_AT_ONCE);
            digest.update(self.source.bytes(at, part).ok_or_else(damaged)?);
            (at, left) = (at.saturating_add(part), left.saturating_sub(part));
        }
        (<[u8; 32]>::from(digest.finalize()) == self.header.code_sha256).then_some(()).ok_or_else(damaged)
    }
}

fn trailer(source: &impl Source) -> Result<Trailer, ArtifactError> {
    let length = source.length();
    let end = length.checked_sub(TRAILER_LENGTH as u64).and_then(|at| source.bytes(at, TRAILER_LENGTH as u64));
    if let Some(trailer) = end.as_deref().and_then(|bytes| bytes.first_chunk()).and_then(Trailer::from_bytes) {
        return Ok(trailer);
    }
    let start = source.bytes(0, length.min(64)).unwrap_or_default();
    // wasmtime marks its objects by the OS ABI byte, so a cut-off artifact can be told from any other ELF file.
    let found = match &*start {
        [] => "an empty file",
        [b'\x7f', b'E', b'L', b'F', _, _, _, 200, ..] => {
            return Err(ArtifactError::Damaged("its end is missing or changed".to_owned()));
        }
        bytes if bytes.starts_with(b"\x7fELF") => "another ELF file",
        bytes if bytes.starts_with(b"\0asm") => "a WebAssembly module",
        _ => "another kind of file",
    };
    Err(ArtifactError::NotAnArtifact { found })
}
