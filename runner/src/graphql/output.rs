//! From a function's result to the selected JSON, with null propagation.

use std::sync::Arc;

use abi::value::Value;

use crate::call::{Level, MOST_ERRORS, PathSegment};
use crate::compute;
use crate::limits::LimitId;
use crate::telemetry::metrics;

use super::input::Leaf;
use super::json::{self, Unwritable};
use super::plan::{EntryKind, Held, SelectionSet, Shape, ShapeKind};

/// An error of the response's `errors` list that belongs to a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldError {
    pub(crate) message: String,
    pub(crate) path: Vec<PathSegment>,
    pub(crate) execution_id: Option<Arc<str>>,
    pub(crate) level: Option<Level>,
}

/// Where in the response we are; a list whose end is the root field.
#[derive(Clone, Copy)]
pub(crate) struct Path<'p> {
    pub(crate) parent: Option<&'p Path<'p>>,
    pub(crate) segment: Segment<'p>,
}

/// A step of a [`Path`].
#[derive(Clone, Copy)]
pub(crate) enum Segment<'p> {
    Key(&'p Arc<str>),
    Index(usize),
}

impl Path<'_> {
    /// The path from the root.
    pub(crate) fn segments(&self) -> Vec<PathSegment> {
        let mut segments = self.parent.map(Path::segments).unwrap_or_default();
        segments.push(match self.segment {
            Segment::Key(key) => PathSegment::Field(Arc::clone(key)),
            Segment::Index(index) => PathSegment::Index(index),
        });
        segments
    }
}

/// A value could not take its place: the surroundings become null.
pub(crate) struct Nulled;

/// Writes the results of one operation.
pub(crate) struct Writer {
    /// `Query` or `Mutation`, for messages.
    pub(crate) root: &'static str,
    /// The conditions that hold.
    held: Held,
    pub(crate) out: Vec<u8>,
    /// Values that cannot be shown.
    pub(crate) errors: Vec<FieldError>,
    /// Nulls where none may be; they come after all other errors.
    pub(crate) nulls: Vec<FieldError>,
    /// The call whose result is being written.
    pub(crate) execution_id: Option<Arc<str>>,
    /// Bytes that `out` may have.
    limit: usize,
    /// It had more: no field of the call can be shown.
    overflowed: bool,
    /// An error of the result that is being written is told: the first one always is.
    told: bool,
    /// Bytes at which others have their turn next.
    next_pause: usize,
}

/// Bytes that are written in one turn: two to three milliseconds' worth, where values are small.
const STRETCH: usize = 128 << 10;

impl Writer {
    /// Appends to `out`, up to `limit` bytes.
    pub(crate) fn new(root: &'static str, held: Held, out: Vec<u8>, limit: usize) -> Self {
        let (errors, nulls) = (Vec::new(), Vec::new());
        let (overflowed, told, next_pause) = (false, false, STRETCH);
        Self { root, held, out, errors, nulls, execution_id: None, limit, overflowed, told, next_pause }
    }

    /// Writes the result of a call.
    pub(crate) fn result(&mut self, value: &Value, shape: &Shape, path: &Path<'_>) -> Result<(), Nulled> {
        (self.overflowed, self.told) = (false, false);
        let start = self.out.len();
        let mut written = self.value(value, shape, path);
        // Names and brackets behind the last value.
        if written.is_ok() && self.out.len() > self.limit {
            self.overflow(path);
            written = Err(Nulled);
        }
        if written.is_err() && !shape.non_null {
            // Only too much of it comes up to here where null may be.
            self.out.truncate(start);
            self.out.extend_from_slice(b"null");
            return Ok(());
        }
        written
    }

