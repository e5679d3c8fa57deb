//! How a server that is gone without a word is noticed, on connections of every kind.

use std::io;
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::TcpStream;

/// Silence until the other side is asked, the time between questions, and their number: a minute in all.
pub(super) const SILENCE: Duration = Duration::from_secs(30);
pub(super) const ASK_AGAIN: Duration = Duration::from_secs(10);
pub(super) const QUESTIONS: u32 = 3;
/// What was sent and is not acknowledged for so long ends the connection, too.
const UNACKNOWLEDGED_MS: u32 = 30_000;

/// Has a connection end when its other side is gone, and send what is written at once.
///
/// # Errors
/// The operating system does not have it so. The connection works all the same.
pub(crate) fn noticed(tcp: &TcpStream) -> io::Result<()> {
    sockopt::set_tcp_nodelay(tcp, true)?;
    sockopt::set_socket_keepalive(tcp, true)?;
    sockopt::set_tcp_keepidle(tcp, SILENCE)?;
    sockopt::set_tcp_keepintvl(tcp, ASK_AGAIN)?;
    sockopt::set_tcp_keepcnt(tcp, QUESTIONS)?;
    Ok(sockopt::set_tcp_user_timeout(tcp, UNACKNOWLEDGED_MS)?)
}
