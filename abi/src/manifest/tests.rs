use super::{Auth, Connection, Endpoint, FindingKind, Manifest, Severity, parse};

const GOOD: &str = r#"{
  // Comments and trailing commas are fine.
  "$schema": "https://schema.hypermode.com/modus.json",
  "endpoints": { "default": { "type": "graphql", "path": "/graphql", "auth": "bearer-token" } },
  "models": {
    "llm": { "sourceModel": "m", "connection": "api", "path": "v1/chat", },
    "hosted": { "sourceModel": "m", "provider": "hugging-face", "connection": "hypermode" }
  },
  "connections": {
    "api": { "type": "http", "baseUrl": "https://api.example.com/", "headers": { "X-Key": "{{KEY}}" } },
    "one": { "type": "http", "endpoint": "http://h/graphql", "queryParameters": { "a b": "c" } },
    "pg": { "type": "postgresql", "connString": "postgresql://{{U}}:p@ss@{{HOST}}:5432/db?sslmode=disable" },
    "my": { "type": "mysql", "connString": "mysql://u:p@db.example.com:3306/app" },
    "dg": { "type": "dgraph", "grpcTarget": "db.example.com:9080", "key": "{{K}}" },
    "d2": { "type": "dgraph", "connString": "dgraph://localhost:9080" },
    "neo": { "type": "neo4j", "dbUri": "neo4j+s://x.databases.example", "username": "u", "password": "p" } /* end */
  },
}"#;

/// The findings as `line:column pointer kind message`.
fn findings(text: &str) -> Vec<String> {
    let kind = |kind| match kind {
        FindingKind::Syntax => "syntax",
        FindingKind::Type => "type",
        FindingKind::Schema => "schema",
        FindingKind::ModelConnection => "connection",
        FindingKind::HostedModel => "hosted",
    };
    let line = |found: super::Finding| {
        format!("{}:{} {} {} {}", found.line, found.column, found.pointer, kind(found.kind), found.message)
    };
    parse(text).1.into_iter().map(line).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(findings(text), expected, "{text}");
}

/// One entry of a section.
fn check_entry(section: &str, entry: &str, expected: &[&str]) {
    let text = format!("{{\"{section}\":\n{{{entry}}}}}");
    check(&text, expected);
}

#[test]
fn a_good_manifest_is_read_whole() {
    let noted = ["7:79 /models/hosted/connection hosted model [hosted]: Hypermode no longer hosts it"];
    check(GOOD, &noted);
    check(&format!("\u{feff}{GOOD}"), &noted);
    let manifest = parse(GOOD).0.unwrap();
    assert_eq!(manifest.endpoints["default"], Endpoint { path: "/graphql".to_owned(), auth: Auth::BearerToken });
    assert_eq!((manifest.models.len(), manifest.connections.len()), (2, 7));
    let Connection::Http(api) = &manifest.connections["api"] else { panic!("not http") };
    assert_eq!((api.base_url.as_str(), api.headers["X-Key"].as_str()), ("https://api.example.com/", "{{KEY}}"));
    assert_eq!(parse("{}").0, Some(Manifest::default()));
}

#[test]
fn bad_json_is_told_with_its_place() {
    check("", &["1:1  syntax the manifest is empty; it must be an object"]);
    check("[]", &["1:1  type the manifest must be an object, not an array"]);
    for (text, place) in [
        ("{\n  \"models\": {,}\n}", "2:14 "),
        ("\u{feff}{'a': 1}", "1:2 "),
        ("{\"a\": 1 \"b\": 2}", "1:8 "),
        ("{\"a\": 1} {}", "1:10 "),
        ("{\"a\"", "1:"),
        ("{a: 1}", "1:2 "),
    ] {
        let found = findings(text);
        assert!(found.len() == 1 && found[0].starts_with(place) && found[0].contains(" syntax "), "{text}: {found:?}");
        assert_eq!(parse(text).0, None);
    }
}

