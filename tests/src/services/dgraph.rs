//! Dgraph: one server of each of its two kinds, on loopback, with an empty folder of its own.

pub mod double;
pub mod guest;
pub mod relay;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::{Tied, installed};

/// Ports of `zero` and `alpha`, before the offset that all are shifted by.
const PORTS: [u16; 5] = [5080, 6080, 7080, 8080, 9080];
/// The machine may be busy.
const PATIENCE: Duration = Duration::from_secs(180);
/// Tokens of users last so long: seconds.
pub const TOKEN_SECONDS: u64 = 10;

/// A running Dgraph. It ends when dropped.
pub struct Dgraph {
    offset: u16,
    secured: bool,
    folder: TempDir,
    /// PEM of the certificate, where it has TLS.
    pub certificate: String,
    alpha: Option<Tied>,
    _zero: Tied,
}

impl Dgraph {
    /// Starts one that lets everybody in, without TLS.
    pub fn start() -> Self {
        Self::with(false)
    }

    /// Starts one with TLS as `localhost`, and with users: the first is `groot`, with the password `password`.
    pub fn start_secured() -> Self {
        Self::with(true)
    }

    fn with(secured: bool) -> Self {
        let program = installed("dgraph");
        let folder = tempfile::tempdir().expect("a folder");
        let offset = free_offset();
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificate = key.cert.pem();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        write("certificate.pem", &certificate);
        write("key.pem", &key.signing_key.serialize_pem());
        write("acl", "a-secret-of-32-bytes-or-more-for-tests");
        let my = format!("--my=127.0.0.1:{}", 5080 + offset);
        let shift = format!("--port_offset={offset}");
        let mut command = Command::new(&program);
        command.args(["zero", "--bindall=false", "--wal=zw", "--telemetry=reports=false;sentry=false", &my, &shift]);
        let mut zero = Tied::start(command.current_dir(folder.path()), folder.path().join("zero.log"));
        zero.wait_for_port(5080 + offset, PATIENCE);
        let mut this = Self { offset, secured, folder, certificate, alpha: None, _zero: zero };
        this.begin(Path::new(&program));
        this
    }

    /// `localhost:PORT` of gRPC.
    pub fn address(&self) -> String {
        format!("localhost:{}", self.port())
    }

    /// The port of gRPC.
    pub fn port(&self) -> u16 {
        9080 + self.offset
    }

    /// Ends it at once, as a power cut would.
    pub fn stop(&mut self) {
        drop(self.alpha.take());
    }

    /// Starts it again, at the same address.
    pub fn start_again(&mut self) {
        self.begin(Path::new(&installed("dgraph")));
    }

    fn begin(&mut self, program: &Path) {
        let mut command = Command::new(program);
        command.args(["alpha", "--bindall=false", "--postings=p", "--wal=w", "--cache=size-mb=16", "--v=2"]);
        command.args(["--telemetry=reports=false;sentry=false", "--badger=compression=none;numgoroutines=1"]);
        command.arg(format!("--port_offset={}", self.offset));
        command.arg(format!("--my=127.0.0.1:{}", 7080 + self.offset));
        command.arg(format!("--zero=127.0.0.1:{}", 5080 + self.offset));
        if self.secured {
            command.arg(format!("--acl=secret-file=acl;access-ttl={TOKEN_SECONDS}s;refresh-ttl=20s"));
            command.arg(
                "--tls=server-cert=certificate.pem;server-key=key.pem;ca-cert=certificate.pem;internal-port=false",
            );
        }
        command.current_dir(self.folder.path());
        let log = self.folder.path().join("alpha.log");
        let mut alpha = Tied::start(&command, log.clone());
        let is_ready = || match self.secured {
            // The last thing that it does at its first start is to make the first user.
            true => std::fs::read_to_string(&log).is_ok_and(|text| text.contains("Successfully upserted groot")),
            false => self.is_healthy(),
        };
        alpha.wait(PATIENCE, is_ready);
        self.alpha = Some(alpha);
    }

    fn is_healthy(&self) -> bool {
        let health = ureq::get(format!("http://localhost:{}/health", 8080 + self.offset)).call();
        health.is_ok_and(|response| response.status() == 200)
    }
}

/// An offset at which all ports are free, and none is of those that the system or [`free_port`](super::free_port) gives.
fn free_offset() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let offset = fastrand::u16(5000..10_900);
        if PORTS.iter().all(|port| is_free(port + offset)) {
            return offset;
        }
    }
}
