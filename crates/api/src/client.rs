//! Where a request comes from: the peer, or whom a trusted proxy names.

use std::{
    convert::Infallible,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, request::Parts},
};
use lanyard_core::network::{Network, masked};

use crate::App;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Why a text is no list of proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotProxies;

impl fmt::Display for NotProxies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("must be addresses or networks, comma-separated, such as 10.0.0.0/8,fd00::/8 (never all: /0)")
    }
}

impl std::error::Error for NotProxies {}

/// Proxies whose word about the client's address is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

impl FromStr for TrustedProxies {
    type Err = NotProxies;

    fn from_str(text: &str) -> Result<Self, NotProxies> {
        let networks = text.split(',').map(|entry| entry.trim().parse());
        let networks: Result<_, _> = networks.collect();
        Ok(Self(networks.map_err(|_| NotProxies)?))
    }
}

/// The address that a request comes from, as far as it can be believed. An IPv4-mapped address is an IPv4 one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The peer; or, as long as that is a trusted proxy, whom it says that it speaks for. Each proxy adds its own peer
    /// to the right of `X-Forwarded-For`, so everything left of the first address that isn't trusted is hearsay.
    #[must_use]
    pub fn find(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> Self {
        let mut address = peer.to_canonical();
        let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
        let hops = lines
            .iter()
            .rev()
            .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for hop in hops {
            if !proxies.contains(address) {
                break;
            }
            match std::str::from_utf8(hop).ok().and_then(parse_hop) {
                Some(next) => address = next,
                None => break,
            }
        }
        Self(address)
    }

    /// The address.
    #[must_use]
    pub fn address(self) -> IpAddr {
        self.0
    }

    /// What one client can be assumed to have at its disposal, and so what limits are counted by: an IPv4 address, or
    /// the /64 of an IPv6 one.
    #[must_use]
    pub fn block(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(_) => masked(self.0, 64),
        }
    }
}

