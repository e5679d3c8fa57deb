//! Records, read back (`history-and-observability` section 3.4).

use serde::Serialize;

/// Records of a page, unless it is asked for another number, and at most.
const USUAL: usize = 100;
const MOST: usize = 1000;

/// Which records are wanted: the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub(super) limit: usize,
    /// Those before the one of this id.
    pub(super) after: Option<String>,
    /// Those of calls of this function.
    pub(super) function: Option<String>,
    /// Those of this model, by its name in the manifest.
    pub(super) model: Option<String>,
}

impl Wanted {
    /// Reads `limit`, `after`, `function` and `model` from the query of a URL. Others are passed over.
    ///
    /// # Errors
    /// A sentence about a `limit` or an `after` that is none.
    pub fn read(query: &str) -> Result<Self, String> {
        let mut wanted = Self { limit: USUAL, after: None, function: None, model: None };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match &*name {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                    wanted.limit = limit.ok_or_else(|| format!("`limit` is a number from 1 to {MOST}"))?;
                }
                "after" if !is_id(&value) => return Err("`after` is the id of a record".to_owned()),
                "after" => wanted.after = Some(value),
                "function" => wanted.function = Some(value),
                "model" => wanted.model = Some(value),
                _ => {}
            }
        }
        Ok(wanted)
    }
}

/// Whether a text has the usual form of a UUID.
fn is_id(text: &str) -> bool {
    text.len() == uuid::fmt::Hyphenated::LENGTH && uuid::Uuid::try_parse(text).is_ok()
}

/// A record as it is shown. Members without a value are left out.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Shown {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gid: Option<i64>,
    pub(super) id: String,
    pub(super) model_hash: String,
    /// JSON, in a string.
    pub(super) input: String,
    /// The same.
    pub(super) output: String,
    pub(super) started_at: String,
    pub(super) duration_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) input_tokens: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output_tokens: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) execution_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) plugin: Option<ShownPlugin>,
}

/// Bytes of inputs and outputs at which a page ends, whatever number of records is wanted.
const MOST_BYTES: usize = 32 << 20;

/// Records of a page, the newest first.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) records: Vec<Shown>,
    bytes: usize,
}

impl Page {
    /// Adds a record, if there is room for it: there always is for the first.
    pub(super) fn push(&mut self, record: Shown) -> bool {
        self.bytes += record.input.len() + record.output.len();
        let has_room = self.records.is_empty() || self.bytes <= MOST_BYTES;
        if has_room {
            self.records.push(record);
        }
        has_room
    }
}

/// An app as it is shown.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ShownPlugin {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    pub(super) language: String,
    pub(super) sdk_version: String,
    pub(super) build_id: String,
    pub(super) build_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) git_repo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) git_commit: Option<String>,
}

/// A time as it is shown: UTC, milliseconds.
pub(super) fn time(milliseconds: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted() {
        let usual = Wanted { limit: 100, after: None, function: None, model: None };
        assert_eq!(Wanted::read(""), Ok(usual.clone()));
        let id = "018bcfe5-6800-7000-8000-0123456789ab";
        let all = Wanted::read(&format!("limit=1000&after={id}&function=a%20b&model=m&other=x"));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(all, Ok(Wanted { limit: 1000, after: some(id), function: some("a b"), model: some("m") }));
        for query in ["limit=0", "limit=1001", "limit=x", "limit=", "after=", "after='; DROP TABLE inferences"] {
            assert!(Wanted::read(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_page_ends_where_its_records_are_large() {
        let record = |bytes: usize| Shown { output: "x".repeat(bytes), ..Shown::default() };
        let mut page = Page::default();
        assert!(page.push(record(MOST_BYTES + 1)) && !page.push(record(0)));
        assert_eq!(page.records.len(), 1);
        let mut page = Page::default();
        assert!(page.push(record(MOST_BYTES / 2)) && page.push(record(MOST_BYTES / 2)) && !page.push(record(1)));
        assert_eq!(page.records.len(), 2);
    }

    #[test]
    fn times() {
        assert_eq!(time(1_700_000_000_000), "2023-11-14T22:13:20.000Z");
        assert_eq!(time(1), "1970-01-01T00:00:00.001Z");
    }
}
