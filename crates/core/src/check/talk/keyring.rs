//! Talk's keys, as Talk reads them out of its settings, and what keeps it from starting with them.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    super::{
        decoded::Decoded,
        readings::{Reading, signed_with, talk_key},
        settings::Settings,
        wiped::Wiped,
    },
    algorithm,
};
use crate::key::{Algorithm, ImportOptions, KeyMaterial, hmac_matches, import};

/// What Talk holds.
#[derive(Default)]
pub(super) struct Keyring {
    /// Whether they stand in `TALK_JWT_SECRETS`, where every token has to name its key.
    pub(super) several: bool,
    pub(super) keys: Vec<TalkKey>,
    pub(super) faults: Faults,
    /// Whether there is any setting with a key in it.
    pub(super) set: bool,
}

/// Why Talk doesn't start with these keys, rule by rule.
#[derive(Default)]
pub(super) struct Faults {
    /// `TALK_JWT_SECRETS` isn't a list of objects.
    pub(super) list: Option<&'static str>,
    /// An entry has no usable `kid`.
    pub(super) kid: Option<String>,
    /// Two entries have this `kid`.
    pub(super) twice: Option<String>,
    /// An entry has no secret.
    pub(super) empty: Option<String>,
    /// An asymmetric key isn't JSON with `public`.
    pub(super) json: Option<&'static str>,
    /// A PEM has lost its line breaks.
    pub(super) newlines: bool,
    /// A PEM is no key of the algorithm, and why.
    pub(super) pem: Option<String>,
}

impl Faults {
    fn any(&self) -> bool {
        self.list.is_some()
            || self.kid.is_some()
            || self.twice.is_some()
            || self.empty.is_some()
            || self.json.is_some()
            || self.newlines
            || self.pem.is_some()
    }
}

/// One key of Talk's.
pub(super) struct TalkKey {
    pub(super) kid: Option<String>,
    /// Whether Talk can sign its own logins with it.
    pub(super) signs: bool,
    pub(super) form: Form,
}

pub(super) enum Form {
    /// An HMAC secret, as the setting has it.
    Secret(Zeroizing<String>),
    /// A public key.
    Public(Box<KeyMaterial>),
    /// One that can't be read.
    Broken,
}

impl TalkKey {
    /// Whether Talk finds the token's signature good under this key.
    pub(super) fn made(&self, token: &Decoded) -> bool {
        match (&self.form, token.algorithm()) {
            (Form::Secret(secret), Some(algorithm)) => {
                let key = talk_key(secret);
                hmac_matches(algorithm, &key, token.message(), &token.signature)
            }
            (Form::Public(key), Some(algorithm)) => {
                key.algorithm() == algorithm && key.verify(token.message(), &token.signature)
            }
            _ => false,
        }
    }

    /// How else the secret could be read so that the signature is good.
    pub(super) fn read_otherwise(&self, token: &Decoded) -> Option<Reading> {
        match &self.form {
            Form::Secret(secret) if !self.made(token) => signed_with(secret, token),
            _ => None,
        }
    }

    pub(super) fn secret(&self) -> Option<&str> {
        match &self.form {
            Form::Secret(secret) => Some(secret),
            Form::Public(_) | Form::Broken => None,
        }
    }
}

impl Keyring {
    pub(super) fn read(settings: &Settings) -> Self {
        let mut ring = Self {
            several: settings.get("TALK_JWT_SECRETS").is_some(),
            ..Self::default()
        };
        let of_secrets = settings.get("TALK_JWT_SECRETS");
        let text = of_secrets.or_else(|| settings.get("TALK_JWT_SECRET"));
        ring.set = settings.variables.iter().any(super::Variable::is_secret);
        let (Some(text), Some(algorithm)) = (text, algorithm(settings)) else {
            return ring;
        };
        match of_secrets {
            Some(list) => ring.read_list(list, algorithm),
            None if algorithm.is_symmetric() => ring.keys.push(TalkKey {
                kid: None,
                signs: true,
                form: Form::Secret(Zeroizing::new(text.to_owned())),
            }),
            None => {
                if let Some(entry) = ring.object(text)
                    && let Some(entry) = entry.as_object()
                {
                    ring.read_pair(None, entry, algorithm);
                }
            }
        }
        ring
    }

