//! From text to members: syntax, types of members, unknown and misspelt members.

use std::collections::BTreeSet;
use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::finding::line_and_column;
use super::{Finding, FindingKind, Manifest};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a manifest and reports everything that is wrong with it, in the order of the text.
///
/// Entries with errors are left out of the manifest; there is none if the text is not an object at all.
pub fn parse(text: &str) -> (Option<Manifest>, Vec<Finding>) {
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut reader = Reader { text, skipped: text.len() - body.len(), findings: Vec::new() };
    let manifest = match parse_to_ast(body, &CollectOptions::default(), &strict_json_with_comments()) {
        Err(error) => {
            let range = error.range();
            reader.report(FindingKind::Syntax, range.start..range.end, "", lower_first(&error.kind().to_string()));
            None
        }
        Ok(result) => match &result.value {
            Some(Value::Object(object)) => Some(reader.manifest(object)),
            Some(other) => {
                let message = format!("the manifest must be an object, not {}", describe(other));
                reader.report(FindingKind::Type, range_of(other), "", message);
                None
            }
            None => {
                reader.report(FindingKind::Syntax, 0..0, "", "the manifest is empty; it must be an object".to_owned());
                None
            }
        },
    };
    reader.findings.sort_by_key(|finding| finding.span.start);
    (manifest, reader.findings)
}

/// The text as a JSON value, whatever it says; of members that occur twice the last one. `None` where [`parse`] finds no
/// manifest because of its syntax.
pub fn to_json(text: &str) -> Option<serde_json::Value> {
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    jsonc_parser::parse_to_serde_value(body, &strict_json_with_comments()).ok()
}

/// The reference accepts comments and trailing commas, and nothing else beyond JSON.
fn strict_json_with_comments() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// Collects findings.
pub(super) struct Reader<'t> {
    text: &'t str,
    /// Length of the byte order mark; the parser counts from behind it.
    skipped: usize,
    findings: Vec<Finding>,
}

/// An object of the text, with what is needed to report about it.
pub(super) struct Entry<'v> {
    /// How messages call it, e.g. `http connection [db]`.
    pub(super) title: String,
    /// Its JSON pointer.
    pub(super) pointer: String,
    /// Its key, where missing members are reported.
    pub(super) range: Range<usize>,
    /// Its members; none if the value is null.
    pub(super) members: &'v [ObjectProp<'v>],
    /// A member has the wrong type.
    pub(super) failed: bool,
}

/// A text member. Missing and null are the same.
pub(super) struct Text {
    /// The text; empty if missing.
    pub(super) value: String,
    /// Whether it is there.
    pub(super) present: bool,
    /// Whether it is something else than a text, which has been reported.
    pub(super) wrong: bool,
    /// Its JSON pointer, or the object's.
    pub(super) pointer: String,
    /// Its place, or the object's.
    pub(super) range: Range<usize>,
}

impl<'v> Entry<'v> {
    /// The last member of that name in any case.
    pub(super) fn member(&self, name: &str) -> Option<&'v ObjectProp<'v>> {
        self.members.iter().rev().find(|member| member.name.as_str().eq_ignore_ascii_case(name))
    }

    /// An object that is a member of this one.
    pub(super) fn child(&self, title: String, member: &'v ObjectProp<'v>, object: Option<&'v Object<'v>>) -> Entry<'v> {
        Entry {
            title,
            pointer: join(&self.pointer, member.name.as_str()),
            range: name_range(member),
            members: object.map_or(&[], |object| &object.properties),
            failed: false,
        }
    }
}

