//! Where calls may go whose URL a newsroom has chosen: to the internet at large, and to what the operator allows beside it.

use std::{fmt, net::IpAddr, str::FromStr};

use crate::network::{Network, is_public};

/// Why a text is no list of exceptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be hosts, addresses or networks, comma-separated, such as coral.internal,127.0.0.0/8 (never all: /0)"
)]
pub struct NotExceptions;

/// What calls may reach although it isn't public, and without TLS: hosts by their names, and networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboundAllow {
    hosts: Vec<Box<str>>,
    networks: Vec<Network>,
}

impl OutboundAllow {
    /// Whether the operator lists the host. A last dot makes no other host of it.
    #[must_use]
    pub fn lists_host(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        self.hosts
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(host))
    }

    /// Whether the operator lists the address.
    #[must_use]
    pub fn lists(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }

    /// Whether the operator lists any network.
    #[must_use]
    pub fn lists_networks(&self) -> bool {
        !self.networks.is_empty()
    }

    /// Whether a call over TLS may reach the address.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        is_public(address) || self.lists(address)
    }
}

impl FromStr for OutboundAllow {
    type Err = NotExceptions;

    fn from_str(text: &str) -> Result<Self, NotExceptions> {
        let mut allow = Self::default();
        for entry in text.split(',').map(str::trim) {
            if let Ok(network) = entry.parse() {
                allow.networks.push(network);
            } else if is_name(entry) {
                allow.hosts.push(entry.to_ascii_lowercase().into());
            } else {
                return Err(NotExceptions);
            }
        }
        Ok(allow)
    }
}

/// A host's name: labels of letters, digits and hyphens (RFC 1123, section 2.1), the last of which begins with a letter.
/// Without that, `127.1` would be a name here and an address to whoever connects.
fn is_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.split('.').all(label)
        && last.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
}

impl fmt::Display for OutboundAllow {
    /// As the setting has it; nothing where nothing is listed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts = self.hosts.iter().map(ToString::to_string);
        let networks = self.networks.iter().map(ToString::to_string);
        formatter.write_str(&hosts.chain(networks).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::OutboundAllow;

    #[test]
    fn only_the_internet_is_reached_unless_the_operator_lists_more() {
        let none = OutboundAllow::default();
        assert!(none.permits("1.1.1.1".parse().unwrap()));
        assert!(!none.permits("127.0.0.1".parse().unwrap()));
        assert!(!none.lists_host("localhost"));
        let some: OutboundAllow = "127.0.0.0/8, Coral.Internal,fd00::1".parse().unwrap();
        for listed in ["127.0.0.1", "::ffff:127.0.0.1", "fd00::1"] {
            assert!(some.lists(listed.parse().unwrap()), "{listed}");
        }
        for other in ["1.1.1.1", "::1", "10.0.0.1", "fd00::2"] {
            assert!(!some.lists(other.parse().unwrap()), "{other}");
        }
        assert!(some.permits("1.1.1.1".parse().unwrap()));
        assert!(some.lists_host("coral.internal") && some.lists_host("CORAL.internal."));
        assert!(!some.lists_host("x.coral.internal") && !some.lists_host("coral.internal.."));
        assert_eq!(some.to_string(), "coral.internal, 127.0.0.0/8, fd00::1/128");
    }

    #[test]
    fn what_is_neither_host_nor_network_is_no_exception() {
        for bad in [
            "",
            "a,,b",
            "0.0.0.0/0",
            "10.0.0.0/33",
            "127.1",
            "0x7f000001",
            "http://coral",
            "coral:3000",
            "[::1]",
            "*",
            "*.internal",
            "a..b",
            "bücher.example",
        ] {
            assert!(bad.parse::<OutboundAllow>().is_err(), "{bad}");
        }
    }
}
