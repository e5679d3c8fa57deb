//! Promise: the clients that apps are built with work as they come, in development too.

use serde_json::{Value, json};
use tests::app;
use tests::guests::{self, Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::{npm, python};

/// A runner as an app's author has it.
fn developing(app: &app::App) -> Runner {
    Runner::start(&app.artifact, &Options::default().env("MODUS_ENV", "dev"))
}

/// What a client asked: method, whether it sent the document, status of the answer.
fn requests(seen: &Value, client: &str) -> Vec<(String, bool, u64)> {
    let all = seen["requests"].as_array().expect("a list");
    let shown = |request: &Value| {
        assert_eq!(request["redirected"], json!(false), "{request}");
        let method = request["method"].as_str().unwrap_or_default().to_owned();
        (method, request["query"] == json!(true), request["status"].as_u64().unwrap_or_default())
    };
    all.iter().filter(|request| request["client"] == client).map(shown).collect()
}

#[test]
fn apollo_and_urql() {
    let app = app::compile(&guests::build("examples/people"), app::OPEN);
    let runner = developing(&app);
    let seen = npm::run("clients.mjs", &json!({"url": format!("{}/graphql", runner.url), "name": "Ada"}));
    // Two queries that are answered, and one with a literal of the wrong kind. A hash that is new is asked for first.
    let persisted = |retry| {
        let by_hash = ("GET", false, 200);
        vec![by_hash, (retry, true, 200), by_hash, by_hash, (retry, true, 400)]
    };
    for (client, expected) in [
        ("apollo", vec![("POST", true, 200), ("POST", true, 200), ("POST", true, 400)]),
        ("apollo persisted", persisted("POST")),
        ("urql", vec![("POST", true, 200), ("POST", true, 200), ("POST", true, 400)]),
        ("urql by GET", vec![("GET", true, 200), ("GET", true, 200), ("GET", true, 400)]),
        ("urql persisted", persisted("GET")),
    ] {
        let result = &seen["results"][client];
        let hello = json!({"sayHello": "Hello, Ada!"});
        assert_eq!(result["answers"], json!([hello, hello]), "{client}: {seen:#}");
        let wrong = result["wrong"].as_str().unwrap_or_default();
        assert!(
            wrong.ends_with("String cannot represent a non string value: an object (at name)"),
            "{client}: {wrong}"
        );
        let expected: Vec<_> =
            expected.into_iter().map(|(method, query, status)| (method.to_owned(), query, status)).collect();
        assert_eq!(requests(&seen, client), expected, "{client}");
    }
}

/// What a program of a client's sees of the `types` app of each language.
fn of_types(client: impl Fn(&Value) -> Value) -> Vec<(Language, Value)> {
    let seen = Language::ALL.into_iter().map(|language| {
        let names = match language == Language::Go {
            true => json!({"echoTime": "echoTime", "echoLong": "echoInt64", "echoTimes": "echoTimeMap"}),
            false => json!({"echoTime": "echoDate", "echoLong": "echoI64", "echoTimes": "echoMapStringDate"}),
        };
        let app = app::compile(&language.guest("types"), app::OPEN);
        let runner = developing(&app);
        let input = json!({"url": format!("{}/graphql", runner.url), "sdl": app::sdl(&app), "names": names});
        (language, client(&input))
    });
    seen.collect()
}

const TIME: &str = "2024-02-29T12:30:45.123Z";
const NOON: &str = "function parameter 'v' is invalid: failed to parse date time string: noon";
const NO_TIME: &str = "Cannot return null for non-nullable field 'Query.time'.";

/// What an app in TypeScript sees. It asks twice, by hashes that its compiler made. The server does not know the first.
fn check_typescript(language: Language, seen: &Value) {
    let values = json!({
        "point": {"x": 1.5, "y": -2}, "text": "a", "time": TIME, "long": 9_007_199_254_740_991_i64,
        "times": [{"key": "k", "value": TIME}],
    });
    assert_eq!(seen["seen"], values, "{language:?}");
    let (hash, text) = (json!({"text": false, "status": 200}), json!({"text": true, "status": 200}));
    assert_eq!(seen["requests"], json!([hash, text, hash]), "{language:?}");
    assert!(seen["refused"].as_str().is_some_and(|message| message.contains(NOON)), "{language:?}: {seen}");
}

#[test]
fn graphql_codegen() {
    for (language, seen) in of_types(|input| npm::run("codegen.mjs", input)) {
        // The same files from the schema that is served and from the one that modusc prints.
        assert_eq!(seen["different"], json!([]), "{language:?}");
        check_typescript(language, &seen);
    }
}

#[test]
fn relay() {
    for (language, seen) in of_types(|input| npm::run("relay.mjs", input)) {
        check_typescript(language, &seen);
    }
}

#[test]
fn gql() {
    let time = "2024-02-29T12:30:45.123000+00:00";
    let expected = json!({
        "kind": {"__typename": "Query"},
        "same schema": true,
        "echo": {
            "echoPoint": {"__typename": "Point", "x": 1.5, "y": -2.0}, "time": time, "long": 9_007_199_254_740_993_i64,
            "times": [{"key": "k", "value": time}],
        },
        "times read": true,
        "wrong": {"client": [r#"Float cannot represent non numeric value: "1""#]},
        "wrong without a schema": {"server": [r#"Float cannot represent non numeric value: "1" (at v.x)"#]},
        "no such field": {"server": [r#"Unknown field "nowhere" on type "Query""#]},
        "no such time": {"server": [NOON, NO_TIME]},
    });
    for (language, seen) in of_types(|input| python::run("gql_client.py", input)) {
        for transport in ["requests", "requests by GET", "aiohttp"] {
            assert_eq!(seen[transport], expected, "{language:?}, {transport}");
        }
    }
}
