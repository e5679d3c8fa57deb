//! The API explorer: its page, and what that asks the server for (`explorer` sections 1, 2 and 6).
//!
//! The files are made by `scripts/vendor-explorer.sh` and lie compressed in the program; nothing of them is in memory
//! until they are asked for.

use std::io::Read as _;
use std::sync::OnceLock;

use abi::manifest::Manifest;
use abi::reserved_paths::EXPLORER;
use flate2::read::GzDecoder;
use hyper::body::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use super::status::{self, Status};
use super::{Body, plain};

/// Where the page is.
const PAGE: &str = "/explorer/";

/// Nothing but what the runner itself serves, no script or style inside the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page; its path is what follows the explorer's own.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    gzip: &'static [u8],
    /// The contents, once somebody has asked for them who does not take gzip.
    plain: OnceLock<Bytes>,
}

macro_rules! asset {
    ($path:literal, $content_type:literal, $file:literal) => {
        Asset {
            path: $path,
            content_type: $content_type,
            gzip: include_bytes!(concat!("../../assets/explorer/", $file, ".gz")),
            plain: OnceLock::new(),
        }
    };
}

static ASSETS: [Asset; 6] = [
    asset!("/", "text/html; charset=utf-8", "index.html"),
    asset!("/assets/explorer.js", "text/javascript; charset=utf-8", "explorer.js"),
    asset!("/assets/explorer.css", "text/css; charset=utf-8", "explorer.css"),
    asset!("/assets/graphiql.js", "text/javascript; charset=utf-8", "graphiql.js"),
    asset!("/assets/graphiql.css", "text/css; charset=utf-8", "graphiql.css"),
    asset!("/assets/licences.txt", "text/plain; charset=utf-8", "licences.txt"),
];

/// Answers the explorer's paths.
#[derive(Debug)]
pub(super) struct Explorer {
    /// JSON text of the endpoints.
    endpoints: Bytes,
    /// What is told in development.
    status: Option<Status>,
}

impl Explorer {
    /// An explorer of the endpoints that `served` says are served, in the manifest's order.
    pub(super) fn new(manifest: &Manifest, served: impl Fn(&str) -> bool) -> Self {
        let named = manifest.endpoint_order.iter().filter(|name| served(name));
        let text = |text: &str| serde_json::Value::from(text);
        let entries: Vec<String> = named
            .filter_map(|name| Some((text(name), text(&manifest.endpoints.get(name)?.path))))
            .map(|(name, path)| format!(r#"{{"type":"GraphQL","name":{name},"path":{path}}}"#))
            .collect();
        Self { endpoints: Bytes::from(format!("[{}]", entries.join(","))), status: None }
    }

    /// The same in development.
    pub(super) fn with_status(self, status: Status) -> Self {
        Self { status: Some(status), ..self }
    }

    /// The answer at a path in its normal form, if it is one of the explorer's.
    pub(super) fn answer(&self, path: &str, asked: &HeaderMap) -> Option<Response<Body>> {
        if path == "/" {
            return Some(redirect(StatusCode::SEE_OTHER, PAGE));
        }
        Some(match path.strip_prefix(EXPLORER)? {
            "" => redirect(StatusCode::TEMPORARY_REDIRECT, PAGE),
            "/api/endpoints" => json(self.endpoints.clone()),
            "/api/status" => json(self.status.as_ref().map_or(status::NOTHING.into(), |status| status.text().into())),
            below if below.starts_with('/') => match ASSETS.iter().find(|asset| asset.path == below) {
                Some(asset) => asset.response(asked),
                None => plain(StatusCode::NOT_FOUND, "404 page not found"),
            },
            _ => return None,
        })
    }
}

/// To the explorer.
pub(super) fn redirect(status: StatusCode, location: &'static str) -> Response<Body> {
    let mut response = plain(status, status.canonical_reason().unwrap_or_default());
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(location));
    response
}

fn json(body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    set(&mut response, CONTENT_TYPE, "application/json");
    set(&mut response, CACHE_CONTROL, "no-store");
    response
}

fn set(response: &mut Response<Body>, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}

impl Asset {
    fn response(&self, asked: &HeaderMap) -> Response<Body> {
        let packed = takes_gzip(asked);
        let mut response = Response::default();
        for (name, value) in [
            (CONTENT_TYPE, self.content_type),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (REFERRER_POLICY, "no-referrer"),
            (CACHE_CONTROL, "no-cache"),
            (VARY, "Accept-Encoding"),
        ] {
            set(&mut response, name, value);
        }
        let tag = self.tag(packed);
        let known = asked.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            response.headers_mut().insert(ETAG, tag);
        }
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else if packed {
            set(&mut response, CONTENT_ENCODING, "gzip");
            *response.body_mut() = Body::from(self.gzip);
        } else {
            match self.plain() {
                Some(contents) => *response.body_mut() = Body::from(contents),
                None => return plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            }
        }
        response
    }

