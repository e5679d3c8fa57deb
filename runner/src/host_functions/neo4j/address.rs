//! The address of a connection, as the manifest has it.

use url::Url;

/// The port where the address names none.
const PORT: u16 = 7687;

/// What an address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) encryption: Encryption,
    pub(super) server: Server,
    /// What the servers may use to make a routing table, where clients are to ask for one: the address first.
    pub(super) routing: Option<Vec<(String, String)>>,
}

/// Whether connections are encrypted, and whose certificates are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    None,
    /// Those that the system trusts.
    Trusted,
    /// Any.
    Any,
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Server {
    /// A name or an IP address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Server {
    /// Reads `host:port` or `[address]:port`, as routing tables have them.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() {
            return None;
        }
        Some(Self { host: host.to_owned(), port: port.parse().ok()? })
    }

    fn text(&self) -> String {
        let Self { host, port } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

impl Address {
    /// Reads an address, which is `written` so in the manifest: with its templates. Its user, path and fragment mean nothing,
    /// nor do its parameters without routing.
    ///
    /// # Errors
    /// What is wrong, without what may be a secret.
    pub(super) fn parse(uri: &str, written: &str) -> Result<Self, String> {
        let url = Url::parse(uri).map_err(|error| format!("its address is not a URI: {error}"))?;
        let (is_routed, encryption) = match url.scheme() {
            "neo4j" => (true, Encryption::None),
            "neo4j+s" => (true, Encryption::Trusted),
            "neo4j+ssc" => (true, Encryption::Any),
            "bolt" => (false, Encryption::None),
            "bolt+s" => (false, Encryption::Trusted),
            "bolt+ssc" => (false, Encryption::Any),
            scheme if written.split_once(':').is_some_and(|(known, _)| known.eq_ignore_ascii_case(scheme)) => {
                return Err(format!("URI scheme {scheme} is not supported"));
            }
            _ => return Err("its URI scheme is not supported".to_owned()),
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() {
            return Err("its address names no host".to_owned());
        }
        let server = Server { host, port: url.port().unwrap_or(PORT) };
        let context = || {
            let own = ("address".to_owned(), server.text());
            let given = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
            std::iter::once(own).chain(given.filter(|(name, _)| name != "address")).collect()
        };
        let routing = is_routed.then(context);
        Ok(Self { encryption, server, routing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_hosts_and_ports() {
        for (uri, encryption, is_routed, host, port) in [
            ("neo4j://db.example", Encryption::None, true, "db.example", 7687),
            ("neo4j+s://db.example:1", Encryption::Trusted, true, "db.example", 1),
            ("neo4j+ssc://u:p@db.example/x#y", Encryption::Any, true, "db.example", 7687),
            ("bolt://127.0.0.1:7688", Encryption::None, false, "127.0.0.1", 7688),
            ("bolt+s://[::1]", Encryption::Trusted, false, "::1", 7687),
            ("bolt+ssc://[::1]:99?a=b", Encryption::Any, false, "::1", 99),
            ("BOLT://Host", Encryption::None, false, "Host", 7687),
        ] {
            let address = Address::parse(uri, "{{URI}}").expect(uri);
            let server = Server { host: host.to_owned(), port };
            assert_eq!(
                (address.encryption, address.server, address.routing.is_some()),
                (encryption, server, is_routed)
            );
        }
        let address = Address::parse("neo4j://[::1]:5?policy=eu&address=other&x=%20", "").expect("an address");
        let context = [("address", "[::1]:5"), ("policy", "eu"), ("x", " ")];
        assert_eq!(address.routing, Some(context.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()));
    }

    #[test]
    fn addresses_that_are_none() {
        for (uri, expected) in [
            ("http://secret", "URI scheme http is not supported"),
            ("bolt+unix:///secret", "URI scheme bolt+unix is not supported"),
            ("bolt:///secret", "its address names no host"),
            ("bolt:secret", "its address names no host"),
            ("secret", "its address is not a URI: relative URL without a base"),
            ("bolt://secret:99999", "its address is not a URI: invalid port number"),
        ] {
            assert_eq!(Address::parse(uri, uri), Err(expected.to_owned()), "{uri}");
        }
        let hidden = Address::parse("secret://h", "{{URI}}://h");
        assert_eq!(hidden, Err("its URI scheme is not supported".to_owned()));
    }

    #[test]
    fn servers_of_routing_tables() {
        let server = |host: &str, port| Some(Server { host: host.to_owned(), port });
        assert_eq!(Server::parse("a.example:7"), server("a.example", 7));
        assert_eq!(Server::parse("[::1]:7"), server("::1", 7));
        for text in ["", "a", ":7", "a:", "a:x", "a:70000"] {
            assert_eq!(Server::parse(text), None, "{text}");
        }
    }
}
