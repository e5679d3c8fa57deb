//! Promise: guests reach the PostgreSQL servers of the manifest in each way that a connection string can ask for, with TLS as it
//! asks for, or are told why they do not.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use tests::services::free_port;
use tests::services::postgres::asking::{count, fails, no_secrets, serve, server, well};
use tests::services::postgres::{PASSWORD, USER, connection_string};

#[test]
fn servers_that_do_not_let_one_in() {
    let Some(server) = server() else { return };
    let as_user = |user: &str, options: &str| server.connection_string(options).replace(USER, user);
    let down = connection_string(free_port(), "");
    let wrong = server.connection_string("").replace("{{PASSWORD}}", "wr0ng-secret");
    let (reject, missing) = (as_user("nobody", ""), as_user("somebody", ""));
    let unencrypted = as_user("tls_only", "?sslmode=disable");
    let (_app, runner) = serve(
        &[
            ("well", &server.connection_string("")),
            ("down", &down),
            ("wrong", &wrong),
            ("reject", &reject),
            ("missing", &missing),
            ("unencrypted", &unencrypted),
            ("nonsense", "postgresql://joe:{{PASSWORD}}@h:x/d"),
            ("lookup", "postgresql://joe:{{PASSWORD}}@no-such-host.invalid/d"),
            ("database", &server.connection_string("").replace("/app", "/nowhere")),
        ],
        &[],
    );
    for (connection, reason) in [
        ("down", "postgresql connection [down]: cannot connect: Connection refused"),
        ("wrong", "postgresql connection [wrong]: cannot connect: FATAL: password authentication failed"),
        ("reject", "postgresql connection [reject]: cannot connect: FATAL: pg_hba.conf rejects"),
        ("missing", "postgresql connection [missing]: cannot connect: FATAL: password authentication failed"),
        ("unencrypted", "cannot connect: FATAL: pg_hba.conf rejects"),
        ("nonsense", "the port is not a number"),
        ("lookup", "postgresql connection [lookup]: cannot connect: "),
        ("database", "(SQLSTATE 3D000)"),
    ] {
        let query = format!("{{ count(connection: \"{connection}\", statement: \"select 1\") }}");
        let answer = runner.query(&query);
        let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{connection}: {answer}"));
        assert!(message.contains(reason), "{connection}: {message}");
        assert!(!message.contains("wr0ng-secret") && !message.contains(PASSWORD), "{connection}: {message}");
        well(&runner, "well");
    }
    no_secrets(&runner);
    assert!(!runner.log().contains("wr0ng-secret"), "a wrong password is in the log");
}

#[test]
fn kinds_of_passwords_and_of_ways() {
    let Some(server) = server() else { return };
    let as_user = |user: &str, options: &str| server.connection_string(options).replace(USER, user);
    let socket = format!("host={} port={} user={USER} dbname=app", server.socket_folder().display(), server.port);
    let several =
        format!("postgresql://{USER}:{{{{PASSWORD}}}}@127.0.0.1:{},127.0.0.1:{}/app", free_port(), server.port);
    let primary = server.connection_string("?target_session_attrs=primary&sslmode=allow");
    let keywords = format!("host=localhost port={} user={USER} password='{{{{PASSWORD}}}}' dbname=app", server.port);
    let (_app, runner) = serve(
        &[
            ("scram", &server.connection_string("?sslmode=disable")),
            ("old", &as_user("old", "")),
            ("clear", &as_user("clear", "")),
            ("socket", &socket),
            ("several", &several),
            ("primary", &primary),
            ("keywords", &keywords),
            ("standby", &server.connection_string("?target_session_attrs=standby")),
        ],
        &[],
    );
    for connection in ["scram", "old", "clear", "socket", "several", "primary", "keywords"] {
        well(&runner, connection);
    }
    fails(&runner, "standby", "select 1", "no server is what target_session_attrs asks for");
    no_secrets(&runner);
}

#[test]
fn tls() {
    let Some(server) = server() else { return };
    let root = server.root_certificate();
    let other = tempfile::NamedTempFile::new().expect("a file");
    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(other.path(), stranger.cert.pem()).expect("a file");
    // Whom the certificate is for, and what nobody has issued one for.
    let at = |host: &str, options: &str| server.connection_string(options).replace("127.0.0.1", host);
    let with = |host: &str, mode: &str, file: &std::path::Path| {
        at(host, &format!("?sslmode={mode}&sslrootcert={}", file.display()))
    };
    // One that has no TLS at all.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let without = connection_string(listener.local_addr().expect("an address").port(), "?sslmode=require");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 8]).and_then(|_| stream.write_all(b"N"));
        }
    });
    let (certificate, key) = server.client_certificate();
    let mine = format!("?sslmode=require&sslcert={}&sslkey={}", certificate.display(), key.display());
    let (_app, runner) = serve(
        &[
            ("certified", &at("127.0.0.1", &mine).replace(USER, "certified")),
            ("uncertified", &at("127.0.0.1", "?sslmode=require").replace(USER, "certified")),
            ("disable", &at("127.0.0.1", "?sslmode=disable")),
            ("prefer", &at("127.0.0.1", "")),
            ("only", &at("127.0.0.1", "").replace(USER, "tls_only")),
            ("require", &at("127.0.0.1", "?sslmode=require&channel_binding=require")),
            ("ca", &with("127.0.0.1", "verify-ca", &root)),
            ("full", &with("localhost", "verify-full", &root)),
            ("name", &with("127.0.0.1", "verify-full", &root)),
            ("stranger", &with("localhost", "verify-full", other.path())),
            ("strangerca", &with("localhost", "verify-ca", other.path())),
            ("system", &at("localhost", "?sslmode=verify-full")),
            ("nofile", &with("localhost", "verify-full", std::path::Path::new("/no/such/file.pem"))),
            ("without", &without),
            ("unbound", &at("127.0.0.1", "?sslmode=disable&channel_binding=require")),
        ],
        &[],
    );
    let encrypted = "select ssl::int from pg_stat_ssl where pid = pg_backend_pid()";
    assert_eq!(count(&runner, "disable", encrypted), Ok(0));
    for connection in ["prefer", "only", "require", "ca", "full", "certified"] {
        assert_eq!(count(&runner, connection, encrypted), Ok(1), "{connection}: {}", runner.log());
    }
    for (connection, reason) in [
        ("uncertified", "cannot connect: FATAL: connection requires a valid client certificate"),
        ("name", "cannot connect: TLS: invalid peer certificate: certificate not valid for name"),
        ("stranger", "cannot connect: TLS: invalid peer certificate"),
        ("strangerca", "cannot connect: TLS: invalid peer certificate"),
        ("system", "cannot connect: TLS: invalid peer certificate: UnknownIssuer"),
        ("nofile", "the file /no/such/file.pem of the connection string"),
        ("without", "the server has no TLS, which sslmode of the connection string asks for"),
        ("unbound", "the log-in cannot be bound to TLS"),
    ] {
        let query = format!("{{ count(connection: \"{connection}\", statement: \"select 1\") }}");
        let answer = runner.query(&query);
        let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{connection}: {answer}"));
        assert!(message.contains(reason), "{connection}: {message}");
        well(&runner, "full");
    }
    no_secrets(&runner);
}
