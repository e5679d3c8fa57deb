//! Promise: keys of JWKS documents verify tokens, keep doing so while their server is down, and follow its rotations.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::app::{self, App};
use tests::guests;
use tests::runner::{Options, Runner};
use tests::services::free_port;
use tests::stand_in::{Reply, StandIn};
use tests::tokens::{Pair, base64, status};

/// What the server of a document answers, now.
#[derive(Clone, Default)]
struct Document(Arc<Mutex<Reply>>);

impl Document {
    fn of(keys: &[Value]) -> Self {
        let document = Self::default();
        document.publish(keys);
        document
    }

    fn publish(&self, keys: &[Value]) {
        self.answer((200, json!({"keys": keys}).to_string()));
    }

    fn answer(&self, reply: impl Into<Reply>) {
        *self.0.lock().unwrap() = reply.into();
    }

    fn serve(&self, port: u16) -> StandIn {
        let document = self.clone();
        StandIn::on(port, Arc::new(move |_| document.0.lock().unwrap().clone()))
    }
}

fn app() -> App {
    app::compile(&guests::build("examples/people"), app::CLOSED)
}

fn options(url: &str) -> Options {
    Options::default().env("MODUS_JWKS_ENDPOINTS", &json!({"idp": url}).to_string())
}

#[track_caller]
fn wait_until_passes(runner: &Runner, token: &str) {
    let end = Instant::now() + Duration::from_secs(60);
    while status(runner, token) != 200 {
        assert!(Instant::now() < end, "{}", runner.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_key_of_a_document_counts() {
    let pairs = Pair::each();
    let twin = Pair::p256();
    let mut keys: Vec<Value> = pairs.iter().enumerate().map(|(index, pair)| pair.jwk(&format!("k{index}"))).collect();
    // Two keys may share an id, and some issuers write numbers with a sign byte.
    keys.push(twin.jwk("k1"));
    keys[0]["n"] = with_sign_byte(&keys[0]["n"]).into();
    keys[1]["use"] = "sig".into();
    keys[2]["key_ops"] = json!(["verify"]);
    keys[3]["alg"] = "ES512".into();
    let server = Document::of(&keys).serve(0);
    let app = app();
    for mode in ["dev", "prod"] {
        let runner = Runner::start(&app.artifact, &options(&server.url).env("MODUS_ENV", mode));
        wait_until_passes(&runner, &pairs[1].token(&json!({})));
        for (index, pair) in pairs.iter().enumerate() {
            for algorithm in pair.algorithms {
                let header = |id: &str| json!({"alg": algorithm, "kid": id});
                assert_eq!(status(&runner, &pair.signed(&json!({"alg": algorithm}), "{}")), 200, "{algorithm}");
                assert_eq!(status(&runner, &pair.signed(&header(&format!("k{index}")), "{}")), 200, "{algorithm}");
                assert_eq!(status(&runner, &pair.signed(&header("k4"), "{}")), 200, "{algorithm}");
            }
        }
        assert_eq!(status(&runner, &twin.token_of("k1", &json!({}))), 200);
        assert_eq!(status(&runner, &Pair::p256().token_of("k1", &json!({}))), 401);
        assert_eq!(status(&runner, &pairs[1].token(&json!({"exp": 1}))), 401);
    }
}

/// Such documents are found in the wild, and each leaves no doubt about the key.
#[test]
fn keys_in_unusual_forms() {
    let (padded, counted, named, certified, plain) =
        (Pair::rsa(), Pair::p256(), Pair::ed25519(), Pair::rsa(), Pair::ed25519());
    let with = |pair: &Pair, members: Value| {
        let mut key = pair.jwk("k");
        members.as_object().unwrap().iter().for_each(|(name, value)| key[name] = value.clone());
        key
    };
    let number = padded.jwk("k")["n"].as_str().unwrap().replace('-', "+").replace('_', "/") + "==";
    let der = certified.certificate().lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let keys = [
        with(&padded, json!({"n": number, "kid": "padded"})),
        with(&counted, json!({"kid": 7})),
        with(&named, json!({"alg": "Ed25519", "kid": "named"})),
        json!({"kty": "RSA", "kid": "certified", "use": "sig", "x5c": [der]}),
        with(&plain, json!({"alg": "EdDSA", "kid": "plain"})),
        json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "bitcoin"}),
        json!({"kty": "RSA", "n": 5, "e": "AQAB", "kid": 12}),
        json!({"kty": "RSA", "use": "enc", "kid": "letters"}),
    ];
    let document = Document::of(&keys);
    let server = document.serve(0);
    let app = app();
    let runner = Runner::start(&app.artifact, &options(&server.url));
    wait_until_passes(&runner, &padded.token(&json!({})));
    assert_eq!(status(&runner, &counted.signed(&json!({"alg": "ES256", "kid": 7}), "{}")), 200);
    for pair in [&named, &plain] {
        for algorithm in ["Ed25519", "EdDSA"] {
            let signed = pair.signed_as("EdDSA", &json!({"alg": algorithm}), "{}");
            assert_eq!(status(&runner, &signed), 200, "{algorithm}");
        }
    }
    assert_eq!(status(&runner, &certified.token_of("certified", &json!({}))), 200, "{}", runner.log());

    // What is not used is explained, once.
    assert_eq!(status(&runner, &Pair::p256().token_of("unknown", &json!({}))), 401);
    assert_eq!(server.requests().len(), 2);
    for (kid, level, reason) in
        [("bitcoin", "warn", "type of key"), ("12", "warn", "member `n`"), ("letters", "info", "`use`")]
    {
        let told = |record: &Value| record["kid"] == kid;
        let record = runner.wait_for_log(told);
        assert!(record["level"] == level && record["reason"].as_str().unwrap().contains(reason), "{record}");
        let records = runner.log().lines().filter(|line| told(&serde_json::from_str(line).unwrap())).count();
        assert_eq!(records, 1, "{}", runner.log());
    }
}

fn with_sign_byte(number: &Value) -> String {
    let text = number.as_str().unwrap();
    let decoded = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text).unwrap();
    base64(&[vec![0], decoded].concat())
}

