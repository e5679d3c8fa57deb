//! Promise: from nothing to a running app by `modusc new`, `modusc build` and `modusc dev`; what is missing or wrong is told
//! with its place; a mistake does not end what is served.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::guests::Language;
use tests::runner::{Options, Runner, free_port};

/// How long a build or a reload may take here.
const PATIENCE: Duration = Duration::from_secs(180);

fn name(language: Language) -> &'static str {
    match language {
        Language::AssemblyScript => "as",
        Language::Go => "go",
    }
}

/// The file with the functions, and a line of it that answers, with what makes it another answer and a mistake.
fn source(language: Language) -> (&'static str, &'static str, &'static str, &'static str) {
    match language {
        Language::AssemblyScript => {
            ("assembly/index.ts", "`Hello, ${name || \"World\"}!`", "`Good day, ${name || \"World\"}!`", "5")
        }
        Language::Go => ("main.go", "\"Hello, \" + *name + \"!\"", "\"Good day, \" + *name + \"!\"", "5"),
    }
}

fn modusc(arguments: &[&str], folder: &Path) -> Output {
    Command::new(tests::binary("modusc")).args(arguments).current_dir(folder).output().expect("modusc runs")
}

fn messages(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A new app of a language, in a folder of its own.
fn new(language: Language) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    // Wherever this modusc lies, it is the SDK of this source tree.
    let sdk = tests::root().join("sdk/assemblyscript");
    let sdk = sdk.to_str().expect("a path in UTF-8");
    let output = modusc(&["new", "Hello", "--lang", name(language), "--sdk", sdk], folder.path());
    assert!(output.status.success(), "{}", messages(&output));
    let app = folder.path().join("hello");
    (folder, app)
}

fn edit(app: &Path, language: Language, from: &str, to: &str) {
    let path = app.join(source(language).0);
    let text = std::fs::read_to_string(&path).expect("the source");
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replace(from, to)).expect("written");
}

#[test]
fn a_new_app_is_built_and_served() {
    for language in Language::ALL {
        let (_folder, app) = new(language);
        let output = modusc(&["build", "hello"], app.parent().expect("a folder"));
        assert!(output.status.success(), "{language:?}: {}", messages(&output));
        for file in ["app.wasm", "app.cwasm", "modus.json"] {
            assert!(app.join("build").join(file).is_file(), "{language:?}: {file}\n{}", messages(&output));
        }
        let runner = Runner::start(&app.join("build/app.cwasm"), &Options::default().env("MODUS_ENV", "dev"));
        let answer = runner.query("{ sayHello(name: \"you\") }");
        assert_eq!(answer["data"], json!({"sayHello": "Hello, you!"}), "{language:?}: {answer}");

        // As one executable.
        let output = modusc(&["build", "--exe"], &app);
        assert!(output.status.success(), "{language:?}: {}", messages(&output));
        let runner = Runner::start_program(&app.join("build/app"), &Options::default().env("MODUS_ENV", "dev"));
        assert_eq!(runner.query("{ sayHello }")["data"], json!({"sayHello": "Hello, World!"}), "{language:?}");
    }
}

