//! The text of `--help`.

use std::fmt::Write as _;

use super::flag::Flag;
use super::{Arguments, FLAGS, access, limits};

/// Columns of the text.
const WIDTH: usize = 100;
/// Columns before what a flag does.
const INDENT: usize = 36;

const ARTIFACT: &str =
    "The artifact that modusc wrote [default: in an executable app itself, else the one in --app-path]";
const EXAMPLES: &str = "Examples:
  modus-runner app.cwasm
  MODUS_ENV=dev modus-runner app.cwasm --port 3000
  modus-runner app.cwasm --manifest staging.json --json-logs
";

pub(super) fn text() -> String {
    let defaults = Arguments::default();
    let mut text = "Serves a compiled Modus app\n\nUsage: modus-runner [OPTIONS] [ARTIFACT]\n\nArguments:\n".to_owned();
    entry(&mut text, "  [ARTIFACT]", ARTIFACT);
    text.push_str("\nOptions:\n");
    FLAGS.iter().for_each(|flag| one(&mut text, flag, &defaults));
    entry(&mut text, "  -h, --help", "Print help");
    entry(&mut text, "  -V, --version", "Print version");
    text.push_str("\nAccess:\n");
    access::FLAGS.iter().for_each(|flag| one(&mut text, flag, &defaults));
    text.push_str("\nLimits:\n");
    limits::FLAGS.iter().for_each(|flag| one(&mut text, flag, &defaults));
    text.push('\n');
    text.push_str(EXAMPLES);
    text
}

fn one(text: &mut String, flag: &Flag, defaults: &Arguments) {
    if flag.hidden {
        return;
    }
    let short = flag.short.map_or("    ".to_owned(), |short| format!("-{short}, "));
    let mut help = flag.help.to_owned();
    // Writing into a string cannot fail.
    let _ = flag.variable.map(|variable| write!(help, " [variable: {variable}]"));
    let _ = flag.default.map(|default| write!(help, " [default: {}]", default(defaults)));
    entry(text, &format!("  {short}{}", flag.usage()), &help);
}

/// What it is called at the left, what it does at the right, in as many lines as that takes.
fn entry(text: &mut String, name: &str, help: &str) {
    text.push_str(name);
    let mut column = name.len();
    if column + 2 > INDENT {
        text.push('\n');
        column = 0;
    }
    text.extend(std::iter::repeat_n(' ', INDENT - column));
    column = INDENT;
    for (index, word) in help.split(' ').enumerate() {
        if index > 0 && column + 1 + word.len() > WIDTH {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', INDENT));
            column = INDENT;
        } else if index > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_told_within_the_width() {
        let text = text();
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        for flag in crate::cli::flags() {
            assert_eq!(
                text.contains(&format!("{}\n", flag.usage())) || text.contains(&format!("{} ", flag.usage())),
                !flag.hidden,
                "{}",
                flag.name
            );
        }
    }
}
