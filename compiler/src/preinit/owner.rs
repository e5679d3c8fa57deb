//! Whose a word of memory is, as far as debug information tells: for notes, nothing depends on it.

use std::borrow::Cow;
use std::collections::HashMap;

use abi::guest::read_u32;
use gimli::{AttributeValue, DebuggingInformationEntry, Dwarf, EndianSlice, LittleEndian, Operation};
use wasmparser::{KnownCustom, Name, Parser, Payload};

type Bytes<'w> = EndianSlice<'w, LittleEndian>;

/// Names of variables and globals of a module.
pub(super) struct Owners {
    /// Variables by ascending address, with their lengths in bytes.
    variables: Vec<(u32, u32, String)>,
    /// Globals by their index.
    globals: HashMap<u32, String>,
}

/// Bytes that a block of memory may have for an address in it to be found.
const EXTENT: u32 = 4096;
/// Pointers from a variable to what it holds, at most.
const STEPS: usize = 8;
/// In front of the index in wizer's name for a global.
const GLOBAL: &str = "__wizer_global_";

impl Owners {
    /// Those that the module names. What cannot be read names nothing.
    pub(super) fn of(wasm: &[u8]) -> Self {
        let mut sections: HashMap<&str, &[u8]> = HashMap::new();
        let mut globals = HashMap::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let Ok(payload) = payload else { break };
            let Payload::CustomSection(section) = payload else { continue };
            if let KnownCustom::Name(names) = section.as_known() {
                for name in names.into_iter().map_while(Result::ok) {
                    let Name::Global(names) = name else { continue };
                    globals.extend(names.into_iter().map_while(Result::ok).map(|of| (of.index, of.name.to_owned())));
                }
            }
            sections.insert(section.name(), section.data());
        }
        let section = |id: gimli::SectionId| Ok::<_, gimli::Error>(section_of(&sections, id));
        let mut variables = Dwarf::load(section).ok().map(|dwarf| variables(&dwarf)).unwrap_or_default();
        variables.sort();
        Self { variables, globals }
    }

    /// The variable that an address belongs to, or that leads to it, in memory before and after the start.
    pub(super) fn of_address(&self, before: &[u8], memory: &[u8], address: u32) -> Option<&str> {
        let mut at = address;
        for _ in 0..STEPS {
            if let Some(name) = self.variable(at) {
                return Some(name);
            }
            at = pointer(before, memory, at)?;
        }
        None
    }

    /// The name of a global that wizer exported.
    pub(super) fn of_global(&self, export: &str) -> Option<&str> {
        let index = export.strip_prefix(GLOBAL)?.parse().ok()?;
        self.globals.get(&index).map(String::as_str)
    }

    fn variable(&self, address: u32) -> Option<&str> {
        let behind = self.variables.partition_point(|(start, ..)| *start <= address);
        let (start, length, name) = self.variables.get(..behind)?.last()?;
        (address - start < *length).then_some(name)
    }
}

/// Where the pointer is that leads nearest to an address. The start has written it.
fn pointer(before: &[u8], memory: &[u8], address: u32) -> Option<u32> {
    let lowest = address.saturating_sub(EXTENT);
    let words = (0..u32::try_from(memory.len()).ok()?).step_by(4);
    let written = words.filter(|at| read_u32(before, *at) != read_u32(memory, *at));
    let leads = written.filter_map(|at| Some((read_u32(memory, at)?, at)));
    // Not what lies between the two: it is part of the same.
    let leads = leads.filter(|(to, at)| (lowest..=address).contains(to) && !(*to..=address).contains(at));
    leads.max().map(|(_, at)| at)
}

fn section_of<'w>(sections: &HashMap<&str, &'w [u8]>, id: gimli::SectionId) -> Bytes<'w> {
    EndianSlice::new(sections.get(id.name()).copied().unwrap_or_default(), LittleEndian)
}

/// The variables that have an address.
fn variables(dwarf: &Dwarf<Bytes<'_>>) -> Vec<(u32, u32, String)> {
    let mut found = Vec::new();
    let mut units = dwarf.units();
    while let Ok(Some(header)) = units.next() {
        let Ok(unit) = dwarf.unit(header) else { continue };
        let mut entries = unit.entries();
        while let Ok(Some(entry)) = entries.next_dfs() {
            if entry.tag() == gimli::DW_TAG_variable {
                found.extend(variable(dwarf, &unit, entry));
            }
        }
    }
    found
}

fn variable(
    dwarf: &Dwarf<Bytes<'_>>,
    unit: &gimli::Unit<Bytes<'_>>,
    entry: &DebuggingInformationEntry<Bytes<'_>>,
) -> Option<(u32, u32, String)> {
    let AttributeValue::Exprloc(location) = entry.attr_value(gimli::DW_AT_location)? else { return None };
    let Ok(Some(Operation::Address { address })) = location.operations(unit.encoding()).next() else { return None };
    // The linker writes it where it left a variable out.
    let address = u32::try_from(address).ok().filter(|address| *address != u32::MAX)?;
    let text = |attribute| {
        let value = entry.attr_value(attribute)?;
        dwarf.attr_string(unit, value).ok().map(|text| text.to_string_lossy())
    };
    let name: Cow<'_, str> = text(gimli::DW_AT_linkage_name).or_else(|| text(gimli::DW_AT_name))?;
    let length = length(unit, entry, STEPS).and_then(|length| u32::try_from(length).ok()).unwrap_or(4);
    Some((address, length, name.into_owned()))
}

/// Bytes of what has this type, which may be another name for a type, that `steps` times at most.
fn length(unit: &gimli::Unit<Bytes<'_>>, entry: &DebuggingInformationEntry<Bytes<'_>>, steps: usize) -> Option<u64> {
    let ty = match entry.attr_value(gimli::DW_AT_type)? {
        AttributeValue::UnitRef(offset) => offset,
        AttributeValue::DebugInfoRef(offset) => offset.to_unit_offset(&unit.header)?,
        _ => return None,
    };
    let ty = unit.entry(ty).ok()?;
    let told = ty.attr_value(gimli::DW_AT_byte_size).and_then(|size| size.udata_value());
    let many = match ty.tag() {
        gimli::DW_TAG_array_type => elements(unit, ty.offset()).unwrap_or(1),
        _ => 1,
    };
    told.or_else(|| length(unit, &ty, steps.checked_sub(1)?)?.checked_mul(many))
}

/// Elements of an array type.
fn elements(unit: &gimli::Unit<Bytes<'_>>, array: gimli::UnitOffset) -> Option<u64> {
    let mut tree = unit.entries_tree(Some(array)).ok()?;
    let mut children = tree.root().ok()?.children();
    let range = children.next().ok()??;
    range.entry().attr_value(gimli::DW_AT_count)?.udata_value()
}
