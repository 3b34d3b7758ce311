//! Where people and browsers find this platform.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use axum::http::Uri;

/// Why a text is no public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPublicUrl;

impl fmt::Display for NotPublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(
            "must be a URL like https://lanyard.example, without path, query or password (http for localhost only)",
        )
    }
}

impl std::error::Error for NotPublicUrl {}

/// The URL that all links begin with, and the only origin whose pages may act for a session. It is configured: a Host
/// header decides neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
}

impl PublicUrl {
    /// Where a server is found that listens on this address and has no proxy before it.
    #[must_use]
    pub fn of_listener(address: SocketAddr) -> Self {
        let ip = address.ip();
        let usual = ip.is_unspecified() || ip == Ipv4Addr::LOCALHOST || ip == Ipv6Addr::LOCALHOST;
        let host = match ip {
            _ if usual => "localhost".to_owned(),
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        };
        let origin = match address.port() {
            80 => format!("http://{host}"),
            port => format!("http://{host}:{port}"),
        };
        Self { origin, host }
    }

    /// The origin as browsers send it (RFC 6454, section 6.2): no last slash, no default port.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone, without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The URL of a path here, which begins with a slash.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl FromStr for PublicUrl {
    type Err = NotPublicUrl;

    fn from_str(text: &str) -> Result<Self, NotPublicUrl> {
        // `Uri` drops a fragment in silence, and nobody logs in to an origin.
        if text.contains(['#', '@']) {
            return Err(NotPublicUrl);
        }
        let uri: Uri = text.parse().map_err(|_| NotPublicUrl)?;
        let authority = uri.authority().ok_or(NotPublicUrl)?;
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let default_port = match uri.scheme_str() {
            Some("https") => 443_u16,
            Some("http") if is_loopback(&host) => 80,
            _ => return Err(NotPublicUrl),
        };
        let (_, port) = authority
            .as_str()
            .split_at_checked(host.len())
            .ok_or(NotPublicUrl)?;
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => default_port,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| NotPublicUrl)?
            }
            _ => return Err(NotPublicUrl),
        };
        let bare = uri.path() == "/" && uri.query().is_none();
        if !bare || !is_host(&host) {
            return Err(NotPublicUrl);
        }
        let scheme = uri.scheme_str().unwrap_or_default();
        let origin = if port == default_port {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        };
        Ok(Self { origin, host })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)
    }
}

/// A name of letters, digits, dots and hyphens, or an address.
fn is_host(host: &str) -> bool {
    if let Some(address) = in_brackets(host) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.split('.').all(label)
}

fn in_brackets(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

fn is_loopback(host: &str) -> bool {
    let address = in_brackets(host).unwrap_or(host).parse::<IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn the_origin_is_what_a_browser_would_send() {
        for (text, origin) in [
            ("https://lanyard.example", "https://lanyard.example"),
            ("https://Lanyard.Example/", "https://lanyard.example"),
            ("https://lanyard.example:443", "https://lanyard.example"),
            (
                "https://lanyard.example:8443/",
                "https://lanyard.example:8443",
            ),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:3000/", "http://[::1]:3000"),
            (
                "https://xn--bcher-kva.example",
                "https://xn--bcher-kva.example",
            ),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!(url.origin(), origin, "{text}");
            assert_eq!(url.link("/verify#a"), format!("{origin}/verify#a"));
        }
    }

    #[test]
    fn a_listener_is_found_where_it_listens() {
        for (address, origin) in [
            ("127.0.0.1:3000", "http://localhost:3000"),
            ("[::1]:80", "http://localhost"),
            ("0.0.0.0:3000", "http://localhost:3000"),
            ("127.0.0.2:3000", "http://127.0.0.2:3000"),
            ("[2001:db8::1]:3000", "http://[2001:db8::1]:3000"),
        ] {
            let url = PublicUrl::of_listener(address.parse().unwrap());
            assert_eq!(url.origin(), origin);
        }
    }

    #[test]
    fn what_is_no_bare_origin_is_refused() {
        for bad in [
            "",
            "lanyard.example",
            "//lanyard.example",
            "http://lanyard.example",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "ftp://lanyard.example",
            "https://",
            "https://lanyard.example/path",
            "https://lanyard.example/?q",
            "https://lanyard.example/#f",
            "https://user@lanyard.example",
            "https://user:pass@lanyard.example",
            "https://lanyard.example:99999",
            "https://lanyard.example:",
            "https://lanyard.example:+1",
            "https://lanyard..example",
            "https://lanyard_x.example",
            "https://[::1",
            "https://bücher.example",
            " https://lanyard.example",
            "https://lanyard.example\n",
        ] {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad:?}");
        }
    }
}
