//! Connections; their structure and the schema's rules for them.

use std::collections::BTreeMap;

use jsonc_parser::ast::ObjectProp;

use super::check::{
    has_more_than_an_address, has_template, is_database_uri, is_grpc_target, is_header_name, is_http_url,
};
use super::members::{CONNECTIONS, choices, names, of_type};
use super::parse::{Entry, Reader, join, name_range};
use super::{Connection, FindingKind, HYPERMODE, HttpConnection};

const URI_RULE: &str = "is not a URI that the schema accepts";

impl Reader<'_> {
    /// One connection.
    pub(super) fn connection<'v>(&mut self, section: &Entry<'v>, member: &'v ObjectProp<'v>) -> Option<Connection> {
        self.check_name("connection", section, member);
        let name = member.name.as_str();
        if name == HYPERMODE {
            let message = "connection name `hypermode` is reserved for hosted models".to_owned();
            self.report(FindingKind::Schema, name_range(member), &join(&section.pointer, name), message);
        }
        let mut entry = section.child(name.to_owned(), member, member.value.as_object());
        let kind = self.type_of("connection", &entry, &choices(CONNECTIONS, "type"))?;
        entry.title = format!("{kind} connection [{name}]");
        self.close(&entry, &names(&of_type(CONNECTIONS, &kind)));
        let connection = match kind.as_str() {
            "http" => self.http(&mut entry),
            "postgresql" => Connection::Postgresql {
                conn_string: self.conn_string(&mut entry, &["postgres", "postgresql"], b"_{}"),
            },
            "mysql" => Connection::Mysql { conn_string: self.conn_string(&mut entry, &["mysql"], b"") },
            "dgraph" => self.dgraph(&mut entry),
            _ => self.neo4j(&mut entry),
        };
        (!entry.failed).then_some(connection)
    }

    fn conn_string(&mut self, entry: &mut Entry, schemes: &[&str], host_extra: &[u8]) -> String {
        let text = self.required(entry, "connString");
        self.rule(entry, "connString", &text, is_database_uri(&text.value, schemes, host_extra), URI_RULE);
        text.value
    }

    fn http(&mut self, entry: &mut Entry) -> Connection {
        let rule = "must be an absolute http:// or https:// URL without white space";
        let base_url = self.optional(entry, "baseUrl");
        let is_url = is_http_url(&base_url.value);
        self.rule(entry, "baseUrl", &base_url, is_url, rule);
        let is_address = !has_more_than_an_address(&base_url.value);
        let ends = !is_url || !is_address || base_url.value.ends_with('/');
        self.rule(entry, "baseUrl", &base_url, ends, "must end in `/`");
        if !is_address {
            self.rule(
                entry,
                "baseUrl",
                &base_url,
                false,
                "must have no user, query or fragment: no request matches it",
            );
            self.help("parameters belong into `queryParameters`, and a user into the header `Authorization`");
        }
        let endpoint = self.optional(entry, "endpoint");
        self.rule(entry, "endpoint", &endpoint, is_http_url(&endpoint.value), rule);
        for (name, text) in [("baseUrl", &base_url), ("endpoint", &endpoint)] {
            if has_template(&text.value) {
                self.rule(entry, name, text, false, "names a secret, which is not replaced there");
                self.help("secrets are replaced in the values of `headers` and `queryParameters`");
            }
        }
        if base_url.present == endpoint.present {
            let both = if base_url.present { "not both" } else { "neither is there" };
            let message = format!("{}: exactly one of `baseUrl` and `endpoint` is needed, {both}", entry.title);
            self.report_entry(FindingKind::Schema, entry, message);
        }
        let headers = self.texts(entry, "headers", is_header_name);
        let query_parameters = self.texts(entry, "queryParameters", |name| !name.is_empty());
        Connection::Http(HttpConnection {
            base_url: base_url.value,
            endpoint: endpoint.value,
            headers,
            query_parameters,
        })
    }

    /// An object of texts.
    fn texts(&mut self, owner: &mut Entry, name: &str, valid_name: fn(&str) -> bool) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        let Some(mut entry) = self.object(owner, name) else { return texts };
        entry.title.clone_from(&owner.title);
        for member in self.distinct(&entry) {
            let key = member.name.as_str();
            if !valid_name(key) {
                let message = format!("{}: `{key}` is not a valid name in `{name}`", owner.title);
                self.report(FindingKind::Schema, name_range(member), &join(&entry.pointer, key), message);
            }
            let text = self.text_of(&mut entry, member);
            if text.value.is_empty() && !text.wrong {
                let message = format!("{}: `{key}` of `{name}` is empty", owner.title);
                self.report_text(FindingKind::Schema, &text, message);
            }
            texts.insert(key.to_owned(), text.value);
        }
        owner.failed |= entry.failed;
        texts
    }

    fn dgraph(&mut self, entry: &mut Entry) -> Connection {
        let conn_string = self.optional(entry, "connString");
        let valid = is_database_uri(&conn_string.value, &["dgraph"], b"");
        self.rule(entry, "connString", &conn_string, valid, URI_RULE);
        let target = self.optional(entry, "grpcTarget");
        self.rule(entry, "grpcTarget", &target, is_grpc_target(&target.value), "must be `host:port`");
        let key = self.optional(entry, "key");
        let message = match (conn_string.present, target.present, key.present) {
            (true, false, false) | (false, true, _) => None,
            (true, _, _) => Some("`connString` does not go with `grpcTarget` or `key`"),
            (false, false, _) => Some("`connString` or `grpcTarget` is missing"),
        };
        if let Some(message) = message {
            self.report_entry(FindingKind::Schema, entry, format!("{}: {message}", entry.title));
        }
        Connection::Dgraph { conn_string: conn_string.value, grpc_target: target.value, key: key.value }
    }

    fn neo4j(&mut self, entry: &mut Entry) -> Connection {
        let db_uri = self.required(entry, "dbUri");
        let schemes = ["neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"];
        let valid = is_database_uri(&db_uri.value, &schemes, b"");
        self.rule(entry, "dbUri", &db_uri, valid, URI_RULE);
        let username = self.required(entry, "username");
        let password = self.required(entry, "password");
        Connection::Neo4j { db_uri: db_uri.value, username: username.value, password: password.value }
    }
}
