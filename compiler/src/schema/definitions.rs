//! The app's type definitions as GraphQL types (`graphql` section 3).

use std::collections::{BTreeMap, BTreeSet};

use abi::schema::ObjectField;

use super::OpaqueFields;
use super::convert::{Bare, Direction, Entry, Table, bare, seen_through};
use super::names;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::{Frontend, Shape};
use crate::metadata::{Docs, Metadata, TypeDefinition};

/// Both tables with every usable type definition.
pub(super) fn build<'m>(
    metadata: &'m Metadata,
    language: &dyn Frontend,
    hidden: &OpaqueFields,
    found: &mut Vec<Diagnostic>,
) -> (Table<'m>, Table<'m>) {
    let mut input = Table::new(Direction::Input, metadata);
    let mut output = Table::new(Direction::Output, metadata);
    allocate(metadata, language, &mut input, &mut output, found);
    for (full, definition) in &metadata.types {
        for table in [&mut input, &mut output] {
            fill(table, language, full, definition, metadata, hidden);
        }
    }
    (input, output)
}

/// The description made of documentation lines.
pub(super) fn description(docs: Option<&Docs>) -> Option<String> {
    let text = docs.filter(|docs| !docs.lines.is_empty())?.lines.join("\n");
    // A bare carriage return is a line end in GraphQL, behind which the indentation would be missing.
    Some(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Gives every type its names, the same number in both tables.
fn allocate<'m>(
    metadata: &Metadata,
    language: &dyn Frontend,
    input: &mut Table<'m>,
    output: &mut Table<'m>,
    found: &mut Vec<Diagnostic>,
) {
    let used = used_types(metadata, language);
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    // Types that no exported function needs (host functions have their own) must not take a name from one that does.
    let shown = metadata.types.iter().filter(|(full, _)| used.contains(*full));
    let rest = metadata.types.iter().filter(|(full, _)| !used.contains(*full));
    for (full, definition) in shown.chain(rest) {
        if !is_defined(language, metadata, full, definition) || (definition.is_added && !used.contains(full)) {
            continue;
        }
        let base = names::sanitise(&language.short_name(full));
        let (as_input, as_output) = base_names(metadata, full, definition, &base);
        let free = |table: &Table<'_>, name: &str| !table.taken.contains(name) && !names::RESERVED.contains(&name);
        let number = (1..).find(|number| {
            as_input.as_ref().is_none_or(|name| free(input, &names::numbered(name, *number)))
                && free(output, &names::numbered(&as_output, *number))
        });
        let number = number.unwrap_or(1);
        let shown_name = names::numbered(&as_output, number);
        if number > 1 && used.contains(full) {
            found.push(renamed(full, owners.get(as_output.as_str()).copied(), &as_output, &shown_name));
        }
        owners.entry(shown_name.clone()).or_insert(full);
        if let Some(name) = as_input {
            take(input, full, names::numbered(&name, number));
        }
        take(output, full, shown_name);
    }
    // A type gives way to the hand-written input type of the same name.
    for full in metadata.types.keys() {
        if let Some(name) = input.names.get(&format!("{full}Input")).cloned() {
            input.names.entry(full.clone()).or_insert(name);
        }
    }
    let all: BTreeSet<String> = input.taken.union(&output.taken).cloned().collect();
    let reserved = names::RESERVED.map(str::to_owned);
    for table in [input, output] {
        table.taken = all.iter().cloned().chain(reserved.iter().cloned()).collect();
    }
}

fn take(table: &mut Table<'_>, full: &str, name: String) {
    table.taken.insert(name.clone());
    table.names.insert(full.to_owned(), name);
}

fn renamed(full: &str, owner: Option<&str>, wanted: &str, name: &str) -> Diagnostic {
    let reason = match owner {
        Some(owner) => format!("{owner} has the name {wanted}"),
        None => format!("the name {wanted} is taken"),
    };
    Diagnostic::warning(codes::NAME_COLLISION, format!("type {full} is called {name} in GraphQL, because {reason}"))
}

/// Whether an entry of `types` becomes a GraphQL type of its own.
fn is_defined(language: &dyn Frontend, metadata: &Metadata, full: &str, definition: &TypeDefinition) -> bool {
    let facts = language.facts(full);
    if facts.underlying != full || seen_through(language, metadata, full).is_some() {
        return false;
    }
    match facts.shape {
        Shape::Named => !definition.fields.is_empty() || language.can_be_scalar(full),
        // Runtime classes and named integers leave a scalar behind that is not used; lists of bytes do not.
        Shape::Bytes | Shape::Int { .. } => language.can_be_scalar(full),
        Shape::String | Shape::Bool | Shape::Float | Shape::Timestamp | Shape::List(_) | Shape::Map(..) => false,
    }
}

/// Names before numbering; `None` where a hand-written input type takes the place.
fn base_names(metadata: &Metadata, full: &str, definition: &TypeDefinition, base: &str) -> (Option<String>, String) {
    let stem = base.strip_suffix("Input").filter(|stem| !stem.is_empty());
    let as_input = match stem {
        _ if definition.fields.is_empty() => Some(base.to_owned()),
        Some(_) => Some(base.to_owned()),
        None if metadata.types.contains_key(&format!("{full}Input")) => None,
        None => Some(format!("{base}Input")),
    };
    let has_counterpart = full.strip_suffix("Input").is_some_and(|other| metadata.types.contains_key(other));
    let as_output = match stem {
        Some(stem) if !has_counterpart => stem.to_owned(),
        _ => base.to_owned(),
    };
    (as_input, as_output)
}

/// Converts the fields of one type.
fn fill(
    table: &mut Table<'_>,
    language: &dyn Frontend,
    full: &str,
    definition: &TypeDefinition,
    metadata: &Metadata,
    hidden: &OpaqueFields,
) {
    let Some(name) = table.names.get(full).cloned() else { return };
    let gives_way = table.direction == Direction::Input
        && !definition.fields.is_empty()
        && metadata.types.contains_key(&format!("{full}Input"))
        && table.names.get(&format!("{full}Input")) == Some(&name);
    if gives_way {
        return;
    }
    let mut entry = Entry { description: description(definition.docs.as_ref()), ..Entry::default() };
    for field in &definition.fields {
        let is_opaque = hidden.contains(&(full.to_owned(), field.name.clone()));
        let problem = if !names::is_valid(&field.name) {
            "is not a GraphQL name".to_owned()
        } else if entry.fields.iter().any(|other| other.name == field.name) {
            "is there twice".to_owned()
        } else {
            match table.convert(language, &field.type_name) {
                // There is no name for what it is.
                Err(_) if is_opaque => continue,
                Ok(ty) => {
                    // Nobody can write a value of it.
                    let ty = if is_opaque && table.direction == Direction::Input { ty.nullable().clone() } else { ty };
                    let description = description(field.docs.as_ref());
                    entry.fields.push(ObjectField { name: field.name.clone(), description, ty });
                    continue;
                }
                Err(reason) => reason,
            }
        };
        entry.broken.get_or_insert_with(|| format!("type {full}: field {}: {problem}", field.name));
    }
    if entry.fields.is_empty() && !definition.fields.is_empty() {
        entry.broken.get_or_insert_with(|| format!("type {full} has no field that can be passed"));
    }
    if entry.broken.is_some() {
        // Not a scalar, whatever is left of it.
        entry.fields.retain(|_| false);
    }
    table.entries.insert(name, entry);
}

/// Full names of the definitions that exported functions reach.
fn used_types(metadata: &Metadata, language: &dyn Frontend) -> BTreeSet<String> {
    let functions = metadata.fn_exports.values();
    let mut open: Vec<String> = functions
        .flat_map(|function| {
            let parameters = function.parameters.iter().map(|parameter| parameter.type_name.clone());
            parameters.chain(function.results.iter().map(|result| result.type_name.clone()))
        })
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(type_name) = open.pop() {
        let Bare { name, shape, .. } = bare(language, metadata, &type_name);
        if !seen.insert(name.clone()) {
            continue;
        }
        match shape {
            Shape::List(element) => open.push(element),
            Shape::Map(key, value) => open.extend([key, value]),
            Shape::Named => {
                for full in [name.clone(), format!("{name}Input")] {
                    if let Some(definition) = metadata.types.get(&full) {
                        open.extend(definition.fields.iter().map(|field| field.type_name.clone()));
                        seen.insert(full);
                    }
                }
            }
            _ => {}
        }
    }
    seen
}
