//! Settings as people paste them: Talk's variables out of whatever file they stand in, or Coral's secrets.

mod bare;
mod env;
mod systemd;
#[cfg(test)]
mod tests;
mod yaml;

use std::fmt;

use serde::Serialize;
use zeroize::Zeroizing;

use super::report::{SettingsFound, Taken, Unread};

pub use bare::BareSecret;

/// The form that settings were pasted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Lines of an .env file, or of a systemd unit's `EnvironmentFile`.
    Env,
    /// `export` lines of a shell.
    Shell,
    /// A systemd unit with `Environment=` lines.
    Systemd,
    /// docker-compose, a Kubernetes Secret, a `ConfigMap`, or a container's `env`.
    Yaml,
    /// The secrets themselves, as JSON or as one line.
    Secrets,
    /// Nothing was found that is known.
    Unknown,
}

/// A variable of Talk's.
#[derive(Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Zeroizing<String>,
    /// The line that it begins in, from 1; 0 where it wasn't pasted.
    pub line: usize,
}

impl Variable {
    pub(super) fn is_secret(&self) -> bool {
        self.name.starts_with("TALK_JWT_SECRET")
    }
}

/// A secret, so neither value is printed.
impl fmt::Debug for Variable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Variable")
            .field("name", &self.name)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// What pasted settings say. It holds secrets, and lives no longer than one check.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The form that they were taken for.
    pub form: Form,
    /// Talk's variables, in their order.
    pub variables: Vec<Variable>,
    /// The secrets that were pasted by themselves.
    pub secrets: Vec<BareSecret>,
    /// The lines that couldn't be read.
    pub unread: Vec<Unread>,
}

impl Settings {
    /// Reads settings in whatever form they are.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut settings = Self {
            form: form_of(text),
            variables: Vec::new(),
            secrets: Vec::new(),
            unread: Vec::new(),
        };
        match settings.form {
            Form::Env => env::read(text, &mut settings),
            Form::Shell => env::read_shell(text, &mut settings),
            Form::Systemd => systemd::read(text, &mut settings),
            Form::Yaml => yaml::read(text, &mut settings),
            Form::Secrets | Form::Unknown => bare::read(text, &mut settings),
        }
        if settings.variables.is_empty() && settings.secrets.is_empty() {
            settings.form = Form::Unknown;
            if settings.unread.is_empty() {
                settings.unread(1, "neither TALK_JWT_* variables nor a secret were found");
            }
        }
        settings
    }

    /// The value that counts for a variable: the last one, unless that is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().rfind(|found| found.name == name);
        found
            .map(|found| found.value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Whether any of Talk's variables was found.
    #[must_use]
    pub fn has_talk(&self) -> bool {
        !self.variables.is_empty()
    }

    /// What was found, without the secrets.
    #[must_use]
    pub fn found(&self) -> SettingsFound {
        let variables = self.variables.iter().map(|variable| Taken {
            name: variable.name.clone(),
            line: variable.line,
            value: (!variable.is_secret()).then(|| variable.value.to_string()),
        });
        let secrets = self.secrets.iter().map(|secret| Taken {
            name: secret
                .kid
                .as_ref()
                .map_or_else(|| "a secret".to_owned(), |kid| format!("secret `{kid}`")),
            line: secret.line,
            value: None,
        });
        SettingsFound {
            form: self.form,
            taken: variables.chain(secrets).collect(),
            unread: self.unread.clone(),
        }
    }

    /// Takes a variable, if it is one that matters.
    fn take(&mut self, name: &str, value: Zeroizing<String>, line: usize) {
        if is_talks(name) {
            self.variables.push(Variable {
                name: name.to_owned(),
                value,
                line,
            });
        }
    }

    fn unread(&mut self, line: usize, reason: impl Into<String>) {
        self.unread.push(Unread {
            line,
            reason: reason.into(),
        });
    }
}

/// Whether a variable is one that says how Talk verifies tokens.
fn is_talks(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name == "TALK_ROOT_URL" || (name.starts_with("TALK_JWT_") && name.bytes().all(word))
}

/// Tells the form by its first line that gives one away.
fn form_of(text: &str) -> Form {
    if text.trim_start().starts_with(['[', '{'])
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
    {
        return Form::Secrets;
    }
    let mut form = Form::Secrets;
    for line in text.lines().map(str::trim) {
        let item = line.strip_prefix('-').map(str::trim_start);
        let bare = item.unwrap_or(line).trim_start_matches(['"', '\'']);
        let rest = bare
            .strip_prefix("TALK_")
            .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        let exported = ["export TALK_", "set -x TALK_", "setenv TALK_"];
        if line.starts_with("Environment=") {
            return Form::Systemd;
        }
        if exported.iter().any(|start| line.starts_with(start)) {
            return Form::Shell;
        }
        if item.unwrap_or(line).starts_with("name:") && line.contains("TALK_") {
            return Form::Yaml;
        }
        match rest.map(|rest| rest.trim_start_matches(['"', '\'']).trim_start()) {
            Some(rest) if rest.starts_with(':') || item.is_some() => return Form::Yaml,
            Some(rest) if rest.starts_with('=') => return Form::Env,
            _ => {}
        }
        let yaml = [
            "apiVersion:",
            "services:",
            "environment:",
            "stringData:",
            "data:",
        ];
        if yaml.iter().any(|start| line.starts_with(start)) {
            form = Form::Yaml;
        }
    }
    form
}