/// An address, with a port if the proxy is one that adds it.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches([' ', '\t']);
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']');
    let address = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|both| both.ip()))
        .or_else(|| Some(in_brackets()?.parse::<Ipv6Addr>().ok()?.into()))?;
    Some(address.to_canonical())
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        // The accept loop puts it there. Without it all clients would count as one, which only limits more.
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
        Ok(Self::find(peer, &parts.headers, &app.trusted_proxies))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{ClientAddress, TrustedProxies};

    const PROXIES: &str = "10.0.0.0/8, 192.0.2.7, fd00::/8, ::1";

    fn find_with(peer: &str, headers: &[(&'static str, &[u8])]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_bytes(value).unwrap();
            map.append(HeaderName::from_static(name), value);
        }
        let proxies = PROXIES.parse().unwrap();
        ClientAddress::find(peer.parse().unwrap(), &map, &proxies).to_string()
    }

    fn find(peer: &str, lines: &[&str]) -> String {
        let headers: Vec<_> = lines
            .iter()
            .map(|line| ("x-forwarded-for", line.as_bytes()))
            .collect();
        find_with(peer, &headers)
    }

    #[test]
    fn a_client_that_is_no_proxy_can_claim_nothing() {
        for line in [
            "1.2.3.4",
            "10.0.0.1",
            "1.2.3.4, 10.0.0.1",
            "::1",
            "127.0.0.1",
        ] {
            assert_eq!(find("203.0.113.9", &[line]), "203.0.113.9", "{line}");
            assert_eq!(find("2001:db8::9", &[line]), "2001:db8::9", "{line}");
        }
        // Near the trusted ones, and yet not of them.
        for peer in ["11.0.0.1", "192.0.2.6", "192.0.2.8", "fe00::1", "::2"] {
            assert_eq!(find(peer, &["1.2.3.4"]), peer);
        }
    }

    #[test]
    fn a_proxy_is_believed_about_its_own_peer_only() {
        assert_eq!(find("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(find("10.0.0.1", &["1.2.3.4, 203.0.113.9"]), "203.0.113.9");
        let behind_two = "1.2.3.4,203.0.113.9 ,\t10.9.9.9";
        assert_eq!(find("192.0.2.7", &[behind_two]), "203.0.113.9");
        assert_eq!(
            find("::1", &["1.2.3.4, 2001:db8::9, fd00::5"]),
            "2001:db8::9"
        );
    }

    #[test]
    fn several_lines_are_one_list() {
        assert_eq!(find("10.0.0.1", &["1.2.3.4", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(
            find("10.0.0.1", &["203.0.113.9", "10.0.0.2, 10.0.0.3"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn whoever_only_passed_proxies_is_the_first_of_them() {
        assert_eq!(find("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(find("10.0.0.1", &["10.0.0.9, 10.0.0.2"]), "10.0.0.9");
    }

    #[test]
    fn what_cannot_be_read_ends_the_search() {
        for garbage in [
            "",
            "unknown",
            "1.2.3",
            "1.2.3.4.5",
            "0x7f000001",
            "1.2.3.4:",
            "01.2.3.4",
            "_hidden",
            "[::1",
            "fe80::1%eth0",
        ] {
            let line = format!("1.2.3.4, {garbage}");
            assert_eq!(find("10.0.0.1", &[&line]), "10.0.0.1", "{garbage}");
            let line = format!("{garbage}, 10.0.0.2");
            assert_eq!(find("10.0.0.1", &[&line]), "10.0.0.2", "{garbage}");
        }
        let not_text = [("x-forwarded-for", &b"1.2.3.4, \xff"[..])];
        assert_eq!(find_with("10.0.0.1", &not_text), "10.0.0.1");
    }

    #[test]
    fn no_other_header_says_who_asks() {
        for name in [
            "forwarded",
            "x-real-ip",
            "cf-connecting-ip",
            "true-client-ip",
            "x-client-ip",
            "x-forwarded",
            "client-ip",
            "x-cluster-client-ip",
            "x-originating-ip",
            "fastly-client-ip",
        ] {
            let headers = [(name, &b"1.2.3.4"[..])];
            assert_eq!(find_with("10.0.0.1", &headers), "10.0.0.1", "{name}");
        }
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_understood() {
        for (hop, address) in [
            ("203.0.113.9:8080", "203.0.113.9"),
            ("[2001:db8::9]:8080", "2001:db8::9"),
            ("[2001:db8::9]", "2001:db8::9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
        ] {
            assert_eq!(find("10.0.0.1", &[hop]), address, "{hop}");
        }
        // A server that listens on [::] sees its IPv4 peers mapped.
        assert_eq!(find("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(find("::ffff:203.0.113.9", &["1.2.3.4"]), "203.0.113.9");
    }

    #[test]
    fn all_addresses_of_a_v6_client_are_one() {
        let block = |text: &str| ClientAddress(text.parse().unwrap()).block().to_string();
        assert_eq!(block("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(block("2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
        assert_eq!(block("2001:db8:1:3::1"), "2001:db8:1:3::");
        assert_eq!(block("203.0.113.9"), "203.0.113.9");
    }

    #[test]
    fn a_list_of_proxies_that_cannot_be_read_is_refused_whole() {
        for bad in [
            "",
            "proxy.example",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "0.0.0.0/0",
            "::/0",
            "fd00::/129",
            "10.0.0.1,,10.0.0.2",
            "10.0.0.1;10.0.0.2",
            "10.0.0.1:80",
        ] {
            assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
        }
        let mapped: TrustedProxies = "::ffff:10.0.0.0/104".parse().unwrap();
        assert!(mapped.contains("10.200.0.1".parse().unwrap()));
        assert!(!mapped.contains("11.0.0.1".parse().unwrap()));
        // Bits after the prefix don't count.
        let sloppy: TrustedProxies = "10.1.2.3/8".parse().unwrap();
        assert!(sloppy.contains("10.200.0.1".parse().unwrap()));
    }
}
