//! Configuration: `LANYARD_*` in the environment, over a TOML file that `LANYARD_CONFIG` names.

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf, time::Duration};

use lanyard_core::seal::MasterKeys;
use zeroize::Zeroizing;

use crate::output::Failure;

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
}

/// The settings, with what each is.
pub const SETTINGS: [(&str, &str); 11] = [
    (
        "LANYARD_DATABASE_URL",
        "where Postgres is: postgres://user:password@host/database",
    ),
    (
        "LANYARD_MASTER_KEY",
        "what signing keys are sealed with: id:base64[,id:base64…], the first seals",
    ),
    (
        "LANYARD_REDIS_URL",
        "where Redis is, if there is one: redis://host:6379/0",
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
];

/// Variables of the environment that aren't settings of the server.
const OTHERS: [&str; 2] = ["LANYARD_CONFIG", "LANYARD_TOKEN"];

/// Settings by name, and what was wrong with them so far.
struct Settings {
    values: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Settings {
    /// Reads the file and the environment.
    fn read(environment: impl Iterator<Item = (String, String)>) -> Self {
        let mut settings = Self {
            values: BTreeMap::new(),
            problems: Vec::new(),
        };
        let environment: BTreeMap<_, _> = environment
            .filter(|(name, _)| name.starts_with("LANYARD_"))
            .collect();
        if let Some(path) = environment.get("LANYARD_CONFIG") {
            settings.read_file(path);
        }
        for (name, value) in environment {
            if is_setting(&name) {
                settings.values.insert(name, value);
            } else if !OTHERS.contains(&name.as_str()) {
                settings
                    .problems
                    .push(format!("{name} is no setting; see `lanyard serve --help`"));
            }
        }
        settings
    }

    fn read_file(&mut self, path: &str) {
        let table = match std::fs::read_to_string(path) {
            Ok(text) => text.parse::<toml::Table>(),
            Err(error) => {
                return self
                    .problems
                    .push(format!("LANYARD_CONFIG: {path} can't be read: {error}"));
            }
        };
        let table = match table {
            Ok(table) => table,
            // The rest of the message would repeat the line, and a line may hold a secret.
            Err(error) => {
                let place = error
                    .span()
                    .map_or_else(String::new, |span| format!(" (at byte {})", span.start));
                return self
                    .problems
                    .push(format!("LANYARD_CONFIG: {path} isn't TOML{place}"));
            }
        };
        for (key, value) in table {
            let name = format!("LANYARD_{}", key.to_ascii_uppercase());
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                _ => {
                    self.problems
                        .push(format!("{path}: `{key}` must be a text or a whole number"));
                    continue;
                }
            };
            if is_setting(&name) {
                self.values.insert(name, text);
            } else {
                self.problems.push(format!("{path}: `{key}` is no setting"));
            }
        }
    }

    fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.values.get(name).filter(|value| !value.is_empty())?;
        match parse(value) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.push(format!("{name} {problem}"));
                None
            }
        }
    }

    fn required<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if self.values.get(name).is_none_or(String::is_empty) {
            let what = SETTINGS
                .iter()
                .find(|(other, _)| *other == name)
                .map_or("", |(_, what)| what);
            self.problems.push(format!("{name} is missing: {what}"));
            return None;
        }
        self.optional(name, parse)
    }

    fn number<T: TryFrom<u64>>(&mut self, name: &str, least: u64, default: T) -> T {
        self.optional(name, |text| {
            text.parse::<u64>()
                .ok()
                .filter(|number| *number >= least)
                .and_then(|number| T::try_from(number).ok())
                .ok_or_else(|| format!("must be a whole number from {least}"))
        })
        .unwrap_or(default)
    }
}

/// A URL of one of these schemes, which may hold a password and so is never repeated.
fn url(text: &str, schemes: &[&str]) -> Result<Secret, String> {
    if schemes.iter().any(|scheme| text.starts_with(scheme)) {
        Ok(Secret::new(text.to_owned()))
    } else {
        Err(format!("must be a URL that begins with {}", schemes[0]))
    }
}

fn is_setting(name: &str) -> bool {
    SETTINGS.iter().any(|(setting, _)| *setting == name)
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
        let mut settings = Settings::read(environment);
        let seconds = |number: u64| Duration::from_secs(number);
        let database_url = settings.required("LANYARD_DATABASE_URL", |text| {
            url(text, &["postgres://", "postgresql://"])
        });
        let master_keys = settings.required("LANYARD_MASTER_KEY", |text| {
            MasterKeys::parse(text).map_err(|error| format!("is wrong: {error}"))
        });
        let redis_url = settings.optional("LANYARD_REDIS_URL", |text| {
            url(text, &["redis://", "rediss://", "redis+unix://", "unix://"])
        });
        let listen = settings
            .optional("LANYARD_LISTEN", |text| {
                text.parse()
                    .map_err(|_| "must be an address and a port, such as 127.0.0.1:3000".to_owned())
            })
            .unwrap_or_else(default_listen);
        let database_connections = settings.number("LANYARD_DATABASE_CONNECTIONS", 2, 10);
        let max_connections = settings.number("LANYARD_MAX_CONNECTIONS", 1, 8_192);
        let max_staleness = seconds(settings.number("LANYARD_MAX_STALENESS", 1, 30));
        let readers_memory = settings.number("LANYARD_READERS_MEMORY", 0, 64 << 20);
        let log = settings
            .optional("LANYARD_LOG", |text| Ok(text.to_owned()))
            .unwrap_or_else(|| "info".to_owned());
        let log_file = settings.optional("LANYARD_LOG_FILE", |text| Ok(PathBuf::from(text)));
        let drain_delay = seconds(settings.number("LANYARD_DRAIN_DELAY", 0, 1));
        match (database_url, master_keys) {
            (Some(database_url), Some(master_keys)) if settings.problems.is_empty() => Ok(Self {
                database_url,
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
            }),
            _ => Err(Failure::new(format!(
                "the configuration is wrong:\n  {}",
                settings.problems.join("\n  ")
            ))),
        }
    }
}

/// The environment. A variable that isn't UTF-8 is nobody's setting, unless it is called like one of ours.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| {
        Some((
            name.into_string().ok()?,
            value.to_string_lossy().into_owned(),
        ))
    })
}

/// One setting, for commands that need no others: from the environment, or the file that it names.
///
/// # Errors
/// The file can't be read.
pub fn setting(name: &str) -> Result<Option<Secret>, Failure> {
    let mut settings = Settings::read(environment());
    let value = settings
        .values
        .remove(name)
        .filter(|value| !value.is_empty());
    match settings
        .problems
        .iter()
        .find(|problem| problem.starts_with("LANYARD_CONFIG"))
    {
        Some(problem) => Err(Failure::new(problem.clone())),
        None => Ok(value.map(Secret::new)),
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
}