#[test]
fn structural_faults_are_errors() {
    check_entry("endpoints", r#""a": {}"#, &["2:2 /endpoints/a type missing type for endpoint [a]"]);
    check_entry("endpoints", r#""a": 1"#, &["2:2 /endpoints/a type missing type for endpoint [a]"]);
    check_entry(
        "endpoints",
        r#""a": {"type": "rest"}"#,
        &["2:16 /endpoints/a/type type unknown type [rest] for endpoint [a]"],
    );
    check_entry(
        "endpoints",
        r#""a": {"type": "graphql", "path": 1, "auth": "none"}"#,
        &["2:35 /endpoints/a/path type failed to parse graphql endpoint [a]: `path` must be a string, not a number"],
    );
    check_entry(
        "connections",
        r#""é": {"Type": "http"}"#,
        &[
            "2:2 /connections/é schema `é` is not a valid connection name",
            "2:2 /connections/é type missing type for connection [é]",
        ],
    );
    check_entry(
        "connections",
        r#""a": {"type": "graphql"}"#,
        &["2:16 /connections/a/type type unknown type [graphql] for connection [a]"],
    );
    check_entry(
        "connections",
        r#""a": {"type": "http", "endpoint": "http://x/", "headers": {"b/c": [], "d": 1}}"#,
        &[
            "2:61 /connections/a/headers/b~1c schema http connection [a]: `b/c` is not a valid name in `headers`",
            "2:68 /connections/a/headers/b~1c type failed to parse http connection [a]: `b/c` must be a string, not an array",
            "2:77 /connections/a/headers/d type failed to parse http connection [a]: `d` must be a string, not a number",
        ],
    );
    check_entry(
        "models",
        r#""m": 1"#,
        &["2:7 /models/m type failed to parse model [m]: it must be an object, not a number"],
    );
    check(
        r#"{"models": []}"#,
        &["1:12 /models type failed to parse manifest: `models` must be an object, not an array"],
    );
}

#[test]
fn faulty_entries_do_not_hide_the_others() {
    let (manifest, found) = parse(
        r#"{"connections": {"a": {}, "b": {"type": "mysql", "connString": "mysql://h"}},
            "endpoints": {"e": {"type": "graphql", "path": "/metrics", "auth": "none"}}}"#,
    );
    let manifest = manifest.unwrap();
    assert_eq!(manifest.connections.keys().collect::<Vec<_>>(), ["b"]);
    assert!(manifest.endpoints.is_empty());
    assert_eq!(found.len(), 2);
}

#[test]
fn the_schema_is_checked() {
    check(r#"{"hosts": 1}"#, &["1:2 /hosts schema manifest: unknown member `hosts`"]);
    check_entry(
        "endpoints",
        r#""a": {"type": "graphql", "path": "x", "auth": "jwt", "extra": 1}"#,
        &[
            "2:35 /endpoints/a/path schema graphql endpoint [a]: `path` must begin with `/` and hold no white space",
            "2:48 /endpoints/a/auth schema graphql endpoint [a]: `auth` must be `none` or `bearer-token`",
            "2:55 /endpoints/a/extra schema graphql endpoint [a]: unknown member `extra`",
        ],
    );
    check_entry(
        "endpoints",
        r#""a": {"type": "graphql"}"#,
        &[
            "2:2 /endpoints/a schema graphql endpoint [a]: `path` is missing",
            "2:2 /endpoints/a schema graphql endpoint [a]: `auth` is missing",
        ],
    );
    for (members, expected) in [
        (r#""type": "http""#, "exactly one of `baseUrl` and `endpoint` is needed, neither is there"),
        (r#""type": "http", "baseUrl": "http://a/", "endpoint": "http://a/""#, "is needed, not both"),
        (r#""type": "http", "baseUrl": "http://a""#, "`baseUrl` must end in `/`"),
        (r#""type": "http", "baseURL": "http://a/""#, "`baseURL` must be written `baseUrl`"),
        (r#""type": "http", "endpoint": "ftp://a""#, "`endpoint` must be an absolute http:// or https:// URL"),
        (r#""type": "http", "endpoint": "http://a", "headers": {"x": ""}"#, "`x` of `headers` is empty"),
        (r#""type": "http", "endpoint": "http://a", "endpoint": "http://b""#, "`endpoint` occurs twice"),
        (r#""type": "postgresql", "connString": "mysql://a""#, "`connString` is not a URI"),
        (r#""type": "mysql", "connString": "mysql://a:port/b""#, "`connString` is not a URI"),
        (r#""type": "mysql""#, "`connString` is missing"),
        (r#""type": "dgraph", "connString": "dgraph://a", "key": "k""#, "`connString` does not go with"),
        (r#""type": "dgraph""#, "`connString` or `grpcTarget` is missing"),
        (r#""type": "dgraph", "grpcTarget": "localhost""#, "`grpcTarget` must be `host:port`"),
        (r#""type": "neo4j", "dbUri": "bolt://a:7687", "username": "u", "password": """#, "`password` is empty"),
    ] {
        let found = findings(&format!("{{\"connections\": {{\"a\": {{{members}}}}}}}"));
        assert!(
            found.len() == 1 && found[0].contains(" schema ") && found[0].contains(expected),
            "{members} {found:?}"
        );
    }
}

#[test]
fn models_are_checked_against_their_connections() {
    for (members, expected) in [
        (r#""connection": "none""#, " connection model [m]: connection `none` does not exist"),
        (r#""connection": "db""#, " connection model [m]: connection `db` is of type `mysql`, not `http`"),
        ("", " schema model [m]: `connection` is missing"),
        (r#""connection": "hypermode", "provider": "hugging-face""#, " schema model [m]: `sourceModel` is missing"),
        (r#""connection": "api", "provider": "x""#, " schema model [m]: `provider` is only allowed"),
        (r#""connection": "api", "host": "x""#, " schema model [m]: unknown member `host`"),
    ] {
        let found = findings(&format!(
            r#"{{"models": {{"m": {{{members}}}}}, "connections": {{
                "api": {{"type": "http", "endpoint": "http://a"}}, "db": {{"type": "mysql", "connString": "mysql://"}}}}}}"#
        ));
        // A note about a hosted model comes behind what is wrong with it.
        let (notes, wrong): (Vec<_>, Vec<_>) = found.iter().partition(|found| found.contains(" hosted model ["));
        assert_eq!(notes.len(), usize::from(members.contains("hypermode")), "{members} {found:?}");
        assert!(wrong.len() == 1 && wrong[0].contains(expected), "{members} {found:?}");
    }
}

#[test]
fn names_match_in_any_case_and_the_last_counts() {
    let text = r#"{"CONNECTIONS": {"A": {"type": "http", "BASEURL": "http://a/"},
        "a": {"type": "http", "baseUrl": "http://b/"}, "a": {"type": "http", "baseUrl": "http://c/"}}}"#;
    let connections = parse(text).0.unwrap().connections;
    let base = |name: &str| match &connections[name] {
        Connection::Http(http) => http.base_url.clone(),
        _ => String::new(),
    };
    assert_eq!((base("A"), base("a")), ("http://a/".to_owned(), "http://c/".to_owned()));
}

#[test]
fn embedders_of_old_collections_are_found() {
    let text = r#"{"collections": {"texts": {"searchMethods": {
        "s1": {"embedder": "embed", "index": {"type": "sequential"}}, "s2": {"embedder": "other"}, "s3": {}}}, "x": 1}}"#;
    let (manifest, found) = parse(text);
    let manifest = manifest.unwrap();
    assert_eq!(manifest.embedders, ["embed", "other"]);
    let methods = &manifest.collections["texts"].search_methods;
    let method = |name: &str| (methods[name].embedder.as_str(), methods[name].index.as_str());
    assert_eq!([method("s1"), method("s2"), method("s3")], [("embed", "sequential"), ("other", ""), ("", "")]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(!found.iter().any(|finding| finding.kind.severity() == Severity::Error));
}
