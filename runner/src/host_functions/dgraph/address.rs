//! Where a Dgraph server is and how one gets in, from the settings of a connection (`host-functions` section 12.1).

use std::fmt;

use hyper::Uri;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;
use url::Url;

use super::super::HostError;
use crate::client::tls::Trust;

/// A server with what it wants to see. Its texts are secrets, so nothing shows them.
#[derive(PartialEq)]
pub(super) struct Address {
    /// `http://HOST:PORT`, or `https` with TLS.
    pub(super) origin: Uri,
    /// How the server's certificate is checked; none without TLS.
    pub(super) trust: Option<Trust<'static>>,
    /// `authorization` of each request.
    pub(super) authorization: Option<HeaderValue>,
    /// Whoever signs in first.
    pub(super) user: Option<User>,
}

/// A user of Dgraph's access control lists.
#[derive(PartialEq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) password: String,
    pub(super) namespace: u64,
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Address").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Address {
    /// By `dgraph://[USER:PASSWORD@]HOST:PORT[?PARAMETERS]`, templates replaced.
    ///
    /// # Errors
    /// A sentence without secrets.
    pub(super) fn of_connection_string(text: &str) -> Result<Self, HostError> {
        // What the library finds wrong may be in a secret; it does not say where.
        let url = Url::parse(text).map_err(|error| format!("invalid connection string: {error}"))?;
        if url.scheme() != "dgraph" {
            return Err("invalid scheme: must start with dgraph://".into());
        }
        let (Some(host), Some(port)) = (url.host_str().filter(|host| !host.is_empty()), url.port()) else {
            return Err("invalid connection string: host url must have both host and port".into());
        };
        let trust = trust(parameter(&url, "sslmode").as_deref().unwrap_or_default())?;
        let (api_key, bearer) = (given(&url, "apikey"), given(&url, "bearertoken"));
        if api_key.is_some() && bearer.is_some() {
            return Err("invalid connection string: both apikey and bearertoken cannot be provided".into());
        }
        let authorization = bearer.map(|token| format!("Bearer {token}")).or(api_key);
        if authorization.is_some() && trust.is_none() {
            return Err("grpc: the credentials require transport level security (set sslmode to verify-ca)".into());
        }
        Ok(Self {
            origin: origin(host, port, trust)?,
            trust,
            authorization: authorization.map(|value| header(&value)).transpose()?,
            user: user(&url)?,
        })
    }

    /// By `HOST:PORT` and a key, which may be empty, templates replaced.
    ///
    /// # Errors
    /// A sentence without secrets.
    pub(super) fn of_target(target: &str, key: &str) -> Result<Self, HostError> {
        let (host, port) = match target.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() => (host, port.parse().ok()),
            // As gRPC in Go has it.
            _ => (target, Some(443)),
        };
        let port = port.filter(|port| *port != 0).ok_or("grpcTarget must be HOST:PORT")?;
        let trust = if is_plain(target) { None } else { Some(Trust::System) };
        let authorization = match key {
            "" => None,
            _ if trust.is_none() => None,
            key if target.to_ascii_lowercase().contains("cloud.dgraph.io") => Some(header(key)?),
            key => Some(header(&format!("Bearer {key}"))?),
        };
        Ok(Self { origin: origin(host, port, trust)?, trust, authorization, user: None })
    }
}

/// Whether a target is reached without TLS, and a key for it is of no use.
pub(super) fn is_plain(target: &str) -> bool {
    target.split(':').next() == Some("localhost")
}

fn trust(mode: &str) -> Result<Option<Trust<'static>>, HostError> {
    match mode {
        "" | "disable" => Ok(None),
        "require" => Ok(Some(Trust::Nobody)),
        "verify-ca" => Ok(Some(Trust::System)),
        other => {
            // Anything else might be a secret that was put into the wrong place.
            let is_word = other.len() < 20 && other.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let shown = if is_word { other } else { "…" };
            Err(format!("invalid SSL mode: {shown} (must be one of disable, require, verify-ca)").into())
        }
    }
}

/// The first parameter of this name. A plus stands for itself: tokens have it, and nothing here has a blank.
fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query()?.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn given(url: &Url, name: &str) -> Option<String> {
    parameter(url, name).filter(|value| !value.is_empty())
}

fn user(url: &Url) -> Result<Option<User>, HostError> {
    let namespace = match given(url, "namespace") {
        Some(number) => number.parse().map_err(|_| "invalid connection string: namespace must be a number")?,
        None => 0,
    };
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    match (url.username(), url.password().unwrap_or_default()) {
        ("", "") => Ok(None),
        ("", _) | (_, "") => Err("invalid connection string: both username and password must be provided".into()),
        (name, password) => Ok(Some(User { name: decode(name), password: decode(password), namespace })),
    }
}

fn origin(host: &str, port: u16, trust: Option<Trust<'_>>) -> Result<Uri, HostError> {
    let scheme = if trust.is_some() { "https" } else { "http" };
    let uri = Uri::builder().scheme(scheme).authority(format!("{host}:{port}")).path_and_query("/").build();
    // A user in it would be one in the wrong place.
    let uri = uri.ok().filter(|uri| uri.authority().is_some_and(|authority| !authority.as_str().contains('@')));
    uri.ok_or_else(|| "the name of the server is not a host's".into())
}

fn header(value: &str) -> Result<HeaderValue, HostError> {
    let mut header = HeaderValue::from_str(value)
        .map_err(|_| "the key or token has characters that cannot be sent, such as a line break at its end")?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests;
