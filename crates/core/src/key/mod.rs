//! Signing keys: algorithms, making, importing and linting of key material, and its public JWK.

mod algorithm;
mod der;
mod error;
mod fingerprint;
mod generate;
mod import;
mod jwk;
mod kind;
mod lint;
mod material;
mod pem;
mod private;
mod public;
mod rsa;
mod signature;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use error::KeyError;
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use generate::generate;
pub(crate) use import::node_base64;
pub use import::{
    EntryFault, ImportError, ImportOptions, ImportWarning, Imported, JwkFault, TalkForm, import,
    import_coral,
};
pub use jwk::Jwk;
pub use material::KeyMaterial;
pub(crate) use material::hmac_matches;
pub use pem::PemError;
pub use signature::Signature;

#[cfg(test)]
mod tests;
