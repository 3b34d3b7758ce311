//! Secrets by themselves: one line, or JSON as Talk and Coral write it.

use std::fmt;

use serde_json::Value;
use zeroize::Zeroizing;

use super::{super::wiped::Wiped, Form, Settings, is_talks};

/// The longest secret that stands in a line by itself, in bytes. Longer ones are keys in PEM.
const MAX_LINE: usize = 4_096;

/// A secret that was pasted without the setting that it stands in.
#[derive(Clone)]
pub struct BareSecret {
    /// The id that came with it.
    pub kid: Option<String>,
    /// The secret.
    pub text: Zeroizing<String>,
    /// Since when Coral no longer takes it, as an RFC 3339 time in unix seconds.
    pub inactive_at: Option<i64>,
    /// The line that it begins in, from 1.
    pub line: usize,
}

impl BareSecret {
    /// Whether Coral made it.
    pub(in super::super) fn is_corals(&self) -> bool {
        self.text.starts_with("ssosec_")
    }
}

impl fmt::Debug for BareSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BareSecret")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

pub(super) fn read(text: &str, settings: &mut Settings) {
    if let Some(value) = Wiped::read(text) {
        return read_json(&value, settings);
    }
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let Some((line, only)) = lines.next() else {
        return;
    };
    if lines.next().is_some() {
        return settings.unread(
            line,
            "these lines are in no form that is known; paste an .env file, a compose file, a Kubernetes manifest, a systemd \
             unit, or one secret alone",
        );
    }
    if only.contains("TALK_") {
        return settings.unread(
            line,
            "Talk's variables stand in a form that isn't known; write them as lines of NAME=value",
        );
    }
    if only.len() > MAX_LINE {
        return settings.unread(line, "the line is too long for a secret");
    }
    settings.secrets.push(BareSecret {
        kid: None,
        text: Zeroizing::new(only.to_owned()),
        inactive_at: None,
        line,
    });
    settings.form = Form::Secrets;
}

/// Takes a list of secrets, one alone, or an object whose members are Talk's variables.
fn read_json(value: &Value, settings: &mut Settings) {
    match value {
        Value::Array(list) => {
            for (at, entry) in list.iter().enumerate() {
                take_entry(entry, at + 1, settings);
            }
        }
        Value::Object(object) if object.keys().any(|name| is_talks(name)) => {
            for (name, value) in object {
                match value {
                    Value::String(text) => settings.take(name, Zeroizing::new(text.clone()), 1),
                    _ if is_talks(name) => {
                        settings.unread(1, format!("the value of {name} is no text"));
                    }
                    _ => {}
                }
            }
        }
        Value::Object(_) => take_entry(value, 1, settings),
        Value::String(text) => settings.secrets.push(BareSecret {
            kid: None,
            text: Zeroizing::new(text.clone()),
            inactive_at: None,
            line: 1,
        }),
        _ => settings.unread(1, "this is neither a secret nor a list of secrets"),
    }
}

/// Takes `{kid, secret}`, as Talk's `TALK_JWT_SECRETS` and Coral's GraphQL have it.
fn take_entry(entry: &Value, place: usize, settings: &mut Settings) {
    let Some(secret) = entry["secret"].as_str() else {
        return settings.unread(1, format!("entry {place} has no `secret`"));
    };
    let time = |text: &str| text.parse::<jiff::Timestamp>().ok();
    settings.secrets.push(BareSecret {
        kid: entry["kid"].as_str().map(str::to_owned),
        text: Zeroizing::new(secret.to_owned()),
        inactive_at: entry["inactiveAt"]
            .as_str()
            .and_then(time)
            .map(jiff::Timestamp::as_second),
        line: 1,
    });
}
