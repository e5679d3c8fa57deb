//! Syntax of env files (`manifest` section 7).

use super::Variables;

/// Parses a whole file; a later entry replaces an earlier one of the same name.
///
/// # Errors
/// A sentence with the line of the first fault.
pub fn parse(text: &str) -> Result<Variables, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut rest = text.as_str();
    let mut variables = Variables::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(variables);
        }
        if let Some(comment) = rest.strip_prefix('#') {
            rest = comment.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
        let (key, after) = key(rest).ok_or_else(|| format!("line {line}: expected NAME=value"))?;
        let (value, after) = value(after, &variables).map_err(|reason| format!("line {line}: {reason}"))?;
        variables.insert(key.to_owned(), value);
        rest = after;
    }
}

/// The name before `=` or `:` and the text behind it.
fn key(text: &str) -> Option<(&str, &str)> {
    let exported = text.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let text = exported.map_or(text, str::trim_start);
    let end = text.find(['=', ':', '\n'])?;
    let name = text[..end].trim_end();
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    (!name.is_empty() && name.chars().all(valid) && !text[end..].starts_with('\n')).then(|| (name, &text[end + 1..]))
}

fn value<'a>(text: &'a str, earlier: &Variables) -> Result<(String, &'a str), &'static str> {
    let text = text.trim_start_matches([' ', '\t']);
    match text.chars().next() {
        Some('\'') => {
            let (value, rest) = text[1..].split_once('\'').ok_or("unterminated quoted value")?;
            Ok((value.to_owned(), after_quotes(rest)))
        }
        Some('"') => {
            let (raw, rest) = double_quoted(&text[1..]).ok_or("unterminated quoted value")?;
            Ok((expand(raw, earlier, true), after_quotes(rest)))
        }
        _ => {
            let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
            Ok((expand(without_comment(line).trim(), earlier, false), rest))
        }
    }
}

/// What follows a quoted value on its line has no meaning.
fn after_quotes(rest: &str) -> &str {
    rest.split_once('\n').map_or("", |(_, after)| after)
}

fn double_quoted(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return Some((&text[..at], &text[at + 1..])),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// Cuts at the last `#` that follows white space.
fn without_comment(line: &str) -> &str {
    let at = line
        .char_indices()
        .rev()
        .find(|(at, c)| *c == '#' && line[..*at].chars().next_back().is_none_or(char::is_whitespace));
    at.map_or(line, |(at, _)| &line[..at])
}

/// Replaces `$NAME` and `${NAME}`; inside double quotes also undoes backslashes.
fn expand(text: &str, earlier: &Variables, quoted: bool) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '\\' if after.starts_with('$') => {
                result.push('$');
                rest = &after[1..];
            }
            '\\' if quoted => {
                let Some(next) = after.chars().next() else { return result };
                result.push(match next {
                    'n' => '\n',
                    'r' => '\r',
                    other => other,
                });
                rest = &after[next.len_utf8()..];
            }
            '$' => match variable(after) {
                Some((name, after)) => {
                    result.push_str(earlier.get(name).map_or("", String::as_str));
                    rest = after;
                }
                None => {
                    result.push('$');
                    rest = after;
                }
            },
            _ => {
                result.push(c);
                rest = after;
            }
        }
    }
    result
}

fn variable(text: &str) -> Option<(&str, &str)> {
    let valid = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let (braced, body) = text.strip_prefix('{').map_or((false, text), |body| (true, body));
    let end = body.find(|c| !valid(c)).unwrap_or(body.len());
    let after = &body[end..];
    match (end, braced) {
        (0, _) => None,
        (_, false) => Some((&body[..end], after)),
        (_, true) => Some((&body[..end], after.strip_prefix('}')?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax() {
        let text = "# note\nA=1\nexport B: two words # note\nC='$A\nx'\nD=\"$A\\n\\\"q\\\" ${B} \\$A\"\nE=$A$UNKNOWN-#x\nA=2\nF=\n";
        let parsed = parse(text).expect("valid");
        let get = |name: &str| parsed.get(name).map(String::as_str);
        assert_eq!(get("A"), Some("2"));
        assert_eq!(get("B"), Some("two words"));
        assert_eq!(get("C"), Some("$A\nx"));
        assert_eq!(get("D"), Some("1\n\"q\" two words $A"));
        assert_eq!(get("E"), Some("1-#x"));
        assert_eq!(get("F"), Some(""));
    }

    #[test]
    fn faults() {
        assert!(parse("A=1\nnonsense\n").is_err_and(|text| text.starts_with("line 2")));
        assert!(parse("A=\"x").is_err());
        assert!(parse("a b=c").is_err());
    }
}
