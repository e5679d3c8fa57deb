//! `modusc explain`: what a code means, from the pages of the book that are compiled in.

use std::fmt::Write as _;

use clap::Args;

use super::output::{Outcome, Output};
use super::{fail, print};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::render::escaped;

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The code, such as MC0703 [default: a list of all]
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Explain, output: &Output) -> Outcome {
    let Some(asked) = &arguments.code else { return print(output, list().as_bytes()) };
    let wanted = whole(asked);
    match codes::ALL.iter().find(|(code, _)| *code == wanted) {
        Some((_, page)) => print(output, shown(page).as_bytes()),
        None => {
            let message = format!("there is no code {}", escaped(asked));
            fail(output, Diagnostic::error(codes::USAGE, message).with_help("modusc explain lists all codes"))
        }
    }
}

/// The code as it is written: `mc0703` and `703` are MC0703.
fn whole(asked: &str) -> String {
    let upper = asked.to_ascii_uppercase();
    format!("MC{:0>4}", upper.strip_prefix("MC").unwrap_or(&upper))
}

/// Codes with the titles of their pages.
fn list() -> String {
    let mut text = String::new();
    for (code, page) in codes::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{code}  {}", title(code, page));
    }
    text
}

fn title<'p>(code: &str, page: &'p str) -> &'p str {
    let line = page.lines().next().unwrap_or_default();
    line.strip_prefix("# ").and_then(|line| line.strip_prefix(code)?.strip_prefix(": ")).unwrap_or(line)
}

/// A page as it is to be read: without comments, and without what links lead to.
fn shown(page: &str) -> String {
    let (mut text, mut rest) = (String::new(), page);
    while let Some((before, comment)) = rest.split_once("<!--") {
        text.push_str(before);
        let after = comment.split_once("-->").map_or("", |(_, after)| after);
        rest = after.strip_prefix("\n\n").or_else(|| after.strip_prefix('\n')).unwrap_or(after);
    }
    text.push_str(rest);
    without_targets(&text)
}

/// `[text](target)` becomes `text`.
fn without_targets(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let (target, after) = after.split_once(')').unwrap_or((after, ""));
        match before.rfind('[') {
            // What programs print has brackets, too, and no target follows them.
            Some(open) if !target.contains(char::is_whitespace) => {
                plain.push_str(&before[..open]);
                plain.push_str(&before[open + 1..]);
            }
            _ => plain.extend([before, "](", target, ")"]),
        }
        rest = after;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_in_every_form() {
        for asked in ["MC0703", "mc0703", "703", "0703"] {
            assert_eq!(whole(asked), "MC0703");
        }
    }

    #[test]
    fn pages_without_what_is_for_the_book_alone() {
        let page = "# T\n\n<!-- before\nx\n-->\n\nSee [the `b` page](../b.md#c), [x] (y) and error[MC0101]: (z).\n";
        assert_eq!(shown(page), "# T\n\nSee the `b` page, [x] (y) and error[MC0101]: (z).\n");
        assert_eq!(shown("a [b](c"), "a b");
        for (code, page) in codes::ALL {
            let shown = shown(page);
            assert!(!shown.contains("<!--") && !shown.contains(".md)"), "{code}: {shown}");
            assert!(list().contains(&format!("{code}  {}\n", title(code, page))));
        }
    }
}
