//! Promise: what goes wrong between the runner and Neo4j is an error within its time that names the connection and no secret.
//! Connections that are not in order are not used again, what can be tried again without harm is, and the next query works.

use std::net::TcpListener;

use serde_json::{Value, json};
use tests::app;
use tests::guests::{Apps as _, Language};
use tests::services::neo4j::asking::{ASK, ask, connection, fails, serve, works};
use tests::services::neo4j::double::{
    self, BEGIN, COMMIT, Double, HANDSHAKE, HELLO, LOGON, PULL, RESET, ROUTE, RUN, Reply, Seen, failure, record,
    success, text,
};
use tests::services::neo4j::{Neo4j, PASSWORD};
use tests::services::{is_left_out, wait_for_failures};

fn to(double: &Double) -> Value {
    connection(&format!("bolt://127.0.0.1:{}", double.port))
}

/// The script of a double that does something about the first message of a kind.
fn first(tag: u8, reply: Reply) -> impl Fn(&Seen) -> Option<Reply> + Send + Sync {
    move |seen| (seen.tag == tag && seen.before == 0).then(|| reply.clone())
}

fn transient() -> Vec<u8> {
    failure("Neo.TransientError.Transaction.DeadlockDetected", "deadlock")
}

/// What happens to the first message of a kind, under a name, and what the log says about it.
fn misbehaviour() -> Vec<(&'static str, u8, Reply, &'static str)> {
    let slow = "it took longer than 8 s (limit `database-timeout`)";
    let large = "larger than 20000 bytes (limit `database-answer`)";
    let record_of = |value: Vec<u8>| Reply::Messages(vec![record(&[value]), success(&[])]);
    let infinity = [&[0xC1][..], &f64::INFINITY.to_be_bytes()].concat();
    let long_text = [&[0xD2, 0, 0, 0x75, 0x30][..], &[b'x'; 30_000]].concat();
    let lists = [[0x91].repeat(5000), vec![1]].concat();
    let many = vec![record(&[text(&"x".repeat(1000))]); 30];
    let syntax = failure("Neo.ClientError.Statement.SyntaxError", "not Cypher");
    let stranger = failure("Neo.ClientError.Security.Unauthorized", "who are you");
    vec![
        ("mute", HELLO, Reply::Silence, slow),
        ("slow", RUN, Reply::Silence, slow),
        ("stuck", PULL, Reply::Silence, slow),
        // Chunks without content, which mean no more than that the server is there.
        ("drip", PULL, Reply::Drip(vec![0; 4000], 5), slow),
        ("closing", HELLO, Reply::Close, "cannot connect: the server has closed the connection"),
        ("unsure", COMMIT, Reply::Close, "it was being committed, and may be or not"),
        ("web", HANDSHAKE, Reply::Bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()), "the port is one for HTTP"),
        ("future", HANDSHAKE, Reply::Bytes(vec![0; 4]), "none of the versions 5.0 to 5.4 and 4.4 of Bolt"),
        ("noise", HELLO, Reply::Bytes(vec![0, 3, 1, 2, 3, 0, 0]), "cannot connect: the answer is not valid PackStream"),
        ("garbage", PULL, Reply::Bytes(vec![0, 2, 0xB1, 0x33, 0, 0]), "the answer is not valid PackStream"),
        ("broken", PULL, Reply::Bytes(vec![0, 4, 0xB1, 0x71, 0x91, 0xD2, 0, 0]), "it ends too early"),
        ("infinite", PULL, record_of(infinity), "NaN or infinite"),
        ("strange", PULL, record_of(vec![0xB1, b'?', 1]), "unknown kind (0x3F)"),
        ("deep", PULL, record_of(lists), "nested more than 128 deep"),
        ("large", PULL, record_of(long_text), large),
        ("many", PULL, Reply::Messages(many), large),
        ("picky", RUN, Reply::Messages(vec![syntax]), "not Cypher (Neo.ClientError.Statement.SyntaxError)"),
        ("closed", LOGON, Reply::Messages(vec![stranger]), "cannot connect: who are you (Neo.ClientError.Security"),
    ]
}

