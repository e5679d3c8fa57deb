//! Syntax of `{{NAME}}` and `{{base64(USER:PASS)}}` in connection settings (`manifest` section 6).

/// A part of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text that stands for itself.
    Text(&'t str),
    /// A secret's name.
    Secret(&'t str),
    /// Names of two secrets, joined by a colon and encoded.
    Base64(&'t str, &'t str),
}

/// The parts of a setting, in order.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut from) = (text, 0);
    while let Some(start) = rest[from..].find("{{").map(|start| from + start) {
        let Some((inner, after)) = inner(&rest[start + 2..]) else {
            // No template: look again right behind the first brace.
            from = start + 1;
            continue;
        };
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        pieces.push(piece(inner));
        (rest, from) = (after, 0);
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// What stands between the braces, on one line and not empty, and what follows.
fn inner(text: &str) -> Option<(&str, &str)> {
    // The first character belongs to the name whatever it is, so `{{}}}` names `}`.
    let trimmed = text.trim_start();
    let first = trimmed.chars().next()?;
    let end = trimmed[first.len_utf8()..].find("}}")? + first.len_utf8();
    let name = trimmed[..end].trim_end();
    (!name.is_empty() && !name.contains('\n')).then(|| (name, &trimmed[end + 2..]))
}

fn piece(name: &str) -> Piece<'_> {
    let pair =
        name.strip_prefix("base64(").and_then(|rest| rest.strip_suffix(')')).and_then(|rest| rest.split_once(':'));
    match pair {
        Some((user, password)) if !user.is_empty() && !password.is_empty() => Piece::Base64(user, password),
        _ => Piece::Secret(name),
    }
}

#[cfg(test)]
mod tests {
    use super::Piece::{Base64, Secret, Text};
    use super::*;

    #[test]
    fn templates() {
        for (text, expected) in [
            ("", vec![]),
            ("plain", vec![Text("plain")]),
            ("Bearer {{KEY}}", vec![Text("Bearer "), Secret("KEY")]),
            ("{{ KEY }}{{U}}!", vec![Secret("KEY"), Secret("U"), Text("!")]),
            ("Basic {{base64(U:P)}}", vec![Text("Basic "), Base64("U", "P")]),
            ("{{ base64(U:P:Q) }}", vec![Base64("U", "P:Q")]),
            ("{{base64(U)}}", vec![Secret("base64(U)")]),
            ("{{base64(:P)}}", vec![Secret("base64(:P)")]),
            ("{KEY} {{KEY", vec![Text("{KEY} {{KEY")]),
            ("{{{KEY}}", vec![Secret("{KEY")]),
            ("{{K\nEY}} {{KEY}}", vec![Text("{{K\nEY}} "), Secret("KEY")]),
            ("{{}}}", vec![Secret("}")]),
            ("{{}} {{ }}", vec![Secret("}} {{")]),
        ] {
            assert_eq!(pieces(text), expected, "{text:?}");
        }
    }
}
