//! Configuration: `LANYARD_*` in the environment, over a TOML file that `LANYARD_CONFIG` names.

mod source;

use std::{fmt, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use lanyard_api::{PublicUrl, Registration, TrustedProxies};
use lanyard_core::{outbound::OutboundAllow, seal::MasterKeys};
use lanyard_storage::{check_database_url, check_redis_url};
use lettre::message::Mailbox;
use zeroize::Zeroizing;

use self::source::{Source, environment};
use crate::{mail::SmtpServer, output::Failure};

pub use self::source::setting;

/// A text that must not be printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// What the server runs with.
#[derive(Debug)]
pub struct Config {
    /// Where Postgres is; may hold a password.
    pub database_url: Secret,
    /// Where changes are listened for, if not there.
    pub database_listen_url: Option<Secret>,
    /// What signing keys are sealed with.
    pub master_keys: MasterKeys,
    /// Where Redis is; may hold a password.
    pub redis_url: Option<Secret>,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Connections to Postgres.
    pub database_connections: u32,
    /// Connections of clients at a time.
    pub max_connections: usize,
    /// How long what is held may be served while Postgres is away.
    pub max_staleness: Duration,
    /// The most memory for readers' records, in bytes.
    pub readers_memory: u64,
    /// Which log lines are written, in the syntax of `RUST_LOG`.
    pub log: String,
    /// The file that they go to, instead of standard error.
    pub log_file: Option<PathBuf>,
    /// How long `/readyz` says no before the server stops to accept.
    pub drain_delay: Duration,
    /// How mail leaves; without it, it waits.
    pub mail: Option<MailConfig>,
    /// Where people find this platform; missing only where it listens on loopback, and then that is where.
    pub public_url: Option<PublicUrl>,
    /// Who may register.
    pub registration: Registration,
    /// Proxies whose word about the client's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// What calls to newsrooms' URLs may reach although it isn't public.
    pub outbound_allow: OutboundAllow,
}

/// How mail leaves.
#[derive(Debug)]
pub struct MailConfig {
    /// The server that takes it.
    pub server: SmtpServer,
    /// Whom it is from.
    pub from: Mailbox,
}

/// The settings, with what each is.
pub const SETTINGS: [(&str, &str); 18] = [
    (
        "LANYARD_DATABASE_URL",
        "where Postgres is: postgres://user:password@host/database; several URLs, or hosts in one, comma-separated: the \
         first that takes writes is used, and another once that one does; ?sslmode=verify-full&sslrootcert=ca.pem for TLS",
    ),
    (
        LISTEN_URL,
        "where changes are listened for, if LANYARD_DATABASE_URL leads to a pooler: Postgres itself, by the same rules",
    ),
    (
        "LANYARD_MASTER_KEY",
        "what signing keys are sealed with: id:base64[,id:base64…], the first seals",
    ),
    (
        "LANYARD_REDIS_URL",
        "where Redis is, if there is one: redis://host:6379/0, redis+sentinel://host1:26379,host2:26379/mymaster/0 or \
         redis+cluster://host1:6379,host2:6379; rediss… for TLS, with ?sslrootcert=ca.pem for an authority of your own",
    ),
    ("LANYARD_LISTEN", "address to listen on (127.0.0.1:3000)"),
    (
        "LANYARD_DATABASE_CONNECTIONS",
        "connections to Postgres (10)",
    ),
    (
        "LANYARD_MAX_CONNECTIONS",
        "connections of clients at a time (8192)",
    ),
    (
        "LANYARD_MAX_STALENESS",
        "seconds to serve what is held while Postgres is away (30)",
    ),
    (
        "LANYARD_READERS_MEMORY",
        "bytes of memory for readers' records (67108864)",
    ),
    ("LANYARD_LOG", "which log lines are written (info)"),
    (
        "LANYARD_LOG_FILE",
        "file that they are appended to (standard error)",
    ),
    (
        "LANYARD_DRAIN_DELAY",
        "seconds that /readyz says no before the server stops to accept (1)",
    ),
    (
        PUBLIC_URL,
        "where people and browsers find this platform: https://lanyard.example (http://localhost:PORT while it \
         listens on loopback)",
    ),
    (
        SMTP_URL,
        "the server that takes mail: smtps://user:password@host for TLS, smtp://… for STARTTLS; whoever must do \
         without adds ?tls=opportunistic or ?tls=none, which is the default on loopback",
    ),
    (
        MAIL_FROM,
        "whom mail is from: Lanyard <no-reply@lanyard.example>",
    ),
    (
        REGISTRATION,
        "who may register an account: open, invite or closed (closed)",
    ),
    (
        "LANYARD_TRUSTED_PROXIES",
        "proxies whose X-Forwarded-For is believed: addresses or networks, comma-separated (none)",
    ),
    (
        OUTBOUND_ALLOW,
        "what calls to newsrooms' URLs (such as a Coral's) may reach beside public addresses, and without TLS: hosts, \
         addresses or networks, comma-separated (none)",
    ),
];

/// The name of the setting that commands read by itself.
pub const LISTEN_URL: &str = "LANYARD_DATABASE_LISTEN_URL";
const PUBLIC_URL: &str = "LANYARD_PUBLIC_URL";
const SMTP_URL: &str = "LANYARD_SMTP_URL";
const MAIL_FROM: &str = "LANYARD_MAIL_FROM";
/// The name of the setting that commands read by itself.
pub const OUTBOUND_ALLOW: &str = "LANYARD_OUTBOUND_ALLOW";
const REGISTRATION: &str = "LANYARD_REGISTRATION";

/// A setting that may hold a password, and so is never repeated, once it is seen to be right.
fn secret(
    check: impl FnOnce(&str) -> Result<(), String>,
) -> impl FnOnce(&str) -> Result<Secret, String> {
    |text| check(text).map(|()| Secret::new(text.to_owned()))
}

fn parsed<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn mail(source: &mut Source) -> Option<MailConfig> {
    if !source.has(SMTP_URL) {
        return None;
    }
    let server = source.optional(SMTP_URL, parsed);
    let from = source.required(MAIL_FROM, |text| {
        text.parse().map_err(|_| {
            "must be an address, such as Lanyard <no-reply@lanyard.example>".to_owned()
        })
    });
    Some(MailConfig {
        server: server?,
        from: from?,
    })
}

fn registration(source: &mut Source) -> Registration {
    let mailable = source.has(SMTP_URL);
    source
        .optional(REGISTRATION, |text| match text {
            "closed" => Ok(Registration::Closed),
            "open" | "invite" if !mailable => Err(format!(
                "must be closed while {SMTP_URL} is missing: no address could be verified"
            )),
            "open" => Ok(Registration::Open),
            "invite" => Ok(Registration::Invite),
            _ => Err("must be open, invite or closed".to_owned()),
        })
        .unwrap_or(Registration::Closed)
}

/// What calls may reach beside public addresses, for commands that need no other setting.
///
/// # Errors
/// The setting is wrong, or the file can't be read.
pub fn outbound_allow() -> Result<OutboundAllow, Failure> {
    match setting(OUTBOUND_ALLOW)? {
        Some(text) => parsed(text.reveal())
            .map_err(|problem| Failure::new(format!("{OUTBOUND_ALLOW} {problem}"))),
        None => Ok(OutboundAllow::default()),
    }
}

impl Config {
    /// Reads the environment and the file.
    ///
    /// # Errors
    /// One line for each thing that is wrong.
    pub fn from_environment() -> Result<Self, Failure> {
        Self::read(environment())
    }

    /// Reads this environment, and the file that it names.
    ///
    /// # Errors
    /// One line for each thing that is wrong.
    pub fn read(environment: impl Iterator<Item = (String, String)>) -> Result<Self, Failure> {
        let mut source = Source::read(environment);
        let seconds = |number: u64| Duration::from_secs(number);
        let database_url = source.required("LANYARD_DATABASE_URL", secret(check_database_url));
        let database_listen_url = source.optional(LISTEN_URL, secret(check_database_url));
        let master_keys = source.required("LANYARD_MASTER_KEY", |text| {
            MasterKeys::parse(text).map_err(|error| format!("is wrong: {error}"))
        });
        let redis_url = source.optional("LANYARD_REDIS_URL", secret(check_redis_url));
        let listen = source
            .optional("LANYARD_LISTEN", |text| {
                text.parse()
                    .map_err(|_| "must be an address and a port, such as 127.0.0.1:3000".to_owned())
            })
            .unwrap_or_else(default_listen);
        let database_connections = source.number("LANYARD_DATABASE_CONNECTIONS", 2, 10);
        let max_connections = source.number("LANYARD_MAX_CONNECTIONS", 1, 8_192);
        let max_staleness = seconds(source.number("LANYARD_MAX_STALENESS", 1, 30));
        let readers_memory = source.number("LANYARD_READERS_MEMORY", 0, 64 << 20);
        let log = source
            .optional("LANYARD_LOG", |text| Ok(text.to_owned()))
            .unwrap_or_else(|| "info".to_owned());
        let log_file = source.optional("LANYARD_LOG_FILE", |text| Ok(PathBuf::from(text)));
        let drain_delay = seconds(source.number("LANYARD_DRAIN_DELAY", 0, 1));
        let mail = mail(&mut source);
        let registration = registration(&mut source);
        let trusted_proxies = source
            .optional("LANYARD_TRUSTED_PROXIES", parsed)
            .unwrap_or_default();
        let outbound_allow = source.optional(OUTBOUND_ALLOW, parsed).unwrap_or_default();
        let public_url = if listen.ip().is_loopback() {
            source.optional(PUBLIC_URL, parsed)
        } else {
            source.required(PUBLIC_URL, parsed)
        };
        match (database_url, master_keys) {
            (Some(database_url), Some(master_keys)) if source.problems.is_empty() => Ok(Self {
                database_url,
                database_listen_url,
                master_keys,
                redis_url,
                listen,
                database_connections,
                max_connections,
                max_staleness,
                readers_memory,
                log,
                log_file,
                drain_delay,
                mail,
                public_url,
                registration,
                trusted_proxies,
                outbound_allow,
            }),
            _ => Err(Failure::new(format!(
                "the configuration is wrong:\n  {}",
                source.problems.join("\n  ")
            ))),
        }
    }
}

/// Loopback: whoever wants more says so.
#[must_use]
pub fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 3000))
}

