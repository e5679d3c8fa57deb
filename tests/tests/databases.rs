//! Promise: `--check-config` tells which connections of the manifest cannot be read, and with `=connect` which servers do not
//! let the runner in; whatever the app uses, and without a secret.

use std::process::Output;

use serde_json::{Value, json};
use tests::app;
use tests::guests::{Apps as _, Language};
use tests::runner::command;
use tests::services::dgraph::Dgraph;
use tests::services::mariadb::{self, MariaDb};
use tests::services::postgres::{PASSWORD, Postgres};
use tests::services::{free_port, is_left_out};

/// Of `groot`, the first user of every Dgraph.
const GROOT: &str = "password";

/// What `--check-config`, with this behind it, says of these connections. The app uses none of them.
fn checked(how: &str, connections: &Value) -> (Option<i32>, String) {
    let manifest = app::open_with(&json!({"connections": connections})).to_string();
    let app = app::compile(&Language::Go.guest("text"), &manifest);
    let mut command = command(&app.artifact);
    command.arg(format!("--check-config{how}"));
    for connection in ["SHOP", "CRM", "GRAPH", "PEOPLE"] {
        command.env(format!("MODUS_{connection}_PASSWORD"), PASSWORD).env(format!("MODUS_{connection}_WRONG"), "wr0ng");
    }
    command.env("MODUS_GRAPH_GROOT", GROOT);
    let Output { status, stderr, .. } = command.output().expect("modus-runner runs");
    let text = String::from_utf8_lossy(&stderr).into_owned();
    for secret in [PASSWORD, "wr0ng", &format!("{GROOT}@")] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    (status.code(), text)
}

#[track_caller]
fn refused(how: &str, connections: &Value, expected: &[&str]) {
    let (code, text) = checked(how, connections);
    assert_eq!(code, Some(64), "{text}");
    for part in expected {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

#[test]
fn connections_that_cannot_be_read() {
    let connections = json!({
        "shop": {"type": "postgresql", "connString": "postgresql://u:{{PASSWORD}}@127.0.0.1:1/db?sslmode=maybe"},
        "crm": {"type": "mysql", "connString": "mysql://u:{{MISSING}}@127.0.0.1:1/db"},
        "graph": {"type": "dgraph", "connString": "dgraph://u:{{PASSWORD}}@127.0.0.1:1?sslmode=maybe"},
        "people": {"type": "neo4j", "dbUri": "bolt://127.0.0.1:1", "username": "u", "password": "{{MISSING}}"},
    });
    refused("", &connections, &["[shop]", "[crm]", "MODUS_CRM_MISSING", "[graph]", "[people]", "MODUS_PEOPLE_MISSING"]);
    let good = json!({
        "shop": {"type": "postgresql", "connString": "postgresql://u:{{PASSWORD}}@127.0.0.1:1/db"},
        "crm": {"type": "mysql", "connString": "mysql://u:{{PASSWORD}}@127.0.0.1:1/db"},
        "graph": {"type": "dgraph", "connString": "dgraph://127.0.0.1:1"},
        "people": {"type": "neo4j", "dbUri": "bolt://127.0.0.1:1", "username": "u", "password": "{{PASSWORD}}"},
    });
    let (code, text) = checked("", &good);
    assert_eq!(code, Some(0), "{text}");
    // They can be read, and nobody is there.
    refused("=connect", &good, &["[shop]", "[crm]", "[graph]", "[people]"]);
}

/// One connection: it is let in, it is not with another password, and elsewhere nobody is there.
fn tried(connection: &str, kind: &str, good: &str, password: &str, nobody: &str, denied: &str) {
    let with = |text: &str| json!({(connection): {"type": kind, "connString": text}});
    for how in ["", "=connect"] {
        let (code, text) = checked(how, &with(good));
        assert_eq!(code, Some(0), "{how}: {text}");
    }
    let named = format!("{kind} connection [{connection}]: ");
    let wrong = good.replace(password, "{{WRONG}}");
    assert_ne!(wrong, good);
    refused("=connect", &with(&wrong), &[&named, denied]);
    refused("=connect", &with(nobody), &[&named, "cannot connect"]);
}

#[test]
fn postgresql_is_tried() {
    if is_left_out("postgres") {
        return;
    }
    let server = Postgres::start("");
    let nobody = format!("postgresql://u:{{{{PASSWORD}}}}@127.0.0.1:{}/db", free_port());
    let good = server.connection_string("");
    tried("shop", "postgresql", &good, "{{PASSWORD}}", &nobody, "password authentication failed");
}

#[test]
fn mariadb_is_tried() {
    if is_left_out("mariadb") {
        return;
    }
    assert_eq!(mariadb::PASSWORD, PASSWORD);
    let server = MariaDb::start("");
    let nobody = mariadb::connection_string(free_port(), "");
    tried("crm", "mysql", &server.connection_string(""), "{{PASSWORD}}", &nobody, "Access denied for user");
}

#[test]
fn dgraph_is_tried() {
    if is_left_out("dgraph") {
        return;
    }
    let server = Dgraph::start_secured();
    let to = |address: &str| format!("dgraph://groot:{{{{GROOT}}}}@{address}?sslmode=require");
    let nobody = to(&format!("localhost:{}", free_port()));
    tried("graph", "dgraph", &to(&server.address()), "{{GROOT}}", &nobody, "cannot connect: failed to sign in user");
}