impl<'t> Reader<'t> {
    /// The text of a value as written.
    pub(super) fn written(&self, value: &Value) -> &'t str {
        let range = value.range();
        self.text.get(range.start + self.skipped..range.end + self.skipped).unwrap_or_default()
    }

    /// Adds a finding.
    pub(super) fn report(&mut self, kind: FindingKind, range: Range<usize>, pointer: &str, message: String) {
        let span = range.start + self.skipped..range.end + self.skipped;
        let (line, column) = line_and_column(self.text, span.start);
        let pointer = pointer.to_owned();
        self.findings.push(Finding { kind, message, help: None, line, column, pointer, span });
    }

    /// Adds a finding about a whole entry.
    pub(super) fn report_entry(&mut self, kind: FindingKind, entry: &Entry, message: String) {
        self.report(kind, entry.range.clone(), &entry.pointer, message);
    }

    /// Adds a finding about a text member.
    pub(super) fn report_text(&mut self, kind: FindingKind, text: &Text, message: String) {
        self.report(kind, text.range.clone(), &text.pointer, message);
    }

    /// Adds help to the newest finding.
    pub(super) fn help(&mut self, help: impl Into<String>) {
        if let Some(finding) = self.findings.last_mut() {
            finding.help = Some(help.into());
        }
    }

    /// Reports members that are unknown, in another case than the schema's, or there twice.
    pub(super) fn close(&mut self, entry: &Entry, known: &[&str]) {
        let mut seen = BTreeSet::new();
        for member in entry.members {
            let written = member.name.as_str();
            let exact = known.iter().find(|name| name.eq_ignore_ascii_case(written));
            let message = match exact {
                None => format!("{}: unknown member `{written}`", entry.title),
                Some(name) if !seen.insert(*name) => {
                    format!("{}: member `{written}` occurs twice; the last one counts", entry.title)
                }
                Some(name) if *name != written => format!("{}: `{written}` must be written `{name}`", entry.title),
                Some(_) => continue,
            };
            self.report(FindingKind::Schema, name_range(member), &join(&entry.pointer, written), message);
            if exact.is_none() && !known.is_empty() {
                self.help(format!("known members: {}", known.join(", ")));
            }
        }
    }

    /// The members of a map, the last of each name; reports names that occur twice.
    pub(super) fn distinct<'v>(&mut self, entry: &Entry<'v>) -> Vec<&'v ObjectProp<'v>> {
        let mut seen = BTreeSet::new();
        let mut kept = Vec::new();
        for member in entry.members.iter().rev() {
            let name = member.name.as_str();
            if seen.insert(name) {
                kept.push(member);
                continue;
            }
            let message = format!("{}: `{name}` occurs twice; the last one counts", entry.title);
            self.report(FindingKind::Schema, name_range(member), &join(&entry.pointer, name), message);
        }
        kept.reverse();
        kept
    }

    /// A text member; another type is an error and fails the entry.
    pub(super) fn text(&mut self, entry: &mut Entry, name: &str) -> Text {
        let missing = Text {
            value: String::new(),
            present: false,
            wrong: false,
            pointer: entry.pointer.clone(),
            range: entry.range.clone(),
        };
        match entry.member(name) {
            Some(member) => self.text_of(entry, member),
            None => missing,
        }
    }

    /// The text that a member is; another type is an error and fails the entry.
    pub(super) fn text_of(&mut self, entry: &mut Entry, member: &ObjectProp) -> Text {
        let name = member.name.as_str();
        let pointer = join(&entry.pointer, name);
        let (value, present, wrong) = match &member.value {
            Value::StringLit(text) => (text.value.to_string(), true, false),
            Value::NullKeyword(_) => (String::new(), false, false),
            other => {
                self.wrong_type(entry, &pointer, other, &format!("`{name}` must be a string"));
                (String::new(), true, true)
            }
        };
        Text { value, present, wrong, pointer, range: range_of(&member.value) }
    }

    /// An object member; another type is an error and fails the entry.
    pub(super) fn object<'v>(&mut self, entry: &mut Entry<'v>, name: &str) -> Option<Entry<'v>> {
        let member = entry.member(name)?;
        match &member.value {
            Value::Object(object) => Some(entry.child(format!("{}: {name}", entry.title), member, Some(object))),
            Value::NullKeyword(_) => None,
            other => {
                let pointer = join(&entry.pointer, member.name.as_str());
                self.wrong_type(entry, &pointer, other, &format!("`{name}` must be an object"));
                None
            }
        }
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_type(&mut self, entry: &mut Entry, pointer: &str, value: &Value, expected: &str) {
        entry.failed = true;
        let message = format!("failed to parse {}: {expected}, not {}", entry.title, describe(value));
        self.report(FindingKind::Type, range_of(value), pointer, message);
    }
}

/// Appends a reference token to a JSON pointer.
pub(super) fn join(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// The place of a member's name.
pub(super) fn name_range(member: &ObjectProp) -> Range<usize> {
    let range = match &member.name {
        ObjectPropName::String(name) => name.range,
        ObjectPropName::Word(name) => name.range,
    };
    range.start..range.end
}

/// The place of a value.
pub(super) fn range_of(value: &Value) -> Range<usize> {
    let range = value.range();
    range.start..range.end
}

/// A value's type with its article.
pub(super) fn describe(value: &Value) -> &'static str {
    match value {
        Value::StringLit(_) => "a string",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(_) => "a boolean",
        Value::Object(_) => "an object",
        Value::Array(_) => "an array",
        Value::NullKeyword(_) => "null",
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
