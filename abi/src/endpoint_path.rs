//! Paths of endpoints: which of them a client can ask for, and when two are the same (`http-server` section 5).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// What is escaped in a part of a path: everything that RFC 3986 does not let stand there as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Characters that are no part of a path, and that clients change or refuse.
const FOREIGN: [char; 9] = ['"', '<', '>', '\\', '^', '`', '{', '|', '}'];

/// A path with escapes where they are needed and nowhere else, in ASCII: `/gräph` and `/gr%c3%a4ph` are `/gr%C3%A4ph`, and
/// `/gr%61phql` is `/graphql`. Paths are the same where this is. An escaped slash does not divide a path.
///
/// `None` where a `%` begins no escape.
pub fn normal(path: &str) -> Option<Cow<'_, str>> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~!$&'()*+,;=:@".contains(&byte);
    if path.bytes().all(plain) {
        return Some(Cow::Borrowed(path));
    }
    let mut parts = path.split('%').skip(1);
    let begins_escape = |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !parts.all(begins_escape) {
        return None;
    }
    let mut result = String::with_capacity(path.len());
    for (index, part) in path.split('/').enumerate() {
        if index > 0 {
            result.push('/');
        }
        let bytes: Cow<'_, [u8]> = percent_decode_str(part).into();
        result.extend(percent_encode(&bytes, ESCAPED));
    }
    Some(Cow::Owned(result))
}

/// The normal form of an endpoint's path.
///
/// # Errors
/// What is wrong with a path that no client can ask for, as the end of a sentence that begins with the path.
pub fn of_endpoint(path: &str) -> Result<Cow<'_, str>, &'static str> {
    if !path.starts_with('/') {
        return Err("must begin with `/`");
    }
    if path.contains(['?', '#']) {
        return Err("must not hold `?` or `#`, which end a path");
    }
    let Some(normal) = normal(path) else { return Err("must not hold a `%` that begins no escape") };
    let decoded = |part: &str| -> Vec<u8> { percent_decode_str(part).collect() };
    if path.contains(char::is_control) || decoded(path).iter().any(u8::is_ascii_control) {
        return Err("must not hold control characters");
    }
    if path.contains(FOREIGN) {
        return Err("must not hold `{`, `}`, `<`, `>`, `\"`, `\\`, `^`, `|` or a backtick, which clients change");
    }
    if path.contains("//") {
        return Err("must not hold `//`");
    }
    if path.split('/').any(|part| matches!(&*decoded(part), b"." | b"..")) {
        return Err("must not hold `.` or `..` as a part, which clients resolve");
    }
    Ok(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_forms() {
        for (path, expected) in [
            ("/graphql", Some("/graphql")),
            ("/gr%61phql", Some("/graphql")),
            ("/gräph", Some("/gr%C3%A4ph")),
            ("/gr%c3%a4ph", Some("/gr%C3%A4ph")),
            ("/a b", Some("/a%20b")),
            ("/a%2Fb/%2f", Some("/a%2Fb/%2F")),
            ("/a%252Fb", Some("/a%252Fb")),
            ("/a:b@c;d=(e)!~*'$&,+", Some("/a:b@c;d=(e)!~*'$&,+")),
            ("/a%3Ab", Some("/a:b")),
            ("/{x}", Some("/%7Bx%7D")),
            ("/%ff/%00", Some("/%FF/%00")),
            ("/日本/", Some("/%E6%97%A5%E6%9C%AC/")),
            ("", Some("")),
            ("/", Some("/")),
            ("/100%", None),
            ("/%4", None),
            ("/%zz", None),
            ("/%+1", None),
            ("/%4é", None),
        ] {
            let found = normal(path);
            assert_eq!(found.as_deref(), expected, "{path}");
            assert_eq!(found.as_deref().and_then(normal).as_deref(), expected, "{path} twice");
        }
    }

    #[test]
    fn paths_that_can_be_asked_for() {
        for path in
            ["/", "/graphql", "/api/", "/gräph", "/gr%61phql", "/a b", "/a%3Fb", "/a%2Fb", "/..a/.b", "/%7Bx%7D"]
        {
            assert!(of_endpoint(path).is_ok(), "{path}");
        }
        for (path, expected) in [
            ("graphql", "begin with"),
            ("", "begin with"),
            ("/a?b", "`?`"),
            ("/a#b", "`?`"),
            ("/100%", "no escape"),
            ("/a%zz", "no escape"),
            ("/a\tb", "control"),
            ("/a\u{7f}", "control"),
            ("/a\u{85}", "control"),
            ("/a%0Ab", "control"),
            ("/a%00", "control"),
            ("/{x}", "clients change"),
            ("/a\\b", "clients change"),
            ("/a|b", "clients change"),
            ("//", "`//`"),
            ("/a//b", "`//`"),
            ("/a/../b", "resolve"),
            ("/.", "resolve"),
            ("/a/%2e%2E/", "resolve"),
            ("/./a", "resolve"),
        ] {
            let found = of_endpoint(path);
            assert!(found.as_ref().is_err_and(|rule| rule.contains(expected)), "{path}: {found:?}");
        }
    }
}
