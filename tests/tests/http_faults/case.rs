//! An app that reaches a server by HTTP, in each of the ways that there are, and that server.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::services::until;
use tests::stand_in::{Recorded, Reply, StandIn, provider};

/// No figure is checked: this only ends a test that would never end.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the connection sends, and nobody else is to see.
pub const SECRET: &str = "s3cret-s3cret";

/// What reaches servers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Use {
    Models,
    GraphQl,
    Fetch,
}

/// What a server does.
#[derive(Clone)]
pub enum Mood {
    Well,
    /// It answers once its mood is another one.
    Held,
    Says(Reply),
}

/// A server whose mood changes.
#[derive(Clone)]
pub struct Server(Arc<Mutex<Mood>>);

impl Server {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Mood::Well)))
    }

    fn mood(&self) -> MutexGuard<'_, Mood> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn becomes(&self, mood: Mood) {
        *self.mood() = mood;
    }

    pub fn answer(&self, request: &Recorded) -> Reply {
        while matches!(*self.mood(), Mood::Held) {
            std::thread::sleep(Duration::from_millis(10));
        }
        match &*self.mood() {
            Mood::Says(reply) => reply.clone(),
            _ if request.url.ends_with("graphql") => Reply::body(r#"{"data":{"pong":"yes"}}"#),
            _ if request.url.ends_with("text") => Reply::body("words"),
            _ => Reply::body(provider(request).to_string()),
        }
    }

    pub fn start(&self) -> StandIn {
        let server = self.clone();
        StandIn::with(move |request| server.answer(request))
    }
}

/// An app whose connection `far` leads to a base URL, and `direct` to a server that nothing happens to.
pub struct Case {
    used: Use,
    url: String,
    direct: StandIn,
    pub runner: Runner,
    _app: App,
}

impl Case {
    pub fn serve(language: Language, used: Use, url: &str, limits: &[&str]) -> Self {
        Self::serve_with(language, used, url, Options::arguments(limits))
    }

    pub fn serve_with(language: Language, used: Use, url: &str, options: Options) -> Self {
        let direct = Server::new().start();
        let connection = |url: &str| match used {
            Use::GraphQl => json!({"type": "http", "endpoint": format!("{url}graphql")}),
            _ => json!({"type": "http", "baseUrl": url}),
        };
        let mut far = connection(url);
        far["headers"] = json!({"X-Key": "{{KEY}}"});
        let mut sections = json!({"connections": {"far": far, "direct": connection(&direct.url)}});
        if used == Use::Models {
            let model = json!({"sourceModel": "m", "connection": "far", "path": "v1/chat/completions"});
            sections["models"] = json!({"chat": model});
        }
        let guest = match (used, language) {
            (Use::Models, _) => "crowd",
            (Use::GraphQl, _) => "graphql",
            (Use::Fetch, Language::Go) => "http",
            (Use::Fetch, _) => "host",
        };
        let app = app::compile(&language.guest(guest), &app::open_with(&sections).to_string());
        let (app, runner) = app.serve(&options.env("MODUS_FAR_KEY", SECRET));
        Self { used, url: url.to_owned(), direct, runner, _app: app }
    }

    pub fn query(&self) -> String {
        match self.used {
            Use::Models => r#"{ ask(prompt: "Why?") }"#.to_owned(),
            Use::GraphQl => r#"{ ping(connection: "far") }"#.to_owned(),
            Use::Fetch => format!(r#"{{ text(url: "{}text") }}"#, self.url),
        }
    }

    /// What the log says when it fails, and when it is cancelled; and how the error begins.
    pub fn told(&self) -> [&'static str; 3] {
        match self.used {
            Use::Models => ["Error invoking model.", "Cancelled model invocation.", "model connection [far]: "],
            Use::GraphQl => {
                ["Error executing GraphQL operation.", "Cancelled GraphQL operation.", "GraphQL connection [far]: "]
            }
            Use::Fetch => ["Error making HTTP request.", "Cancelled HTTP request.", "HTTP connection [far]: "],
        }
    }

    /// The reasons of failures so far.
    pub fn reasons(&self) -> Vec<String> {
        let log = self.runner.log();
        let records = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let failures = records.filter(|record| record["message"] == self.told()[0]);
        failures.map(|record| record["error"].as_str().unwrap_or_default().to_owned()).collect()
    }

    #[track_caller]
    pub fn well(&self) {
        let answer = self.runner.query(&self.query());
        let data = &answer["data"];
        let said = data["ask"].as_str().or(data["ping"].as_str()).or(data["text"].as_str()).unwrap_or_default();
        let is_well = said.contains("Why?") || said == "yes" || said == "words";
        assert!(is_well, "{:?}: {answer}\n{}", self.used, self.runner.log());
    }

    /// Calls that do not use the connection.
    #[track_caller]
    pub fn others_are_well(&self) {
        let answer = self.runner.query(&match self.used {
            Use::Models => "{ sayHello }".to_owned(),
            Use::GraphQl => r#"{ ping(connection: "direct") }"#.to_owned(),
            Use::Fetch => format!(r#"{{ text(url: "{}text") }}"#, self.direct.url),
        });
        assert_eq!(answer["errors"], Value::Null, "{:?}: {answer}", self.used);
    }

    /// A call that fails, and what happens while it waits. The client is told no place, the log has the reason.
    #[track_caller]
    pub fn fails_while(&self, reason: &str, meanwhile: impl FnOnce()) {
        let (before, started) = (self.reasons().len(), Instant::now());
        let answer = std::thread::scope(|scope| {
            let asked = scope.spawn(|| self.runner.query(&self.query()));
            meanwhile();
            asked.join().expect("an answer")
        });
        let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{reason}: {answer}"));
        assert!(!message.contains("127.0.0.1") && !message.contains("localhost"), "{message}");
        assert!(started.elapsed() < PATIENCE, "{reason}: {:?}", started.elapsed());
        until("the log has the reason", || self.reasons().len() > before);
        let told = self.reasons().pop().expect("a reason");
        assert!(told.contains(reason), "{:?}: expected {reason} in {told}", self.used);
    }

    /// The same for one without an answer: the error names the connection and what it is used for.
    #[track_caller]
    pub fn unanswered_while(&self, reason: &str, meanwhile: impl FnOnce()) {
        self.fails_while(reason, meanwhile);
        let told = self.reasons().pop().expect("a reason");
        assert!(told.starts_with(self.told()[2]), "{told}");
    }

    #[track_caller]
    pub fn unanswered(&self, reason: &str) {
        self.unanswered_while(reason, || {});
        self.others_are_well();
    }

    pub fn refusals(&self, limit: &str) -> f64 {
        self.runner.metric(&format!("runtime_refusals_num{{reason=\"{limit}\"}}")).unwrap_or_default()
    }

    pub fn keeps_the_secret(&self) {
        let (_, metrics) = self.runner.get("/metrics");
        assert!(!self.runner.log().contains(SECRET) && !metrics.contains(SECRET), "{:?}", self.used);
    }
}
