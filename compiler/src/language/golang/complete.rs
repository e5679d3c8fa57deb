//! What named types are made of, which the metadata does not say (`abi-go` section 3.1).

use super::debug::{Debug, Told};
use super::names::{self, TypeName, UNTOLD_MAP};
use super::well_known;
use crate::language::Sections;
use crate::metadata::{Field, Metadata, TypeDefinition};

/// Adds to the definition of each named type without fields what the debug information or the table of the standard
/// library says. Types that only these mention are added.
pub(super) fn complete(metadata: &mut Metadata, sections: &Sections<'_, '_>) {
    let is_open = |(name, definition): &(&String, &TypeDefinition)| {
        definition.fields.is_empty() && names::parse(name) == TypeName::Named
    };
    let mut open: Vec<String> = metadata.types.iter().filter(is_open).map(|(name, _)| name.clone()).collect();
    if open.is_empty() {
        return;
    }
    let debug = Debug::read(&metadata.module, sections);
    while let Some(name) = open.pop() {
        let told = told(&name, debug.as_ref());
        let mentioned: Vec<&str> = match &told {
            Some(Told::Like(other)) => names::mentioned(other),
            Some(Told::Struct(fields)) => fields.iter().flat_map(|(_, ty)| names::mentioned(ty)).collect(),
            None => Vec::new(),
        };
        for other in mentioned {
            if !metadata.types.contains_key(other) {
                let definition = TypeDefinition { is_added: true, ..TypeDefinition::default() };
                metadata.types.insert(other.to_owned(), definition);
                open.extend((names::parse(other) == TypeName::Named).then(|| other.to_owned()));
            }
        }
        let Some(definition) = metadata.types.get_mut(&name) else { continue };
        match told {
            Some(Told::Like(other)) => definition.underlying = Some(other),
            Some(Told::Struct(fields)) => definition.fields = fields.into_iter().map(field).collect(),
            None => {}
        }
    }
}

/// The debug information says what this very app was built with. Of maps it does not say the types of keys and values.
fn told(name: &str, debug: Option<&Debug<'_>>) -> Option<Told> {
    let known = || well_known::underlying(name).map(|other| Told::Like(other.to_owned()));
    match debug.and_then(|debug| debug.told(name)) {
        Some(Told::Like(other)) if other == UNTOLD_MAP => known().or(Some(Told::Like(other))),
        told => told.or_else(known),
    }
}

/// A field as the build tool writes it.
fn field((name, type_name): (String, String)) -> Field {
    let mut name = name;
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Field { name, type_name, docs: None }
}
