//! The settings as SPECIFICATION and the book list them, and the flags that messages name. With `BLESS=1` the lists are
//! written.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::table::{BEYOND, FIXED};
use super::{Arguments, SECTIONS, Set, Setting, all};

const BEGIN: &str = "<!-- settings -->\n";
const END: &str = "<!-- end of settings -->\n";

/// Numbers that are as good as no bound.
const BOUNDLESS: [u64; 2] = [u64::MAX, u64::MAX >> 20];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the source tree").to_owned()
}

/// A number with its thousands apart.
fn apart(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A figure with its unit, which is the word for the value.
fn figure(digits: &str, unit: &str) -> String {
    match (unit, digits.parse::<u64>()) {
        ("BYTES", Ok(bytes)) if bytes >= 1 << 20 && bytes.trailing_zeros() >= 20 => format!("{} MiB", bytes >> 20),
        ("BYTES", Ok(bytes)) if bytes >= 1 << 10 && bytes.trailing_zeros() >= 10 => format!("{} KiB", bytes >> 10),
        ("MIB", _) => format!("{digits} MiB"),
        ("SECONDS", _) => format!("{digits} s"),
        ("N", _) => apart(digits),
        _ => digits.to_owned(),
    }
}

/// What the help says, and the default that it tells in words.
fn told(help: &str) -> (&str, Option<&str>) {
    let Some((told, default)) = help.strip_suffix(']').and_then(|help| help.split_once(" [default")) else {
        return (help, None);
    };
    (told, Some(default.strip_prefix(':').unwrap_or(default).trim_start()))
}

fn default(setting: &Setting<Arguments>) -> String {
    let shown = (setting.shown)(&Arguments::default());
    match (shown, setting.value) {
        (Some(shown), unit) => figure(&shown, unit.unwrap_or_default()),
        (None, _) if matches!(setting.set, Set::Switch(_) | Set::Graded(_)) => "off".to_owned(),
        (None, None) => "none".to_owned(),
        (None, Some(_)) => told(setting.help).1.unwrap_or("none").to_owned(),
    }
}

/// What a setting takes, as the message about anything else says.
fn takes(setting: &Setting<Arguments>) -> String {
    let Set::Text(set) = setting.set else { return String::new() };
    let message = set(&mut Arguments::default(), ",").expect_err("no setting takes a comma");
    let takes = message.strip_prefix("expected ").expect("messages begin so").to_owned();
    BOUNDLESS.iter().fold(takes, |takes, bound| takes.replace(&format!(" to {bound}"), " up"))
}

/// A row of a table, with one more cell if there is one.
fn row<'c>(cells: &[&'c str], last: Option<&'c str>) -> String {
    let cells: Vec<&str> = cells.iter().copied().chain(last).collect();
    format!("| {} |\n", cells.join(" | ")).replace("|  |", "| |").replace("|  |", "| |")
}

fn heading(text: &mut String, title: &str, cells: &[&str], last: Option<&str>) {
    let columns = cells.len() + usize::from(last.is_some());
    let _ = write!(text, "\n### {title}\n\n{}{}", row(cells, last), "|---".repeat(columns) + "|\n");
}

/// The lists. `shown_by` says which tests show the limits; without it they have no such column.
fn lists(shown_by: Option<&HashMap<String, String>>) -> String {
    let mut text = String::new();
    let tests = shown_by.map(|_| "shown by");
    let shown = |name: &str| shown_by.map(|shown_by| shown_by.get(name).map_or("", String::as_str));
    for (title, settings) in SECTIONS {
        let are_limits = title == "Limits";
        match are_limits {
            true => heading(&mut text, title, &["setting", "default", "takes", "on", "beyond it"], tests),
            false => heading(&mut text, title, &["setting", "variable", "default", "takes", "does"], None),
        }
        for setting in settings.iter().filter(|setting| !setting.is_hidden) {
            let name = format!("`--{}`", setting.name);
            let variable = setting.variable.map(|variable| format!("`{variable}`")).unwrap_or_default();
            let (default, takes, help) = (default(setting), takes(setting), told(setting.help).0);
            text.push_str(&match are_limits {
                true => row(&[&name, &default, &takes, help, beyond(setting.name)], shown(&name)),
                false => row(&[&name, &variable, &default, &takes, help], None),
            });
        }
        if are_limits {
            // Limits of which the settings stand among the options.
            for (limit, beyond) in BEYOND.iter().filter(|(name, _)| settings.iter().all(|limit| limit.name != *name)) {
                let name = format!("`--{limit}`");
                text.push_str(&row(&[&name, "", "", "see Options", beyond], shown(&name)));
            }
        }
    }
    let (title, fixed) = FIXED;
    heading(&mut text, title, &["name", "figure", "on", "beyond it"], tests);
    for (name, on, figure, beyond) in fixed {
        let unit = if on.starts_with("Bytes") { "BYTES" } else { "N" };
        let figure = figure.map(|digits| self::figure(&digits.to_string(), unit)).unwrap_or_default();
        let name = format!("`{name}`");
        text.push_str(&row(&[&name, &figure, on, beyond], shown(&name)));
    }
    text.push('\n');
    text
}

