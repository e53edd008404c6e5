//! Where a client is: the network that limits count by, and which proxies may name it.
//!
//! Rules:
//! - An IPv4 client is its address. An IPv6 client is its /64, because one host commands a whole /64
//!   (RFC 6177, RFC 8981) and could otherwise have a new address for each request.
//! - The address is that of the connection. A header names it only where the peer of the connection is a
//!   trusted proxy, since any client can write a header (OWASP ASVS 5.0, 4.1.3).
//! - Each proxy appends the address of its own peer on the right, so the list is read from right to left,
//!   and the first address that is not a trusted proxy is the client (RFC 7239 §5.2 and §8.1). What stands
//!   further to the left was written by the client.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use http::HeaderMap;
use http::header::FORWARDED;
use ipnet::IpNet;

/// The older header of proxies; RFC 7239 replaces it, and nearly all proxies still write it.
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The part of an IPv6 address that belongs to the network.
const NETWORK_BITS: u128 = !0 << 64;

/// The network of a client: an IPv4 address or an IPv6 /64.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network(IpAddr);

/// The proxies that may name the client in a header, as a list of addresses and CIDR ranges.
///
/// ```
/// use auth_runtime::network::TrustedProxies;
///
/// let proxies: TrustedProxies = "127.0.0.1, 10.0.0.0/8, fd00::/8".parse()?;
/// assert!(proxies.contains("10.1.2.3".parse().expect("an address")));
/// assert!("proxy.example.com".parse::<TrustedProxies>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    ranges: Vec<IpNet>,
    /// Whether the operator has said which proxies there are, be it `none`.
    is_declared: bool,
}

/// Where the client of a request is, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// The client is in this network.
    Known(Network),
    /// The connection has no address: the application does not hand it over.
    NoAddress,
    /// The peer is most likely a proxy that is not declared, so its address is not the client's, and its
    /// header cannot be trusted.
    BehindUndeclaredProxy(IpAddr),
}

impl Network {
    /// The network of an address. An IPv4 address that is mapped into IPv6 counts as IPv4.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & NETWORK_BITS))
            }
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(address) => write!(f, "{address}/64"),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TrustedProxies {
    /// Whether the operator has said which proxies there are, be it `none`.
    pub fn is_declared(&self) -> bool {
        self.is_declared
    }

    /// Whether this address is a trusted proxy.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.ranges.iter().any(|range| range.contains(&address))
    }

    /// Where the client of a request is. `peer` is the other end of the connection, where it is known.
    pub fn locate(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Location {
        let Some(peer) = peer.map(|peer| peer.ip().to_canonical()) else {
            return Location::NoAddress;
        };
        if !self.contains(peer) {
            let is_proxy = !self.is_declared && is_internal(peer) && names_a_client(headers);
            return if is_proxy {
                Location::BehindUndeclaredProxy(peer)
            } else {
                Location::Known(Network::of(peer))
            };
        }
        let standard = values(headers, FORWARDED.as_str());
        let older = values(headers, X_FORWARDED_FOR);
        let standard = standard.map(|list| self.first_untrusted(peer, forwarded(&list)));
        let older = older.map(|list| self.first_untrusted(peer, x_forwarded_for(&list)));
        // A proxy writes one of the two headers and passes on what the client wrote into the other. Where
        // they contradict each other, one of them is made up, and the client must not choose which counts.
        let client = match (standard, older) {
            (Some(one), Some(other)) if one != other => peer,
            (Some(one), _) | (None, Some(one)) => one,
            (None, None) => peer,
        };
        Location::Known(Network::of(client))
    }

    /// The client, by the addresses that the proxies noted, last one first. An address that cannot be read
    /// ends the list: the client is then counted as the proxy that reported it.
    fn first_untrusted(&self, peer: IpAddr, noted: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut nearest = peer;
        for address in noted {
            let Some(address) = address else { break };
            nearest = address.to_canonical();
            if !self.contains(nearest) {
                break;
            }
        }
        nearest
    }
}

