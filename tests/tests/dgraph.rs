//! Promise: guests query and change Dgraph through the manifest's connections, in both languages and by both generations of
//! calls: variables, JSON and RDF, upserts with conditions, schemas, drops; users sign in, and TLS is checked as it is asked for.

use std::sync::{LazyLock, RwLock};

use serde_json::{Value, json};
use tests::guests::Language;
use tests::runner::Options;
use tests::services::dgraph::guest::{Guest, arguments, uids};
use tests::services::dgraph::{Dgraph, TOKEN_SECONDS};
use tests::services::is_left_out;

static SERVER: LazyLock<Dgraph> = LazyLock::new(Dgraph::start);
/// Held for writing where everything is dropped.
static ALONE: RwLock<()> = RwLock::new(());

/// Serves the apps of both languages one after the other. `name` begins the names of the predicates that the test has.
fn each_language(name: &str, test: impl Fn(&Guest, &str)) {
    if is_left_out("dgraph") {
        return;
    }
    let _shared = ALONE.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    for language in Language::ALL {
        let guest = serve(language);
        test(&guest, &format!("{name}{}", language.name()));
    }
}

fn serve(language: Language) -> Guest {
    let connections = json!({
        "db": {"type": "dgraph", "connString": format!("dgraph://{}", SERVER.address())},
        "older": {"type": "dgraph", "grpcTarget": SERVER.address(), "key": "{{NONE}}"},
        "http": {"type": "http", "baseUrl": "http://127.0.0.1/"},
    });
    Guest::serve(language, &connections, &Options::default())
}

#[test]
fn json_and_variables() {
    each_language("json", |guest, p| {
        guest.schema("db", &format!("{p}.name: string @index(exact) .\n{p}.age: int ."));
        let ann = json!({"uid": "_:ann", (format!("{p}.name")): "Ann \"A\" \u{1F600}", (format!("{p}.age")): 7});
        let bob = json!({"uid": "_:bob", (format!("{p}.name")): "Bob"});
        let made = guest.write("db", &[("setJson", &json!([ann, bob]).to_string())]);
        assert_eq!(made.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["ann", "bob"]);
        assert!(made.iter().all(|(_, uid)| uid.starts_with("0x")), "{made:?}");

        let query = format!("query q($name: string) {{ q(func: eq({p}.name, $name)) {{ {p}.name {p}.age }} }}");
        let found = guest.read("db", &query, &[("$name", "Ann \"A\" \u{1F600}")]);
        assert_eq!(found, json!({"q": [{(format!("{p}.name")): "Ann \"A\" \u{1F600}", (format!("{p}.age")): 7}]}));
        assert_eq!(guest.read("db", &query, &[("$name", "nobody")]), json!({"q": []}));

        let gone = json!({"uid": made[1].1, (format!("{p}.name")): null}).to_string();
        assert_eq!(guest.write("db", &[("delJson", &gone)]), []);
        assert_eq!(guest.read("db", &query, &[("$name", "Bob")]), json!({"q": []}));
        let record = guest.runner.wait_for_log(|record| {
            record["message"] == "Completed DQL operation."
                && record["detail"].as_str().is_some_and(|detail| detail.contains("delJson"))
        });
        assert_eq!(record["detail"], format!("Host: db Req: {}", json!({"mutations": [{"delJson": gone}]})));
        guest.runner.wait_for_log(|record| record["message"] == "Executing DQL operation.");
    });
}

