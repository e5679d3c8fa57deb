//! The addresses that are listened on (`http-server` section 4).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::Poll;

use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};

/// The address cannot be listened on.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {source}; choose another port with --port")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// The cause.
    pub source: io::Error,
}

/// One port on one or two addresses.
#[derive(Debug)]
pub struct Listeners(Vec<TcpListener>);

impl Listeners {
    /// Listens on `host`; without one, on loopback in development and on every address otherwise, IPv4 and IPv6 both
    /// where the machine has them. Port 0 takes a free one.
    ///
    /// # Errors
    /// [`BindError`], for instance when the port is in use.
    pub async fn bind(host: Option<IpAddr>, port: u16, dev: bool) -> Result<Self, BindError> {
        match host {
            Some(host) => Ok(Self(vec![bind(host, port).await?])),
            None if dev => Self::loopback(port).await,
            None => Self::everywhere(port).await,
        }
    }

    async fn loopback(port: u16) -> Result<Self, BindError> {
        let first = bind(Ipv4Addr::LOCALHOST.into(), port).await?;
        let port = first.local_addr().map_or(port, |address| address.port());
        let mut listeners = vec![first];
        match bind(Ipv6Addr::LOCALHOST.into(), port).await {
            Ok(second) => listeners.push(second),
            Err(error) => tracing::debug!(target: "modus", error = %error, "No IPv6."),
        }
        Ok(Self(listeners))
    }

    /// The unspecified IPv6 address takes IPv4 as well, unless the system says otherwise.
    async fn everywhere(port: u16) -> Result<Self, BindError> {
        match bind(Ipv6Addr::UNSPECIFIED.into(), port).await {
            Ok(listener) => Ok(Self(vec![listener])),
            Err(error) if error.source.kind() == io::ErrorKind::AddrInUse => Err(error),
            Err(_) => Ok(Self(vec![bind(Ipv4Addr::UNSPECIFIED.into(), port).await?])),
        }
    }

    /// The first address.
    ///
    /// # Errors
    /// The system's.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.first().ok_or(io::ErrorKind::AddrNotAvailable)?.local_addr()
    }

    /// The next connection.
    pub(super) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        std::future::poll_fn(|context| {
            let ready = self.0.iter().map(|listener| listener.poll_accept(context));
            ready.into_iter().find(Poll::is_ready).unwrap_or(Poll::Pending)
        })
        .await
    }
}

async fn bind(host: IpAddr, port: u16) -> Result<TcpListener, BindError> {
    let address = SocketAddr::new(host, port);
    TcpListener::bind(address).await.map_err(|source| BindError { address, source })
}
