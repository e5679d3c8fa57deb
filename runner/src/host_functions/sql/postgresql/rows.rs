//! Rows of a result.

use std::collections::BTreeMap;
use std::ops::Range;

use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::{DataRowBody, RowDescriptionBody};

use super::types::{Oid, Shape};
use super::values;
use super::wire::{lost, unexpected};
use crate::host_functions::database::DatabaseError;
use crate::host_functions::sql::{Rows, json_text};

/// The columns of a result in the order in which they are written: that of their names.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Name as JSON with a colon, place in the row, and shape.
    written: Vec<(String, usize, Shape)>,
    count: usize,
}

/// What the server says about columns: name and type of each.
pub(super) fn described(body: &RowDescriptionBody) -> Result<Vec<(String, Oid)>, DatabaseError> {
    let columns: Result<Vec<_>, _> =
        body.fields().map(|field| Ok((field.name().to_owned(), field.type_oid()))).collect();
    columns.map_err(|error| lost(&error))
}

impl Columns {
    /// Of columns with the same name the last counts.
    pub(super) fn new(columns: Vec<(String, Shape)>) -> Self {
        let count = columns.len();
        let by_name: BTreeMap<String, (usize, Shape)> =
            columns.into_iter().enumerate().map(|(place, (name, shape))| (name, (place, shape))).collect();
        let written = by_name.into_iter().map(|(name, (place, shape))| (json_text(&name) + ":", place, shape));
        Self { written: written.collect(), count }
    }

    /// Adds a row.
    pub(super) fn push(&self, rows: &mut Rows, row: &DataRowBody) -> Result<(), DatabaseError> {
        let ranges: Result<Vec<Option<Range<usize>>>, _> = row.ranges().collect();
        let ranges = ranges.map_err(|error| lost(&error))?;
        if ranges.len() != self.count {
            return Err(unexpected("a row of another statement"));
        }
        rows.push_with(|json| {
            json.push('{');
            for (index, (name, place, shape)) in self.written.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                json.push_str(name);
                match ranges.get(*place).cloned().flatten().and_then(|range| row.buffer().get(range)) {
                    Some(bytes) => values::write(json, &String::from_utf8_lossy(bytes), shape),
                    None => json.push_str("null"),
                }
            }
            json.push('}');
        })
    }
}
