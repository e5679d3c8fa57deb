//! Promise: guests run Cypher on the Neo4j servers of the manifest. Parameters keep their types, every type of value has its
//! JSON, and all six schemes of addresses are understood.

#[path = "neo4j/tables.rs"]
mod tables;

use std::sync::LazyLock;

use serde_json::{Value, json};
use tables::{PARAMETERS, VALUES};
use tests::app::{self, App};
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::services::is_left_out;
use tests::services::neo4j::{Neo4j, PASSWORD};

/// One for all tests of this file. It ends with the process.
static SERVER: LazyLock<Neo4j> = LazyLock::new(Neo4j::start);

fn connection(uri: &str) -> Value {
    json!({"type": "neo4j", "dbUri": uri, "username": "{{USER}}", "password": "{{PASS}}"})
}

/// Serves the test app of a language with these connections; secrets are those of each.
fn serve(language: Language, connections: &Value, options: Options) -> (App, Runner) {
    let manifest = app::open_with(&json!({"connections": connections})).to_string();
    let app = app::compile(&language.guest("neo4j"), &manifest);
    assert!(!app.messages.contains("warning"), "{}", app.messages);
    let names = connections.as_object().expect("connections").keys();
    let options = names.fold(options, |options, name| {
        let prefix = format!("MODUS_{}", name.to_uppercase().replace('-', "_"));
        options.env(&format!("{prefix}_USER"), "neo4j").env(&format!("{prefix}_PASS"), PASSWORD)
    });
    app.serve(&options)
}

/// Lets the guest of each language ask the server.
fn each_language(test: impl Fn(Language, &Runner)) {
    if is_left_out("neo4j") {
        return;
    }
    for language in Language::ALL {
        let graph = connection(&format!("bolt://127.0.0.1:{}", SERVER.port));
        let (_app, runner) = serve(language, &json!({"graph": graph}), Options::default());
        test(language, &runner);
        assert!(!runner.log().contains(PASSWORD), "{language:?}: the password is in the log");
    }
}

/// What a query answers: keys, and the JSON texts of all values.
fn rows(runner: &Runner, connection: &str, query: &str, database: &str) -> Value {
    let ask = r"query ($connection: String!, $query: String!, $database: String!) {
        rows(connection: $connection, query: $query, database: $database) { keys records }
    }";
    runner.ask(ask, &json!({"connection": connection, "query": query, "database": database}))
}

#[test]
fn values_of_every_type_have_their_json() {
    each_language(|language, runner| {
        let columns: Vec<String> =
            VALUES.iter().enumerate().map(|(index, (cypher, _))| format!("{cypher} AS c{index}")).collect();
        let answer = rows(runner, "graph", &format!("RETURN {}", columns.join(", ")), "neo4j");
        let record = &answer["data"]["rows"]["records"][0];
        for (index, (cypher, expected)) in VALUES.iter().enumerate() {
            assert_eq!(record[index], *expected, "{language:?}: {cypher}\n{answer}");
        }
        let record = runner.wait_for_log(|record| record["message"] == "Completed Neo4j query.");
        let detail = record["detail"].as_str().expect("a detail");
        assert!(detail.starts_with("Host: graph Database: neo4j Query: RETURN null AS c0"), "{detail}");
        runner.wait_for_log(|record| record["message"] == "Executing Neo4j query.");
    });
}