/// Whatever happens to the first query, the second one works.
#[test]
fn servers_that_misbehave() {
    let started = |(name, tag, reply, reason)| (name, Double::start(first(tag, reply)), reason);
    let cases = misbehaviour().into_iter().map(started);
    let (late, others): (Vec<_>, Vec<_>) = cases.partition(|(.., reason)| reason.contains("took longer"));
    for (cases, timeout) in [(others, "60"), (late, "8")] {
        let connections = cases.iter().map(|(name, double, _)| ((*name).to_owned(), to(double))).collect();
        let arguments = ["--database-timeout", timeout, "--database-answer", "20000"];
        let (_app, runner) = serve(Language::Go, &Value::Object(connections), &arguments);
        for (name, double, reason) in &cases {
            fails(&runner, name, "RETURN 1", reason);
            works(&runner, name, name);
            // None of them was tried again.
            assert!(double.seen(RUN).len() <= 2, "{name}");
        }
    }
}

#[test]
fn nobody_there_and_what_the_manifest_says() {
    // Refused at once, and never answered: nobody accepts.
    let port = tests::services::free_port();
    let full = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!("bolt://{}", full.local_addr().expect("an address"));
    let connections = json!({
        "down": connection(&format!("bolt://127.0.0.1:{port}")),
        "lost": connection(&format!("neo4j://127.0.0.1:{port}")),
        "silent": connection(&silent),
        "nameless": connection("neo4j://no-such-host.invalid"),
        "web": connection("http://127.0.0.1"),
        "empty": {"type": "neo4j", "dbUri": "bolt://h", "username": "", "password": ""},
        "secretless": {"type": "neo4j", "dbUri": "bolt://h", "username": "{{NONE}}", "password": "p"},
        "sql": {"type": "postgresql", "connString": "postgresql://u:p@h/d"},
    });
    for language in Language::ALL {
        let (_app, runner) = serve(language, &connections, &["--database-timeout", "8"]);
        fails(&runner, "down", "RETURN 1", "cannot connect: Connection refused");
        fails(&runner, "lost", "RETURN 1", "cannot connect: Connection refused");
        fails(&runner, "silent", "RETURN 1", "it took longer than 8 s");
        fails(&runner, "nameless", "RETURN 1", "Neo4j connection [nameless]: ");
        fails(&runner, "web", "RETURN 1", "URI scheme http is not supported");
        fails(&runner, "empty", "RETURN 1", "has empty required fields: [Username Password]");
        fails(&runner, "secretless", "RETURN 1", "secret MODUS_SECRETLESS_NONE was not found");
        fails(&runner, "sql", "RETURN 1", "is not a Neo4j connection");
        fails(&runner, "absent", "RETURN 1", "Neo4j connection [absent] not found");
        let message =
            ask(&runner, "absent", "RETURN 1")["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
        let own = match language {
            Language::Go => "the query failed",
            Language::AssemblyScript => "Error executing Query.",
        };
        assert!(message.contains(own), "{language:?}: {message}");
    }
}

#[test]
fn what_is_tried_again_and_what_is_not() {
    // Refused three times for the time being: on one connection, which is brought into order each time.
    let busy = Double::start(|seen| match (seen.tag, seen.before) {
        (RUN, 0..3) => Some(Reply::Messages(vec![transient()])),
        _ => None,
    });
    let deadlock = Double::start(first(COMMIT, Reply::Messages(vec![transient()])));
    let ended = Double::start(first(
        RUN,
        Reply::Messages(vec![failure("Neo.TransientError.Transaction.Terminated", "ended by somebody")]),
    ));
    let lost = Double::start(first(PULL, Reply::Close));
    let never = Double::start(|seen| (seen.tag == RUN).then_some(Reply::Close));
    let expired = Double::start(first(
        BEGIN,
        Reply::Messages(vec![failure("Neo.ClientError.Security.AuthorizationExpired", "who were you")]),
    ));
    let connections = json!({
        "busy": to(&busy), "deadlock": to(&deadlock), "ended": to(&ended), "lost": to(&lost), "never": to(&never),
        "expired": to(&expired),
    });
    let (_app, runner) = serve(Language::AssemblyScript, &connections, &[]);
    works(&runner, "busy", "after refusals");
    assert_eq!((busy.seen(HELLO).len(), busy.seen(RUN).len(), busy.seen(RESET).len()), (1, 4, 3));
    works(&runner, "deadlock", "after a refused commit");
    assert_eq!((deadlock.seen(RUN).len(), deadlock.seen(COMMIT).len()), (2, 2));
    fails(&runner, "ended", "RETURN 1", "ended by somebody");
    assert_eq!(ended.seen(RUN).len(), 1);
    works(&runner, "lost", "on another connection");
    assert_eq!((lost.seen(HELLO).len(), lost.seen(COMMIT).len()), (2, 1));
    fails(&runner, "never", "RETURN 1", "the connection was lost: ");
    assert_eq!((never.seen(HELLO).len(), never.seen(COMMIT).len()), (3, 0));
    works(&runner, "expired", "introduced again");
    assert_eq!(expired.seen(HELLO).len(), 2);
}

#[test]
fn connections_are_used_again_only_when_in_order() {
    let kept = Double::start(|_| None);
    let silent = Double::start(first(RUN, Reply::Silence));
    // It answers, and then closes the connection, as one does that is shut down.
    let leaving = Double::start(first(COMMIT, Reply::Last(vec![success(&[])])));
    let connections = json!({"kept": to(&kept), "silent": to(&silent), "leaving": to(&leaving)});
    let (_app, runner) = serve(Language::Go, &connections, &["--database-connections", "1"]);
    for _ in 0..5 {
        works(&runner, "kept", "again and again");
    }
    assert_eq!((kept.seen(HELLO).len(), kept.seen(RESET).len()), (1, 0));
    // A client that goes away takes its query with it, and the connection.
    let body = json!({"query": ASK, "variables": {"connection": "silent", "query": "RETURN 1"}}).to_string();
    let address = runner.url.trim_start_matches("http://").to_owned();
    let mut client = std::net::TcpStream::connect(&address).expect("the runner");
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    std::io::Write::write_all(&mut client, request.as_bytes()).expect("sent");
    silent.wait_for(RUN, 1);
    drop(client);
    silent.wait_for_end_of(0);
    wait_for_failures(&runner, "silent", "cancelled", 1);
    // Its turn is free again.
    works(&runner, "silent", "after a cancelled call");
    works(&runner, "leaving", "the first time");
    works(&runner, "leaving", "the second time");
}

#[test]
fn routing_tables() {
    let writer = std::sync::Arc::new(Double::start(|_| None));
    let port = writer.port;
    let router =
        Double::start(move |seen| (seen.tag == ROUTE).then(|| Reply::Messages(vec![double::table(&[port], 300)])));
    // The first table names a server that is gone, the second one nobody, the third one the writer.
    let gone = tests::services::free_port();
    let changing = Double::start(move |seen| {
        let writers = match seen.before {
            0 => vec![gone],
            1 => vec![],
            _ => vec![port],
        };
        (seen.tag == ROUTE).then(|| Reply::Messages(vec![double::table(&writers, 300)]))
    });
    let follower = Double::start(|seen| {
        let refusal = failure("Neo.ClientError.Cluster.NotALeader", "not a leader");
        (seen.tag == BEGIN).then(|| Reply::Messages(vec![refusal]))
    });
    let old = follower.port;
    let elected = Double::start(move |seen| {
        let writer = if seen.before == 0 { old } else { port };
        (seen.tag == ROUTE).then(|| Reply::Messages(vec![double::table(&[writer], 300)]))
    });
    let uri = |double: &Double| connection(&format!("neo4j://127.0.0.1:{}?policy=eu", double.port));
    let connections = json!({"router": uri(&router), "changing": uri(&changing), "elected": uri(&elected)});
    let (_app, runner) = serve(Language::AssemblyScript, &connections, &[]);
    works(&runner, "router", "by a table");
    works(&runner, "router", "by the same table");
    assert_eq!((router.seen(ROUTE).len(), router.seen(RUN).len(), writer.seen(RUN).len()), (1, 0, 2));
    let route = String::from_utf8_lossy(&router.seen(ROUTE)[0].bytes).into_owned();
    assert!(route.contains("policy") && route.contains(&format!("127.0.0.1:{}", router.port)), "{route}");
    works(&runner, "changing", "after two tables of no use");
    assert_eq!((changing.seen(ROUTE).len(), writer.seen(RUN).len()), (3, 3));
    works(&runner, "elected", "after an election");
    assert_eq!((elected.seen(ROUTE).len(), follower.seen(BEGIN).len(), writer.seen(RUN).len()), (2, 1, 4));
}

/// A kind of value that Cypher has no literal for.
#[test]
fn bytes_are_base64() {
    let double = Double::start(first(PULL, Reply::Messages(vec![record(&[vec![0xCC, 3, 1, 2, 255]]), success(&[])])));
    let (_app, runner) = serve(Language::Go, &json!({"bytes": to(&double)}), &[]);
    let answer = ask(&runner, "bytes", "RETURN $bytes");
    assert_eq!(answer["data"]["rows"]["records"], json!([["\"AQL/\""]]), "{answer}");
    let run = double.seen(RUN).remove(0).bytes;
    assert!(run.ends_with(&[0xA0, 0xA0]), "no parameters, no settings: {run:?}");
}

#[test]
fn a_real_server_refuses_and_restarts() {
    if is_left_out("neo4j") {
        return;
    }
    let mut server = Neo4j::start();
    let uri = format!("bolt://127.0.0.1:{}", server.port);
    let connections = json!({"graph": connection(&uri), "stranger": connection(&uri)});
    let (_app, runner) =
        serve(Language::Go, &connections, &["--database-timeout", "40", "--database-answer", "1000000"]);
    works(&runner, "graph", "at first");
    fails(&runner, "stranger", "RETURN 1", "Neo.ClientError.Security.Unauthorized");
    fails(&runner, "graph", "RETRN 1", "Neo.ClientError.Statement.SyntaxError");
    fails(&runner, "graph", "RETURN 1.0 / 0.0", "NaN or infinite");
    fails(&runner, "graph", "RETURN 1 / 0", "/ by zero");
    fails(&runner, "graph", "UNWIND range(1, 1000000) AS n RETURN n", "larger than 1000000 bytes");
    works(&runner, "graph", "after refusals");
    let created = ask(&runner, "graph", "CREATE (k:Kept) RETURN 1");
    assert_eq!(created["data"]["rows"]["records"], json!([["1"]]), "{created}");
    server.stop();
    fails(&runner, "graph", "RETURN 1", "cannot connect: Connection refused");
    server.begin();
    // The connection from before the restart is of no use, which no query gets to see.
    works(&runner, "graph", "after the restart");
    let kept = ask(&runner, "graph", "MATCH (k:Kept) RETURN count(k)");
    assert_eq!(kept["data"]["rows"]["records"], json!([["1"]]), "{kept}");
}

/// What `--check-config=connect` says about connections, whether or not the app has used them.
#[test]
fn connections_are_tried_before_serving() {
    let well = Double::start(|_| None);
    let closed = Double::start(|seen| {
        (seen.tag == LOGON).then(|| {
            Reply::Messages(vec![failure("Neo.ClientError.Security.Unauthorized", &format!("who is {PASSWORD}?"))])
        })
    });
    let connections = json!({"well": to(&well), "closed": to(&closed), "web": connection("http://127.0.0.1")});
    let manifest = json!({"connections": connections}).to_string();
    let app = app::compile(&Language::Go.guest("neo4j"), &manifest);
    let check = |how: &str| {
        let mut command = tests::runner::command(&app.artifact);
        for name in ["WELL", "CLOSED", "WEB"] {
            command.env(format!("MODUS_{name}_PASS"), PASSWORD);
        }
        let output = command.args([how, "--json-logs"]).output().expect("modus-runner runs");
        assert!(!output.status.success(), "{how}");
        String::from_utf8(output.stderr).expect("the log is text")
    };
    let log = check("--check-config");
    assert!(log.contains("Neo4j connection [web]: URI scheme http is not supported"), "{log}");
    assert!(!log.contains("[closed]") && well.seen(HELLO).is_empty(), "{log}");
    let log = check("--check-config=connect");
    assert!(log.contains("Neo4j connection [closed]: cannot connect: who is ***?"), "{log}");
    assert!(!log.contains("[well]") && !log.contains(PASSWORD) && well.seen(COMMIT).len() == 1, "{log}");
}
