//! Promise: where a collector is configured, requests are traced through operation, call and host function to other
//! servers; elsewhere nothing of it happens.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::{Value, json};
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::services::neo4j::double::Double;
use tests::stand_in::StandIn;
use tests::{app, exchange};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ask(runner: &Runner, url: &str) {
    let query =
        "query Fetch($url: String!) { exchange(method: \"GET\", url: $url, headers: [], body: \"\") { status } }";
    let body = json!({"query": query, "variables": {"url": url}}).to_string();
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let (status, answer) = runner.send("/graphql", &body, &[("traceparent", &parent)]);
    assert!(status == 200 && !answer.contains("errors"), "{answer}");
}

/// The spans, and the service's name.
fn exported(collector: &StandIn) -> (Vec<Span>, String) {
    let (mut spans, mut service) = (Vec::new(), String::new());
    for request in collector.requests() {
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "/v1/traces"));
        assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
        assert_eq!(request.header("traceparent"), None, "an export is no part of a trace");
        let export = ExportTraceServiceRequest::decode(request.bytes.as_slice()).expect("OTLP");
        for resource in export.resource_spans {
            service = format!("{:?}", resource.resource);
            spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    (spans, service)
}

/// A text that a span has.
fn attribute<'s>(span: &'s Span, name: &str) -> Option<&'s str> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == name)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        AnyValue::StringValue(text) => Some(text),
        _ => None,
    }
}

#[test]
fn from_the_request_to_another_server() {
    let (collector, server) = (StandIn::with(|_| (200, String::new())), StandIn::with(|_| (200, "ok".to_owned())));
    let connections = json!({"local": {"type": "http", "baseUrl": server.url}});
    let options = Options::default().env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.trim_end_matches('/'));
    let (_app, mut runner) = exchange::serve(Language::Go, &connections, &options);
    ask(&runner, &server.url);
    assert_eq!(runner.query("{ secret(name: \"NONE\") }")["data"], Value::Null);
    let long = "n".repeat(900_000);
    assert_eq!(runner.query(&format!("query {long} {{ __typename }}"))["data"], json!({"__typename": "Query"}));
    assert_eq!(runner.signal("TERM"), Some(0), "{}", runner.log());

    let (spans, service) = exported(&collector);
    assert!(service.contains("service.name"), "{service}");
    let find = |name: &str, here: bool| {
        let found = spans.iter().find(|span| span.name == name && (hex(&span.trace_id) == TRACE) == here);
        found.unwrap_or_else(|| panic!("no {name:?} in {spans:?}"))
    };
    let names = ["POST /graphql", "query", "exchange", "instantiate", "modus_http_client.fetch"];
    let [request, operation, call, instance, host] = names.map(|name| find(name, true));
    assert_eq!(hex(&request.parent_span_id), PARENT);
    assert_eq!(attribute(operation, "graphql.operation.name"), Some("Fetch"));
    let named = spans.iter().filter_map(|span| attribute(span, "graphql.operation.name"));
    assert_eq!(named.filter(|name| long.starts_with(name)).map(str::len).collect::<Vec<_>>(), [100]);
    assert!(spans.iter().all(|span| span.name.len() <= 100));
    for (span, parent) in [(operation, request), (call, operation), (instance, call), (host, call)] {
        assert_eq!(hex(&span.parent_span_id), hex(&parent.span_id), "{} in {}", span.name, parent.name);
    }
    assert_eq!(attribute(host, "modus.connection"), Some("local"), "{host:?}");
    let sent = server.requests();
    let expected = format!("00-{TRACE}-{}-01", hex(&host.span_id));
    assert_eq!(sent[0].header("traceparent"), Some(expected.as_str()));
    let failed = find("secret", false);
    assert_eq!(failed.status.as_ref().map(|status| status.code), Some(2), "{failed:?}");
}

/// Asks an app once, which asks its connection `shop`: the span of this name, which tells so, and why there is no answer if there
/// is none.
fn asked(
    language: Language,
    guest: &str,
    manifest: &Value,
    options: Options,
    query: &str,
    name: &str,
    failure: Option<&str>,
) -> Span {
    let collector = StandIn::with(|_| (200, String::new()));
    let options = options.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.trim_end_matches('/'));
    let manifest = app::open_with(manifest).to_string();
    let (_app, mut runner) = app::compile(&language.guest(guest), &manifest).serve(&options);
    let answer = runner.query(query);
    assert_eq!(answer["errors"].is_null(), failure.is_none(), "{language:?} {guest}: {answer}");
    assert_eq!(runner.signal("TERM"), Some(0), "{}", runner.log());
    let (spans, _) = exported(&collector);
    let span = spans.iter().find(|span| span.name == name);
    let span = span.unwrap_or_else(|| panic!("{language:?} {guest}: no {name} in {spans:?}"));
    assert_eq!(attribute(span, "modus.connection"), Some("shop"), "{language:?}: {span:?}");
    assert_eq!(attribute(span, "error.type"), failure, "{language:?}: {span:?}");
    let is_error = span.status.as_ref().is_some_and(|status| status.code == 2);
    assert_eq!(is_error, failure.is_some(), "{language:?}: {span:?}");
    span.clone()
}

