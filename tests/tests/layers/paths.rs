//! Paths of modules in source files, wherever they stand: in imports, types, calls, macros. What is compiled for tests only
//! is left out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A file, and what it uses of its crate.
pub struct Source {
    pub file: PathBuf,
    /// Its module, from the crate down.
    pub module: Vec<String>,
    pub found: Vec<Found>,
}

/// A path that was found.
pub struct Found {
    /// From the crate down.
    pub path: Vec<String>,
    pub line: usize,
    /// It is imported for others: `pub use`.
    pub is_passed_on: bool,
}

/// Reads the files of a crate whose sources lie in `root`.
pub fn read(root: &Path, files: &[PathBuf]) -> Vec<Source> {
    let modules: Vec<Vec<String>> = files.iter().map(|file| module(root, file)).collect();
    let all: BTreeSet<&[String]> = modules.iter().map(Vec::as_slice).collect();
    let mut for_tests = BTreeSet::new();
    let mut sources = Vec::new();
    for (file, module) in files.iter().zip(&modules) {
        let text = std::fs::read_to_string(file).expect("a readable file");
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut reader = Reader { module: module.clone(), all: &all, found: Vec::new(), for_tests: &mut for_tests };
        reader.read(tokens, false);
        let found = reader.found;
        sources.push(Source { file: file.clone(), module: module.clone(), found });
    }
    sources.retain(|source| !for_tests.iter().any(|module: &Vec<String>| source.module.starts_with(module)));
    sources
}

/// The module of a file.
fn module(root: &Path, file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(root).expect("it lies in the folder").with_extension("");
    let mut names: Vec<String> = relative.iter().map(|name| name.to_str().expect("UTF-8").to_owned()).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        names.pop();
    }
    names
}

struct Reader<'a> {
    module: Vec<String>,
    all: &'a BTreeSet<&'a [String]>,
    found: Vec<Found>,
    /// Modules that are compiled for tests only.
    for_tests: &'a mut BTreeSet<Vec<String>>,
}

fn is(token: Option<&TokenTree>, text: &str) -> bool {
    match token {
        Some(TokenTree::Ident(name)) => name == text,
        Some(TokenTree::Punct(mark)) => text.len() == 1 && text.starts_with(mark.as_char()),
        _ => false,
    }
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is(tokens.get(at), ":") && is(tokens.get(at + 1), ":")
}

impl Reader<'_> {
    fn read(&mut self, tokens: TokenStream, is_passed_on: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut at, mut passed_on) = (0, is_passed_on);
        while let Some(token) = tokens.get(at) {
            if is(Some(token), "use") {
                passed_on = at > 0 && (is(tokens.get(at - 1), "pub") || (at > 1 && is(tokens.get(at - 2), "pub")));
            } else if is(Some(token), ";") {
                passed_on = is_passed_on;
            }
            if let Some(after) = self.past_tests(&tokens, at) {
                at = after;
                continue;
            }
            match token {
                TokenTree::Ident(name) if is_separator(&tokens, at + 1) => {
                    let continues = at > 1 && is_separator(&tokens, at - 2);
                    let start = (!continues).then(|| self.start(&name.to_string())).flatten();
                    if let Some(start) = start {
                        let line = name.span().start().line;
                        self.path(start, &tokens[at + 3..], line, passed_on);
                    }
                }
                TokenTree::Group(group) => self.read(group.stream(), passed_on),
                _ => {}
            }
            at += 1;
        }
    }

    /// Where a path leads that begins with `name`.
    fn start(&self, name: &str) -> Option<Vec<String>> {
        let child = || [&self.module[..], &[name.to_owned()]].concat();
        match name {
            "crate" => Some(Vec::new()),
            "self" => Some(self.module.clone()),
            "super" => Some(self.module[..self.module.len().saturating_sub(1)].to_vec()),
            _ => Some(child()).filter(|child| self.all.contains(child.as_slice())),
        }
    }

    /// Notes the path that goes on with `tokens`, each of its branches alone.
    fn path(&mut self, mut path: Vec<String>, tokens: &[TokenTree], line: usize, is_passed_on: bool) {
        match tokens.first() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in inner.split(|token| is(Some(token), ",")).filter(|branch| !branch.is_empty()) {
                    let line = branch[0].span().start().line;
                    self.path(path.clone(), branch, line, is_passed_on);
                }
            }
            Some(TokenTree::Ident(name)) if name == "self" => self.found.push(Found { path, line, is_passed_on }),
            Some(TokenTree::Ident(name)) => {
                match name == "super" {
                    true => _ = path.pop(),
                    false => path.push(name.to_string()),
                }
                match is_separator(tokens, 1) {
                    true => self.path(path, &tokens[3..], line, is_passed_on),
                    false => self.found.push(Found { path, line, is_passed_on }),
                }
            }
            _ => self.found.push(Found { path, line, is_passed_on }),
        }
    }

    /// What follows an item that is compiled for tests only, which begins at `at` with its attribute.
    fn past_tests(&mut self, tokens: &[TokenTree], at: usize) -> Option<usize> {
        let Some(TokenTree::Group(attribute)) = tokens.get(at + 1) else { return None };
        if !is(tokens.get(at), "#") || attribute.stream().to_string().replace(' ', "") != "cfg(test)" {
            return None;
        }
        let mut end = at + 2;
        while let Some(token) = tokens.get(end) {
            end += 1;
            if is(Some(token), "mod")
                && let Some(name) = tokens.get(end)
            {
                self.for_tests.insert([&self.module[..], &[name.to_string()]].concat());
            }
            let is_body = matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
            if is_body || is(Some(token), ";") {
                break;
            }
        }
        Some(end)
    }
}
