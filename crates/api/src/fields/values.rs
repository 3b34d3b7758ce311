//! The values that fields hold.

use std::{borrow::Cow, collections::BTreeSet, str::FromStr};

use lanyard_core::{
    account::{AccountEmail, PersonName},
    deployment::RootUrl,
    exchange_code::ExchangeCode,
    id::{Kid, Slug},
    key::Algorithm,
    member::MemberRole,
    origin::{Origin, Origins},
    password::Password,
    profile::{ProfileClaims, TokenProfile},
    scope::Scope,
    secret_token::SecretToken,
    tenant::{ClaimPath, ClaimText},
    user::{Role, UserId},
};
use serde_json::Value;
use uuid::Uuid;

use super::{Faults, Field};

/// The longest list that is read.
const MAX_LIST: usize = 1_000;

impl<T: Field> Field for Option<T> {
    fn read(value: &Value) -> Result<Self, Faults> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }

    fn read_text(text: &str) -> Result<Self, Faults> {
        T::read_text(text).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// A member of a change: left as it is, cleared with `null`, or set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set<T> {
    /// Not in the body.
    Keep,
    /// `null`.
    Clear,
    /// A value.
    To(T),
}

impl<T: Field> Field for Set<T> {
    fn read(value: &Value) -> Result<Self, Faults> {
        match value {
            Value::Null => Ok(Self::Clear),
            value => T::read(value).map(Self::To),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::Keep)
    }
}

impl<T> Set<T> {
    /// What the member is after the change.
    pub fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::To(value) => Some(value),
        }
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(value: &Value) -> Result<Self, Faults> {
        let list = value
            .as_array()
            .ok_or_else(|| Faults::one("must be a list"))?;
        if list.len() > MAX_LIST {
            return Err(Faults::one(format!("has more than {MAX_LIST} entries")));
        }
        let mut faults = Faults::default();
        let mut read = Self::with_capacity(list.len());
        for (place, value) in list.iter().enumerate() {
            match T::read(value) {
                Ok(value) => read.push(value),
                Err(Faults(inner)) => faults.0.extend(
                    inner
                        .into_iter()
                        .map(|(deeper, detail)| (format!("/{place}{deeper}"), detail)),
                ),
            }
        }
        if faults.0.is_empty() {
            Ok(read)
        } else {
            Err(faults)
        }
    }
}

impl<T: Field + Ord> Field for BTreeSet<T> {
    fn read(value: &Value) -> Result<Self, Faults> {
        let list = Vec::<T>::read(value)?;
        let length = list.len();
        let set: Self = list.into_iter().collect();
        if set.len() == length {
            Ok(set)
        } else {
            Err(Faults::one("names something twice"))
        }
    }
}

impl Field for bool {
    fn read(value: &Value) -> Result<Self, Faults> {
        value
            .as_bool()
            .ok_or_else(|| Faults::one("must be true or false"))
    }

    fn read_text(text: &str) -> Result<Self, Faults> {
        text.parse()
            .map_err(|_| Faults::one("must be true or false"))
    }
}

impl Field for i64 {
    fn read(value: &Value) -> Result<Self, Faults> {
        // To JSON Schema 3.0 is a whole number too; beyond 2^53 a float no longer says which.
        let whole = |number: &f64| number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
        value
            .as_i64()
            .or_else(|| value.as_f64().filter(whole).map(|number| number as i64))
            .ok_or_else(|| Faults::one("must be a whole number"))
    }

    fn read_text(text: &str) -> Result<Self, Faults> {
        text.parse()
            .map_err(|_| Faults::one("must be a whole number"))
    }
}

/// Any text without NUL, which Postgres can't hold.
impl Field for String {
    fn read(value: &Value) -> Result<Self, Faults> {
        let text = string(value)?;
        if text.contains('\0') {
            return Err(Faults::one("holds the character U+0000"));
        }
        Ok(text.to_owned())
    }
}

fn string(value: &Value) -> Result<&str, Faults> {
    value.as_str().ok_or_else(|| Faults::one("must be a text"))
}

/// Reads a text by its type's own rules. No message of these types repeats the text.
fn parsed<T>(value: &Value) -> Result<T, Faults>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    string(value)?
        .parse()
        .map_err(|error: T::Err| Faults::one(error.to_string()))
}

macro_rules! parsed_fields {
    ($($type:ty),* $(,)?) => {
        $(impl Field for $type {
            fn read(value: &Value) -> Result<Self, Faults> {
                parsed(value)
            }
        })*
    };
}

parsed_fields!(
    AccountEmail,
    Algorithm,
    ClaimPath,
    Kid,
    MemberRole,
    Origin,
    PersonName,
    RootUrl,
    Scope,
    Slug,
    TokenProfile
);

impl Field for ClaimText {
    fn read(value: &Value) -> Result<Self, Faults> {
        Self::parse("it", string(value)?).map_err(|error| Faults::one(error.to_string()))
    }
}

