//! Addresses that are no public server's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const METADATA: &str = "a metadata service's";
const LOOPBACK: &str = "a loopback address";
const PRIVATE: &str = "a private address";
const LINK_LOCAL: &str = "a link-local address";
const MULTICAST: &str = "a multicast address";
const UNSPECIFIED: &str = "an unspecified address";
const DOCUMENTATION: &str = "an address for documentation";
const BENCHMARKS: &str = "an address for benchmarks";
const RESERVED: &str = "a reserved address";

/// Networks by address, length of the prefix and kind; the first that fits counts. IANA's registries of addresses for
/// special purposes, and the metadata services that lie elsewhere.
const V4: [(Ipv4Addr, u32, &str); 20] = [
    (Ipv4Addr::new(169, 254, 169, 254), 32, METADATA),
    // Azure's, which is among the public addresses.
    (Ipv4Addr::new(168, 63, 129, 16), 32, METADATA),
    (Ipv4Addr::new(100, 100, 100, 200), 32, METADATA),
    (Ipv4Addr::new(192, 0, 0, 192), 32, METADATA),
    (Ipv4Addr::new(0, 0, 0, 0), 8, UNSPECIFIED),
    (Ipv4Addr::new(127, 0, 0, 0), 8, LOOPBACK),
    (Ipv4Addr::new(10, 0, 0, 0), 8, PRIVATE),
    (Ipv4Addr::new(172, 16, 0, 0), 12, PRIVATE),
    (Ipv4Addr::new(192, 168, 0, 0), 16, PRIVATE),
    (Ipv4Addr::new(169, 254, 0, 0), 16, LINK_LOCAL),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "an address shared behind a carrier's NAT"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, RESERVED),
    (Ipv4Addr::new(192, 0, 2, 0), 24, DOCUMENTATION),
    (Ipv4Addr::new(198, 51, 100, 0), 24, DOCUMENTATION),
    (Ipv4Addr::new(203, 0, 113, 0), 24, DOCUMENTATION),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 relay's"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, BENCHMARKS),
    (Ipv4Addr::new(224, 0, 0, 0), 4, MULTICAST),
    (Ipv4Addr::BROADCAST, 32, "the broadcast address"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, RESERVED),
];

/// The same for IPv6. What is not global unicast is reserved unless it is listed.
const V6: [(Ipv6Addr, u32, &str); 15] = [
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), 128, METADATA),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128, METADATA),
    (Ipv6Addr::LOCALHOST, 128, LOOPBACK),
    (Ipv6Addr::UNSPECIFIED, 128, UNSPECIFIED),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "a unique-local address"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, LINK_LOCAL),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "a site-local address"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, MULTICAST),
    // Both lead to an IPv4 address within, by relays that nobody needs any more.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "a Teredo address"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "a 6to4 address"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, DOCUMENTATION),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, DOCUMENTATION),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, BENCHMARKS),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, RESERVED),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "a discard-only address"),
];

/// What an address is, unless it may be a public server's.
pub(super) fn kind(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => kind_v6(address),
    }
}

fn kind_v4(address: Ipv4Addr) -> Option<&'static str> {
    let within = |&&(network, length, _): &&(Ipv4Addr, u32, _)| {
        let differing = address.to_bits() ^ network.to_bits();
        differing.leading_zeros() >= length
    };
    V4.iter().find(within).map(|(_, _, kind)| *kind)
}

fn kind_v6(address: Ipv6Addr) -> Option<&'static str> {
    let within = |&&(network, length, _): &&(Ipv6Addr, u32, _)| {
        let differing = address.to_bits() ^ network.to_bits();
        differing.leading_zeros() >= length
    };
    let known = || V6.iter().find(within).map(|(_, _, kind)| *kind);
    match address.segments() {
        // Mapped, and the well-known prefix of NAT64, by which networks without IPv4 reach all servers that have
        // nothing else: the address within counts.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => kind_v4(last(address)),
        // The compatible form, long abolished.
        [0, 0, 0, 0, 0, 0, ..] => known().or_else(|| kind_v4(last(address))).or(Some(RESERVED)),
        // Global unicast.
        [0x2000..=0x3fff, ..] => known(),
        _ => known().or(Some(RESERVED)),
    }
}

/// The IPv4 address in the last four bytes.
fn last(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(kind(text.parse().expect("an address")), expected, "{text}");
    }

    #[test]
    fn special_addresses() {
        for (text, expected) in [
            ("169.254.169.254", METADATA),
            ("168.63.129.16", METADATA),
            ("100.100.100.200", METADATA),
            ("192.0.0.192", METADATA),
            ("fd00:ec2::254", METADATA),
            ("fd20:ce::254", METADATA),
            ("0.0.0.0", UNSPECIFIED),
            ("0.1.2.3", UNSPECIFIED),
            ("::", UNSPECIFIED),
            ("127.0.0.1", LOOPBACK),
            ("127.255.255.254", LOOPBACK),
            ("::1", LOOPBACK),
            ("10.255.0.1", PRIVATE),
            ("172.16.0.1", PRIVATE),
            ("172.31.255.255", PRIVATE),
            ("192.168.1.1", PRIVATE),
            ("169.254.0.1", LINK_LOCAL),
            ("fe80::1", LINK_LOCAL),
            ("febf::1", LINK_LOCAL),
            ("fec0::1", "a site-local address"),
            ("fc00::1", "a unique-local address"),
            ("fdff::1", "a unique-local address"),
            ("100.64.0.1", "an address shared behind a carrier's NAT"),
            ("100.127.255.255", "an address shared behind a carrier's NAT"),
            ("192.0.0.9", RESERVED),
            ("192.0.2.1", DOCUMENTATION),
            ("198.51.100.1", DOCUMENTATION),
            ("203.0.113.1", DOCUMENTATION),
            ("192.88.99.1", "a 6to4 relay's"),
            ("198.19.255.255", BENCHMARKS),
            ("224.0.0.1", MULTICAST),
            ("239.255.255.255", MULTICAST),
            ("ff02::1", MULTICAST),
            ("240.0.0.1", RESERVED),
            ("255.255.255.255", "the broadcast address"),
            ("2001:db8::1", DOCUMENTATION),
            ("3fff:fff::1", DOCUMENTATION),
            ("2001:2::1", BENCHMARKS),
            ("2001:10::1", RESERVED),
            ("100::1", "a discard-only address"),
            ("4000::1", RESERVED),
            ("64:ff9b:1::1", RESERVED),
        ] {
            check(text, Some(expected));
        }
    }

    #[test]
    fn addresses_within_addresses() {
        check("::ffff:127.0.0.1", Some(LOOPBACK));
        check("::ffff:169.254.169.254", Some(METADATA));
        check("::ffff:8.8.8.8", None);
        check("64:ff9b::10.0.0.1", Some(PRIVATE));
        check("64:ff9b::8.8.8.8", None);
        check("::10.0.0.1", Some(PRIVATE));
        check("::8.8.8.8", Some(RESERVED));
        check("::ffff:0:10.0.0.1", Some(RESERVED));
        check("2002:7f00:1::1", Some("a 6to4 address"));
        check("2001:0:7f00:1::1", Some("a Teredo address"));
    }

    #[test]
    fn public_addresses() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "168.63.129.15",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "3ffe::1",
        ] {
            check(text, None);
        }
    }
}
