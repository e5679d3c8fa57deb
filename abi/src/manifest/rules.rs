//! The rules of a manifest, each with a case (`rules/*.txt`): `=== rule`, the text, `---`, and a line for each finding:
//! line, column, severity, JSON pointer, message. With `BLESS=1` the findings are written into the files.

use std::fmt::Write as _;
use std::path::Path;

use super::{Severity, parse};

const FILES: [&str; 4] = ["file", "endpoints", "models", "connections"];

fn findings(text: &str) -> String {
    let mut lines = String::new();
    for found in parse(text).1 {
        let severity = match found.kind.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let pointer = if found.pointer.is_empty() { "-" } else { &found.pointer };
        writeln!(lines, "{}:{} {severity} {pointer} {}", found.line, found.column, found.message)
            .expect("writing to a String does not fail");
    }
    lines
}

#[test]
fn every_rule_has_its_case() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut cases = 0;
    for name in FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manifest/rules").join(format!("{name}.txt"));
        let file = std::fs::read_to_string(&path).expect("the file is there");
        let mut blessed = Vec::new();
        for case in file.split("=== ").skip(1) {
            let (head, expected) = case.split_once("\n---").unwrap_or_else(|| panic!("no --- in {case}"));
            let (_, text) = head.split_once('\n').expect("a text behind the rule");
            let found = findings(text);
            assert!(bless || found.trim() == expected.trim(), "{head}\n---\n{found}");
            blessed.push(format!("=== {head}\n---\n{found}"));
            cases += 1;
        }
        if bless {
            std::fs::write(&path, blessed.join("\n")).expect("the file can be written");
        }
    }
    assert!(cases > 90, "{cases} cases");
}
