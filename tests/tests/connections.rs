//! Promise: guests reach the servers that the manifest names and no others; what the manifest adds reaches these servers
//! and nobody else; an app reads its own secrets.

use serde_json::json;
use tests::exchange::{answer, each_language, get, only, refused, serve};
use tests::guests::Language;
use tests::runner::{Options, Runner};
use tests::stand_in::{Reply, StandIn};

#[test]
fn only_urls_of_the_manifest() {
    let stand_in = StandIn::with(|_| Reply::body("ok"));
    let base = stand_in.url.trim_end_matches('/').to_owned();
    let connections = json!({
        "api": {"type": "http", "baseUrl": format!("{base}/api/"), "headers": {"X-From": "api"}},
        "inner": {"type": "http", "baseUrl": format!("{base}/api/inner/"), "headers": {"X-From": "inner"}},
        "open": {"type": "http", "baseUrl": format!("{base}/open"), "headers": {"X-From": "open"}},
        "exact": {"type": "http", "endpoint": format!("{base}/api/exact"), "headers": {"X-From": "exact"}},
        "db": {"type": "postgresql", "connString": "postgres://localhost/db"},
    });
    for language in Language::ALL {
        let mut earlier = stand_in.requests().len();
        let (_app, runner) = serve(language, &connections, &Options::default());
        for (path, connection) in [
            ("/api/", "api"),
            ("/API/x?q=1", "api"),
            ("/api/exact/more", "api"),
            ("/api/inner/x", "inner"),
            ("/open", "open"),
            ("/open/x", "open"),
            ("/api/exact?q=1", "exact"),
        ] {
            get(&runner, &format!("{base}{path}"));
            assert_eq!(only(&stand_in, &mut earlier).headers("x-from"), [connection], "{language:?} {path}");
        }
        for path in ["", "/", "/api", "/opened", "/api/../x", "/api/%2e%2e/x", "//api/"] {
            refused(&runner, &format!("{base}{path}"), "a connection for url [");
        }
        refused(&runner, &format!("http://127.0.0.1.evil.test{}/open", &base[16..]), "a connection for url [");
        refused(&runner, &format!("http://open@evil.test/{base}/open"), "a connection for url [http://evil.test/");
        refused(&runner, "/api/", "a connection for url [/api/] was not found in the manifest");
        assert_eq!(stand_in.requests().len(), earlier, "{language:?}: something was sent");
    }
    // The Go SDK does not ask the host about what is no URL.
    let (_app, runner) = serve(Language::AssemblyScript, &connections, &Options::default());
    refused(&runner, "relative/path", "parse \"relative/path\": invalid URI for request");
}

#[test]
fn what_the_manifest_adds() {
    let stand_in = StandIn::with(|_| Reply::body("ok"));
    let mut options = Options::default();
    for (name, value) in [("KEY", "s3cret"), ("USER", "u"), ("PASS", "p")] {
        options = options.env(&format!("MODUS_LOCAL_{name}"), value);
    }
    let connection = json!({
        "headers": {
            "Authorization": "Basic {{ base64(USER:PASS) }}",
            "X-Key": "{{KEY}}",
            "X-Missing": "[{{NOPE}}]",
            "X-Tag": "manifest",
            "Host": "evil"
        },
        "queryParameters": {"k": "{{KEY}}&=", "n": "a b"}
    });
    each_language(&stand_in, connection, &options, |language, runner| {
        let mut earlier = stand_in.requests().len();
        let headers = json!([["x-tag", "guest"], ["AUTHORIZATION", "forged"], ["x-key", "forged"]]);
        answer(runner, "GET", &format!("{}abc?z=1&a=2#frag", stand_in.url), &headers, "");
        let request = only(&stand_in, &mut earlier);
        assert_eq!(request.url, "/abc?z=1&a=2&k=s3cret%26%3D&n=a+b", "{language:?}");
        assert_eq!(request.headers("authorization"), ["Basic dTpw"], "{language:?}");
        assert_eq!(request.headers("x-key"), ["s3cret"], "{language:?}");
        assert_eq!(request.headers("x-missing"), ["[]"], "{language:?}");
        assert_eq!(request.headers("x-tag"), ["guest", "manifest"], "{language:?}");
        assert_ne!(request.header("host"), Some("evil"), "{language:?}");
        let record = runner.wait_for_log(|record| record["message"] == "Secret not found.");
        assert_eq!(record["name"], "MODUS_LOCAL_NOPE", "{language:?}: {record}");

        get(runner, &stand_in.url);
        assert_eq!(only(&stand_in, &mut earlier).url, "/?k=s3cret%26%3D&n=a+b", "{language:?}");
        runner.wait_for_log(|record| record["message"] == "Completed HTTP request.");
        assert!(!runner.log().contains("s3cret"), "{language:?}: the secret is in the log");
    });
}

/// Two servers: the first redirects to itself and to the second.
fn redirecting(second: &StandIn) -> StandIn {
    let elsewhere = second.url.clone();
    StandIn::with(move |request| match request.url.split('?').next().unwrap_or_default() {
        "/api/near" => Reply::redirect(302, "landed?x=1"),
        "/api/same" => Reply::redirect(307, "/api/landed"),
        "/api/out" => Reply::redirect(302, "/landed"),
        "/api/far" => Reply::redirect(307, format!("{elsewhere}landed")),
        "/api/round" => Reply::redirect(302, "/api/round"),
        "/api/nowhere" => Reply::redirect(302, "ftp://127.0.0.1/secret?key=1"),
        _ => Reply::body("landed"),
    })
}

