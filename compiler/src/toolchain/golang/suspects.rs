//! What the tools for Go crash on, pass over or speak of without a place, found in an app's sources. The tools are run first:
//! here is looked only for what they gave a sign of, line by line, as gofmt writes Go.

use std::path::Path;

use crate::codes;
use crate::diagnostic::{Diagnostic, Location};

/// What may be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Several fields on one line: the SDK's build tool crashes.
    Fields,
    /// An exported function with type parameters: it is passed over, and becomes no field.
    Generic,
    /// An exported function with a type that is not exported: the tool names the type, not its place.
    Hidden,
    /// An import of a package that TinyGo cannot compile: errors stand in Go's own sources.
    Network,
}

/// Everything of these kinds in an app's main package, as errors with their places.
pub(super) fn suspects(app: &Path, kinds: &[Kind]) -> Vec<Diagnostic> {
    let entries = std::fs::read_dir(app).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let is_source = name.ends_with(".go") && !name.ends_with("_test.go") && !name.ends_with("_generated.go");
        if let Some(text) = is_source.then(|| std::fs::read_to_string(&path).ok()).flatten() {
            files.push((name, text));
        }
    }
    let unexported: Vec<&str> = files.iter().flat_map(|(_, text)| text.lines().filter_map(unexported_type)).collect();
    let mut found = Vec::new();
    for (file, text) in &files {
        let mut is_in_struct = false;
        for (index, line) in text.lines().enumerate() {
            let suspect = suspect(line, is_in_struct, &unexported);
            is_in_struct = goes_on(line, is_in_struct);
            let Some((_, message, help)) = suspect.filter(|(kind, ..)| kinds.contains(kind)) else { continue };
            let column = line.len() - line.trim_start().len() + 1;
            let location = Location { file: file.clone(), line: index + 1, column, ..Location::default() };
            found.push(Diagnostic::error(codes::SOURCE, message).with_help(help).at(location));
        }
    }
    found
}

/// Whether the next line is one of a struct's fields.
fn goes_on(line: &str, is_in_struct: bool) -> bool {
    let line = line.trim_end();
    line.ends_with("struct {") || (is_in_struct && line.trim_start() != "}" && !line.starts_with('}'))
}

fn suspect(line: &str, is_in_struct: bool, unexported: &[&str]) -> Option<(Kind, String, &'static str)> {
    if let Some(package) = network(line) {
        let message = format!("TinyGo cannot compile the package {package} for WebAssembly");
        return Some((Kind::Network, message, "leave it out; requests of apps go through the SDK's package http"));
    }
    if is_in_struct {
        let names = several_fields(line)?;
        let message = format!("the fields {names} are declared on one line, which the SDK's build tool cannot read");
        return Some((Kind::Fields, message, "write each field on a line of its own"));
    }
    let rest = line.strip_prefix("func ")?;
    let name = word(rest);
    if !name.starts_with(|first: char| first.is_ascii_uppercase()) {
        return None;
    }
    let signature = rest.get(name.len()..)?;
    if signature.starts_with('[') {
        let message = format!("{name} has type parameters, so that it is no field of the GraphQL API");
        let help = "let its name begin in lower case, and export a function for each type that calls it";
        return Some((Kind::Generic, message, help));
    }
    let hidden = words(signature).find(|word| unexported.contains(word))?;
    let message = format!("{name} is exported, and the type {hidden} in its signature is not");
    Some((Kind::Hidden, message, "let the type's name begin in upper case"))
}

/// The package of an import that opens connections.
fn network(line: &str) -> Option<&str> {
    // `name "path"`, alone or in a list of imports.
    let line = line.trim().trim_start_matches("import ").trim();
    let (name, path) = line.strip_suffix('"')?.split_once('"')?;
    let is_import = word(name.trim()) == name.trim() || matches!(name.trim(), "_" | ".");
    let opens = (path == "net" || path.starts_with("net/")) && !matches!(path, "net/url" | "net/netip" | "net/mail");
    (is_import && opens).then_some(path)
}

/// The names of fields in `X, Y int`.
fn several_fields(line: &str) -> Option<&str> {
    let line = line.trim();
    let mut end = word(line).len();
    let first = end;
    while let Some(rest) = line.get(end..)?.strip_prefix(", ") {
        end += ", ".len() + word(rest).len();
    }
    // What follows a list of names is their type.
    (end > first && line.get(end..)?.starts_with(' ')).then(|| line.get(..end)).flatten()
}

/// The name in `type name …`, if it begins in lower case.
fn unexported_type(line: &str) -> Option<&str> {
    let name = word(line.strip_prefix("type ")?);
    name.starts_with(|first: char| first.is_ascii_lowercase()).then_some(name)
}

/// The letters and digits that a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The words of a signature, but for those of other packages (`time.Time`).
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_the_tools_have_no_place_for() {
        let folder = tempfile::tempdir().unwrap();
        let text = "package main\n\nimport (\n\t\"net/url\"\n\n\thttp \"net/http\"\n)\n\ntype Point struct {\n\tX, Y int `json:\"x\"`\n\tName string\n}\n\ntype hidden struct {\n\tA map[string, int]\n\tB func(a, b int)\n}\n\nfunc Map[T any](all []T) []T { return all }\n\nfunc own[T any](one T, other hidden) T { return one }\n\nfunc Find(at Point, other *hidden) (a, b int) { return 1, 2 }\n\nfunc (h hidden) Get(x, y int) hidden { return h }\n";
        std::fs::write(folder.path().join("main.go"), text).unwrap();
        std::fs::write(folder.path().join("main_test.go"), "package main\n\nfunc Map[T any]() {}\n").unwrap();
        let all = [Kind::Fields, Kind::Generic, Kind::Hidden, Kind::Network];
        let found = suspects(folder.path(), &all);
        let places: Vec<_> = found
            .iter()
            .map(|found| (found.location.as_ref().map_or(0, |place| place.line), found.message.as_str()))
            .collect();
        let expected = [
            (6, "TinyGo cannot compile the package net/http for WebAssembly"),
            (10, "the fields X, Y are declared on one line, which the SDK's build tool cannot read"),
            (19, "Map has type parameters, so that it is no field of the GraphQL API"),
            (23, "Find is exported, and the type hidden in its signature is not"),
        ];
        assert_eq!(places, expected);
        assert_eq!(suspects(folder.path(), &[Kind::Hidden]).len(), 1);
        assert_eq!(suspects(Path::new("/nowhere"), &all), []);
    }
}
