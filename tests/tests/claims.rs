//! Promise: a token passes only for whom, from whom and when it is valid, and the log says what it failed at.

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests;
use tests::runner::{self, Options, Runner};
use tests::stand_in::StandIn;
use tests::tokens::{Pair, status};

const ISSUER: &str = "https://idp.test/";

fn app() -> App {
    app::compile(&guests::build("examples/people"), app::CLOSED)
}

fn options(pair: &Pair, arguments: &[&str]) -> Options {
    Options::arguments(arguments).env("MODUS_PEMS", &json!({"key": pair.pem()}).to_string())
}

fn now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

/// What passes where the audiences `app` and `api` and one issuer are wanted.
#[track_caller]
fn check_both(runner: &Runner, pair: &Pair) {
    for (claims, expected) in [
        (json!({"iss": ISSUER, "aud": "app"}), 200),
        (json!({"iss": ISSUER, "aud": ["other", "api"]}), 200),
        (json!({"iss": ISSUER, "aud": "other"}), 401),
        (json!({"iss": ISSUER, "aud": ["other"]}), 401),
        (json!({"iss": ISSUER, "aud": "app,api"}), 401),
        (json!({"iss": ISSUER, "aud": {"app": true}}), 401),
        (json!({"iss": ISSUER}), 401),
        (json!({"iss": "https://idp.test", "aud": "app"}), 401),
        (json!({"iss": [ISSUER], "aud": "app"}), 401),
        (json!({"aud": "app"}), 401),
        (json!({"iss": ISSUER, "aud": "app", "exp": 1}), 401),
    ] {
        assert_eq!(status(runner, &pair.token(&claims)), expected, "{claims}");
    }
    assert_eq!(status(runner, &Pair::p256().token(&json!({"iss": ISSUER, "aud": "app"}))), 401);
}

#[test]
fn audience_and_issuer() {
    let (app, pair) = (app(), Pair::p256());
    let flags = ["--jwt-audience", "app", "--jwt-audience=api", "--jwt-issuer", ISSUER];
    check_both(&Runner::start(&app.artifact, &options(&pair, &flags)), &pair);
    let variables = options(&pair, &[]).env("MODUS_JWT_AUDIENCE", "app, api").env("MODUS_JWT_ISSUER", ISSUER);
    check_both(&Runner::start(&app.artifact, &variables), &pair);
    check_both(&Runner::start(&app.artifact, &variables.env("MODUS_ENV", "dev")), &pair);
    // Beside the keys in an env file; the command line counts more.
    let file = app.artifact.parent().unwrap().join(".env");
    std::fs::write(&file, format!("MODUS_JWT_AUDIENCE=app,api\nMODUS_JWT_ISSUER={ISSUER}\n")).unwrap();
    check_both(&Runner::start(&app.artifact, &options(&pair, &[])), &pair);
    let runner = Runner::start(&app.artifact, &options(&pair, &["--jwt-audience=other"]));
    assert_eq!(status(&runner, &pair.token(&json!({"iss": ISSUER, "aud": "app"}))), 401);
    assert_eq!(status(&runner, &pair.token(&json!({"iss": ISSUER, "aud": "other"}))), 200);
}

#[test]
fn a_list_without_a_name_opens_nothing() {
    let (app, pair) = (app(), Pair::p256());
    let output = runner::command(&app.artifact).args(["--port", "0", "--jwt-audience", ","]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), text.contains("--jwt-audience")), (Some(2), true), "{text}");
    std::fs::write(app.artifact.parent().unwrap().join(".env"), "MODUS_JWT_AUDIENCE=\" , \"\n").unwrap();
    let runner = Runner::start(&app.artifact, &options(&pair, &[]));
    let message = |record: &Value| record["message"].as_str().unwrap_or_default().contains("MODUS_JWT_AUDIENCE has no");
    runner.wait_for_log(|record| record["level"] == "error" && message(record));
    for claims in [json!({}), json!({"aud": ""}), json!({"aud": ","}), json!({"aud": []})] {
        assert_eq!(status(&runner, &pair.token(&claims)), 401, "{claims}");
    }
}

