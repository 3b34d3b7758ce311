//! HMAC secrets, as Talk reads its settings.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use zeroize::Zeroizing;

use super::json::{self, Member, Object, Shape};
use super::node_base64;
use super::{EntryFault, ImportError, ImportOptions, ImportWarning, Imported, JwkFault, TalkForm};
use crate::key::{
    Algorithm, KeyMaterial,
    lint::{self, Guessable},
    material::WEAK_SECRET_LEN,
    private, public,
};

/// How all secrets begin that Coral makes.
const CORAL_PREFIX: &str = "ssosec_";
/// Fewer bytes than this, left of a lossy `base64:` secret, can be guessed.
const MIN_SURVIVING: usize = 8;
/// Seven bits each, and where the others were: about as strong as HMAC with SHA-256 has to be.
const ENOUGH_SURVIVING: usize = 16;

pub(super) fn import(text: &str, options: ImportOptions) -> Result<Imported, ImportError> {
    let text = without_newline(text);
    let looks_like_json = text.trim_start().starts_with('{');
    match json::read(text)? {
        Shape::Object(object) => object_secret(text, &object, options),
        Shape::Array(objects) => entry(&*json::only(objects)?, options),
        Shape::NotJson | Shape::Other => literal(text, looks_like_json, text, options),
    }
}

/// Editors and `echo` end a file with a newline; a setting has none.
fn without_newline(text: &str) -> &str {
    text.strip_suffix('\n')
        .map_or(text, |text| text.strip_suffix('\r').unwrap_or(text))
}

/// An object is an entry of `TALK_JWT_SECRETS` if it has a `kid`; otherwise Talk takes it to the letter.
fn object_secret(
    text: &str,
    object: &Object,
    options: ImportOptions,
) -> Result<Imported, ImportError> {
    refuse_keys(object, options.algorithm)?;
    if object.kid()?.is_some() {
        return entry(object, options);
    }
    if object.public.is_some() || object.private.is_some() {
        return Err(ImportError::AsymmetricAsSecret(options.algorithm));
    }
    let inner = json::inner_secret(object);
    literal(
        text,
        true,
        inner.as_deref().map_or(text, String::as_str),
        options,
    )
}

/// Refuses objects that are keys of another kind.
fn refuse_keys(object: &Object, algorithm: Algorithm) -> Result<(), ImportError> {
    if object.keys.is_some() {
        return Err(ImportError::Jwk(JwkFault::Set));
    }
    match object.kty.as_ref().map(Member::text) {
        None => Ok(()),
        Some(Some("oct")) => Err(ImportError::SymmetricJwk),
        Some(_) => Err(ImportError::AsymmetricAsSecret(algorithm)),
    }
}

fn entry(object: &Object, options: ImportOptions) -> Result<Imported, ImportError> {
    refuse_keys(object, options.algorithm)?;
    let kid = object.kid()?.ok_or(ImportError::Entry(EntryFault::Kid))?;
    let Some(secret) = &object.secret else {
        return Err(if object.public.is_some() || object.private.is_some() {
            ImportError::AsymmetricAsSecret(options.algorithm)
        } else {
            ImportError::Entry(EntryFault::Secret)
        });
    };
    let secret = secret
        .text()
        .ok_or(ImportError::Entry(EntryFault::Secret))?;
    let imported = literal(secret, false, secret, options)?;
    Ok(Imported {
        kid: Some(kid),
        form: TalkForm::Secrets,
        ..imported
    })
}

/// Takes `text` as Talk does. `judged` is the part of it that a guesser wouldn't know anyhow.
fn literal(
    text: &str,
    is_json: bool,
    judged: &str,
    options: ImportOptions,
) -> Result<Imported, ImportError> {
    if text.trim().is_empty() {
        return Err(ImportError::Empty);
    }
    if text.contains('\0') {
        return Err(ImportError::Nul);
    }
    let mut warnings = Vec::new();
    if is_json {
        warnings.push(ImportWarning::LiteralJson);
    }
    let (key, bytes) = match text.strip_prefix("base64:") {
        Some(base64) => decode(base64, options, &mut warnings)?,
        None => {
            if text.trim() != text {
                warnings.push(ImportWarning::OuterSpace);
            }
            (Zeroizing::new(text.to_owned()), judged.len())
        }
    };
    for text in [text, &key, judged] {
        if is_asymmetric(text) {
            return Err(ImportError::AsymmetricAsSecret(options.algorithm));
        }
    }
    let judged = if key.as_str() == text { judged } else { &key };
    let short = judge(judged.as_bytes(), bytes, options)?;
    warnings.extend(short.map(|bytes| ImportWarning::Weak { bytes }));
    let weak = warnings
        .iter()
        .any(|warning| matches!(warning, ImportWarning::Weak { .. }));
    Ok(Imported {
        material: KeyMaterial::from_secret(options.algorithm, key.as_bytes())?,
        kid: None,
        weak,
        warnings,
        form: TalkForm::Secret,
    })
}

