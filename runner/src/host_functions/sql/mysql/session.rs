//! What a statement leaves behind in its session. Calls of functions do not see what others have set.

/// Statements that change their session, by their first word.
const CHANGES: [&str; 8] = ["SET", "USE", "LOCK", "FLUSH", "PREPARE", "EXECUTE", "HANDLER", "XA"];

/// Whether a connection may not be used for others after a statement: with variables set, tables locked or another
/// database chosen.
pub(super) fn is_changed_by(statement: &str, several: bool) -> bool {
    if several && statement.trim_end().trim_end_matches(';').contains(';') {
        return true;
    }
    let mut words = statement_start(statement).split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let first = words.next().unwrap_or_default();
    if first.eq_ignore_ascii_case("CREATE") {
        // Other things than tables for the time of a session stay.
        return words.take(4).any(|word| word.eq_ignore_ascii_case("TEMPORARY"));
    }
    CHANGES.iter().any(|word| first.eq_ignore_ascii_case(word)) || mentions(statement, "GET_LOCK")
}

/// A statement without the comments before it. One that the server executes is none.
fn statement_start(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    loop {
        let end = if rest.starts_with('#') || rest.starts_with("--") {
            rest.find('\n').map(|end| end + 1)
        } else if rest.starts_with("/*!") || rest.starts_with("/*M!") {
            return rest.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|end| end + 2)
        } else {
            return rest;
        };
        rest = end.and_then(|end| rest.get(end..)).unwrap_or_default().trim_start();
    }
}

fn mentions(statement: &str, word: &str) -> bool {
    statement.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements() {
        for (statement, expected) in [
            ("SET time_zone = '+01:00'", true),
            ("set @a = 1", true),
            (" -- first\n# second\n/* third */ use other", true),
            ("/*! SET @a = 1 */", true),
            ("LOCK TABLES t WRITE", true),
            ("FLUSH TABLES WITH READ LOCK", true),
            ("EXECUTE IMMEDIATE 'SET @a = 1'", true),
            ("CREATE TEMPORARY TABLE t (a INT)", true),
            ("create or replace temporary table t (a INT)", true),
            ("SELECT get_lock('a', 1)", true),
            ("SELECT 1", false),
            ("CREATE TABLE t (a INT)", false),
            ("INSERT INTO t SET a = 1", false),
            ("(SELECT 1)", false),
            ("SETTLE", false),
            ("-- nothing else", false),
            ("/* open", false),
            ("", false),
        ] {
            assert_eq!(is_changed_by(statement, false), expected, "{statement}");
        }
        assert!(is_changed_by("SELECT 1; SET @a = 1", true));
        assert!(!is_changed_by("SELECT 1; ", true));
    }
}
