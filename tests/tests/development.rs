//! Promise: in development a page of another site can neither read what the runner answers nor have it run anything, also
//! where its name is made to lead to this machine; a front end on this machine can.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests;
use tests::raw::{Answer, Raw};
use tests::runner::{Options, Runner};

const EVIL: &str = "http://evil.test";
const FRONT_END: &str = "http://localhost:3000";
const LOCAL: &str = "localhost:8686";

fn app() -> App {
    app::compile(&guests::build("examples/people"), app::OPEN)
}

fn dev(arguments: &[&str]) -> Options {
    Options::arguments(arguments).env("MODUS_ENV", "dev")
}

/// Sends a request with these headers and nothing else.
fn send(runner: &Runner, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut client = Raw::connect(runner);
    client.send(format!("{target} HTTP/1.1\r\n{lines}content-length: {}\r\n\r\n{body}", body.len()));
    client.answer().unwrap_or_else(|| panic!("no answer to {target} {headers:?}\n{}", runner.log()))
}

/// A query in the body, from a page of the origin if there is one.
fn ask(runner: &Runner, host: &str, origin: Option<&str>) -> Answer {
    let mut headers = vec![("host", host), ("content-type", "application/json")];
    headers.extend(origin.map(|origin| ("origin", origin)));
    send(runner, "POST /graphql", &headers, &json!({"query": "{ sayHello }"}).to_string())
}

