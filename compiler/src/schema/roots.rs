//! Functions as fields of `Query` and `Mutation` (`graphql` sections 5 to 7).

use std::collections::{BTreeMap, BTreeSet};

use abi::plan::DefaultValue;
use abi::schema::{Argument, ObjectField, RootField, TypeRef};

use super::convert::Table;
use super::defaults::{default_value, may_be_placeholder};
use super::definitions::description;
use super::names;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::Frontend;
use crate::metadata::{Function, Metadata};

/// A function whose types are GraphQL types; `field` still has the plain field name.
struct Candidate<'m> {
    function: &'m str,
    field: RootField,
}

/// The fields of both roots, sorted.
pub(super) struct Roots {
    pub(super) query: Vec<RootField>,
    pub(super) mutation: Vec<RootField>,
}

/// Makes the fields. `hidden` names embedder functions, `left_out` functions that cannot be served.
pub(super) fn build(
    metadata: &Metadata,
    language: &dyn Frontend,
    (input, output): (&mut Table<'_>, &mut Table<'_>),
    (hidden, left_out): (&[String], &BTreeSet<String>),
    found: &mut Vec<Diagnostic>,
) -> Roots {
    let embedders: BTreeSet<String> = hidden.iter().map(|name| names::field(name)).collect();
    let (mut query, mut mutation) = (Vec::new(), Vec::new());
    for (index, (name, function)) in (0u32..).zip(&metadata.fn_exports) {
        if left_out.contains(name) {
            continue;
        }
        let field_name = names::field(name);
        // What a function that fails has added must not be printed.
        let before = (input.additions(), output.additions());
        let converted = convert(language, name, function, index, input, output);
        if converted.is_err() {
            input.take_back(before.0);
            output.take_back(before.1);
        }
        if field_name.starts_with('_') {
            continue;
        }
        if embedders.contains(&field_name) {
            let message =
                format!("function {name} is kept out of the schema, because the manifest names it as an embedder");
            found.push(Diagnostic::warning(codes::EMBEDDER_HIDDEN, message));
            continue;
        }
        match converted {
            Ok(field) => {
                let candidates = if names::is_mutation(name) { &mut mutation } else { &mut query };
                candidates.push(Candidate { function: name, field: RootField { name: field_name, ..field } });
            }
            Err(reason) => {
                let message = format!("function {name} has no GraphQL field: {reason}");
                found.push(Diagnostic::warning(codes::FIELD_SKIPPED, message));
            }
        }
    }
    Roots { query: distinct("Query", query, found), mutation: distinct("Mutation", mutation, found) }
}

/// The field of one function, without its name.
fn convert(
    language: &dyn Frontend,
    name: &str,
    function: &Function,
    index: u32,
    input: &mut Table<'_>,
    output: &mut Table<'_>,
) -> Result<RootField, String> {
    if !names::field(name).starts_with('_') && !names::is_valid(&names::field(name)) {
        return Err("its name is not a GraphQL name".to_owned());
    }
    let mut arguments: Vec<Argument> = Vec::new();
    for (position, parameter) in function.parameters.iter().enumerate() {
        if !names::is_valid(&parameter.name) {
            return Err(format!("the name {:?} of parameter {} is not a GraphQL name", parameter.name, position + 1));
        }
        if arguments.iter().any(|other| other.name == parameter.name) {
            return Err(format!("parameter {} is there twice", parameter.name));
        }
        let ty = input.convert(language, &parameter.type_name)?;
        let (ty, default) = match default_value(language, &parameter.type_name, parameter.default.as_ref()) {
            DefaultValue::None => (ty, None),
            DefaultValue::Literal(value) if may_be_placeholder(&value) => (ty.nullable().clone(), None),
            DefaultValue::Literal(value) => (ty, Some(value)),
            // Only the guest knows the default: clients may leave the argument out.
            DefaultValue::Placeholder => (ty.nullable().clone(), None),
        };
        arguments.push(Argument { name: parameter.name.clone(), ty, default });
    }
    let ty = match function.results.as_slice() {
        [] => output.scalar("Void"),
        [result] => output.convert(language, &result.type_name)?,
        _ => results_type(language, function, output)?,
    };
    unbroken(input, arguments.iter().map(|argument| &argument.ty))?;
    unbroken(output, [&ty])?;
    Ok(RootField {
        name: String::new(),
        description: description(function.docs.as_ref()),
        arguments,
        ty,
        function: index,
    })
}

fn unbroken<'t>(table: &Table<'_>, types: impl IntoIterator<Item = &'t TypeRef>) -> Result<(), String> {
    let reachable = table.reachable(types);
    match reachable.iter().find_map(|name| table.entries.get(name)?.broken.clone()) {
        Some(reason) => Err(reason),
        None => Ok(()),
    }
}

/// The object type of several results.
fn results_type(language: &dyn Frontend, function: &Function, output: &mut Table<'_>) -> Result<TypeRef, String> {
    let mut fields: Vec<ObjectField> = Vec::new();
    for (result, name) in function.results.iter().zip(names::results(&function.results)) {
        if !names::is_valid(&name) {
            return Err(format!("the result name {name:?} is not a GraphQL name"));
        }
        if fields.iter().any(|other| other.name == name) {
            return Err(format!("result {name} is there twice"));
        }
        let ty = output.convert(language, &result.type_name)?;
        fields.push(ObjectField { name, description: None, ty });
    }
    let same = |other: &[ObjectField]| {
        other.len() == fields.len() && other.iter().zip(&fields).all(|(a, b)| a.name == b.name && a.ty == b.ty)
    };
    if let Some((name, _)) = output.entries.iter().find(|(_, entry)| !entry.is_map && same(&entry.fields)) {
        return Ok(TypeRef::Named(name.clone()));
    }
    let name = (1u32..)
        .map(|number| format!("_type{number}"))
        .find(|name| !output.entries.contains_key(name) && !output.taken.contains(name));
    let name = name.unwrap_or_default();
    Ok(TypeRef::Named(output.generated(&name, fields, false)))
}

/// One field a name: the last function in byte order has it, the others appear under their own names.
fn distinct(root: &str, candidates: Vec<Candidate<'_>>, found: &mut Vec<Diagnostic>) -> Vec<RootField> {
    let mut fields: BTreeMap<String, (&str, RootField)> = BTreeMap::new();
    let mut losers = Vec::new();
    for candidate in candidates {
        let name = candidate.field.name.clone();
        if let Some((function, field)) = fields.insert(name, (candidate.function, candidate.field)) {
            losers.push((function, field));
        }
    }
    for (function, field) in losers {
        let winner = fields.get(&field.name).map(|(winner, _)| *winner).unwrap_or_default();
        let taken = format!("field {root}.{} calls function {winner}", field.name);
        let free = names::is_valid(function) && !fields.contains_key(function);
        let outcome = if free { "has its own name as field" } else { "has no GraphQL field" };
        let message = format!("function {function} {outcome}, because {taken}");
        found.push(Diagnostic::warning(codes::NAME_COLLISION, message));
        if free {
            fields.insert(function.to_owned(), (function, RootField { name: function.to_owned(), ..field }));
        }
    }
    let mut fields: Vec<RootField> = fields.into_values().map(|(_, field)| field).collect();
    fields.sort_by_cached_key(|field| names::order(&field.name));
    fields
}
