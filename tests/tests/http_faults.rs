//! Promise: whatever becomes of a server that is reached by HTTP, or of the way to it, a request of a model, a GraphQL
//! operation or a fetch ends within its time with an error that names the connection and what it is used for. The next one
//! works as soon as the server does, other connections are not disturbed, and no secret is told.

#[path = "http_faults/case.rs"]
mod case;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use case::{Case, Mood, SECRET, Server, Use};
use serde_json::json;
use tests::guests::Language;
use tests::raw::Raw;
use tests::runner::Options;
use tests::services::tunnel::Tunnel;
use tests::services::{free_port, until};
use tests::stand_in::{Recorded, Reply, StandIn};

/// Time of a request, where that is to be over.
const SHORT: [&str; 2] = ["--http-timeout", "8"];
const LATE: &str = "it took longer than 8 s (limit `http-timeout`)";

fn base(port: u16) -> String {
    format!("http://127.0.0.1:{port}/")
}

/// Where the URL of a server leads.
fn port(server: &StandIn) -> u16 {
    let port = server.url.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
    port.expect("a port")
}

/// The server is slow, the way to it drips, is cut, and forgets connections.
fn ways_that_fail(used: Use) {
    for language in Language::ALL {
        let mood = Server::new();
        let server = mood.start();
        let tunnel = Tunnel::to(port(&server));
        let case = Case::serve(language, used, &base(tunnel.port), &SHORT);
        case.well();
        assert_eq!(server.requests().last().and_then(|request| request.header("x-key")), Some(SECRET));

        mood.becomes(Mood::Held);
        case.unanswered_while(LATE, || case.others_are_well());
        mood.becomes(Mood::Well);
        case.well();

        tunnel.drip(Duration::from_millis(1000));
        case.unanswered(LATE);
        tunnel.drip(Duration::ZERO);
        case.well();

        // An answer that is begun counts, too: nobody knows what the server did.
        mood.becomes(Mood::Held);
        let arrived = server.requests().len();
        case.unanswered_while("request to 127.0.0.1", || {
            until("the request arrives", || server.requests().len() > arrived);
            tunnel.reset();
        });
        assert_eq!(server.requests().len(), arrived + 1, "nothing is sent twice");
        mood.becomes(Mood::Well);
        case.well();

        // The connection that there is, and then new ones.
        tunnel.lose();
        tunnel.lose_new(true);
        case.unanswered(LATE);
        case.unanswered(LATE);
        tunnel.lose_new(false);
        case.well();
        assert!(case.refusals("http-timeout") >= 4.0, "{}", case.refusals("http-timeout"));
        case.keeps_the_secret();
    }
}

/// The server is down, and comes up; is killed, and comes back.
fn restarts(used: Use) {
    for language in Language::ALL {
        let place = free_port();
        let tunnel = Tunnel::to(place);
        let case = Case::serve(language, used, &base(tunnel.port), &[]);
        case.unanswered("request to 127.0.0.1");
        let mood = Server::new();
        let answer = mood.clone();
        let _server = StandIn::on(place, Arc::new(move |request: &Recorded| answer.answer(request)));
        case.well();
        tunnel.reset();
        // A request may be on its way on the old connection before it is known to be gone.
        until("the server is found again", || case.runner.query(&case.query())["errors"].is_null());
        case.well();
        case.keeps_the_secret();
        let nobody = Case::serve(language, used, &base(1), &[]);
        nobody.unanswered("Connection refused");
    }
}

/// What is no HTTP, breaks off, cannot be read, or is too large.
fn answers_that_are_none(used: Use) {
    for language in Language::ALL {
        let mood = Server::new();
        let server = mood.start();
        let case = Case::serve(language, used, &server.url, &["--http-answer", "100000"]);
        for (reply, reason) in [
            (Reply::body(vec![b'x'; 100_001]), "is larger than 100000 bytes (limit `http-answer`)"),
            (Reply::body("no gzip").header("content-encoding", "gzip"), "is not valid gzip"),
        ] {
            mood.becomes(Mood::Says(reply));
            case.unanswered(reason);
            mood.becomes(Mood::Well);
            case.well();
        }
        assert!(case.refusals("http-answer") >= 1.0);
        mood.becomes(Mood::Says(Reply::body("<html>")));
        match used {
            Use::GraphQl => case.fails_while("response from GraphQL API is not valid JSON", || {}),
            // Every text is one for those who fetch it; what a model says, the SDK reads.
            Use::Models => assert!(case.runner.query(&case.query())["errors"].is_array()),
            Use::Fetch => assert_eq!(case.runner.query(&case.query()), json!({"data": {"text": "<html>"}})),
        }
        mood.becomes(Mood::Well);
        case.well();
        case.keeps_the_secret();

        let said = Arc::new(Mutex::new(&b""[..]));
        let case = Case::serve(language, used, &base(raw(Arc::clone(&said))), &["--http-answer", "100000"]);
        for answer in [
            &b""[..],
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
        ] {
            *said.lock().expect("a lock") = answer;
            case.unanswered("request to 127.0.0.1");
        }
        assert!(!case.runner.log().contains("panic"), "{}", case.runner.log());
        case.keeps_the_secret();
    }
}

