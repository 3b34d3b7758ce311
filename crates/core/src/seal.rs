//! Sealing: secrets are encrypted at rest, bound to the row that they belong to.
//!
//! AES-256-GCM-SIV (RFC 8452): a nonce that repeats by bad luck gives away no more than that two texts are equal.

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey},
    hmac,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    audit::hex,
    id::{Kid, TenantId},
};

const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 12;
/// Bytes of a fingerprint: enough to tell keys apart.
const FINGERPRINT_LENGTH: usize = 8;

/// Why master keys can't be read, or something can't be sealed or opened. None says anything of the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The setting isn't a list of keys.
    #[error(
        "a master key must be one or more `id:base64` entries, comma-separated; entry {entry} {problem}. \
         Make one with: lanyard master-key"
    )]
    Setting {
        /// Which entry, counted from one.
        entry: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The row was sealed with a master key that isn't configured.
    #[error("a secret is sealed with master key `{0}`, which LANYARD_MASTER_KEY doesn't have")]
    UnknownMasterKey(String),
    /// The sealed bytes were changed, cut, or belong to another row.
    #[error(
        "a sealed secret doesn't open: it was changed, or moved from another row, or its master key has other bytes"
    )]
    Corrupt,
    /// The primitive failed.
    #[error("sealing failed")]
    Failed,
}

/// A sealed secret and the master key that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Id of the master key.
    pub master_key_id: String,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

struct MasterKey {
    id: String,
    fingerprint: String,
    key: RandomizedNonceKey,
}

/// The master keys: the first seals, all open.
pub struct MasterKeys {
    keys: Vec<MasterKey>,
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_list()
            .entries(self.keys.iter().map(|key| &key.id))
            .finish()
    }
}

