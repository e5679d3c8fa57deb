//! What a README tells its reader to do, and what it says will happen.

use std::process::Command;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use serde_json::Value;

/// Stands for any value, and at the end of a list for any further ones. `…` within a text stands for any text.
const ANYTHING: &str = "\u{0}";

/// A block of commands that is tried.
pub enum Step {
    /// Serves the app: `modusc dev …`, with the variables it wants.
    Serve(String),
    /// Asks it: `curl …`, and the answer.
    Ask(String, Answer),
}

/// What comes back.
pub enum Answer {
    /// JSON.
    Json(Value),
    /// Anything else.
    Text(String),
}

/// The steps of a README in their order. Commands that neither serve nor ask are the reader's own matter.
pub fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut asked = None;
    for (language, block) in blocks(text) {
        if let Some(command) = asked.take() {
            let answer = match &*language {
                "json" => Answer::Json(pattern(&block)),
                "text" => Answer::Text(block.trim().to_owned()),
                _ => panic!("there is no answer to {command}"),
            };
            steps.push(Step::Ask(command, answer));
        } else if language == "sh" && block.starts_with("curl ") {
            asked = Some(block);
        } else if language == "sh" && block.contains("modusc dev ") {
            steps.push(Step::Serve(block));
        }
    }
    assert_eq!(asked, None, "there is no answer to the last question");
    steps
}

/// The blocks of code, each with its language.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                inside = true;
                blocks.push((language.to_string(), String::new()));
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(piece) if inside => blocks.last_mut().expect("a block has begun").1.push_str(&piece),
            _ => {}
        }
    }
    blocks
}

/// JSON in which `…` may stand for a value.
fn pattern(json: &str) -> Value {
    let (mut text, mut quoted, mut escaped) = (String::new(), false, false);
    for character in json.chars() {
        if character == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = character == '\\' && !escaped;
        if character == '…' && !quoted {
            text.push_str(r#""\u0000""#);
        } else {
            text.push(character);
        }
    }
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// Whether an answer is as the README has it.
pub fn fits(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::String(expected), _) if expected == ANYTHING => true,
        (Value::String(expected), Value::String(found)) => text_fits(expected, found),
        (Value::Array(expected), Value::Array(found)) => {
            let (expected, open) = match expected.split_last() {
                Some((last, before)) if last == ANYTHING => (before, true),
                _ => (&expected[..], false),
            };
            let as_many = if open { expected.len() <= found.len() } else { expected.len() == found.len() };
            as_many && expected.iter().zip(found).all(|(expected, found)| fits(expected, found))
        }
        (Value::Object(expected), Value::Object(found)) => {
            expected.len() == found.len()
                && expected.iter().all(|(name, expected)| found.get(name).is_some_and(|found| fits(expected, found)))
        }
        _ => expected == found,
    }
}

/// The same for texts.
pub fn text_fits(expected: &str, found: &str) -> bool {
    let Some((start, rest)) = expected.split_once('…') else { return expected == found };
    let Some(mut found) = found.strip_prefix(start) else { return false };
    let mut pieces: Vec<&str> = rest.split('…').collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = found.find(piece) else { return false };
        found = &found[at + piece.len()..];
    }
    found.ends_with(end)
}

/// A command as a shell understood it.
pub struct Invocation {
    /// What stands behind its name.
    pub arguments: Vec<String>,
    /// The variables of Modus that it would have.
    pub environment: Vec<(String, String)>,
}

/// Has a shell read a block of commands, in the root of the source tree, with `modusc` and `curl` that only tell how they were
/// called.
pub fn read_by_shell(block: &str, key: &std::path::Path) -> Vec<Invocation> {
    let told = r#"{ printf '%s\0' "$@" $'\1'; env -0 | { grep -z '^MODUS_' || true; }; printf '\2\0'; }"#;
    let script = format!("set -eu\nmodusc() {told}\ncurl() {told}\n{block}");
    let mut command = Command::new("bash");
    command.args(["-c", &script]).current_dir(tests::root());
    command.env_clear().env("PATH", "/usr/bin:/bin").env("AUTH_KEY", key);
    let output = command.output().expect("bash runs");
    assert!(output.status.success(), "{block}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let calls = text.split_terminator("\u{2}\0");
    calls
        .map(|call| {
            let (arguments, environment) = call.split_once("\u{1}\0").expect("both parts");
            let variable = |text: &str| text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            Invocation {
                arguments: arguments.split_terminator('\0').map(str::to_owned).collect(),
                environment: environment.split_terminator('\0').filter_map(variable).collect(),
            }
        })
        .collect()
}

#[test]
fn what_a_pattern_fits() {
    let fit = |expected: &str, found: &str| fits(&pattern(expected), &serde_json::from_str(found).expect("JSON"));
    for (expected, found) in [
        (r#"{"a": "x…", "b": …}"#, r#"{"b": null, "a": "xyz"}"#),
        (r#"["…b…d", 1, …]"#, r#"["abcd", 1, 2, 3]"#),
        (r#""\"…\"""#, r#""\"x\"""#),
        ("[…]", "[]"),
    ] {
        assert!(fit(expected, found), "{expected} {found}");
    }
    for (expected, found) in [
        (r#"{"a": …}"#, r#"{"a": 1, "b": 2}"#),
        (r#"{"a": 1, "b": …}"#, r#"{"a": 1}"#),
        (r#""x…x""#, r#""x""#),
        (r#""a…b…c""#, r#""acb""#),
        ("[1, 2]", "[1, 2, 3]"),
        (r#""…""#, "1"),
    ] {
        assert!(!fit(expected, found), "{expected} {found}");
    }
}
