//! Trailer and header.

use serde::{Deserialize, Serialize};

use crate::engine::Bounds;

/// First bytes of the trailer.
pub(super) const MAGIC: [u8; 8] = *b"MODUSAOT";
/// Version of the artifact format and of everything encoded in it. Raise it with every change of
/// [`Program`](crate::plan::Program) or [`Header`]; `golden.txt` holds the encoding of this number.
pub const FORMAT: u32 = 7;
/// Bytes of an encoded [`Trailer`].
pub(super) const TRAILER_LENGTH: usize = 48;

/// The last 48 bytes of an artifact; their layout never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// Format version.
    pub format: u32,
    /// Where the header begins.
    pub header_offset: u64,
    /// Bytes of the header.
    pub header_length: u32,
    /// CRC-32 of the header.
    pub header_crc: u32,
    /// Bytes of the whole file, trailer included.
    pub file_length: u64,
}

impl Trailer {
    /// The trailer as bytes: magic, format, header length, header offset, file length, header CRC, reserved, own CRC.
    pub(super) fn to_bytes(self) -> [u8; TRAILER_LENGTH] {
        let mut bytes = [0; TRAILER_LENGTH];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&self.format.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.header_length.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.header_offset.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.file_length.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.header_crc.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..44]);
        bytes[44..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a trailer; `None` where the magic or the checksum is wrong.
    pub(super) fn from_bytes(bytes: &[u8; TRAILER_LENGTH]) -> Option<Self> {
        let u32_at = |at: usize| bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes);
        let u64_at = |at: usize| bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes);
        if !bytes.starts_with(&MAGIC) || u32_at(44)? != crc32fast::hash(&bytes[..44]) {
            return None;
        }
        Some(Self {
            format: u32_at(8)?,
            header_length: u32_at(12)?,
            header_offset: u64_at(16)?,
            file_length: u64_at(24)?,
            header_crc: u32_at(32)?,
        })
    }
}

/// What an artifact needs and where its parts are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of modusc that wrote it.
    pub producer: String,
    /// Target triple.
    pub target: String,
    /// CPU level asked for and the features the code may use.
    pub cpu: Cpu,
    /// Version of wasmtime.
    pub wasmtime: String,
    /// How guests are kept within their memory; decides the engine's settings.
    pub bounds: Bounds,
    /// [`Bounds::settings`] of the compiler.
    pub settings: String,
    /// SHA-256 of the wasm file.
    pub source_sha256: [u8; 32],
    /// Bytes of the wasm file.
    pub source_length: u64,
    /// SHA-256 of the native code and what belongs to it.
    pub code_sha256: [u8; 32],
    /// Where the code begins: 0, or behind the runner of an executable app.
    pub code_offset: u64,
    /// Bytes of the code.
    pub code_length: u64,
    /// Where the program begins.
    pub program_offset: u64,
    /// Bytes of the program.
    pub program_length: u64,
    /// CRC-32 of the program.
    pub program_crc: u32,
}

/// CPU requirements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cpu {
    /// `baseline`, `x86-64-v3`, `native`.
    pub level: String,
    /// Names as in `/proc/cpuinfo`-style lower case: `sse4.1`, `avx2`, ….
    pub features: Vec<String>,
}