#[test]
fn nodes_relationships_and_paths() {
    each_language(|language, runner| {
        let query = "CREATE (a:Person:Author {name: 'Ann', born: date('2000-01-02')})-[k:KNOWS {since: 2020}]->(b:Person) \
            WITH a, b, k MATCH path = (b)<-[:KNOWS]-(a) \
            RETURN a, k, path, [id(a), id(b), id(k)] AS numbers, [elementId(a), elementId(b), elementId(k)] AS elements";
        let answer = rows(runner, "graph", query, "neo4j");
        assert_eq!(answer["data"]["rows"]["keys"], json!(["a", "k", "path", "numbers", "elements"]), "{answer}");
        let values = &answer["data"]["rows"]["records"][0];
        let parsed =
            |index: usize| -> Value { serde_json::from_str(values[index].as_str().expect("JSON")).expect("JSON") };
        let (numbers, elements) = (parsed(3), parsed(4));
        let ann = json!({
            "Id": numbers[0], "ElementId": elements[0], "Labels": ["Person", "Author"],
            "Props": {"born": "2000-01-02", "name": "Ann"},
        });
        let other = json!({"Id": numbers[1], "ElementId": elements[1], "Labels": ["Person"], "Props": {}});
        let knows = json!({
            "Id": numbers[2], "ElementId": elements[2], "Type": "KNOWS", "Props": {"since": 2020},
            "StartId": numbers[0], "StartElementId": elements[0], "EndId": numbers[1], "EndElementId": elements[1],
        });
        assert_eq!(parsed(0), ann, "{language:?}");
        assert_eq!(parsed(1), knows, "{language:?}");
        // It leads against the relationship.
        assert_eq!(parsed(2), json!({"Nodes": [other, ann], "Relationships": [knows]}), "{language:?}");
        let text = values[1].as_str().expect("JSON");
        assert!(text.starts_with(r#"{"Id":"#) && text.ends_with(r#""Type":"KNOWS","Props":{"since":2020}}"#), "{text}");
    });
}

#[test]
fn parameters_keep_their_types() {
    each_language(|language, runner| {
        let answer = runner.query(r#"{ kinds(connection: "graph") }"#);
        let arrives = |&(_, assembly_script, go)| if language == Language::Go { go } else { assembly_script };
        let expected: Vec<&str> = PARAMETERS.iter().map(arrives).collect();
        assert_eq!(answer["data"]["kinds"], json!(expected), "{language:?}: {answer}");
    });
}

#[test]
fn the_sdk_reads_values_by_their_types() {
    each_language(|language, runner| {
        let query = "CREATE (person:Person {name: 'Ann', age: 41})-[knows:KNOWS {since: 2020}]->() \
            WITH person, knows MATCH path = (person)-->() \
            RETURN person, knows, path, true AS flag, 9007199254740993 AS count, 0.25 AS ratio, 'Hi \u{1F600}' AS text, \
            datetime('2024-02-03T04:05:06.7+01:00') AS time, [1, 2, 3] AS list, {a: 1, b: 'x'} AS map, \
            point({x: 1.5, y: 2}) AS point, point({x: 1, y: 2, z: 3.5}) AS space";
        let ask = r#"query ($query: String!) { typed(connection: "graph", query: $query) }"#;
        let answer = runner.ask(ask, &json!({"query": query}));
        let lines = answer["data"]["typed"].as_array().unwrap_or_else(|| panic!("{language:?}: {answer}"));
        // AssemblyScript writes whole floats with a fraction.
        let lines: Vec<String> = lines.iter().map(|line| line.as_str().expect("a text").replace(".0 ", " ")).collect();
        let expected = [
            "flag true",
            "count 9007199254740993",
            "ratio 0.25",
            "text Hi \u{1F600}",
            "time 1706929506700",
            "list 3",
            "map 2",
            "person Person Ann 41",
            "knows KNOWS 2020 true",
            "path 2 1",
            "point 1.5 2 7203",
            "space 1 2 3.5 9157",
        ];
        assert_eq!(lines, expected, "{language:?}");
    });
}

#[test]
fn records_and_points_as_text_in_assemblyscript() {
    if is_left_out("neo4j") {
        return;
    }
    let graph = connection(&format!("bolt://127.0.0.1:{}", SERVER.port));
    let (_app, runner) = serve(Language::AssemblyScript, &json!({"graph": graph}), Options::default());
    let expected = json!([
        r#"{"n":1,"l":[1.5],"p":{"X":1,"Y":2,"SpatialRefId":7203},"q":{"X":1,"Y":2,"Z":3,"SpatialRefId":9157}}"#,
        "[1.5]",
        "Point{SpatialRefId=7203, X=1.0, Y=2.0}",
        "Point{SpatialRefId=9157, X=1.0, Y=2.0, Z=3.0}",
        "n,l,p,q",
    ]);
    let answer = runner.query(r#"{ texts(connection: "graph") }"#);
    assert_eq!(answer["data"]["texts"], expected, "{answer}");
}

#[test]
fn schemes_and_databases() {
    if is_left_out("neo4j") {
        return;
    }
    let port = SERVER.port;
    let connections = json!({
        "direct": connection(&format!("bolt://localhost:{port}")),
        "routed": connection(&format!("neo4j://127.0.0.1:{port}?region=eu")),
    });
    for language in Language::ALL {
        let (_app, runner) = serve(language, &connections, Options::default());
        for connection in ["direct", "routed"] {
            // An empty name is the user's own database.
            for (database, expected) in [("neo4j", "neo4j"), ("", "neo4j"), ("system", "neo4j")] {
                let query = if database == "system" {
                    "SHOW DEFAULT DATABASE YIELD name RETURN name"
                } else {
                    "CALL db.info() YIELD name RETURN name"
                };
                let answer = rows(&runner, connection, query, database);
                let found = json!([[json!(expected).to_string()]]);
                assert_eq!(
                    answer["data"]["rows"]["records"], found,
                    "{language:?}, {connection}, {database}: {answer}"
                );
            }
            let answer = rows(&runner, connection, "RETURN 1", "nosuchdb");
            assert!(answer["errors"][0]["message"].is_string(), "{answer}");
            runner.wait_for_log(|record| {
                let error = record["error"].as_str().unwrap_or_default();
                error.starts_with(&format!("Neo4j connection [{connection}]: ")) && error.contains("DatabaseNotFound")
            });
        }
    }
}

/// More than a batch, in order, and written by one query and read by the next.
#[test]
fn many_records() {
    each_language(|language, runner| {
        let written = rows(runner, "graph", "UNWIND range(1, 2500) AS n CREATE (:Many {n: n}) RETURN count(*)", "");
        assert_eq!(written["data"]["rows"]["records"], json!([["2500"]]), "{written}");
        let answer = rows(runner, "graph", "MATCH (m:Many) WITH m.n AS n ORDER BY n RETURN n", "neo4j");
        let records = answer["data"]["rows"]["records"].as_array().expect("records");
        assert_eq!(records.len(), 2500, "{language:?}");
        assert!(records.iter().zip(1..).all(|(record, n)| record[0].as_str() == Some(&*n.to_string())), "{language:?}");
        let empty = rows(runner, "graph", "MATCH (m:Many) DETACH DELETE m", "neo4j");
        assert_eq!(empty["data"]["rows"], json!({"keys": [], "records": []}), "{language:?}: {empty}");
    });
}

#[test]
fn encrypted_connections() {
    if is_left_out("neo4j") {
        return;
    }
    let server = Neo4j::start_secured();
    let roots = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(roots.path(), &server.certificate).expect("a file");
    let address = format!("localhost:{}", server.port);
    let schemes = ["bolt+s", "bolt+ssc", "neo4j+s", "neo4j+ssc", "bolt", "neo4j"];
    let connections: serde_json::Map<_, _> =
        schemes.iter().map(|scheme| (scheme.replace('+', "-"), connection(&format!("{scheme}://{address}")))).collect();
    let connections = Value::Object(connections);
    for (language, trusts) in [(Language::Go, true), (Language::AssemblyScript, false)] {
        let options = match trusts {
            true => Options::default().env("SSL_CERT_FILE", roots.path().to_str().expect("UTF-8")),
            false => Options::default(),
        };
        let (_app, runner) = serve(language, &connections, options);
        for scheme in schemes {
            let answer = rows(&runner, &scheme.replace('+', "-"), "RETURN 7", "neo4j");
            let works = scheme.ends_with("+ssc") || (scheme.ends_with("+s") && trusts);
            let records = &answer["data"]["rows"]["records"];
            assert_eq!(*records == json!([["7"]]), works, "{language:?}, {scheme}: {answer}\n{}", runner.log());
        }
        if !trusts {
            runner.wait_for_log(|record| record["error"].as_str().unwrap_or_default().contains("certificate"));
        }
    }
}
