//! The addresses that are listened on (`http-server` section 4).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::task::{Context, Poll, ready};

use rustix::io::Errno;
use rustix::net::SocketFlags;
use thiserror::Error;
use tokio::io::unix::AsyncFd;
use tokio::net::TcpSocket;

/// The address cannot be listened on.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {source}; {}", advice(*address, source, *purpose))]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// The cause.
    pub source: io::Error,
    /// What is listened for.
    pub purpose: Purpose,
}

/// What an address is listened on for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The app.
    App,
    /// Probes and metrics alone.
    Admin,
}

/// What to do about an address that cannot be listened on.
fn advice(address: SocketAddr, error: &io::Error, purpose: Purpose) -> String {
    let (host, port) = match purpose {
        Purpose::App => ("--host", "--port"),
        Purpose::Admin => ("--admin-address", "--admin-address"),
    };
    match Errno::from_io_error(error) {
        Some(Errno::ADDRINUSE) => format!("choose another port with {port}"),
        Some(Errno::ADDRNOTAVAIL) => format!("this machine has no such address; name one of its own with {host}"),
        Some(Errno::ACCESS | Errno::PERM) if address.port() < UNPRIVILEGED => format!(
            "ports below {UNPRIVILEGED} are for processes that may have them (CAP_NET_BIND_SERVICE); choose a higher one \
             with {port}"
        ),
        Some(Errno::ACCESS | Errno::PERM) => "the system forbids it to this process".to_owned(),
        Some(Errno::AFNOSUPPORT) => format!("this machine has no addresses of that kind; name another one with {host}"),
        Some(Errno::MFILE | Errno::NFILE) => "let more files be open (ulimit -n)".to_owned(),
        _ => format!("name another address with {host}"),
    }
}

/// The first port that every process may listen on, unless the system says otherwise.
const UNPRIVILEGED: u16 = 1024;

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

    /// Listens on one address, for probes and metrics.
    ///
    /// # Errors
    /// [`BindError`]
    pub async fn admin(address: SocketAddr) -> Result<Self, BindError> {
        Self::on(address).await.map_err(|error| BindError { purpose: Purpose::Admin, ..error })
    }

    async fn on(address: SocketAddr) -> Result<Self, BindError> {
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
    listen(address).map_err(|source| BindError { address, source, purpose: Purpose::App })
}

#[expect(deprecated, reason = "its replacement is unsafe; a listener owns its descriptor for as long as it is there")]
fn listen(address: SocketAddr) -> io::Result<AsyncFd<TcpListener>> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A runner that takes the place of one that has just ended.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    AsyncFd::new(socket.listen(BACKLOG)?.into_std()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_has_its_own_advice() {
        let text = |address: &str, error: Errno, purpose| {
            let address = address.parse().expect("an address");
            BindError { address, source: error.into(), purpose }.to_string()
        };
        for (address, error, words, flag) in [
            ("127.0.0.1:80", Errno::ADDRINUSE, "choose another port", "port"),
            ("192.0.2.1:8080", Errno::ADDRNOTAVAIL, "has no such address", "host"),
            ("127.0.0.1:80", Errno::ACCESS, "CAP_NET_BIND_SERVICE", "port"),
            ("[::1]:8080", Errno::AFNOSUPPORT, "of that kind", "host"),
            ("[::1]:8080", Errno::NOBUFS, "another address", "host"),
        ] {
            let app = text(address, error, Purpose::App);
            assert!(app.contains(words) && app.ends_with(&format!("with --{flag}")), "{app}");
            let admin = text(address, error, Purpose::Admin);
            assert!(admin.contains(words) && admin.ends_with("with --admin-address"), "{admin}");
        }
        let forbidden = text("127.0.0.1:8080", Errno::PERM, Purpose::App);
        assert!(forbidden.contains("forbids") && !forbidden.contains("--"), "{forbidden}");
    }
}
