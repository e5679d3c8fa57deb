//! PostgreSQL.

pub mod asking;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use super::{Tied, free_port, installed};

const PATIENCE: Duration = Duration::from_secs(60);
/// The user of the tests, and a password that is looked for in logs.
pub const USER: &str = "joe";
/// See [`USER`].
pub const PASSWORD: &str = "s3cret-of-joe";

/// Who may come in, and how: users that only get in with TLS, with a certificate of their own, with one of the older kinds of
/// passwords, or never.
const ENTRY: &str = "\
local all all trust
hostssl all tls_only all scram-sha-256
hostssl all certified all cert
hostnossl all tls_only all reject
host all old all md5
host all clear all password
host all nobody all reject
host all all all scram-sha-256
";

/// A server with the database `app`, which [`USER`] owns.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    tied: Option<Tied>,
    /// Its port of loopback.
    pub port: u16,
}

impl Postgres {
    /// Starts one; `first` are statements that run in its database, as the superuser.
    pub fn start(first: &str) -> Self {
        let installed = installed("postgres");
        let (programs, empty) = installed.split_once('\n').expect("two folders");
        let folder = tempfile::tempdir().expect("a folder");
        // With owner and rights.
        run(Command::new("cp").args(["-a", empty]).arg(folder.path().join("data")));
        let data = folder.path().join("data");
        fs::write(data.join("pg_hba.conf"), ENTRY).expect("a file");
        certificates(&data, folder.path());
        let mut server = Self { programs: programs.into(), tied: None, port: free_port(), folder };
        if rustix::process::geteuid().is_root() {
            // Root it refuses to be.
            run(Command::new("chown").args(["-R", "postgres"]).arg(server.folder.path()));
        }
        run(Command::new("chmod").arg("600").arg(data.join("server.key")));
        server.start_again();
        let users = format!(
            "CREATE USER {USER} PASSWORD '{PASSWORD}'; CREATE USER tls_only PASSWORD '{PASSWORD}';\
             CREATE USER certified;\
             CREATE USER nobody PASSWORD '{PASSWORD}'; CREATE USER clear PASSWORD '{PASSWORD}';\
             SET password_encryption = md5; CREATE USER old PASSWORD '{PASSWORD}'"
        );
        server.psql("postgres", &users);
        server.psql("postgres", &format!("CREATE DATABASE app OWNER {USER}"));
        if !first.is_empty() {
            server.sql(first);
        }
        server
    }

    /// A connection string with these options (`?sslmode=disable`). Its password is a template.
    pub fn connection_string(&self, options: &str) -> String {
        connection_string(self.port, options)
    }

    /// Runs statements in the database of the tests, as the superuser; what they print, without headings.
    pub fn sql(&self, statements: &str) -> String {
        self.sql_in("app", statements)
    }

    /// The same in another database.
    pub fn sql_in(&self, database: &str, statements: &str) -> String {
        self.psql(database, statements)
    }

    fn psql(&self, database: &str, statements: &str) -> String {
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database]);
        command.args(["-p", &self.port.to_string(), "-h"]).arg(self.folder.path()).args(["-c", statements]);
        let output = command.output().expect("psql runs");
        assert!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// The folder of its socket.
    pub fn socket_folder(&self) -> &Path {
        self.folder.path()
    }

    /// The certificate of the user `certified`, and its key.
    pub fn client_certificate(&self) -> (PathBuf, PathBuf) {
        (self.folder.path().join("client.pem"), self.folder.path().join("client.key"))
    }

    /// The certificate of who has issued that of the server, whose name is `localhost`.
    pub fn root_certificate(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// Ends it at once; at its next start it recovers.
    pub fn kill(&mut self) {
        self.end("immediate");
    }

    /// Lets it shut down: it tells all who are connected.
    pub fn stop(&mut self) {
        self.end("fast");
    }

    fn end(&mut self, mode: &str) {
        let mut command = self.as_owner("pg_ctl");
        run(command.args(["stop", "-s", "-m", mode, "-D"]).arg(self.folder.path().join("data")));
        self.tied = None;
    }

    /// Starts it with the data that it had, after [`Postgres::kill`] or [`Postgres::stop`].
    pub fn start_again(&mut self) {
        let mut command = self.as_owner("postgres");
        command.arg("-D").arg(self.folder.path().join("data")).arg("-k").arg(self.folder.path());
        command.args(["-p", &self.port.to_string(), "-h", "127.0.0.1"]);
        for setting in ["ssl=on", "fsync=off", "max_connections=60", "shared_buffers=16MB", "timezone=Europe/Berlin"] {
            command.args(["-c", setting]);
        }
        command.arg("-c").arg(format!("ssl_ca_file={}", self.root_certificate().display()));
        let mut tied = Tied::start(&command, self.folder.path().join("log"));
        tied.wait(PATIENCE, || {
            let mut ready = Command::new(self.programs.join("pg_isready"));
            ready.args(["-q", "-p", &self.port.to_string(), "-h"]).arg(self.folder.path());
            ready.status().is_ok_and(|status| status.success())
        });
        self.tied = Some(tied);
    }

    /// One of its programs as the user to whom the data belong.
    fn as_owner(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }
}

/// A connection string for [`USER`] and a server at this port of loopback.
pub fn connection_string(port: u16, options: &str) -> String {
    format!("postgresql://{USER}:{{{{PASSWORD}}}}@127.0.0.1:{port}/app{options}")
}

/// An issuer of the server's own, and what it has issued: for the server, `localhost`, and for the user `certified`.
fn certificates(data: &Path, folder: &Path) {
    let mut root = CertificateParams::new(Vec::new()).expect("names");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_key = KeyPair::generate().expect("a key");
    let root_certificate = root.self_signed(&root_key).expect("a certificate");
    fs::write(folder.join("root.pem"), root_certificate.pem()).expect("a file");
    let issuer = Issuer::new(root, root_key);
    for (name, certificate_file, key_file) in [
        ("localhost", data.join("server.crt"), data.join("server.key")),
        ("certified", folder.join("client.pem"), folder.join("client.key")),
    ] {
        let key = KeyPair::generate().expect("a key");
        let mut of = CertificateParams::new(vec![name.to_owned()]).expect("names");
        of.distinguished_name.push(DnType::CommonName, name);
        let certificate = of.signed_by(&key, &issuer).expect("a certificate");
        fs::write(certificate_file, certificate.pem()).expect("a file");
        fs::write(key_file, key.serialize_pem()).expect("a file");
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}");
}
