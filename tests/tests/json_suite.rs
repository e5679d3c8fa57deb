//! Promise: what models and servers answer as JSON arrives in guests as it was meant, and what is no JSON is an error: the
//! cases of `json_suite.txt`, by the grammar of RFC 8259, in guests of both languages. With `BLESS=1` what the languages make
//! of the cases that are left open is written into the file: look at the diff.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};

const RECORD: &str = "{ text optional number score numbers scores count total flag texts part { name size } parts { name \
                      size } renamed strange }";

/// What has to become of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It is read rightly.
    Accepted,
    /// It is refused with a message.
    Refused,
    /// What the file says.
    Open,
}

/// A case of the file.
struct Case {
    verdict: Verdict,
    function: String,
    /// The text as the file has it.
    written: String,
    /// The lines below, for cases that are left open.
    outcomes: Vec<String>,
}

/// A line of the file that is no outcome.
enum Line {
    Other(String),
    Case(Case),
}

struct Guest {
    language: Language,
    runner: Runner,
    _app: App,
}

impl Guest {
    fn serve(language: Language) -> Self {
        let app = app::compile(&language.guest("json"), app::OPEN);
        let runner = Runner::start(&app.artifact, &Options::default());
        Self { language, runner, _app: app }
    }

    /// The function's value, or its error's message.
    fn read(&self, function: &str, text: &str) -> Result<Value, String> {
        let selection = match function {
            "readRecord" | "records" => RECORD,
            "map" | "counts" => "{ key value }",
            _ => "",
        };
        let query = format!("query ($text: String!) {{ r: {function}(text: $text) {selection} }}");
        let answer = self.runner.ask(&query, &json!({"text": text}));
        if answer["errors"].is_null() {
            return Ok(answer["data"]["r"].clone());
        }
        Err(answer["errors"][0]["message"].as_str().unwrap_or_default().to_owned())
    }

    /// What the file calls the language.
    fn name(&self) -> &'static str {
        if self.language == Language::Go { "go" } else { "as" }
    }
}

fn path() -> PathBuf {
    tests::root().join("tests/tests/json_suite.txt")
}

fn lines(file: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    for line in file.lines() {
        let verdict = match line.get(..2) {
            Some("y ") => Verdict::Accepted,
            Some("n ") => Verdict::Refused,
            Some("? ") => Verdict::Open,
            Some("  ") => {
                let Some(Line::Case(case)) = lines.last_mut() else { panic!("{line:?} belongs to no case") };
                case.outcomes.push(line.trim().to_owned());
                continue;
            }
            _ => {
                lines.push(Line::Other(line.to_owned()));
                continue;
            }
        };
        let (function, written) = line[2..].split_once(' ').unwrap_or_else(|| panic!("no text in {line:?}"));
        let (function, written) = (function.to_owned(), written.to_owned());
        lines.push(Line::Case(Case { verdict, function, written, outcomes: Vec::new() }));
    }
    lines
}

/// The text that is meant, with what stands in angle quotes put in.
fn expanded(written: &str) -> String {
    let mut text = String::new();
    let mut rest = written;
    while let Some((before, from)) = rest.split_once('‹') {
        let (inside, after) = from.split_once('›').unwrap_or_else(|| panic!("no › in {written:?}"));
        text.push_str(before);
        if let Some(code) = inside.strip_prefix("U+") {
            let code = u32::from_str_radix(code, 16).expect("a code point");
            text.push(char::from_u32(code).expect("a character"));
        } else if let Some((count, repeated)) = inside.split_once('×') {
            text.push_str(&repeated.repeat(count.parse().expect("a number")));
        } else {
            assert_eq!(inside, "empty", "in {written:?}");
        }
        rest = after;
    }
    text + rest
}

/// The value that the function has to answer for this text, by another reader of JSON.
fn expected(function: &str, text: &str) -> Value {
    if function == "quoted" {
        return json!(text);
    }
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    match function {
        // By the text: what is rounded to an f64 first may become another f32.
        "single" => json!(single(text)),
        "singles" => {
            let texts = value.as_array().expect("an array").iter().map(Value::to_string);
            texts.map(|text| json!(single(&text))).collect()
        }
        "map" | "counts" => {
            let members = value.as_object().expect("an object").iter();
            members.map(|(key, value)| json!({"key": key, "value": value})).collect()
        }
        "readRecord" => record(&value, ["renamed", "strange"]),
        "again" => record(&value, ["renamed_field", "größe 日本"]),
        "records" => {
            value.as_array().expect("an array").iter().map(|each| record(each, ["renamed", "strange"])).collect()
        }
        "raw" => value["raw"].clone(),
        _ => value,
    }
}

