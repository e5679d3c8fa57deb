//! Values of Neo4j as the JSON that guests get (`host-functions` section 13).

use abi::value::FloatText;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

use super::super::written;
use super::bolt::packstream::{Malformed, Reader, Token};
use super::temporal;

/// Lists, maps and structures within each other. Guests' own readers of JSON go no deeper.
const DEPTH: usize = 128;

/// Why a value cannot be written as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unwritable {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// JSON has no such numbers.
    #[error("a value is NaN or infinite, which JSON does not have")]
    NotFinite,
    /// Too many in each other.
    #[error("values are nested more than {DEPTH} deep")]
    TooDeep,
    /// Of a kind that Bolt 5.4 does not have.
    #[error("a value is a structure of an unknown kind (0x{0:02X})")]
    Unknown(u8),
    /// More bytes than an answer may have.
    #[error("the answer is too large")]
    TooLarge,
}

/// Reads one value and answers its JSON, of at most so many bytes: no blanks, keys of maps sorted bytewise.
pub(super) fn json(reader: &mut Reader<'_>, most: usize) -> Result<String, Unwritable> {
    let mut json = Json { text: written::Json::new(most), most, moved: 0, in_entity: false };
    json.value(reader, 0)?;
    Ok(json.text.finish())
}

struct Json {
    text: written::Json,
    most: usize,
    /// Bytes that were moved because a map's keys do not come in order.
    moved: usize,
    /// Whether what is written belongs to a node, a relationship or a path. There are none of these within each other, so
    /// nothing is passed over and read again more than once.
    in_entity: bool,
}

/// Entries that a map may have.
const ENTRIES: usize = 1 << 20;
/// How often all of an answer may be moved. Keys out of order at all depths could cost as much at each.
const MOVES: usize = 16;

type Written = Result<(), Unwritable>;

impl Json {
    fn value(&mut self, reader: &mut Reader<'_>, depth: usize) -> Written {
        let token = reader.token()?;
        match token {
            Token::Null => self.text.push_str("null"),
            Token::Bool(value) => self.text.push_str(if value { "true" } else { "false" }),
            Token::Int(value) => self.int(value),
            Token::Float(value) => self.float(value)?,
            Token::Bytes(value) => self.text.push_text(&STANDARD.encode(value)),
            Token::Text(value) => self.text.push_text(value),
            Token::List(_) | Token::Map(_) | Token::Structure(..) if depth == DEPTH => return Err(Unwritable::TooDeep),
            Token::List(members) => self.list(reader, members, depth + 1)?,
            Token::Map(members) => self.map(reader, members, depth + 1)?,
            Token::Structure(tag, fields) => self.structure(reader, tag, fields, depth + 1)?,
        }
        if self.text.is_full() { Err(Unwritable::TooLarge) } else { Ok(()) }
    }

    fn int(&mut self, value: i64) {
        let _ = write!(self.text, "{value}");
    }

    fn float(&mut self, value: f64) -> Written {
        if !value.is_finite() {
            return Err(Unwritable::NotFinite);
        }
        let _ = write!(self.text, "{}", FloatText(value));
        Ok(())
    }

    fn list(&mut self, reader: &mut Reader<'_>, members: usize, depth: usize) -> Written {
        self.text.push('[');
        for index in 0..members {
            if index > 0 {
                self.text.push(',');
            }
            self.value(reader, depth)?;
        }
        self.text.push(']');
        Ok(())
    }

    /// Keys come sorted; of entries with the same key the last counts. Most maps have theirs in order, so entries are written
    /// as they come, and sorted afterwards.
    fn map(&mut self, reader: &mut Reader<'_>, members: usize, depth: usize) -> Written {
        if members > ENTRIES {
            return Err(Unwritable::TooLarge);
        }
        self.text.push('{');
        let start = self.text.len();
        let (mut entries, mut in_order) = (Vec::<(&str, usize)>::new(), true);
        for _ in 0..members {
            let key = reader.string()?;
            in_order &= entries.last().is_none_or(|(last, _)| *last < key);
            if !entries.is_empty() {
                self.text.push(',');
            }
            entries.push((key, self.text.len()));
            self.text.push_text(key);
            self.text.push(':');
            self.value(reader, depth)?;
        }
        if !in_order {
            self.sort(start, entries)?;
        }
        self.text.push('}');
        Ok(())
    }

