//! The program as it is stored: what every start needs, then the tables, whose items are decoded when they are used.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::manifest::Manifest;
use crate::plan::{App, ImportPlan, Memory, Program};
use crate::renewal::Renewal;
use crate::schema::Schema;
use crate::table::{Extent, Item, Table};
use crate::types::Types;

/// Everything but the tables, and how long they are.
#[derive(Serialize, Deserialize)]
struct Head {
    app: App,
    language: Language,
    start: Option<String>,
    renewal: Renewal,
    memory: Option<Memory>,
    imports: Vec<ImportPlan>,
    scalars: Vec<String>,
    manifest: Manifest,
    /// Types, functions, query, mutation, inputs, objects.
    tables: [Extent; 6],
}

/// Encodes a program: the length of the head in four bytes, little end first; the head; the tables.
pub(super) fn encode(program: &Program) -> postcard::Result<Vec<u8>> {
    let Program { app, language, start, renewal, memory, types, functions, imports, schema, manifest } = program;
    let Schema { query, mutation, scalars, inputs, objects } = schema;
    let mut bytes = Vec::new();
    let tables = [
        types.table().store(&mut bytes)?,
        functions.store(&mut bytes)?,
        query.store(&mut bytes)?,
        mutation.store(&mut bytes)?,
        inputs.store(&mut bytes)?,
        objects.store(&mut bytes)?,
    ];
    let head = postcard::to_stdvec(&Head {
        app: app.clone(),
        language: *language,
        start: start.clone(),
        renewal: renewal.clone(),
        memory: *memory,
        imports: imports.clone(),
        scalars: scalars.clone(),
        manifest: manifest.clone(),
        tables,
    })?;
    let length = u32::try_from(head.len()).map_err(|_| postcard::Error::SerializeBufferFull)?;
    Ok([&length.to_le_bytes()[..], &head, &bytes].concat())
}

/// Decodes the head and finds the tables.
///
/// # Errors
/// What does not fit.
pub(super) fn decode(bytes: &Bytes) -> Result<Program, String> {
    let short = || "it is too short".to_owned();
    let length = bytes.first_chunk().map(|length| u32::from_le_bytes(*length) as usize).ok_or_else(short)?;
    let mut at = length.checked_add(4).ok_or_else(short)?;
    let head: Head = postcard::from_bytes(bytes.get(4..at).ok_or_else(short)?).map_err(|error| error.to_string())?;
    let [types, functions, query, mutation, inputs, objects] = head.tables;
    Ok(Program {
        app: head.app,
        language: head.language,
        start: head.start,
        renewal: head.renewal,
        memory: head.memory,
        types: Types::from(table("types", bytes, &mut at, types)?),
        functions: table("functions", bytes, &mut at, functions)?,
        imports: head.imports,
        schema: Schema {
            query: table("query", bytes, &mut at, query)?,
            mutation: table("mutation", bytes, &mut at, mutation)?,
            scalars: head.scalars,
            inputs: table("inputs", bytes, &mut at, inputs)?,
            objects: table("objects", bytes, &mut at, objects)?,
        },
        manifest: head.manifest,
    })
}

fn table<T: Item>(name: &'static str, bytes: &Bytes, at: &mut usize, extent: Extent) -> Result<Table<T>, String> {
    let end = at.checked_add(extent.length as usize).filter(|end| *end <= bytes.len());
    let end = end.ok_or_else(|| format!("table {name}: it is cut off"))?;
    let part = bytes.slice(std::mem::replace(at, end)..end);
    Table::stored(name, extent, part).map_err(|damage| damage.to_string())
}
