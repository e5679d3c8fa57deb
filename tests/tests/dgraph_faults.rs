//! Promise: whatever becomes of a Dgraph server or of the way to it, a call ends within its time with an error that names the
//! connection, the next one works as soon as the server does, and no secret is told. Only what is safe is done twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tests::guests::Language;
use tests::raw::Raw;
use tests::runner::Options;
use tests::services::dgraph::Dgraph;
use tests::services::dgraph::double::{Call, Double, Reply, json as message, tokens};
use tests::services::dgraph::guest::{Guest, arguments, mutation};
use tests::services::dgraph::relay::Relay;
use tests::services::tunnel::Tunnel;
use tests::services::{free_port, is_left_out, until, wait_for_failures};

const READ: &str = "{ q(func: has(x)) { x } }";
const TOKEN: &str = "t0ken-t0ken";

fn plain(port: u16) -> Value {
    json!({"type": "dgraph", "connString": format!("dgraph://localhost:{port}")})
}

fn read(connection: &str) -> [(&'static str, Value); 4] {
    arguments(connection, READ, &[])
}

/// With these limits, and the token as the secret of the connection `db`.
fn options(limits: &[&str]) -> Options {
    Options::arguments(limits).env("MODUS_DB_TOKEN", TOKEN)
}

/// Serves the Go app with one connection.
fn serve(connection: &Value, limits: &[&str]) -> Guest {
    Guest::serve(Language::Go, &json!({"db": connection}), &options(limits))
}

/// The SDKs of both languages raise their errors, and the reason is in the log.
#[test]
fn nobody_listens() {
    for language in Language::ALL {
        let connections =
            json!({"db": plain(free_port()), "name": {"type": "dgraph", "connString": "dgraph://no.invalid:1"}});
        let guest = Guest::serve(language, &connections, &options(&[]));
        guest.refused("query", &read("db"), "dgraph connection [db]: cannot connect: ");
        guest.refused("query", &read("name"), "dgraph connection [name]: cannot connect: ");
        guest.refused("write", &mutation("db", &[("setNquads", "_:x <x> \"1\" .")]), "cannot connect: ");
        guest.refused("schema", &[("connection", json!("db")), ("schema", json!("x: int ."))], "cannot connect: ");
        guest.refused("dropAttr", &[("connection", json!("db")), ("attr", json!("x"))], "cannot connect: ");
        guest.refused("dropAll", &[("connection", json!("db"))], "cannot connect: ");
    }
}

/// Each answer that is none, and that the connection is good, or made anew, for the next call.
#[test]
fn answers_that_are_none() {
    let cases = [
        ("reset", Reply::Reset, "the connection was lost: "),
        ("page", Reply::Page(200), "the answer is not one of Dgraph: "),
        ("gateway", Reply::Page(502), "the answer is not one of Dgraph: "),
        ("garbage", Reply::Message(vec![0xff; 20]), "the answer is not one of Dgraph: "),
        ("binary", Reply::Message(vec![0x0a, 1, 0xff]), "the answer is not valid UTF-8"),
        ("unfinished", Reply::Unfinished(message("{}")), "the connection was lost: "),
        ("announced", Reply::Announced(u32::MAX), "the answer is larger than 1000 bytes (limit `database-answer`)"),
        ("large", Reply::Message(message(&"x".repeat(1000))), "larger than 1000 bytes (limit `database-answer`)"),
        ("never", Reply::Never, "it took longer than 4 s (limit `database-timeout`)"),
        ("half", Reply::Half, "it took longer than 4 s (limit `database-timeout`)"),
        ("late", Reply::Later(Duration::from_secs(60), message("{}")), "it took longer than 4 s"),
    ];
    let replies = cases.clone();
    let double = Double::start(move |call: &Call| {
        let text = String::from_utf8_lossy(&call.message).into_owned();
        let found = replies.iter().find(|(name, ..)| text.contains(&format!("<{name}>")));
        found.map_or_else(|| Reply::Message(message(r#"{"q":[]}"#)), |(_, reply, _)| reply.clone())
    });
    let guest = serve(&plain(double.port), &["--database-timeout", "4", "--database-answer", "1000"]);
    for (name, _, reason) in cases {
        let before = double.calls().len();
        guest.refused("query", &arguments("db", &format!("<{name}>"), &[]), reason);
        assert_eq!(double.calls().len(), before + 1, "{name}: nothing is asked twice");
        assert_eq!(guest.read("db", READ, &[]), json!({"q": []}), "{name}");
        let record = guest.runner.wait_for_log(|record| {
            record["detail"].as_str().is_some_and(|detail| detail.contains(&format!("<{name}>")))
                && record["error"].is_string()
        });
        assert!(
            record["error"].as_str().is_some_and(|error| error.starts_with("dgraph connection [db]: ")),
            "{record}"
        );
    }
    // Those whose time was over were given up at the server, too.
    assert!(double.cancelled() >= 1, "{}", double.cancelled());
    let (_, metrics) = guest.runner.get("/metrics");
    assert!(metrics.contains("database-timeout") && metrics.contains("database-answer"), "{metrics}");
    for (ending, number) in [("lost", 2), ("unusable", 4), ("too-large", 2), ("timeout", 3)] {
        wait_for_failures(&guest.runner, "db", ending, number);
    }
}

/// A transaction that had to give way is begun again, a few times. Whatever else goes wrong with one is told at once: it may
/// have been committed.
#[test]
fn what_is_done_twice() {
    let double = Double::start(|call: &Call| {
        let text = String::from_utf8_lossy(&call.message).into_owned();
        let status = |code, text: &str| Reply::Status(code, text.to_owned());
        match () {
            () if text.contains("aborted") => status(10, "Transaction has been aborted. Please retry"),
            () if text.contains("untold") => status(2, "Transaction has been aborted. Please retry"),
            () if text.contains("unavailable") => status(14, "no"),
            () if text.contains("wordy") => status(2, &"w".repeat(100_000)),
            () => Reply::Reset,
        }
    });
    let guest = serve(&plain(double.port), &[]);
    for (text, reason, calls) in [
        ("aborted", "Transaction has been aborted. Please retry", 6),
        ("untold", "Transaction has been aborted. Please retry", 6),
        ("unavailable", "rpc error: code = Unavailable desc = no", 1),
        ("wordy", "rpc error: code = Unknown desc = www", 1),
        ("lost", "dgraph connection [db]: the connection was lost: ", 1),
    ] {
        let before = double.calls().len();
        guest.refused("write", &mutation("db", &[("setNquads", text)]), reason);
        assert_eq!(double.calls().len() - before, calls, "{text}");
    }
    let before = double.calls().len();
    guest.refused("query", &arguments("db", "aborted", &[]), "Transaction has been aborted");
    assert_eq!(double.calls().len() - before, 1, "a query is no transaction that gives way");
}

/// Answers that come byte by byte are read. Those that are too slow end with their time, and others are not disturbed.
#[test]
fn slow_answers() {
    let double = Double::start(|_: &Call| Reply::Message(message(r#"{"q":[]}"#)));
    for language in Language::ALL {
        let tunnel = Tunnel::to(double.port);
        let connections = json!({"db": plain(tunnel.port), "direct": plain(double.port)});
        let guest = Guest::serve(language, &connections, &options(&["--database-timeout", "20"]));
        assert_eq!(guest.read("db", READ, &[]), json!({"q": []}));
        tunnel.drip(Duration::from_millis(2));
        assert_eq!(guest.read("db", READ, &[]), json!({"q": []}), "{language:?}");
        tunnel.drip(Duration::from_secs(1));
        std::thread::scope(|scope| {
            let slow = scope.spawn(|| guest.refused("query", &read("db"), "dgraph connection [db]: "));
            assert_eq!(guest.read("direct", READ, &[]), json!({"q": []}), "{language:?}");
            slow.join().expect("an answer");
        });
        tunnel.drip(Duration::ZERO);
        assert_eq!(guest.read("db", READ, &[]), json!({"q": []}), "{language:?}");
    }
}

/// Tokens go to the server, and nowhere else, although it repeats them.
#[test]
fn secrets_in_what_the_server_says() {
    let (double, certificate) = Double::start_with_tls(|call: &Call| {
        Reply::Status(16, format!("who is {}?", call.header("authorization").unwrap_or_default()))
    });
    let roots = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(roots.path(), certificate).expect("a file");
    let roots = roots.path().to_str().expect("a path");
    let port = double.port;
    let string = |rest: &str| json!({"type": "dgraph", "connString": format!("dgraph://localhost:{port}?{rest}")});
    let target = json!({"type": "dgraph", "grpcTarget": format!("LOCALHOST:{port}"), "key": "{{TOKEN}}"});
    for (connection, sent) in [
        (string("sslmode=verify-ca&bearertoken={{TOKEN}}"), format!("Bearer {TOKEN}")),
        (string("apikey={{TOKEN}}&sslmode=require"), TOKEN.to_owned()),
        (target, format!("Bearer {TOKEN}")),
    ] {
        let guest = Guest::serve(
            Language::AssemblyScript,
            &json!({"db": connection}),
            &options(&[]).env("SSL_CERT_FILE", roots),
        );
        let shown = sent.replace(TOKEN, "***");
        guest.refused("query", &read("db"), &format!("rpc error: code = Unauthenticated desc = who is {shown}?"));
        assert_eq!(double.calls().last().and_then(|call| call.header("authorization").map(str::to_owned)), Some(sent));
        let (_, metrics) = guest.runner.get("/metrics");
        assert!(!guest.runner.log().contains(TOKEN) && !metrics.contains(TOKEN));
    }
    // Without TLS it would be read on the way.
    let guest = serve(&string("bearertoken={{TOKEN}}"), &[]);
    guest.refused("query", &read("db"), "the credentials require transport level security");
    // A certificate for another name.
    let other = json!({"type": "dgraph", "connString": format!("dgraph://127.0.0.1:{port}?sslmode=verify-ca")});
    let guest = Guest::serve(Language::Go, &json!({"db": other}), &options(&[]).env("SSL_CERT_FILE", roots));
    guest.refused("query", &read("db"), "dgraph connection [db]: cannot connect: ");
    // No TLS at the other end.
    let double = Double::start(|_: &Call| Reply::Message(message("{}")));
    let secure = json!({"type": "dgraph", "connString": format!("dgraph://localhost:{}?sslmode=require", double.port)});
    serve(&secure, &[]).refused("query", &read("db"), "dgraph connection [db]: cannot connect: ");
}

/// Many who come at once sign in once. A token that is over is renewed; when that is not possible any more, the user signs in
/// again.
#[test]
fn signing_in() {
    let rounds = AtomicUsize::new(0);
    let double = Double::start(move |call: &Call| {
        let round = rounds.load(Ordering::SeqCst);
        let text = String::from_utf8_lossy(&call.message).into_owned();
        let refused = |text: &str| Reply::Status(16, format!("{text} passw0rd"));
        match (&*call.function, call.header("accessjwt")) {
            ("Login", _) if text.contains("refresh-1") => refused("too old"),
            ("Login", _) if text.contains("refresh") || (text.contains("ann") && text.contains("passw0rd")) => {
                let round = rounds.fetch_add(1, Ordering::SeqCst) + 1;
                Reply::Message(tokens(&format!("access-{round}"), &format!("refresh-{round}")))
            }
            ("Login", _) => refused("unknown"),
            (_, Some(token)) if token == format!("access-{round}") && !text.contains(&format!("<over-{round}>")) => {
                Reply::Later(Duration::from_millis(100), message(r#"{"q":[]}"#))
            }
            _ => refused("Token is expired"),
        }
    });
    let connection =
        json!({"type": "dgraph", "connString": format!("dgraph://ann:{{{{TOKEN}}}}@localhost:{}", double.port)});
    let options = Options::default().env("MODUS_DB_TOKEN", "passw0rd");
    let guest = Guest::serve(Language::Go, &json!({"db": connection}), &options);
    let logins = || double.calls().iter().filter(|call| call.function == "Login").count();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| guest.read("db", READ, &[]));
        }
    });
    assert_eq!((logins(), double.calls().len()), (1, 9));
    // The refresh token is refused, so it is the password's turn; the second time the refresh token does.
    guest.read("db", "<over-1>", &[]);
    assert_eq!((logins(), double.calls().len()), (3, 13));
    guest.read("db", "<over-2>", &[]);
    assert_eq!((logins(), double.calls().len()), (4, 16));
    // What is refused with a new token, too, is told.
    let arguments = arguments("db", "<over-3> <over-4>", &[]);
    guest.refused("query", &arguments, "rpc error: code = Unauthenticated desc = Token is expired ***");
    assert!(!guest.runner.log().contains("passw0rd"));
}

/// A call whose client is gone is given up at the server; the connection stays.
#[test]
fn cancelled_calls() {
    let double = Double::start(|call: &Call| match call.message.windows(6).any(|part| part == b"<wait>") {
        true => Reply::Never,
        false => Reply::Message(message(r#"{"q":[]}"#)),
    });
    let guest = serve(&plain(double.port), &[]);
    assert_eq!(guest.read("db", READ, &[]), json!({"q": []}));
    let mut client = Raw::connect(&guest.runner);
    let query = Guest::query("query", &arguments("db", "<wait>", &[]));
    client.send(Raw::post(&json!({"query": query}).to_string(), &[]));
    until("the call arrives", || double.calls().len() == 2);
    drop(client);
    until("the call is given up", || double.cancelled() == 1);
    wait_for_failures(&guest.runner, "db", "cancelled", 1);
    let record = guest.runner.wait_for_log(|record| record["message"] == "Cancelled DQL operation.");
    assert_eq!(record["level"], "warn", "{record}");
    assert_eq!(guest.read("db", READ, &[]), json!({"q": []}));
    assert_eq!(double.connections(), 1);
}

/// So many at once, and so many more that wait.
#[test]
fn more_calls_than_there_may_be() {
    let double = Double::start(|_: &Call| Reply::Later(Duration::from_secs(2), message(r#"{"q":[]}"#)));
    let guest = serve(&plain(double.port), &["--database-connections", "2", "--database-waiting", "1"]);
    let results: Vec<_> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| guest.call("query", &read("db")))).collect();
        calls.into_iter().map(|call| call.join().expect("a call")).collect()
    });
    let answered = results.iter().filter(|result| result.is_ok()).count();
    assert!((3..8).contains(&answered), "{results:?}");
    let reason = "operations are waiting for their turn (limit `database-waiting`)";
    guest.runner.wait_for_log(|record| record["error"].as_str().is_some_and(|error| error.contains(reason)));
    assert_eq!(guest.read("db", READ, &[]), json!({"q": []}));
    assert_eq!(double.connections(), 1, "one connection carries all");
}

/// With a real server: its end, its return, a network that falls silent, transactions that collide, and a large answer.
#[test]
fn a_server_that_goes_and_comes_back() {
    if is_left_out("dgraph") {
        return;
    }
    let mut server = Dgraph::start();
    let relay = Relay::to(server.port());
    let connections = json!({"db": plain(server.port()), "relayed": plain(relay.port)});
    let serve = |limits: &[&str]| Guest::serve(Language::AssemblyScript, &connections, &options(limits));
    silence(&serve(&["--database-timeout", "5"]), &relay);
    let guest = serve(&["--database-timeout", "60", "--database-answer", "100000"]);
    guest.schema("db", "name: string @index(exact) .\ncount: int .");
    collisions(&guest);

    let large = "x".repeat(1000);
    let nodes: Vec<_> = (0..200).map(|_| json!({"name": "large", "text": large})).collect();
    guest.write("db", &[("setJson", &json!(nodes).to_string())]);
    let query = "{ q(func: eq(name, \"large\")) { text } }";
    guest.refused("query", &arguments("db", query, &[]), "the answer is larger than 100000 bytes");

    server.stop();
    guest.refused("query", &read("db"), "dgraph connection [db]: ");
    server.start_again();
    // It says that it is healthy: the next call finds it.
    let found = guest.read("db", "{ q(func: eq(name, \"counter\")) { count } }", &[]);
    assert_eq!(found, json!({"q": [{"count": 40}]}), "what was committed is there");
}

/// A connection at whose other end nobody is any more is noticed by the first call that uses it, within its time.
fn silence(guest: &Guest, relay: &Relay) {
    assert_eq!(guest.read("relayed", READ, &[]), json!({"q": []}));
    relay.fall_silent();
    guest.refused("query", &read("relayed"), "dgraph connection [relayed]: ");
    let before = relay.connections();
    assert_eq!(guest.read("relayed", READ, &[]), json!({"q": []}));
    assert_eq!(relay.connections(), before + 1, "the old connection was given up");
}

/// Many calls count up the same number at once: none is lost and none is counted twice. One that has given way too often
/// says so, and is called again.
fn collisions(guest: &Guest) {
    guest.write("db", &[("setNquads", "_:c <name> \"counter\" .\n_:c <count> \"0\" .")]);
    let query = "{ q(func: eq(name, \"counter\")) { c as uid n as count m as math(n + 1) } }";
    let mut all = arguments("db", query, &[]).to_vec();
    all.extend([("setNquads", json!("uid(c) <count> val(m) .")), ("delNquads", json!("")), ("condition", json!(""))]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    while let Err(message) = guest.call("both", &all) {
                        assert!(message.contains("Please retry"), "{message}");
                    }
                }
            });
        }
    });
    let found = guest.read("db", "{ q(func: eq(name, \"counter\")) { count } }", &[]);
    assert_eq!(found, json!({"q": [{"count": 40}]}));
}
