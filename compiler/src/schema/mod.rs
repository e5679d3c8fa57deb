//! Generates the GraphQL schema from an app's metadata (`graphql` sections 1 to 9).

mod convert;
pub(crate) mod defaults;
mod definitions;
mod endless;
pub(crate) mod names;
mod roots;
#[cfg(test)]
mod rules;
pub mod sdl;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use abi::language::Language;
use abi::schema::{ObjectType, RootField, Schema, TypeRef};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::frontend;
use crate::metadata::Metadata;
use convert::Table;
use roots::Roots;

/// What can mention an output type.
struct Draft {
    roots: Roots,
    objects: Vec<ObjectType>,
}

/// Fields whose values cannot be passed: the full name of the type, and the field's.
pub type OpaqueFields = BTreeSet<(String, String)>;

/// Generates the schema. `hidden` names the embedder functions of the manifest, `left_out` the functions that cannot
/// be served at all. A field's `function` is the position among `metadata.fn_exports`.
///
/// Of a field in `opaque` an argument can hold nothing but null. Where its type has no GraphQL name, it is not shown.
pub fn generate(
    metadata: &Metadata,
    language: Language,
    hidden: &[String],
    left_out: &BTreeSet<String>,
    opaque: &OpaqueFields,
) -> (Schema, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let language = frontend(language);
    let (mut input, mut output) = definitions::build(metadata, language, opaque, &mut found);
    let roots = roots::build(metadata, language, (&mut input, &mut output), (hidden, left_out), &mut found);

    let fields = || roots.query.iter().chain(&roots.mutation);
    let arguments = fields().flat_map(|field| &field.arguments).map(|argument| &argument.ty);
    let mut inputs = objects(&input, input.reachable(arguments));
    endless::open(&mut inputs, &mut found);
    let objects = objects(&output, output.reachable(fields().map(|field| &field.ty)));
    let scalars = scalars([&input, &output]);
    let mut draft = Draft { roots, objects };
    separate(&scalars, &inputs, &mut draft, &mut found);
    let Draft { roots: Roots { query, mutation }, objects } = draft;
    let schema = Schema {
        query: query.into(),
        mutation: mutation.into(),
        scalars,
        inputs: inputs.into(),
        objects: objects.into(),
    };
    (schema, found)
}

/// Every name without fields in either table, used or not.
fn scalars(tables: [&Table<'_>; 2]) -> Vec<String> {
    let entries = tables.into_iter().flat_map(|table| &table.entries);
    let names: BTreeSet<&String> =
        entries.filter(|(_, entry)| entry.fields.is_empty() && entry.broken.is_none()).map(|(name, _)| name).collect();
    let mut names: Vec<String> = names.into_iter().cloned().collect();
    names.sort_by_cached_key(|name| names::order(name));
    names
}

/// The named types that have fields.
fn objects(table: &Table<'_>, reachable: BTreeSet<String>) -> Vec<ObjectType> {
    let mut objects: Vec<ObjectType> = reachable
        .into_iter()
        .filter_map(|name| {
            let entry = table.entries.get(&name).filter(|entry| !entry.fields.is_empty())?;
            Some(ObjectType {
                name,
                description: entry.description.clone(),
                fields: entry.fields.clone(),
                is_map_pair: entry.is_map,
            })
        })
        .collect();
    objects.sort_by_cached_key(|object| names::order(&object.name));
    objects
}

/// Renames output types that have the name of an input type or scalar: GraphQL has one set of type names.
fn separate(scalars: &[String], inputs: &[ObjectType], schema: &mut Draft, found: &mut Vec<Diagnostic>) {
    let others: BTreeSet<String> =
        scalars.iter().cloned().chain(inputs.iter().map(|object| object.name.clone())).collect();
    let mut taken: BTreeSet<String> =
        others.iter().cloned().chain(schema.objects.iter().map(|object| object.name.clone())).collect();
    let clashes: Vec<String> =
        schema.objects.iter().map(|object| object.name.clone()).filter(|name| others.contains(name)).collect();
    for old in clashes {
        let Some(new) = (2..).map(|number| names::numbered(&old, number)).find(|name| !taken.contains(name)) else {
            continue;
        };
        let message = format!("output type {old} is called {new} in GraphQL, because an input type has its name");
        found.push(Diagnostic::warning(codes::NAME_COLLISION, message));
        taken.insert(new.clone());
        for object in &mut schema.objects {
            if object.name == old {
                object.name.clone_from(&new);
            }
            object.fields.iter_mut().for_each(|field| rename(&mut field.ty, &old, &new));
        }
        let fields = |list: &mut Vec<RootField>| list.iter_mut().for_each(|field| rename(&mut field.ty, &old, &new));
        fields(&mut schema.roots.query);
        fields(&mut schema.roots.mutation);
    }
    schema.objects.sort_by_cached_key(|object| names::order(&object.name));
}

fn rename(ty: &mut TypeRef, old: &str, new: &str) {
    match ty {
        TypeRef::Named(name) if name == old => new.clone_into(name),
        TypeRef::Named(_) => {}
        TypeRef::List(inner) | TypeRef::NonNull(inner) => rename(inner, old, new),
    }
}