/// The ranges with commas between them, or `none`.
impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges: Vec<_> = self.ranges.iter().map(ToString::to_string).collect();
        if ranges.is_empty() {
            return f.write_str("none");
        }
        f.write_str(&ranges.join(", "))
    }
}

/// Reads addresses and CIDR ranges with commas between them; `none` says that there is no proxy.
impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_declared = true;
        if text.trim().eq_ignore_ascii_case("none") {
            return Ok(Self {
                ranges: Vec::new(),
                is_declared,
            });
        }
        let ranges = text.split(',').map(str::trim).map(|range| {
            let address = range.parse::<IpAddr>().map(IpNet::from);
            let range = address.or_else(|_| range.parse::<IpNet>()).map_err(|_| {
                format!(
                    "`{range}` must be an address or a range such as 10.0.0.0/8, with commas between \
                     several, or `none`"
                )
            });
            range.map(|range| range.trunc())
        });
        Ok(Self {
            ranges: ranges.collect::<Result<_, _>>()?,
            is_declared,
        })
    }
}

/// All values of a header as one list (RFC 9110 §5.3); `None` without the header.
fn values(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(name).iter();
    // What is not ASCII is not an address either; it must still hold its place in the list.
    let lines: Vec<_> = lines.map(|line| line.to_str().unwrap_or("?")).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// The addresses of `Forwarded` (RFC 7239 §4), last one first.
fn forwarded(list: &str) -> impl Iterator<Item = Option<IpAddr>> {
    rfc7239::parse(list).rev().map(|node| {
        let identifier = node.ok()?.forwarded_for?;
        identifier.ip().copied()
    })
}

/// The addresses of `X-Forwarded-For`, last one first; some proxies add the port.
fn x_forwarded_for(list: &str) -> impl Iterator<Item = Option<IpAddr>> {
    list.rsplit(',').map(str::trim).map(|address| {
        let with_port = || address.parse::<SocketAddr>().ok().map(|it| it.ip());
        address.parse().ok().or_else(with_port)
    })
}

fn names_a_client(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED) || headers.contains_key(X_FORWARDED_FOR)
}

