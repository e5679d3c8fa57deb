//! What is kept of a call of a model.

use std::sync::Arc;

use abi::manifest::Model;
use abi::plan::Program;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::{NoContext, Uuid};

/// An app, as the reference's table `plugins` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::host_functions) struct Plugin {
    /// A UUID, for an app that is not known yet.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) language: String,
    pub(super) sdk_version: String,
    pub(super) build_id: String,
    /// As the SDK wrote it.
    pub(super) build_time: String,
    pub(super) git_repo: Option<String>,
    pub(super) git_commit: Option<String>,
}

impl Plugin {
    /// The app of a program.
    pub(in crate::host_functions) fn of(program: &Program) -> Self {
        let app = &program.app;
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let sdk_version = app.sdk.rsplit_once('@').map_or("", |(_, version)| version);
        Self {
            id: new_id(Timestamp::now()),
            name: app.name.clone(),
            version: given(&app.version),
            language: program.language.name().to_owned(),
            sdk_version: sdk_version.to_owned(),
            build_id: app.build_id.clone(),
            build_time: app.build_time.clone(),
            git_repo: given(&app.git_repo),
            git_commit: given(&app.git_commit),
        }
    }
}

/// A call of a model, as the table `inferences` has it.
#[derive(Clone, Debug)]
pub(in crate::host_functions) struct Inference {
    /// A UUID that grows with time.
    pub(super) id: String,
    pub(super) plugin: Arc<Plugin>,
    pub(super) function: Arc<str>,
    pub(super) execution_id: Arc<str>,
    /// Name in the manifest.
    pub(super) model: String,
    /// See `manifest` section 10.
    pub(super) model_hash: String,
    pub(super) connection: String,
    pub(super) input: Cut,
    pub(super) output: Cut,
    pub(super) started_at: Timestamp,
    pub(super) duration_ms: i32,
    /// HTTP status; none without an answer.
    pub(super) status: Option<u16>,
    pub(super) input_tokens: Option<i64>,
    pub(super) output_tokens: Option<i64>,
}

impl Inference {
    /// Bytes of memory that it holds, about.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.input.start.len() + self.output.start.len()
    }
}

/// Bytes that a secret of a connection has at most, as far as it is looked for.
const LONGEST_SECRET: usize = 4096;

/// The beginning of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    start: String,
    /// Bytes of the whole text.
    bytes: usize,
}

/// What stands for a text that is too long.
#[derive(Serialize)]
struct Truncated<'a> {
    truncated: bool,
    /// Of the whole text.
    bytes: usize,
    start: &'a str,
}

impl Cut {
    /// At most `most` bytes of a text, NUL characters and what is not UTF-8 left out, with `[secret]` for each of `secrets`.
    pub(super) fn of(text: &[u8], most: usize, secrets: &[String]) -> Self {
        let up_to = |end: usize| text.get(..end.min(text.len())).unwrap_or(text);
        // No secret is cut through, which would hide a part of it from the search.
        let looked_at = if secrets.is_empty() { most } else { most.saturating_add(LONGEST_SECRET) };
        let mut start: String = up_to(looked_at).utf8_chunks().map(|chunk| chunk.valid()).collect();
        start.retain(|c| c != '\0');
        for secret in secrets {
            if start.contains(secret.as_str()) {
                start = start.replace(secret.as_str(), "[secret]");
            }
        }
        start.truncate(start.floor_char_boundary(most));
        Self { start, bytes: text.len() }
    }

    /// As JSON: the text itself where it is JSON and all of it is there; `null` for none; other text as a string; the
    /// beginning of what is too long in an object that says so.
    pub(super) fn json(&self, most: usize) -> String {
        if self.bytes > most {
            let truncated = Truncated { truncated: true, bytes: self.bytes, start: &self.start };
            return serde_json::to_string(&truncated).unwrap_or_else(|_| "null".to_owned());
        }
        match serde_json::from_str::<serde::de::IgnoredAny>(&self.start) {
            Ok(_) => self.start.clone(),
            Err(_) if self.start.is_empty() => "null".to_owned(),
            Err(_) => self.string(),
        }
    }

    /// As a JSON string, which every database takes.
    pub(super) fn string(&self) -> String {
        serde_json::Value::from(self.start.as_str()).to_string()
    }
}

/// The model's hash: `manifest` section 10.
pub(super) fn hash(name: &str, model: &Model) -> String {
    let texts = [name, &model.source_model, &model.provider, &model.connection, &model.path];
    hex(&Sha256::digest(texts.join("|")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A UUID of version 7 (RFC 9562 section 5.7): those of a later millisecond are greater.
pub(super) fn new_id(now: Timestamp) -> String {
    let (seconds, nanoseconds) = (now.as_second(), now.subsec_nanosecond());
    let (seconds, nanoseconds) = (u64::try_from(seconds).unwrap_or(0), u32::try_from(nanoseconds).unwrap_or(0));
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let json = |text: &str, most: usize| Cut::of(text.as_bytes(), most, &[]).json(most);
        assert_eq!(json(r#"{"a": [1.50, "\u0000"]}"#, 100), r#"{"a": [1.50, "\u0000"]}"#);
        assert_eq!(json("", 100), "null");
        assert_eq!(json("no \"JSON\"\n", 100), r#""no \"JSON\"\n""#);
        assert_eq!(json("{} {}", 100), r#""{} {}""#);
        assert_eq!(json("[1,2,3]", 7), "[1,2,3]");
        assert_eq!(json("[1,2,3]", 6), r#"{"truncated":true,"bytes":7,"start":"[1,2,3"}"#);
        // Not through a character.
        assert_eq!(json("a\u{1F600}", 3), r#"{"truncated":true,"bytes":5,"start":"a"}"#);
        assert_eq!(Cut::of(b"{\"ok\":1,\x00\xff\"x\":2}", 100, &[]).json(100), r#"{"ok":1,"x":2}"#);
    }

    #[test]
    fn secrets() {
        let cut = |most| Cut::of(b"the key sk-1 is sk-1", most, &["sk-1".to_owned(), "other".to_owned()]).string();
        assert_eq!(cut(100), r#""the key [secret] is [secret]""#);
        assert_eq!(cut(10), r#""the key [s""#);
    }

    #[test]
    fn hashes() {
        let model = Model {
            source_model: "gpt".to_owned(),
            provider: String::new(),
            connection: "api".to_owned(),
            path: "v1".to_owned(),
        };
        let expected = hex(&Sha256::digest("m|gpt||api|v1"));
        assert_eq!(hash("m", &model), expected);
        assert_eq!(expected.len(), 64);
    }

    #[test]
    fn ids_grow_with_time() {
        let at = |milliseconds| new_id(Timestamp::from_millisecond(milliseconds).expect("a time"));
        let ids = [at(0), at(1), at(1_700_000_000_000), at(1_700_000_000_001)];
        assert!(ids.is_sorted(), "{ids:?}");
        assert_ne!(at(5), at(5));
        let id = at(1_700_000_000_000);
        let shape: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!((shape, &id[14..15], &id[..13]), (vec![8, 4, 4, 4, 12], "7", "018bcfe5-6800"));
    }
}
