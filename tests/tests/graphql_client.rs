//! Promise: guests run operations on the GraphQL servers of the manifest, with variables, headers, parameters and secrets of
//! the connection, and read data and errors; what fails is an error of the field that shows no secret and no host.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::stand_in::{Recorded, Reply, StandIn};

const STATEMENT: &str =
    "query ($author: String!, $limit: Int) { books(author: $author, limit: $limit) { title pages } }";

/// Serves the test app of a language with these connections.
fn serve(language: Language, connections: &Value) -> (App, Runner) {
    let manifest = app::open_with(&json!({"connections": connections})).to_string();
    let app = app::compile(&language.guest("graphql"), &manifest);
    let options = Options::default().env("MODUS_SHOP_KEY", "s3cret").env("MODUS_SHOP_TOKEN", "t0ken");
    app.serve(&options)
}

/// Serves each language's app with one connection to a server that answers so.
fn each_language<R: Into<Reply>>(
    answer: impl Fn(&Recorded) -> R + Send + Sync + 'static,
    test: impl Fn(Language, &StandIn, &Runner),
) {
    let stand_in = StandIn::with(answer);
    let endpoint = format!("{}graphql?v=1", stand_in.url);
    let connection = json!({
        "type": "http",
        "endpoint": endpoint,
        "headers": {"Authorization": "Bearer {{KEY}}"},
        "queryParameters": {"token": "{{TOKEN}}"},
    });
    for language in Language::ALL {
        let (_app, runner) = serve(language, &json!({"shop": connection}));
        test(language, &stand_in, &runner);
        let log = runner.log();
        assert!(!log.contains("s3cret") && !log.contains("t0ken"), "{language:?}: a secret is in the log");
    }
}

/// Lets the guest ask for books.
fn books(runner: &Runner, connection: &str) -> Value {
    let query = r"query ($connection: String!, $statement: String!, $author: String!) {
        books(connection: $connection, statement: $statement, author: $author, limit: 2) { books { title pages } errors }
    }";
    runner.ask(query, &json!({"connection": connection, "statement": STATEMENT, "author": "\"Ann\" \u{1F600}"}))
}

/// An operation that fails: what the client is told, and why by the log.
fn refused(language: Language, runner: &Runner, connection: &str, reason: &str) {
    let answer = books(runner, connection);
    let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{language:?}: {answer}"));
    let own = match language {
        Language::Go => "failed to execute the GQL query",
        Language::AssemblyScript => "Error invoking GraphQL API.",
    };
    assert!(message.contains(own) && !message.contains("127.0.0.1"), "{language:?}: {message}");
    let record = runner.wait_for_log(|record| {
        record["message"] == "Error executing GraphQL operation."
            && record["error"].as_str().is_some_and(|error| error.contains(reason))
    });
    assert_eq!(record["user_visible"], true, "{record}");
}

#[test]
fn data_variables_and_what_the_connection_adds() {
    let reply = json!({"data": {"books": [{"title": "One", "pages": 7}, {"title": "Zwei \u{2603}", "pages": 0}]}});
    let answer = move |_: &Recorded| (200, reply.to_string());
    each_language(answer, |language, stand_in, runner| {
        let earlier = stand_in.requests().len();
        let expected =
            json!({"books": [{"title": "One", "pages": 7}, {"title": "Zwei \u{2603}", "pages": 0}], "errors": []});
        assert_eq!(books(runner, "shop")["data"]["books"], expected, "{language:?}");
        let requests = stand_in.requests();
        assert_eq!(requests.len(), earlier + 1, "{language:?}");
        let request = &requests[earlier];
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "/graphql?v=1&token=t0ken"));
        assert_eq!(request.headers("content-type"), ["application/json"]);
        assert_eq!(request.headers("authorization"), ["Bearer s3cret"]);
        let variables = json!({"author": "\"Ann\" \u{1F600}", "limit": 2});
        assert_eq!(request.json(), json!({"query": STATEMENT, "variables": variables}), "{language:?}");
        let record = runner.wait_for_log(|record| record["message"] == "Completed GraphQL operation.");
        assert_eq!(record["detail"], format!("Host: shop Query: {STATEMENT}"), "{language:?}");
        runner.wait_for_log(|record| record["message"] == "Executing GraphQL operation.");
    });
}

