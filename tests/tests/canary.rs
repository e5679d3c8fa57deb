//! Promise: secrets of connections are found nowhere: not in a guest's memory, environment or errors, not in answers, logs,
//! metrics and traces; with whatever servers do, and with connection strings that cannot be used.

use serde_json::{Value, json};
use tests::app;
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::stand_in::{Recorded, StandIn};

/// Variables whose values are secrets: name, and what begins with `canary`.
const SECRETS: &[(&str, &str)] = &[
    ("MODUS_LOCAL_KEY", "canary-header-4f1c"),
    ("MODUS_GRAPHQL_KEY", "canary-query-90ab"),
    ("MODUS_POSTGRES_PASSWORD", "canary-postgres-77d0"),
    ("MODUS_MYSQL_PASSWORD", "canary-mysql-13e9"),
    ("MODUS_DGRAPH_PASSWORD", "canary-dgraph-b21f"),
    ("MODUS_NEO4J_PASSWORD", "canary-neo4j-c5a8"),
];

/// Whole connection strings, which no client can read.
const WRONG: &[(&str, &str)] = &[
    ("MODUS_POSTGRES_WRONG_URL", "postgresql://u:canary-one@127.0.0.1:port/db?sslmode=canary-two"),
    ("MODUS_MYSQL_WRONG_URL", "mysql://u:canary-three@127.0.0.1:port/db?tls=canary-four"),
    ("MODUS_DGRAPH_WRONG_URL", "dgraph://u:canary-five@127.0.0.1?apikey=canary-six"),
    ("MODUS_NEO4J_WRONG_URL", "canary-seven://127.0.0.1:1"),
];

fn manifest(server: &str) -> Value {
    app::open_with(&json!({
        "models": {"model": {"sourceModel": "m", "connection": "local", "path": "chat"}},
        "connections": {
            "local": {"type": "http", "baseUrl": server, "headers": {"Authorization": "Bearer {{KEY}}"}},
            "graphql": {"type": "http", "endpoint": format!("{server}graphql"), "queryParameters": {"key": "{{KEY}}"}},
            "postgres": {"type": "postgresql", "connString": "postgresql://u:{{PASSWORD}}@127.0.0.1:1/db"},
            "postgres-wrong": {"type": "postgresql", "connString": "{{URL}}"},
            "mysql": {"type": "mysql", "connString": "mysql://u:{{PASSWORD}}@127.0.0.1:1/db"},
            "mysql-wrong": {"type": "mysql", "connString": "{{URL}}"},
            "dgraph": {"type": "dgraph", "connString": "dgraph://u:{{PASSWORD}}@127.0.0.1:1"},
            "dgraph-wrong": {"type": "dgraph", "connString": "{{URL}}"},
            "neo4j": {"type": "neo4j", "dbUri": "bolt://127.0.0.1:1", "username": "u", "password": "{{PASSWORD}}"},
            "neo4j-wrong": {"type": "neo4j", "dbUri": "{{URL}}", "username": "u", "password": "{{PASSWORD}}"},
        },
    }))
}

/// The text with the lowest bit of each byte turned: whoever looks for it does not bring it along.
fn turned(text: &str) -> String {
    text.bytes().map(|byte| char::from(byte ^ 1)).collect()
}

#[test]
fn nobody_finds_a_secret() {
    // It refuses, so that errors are made of its answers.
    let server = StandIn::with(|_: &Recorded| (401, r#"{"error":"no"}"#.to_owned()));
    let collector = StandIn::with(|_: &Recorded| (200, String::new()));
    for language in Language::ALL {
        let app = app::compile(&language.guest("canary"), &manifest(&server.url).to_string());
        let collector_url = collector.url.trim_end_matches('/');
        let mut options = Options::default()
            .env("MODUS_ENV", "dev")
            .env("MODUS_NEO4J_WRONG_PASSWORD", "canary-eight")
            .env("MODUS_VISIBLE", "visible-to-guests")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector_url)
            .env("OTEL_BSP_SCHEDULE_DELAY", "50");
        for (name, value) in SECRETS.iter().chain(WRONG) {
            options = options.env(name, value);
        }
        let earlier = collector.requests().len();
        let mut runner = Runner::start(&app.artifact, &options);
        let parts = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
        let wrong = parts.iter().map(|part| turned(&format!("canary-{part}")));
        // What the guest does see, so that a search that finds nothing is seen to search.
        let visible = turned("visible-to-guests");
        let wanted: Vec<_> =
            SECRETS.iter().map(|(_, value)| turned(value)).chain(wrong).chain([visible.clone()]).collect();
        let query =
            "query ($url: String!, $turned: [String!]!) { search(url: $url, turned: $turned) { found errors } }";
        let answer = runner.ask(query, &json!({"url": format!("{}x", server.url), "turned": wanted}));
        assert_eq!(answer["data"]["search"]["found"], json!([visible]), "{language:?}: {answer}\n{}", runner.log());
        let errors = answer["data"]["search"]["errors"].as_array().expect("errors");
        assert!(errors.len() >= 8, "{language:?}: {errors:?}");

        let (_, metrics) = runner.get("/metrics");
        let (_, history) = runner.get("/explorer/api/inferences");
        let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while collector.requests().len() == earlier {
            assert!(std::time::Instant::now() < end, "{language:?}: nothing was exported");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(runner.signal("TERM"), Some(0), "{}", runner.log());
        let exported = collector.requests();
        let traces: Vec<u8> = exported.into_iter().flat_map(|request| request.bytes).collect();
        let places = [
            ("the answer", answer.to_string().into_bytes()),
            ("the log", runner.log().into_bytes()),
            ("the metrics", metrics.into_bytes()),
            ("the history", history.into_bytes()),
            ("the traces", traces),
        ];
        for (place, bytes) in places {
            let text = String::from_utf8_lossy(&bytes);
            let found: Vec<_> = text.match_indices("canary-").map(|(at, _)| text.get(at..at + 16)).collect();
            assert!(found.is_empty(), "{language:?}: {place} holds {found:?}:\n{text}");
        }
    }
    // The secrets were used, all the same.
    let requests = server.requests();
    assert!(requests.iter().any(|request| request.headers("authorization") == ["Bearer canary-header-4f1c"]));
    assert!(requests.iter().any(|request| request.url.contains("key=canary-query-90ab")));
}
