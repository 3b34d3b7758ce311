//! Keys that a newsroom brings along, in the forms in which Talk, Coral and key tools write them.

mod error;
mod json;
mod jwk;
pub(crate) mod node_base64;
mod pair;
mod secret;

use std::fmt;

use zeroize::Zeroizing;

use self::json::Shape;
use super::{Algorithm, KeyMaterial};

pub use error::{EntryFault, ImportError, JwkFault};

/// Key files are far smaller; what is larger was picked by mistake, and isn't worth parsing.
const MAX_INPUT: usize = 64 * 1024;

/// What to take an imported text for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ImportOptions {
    /// The algorithm that the key is used with (`TALK_JWT_ALG`).
    pub algorithm: Algorithm,
    /// Takes an HS256 secret of 16 to 31 bytes, which RFC 7518, section 3.2, forbids; never a guessable one.
    pub accept_weak: bool,
}

/// Which of Talk's settings the key stands in, and so whether Talk looks at a token's `kid`.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TalkForm {
    /// `TALK_JWT_SECRET`: one key; a token's `kid` is ignored. Also any form that isn't Talk's.
    Secret,
    /// An entry of `TALK_JWT_SECRETS`: a token without this very `kid` is refused.
    Secrets,
}

/// An imported key.
#[derive(Debug)]
pub struct Imported {
    /// The key.
    pub material: KeyMaterial,
    /// The `kid` that came with it, to be kept to the letter.
    pub kid: Option<String>,
    /// Whether it is a secret that only [`ImportOptions::accept_weak`] let through.
    pub weak: bool,
    /// What the person who imports it must know.
    pub warnings: Vec<ImportWarning>,
    /// Where Talk has it.
    pub form: TalkForm,
}

/// What the person who imports a key must know. No variant holds any of the key.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ImportWarning {
    /// The secret is text that looks like JSON.
    LiteralJson,
    /// The secret begins with `base64:`.
    Base64,
    /// The secret begins with `base64:` and isn't UTF-8 once decoded.
    Base64Lossy {
        /// How many U+FFFD stand in the key for what was lost.
        replaced: usize,
    },
    /// The secret begins or ends with white space.
    OuterSpace,
    /// The secret is shorter than its algorithm wants.
    Weak {
        /// Its length in bytes.
        bytes: usize,
    },
    /// There is no private half.
    PublicOnly,
    /// It is for Coral, and doesn't look as if Coral had made it.
    NotCorals,
}

impl fmt::Display for ImportWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LiteralJson => formatter.write_str(
                "the secret looks like JSON. It was taken to the letter, braces and all, since Talk does so with \
                 TALK_JWT_SECRET for HS256, HS384 and HS512, whatever its documentation says",
            ),
            Self::Base64 => formatter.write_str(
                "the secret begins with `base64:`, so it was decoded to text as Talk v4 does. Coral doesn't decode: \
                 there the same setting is another key",
            ),
            Self::Base64Lossy { replaced } => write!(
                formatter,
                "the secret begins with `base64:` and isn't UTF-8 text once decoded: Talk v4 puts U+FFFD in place \
                 of what it can't read ({replaced} times here), and so did this import. The key is weaker than its \
                 length, and no other library makes the same key of it: rotate to a new one soon",
            ),
            Self::OuterSpace => formatter.write_str(
                "the secret begins or ends with white space, which was kept; if tokens of Talk are refused, it is \
                 no part of the secret",
            ),
            Self::Weak { bytes } => write!(
                formatter,
                "the secret has no more than {bytes} bytes to guess, fewer than its algorithm wants \
                 (RFC 7518, section 3.2); rotate to a new one soon",
            ),
            Self::NotCorals => formatter.write_str(
                "the secret doesn't begin with `ssosec_`, as those do that Coral makes. Copy it from Coral's admin, \
                 prefix and all, or Coral refuses every token",
            ),
            Self::PublicOnly => formatter
                .write_str("only the public key was given: it verifies tokens and can't sign any"),
        }
    }
}

/// Reads a key in any form that Talk's settings know, as PEM, or as a JWK (RFC 7517).
///
/// For HMAC the text is the secret, to the letter but for one newline at its end, with two exceptions that Talk
/// makes: a text that begins with `base64:` is decoded, and a JSON object with `kid` and `secret`, alone or in an
/// array, is an entry of `TALK_JWT_SECRETS`. Asymmetric keys are PEM (a private key, a public key, or both of one
/// pair), a JWK, or Talk's JSON with `public` and `private`.
///
/// # Errors
/// Whatever keeps the text from being a key of this algorithm that is safe to use, with what to do about it; never
/// with any of the text.
pub fn import(text: &[u8], options: ImportOptions) -> Result<Imported, ImportError> {
    let text = readable(text)?;
    if options.algorithm.is_symmetric() {
        secret::import(text, options)
    } else {
        asymmetric(text, options.algorithm)
    }
}

/// Reads a signing secret of Coral's. Coral uses it for HS256 as the text that its admin shows: nothing in it is decoded.
///
/// # Errors
/// As [`import`].
pub fn import_coral(text: &[u8], accept_weak: bool) -> Result<Imported, ImportError> {
    secret::coral(readable(text)?, accept_weak)
}

/// The text, if it can be a key's at all.
fn readable(text: &[u8]) -> Result<&str, ImportError> {
    if text.len() > MAX_INPUT {
        return Err(ImportError::TooLarge { bytes: text.len() });
    }
    let text = str::from_utf8(text).map_err(|_| ImportError::NotText)?;
    if text.starts_with('\u{feff}') {
        return Err(ImportError::ByteOrderMark);
    }
    if text.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    if text.contains('\0') {
        return Err(ImportError::Nul);
    }
    Ok(text)
}

fn asymmetric(text: &str, algorithm: Algorithm) -> Result<Imported, ImportError> {
    let (object, form) = match json::read(text)? {
        Shape::NotJson if text.contains("-----BEGIN ") => {
            let material = pair::from_pem(&unescape(text), algorithm)?;
            return Ok(imported(material, None, TalkForm::Secret));
        }
        Shape::NotJson | Shape::Other => return Err(ImportError::NotAKey(algorithm)),
        Shape::Object(object) => (object, TalkForm::Secret),
        Shape::Array(objects) => (json::only(objects)?, TalkForm::Secrets),
    };
    if object.keys.is_some() {
        return Err(ImportError::Jwk(JwkFault::Set));
    }
    let kid = object.kid()?;
    if object.kty.is_some() {
        return Ok(imported(
            jwk::read(&object, algorithm)?,
            kid,
            TalkForm::Secret,
        ));
    }
    if form == TalkForm::Secrets && kid.is_none() {
        return Err(ImportError::Entry(EntryFault::Kid));
    }
    let material = pair::from_entry(&object, algorithm)?;
    let form = if kid.is_some() {
        TalkForm::Secrets
    } else {
        form
    };
    Ok(imported(material, kid, form))
}

fn imported(material: KeyMaterial, kid: Option<String>, form: TalkForm) -> Imported {
    let warnings = if material.can_sign() {
        Vec::new()
    } else {
        vec![ImportWarning::PublicOnly]
    };
    Imported {
        material,
        kid,
        weak: false,
        warnings,
        form,
    }
}

/// A backslash and an `n` are a newline in Talk's PEMs: settings files have no other way to write one.
fn unescape(pem: &str) -> Zeroizing<String> {
    Zeroizing::new(pem.replace("\\n", "\n"))
}

#[cfg(test)]
mod tests;
