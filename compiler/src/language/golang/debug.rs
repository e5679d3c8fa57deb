//! What a module's debug information (DWARF, as TinyGo writes it) says of named types (`abi-go` section 3.1).

use std::cell::Cell;
use std::collections::BTreeMap;

use gimli::constants as dw;
use gimli::{AttributeValue, DebugInfoOffset, Dwarf, EndianSlice, LittleEndian, Unit, UnitOffset};

use super::names::UNTOLD_MAP;
use crate::language::Sections;

type Bytes<'s> = EndianSlice<'s, LittleEndian>;
type Entry<'s> = gimli::DebuggingInformationEntry<Bytes<'s>>;

/// Parts of a type inside each other; more are not looked at.
const MAX_DEPTH: u32 = 64;
/// Bytes of a type name; no resolver takes more.
const MAX_NAME: usize = 4096;
/// Parts of all types together: broken entries may refer to each other in circles.
const MAX_PARTS: u32 = 1_000_000;

/// What a named type is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Like the type of this name.
    Like(String),
    /// A struct of these fields: names as in the source, and types.
    Struct(Vec<(String, String)>),
}

/// The named types of a module.
pub(super) struct Debug<'s> {
    dwarf: Dwarf<Bytes<'s>>,
    /// Those that TinyGo made, in the order of the section.
    units: Vec<Unit<Bytes<'s>>>,
    /// Where each name is defined: in every package that uses it, and for types inside functions anew.
    named: BTreeMap<&'s [u8], Vec<Place>>,
    /// What the package `main` is called in the metadata.
    module: String,
    /// Parts that have been looked at.
    parts: Cell<u32>,
}

/// A unit, and an entry in it.
type Place = (usize, UnitOffset);

impl<'s> Debug<'s> {
    /// Reads what is needed of the sections. Without debug information, or where it cannot be read, nothing is told.
    pub(super) fn read(module: &str, sections: &Sections<'s, '_>) -> Option<Self> {
        let load = |id: gimli::SectionId| Ok::<_, gimli::Error>(EndianSlice::new(sections(id.name()), LittleEndian));
        let (dwarf, module) = (Dwarf::load(load).ok()?, module.to_owned());
        let mut debug = Debug { dwarf, units: Vec::new(), named: BTreeMap::new(), module, parts: Cell::new(0) };
        debug.units().ok()?;
        debug.names().ok()?;
        Some(debug)
    }

    fn units(&mut self) -> gimli::Result<()> {
        let mut headers = self.dwarf.units();
        while let Some(header) = headers.next()? {
            let unit = self.dwarf.unit(header)?;
            let mut entries = unit.entries();
            let Some(root) = entries.next_dfs()? else { continue };
            let producer = self.text(&unit, root.attr_value(dw::DW_AT_producer));
            if producer.is_some_and(|producer| producer.starts_with(b"TinyGo")) {
                self.units.push(unit);
            }
        }
        Ok(())
    }

    fn names(&mut self) -> gimli::Result<()> {
        let mut named: BTreeMap<_, Vec<Place>> = BTreeMap::new();
        for (index, unit) in self.units.iter().enumerate() {
            let mut entries = unit.entries();
            while let Some(entry) = entries.next_dfs()? {
                if entry.tag() == dw::DW_TAG_typedef
                    && let Some(name) = self.text(unit, entry.attr_value(dw::DW_AT_name))
                {
                    named.entry(name).or_default().push((index, entry.offset()));
                }
            }
        }
        self.named = named;
        Ok(())
    }

