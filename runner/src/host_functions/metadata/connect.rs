//! The way to the metadata database.

use std::io;
use std::net::ToSocketAddrs as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::{InvalidDnsNameError, ServerName};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};
use tokio_postgres::{Client, Config};
use tokio_rustls::TlsConnector;

use super::{ConnectError, DATABASE, said};
use crate::client::tls::{Trust, client as settings};

/// How long a connection may take, unless the connection string says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// Options that the client library does not read: those about TLS are read here, the others belong to pools.
const OWN: [&str; 2] = ["sslmode", "sslrootcert"];
const OF_POOLS: &str = "pool_";

/// What a connection string says.
struct Read {
    config: Config,
    ssl_mode: SslMode,
    trust: Trust<'static>,
    /// A file of roots.
    roots: Option<String>,
}

/// Reads a connection string: a URL, or `name=value` pairs.
fn read(text: &str) -> Result<Read, ConnectError> {
    let (rest, [mode, roots]) = apart(text);
    let mut config: Config = rest.parse().map_err(|_| {
        // The cause may show a part of the text.
        let example = "postgresql://user:password@host:5432/database";
        ConnectError::Settings(format!("{DATABASE} is no connection string such as {example}"))
    })?;
    let (ssl_mode, trust) = tls(mode.as_deref()).map_err(ConnectError::Settings)?;
    config.ssl_mode(ssl_mode);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    if config.get_application_name().is_none() {
        config.application_name("modus-runner");
    }
    Ok(Read { config, ssl_mode, trust, roots })
}

/// Whether a connection string can be read, and where it is tried, whether its database lets the runner in.
///
/// # Errors
/// [`ConnectError`]
pub(super) async fn check(text: &str, is_tried: bool) -> Result<(), ConnectError> {
    if is_tried { connect(text).await.map(drop) } else { read(text).map(drop) }
}

/// Connects with a connection string. Names are looked up by the thread that calls this, which waits meanwhile: so it has to
/// be one on which no guest runs.
///
/// # Errors
/// [`ConnectError`], whose texts hold no secret.
pub(in crate::host_functions) async fn connect(text: &str) -> Result<Client, ConnectError> {
    let Read { mut config, ssl_mode, trust, roots } = read(text)?;
    look_up(&mut config)?;
    let failed = |error| ConnectError::Unreachable(said(&error));
    if ssl_mode == SslMode::Disable {
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.map_err(failed)?;
        // Its end is seen by whoever uses it.
        tokio::spawn(connection);
        return Ok(client);
    }
    let pem = roots.filter(|path| path != "system").map(|path| read_file(&path)).transpose();
    let pem = pem.map_err(ConnectError::Settings)?;
    let trust = match (trust, &pem) {
        (Trust::System, Some(pem)) => Trust::Roots(pem),
        (Trust::AnyName(_), Some(pem)) => Trust::AnyName(Some(pem)),
        // As libpq has it: whoever names roots wants certificates to be checked.
        (Trust::Nobody, Some(pem)) => Trust::AnyName(Some(pem)),
        (trust, _) => trust,
    };
    let tls = Tls(TlsConnector::from(Arc::new(settings(trust).map_err(ConnectError::Settings)?)));
    let (client, connection) = config.connect(tls).await.map_err(failed)?;
    tokio::spawn(connection);
    Ok(client)
}

fn read_file(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("sslrootcert of {DATABASE}: {path}: {error}"))
}

/// What `sslmode` asks for.
fn tls(mode: Option<&str>) -> Result<(SslMode, Trust<'static>), String> {
    Ok(match mode {
        Some("disable") => (SslMode::Disable, Trust::Nobody),
        None | Some("allow" | "prefer") => (SslMode::Prefer, Trust::Nobody),
        Some("require") => (SslMode::Require, Trust::Nobody),
        Some("verify-ca") => (SslMode::Require, Trust::AnyName(None)),
        Some("verify-full") => (SslMode::Require, Trust::System),
        Some(_) => return Err(format!("sslmode of {DATABASE} has none of the values that PostgreSQL knows")),
    })
}

