//! Origins of web pages (RFC 6454), as browsers name them: the sites whose pages may exchange codes for tokens.

use std::{
    collections::BTreeSet,
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use serde::Serialize;

/// The most origins that a newsroom may allow.
pub const MAX_ORIGINS: usize = 50;

/// A site's scheme, host and port, written as browsers write it in the Origin header (RFC 6454, section 6.2): in lower
/// case, names in punycode, no default port. `https`, or `http` on the developer's own machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Origin(Box<str>);

/// Not an origin that can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an origin is like https://www.news.example or https://news.example:8443: no path and no wildcard, names in \
     punycode, and http for localhost only"
)]
pub struct NotOrigin;

impl Origin {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = NotOrigin;

    fn from_str(text: &str) -> Result<Self, NotOrigin> {
        let text = text.to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://").ok_or(NotOrigin)?;
        // A bracket ends an IPv6 address, whose own colons come before it.
        let port_at = authority
            .rfind(':')
            .filter(|at| !authority[*at..].contains(']'));
        let (host, port) = match port_at {
            Some(at) => (&authority[..at], Some(port(&authority[at + 1..])?)),
            None => (authority, None),
        };
        let (host, is_local) = host_of(host).ok_or(NotOrigin)?;
        let default_port = match scheme {
            "https" => 443,
            "http" if is_local => 80,
            _ => return Err(NotOrigin),
        };
        let origin = match port {
            Some(port) if port != default_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        Ok(Self(origin.into()))
    }
}

fn port(digits: &str) -> Result<u16, NotOrigin> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok().filter(|port| plain && *port > 0);
    port.ok_or(NotOrigin)
}

/// A host as browsers write it, and whether it is the machine itself.
fn host_of(text: &str) -> Option<(String, bool)> {
    if let Some(address) = text.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        // Browsers write mapped addresses in hexadecimal, and nobody needs one.
        return address
            .to_ipv4_mapped()
            .is_none()
            .then(|| (format!("[{address}]"), address.is_loopback()));
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if text.len() > 253 || !text.split('.').all(label) {
        return None;
    }
    let last = text.rsplit('.').next()?;
    // Browsers read a host that ends in a number as an IPv4 address, however it is written.
    if last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x") {
        let address: Ipv4Addr = text.parse().ok()?;
        return Some((address.to_string(), address.is_loopback()));
    }
    Some((text.to_owned(), text == "localhost" || last == "localhost"))
}

/// The origins that a newsroom allows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Origins(BTreeSet<Origin>);

/// More origins than may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has more than {MAX_ORIGINS} origins")]
pub struct TooManyOrigins;

impl Origins {
    /// Whether pages of this origin are allowed. `header` is the Origin header to the letter; `null`, as sandboxed pages
    /// and files send it, never is.
    #[must_use]
    pub fn allow(&self, header: &[u8]) -> bool {
        self.0
            .iter()
            .any(|origin| origin.as_str().as_bytes() == header)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        self.0.iter()
    }
}

impl TryFrom<BTreeSet<Origin>> for Origins {
    type Error = TooManyOrigins;

    fn try_from(origins: BTreeSet<Origin>) -> Result<Self, TooManyOrigins> {
        match origins.len() <= MAX_ORIGINS {
            true => Ok(Self(origins)),
            false => Err(TooManyOrigins),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{MAX_ORIGINS, NotOrigin, Origin, Origins};

    fn origin(text: &str) -> Origin {
        text.parse().unwrap_or_else(|_| panic!("{text}"))
    }

    #[test]
    fn an_origin_is_kept_as_browsers_write_it() {
        for (text, kept) in [
            (
                "https://www.the-post.example",
                "https://www.the-post.example",
            ),
            (
                "HTTPS://WWW.The-Post.Example:443",
                "https://www.the-post.example",
            ),
            (
                "https://the-post.example:8443",
                "https://the-post.example:8443",
            ),
            (
                "https://the-post.example:08443",
                "https://the-post.example:8443",
            ),
            (
                "https://xn--zeitng-0za.example",
                "https://xn--zeitng-0za.example",
            ),
            (
                "https://preview_2.the-post.example",
                "https://preview_2.the-post.example",
            ),
            ("https://intranet", "https://intranet"),
            ("https://203.0.113.9", "https://203.0.113.9"),
            ("https://[2001:DB8:0::1]:443", "https://[2001:db8::1]"),
            ("http://localhost:80", "http://localhost"),
            ("http://localhost:3000", "http://localhost:3000"),
            (
                "http://the-post.localhost:3000",
                "http://the-post.localhost:3000",
            ),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(origin(text).as_str(), kept);
            assert_eq!(origin(kept).as_str(), kept);
        }
    }

    #[test]
    fn what_no_browser_sends_or_nobody_should_trust_is_no_origin() {
        for bad in [
            "",
            "null",
            "*",
            "https://",
            "https://*",
            "https://*.the-post.example",
            "the-post.example",
            "//the-post.example",
            "http://the-post.example",
            "http://localhost.the-post.example",
            "http://notlocalhost",
            "http://128.0.0.1",
            "ftp://localhost",
            "file://",
            "chrome-extension://abc",
            "javascript://localhost",
            "https://the-post.example/",
            "https://the-post.example/a",
            "https://the-post.example?a",
            "https://the-post.example#a",
            "https://user@the-post.example",
            "https://user:pass@the-post.example",
            "https://the-post.example:",
            "https://the-post.example:0",
            "https://the-post.example:65536",
            "https://the-post.example:+80",
            "https://the-post.example:80:80",
            "https://the-post.example.",
            "https://.the-post.example",
            "https://the..post",
            "https://-a.example",
            "https://zeitüng.example",
            "https://the-post.example ",
            " https://the-post.example",
            "https://the post",
            "https://the-post.example,https://evil.example",
            "https://1",
            "https://0x7f.1",
            "https://127.1",
            "https://1.2.3.04",
            "https://[::1",
            "https://::1",
            "https://[::ffff:1.2.3.4]",
            "https://[fe80::1%25eth0]",
            "https://a\0",
            "https://a\n",
            &format!("https://{}.example", "a".repeat(64)),
            &format!("https://{}", "a.".repeat(127)),
        ] {
            assert_eq!(bad.parse::<Origin>(), Err(NotOrigin), "{bad:?}");
        }
    }

    #[test]
    fn a_page_is_allowed_by_its_whole_origin_to_the_letter() {
        let listed: BTreeSet<_> = ["https://the-post.example", "http://localhost:3000"]
            .into_iter()
            .map(origin)
            .collect();
        let origins = Origins::try_from(listed).unwrap();
        assert!(origins.allow(b"https://the-post.example"));
        assert!(origins.allow(b"http://localhost:3000"));
        for bad in [
            &b""[..],
            b"null",
            b"*",
            b"http://the-post.example",
            b"https://the-post.example:443",
            b"https://the-post.example:8443",
            b"https://the-post.example/",
            b"https://www.the-post.example",
            b"https://the-post.example.evil.example",
            b"https://evil-the-post.example",
            b"HTTPS://THE-POST.EXAMPLE",
            b"http://localhost",
            b"https://the-post.example\xff",
        ] {
            assert!(!origins.allow(bad), "{bad:?}");
        }
        assert!(!Origins::default().allow(b"https://the-post.example"));
        let many = |count: usize| (0..count).map(|at| origin(&format!("https://{at}.example")));
        assert!(Origins::try_from(many(MAX_ORIGINS).collect::<BTreeSet<_>>()).is_ok());
        assert!(Origins::try_from(many(MAX_ORIGINS + 1).collect::<BTreeSet<_>>()).is_err());
    }
}
