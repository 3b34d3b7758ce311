//! The many ways in which people turn a secret's text into a key. Only one of them is the product's.

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{decoded::Decoded, wiped::Wiped};
use crate::key::{hmac_matches, node_base64};

const PREFIX: &str = "base64:";
const CORAL: &str = "ssosec_";

/// How a secret was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// To the letter.
    Literal,
    /// Decoded after `base64:`, to text as Talk v4 does.
    Base64AsTalk,
    /// Decoded after `base64:`, to bytes as everybody else does.
    Base64Bytes,
    /// Without white space at its ends.
    Trimmed,
    /// With a newline at its end.
    WithNewline,
    /// Without the quotes around it.
    Unquoted,
    /// The `secret` inside the JSON.
    InnerSecret,
    /// Decoded from hexadecimal.
    Hex,
    /// Decoded from base64.
    Base64,
    /// Without `ssosec_`.
    WithoutPrefix,
    /// Without `ssosec_`, the rest decoded from hexadecimal.
    WithoutPrefixHex,
    /// Without `ssosec_`, the rest decoded from base64.
    WithoutPrefixBase64,
}

impl fmt::Display for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Literal => "the secret to the letter",
            Self::Base64AsTalk => "what Talk makes of the base64 text after `base64:`",
            Self::Base64Bytes => "the bytes that the base64 text after `base64:` stands for",
            Self::Trimmed => "the secret without the white space at its ends",
            Self::WithNewline => "the secret with a newline at its end",
            Self::Unquoted => "the secret without the quotes around it",
            Self::InnerSecret => "the `secret` inside the JSON",
            Self::Hex => "the secret decoded from hexadecimal",
            Self::Base64 => "the secret decoded from base64",
            Self::WithoutPrefix => "the secret without its prefix `ssosec_`",
            Self::WithoutPrefixHex => {
                "the secret without its prefix `ssosec_`, decoded from hexadecimal"
            }
            Self::WithoutPrefixBase64 => {
                "the secret without its prefix `ssosec_`, decoded from base64"
            }
        })
    }
}

/// The reading of `secret` under which the token's signature is good, if there is one.
pub(super) fn signed_with(secret: &str, token: &Decoded) -> Option<Reading> {
    let algorithm = token
        .algorithm()
        .filter(|algorithm| algorithm.is_symmetric())?;
    let matches = |key: &[u8]| hmac_matches(algorithm, key, token.message(), &token.signature);
    readings(secret)
        .into_iter()
        .find(|(_, key)| matches(key))
        .map(|(reading, _)| reading)
}

/// The key that Talk v4 makes of an HMAC secret.
pub(super) fn talk_key(secret: &str) -> Zeroizing<Vec<u8>> {
    match secret.strip_prefix(PREFIX) {
        Some(encoded) => Zeroizing::new(
            String::from_utf8_lossy(&node_base64::decode(encoded))
                .into_owned()
                .into_bytes(),
        ),
        None => Zeroizing::new(secret.as_bytes().to_vec()),
    }
}

/// Whether Talk v4 loses some of a secret.
pub(super) fn talk_loses(secret: &str) -> bool {
    secret
        .strip_prefix(PREFIX)
        .is_some_and(|encoded| str::from_utf8(&node_base64::decode(encoded)).is_err())
}

/// The secret inside `{"secret": …}`.
pub(super) fn inner_secret(text: &str) -> Option<Zeroizing<String>> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let value = Wiped::read(text)?;
    let object = match &*value {
        Value::Array(list) => list.first()?,
        other => other,
    };
    Some(Zeroizing::new(object.get("secret")?.as_str()?.to_owned()))
}

fn readings(secret: &str) -> Vec<(Reading, Zeroizing<Vec<u8>>)> {
    let mut all = vec![(Reading::Literal, secret.as_bytes().to_vec())];
    let mut add = |reading, key: Vec<u8>| {
        if !key.is_empty() {
            all.push((reading, key));
        }
    };
    if let Some(encoded) = secret.strip_prefix(PREFIX) {
        add(Reading::Base64AsTalk, talk_key(secret).to_vec());
        add(Reading::Base64Bytes, node_base64::decode(encoded).to_vec());
    }
    add(Reading::Trimmed, secret.trim().as_bytes().to_vec());
    add(Reading::WithNewline, format!("{secret}\n").into_bytes());
    for quote in ['"', '\''] {
        let inner = secret
            .trim()
            .strip_prefix(quote)
            .and_then(|inner| inner.strip_suffix(quote));
        add(
            Reading::Unquoted,
            inner.unwrap_or_default().as_bytes().to_vec(),
        );
    }
    if let Some(inner) = inner_secret(secret) {
        add(Reading::InnerSecret, inner.as_bytes().to_vec());
    }
    add(Reading::Hex, hex(secret).unwrap_or_default());
    add(Reading::Base64, base64(secret).unwrap_or_default());
    if let Some(rest) = secret.strip_prefix(CORAL) {
        add(Reading::WithoutPrefix, rest.as_bytes().to_vec());
        add(Reading::WithoutPrefixHex, hex(rest).unwrap_or_default());
        add(
            Reading::WithoutPrefixBase64,
            base64(rest).unwrap_or_default(),
        );
    }
    all.into_iter()
        .map(|(reading, key)| (reading, Zeroizing::new(key)))
        .collect()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let pairs = digits.filter(|digits| digits.len() % 2 == 0)?;
    let byte = |pair: &[u32]| u8::try_from(pair[0] << 4 | pair[1]).ok();
    pairs.chunks_exact(2).map(byte).collect()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
        .into_iter()
        .find_map(|engine| engine.decode(text).ok())
}