    fn text(&self, unit: &Unit<Bytes<'s>>, value: Option<AttributeValue<Bytes<'s>>>) -> Option<&'s [u8]> {
        self.dwarf.attr_string(unit, value?).ok().map(|text| text.slice())
    }

    /// What the type of this name is, as the metadata spells it; nothing where two of the name differ.
    pub(super) fn told(&self, name: &str) -> Option<Told> {
        let own = name.strip_prefix(&self.module).and_then(|rest| rest.strip_prefix('.'));
        let name = own.map_or_else(|| name.to_owned(), |own| format!("main.{own}"));
        let mut told = self.named.get(name.as_bytes())?.iter().map(|place| self.definition(*place));
        let first = told.next()??;
        told.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }

    fn entry(&self, (unit, offset): Place) -> Option<Entry<'s>> {
        self.units.get(unit)?.entry(offset).ok()
    }

    /// The type that an entry refers to, in whatever unit.
    fn target(&self, unit: usize, entry: &Entry<'s>) -> Option<Place> {
        match entry.attr_value(dw::DW_AT_type)? {
            AttributeValue::UnitRef(offset) => Some((unit, offset)),
            AttributeValue::DebugInfoRef(offset) => self.place(offset),
            _ => None,
        }
    }

    fn place(&self, offset: DebugInfoOffset) -> Option<Place> {
        let starts_before = |unit: &Unit<Bytes<'s>>| unit.header.offset().0 <= offset.0;
        let index = self.units.partition_point(starts_before).checked_sub(1)?;
        // None where it is in a unit of another compiler.
        let within = offset.to_unit_offset(&self.units.get(index)?.header)?;
        Some((index, within))
    }

    /// What a typedef says.
    fn definition(&self, place: Place) -> Option<Told> {
        let target = self.target(place.0, &self.entry(place)?)?;
        let entry = self.entry(target)?;
        match (entry.tag(), entry.attr(dw::DW_AT_name)) {
            (dw::DW_TAG_structure_type, None) => self.unnamed(target, &entry, 0),
            _ => self.spelled(target, 0).map(Told::Like),
        }
    }

    /// A type as the metadata spells it.
    fn spelled(&self, place: Place, depth: u32) -> Option<String> {
        let parts = self.parts.replace(self.parts.get().saturating_add(1));
        if depth > MAX_DEPTH || parts > MAX_PARTS {
            return None;
        }
        let entry = self.entry(place)?;
        let below = || self.spelled(self.target(place.0, &entry)?, depth + 1);
        let name = self.text(self.units.get(place.0)?, entry.attr_value(dw::DW_AT_name));
        match (entry.tag(), name) {
            (dw::DW_TAG_typedef, Some(b"runtime._interface")) => Some("interface{}".to_owned()),
            // A slice bears the whole name of its type.
            (_, Some(name)) if name.len() > MAX_NAME => None,
            (
                dw::DW_TAG_typedef | dw::DW_TAG_base_type | dw::DW_TAG_structure_type | dw::DW_TAG_pointer_type,
                Some(name),
            ) => Some(self.qualified(&String::from_utf8_lossy(name))),
            (dw::DW_TAG_pointer_type, None) => match below()?.as_str() {
                "runtime.hashmap" => Some(UNTOLD_MAP.to_owned()),
                "runtime.channel" => Some("chan ".to_owned()),
                target => Some(format!("*{target}")),
            },
            (dw::DW_TAG_array_type, None) => {
                let [length] = self.children(place, dw::DW_TAG_subrange_type)?[..] else { return None };
                let length = self.entry(length)?.attr(dw::DW_AT_count)?.udata_value()?;
                Some(format!("[{length}]{}", below()?))
            }
            (dw::DW_TAG_structure_type, None) => match self.unnamed(place, &entry, depth)? {
                Told::Like(name) => Some(name),
                Told::Struct(_) => Some("struct{…}".to_owned()),
            },
            _ => None,
        }
    }

    /// A structure without a name: a struct, or a function with what it encloses.
    fn unnamed(&self, place: Place, entry: &Entry<'s>, depth: u32) -> Option<Told> {
        let mut fields = Vec::new();
        for member in self.children(place, dw::DW_TAG_member)? {
            let entry = self.entry(member)?;
            let name = self.text(self.units.get(member.0)?, entry.attr_value(dw::DW_AT_name))?;
            let ty = self.spelled(self.target(member.0, &entry)?, depth + 1)?;
            fields.push((String::from_utf8_lossy(name).into_owned(), ty));
        }
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        match names[..] {
            [] if entry.attr(dw::DW_AT_byte_size)?.udata_value()? > 0 => None,
            [] => Some(Told::Like("struct{}".to_owned())),
            ["context", "fn"] if fields.iter().all(|(_, ty)| ty == "unsafe.Pointer") => {
                Some(Told::Like("func()".to_owned()))
            }
            _ => Some(Told::Struct(fields)),
        }
    }

    /// The entries of one kind directly below another.
    fn children(&self, (unit, offset): Place, tag: dw::DwTag) -> Option<Vec<Place>> {
        let mut tree = self.units.get(unit)?.entries_tree(Some(offset)).ok()?;
        let mut children = tree.root().ok()?.children();
        let mut found = Vec::new();
        while let Some(child) = children.next().ok()? {
            if child.entry().tag() == tag {
                found.push((unit, child.entry().offset()));
            }
        }
        Some(found)
    }

    /// A type name in which the package `main` is called as in the metadata.
    fn qualified(&self, name: &str) -> String {
        let mut text = String::with_capacity(name.len());
        // Names begin behind brackets, stars, commas and blanks.
        for part in name.split_inclusive(['[', ']', '*', ',', ' ', '(']) {
            match part.strip_prefix("main.") {
                Some(own) => text.extend([self.module.as_str(), ".", own]),
                None => text.push_str(part),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests;