/// Far enough from the edges that a slow machine does not matter.
#[test]
fn clocks_may_be_apart() {
    let (app, pair) = (app(), Pair::p256());
    let usual = Runner::start(&app.artifact, &options(&pair, &[]));
    let exact = Runner::start(&app.artifact, &options(&pair, &["--jwt-leeway", "0"]));
    let wide = Runner::start(&app.artifact, &options(&pair, &["--jwt-leeway", "3600"]));
    for (claims, expected) in [
        (json!({"exp": now() + 600, "nbf": now() - 600}), [200, 200, 200]),
        (json!({"exp": now() - 1}), [200, 401, 200]),
        (json!({"nbf": now() + 25}), [200, 401, 200]),
        (json!({"exp": now() - 600}), [401, 401, 200]),
        (json!({"nbf": now() + 600}), [401, 401, 200]),
        (json!({"exp": now() - 7200}), [401, 401, 401]),
        (json!({"nbf": now() + 7200}), [401, 401, 401]),
        // When it was made is no reason to refuse a token.
        (json!({"iat": now() + 7200}), [200, 200, 200]),
    ] {
        let token = pair.token(&claims);
        assert_eq!([&usual, &exact, &wide].map(|runner| status(runner, &token)), expected, "{claims}");
    }
}

#[test]
fn the_log_says_what_a_token_failed_at() {
    let (app, pair) = (app(), Pair::p256());
    let flags = ["--jwt-audience", "app", "--jwt-issuer", ISSUER];
    let good = json!({"iss": ISSUER, "aud": "app"});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let refused = [
        (with("exp", json!(1)), "`exp`"),
        (with("nbf", json!(now() + 600)), "`nbf`"),
        (with("iss", json!("https://someone.test/")), "`iss`"),
        (with("aud", json!("someone")), "`aud`"),
    ];
    let runner = Runner::start(&app.artifact, &options(&pair, &flags).env("RUST_LOG", "modus=debug"));
    let quiet = Runner::start(&app.artifact, &options(&pair, &flags));
    let mut tokens = Vec::new();
    for (claims, name) in refused {
        let token = pair.token(&claims);
        assert_eq!((status(&runner, &token), status(&quiet, &token)), (401, 401), "{claims}");
        runner.wait_for_log(|record| record["reason"].as_str().is_some_and(|reason| reason.contains(name)));
        tokens.push(token);
    }
    // The first one that only the settings refuse is told to everybody.
    let record = quiet.wait_for_log(|record| record["reason"].is_string());
    assert_eq!((&record["level"], record["reason"].as_str().unwrap().contains("`iss`")), (&json!("warn"), true));
    assert_eq!(quiet.log().lines().filter(|line| line.contains("\"reason\"")).count(), 1, "{}", quiet.log());
    for part in tokens.iter().flat_map(|token| token.split('.').skip(1)).chain(["someone"]) {
        assert!(!runner.log().contains(part) && !quiet.log().contains(part), "{part}: {}", runner.log());
    }
}

#[test]
fn keys_of_a_document_without_an_audience_are_warned_of() {
    let (app, pair) = (app(), Pair::p256());
    let document = json!({"keys": [pair.jwk("k")]}).to_string();
    let server = StandIn::with(move |_| (200, document.clone()));
    let warned = |options: &Options| {
        let options = options.clone().env("MODUS_JWKS_ENDPOINTS", &json!({"idp": server.url}).to_string());
        let runner = Runner::start(&app.artifact, &options);
        runner.wait_for_log(|record| record["message"] == "JWKS keys loaded.");
        let log = runner.log();
        log.lines().filter(|line| line.contains("\"warn\"") && line.contains("--jwt-audience")).count()
    };
    assert_eq!(warned(&Options::default()), 1);
    assert_eq!(warned(&Options::arguments(&["--jwt-issuer", ISSUER])), 1);
    assert_eq!(warned(&Options::arguments(&["--jwt-audience", "app"])), 0);
    // Whoever has a key of this app's own has chosen it.
    let runner = Runner::start(&app.artifact, &options(&pair, &[]));
    assert_eq!(status(&runner, &pair.token(&json!({}))), 200);
    assert!(!runner.log().contains("--jwt-audience"), "{}", runner.log());
}
