//! Egress: where requests of guests may lead, and what they carry there. Every rule about it is in this folder.
//!
//! The first hop of a request leads to a URL that the manifest or the operator names; that may be any address. So may a
//! hop after a redirect to a URL that is named, too. Whatever else a server redirects to has to be a public address.
//! What is checked is the address that is dialled: a name is looked up once for each connection, each address of the
//! answer is checked, and these very addresses are dialled. So a name server gains nothing by changing its mind.
//!
//! Through a proxy the proxy looks the name up and dials. There, only what can be seen from here is refused: addresses
//! written as such, and names of this machine or its network. What a public name means to the proxy is the proxy's to
//! check.

mod address;
pub(crate) mod headers;

use std::net::{IpAddr, SocketAddr};

use address::kind;

/// What is thought of the URL that a server redirects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// The manifest or the operator names it: any address.
    Named,
    /// Only the server does: a public address.
    Found,
    /// It is not followed.
    Refused,
}

/// Which redirects to URLs that nobody names are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redirects {
    /// Those to public addresses.
    #[default]
    Public,
    /// None.
    Named,
}

impl Redirects {
    /// What is thought of a URL that only a server names.
    pub(crate) fn found(self) -> Hop {
        match self {
            Self::Public => Hop::Found,
            Self::Named => Hop::Refused,
        }
    }
}

/// Which addresses a connection may be made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Any.
    Anywhere,
    /// Only public ones.
    Public,
}

/// An address or a name that is no public server's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// An address.
    #[error("{address} is {kind}")]
    Address {
        /// As it would have been dialled.
        address: IpAddr,
        /// What it is.
        kind: &'static str,
    },
    /// An address of a name.
    #[error("{name} has the address {address}, which is {kind}")]
    Resolved {
        /// What was looked up.
        name: String,
        /// The address of the answer.
        address: IpAddr,
        /// What it is.
        kind: &'static str,
    },
    /// A name of this machine or of its own network, whatever its addresses are.
    #[error("{0} is a name of this machine or of its own network")]
    Name(String),
}

/// Ends of names that no public server has (RFC 6761, 6762, 8375; ICANN keeps `internal` for private use), and a name
/// of Google's metadata service. Names without a dot belong to the network's own domain.
const LOCAL: [&str; 6] = ["localhost", "localdomain", "local", "internal", "home.arpa", "metadata.goog"];

impl Reach {
    /// Checks the host of a URL: an address or a name as a URL has it, IPv6 with or without brackets.
    ///
    /// # Errors
    /// [`Denied`]
    pub(crate) fn check_host(self, host: &str) -> Result<(), Denied> {
        if self == Self::Anywhere {
            return Ok(());
        }
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            return kind(address).map_or(Ok(()), |kind| Err(Denied::Address { address, kind }));
        }
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let below = |end: &str| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let local = !name.contains('.') || LOCAL.into_iter().any(below);
        if local { Err(Denied::Name(host.to_owned())) } else { Ok(()) }
    }

    /// Checks each address that was found for a name.
    ///
    /// # Errors
    /// [`Denied`], also where only one of several is no public one: no honest name has both kinds.
    pub(crate) fn check_addresses(self, name: &str, found: &[SocketAddr]) -> Result<(), Denied> {
        if self == Self::Anywhere {
            return Ok(());
        }
        let denied = found.iter().find_map(|found| Some((found.ip(), kind(found.ip())?)));
        denied.map_or(Ok(()), |(address, kind)| Err(Denied::Resolved { name: name.to_owned(), address, kind }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let denied = |host: &str| Reach::Public.check_host(host).is_err();
        for host in [
            "127.0.0.1",
            "[::1]",
            "::1",
            "localhost",
            "LocalHost.",
            "a.localhost",
            "localhost.localdomain",
            "printer",
            "printer.local",
            "db.svc.cluster.local",
            "metadata.google.internal",
            "metadata.goog",
            "router.home.arpa",
            "",
        ] {
            assert!(denied(host), "{host}");
            assert_eq!(Reach::Anywhere.check_host(host), Ok(()));
        }
        for host in
            ["8.8.8.8", "[2606:4700::1111]", "example.com", "localhost.example.com", "notlocal.example", "x.mylocal"]
        {
            assert!(!denied(host), "{host}");
        }
    }

    #[test]
    fn one_address_is_enough() {
        let found = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| SocketAddr::new(text.parse().expect("an address"), 0)).collect()
        };
        let mixed = found(&["8.8.8.8", "10.0.0.1"]);
        let error = Reach::Public.check_addresses("h", &mixed).expect_err("denied");
        assert_eq!(error.to_string(), "h has the address 10.0.0.1, which is a private address");
        assert_eq!(Reach::Anywhere.check_addresses("h", &mixed), Ok(()));
        assert_eq!(Reach::Public.check_addresses("h", &found(&["8.8.8.8", "2606:4700::1111"])), Ok(()));
    }
}
