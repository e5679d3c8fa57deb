//! `{{NAME}}` and `{{base64(USER:PASS)}}` in connection settings (`manifest` section 6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Replaces the templates of `text`; `lookup` answers a secret by its name, `missing` hears of absent ones.
pub fn expand(text: &str, lookup: impl Fn(&str) -> Option<String>, mut missing: impl FnMut(&str)) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some((inner, after)) = inner(&rest[start + 2..]) else {
            // No template: keep one brace and look again right behind it.
            result.push_str(&rest[..=start]);
            rest = &rest[start + 1..];
            continue;
        };
        result.push_str(&rest[..start]);
        result.push_str(&value(inner, &lookup, &mut missing));
        rest = after;
    }
    result + rest
}

/// What stands between the braces, on one line and not empty, and what follows.
fn inner(text: &str) -> Option<(&str, &str)> {
    // The first character belongs to the name whatever it is, so `{{}}}}` names `}}`.
    let trimmed = text.trim_start();
    let first = trimmed.chars().next()?;
    let end = trimmed[first.len_utf8()..].find("}}")? + first.len_utf8();
    let name = trimmed[..end].trim_end();
    (!name.is_empty() && !name.contains('\n')).then(|| (name, &trimmed[end + 2..]))
}

fn value(name: &str, lookup: &impl Fn(&str) -> Option<String>, missing: &mut impl FnMut(&str)) -> String {
    let mut find = |name: &str| {
        let value = lookup(name);
        if value.is_none() {
            missing(name);
        }
        value
    };
    let pair =
        name.strip_prefix("base64(").and_then(|rest| rest.strip_suffix(')')).and_then(|rest| rest.split_once(':'));
    match pair {
        Some((user, password)) if !user.is_empty() && !password.is_empty() => {
            let (user, password) = (find(user), find(password));
            user.zip(password).map(|(user, password)| STANDARD.encode(format!("{user}:{password}"))).unwrap_or_default()
        }
        _ => find(name).unwrap_or_default(),
    }
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