    /// Writes what is no result of a call.
    pub(crate) fn other(&mut self, path: &Path<'_>, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Nulled> {
        (self.overflowed, self.execution_id) = (false, None);
        write(&mut self.out);
        if self.out.len() > self.limit {
            self.overflow(path);
            return Err(Nulled);
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, shape: &Shape, path: &Path<'_>) -> Result<(), Nulled> {
        if self.out.len() >= self.next_pause {
            self.next_pause = self.out.len() + STRETCH;
            // What is written stays, so on an event loop it goes on: whoever has much to write is elsewhere.
            let _ = compute::pause();
        }
        if self.out.len() > self.limit {
            self.overflow(path);
            return Err(Nulled);
        }
        if *value == Value::Null {
            return self.null(shape, path);
        }
        let start = self.out.len();
        let written = match &shape.kind {
            ShapeKind::Leaf(leaf) => self.leaf(value, *leaf, path),
            ShapeKind::List(element) => self.list(value, element, path),
            ShapeKind::Object(selection) => self.object(value, selection, path),
        };
        if written.is_err() {
            self.out.truncate(start);
            if shape.non_null || self.overflowed {
                return Err(Nulled);
            }
            self.out.extend_from_slice(b"null");
        }
        Ok(())
    }

    fn overflow(&mut self, path: &Path<'_>) {
        if !std::mem::replace(&mut self.overflowed, true) {
            let limit = LimitId::MaxResponse;
            metrics::refused(limit);
            self.error(format!("the response is larger than {} bytes ({limit})", self.limit), path);
        }
    }

    fn null(&mut self, shape: &Shape, path: &Path<'_>) -> Result<(), Nulled> {
        if !shape.non_null {
            self.out.extend_from_slice(b"null");
            return Ok(());
        }
        if std::mem::replace(&mut self.told, true) && self.nulls.len() >= MOST_ERRORS {
            return Err(Nulled);
        }
        let path = path.segments();
        let mut name = self.root.to_owned();
        for segment in &path {
            if let PathSegment::Field(key) = segment {
                name.push('.');
                name.push_str(key);
            }
        }
        let message = format!("Cannot return null for non-nullable field '{name}'.");
        self.nulls.push(FieldError { message, path, execution_id: self.execution_id.clone(), level: None });
        Err(Nulled)
    }

    fn list(&mut self, value: &Value, element: &Shape, path: &Path<'_>) -> Result<(), Nulled> {
        let Value::List(items) = value else { return self.wrong_kind("List", "a list", value, path) };
        self.out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            json::separate(&mut self.out, index);
            self.value(item, element, &Path { parent: Some(path), segment: Segment::Index(index) })?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self, value: &Value, selection: &SelectionSet, path: &Path<'_>) -> Result<(), Nulled> {
        let Value::Object(members) = value else { return self.wrong_kind("Object", "an object", value, path) };
        self.out.push(b'{');
        for (index, entry) in selection.active(self.held).enumerate() {
            json::separate(&mut self.out, index);
            json::name(&mut self.out, &entry.key);
            let path = Path { parent: Some(path), segment: Segment::Key(&entry.key) };
            match &entry.kind {
                EntryKind::TypeName(name) => json::string(&mut self.out, name),
                EntryKind::Field { name, position, shape } => match member(members, name, *position) {
                    Some(value) => self.value(value, shape, &path)?,
                    None => {
                        self.error(format!("The result has no field '{name}'."), &path);
                        if shape.non_null {
                            return Err(Nulled);
                        }
                        self.out.extend_from_slice(b"null");
                    }
                },
                // These exist at the root only.
                EntryKind::Introspection | EntryKind::Call { .. } => self.out.extend_from_slice(b"null"),
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn leaf(&mut self, value: &Value, leaf: Leaf, path: &Path<'_>) -> Result<(), Nulled> {
        match (leaf, value) {
            (Leaf::Custom, _)
            | (Leaf::String, Value::String(_))
            | (Leaf::Boolean, Value::Bool(_))
            | (Leaf::Int, Value::Int(_))
            | (Leaf::Float, Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Float32(_)) => {}
            (Leaf::Int, _) => return self.wrong_kind("Int", "non-integer value", value, path),
            (Leaf::String, _) => return self.wrong_kind("String", "non-string value", value, path),
            (Leaf::Boolean, _) => return self.wrong_kind("Boolean", "non-boolean value", value, path),
            (Leaf::Float, _) => return self.wrong_kind("Float", "non-numeric value", value, path),
        }
        json::value(&mut self.out, value, self.limit).map_err(|error| {
            match error {
                Unwritable::Size => self.overflow(path),
                _ => self.error(error.to_string(), path),
            }
            Nulled
        })
    }

    fn wrong_kind(&mut self, name: &str, what: &str, value: &Value, path: &Path<'_>) -> Result<(), Nulled> {
        let message = match name {
            "List" | "Object" => format!("Expected {what}, the result has {}.", value.describe()),
            _ => {
                let mut text = value.to_json().to_string();
                text.truncate((0..=200.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0));
                format!("{name} cannot represent {what}: \"{text}\"")
            }
        };
        self.error(message, path);
        Err(Nulled)
    }

    fn error(&mut self, message: String, path: &Path<'_>) {
        if std::mem::replace(&mut self.told, true) && self.errors.len() >= MOST_ERRORS {
            return;
        }
        let path = path.segments();
        self.errors.push(FieldError { message, path, execution_id: self.execution_id.clone(), level: None });
    }
}

/// The member called `name`; values list their members in the order of the type.
fn member<'v>(members: &'v [(Arc<str>, Value)], name: &str, position: usize) -> Option<&'v Value> {
    match members.get(position) {
        Some((at, value)) if **at == *name => Some(value),
        _ => members.iter().find(|(at, _)| **at == *name).map(|(_, value)| value),
    }
}
