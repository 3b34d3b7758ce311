//! The mail server, as its URL describes it.

use std::{fmt, net::IpAddr, str::FromStr, time::Duration};

use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    transport::smtp::{AsyncSmtpTransportBuilder, extension::ClientId},
};
use reqwest::Url;

/// How long the server may take for one step.
const STEP: Duration = Duration::from_secs(20);

/// An SMTP server and the way to log in to it.
#[derive(Clone)]
pub struct SmtpServer(AsyncSmtpTransportBuilder);

impl fmt::Debug for SmtpServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SmtpServer(..)")
    }
}

impl SmtpServer {
    /// What sends to it. `host` is how it introduces itself.
    pub(super) fn transport(self, host: &str) -> AsyncSmtpTransport<Tokio1Executor> {
        let name = match host.trim_matches(['[', ']']).parse() {
            Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::Domain(host.to_owned()),
        };
        self.0.hello_name(name).timeout(Some(STEP)).build()
    }
}

/// Why a text is no URL of a mail server. It never repeats the URL, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSmtp(&'static str);

impl fmt::Display for NotSmtp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl FromStr for SmtpServer {
    type Err = NotSmtp;

    /// Reads `smtps://user:password@host:port` (TLS from the start; port 465) or `smtp://…` (STARTTLS; port 587).
    /// `smtp` refuses a server without STARTTLS, unless the URL ends with `?tls=opportunistic`, or with `?tls=none`
    /// (port 25), which is the default for this very machine.
    fn from_str(text: &str) -> Result<Self, NotSmtp> {
        let malformed = NotSmtp("must be a URL like smtps://user:password@host:465");
        let mut url = Url::parse(text).map_err(|_| malformed.clone())?;
        let host = url.host_str().unwrap_or_default();
        if host.is_empty() || host.starts_with('[') || !matches!(url.path(), "" | "/") {
            return Err(malformed);
        }
        if url.username().is_empty() != url.password().is_none() {
            return Err(NotSmtp("must name both user and password, or neither"));
        }
        let loopback = host == "localhost"
            || host
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback());
        let tls = match (url.scheme(), url.query()) {
            ("smtps", None) => None,
            ("smtp", Some("tls=none")) => None,
            ("smtp", None) if loopback => None,
            ("smtp", Some("tls=opportunistic")) => Some("tls=opportunistic"),
            ("smtp", None | Some("tls=required")) => Some("tls=required"),
            ("smtp" | "smtps", _) => {
                return Err(NotSmtp(
                    "may end with ?tls=required, ?tls=opportunistic or ?tls=none after smtp://, and with nothing else",
                ));
            }
            _ => return Err(malformed),
        };
        // The library's own reading is the other way round: without a parameter, `smtp` sends in clear.
        url.set_query(tls);
        url.set_fragment(None);
        url.set_path("");
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|_| {
            NotSmtp(
                "can't be used: user or password isn't percent-encoded UTF-8, or this machine has no certificates of \
                 authorities to check the server's with",
            )
        })?;
        Ok(Self(builder))
    }
}

#[cfg(test)]
mod tests {
    use super::SmtpServer;

    /// The server's place and its TLS, as the library prints them.
    fn read(url: &str) -> Result<String, String> {
        let server: SmtpServer = url
            .parse()
            .map_err(|error: super::NotSmtp| error.to_string())?;
        assert_eq!(format!("{server:?}"), "SmtpServer(..)");
        Ok(format!("{:?}", server.0))
    }

    #[test]
    fn mail_is_encrypted_unless_somebody_said_otherwise() {
        for (url, port, tls) in [
            ("smtps://mail.example", 465, "Wrapper"),
            ("smtps://u:p%40@mail.example:4650", 4650, "Wrapper"),
            ("smtp://mail.example", 587, "Required"),
            ("smtp://mail.example:25", 25, "Required"),
            ("smtp://u:p@mail.example/?tls=required", 587, "Required"),
            (
                "smtp://mail.example?tls=opportunistic",
                587,
                "Opportunistic",
            ),
            ("smtp://mail.example?tls=none", 25, "None"),
            ("smtp://localhost:2525", 2525, "None"),
            ("smtp://127.0.0.1:2525", 2525, "None"),
            ("smtp://localhost?tls=required", 587, "Required"),
            ("smtp://localhost.example", 587, "Required"),
        ] {
            let printed = read(url).unwrap();
            assert!(
                printed.contains(&format!("port: {port}")),
                "{url}: {printed}"
            );
            assert!(printed.contains(&format!("tls: {tls}")), "{url}: {printed}");
        }
    }

    #[test]
    fn a_wrong_url_is_refused_and_never_repeated() {
        for url in [
            "",
            "hunter2",
            "http://u:hunter2@mail.example",
            "smtp://",
            "smtp://u:hunter2@",
            "smtp://hunter2@mail.example",
            "smtp://:hunter2@mail.example",
            "smtp://u:hunter2%ff@mail.example",
            "smtp://u:hunter2@mail.example/path",
            "smtp://u:hunter2@mail.example?tls=hunter2",
            "smtp://u:hunter2@mail.example?tls=none&tls=required",
            "smtps://u:hunter2@mail.example?tls=none",
            "smtp://u:hunter2@[::1]",
            "smtp://u:hunter2@mail.example:99999",
        ] {
            let error = read(url).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
