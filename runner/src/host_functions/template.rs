//! `{{NAME}}` and `{{base64(USER:PASS)}}` in connection settings (`manifest` section 6).

use abi::manifest::template::{Piece, pieces};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Replaces the templates of `text`; `lookup` answers a secret by its name, `missing` hears of absent ones.
pub(super) fn expand(text: &str, lookup: impl Fn(&str) -> Option<String>, mut missing: impl FnMut(&str)) -> String {
    let mut find = |name: &str| {
        let value = lookup(name);
        if value.is_none() {
            missing(name);
        }
        value
    };
    let mut result = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => result.push_str(text),
            Piece::Secret(name) => result.push_str(&find(name).unwrap_or_default()),
            Piece::Base64(user, password) => {
                let (user, password) = (find(user), find(password));
                if let Some((user, password)) = user.zip(password) {
                    STANDARD.encode_string(format!("{user}:{password}"), &mut result);
                }
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::expand;

    fn check(text: &str, expected: &str, expected_missing: &[&str]) {
        let lookup = |name: &str| match name {
            "KEY" => Some("k".to_owned()),
            "U" => Some("{{KEY}}".to_owned()),
            "P" => Some(String::new()),
            _ => None,
        };
        let mut missing = Vec::new();
        assert_eq!(expand(text, lookup, |name| missing.push(name.to_owned())), expected, "{text}");
        assert_eq!(missing, expected_missing, "{text}");
    }

    #[test]
    fn templates() {
        check("Bearer {{KEY}}", "Bearer k", &[]);
        check("{{ KEY }}{{U}}", "k{{KEY}}", &[]);
        check("Basic {{base64(U:P)}}", "Basic e3tLRVl9fTo=", &[]);
        check("{{base64(U:X)}}!", "!", &["X"]);
        check("{{base64(U)}}", "", &["base64(U)"]);
        check("{{NONE}}", "", &["NONE"]);
        check("{KEY} {{KEY", "{KEY} {{KEY", &[]);
        check("{{K\nEY}} {{KEY}}", "{{K\nEY}} k", &[]);
        check("", "", &[]);
    }
}
