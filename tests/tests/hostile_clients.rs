//! Promise: whatever a client sends, it is refused quickly or answered, the process does not grow, and others are served.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::raw::Raw;
use tests::runner::{Options, Runner};

/// KiB that the process may grow by.
const GROWTH: u64 = 16 * 1024;

fn start(arguments: &[&str]) -> (App, Runner) {
    let app = app::compile(&Language::AssemblyScript.guest("faults"), app::OPEN);
    let (app, runner) = app.serve(&Options::arguments(arguments));
    assert_eq!(runner.query("{ ok(v: 1) }")["data"], json!({"ok": 1}));
    (app, runner)
}

/// Sends the body, expects a refusal that is short and soon there, and asks for something ordinary.
#[track_caller]
fn refused(runner: &Runner, what: &str, body: &str, reason: &str) {
    let (before, _) = runner.memory();
    let started = Instant::now();
    let (status, answer) = runner.post("/graphql", body);
    let took = started.elapsed();
    assert!(answer.contains(reason) && !answer.contains("\"data\""), "{what}: {status} {answer}");
    assert!(answer.len() < 20_000, "{what}: the refusal has {} bytes", answer.len());
    assert!(took < Duration::from_secs(5), "{what} took {took:?}");
    let (after, _) = runner.memory();
    assert!(after < before + GROWTH, "{what}: {before} KiB became {after} KiB");
    assert_eq!(runner.query("{ ok(v: 1) }")["data"], json!({"ok": 1}), "after {what}");
}

