//! Imports: what is taken, what is refused, and that nothing of a secret is repeated.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use super::{EntryFault, ImportError, ImportOptions, ImportWarning, Imported, JwkFault, TalkForm};
use crate::key::{Algorithm, KeyError, KeyMaterial, PemError, der, pem, tests::key};

/// Text with nothing special about it, 43 bytes.
const SECRET: &str = "mW3kT-9vQzL_x7RbY2pHc8NsJd4GfA6uEiKoV5tZ0Cw";

fn take(text: &str, algorithm: Algorithm) -> Result<Imported, ImportError> {
    let options = ImportOptions {
        algorithm,
        accept_weak: false,
    };
    super::import(text.as_bytes(), options)
}

fn take_weak(text: &str, algorithm: Algorithm) -> Result<Imported, ImportError> {
    let options = ImportOptions {
        algorithm,
        accept_weak: true,
    };
    super::import(text.as_bytes(), options)
}

fn hs256(text: &str) -> Result<Imported, ImportError> {
    take(text, Algorithm::HS256)
}

fn refusal(text: &str, algorithm: Algorithm) -> ImportError {
    take(text, algorithm).unwrap_err()
}

fn agrees(imported: &Imported, key: &KeyMaterial) {
    assert_eq!(imported.material.public_pem(), key.public_pem());
    assert_eq!(imported.material.private_pem(), key.private_pem());
    assert_eq!(imported.warnings, []);
    assert!(!imported.weak);
}

fn asymmetric() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL
        .into_iter()
        .filter(|algorithm| !algorithm.is_symmetric())
}

mod asymmetric;
mod jwk;
mod secrets;
