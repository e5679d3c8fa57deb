//! Texts of servers, which may repeat what only the two of us know.

/// What a text has in place of a secret.
const MASK: &str = "***";
/// Bytes of a secret that is looked for anywhere. A shorter one would be found within words.
const LONG: usize = 4;

/// A server's text without these secrets. `names` may come out of secrets, too, and are often words: they are looked for only
/// where the server quotes them, as secrets that are short are.
pub(super) fn masked<'a>(
    text: String,
    names: impl IntoIterator<Item = &'a str>,
    secrets: impl IntoIterator<Item = &'a str>,
) -> String {
    let mut secrets: Vec<&str> = secrets.into_iter().filter(|secret| !secret.is_empty()).collect();
    // The longer ones first: others may be parts of them.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let names = names.into_iter().filter(|name| !name.is_empty());
    let text =
        secrets.iter().filter(|secret| secret.len() >= LONG).fold(text, |text, secret| replaced(text, secret, MASK));
    let short = secrets.iter().copied().filter(|secret| secret.len() < LONG);
    names.chain(short).fold(text, |text, name| {
        ['"', '\'', '`'].iter().fold(text, |text, quote| {
            replaced(text, &format!("{quote}{name}{quote}"), &format!("{quote}{MASK}{quote}"))
        })
    })
}

fn replaced(text: String, from: &str, to: &str) -> String {
    if text.contains(from) { text.replace(from, to) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked() {
        for (text, names, secrets, expected) in [
            ("s3cret, again s3cret", &[][..], &["s3cret"][..], "***, again ***"),
            ("user 'joe'@'h', user \"joe\", joe", &["joe"], &[], "user '***'@'h', user \"***\", joe"),
            ("a says 'a'", &[], &["a"], "a says '***'"),
            ("longer secrets", &[], &["longer", "longer secret"], "***s"),
            ("''", &[""], &[""], "''"),
        ] {
            assert_eq!(masked(text.to_owned(), names.iter().copied(), secrets.iter().copied()), expected, "{text}");
        }
    }
}