#[test]
fn rdf_and_several_mutations_at_once() {
    each_language("rdf", |guest, p| {
        guest.schema("db", &format!("{p}.name: string @index(exact) .\n{p}.knows: [uid] ."));
        let text = "a\"b\\c\nd\te\u{1}f\u{9f}g \u{2603}";
        let escaped = guest.ok("escape", &[("text", json!(text))]);
        let escaped = escaped.as_str().expect("a text");
        assert_eq!(escaped.to_lowercase(), "a\\\"b\\\\c\\nd\\te\\u0001f\\u009fg \u{2603}");
        let made = guest.write("db", &[("setNquads", &format!("_:x <{p}.name> \"{escaped}\" ."))]);
        let x = &made[0].1;
        let query = format!("query q($uid: string) {{ q(func: uid($uid)) {{ {p}.name {p}.knows {{ {p}.name }} }} }}");
        let name = &*format!("{p}.name");
        assert_eq!(guest.read("db", &query, &[("$uid", x)]), json!({"q": [{(name): text}]}));

        let pair = guest.ok(
            "pair",
            &[
                ("connection", json!("db")),
                ("first", json!(format!("_:y <{p}.name> \"y\" ."))),
                ("second", json!(format!("<{x}> <{p}.knows> _:y ."))),
            ],
        );
        assert_eq!(uids(&pair).len(), 1, "{pair}");
        let known = json!({"q": [{(name): text, (format!("{p}.knows")): [{(name): "y"}]}]});
        assert_eq!(guest.read("db", &query, &[("$uid", x)]), known);

        guest.write("db", &[("delNquads", &format!("<{x}> <{p}.knows> * ."))]);
        assert_eq!(guest.read("db", &query, &[("$uid", x)]), json!({"q": [{(name): text}]}));
    });
}

#[test]
fn variables_of_each_type() {
    each_language("typed", |guest, p| {
        guest.schema(
            "db",
            &format!(
                "{p}.t: string @index(exact) .\n{p}.i: int @index(int) .\n{p}.f: float @index(float) .\n\
                 {p}.b: bool @index(bool) .\n{p}.v: float32vector @index(hnsw(metric: \"euclidean\")) ."
            ),
        );
        let node = json!({
            (format!("{p}.t")): "Ann \"A\"", (format!("{p}.i")): -7, (format!("{p}.f")): 1.5, (format!("{p}.b")): true,
            (format!("{p}.v")): "[0.5, -1, 2]",
        });
        guest.write("db", &[("setJson", &node.to_string())]);
        let query = format!(
            "query q($text: string, $integer: int, $float: float, $flag: bool, $vector: float32vector) {{
                t(func: eq({p}.t, $text)) {{ {p}.t }}
                i(func: eq({p}.i, $integer)) {{ {p}.i }}
                f(func: eq({p}.f, $float)) {{ {p}.f }}
                b(func: eq({p}.b, $flag)) {{ {p}.b }}
                v(func: similar_to({p}.v, 1, $vector)) {{ {p}.t }}
            }}"
        );
        let answer = guest.ok("typed", &[("connection", json!("db")), ("query", json!(query))]);
        let mut found: Value = serde_json::from_str(answer["json"].as_str().expect("a text")).expect("JSON");
        // Dgraph writes it with six places.
        assert_eq!(found["f"].take()[0][format!("{p}.f")].as_f64(), Some(1.5));
        let expected = json!({
            "t": [{(format!("{p}.t")): "Ann \"A\""}],
            "i": [{(format!("{p}.i")): -7}],
            "f": null,
            "b": [{(format!("{p}.b")): true}],
            "v": [{(format!("{p}.t")): "Ann \"A\""}],
        });
        assert_eq!(found, expected);
    });
}