    /// Sorts entries that are written from `start` on, each with the place where it begins.
    fn sort(&mut self, start: usize, entries: Vec<(&str, usize)>) -> Written {
        if self.text.is_full() {
            return Err(Unwritable::TooLarge);
        }
        let written = self.text.split_off(start);
        self.moved = self.moved.saturating_add(written.len());
        if self.moved > self.most.saturating_mul(MOVES) {
            return Err(Unwritable::TooDeep);
        }
        // Without the comma that is before the next.
        let ends =
            entries.iter().skip(1).map(|(_, begin)| begin - 1).chain([start + written.len()]).collect::<Vec<_>>();
        let mut spans: Vec<_> = entries.into_iter().zip(ends).map(|((key, begin), end)| (key, begin, end)).collect();
        spans.sort_by_key(|(key, ..)| *key);
        let last_of_key = spans.chunk_by(|(key, ..), (next, ..)| key == next).filter_map(<[_]>::last);
        for (index, (_, begin, end)) in last_of_key.enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.text.push_str(written.get(begin - start..end - start).unwrap_or_default());
        }
        Ok(())
    }

    fn structure(&mut self, reader: &mut Reader<'_>, tag: u8, fields: usize, depth: usize) -> Written {
        match (tag, fields) {
            (b'N' | b'R' | b'P', _) => self.entity(reader, tag, fields, depth)?,
            (b'D', 1) => self.quoted(&temporal::date(reader.int()?)?),
            (b't', 1) => self.quoted(&temporal::time(reader.int()?)?),
            (b'T', 2) => {
                let time = temporal::time(reader.int()?)?;
                self.quoted(&format!("{time}{}", temporal::offset(reader.int()?)));
            }
            (b'd', 2) => self.quoted(&temporal::date_time(reader.int()?, reader.int()?)?),
            (b'I', 3) => self.quoted(&temporal::at_offset(reader.int()?, reader.int()?, reader.int()?)?),
            (b'i', 3) => self.quoted(&temporal::in_zone(reader.int()?, reader.int()?, reader.string()?)?),
            (b'F', 3) => {
                let (local, nanoseconds, offset) = (reader.int()?, reader.int()?, reader.int()?);
                let seconds = local.checked_sub(offset).ok_or(Malformed("a time is out of range"))?;
                self.quoted(&temporal::at_offset(seconds, nanoseconds, offset)?);
            }
            (b'f', 3) => self.quoted(&temporal::in_zone_local(reader.int()?, reader.int()?, reader.string()?)?),
            (b'E', 4) => {
                for name in [r#"{"Months":"#, r#","Days":"#, r#","Seconds":"#, r#","Nanos":"#] {
                    self.text.push_str(name);
                    self.int(reader.int()?);
                }
                self.text.push('}');
            }
            (b'X', 3) => self.point(reader, &[r#"{"X":"#, r#","Y":"#])?,
            (b'Y', 4) => self.point(reader, &[r#"{"X":"#, r#","Y":"#, r#","Z":"#])?,
            _ => return Err(Unwritable::Unknown(tag)),
        }
        Ok(())
    }

    /// A text without anything to escape.
    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        self.text.push_str(text);
        self.text.push('"');
    }

    fn point(&mut self, reader: &mut Reader<'_>, names: &[&str]) -> Written {
        let system = reader.int()?;
        for name in names {
            self.text.push_str(name);
            self.float(reader.float()?)?;
        }
        self.text.push_str(r#","SpatialRefId":"#);
        self.int(system);
        self.text.push('}');
        Ok(())
    }

    fn entity(&mut self, reader: &mut Reader<'_>, tag: u8, fields: usize, depth: usize) -> Written {
        if std::mem::replace(&mut self.in_entity, true) {
            return Err(Malformed("a node, relationship or path within another one").into());
        }
        match (tag, fields) {
            (b'N', 3 | 4) => self.node(reader, fields, depth)?,
            (b'R', 5 | 8) => self.relationship(reader, fields, depth)?,
            (b'P', 3) => self.path(reader, depth)?,
            _ => return Err(Unwritable::Unknown(tag)),
        }
        self.in_entity = false;
        Ok(())
    }

    fn node(&mut self, reader: &mut Reader<'_>, fields: usize, depth: usize) -> Written {
        let id = reader.int()?;
        let (labels, properties) = (value_of(reader)?, value_of(reader)?);
        let element = element_id(reader, fields == 4, id)?;
        self.text.push_str(r#"{"Id":"#);
        self.int(id);
        self.named(r#","ElementId":"#, &element);
        self.part(r#","Labels":"#, labels, depth)?;
        self.part(r#","Props":"#, properties, depth)?;
        self.text.push('}');
        Ok(())
    }

    fn relationship(&mut self, reader: &mut Reader<'_>, fields: usize, depth: usize) -> Written {
        let (id, start, end) = (reader.int()?, reader.int()?, reader.int()?);
        let (kind, properties) = (reader.string()?, value_of(reader)?);
        let has_elements = fields == 8;
        let element = element_id(reader, has_elements, id)?;
        let start = End { id: start, element: element_id(reader, has_elements, start)? };
        let end = End { id: end, element: element_id(reader, has_elements, end)? };
        self.edge(&Edge { id, element, kind, properties }, &start, &end, depth)
    }

    fn edge(&mut self, edge: &Edge<'_>, start: &End, end: &End, depth: usize) -> Written {
        self.text.push_str(r#"{"Id":"#);
        self.int(edge.id);
        self.named(r#","ElementId":"#, &edge.element);
        self.text.push_str(r#","StartId":"#);
        self.int(start.id);
        self.named(r#","StartElementId":"#, &start.element);
        self.text.push_str(r#","EndId":"#);
        self.int(end.id);
        self.named(r#","EndElementId":"#, &end.element);
        self.named(r#","Type":"#, edge.kind);
        self.part(r#","Props":"#, edge.properties, depth)?;
        self.text.push('}');
        Ok(())
    }

    /// A path names its different nodes and relationships, and then the way along them.
    fn path(&mut self, reader: &mut Reader<'_>, depth: usize) -> Written {
        let mut nodes = Vec::new();
        for _ in 0..reader.list()? {
            let whole = *reader;
            let Token::Structure(b'N', fields @ (3 | 4)) = reader.token()? else { return Err(NO_PATH.into()) };
            let id = reader.int()?;
            reader.skip()?;
            reader.skip()?;
            nodes.push((whole, End { id, element: element_id(reader, fields == 4, id)? }));
        }
        let mut edges = Vec::new();
        for _ in 0..reader.list()? {
            let Token::Structure(b'r', fields @ (3 | 4)) = reader.token()? else { return Err(NO_PATH.into()) };
            let (id, kind, properties) = (reader.int()?, reader.string()?, value_of(reader)?);
            edges.push(Edge { id, element: element_id(reader, fields == 4, id)?, kind, properties });
        }
        let steps = reader.list()?;
        let mut way = Vec::new();
        let mut here = nodes.first().ok_or(NO_PATH)?;
        self.text.push_str(r#"{"Nodes":["#);
        self.node_of(here.0, depth)?;
        for _ in 0..steps / 2 {
            let (edge, next) = (reader.int()?, reader.int()?);
            // Counted from 1; negative where the way goes against the relationship.
            let index = edge.unsigned_abs().checked_sub(1).and_then(|index| usize::try_from(index).ok());
            let found = index.and_then(|index| edges.get(index)).ok_or(NO_PATH)?;
            let there = usize::try_from(next).ok().and_then(|index| nodes.get(index)).ok_or(NO_PATH)?;
            self.text.push(',');
            self.node_of(there.0, depth)?;
            way.push(if edge > 0 { (found, &here.1, &there.1) } else { (found, &there.1, &here.1) });
            here = there;
        }
        self.text.push_str(r#"],"Relationships":["#);
        for (index, (edge, start, end)) in way.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.edge(edge, start, end, depth + 1)?;
            if self.text.is_full() {
                return Err(Unwritable::TooLarge);
            }
        }
        self.text.push_str("]}");
        Ok(())
    }

    /// A node of a path.
    fn node_of(&mut self, mut whole: Reader<'_>, depth: usize) -> Written {
        let Token::Structure(b'N', fields) = whole.token()? else { return Err(NO_PATH.into()) };
        self.node(&mut whole, fields, depth + 1)?;
        if self.text.is_full() { Err(Unwritable::TooLarge) } else { Ok(()) }
    }

    fn named(&mut self, name: &str, text: &str) {
        self.text.push_str(name);
        self.text.push_text(text);
    }

    fn part(&mut self, name: &str, mut value: Reader<'_>, depth: usize) -> Written {
        self.text.push_str(name);
        self.value(&mut value, depth)
    }
}

const NO_PATH: Malformed = Malformed("a path is not one");

/// A relationship without its ends.
struct Edge<'a> {
    id: i64,
    element: String,
    kind: &'a str,
    properties: Reader<'a>,
}

/// A node at the end of a relationship.
struct End {
    id: i64,
    element: String,
}

/// A reader at the next value, which is passed over.
fn value_of<'a>(reader: &mut Reader<'a>) -> Result<Reader<'a>, Malformed> {
    let value = *reader;
    reader.skip()?;
    Ok(value)
}

/// Servers before Neo4j 5 tell none: there the number is the id.
fn element_id(reader: &mut Reader<'_>, is_there: bool, id: i64) -> Result<String, Malformed> {
    if is_there { Ok(reader.string()?.to_owned()) } else { Ok(id.to_string()) }
}

#[cfg(test)]
mod tests;
