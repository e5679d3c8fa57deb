//! Promise: whatever becomes of a MySQL server or of the way to it, a call ends within its time with an error that says what
//! happened and shows no secret; others are not disturbed; and the next call works as soon as the server does.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::guests::Language;
use tests::mysql::{Served, serve};
use tests::raw::Raw;
use tests::runner::Options;
use tests::services::mariadb::{MariaDb, connection_string};
use tests::services::tunnel::Tunnel;
use tests::services::{free_port, is_left_out, wait_for_failures};

const ONE: &str = r#"{"v":1}"#;
/// What runs at the server but for the question itself.
const AT_WORK: &str = "SELECT COUNT(*) AS v FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'";

/// Serves the AssemblyScript app with a connection `db` through a tunnel, and another one `direct`.
fn tunnelled(server: &MariaDb, arguments: &[&str]) -> (Tunnel, Served) {
    let tunnel = Tunnel::to(server.port);
    let connections = [("db", connection_string(tunnel.port, "")), ("direct", server.connection_string(""))];
    let served = serve(Language::AssemblyScript, &connections, &Options::arguments(arguments));
    (tunnel, served)
}

fn works(served: &Served, connection: &str) {
    assert_eq!(served.row(connection, "SELECT 1 AS v", &[]), ONE);
}

