//! Which addresses a request of the server may go to.
//!
//! What is not reachable from everywhere stands in the registries of IANA (IPv4 and IPv6 Special-Purpose Address
//! Registry, RFC 6890). Of IPv6 only the global unicast space is public; an IPv4 address inside of an IPv6 address is
//! judged as what it is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// How far requests go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public addresses alone.
    Public,
    /// Also this machine.
    Loopback,
    /// Also this machine and private networks (RFC 1918, RFC 4193, RFC 6598). Link-local addresses stay out of reach:
    /// clouds hand out credentials there.
    Private,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(segments: [u16; 3], bits: u8) -> Ipv6Net {
    let [a, b, c] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), bits)
}

const LOOPBACK: Ipv4Net = v4(127, 0, 0, 0, 8);

const PRIVATE: [Ipv4Net; 4] = [
    v4(10, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    // Shared by the customers of a provider, and used inside of clouds.
    v4(100, 64, 0, 0, 10),
];

/// Neither public nor private.
const SPECIAL: [Ipv4Net; 10] = [
    v4(0, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

const UNIQUE_LOCAL: Ipv6Net = v6([0xfc00, 0, 0], 7);
const GLOBAL: Ipv6Net = v6([0x2000, 0, 0], 3);
/// RFC 6052: the last four bytes are an IPv4 address.
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0], 96);

/// Within the global space, and not reachable from everywhere: protocol assignments with Teredo, documentation,
/// 6to4.
const SPECIAL_GLOBAL: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0], 23),
    v6([0x2001, 0xdb8, 0], 32),
    v6([0x2002, 0, 0], 16),
    v6([0x3fff, 0, 0], 20),
];

/// What an address is.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Public,
    Loopback,
    Private,
    Special,
}

impl Reach {
    /// Whether an address is within reach.
    pub(crate) fn includes(self, address: IpAddr) -> bool {
        match place(address) {
            Place::Public => true,
            Place::Loopback => self != Self::Public,
            Place::Private => self == Self::Private,
            Place::Special => false,
        }
    }
}

fn place(address: IpAddr) -> Place {
    match address.to_canonical() {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

fn of_v4(address: Ipv4Addr) -> Place {
    if LOOPBACK.contains(&address) {
        Place::Loopback
    } else if PRIVATE.iter().any(|range| range.contains(&address)) {
        Place::Private
    } else if SPECIAL.iter().any(|range| range.contains(&address)) {
        Place::Special
    } else {
        Place::Public
    }
}

fn of_v6(address: Ipv6Addr) -> Place {
    if address.is_loopback() {
        return Place::Loopback;
    }
    if NAT64.contains(&address) {
        let [.., a, b, c, d] = address.octets();
        return of_v4(Ipv4Addr::new(a, b, c, d));
    }
    if UNIQUE_LOCAL.contains(&address) {
        return Place::Private;
    }
    let is_special = SPECIAL_GLOBAL.iter().any(|range| range.contains(&address));
    if GLOBAL.contains(&address) && !is_special {
        Place::Public
    } else {
        Place::Special
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_reached_as_the_registries_say() {
        for (place_of, addresses) in [
            (
                Place::Public,
                &[
                    "8.8.8.8",
                    "172.32.0.1",
                    "100.128.0.1",
                    "2606:4700::1111",
                    "2001:4860:4860::8888",
                    "64:ff9b::808:808",
                    "::ffff:8.8.8.8",
                ][..],
            ),
            (
                Place::Loopback,
                &["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"],
            ),
            (
                Place::Private,
                &[
                    "10.0.0.1",
                    "172.16.0.1",
                    "172.31.255.255",
                    "192.168.1.1",
                    "100.64.0.1",
                    "fd00::1",
                    "fc00::1",
                    "::ffff:10.0.0.1",
                    "64:ff9b::10.0.0.1",
                ],
            ),
            (
                Place::Special,
                &[
                    "0.0.0.0",
                    "0.1.2.3",
                    "169.254.169.254",
                    "192.0.0.8",
                    "198.18.0.1",
                    "203.0.113.1",
                    "224.0.0.1",
                    "255.255.255.255",
                    "::",
                    "fe80::1",
                    "ff02::1",
                    "2001:db8::1",
                    "2001::1",
                    "2002:a00:1::",
                    "fec0::1",
                    "::127.0.0.1",
                    "64:ff9b::169.254.169.254",
                ],
            ),
        ] {
            for address in addresses {
                let address: IpAddr = address.parse().expect(address);
                assert_eq!(place(address), place_of, "{address}");
                let reached = [Reach::Public, Reach::Loopback, Reach::Private]
                    .map(|reach| reach.includes(address));
                let expected = match place_of {
                    Place::Public => [true, true, true],
                    Place::Loopback => [false, true, true],
                    Place::Private => [false, false, true],
                    Place::Special => [false, false, false],
                };
                assert_eq!(reached, expected, "{address}");
            }
        }
    }
}