/// What a database is asked is a span with the connection's name and the database's kind; of a failure it has the reason.
#[test]
fn operations_on_databases() {
    let graph = Double::start(|_| None);
    let neo4j = |port: u16| json!({"type": "neo4j", "dbUri": format!("bolt://127.0.0.1:{port}"), "username": "u", "password": "p"});
    let (rows, count) = (
        r#"{ rows(connection: "shop", query: "RETURN 1", database: "") { records } }"#,
        r#"{ count(connection: "shop", statement: "select 1") }"#,
    );
    let query = r#"{ query(connection: "shop", query: "{ q }", names: [], values: []) { json } }"#;
    let (sql, down) = ("modus_sql_client.executeQuery", 1);
    for (guest, connection, query, function, failure) in [
        ("neo4j", neo4j(graph.port), rows, "modus_neo4j_client.executeQuery", None),
        ("neo4j", neo4j(down), rows, "modus_neo4j_client.executeQuery", Some("unreachable")),
        (
            "postgresql",
            json!({"connString": format!("postgresql://u@127.0.0.1:{down}/d")}),
            count,
            sql,
            Some("unreachable"),
        ),
        ("mysql", json!({"connString": format!("mysql://u@127.0.0.1:{down}/d")}), count, sql, Some("unreachable")),
        (
            "dgraph",
            json!({"connString": format!("dgraph://127.0.0.1:{down}")}),
            query,
            "modus_dgraph_client.executeQuery",
            Some("unreachable"),
        ),
    ] {
        for language in Language::ALL {
            let mut connection = connection.clone();
            connection["type"] = json!(guest);
            let manifest = json!({"connections": {"shop": connection}});
            let span = asked(language, guest, &manifest, Options::default(), query, function, failure);
            assert_eq!(attribute(&span, "db.system.name"), Some(guest), "{language:?}: {span:?}");
        }
    }
}

/// What a server is asked by HTTP has the connection's name, whatever it is asked for, and the reason where there is no answer.
#[test]
fn requests_without_an_answer() {
    let (silent, _arrivals, _held) = StandIn::held(|_| (200, String::new()));
    for (url, failure) in [("http://127.0.0.1:1/", "unanswered"), (silent.url.as_str(), "timeout")] {
        let get = format!(r#"{{ exchange(method: "GET", url: "{url}", headers: [], body: "") {{ status }} }}"#);
        let manifest = |address: &str| {
            json!({
                "connections": {"shop": {"type": "http", address: url}},
                "models": {"chat": {"sourceModel": "m", "connection": "shop", "path": "v1/chat/completions"}},
            })
        };
        for language in Language::ALL {
            for (guest, address, query, function) in [
                (exchange::guest(language), "baseUrl", get.as_str(), "modus_http_client.fetch"),
                ("graphql", "endpoint", r#"{ ping(connection: "shop") }"#, "modus_graphql_client.executeQuery"),
                ("crowd", "baseUrl", r#"{ ask(prompt: "1") }"#, "chat m"),
            ] {
                let options = Options::arguments(&["--http-timeout", "0.2"]);
                asked(language, guest, &manifest(address), options, query, function, Some(failure));
            }
        }
    }
}

#[test]
fn without_a_collector_nothing_is_traced() {
    let server = StandIn::with(|_| (200, "ok".to_owned()));
    let connections = json!({"local": {"type": "http", "baseUrl": server.url}});
    for options in [
        Options::default(),
        Options::default().env("OTEL_EXPORTER_OTLP_ENDPOINT", &server.url).env("OTEL_SDK_DISABLED", "true"),
    ] {
        let (_app, runner) = exchange::serve(Language::Go, &connections, &options);
        ask(&runner, &server.url);
    }
    let requests = server.requests();
    assert!(requests.len() == 2 && requests.iter().all(|request| request.header("traceparent").is_none()));
}

#[test]
fn a_collector_that_is_not_there_does_no_harm() {
    let server = StandIn::with(|_| (200, "ok".to_owned()));
    let connections = json!({"local": {"type": "http", "baseUrl": server.url}});
    let options = Options::default()
        .env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1/v1/traces")
        .env("OTEL_BSP_SCHEDULE_DELAY", "50");
    let (_app, mut runner) = exchange::serve(Language::Go, &connections, &options);
    ask(&runner, &server.url);
    runner.wait_for_log(|record| record["message"] == "Traces could not be exported.");
    ask(&runner, &server.url);
    assert_eq!(runner.signal("TERM"), Some(0));
}
