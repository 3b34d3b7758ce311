//! A token as it was pasted: found in whatever stands around it, and taken apart without trusting any of it.

use std::borrow::Cow;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value};

use crate::{json, key::Algorithm};

/// Base64url as lenient readers take it: with or without padding, and with bits left over.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// How much may stand around a token, one thing in another.
const MAX_LAYERS: usize = 8;

/// What was pasted, without what doesn't belong to the token.
#[derive(Debug)]
pub(super) struct Pasted {
    /// The token, as far as there is one.
    pub(super) text: String,
    /// What stood around it.
    pub(super) removed: Vec<&'static str>,
}

impl Pasted {
    /// Finds the token in what people paste.
    pub(super) fn find(pasted: &str) -> Self {
        let mut text = Cow::Borrowed(pasted);
        let mut removed = Vec::new();
        for _ in 0..MAX_LAYERS {
            let Some((inner, what)) = peel(&text) else {
                break;
            };
            if !removed.contains(&what) {
                removed.push(what);
            }
            text = Cow::Owned(inner);
        }
        Self {
            text: text.into_owned(),
            removed,
        }
    }
}

/// Takes one thing off the token that doesn't belong to it, and says what.
fn peel(text: &str) -> Option<(String, &'static str)> {
    let invisible = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    let trimmed = text.trim_matches(invisible);
    if trimmed.len() < text.len() {
        return Some((trimmed.to_owned(), "white space around it"));
    }
    if text.starts_with('{')
        && let Ok(Value::Object(object)) = serde_json::from_str(text)
    {
        let names = ["token", "auth_token", "accessToken", "access_token"];
        let inner = names
            .into_iter()
            .find_map(|name| object.get(name)?.as_str())?;
        return Some((inner.to_owned(), "the JSON around it"));
    }
    for quote in ['"', '\'', '`'] {
        if text.len() > 1 && text.starts_with(quote) && text.ends_with(quote) {
            return Some((text[1..text.len() - 1].to_owned(), "the quotes around it"));
        }
    }
    if let Some(rest) = text.strip_suffix([',', ';']) {
        return Some((rest.to_owned(), "the comma or semicolon behind it"));
    }
    if let Some(rest) = after_word(text, "authorization:") {
        return Some((rest.to_owned(), "the name of the header"));
    }
    if let Some(rest) = after_word(text, "bearer ") {
        return Some((rest.to_owned(), "the word `Bearer`"));
    }
    let names = ["auth_token", "access_token", "accessToken", "token"];
    for name in names {
        let rest = text.trim_start_matches(['?', '#', '&']);
        if let Some(rest) = rest.strip_prefix(name)
            && let Some(rest) = rest.trim_start().strip_prefix(['=', ':'])
        {
            return Some((rest.to_owned(), "the name before it"));
        }
    }
    if text.contains('%')
        && let Some(plain) = percent_decoded(text)
    {
        return Some((plain, "its URL encoding"));
    }
    if text.contains(invisible) && text.contains('.') {
        let joined = text.chars().filter(|c| !invisible(*c)).collect();
        return Some((joined, "white space or line breaks inside it"));
    }
    None
}

fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

/// The text without its escapes; `None` if there are none that are whole.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    let plain = String::from_utf8(bytes).ok()?;
    (plain.len() < text.len()).then_some(plain)
}

/// Why a text can't be taken apart as a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It isn't three parts with dots between.
    Parts {
        /// What it seems to be.
        detail: String,
        /// What to paste.
        mend: &'static str,
    },
    /// A part isn't base64url.
    Base64(&'static str),
    /// A part isn't a JSON object in UTF-8.
    Json(&'static str),
}

/// A token taken apart.
#[derive(Debug)]
pub(super) struct Decoded {
    /// The token.
    pub(super) text: String,
    /// Its header.
    pub(super) header: Map<String, Value>,
    /// Its claims.
    pub(super) claims: Map<String, Value>,
    /// Its signature; empty where there is none.
    pub(super) signature: Vec<u8>,
    /// Whether header or claims name a member twice, so that two readers may read two things.
    pub(super) repeats: bool,
    /// Whether it has `=` at the end of a part, or bits left over.
    pub(super) loose: bool,
}

impl Decoded {
    /// Takes a token apart.
    pub(super) fn read(text: &str) -> Result<Self, Unreadable> {
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(not_three(text, parts.len()));
        };
        if header.is_empty() || payload.is_empty() {
            return Err(not_three(text, 1));
        }
        let mut loose = false;
        let mut bytes = |part: &str, name| {
            let read = LENIENT
                .decode(part.trim_end_matches('='))
                .map_err(|_| Unreadable::Base64(name));
            loose |= strict(part).is_none();
            read
        };
        let header = bytes(header, "header")?;
        let payload = bytes(payload, "payload")?;
        let signature = bytes(signature, "signature")?;
        Ok(Self {
            text: text.to_owned(),
            repeats: json::check(&header).is_err() || json::check(&payload).is_err(),
            header: object(&header, "header")?,
            claims: object(&payload, "payload")?,
            signature,
            loose,
        })
    }

    /// What is signed.
    pub(super) fn message(&self) -> &[u8] {
        let end = self.text.rfind('.').unwrap_or_default();
        &self.text.as_bytes()[..end]
    }

    /// Whether anybody signed it.
    pub(super) fn is_signed(&self) -> bool {
        let none = self
            .alg()
            .is_some_and(|alg| alg.eq_ignore_ascii_case("none"));
        !self.signature.is_empty() && !none
    }

    /// Its `alg`, whatever that is.
    pub(super) fn alg(&self) -> Option<&str> {
        self.header.get("alg")?.as_str()
    }

    /// Its `alg`, if Lanyard knows it.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        self.alg()?.parse().ok()
    }

    /// Its `kid`, if that is a text.
    pub(super) fn kid(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// The value of a claim, unless it is absent.
    pub(super) fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// A claim that is a text.
    pub(super) fn text_claim(&self, name: &str) -> Option<&str> {
        self.claim(name)?.as_str()
    }

    /// A claim that is a number.
    pub(super) fn number_claim(&self, name: &str) -> Option<f64> {
        self.claim(name)?.as_f64()
    }

    /// The value at a dot path, found as lodash's `get` finds it: a member whose own name is the whole path goes first.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        if let Some(value) = self.claims.get(path) {
            return Some(value);
        }
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let mut value = self.claims.get(first)?;
        for name in rest.split('.').filter(|name| !name.is_empty()) {
            value = value.get(name)?;
        }
        Some(value)
    }
}

