//! What the machine gives a runner: cores, threads, open files, a name server, a reader of its log.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// Leaves out the tests that need root, where there is none.
const WITHOUT_ROOT: &str = "MODUSC_TEST_WITHOUT_ROOT";

/// What a runner has; all that the machine has unless it is said otherwise.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// It runs on so many cores, the last ones.
    pub cores: Option<usize>,
    /// It runs as an ordinary user who may have so many threads. Needs root.
    pub threads: Option<u32>,
    /// It may open so many files, unless it asks for more: the soft limit.
    pub files: Option<u64>,
    /// It asks this name server, and no other. Needs root.
    pub name_server: Option<Ipv4Addr>,
    /// Its log is a pipe that stays open and that nobody reads.
    pub unread_log: bool,
}

/// A command in its surroundings, and the files that it needs as long as it runs.
pub(crate) struct Surrounded {
    pub(crate) command: Command,
    pub(crate) files: Option<TempDir>,
}

impl Surroundings {
    /// Puts programs before the command that prepare what it is to find and then become it: the process stays the same.
    /// Environment variables that the command was given are kept.
    pub(crate) fn around(&self, command: Command) -> Surrounded {
        let folder = (self.threads.is_some() || self.name_server.is_some()).then(readable_folder);
        let path = |name: &str| folder.as_ref().map(|folder| folder.path().join(name)).expect("a folder");
        let mut before: Vec<String> = Vec::new();
        if let Some(address) = self.name_server {
            let file = path("resolv.conf");
            fs::write(&file, format!("nameserver {address}\n")).expect("a file");
            before.extend(["unshare", "--mount", "sh", "-c"].map(str::to_owned));
            before.push(r#"mount --bind "$0" /etc/resolv.conf && exec "$@""#.to_owned());
            before.push(file.to_str().expect("text").to_owned());
        }
        if let Some(cores) = self.cores {
            let all = std::thread::available_parallelism().map_or(1, usize::from);
            before.extend(["taskset".to_owned(), "--cpu-list".to_owned()]);
            before.push(format!("{}-{}", all.saturating_sub(cores), all - 1));
        }
        if let Some(files) = self.files {
            before.extend(["prlimit".to_owned(), format!("--nofile={files}:")]);
        }
        let mut program = command.get_program().to_owned();
        if let Some(threads) = self.threads {
            let user = unused_user();
            before.extend(["prlimit".to_owned(), format!("--nproc={threads}")]);
            before.extend(["setpriv".to_owned(), format!("--reuid={user}"), format!("--regid={user}")]);
            before.push("--clear-groups".to_owned());
            // The build's folder may be closed to other users.
            let copy = path("program");
            fs::copy(&program, &copy).expect("a copy of the program");
            program = copy.into_os_string();
        }
        let Some((first, rest)) = before.split_first() else { return Surrounded { command, files: folder } };
        let mut surrounded = Command::new(first);
        surrounded.args(rest).arg(program).args(command.get_args()).env_clear();
        surrounded.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Surrounded { command: surrounded, files: folder }
    }
}

/// A temporary folder into which every user may look.
pub(crate) fn readable_folder() -> TempDir {
    tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().expect("a temporary folder")
}

/// A user whom nobody else is: threads are counted by user, and tests run side by side.
fn unused_user() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    20_000 + (std::process::id() + NEXT.fetch_add(1, Ordering::Relaxed) * 7919) % 40_000
}

/// Whether tests that need root can run. Where they cannot they fail, unless the variable says that they are left out,
/// and then they say so where it is seen.
pub fn root() -> bool {
    if rustix::process::geteuid().is_root() {
        return true;
    }
    let allowed = std::env::var_os(WITHOUT_ROOT).is_some();
    assert!(allowed, "this test needs root; set {WITHOUT_ROOT}=1 to leave out those that do");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Not by a macro: what those print is shown only for tests that fail.
    let _ = writeln!(std::io::stderr(), "LEFT OUT, it needs root: {test}");
    false
}

/// Lets this process open so many files at once.
pub fn open_files(wanted: u64) {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current = limit.current.map(|current| current.max(wanted));
    limit.maximum = limit.maximum.map(|maximum| maximum.max(wanted));
    rustix::process::setrlimit(rustix::process::Resource::Nofile, limit)
        .unwrap_or_else(|error| panic!("{wanted} open files are needed, raise `ulimit -Hn`: {error}"));
}

/// Lets every process have so many mappings. A setting of the whole machine, which this raises and never lowers.
pub fn mappings(wanted: u64) {
    const SETTING: &str = "/proc/sys/vm/max_map_count";
    let now: u64 = std::fs::read_to_string(SETTING).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(u64::MAX);
    if now < wanted {
        std::fs::write(SETTING, wanted.to_string())
            .unwrap_or_else(|error| panic!("vm.max_map_count must be {wanted} at least, and is {now}: {error}"));
    }
}

/// A name server that takes every question and answers none. It ends when dropped. Needs root: its port is 53.
pub struct SilentNameServer {
    /// Where it listens.
    pub address: Ipv4Addr,
    socket: UdpSocket,
}

impl SilentNameServer {
    /// Starts one on an address of the loopback of its own.
    pub fn start() -> Self {
        let [.., high, low] = std::process::id().to_be_bytes();
        let taken = (53..127).map(|second| Ipv4Addr::new(127, second, high, low));
        let bound = taken.filter_map(|address| Some((address, UdpSocket::bind((address, 53)).ok()?))).next();
        let (address, socket) = bound.expect("port 53 of an address of the loopback is free, and this is root");
        Self { address, socket }
    }

    /// Whether it was asked anything since the last time.
    pub fn was_asked(&self) -> bool {
        self.socket.set_nonblocking(true).expect("a socket");
        let mut question = [0; 512];
        std::iter::from_fn(|| self.socket.recv(&mut question).ok()).count() > 0
    }
}