/// Whether the address is one that the internet does not route (RFC 6890): a peer there that writes
/// forwarding headers is the operator's own proxy.
pub(crate) fn is_internal(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                // Shared address space (RFC 6598), used by container networks and cloud balancers.
                || (address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64)
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a header value"));
        }
        headers
    }

    fn locate(proxies: &str, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let proxies = match proxies {
            "" => TrustedProxies::default(),
            text => text.parse().expect("a list"),
        };
        let peer = SocketAddr::new(address(peer), 1);
        match proxies.locate(Some(peer), &headers(lines)) {
            Location::Known(network) => network.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_network_is_an_ipv4_address_or_an_ipv6_64() {
        let network = |text| Network::of(address(text));
        assert_eq!(network("203.0.113.7").to_string(), "203.0.113.7");
        assert_ne!(network("203.0.113.7"), network("203.0.113.8"));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("2001:db8::1").to_string(), "2001:db8::/64");
        assert_eq!(network("::ffff:203.0.113.7"), network("203.0.113.7"));
    }

    #[test]
    fn a_header_of_an_untrusted_peer_is_ignored() {
        let lines = [
            ("x-forwarded-for", "203.0.113.7"),
            ("forwarded", "for=203.0.113.7"),
        ];
        assert_eq!(locate("", "198.51.100.1", &lines), "198.51.100.1");
        assert_eq!(locate("none", "127.0.0.1", &lines), "127.0.0.1");
        assert_eq!(locate("10.0.0.0/8", "127.0.0.1", &lines), "127.0.0.1");
        assert_eq!(locate("10.0.0.0/8", "11.0.0.1", &lines), "11.0.0.1");
    }

    #[test]
    fn an_internal_peer_that_forwards_is_a_proxy_that_was_not_declared() {
        let lines = [("x-forwarded-for", "203.0.113.7")];
        for peer in ["127.0.0.1", "10.0.0.1", "100.64.0.1", "::1", "fd00::1"] {
            assert!(locate("", peer, &lines).starts_with("Behind"), "{peer}");
            assert!(!locate("", peer, &[]).starts_with("Behind"), "{peer}");
        }
    }

    #[test]
    fn the_list_is_read_from_right_to_left() {
        let trusted = "10.0.0.0/8, fd00::/8";
        for (value, client) in [
            ("203.0.113.7", "203.0.113.7"),
            ("6.6.6.6, 203.0.113.7", "203.0.113.7"),
            ("6.6.6.6, 203.0.113.7, 10.0.0.2, 10.0.0.3", "203.0.113.7"),
            ("203.0.113.7:4711", "203.0.113.7"),
            ("[2001:db8::7]:4711, fd00::2", "2001:db8::/64"),
            ("2001:db8::7", "2001:db8::/64"),
            // Everything is trusted: the client is inside.
            ("10.0.0.9, 10.0.0.2", "10.0.0.9"),
            // What cannot be read counts as the proxy that reported it.
            ("203.0.113.7, unknown", "10.0.0.1"),
            ("203.0.113.7, unknown, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
        ] {
            let lines = [("x-forwarded-for", value)];
            assert_eq!(locate(trusted, "10.0.0.1", &lines), client, "{value}");
        }
        let two = [
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-for", "203.0.113.7, 10.0.0.2"),
        ];
        assert_eq!(locate(trusted, "10.0.0.1", &two), "203.0.113.7");
        assert_eq!(locate(trusted, "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(locate(trusted, "::ffff:10.0.0.1", &two), "203.0.113.7");
    }

    #[test]
    fn the_standard_header_is_read_in_all_its_forms() {
        for (value, client) in [
            ("for=203.0.113.7;proto=https;by=10.0.0.1", "203.0.113.7"),
            ("For=\"203.0.113.7:4711\"", "203.0.113.7"),
            ("for=6.6.6.6, for=203.0.113.7, for=10.0.0.2", "203.0.113.7"),
            (
                "for=\"[2001:db8::7]:4711\", for=10.0.0.2;host=x",
                "2001:db8::/64",
            ),
            ("for=203.0.113.7, for=_hidden", "10.0.0.1"),
            ("for=203.0.113.7, for=unknown", "10.0.0.1"),
            ("for=203.0.113.7, nonsense", "10.0.0.1"),
            ("for=\"6.6.6.6, for=203.0.113.7", "203.0.113.7"),
        ] {
            let lines = [("forwarded", value)];
            assert_eq!(locate("10.0.0.0/8", "10.0.0.1", &lines), client, "{value}");
        }
    }

    #[test]
    fn headers_that_contradict_each_other_count_as_the_proxy() {
        let ask = |standard: &str| {
            let lines = [("x-forwarded-for", "203.0.113.7"), ("forwarded", standard)];
            locate("10.0.0.0/8", "10.0.0.1", &lines)
        };
        assert_eq!(ask("for=203.0.113.7"), "203.0.113.7");
        assert_eq!(ask("for=6.6.6.6"), "10.0.0.1");
    }

    #[test]
    fn the_setting_takes_addresses_and_ranges_and_nothing_else() {
        let proxies: TrustedProxies = "127.0.0.1, 10.1.2.3/8,fd00::/8".parse().expect("a list");
        for inside in ["127.0.0.1", "10.200.0.1", "fd12::1", "::ffff:10.0.0.1"] {
            assert!(proxies.contains(address(inside)), "{inside}");
        }
        for outside in ["127.0.0.2", "11.0.0.1", "fe80::1"] {
            assert!(!proxies.contains(address(outside)), "{outside}");
        }
        for wrong in ["", "nginx", "10.0.0.0/33", "10.0.0.1,", "*"] {
            let error = wrong.parse::<TrustedProxies>().expect_err(wrong);
            assert!(error.contains("such as 10.0.0.0/8"), "{error}");
        }
        assert_eq!(
            TrustedProxies::default().locate(None, &HeaderMap::new()),
            Location::NoAddress
        );
    }
}