#[test]
fn mistakes_in_the_sources_are_told_with_their_places() {
    for language in Language::ALL {
        let (_folder, app) = new(language);
        let (file, line, _, mistake) = source(language);
        edit(&app, language, line, mistake);
        let text = std::fs::read_to_string(app.join(file)).expect("the source");
        let wrong = text.lines().position(|line| line.contains("return 5")).expect("the mistake") + 1;
        let output = modusc(&["build", "--message-format", "json", "."], &app);
        assert_eq!(output.status.code(), Some(1), "{language:?}: {}", messages(&output));
        let errors: Vec<Value> = String::from_utf8_lossy(&output.stderr)
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(|found: &Value| found["severity"] == "error")
            .collect();
        assert!(!errors.is_empty(), "{language:?}: {}", messages(&output));
        assert_eq!(
            (&errors[0]["code"], &errors[0]["file"]),
            (&json!("MC0703"), &json!(file)),
            "{language:?}: {errors:?}"
        );
        assert_eq!(errors[0]["line"], json!(wrong), "{language:?}: {errors:?}");
        assert!(!app.join("build/app.cwasm").exists(), "{language:?}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |arguments: &[&str], folder: &Path, path: Option<&str>, expected: &[&str]| {
        let mut command = Command::new(tests::binary("modusc"));
        command.args(arguments).current_dir(folder);
        path.map(|path| command.env("PATH", path));
        let output = command.output().expect("modusc runs");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", messages(&output));
        for part in expected {
            assert!(messages(&output).contains(part), "{arguments:?}: no {part:?} in {}", messages(&output));
        }
    };
    check(&["build"], folder.path(), None, &["MC0701", "package.json", "go.mod", "modusc new"]);
    check(&["build", "nowhere"], folder.path(), None, &["MC0701", "there is no folder nowhere"]);
    std::fs::write(folder.path().join("go.mod"), "module app\n").expect("written");
    check(&["build"], folder.path(), Some("/nowhere"), &["go is missing", "tinygo is missing", "wasm-opt is missing"]);
    check(&["build"], folder.path(), None, &["MC0702", "the Modus SDK is missing", "go get"]);
    check(&["doctor"], folder.path(), Some("/nowhere"), &["node: missing", "tinygo: missing", "Node.js"]);
    let (_folder, app) = new(Language::Go);
    check(&["new", "Hello", "--lang", "go"], app.parent().expect("a folder"), None, &["MC0705", "--dir"]);
}

#[test]
fn the_doctor_finds_what_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = modusc(&["doctor"], folder.path());
    assert!(output.status.success(), "{}", messages(&output));
    for part in ["AssemblyScript", "node: ", "Go", "tinygo: ", "wasm-opt: ", "modus-runner: "] {
        assert!(messages(&output).contains(part), "{part}: {}", messages(&output));
    }
}

/// A running `modusc dev`.
struct Dev {
    child: Child,
    port: u16,
}

impl Dev {
    fn start(app: &Path) -> Self {
        let port = free_port();
        let log = std::fs::File::create(app.join("build.log")).expect("a file");
        let child = Command::new(tests::binary("modusc"))
            .args(["dev", "--port", &port.to_string()])
            .current_dir(app)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn()
            .expect("modusc runs");
        Self { child, port }
    }

    fn hello(&self) -> Option<Value> {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into();
        let mut response = agent
            .post(format!("http://127.0.0.1:{}/graphql", self.port))
            .content_type("application/json")
            .send(r#"{"query":"{ sayHello(name: \"you\") }"}"#)
            .ok()?;
        serde_json::from_str(&response.body_mut().read_to_string().ok()?).ok()
    }

    #[track_caller]
    fn wait_for(&self, app: &Path, expected: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.hello().unwrap_or_default();
            if answer["data"]["sayHello"] == expected {
                return;
            }
            assert!(Instant::now() < end, "{answer}: {}", log(app));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
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

fn log(app: &Path) -> String {
    std::fs::read_to_string(app.join("build.log")).unwrap_or_default()
}

fn wait_for_log(app: &Path, part: &str) {
    let end = Instant::now() + PATIENCE;
    while !log(app).contains(part) {
        assert!(Instant::now() < end, "no {part:?} in {}", log(app));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_app_is_built_again_when_it_changes() {
    for language in Language::ALL {
        let (_folder, app) = new(language);
        let mut dev = Dev::start(&app);
        dev.wait_for(&app, "Hello, you!");
        assert!(log(&app).contains("sayHello"), "{}", log(&app));
        let (_, before, after, mistake) = source(language);
        edit(&app, language, before, after);
        dev.wait_for(&app, "Good day, you!");
        edit(&app, language, after, mistake);
        wait_for_log(&app, "the app before goes on");
        assert!(log(&app).contains("MC0703"), "{}", log(&app));
        assert_eq!(dev.hello().expect("an answer")["data"]["sayHello"], "Good day, you!", "{language:?}");
        edit(&app, language, &format!("return {mistake}"), &format!("return {before}"));
        dev.wait_for(&app, "Hello, you!");

        // Nothing is left behind.
        let status = Command::new("kill").args(["-INT", &dev.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
        assert_eq!(dev.child.wait().expect("it ends").code(), Some(0), "{}", log(&app));
        assert!(TcpStream::connect(("127.0.0.1", dev.port)).is_err(), "{language:?}: the server goes on");
    }
}
