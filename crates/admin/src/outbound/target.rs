//! A URL that may be called, as far as its text tells.

use lanyard_core::outbound::OutboundAllow;
use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Forbidden;

/// A URL that was judged. The address behind a name is judged when it is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Url);

impl Target {
    pub(super) fn judge(root: &str, path: &str, allow: &OutboundAllow) -> Result<Self, Forbidden> {
        // Reading it as the web does (WHATWG URL) turns all spellings of an address into one: 127.1, 0x7f000001, ...
        let mut url = Url::parse(root).map_err(|_| Forbidden::Url)?;
        if url.query().is_some() || url.fragment().is_some() || url.cannot_be_a_base() {
            return Err(Forbidden::Url);
        }
        let path = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(Forbidden::Url),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::UserInfo);
        }
        let host = url.host_str().unwrap_or_default();
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let loopback = [
            IpAddr::from(Ipv4Addr::LOCALHOST),
            Ipv6Addr::LOCALHOST.into(),
        ];
        let may_be = match literal {
            _ if allow.lists_host(host) => true,
            Some(address) if plain => allow.lists(address),
            Some(address) => allow.permits(address),
            None if is_localhost(host) => loopback.iter().any(|address| allow.lists(*address)),
            // Where the name leads is seen when it is looked up: without TLS to what is listed only.
            None => !plain || allow.lists_networks(),
        };
        match (may_be, plain, literal) {
            (true, ..) => Ok(Self(url)),
            (false, true, None) if !is_localhost(host) => Err(Forbidden::Plain),
            (false, true, Some(address)) if allow.permits(address) => Err(Forbidden::Plain),
            (false, ..) => Err(Forbidden::Address),
        }
    }

    pub(super) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    pub(super) fn url(&self) -> Url {
        self.0.clone()
    }
}

/// Names that stand for this machine (RFC 6761, section 6.3).
fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::{Forbidden, Target};

    fn judge(root: &str, allow: &str) -> Result<String, Forbidden> {
        let allow = if allow.is_empty() {
            Default::default()
        } else {
            allow.parse().unwrap()
        };
        Target::judge(root, "/api/graphql", &allow).map(|target| target.0.to_string())
    }

    #[test]
    fn a_public_url_over_tls_may_be_called() {
        for (root, url) in [
            ("https://coral.example", "https://coral.example/api/graphql"),
            (
                "https://coral.example:8443/talk/",
                "https://coral.example:8443/talk/api/graphql",
            ),
            ("https://1.1.1.1", "https://1.1.1.1/api/graphql"),
            (
                "https://[2606:4700::1]",
                "https://[2606:4700::1]/api/graphql",
            ),
        ] {
            assert_eq!(judge(root, "").unwrap(), url);
        }
    }

    #[test]
    fn an_address_that_is_not_public_is_refused_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7F.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "127.1.",
            "%31%32%37.0.0.1",
            "１２７.0.0.1",
            "127。0。0。1",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "0xa.1",
            "169.254.169.254",
            "2852039166",
            "0251.0376.0251.0376",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fd00::1]",
            "[fe80::1]",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "x.localhost",
        ] {
            for scheme in ["https", "http"] {
                let refused = judge(&format!("{scheme}://{host}"), "");
                assert_eq!(refused, Err(Forbidden::Address), "{scheme}://{host}");
            }
        }
    }

    #[test]
    fn what_else_a_url_can_be_is_refused() {
        for (root, why) in [
            ("ftp://coral.example", Forbidden::Url),
            ("file:///etc/passwd", Forbidden::Url),
            ("gopher://coral.example", Forbidden::Url),
            ("//coral.example", Forbidden::Url),
            ("https://", Forbidden::Url),
            ("https:", Forbidden::Url),
            ("https://coral.example?", Forbidden::Url),
            ("https://coral.example/#", Forbidden::Url),
            ("data:text/plain,x", Forbidden::Url),
            ("https://256.256.256.256", Forbidden::Url),
            ("https://[fe80::1%25eth0]", Forbidden::Url),
            ("https://coral.example:99999", Forbidden::Url),
            ("https://user@coral.example", Forbidden::UserInfo),
            ("https://:password@coral.example", Forbidden::UserInfo),
            ("http://coral.example", Forbidden::Plain),
            ("http://1.1.1.1", Forbidden::Plain),
        ] {
            assert_eq!(judge(root, ""), Err(why), "{root}");
        }
        // A backslash is a slash to the web: a path, and no host after a user.
        let path = judge("https://coral.example\\@127.0.0.1", "").unwrap();
        assert!(path.starts_with("https://coral.example/@127"), "{path}");
    }

    #[test]
    fn the_operator_can_allow_more() {
        let allow = "127.0.0.0/8,coral.internal";
        for good in [
            "http://127.0.0.1:3000",
            "https://127.1",
            "http://localhost:3000",
            "http://coral.internal",
            "https://coral.internal:8443",
            // Judged once it is looked up.
            "http://coral.example",
        ] {
            assert!(judge(good, allow).is_ok(), "{good}");
        }
        assert_eq!(judge("http://10.0.0.1", allow), Err(Forbidden::Address));
        assert_eq!(judge("https://[::1]", allow), Err(Forbidden::Address));
        assert_eq!(judge("http://1.1.1.1", allow), Err(Forbidden::Plain));
        let by_name = judge("http://coral.example", "coral.internal");
        assert_eq!(by_name, Err(Forbidden::Plain));
    }
}
