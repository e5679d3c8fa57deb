//! MariaDB, which stands for MySQL, too.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::{Tied, free_port, installed};

const PATIENCE: Duration = Duration::from_secs(60);
/// The user of the tests, and a password that is looked for in logs.
pub const USER: &str = "joe";
/// See [`USER`].
pub const PASSWORD: &str = "s3cret-of-joe";

/// A server with the database `app`, which [`USER`] owns.
pub struct MariaDb {
    folder: TempDir,
    tied: Option<Tied>,
    /// Its port of loopback.
    pub port: u16,
    /// Certificate of a server with TLS, as PEM.
    pub certificate: Option<String>,
    arguments: Vec<String>,
}

impl MariaDb {
    /// Starts one; `first` are statements that run at its start.
    pub fn start(first: &str) -> Self {
        Self::with(first, false)
    }

    /// Starts one that offers TLS, with a certificate of its own for `localhost` and 127.0.0.1.
    pub fn with_tls(first: &str) -> Self {
        Self::with(first, true)
    }

    fn with(first: &str, tls: bool) -> Self {
        let empty = installed("mariadb");
        let folder = tempfile::tempdir().expect("a folder");
        // With owner and rights.
        run(Command::new("cp").args(["-a", &empty]).arg(folder.path().join("data")));
        let first = format!(
            "CREATE DATABASE IF NOT EXISTS app CHARACTER SET utf8mb4;\n\
             CREATE USER IF NOT EXISTS {USER}@'%' IDENTIFIED BY '{PASSWORD}';\n\
             GRANT ALL ON app.* TO {USER}@'%';\nUSE app;\n{first}\n"
        );
        fs::write(folder.path().join("first.sql"), first).expect("a file");
        let certificate = tls.then(|| {
            let key = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]);
            let key = key.expect("a certificate");
            fs::write(folder.path().join("cert.pem"), key.cert.pem()).expect("a file");
            fs::write(folder.path().join("key.pem"), key.signing_key.serialize_pem()).expect("a file");
            key.cert.pem()
        });
        let port = free_port();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let mut arguments = vec![
            "--no-defaults".to_owned(),
            format!("--datadir={}", at("data")),
            format!("--socket={}", at("data/socket")),
            format!("--pid-file={}", at("data/pid")),
            format!("--init-file={}", at("first.sql")),
            format!("--port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
            "--skip-name-resolve".to_owned(),
            "--innodb-log-file-size=4M".to_owned(),
            "--innodb-buffer-pool-size=16M".to_owned(),
            "--max-connections=200".to_owned(),
        ];
        if tls {
            arguments.extend([format!("--ssl-cert={}", at("cert.pem")), format!("--ssl-key={}", at("key.pem"))]);
        }
        if rustix::process::geteuid().is_root() {
            // Root it refuses to be.
            run(Command::new("chown").args(["-R", "nobody"]).arg(folder.path()));
            arguments.push("--user=nobody".to_owned());
        }
        let mut server = Self { folder, tied: None, port, certificate, arguments };
        server.start_again();
        server
    }

    /// Its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// A connection string with these options.
    pub fn connection_string(&self, options: &str) -> String {
        connection_string(self.port, options)
    }

    /// Ends it at once.
    pub fn stop(&mut self) {
        self.tied = None;
    }

    /// Starts it with the data that it had, after [`MariaDb::stop`].
    pub fn start_again(&mut self) {
        let mut command = Command::new("/usr/sbin/mariadbd");
        command.args(&self.arguments);
        let mut tied = Tied::start(&command, self.folder.path().join("log"));
        // It listens before the first statements have run, and says when they have.
        let log = self.folder.path().join("log");
        tied.wait(PATIENCE, || says_ready(&log));
        self.tied = Some(tied);
    }
}

/// A connection string for [`USER`] and a server at this port of loopback.
pub fn connection_string(port: u16, options: &str) -> String {
    format!("mysql://{USER}:{{{{PASSWORD}}}}@127.0.0.1:{port}/app{options}")
}

fn says_ready(log: &Path) -> bool {
    fs::read_to_string(log).is_ok_and(|log| log.contains("ready for connections"))
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}");
}
