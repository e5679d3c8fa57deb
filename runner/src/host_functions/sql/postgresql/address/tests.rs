use super::*;

fn parse(text: &str) -> Result<Address, String> {
    Address::parse(text, |name| (name == "USER").then(|| "me".to_owned()))
}

fn host(name: &str, port: u16) -> Host {
    Host { name: name.to_owned(), port }
}

#[test]
fn urls_and_keywords_say_the_same() {
    let url = "postgres://us%40er:p%2Fw@db.example:6000/my%20db?sslmode=verify-full&application_name=x&search_path=a";
    let keywords = r"host=db.example port = 6000 user='us@er' password=p/w dbname='my db'
        sslmode=verify-full application_name=x search_path=a";
    let address = parse(url).expect("an address");
    assert!(address == parse(keywords).expect("an address"));
    assert_eq!(address.hosts, [host("db.example", 6000)]);
    assert_eq!((address.user.as_str(), address.password.as_deref()), ("us@er", Some("p/w")));
    assert_eq!((address.database.as_str(), address.tls.mode), ("my db", TlsMode::VerifyFull));
    assert_eq!(address.session["search_path"], "a");
    let escaped = parse(r"password='it\'s \\ so' host=h").expect("an address");
    assert_eq!(escaped.password.as_deref(), Some(r"it's \ so"));
}

#[test]
fn what_is_left_out_has_a_default() {
    let address = parse("postgresql://").expect("an address");
    assert_eq!(address.hosts, [host("localhost", 5432)]);
    assert_eq!((address.user.as_str(), address.database.as_str(), address.password.as_deref()), ("me", "me", None));
    assert_eq!(address.tls, Tls::default());
    assert_eq!(address.pool, PoolSettings::default());
    assert_eq!(address.session["application_name"], "modus-runner");
    let variables = |name: &str| match name {
        "PGHOST" => Some("h1".to_owned()),
        "PGPASSWORD" => Some("secret".to_owned()),
        "PGDATABASE" => Some("other".to_owned()),
        _ => None,
    };
    let address = Address::parse("user=u dbname=d", variables).expect("an address");
    assert_eq!(address.hosts, [host("h1", 5432)]);
    assert_eq!((address.password.as_deref(), address.database.as_str()), (Some("secret"), "d"));
}

#[test]
fn several_hosts() {
    let hosts = |text: &str| parse(text).map(|address| address.hosts);
    assert_eq!(hosts("postgres://u@a:1,[::1]:2,c/d"), Ok(vec![host("a", 1), host("::1", 2), host("c", 5432)]));
    assert_eq!(hosts("host=a,b port=7"), Ok(vec![host("a", 7), host("b", 7)]));
    assert_eq!(hosts("postgres:///d?host=/var/run/postgresql"), Ok(vec![host("/var/run/postgresql", 5432)]));
    assert_eq!(hosts("postgres://u@%2Ftmp/d"), Ok(vec![host("/tmp", 5432)]));
    assert!(hosts("host=a,b,c port=1,2").is_err());
    assert!(hosts("host=a port=70000").is_err());
    assert!(hosts("host=a port=0").is_err());
}

#[test]
fn tls_and_pools() {
    let tls = |text: &str| parse(text).map(|address| address.tls.mode);
    for (mode, expected) in [
        ("disable", TlsMode::Disable),
        ("allow", TlsMode::Allow),
        ("prefer", TlsMode::Prefer),
        ("require", TlsMode::Require),
        ("verify-ca", TlsMode::VerifyCa),
        ("verify-full", TlsMode::VerifyFull),
    ] {
        assert_eq!(tls(&format!("sslmode={mode}")), Ok(expected));
    }
    assert_eq!(tls("sslmode=require sslrootcert=/r.pem"), Ok(TlsMode::VerifyCa));
    assert_eq!(tls("sslrootcert=system"), Ok(TlsMode::VerifyFull));
    assert!(tls("sslmode=on").is_err());
    assert!(tls("sslcert=/c.pem").is_err());
    let pool = parse("pool_max_conns=3 pool_max_conn_lifetime=1h30m pool_max_conn_idle_time=500ms pool_min_conns=9");
    let pool = pool.expect("an address").pool;
    assert_eq!(pool.most, Some(3));
    assert_eq!((pool.lifetime, pool.idle), (Duration::from_secs(5400), Duration::from_millis(500)));
    for wrong in ["pool_max_conns=x", "pool_max_conn_lifetime=1", "pool_max_conn_lifetime=1y", "connect_timeout=soon"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

/// Connection strings have passwords, and people put them into the wrong places.
#[test]
fn errors_show_no_value() {
    for wrong in [
        "s3cret",
        "password='s3cret",
        "sslmode=s3cret",
        "port=s3cret",
        "postgres://u:p@h:s3cret/d",
        "postgres://u:p@h/d?s3cret",
        "postgres://u:s3cret%ff@h/d",
        "target_session_attrs=s3cret",
        "channel_binding=s3cret",
        "pool_max_conns=s3cret",
        "service=s3cret",
    ] {
        let error = parse(wrong).err().unwrap_or_else(|| panic!("{wrong}"));
        assert!(!error.contains("s3cret"), "{wrong}: {error}");
    }
}
