//! Promise: secrets of connections are found nowhere: not in a guest's memory, environment or errors, not in answers, logs,
//! metrics, traces, the history and the state folder; with servers that get them and refuse them, that repeat them, and with
//! connection strings that cannot be used.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::{Apps as _, Language};
use tests::inferences;
use tests::runner::{Options, Runner};
use tests::services::dgraph::double as dgraph;
use tests::services::is_left_out;
use tests::services::mariadb::MariaDb;
use tests::services::neo4j::double as neo4j;
use tests::services::postgres::{Postgres, USER};
use tests::stand_in::{Recorded, StandIn};

/// Variables whose values are secrets: name, and what begins with `canary`.
const SECRETS: &[(&str, &str)] = &[
    ("MODUS_LOCAL_KEY", "canary-header-4f1c"),
    ("MODUS_GRAPHQL_KEY", "canary-query-90ab"),
    ("MODUS_HYPERMODE_KEY", "canary-hosted-2b7e"),
    ("MODUS_POSTGRES_PASSWORD", "canary-postgres-77d0"),
    ("MODUS_MYSQL_PASSWORD", "canary-mysql-13e9"),
    ("MODUS_DGRAPH_PASSWORD", "canary-dgraph-b21f"),
    ("MODUS_DGRAPH_TOKEN_TOKEN", "canary-token-6ac4"),
    ("MODUS_DGRAPH_KEY_KEY", "canary-apikey-e0d5"),
    ("MODUS_NEO4J_PASSWORD", "canary-neo4j-c5a8"),
];
/// The password in `MODUS_DB`.
const OF_HISTORY: &str = "canary-history-8e35";

/// Whole connection strings, which no client can read.
const WRONG: &[(&str, &str)] = &[
    ("MODUS_POSTGRES_WRONG_URL", "postgresql://u:canary-one@127.0.0.1:port/db?sslmode=canary-two"),
    ("MODUS_MYSQL_WRONG_URL", "mysql://u:canary-three@127.0.0.1:port/db?tls=canary-four"),
    ("MODUS_DGRAPH_WRONG_URL", "dgraph://u:canary-five@127.0.0.1?apikey=canary-six"),
    ("MODUS_NEO4J_WRONG_URL", "canary-seven://127.0.0.1:1"),
];
const PARTS: [&str; 8] = ["one", "two", "three", "four", "five", "six", "seven", "eight"];

fn secret(name: &str) -> &'static str {
    SECRETS.iter().find(|(variable, _)| *variable == name).expect("a secret").1
}

/// Servers that get the secrets and let nobody in. Those that are doubles repeat them.
struct Servers {
    web: StandIn,
    postgres: Postgres,
    mariadb: MariaDb,
    dgraph: dgraph::Double,
    neo4j: neo4j::Double,
}