fn query(text: &str) -> String {
    json!({"query": text}).to_string()
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

#[test]
fn documents() {
    let (_app, runner) = start(&["--introspection", "true"]);
    for levels in [1_000, 100_000] {
        let nested = |open: &str, close: &str| format!("{}{}", open.repeat(levels), close.repeat(levels));
        refused(&runner, "nested selections", &query(&nested("{a", "}")), "(limit `max-");
        refused(&runner, "nested lists", &query(&format!("{{ ok(v: {}) }}", nested("[", "]"))), "(limit `max-");
        refused(&runner, "nested objects", &query(&format!("{{ ok(v: {}) }}", nested("{a:", "}"))), "errors");
        refused(&runner, "nested types", &query(&format!("query($v: {}) {{ ok }}", nested("[", "]"))), "errors");
    }
    let bomb = |levels: usize| many(levels, |n| format!("fragment F{n} on Query {{ ...F{} ...F{} }} ", n + 1, n + 1));
    let last = "fragment F40 on Query { __typename }";
    refused(&runner, "fragment bomb", &query(&format!("{{ ...F0 }} {} {last}", bomb(40))), "errors");
    let wide = many(2_000, |n| format!("fragment F{n} on Query {{ __typename }} "));
    refused(
        &runner,
        "many fragments",
        &query(&format!("{{ {} }} {wide}", many(2_000, |n| format!("...F{n} ")))),
        "errors",
    );
    refused(
        &runner,
        "fragment cycle",
        &query("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
        "errors",
    );
    refused(
        &runner,
        "aliases",
        &query(&format!("{{ {} }}", many(10_000, |n| format!("a{n}: __typename ")))),
        "(limit `max-",
    );
    refused(
        &runner,
        "some aliases",
        &query(&format!("{{ {} }}", many(51, |n| format!("a{n}: ok(v: 1) ")))),
        "(limit `max-aliases`)",
    );
    refused(
        &runner,
        "directives",
        &query(&format!("{{ __typename {} }}", "@a ".repeat(10_000))),
        "(limit `max-tokens`)",
    );
    for directive in ["@a ", "@skip(if: false) ", "@include(if: $v) "] {
        let document = format!("{{ __typename {} }}", directive.repeat(2_400));
        refused(&runner, directive, &query(&document), "errors");
    }
    refused(
        &runner,
        "root fields",
        &query(&format!("{{ {} }}", "__typename ".repeat(7_000))),
        "(limit `max-root-fields`)",
    );
    let nested =
        format!("{{ ring {{ {} }} }}", many(3_000, |n| format!("...{{ next {{ label a: value }} }} {}", n % 2)));
    refused(&runner, "not a document", &query(&nested), "errors");
    refused(
        &runner,
        "operations",
        &query(&many(3_000, |n| format!("query Q{n} {{ __typename }} "))),
        "operation name is required",
    );
    let variables = many(3_000, |n| format!("$v{n}: Int "));
    refused(&runner, "variables", &query(&format!("query({variables}) {{ __typename }}")), "errors");
    let arguments = many(3_000, |n| format!("v: {n} "));
    refused(&runner, "arguments", &query(&format!("{{ ok({arguments}) }}")), "errors");
    refused(&runner, "long name", &query(&format!("{{ {} }}", "n".repeat(900_000))), "errors");
    let doubled = |on: &str, last: &str, conditions: bool| {
        let spread = |n: usize, condition: &str| match conditions {
            true => format!("...F{} @{condition}(if: $v{n}) ", n + 1),
            false => format!("...F{} ", n + 1),
        };
        let one = |n: usize| format!("fragment F{n} on {on} {{ {}{} }} ", spread(n, "include"), spread(n, "skip"));
        format!("{} fragment F13 on {on} {{ {last} }}", many(13, one))
    };
    let variables = many(13, |n| format!("$v{n}: Boolean! "));
    let operation = |n: usize, variables: &str| {
        format!("subscription s{n}{variables} {{ agentEvent(agentId: \"\") {{ ...F0 }} }} ")
    };
    for operations in [1, 180] {
        let operations = many(operations, |n| operation(n, &format!("({variables})")));
        let document = format!("{operations} {}", doubled("AgentEvent", "name", true));
        refused(&runner, "fields with conditions", &query(&document), "(limit `conditions`)");
    }
    let document = format!("{} {}", many(900, |n| operation(n, "")), doubled("AgentEvent", "name", false));
    refused(&runner, "operations with many fields", &query(&document), "(limit `max-tokens`)");
    let document = format!("{{ __schema {{ types {{ fields {{ ...F0 }} }} }} }} {}", doubled("__Field", "name", false));
    refused(&runner, "doubled introspection", &query(&document), "(limit `introspected`)");
    let comment = format!("{{ {} # {}", "ok ".repeat(101), many(100_000, |n| format!("n{n} ")));
    refused(&runner, "names in a comment", &query(&format!("{comment}\n}}")), "errors");
    let circular = format!("{}name{}", "fields { type { ".repeat(20), " } }".repeat(20));
    refused(
        &runner,
        "circular introspection",
        &query(&format!("{{ __schema {{ types {{ {circular} }} }} }}")),
        "errors",
    );
}

/// Documents that are large, valid and all different fill the cache, and it has an end.
#[test]
fn kept_documents() {
    let (_app, runner) = start(&["--max-cached", "1000000"]);
    let (before, _) = runner.memory();
    for n in 0..150 {
        let fields = many(40, |m| format!("a{m}: label "));
        let one =
            format!("ring {{ x{n}: label {fields} ...{{ {} }} }}", "next { next { label value } at } ".repeat(60));
        let list = "1 ".repeat(3_000);
        let (status, answer) = runner.post("/graphql", &query(&format!("{{ {one} indexes(v: [{list}], index: 0) }}")));
        assert!(status == 200 && answer.contains("\"indexes\":1"), "{answer}");
    }
    let (after, _) = runner.memory();
    assert!(after < before + GROWTH, "{before} KiB became {after} KiB");
}

#[test]
fn overlapping_fields() {
    let (_app, runner) = start(&[]);
    // Each pair of selections below has to be compared.
    let one = "ring { next { label value at } label } ";
    let nested = format!("{{ {} }}", one.repeat(100));
    let started = Instant::now();
    let (status, answer) = runner.post("/graphql", &query(&nested));
    assert!(status == 200 && started.elapsed() < Duration::from_secs(15), "{status} {answer}");
    let deep = |levels: usize| {
        let open = "ring { ".to_owned() + &"next { label ".repeat(levels) + &"}".repeat(levels) + " } ";
        format!("{{ {} }}", open.repeat(90))
    };
    let started = Instant::now();
    runner.post("/graphql", &query(&deep(20)));
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert_eq!(runner.query("{ ok(v: 1) }")["data"], json!({"ok": 1}));
}

#[test]
fn bodies() {
    let (_app, runner) = start(&[]);
    let (before, _) = runner.memory();
    let large = query(&"x".repeat(10 << 20));
    refused(&runner, "10 MB", &large, "(limit `max-body`)");
    for _ in 0..10 {
        assert_eq!(runner.post("/graphql", &large).0, 413);
    }
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), ("[", "")] {
        let variables = format!(r#"{{"query": "{{ ok }}", "variables": {{"v": {}}}}}"#, nested(open, close));
        refused(&runner, "nested JSON", &variables, "Failed to parse GraphQL request.");
    }
    let batch = Value::from(vec![json!({"query": "{ ok(v: 1) }"}); 100]);
    refused(&runner, "batch", &batch.to_string(), "Failed to parse GraphQL request.");
    let keys = many(50_000, |n| format!(r#""k{n}": 0, "#));
    let variables = format!(r#"{{"query": "query($v: Int!) {{ ok(v: $v) }}", "variables": {{{keys} "v": "x"}}}}"#);
    refused(&runner, "many members", &variables, "got invalid value");
    let number =
        format!(r#"{{"query": "query($v: Int!) {{ ok(v: $v) }}", "variables": {{"v": {}}}}}"#, "9".repeat(500_000));
    refused(&runner, "long number", &number, "got invalid value");

    for bytes in [&b"{\"query\": \"{ ok(v: 1) } # \xff\xfe\"}"[..], b"\xff\xfe{\0}\0", b"{\"query\": \"\\ud800"] {
        let mut client = Raw::connect(&runner);
        client.send(format!(
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            bytes.len()
        ));
        client.send(bytes);
        assert_eq!(client.answer().map(|answer| answer.status), Some(400), "{bytes:?}");
    }
    let (after, _) = runner.memory();
    assert!(after < before + GROWTH, "{before} KiB became {after} KiB");
}

#[test]
fn heads() {
    let (_app, runner) = start(&[]);
    let status = |request: String| {
        let mut client = Raw::connect(&runner);
        client.send(request);
        client.answer().map(|answer| answer.status)
    };
    let get = |rest: &str| format!("GET /health HTTP/1.1\r\nhost: x\r\n{rest}\r\n");
    assert_eq!(status(get("")), Some(200));
    // Cut off while it sends, a client may not see the answer.
    assert!(matches!(status(get(&format!("x: {}\r\n", "y".repeat(1 << 20)))), None | Some(431)));
    assert!(matches!(status(get(&many(101, |n| format!("x{n}: y\r\n")))), None | Some(431)));
    assert_eq!(status(get(&many(90, |n| format!("x{n}: y\r\n")))), Some(200));
    assert!(matches!(
        status(format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(1 << 20))),
        None | Some(414 | 431)
    ));
    assert_eq!(status("GET http://elsewhere/health HTTP/1.1\r\nhost: x\r\n\r\n".into()), Some(200), "absolute form");
    assert_eq!(status("CONNECT elsewhere:443 HTTP/1.1\r\nhost: x\r\n\r\n".into()), Some(405));
    for bad in
        ["GET /health\r\n\r\n", "GET  /health HTTP/1.1\r\n\r\n", "G\0T / HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"]
    {
        assert!(matches!(status(bad.into()), None | Some(400..=499)), "{bad:?}");
    }
    for folded in ["host: y\r\n folded: z\r\n", "x : y\r\n", "no colon\r\n", "x\0: y\r\n", "x: a\rb\r\n"] {
        assert!(matches!(status(get(folded)), None | Some(400)), "{folded:?}");
    }
    assert_eq!(runner.get("/health").0, 200);
}

/// Requests whose length can be read in two ways must not let a second one through.
#[test]
fn smuggling() {
    let (_app, runner) = start(&[]);
    let hidden = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    let post = |headers: &str, body: &str| {
        format!("POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{headers}\r\n{body}")
    };
    let length = hidden.len();
    for (what, headers, body) in [
        (
            "CL.TE",
            format!("content-length: {}\r\ntransfer-encoding: chunked\r\n", length + 5),
            format!("0\r\n\r\n{hidden}"),
        ),
        (
            "TE.CL",
            "transfer-encoding: chunked\r\ncontent-length: 4\r\n".into(),
            format!("{length:x}\r\n{hidden}\r\n0\r\n\r\n"),
        ),
        ("two lengths", format!("content-length: 2\r\ncontent-length: {}\r\n", 2 + length), format!("{{}}{hidden}")),
        ("list of lengths", "content-length: 2, 3\r\n".into(), format!("{{}}{hidden}")),
        ("signed", "content-length: +2\r\n".into(), format!("{{}}{hidden}")),
        ("hexadecimal", "content-length: 0x2\r\n".into(), format!("{{}}{hidden}")),
        ("not chunked last", "transfer-encoding: chunked, identity\r\n".into(), format!("0\r\n\r\n{hidden}")),
        ("hidden encoding", "transfer-encoding: xchunked\r\n".into(), format!("0\r\n\r\n{hidden}")),
        ("blank before colon", "transfer-encoding : chunked\r\n".into(), format!("0\r\n\r\n{hidden}")),
        ("huge chunk", "transfer-encoding: chunked\r\n".into(), format!("ffffffffffffffffff\r\n{hidden}")),
        ("bad chunk", "transfer-encoding: chunked\r\n".into(), format!("zz\r\n{hidden}")),
    ] {
        let mut client = Raw::connect(&runner);
        client.send(post(&headers, &body));
        if let Some(first) = client.answer() {
            assert!(matches!(first.status, 400..=499), "{what}: {first:?}");
        }
        assert!(client.answer().is_none_or(|second| second.status == 400), "{what}: a second request came through");
    }
    assert_eq!(runner.query("{ ok(v: 1) }")["data"], json!({"ok": 1}));
}

#[test]
fn slow_clients() {
    let (_app, runner) = start(&["--head-timeout", "3", "--idle-timeout", "3", "--body-timeout", "3"]);
    let started = Instant::now();
    let slow = |begin: String| {
        let mut client = Raw::connect(&runner);
        client.send(begin);
        client
    };
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let mut heads: Vec<_> = (0..50).map(|_| slow("GET /health HT".into())).collect();
    let mut idle: Vec<_> = (0..50).map(|_| slow("GET /health HTTP/1.1\r\nhost: x\r\n\r\n".into())).collect();
    let mut lengths: Vec<_> = (0..50).map(|_| slow(format!("{head}content-length: 100\r\n\r\n{{"))).collect();
    let mut chunks: Vec<_> =
        (0..50).map(|_| slow(format!("{head}transfer-encoding: chunked\r\n\r\n1\r\n{{\r\n"))).collect();
    assert_eq!(runner.query("{ ok(v: 1) }")["data"], json!({"ok": 1}));
    for client in lengths.iter_mut().chain(&mut chunks) {
        let answer = client.answer().expect("an answer");
        assert!(answer.status == 408 && answer.body.contains("(limit `body-timeout`)"), "{answer:?}");
    }
    for client in heads.iter_mut().chain(&mut idle).chain(&mut lengths).chain(&mut chunks) {
        assert!(client.is_closed());
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    // One byte now and then does not buy more time.
    let mut dripping = slow("GET /health HTTP/1.1\r\nx: ".into());
    let started = Instant::now();
    while dripping.send("y") && started.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
}

#[test]
fn clients_that_do_not_read() {
    let (_app, runner) = start(&["--write-timeout", "3"]);
    let mut deaf: Vec<_> = (0..3).map(|_| Raw::connect(&runner)).collect();
    for client in &mut deaf {
        client.send(Raw::post(&query("{ bigString(length: 12000000) }"), &[]));
    }
    // One that reads in time gets all of it.
    let mut reader = Raw::connect(&runner);
    reader.send(Raw::post(&query("{ bigString(length: 12000000) }"), &[]));
    assert!(reader.answer().is_some_and(|answer| answer.body.len() > 12_000_000));
    std::thread::sleep(Duration::from_secs(8));
    for client in &mut deaf {
        assert!(client.answer().is_none(), "the answer was kept for a client that does not read");
    }
}

/// Beyond it nobody has another large answer, and everybody has small ones.
#[test]
fn answers_that_wait_for_their_clients_are_bounded() {
    let (_app, runner) = start(&["--answer-memory", "10"]);
    let large = query("{ bigString(length: 8000000) }");
    let mut deaf = Raw::connect(&runner);
    deaf.send(Raw::post(&large, &[]));
    assert!(deaf.head().is_some_and(|head| head.contains(" 200 ")));
    let (status, answer) = runner.post("/graphql", &large);
    assert!(status == 503 && answer.contains("(limit `answer-memory`)"), "{status} {:.200}", answer);
    assert_eq!(runner.query("{ ok(v: 1) }")["data"], json!({"ok": 1}));
    assert!(runner.get("/metrics").1.contains("runtime_refusals_num{reason=\"answer-memory\"} 1"));
    drop(deaf);
    let end = Instant::now() + Duration::from_secs(5);
    while runner.post("/graphql", &large).0 != 200 {
        assert!(Instant::now() < end, "the memory was not given back");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn pipelining() {
    let (_app, runner) = start(&[]);
    let mut client = Raw::connect(&runner);
    let requests = many(100, |n| Raw::post(&query(&format!("{{ ok(v: {n}) }}")), &[]));
    client.send(requests);
    for n in 0..100 {
        assert_eq!(client.answer().expect("an answer").body, format!(r#"{{"data":{{"ok":{n}}}}}"#));
    }
    // Answers that nobody reads are not collected.
    let (before, _) = runner.memory();
    let mut deaf: Vec<_> = (0..4).map(|_| Raw::connect(&runner)).collect();
    let flood = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n".repeat(2_000);
    for client in &mut deaf {
        client.limit_writes(Duration::from_millis(200));
        (0..100).take_while(|_| client.send(&flood)).count();
    }
    let (after, _) = runner.memory();
    assert!(after < before + GROWTH, "{before} KiB became {after} KiB");
    assert_eq!(runner.query("{ ok(v: 1) }")["data"], json!({"ok": 1}));
}

#[test]
fn random_bytes() {
    let (_app, runner) = start(&[]);
    let mut random = fastrand::Rng::with_seed(7);
    let valid = Raw::post(&query("{ ok(v: 1) }"), &[("accept", "application/json"), ("x-time-zone", "Asia/Tokyo")]);
    let (before, _) = runner.memory();
    for round in 0..400 {
        let mut client = Raw::connect(&runner);
        if round % 2 == 0 {
            let length = random.usize(1..10_000);
            let bytes: Vec<u8> = (0..length).map(|_| random.u8(..)).collect();
            client.send(bytes);
        } else {
            let mut bytes = valid.clone().into_bytes();
            for _ in 0..random.usize(1..8) {
                let at = random.usize(0..bytes.len());
                bytes[at] = random.u8(..);
            }
            client.send(bytes);
        }
    }
    let (after, _) = runner.memory();
    assert!(after < before + GROWTH, "{before} KiB became {after} KiB");
    assert_eq!(runner.query("{ ok(v: 1) }")["data"], json!({"ok": 1}));
    assert!(!runner.log().contains("panicked"), "{}", runner.log());
}