#[cfg(test)]
mod tests {
    use super::Config;

    const KEY: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::read(variables).map_err(|failure| failure.to_string())
    }

    #[test]
    fn every_wrong_setting_has_a_line_of_its_own() {
        let problems = read(&[
            ("LANYARD_MASTER_KEY", "secretstuff"),
            ("LANYARD_LISTEN", "here"),
            ("LANYARD_MAX_STALENESS", "-1"),
            ("LANYARD_LISTNE", "127.0.0.1:1"),
        ])
        .unwrap_err();
        for name in [
            "LANYARD_DATABASE_URL",
            "LANYARD_MASTER_KEY",
            "LANYARD_LISTEN ",
            "MAX_STALENESS",
            "LISTNE",
        ] {
            assert_eq!(
                problems.lines().filter(|line| line.contains(name)).count(),
                1,
                "{name}: {problems}"
            );
        }
        assert!(!problems.contains("secretstuff"));
    }

    #[test]
    fn a_configuration_never_prints_its_secrets() {
        let config = read(&[
            ("LANYARD_DATABASE_URL", "postgres://u:hunter2@h/d"),
            ("LANYARD_MASTER_KEY", KEY),
        ])
        .unwrap();
        let printed = format!("{config:?}");
        assert!(
            !printed.contains("hunter2") && !printed.contains("AAECAw"),
            "{printed}"
        );
        assert_eq!(config.listen.port(), 3000);
    }

    #[test]
    fn a_wrong_url_is_told_without_its_password() {
        for name in [
            "LANYARD_DATABASE_URL",
            "LANYARD_DATABASE_LISTEN_URL",
            "LANYARD_REDIS_URL",
        ] {
            let told = problems(&[(name, "http://u:hunter2@h/d")]);
            assert!(told.contains(&format!("{name} isn't a URL like")), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
        let several = [
            (
                "LANYARD_DATABASE_URL",
                "postgres://u:p@a,b/d,postgres://u:p@c/d",
            ),
            ("LANYARD_REDIS_URL", "redis+sentinel://a,b/mymaster/0"),
        ];
        assert_eq!(problems(&several), "");
    }

    /// What is wrong with these settings beside the two that are always needed.
    fn problems(variables: &[(&str, &str)]) -> String {
        let needed = [
            ("LANYARD_DATABASE_URL", "postgres://h/d"),
            ("LANYARD_MASTER_KEY", KEY),
        ];
        read(&[&needed, variables].concat())
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn whoever_listens_to_others_says_where_it_is_found() {
        let (here, everywhere) = (
            ("LANYARD_LISTEN", "[::1]:80"),
            ("LANYARD_LISTEN", "0.0.0.0:80"),
        );
        let url = ("LANYARD_PUBLIC_URL", "https://lanyard.example");
        assert_eq!(problems(&[here]), "");
        assert_eq!(problems(&[everywhere, url]), "");
        assert!(problems(&[everywhere]).contains("LANYARD_PUBLIC_URL is missing: where people"));
        let plain = ("LANYARD_PUBLIC_URL", "http://lanyard.example");
        assert!(problems(&[plain]).contains("LANYARD_PUBLIC_URL must be a URL like https"));
    }

    #[test]
    fn nobody_registers_where_no_mail_leaves() {
        let smtp = ("LANYARD_SMTP_URL", "smtp://u:hunter2@localhost");
        let from = ("LANYARD_MAIL_FROM", "Lanyard <no-reply@lanyard.example>");
        for open in ["open", "invite"] {
            let open = ("LANYARD_REGISTRATION", open);
            assert!(problems(&[open]).contains("must be closed while LANYARD_SMTP_URL is missing"));
            assert_eq!(problems(&[open, smtp, from]), "");
        }
        assert_eq!(problems(&[("LANYARD_REGISTRATION", "closed")]), "");
        assert!(problems(&[("LANYARD_REGISTRATION", "Open")]).contains("open, invite or closed"));
        assert!(problems(&[smtp]).contains("LANYARD_MAIL_FROM is missing"));
        let two_lines = ("LANYARD_MAIL_FROM", "a@b.example\r\nBcc: c@d.example");
        assert!(problems(&[smtp, two_lines]).contains("LANYARD_MAIL_FROM must be"));
        let wrong = ("LANYARD_SMTP_URL", "mail:hunter2");
        assert!(!problems(&[wrong, from]).contains("hunter2"));
    }
}