impl Field for ProfileClaims {
    fn read(value: &Value) -> Result<Self, Faults> {
        let names = Vec::<String>::read(value)?;
        Self::read(names).map_err(|error| Faults::one(error.to_string()))
    }
}

impl Field for Origins {
    fn read(value: &Value) -> Result<Self, Faults> {
        let origins = BTreeSet::<Origin>::read(value)?;
        Self::try_from(origins).map_err(|error| Faults::one(error.to_string()))
    }
}

impl Field for ExchangeCode {
    fn read(value: &Value) -> Result<Self, Faults> {
        Self::parse(string(value)?).ok_or_else(|| Faults::one("isn't a whole code"))
    }
}

impl Field for Role {
    fn read(value: &Value) -> Result<Self, Faults> {
        Self::parse(string(value)?).map_err(|_| {
            Faults::one("must be one of COMMENTER, MEMBER, STAFF, MODERATOR and ADMIN")
        })
    }
}

impl Field for Password {
    fn read(value: &Value) -> Result<Self, Faults> {
        Self::parse(string(value)?.to_owned())
            .ok_or_else(|| Faults::one("must have 1 to 1024 bytes"))
    }
}

impl Field for SecretToken {
    fn read(value: &Value) -> Result<Self, Faults> {
        Self::parse(string(value)?).ok_or_else(|| Faults::one("isn't whole"))
    }
}

impl Field for Uuid {
    fn read(value: &Value) -> Result<Self, Faults> {
        string(value)?
            .parse()
            .map_err(|_| Faults::one("must be a UUID"))
    }
}

impl Field for UserId {
    fn read(value: &Value) -> Result<Self, Faults> {
        Self::parse(string(value)?).map_err(|error| Faults::one(error.to_string()))
    }
}

/// A name for people: 1 to 255 characters, none of them control characters, and not only spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(pub String);

impl Field for Name {
    fn read(value: &Value) -> Result<Self, Faults> {
        let text = string(value)?.trim();
        let shaped = (1..=255).contains(&text.chars().count())
            && !text.chars().any(|c| c.is_control() || is_bidi_control(c));
        if shaped {
            Ok(Self(text.to_owned()))
        } else {
            Err(Faults::one(
                "must have 1 to 255 characters, none of them control characters",
            ))
        }
    }
}

/// Characters that make a text look like another by turning its order.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// How many entries of a list are asked for: 1 to 200, 50 unless said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub i64);

impl Limit {
    /// The most.
    pub const MOST: i64 = 200;
}

impl Field for Limit {
    fn read(value: &Value) -> Result<Self, Faults> {
        match i64::read(value)? {
            limit @ 1..=Self::MOST => Ok(Self(limit)),
            _ => Err(Faults::one("must be 1 to 200")),
        }
    }

    fn read_text(text: &str) -> Result<Self, Faults> {
        Self::read(&Value::from(i64::read_text(text)?))
    }

    fn absent() -> Option<Self> {
        Some(Self(50))
    }
}

/// A length of time in whole seconds, from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds<const LEAST: i64, const MOST: i64>(pub i64);

impl<const LEAST: i64, const MOST: i64> Field for Seconds<LEAST, MOST> {
    fn read(value: &Value) -> Result<Self, Faults> {
        let seconds = i64::read(value)?;
        if (LEAST..=MOST).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Faults::one(format!("must be {LEAST} to {MOST} seconds")))
        }
    }
}

/// A time as RFC 3339 has it, in unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub i64);

impl Field for Time {
    fn read(value: &Value) -> Result<Self, Faults> {
        let wrong = || Faults::one("must be a time such as 2026-01-31T12:00:00Z");
        let time: jiff::Timestamp = string(value)?.parse().map_err(|_| wrong())?;
        // RFC 3339 has no years before 0, and Postgres none before -4713.
        if time.as_second() < -62_135_596_800 {
            return Err(wrong());
        }
        Ok(Self(time.as_second()))
    }
}

impl Time {
    /// The time as it is answered.
    #[must_use]
    pub fn text(self) -> String {
        jiff::Timestamp::from_second(self.0).map_or_else(|_| String::new(), |time| time.to_string())
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// One of a few words.
pub trait OneOf: Sized + Copy + 'static {
    /// The words, and what each stands for.
    const WORDS: &'static [(&'static str, Self)];

    /// Reads a word.
    ///
    /// # Errors
    /// It is none of them; the message names them.
    fn one_of(value: &Value) -> Result<Self, Faults> {
        let text = string(value)?;
        Self::WORDS
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, meaning)| *meaning)
            .ok_or_else(|| {
                let words: Vec<_> = Self::WORDS.iter().map(|(word, _)| *word).collect();
                Faults::one(Cow::from(format!("must be one of {}", words.join(", "))))
            })
    }
}