/// The nearest number of 32 bits.
fn single(text: &str) -> f32 {
    text.trim().parse::<f32>().unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A whole record: fields that the text does not have keep their defaults.
fn record(value: &Value, names: [&str; 2]) -> Value {
    let mut record = json!({
        "text": "", "optional": null, "number": 0, "score": 0, "numbers": [], "scores": [], "count": 0, "total": 0,
        "flag": false, "texts": [], "part": null, "parts": [],
    });
    for (name, written) in names.into_iter().zip(["renamed_field", "größe 日本"]) {
        record[name] = value.get(written).cloned().unwrap_or(json!(""));
    }
    let part = |value: &Value| {
        let member = |name: &str, default: Value| value.get(name).cloned().unwrap_or(default);
        if value.is_null() {
            json!(null)
        } else {
            json!({"name": member("name", json!("")), "size": member("size", json!(0))})
        }
    };
    for (name, default) in record.as_object_mut().expect("an object") {
        match (name.as_str(), value.get(name)) {
            (_, None) => {}
            ("part", Some(given)) => *default = part(given),
            ("parts", Some(given)) => *default = given.as_array().expect("an array").iter().map(part).collect(),
            (_, Some(given)) => *default = given.clone(),
        }
    }
    record
}

/// What was meant by a function's answer: some answer JSON.
fn meant(function: &str, answer: &Value) -> Value {
    match function {
        "any" | "again" | "raw" | "quoted" => {
            let text = answer.as_str().expect("a text");
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{function} wrote no JSON: {error}: {text}"))
        }
        "map" | "counts" => {
            // Members have no order.
            let by_key: BTreeMap<String, &Value> =
                answer.as_array().into_iter().flatten().map(|pair| (pair["key"].to_string(), pair)).collect();
            by_key.into_values().cloned().collect()
        }
        _ => answer.clone(),
    }
}

/// Equal as JSON: numbers by what they are, integers to the last digit; an empty list may be missing (Go's nil).
fn same(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Number(a), Value::Number(b)) => {
            let wide = |number: &serde_json::Number| number.to_string().parse::<i128>().ok();
            match (wide(a), wide(b)) {
                // Numbers with a fraction hold integers up to 2^53 exactly.
                (Some(a), Some(b)) if a == b => true,
                _ => a.as_f64() == b.as_f64() && a.as_f64().is_some_and(f64::is_finite),
            }
        }
        // Integers of 64 bits are texts in GraphQL.
        (Value::Number(a), Value::String(b)) => a.to_string() == *b || (a.to_string() == "-0" && b == "0"),
        (Value::Array(a), Value::Null) => a.is_empty(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => expected == got,
    }
}

/// What is wrong with the outcome of a case that is not left open.
fn fault(case: &Case, text: &str, outcome: &Result<Value, String>) -> Option<String> {
    match (case.verdict, outcome) {
        (Verdict::Accepted, Ok(value)) => {
            let (expected, got) = (expected(&case.function, text), meant(&case.function, value));
            (!same(&expected, &got)).then(|| format!("is {} instead of {}", cut(&got), cut(&expected)))
        }
        (Verdict::Accepted, Err(message)) => Some(format!("is refused: {message}")),
        (Verdict::Refused, Ok(value)) => Some(format!("is accepted as {}", cut(value))),
        (Verdict::Refused, Err(message)) => {
            let trapped =
                ["unreachable", "stack", "out of bounds", "deadline"].iter().any(|trap| message.contains(trap));
            (trapped || message.is_empty()).then(|| format!("ends without a reason: {message:?}"))
        }
        (Verdict::Open, _) => None,
    }
}

fn cut(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 300 { text.chars().take(300).chain(['…']).collect() } else { text }
}

fn shown(outcome: &Result<Value, String>) -> String {
    match outcome {
        Ok(value) => format!("= {}", cut(value)),
        Err(message) => format!("! {message}"),
    }
}

/// Counts by section and language: read rightly, refused, and of those left open accepted and refused.
#[derive(Default)]
struct Counts([[u32; 4]; 2]);

fn table(sections: &[(String, Counts)]) -> String {
    let mut text = format!("{:44}|{:^28}|{:^28}\n", "", "AssemblyScript", "Go");
    let head = "  read refused  open:= open:!";
    writeln!(text, "{:44}|{head}|{head}", "").expect("writing to a String does not fail");
    for (section, Counts(counts)) in sections {
        write!(text, "{section:44}").expect("writing to a String does not fail");
        for [read, refused, accepted, open] in counts {
            write!(text, "|{read:6}{refused:8}{accepted:8}{open:7}").expect("writing to a String does not fail");
        }
        text.push('\n');
    }
    text
}

#[test]
fn guests_read_json_as_it_is_defined() {
    let bless = std::env::var_os("BLESS").is_some();
    let guests = Language::ALL.map(Guest::serve);
    let file = std::fs::read_to_string(path()).expect("the file is there");
    let mut blessed = String::new();
    let mut sections = Vec::<(String, Counts)>::new();
    let mut faults = Vec::new();
    for line in lines(&file) {
        let case = match line {
            Line::Other(other) => {
                writeln!(blessed, "{other}").expect("writing to a String does not fail");
                if let Some(section) = other.strip_prefix("# -- ") {
                    sections.push((section.to_owned(), Counts::default()));
                }
                continue;
            }
            Line::Case(case) => case,
        };
        let mark = match case.verdict {
            Verdict::Accepted => 'y',
            Verdict::Refused => 'n',
            Verdict::Open => '?',
        };
        let head = format!("{mark} {} {}", case.function, case.written);
        writeln!(blessed, "{head}").expect("writing to a String does not fail");
        let text = expanded(&case.written);
        let counts = &mut sections.last_mut().expect("a section before the first case").1;
        for (index, guest) in guests.iter().enumerate() {
            let outcome = guest.read(&case.function, &text);
            let column = usize::from(outcome.is_err()) + if case.verdict == Verdict::Open { 2 } else { 0 };
            counts.0[index][column] += 1;
            faults.extend(fault(&case, &text, &outcome).map(|fault| format!("{head}\n  {} {fault}", guest.name())));
            if case.verdict != Verdict::Open {
                continue;
            }
            let said = format!("{} {}", guest.name(), shown(&outcome));
            if !bless && case.outcomes.get(index) != Some(&said) {
                faults.push(format!("{head}\n  {said}\n  the file says {:?}", case.outcomes.get(index)));
            }
            writeln!(blessed, "  {said}").expect("writing to a String does not fail");
        }
    }
    println!("{}", table(&sections));
    assert!(faults.is_empty(), "{} of the cases are wrong:\n{}", faults.len(), faults.join("\n"));
    if bless {
        std::fs::write(path(), blessed).expect("the file can be written");
    }
}
