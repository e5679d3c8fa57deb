//! Promise: a redirect leads to this machine, its network or a metadata service only where a connection of the manifest
//! names the URL; what a guest says to one server it does not say to the next, nor to those in between.

use std::net::TcpListener;

use serde_json::{Value, json};
use tests::app;
use tests::exchange::{answer, get, only, refused, serve};
use tests::guests::{self, Language};
use tests::runner::{Options, Runner};
use tests::stand_in::{Reply, StandIn};

/// A port of all addresses of this machine on which nobody may call.
struct Watched(TcpListener);

impl Watched {
    fn start() -> Self {
        let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0")).expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        Self(listener)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().expect("an address").port()
    }

    #[track_caller]
    fn untouched(&self, context: &str) {
        assert!(self.0.accept().is_err(), "{context}: a connection was made");
    }
}

/// A server that redirects requests for `/to/…` to the rest, in which `|` stands for a slash.
fn redirecting(status: u16) -> StandIn {
    StandIn::with(move |request| match request.url.split_once("/to/") {
        Some((_, target)) => Reply::redirect(status, target.split('?').next().unwrap_or_default().replace('|', "/")),
        None => Reply::body("landed"),
    })
}

fn http(url: &str) -> Value {
    json!({"type": "http", "baseUrl": url})
}

fn refusals(runner: &Runner, reason: &str) -> Option<u64> {
    runner.metric(&format!("runtime_refusals_num{{reason=\"{reason}\"}}")).map(|count| count as u64)
}

