//! Promise: whatever the network between the runner and a real Neo4j server does, a query ends within its time, others are not
//! disturbed, and the next one works. A server that ends during a query is one of them.

use std::time::Duration;

use serde_json::json;
use tests::guests::Language;
use tests::runner::Runner;
use tests::services::neo4j::Neo4j;
use tests::services::neo4j::asking::{ask, connection, fails, serve, works};
use tests::services::neo4j::double::Double;
use tests::services::tunnel::Tunnel;
use tests::services::{is_left_out, until, wait_for_failures};

/// A query that is not over before its server is.
const ENDLESS: &str = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN count(*)";
/// How many such queries the server runs.
const RUNNING: &str =
    "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery STARTS WITH 'UNWIND' RETURN count(*) AS n";
/// A connection that was unused for longer is asked whether it still leads to the server.
const UNUSED: Duration = Duration::from_secs(20);

#[test]
fn a_real_server_behind_a_network_that_fails() {
    if is_left_out("neo4j") {
        return;
    }
    let mut server = Neo4j::start();
    for language in Language::ALL {
        let (tunnel, other) = (Tunnel::to(server.port), Double::start(|_| None));
        let at = |port: u16| connection(&format!("bolt://127.0.0.1:{port}"));
        let connections = json!({"db": at(tunnel.port), "direct": at(server.port), "other": at(other.port)});
        // The first query of all takes long.
        let (_app, runner) = serve(language, &connections, &["--database-timeout", "120"]);
        works(&runner, "direct", "at first");
        ends_during_a_query(&runner, &mut server);
        works(&runner, "db", "after the restart");
        drop(runner);
        let (_app, runner) = serve(language, &connections, &["--database-timeout", "20"]);
        works(&runner, "db", "at first");
        resets(&runner, &tunnel);
        half_open_connections(&runner, &tunnel);
    }
}

/// A connection is reset while a query is on its way: it was not committed, and is sent again.
fn resets(runner: &Runner, tunnel: &Tunnel) {
    tunnel.hold(true);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| works(runner, "db", "after a reset"));
        until("the query is sent", || tunnel.holds());
        works(runner, "direct", "beside a query that waits");
        tunnel.reset();
        tunnel.hold(false);
        asked.join().expect("an answer");
    });
    assert_eq!(tunnel.connections(), 1, "another connection");
}

/// What is sent gets lost, and nobody says so.
fn half_open_connections(runner: &Runner, tunnel: &Tunnel) {
    // One that was just used ends with the query's time.
    tunnel.lose();
    std::thread::scope(|scope| {
        let lost =
            scope.spawn(|| fails(runner, "db", "RETURN 1", "it took longer than 20 s (limit `database-timeout`)"));
        works(runner, "direct", "beside a connection that is lost");
        lost.join().expect("an answer");
    });
    wait_for_failures(runner, "db", "timeout", 1);
    works(runner, "db", "after a connection was lost");
    // One that was not used for long is asked in vain, and no query gets to see it. Nothing but time makes it so old.
    tunnel.lose();
    std::thread::sleep(UNUSED + Duration::from_secs(1));
    works(runner, "db", "on a connection that was not used for long");
}

/// The server ends while it is at work. The query was not committed: it is sent again, and nobody is there.
fn ends_during_a_query(runner: &Runner, server: &mut Neo4j) {
    std::thread::scope(|scope| {
        let ended = scope.spawn(|| fails(runner, "db", ENDLESS, "Neo4j connection [db]: cannot connect: "));
        until("the server is at work", || ask(runner, "direct", RUNNING)["data"]["rows"]["records"] == json!([["1"]]));
        server.stop();
        works(runner, "other", "beside a server that ends");
        ended.join().expect("an answer");
    });
    fails(runner, "direct", "RETURN 1", "Neo4j connection [direct]: cannot connect: ");
    server.begin();
}