/// Strict runners are not told of the second one by the manifest: they would follow redirects to it, too.
fn redirected(strict: bool, test: impl Fn(Language, &Runner, &StandIn, &StandIn)) {
    let second = StandIn::with(|_| Reply::body("far"));
    let first = redirecting(&second);
    let mut connections = json!({"first": {
        "type": "http",
        "baseUrl": format!("{}api/", first.url),
        "headers": {"X-Key": "{{KEY}}"},
        "queryParameters": {"k": "{{KEY}}"}
    }});
    if !strict {
        connections["second"] = json!({"type": "http", "baseUrl": second.url, "headers": {"X-Second": "s"}});
    }
    let arguments: &[&str] = if strict { &["--strict-redirects"] } else { &[] };
    let options = Options::arguments(arguments).env("MODUS_FIRST_KEY", "s3cret");
    for language in Language::ALL {
        let (_app, runner) = serve(language, &connections, &options);
        test(language, &runner, &first, &second);
        assert!(!runner.log().contains("s3cret"), "{language:?}: the secret is in the log");
    }
}

#[test]
fn redirects() {
    redirected(false, |language, runner, first, second| {
        let headers = json!([["Authorization", "mine"], ["Cookie", "c"], ["X-Own", "o"], ["Content-Type", "t"]]);
        let send = |path: &str| answer(runner, "POST", &format!("{}api/{path}", first.url), &headers, "AQI=");
        let last = |stand_in: &StandIn| stand_in.requests().pop().expect("a request");

        // On the same server everything is kept but the body, unless the status says otherwise.
        assert_eq!(send("near")["status"], 200);
        let request = last(first);
        assert_eq!((request.method.as_str(), request.url.as_str()), ("GET", "/api/landed?x=1"), "{language:?}");
        assert_eq!((request.bytes.len(), request.header("content-type")), (0, None), "{language:?}");
        assert_eq!(request.headers("x-key"), ["s3cret"], "{language:?}");
        assert_eq!(request.headers("authorization"), ["mine"], "{language:?}");
        assert_eq!(request.headers("x-own"), ["o"], "{language:?}");
        send("same");
        let request = last(first);
        assert_eq!((request.method.as_str(), request.bytes.as_slice()), ("POST", [1, 2].as_slice()), "{language:?}");

        // Another one gets neither what the manifest adds, to whichever of the two, nor credentials, nor anything but
        // what is about the body and the representation.
        assert_eq!(send("far")["body"], "ZmFy");
        let request = last(second);
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "/landed"), "{language:?}");
        assert_eq!(request.bytes, [1, 2], "{language:?}");
        assert_eq!(request.headers("content-type"), ["t"], "{language:?}");
        for name in ["x-key", "x-second", "x-own", "authorization", "cookie"] {
            assert_eq!(request.header(name), None, "{language:?} {name}");
        }
        refused(runner, &format!("{}api/round", first.url), "stopped after 10 redirects");
        refused(runner, &format!("{}api/nowhere", first.url), "\"ftp://127.0.0.1/secret\"");
    });
}

#[test]
fn strict_redirects_lead_only_to_urls_of_the_manifest() {
    redirected(true, |language, runner, first, second| {
        assert_eq!(get(runner, &format!("{}api/near", first.url))["status"], 200, "{language:?}");
        let landed = first.requests().len();
        refused(runner, &format!("{}api/far", first.url), &format!("redirected to [{}landed]", second.url));
        refused(runner, &format!("{}api/out", first.url), &format!("redirected to [{}landed]", first.url));
        assert_eq!(first.requests().len(), landed + 2, "{language:?}: the redirect was followed");
        assert_eq!(second.requests().len(), 0, "{language:?}: the redirect was followed");
    });
}

#[test]
fn secrets() {
    let options = Options::default()
        .env("MODUS_APP_TOKEN", "t0ken")
        .env("MODUS_APP_mixed-Case", "as written")
        .env("MODUS_APP_EMPTY", "")
        .env("MODUS_LOCAL_KEY", "s3cret")
        .env("PLAIN", "plain");
    let connections = json!({"local": {"type": "http", "baseUrl": "http://127.0.0.1:9/", "headers": {"X": "{{KEY}}"}}});
    for language in Language::ALL {
        let (_app, runner) = serve(language, &connections, &options);
        let ask = |name: &str| runner.query(&format!(r#"{{ secret(name: "{name}") }}"#));
        assert_eq!(ask("TOKEN"), json!({"data": {"secret": "t0ken"}}), "{language:?}");
        assert_eq!(ask("mixed-Case"), json!({"data": {"secret": "as written"}}), "{language:?}");
        let record = runner.wait_for_log(|record| record["message"] == "Completed secret lookup.");
        assert_eq!(record["detail"], "Secret: TOKEN", "{language:?}");
        for name in ["EMPTY", "token", "NONE", "", "KEY", "MODUS_LOCAL_KEY", "PLAIN", "../LOCAL_KEY"] {
            let answer = ask(name);
            let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{name}: {answer}"));
            assert!(message.to_lowercase().contains("secret not found"), "{language:?} {name}: {message}");
            let reason = format!("environment variable MODUS_APP_{name} was not found");
            runner.wait_for_log(|record| record["message"] == "Error getting secret." && record["error"] == reason);
        }
        let log = runner.log();
        assert!(!["t0ken", "as written", "s3cret"].iter().any(|secret| log.contains(secret)), "{language:?}: {log}");
    }
}
