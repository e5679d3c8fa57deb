//! Running `modusc dev`.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use std::os::unix::process::CommandExt as _;

use serde_json::{Value, json};

use crate::services::free_port;

/// How long a build or a reload may take.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// A running `modusc dev`, in a process group of its own, as a shell starts it. It is ended when dropped.
pub struct Dev {
    child: Child,
    port: u16,
    app: PathBuf,
}

impl Dev {
    /// Starts it in the folder of an app, where it writes a log. It has no key for models.
    pub fn start(app: &Path, arguments: &[&str]) -> Self {
        let port = free_port();
        let mut command = Command::new(crate::binary("modusc"));
        command.args(["dev", "--port", &port.to_string()]).args(arguments).current_dir(app);
        Self::spawn(command, port, app)
    }

    /// The same with a whole command that serves an app. It learns its port by the variable.
    pub fn start_command(mut command: Command, app: &Path) -> Self {
        let port = free_port();
        command.env("PORT", port.to_string());
        Self::spawn(command, port, app)
    }

    fn spawn(mut command: Command, port: u16, app: &Path) -> Self {
        let log = std::fs::File::create(app.join("build.log")).expect("a file");
        let child = command
            .env_remove("MODUS_OPENAI_API_KEY")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("modusc runs");
        Self { child, port, app: app.to_owned() }
    }

    /// Where it serves: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the app answers, if it is served.
    pub fn ask(&self, query: &str) -> Option<Value> {
        let (_, body) = post(&self.url(), query).ok()?;
        serde_json::from_str(&body).ok()
    }

    /// Asks this all the time from now on, each time on a connection of its own.
    pub fn keep_asking(&self, query: &str) -> Asking {
        let (url, query) = (self.url(), query.to_owned());
        let (answers, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (told, over) = (answers.clone(), is_over.clone());
        let thread = std::thread::spawn(move || {
            loop {
                let is_last = over.load(Ordering::Relaxed);
                let answer = answered(&url, &query);
                let is_dropped = answer.is_err();
                let answer = answer.unwrap_or_else(|problem| format!("no answer: {problem}"));
                let mut told = told.lock().expect("no thread has panicked");
                if told.last() != Some(&answer) {
                    told.push(answer);
                }
                drop(told);
                // One request without an answer is one too many, and a server that has ended has no more of them.
                if is_last || is_dropped {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        Asking { answers, is_over, thread }
    }

    /// Waits until a query is answered with these data.
    #[track_caller]
    pub fn wait_for(&self, query: &str, expected: &Value) {
        self.wait(|| {
            let answer = self.ask(query).unwrap_or_default();
            if answer["data"] == *expected { Ok(()) } else { Err(format!("{answer} for {query}")) }
        });
    }

    /// What it and the server have said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.app.join("build.log")).unwrap_or_default()
    }

    /// Waits until a text is in the log so many times.
    #[track_caller]
    pub fn wait_for_log(&self, part: &str, times: usize) {
        self.wait(|| {
            let found = self.log().matches(part).count();
            if found >= times { Ok(()) } else { Err(format!("{part:?} is there {found} times")) }
        });
    }

    /// Waits until something is so, which says what is not.
    #[track_caller]
    pub fn wait<T>(&self, mut ready: impl FnMut() -> Result<T, String>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            match ready() {
                Ok(value) => return value,
                Err(problem) => assert!(Instant::now() < end, "{problem}: {}", self.log()),
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The processes in the app's folder, which are modusc and what it has started: number and command.
    pub fn running(&self) -> Vec<(u32, String)> {
        let app = std::fs::canonicalize(&self.app).expect("a folder");
        let processes = std::fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
        let here = processes.filter(|path| std::fs::read_link(path.join("cwd")).is_ok_and(|folder| folder == app));
        let described = here.filter_map(|path| {
            let number = path.file_name()?.to_str()?.parse().ok()?;
            Some((number, String::from_utf8_lossy(&std::fs::read(path.join("cmdline")).ok()?).replace('\0', " ")))
        });
        described.collect()
    }

    /// Sends a signal to its process group, as a terminal does.
    pub fn signal(&self, signal: &str) {
        let group = format!("-{}", self.child.id());
        let status = Command::new("kill").args(["-s", signal, "--", &group]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits until it ends, which nothing is left behind of; its exit status.
    #[track_caller]
    pub fn ended(&mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("it can be waited for") {
                Some(status) => break status,
                None => assert!(Instant::now() < end, "it does not end: {}", self.log()),
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        assert!(TcpStream::connect(("127.0.0.1", self.port)).is_err(), "the server goes on");
        self.wait(|| match self.running().as_slice() {
            [] => Ok(()),
            left => Err(format!("there is left {left:?}")),
        });
        status.code()
    }
}

/// Somebody who asks all the time.
pub struct Asking {
    answers: Arc<Mutex<Vec<String>>>,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Asking {
    /// What was answered so far: status and data, or what went wrong. The same answers in a row are one.
    pub fn answers(&self) -> Vec<String> {
        self.answers.lock().expect("no thread has panicked").clone()
    }

    /// Asks once more, and no more; all that was answered.
    pub fn stop(self) -> Vec<String> {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("it asks until it is told to stop");
        std::mem::take(&mut self.answers.lock().expect("no thread has panicked"))
    }
}

/// Status and body of an answer, or why there is none.
fn post(url: &str, query: &str) -> Result<(u16, String), ureq::Error> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into();
    let mut response = agent
        .post(format!("{url}/graphql"))
        .content_type("application/json")
        .send(json!({ "query": query }).to_string())?;
    Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
}

/// The same as a line, without what differs each time.
fn answered(url: &str, query: &str) -> Result<String, String> {
    let (status, body) = post(url, query).map_err(|error| error.to_string())?;
    let told: Value = serde_json::from_str(&body).map_err(|error| format!("{status} {body}: {error}"))?;
    let errors = told.get("errors").map_or_else(String::new, |errors| format!(" {errors}"));
    Ok(format!("{status} {}{errors}", told["data"]))
}

impl Drop for Dev {
    fn drop(&mut self) {
        // Once it has ended, its number may be another's.
        if let Ok(None) = self.child.try_wait() {
            let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
            let _ = self.child.wait();
        }
    }
}
