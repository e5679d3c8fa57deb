//! The body of a GraphQL response, of which only the errors are looked at.

use hyper::header::{CONTENT_TYPE, HeaderMap};
use serde_json::value::RawValue;

use super::super::json::Members;

/// JSON text that a server answered.
pub(super) struct Body<'a> {
    text: &'a str,
    members: Members<'a>,
    /// A list that is not empty.
    errors: Option<&'a RawValue>,
}

impl<'a> Body<'a> {
    /// Fails for what is not JSON, with a text that says where.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let members = Members::of(raw);
        let is_listed = |errors: &&RawValue| {
            serde_json::from_str::<Vec<&RawValue>>(errors.get()).is_ok_and(|list| !list.is_empty())
        };
        let errors = members.get("errors").filter(is_listed);
        Ok(Self { text, members, errors })
    }

    /// The JSON of the errors, if there are any.
    pub(super) fn errors(&self) -> Option<&'a str> {
        self.errors.map(RawValue::get)
    }

    /// What the guest reads: the server's text, but that list indices in the paths of errors are strings. Both SDKs read
    /// paths as lists of strings (`sdk-surface` section 3.2), and Go's fails on a number.
    pub(super) fn into_text(self) -> String {
        let named = self.errors().and_then(name_indices);
        let text = |errors| serde_json::to_string(&self.members.with("errors", errors)).ok();
        named.as_deref().and_then(text).unwrap_or_else(|| self.text.to_owned())
    }
}

/// Whether a response has one of the media types of GraphQL.
pub(super) fn is_graphql(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()?.split(';').next()).unwrap_or_default();
    let known = ["application/graphql-response+json", "application/json"];
    known.iter().any(|known| text.trim().eq_ignore_ascii_case(known))
}

/// The errors with strings in their paths; nothing where there were no numbers.
fn name_indices(errors: &str) -> Option<Box<RawValue>> {
    let errors: Vec<&RawValue> = serde_json::from_str(errors).ok()?;
    let named: Vec<Option<Box<RawValue>>> = errors.iter().map(|error| name_indices_of(error)).collect();
    named.iter().any(Option::is_some).then_some(())?;
    let all: Vec<&RawValue> = errors.into_iter().zip(&named).map(|(old, new)| new.as_deref().unwrap_or(old)).collect();
    serde_json::value::to_raw_value(&all).ok()
}

fn name_indices_of(error: &RawValue) -> Option<Box<RawValue>> {
    let members = Members::of(error);
    let path: Vec<&RawValue> = serde_json::from_str(members.get("path")?.get()).ok()?;
    let is_number = |part: &&RawValue| part.get().starts_with(|first: char| first == '-' || first.is_ascii_digit());
    path.iter().any(is_number).then_some(())?;
    let quoted = |part: &RawValue| if is_number(&part) { format!("\"{}\"", part.get()) } else { part.get().to_owned() };
    let parts: Vec<String> = path.into_iter().map(quoted).collect();
    let path = RawValue::from_string(format!("[{}]", parts.join(","))).ok()?;
    serde_json::value::to_raw_value(&members.with("path", &path)).ok()
}
