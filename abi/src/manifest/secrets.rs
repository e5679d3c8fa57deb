//! Which variables a manifest's templates ask for (`manifest` section 6.2).

use std::collections::BTreeSet;

use super::template::{Piece, pieces};
use super::{Connection, Manifest};

/// Beginning of the names of a connection's secrets.
pub fn secret_prefix(connection: &str) -> String {
    format!("MODUS_{}_", connection.to_uppercase().replace('-', "_"))
}

impl Manifest {
    /// The variables that the templates of its connections name, sorted.
    pub fn secret_variables(&self) -> BTreeSet<String> {
        let mut variables = BTreeSet::new();
        for (name, connection) in &self.connections {
            let prefix = secret_prefix(name);
            for piece in connection.templated().into_iter().flat_map(pieces) {
                match piece {
                    Piece::Text(_) => {}
                    Piece::Secret(secret) => variables.extend([format!("{prefix}{secret}")]),
                    Piece::Base64(user, password) => {
                        variables.extend([user, password].map(|secret| format!("{prefix}{secret}")));
                    }
                }
            }
        }
        variables
    }
}

impl Connection {
    /// The settings in which templates are replaced.
    pub fn templated(&self) -> Vec<&str> {
        match self {
            Self::Http(http) => {
                http.headers.values().chain(http.query_parameters.values()).map(String::as_str).collect()
            }
            Self::Postgresql { conn_string } | Self::Mysql { conn_string } => vec![conn_string],
            Self::Dgraph { conn_string, grpc_target, key } => vec![conn_string, grpc_target, key],
            Self::Neo4j { db_uri, username, password } => vec![db_uri, username, password],
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::parse;

    #[test]
    fn every_templated_setting_counts() {
        let (manifest, found) = parse(
            r#"{"connections": {
                "my-api": {"type": "http", "baseUrl": "https://h/", "headers": {"A": "{{KEY}} {{base64(U:P)}}"},
                           "queryParameters": {"q": "{{Q}}"}},
                "one": {"type": "http", "endpoint": "https://{{NOT}}/"},
                "pg": {"type": "postgresql", "connString": "postgres://{{U}}:{{P}}@{{H}}/db"},
                "dg": {"type": "dgraph", "grpcTarget": "h:1", "key": "{{K}}"},
                "neo": {"type": "neo4j", "dbUri": "bolt://h", "username": "{{N}}", "password": "{{N}}"}}}"#,
        );
        // Secrets are not replaced in URLs.
        let places: Vec<_> = found.iter().map(|finding| finding.pointer.as_str()).collect();
        assert_eq!(places, ["/connections/one/endpoint"]);
        let variables = manifest.unwrap().secret_variables();
        let expected = [
            "MODUS_DG_K",
            "MODUS_MY_API_KEY",
            "MODUS_MY_API_P",
            "MODUS_MY_API_Q",
            "MODUS_MY_API_U",
            "MODUS_NEO_N",
            "MODUS_PG_H",
            "MODUS_PG_P",
            "MODUS_PG_U",
        ];
        assert_eq!(variables.iter().collect::<Vec<_>>(), expected);
    }
}