fn strict(part: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .ok()
}

fn object(text: &[u8], name: &'static str) -> Result<Map<String, Value>, Unreadable> {
    match serde_json::from_slice(text) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Unreadable::Json(name)),
    }
}

/// What a text is that has not three parts.
fn not_three(text: &str, parts: usize) -> Unreadable {
    const TOKEN: &str =
        "paste the whole token: three parts of letters, digits, - and _, with a dot between each";
    let (detail, mend) = match parts {
        _ if text.is_empty() => ("nothing was pasted".to_owned(), TOKEN),
        _ if text.starts_with("lyd_") => (
            "this is an API key of Lanyard's, with which a CMS asks for tokens; it is no token".to_owned(),
            "exchange it for a token (POST /t/{tenant}/), and paste that. A key that stood where others could read it should be rotated",
        ),
        _ if text.starts_with("ssosec_") => (
            "this is a signing secret of Coral's, no token".to_owned(),
            "paste the token here and the secret among the settings",
        ),
        5 => (
            "it has five parts: an encrypted token (JWE), which neither Talk nor Coral nor Lanyard reads".to_owned(),
            "sign the token (JWS) instead of encrypting it",
        ),
        2 => (
            "it has two parts: the signature is missing".to_owned(),
            "paste the token to its end; if it ends there, sign it",
        ),
        1 => ("it isn't a JSON Web Token".to_owned(), TOKEN),
        count => (format!("it has {count} parts instead of three"), TOKEN),
    };
    Unreadable::Parts { detail, mend }
}

#[cfg(test)]
mod tests {
    use super::{Decoded, Pasted, Unreadable};

    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJhIjp7ImIiOjF9LCJhLmIiOjJ9.AA";

    #[test]
    fn a_token_is_found_in_what_people_paste() {
        for pasted in [
            TOKEN.to_owned(),
            format!("Bearer {TOKEN}"),
            format!(" \"{TOKEN}\",\n"),
            format!("Authorization: bearer {TOKEN}\r\n"),
            format!("{{\"token\":\"{TOKEN}\"}}"),
            format!("'auth_token={TOKEN}'"),
            format!("?access_token={}", TOKEN.replace('.', "%2E")),
            format!("\u{feff}{}", TOKEN.replace('.', ".\n  ")),
        ] {
            let found = Pasted::find(&pasted);
            assert_eq!(found.text, TOKEN, "{pasted}");
            assert_eq!(found.removed.is_empty(), pasted == TOKEN, "{pasted}");
        }
    }

    #[test]
    fn a_claim_is_found_as_talk_finds_it() {
        let token = Decoded::read(TOKEN).unwrap();
        assert_eq!(token.at("a.b").unwrap(), 2, "its own name goes first");
        assert_eq!(token.at("a").unwrap()["b"], 1);
        assert!(token.at("a.c").is_none() && token.at("b").is_none());
        assert_eq!(token.message(), &TOKEN.as_bytes()[..TOKEN.len() - 3]);
    }

    #[test]
    fn what_is_no_token_is_told_apart() {
        let parts = |text: &str| match Decoded::read(text) {
            Err(Unreadable::Parts { detail, .. }) => detail,
            other => panic!("{text}: {other:?}"),
        };
        for (text, word) in [
            ("", "nothing"),
            ("hello", "isn't a JSON Web Token"),
            ("a.b", "signature is missing"),
            ("a.b.c.d.e", "encrypted"),
            ("a.b.c.d", "4 parts"),
            ("..", "isn't a JSON Web Token"),
            ("lyd_post_x", "API key"),
            ("ssosec_00", "signing secret"),
        ] {
            assert!(parts(text).contains(word), "{text}");
        }
        assert_eq!(
            Decoded::read("a!.e30.AA").unwrap_err(),
            Unreadable::Base64("header")
        );
        assert_eq!(
            Decoded::read("e30.W10.AA").unwrap_err(),
            Unreadable::Json("payload")
        );
    }
}