    /// The contents. They are kept: decompressing takes longer than an answer, and each connection would have a copy of its own.
    fn plain(&self) -> Option<Bytes> {
        if let Some(known) = self.plain.get() {
            return Some(known.clone());
        }
        let mut contents = Vec::new();
        GzDecoder::new(self.gzip).read_to_end(&mut contents).ok()?;
        let contents = Bytes::from(contents);
        // Of two who came at once one is kept; neither waits for the other.
        let _ = self.plain.set(contents.clone());
        Some(contents)
    }

    /// The checksum and length of the contents, which end every gzip file.
    fn tag(&self, packed: bool) -> String {
        let end = self.gzip.last_chunk::<8>().copied().unwrap_or_default();
        format!("\"{:016x}{}\"", u64::from_le_bytes(end), if packed { "-gzip" } else { "" })
    }
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let values = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        let refused =
            parts.any(|part| matches!(part.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        named && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let value = |value| HeaderValue::from_str(value).expect("a value");
        list.iter().map(|(name, text)| (HeaderName::from_static(name), value(text))).collect()
    }

    #[test]
    fn encodings() {
        for (value, expected) in [
            ("gzip, deflate, br", true),
            ("deflate", false),
            ("gzip;q=0", false),
            ("GZIP; q=0.5", true),
            ("*", true),
            ("", false),
        ] {
            assert_eq!(takes_gzip(&headers(&[("accept-encoding", value)])), expected, "{value}");
        }
    }

    #[test]
    fn every_file_is_there_packed_or_not() {
        let (manifest, _) = abi::manifest::parse(
            r#"{"endpoints": {"z": {"type": "graphql", "path": "/z", "auth": "none"},
                              "a": {"type": "graphql", "path": "/a", "auth": "none"},
                              "x": {"type": "graphql", "path": "/x", "auth": "none"}}}"#,
        );
        let explorer = Explorer::new(&manifest.expect("a manifest"), |name| name != "x");
        let length = |response: &Response<Body>| response.body().whole().map(<[u8]>::len);
        for asset in &ASSETS {
            let path = format!("{EXPLORER}{}", asset.path);
            let whole = explorer.answer(&path, &headers(&[])).expect("an answer");
            let packed = explorer.answer(&path, &headers(&[("accept-encoding", "gzip")])).expect("an answer");
            assert!(length(&whole) > length(&packed), "{}", asset.path);
            let once_more = explorer.answer(&path, &headers(&[])).expect("an answer");
            let place = |response: &Response<Body>| response.body().whole().map(<[u8]>::as_ptr);
            assert_eq!(place(&whole), place(&once_more), "{}: it was decompressed again", asset.path);
            let tag = packed.headers()[ETAG].to_str().expect("text").to_owned();
            let again = [("accept-encoding", "gzip"), ("if-none-match", tag.as_str())];
            let again = explorer.answer(&path, &headers(&again)).expect("an answer");
            assert_eq!((again.status(), length(&again)), (StatusCode::NOT_MODIFIED, Some(0)));
        }
        let body = |path| {
            let answer = explorer.answer(path, &headers(&[]))?;
            answer.body().whole().map(<[u8]>::to_vec)
        };
        let list = r#"[{"type":"GraphQL","name":"z","path":"/z"},{"type":"GraphQL","name":"a","path":"/a"}]"#;
        assert_eq!(body("/explorer/api/endpoints").as_deref(), Some(list.as_bytes()));
        assert_eq!(body("/explorer/nothing").as_deref(), Some(&b"404 page not found\n"[..]));
        assert_eq!((body("/explorers"), body("/health")), (None, None));
        assert!(PAGE.strip_prefix(EXPLORER).is_some_and(|rest| ASSETS.iter().any(|asset| asset.path == rest)));
    }
}
