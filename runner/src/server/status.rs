//! `GET /explorer/api/status`: in development, which app is served and what became of its last build (`explorer` section 6.1).

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

/// Bytes of a report that is read. `modusc dev` writes far less.
const MOST: u64 = 1 << 20;

/// What is told about an app that is being worked on.
#[derive(Debug)]
pub(super) struct Status {
    /// The id of the module's build.
    build: String,
    /// When it was loaded: each load is told from the one before.
    loaded: Timestamp,
    /// Where `modusc dev` says what became of the last build. It is read when somebody asks, and never before.
    report: Option<PathBuf>,
}

impl Status {
    /// Of an app that is loaded now.
    pub(super) fn new(build: &str, report: Option<PathBuf>) -> Self {
        Self { build: build.to_owned(), loaded: Timestamp::now(), report }
    }

    /// JSON: `development` is true, `build` a text, `loaded` a time of RFC 3339, `report` an object or null.
    pub(super) fn text(&self) -> String {
        let report = self.report.as_deref().and_then(read);
        let loaded = self.loaded.to_string();
        json!({"development": true, "build": self.build, "loaded": loaded, "report": report}).to_string()
    }
}

/// The JSON of outside development, where nothing is told.
pub(super) const NOTHING: &str = r#"{"development":false}"#;

/// The report, if a whole one is there.
fn read(path: &Path) -> Option<Value> {
    let mut text = Vec::new();
    File::open(path).ok()?.take(MOST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.json");
        let told = |status: &Status| serde_json::from_str::<Value>(&status.text()).expect("JSON");
        let status = Status::new("b1", Some(path.clone()));
        for (text, report) in [
            (None, Value::Null),
            (Some(""), Value::Null),
            (Some("{\"state\": \"fai"), Value::Null),
            (Some("\"text\""), Value::Null),
            (Some(r#"{"state":"failed","findings":[]}"#), json!({"state": "failed", "findings": []})),
        ] {
            if let Some(text) = text {
                std::fs::write(&path, text).expect("written");
            }
            let told = told(&status);
            assert_eq!((&told["development"], &told["build"]), (&json!(true), &json!("b1")), "{text:?}");
            assert_eq!(told["report"], report, "{text:?}");
        }
        let loaded = |status: &Status| told(status)["loaded"].as_str().and_then(|time| time.parse::<Timestamp>().ok());
        assert!(loaded(&status).is_some());
        assert_eq!(told(&Status::new("b1", None))["report"], Value::Null);
        assert_eq!(serde_json::from_str::<Value>(NOTHING).expect("JSON"), json!({"development": false}));
    }
}
