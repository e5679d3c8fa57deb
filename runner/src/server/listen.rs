//! The addresses that are listened on (`http-server` section 4).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::task::{Context, Poll, ready};

use rustix::net::SocketFlags;
use thiserror::Error;
use tokio::io::unix::AsyncFd;
use tokio::net::TcpSocket;

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
pub struct Listeners(Vec<AsyncFd<TcpListener>>);

impl Listeners {
    /// Listens on `host`; without one, on loopback in development and on every address otherwise, IPv4 and IPv6 both
    /// where the machine has them. Port 0 takes a free one.
    ///
    /// # Errors
    /// [`BindError`], for instance when the port is in use.
    pub async fn bind(host: Option<IpAddr>, port: u16, dev: bool) -> Result<Self, BindError> {
        match host {
            Some(host) => Self::on(SocketAddr::new(host, port)).await,
            None if dev => Self::loopback(port).await,
            None => Self::everywhere(port).await,
        }
    }

    /// Listens on one address.
    ///
    /// # Errors
    /// [`BindError`]
    pub async fn on(address: SocketAddr) -> Result<Self, BindError> {
        Ok(Self(vec![bind(address).await?]))
    }

    async fn loopback(port: u16) -> Result<Self, BindError> {
        let first = bind(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)).await?;
        let port = first.get_ref().local_addr().map_or(port, |address| address.port());
        let mut listeners = vec![first];
        match bind(SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port)).await {
            Ok(second) => listeners.push(second),
            Err(error) => tracing::debug!(target: "modus", error = %error, "No IPv6."),
        }
        Ok(Self(listeners))
    }

    /// The unspecified IPv6 address takes IPv4 as well, unless the system says otherwise.
    async fn everywhere(port: u16) -> Result<Self, BindError> {
        match Self::on(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port)).await {
            Err(error) if error.source.kind() != io::ErrorKind::AddrInUse => {
                Self::on(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port)).await
            }
            bound => bound,
        }
    }

    /// The first address.
    ///
    /// # Errors
    /// The system's.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.first().ok_or(io::ErrorKind::AddrNotAvailable)?.get_ref().local_addr()
    }

    /// The next connection. It belongs to no event loop yet.
    pub(super) async fn accept(&self) -> io::Result<TcpStream> {
        std::future::poll_fn(|context| {
            let ready = self.0.iter().map(|listener| accept(listener, context));
            ready.into_iter().find(Poll::is_ready).unwrap_or(Poll::Pending)
        })
        .await
    }
}

fn accept(listener: &AsyncFd<TcpListener>, context: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
    loop {
        let mut guard = ready!(listener.poll_read_ready(context))?;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let accepted = guard.try_io(|listener| Ok(rustix::net::accept_with(listener, flags)?));
        if let Ok(accepted) = accepted {
            return Poll::Ready(accepted.map(TcpStream::from));
        }
    }
}

/// Connections that wait to be accepted, if the system allows as many. What comes beyond is lost, and tried again by its client
/// after a whole second.
const BACKLOG: u32 = 4096;

async fn bind(address: SocketAddr) -> Result<AsyncFd<TcpListener>, BindError> {
    listen(address).map_err(|source| BindError { address, source })
}

#[expect(deprecated, reason = "its replacement is unsafe; a listener owns its descriptor for as long as it is there")]
fn listen(address: SocketAddr) -> io::Result<AsyncFd<TcpListener>> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A runner that takes the place of one that has just ended.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    AsyncFd::new(socket.listen(BACKLOG)?.into_std()?)
}