/// Takes a secret of Coral's: its text, prefix and all, whatever it looks like.
pub(super) fn coral(text: &str, accept_weak: bool) -> Result<Imported, ImportError> {
    let options = ImportOptions {
        algorithm: Algorithm::HS256,
        accept_weak,
    };
    let text = without_newline(text);
    if is_asymmetric(text) {
        return Err(ImportError::AsymmetricAsSecret(options.algorithm));
    }
    let judged = text.strip_prefix(CORAL_PREFIX).unwrap_or(text);
    let weak = judge(judged.as_bytes(), judged.len(), options)?;
    let mut warnings = Vec::new();
    if judged.len() == text.len() {
        warnings.push(ImportWarning::NotCorals);
    }
    if text.trim() != text {
        warnings.push(ImportWarning::OuterSpace);
    }
    warnings.extend(weak.map(|bytes| ImportWarning::Weak { bytes }));
    Ok(Imported {
        material: KeyMaterial::from_secret(options.algorithm, text.as_bytes())?,
        kid: None,
        weak: weak.is_some(),
        warnings,
        form: TalkForm::Secret,
    })
}

/// Refuses a secret that is guessable or too short; tells the strength in bytes of one that is weak and accepted.
///
/// `bytes` is its length before anything was lost.
fn judge(
    secret: &[u8],
    bytes: usize,
    options: ImportOptions,
) -> Result<Option<usize>, ImportError> {
    let algorithm = options.algorithm;
    let strength = lint::strength(secret).map_err(|guessable| match guessable {
        Guessable::Common => ImportError::Common,
        Guessable::LowVariety => ImportError::LowVariety,
    });
    let wanted = algorithm.hash_len();
    let lowered = options.accept_weak && algorithm == Algorithm::HS256;
    let floor = if lowered { WEAK_SECRET_LEN } else { wanted };
    let may_accept = algorithm == Algorithm::HS256 && !options.accept_weak;
    match strength {
        Err(ImportError::Common) => Err(ImportError::Common),
        // "Six bytes" says more than "few characters" where both are true.
        _ if bytes < floor => Err(ImportError::TooShort {
            algorithm,
            bytes,
            wanted,
            may_accept,
        }),
        Err(error) => Err(error),
        Ok(strength) if strength < floor => Err(ImportError::Repeats {
            algorithm,
            bytes: strength,
            wanted,
            may_accept,
        }),
        Ok(strength) => {
            let bytes = strength.min(bytes);
            Ok((bytes < wanted).then_some(bytes))
        }
    }
}

/// `Buffer.from(text, 'base64').toString()` of Node: the key, and its length before it was read as UTF-8.
fn decode(
    encoded: &str,
    options: ImportOptions,
    warnings: &mut Vec<ImportWarning>,
) -> Result<(Zeroizing<String>, usize), ImportError> {
    // Node cuts characters to their low byte where a string has any above U+00FF, and then decodes those.
    if !encoded.is_ascii() {
        return Err(ImportError::Base64NotAscii);
    }
    let bytes = node_base64::decode(encoded);
    if bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    let key = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    if key.as_bytes() == bytes.as_slice() {
        warnings.push(ImportWarning::Base64);
        return Ok((key, bytes.len()));
    }
    let replaced = key.matches(char::REPLACEMENT_CHARACTER).count();
    warnings.push(ImportWarning::Base64Lossy { replaced });
    let surviving = key.len() - replaced * char::REPLACEMENT_CHARACTER.len_utf8();
    let accepted = options.accept_weak && options.algorithm == Algorithm::HS256;
    if surviving < MIN_SURVIVING || (surviving < ENOUGH_SURVIVING && !accepted) {
        return Err(ImportError::Base64Lost {
            bytes: surviving,
            wanted: options.algorithm.hash_len(),
            may_accept: options.algorithm == Algorithm::HS256
                && !options.accept_weak
                && surviving >= MIN_SURVIVING,
        });
    }
    if surviving < ENOUGH_SURVIVING {
        warnings.push(ImportWarning::Weak { bytes: surviving });
    }
    Ok((key, bytes.len()))
}

/// Whether a text is an asymmetric key in some dress: its public half would be no secret, and is what an attacker
/// signs with where a verifier is confused about the algorithm (RFC 8725, section 2.1).
fn is_asymmetric(text: &str) -> bool {
    const SSH: [&str; 4] = ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "ssh-dss "];
    let start = text.trim_start();
    if text.contains("-----BEGIN ") || SSH.iter().any(|name| start.starts_with(name)) {
        return true;
    }
    if let Ok(Shape::Object(object)) = json::read(text)
        && object
            .kty
            .as_ref()
            .is_some_and(|kty| kty.text() != Some("oct"))
    {
        return true;
    }
    let base64: Zeroizing<String> = Zeroizing::new(
        text.chars()
            .filter(|character| !character.is_ascii_whitespace())
            .collect(),
    );
    [&STANDARD, &URL_SAFE].into_iter().any(|engine| {
        engine.decode(base64.as_bytes()).is_ok_and(|der| {
            let der = Zeroizing::new(der);
            public::split_spki(&der).is_ok()
                || public::rsa_numbers(&der).is_ok()
                || private::is_pkcs8(&der)
        })
    })
}