impl MasterKeys {
    /// Reads `id:base64[,id:base64…]`, each of 32 bytes.
    ///
    /// # Errors
    /// [`SealError::Setting`] with the entry that is wrong.
    pub fn parse(setting: &str) -> Result<Self, SealError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (index, entry) in setting.trim().split(',').enumerate() {
            let wrong = |problem| SealError::Setting {
                entry: index + 1,
                problem,
            };
            let (id, encoded) = entry
                .trim()
                .split_once(':')
                .ok_or_else(|| wrong("has no colon"))?;
            let plain =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            if !(1..=64).contains(&id.len()) || !id.bytes().all(plain) {
                return Err(wrong(
                    "has an id that isn't 1 to 64 letters, digits, dots, hyphens or underscores",
                ));
            }
            if keys.iter().any(|other| other.id == id) {
                return Err(wrong("repeats an id"));
            }
            let mut bytes = STANDARD
                .decode(encoded)
                .map_err(|_| wrong("isn't base64 after the colon"))?;
            let key = if bytes.len() == KEY_LENGTH && bytes.iter().any(|byte| *byte != bytes[0]) {
                RandomizedNonceKey::new(&AES_256_GCM_SIV, &bytes).map_err(|_| SealError::Failed)
            } else {
                Err(wrong("must hold 32 random bytes"))
            };
            let fingerprint = fingerprint(&bytes);
            bytes.zeroize();
            keys.push(MasterKey {
                id: id.to_owned(),
                fingerprint,
                key: key?,
            });
        }
        Ok(Self { keys })
    }

    /// A new master key in the form that [`Self::parse`] reads.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn generate(id: &str) -> Result<Zeroizing<String>, SealError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        aws_lc_rs::rand::fill(&mut bytes[..]).map_err(|_| SealError::Failed)?;
        let encoded = Zeroizing::new(STANDARD.encode(&bytes[..]));
        Ok(Zeroizing::new(format!("{id}:{}", *encoded)))
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn sealing_id(&self) -> &str {
        &self.keys[0].id
    }

    /// Whether there is a key of this id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id == id)
    }

    /// `id:fingerprint` of each key, in order. It tells two keys of one id apart, and reveals nothing of either.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        self.keys
            .iter()
            .map(|key| format!("{}:{}", key.id, key.fingerprint))
            .collect()
    }

    /// Seals the private part of a signing key, bound to its tenant and kid.
    ///
    /// # Errors
    /// [`SealError::Failed`] only.
    pub fn seal(&self, tenant: TenantId, kid: &Kid, secret: &[u8]) -> Result<Sealed, SealError> {
        self.seal_with(&of_signing_key(tenant, kid), secret)
    }

    /// Opens what [`Self::seal`] sealed for the same tenant and kid.
    ///
    /// # Errors
    /// The master key is missing, or the bytes aren't what was sealed for this row.
    pub fn open(
        &self,
        tenant: TenantId,
        kid: &Kid,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.open_with(&of_signing_key(tenant, kid), sealed)
    }

    /// Seals any other secret, bound to what it is for (a fixed text of the caller's) and to the row that it is of.
    ///
    /// # Errors
    /// [`SealError::Failed`] only.
    pub fn seal_for(
        &self,
        purpose: &str,
        context: &[&[u8]],
        secret: &[u8],
    ) -> Result<Sealed, SealError> {
        self.seal_with(&of_purpose(purpose, context), secret)
    }

    /// Opens what [`Self::seal_for`] sealed for the same purpose and context.
    ///
    /// # Errors
    /// The master key is missing, or the bytes aren't what was sealed for this row.
    pub fn open_for(
        &self,
        purpose: &str,
        context: &[&[u8]],
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.open_with(&of_purpose(purpose, context), sealed)
    }

    /// Opens what [`Self::seal`] sealed, and seals it with the key that seals now.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn reseal(
        &self,
        tenant: TenantId,
        kid: &Kid,
        sealed: &Sealed,
    ) -> Result<Sealed, SealError> {
        self.seal(tenant, kid, &self.open(tenant, kid, sealed)?)
    }

    /// Opens what [`Self::seal_for`] sealed, and seals it with the key that seals now.
    ///
    /// # Errors
    /// Those of [`Self::open_for`].
    pub fn reseal_for(
        &self,
        purpose: &str,
        context: &[&[u8]],
        sealed: &Sealed,
    ) -> Result<Sealed, SealError> {
        self.seal_for(purpose, context, &self.open_for(purpose, context, sealed)?)
    }

    fn seal_with(&self, associated: &[u8], secret: &[u8]) -> Result<Sealed, SealError> {
        let MasterKey { id, key, .. } = &self.keys[0];
        let mut text = Zeroizing::new(secret.to_vec());
        let nonce = key
            .seal_in_place_append_tag(Aad::from(associated), &mut *text)
            .map_err(|_| SealError::Failed)?;
        let mut bytes = nonce.as_ref().to_vec();
        bytes.extend_from_slice(&text);
        Ok(Sealed {
            master_key_id: id.clone(),
            bytes,
        })
    }

    fn open_with(
        &self,
        associated: &[u8],
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let MasterKey { key, .. } = self
            .keys
            .iter()
            .find(|key| key.id == sealed.master_key_id)
            .ok_or_else(|| SealError::UnknownMasterKey(sealed.master_key_id.clone()))?;
        let (nonce, text) = sealed
            .bytes
            .split_at_checked(NONCE_LENGTH)
            .ok_or(SealError::Corrupt)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Corrupt)?;
        let mut text = Zeroizing::new(text.to_vec());
        let length = key
            .open_in_place(nonce, Aad::from(associated), &mut text)
            .map_err(|_| SealError::Corrupt)?
            .len();
        text.truncate(length);
        Ok(text)
    }
}

/// The beginning of an HMAC (RFC 2104, SHA-256) under the key, in hexadecimal.
fn fingerprint(key: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, b"lanyard master key fingerprint 1");
    hex(&tag.as_ref()[..FINGERPRINT_LENGTH])
}

/// Purpose, tenant and kid. The first two have fixed lengths, so no two rows share a text.
fn of_signing_key(tenant: TenantId, kid: &Kid) -> Vec<u8> {
    let mut data = b"lanyard signing key 1".to_vec();
    data.extend_from_slice(tenant.0.as_bytes());
    data.extend_from_slice(kid.as_str().as_bytes());
    data
}

