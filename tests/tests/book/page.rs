//! A page of the book: what in it is to be run, in order.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Languages of blocks that are only read.
const READ: [&str; 10] = ["text", "json", "yaml", "ini", "dockerfile", "ts", "go", "graphql", "js", "toml"];

/// Something that a page has its reader do.
#[derive(Debug)]
pub enum Action {
    /// Commands whose output is not shown, as one piece.
    Commands(String),
    /// The same, of which the last one goes on and serves.
    Server(String),
    /// Commands with what they print.
    Session(Vec<Exchange>),
    /// A file to be written.
    File { name: String, text: String },
}

/// A command and what it prints.
#[derive(Debug, Default, PartialEq)]
pub struct Exchange {
    /// The command.
    pub command: String,
    /// Its output, in which `…` stands for anything.
    pub output: String,
}

impl Exchange {
    /// Whether the command is to fail: what it prints says so.
    pub fn fails(&self) -> bool {
        self.output.lines().any(|line| line.starts_with("error"))
    }
}

/// Where something stands, and what it is.
#[derive(Debug)]
pub struct Step {
    /// Line from 1.
    pub line: usize,
    /// Its text in the source, without the fences.
    pub range: Range<usize>,
    /// What it is.
    pub action: Action,
}

/// A page.
#[derive(Debug, Default)]
pub struct Page {
    /// What is to be done, in order.
    pub steps: Vec<Step>,
    /// What is wrong with its blocks, with the line.
    pub problems: Vec<String>,
}

impl Page {
    /// Reads a page. Blocks marked `sh` and `console` are run. `sh server` goes on to serve, `not run: REASON` says why a
    /// block is not run, and a block of any language with `file=NAME` is written. A comment `<!-- before … -->` is run, too.
    pub fn read(source: &str) -> Self {
        let mut page = Self::default();
        let mut block: Option<(String, Range<usize>)> = None;
        let mut comment: Option<(String, usize)> = None;
        for (event, range) in Parser::new_ext(source, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => block = Some((info.to_string(), 0..0)),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    page.problem(source, range.start, "a block of code without fences, so of no known kind");
                }
                Event::Start(Tag::HtmlBlock) => comment = Some((String::new(), range.start)),
                Event::Text(_) => {
                    if let Some((_, text)) = &mut block {
                        let start = if text.start == text.end { range.start } else { text.start };
                        *text = start..range.end;
                    }
                }
                Event::Html(html) => comment.iter_mut().for_each(|(text, _)| text.push_str(&html)),
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((info, range)) = block.take() {
                        page.block(source, &info, range);
                    }
                }
                Event::End(TagEnd::HtmlBlock) => {
                    if let Some((text, start)) = comment.take() {
                        page.comment(source, &text, start);
                    }
                }
                _ => {}
            }
        }
        page
    }

    fn problem(&mut self, source: &str, at: usize, problem: &str) {
        self.problems.push(format!("{}: {problem}", line(source, at)));
    }

    fn block(&mut self, source: &str, info: &str, range: Range<usize>) {
        let (language, marks) = info.split_once(' ').unwrap_or((info, ""));
        let text = &source[range.clone()];
        let action = match (language, marks.trim()) {
            ("sh" | "console", marks) if marks.starts_with("not run: ") => return,
            ("sh", "") => Action::Commands(text.to_owned()),
            ("sh", "server") => Action::Server(text.to_owned()),
            ("console", "") => Action::Session(exchanges(text)),
            (language, marks) if READ.contains(&language) => match marks.strip_prefix("file=") {
                Some(name) => Action::File { name: name.to_owned(), text: text.to_owned() },
                None if marks.is_empty() => return,
                None => return self.problem(source, range.start, &format!("nothing is known of {info:?}")),
            },
            _ => return self.problem(source, range.start, &format!("nothing is known of {info:?}")),
        };
        self.steps.push(Step { line: line(source, range.start), range, action });
    }

    fn comment(&mut self, source: &str, text: &str, start: usize) {
        if let Some(commands) = text.trim().strip_prefix("<!-- before\n").and_then(|text| text.strip_suffix("-->")) {
            let action = Action::Commands(commands.to_owned());
            self.steps.push(Step { line: line(source, start), range: start..start + text.len(), action });
        }
    }
}

fn line(source: &str, at: usize) -> usize {
    source[..at].matches('\n').count() + 1
}

/// The commands behind `$ `, which go on behind a backslash, each with the lines below it.
fn exchanges(text: &str) -> Vec<Exchange> {
    let mut found: Vec<Exchange> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => found.push(Exchange { command: format!("{command}\n"), ..Exchange::default() }),
            (None, Some(last)) if last.output.is_empty() && last.command.ends_with("\\\n") => {
                last.command.push_str(&format!("{line}\n"));
            }
            (None, Some(last)) => last.output.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    found
}

/// The text of a block with these commands and outputs.
pub fn session(exchanges: &[Exchange]) -> String {
    exchanges.iter().map(|exchange| format!("$ {}{}", exchange.command, exchange.output)).collect()
}

/// Whether a text is what was expected of it. `…` stands for anything within a line, and alone for any lines.
pub fn matches(expected: &str, actual: &str) -> bool {
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    matches_lines(&lines(expected), &lines(actual))
}

fn matches_lines(expected: &[String], actual: &[String]) -> bool {
    match (expected.split_first(), actual.split_first()) {
        (Some((first, rest)), _) if first == "…" => {
            (0..=actual.len()).any(|skip| matches_lines(rest, &actual[skip..]))
        }
        (Some((first, expected)), Some((line, actual))) => matches_line(first, line) && matches_lines(expected, actual),
        (expected, actual) => expected.is_none() && actual.is_none(),
    }
}

fn matches_line(expected: &str, line: &str) -> bool {
    let Some((before, after)) = expected.split_once('…') else { return expected == line };
    let Some(rest) = line.strip_prefix(before) else { return false };
    rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|skip| matches_line(after, &rest[skip..]))
}
