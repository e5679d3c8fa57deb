//! Adding one section to wasmtime's ELF object without moving what is there.

use object::LittleEndian as LE;
use object::elf::{FileHeader64, SHT_PROGBITS, SectionHeader64};
use object::pod;
use object::read::elf::FileHeader as _;

use super::write::WriteError;

/// ELF type of a section header of ours.
type Section = SectionHeader64<LE>;

/// Section names and headers to append to a file, and the patched file header.
pub(super) struct Extended {
    /// New section-name table.
    pub(super) names: Vec<u8>,
    /// Old headers, unchanged but for the name table's, and the new one.
    pub(super) sections: Vec<Section>,
    /// Index of the section-name table.
    names_index: usize,
    header: FileHeader64<LE>,
}

/// Reads `code`, which will lie at `base` of the file, and adds a section called `name` that covers `length` bytes at
/// `offset` of the file.
pub(super) fn extend(code: &[u8], base: u64, name: &str, offset: u64, length: u64) -> Result<Extended, WriteError> {
    let header = FileHeader64::<LE>::parse(code)?;
    let endian = LE;
    let sections = header.section_headers(endian, code)?;
    let names_index = header.shstrndx(endian, code)? as usize;
    let old_names = sections
        .get(names_index)
        .and_then(|section| {
            let start = usize::try_from(section.sh_offset.get(endian)).ok()?;
            let end = start.checked_add(usize::try_from(section.sh_size.get(endian)).ok()?)?;
            code.get(start..end)
        })
        .unwrap_or_default();
    let mut names = old_names.to_vec();
    let name_at = u32::try_from(names.len()).map_err(|_| WriteError::TooLarge)?;
    names.extend_from_slice(name.as_bytes());
    names.push(0);
    let mut sections = sections.to_vec();
    // The first header is no section.
    for section in sections.iter_mut().skip(1) {
        let offset = section.sh_offset.get(endian).checked_add(base).ok_or(WriteError::TooLarge)?;
        section.sh_offset.set(endian, offset);
    }
    sections.push(SectionHeader64 {
        sh_name: object::U32::new(endian, name_at),
        sh_type: object::U32::new(endian, SHT_PROGBITS),
        sh_flags: object::U64::new(endian, 0),
        sh_addr: object::U64::new(endian, 0),
        sh_offset: object::U64::new(endian, offset),
        sh_size: object::U64::new(endian, length),
        sh_link: object::U32::new(endian, 0),
        sh_info: object::U32::new(endian, 0),
        sh_addralign: object::U64::new(endian, 16),
        sh_entsize: object::U64::new(endian, 0),
    });
    Ok(Extended { names, sections, names_index, header: *header })
}

impl Extended {
    /// Makes another program's file header the one to patch; the rest of that program stays as it is.
    pub(super) fn behind(&mut self, mut header: FileHeader64<LE>) {
        header.e_flags = self.header.e_flags;
        header.e_shentsize = self.header.e_shentsize;
        header.e_shstrndx = self.header.e_shstrndx;
        self.header = header;
    }

    /// Points the name table to `names_at`, the file header to `sections_at`; answers the section headers' bytes and
    /// the new file header's.
    pub(super) fn finish(mut self, names_at: u64, sections_at: u64) -> Result<(Vec<u8>, Vec<u8>), WriteError> {
        if let Some(section) = self.sections.get_mut(self.names_index) {
            section.sh_offset.set(LE, names_at);
            section.sh_size.set(LE, self.names.len() as u64);
        }
        self.header.e_shoff.set(LE, sections_at);
        self.header.e_shnum.set(LE, u16::try_from(self.sections.len()).map_err(|_| WriteError::TooLarge)?);
        Ok((pod::bytes_of_slice(&self.sections).to_vec(), pod::bytes_of(&self.header).to_vec()))
    }
}
