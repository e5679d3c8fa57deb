//! What a client takes for an answer, and what it sends.

use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, UPGRADE};

/// The media type of a whole answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`, because the client did not say anything else. Syntax errors have status 400, as the
    /// reference has it.
    #[default]
    Unstated,
    /// `application/json`, which the client asked for: every well-formed request has status 200.
    Json,
    /// `application/graphql-response+json`: a request that is not executed has status 400.
    GraphqlResponse,
}

impl Media {
    /// The type's name.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Unstated | Self::Json => JSON,
            Self::GraphqlResponse => RESPONSE,
        }
    }
}

const EVENTS: &str = "text/event-stream";
const RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

/// The media types of `Accept` that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Accept {
    /// For a whole answer.
    pub(super) media: Media,
    /// Events are accepted.
    pub(super) events: bool,
    /// They are preferred to a whole answer.
    pub(super) prefers_events: bool,
}

impl Accept {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        // Most clients say this.
        if headers.get(ACCEPT).is_none_or(|accept| accept == "*/*") {
            return Self::default();
        }
        let (mut events, mut response, mut json) = (0, 0, 0);
        for (name, quality) in ranges(headers) {
            for (known, best) in [(EVENTS, &mut events), (RESPONSE, &mut response), (JSON, &mut json)] {
                if name.eq_ignore_ascii_case(known) {
                    *best = quality.max(*best);
                }
            }
        }
        let media = match (response, json) {
            (0, 0) => Media::Unstated,
            (response, json) if response >= json => Media::GraphqlResponse,
            _ => Media::Json,
        };
        Self { media, events: events > 0, prefers_events: events > response.max(json) }
    }
}

/// The media ranges of `Accept`, each with its quality in thousandths.
fn ranges(headers: &HeaderMap) -> impl Iterator<Item = (&str, u32)> {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|range| {
        let mut parts = range.split(';').map(str::trim);
        (parts.next().unwrap_or_default(), parts.find_map(quality).unwrap_or(1000))
    })
}

/// Whether the client would rather have a page than an answer. Where it names no kind of answer, naming pages is enough.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let (mut html, mut named, mut any) = (0, 0, 0);
    for (name, quality) in ranges(headers) {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let best = match () {
            () if is("text/html") || is("application/xhtml+xml") => &mut html,
            () if is(EVENTS) || is(RESPONSE) || is(JSON) => &mut named,
            () if is("application/*") || is("*/*") => &mut any,
            () => continue,
        };
        *best = quality.max(*best);
    }
    html > named && html >= any
}

/// Whether the client wants to go on with WebSockets.
pub(super) fn is_websocket(headers: &HeaderMap) -> bool {
    let values = headers.get_all(UPGRADE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
}

/// `q=0.5`, in thousandths.
fn quality(parameter: &str) -> Option<u32> {
    let (name, value) = parameter.split_once('=')?;
    let value: f32 = value.trim().parse().ok().filter(|_| name.trim().eq_ignore_ascii_case("q"))?;
    Some((value.clamp(0.0, 1.0) * 1000.0) as u32)
}

/// Whether the body is said to be JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    if text == JSON {
        return true;
    }
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    let json = name == JSON || (name.starts_with("application/") && name.ends_with("+json"));
    json && charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8"))
}

/// Headers that a page of another origin can only send after a CORS preflight. Such a request was not made behind a
/// user's back by a form, an image or a link.
const PREFLIGHTED: [&str; 4] =
    ["graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name", "x-requested-with"];

/// Whether a browser would have asked first, were the request from a page of another origin.
pub(super) fn is_preflighted(headers: &HeaderMap) -> bool {
    let named = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    // Browsers add credentials of the kind Basic by themselves.
    let bearer = |value: &[u8]| value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    PREFLIGHTED.iter().any(|name| named(name))
        || headers.get(AUTHORIZATION).is_some_and(|value| bearer(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn accept(values: &[&'static str]) -> Accept {
        let mut headers = HeaderMap::new();
        values.iter().for_each(|value| _ = headers.append(ACCEPT, HeaderValue::from_static(value)));
        Accept::of(&headers)
    }

    fn expect(media: Media, events: bool, prefers_events: bool) -> Accept {
        Accept { media, events, prefers_events }
    }

    #[test]
    fn preferences() {
        assert_eq!(accept(&[]), Accept::default());
        assert_eq!(accept(&["*/*"]), Accept::default());
        assert_eq!(accept(&["text/html, nonsense;;q=, ,"]), Accept::default());
        assert_eq!(accept(&["Application/JSON ; charset=utf-8"]), expect(Media::Json, false, false));
        assert_eq!(accept(&["application/graphql-response+json"]), expect(Media::GraphqlResponse, false, false));
        let both = "application/graphql-response+json, application/json;q=0.9";
        assert_eq!(accept(&[both]), expect(Media::GraphqlResponse, false, false));
        let json = "application/json, application/graphql-response+json; q=0.5";
        assert_eq!(accept(&[json]), expect(Media::Json, false, false));
        assert_eq!(accept(&["text/event-stream"]), expect(Media::Unstated, true, true));
        assert_eq!(accept(&["TEXT/event-stream;q=0.5", "application/json"]), expect(Media::Json, true, false));
        assert_eq!(accept(&["text/event-stream;q=0"]), expect(Media::Unstated, false, false));
        let usual = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
        assert_eq!(accept(&[usual]), expect(Media::GraphqlResponse, true, false));
    }

    #[test]
    fn pages() {
        for (value, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", true),
            ("TEXT/HTML", true),
            ("text/html, application/xhtml+xml, */*", true),
            ("text/html, application/json;q=0.5", true),
            ("text/html;q=0.5, application/json", false),
            ("text/html, application/json", false),
            ("text/html;q=0.5, */*", false),
            ("text/html;q=0", false),
            ("application/graphql-response+json", false),
            ("text/event-stream", false),
            ("text/plain", false),
            ("*/*", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))]);
            assert_eq!(prefers_html(&headers), expected, "{value}");
        }
        assert!(!prefers_html(&HeaderMap::new()));
    }

    #[test]
    fn content_types() {
        let json =
            |value: &'static str| is_json(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]));
        for value in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON;charset=\"UTF-8\"",
            "application/graphql+json",
        ] {
            assert!(json(value), "{value}");
        }
        for value in ["text/plain", "application/x-www-form-urlencoded", "application/json;charset=utf-16", "json", ""]
        {
            assert!(!json(value), "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn preflights() {
        let one = |name: &'static str, value: &'static str| {
            let name = hyper::header::HeaderName::from_static(name);
            is_preflighted(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
        };
        assert!(one("x-requested-with", "XMLHttpRequest") && one("authorization", "Bearer x"));
        assert!(!one("x-requested-with", "") && !one("authorization", "Basic x") && !one("accept", "text/html"));
    }
}