/// Each part after its length in eight bytes. These begin with zeros, so no text is a signing key's.
fn of_purpose(purpose: &str, context: &[&[u8]]) -> Vec<u8> {
    let mut data = Vec::new();
    for part in [purpose.as_bytes()].iter().chain(context) {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{MasterKeys, SealError};
    use crate::id::TenantId;

    const ONE: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const TWO: &str = "k2:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

    #[test]
    fn what_was_sealed_opens_for_the_same_row_only() {
        let keys = MasterKeys::parse(ONE).unwrap();
        let (tenant, other) = (TenantId(Uuid::from_u128(1)), TenantId(Uuid::from_u128(2)));
        let (kid, other_kid) = ("a".parse().unwrap(), "b".parse().unwrap());
        let sealed = keys.seal(tenant, &kid, b"top secret").unwrap();
        assert!(!sealed.bytes.windows(3).any(|part| part == b"top"));
        assert_eq!(
            &keys.open(tenant, &kid, &sealed).unwrap()[..],
            b"top secret"
        );
        assert_eq!(keys.open(other, &kid, &sealed), Err(SealError::Corrupt));
        assert_eq!(
            keys.open(tenant, &other_kid, &sealed),
            Err(SealError::Corrupt)
        );
        for index in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[index] ^= 1;
            assert_eq!(keys.open(tenant, &kid, &changed), Err(SealError::Corrupt));
            changed.bytes.truncate(index);
            assert_eq!(keys.open(tenant, &kid, &changed), Err(SealError::Corrupt));
        }
    }

    #[test]
    fn what_was_sealed_for_a_purpose_opens_for_it_and_its_row_only() {
        let keys = MasterKeys::parse(ONE).unwrap();
        let sealed = keys.seal_for("letter", &[b"ab", b"c"], b"secret").unwrap();
        let open = |purpose, context: &[&[u8]]| keys.open_for(purpose, context, &sealed);
        assert_eq!(&open("letter", &[b"ab", b"c"]).unwrap()[..], b"secret");
        for (purpose, context) in [
            ("lette", &[&b"rab"[..], b"c"][..]),
            ("letter", &[b"a", b"bc"]),
            ("letter", &[b"abc"]),
            ("letter", &[b"ab", b"c", b""]),
            ("answer", &[b"ab", b"c"]),
        ] {
            assert_eq!(open(purpose, context), Err(SealError::Corrupt));
        }
        let (tenant, kid) = (TenantId(Uuid::nil()), "a".parse().unwrap());
        assert_eq!(keys.open(tenant, &kid, &sealed), Err(SealError::Corrupt));
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let (tenant, kid) = (TenantId(Uuid::from_u128(1)), "a".parse().unwrap());
        let old = MasterKeys::parse(ONE)
            .unwrap()
            .seal(tenant, &kid, b"x")
            .unwrap();
        let both = MasterKeys::parse(&format!("{TWO},{ONE}")).unwrap();
        assert_eq!(&both.open(tenant, &kid, &old).unwrap()[..], b"x");
        assert_eq!(both.seal(tenant, &kid, b"x").unwrap().master_key_id, "k2");
        let new = MasterKeys::parse(TWO).unwrap();
        assert_eq!(
            new.open(tenant, &kid, &old),
            Err(SealError::UnknownMasterKey("k1".into()))
        );
    }

    #[test]
    fn a_fingerprint_tells_keys_of_one_id_apart_and_shows_nothing_of_them() {
        let keys = MasterKeys::parse(&format!("{ONE},{TWO}")).unwrap();
        let both = keys.fingerprints();
        let other = MasterKeys::parse(&TWO.replace("k2", "k1")).unwrap();
        assert!(both[0].starts_with("k1:") && both[1].starts_with("k2:"));
        assert_ne!(both[0], other.fingerprints()[0]);
        assert_eq!(both[1][3..], other.fingerprints()[0][3..]);
        assert_eq!(both[0].len(), "k1:".len() + 16);
        assert!(!both[0].contains("000102"), "{}", both[0]);
    }

    #[test]
    fn a_wrong_setting_is_named_by_its_entry_and_never_printed() {
        for bad in [
            "",
            "k1",
            "k1:abc",
            "k 1:AAAA",
            "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            &format!("{ONE},{ONE}"),
        ] {
            let error = MasterKeys::parse(bad).unwrap_err();
            assert!(matches!(error, SealError::Setting { .. }), "{bad}");
            assert!(!error.to_string().contains("AAEC"));
        }
        assert_eq!(format!("{:?}", MasterKeys::parse(ONE).unwrap()), "[\"k1\"]");
    }
}