/// Waits until the server has nothing left to do.
fn rests(served: &Served) {
    let end = Instant::now() + Duration::from_secs(60);
    while served.row("direct", AT_WORK, &[]) != r#"{"v":0}"# {
        assert!(Instant::now() < end, "the statement goes on");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until a statement of [`sleep`] is at the server.
fn is_at_work(served: &Served) {
    let end = Instant::now() + Duration::from_secs(60);
    while served.row("direct", AT_WORK, &[]) != ONE {
        assert!(Instant::now() < end, "the statement does not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn nobody_listens() {
    for language in Language::ALL {
        let connections =
            [("db", connection_string(free_port(), "")), ("name", "mysql://u@no-such-host.invalid/d".to_owned())];
        let served = serve(language, &connections, &Options::default());
        let fault = served.fault("db", "SELECT 1", &[]);
        assert!(fault.starts_with("cannot connect: ") && fault.contains("refused"), "{language:?}: {fault}");
        let fault = served.fault("name", "SELECT 1", &[]);
        assert!(fault.starts_with("cannot connect: the host has no address"), "{language:?}: {fault}");
        served.shows_no_secret();
    }
}

#[test]
fn a_server_that_does_not_let_in() {
    if is_left_out("mariadb") {
        return;
    }
    let server = MariaDb::start("");
    let at = |user: &str, rest: &str| format!("mysql://{user}@127.0.0.1:{}/{rest}", server.port);
    let connections = [
        ("password", at("joe:wr0ng-one", "app")),
        ("nobody", at("s3cret-user:{{PASSWORD}}", "app")),
        ("database", at("joe:{{PASSWORD}}", "other")),
        ("tls", server.connection_string("?tls=true")),
        ("unverified", server.connection_string("?tls=skip-verify")),
        ("fallback", server.connection_string("?tls=true&allowFallbackToPlaintext=true")),
    ];
    for language in Language::ALL {
        let served = serve(language, &connections, &Options::default());
        let no_tls = "cannot connect: the server offers no TLS, which the connection string asks for (`tls`)";
        for (connection, expected) in [
            ("password", "cannot connect: Error 1045 (28000): Access denied for user '***'@"),
            ("nobody", "cannot connect: Error 1045 (28000): Access denied for user '***'@"),
            ("database", "cannot connect: Error 1044 (42000): Access denied for user '***'@"),
            ("tls", no_tls),
            ("unverified", no_tls),
        ] {
            let fault = served.fault(connection, "SELECT 1", &[]);
            assert!(fault.starts_with(expected), "{language:?} {connection}: {fault}");
        }
        works(&served, "fallback");
        let log = served.runner.log();
        assert!(!log.contains("wr0ng-one") && !log.contains("s3cret-user"), "{log}");
        served.shows_no_secret();
    }
}

#[test]
fn time_outs_and_cancelled_calls_end_their_statements() {
    if is_left_out("mariadb") {
        return;
    }
    let server = MariaDb::start("");
    let (_tunnel, served) = tunnelled(&server, &["--database-timeout", "6", "--database-connections", "2"]);
    works(&served, "db");
    for statement in ["SELECT SLEEP(60)", "SELECT SLEEP(seq), REPEAT('x', 100000) FROM seq_0_to_60"] {
        let fault = served.fault("db", statement, &[]);
        assert_eq!(fault, "it took longer than 6 s (limit `database-timeout`)", "{statement}");
        rests(&served);
        works(&served, "db");
    }
    wait_for_failures(&served.runner, "db", "timeout", 2);

    // Clients that go away, more of them than there are connections.
    for _ in 0..5 {
        let mut client = Raw::connect(&served.runner);
        let query = r#"{ wait(connection: "db", seconds: 60) }"#;
        client.send(Raw::post(&json!({"query": query}).to_string(), &[]));
        is_at_work(&served);
        drop(client);
        rests(&served);
    }
    works(&served, "db");
    wait_for_failures(&served.runner, "db", "cancelled", 5);
}

#[test]
fn a_way_that_breaks() {
    if is_left_out("mariadb") {
        return;
    }
    let server = MariaDb::start("CREATE TABLE t (a INT);");
    let (tunnel, served) = tunnelled(&server, &["--database-timeout", "8"]);
    works(&served, "db");

    // While a statement runs.
    let fault = std::thread::scope(|scope| {
        let fault = scope.spawn(|| served.fault("db", "SELECT SLEEP(60)", &[]));
        is_at_work(&served);
        tunnel.reset();
        fault.join().expect("an answer")
    });
    assert!(fault.starts_with("the connection was lost: "), "{fault}");
    works(&served, "db");

    // While nothing runs: the next call notices before anything is done, and takes another connection.
    tunnel.reset();
    assert_eq!(served.execute("db", "INSERT INTO t VALUES (1)", &[]), Ok((1, 0)));
    // The other end is gone, and nothing tells.
    tunnel.lose();
    assert_eq!(served.execute("db", "INSERT INTO t VALUES (2)", &[]), Ok((1, 0)));
    assert_eq!(served.row("db", "SELECT COUNT(*) AS v FROM t", &[]), r#"{"v":2}"#);

    // A way that swallows everything, while other connections work.
    tunnel.lose();
    tunnel.lose_new(true);
    let fault = std::thread::scope(|scope| {
        let fault = scope.spawn(|| served.fault("db", "SELECT 1", &[]));
        works(&served, "direct");
        fault.join().expect("an answer")
    });
    assert_eq!(fault, "it took longer than 8 s (limit `database-timeout`)");
    tunnel.lose_new(false);
    works(&served, "db");

    // A way that is slow, but not too slow, and one that is.
    tunnel.reset();
    tunnel.drip(Duration::from_millis(1));
    works(&served, "db");
    tunnel.drip(Duration::from_millis(100));
    let fault = served.fault("db", "SELECT REPEAT('x', 1000)", &[]);
    assert_eq!(fault, "it took longer than 8 s (limit `database-timeout`)");
    tunnel.drip(Duration::ZERO);
    works(&served, "db");
    served.shows_no_secret();
}

#[test]
fn a_restart_is_survived() {
    if is_left_out("mariadb") {
        return;
    }
    let mut server = MariaDb::start("");
    let connections = [("db", server.connection_string("")), ("direct", server.connection_string(""))];
    for language in Language::ALL {
        let served = serve(language, &connections, &Options::default());
        works(&served, "db");
        let fault = std::thread::scope(|scope| {
            let fault = scope.spawn(|| served.fault("db", "SELECT SLEEP(600)", &[]));
            is_at_work(&served);
            server.stop();
            fault.join().expect("an answer")
        });
        assert!(fault.starts_with("the connection was lost: "), "{language:?}: {fault}");
        wait_for_failures(&served.runner, "db", "lost", 1);
        let fault = served.fault("db", "SELECT 1", &[]);
        assert!(fault.starts_with("cannot connect: "), "{language:?}: {fault}");
        server.start_again();
        works(&served, "db");
    }
}

#[test]
fn too_many_at_once() {
    if is_left_out("mariadb") {
        return;
    }
    let server = MariaDb::start("");
    let (_tunnel, served) = tunnelled(&server, &["--database-connections", "1", "--database-waiting", "0"]);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| served.row("db", "SELECT SLEEP(6) AS v", &[]));
        is_at_work(&served);
        let fault = served.fault("db", "SELECT 1", &[]);
        assert!(fault.ends_with("(limit `database-waiting`)"), "{fault}");
        assert_eq!(first.join().expect("an answer"), r#"{"v":0}"#);
    });
    works(&served, "db");
}

#[test]
fn many_at_once() {
    if is_left_out("mariadb") {
        return;
    }
    let server = MariaDb::start("");
    let (_tunnel, served) = tunnelled(&server, &[]);
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| (0..5).for_each(|_| works(&served, "db")));
        }
    });
    let connected = "SELECT COUNT(*) <= 16 + 1 AS v FROM information_schema.processlist WHERE db = 'app'";
    assert_eq!(served.row("direct", connected, &[]), ONE, "more connections than there may be");
}

