//! Servers that are reached without a proxy: the entries of `NO_PROXY`, as Go, curl and Python read them.

use std::net::IpAddr;

use hyper::Uri;
use ipnet::IpNet;
use url::Host;

/// The servers that `NO_PROXY` names.
#[derive(Debug)]
pub(super) struct Direct(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    servers: Servers,
    /// `None` stands for every port.
    port: Option<u16>,
}

#[derive(Debug)]
enum Servers {
    All,
    Network(IpNet),
    /// A name as the URL's parser writes it, and all names below it.
    Domain {
        name: String,
        itself: bool,
    },
}

impl Direct {
    /// The entries between commas and blanks. What is none is left out.
    pub(super) fn new(list: &str) -> Self {
        let texts = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|text| !text.is_empty());
        Self(texts.filter_map(entry).collect())
    }

    /// Whether a server is named.
    pub(super) fn has(&self, uri: &Uri) -> bool {
        let Some(host) = uri.host() else { return false };
        let host = without_dot(host.trim_matches(['[', ']'])).to_ascii_lowercase();
        let usual = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(usual);
        let address = host.parse().ok().map(|address: IpAddr| address.to_canonical());
        self.0.iter().any(|entry| {
            entry.port.is_none_or(|named| named == port)
                && match (&entry.servers, address) {
                    (Servers::All, _) => true,
                    (Servers::Network(network), Some(address)) => network.contains(&address),
                    (Servers::Domain { name, itself }, None) => match host.strip_suffix(name) {
                        Some("") => *itself,
                        Some(below) => below.ends_with('.'),
                        None => false,
                    },
                    _ => false,
                }
        })
    }
}

fn entry(text: &str) -> Option<Entry> {
    if let Some(network) = network(text) {
        return Some(Entry { servers: Servers::Network(network), port: None });
    }
    let (host, port) = with_port(text)?;
    let servers = match network(host.trim_matches(['[', ']'])) {
        Some(network) => Servers::Network(network),
        None if host == "*" => Servers::All,
        None => domain(host)?,
    };
    Some(Entry { servers, port })
}

/// A network, or a single address.
fn network(text: &str) -> Option<IpNet> {
    let address = || text.parse().ok().map(|address: IpAddr| IpNet::from(address.to_canonical()));
    text.parse().ok().or_else(address)
}

/// `host`, `host:port` or `[address]:port`.
fn with_port(text: &str) -> Option<(&str, Option<u16>)> {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            let port = if port.is_empty() { None } else { Some(port.parse().ok()?) };
            Some((host, port)).filter(|(host, _)| !host.is_empty())
        }
        _ => Some((text, None)),
    }
}

/// `*.example.com` has the names below `example.com`, which `.example.com` and `example.com` have, too.
fn domain(text: &str) -> Option<Servers> {
    let below = text.strip_prefix("*.");
    let name = below.unwrap_or_else(|| text.strip_prefix('.').unwrap_or(text));
    match Host::parse(without_dot(name)).ok()? {
        Host::Domain(name) => Some(Servers::Domain { name, itself: below.is_none() }),
        Host::Ipv4(address) => Some(Servers::Network(IpAddr::from(address).into())),
        Host::Ipv6(address) => Some(Servers::Network(IpAddr::from(address).to_canonical().into())),
    }
}

fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_and_the_servers_that_they_name() {
        for (list, named, others) in [
            ("*", &["http://h/", "https://10.1.2.3:8443/", "http://[2001:db8::1]/"][..], &[][..]),
            ("a.example, *", &["http://h/", "http://10.1.2.3/"], &[]),
            ("*:8080", &["http://h:8080/"], &["http://h/"]),
            ("", &[], &["http://h/", "http://10.1.2.3/"]),
            (" , ,", &[], &["http://h/"]),
            (
                "example.com",
                &[
                    "http://example.com/",
                    "https://EXAMPLE.com:8443/",
                    "http://a.b.example.com/",
                    "http://example.com./",
                ],
                &["http://example.org/", "http://notexample.com/", "http://example.com.evil/", "http://com/"],
            ),
            ("Example.COM.", &["http://example.com/"], &["http://example.co/"]),
            (".example.com", &["http://example.com/", "http://a.example.com/"], &["http://notexample.com/"]),
            ("*.example.com", &["http://a.example.com/", "http://a.b.example.com/"], &["http://example.com/"]),
            ("*.example.com:8080", &["http://a.example.com:8080/"], &["http://a.example.com/"]),
            ("Bücher.example", &["http://xn--bcher-kva.example/"], &["http://bucher.example/"]),
            ("a.example b.example\tc.example", &["http://b.example/", "http://c.example/"], &["http://d.example/"]),
            ("h:8080", &["http://h:8080/", "http://a.h:8080/"], &["http://h/", "http://h:8081/"]),
            ("h:80,s:443,e:", &["http://h/", "https://s/", "http://e:9/"], &["https://h/", "http://s/"]),
            ("h:x,i:99999,:80", &[], &["http://h/", "http://i/", "http://h:80/"]),
            ("10.1.2.3", &["http://10.1.2.3/", "http://10.1.2.3:9/"], &["http://10.1.2.4/", "http://x.10.1.2.3.h/"]),
            ("10.1.2.3:8080", &["http://10.1.2.3:8080/"], &["http://10.1.2.3/"]),
            (
                "10.0.0.0/8,192.168.7.9/16",
                &["http://10.9.9.9/", "http://192.168.1.1/"],
                &["http://11.0.0.1/", "http://h/"],
            ),
            (
                "2001:db8::1,[2001:db8::2],[2001:DB8::3]:8443",
                &["http://[2001:db8::1]:9/", "http://[2001:db8::2]/", "https://[2001:db8::3]:8443/"],
                &["http://[2001:db8::4]/", "https://[2001:db8::3]/"],
            ),
            ("fd00::/8", &["http://[fd12::1]/"], &["http://[fe80::1]/", "http://fd00/"]),
            ("::ffff:10.1.2.3", &["http://10.1.2.3/", "http://[::ffff:10.1.2.3]/"], &["http://10.1.2.4/"]),
            ("10.0.0.0/99,[::1,a/b", &[], &["http://10.0.0.0/", "http://[::1]/", "http://a/"]),
        ] {
            let direct = Direct::new(list);
            let has = |uri: &&str| direct.has(&uri.parse().expect("a URI"));
            for uri in named {
                assert!(has(uri), "{list:?} {uri}");
            }
            for uri in others {
                assert!(!has(uri), "{list:?} {uri}");
            }
        }
    }
}