#[test]
fn upserts_with_conditions() {
    each_language("upsert", |guest, p| {
        guest.schema("db", &format!("{p}.mail: string @index(exact) @upsert .\n{p}.name: string ."));
        let both = |mail: &str, name: &str, condition: &str| {
            let query = format!("query q($mail: string) {{ q(func: eq({p}.mail, $mail)) {{ v as uid }} }}");
            let mut all = arguments("db", &query, &[("$mail", mail)]).to_vec();
            let set = format!("uid(v) <{p}.mail> \"{mail}\" .\nuid(v) <{p}.name> \"{name}\" .");
            all.extend([("setNquads", json!(set)), ("delNquads", json!("")), ("condition", json!(condition))]);
            guest.ok("both", &all)
        };
        let unless_there = "@if(eq(len(v), 0))";
        let made = both("a@x", "first", unless_there);
        let made = uids(&made);
        assert_eq!(made.len(), 1, "{made:?}");
        // The condition does not hold any more.
        let kept = both("a@x", "second", unless_there);
        assert_eq!((uids(&kept), kept["json"].as_str().is_some_and(|json| json.contains(&made[0].1))), (vec![], true));
        let query = format!("{{ q(func: eq({p}.mail, \"a@x\")) {{ {p}.name }} }}");
        assert_eq!(guest.read("db", &query, &[]), json!({"q": [{(format!("{p}.name")): "first"}]}));
        both("a@x", "third", "");
        assert_eq!(guest.read("db", &query, &[]), json!({"q": [{(format!("{p}.name")): "third"}]}));
    });
}

#[test]
fn calls_and_connections_of_older_apps() {
    each_language("old", |guest, p| {
        guest.schema("older", &format!("{p}.name: string @index(exact) ."));
        let older = |query: &str, set: &str, delete: &str| {
            let query = ("query", json!(query));
            guest.ok(
                "older",
                &[("connection", json!("older")), query, ("setJson", json!(set)), ("delJson", json!(delete))],
            )
        };
        let made = older("", &json!({"uid": "_:n", (format!("{p}.name")): "n"}).to_string(), "");
        assert_eq!(uids(&made)[0].0, "n");
        let query = format!("{{ q(func: eq({p}.name, \"n\")) {{ v as uid }} }}");
        let found = older(&query.replace("v as ", ""), "", "");
        assert_eq!(found["json"], json!({"q": [{"uid": uids(&made)[0].1}]}).to_string().as_str());
        older(&query, "", &json!({"uid": "uid(v)", (format!("{p}.name")): null}).to_string());
        assert_eq!(guest.read("older", &query.replace("v as uid", "uid"), &[]), json!({"q": []}));
        guest.refused(
            "older",
            &[("connection", json!("older")), ("query", json!("")), ("setJson", json!("")), ("delJson", json!(""))],
            "no query or mutations provided",
        );
    });
}

#[test]
fn what_the_server_refuses_and_connections_that_are_none() {
    each_language("no", |guest, p| {
        let connection = |name: &str| arguments(name, "{ q(func: has(x)) { uid } }", &[]);
        guest.refused("query", &arguments("db", "{ q(func: ", &[]), "rpc error: code = Unknown desc = ");
        guest.refused("query", &connection("absent"), "dgraph connection [absent] not found");
        guest.refused("query", &connection("http"), "[http] is not a dgraph connection");
        let schema = [("connection", json!("db")), ("schema", json!(format!("{p}.name: nonsense .")))];
        guest.refused("schema", &schema, "rpc error: code = Unknown desc = ");
        guest.refused("dropAll", &[("connection", json!("absent"))], "not found");
        guest.refused("dropAttr", &[("connection", json!("http")), ("attr", json!("a"))], "is not a dgraph connection");
        // All goes on.
        guest.schema("db", &format!("{p}.name: string ."));
    });
}