impl Servers {
    fn start() -> Self {
        let keeper = format!("CREATE USER keeper PASSWORD '{OF_HISTORY}'; GRANT CREATE ON SCHEMA public TO keeper");
        let (dgraph, _) = dgraph::Double::start_with_tls(|call| {
            let given = call.header("authorization").unwrap_or(secret("MODUS_DGRAPH_PASSWORD"));
            dgraph::Reply::Status(16, format!("who is {given}?"))
        });
        let neo4j = neo4j::Double::start(|seen| {
            let message = format!("who is {}?", secret("MODUS_NEO4J_PASSWORD"));
            let refusal = neo4j::failure("Neo.ClientError.Security.Unauthorized", &message);
            (seen.tag == neo4j::LOGON).then(|| neo4j::Reply::Messages(vec![refusal]))
        });
        let web = StandIn::with(|_: &Recorded| (401, r#"{"error":"no"}"#.to_owned()));
        Self { web, postgres: Postgres::start(&keeper), mariadb: MariaDb::start(""), dgraph, neo4j }
    }

    fn manifest(&self) -> Value {
        let url = &self.web.url;
        let dgraph = |user: &str, rest: &str| {
            let text = format!("dgraph://{user}localhost:{}?sslmode=require{rest}", self.dgraph.port);
            json!({"type": "dgraph", "connString": text})
        };
        let bolt = format!("bolt://127.0.0.1:{}", self.neo4j.port);
        // A user who sends the password as it is.
        let postgres = self.postgres.connection_string("").replace(USER, "clear");
        app::open_with(&json!({
            "models": {
                "model": {"sourceModel": "m", "connection": "local", "path": "chat"},
                "hosted": {"sourceModel": "m", "provider": "hugging-face", "connection": "hypermode"},
            },
            "connections": {
                "local": {"type": "http", "baseUrl": url, "headers": {"Authorization": "Bearer {{KEY}}"}},
                "graphql": {"type": "http", "endpoint": format!("{url}graphql"), "queryParameters": {"key": "{{KEY}}"}},
                "postgres": {"type": "postgresql", "connString": postgres},
                "postgres-wrong": {"type": "postgresql", "connString": "{{URL}}"},
                "mysql": {"type": "mysql", "connString": self.mariadb.connection_string("")},
                "mysql-wrong": {"type": "mysql", "connString": "{{URL}}"},
                "dgraph": dgraph("u:{{PASSWORD}}@", ""),
                "dgraph-token": dgraph("", "&bearertoken={{TOKEN}}"),
                "dgraph-key": dgraph("", "&apikey={{KEY}}"),
                "dgraph-wrong": {"type": "dgraph", "connString": "{{URL}}"},
                "neo4j": {"type": "neo4j", "dbUri": bolt, "username": "u", "password": "{{PASSWORD}}"},
                "neo4j-wrong": {"type": "neo4j", "dbUri": "{{URL}}", "username": "u", "password": "{{PASSWORD}}"},
            },
        }))
    }

    /// What an operator puts in the place of models that Hypermode hosted.
    fn hosted_models(&self) -> Value {
        json!({"*": {"baseUrl": format!("{}v1", self.web.url), "headers": {"X-Key": "{{KEY}}"}}})
    }

    /// The secrets were used, all the same: a search for what is nowhere would find nothing.
    fn were_told(&self) {
        let requests = self.web.requests();
        let bearer = format!("Bearer {}", secret("MODUS_LOCAL_KEY"));
        assert!(requests.iter().any(|request| request.headers("authorization") == [bearer.as_str()]));
        assert!(requests.iter().any(|request| request.headers("x-key") == [secret("MODUS_HYPERMODE_KEY")]));
        let query = format!("key={}", secret("MODUS_GRAPHQL_KEY"));
        assert!(requests.iter().any(|request| request.url.contains(&query)));
        let calls = self.dgraph.calls();
        let login =
            |call: &dgraph::Call| call.function == "Login" && holds(&call.message, secret("MODUS_DGRAPH_PASSWORD"));
        assert!(calls.iter().any(login), "{calls:?}");
        let bearer = format!("Bearer {}", secret("MODUS_DGRAPH_TOKEN_TOKEN"));
        for given in [bearer.as_str(), secret("MODUS_DGRAPH_KEY_KEY")] {
            assert!(calls.iter().any(|call| call.header("authorization") == Some(given)), "{calls:?}");
        }
        let seen = self.neo4j.seen(neo4j::LOGON);
        assert!(seen.iter().any(|seen| holds(&seen.bytes, secret("MODUS_NEO4J_PASSWORD"))), "{seen:?}");
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

/// The text with the lowest bit of each byte turned: whoever looks for it does not bring it along.
fn turned(text: &str) -> String {
    text.bytes().map(|byte| char::from(byte ^ 1)).collect()
}

/// What is in all files of a folder.
fn files(folder: &Path) -> Vec<u8> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|file| file.expect("a file").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { std::fs::read(&path).expect("a file") }).collect()
}

fn options(app: &App, servers: &Servers, collector: &StandIn) -> Options {
    let hosted = app.artifact.with_file_name("hosted.json");
    std::fs::write(&hosted, servers.hosted_models().to_string()).expect("a file");
    let options = Options::arguments(&["--hosted-models", hosted.to_str().expect("a path")])
        .env("MODUS_ENV", "dev")
        .env("MODUS_NEO4J_WRONG_PASSWORD", "canary-eight")
        .env("MODUS_VISIBLE", "visible-to-guests")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.trim_end_matches('/'))
        .env("OTEL_BSP_SCHEDULE_DELAY", "50");
    SECRETS.iter().chain(WRONG).fold(options, |options, (name, value)| options.env(name, value))
}

/// Has the guest use every connection and search; what it answers.
fn search(language: Language, runner: &Runner, url: &str) -> Value {
    let wrong = PARTS.iter().map(|part| turned(&format!("canary-{part}")));
    // What the guest does see, so that a search that finds nothing is seen to search.
    let visible = turned("visible-to-guests");
    let secrets = SECRETS.iter().map(|(_, value)| turned(value));
    let wanted: Vec<_> = secrets.chain(wrong).chain([turned(OF_HISTORY), visible.clone()]).collect();
    let query = "query ($url: String!, $turned: [String!]!) { search(url: $url, turned: $turned) { found errors } }";
    let answer = runner.ask(query, &json!({"url": format!("{url}x"), "turned": wanted}));
    assert_eq!(answer["data"]["search"]["found"], json!([visible]), "{language:?}: {answer}\n{}", runner.log());
    let errors = answer["data"]["search"]["errors"].as_array().expect("errors");
    assert!(errors.len() >= 11, "{language:?}: {errors:?}");
    answer
}

/// Serves the app until the guest has searched, and so many model calls are recorded; then nothing that can be read of it
/// holds a secret.
fn nothing_leaks(
    language: Language,
    app: &App,
    servers: &Servers,
    collector: &StandIn,
    options: &Options,
    records: usize,
) {
    let earlier = collector.requests().len();
    let mut runner = Runner::start(&app.artifact, options);
    let answer = search(language, &runner, &servers.web.url);
    let (_, metrics) = runner.get("/metrics");
    let history = inferences::wait_for(&runner, "", records);
    for record in &history {
        assert!(record["input"].to_string().contains("hello") && record["status"] == 401, "{language:?}: {record}");
    }
    let end = Instant::now() + Duration::from_secs(60);
    while collector.requests().len() == earlier {
        assert!(Instant::now() < end, "{language:?}: nothing was exported");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(runner.signal("TERM"), Some(0), "{}", runner.log());
    let log = runner.log();
    for refusal in ["password authentication failed", "Access denied for user", "who is "] {
        assert!(log.contains(refusal), "{language:?}: no {refusal:?} in {log}");
    }
    let exported = collector.requests();
    for (place, bytes) in [
        ("the answer", answer.to_string().into_bytes()),
        ("the log", log.into_bytes()),
        ("the metrics", metrics.into_bytes()),
        ("the history", json!(history).to_string().into_bytes()),
        ("the traces", exported.into_iter().flat_map(|request| request.bytes).collect()),
    ] {
        no_canary(language, place, &bytes);
    }
}

fn no_canary(language: Language, place: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let found: Vec<_> = text.match_indices("canary-").map(|(at, _)| text.get(at..at + 16)).collect();
    assert!(found.is_empty(), "{language:?}: {place} holds {found:?}:\n{text}");
}

#[test]
fn nobody_finds_a_secret() {
    if is_left_out("postgres") || is_left_out("mariadb") {
        return;
    }
    let servers = Servers::start();
    let collector = StandIn::with(|_: &Recorded| (200, String::new()));
    for (earlier, language) in Language::ALL.into_iter().enumerate() {
        let app = app::compile(&language.guest("canary"), &servers.manifest().to_string());
        let options = options(&app, &servers, &collector);
        nothing_leaks(language, &app, &servers, &collector, &options, 2);
        let state = files(&app.artifact.with_file_name(".modus"));
        assert!(holds(&state, "hello"), "{language:?}: the state folder has no record");
        no_canary(language, "the state folder", &state);

        // Once more with a history in a database.
        let database = format!("postgresql://keeper:{OF_HISTORY}@127.0.0.1:{}/app", servers.postgres.port);
        let options = options.env("MODUS_DB", &database);
        nothing_leaks(language, &app, &servers, &collector, &options, 2 * (earlier + 1));
        let rows = servers.postgres.sql("SELECT i::text, p::text FROM inferences i JOIN plugins p ON p.id = plugin_id");
        assert!(rows.contains("hello"), "{language:?}: {rows}");
        no_canary(language, "the database", rows.as_bytes());
    }
    servers.were_told();
}
