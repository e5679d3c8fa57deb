//! Promise: whatever happens to a PostgreSQL server or to the way to it, a statement ends with an error that says so, later ones
//! work as soon as the server does, and nothing secret is told.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use tests::raw::Raw;
use tests::services::postgres::asking::{count, fails, no_secrets, serve, server, until_over, until_running, well};
use tests::services::postgres::{USER, connection_string};
use tests::services::tunnel::Tunnel;
use tests::services::wait_for_failures;

/// A server's restart is survived within this time.
const RESTART: Duration = Duration::from_secs(5);

/// A server that ends in an orderly way, and one that loses its power.
#[test]
fn restarts() {
    let Some(mut server) = server() else { return };
    let (_app, runner) = serve(&[("db", &server.connection_string(""))], &[]);
    for orderly in [true, false] {
        // Several connections.
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| count(&runner, "db", "select 1 from pg_sleep(0.3)"));
            }
        });
        well(&runner, "db");
        if orderly {
            server.stop()
        } else {
            server.kill()
        }
        for _ in 0..4 {
            fails(&runner, "db", "select 1", "postgresql connection [db]: ");
        }
        server.start_again();
        let end = Instant::now() + RESTART;
        while count(&runner, "db", "select 7") != Ok(7) {
            assert!(Instant::now() < end, "the restart is not survived: {}", runner.log());
        }
        for _ in 0..8 {
            well(&runner, "db");
        }
    }
    no_secrets(&runner);
}

/// The server goes away while a statement runs.
#[test]
fn connections_that_break() {
    let Some(mut server) = server() else { return };
    let tunnel = Tunnel::to(server.port);
    let (_app, runner) = serve(&[("db", &connection_string(tunnel.port, ""))], &[]);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| count(&runner, "db", "select 1 from pg_sleep(60)"));
        until_running(&server, "pg_sleep(60)", 1);
        tunnel.reset();
        let error = waiting.join().expect("an answer").expect_err("an error");
        assert!(error.contains("postgresql connection [db]: the connection was lost: "), "{error}");
    });
    well(&runner, "db");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| count(&runner, "db", "select 1 from pg_sleep(61)"));
        until_running(&server, "pg_sleep(61)", 1);
        let ended = "select count(pg_terminate_backend(pid)) from pg_stat_activity where query like '%pg_sleep(61)%' and pid <> pg_backend_pid()";
        server.sql(ended);
        let error = waiting.join().expect("an answer").expect_err("an error");
        assert!(error.contains("terminating connection due to administrator command (SQLSTATE 57P01)"), "{error}");
    });
    well(&runner, "db");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| count(&runner, "db", "select 1 from pg_sleep(62)"));
        until_running(&server, "pg_sleep(62)", 1);
        server.kill();
        let error = waiting.join().expect("an answer").expect_err("an error");
        assert!(error.contains("postgresql connection [db]: the connection was lost: "), "{error}");
    });
    no_secrets(&runner);
}

/// What is sent gets lost, and nobody says so.
#[test]
fn half_open_connections() {
    let Some(server) = server() else { return };
    let tunnel = Tunnel::to(server.port);
    let (_app, runner) = serve(
        &[("db", &connection_string(tunnel.port, "")), ("direct", &server.connection_string(""))],
        &["--database-timeout", "8"],
    );
    // Several connections, unused until they are asked whether they are still there.
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| count(&runner, "db", "select 1 from pg_sleep(0.5)"));
        }
    });
    tunnel.lose();
    std::thread::sleep(Duration::from_millis(5500));
    // The first is asked in vain; the others are not asked at all.
    well(&runner, "db");
    well(&runner, "db");
    // One that is lost during a statement ends with its time.
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| count(&runner, "db", "select 1 from pg_sleep(6)"));
        until_running(&server, "pg_sleep(6)", 1);
        tunnel.lose();
        well(&runner, "direct");
        let error = waiting.join().expect("an answer").expect_err("an error");
        assert!(
            error.contains("postgresql connection [db]: it took longer than 8 s") && error.contains("database-timeout"),
            "{error}"
        );
    });
    well(&runner, "db");
    // New ones that get no answer.
    tunnel.lose();
    tunnel.lose_new(true);
    let error = count(&runner, "db", "select 1").expect_err("an error");
    assert!(error.contains("it took longer than 8 s"), "{error}");
    well(&runner, "direct");
    tunnel.lose_new(false);
    well(&runner, "db");
}

/// Answers that come byte by byte are read; those that are too slow end with their time.
#[test]
fn slow_answers() {
    let Some(server) = server() else { return };
    let tunnel = Tunnel::to(server.port);
    let (_app, runner) =
        serve(&[("db", &connection_string(tunnel.port, "?sslmode=disable"))], &["--database-timeout", "3"]);
    well(&runner, "db");
    tunnel.drip(Duration::from_millis(2));
    well(&runner, "db");
    tunnel.drip(Duration::from_millis(100));
    fails(&runner, "db", "select 1", "it took longer than 3 s");
    tunnel.drip(Duration::ZERO);
    well(&runner, "db");
}