#[test]
fn keys_that_cannot_verify_are_left_out() {
    let (good, other, private) = (Pair::rsa(), Pair::p256(), Pair::p521());
    let with = |pair: &Pair, member: &str, value: Value| {
        let mut key = pair.jwk("k");
        key[member] = value;
        key
    };
    let keys = [
        json!({"kty": "oct", "k": base64(good.pem().as_bytes()), "kid": "secret"}),
        json!({"kty": "OKP", "crv": "X25519", "x": base64(&[9; 32])}),
        json!({"kty": "RSA"}),
        json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        json!(5),
        json!({}),
        with(&other, "use", json!("enc")),
        with(&other, "key_ops", json!(["sign"])),
        with(&other, "alg", json!("ES384")),
        with(&other, "crv", json!("P-384")),
        with(&other, "kty", json!(5)),
        private.private_jwk("p"),
        with(&good, "alg", json!("PS256")),
    ];
    let server = Document::of(&keys).serve(0);
    let app = app();
    let runner = Runner::start(&app.artifact, &options(&server.url));
    wait_until_passes(&runner, &good.signed(&json!({"alg": "PS256"}), "{}"));
    assert_eq!(status(&runner, &good.token(&json!({}))), 401);
    assert_eq!(status(&runner, &other.token(&json!({}))), 401);
    assert_eq!(status(&runner, &private.token(&json!({}))), 401);
    let secret = good.pem();
    assert_eq!(status(&runner, &tests::tokens::hmac(secret.as_bytes(), &json!({}))), 401);
    runner.wait_for_log(|record| record["level"] == "error" && record.to_string().contains("publishes a private key"));
}

#[test]
fn a_server_that_is_down_at_the_start() {
    let pair = Pair::ed25519();
    let port = free_port();
    let url = format!("http://user:s3cret@127.0.0.1:{port}/jwks?key=s3cret");
    let app = app();
    let runner = Runner::start(&app.artifact, &options(&url));
    // Nobody can tell whether the token is good, so it is not refused, and no requests are to be sent here.
    assert_eq!(status(&runner, &pair.token(&json!({}))), 503);
    let head = runner.answer_headers("/graphql", "{}", &[("Authorization", "Bearer x")]);
    assert_eq!(head.get("retry-after").map(String::as_str), Some("5"));
    let (ready, reasons) = runner.get("/readyz");
    assert!(ready == 503 && reasons.contains("no key for bearer tokens"), "{ready} {reasons}");
    assert_eq!(runner.get("/livez").0, 200);
    let record = runner.wait_for_log(|record| record["level"] == "error" && record["entry"] == "idp");
    assert_eq!(record["variable"], "MODUS_JWKS_ENDPOINTS");
    runner.wait_for_log(|record| record["endpoint"] == "default" && record["level"] == "error");
    let server = Document::of(&[pair.jwk("k")]).serve(port);
    wait_until_passes(&runner, &pair.token(&json!({})));
    assert_eq!(runner.get("/readyz").0, 200);
    assert_eq!(status(&runner, &Pair::p256().token(&json!({}))), 401);
    assert_eq!(server.requests()[0].url, "/jwks?key=s3cret");
    let records = runner.log().lines().filter(|line| line.contains("could not be fetched")).count();
    assert_eq!(records, 1, "{}", runner.log());
    assert!(!runner.log().contains("s3cret"), "{}", runner.log());
}