    /// Whether Talk starts with these.
    pub(super) fn works(&self) -> bool {
        !self.keys.is_empty() && !self.faults.any()
    }

    /// The key that Talk takes for the token.
    pub(super) fn key_for(&self, token: &Decoded) -> Option<&TalkKey> {
        if !self.works() {
            return None;
        }
        if !self.several {
            return self.keys.first();
        }
        let kid = token.kid()?;
        self.keys.iter().find(|key| key.kid.as_deref() == Some(kid))
    }

    fn read_list(&mut self, text: &str, algorithm: Algorithm) {
        let list = Wiped::read(text);
        let list = match list.as_deref() {
            Some(Value::Array(list)) if !list.is_empty() => list,
            found => {
                self.faults.list = Some(match found {
                    Some(Value::Array(_)) => "it is an empty list",
                    Some(_) => "it is JSON, but no list",
                    None => "it isn't JSON",
                });
                return;
            }
        };
        for (place, entry) in list.iter().enumerate() {
            let Value::Object(entry) = entry else {
                self.faults.list = Some("an entry is no object");
                continue;
            };
            let kid = self.kid(entry, place);
            if algorithm.is_symmetric() {
                self.read_secret(kid, entry, place);
            } else {
                self.read_pair(kid, entry, algorithm);
            }
        }
    }

    fn kid(&mut self, entry: &Map<String, Value>, place: usize) -> Option<String> {
        let fault = match entry.get("kid") {
            Some(Value::String(kid)) if !kid.is_empty() => {
                if self.keys.iter().any(|key| key.kid.as_ref() == Some(kid)) {
                    self.faults.twice = Some(kid.clone());
                }
                return Some(kid.clone());
            }
            Some(Value::String(_)) => "has an empty `kid`".to_owned(),
            Some(Value::Number(number)) => format!("has the number {number} for a `kid`"),
            Some(other) => format!("has {} for a `kid`", super::super::kind_of(other)),
            None => "has no `kid`".to_owned(),
        };
        self.faults.kid = Some(format!("entry {} {fault}", place + 1));
        None
    }

    fn read_secret(&mut self, kid: Option<String>, entry: &Map<String, Value>, place: usize) {
        match entry.get("secret").and_then(Value::as_str) {
            Some(secret) if !secret.is_empty() => self.keys.push(TalkKey {
                kid,
                signs: true,
                form: Form::Secret(Zeroizing::new(secret.to_owned())),
            }),
            _ => self.faults.empty = Some(format!("entry {} has no `secret`", place + 1)),
        }
    }

    /// The object that an asymmetric `TALK_JWT_SECRET` has to be.
    fn object(&mut self, text: &str) -> Option<Wiped> {
        let is_pem = text.contains("-----BEGIN ");
        let read = Wiped::read(text);
        match read {
            Some(object) if object.is_object() => return Some(object),
            None if text.trim_start().starts_with('{') && is_pem && text.contains('\n') => {
                self.faults.newlines = true;
            }
            _ if is_pem => self.faults.json = Some("it is a bare PEM"),
            _ => self.faults.json = Some("it isn't a JSON object"),
        }
        None
    }

    fn read_pair(&mut self, kid: Option<String>, entry: &Map<String, Value>, algorithm: Algorithm) {
        let pem = match entry.get("public").and_then(Value::as_str) {
            Some(pem) if !pem.is_empty() => Zeroizing::new(pem.replace("\\n", "\n")),
            _ => {
                self.faults.json = Some("it has no `public`");
                return;
            }
        };
        let options = ImportOptions {
            algorithm,
            accept_weak: true,
        };
        let form = if pem.contains("-----BEGIN ") && !pem.trim().contains('\n') {
            self.faults.newlines = true;
            Form::Broken
        } else {
            match import(pem.as_bytes(), options) {
                Ok(imported) => Form::Public(Box::new(imported.material)),
                Err(error) => {
                    self.faults.pem = Some(error.to_string());
                    Form::Broken
                }
            }
        };
        let private = entry.get("private").and_then(Value::as_str);
        self.keys.push(TalkKey {
            kid,
            signs: private.is_some_and(|pem| !pem.is_empty()),
            form,
        });
    }
}
