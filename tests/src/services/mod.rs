//! Real servers on loopback, one for each test file that asks for it. `scripts/services/NAME.sh` installs one and says how it
//! is started; a file beside this one starts it.
//!
//! `MODUSC_TEST_WITHOUT=dgraph,neo4j` leaves the tests out that need these servers; they say so. `.ci/run` runs all.

pub mod dgraph;
pub mod mariadb;
pub mod neo4j;
pub mod postgres;
pub mod tunnel;

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::root;
use crate::runner::Runner;

/// Names that the variable may hold.
const SERVICES: [&str; 5] = ["postgres", "mariadb", "dgraph", "neo4j", "embeddings"];

/// Whether the tests with this server are left out, which is said on standard error.
pub fn is_left_out(service: &str) -> bool {
    let without = std::env::var("MODUSC_TEST_WITHOUT").unwrap_or_default();
    let left_out = names(&without, service).unwrap_or_else(|problem| panic!("{problem}"));
    if left_out {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        // Not by a macro: what those print is shown only for tests that fail.
        let _ = writeln!(std::io::stderr(), "LEFT OUT, MODUSC_TEST_WITHOUT names {service}: {test}");
    }
    left_out
}

/// Waits for what may take long on a busy machine. Panics after a minute.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until the metrics tell so many operations of a connection that ended in this way.
pub fn wait_for_failures(runner: &Runner, connection: &str, ending: &str, number: usize) {
    let series = format!("runtime_database_failures_num{{connection=\"{connection}\",ending=\"{ending}\"}}");
    let end = Instant::now() + Duration::from_secs(60);
    while runner.metric(&series) != Some(number as f64) {
        assert!(Instant::now() < end, "not {number} {series}: {}", runner.get("/metrics").1);
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether the value of the variable names a service. One that names something else was not meant so.
fn names(without: &str, service: &str) -> Result<bool, String> {
    let is_known = |name: &str| SERVICES.contains(&name);
    assert!(is_known(service), "no service is called {service}");
    let mut named = without.split(',').map(str::trim).filter(|name| !name.is_empty());
    if let Some(unknown) = named.clone().find(|name| !is_known(name)) {
        return Err(format!("MODUSC_TEST_WITHOUT names {unknown:?}; it may name {}", SERVICES.join(", ")));
    }
    Ok(named.any(|name| name == service))
}

/// What the script of a service prints, once it has installed what is missing: usually a path.
pub(crate) fn installed(service: &str) -> String {
    let script = root().join(format!("scripts/services/{service}.sh"));
    let output = Command::new(&script).stderr(Stdio::inherit()).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", script.display()));
    assert!(output.status.success(), "{} failed", script.display());
    String::from_utf8(output.stdout).expect("paths are UTF-8").trim().to_owned()
}

/// A port of loopback that nobody listens at. The system gives none of its range to whoever asks for any port, so another
/// process takes it only by the same chance.
pub fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| fastrand::u16(20_000..32_000));
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("endless")
}

/// A server's process, which ends with this one, however that ends: it is killed when nobody holds its standard input any more.
pub struct Tied {
    child: Child,
    log: PathBuf,
}

impl Tied {
    /// Starts a server; what it prints goes to `log`. It runs in a process group of its own.
    pub(crate) fn start(command: &Command, log: PathBuf) -> Self {
        let file = std::fs::File::create(&log).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        let mut tied = Command::new("/bin/sh");
        // The shell starts the server in a session of its own, waits until its own input ends, and kills the whole session.
        tied.args(["-c", "setsid \"$@\" </dev/null & cat >/dev/null; kill -KILL -$!; wait $!", "tied"]);
        tied.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => tied.env(name, value),
                None => tied.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            tied.current_dir(folder);
        }
        let child = tied.stdin(Stdio::piped()).stdout(file.try_clone().expect("a file")).stderr(file).spawn();
        Self { child: child.expect("/bin/sh starts"), log }
    }

    /// Waits until something listens on the port.
    pub(crate) fn wait_for_port(&mut self, port: u16, patience: Duration) {
        self.wait(patience, || TcpStream::connect(("127.0.0.1", port)).is_ok());
    }

    /// Waits until the server is ready.
    pub(crate) fn wait(&mut self, patience: Duration, mut is_ready: impl FnMut() -> bool) {
        let end = Instant::now() + patience;
        while !is_ready() {
            if Instant::now() > end {
                let text = std::fs::read_to_string(&self.log).unwrap_or_default();
                panic!("the server is not ready after {patience:?}: {text}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the server at once, as a power cut would.
    pub fn kill(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Drop for Tied {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_that_are_left_out() {
        for (without, expected) in [("", false), ("mariadb", true), ("dgraph, mariadb", true), ("dgraph,neo4j,", false)]
        {
            assert_eq!(names(without, "mariadb"), Ok(expected), "{without}");
        }
        for without in ["mysql", "mariadb dgraph", "mariadb,postgresql"] {
            let problem = names(without, "mariadb").expect_err(without);
            assert!(problem.contains("it may name postgres, mariadb, dgraph"), "{problem}");
        }
    }

    #[test]
    fn a_server_ends_with_whoever_started_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("sh");
        command.args(["-c", "echo $$; sleep 600 & wait"]);
        let log = folder.path().join("log");
        let mut tied = Tied::start(&command, log.clone());
        let mut id = String::new();
        tied.wait(Duration::from_secs(30), || {
            id = std::fs::read_to_string(&log).unwrap_or_default().trim().to_owned();
            !id.is_empty()
        });
        tied.kill();
        let end = Instant::now() + Duration::from_secs(30);
        while std::path::Path::new(&format!("/proc/{id}/stat")).exists() {
            assert!(Instant::now() < end, "process {id} goes on");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