#[test]
fn an_unknown_key_id_has_the_document_fetched_once_a_minute() {
    let (old, new, next) = (Pair::p256(), Pair::p256(), Pair::p256());
    let document = Document::of(&[old.jwk("old")]);
    let server = document.serve(0);
    let app = app();
    let runner = Runner::start(&app.artifact, &options(&server.url));
    wait_until_passes(&runner, &old.token_of("old", &json!({})));
    assert_eq!(server.requests().len(), 1);
    // Nothing to learn from: no id, or a known one.
    assert_eq!(status(&runner, &new.token(&json!({}))), 401);
    assert_eq!(status(&runner, &new.token_of("old", &json!({}))), 401);
    assert_eq!(server.requests().len(), 1);

    // Many at once wait for one fetch.
    document.publish(&[new.jwk("new")]);
    let token = new.token_of("new", &json!({}));
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| status(&runner, &token))).collect();
        assert!(asked.into_iter().all(|asked| asked.join().unwrap() == 200));
    });
    assert_eq!(server.requests().len(), 2);
    assert_eq!(status(&runner, &old.token_of("old", &json!({}))), 401);

    // Another one within the minute is not asked for, however often.
    document.publish(&[next.jwk("next")]);
    for _ in 0..5 {
        assert_eq!(status(&runner, &next.token_of("next", &json!({}))), 401);
    }
    assert_eq!(server.requests().len(), 2);
    assert_eq!(status(&runner, &token), 200);
}

