//! A runner under something that must not stop it: what is looked at meanwhile, and how it must end.

use std::fmt::Display;
use std::net::Ipv4Addr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{self, App};
use crate::crowd::Got;
use crate::guests::Apps as _;
use crate::guests::Language;
use crate::prober::{Prober, Probes};
use crate::runner::{Options, Runner};
use crate::slow_model::SlowModel;

/// A call that waits for nothing, and its answer.
pub const HELLO: &str = "{ sayHello }";
/// The answer to [`HELLO`].
pub const GREETING: &str = r#"{"data":{"sayHello":"Hello!"}"#;
/// The longest time that `/livez`, or a call that waits for nothing, may take here. Three times what is promised: a machine
/// that runs tests may be slow, or have other work. A runner that is held up is so for seconds.
pub const PROMPT: Duration = Duration::from_millis(300);
/// How much longer than its deadline a call may take, in the same way.
const GRACE: Duration = PROMPT;
/// How long clients wait beyond a call's deadline, and the test for the end of a process. No figure is checked: this
/// only ends a test that would never end.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The app `crowd` in a language, on so many cores, with a provider of its model.
pub struct Case {
    /// The language.
    pub language: Language,
    /// The cores.
    pub cores: usize,
    /// The provider.
    pub model: SlowModel,
    /// The app.
    pub app: App,
}

/// How often a case is tried that was only late: a machine with other work is late once, a runner that is held up always.
const TRIES: usize = 3;

/// Runs a test in each language, on one core and on two, one after the other; fails with all faults that were found.
pub fn each(test: impl Fn(&Case) -> Vec<String>) {
    each_with(|model| model.url.clone(), test);
}

/// The same where the models are at the URL that `url` names.
pub fn each_with(url: impl Fn(&SlowModel) -> String, test: impl Fn(&Case) -> Vec<String>) {
    let _alone = alone();
    let mut faults = Vec::new();
    for language in Language::ALL {
        for cores in [1, 2] {
            let mut found = Vec::new();
            for _ in 0..TRIES {
                found = test(&Case::new(language, cores, &url));
                if found.iter().any(|fault| !is_late(fault)) || found.is_empty() {
                    break;
                }
                eprintln!("{language:?}, {cores} core(s), to be tried again: {found:?}");
            }
            faults.extend(found.into_iter().map(|fault| format!("{language:?}, {cores} core(s): {fault}")));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Whether a fault is about time alone.
fn is_late(fault: &str) -> bool {
    [" took ", "healthy calls: ", "no answer after ", "no answer in "].iter().any(|late| fault.contains(late))
}

/// Tests that keep the time, or measure, do not run side by side: for as long as this is held.
pub fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Case {
    fn new(language: Language, cores: usize, url: impl Fn(&SlowModel) -> String) -> Self {
        let model = SlowModel::start();
        let manifest = app::open_with(&json!({
            "models": {"chat": {"sourceModel": "m", "connection": "provider", "path": "v1/chat/completions"}},
            "connections": {"provider": {"type": "http", "baseUrl": url(&model)}},
        }));
        let app = app::compile(&language.guest("crowd"), &manifest.to_string());
        Self { language, cores, model, app }
    }

    /// Options with these arguments, on the case's cores.
    pub fn options(&self, arguments: &[&str]) -> Options {
        let mut options = Options::arguments(arguments);
        options.surroundings.cores = Some(self.cores);
        options
    }

    /// Starts the app with these arguments.
    pub fn start(&self, arguments: &[&str]) -> Alive {
        Alive::start(self, &self.options(arguments))
    }

    /// Starts it as an ordinary user who may have so many threads.
    pub fn start_with_threads(&self, threads: u32, arguments: &[&str]) -> Alive {
        let mut options = self.options(arguments);
        options.surroundings.threads = Some(threads);
        Alive::start(self, &options)
    }

    /// Starts it where this is the name server.
    pub fn start_with_name_server(&self, address: Ipv4Addr, arguments: &[&str]) -> Alive {
        let mut options = self.options(arguments);
        options.surroundings.name_server = Some(address);
        Alive::start(self, &options)
    }
}

/// A runner that is asked for `/livez` all the time.
pub struct Alive {
    /// The runner.
    pub runner: Runner,
    livez: Option<Prober>,
    faults: Vec<String>,
}

impl Alive {
    /// Starts it, and has it answer once.
    pub fn start(case: &Case, options: &Options) -> Self {
        let runner = Runner::start(&case.app.artifact, options);
        assert_eq!(runner.query(HELLO)["data"], json!({"sayHello": "Hello!"}));
        Self { livez: Some(Prober::livez(&runner)), runner, faults: Vec::new() }
    }

    /// Notes a fault unless this is true.
    pub fn expect(&mut self, right: bool, fault: impl Display) {
        if !right {
            self.faults.push(fault.to_string());
        }
    }

    /// Notes what is wrong with answers: each call must be answered with data or errors, or be refused and told when to
    /// come back, and none may take longer than the deadline. How many there are with data.
    pub fn check(&mut self, what: &str, answers: &[Got], deadline: Duration) -> usize {
        let unanswered: Vec<&String> = answers.iter().filter_map(|got| got.as_ref().err()).collect();
        let replies: Vec<_> = answers.iter().filter_map(|got| got.as_ref().ok()).collect();
        let late: Vec<_> = replies.iter().map(|reply| reply.took).filter(|took| *took > deadline + GRACE).collect();
        if let Some(first) = unanswered.first() {
            self.faults.push(format!("{what}: {} of {} unanswered: {first}", unanswered.len(), answers.len()));
        }
        let longest = replies.iter().map(|reply| reply.took).max();
        println!("{what}: the longest of {} took {longest:?}", replies.len());
        if let Some(longest) = late.iter().max() {
            self.faults.push(format!("{what}: {} late, the longest took {longest:?}", late.len()));
        }
        let mut with_data = 0;
        for reply in replies {
            let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
            let answered = reply.status == 200 && (body["data"].is_object() || body["errors"].is_array());
            let refused = reply.status == 503 && reply.retry_after.is_some() && body["errors"].is_array();
            with_data += usize::from(answered && body["errors"].is_null());
            if !answered && !refused {
                let begin: String = reply.body.chars().take(300).collect();
                self.faults.push(format!("{what}: neither answered nor refused: {} {begin}", reply.status));
            }
        }
        with_data
    }

    /// Notes what is wrong with probes.
    pub fn check_probes(&mut self, what: &str, probes: &Probes) {
        let Probes { count, worst, overslept, faults } = probes;
        println!("{what}: the worst of {count} took {worst:?}");
        if *worst > PROMPT {
            let machine = format!("the prober itself waited {overslept:?} for a core");
            self.faults.push(format!("{what}: the worst of {count} took {worst:?}; {machine}"));
        }
        if let Some(first) = faults.first() {
            self.faults.push(format!("{what}: {} of {count} without the right answer: {first}", faults.len()));
        }
    }

    /// Ends the runner, which must hear the signal and say that all is well; all faults.
    pub fn end(mut self) -> Vec<String> {
        if let Some(livez) = self.livez.take() {
            self.check_probes("/livez", &livez.end());
        }
        self.runner.send_signal("TERM");
        match self.runner.wait_within(PATIENCE) {
            None => self.faults.push(format!("SIGTERM was not heard in {PATIENCE:?}")),
            Some(code) => self.expect(code == Some(0), format_args!("it ended with {code:?}")),
        }
        self.faults
    }
}
