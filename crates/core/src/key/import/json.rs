//! The JSON objects that may hold a key.

use serde::{Deserialize, de::IgnoredAny};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{EntryFault, ImportError};

/// What a text is, read as JSON.
pub(super) enum Shape {
    /// It isn't JSON and doesn't look as if it were meant to be.
    NotJson,
    /// JSON that can't hold a key.
    Other,
    /// An object.
    Object(Box<Object>),
    /// An array of objects.
    Array(Vec<Object>),
}

/// All members that are known anywhere. Which belong together is checked by who reads them.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct Object {
    kid: Option<Member>,
    pub(super) secret: Option<Member>,
    pub(super) public: Option<Member>,
    pub(super) private: Option<Member>,
    pub(super) kty: Option<Member>,
    pub(super) crv: Option<Member>,
    pub(super) x: Option<Member>,
    pub(super) y: Option<Member>,
    pub(super) n: Option<Member>,
    pub(super) e: Option<Member>,
    pub(super) d: Option<Member>,
    pub(super) p: Option<Member>,
    pub(super) q: Option<Member>,
    pub(super) dp: Option<Member>,
    pub(super) dq: Option<Member>,
    pub(super) qi: Option<Member>,
    pub(super) oth: Option<Member>,
    #[serde(rename = "use")]
    pub(super) usage: Option<Member>,
    pub(super) key_ops: Option<Operations>,
    pub(super) alg: Option<Member>,
    pub(super) keys: Option<Member>,
}

/// A member's value, if it is a string; of any other only that it is there.
#[derive(Deserialize, Zeroize)]
#[serde(untagged)]
pub(super) enum Member {
    Text(String),
    Other(#[zeroize(skip)] IgnoredAny),
}

impl Member {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(_) => None,
        }
    }
}

/// The value of `key_ops`.
#[derive(Deserialize, Zeroize)]
#[serde(untagged)]
pub(super) enum Operations {
    List(Vec<String>),
    Other(#[zeroize(skip)] IgnoredAny),
}

impl Object {
    /// The `kid`, if there is one.
    ///
    /// # Errors
    /// It isn't a non-empty string.
    pub(super) fn kid(&self) -> Result<Option<String>, ImportError> {
        match &self.kid {
            None => Ok(None),
            Some(Member::Text(kid)) if !kid.is_empty() => Ok(Some(kid.clone())),
            Some(_) => Err(ImportError::Entry(EntryFault::Kid)),
        }
    }
}

/// Reads `text` as JSON if it begins like an object or an array.
///
/// # Errors
/// A member appears twice, or a text that names Talk's members isn't JSON: taken to the letter it would be a key,
/// but hardly the one that was meant.
pub(super) fn read(text: &str) -> Result<Shape, ImportError> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return Ok(Shape::NotJson);
    }
    if let Err(error) = crate::json::check(text.as_bytes()) {
        let named = ["\"secret\"", "\"kid\"", "\"public\"", "\"kty\""];
        let meant = named.iter().any(|name| text.contains(name));
        let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        return if meant || is_json {
            Err(ImportError::Json {
                line: error.line(),
                column: error.column(),
            })
        } else {
            Ok(Shape::NotJson)
        };
    }
    Ok(if text.starts_with('{') {
        serde_json::from_str(text).map_or(Shape::Other, |object| Shape::Object(Box::new(object)))
    } else {
        serde_json::from_str(text).map_or(Shape::Other, Shape::Array)
    })
}

/// The one object of a `TALK_JWT_SECRETS`.
///
/// # Errors
/// There are none or several.
pub(super) fn only(mut objects: Vec<Object>) -> Result<Box<Object>, ImportError> {
    match (objects.pop(), objects.len()) {
        (None, _) => Err(ImportError::Entry(EntryFault::Empty)),
        (Some(object), 0) => Ok(Box::new(object)),
        (Some(_), others) => Err(ImportError::ManyKeys { count: others + 1 }),
    }
}

/// The `secret` of any JSON object, for judging how much of a literal text a guesser wouldn't know.
pub(super) fn inner_secret(object: &Object) -> Option<Zeroizing<String>> {
    let text = object.secret.as_ref()?.text()?;
    Some(Zeroizing::new(text.to_owned()))
}
