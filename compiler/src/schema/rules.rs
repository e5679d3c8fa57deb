//! The rules of the schema, each with a case: metadata in, SDL and findings out (`rules/*.txt`).
//!
//! A case is `=== rule`, the metadata, perhaps a line of embedders, `---`, the SDL without what every schema has, and a
//! line `! code message` for each finding. With `BLESS=1` the results are written into the files: look at the diff.

use std::fmt::Write as _;

use super::*;

const FILES: [&str; 4] = ["definitions", "conversion", "functions", "text"];

fn path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema/rules").join(format!("{name}.txt"))
}

/// What the case's head (all before `---`) gives.
fn outcome(head: &str) -> String {
    let body = head.split_once('\n').map_or("", |(_, body)| body);
    let (json, embedders) = body.split_once("\nembedders: ").unwrap_or((body, ""));
    let metadata: Metadata = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error} in {head}"));
    let hidden: Vec<String> = embedders.split_whitespace().map(str::to_owned).collect();
    let language = crate::language::of_sdk(&metadata.sdk).expect("a known SDK");
    let (schema, found) = generate(&metadata, language, &hidden, &BTreeSet::new(), &BTreeSet::new());
    let text = sdl::print(&schema);
    let own = text.strip_prefix(sdl::HEADER).and_then(|text| text.strip_suffix(sdl::BUILT_IN));
    let mut result = own.expect("every schema has a head and a tail").trim_start().to_owned();
    for finding in found {
        writeln!(result, "! {} {}", finding.code, finding.message).expect("writing to a String does not fail");
    }
    result
}

#[test]
fn every_rule_has_its_case() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut cases = 0;
    for name in FILES {
        let text = std::fs::read_to_string(path(name)).expect("the file is there");
        let mut blessed = String::new();
        for case in text.split("=== ").skip(1) {
            let (head, expected) = case.split_once("\n---\n").unwrap_or_else(|| panic!("no --- in {case}"));
            let result = outcome(head);
            assert!(bless || result.trim_end() == expected.trim_end(), "{head}\n---\n{result}");
            write!(blessed, "=== {head}\n---\n{}\n\n", result.trim_end()).expect("writing to a String does not fail");
            cases += 1;
        }
        if bless {
            std::fs::write(path(name), blessed.trim_end().to_owned() + "\n").expect("the file can be written");
        }
    }
    assert!(cases > 40, "{cases} cases");
}