#[test]
fn the_last_keys_stay_while_the_server_fails() {
    let pair = Pair::p384();
    let app = app();
    for reply in [
        Reply::from((503, "down".to_owned())),
        Reply::from((200, "no json".to_owned())),
        Reply::from((200, "[]".to_owned())),
        Reply::from((200, r#"{"keys": {}}"#.to_owned())),
        Reply::body(vec![b' '; (1 << 20) + 1]),
        Reply::redirect(302, "/"),
    ] {
        let document = Document::of(&[pair.jwk("k")]);
        let server = document.serve(0);
        let runner = Runner::start(&app.artifact, &options(&server.url));
        wait_until_passes(&runner, &pair.token(&json!({})));
        document.answer(reply);
        // An unknown id has it fetched again.
        assert_eq!(status(&runner, &Pair::p384().token_of("other", &json!({}))), 401);
        runner.wait_for_log(|record| record["level"] == "warn" && record["entry"] == "idp" && record["kept"] == 1);
        assert_eq!(status(&runner, &pair.token(&json!({}))), 200);
    }
}

#[test]
fn one_server_down_does_not_matter_to_the_others() {
    let (pem, jwk) = (Pair::p256(), Pair::rsa());
    let server = Document::of(&[jwk.jwk("k")]).serve(0);
    let urls = json!({"down": format!("http://127.0.0.1:{}/", free_port()), "up": server.url}).to_string();
    let options = Options::default().env("MODUS_JWKS_ENDPOINTS", &urls);
    let options = options.env("MODUS_PEMS", &json!({"key": pem.pem()}).to_string());
    let app = app();
    let runner = Runner::start(&app.artifact, &options);
    assert_eq!(status(&runner, &pem.token(&json!({}))), 200);
    wait_until_passes(&runner, &jwk.token(&json!({})));
    runner.wait_for_log(|record| record["level"] == "error" && record["entry"] == "down");
    assert!(!runner.log().contains("stays closed"), "{}", runner.log());
}

#[test]
fn documents_over_https() {
    let pair = Pair::p256();
    let reply = json!({"keys": [pair.jwk("k")]}).to_string();
    let plain = Document::of(&[pair.jwk("k")]).serve(0);
    let target = plain.url.clone();
    let (server, certificate) = StandIn::with_tls(move |request| match request.url.as_str() {
        "/away" => Reply::redirect(302, target.clone()),
        _ => Reply::from((200, reply.clone())),
    });
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, certificate).unwrap();
    let app = app();
    let start = |path: &str| {
        let options = options(&format!("{}{path}", server.url));
        Runner::start(&app.artifact, &options.env("SSL_CERT_FILE", roots.to_str().unwrap()))
    };
    wait_until_passes(&start("jwks"), &pair.token(&json!({})));
    // Keys from an unprotected connection would be anybody's.
    let runner = start("away");
    runner.wait_for_log(|record| record["error"].as_str().is_some_and(|text| text.contains("redirected from https")));
    assert_eq!(plain.requests().len(), 0);
    assert_eq!(status(&runner, &pair.token(&json!({}))), 503);
}

/// A changed manifest makes everything anew but the keys, whose server may be down just then.
#[test]
fn keys_outlive_a_reload() {
    let pair = Pair::p256();
    let port = free_port();
    let server = Document::of(&[pair.jwk("k")]).serve(port);
    let app = app();
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("modus.json");
    std::fs::write(&manifest, app::CLOSED).unwrap();
    let arguments = ["--manifest", manifest.to_str().unwrap(), "--refresh", "50ms"];
    let options = Options { arguments: Options::arguments(&arguments).arguments, ..options(&server.url) };
    let runner = Runner::start(&app.artifact, &options);
    let token = pair.token(&json!({}));
    wait_until_passes(&runner, &token);
    drop(server);
    std::fs::write(&manifest, app::CLOSED.replace("\"default\"", "\"renamed\"")).unwrap();
    runner.wait_for_log(|record| record.to_string().contains("Reloaded."));
    assert_eq!(status(&runner, &token), 200, "{}", runner.log());
    assert_eq!(status(&runner, &Pair::p256().token(&json!({}))), 401);
}

/// Neither while they were never there, nor after they are gone, nor by a reload.
#[test]
fn a_document_without_keys_opens_nothing() {
    let pair = Pair::p256();
    let app = app();
    for (mode, switch) in [("prod", &["--open-without-keys"][..]), ("dev", &[])] {
        let document = Document::of(&[]);
        let server = document.serve(0);
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join("modus.json");
        std::fs::write(&manifest, app::CLOSED).unwrap();
        let arguments = [switch, &["--manifest", manifest.to_str().unwrap(), "--refresh", "50ms"]].concat();
        let options = options(&server.url).env("MODUS_ENV", mode);
        let runner =
            Runner::start(&app.artifact, &Options { arguments: Options::arguments(&arguments).arguments, ..options });
        let open = || runner.post("/graphql", &json!({"query": "{ sayHello }"}).to_string()).0;
        assert_eq!((open(), status(&runner, &Pair::p256().token(&json!({})))), (503, 503), "{mode}");
        assert_eq!(runner.get("/readyz").0, 503, "{mode}");
        // A key that comes later lets its tokens in, and nobody else.
        document.publish(&[pair.jwk("one")]);
        std::fs::write(&manifest, app::CLOSED.replace("\"default\"", "\"renamed\"")).unwrap();
        wait_until_passes(&runner, &pair.token(&json!({})));
        assert_eq!(open(), 401, "{mode}");
        // And when it is revoked, nobody passes.
        document.publish(&[]);
        let stranger = Pair::p256().token_of("other", &json!({}));
        assert_eq!(status(&runner, &stranger), 401, "{mode}: has it fetched");
        assert_eq!((status(&runner, &pair.token(&json!({}))), open()), (401, 401), "{mode}");
        assert_eq!(runner.get("/readyz").0, 200, "{mode}: an issuer that vouches for nobody has answered");
    }
}

#[test]
fn a_document_without_keys_is_asked_again_for_the_first_one() {
    let pair = Pair::p256();
    let document = Document::of(&[]);
    let server = document.serve(0);
    let app = app();
    let runner = Runner::start(&app.artifact, &options(&server.url));
    runner.wait_for_log(|record| record["level"] == "warn" && record["entry"] == "idp");
    document.publish(&[pair.jwk("one")]);
    // Not by the next look at it, which is later.
    wait_until_passes(&runner, &pair.token_of("one", &json!({})));
}