/// A model's server sends the request on to another port of this machine, where nobody has to answer: a connection would
/// be too much already.
#[test]
fn a_model_server_cannot_send_the_runner_to_its_own_machine() {
    let apps = [
        ("tests/guests/go/text", r#"{ ask(instruction: "Be brief.", prompt: "Why?") }"#, "http://127.0.0.1:0/"),
        ("examples/excuses", r#"{ generateExcuses(event: "the picnic") }"#, "https://api.openai.com/"),
    ];
    for (folder, query, provider) in apps {
        for status in [302, 307] {
            let watched = Watched::start();
            let target = format!("http://127.0.0.1:{}/latest/meta-data/", watched.port());
            let server = StandIn::with(move |_| Reply::redirect(status, target.clone()));
            let manifest = std::fs::read_to_string(tests::root().join(folder).join("modus.json")).unwrap();
            let app = app::compile(&guests::build(folder), &manifest.replace(provider, &server.url));
            let runner = Runner::start(&app.artifact, &Options::default());
            let answer = runner.query(query);
            assert!(answer["errors"].is_array(), "{folder}: {answer}");
            assert!(!answer.to_string().contains("127.0.0.1"), "{folder}: {answer}");
            let record = runner.wait_for_log(|record| record["message"] == "Error invoking model.");
            let error = record["error"].as_str().unwrap_or_default();
            assert!(error.contains("but 127.0.0.1 is a loopback address"), "{folder}: {record}");
            watched.untouched(folder);
            assert_eq!((server.requests().len(), refusals(&runner, "egress")), (1, Some(1)), "{folder}");
        }
    }
}

#[test]
fn only_what_the_manifest_names_is_reached_by_a_redirect() {
    let (first, second) = (redirecting(302), StandIn::with(|_| Reply::body("second")));
    let port = |stand_in: &StandIn| stand_in.url.trim_end_matches('/').rsplit(':').next().map(str::to_owned);
    let port = port(&second).expect("a port");
    let connections =
        json!({"first": http(&format!("{}to/", first.url)), "second": http(&format!("{}open/", second.url))});
    for language in Language::ALL {
        let watched = Watched::start();
        let (_app, runner) = serve(language, &connections, &Options::default());
        let mut earlier = second.requests().len();
        let to = |target: &str| format!("{}to/{}", first.url, target.replace('/', "|"));

        assert_eq!(get(&runner, &to(&format!("http://127.0.0.1:{port}/open/x")))["body"], "c2Vjb25k", "{language:?}");
        assert_eq!(only(&second, &mut earlier).url, "/open/x", "{language:?}");

        // The same server under what the manifest does not name, other names for it, and the server itself elsewhere.
        let reason = "name the URL in a connection of the manifest";
        refused(&runner, &to(&format!("http://127.0.0.1:{port}/closed")), reason);
        refused(&runner, &to(&format!("http://localhost:{port}/open/x")), reason);
        refused(&runner, &to(&format!("http://[::ffff:127.0.0.1]:{port}/open/x")), reason);
        refused(&runner, &to("/landed"), reason);
        for host in ["127.0.0.1", "127.1", "2130706433", "0", "localhost", "a.localhost.", "[::1]", "[::ffff:7f00:1]"] {
            refused(
                &runner,
                &to(&format!("http://{host}:{}/", watched.port())),
                &format!(":{}/], but ", watched.port()),
            );
            watched.untouched(host);
        }
        for host in ["169.254.169.254", "10.0.0.1", "[fd00:ec2::254]", "metadata.google.internal"] {
            refused(&runner, &to(&format!("http://{host}/")), &format!("redirected to [http://{host}/], but "));
        }
        assert_eq!(second.requests().len(), earlier, "{language:?}");
        assert_eq!(refusals(&runner, "egress"), Some(16), "{language:?}");
    }
}

#[test]
fn what_a_guest_says_to_one_server_stays_there() {
    let second = StandIn::with(|_| Reply::body("second"));
    let first = redirecting(307);
    let connections = json!({"first": http(&first.url), "second": http(&second.url)});
    let headers = json!([
        ["Metadata-Flavor", "Google"],
        ["Metadata", "true"],
        ["X-aws-ec2-metadata-token-ttl-seconds", "60"],
        ["Authorization", "mine"],
        ["X-Api-Key", "mine"],
        ["Cookie", "mine"],
        ["Accept", "text/plain"],
        ["Accept-Language", "de"],
        ["Content-Type", "text/x-own"],
        ["If-None-Match", "\"e\""],
        ["User-Agent", "own"],
    ]);
    for language in Language::ALL {
        let (_app, runner) = serve(language, &connections, &Options::default());
        let url = format!("{}to/{}there", first.url, second.url.replace('/', "|"));
        answer(&runner, "PUT", &url, &headers, "AQI=");
        let request = second.requests().pop().expect("a request");
        // The method and the body are sent again, as the status says.
        assert_eq!((request.method.as_str(), request.bytes.as_slice()), ("PUT", [1, 2].as_slice()), "{language:?}");
        let mut names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let expected = [
            "accept",
            "accept-encoding",
            "accept-language",
            "content-length",
            "content-type",
            "host",
            "if-none-match",
            "user-agent",
        ];
        assert_eq!(names, expected, "{language:?}");
        // On the first server nothing is lost.
        answer(&runner, "PUT", &format!("{}to/|there", first.url), &headers, "AQI=");
        let request = first.requests().pop().expect("a request");
        assert_eq!((request.url.as_str(), request.header("metadata-flavor")), ("/there", Some("Google")));
    }
}

/// A proxy drops what `Connection` names, so a guest could have it drop what the manifest adds.
#[test]
fn headers_about_the_connection_are_the_runners() {
    let server = StandIn::with(|_| Reply::body("ok"));
    let connection = json!({"type": "http", "baseUrl": server.url, "headers": {"X-Tenant": "manifest"}});
    let headers = json!([
        ["Connection", "close, X-Tenant, X-Named"],
        ["X-Named", "guest"],
        ["Keep-Alive", "timeout=1"],
        ["Proxy-Authorization", "guest"],
        ["Proxy-Connection", "close"],
        ["TE", "trailers"],
        ["Trailer", "X-Own"],
        ["Transfer-Encoding", "chunked"],
        ["Upgrade", "h2c"],
        ["HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA"],
        ["Expect", "100-continue"],
        ["X-Own", "guest"],
    ]);
    for language in Language::ALL {
        let mut earlier = server.requests().len();
        let (_app, runner) = serve(language, &json!({"local": connection}), &Options::default());
        answer(&runner, "POST", &server.url, &headers, "AQI=");
        let request = only(&server, &mut earlier);
        let mut names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["accept-encoding", "content-length", "host", "user-agent", "x-own", "x-tenant"],
            "{language:?}"
        );
        assert_eq!(request.headers("x-tenant"), ["manifest"], "{language:?}");
    }
}

/// The parser of URLs leaves tabs, newlines and what is around out, and the request would go elsewhere.
#[test]
fn urls_with_control_characters_are_refused() {
    let server = redirecting(302);
    let watched = Watched::start();
    for language in Language::ALL {
        let (_app, runner) = serve(language, &json!({"local": http(&server.url)}), &Options::default());
        let earlier = server.requests().len();
        for url in [
            format!("{}a\nb", server.url),
            format!("{}a\tb", server.url),
            format!("{}\r", server.url),
            format!("\u{1}{}", server.url),
            format!("{} ", server.url),
            server.url.replace("127.0.0.1", "127.0.\n0.1"),
        ] {
            refused_somehow(&runner, language, &url);
        }
        assert_eq!(server.requests().len(), earlier, "{language:?}: something was sent");
    }
    // In a header only tabs are possible.
    let moved = StandIn::with(move |_| Reply::redirect(302, format!("http://127.0.\t0.1:{}/", watched.port())));
    let (_app, runner) = serve(Language::Go, &json!({"local": http(&moved.url)}), &Options::default());
    refused(&runner, &moved.url, "cannot be followed: the URL \"http://127.0.\\t0.1");
}

/// The guest's library or the runner: the first says so itself, if it knows.
fn refused_somehow(runner: &Runner, language: Language, url: &str) {
    if language == Language::AssemblyScript {
        refused(runner, url, "which no URL may have; leave it out, or write it as %");
        return;
    }
    let query = "query ($url: String!) { text(url: $url) }";
    let answer = runner.ask(query, &json!({"url": url}));
    assert!(answer["errors"].is_array() && answer["data"]["text"].is_null(), "{url:?}: {answer}");
}