#[test]
fn operations_without_variables() {
    each_language(
        |_: &Recorded| (200, r#"{"data":{"pong":"yes"}}"#.to_owned()),
        |language, stand_in, runner| {
            assert_eq!(
                runner.query(r#"{ ping(connection: "shop") }"#),
                json!({"data": {"ping": "yes"}}),
                "{language:?}"
            );
            let request = stand_in.requests().pop().expect("a request").json();
            let variables = if language == Language::Go { Value::Null } else { json!({}) };
            assert_eq!(request, json!({"query": "{ pong }", "variables": variables}), "{language:?}");
        },
    );
}

/// Places within lists are text for both SDKs.
#[test]
fn errors_of_the_server_reach_the_guest() {
    let reply = json!({
        "data": {"books": [{"title": "One", "pages": 1}]},
        "errors": [
            {"message": "no pages", "path": ["books", 1, "pages"], "locations": [{"line": 1, "column": 2}], "extensions": {"n": 1}},
            {"message": "odd"},
        ],
    });
    for status in [200, 400] {
        let reply = reply.to_string();
        let answer = move |_: &Recorded| {
            Reply { status, ..Reply::body(reply.clone()) }.header("content-type", "application/graphql-response+json")
        };
        each_language(answer, |language, _, runner| {
            let answer = books(runner, "shop");
            let expected = json!(["no pages at books.1.pages", "odd at "]);
            assert_eq!(answer["data"]["books"]["errors"], expected, "{language:?}: {answer}\n{}", runner.log());
            assert_eq!(answer["data"]["books"]["books"], json!([{"title": "One", "pages": 1}]), "{language:?}");
            let record = runner.wait_for_log(|record| record["message"] == "GraphQL API call returned errors.");
            assert!(record["errors"].as_str().is_some_and(|errors| errors.contains("no pages")), "{record}");
        });
    }
}

#[test]
fn failures_are_errors_of_the_field() {
    let answer = |request: &Recorded| match request.headers("x-case").first() {
        Some(&"status") => (503, "busy".to_owned()),
        Some(&"text") => (200, "<html>".to_owned()),
        _ => (200, r#"{"data":{"books":[]}}"#.to_owned()),
    };
    let stand_in = StandIn::with(answer);
    let http = |endpoint: &str, case: &str| json!({"type": "http", "endpoint": endpoint, "headers": {"X-Case": case}});
    let connections = json!({
        "well": http(&stand_in.url, "well"),
        "busy": http(&stand_in.url, "status"),
        "text": http(&stand_in.url, "text"),
        "nobody": http("http://127.0.0.1:9/graphql", ""),
        "base": {"type": "http", "baseUrl": stand_in.url},
        "sql": {"type": "postgresql", "connString": "postgresql://u:p@h/d"},
    });
    for language in Language::ALL {
        let (_app, runner) = serve(language, &connections);
        refused(language, &runner, "busy", "error posting GraphQL statement: HTTP error: 503 Service Unavailable");
        refused(language, &runner, "text", "response from GraphQL API is not valid JSON");
        refused(language, &runner, "nobody", "127.0.0.1");
        refused(language, &runner, "base", "connection endpoint is not defined");
        refused(language, &runner, "sql", "[sql] is not an HTTP connection");
        refused(language, &runner, "absent", "connection [absent] was not found");
        assert_eq!(books(&runner, "well")["data"]["books"]["books"], json!([]), "{language:?}: the runner serves on");
    }
}
