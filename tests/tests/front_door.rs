//! Promise: each limit on requests is a setting with a name, and requests that a page could make behind a user's back do
//! nothing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::{self, Language};
use tests::raw::Raw;
use tests::runner::{Options, Runner};

fn start(arguments: &[&str]) -> (App, Runner) {
    app::compile(&guests::build("examples/people"), app::OPEN).serve(&Options::arguments(arguments))
}

fn hello() -> String {
    json!({"query": "{ sayHello }"}).to_string()
}

#[test]
fn content_types() {
    let (_app, runner) = start(&[]);
    let post = |headers: &[(&str, &str)]| runner.send_as("/graphql", &hello(), headers).0;
    for typ in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""] {
        assert_eq!(post(&[("content-type", typ)]), 200, "{typ}");
    }
    // What a form or a page of another origin can send without being asked for.
    for typ in ["text/plain", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", "multipart/form-data"] {
        assert_eq!(post(&[("content-type", typ)]), 415, "{typ}");
        assert_eq!(post(&[("content-type", typ), ("graphql-require-preflight", "1")]), 200, "{typ}");
        assert_eq!(post(&[("content-type", typ), ("authorization", "Basic eA==")]), 415, "{typ}");
    }
    assert_eq!(post(&[("content-type", "application/json; charset=utf-16")]), 415);
    assert_eq!(runner.send("/graphql", &hello(), &[("content-encoding", "gzip")]).0, 415);
}

#[test]
fn queries_by_get() {
    let (app, runner) = start(&[]);
    let get = |runner: &Runner, headers: &str| {
        let mut client = Raw::connect(runner);
        client.send(format!("GET /graphql?query=%7BsayHello%7D HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n"));
        client.answer().expect("an answer")
    };
    let plain = get(&runner, "");
    assert!(plain.status == 403 && plain.body.contains("(setting `plain-get`)"), "{plain:?}");
    let asked = get(&runner, "x-requested-with: x\r\n");
    assert_eq!((asked.status, asked.body.as_str()), (200, r#"{"data":{"sayHello":"Hello!"}}"#));
    assert_eq!(get(&runner, "authorization: Bearer x\r\n").status, 200);

    let dev = Runner::start(&app.artifact, &Options::default().env("MODUS_ENV", "dev"));
    assert_eq!(get(&dev, "").status, 200);
    let allowed = Runner::start(&app.artifact, &Options::arguments(&["--plain-get", "true"]));
    assert_eq!(get(&allowed, "").status, 200);
    // A mutation is refused however it is asked for, in the body as well.
    let mutation = json!({"query": "mutation { __typename }"}).to_string();
    let mut client = Raw::connect(&allowed);
    client.send(format!("GET /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{mutation}", mutation.len()));
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.headers["allow"].as_str()), (405, "POST"));
}

