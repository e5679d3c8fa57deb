//! Neo4j: a server on loopback with an empty folder of its own.

pub mod asking;
pub mod double;

use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::{Tied, free_port, installed};

/// The machine may be busy.
const PATIENCE: Duration = Duration::from_secs(300);
/// Of the user `neo4j`.
pub const PASSWORD: &str = "graph-s3cret";

/// A running Neo4j. It ends when dropped.
pub struct Neo4j {
    /// Of Bolt.
    pub port: u16,
    /// PEM of its certificate.
    pub certificate: String,
    folder: TempDir,
    server: Option<Tied>,
}

impl Neo4j {
    /// Starts one without TLS.
    pub fn start() -> Self {
        Self::with("")
    }

    /// Starts one that takes connections with TLS only, by a certificate of its own for `localhost`.
    pub fn start_secured() -> Self {
        Self::with(
            "server.bolt.tls_level=REQUIRED\ndbms.ssl.policy.bolt.enabled=true\ndbms.ssl.policy.bolt.client_auth=NONE\n",
        )
    }

    fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let certificates = folder.path().join("home/certificates/bolt");
        for each in ["trusted", "revoked"] {
            std::fs::create_dir_all(certificates.join(each)).expect("a folder");
        }
        std::fs::write(certificates.join("public.crt"), key.cert.pem()).expect("a file");
        std::fs::write(certificates.join("private.key"), key.signing_key.serialize_pem()).expect("a file");
        let common = "server.http.enabled=false\nserver.https.enabled=false\nserver.bolt.enabled=true\n\
            dbms.security.auth_enabled=true\ndbms.security.auth_minimum_password_length=1\n\
            dbms.usage_report.enabled=false\nserver.memory.pagecache.size=16m\n\
            dbms.security.auth_max_failed_attempts=0\n";
        let address =
            format!("server.bolt.listen_address=127.0.0.1:{port}\nserver.bolt.advertised_address=localhost:{port}\n");
        std::fs::write(folder.path().join("settings"), format!("{common}{address}{settings}")).expect("a file");
        let mut this = Self { port, certificate: key.cert.pem(), folder, server: None };
        this.begin();
        this
    }

    /// Ends it at once, as a power cut would.
    pub fn stop(&mut self) {
        drop(self.server.take());
    }

    /// Starts it again, at the same address and with what it had stored.
    pub fn begin(&mut self) {
        let class_path = installed("neo4j");
        let folder = self.folder.path();
        let mut command = Command::new("java");
        // It starts in half the time so.
        command.args(["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", &class_path]);
        command.args(["Service", "home", "settings", PASSWORD]).current_dir(folder);
        let log = folder.join("log");
        let mut server = Tied::start(&command, log.clone());
        server.wait(PATIENCE, || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("ready")));
        self.server = Some(server);
    }
}
