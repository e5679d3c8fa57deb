//! Promise: the front door passes the audits of GraphQL over HTTP, and what audits of security look for is not there in
//! production.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests;
use tests::npm;
use tests::runner::{Options, Runner};

fn people(options: &Options) -> (App, Runner) {
    app::compile(&guests::build("examples/people"), app::OPEN).serve(options)
}

fn audit(options: &Options) -> Value {
    // The audits ask `__type` for something.
    let mut options = options.clone();
    options.arguments.extend(["--introspection".to_owned(), "true".to_owned()]);
    let (_app, runner) = people(&options);
    npm::run("audit.mjs", &json!({"url": format!("{}/graphql", runner.url)}))
}

#[test]
fn graphql_over_http_in_development() {
    let report = audit(&Options::default().env("MODUS_ENV", "dev"));
    assert_eq!(report["failures"], json!([]), "{report:#}");
    let passed = |count: u32| json!({"passed": count, "of": count});
    assert_eq!(report["kinds"], json!({"MUST": passed(13), "SHOULD": passed(23), "MAY": passed(25)}));
}

#[test]
fn graphql_over_http_in_production() {
    let report = audit(&Options::default());
    assert_eq!(report["kinds"]["MUST"], json!({"passed": 13, "of": 13}), "{report:#}");
    assert_eq!(report["kinds"]["SHOULD"], json!({"passed": 23, "of": 23}), "{report:#}");
    // GET without a header that a browser would ask for first.
    let failures: Vec<&Value> = report["failures"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(failures, ["5A70", "D6D5", "6A70"], "{report:#}");
}

/// The checks of graphql-cop, each with what it takes for a finding.
#[test]
fn checks_of_security_audits() {
    let (_app, runner) = people(&Options::default());
    let post = |query: &str| -> Value {
        let (_, body) = runner.post("/graphql", &json!({"query": query, "operationName": "cop"}).to_string());
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}"))
    };
    let refused = |what: &str, query: &str| {
        let answer = post(query);
        assert!(answer["data"].is_null() && answer["errors"].is_array(), "{what}: {answer}");
    };
    let aliases: String = (0..101).map(|n| format!("alias{n}: __typename\n")).collect();
    refused("alias overloading", &format!("query cop {{ {aliases} }}"));
    refused("field duplication", &format!("query cop {{ {} }}", "__typename \n".repeat(500)));
    refused("introspection", "query cop { __schema { types { name fields { name } } } }");
    let circular = format!("{}name{}", "fields { type { ".repeat(4), " } }".repeat(4));
    refused("circular introspection", &format!("query cop {{ __schema {{ types {{ {circular} }} }} }}"));

    let directives = post(&format!("query cop {{ __typename {} }}", "@aa".repeat(10)));
    assert_eq!(directives["errors"].as_array().map(Vec::len), Some(1), "directive overloading: {directives}");
    let suggestion =
        post("query cop { __schema { directive } }").to_string() + &post("query cop { person }").to_string();
    assert!(!suggestion.contains("Did you mean"), "field suggestions: {suggestion}");
    let error = post("qwerty cop { abc }");
    assert!(error["errors"].is_array() && !error.to_string().to_lowercase().contains("exception"), "{error}");
    let trace = post("query cop { __typename }");
    assert_eq!(trace, json!({"data": {"__typename": "Query"}}), "trace mode");

    let batch = vec![json!({"query": "query cop { __typename }", "operationName": "cop"}); 10];
    assert_eq!(runner.post("/graphql", &json!(batch).to_string()).0, 400, "batch queries");
    assert_eq!(runner.get("/graphql?query=query+cop%7B__typename%7D").0, 403, "queries by GET");
    assert_eq!(runner.get("/graphql?query=mutation+cop%7B__typename%7D").0, 405, "mutations by GET");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(runner.send_as("/graphql", "query=query+cop%7B__typename%7D", &form).0, 415, "queries by forms");
    for path in ["/", "/graphiql", "/playground", "/console", "/graphql"] {
        assert!(!runner.get(path).1.to_lowercase().contains("graphi"), "GraphiQL at {path}");
    }
}
