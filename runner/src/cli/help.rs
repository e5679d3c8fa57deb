//! The text of `--help`.

use std::fmt::Write as _;

use crate::settings::{Arguments, SECTIONS, Setting};

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
    for (index, (title, settings)) in SECTIONS.iter().enumerate() {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "\n{title}:");
        settings.iter().for_each(|setting| one(&mut text, setting, &defaults));
        if index == 0 {
            entry(&mut text, "  -h, --help", "Print help");
            entry(&mut text, "  -V, --version", "Print version");
        }
    }
    text.push('\n');
    text.push_str(EXAMPLES);
    text
}

fn one(text: &mut String, setting: &Setting<Arguments>, defaults: &Arguments) {
    if setting.is_hidden {
        return;
    }
    let short = setting.short.map_or("    ".to_owned(), |short| format!("-{short}, "));
    let mut help = setting.help.to_owned();
    // Writing into a string cannot fail.
    let _ = setting.variable.map(|variable| write!(help, " [variable: {variable}]"));
    let _ = (setting.shown)(defaults).map(|default| write!(help, " [default: {default}]"));
    entry(text, &format!("  {short}{}", setting.usage()), &help);
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
        for setting in crate::settings::all() {
            assert_eq!(
                text.contains(&format!("{}\n", setting.usage())) || text.contains(&format!("{} ", setting.usage())),
                !setting.is_hidden,
                "{}",
                setting.name
            );
        }
    }
}