/// A server that says this to whoever asks, and hangs up; its port.
fn raw(said: Arc<Mutex<&'static [u8]>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let said = *said.lock().expect("a lock");
            let _ = stream.read(&mut [0; 1 << 16]).and_then(|_| stream.write_all(said));
        }
    });
    port
}

/// A certificate that nobody vouches for, and no TLS at all.
fn bad_tls(used: Use) {
    for language in Language::ALL {
        let mood = Server::new();
        let (untrusted, _) = StandIn::with_tls({
            let mood = mood.clone();
            move |request: &Recorded| mood.answer(request)
        });
        let plain = mood.start();
        for url in [untrusted.url.clone(), plain.url.replace("http:", "https:")] {
            let case = Case::serve(language, used, &url, &[]);
            case.unanswered("request to ");
            case.keeps_the_secret();
        }
        assert_eq!((untrusted.requests().len(), plain.requests().len()), (0, 0), "{language:?}");
    }
}

/// Over HTTP/2 all requests share a connection. One that is lost is noticed by the requests on it, and is not used again.
fn lost_connections_of_http2(used: Use) {
    for language in Language::ALL {
        let mood = Server::new();
        let (server, certificate) = StandIn::with_tls(move |request: &Recorded| mood.answer(request));
        let roots = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(roots.path(), certificate).expect("a file");
        let tunnel = Tunnel::to(port(&server));
        let options = Options::arguments(&["--http-timeout", "20"]);
        let options = options.env("SSL_CERT_FILE", roots.path().to_str().expect("a path"));
        let case = Case::serve_with(language, used, &format!("https://localhost:{}/", tunnel.port), options);
        case.well();
        case.well();
        assert_eq!(server.requests().last().map(|request| &*request.version), Some("HTTP/2.0"));
        assert_eq!(tunnel.connections(), 1);
        tunnel.lose();
        case.unanswered("");
        case.well();
        assert_eq!((tunnel.connections(), server.requests().len()), (2, 3));
        case.keeps_the_secret();
    }
}

/// A call whose client is gone leaves its turn to the next one.
fn cancelled_calls(used: Use) {
    for language in Language::ALL {
        let mood = Server::new();
        let server = mood.start();
        let case = Case::serve(language, used, &server.url, &["--http-requests", "1", "--http-waiting", "1"]);
        mood.becomes(Mood::Held);
        let mut client = Raw::connect(&case.runner);
        assert!(client.send(Raw::post(&json!({"query": case.query()}).to_string(), &[])));
        until("the request arrives", || server.requests().len() == 1);
        std::thread::scope(|scope| {
            let next = scope.spawn(|| case.well());
            drop(client);
            // The turn is free, although the server has not let go yet.
            until("the next request arrives", || server.requests().len() == 2);
            let record = case.runner.wait_for_log(|record| record["message"] == case.told()[1]);
            assert_eq!(record["level"], "warn", "{record}");
            mood.becomes(Mood::Well);
            next.join().expect("it is well");
        });
        case.well();
        case.keeps_the_secret();
    }
}

/// So many at once, and so many more that wait.
fn more_than_there_may_be(used: Use) {
    for language in Language::ALL {
        let mood = Server::new();
        let server = mood.start();
        let case = Case::serve(language, used, &server.url, &["--http-requests", "2", "--http-waiting", "1"]);
        mood.becomes(Mood::Held);
        let failed = std::thread::scope(|scope| {
            let ask = || scope.spawn(|| case.runner.query(&case.query()));
            let mut calls: Vec<_> = (0..2).map(|_| ask()).collect();
            until("two requests arrive", || server.requests().len() == 2);
            calls.extend((0..4).map(|_| ask()));
            until("three are refused", || case.refusals("http-waiting") >= 3.0);
            case.others_are_well();
            assert_eq!(server.requests().len(), 2);
            mood.becomes(Mood::Well);
            let answers = calls.into_iter().map(|call| call.join().expect("an answer"));
            answers.filter(|answer| answer["errors"].is_array()).count()
        });
        assert_eq!((failed, server.requests().len()), (3, 3), "{language:?}");
        for told in case.reasons() {
            assert!(told.starts_with(case.told()[2]) && told.ends_with("(limit `http-waiting`)"), "{told}");
        }
        case.well();
        case.keeps_the_secret();
    }
}

macro_rules! each_use {
    ($($name:ident: $used:expr;)*) => {$(
        mod $name {
            use crate::case::Use;

            each_use!(@tests $used, ways_that_fail restarts answers_that_are_none bad_tls lost_connections_of_http2 cancelled_calls more_than_there_may_be);
        }
    )*};
    (@tests $used:expr, $($test:ident)*) => {$(
        #[test]
        fn $test() {
            super::$test($used);
        }
    )*};
}

each_use! {
    models: Use::Models;
    graphql: Use::GraphQl;
    fetch: Use::Fetch;
}
