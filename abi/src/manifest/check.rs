//! The schema's rules for single texts, as predicates.

use super::members::MAX_NAME;
use super::template::{Piece, pieces};

/// Groups of ASCII letters and digits joined by single hyphens.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.split('-').all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// An absolute `http` or `https` URI.
pub(super) fn is_http_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !text.contains(char::is_whitespace))
}

/// A URL with a user, query or fragment. No request of an app matches a base URL with one of them.
pub(super) fn has_more_than_an_address(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    rest.contains(['?', '#']) || host.contains('@')
}

/// Whether a text names secrets.
pub(super) fn has_template(text: &str) -> bool {
    pieces(text).iter().any(|piece| !matches!(piece, Piece::Text(_)))
}

/// The path of an endpoint.
pub(super) fn is_path(text: &str) -> bool {
    text.starts_with('/') && !text.contains(char::is_whitespace)
}

/// A header's name: the token characters of HTTP.
pub(super) fn is_header_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// `host:port` with a host that begins with a letter or digit.
pub(super) fn is_grpc_target(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    host.starts_with(|first: char| first.is_ascii_alphanumeric())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
        && is_number(port)
}

/// A database URI with one of the schemes; `host_extra` are characters allowed in the host beside the usual ones.
pub(super) fn is_database_uri(text: &str, schemes: &[&str], host_extra: &[u8]) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    // User info may hold anything, `@` of a template or a password included: any `@` may be its end.
    let mut starts = std::iter::once(0).chain(rest.match_indices('@').map(|(at, _)| at + 1));
    schemes.contains(&scheme) && starts.any(|start| is_authority_and_rest(&rest[start..], host_extra))
}

/// Host, port, database name and query.
fn is_authority_and_rest(text: &str, host_extra: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let text = text.split_once('?').map_or(text, |(before, _)| before);
    let (authority, database) = text.split_once('/').unwrap_or((text, ""));
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    host.bytes().all(|byte| plain(&byte) || host_extra.contains(&byte))
        && port.is_none_or(is_number)
        && database.bytes().all(|byte| plain(&byte))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
