use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Result<Address, String> {
    Address::of_connection_string(text).map_err(|error| error.message)
}

fn refused(text: &str) -> String {
    parsed(text).expect_err(text)
}

fn sent(address: &Address) -> Option<&str> {
    address.authorization.as_ref().map(|value| value.to_str().expect("text"))
}

#[test]
fn connection_strings() {
    let plain = parsed("dgraph://localhost:9080").expect("an address");
    assert_eq!((plain.origin.to_string().as_str(), plain.trust), ("http://localhost:9080/", None));
    assert!(plain.authorization.is_none() && plain.user.is_none());

    let full = parsed("dgraph://ann:p%40ss@db.example:443?sslmode=verify-ca&bearertoken=a+b%2Fc&namespace=7");
    let full = full.expect("an address");
    assert_eq!((full.origin.to_string().as_str(), full.trust), ("https://db.example:443/", Some(Trust::System)));
    assert_eq!(sent(&full), Some("Bearer a+b/c"));
    assert!(full.authorization.as_ref().is_some_and(HeaderValue::is_sensitive));
    assert!(
        full.user.as_ref().is_some_and(|user| user.name == "ann" && user.password == "p@ss" && user.namespace == 7)
    );
    assert_eq!(format!("{full:?}"), "Address { origin: https://db.example:443/, .. }");

    let key = parsed("dgraph://[::1]:1?sslmode=require&apikey=k&bearertoken=").expect("an address");
    assert_eq!((key.origin.to_string().as_str(), key.trust), ("https://[::1]:1/", Some(Trust::Nobody)));
    assert_eq!(sent(&key), Some("k"));
    // An at sign in a password that was put in as it is.
    let user = parsed("dgraph://a:b@c@h:1").expect("an address").user.expect("a user");
    assert_eq!((user.name.as_str(), user.password.as_str()), ("a", "b@c"));
}

#[test]
fn connection_strings_that_cannot_be_used() {
    for (text, expected) in [
        ("http://h:1", "invalid scheme: must start with dgraph://"),
        ("h:1", "invalid scheme: must start with dgraph://"),
        ("", "invalid connection string: relative URL without a base"),
        ("dgraph://h", "invalid connection string: host url must have both host and port"),
        ("dgraph://h:", "invalid connection string: host url must have both host and port"),
        ("dgraph:h:1", "invalid connection string: host url must have both host and port"),
        ("dgraph://h:70000", "invalid connection string: invalid port number"),
        ("dgraph://a:s3cret/x@h:1", "invalid connection string: invalid port number"),
        (
            "dgraph://h:1?apikey=s3cret&bearertoken=s3cret&sslmode=require",
            "invalid connection string: both apikey and bearertoken cannot be provided",
        ),
        (
            "dgraph://h:1?bearertoken=s3cret",
            "grpc: the credentials require transport level security (set sslmode to verify-ca)",
        ),
        ("dgraph://a@h:1", "invalid connection string: both username and password must be provided"),
        ("dgraph://:s3cret@h:1", "invalid connection string: both username and password must be provided"),
        ("dgraph://h:1?sslmode=on", "invalid SSL mode: on (must be one of disable, require, verify-ca)"),
        ("dgraph://h:1?sslmode=s3cret", "invalid SSL mode: … (must be one of disable, require, verify-ca)"),
        ("dgraph://h:1?namespace=s3cret", "invalid connection string: namespace must be a number"),
        (
            "dgraph://h:1?sslmode=require&apikey=s3cret%0A",
            "the key or token has characters that cannot be sent, such as a line break at its end",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn targets() {
    let of = |target: &str, key: &str| Address::of_target(target, key).map_err(|error| error.message);
    let check = |target: &str, key: &str, origin: &str, authorization: Option<&str>| {
        let address = of(target, key).expect(target);
        assert_eq!((address.origin.to_string().as_str(), sent(&address)), (origin, authorization), "{target} {key}");
        assert_eq!(address.trust, if origin.starts_with("https") { Some(Trust::System) } else { None }, "{target}");
    };
    check("localhost:9080", "k", "http://localhost:9080/", None);
    check("127.0.0.1:9080", "", "https://127.0.0.1:9080/", None);
    check("localhosts:9080", "k", "https://localhosts:9080/", Some("Bearer k"));
    check("x.grpc.CLOUD.dgraph.io:443", "k", "https://x.grpc.CLOUD.dgraph.io:443/", Some("k"));
    check("db.example", "", "https://db.example:443/", None);
    check("db.example:1", "k", "https://db.example:1/", Some("Bearer k"));
    for (target, key, expected) in [
        ("h:x", "", "grpcTarget must be HOST:PORT"),
        ("h:0", "", "grpcTarget must be HOST:PORT"),
        ("a b:1", "", "the name of the server is not a host's"),
        ("u:s3cret@h:1", "", "the name of the server is not a host's"),
        ("h:1", "s3\ncret", "the key or token has characters that cannot be sent, such as a line break at its end"),
    ] {
        assert_eq!(of(target, key).expect_err(target), expected);
    }
}

/// Escapes what a part of a URL cannot have.
fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

proptest! {
    /// Whatever the parts are, they are found again where they were put.
    #[test]
    fn parts_are_found(
        name in "\\PC{1,12}", password in "\\PC{1,12}", host in "[a-z][a-z0-9-]{0,10}(\\.[a-z0-9]{1,5}){0,2}",
        port in 1..=u16::MAX, token in "[!-~]{1,20}", secure in any::<bool>(),
    ) {
        let mode = if secure { "verify-ca" } else { "require" };
        let (n, p, t) = (escaped(&name), escaped(&password), escaped(&token));
        let text = format!("dgraph://{n}:{p}@{host}:{port}?bearertoken={t}&sslmode={mode}&other=1");
        let address = parsed(&text).map_err(TestCaseError::fail)?;
        prop_assert_eq!(address.origin.to_string(), format!("https://{host}:{port}/"));
        prop_assert_eq!(address.trust, Some(if secure { Trust::System } else { Trust::Nobody }));
        prop_assert_eq!(sent(&address), Some(&*format!("Bearer {token}")));
        let user = address.user.as_ref().map(|user| (&*user.name, &*user.password));
        prop_assert_eq!(user, Some((&*name, &*password)));
    }

    /// Nothing panics, and no message has what may be a secret.
    #[test]
    fn any_text(before in "\\PC{0,12}", after in "\\PC{0,24}", frame in 0..6) {
        let secret = "Zq9Zq9Zq9";
        let text = match frame {
            0 => format!("{before}{secret}{after}"),
            1 => format!("dgraph://{before}:{secret}@{after}"),
            2 => format!("dgraph://u:{before}{secret}{after}@h:1"),
            3 => format!("dgraph://h:1?bearertoken={before}{secret}{after}"),
            4 => format!("dgraph://h:1?sslmode=require&apikey={before}{secret}&{after}"),
            _ => format!("dgraph://h:1?{before}sslmode={secret}{after}"),
        };
        if let Err(message) = parsed(&text) {
            prop_assert!(!message.contains(secret), "{}: {}", text, message);
        }
        if let Err(error) = Address::of_target(&text, &format!("{before}{secret}")) {
            prop_assert!(!error.message.contains(secret), "{}: {}", text, error.message);
        }
    }
}
