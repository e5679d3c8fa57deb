//! Sockets.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use thiserror::Error;
use tokio::net::TcpListener;

/// An address cannot be listened on.
#[derive(Debug, Error)]
pub enum BindError {
    /// Another process has the port.
    #[error("cannot listen on {0}: the address is already in use")]
    InUse(SocketAddr),
    /// Ports below 1024, usually.
    #[error("cannot listen on {0}: permission denied")]
    Denied(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {address}: {source}")]
    Other {
        /// The address.
        address: SocketAddr,
        /// The system's words.
        source: std::io::Error,
    },
}

/// Listens on one address.
///
/// # Errors
/// See [`BindError`].
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => BindError::InUse(address),
        ErrorKind::PermissionDenied => BindError::Denied(address),
        _ => BindError::Other { address, source },
    })
}

/// Listens on loopback only (development), or on all interfaces; IPv6 where there is some.
///
/// # Errors
/// See [`BindError`].
pub async fn listen(port: u16, loopback: bool) -> Result<Vec<TcpListener>, BindError> {
    if !loopback {
        // One socket takes both families on the systems we run on.
        return match bind(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port)).await {
            Err(BindError::Other { .. }) => Ok(vec![bind(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port)).await?]),
            other => Ok(vec![other?]),
        };
    }
    let first = bind(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)).await?;
    // Port 0 lets the system choose; the second socket follows.
    let port = first.local_addr().map_or(port, |address| address.port());
    match bind(SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), port)).await {
        Ok(second) => Ok(vec![first, second]),
        Err(error @ BindError::InUse(_)) => Err(error),
        Err(_) => Ok(vec![first]),
    }
}