/// The statement of a call that has ended ends in the server, too, and its connection is not used again.
#[test]
fn calls_that_end() {
    let Some(server) = server() else { return };
    let (_app, runner) = serve(&[("db", &server.connection_string(""))], &["--database-timeout", "5"]);
    fails(&runner, "db", "select 1 from pg_sleep(100)", "postgresql connection [db]: it took longer than 5 s");
    until_over(&server, "pg_sleep(100)");
    well(&runner, "db");
    wait_for_failures(&runner, "db", "timeout", 1);
    for options in ["", "?sslmode=disable"] {
        let (_app, runner) = serve(&[("db", &server.connection_string(options))], &[]);
        let mut client = Raw::connect(&runner);
        let query = r#"{"query":"{ count(connection: \"db\", statement: \"select 1 from pg_sleep(101)\") }"}"#;
        assert!(client.send(Raw::post(query, &[])));
        until_running(&server, "pg_sleep(101)", 1);
        drop(client);
        until_over(&server, "pg_sleep(101)");
        wait_for_failures(&runner, "db", "cancelled", 1);
        // Others read their own answers.
        for number in 0..4 {
            assert_eq!(count(&runner, "db", &format!("select {number}")), Ok(number));
        }
        no_secrets(&runner);
    }
}

#[test]
fn too_many_at_once() {
    let Some(server) = server() else { return };
    let limits = ["--database-connections", "2", "--database-waiting", "1"];
    let few = server.connection_string("?pool_max_conns=1&application_name=few");
    let (_app, runner) = serve(&[("db", &server.connection_string("")), ("few", &few)], &limits);
    let results: Vec<Result<i64, String>> = std::thread::scope(|scope| {
        let first: Vec<_> = (0..2).map(|_| scope.spawn(|| count(&runner, "db", "select 1 from pg_sleep(8)"))).collect();
        until_running(&server, "pg_sleep(8)", 2);
        let more: Vec<_> = (0..4).map(|_| scope.spawn(|| count(&runner, "db", "select 1"))).collect();
        first.into_iter().chain(more).map(|handle| handle.join().expect("an answer")).collect()
    });
    let refused: Vec<&String> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!(refused.len(), 3, "{results:?}");
    for error in refused {
        assert!(
            error.contains("operations are waiting for their turn") && error.contains("database-waiting"),
            "{error}"
        );
    }
    well(&runner, "db");
    wait_for_failures(&runner, "db", "busy", 3);
    // The connection string may ask for fewer.
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| count(&runner, "few", "select 1 from pg_sleep(0.2)"));
        }
    });
    assert_eq!(server.sql("select count(*) from pg_stat_activity where application_name = 'few'"), "1");
}

#[test]
fn answers_that_are_too_large() {
    let Some(server) = server() else { return };
    let (_app, runner) = serve(&[("db", &server.connection_string(""))], &["--database-answer", "100000"]);
    server.sql("create table kept (v text); grant all on kept to joe");
    for statement in [
        "select repeat('x', 100000)",
        "select repeat('x', 100000000)",
        "select repeat('x', 1000) from generate_series(1, 1000000)",
        "insert into kept select repeat('x', 1000) from generate_series(1, 1000) returning v",
    ] {
        fails(&runner, "db", statement, "postgresql connection [db]: the answer is larger than 100000 bytes");
        well(&runner, "db");
    }
    // What cannot be answered is not done.
    assert_eq!(count(&runner, "db", "select count(*) from kept"), Ok(0));
    wait_for_failures(&runner, "db", "too-large", 4);
    let (_, peak) = runner.memory();
    assert!(peak < 300 << 10, "{peak} KiB");
}

/// Servers that do not keep to the protocol.
#[test]
fn answers_that_are_none() {
    for answer in [
        &b""[..],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"R\x00\x00\x00\x08\x00\x00\x00\x63",
        b"R\x7f\xff\xff\xff\x00\x00\x00\x00",
        b"R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I\x00\x00",
        b"R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00R\x00\x00\x00\x0a\x00\x00\x00\x0br=",
        b"E\x00\x00\x00\x05",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 1024]).and_then(|_| stream.write_all(answer));
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        let (_app, runner) =
            serve(&[("db", &connection_string(port, "?sslmode=disable"))], &["--database-timeout", "5"]);
        fails(&runner, "db", "select 1", "postgresql connection [db]: ");
        assert!(!runner.log().contains("panic"), "{}", runner.log());
        no_secrets(&runner);
    }
}

/// 500 calls, 50 at a time, share the connections that there may be.
#[test]
fn many_at_once() {
    let Some(server) = server() else { return };
    let (_app, runner) = serve(&[("db", &server.connection_string(""))], &[]);
    let failed: usize = std::thread::scope(|scope| {
        let ask =
            || (0..10).filter(|n| count(&runner, "db", &format!("select {n} from pg_sleep(0.01)")) != Ok(*n)).count();
        let all: Vec<_> = (0..50).map(|_| scope.spawn(ask)).collect();
        all.into_iter().map(|handle| handle.join().expect("an answer")).sum()
    });
    assert_eq!(failed, 0, "{}", runner.log());
    let connections: usize = server
        .sql(&format!("select count(*) from pg_stat_activity where usename = '{USER}'"))
        .parse()
        .expect("a number");
    assert!(connections <= 16, "{connections} connections");
}
