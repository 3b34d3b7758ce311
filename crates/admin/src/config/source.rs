//! Where settings come from: the environment, over a file.

use std::collections::BTreeMap;

use super::{SETTINGS, Secret};
use crate::output::Failure;

/// Variables of the environment that aren't settings of the server.
const OTHERS: [&str; 2] = ["LANYARD_CONFIG", "LANYARD_TOKEN"];

/// Settings by name, and what was wrong with them so far.
pub(super) struct Source {
    values: BTreeMap<String, String>,
    pub(super) problems: Vec<String>,
}

impl Source {
    /// Reads the file and the environment.
    pub(super) fn read(environment: impl Iterator<Item = (String, String)>) -> Self {
        let mut source = Self {
            values: BTreeMap::new(),
            problems: Vec::new(),
        };
        let environment: BTreeMap<_, _> = environment
            .filter(|(name, _)| name.starts_with("LANYARD_"))
            .collect();
        if let Some(path) = environment.get("LANYARD_CONFIG") {
            source.read_file(path);
        }
        for (name, value) in environment {
            if is_setting(&name) {
                source.values.insert(name, value);
            } else if !OTHERS.contains(&name.as_str()) {
                source
                    .problems
                    .push(format!("{name} is no setting; see `lanyard serve --help`"));
            }
        }
        source
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

    /// Whether there is a value at all.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.is_empty())
    }

    pub(super) fn optional<T>(
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

    pub(super) fn required<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if !self.has(name) {
            let what = SETTINGS
                .iter()
                .find(|(other, _)| *other == name)
                .map_or("", |(_, what)| what);
            self.problems.push(format!("{name} is missing: {what}"));
            return None;
        }
        self.optional(name, parse)
    }

    pub(super) fn number<T: TryFrom<u64>>(&mut self, name: &str, least: u64, default: T) -> T {
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

fn is_setting(name: &str) -> bool {
    SETTINGS.iter().any(|(setting, _)| *setting == name)
}

/// The environment. A variable that isn't UTF-8 is nobody's setting, unless it is called like one of ours.
pub(super) fn environment() -> impl Iterator<Item = (String, String)> {
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
    let mut source = Source::read(environment());
    let value = source.values.remove(name).filter(|value| !value.is_empty());
    match source
        .problems
        .iter()
        .find(|problem| problem.starts_with("LANYARD_CONFIG"))
    {
        Some(problem) => Err(Failure::new(problem.clone())),
        None => Ok(value.map(Secret::new)),
    }
}