fn preflight(runner: &Runner, host: &str, origin: &str) -> Answer {
    let headers = [
        ("host", host),
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    send(runner, "OPTIONS /graphql", &headers, "")
}

fn allowed_origin(answer: &Answer) -> Option<&str> {
    answer.headers.get("access-control-allow-origin").map(String::as_str)
}

/// It answers, and pages of the origin may read that.
#[track_caller]
fn serves(runner: &Runner, host: &str, origin: &str, named: &str) {
    let answer = ask(runner, host, Some(origin));
    assert_eq!((answer.status, allowed_origin(&answer)), (200, Some(named)), "{host} {origin}: {answer:?}");
    assert!(answer.headers["vary"].contains("Origin"), "{answer:?}");
    let asked = preflight(runner, host, origin);
    assert_eq!((asked.status, allowed_origin(&asked)), (204, Some(named)), "{host} {origin}: {asked:?}");
    assert_eq!(asked.headers["access-control-allow-headers"], "content-type");
}

/// It runs nothing, and no page may read why.
#[track_caller]
fn refuses(runner: &Runner, host: &str, origin: Option<&str>, flag: &str) {
    let before = executions(runner);
    let answer = ask(runner, host, origin);
    assert_eq!((answer.status, allowed_origin(&answer)), (403, None), "{host} {origin:?}: {answer:?}");
    assert!(answer.body.contains(flag) && answer.headers["vary"].contains("Origin"), "{answer:?}");
    let asked = preflight(runner, host, origin.unwrap_or(EVIL));
    assert_eq!(asked.status, 204);
    assert!(asked.headers.keys().all(|name| !name.starts_with("access-control")), "{asked:?}");
    assert_eq!(executions(runner), before, "{host} {origin:?}: something ran");
}

/// Calls of functions so far.
fn executions(runner: &Runner) -> String {
    let (status, text) = runner.get("/metrics");
    assert_eq!(status, 200);
    let line = text.lines().find(|line| line.starts_with("runtime_function_executions_num"));
    line.unwrap_or_default().to_owned()
}

#[test]
fn only_hosts_of_this_machine_are_served() {
    let app = app();
    let runner = Runner::start(&app.artifact, &dev(&[]));
    let bound = runner.url.strip_prefix("http://").unwrap().to_owned();
    for host in [LOCAL, "LocalHost", "shop.localhost:80", "127.0.0.1", "127.1.2.3:8686", "[::1]:8686", &bound] {
        assert_eq!(ask(&runner, host, None).status, 200, "{host}");
        serves(&runner, host, &format!("http://{host}"), &format!("http://{host}"));
    }
    for host in ["evil.test", "evil.test:8686", "localhost.evil.test", "192.168.1.7"] {
        refuses(&runner, host, None, "--allow-host");
        // A name that leads here is of one origin with this server, as browsers see it.
        refuses(&runner, host, Some(&format!("http://{host}")), "--allow-host");
    }
    // The target counts more than the header.
    let hello = "GET http://evil.test/graphql?query=%7BsayHello%7D";
    assert_eq!(send(&runner, hello, &[("host", LOCAL)], "").status, 403);
    assert_eq!(send(&runner, &hello.replace("evil.test", "localhost"), &[("host", "evil.test")], "").status, 200);
    // What names no host is for no server.
    for hosts in [&[][..], &[("host", "")], &[("host", "localhost@evil.test")], &[("host", LOCAL), ("host", LOCAL)]] {
        assert_eq!(send(&runner, "GET /graphql?query=%7BsayHello%7D", hosts, "").status, 400, "{hosts:?}");
    }
    // Everything else is nobody's business, either; probes are everybody's.
    for path in ["/metrics", "/explorer/", "/explorer/api/endpoints", "/nowhere"] {
        assert_eq!(send(&runner, &format!("GET {path}"), &[("host", "evil.test")], "").status, 403, "{path}");
    }
    for path in ["/livez", "/readyz", "/ready", "/health"] {
        let answer = send(&runner, &format!("GET {path}"), &[("host", "10.0.0.7:8686"), ("origin", EVIL)], "");
        assert_eq!((answer.status, allowed_origin(&answer)), (200, None), "{path}");
    }
    runner.wait_for_log(|record| {
        record["level"] == "warn" && record["reason"].as_str().is_some_and(|reason| reason.contains("\"evil.test\""))
    });
}

#[test]
fn only_pages_of_this_machine_are_served() {
    let app = app();
    let runner = Runner::start(&app.artifact, &dev(&[]));
    for origin in [FRONT_END, "http://127.0.0.1:5173", "https://[::1]:4321", "http://shop.localhost"] {
        serves(&runner, LOCAL, origin, origin);
    }
    for origin in
        [EVIL, "null", "https://localhost.evil.test", "http://192.168.1.7:3000", "chrome-extension://abc", "nonsense"]
    {
        refuses(&runner, LOCAL, Some(origin), "--allow-origin");
    }
    let get = |headers: &[(&str, &str)], target: &str| {
        send(&runner, target, &[&[("host", LOCAL)], headers].concat(), "").status
    };
    let query = "GET /graphql?query=%7BsayHello%7D";
    assert_eq!(get(&[("origin", EVIL)], query), 403);
    assert_eq!(get(&[("origin", EVIL)], "GET /explorer/api/endpoints"), 403);
    assert_eq!(get(&[("origin", EVIL)], "PUT /graphql"), 403);
    // What a page has a browser load without telling its origin: images, scripts, links.
    assert_eq!(get(&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], query), 403);
    assert_eq!(get(&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], query), 403);
    assert_eq!(get(&[("sec-fetch-site", "same-origin")], query), 200);
    assert_eq!(get(&[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")], query), 200);
    assert_eq!(get(&[], query), 200);
    // A link to the explorer runs nothing.
    assert_eq!(get(&[("sec-fetch-site", "cross-site"), ("accept", "text/html")], "GET /explorer/"), 200);
    assert_eq!(get(&[("sec-fetch-site", "cross-site"), ("accept", "text/html")], "GET /graphql"), 307);
    // Who is refused sees the answer, however much he sends.
    let body = json!({"query": "{ sayHello }", "variables": {"x": "y".repeat(3 << 20)}}).to_string();
    let headers = [("host", LOCAL), ("origin", EVIL), ("content-type", "application/json")];
    assert_eq!(send(&runner, "POST /graphql", &headers, &body).status, 403);
}

#[test]
fn hosts_and_origins_can_be_named() {
    let app = app();
    let page = "https://page.example";
    let flags = ["--allow-host", "app.test,runner", "--allow-host=dev.test", "--allow-origin", page];
    let variables = dev(&[]).env("MODUS_RUNNER_ALLOW_HOST", "app.test, runner, dev.test");
    for options in [dev(&flags), variables.env("MODUS_RUNNER_ALLOW_ORIGIN", page)] {
        let runner = Runner::start(&app.artifact, &options);
        for host in ["app.test", "App.Test:8686", "runner:8686", "dev.test", LOCAL] {
            serves(&runner, host, page, page);
            serves(&runner, host, FRONT_END, FRONT_END);
        }
        let own = "https://app.test";
        serves(&runner, "app.test", own, own);
        refuses(&runner, "x.app.test", None, "--allow-host");
        refuses(&runner, LOCAL, Some("http://page.example"), "--allow-origin");
        refuses(&runner, LOCAL, Some("null"), "--allow-origin");
    }
    let runner = Runner::start(&app.artifact, &dev(&["--allow-origin", "*"]));
    for origin in [EVIL, "null", FRONT_END] {
        serves(&runner, LOCAL, origin, "*");
    }
    refuses(&runner, "evil.test", Some(EVIL), "--allow-host");
}

#[test]
fn elsewhere_what_is_given_counts() {
    let app = app();
    let runner = Runner::start(&app.artifact, &Options::default());
    for (host, origin) in [("api.example", EVIL), ("10.0.0.7", "null"), ("x", FRONT_END)] {
        serves(&runner, host, origin, "*");
    }
    let page = "https://page.example";
    let runner = Runner::start(&app.artifact, &Options::arguments(&["--allow-origin", page]));
    serves(&runner, "api.example", page, page);
    let own = "https://api.example";
    serves(&runner, "api.example", own, own);
    assert_eq!(ask(&runner, "api.example", None).status, 200);
    for origin in [EVIL, FRONT_END, "null"] {
        refuses(&runner, "api.example", Some(origin), "--allow-origin");
    }
    assert!(runner.get("/metrics").1.contains("runtime_refusals_num{reason=\"origin\"} 3"));
    let runner = Runner::start(&app.artifact, &Options::arguments(&["--allow-host", "api.example"]));
    serves(&runner, "api.example", EVIL, "*");
    refuses(&runner, "evil.test", Some(EVIL), "--allow-host");
    // Whoever operates it learns of them, and not of each.
    (0..9).for_each(|_| refuses(&runner, "evil.test", None, "--allow-host"));
    assert_eq!(send(&runner, "GET /graphql", &[("host", "a b")], "").status, 400);
    let (_, metrics) = runner.get_as("/metrics", &[("host", "api.example")]);
    for line in ["runtime_refusals_num{reason=\"host\"} 10", "runtime_refusals_num{reason=\"target\"} 1"] {
        assert!(metrics.contains(line), "{metrics}");
    }
    let record = runner.wait_for_log(|record| record["message"] == "A request was refused.");
    assert!(record["reason"].as_str().is_some_and(|reason| reason.contains("evil.test")), "{record}");
    assert!(runner.log().matches("A request was refused.").count() < 10, "{}", runner.log());
}

/// The file of the page, and what it then asks, as a browser does.
#[test]
fn the_explorer_works() {
    let app = app();
    let runner = Runner::start(&app.artifact, &dev(&[]));
    let host = runner.url.strip_prefix("http://").unwrap().to_owned();
    let typed = [("host", host.as_str()), ("sec-fetch-site", "none"), ("accept", "text/html")];
    assert_eq!(send(&runner, "GET /explorer/", &typed, "").status, 200);
    let page = [("host", host.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(send(&runner, "GET /explorer/api/endpoints", &page, "").status, 200);
    let answer = ask(&runner, &host, Some(&runner.url));
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((answer.status, &body["data"]["sayHello"]), (200, &json!("Hello!")));
}