/// A connection string without the options that are read here, and their values.
fn apart(text: &str) -> (String, [Option<String>; 2]) {
    let text = text.trim();
    let mut own = [None, None];
    let mut keep = |name: &str, value: &dyn Fn() -> String| {
        if let Some(at) = OWN.iter().position(|known| *known == name) {
            own[at] = Some(value());
            return false;
        }
        !name.starts_with(OF_POOLS)
    };
    let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    let rest = if is_url {
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let decoded = |value: &str| percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
        let kept = query.split('&').filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            !pair.is_empty() && keep(name, &|| decoded(value))
        });
        let kept = kept.collect::<Vec<_>>().join("&");
        if kept.is_empty() { place.to_owned() } else { format!("{place}?{kept}") }
    } else {
        let kept = options(text).into_iter().filter(|option| {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            keep(name.trim(), &|| value.trim().trim_matches('\'').to_owned())
        });
        kept.collect::<Vec<_>>().join(" ")
    };
    (rest, own)
}

/// The options of a `name=value` list, each as it is written. White space within quotes does not part them.
fn options(text: &str) -> Vec<&str> {
    let (mut options, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => quoted = !quoted,
            space if space.is_whitespace() && !quoted => {
                options.push(&text[start..at]);
                start = at + space.len_utf8();
            }
            _ => {}
        }
    }
    options.push(&text[start..]);
    options.retain(|option| !option.is_empty());
    options
}

/// Looks up the names of servers, which the library would leave to a thread of its own. Where addresses are given, names only
/// say whose certificates they have.
fn look_up(config: &mut Config) -> Result<(), ConnectError> {
    if !config.get_hostaddrs().is_empty() {
        return Ok(());
    }
    let ports = config.get_ports().to_vec();
    let mut addresses = Vec::new();
    for (at, host) in config.get_hosts().iter().enumerate() {
        let Host::Tcp(name) = host else { return Ok(()) };
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let found = (name.as_str(), port).to_socket_addrs().ok().and_then(|mut found| found.next());
        let found =
            found.ok_or_else(|| ConnectError::Unreachable("the name of its server has no address".to_owned()))?;
        addresses.push(found.ip());
    }
    for address in addresses {
        config.hostaddr(address);
    }
    Ok(())
}

/// TLS by the stack that everything else has, too.
struct Tls(TlsConnector);

/// The same for one server.
struct ToServer(TlsConnector, ServerName<'static>);

struct Stream<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Tls {
    type Stream = Stream<S>;
    type TlsConnect = ToServer;
    type Error = InvalidDnsNameError;

    fn make_tls_connect(&mut self, domain: &str) -> Result<ToServer, InvalidDnsNameError> {
        Ok(ToServer(self.0.clone(), ServerName::try_from(domain.to_owned())?))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for ToServer {
    type Stream = Stream<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move { self.0.connect(self.1, stream).await.map(Stream) })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> tokio_postgres::tls::TlsStream for Stream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_are_read_here() {
        let check = |text: &str, rest: &str, mode: Option<&str>, roots: Option<&str>| {
            let (found, own) = apart(text);
            assert_eq!((found.as_str(), own.each_ref().map(Option::as_deref)), (rest, [mode, roots]), "{text}");
            rest.parse::<Config>().unwrap_or_else(|error| panic!("{rest}: {error}"));
        };
        let url = "postgresql://u:p%40x@h:1/d";
        check(url, url, None, None);
        check(&format!("{url}?sslmode=verify-full&pool_max_conns=3"), url, Some("verify-full"), None);
        let both = format!("{url}?sslrootcert=%2Fa%20b&application_name=x&sslmode=require");
        check(&both, &format!("{url}?application_name=x"), Some("require"), Some("/a b"));
        check(
            "host=h user=u password='a b\\'=c' sslmode=disable",
            "host=h user=u password='a b\\'=c'",
            Some("disable"),
            None,
        );
        check("  host=h\n user=u sslrootcert='/a b' ", "host=h user=u", None, Some("/a b"));
    }

    #[test]
    fn addresses_that_are_given_need_no_names() {
        let look_up = |text: &str| {
            let mut config: Config = text.parse().expect("a connection string");
            look_up(&mut config).map(|()| config.get_hostaddrs().to_vec())
        };
        let given = ["10.0.0.5".parse().expect("an address")];
        assert_eq!(look_up("host=name.invalid hostaddr=10.0.0.5 user=u"), Ok(given.to_vec()));
        assert!(look_up("host=name.invalid user=u").is_err());
        assert_eq!(look_up("host=127.0.0.1 user=u"), Ok(vec!["127.0.0.1".parse().expect("an address")]));
    }

    #[test]
    fn modes_of_tls() {
        assert_eq!(tls(None), Ok((SslMode::Prefer, Trust::Nobody)));
        assert_eq!(tls(Some("verify-full")), Ok((SslMode::Require, Trust::System)));
        assert!(tls(Some("s3cret")).is_err_and(|error| !error.contains("s3cret")));
    }
}
