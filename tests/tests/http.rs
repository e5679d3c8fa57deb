//! Promise: guests send requests and read responses, whole and unchanged; what cannot be had fails with a clear reason.

use serde_json::{Value, json};
use tests::exchange::{answer, each_language, get, only, refused, serve, sorted};
use tests::guests::Language;
use tests::runner::Options;
use tests::services::free_port;
use tests::stand_in::{Reply, StandIn};

#[test]
fn requests_and_responses() {
    let stand_in = StandIn::with(|request| {
        Reply { status: if request.url.contains("missing") { 404 } else { 200 }, ..Reply::body(request.bytes.clone()) }
            .header("x-one", "1")
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
    });
    let mut earlier = 0;
    for language in Language::ALL {
        let connection = json!({"local": {"type": "http", "baseUrl": stand_in.url}});
        let (_app, runner) = serve(language, &connection, &Options::default());
        let url = format!("{}a/b?z=1&a=%20&a;e#fragment", stand_in.url);

        // Bytes that are no text, names and values in lists.
        let headers = json!([["X-Test", "one", "two"], ["x-test", "three"], ["Host", "evil"], ["content-LENGTH", "9"]]);
        let echoed = answer(&runner, "post", &url, &headers, "AP8KgA==");
        assert_eq!((&echoed["status"], &echoed["statusText"]), (&json!(200), &json!("OK")), "{language:?}: {echoed}");
        assert_eq!((&echoed["ok"], &echoed["body"]), (&json!(true), &json!("AP8KgA==")), "{language:?}: {echoed}");
        let given = sorted(&echoed["headers"]);
        let expected = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-One", "1")];
        let has = |(name, value): (&str, &str)| given.contains(&(name.to_owned(), value.to_owned()));
        assert!(expected.into_iter().all(has), "{language:?}: {given:?}");
        let request = only(&stand_in, &mut earlier);
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "/a/b?z=1&a=%20&a;e"));
        assert_eq!(request.bytes, [0, 255, 10, 128]);
        assert_eq!(request.headers("x-test"), ["one", "two", "three"]);
        assert_eq!(request.headers("content-length"), ["4"]);
        assert_eq!(request.header("host").map(|host| format!("http://{host}/")), Some(stand_in.url.clone()));
        assert!(request.header("user-agent").is_some_and(|agent| agent.starts_with("modus-runner/")));
        assert_eq!(request.header("content-type"), None);

        // A status is an answer like any other. Without a body there is no length where none is usual.
        let missing = get(&runner, &format!("{}missing", stand_in.url));
        assert_eq!((&missing["status"], &missing["ok"]), (&json!(404), &json!(false)), "{language:?}: {missing}");
        assert_eq!(missing["body"], "", "{language:?}: {missing}");
        assert_eq!(only(&stand_in, &mut earlier).header("content-length"), None);
        answer(&runner, "PUT", &stand_in.url, &json!([]), "");
        assert_eq!(only(&stand_in, &mut earlier).header("content-length"), Some("0"));

        // The SDK's shorter ways.
        let item = runner
            .query(&format!(r#"{{ sendItem(url: "{}", name: "pear", count: 3) {{ name count }} }}"#, stand_in.url));
        assert_eq!(item, json!({"data": {"sendItem": {"name": "pear", "count": 3}}}), "{language:?}");
        assert_eq!(only(&stand_in, &mut earlier).json(), json!({"name": "pear", "count": 3}));
        let header = format!(r#"{{ responseHeader(url: "{}", name: "SET-cookie") }}"#, stand_in.url);
        assert_eq!(runner.query(&header), json!({"data": {"responseHeader": "a=1,b=2"}}), "{language:?}");
        earlier += 1;

        let record = runner.wait_for_log(|record| record["message"] == "Completed HTTP request.");
        assert_eq!(record["detail"], format!("POST {url}"), "{language:?}");
        assert!(record["duration_ms"].is_number() && record["user_visible"] == true, "{record}");
        runner.wait_for_log(|record| record["message"] == "Starting HTTP request.");
    }
}

#[test]
fn contents_in_assemblyscript() {
    let stand_in = StandIn::start();
    let connection = json!({"local": {"type": "http", "baseUrl": stand_in.url}});
    let (_app, runner) = serve(Language::AssemblyScript, &connection, &Options::default());
    let answer = runner.query(&format!(r#"{{ sendContents(url: "{}") }}"#, stand_in.url));
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    let bodies: Vec<String> = stand_in.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, ["5", "true", "[1,2]", "bytes"]);
}

#[test]
fn user_and_password_of_a_url() {
    let stand_in = StandIn::with(|_| Reply::body("ok"));
    each_language(&stand_in, json!({}), &Options::default(), |language, runner| {
        let mut earlier = stand_in.requests().len();
        get(runner, &stand_in.url.replace("http://", "http://us%40er:hidden@"));
        assert_eq!(only(&stand_in, &mut earlier).headers("authorization"), ["Basic dXNAZXI6aGlkZGVu"], "{language:?}");
        let url = stand_in.url.replace("http://", "http://user:hidden@");
        answer(runner, "GET", &url, &json!([["Authorization", "mine"]]), "");
        assert_eq!(only(&stand_in, &mut earlier).headers("authorization"), ["mine"], "{language:?}");
        runner.wait_for_log(|record| record["message"] == "Completed HTTP request.");
        assert!(!runner.log().contains("hidden"), "{language:?}: the password is in the log");
    });
}

#[test]
fn bodies_that_cannot_be_had() {
    let stand_in = StandIn::with(|request| match request.url.as_str() {
        "/huge" => Reply::body(vec![0; (64 << 20) + 1]),
        "/large" => Reply::body(vec![0; 40 << 20]),
        "/fits" => Reply::body(vec![0; 10 << 20]).header("x", "1"),
        "/broken" => Reply::body("no gzip").header("content-encoding", "gzip"),
        _ => Reply::body("ok"),
    });
    each_language(&stand_in, json!({}), &Options::arguments(&["--memory-limit", "32"]), |language, runner| {
        refused(runner, &format!("{}huge", stand_in.url), "is larger than 67108864 bytes (limit `http-answer`)");
        refused(runner, &format!("{}broken", stand_in.url), "is not valid gzip");
        // Larger than the guest has memory for.
        let answer = runner.query(&format!(r#"{{ responseHeader(url: "{}large", name: "x") }}"#, stand_in.url));
        assert_eq!(answer["errors"][0]["path"], json!(["responseHeader"]), "{language:?}: {answer}");
        assert_eq!(get(runner, &stand_in.url)["body"], "b2s=", "{language:?}: the runner serves on");
        let answer = runner.query(&format!(r#"{{ responseHeader(url: "{}fits", name: "x") }}"#, stand_in.url));
        assert_eq!(answer, json!({"data": {"responseHeader": "1"}}), "{language:?}");
    });
}

#[test]
fn compressed_bodies() {
    // "hello", packed by gzip.
    const PACKED: [u8; 25] =
        [31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0];
    let stand_in = StandIn::with(|_| Reply::body(PACKED).header("content-encoding", "gzip"));
    each_language(&stand_in, json!({}), &Options::default(), |language, runner| {
        let plain = get(runner, &stand_in.url);
        assert_eq!(plain["body"], "aGVsbG8=", "{language:?}");
        let names: Vec<String> = sorted(&plain["headers"]).into_iter().map(|(name, _)| name).collect();
        assert!(!names.iter().any(|name| name.starts_with("Content-")), "{language:?}: {names:?}");
        assert_eq!(stand_in.requests().pop().expect("a request").headers("accept-encoding"), ["gzip"]);
        // Who asks for it gets what the server sends.
        let packed = answer(runner, "GET", &stand_in.url, &json!([["accept-encoding", "gzip, br"]]), "");
        assert!(packed["body"].as_str().is_some_and(|text| text.starts_with("H4sI")), "{language:?}: {packed}");
        assert_eq!(stand_in.requests().pop().expect("a request").headers("accept-encoding"), ["gzip, br"]);
    });
}

#[test]
fn servers_that_cannot_be_reached() {
    let port = free_port();
    let connections = json!({
        "nobody": {"type": "http", "baseUrl": format!("http://127.0.0.1:{port}/")},
        "nameless": {"type": "http", "baseUrl": "http://no-such-host.invalid/"},
    });
    for language in Language::ALL {
        let (_app, runner) = serve(language, &connections, &Options::default());
        refused(&runner, &format!("http://127.0.0.1:{port}/x"), &format!("request to 127.0.0.1:{port} failed"));
        refused(&runner, "http://no-such-host.invalid/", "request to no-such-host.invalid failed");
    }
}

#[test]
fn a_server_that_does_not_answer_costs_the_call_its_deadline() {
    let stand_in = StandIn::with(|_| {
        std::thread::sleep(std::time::Duration::from_secs(60));
        Reply::body("late")
    });
    let options = Options::arguments(&["--deadline", "3", "--http-timeout", "60"]);
    each_language(&stand_in, json!({}), &options, |language, runner| {
        let answer = runner.query(&format!(r#"{{ text(url: "{}") }}"#, stand_in.url));
        assert!(answer["errors"].to_string().contains("timed out"), "{language:?}: {answer}");
        let record = runner.wait_for_log(|record| record["message"] == "Error making HTTP request.");
        assert_eq!(record["detail"], format!("GET {}", stand_in.url), "{language:?}");
    });
}

#[test]
fn servers_with_tls() {
    let plain = StandIn::with(|_| Reply::body("plain"));
    let elsewhere = plain.url.clone();
    let (stand_in, certificate) = StandIn::with_tls(move |request| match request.url.as_str() {
        "/down" => Reply::redirect(302, elsewhere.clone()),
        _ => Reply::body("secure").header("x-one", "1"),
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    let trusting = Options::default().env("SSL_CERT_FILE", &file.path().display().to_string());
    let connections = json!({
        "local": {"type": "http", "baseUrl": stand_in.url, "headers": {"X-Key": "{{KEY}}"}},
        "plain": {"type": "http", "baseUrl": plain.url},
    });
    let trusting = trusting.env("MODUS_LOCAL_KEY", "s3cret");
    for language in Language::ALL {
        let (_app, runner) = serve(language, &connections, &trusting);
        let answer = get(&runner, &stand_in.url);
        assert_eq!((&answer["body"], &answer["statusText"]), (&json!("c2VjdXJl"), &json!("OK")), "{language:?}");
        assert!(sorted(&answer["headers"]).contains(&("X-One".to_owned(), "1".to_owned())), "{language:?}: {answer}");
        let request = stand_in.requests().pop().expect("a request");
        assert_eq!((request.version.as_str(), request.headers("x-key")), ("HTTP/2.0", vec!["s3cret"]), "{language:?}");
        assert_eq!(get(&runner, &format!("{}down", stand_in.url))["body"], "cGxhaW4=", "{language:?}");
        assert_eq!(plain.requests().pop().expect("a request").header("x-key"), None, "{language:?}");
    }
    // Nobody vouches for the certificate.
    let before = stand_in.requests().len();
    each_language(&stand_in, json!({}), &Options::default(), |_, runner| {
        refused(runner, &stand_in.url, "invalid peer certificate");
    });
    assert_eq!(stand_in.requests().len(), before);
}

#[test]
fn proxies_of_the_environment() {
    // The proxy answers for a server that does not exist. This machine is reached directly.
    let proxy = StandIn::with(|_| Reply::body("by proxy"));
    let direct = StandIn::with(|_| Reply::body("direct"));
    let connections = json!({
        "far": {"type": "http", "baseUrl": "http://service.example/"},
        "near": {"type": "http", "baseUrl": direct.url},
    });
    let address = proxy.url.replace("http://", "http://user:hidden@");
    let (_app, runner) =
        serve(Language::Go, &connections, &Options::default().env("http_proxy", &address).env("HTTPS_PROXY", &address));
    let text = |url: &str| runner.query(&format!(r#"{{ text(url: "{url}") }}"#))["data"]["text"].clone();
    assert_eq!(text("http://service.example/x?y=1"), "by proxy");
    let request = proxy.requests().pop().expect("a request");
    assert_eq!(
        (request.url.as_str(), request.header("host")),
        ("http://service.example/x?y=1", Some("service.example"))
    );
    assert_eq!(request.headers("proxy-authorization"), ["Basic dXNlcjpoaWRkZW4="]);
    assert_eq!(text(&direct.url), "direct");
    assert_eq!(direct.requests().pop().expect("a request").header("proxy-authorization"), None);
}

#[test]
fn servers_without_a_proxy() {
    let proxy = StandIn::with(|_| Reply::body("by proxy"));
    let direct = StandIn::with(|_| Reply::body("direct"));
    // An address of this machine that is not the loopback's, which always is reached directly.
    let address = direct.url.replace("127.0.0.1", "0.0.0.0");
    let port = address.trim_end_matches('/').rsplit(':').next().expect("a port");
    let connections = json!({
        "address": {"type": "http", "baseUrl": address},
        "name": {"type": "http", "baseUrl": "http://a.service.invalid/"},
    });
    let listed_with_port = format!(" 0.0.0.0:{port} ,*.SERVICE.invalid");
    for (list, address_direct, name_direct) in [
        ("", false, false),
        ("*", true, true),
        ("other.invalid, *", true, true),
        (listed_with_port.as_str(), true, true),
        ("0.0.0.0:1,a.service.invalid:8080", false, false),
        ("0.0.0.0/8", true, false),
    ] {
        let options = Options::default().env("HTTP_PROXY", &proxy.url).env("NO_PROXY", list);
        let (_app, runner) = serve(Language::Go, &connections, &options);
        let text = |url: &str| runner.query(&format!(r#"{{ text(url: "{url}") }}"#))["data"]["text"].clone();
        assert_eq!(text(&address), if address_direct { "direct" } else { "by proxy" }, "{list:?}");
        // Nobody has this name, but a proxy answers for it.
        match name_direct {
            true => assert_ne!(text("http://a.service.invalid/"), "by proxy", "{list:?}"),
            false => assert_eq!(text("http://a.service.invalid/"), "by proxy", "{list:?}"),
        }
    }
}
