//! Writing an artifact.

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::executable::{self, BOUNDARY, RunnerError};
use super::header::{Cpu, FORMAT, Header, Trailer};
use super::{PROGRAM_SECTION, elf, program};
use crate::engine::{self, Bounds};
use crate::plan::Program;

/// What an artifact is made of.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    /// The wasm file it was compiled from.
    pub source: &'a [u8],
    /// wasmtime's ELF object.
    pub code: &'a [u8],
    /// The runner that an executable app begins with.
    pub runner: Option<&'a [u8]>,
    /// The program.
    pub program: &'a Program,
    /// Target triple.
    pub target: String,
    /// CPU requirements.
    pub cpu: Cpu,
    /// What the code was compiled for.
    pub bounds: Bounds,
}

/// The artifact could not be put together.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The runner cannot be used.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// The program could not be encoded.
    #[error("the program could not be encoded: {0}")]
    Encode(#[from] postcard::Error),
    /// More of something than its field can count.
    #[error("the artifact has more sections, or a larger header, than its format can count")]
    TooLarge,
    /// The compiled code is not an ELF object.
    #[error("the compiled code is not an ELF object: {0}")]
    Elf(#[from] object::read::Error),
}

/// Puts an artifact together. The same parts give the same bytes.
///
/// # Errors
/// [`WriteError`]
pub fn write(parts: &Parts<'_>) -> Result<Vec<u8>, WriteError> {
    let program = program::encode(parts.program)?;
    let runner = parts.runner.map(|runner| executable::header(runner, &parts.target)).transpose()?;
    let mut file = parts.runner.unwrap_or_default().to_vec();
    file.resize(file.len().next_multiple_of(BOUNDARY), 0);
    let code_begin = file.len();
    file.extend_from_slice(parts.code);
    pad(&mut file);
    let code_end = file.len();
    let (code_offset, program_offset) = (code_begin as u64, code_end as u64);
    let mut extended = elf::extend(parts.code, code_offset, PROGRAM_SECTION, program_offset, program.len() as u64)?;
    if let Some(header) = runner {
        extended.behind(header);
    }
    file.extend_from_slice(&program);
    pad(&mut file);

    let names_at = file.len() as u64;
    file.extend_from_slice(&extended.names);
    pad(&mut file);
    let sections_at = file.len() as u64;
    let (sections, elf_header) = extended.finish(names_at, sections_at)?;
    file.extend_from_slice(&sections);
    let start = file.get_mut(..elf_header.len()).ok_or(WriteError::TooLarge)?;
    start.copy_from_slice(&elf_header);

    let header = postcard::to_stdvec(&Header {
        producer: env!("CARGO_PKG_VERSION").to_owned(),
        target: parts.target.clone(),
        cpu: parts.cpu.clone(),
        wasmtime: engine::WASMTIME_VERSION.to_owned(),
        bounds: parts.bounds,
        settings: parts.bounds.settings().to_owned(),
        source_sha256: Sha256::digest(parts.source).into(),
        source_length: parts.source.len() as u64,
        code_sha256: Sha256::digest(file.get(code_begin..code_end).unwrap_or_default()).into(),
        code_offset,
        code_length: program_offset.saturating_sub(code_offset),
        program_offset,
        program_length: program.len() as u64,
        program_crc: crc32fast::hash(&program),
    })?;
    pad(&mut file);
    let header_offset = file.len() as u64;
    file.extend_from_slice(&header);
    pad(&mut file);
    let trailer = Trailer {
        format: FORMAT,
        header_offset,
        header_length: u32::try_from(header.len()).map_err(|_| WriteError::TooLarge)?,
        header_crc: crc32fast::hash(&header),
        file_length: file.len().saturating_add(super::header::TRAILER_LENGTH) as u64,
    };
    file.extend_from_slice(&trailer.to_bytes());
    Ok(file)
}

fn pad(file: &mut Vec<u8>) {
    file.resize(file.len().next_multiple_of(16), 0);
}