#[test]
fn answers_that_are_too_large() {
    if is_left_out("mariadb") {
        return;
    }
    let server = MariaDb::start("");
    let (_tunnel, served) = tunnelled(&server, &["--database-answer", "100000"]);
    for statement in [
        "SELECT seq FROM seq_1_to_100000000",
        "SELECT REPEAT('x', 100001)",
        // A packet that is not even read.
        "SELECT REPEAT('x', 16777210), REPEAT('x', 1000)",
    ] {
        let fault = served.fault("db", statement, &[]);
        assert_eq!(fault, "the answer is larger than 100000 bytes (limit `database-answer`)", "{statement}");
        works(&served, "db");
    }
    // Of what a guest does not want, nothing is kept.
    assert_eq!(served.execute("db", "SELECT seq FROM seq_1_to_100000", &[]), Ok((0, 0)));
    let peak = served.runner.memory().1;
    assert!(peak < 600 << 10, "{peak} KiB");
}

/// What is no MySQL server, or a broken one.
#[test]
fn invalid_answers() {
    let hello = |rest: &[u8]| [&[u8::try_from(rest.len()).expect("short"), 0, 0, 0], rest].concat();
    let greeting = b"\x0a8.0.0\0\x01\0\0\0abcdefgh\0\xff\xf7\x2d\x02\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0abcdefghijkl\0mysql_native_password\0";
    let answers = [
        ("HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        ("nothing", vec![]),
        ("a packet of no length", vec![0, 0, 0, 0]),
        ("a huge packet", vec![0xff, 0xff, 0xff, 0, 1]),
        ("half a greeting", hello(b"\x0a8.0")),
        ("an error", hello(b"\xff\x10\x04Too many connections")),
        ("a plugin's end", [hello(greeting), vec![0, 0, 0, 2]].concat()),
        ("an old authentication", [hello(greeting), vec![1, 0, 0, 2, 0xfe]].concat()),
    ];
    let name = |index| format!("c{index}");
    let names: Vec<_> = (0..answers.len()).map(name).collect();
    let strings = answers.iter().map(|(_, answer)| connection_string(answers_always(answer.clone()), "?tls=false"));
    let connections: Vec<_> = names.iter().map(String::as_str).zip(strings).collect();
    let served = serve(Language::Go, &connections, &Options::arguments(&["--database-timeout", "5"]));
    for ((what, _), (connection, _)) in answers.iter().zip(&connections) {
        let fault = served.fault(connection, "SELECT 1", &[]);
        let expected = ["cannot connect: ", "the connection was lost: ", "it took longer than 5 s"];
        assert!(expected.iter().any(|start| fault.starts_with(start)), "{what}: {fault}");
        if *what == "an error" {
            assert!(fault.contains("Error 1040") && fault.contains("Too many connections"), "{fault}");
        }
    }
    served.shows_no_secret();
}

/// A server that sends this, and then reads and closes.
fn answers_always(answer: Vec<u8>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(&answer);
            let _ = stream.set_read_timeout(Some(Duration::from_millis(300)));
            while let Ok(1..) = stream.read(&mut [0; 1024]) {}
        }
    });
    port
}
