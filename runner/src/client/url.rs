//! URLs: read from text, as messages show them, and as the client library has them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;
use url::{ParseError, Url};

/// Why a text is no URL.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// A character that the URL's parser would leave out in silence, and the request would go elsewhere.
    #[error(
        "the URL {shown:?} has the character {character:?} in it, which no URL may have; leave it out, or write it as \
         %{code:02X}",
        code = u32::from(*character)
    )]
    Character {
        /// The URL, without what may be secret.
        shown: String,
        /// The first such character.
        character: char,
    },
    /// Anything else.
    #[error("\"{shown}\" is not a URL: {error}")]
    Syntax {
        /// The URL, without what may be secret.
        shown: String,
        /// What is wrong.
        error: ParseError,
    },
}

/// Reads a URL.
///
/// # Errors
/// [`UrlError`]
pub(crate) fn parse(text: &str) -> Result<Url, UrlError> {
    check(text)?;
    Url::parse(text).map_err(|error| UrlError::Syntax { shown: shown_text(text).to_owned(), error })
}

/// Reads the target of a redirect, which may be relative.
///
/// # Errors
/// [`UrlError`]
pub(crate) fn join(base: &Url, text: &str) -> Result<Url, UrlError> {
    check(text)?;
    base.join(text).map_err(|error| UrlError::Syntax { shown: shown_text(text).to_owned(), error })
}

/// Control characters anywhere, and spaces at the ends.
fn check(text: &str) -> Result<(), UrlError> {
    let ends = [text.chars().next(), text.chars().next_back()];
    let mut unfit = text.chars().filter(char::is_ascii_control).chain(ends.into_iter().flatten().filter(|c| *c == ' '));
    match unfit.next() {
        Some(character) => Err(UrlError::Character { shown: shown_text(text).to_owned(), character }),
        None => Ok(()),
    }
}

/// A URL as messages show it: user information, query and fragment may hold secrets.
pub(crate) fn shown(url: &Url) -> String {
    let mut address = url.clone();
    address.set_query(None);
    address.set_fragment(None);
    // Refused only where there is no host, hence no user either.
    let _ = address.set_username("");
    let _ = address.set_password(None);
    address.into()
}

/// The same for text that is no URL, where nobody can tell what belongs to the user information.
pub(crate) fn shown_text(text: &str) -> &str {
    let address = text.split(['?', '#']).next().unwrap_or_default();
    address.rsplit('@').next().unwrap_or_default()
}

/// Host, and port unless it is the usual one.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The URL as the client library has it: without user information and fragment.
pub(crate) fn uri(url: &Url) -> Option<Uri> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let mut bare = url.clone();
    bare.set_fragment(None);
    bare.set_username("").ok()?;
    bare.set_password(None).ok()?;
    bare.as_str().parse().ok()
}

/// `Authorization` for the user and password of a URL.
pub(crate) fn basic(url: &Url) -> Option<HeaderValue> {
    let (user, password) = (url.username(), url.password());
    if user.is_empty() && password.is_none() {
        return None;
    }
    let mut pair: Vec<u8> = percent_decode_str(user).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(password.unwrap_or_default()));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let url: Url = "https://us%40er:pass@h:8443/a%20b?c={1}&d=%20#e".parse().expect("a URL");
        assert_eq!(uri(&url).expect("a URI").to_string(), "https://h:8443/a%20b?c={1}&d=%20");
        assert_eq!(basic(&url).expect("credentials"), "Basic dXNAZXI6cGFzcw==");
        assert_eq!(basic(&"https://h/".parse().expect("a URL")), None);
        assert_eq!(authority(&url), "h:8443");
        assert_eq!(uri(&"ftp://h/".parse().expect("a URL")), None);
    }

    #[test]
    fn messages_show_no_secrets() {
        let shown = |text: &str| shown(&text.parse().expect("a URL"));
        assert_eq!(shown("http://user:pass@h/p?key=1#f"), "http://h/p");
        assert_eq!(shown("http://h/@me"), "http://h/@me");
        assert_eq!(shown_text("http://user:p/ss@h:x/p?key=1"), "h:x/p");
        assert_eq!(shown_text("relative/path"), "relative/path");
    }

    #[test]
    fn characters_that_no_url_has() {
        let base: Url = "http://h/".parse().expect("a URL");
        let unfit = [
            "http://h/\nx",
            "http://h\n.evil/",
            "htt\tp://h/",
            "http://h/\r",
            "\nhttp://h/",
            "http://h/\u{0}",
            " http://h/",
            "http://h/ ",
            "http://h/\u{7f}",
            "http://u:p@h/a\tb?key=1",
            "/x\ty",
            "\u{1f}/x",
        ];
        for text in unfit {
            assert!(matches!(parse(text), Err(UrlError::Character { .. })), "{text:?}");
            assert!(matches!(join(&base, text), Err(UrlError::Character { .. })), "{text:?}");
        }
        let message = parse("http://u:hidden@h/a\nb?key=hidden").expect_err("no URL").to_string();
        let expected =
            r#"the URL "h/a\nb" has the character '\n' in it, which no URL may have; leave it out, or write it as %0A"#;
        assert_eq!(message, expected);
        assert_eq!(parse("http://h/a b%0A?c= d").map(String::from).as_deref(), Ok("http://h/a%20b%0A?c=%20d"));
        assert_eq!(join(&base, "x").map(String::from).as_deref(), Ok("http://h/x"));
    }
}