#[test]
fn drops() {
    if is_left_out("dgraph") {
        return;
    }
    let _alone = ALONE.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    for language in Language::ALL {
        let guest = serve(language);
        guest.schema("db", "kept: string @index(exact) .\ndropped: string .");
        guest.write("db", &[("setNquads", "_:x <kept> \"k\" .\n_:x <dropped> \"d\" .")]);
        let query = "{ q(func: eq(kept, \"k\")) { kept dropped } }";
        assert_eq!(guest.read("db", query, &[]), json!({"q": [{"kept": "k", "dropped": "d"}]}));
        assert_eq!(guest.ok("dropAttr", &[("connection", json!("db")), ("attr", json!("dropped"))]), "success");
        assert_eq!(guest.read("db", query, &[]), json!({"q": [{"kept": "k"}]}));
        assert_eq!(guest.ok("dropAll", &[("connection", json!("db"))]), "success");
        guest.schema("db", "kept: string @index(exact) .");
        assert_eq!(guest.read("db", query, &[]), json!({"q": []}));
        for message in ["Completed DQL attribute drop.", "Completed DQL data drop.", "Completed DQL schema alteration."]
        {
            guest.runner.wait_for_log(|record| record["message"] == message && record["duration_ms"].is_number());
        }
    }
}

/// Users with their passwords as secrets, and each mode of TLS. Tokens are renewed when they are over.
#[test]
fn users_and_tls() {
    if is_left_out("dgraph") {
        return;
    }
    let server = Dgraph::start_secured();
    let address = server.address();
    let string =
        |user: &str, mode: &str| json!({"type": "dgraph", "connString": format!("dgraph://{user}{address}{mode}")});
    let connections = json!({
        "db": string("groot:{{PASSWORD}}@", "?sslmode=verify-ca"),
        "unchecked": string("groot:{{PASSWORD}}@", "?sslmode=require"),
        "nobody": string("", "?sslmode=verify-ca"),
        "wrong": string("groot:{{WRONG}}@", "?sslmode=verify-ca"),
        "plain": string("groot:{{PASSWORD}}@", ""),
        "unset": string("groot:{{UNSET}}@", ""),
    });
    let roots = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(roots.path(), &server.certificate).expect("a file");
    for language in Language::ALL {
        let mut options = Options::default().env("SSL_CERT_FILE", roots.path().to_str().expect("a path"));
        for name in ["DB", "UNCHECKED", "PLAIN"] {
            options = options.env(&format!("MODUS_{name}_PASSWORD"), "password");
        }
        let guest = Guest::serve(language, &connections, &options.env("MODUS_WRONG_WRONG", "s3cret-s3cret"));
        let p = format!("acl{}", language.name());
        guest.schema("db", &format!("{p}.name: string @index(exact) ."));
        guest.write("unchecked", &[("setNquads", &format!("_:x <{p}.name> \"x\" ."))]);
        let query = format!("{{ q(func: eq({p}.name, \"x\")) {{ {p}.name }} }}");
        let expected = json!({"q": [{(format!("{p}.name")): "x"}]});
        assert_eq!(guest.read("db", &query, &[]), expected);
        // What the server says then is in its log: the token is not valid any more.
        std::thread::sleep(std::time::Duration::from_secs(TOKEN_SECONDS + 1));
        assert_eq!(guest.read("db", &query, &[]), expected);
        guest.schema("unchecked", &format!("{p}.name: string @index(exact) ."));

        guest.refused("query", &arguments("nobody", &query, &[]), "rpc error: code = Unauthenticated");
        guest.refused(
            "query",
            &arguments("wrong", &query, &[]),
            "dgraph connection [wrong]: cannot connect: failed to sign in user: rpc error: ",
        );
        guest.refused("query", &arguments("plain", &query, &[]), "dgraph connection [plain]: ");
        guest.refused("query", &arguments("unset", &query, &[]), "secret MODUS_UNSET_UNSET was not found");
        let log = guest.runner.log();
        for secret in ["groot:", "s3cret", ":password", "password@", "eyJ"] {
            assert!(!log.contains(secret), "{language:?}: {secret} is in the log: {log}");
        }
    }
    // Nobody vouches for the certificate now.
    let guest = Guest::serve(Language::Go, &connections, &Options::default().env("MODUS_DB_PASSWORD", "password"));
    guest.refused(
        "query",
        &arguments("db", "{ q(func: has(x)) { uid } }", &[]),
        "dgraph connection [db]: cannot connect: ",
    );
}
