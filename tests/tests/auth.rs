//! Promise: endpoints that want bearer tokens let pass whom the keys of the environment vouch for and nobody else, and
//! guests learn the claims.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests::Apps as _;
use tests::guests::Language;
use tests::raw::Raw;
use tests::runner::{Options, Runner};
use tests::tokens::{self, Pair, base64};

const REFUSED: (u16, &str) = (401, "Access Denied\n");
const NO_KEYS: (u16, &str) = (503, "No key for bearer tokens is there yet.\n");
const NOT_BEARER: (u16, &str) = (400, "Invalid JWT token format, Bearer required\n");

/// The test app of a language with an endpoint that wants tokens and one that does not.
fn compile(language: Language) -> App {
    let manifest = json!({"endpoints": {
        "closed": {"type": "graphql", "path": "/closed", "auth": "bearer-token"},
        "open": {"type": "graphql", "path": "/open", "auth": "none"},
    }});
    app::compile(&language.guest("faults"), &manifest.to_string())
}

fn app() -> App {
    compile(Language::Go)
}

fn pems(entries: &Value) -> Options {
    Options::default().env("MODUS_PEMS", &entries.to_string())
}

fn dev(options: Options) -> Options {
    options.env("MODUS_ENV", "dev")
}

/// Asks the guest for its claims; status and body.
fn ask(runner: &Runner, path: &str, authorization: Option<&str>) -> (u16, String) {
    let headers: Vec<_> = authorization.map(|value| ("Authorization", value)).into_iter().collect();
    let body = json!({"query": "{ env(name: \"CLAIMS\") }"}).to_string();
    runner.send(path, &body, &headers)
}