#[test]
fn limits_are_settings() {
    let settings = [
        ["--max-body", "5000"],
        ["--max-header-bytes", "8192"],
        ["--max-headers", "20"],
        ["--max-tokens", "60"],
        ["--max-selection-depth", "4"],
        ["--max-aliases", "3"],
        ["--max-root-fields", "5"],
        ["--max-operation-calls", "2"],
    ];
    let (_app, runner) = start(&settings.concat());
    let refused = |query: &str, limit: &str| {
        let (_, answer) = runner.post("/graphql", &json!({"query": query}).to_string());
        assert!(answer.contains(&format!("(limit `{limit}`)")), "{query}: {answer}");
    };
    refused(&"x".repeat(5000), "max-body");
    refused(&format!("{{ {} }}", "sayHello ".repeat(60)), "max-tokens");
    refused("{ a { b { c { d { e } } } } }", "max-selection-depth");
    refused("{ a: sayHello b: sayHello c: sayHello d: sayHello }", "max-aliases");
    refused(&format!("{{ {} }}", "sayHello ".repeat(6)), "max-root-fields");
    refused("{ a: sayHello b: sayHello c: sayHello }", "max-operation-calls");
    for (count, status) in [(10, 200), (25, 431)] {
        let more: String = (0..count).map(|n| format!("x{n}: y\r\n")).collect();
        let mut client = Raw::connect(&runner);
        client.send(format!("GET /health HTTP/1.1\r\nhost: x\r\n{more}\r\n"));
        assert_eq!(client.answer().map(|answer| answer.status), Some(status));
    }
    let mut client = Raw::connect(&runner);
    client.send(format!("GET /health HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(9000)));
    assert_eq!(client.answer().map(|answer| answer.status), Some(431));
}

#[test]
fn too_many_calls_are_told_to_come_back() {
    let app = app::compile(&Language::Go.guest("faults"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::arguments(&["--max-calls", "2", "--max-waiting", "2"]));
    let asked = Instant::now();
    let sleep = json!({"query": "{ sleeps(ms: 5000) }"}).to_string();
    let mut clients: Vec<_> = (0..4).map(|_| Raw::connect(&runner)).collect();
    for (before, client) in clients.iter_mut().enumerate() {
        client.send(Raw::post(&sleep, &[]));
        while runner.metric("runtime_http_requests_in_flight_num") <= Some(before as f64) {
            assert!(asked.elapsed() < Duration::from_secs(4), "{}", runner.log());
            std::thread::sleep(Duration::from_millis(10));
        }
        // It is counted just before it is admitted.
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut late = Raw::connect(&runner);
    late.send(Raw::post(&sleep, &[]));
    let answer = late.answer().expect("an answer");
    assert!(asked.elapsed() < Duration::from_secs(4), "it waited: {:?}", asked.elapsed());
    assert_eq!((answer.status, answer.headers["retry-after"].as_str()), (503, "1"));
    assert!(answer.body.contains("(limit `max-waiting`)"), "{answer:?}");
    for client in &mut clients {
        let answer = client.answer().expect("an answer");
        let body: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert!(body["data"]["sleeps"].is_number(), "{body}");
    }
    assert_eq!(runner.query("{ counter }")["data"], json!({"counter": 1}));
}

#[test]
fn connections_beyond_the_limit_are_told_so() {
    let (_app, runner) = start(&["--max-connections", "2"]);
    let request = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    let mut open: Vec<_> = (0..2).map(|_| Raw::connect(&runner)).collect();
    for client in &mut open {
        client.send(request("/health"));
        assert_eq!(client.answer().map(|answer| answer.status), Some(200));
    }
    let ask = |path: &str| {
        let mut client = Raw::connect(&runner);
        client.send(request(path));
        let answer = client.answer().expect("an answer");
        assert_eq!(answer.headers["connection"], "close", "{answer:?}");
        answer
    };
    let refused = ask("/health");
    assert!(refused.status == 503 && refused.body.contains("(limit `max-connections`)"), "{refused:?}");
    assert_eq!(refused.headers["retry-after"], "1");
    // Whoever looks whether the runner is alive is not told that it is not.
    for probe in ["/livez", "/readyz"] {
        assert_eq!(ask(probe).status, 200, "{probe}");
    }
    assert!(ask("/metrics").body.contains("runtime_refusals_num{reason=\"max-connections\"}"));
    runner.wait_for_log(|record| {
        record["message"].as_str().is_some_and(|text| text.contains("(limit `max-connections`)"))
    });
    // Nor is a body asked for that nobody reads.
    let mut client = Raw::connect(&runner);
    client.send("POST /graphql HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n");
    assert_eq!(client.answer().map(|answer| answer.status), Some(503));
    assert!(client.is_closed());
    drop(open);
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let mut client = Raw::connect(&runner);
        client.send(request("/health"));
        if client.answer().is_some_and(|answer| answer.status == 200) {
            break;
        }
        assert!(Instant::now() < end, "no place became free");
    }
}

#[test]
fn probes_and_metrics_at_an_address_of_their_own() {
    let (_app, runner) = start(&["--admin-address", "127.0.0.1:0"]);
    let told = runner.wait_for_log(|record| record["admin"].is_string());
    let admin = told["admin"].as_str().expect("an address");
    let get = |path: &str| {
        let answer = ureq::get(format!("http://{admin}{path}")).call();
        answer.map_or_else(|error| error.to_string(), |mut answer| answer.body_mut().read_to_string().expect("text"))
    };
    assert!(get("/livez").contains("ok") && get("/readyz").contains("ok") && get("/health").contains("app_version"));
    assert!(get("/metrics").contains("runtime_build_info") && get("/graphql").contains("404"));
    for path in ["/livez", "/readyz", "/metrics"] {
        let mut client = Raw::connect(&runner);
        client.send(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"));
        assert_eq!(client.answer().map(|answer| answer.status), Some(404), "{path}");
    }
}

/// Connections on which nobody asks anything give their places back soon.
#[test]
fn probes_wait_for_nobody_who_asks_nothing() {
    let (_app, runner) = start(&["--admin-address", "127.0.0.1:0", "--head-timeout", "1"]);
    let told = runner.wait_for_log(|record| record["admin"].is_string());
    let admin = told["admin"].as_str().expect("an address");
    let idle: Vec<_> = (0..64).map(|_| std::net::TcpStream::connect(admin).expect("it listens")).collect();
    let started = Instant::now();
    let answer = ureq::get(format!("http://{admin}/livez")).call().expect("an answer");
    assert!(answer.status() == 200 && started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    drop(idle);
}

#[test]
fn persisted_queries() {
    // printf '{ sayHello }' | sha256sum
    const HASH: &str = "5d749816189f012c843843410a8b546725693cbddfee91dcec114e9be18ff9b4";
    let (_app, runner) = start(&[]);
    let extensions = json!({"persistedQuery": {"version": 1, "sha256Hash": HASH}});
    let (status, answer) = runner.post("/graphql", &json!({"extensions": extensions}).to_string());
    assert!(status == 200 && answer.contains("PERSISTED_QUERY_NOT_FOUND"), "{answer}");
    let both = json!({"query": "{ sayHello }", "extensions": extensions}).to_string();
    assert_eq!(runner.post("/graphql", &both), (200, r#"{"data":{"sayHello":"Hello!"}}"#.to_owned()));
    let mut client = Raw::connect(&runner);
    let text = format!("%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%22{HASH}%22%7D%7D");
    client.send(format!("GET /graphql?extensions={text} HTTP/1.1\r\nhost: x\r\nx-requested-with: x\r\n\r\n"));
    assert_eq!(client.answer().map(|answer| answer.body), Some(r#"{"data":{"sayHello":"Hello!"}}"#.to_owned()));
}

#[test]
fn idle_connections() {
    let app = app::compile(&Language::Go.guest("faults"), app::OPEN);
    let runner = Runner::start(&app.artifact, &Options::arguments(&["--head-timeout", "1", "--idle-timeout", "3"]));
    let sleep = |ms: u32| Raw::post(&json!({"query": format!("{{ sleeps(ms: {ms}) }}")}).to_string(), &[]);
    let probe = "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";
    let begin = |used: bool| {
        let mut client = Raw::connect(&runner);
        if used {
            client.send(probe);
            assert!(client.answer().is_some());
        }
        client
    };
    std::thread::scope(|scope| {
        // A load balancer keeps connections for later, used ones and new ones.
        scope.spawn(|| {
            let mut client = begin(false);
            for _ in 0..5 {
                std::thread::sleep(Duration::from_secs(1));
                assert!(client.send(probe));
                assert_eq!(client.answer().map(|answer| answer.status), Some(200));
            }
        });
        for used in [false, true] {
            scope.spawn(move || {
                let mut client = begin(used);
                let started = Instant::now();
                assert!(client.is_closed());
                let took = started.elapsed().as_secs_f64();
                assert!((2.0..8.0).contains(&took), "an idle connection ended after {took} s");
            });
        }
        // A half-sent head has less time, from its first byte.
        for used in [false, true] {
            scope.spawn(move || {
                let mut client = begin(used);
                std::thread::sleep(Duration::from_secs(1));
                let started = Instant::now();
                client.send("GET /livez HT");
                assert!(client.is_closed());
                let took = started.elapsed().as_secs_f64();
                assert!((0.8..2.5).contains(&took), "half a head ended after {took} s");
            });
        }
        // While an answer is awaited, nothing is idle.
        scope.spawn(|| {
            let mut client = begin(false);
            for _ in 0..2 {
                client.send(sleep(4500));
                assert_eq!(client.answer().map(|answer| answer.status), Some(200));
            }
        });
    });
    assert!(runner.get("/metrics").1.contains("runtime_refusals_num{reason=\"head-timeout\"} 2\n"));
}
