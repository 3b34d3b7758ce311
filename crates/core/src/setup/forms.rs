//! Talk's settings, written as what Talk runs in reads them.

use std::str::FromStr;

use zeroize::Zeroizing;

use crate::{id::Slug, talk::TalkSettings};

/// How settings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines of an .env file.
    Env,
    /// A file for docker compose, to lie beside the one that there is.
    Compose,
    /// A Secret of Kubernetes.
    Kubernetes,
    /// An environment file of systemd. Not `Environment=`, which shows its values to every user of the machine
    /// (systemd.exec(5)).
    Systemd,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Env, Self::Compose, Self::Kubernetes, Self::Systemd];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Compose => "compose",
            Self::Kubernetes => "kubernetes",
            Self::Systemd => "systemd",
        }
    }

    /// The settings of a tenant's deployment in this form, without a last line break. They may be secret.
    #[must_use]
    pub fn write(
        self,
        settings: &TalkSettings,
        tenant: &Slug,
        deployment: &Slug,
    ) -> Zeroizing<String> {
        let lines = |write: fn(&str, &str) -> Zeroizing<String>, indent| {
            let mut text = Zeroizing::new(String::new());
            for (name, value) in &settings.variables {
                text.push_str(indent);
                text.push_str(&write(name, value));
                text.push('\n');
            }
            text.pop();
            text
        };
        let under =
            |head: &str, text: Zeroizing<String>| Zeroizing::new(format!("{head}\n{}", *text));
        match self {
            Self::Env => settings.env(),
            Self::Compose => under(COMPOSE, lines(compose_line, "      ")),
            Self::Kubernetes => {
                let name = secret_name(tenant, deployment);
                let head = KUBERNETES.replace("NAME", &name);
                under(&head, lines(yaml_line, "  "))
            }
            Self::Systemd => under(SYSTEMD, lines(systemd_line, "")),
        }
    }
}

impl FromStr for Form {
    type Err = NoForm;

    fn from_str(text: &str) -> Result<Self, NoForm> {
        let mut all = Self::ALL.into_iter();
        all.find(|form| form.name() == text).ok_or(NoForm)
    }
}

/// A text that names no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is none of env, compose, kubernetes and systemd")]
pub struct NoForm;

const COMPOSE: &str = "\
# compose.override.yaml, beside compose.yaml. Name the service as it is named there.
services:
  talk:
    environment:";

const KUBERNETES: &str = "\
# Talk's container takes it with envFrom: [{secretRef: {name: NAME}}]
apiVersion: v1
kind: Secret
metadata:
  name: NAME
type: Opaque
stringData:";

const SYSTEMD: &str = "\
# /etc/talk/jwt.env: make it root's own (chmod 600). `systemctl edit talk` takes it in:
#   [Service]
#   EnvironmentFile=/etc/talk/jwt.env";

/// The Secret's name: a DNS subdomain (RFC 1123), as slugs make one.
fn secret_name(tenant: &Slug, deployment: &Slug) -> String {
    if *deployment == Slug::default_deployment() {
        format!("talk-jwt-{tenant}")
    } else {
        format!("talk-jwt-{tenant}.{deployment}")
    }
}

/// A line of a YAML mapping, for a value that is text whatever it looks like.
fn yaml_line(name: &str, value: &str) -> Zeroizing<String> {
    Zeroizing::new(format!("{name}: {}", *scalar(value)))
}

/// The same, where compose would put variables in the place of `$…` (Compose specification, "Interpolation").
fn compose_line(name: &str, value: &str) -> Zeroizing<String> {
    yaml_line(name, &Zeroizing::new(value.replace('$', "$$")))
}

/// A quoted scalar on one line (YAML 1.2, sections 5.7 and 7.3). Readers of YAML 1.1 break lines at U+2028 and U+2029
/// too, and no reader takes what isn't printable unless it is escaped.
fn scalar(value: &str) -> Zeroizing<String> {
    let must_escape = |character: char| {
        character.is_control()
            || matches!(
                character,
                '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            )
    };
    if !value.contains(must_escape) {
        return Zeroizing::new(format!(
            "'{}'",
            Zeroizing::new(value.replace('\'', "''")).as_str()
        ));
    }
    let mut text = Zeroizing::new("\"".to_owned());
    for character in value.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            _ if must_escape(character) => {
                text.push_str(&format!("\\u{:04x}", u32::from(character)))
            }
            _ => text.push(character),
        }
    }
    text.push('"');
    text
}

/// A line of an environment file of systemd: between double quotes a backslash stands before what a shell would take
/// for its own (systemd.exec(5), `EnvironmentFile=`). Readers before version 240 drop any backslash there, and inside
/// single quotes too, which is why none are used.
fn systemd_line(name: &str, value: &str) -> Zeroizing<String> {
    let mut line = Zeroizing::new(format!("{name}=\""));
    for character in value.chars() {
        if matches!(character, '"' | '\\' | '`' | '$') {
            line.push('\\');
        }
        line.push(character);
    }
    line.push('"');
    line
}