/// The claims that the guest sees.
#[track_caller]
fn claims(runner: &Runner, authorization: Option<&str>) -> String {
    let (status, body) = ask(runner, "/closed", authorization);
    assert_eq!(status, 200, "{body}\n{}", runner.log());
    let answer: Value = serde_json::from_str(&body).unwrap();
    answer["data"]["env"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[track_caller]
fn passes(runner: &Runner, token: &str) {
    claims(runner, Some(&format!("Bearer {token}")));
}

#[track_caller]
fn refused(runner: &Runner, token: &str) {
    let (status, body) = ask(runner, "/closed", Some(&format!("Bearer {token}")));
    assert_eq!((status, &*body), REFUSED, "{token}");
}

#[track_caller]
fn answers(runner: &Runner, authorization: Option<&str>, expected: (u16, &str)) {
    let (status, body) = ask(runner, "/closed", authorization);
    assert_eq!((status, &*body), expected, "{authorization:?}");
}

fn error_records(runner: &Runner) -> Vec<Value> {
    let records = runner.log();
    records.lines().map(|line| serde_json::from_str(line).unwrap()).filter(|r: &Value| r["level"] == "error").collect()
}

#[test]
fn every_algorithm_and_every_form_of_a_key() {
    let app = app();
    let pairs = Pair::each();
    let certificates = Pair::each();
    let pkcs1 = Pair::rsa();
    let all = |form: fn(&Pair) -> String, pairs: &[Pair]| pairs.iter().map(form).collect::<String>();
    let entries = json!({
        "keys": all(Pair::pem, &pairs), "certificates": all(Pair::certificate, &certificates), "rsa": pkcs1.rsa_pem()
    });
    let runner = Runner::start(&app.artifact, &pems(&entries));
    for pair in pairs.iter().chain(&certificates).chain([&pkcs1]) {
        for algorithm in pair.algorithms {
            // Names and `kid` have nothing to do with each other.
            let token = pair.signed(&json!({"alg": algorithm, "kid": "nobody", "typ": 5}), r#"{"sub":"ada"}"#);
            assert_eq!(claims(&runner, Some(&format!("Bearer {token}"))), r#"{"sub":"ada"}"#, "{algorithm}");
        }
    }
}

/// What environments, editors and clients make of keys and headers.
#[test]
fn keys_and_schemes_in_unusual_forms() {
    let app = app();
    let [escaped, marked, both, plain] = [Pair::p256(), Pair::p384(), Pair::p256(), Pair::ed25519()];
    let entries = json!({
        "escaped": escaped.pem().replace("\r\n", "\n").replace('\n', "\\n"),
        "marked": format!("\u{feff}{}", marked.pem()),
        "both": format!("\u{feff}{}", both.pem().replace("\r\n", "\n").replace('\n', "\\r\\n")),
        "plain": plain.pem(),
    });
    let options = Options::default().env("MODUS_PEMS", &format!("\u{feff}{entries}"));
    let runner = Runner::start(&app.artifact, &options);
    for pair in [&escaped, &marked, &both, &plain] {
        passes(&runner, &pair.token(&json!({})));
    }
    passes(&runner, &plain.signed_as("EdDSA", &json!({"alg": "Ed25519"}), "{}"));
    refused(&runner, &plain.signed_as("EdDSA", &json!({"alg": "Ed448"}), "{}"));
    // The scheme is the same in any case (RFC 9110, section 11.1).
    let (good, bad) = (plain.token(&json!({})), Pair::ed25519().token(&json!({})));
    for scheme in ["bearer", "BEARER", "bEaReR"] {
        claims(&runner, Some(&format!("{scheme} {good}")));
        answers(&runner, Some(&format!("{scheme} {bad}")), REFUSED);
    }
}

#[test]
fn what_is_refused() {
    let app = app();
    let pairs = Pair::each();
    let entries: Value = pairs
        .iter()
        .map(|pair| (pair.algorithms[0].to_owned(), pair.pem().into()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let runner = Runner::start(&app.artifact, &pems(&entries));
    let [rsa, p256, ..] = &pairs;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();

    // Keys and algorithms.
    for stranger in Pair::each() {
        refused(&runner, &stranger.token(&json!({})));
    }
    let unsigned = tokens::message(&json!({"alg": "none"}), "{}");
    refused(&runner, &format!("{unsigned}."));
    refused(&runner, &format!("{unsigned}.AAAA"));
    for secret in [rsa.pem().into_bytes(), rsa.pem().trim().into(), rsa.spki.clone(), rsa.rsa_pem().into(), vec![]] {
        refused(&runner, &tokens::hmac(&secret, &json!({})));
    }
    for (signed, said) in
        [("RS256", "RS384"), ("RS256", "PS256"), ("RS256", "HS256"), ("PS256", "ES256"), ("RS256", "rs256")]
    {
        refused(&runner, &rsa.signed_as(signed, &json!({"alg": said}), "{}"));
    }
    refused(&runner, &p256.signed_as("ES256", &json!({"alg": "ES384"}), "{}"));
    refused(&runner, &p256.signed_as("ES256", &json!({"alg": "ES256K"}), "{}"));
    refused(&runner, &p256.signed_as("ES256", &json!({"alg": "ES256", "crit": []}), "{}"));
    refused(&runner, &p256.signed_as("ES256", &json!({"alg": "ES256", "crit": ["b64"], "b64": false}), "{}"));
    refused(&runner, &p256.signed_as("ES256", &json!({"kid": "x"}), "{}"));
    // A key that a token brings along counts for nothing.
    let stranger = Pair::p256();
    refused(&runner, &stranger.signed(&json!({"alg": "ES256", "jwk": stranger.jwk("x")}), "{}"));

    // Times; the leeway has tests of its own.
    passes(&runner, &p256.token(&json!({"exp": now as f64 + 30.5, "nbf": now as f64 - 0.5, "iat": "x", "aud": 1})));
    for times in [
        json!({"exp": now - 60}),
        json!({"exp": 0}),
        json!({"exp": null}),
        json!({"exp": -1}),
        json!({"exp": (now + 30).to_string()}),
        json!({"nbf": now + 3600}),
        json!({"nbf": null}),
        json!({"nbf": "1"}),
    ] {
        refused(&runner, &p256.token(&times));
    }

    // Shape.
    for payload in ["[]", "1", "null", "", "{", "{}{}"] {
        refused(&runner, &p256.signed(&json!({"alg": "ES256"}), payload));
    }
    let good = p256.token(&json!({}));
    passes(&runner, &good);
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (head, payload) = message.split_once('.').unwrap();
    let other = base64(br#"{"admin":true}"#);
    for bad in [
        format!("{head}.{other}.{signature}"),
        format!("{message}."),
        message.to_owned(),
        format!("{good}="),
        format!("{good}.{signature}"),
        format!(" {good}"),
        format!("{head}.{payload}=.{signature}"),
        format!("{message}.{}", &signature[..signature.len() - 4]),
        "x".to_owned(),
        "..".to_owned(),
        format!("{good},{good}"),
    ] {
        refused(&runner, &bad);
    }

    let started = Instant::now();
    for length in [40_000, 60_000] {
        refused(&runner, &"a".repeat(length));
        refused(&runner, &p256.token(&json!({"pad": "a".repeat(length)})));
    }
    let nested = format!("{{\"a\":{}{}}}", "[".repeat(8000), "]".repeat(8000));
    refused(&runner, &p256.signed(&json!({"alg": "ES256"}), &nested));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn the_table_of_decisions() {
    let app = app();
    let pair = Pair::p256();
    let expired = pair.token(&json!({"sub": "old", "exp": 1}));
    let unsigned = format!("{}.", tokens::message(&json!({"alg": "none"}), r#"{"sub":"nobody"}"#));
    let bearer = |token: &str| format!("Bearer {token}");
    let keys = || pems(&json!({"key": pair.pem()}));

    let unkeyed = Runner::start(&app.artifact, &dev(Options::default()));
    let closed = Runner::start(&app.artifact, &Options::default());
    let open = Runner::start(&app.artifact, &Options::arguments(&["--open-without-keys"]));
    let keyed = [Runner::start(&app.artifact, &keys()), Runner::start(&app.artifact, &dev(keys()))];

    // 1
    for runner in keyed.iter().chain([&unkeyed, &closed, &open]) {
        for header in ["Basic YTpi", "Bearer", "Bearer ", "BearerX", "Bearer\tx", "x"] {
            answers(runner, Some(header), NOT_BEARER);
        }
    }
    // 2, 3, 4
    for header in [None, Some("")] {
        assert_eq!(claims(&unkeyed, header), "");
    }
    assert_eq!(claims(&unkeyed, Some(&bearer(&unsigned))), r#"{"sub":"nobody"}"#);
    assert_eq!(claims(&unkeyed, Some(&bearer(&expired))), r#"{"exp":1,"sub":"old"}"#);
    assert_eq!(claims(&unkeyed, Some("Bearer nonsense")), "");
    unkeyed.wait_for_log(|record| record["level"] == "warn" && record["reason"] == "the token is malformed");
    // 5
    let good = pair.token(&json!({"sub": "ada"}));
    for header in [None, Some(""), Some(&*bearer(&good)), Some("Bearer nonsense")] {
        answers(&closed, header, REFUSED);
        assert_eq!(claims(&open, header), "");
    }
    open.wait_for_log(|record| record["level"] == "warn" && record.to_string().contains("--open-without-keys"));
    // 6, 7, 8: in development too, once there is a key
    for runner in &keyed {
        for header in [None, Some(""), Some(&*bearer(&expired)), Some(&*bearer(&unsigned)), Some("Bearer nonsense")] {
            answers(runner, header, REFUSED);
        }
        assert_eq!(claims(runner, Some(&bearer(&good))), r#"{"sub":"ada"}"#);
    }
    let by_variable = Runner::start(&app.artifact, &keys().env("MODUS_RUNNER_OPEN_WITHOUT_KEYS", "1"));
    answers(&by_variable, None, REFUSED);
    let by_variable = Runner::start(&app.artifact, &Options::default().env("MODUS_RUNNER_OPEN_WITHOUT_KEYS", "1"));
    assert_eq!(claims(&by_variable, None), "");
    // Wherever keys were meant to come from, the switch opens nothing.
    let open = Options::arguments(&["--open-without-keys"]);
    let nowhere = json!({"idp": "http://127.0.0.1:1/jwks"}).to_string();
    for (variable, value) in
        [("MODUS_PEMS", "{nonsense"), ("MODUS_PEMS", "{\"a\": 5}"), ("MODUS_JWKS_ENDPOINTS", &nowhere)]
    {
        let runner = Runner::start(&app.artifact, &open.clone().env(variable, value));
        // What a server of keys may still deliver is not known yet.
        let closed = if variable == "MODUS_PEMS" { REFUSED } else { NO_KEYS };
        for header in [None, Some(&*bearer(&good))] {
            answers(&runner, header, closed);
        }
        runner.wait_for_log(|record| record["endpoint"] == "closed" && record["level"] == "error");
    }
}

#[test]
fn closed_endpoints_are_reported_with_what_to_set() {
    let app = app();
    let report = |options: &Options, why: &str, answer: (u16, &str)| {
        let runner = Runner::start(&app.artifact, options);
        let record = runner.wait_for_log(|record| record["endpoint"] == "closed" && record["level"] == "error");
        let message = record["message"].as_str().unwrap();
        assert!(message.contains(why) && message.contains("Set MODUS_PEMS"), "{record}");
        assert_eq!(record["path"], "/closed");
        assert!(error_records(&runner).iter().all(|record| record["endpoint"] != "open"));
        answers(&runner, None, answer);
        assert_eq!(runner.get("/readyz").0, if answer == NO_KEYS { 503 } else { 200 });
    };
    report(&Options::default(), "neither MODUS_PEMS nor MODUS_JWKS_ENDPOINTS is set", REFUSED);
    report(&Options::default().env("MODUS_PEMS", "").env("MODUS_JWKS_ENDPOINTS", ""), "is set", REFUSED);
    report(&pems(&json!({})), "MODUS_PEMS has no usable key", REFUSED);
    report(&Options::default().env("MODUS_PEMS", "{nonsense"), "MODUS_PEMS has no usable key", REFUSED);
    let nowhere = json!({"idp": "http://127.0.0.1:1/jwks"}).to_string();
    let documents = Options::default().env("MODUS_JWKS_ENDPOINTS", &nowhere);
    report(&documents, "MODUS_JWKS_ENDPOINTS has led to no usable key", NO_KEYS);
    let both = pems(&json!({"a": Pair::p256().private_pem()})).env("MODUS_JWKS_ENDPOINTS", &nowhere);
    report(&both, "neither", NO_KEYS);
}

#[test]
fn good_keys_count_beside_bad_ones_outside_development() {
    let app = app();
    let (good, private) = (Pair::p256(), Pair::rsa());
    let bad = json!({
        "good": good.pem(), "private": private.private_pem(), "text": "not a key", "number": 5,
        "damaged": good.pem().replace("MFkw", "MFk?"), "other": tokens::block("X509 CRL", &[48, 0]),
        "empty": tokens::block("PUBLIC KEY", &[48, 0]), "certificate": tokens::block("CERTIFICATE", &[48, 0]),
    });
    let urls = json!({"ftp": "ftp://idp.test/jwks", "number": 1}).to_string();
    let runner = Runner::start(&app.artifact, &pems(&bad).env("MODUS_JWKS_ENDPOINTS", &urls));
    passes(&runner, &good.token(&json!({})));
    refused(&runner, &private.token(&json!({})));
    let records: Vec<String> =
        error_records(&runner).iter().map(|record| record["message"].as_str().unwrap().to_owned()).collect();
    for (variable, entry) in [
        ("MODUS_PEMS", "private"),
        ("MODUS_PEMS", "text"),
        ("MODUS_PEMS", "number"),
        ("MODUS_PEMS", "damaged"),
        ("MODUS_PEMS", "other"),
        ("MODUS_PEMS", "empty"),
        ("MODUS_PEMS", "certificate"),
        ("MODUS_JWKS_ENDPOINTS", "ftp"),
        ("MODUS_JWKS_ENDPOINTS", "number"),
    ] {
        let named = format!("{variable}, entry \"{entry}\": ");
        assert_eq!(records.iter().filter(|text| text.contains(&named)).count(), 1, "{named}: {records:#?}");
    }
    assert_eq!(records.len(), 9, "{records:#?}");
    assert!(records.iter().any(|text| text.contains("private key")), "{records:#?}");
    assert!(!runner.log().contains(&base64(&private.pkcs8)[..40]), "{}", runner.log());
}

#[test]
fn bad_keys_end_the_start_in_development() {
    let app = app();
    let good = Pair::p256().pem();
    for (variable, value, named) in [
        ("MODUS_PEMS", "{nonsense".to_owned(), "MODUS_PEMS is not valid JSON"),
        ("MODUS_PEMS", "[]".to_owned(), "MODUS_PEMS is not a JSON object"),
        ("MODUS_PEMS", json!({"a": good, "b": "no key"}).to_string(), "MODUS_PEMS, entry \"b\""),
        ("MODUS_PEMS", json!({"a": Pair::p256().private_pem()}).to_string(), "private key"),
        ("MODUS_JWKS_ENDPOINTS", json!({"idp": "nowhere"}).to_string(), "MODUS_JWKS_ENDPOINTS, entry \"idp\""),
        ("MODUS_JWKS_ENDPOINTS", json!({"idp": "http://127.0.0.1:1/"}).to_string(), "request to 127.0.0.1:1 failed"),
    ] {
        let output = tests::runner::command(&app.artifact)
            .args(["--port", "0"])
            .env("MODUS_ENV", "dev")
            .env(variable, &value)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(named), "{named}: {text}");
    }
}

#[test]
fn keys_are_not_looked_at_where_no_endpoint_wants_tokens() {
    let app = app::compile(&Language::Go.guest("faults"), app::OPEN);
    let options = dev(Options::default()).env("MODUS_PEMS", "{nonsense").env("MODUS_JWKS_ENDPOINTS", "{nonsense");
    let runner = Runner::start(&app.artifact, &options);
    assert_eq!(ask(&runner, "/graphql", Some("Bearer x")).0, 200);
    assert_eq!(error_records(&runner), [json!(null); 0]);
}

#[test]
fn guests_see_the_claims_as_they_were_signed() {
    let pair = Pair::ed25519();
    let payload =
        r#"{ "z": [1.50, {"b": 1e3, "a": "<&>\u00e9"}], "id": 9007199254740993, "exp": 99999999999, "a": null }"#;
    let expected = r#"{"a":null,"exp":99999999999,"id":9007199254740993,"z":[1.50,{"a":"<&>é","b":1e3}]}"#;
    let bearer = format!("Bearer {}", pair.signed(&json!({"alg": "EdDSA"}), payload));
    let options = pems(&json!({"key": pair.pem()})).env("MODUS_CLAIMS", r#"{"admin":true}"#).env("CLAIMS", "x");
    for language in Language::ALL {
        let app = compile(language);
        let runner = Runner::start(&app.artifact, &options);
        let argument = if language == Language::Go { "name" } else { "v" };
        let body =
            json!({"query": format!("{{ env({argument}: \"CLAIMS\") }}"), "extensions": {"claims": "x"}}).to_string();
        let see = |path: &str, headers: &[(&str, &str)]| {
            let (status, body) = runner.send(path, &body, headers);
            assert_eq!(status, 200, "{language:?} {body}");
            serde_json::from_str::<Value>(&body).unwrap()["data"]["env"].clone()
        };
        assert_eq!(see("/closed", &[("Authorization", &bearer), ("Claims", "x"), ("X-Claims", "x")]), expected);
        // An endpoint without authentication ignores the header altogether.
        for header in [&*bearer, "Basic YTpi", "Bearer nonsense", ""] {
            assert_eq!(see("/open", &[("Authorization", header)]), "", "{language:?} {header}");
        }
        assert_eq!(see("/open", &[("Claims", "x")]), "", "{language:?}");
    }
}

#[test]
fn refusals_are_plain_text_and_tell_nothing() {
    let app = app();
    let pair = Pair::p256();
    let options = pems(&json!({"key": pair.pem()})).env("RUST_LOG", "trace");
    let runner = Runner::start(&app.artifact, &options);
    let good = pair.token(&json!({"sub": "a-secret-name"}));
    let expired = pair.token(&json!({"sub": "a-secret-name", "exp": 1}));
    passes(&runner, &good);
    refused(&runner, &expired);
    refused(&runner, &good[..good.len() - 3]);
    answers(&runner, Some(&format!("Token {good}")), NOT_BEARER);
    runner.wait_for_log(|record| record["reason"] == "the token has expired (`exp`)");
    let log = runner.log();
    let parts = good.split('.').chain(expired.split('.')).skip(1);
    assert!(parts.chain(["a-secret-name"]).all(|part| !log.contains(part)), "{log}");

    // Preflights and wrong methods need no token; who sends a large body without one still sees the answer.
    let preflight = [("Origin", "https://a.test"), ("Access-Control-Request-Method", "POST")];
    assert_eq!(runner.options("/closed", &preflight).0, 204);
    assert_eq!(runner.options("/closed", &[]).0, 405);
    assert_eq!(runner.get("/health").0, 200);
    assert_eq!(runner.get("/closed"), (401, "Access Denied\n".to_owned()));
    let mut client = Raw::connect(&runner);
    client.send("GET /closed HTTP/1.1\r\nhost: x\r\n\r\n");
    let denied = client.answer().expect("an answer");
    assert_eq!(denied.headers.get("www-authenticate").map(String::as_str), Some("Bearer"), "{denied:?}");
    for _ in 0..10 {
        assert_eq!(runner.post("/closed", &" ".repeat(3 << 20)), (401, "Access Denied\n".to_owned()));
    }
}