fn beyond(name: &str) -> &'static str {
    BEYOND.iter().find(|(limit, _)| *limit == name).expect("every limit has its line").1
}

/// What shows each limit: the last cell of its line, which is written by hand.
fn shown_by(block: &str) -> HashMap<String, String> {
    let mut shown_by = HashMap::new();
    for line in block.split("\n### ").filter(|list| list.starts_with("Limits")).flat_map(str::lines) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let [_, name, .., last, _] = cells[..] {
            shown_by.insert(name.to_owned(), last.to_owned());
        }
    }
    shown_by
}

/// Compares the lists in a document, between their marks, with what they have to be, or writes them. Answers those that were
/// there.
fn check(document: &str, expected: impl FnOnce(&str) -> String) -> String {
    let path = root().join(document);
    let text = fs::read_to_string(&path).expect("a readable file");
    let (before, rest) = text.split_once(BEGIN).expect("the beginning is marked");
    let (block, after) = rest.split_once(END).expect("the end is marked");
    let expected = expected(block);
    if std::env::var_os("BLESS").is_some() && block != expected {
        fs::write(&path, format!("{before}{BEGIN}{expected}{END}{after}")).expect("a writable file");
    } else {
        assert_eq!(block, expected, "{document}: BLESS=1 writes the list; which tests show a limit is written by hand");
    }
    block.to_owned()
}

#[test]
fn the_book_lists_the_settings() {
    check("docs/settings.md", |_| lists(None));
}

#[test]
fn the_specification_lists_the_settings() {
    let block = check("SPECIFICATION.md", |block| lists(Some(&shown_by(block))));
    let shown_by = shown_by(&block);
    let limits = BEYOND.iter().map(|(name, _)| format!("`--{name}`"));
    for name in limits.chain(FIXED.1.iter().map(|(name, ..)| format!("`{name}`"))) {
        let shown = shown_by.get(&name).map_or("", String::as_str);
        assert!(!shown.is_empty(), "SPECIFICATION does not say which test shows {name}");
        for test in shown.split(", ").filter_map(|word| word.strip_prefix("tests/")) {
            assert!(root().join(format!("tests/tests/{test}.rs")).is_file(), "{name}: there is no tests/{test}");
        }
    }
}

/// Adds every file of Rust below `folder`.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        match path.is_dir() {
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

/// The flags in a line of code.
fn flags(line: &str) -> impl Iterator<Item = &str> {
    let is_comment = line.trim_start().starts_with("//");
    line.split("--").skip(1).filter(move |_| !is_comment).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(rest.len());
        Some(rest[..end].trim_end_matches('-')).filter(|name| !name.is_empty())
    })
}

#[test]
fn messages_name_flags_that_exist() {
    // modusc's own.
    let others = ["bounds", "heap", "help", "version"];
    let (mut files, mut found) = (Vec::new(), 0);
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    for path in files {
        let text = fs::read_to_string(&path).expect("a readable file");
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for name in code.lines().flat_map(flags) {
            let exists = others.contains(&name) || all().any(|setting| setting.name == name);
            assert!(exists, "{}: there is no --{name}", path.display());
            found += 1;
        }
    }
    assert!(found > 20, "only {found} were found");
}
