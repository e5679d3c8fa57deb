//! Rows of a result.

use std::ops::Range;

use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::{DataRowBody, RowDescriptionBody};

use super::types::{Oid, Shape};
use super::values;
use super::wire::{lost, unexpected};
use crate::host_functions::database::DatabaseError;
use crate::host_functions::sql::{Rows, Written, by_name};

/// The columns of a result.
#[derive(Debug, Default)]
pub(super) struct Columns {
    written: Vec<Written<Shape>>,
    count: usize,
}

/// What the server says about columns: name and type of each.
pub(super) fn described(body: &RowDescriptionBody) -> Result<Vec<(String, Oid)>, DatabaseError> {
    let columns: Result<Vec<_>, _> =
        body.fields().map(|field| Ok((field.name().to_owned(), field.type_oid()))).collect();
    columns.map_err(|error| lost(&error))
}

impl Columns {
    pub(super) fn new(columns: Vec<(String, Shape)>) -> Self {
        Self { count: columns.len(), written: by_name(columns) }
    }

    /// Adds a row.
    pub(super) fn push(&self, rows: &mut Rows, row: &DataRowBody) -> Result<(), DatabaseError> {
        let ranges: Result<Vec<Option<Range<usize>>>, _> = row.ranges().collect();
        let ranges = ranges.map_err(|error| lost(&error))?;
        if ranges.len() != self.count {
            return Err(unexpected("a row of another statement"));
        }
        rows.push(|json| {
            json.push('{');
            for Written { name, place, of } in &self.written {
                json.push_str(name);
                match ranges.get(*place).cloned().flatten().and_then(|range| row.buffer().get(range)) {
                    Some(bytes) => values::write(json, &String::from_utf8_lossy(bytes), of),
                    None => json.push_str("null"),
                }
            }
            json.push('}');
            Ok(())
        })
    }
}
