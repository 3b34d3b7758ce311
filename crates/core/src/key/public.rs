//! Public keys, parsed once.

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};

use super::{
    Algorithm, KeyError,
    der::{self, Reader},
    kind::Kind,
    rsa,
};

const SPKI: &str = "SubjectPublicKeyInfo";

/// A checked public key in the primitive's own form.
pub(super) struct PublicKey {
    algorithm: Algorithm,
    parsed: ParsedPublicKey,
    /// RSA: `RSAPublicKey` DER (RFC 8017, A.1.1). EC: the uncompressed point. Ed25519: its 32 bytes.
    raw: Vec<u8>,
    signature_len: usize,
}

impl PublicKey {
    /// Takes a key in its raw form (see the field) and checks all that can be wrong with it.
    pub(super) fn from_raw(algorithm: Algorithm, raw: &[u8]) -> Result<Self, KeyError> {
        let signature_len = match Kind::of(algorithm) {
            Some(Kind::Rsa) => {
                let (modulus, exponent) = rsa_numbers(raw)?;
                rsa::check(modulus, exponent)?;
                modulus.len()
            }
            Some(Kind::Ec(curve)) => {
                // The primitive also takes compressed points and whole SubjectPublicKeyInfos.
                if raw.first() != Some(&4) || raw.len() != 1 + 2 * curve.coordinate_len() {
                    return Err(KeyError::Point(curve.name()));
                }
                2 * curve.coordinate_len()
            }
            Some(Kind::Ed25519) if raw.len() == 32 && !is_small_order(raw) => 64,
            _ => return Err(KeyError::Point("Ed25519")),
        };
        let verification = verification(algorithm).ok_or(KeyError::Stored(algorithm))?;
        let parsed =
            ParsedPublicKey::new(verification, raw).map_err(|_| match Kind::of(algorithm) {
                Some(Kind::Ec(curve)) => KeyError::Point(curve.name()),
                Some(Kind::Ed25519) => KeyError::Point("Ed25519"),
                _ => KeyError::Malformed("RSAPublicKey"),
            })?;
        Ok(Self {
            algorithm,
            parsed,
            raw: raw.to_vec(),
            signature_len,
        })
    }

    /// Reads a `SubjectPublicKeyInfo` (RFC 5280, section 4.1).
    pub(super) fn from_spki(algorithm: Algorithm, spki: &[u8]) -> Result<Self, KeyError> {
        let (kind, raw) = split_spki(spki)?;
        kind.expect(algorithm)?;
        Self::from_raw(algorithm, raw)
    }

    /// The key as `SubjectPublicKeyInfo` DER.
    pub(super) fn to_spki(&self) -> Vec<u8> {
        let identifier = Kind::of(self.algorithm)
            .and_then(Kind::identifier)
            .unwrap_or_default();
        let bits = der::element(der::BIT_STRING, &[&[0], &self.raw]);
        der::element(der::SEQUENCE, &[&identifier, &bits]).to_vec()
    }

    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        signature.len() == self.signature_len && self.parsed.verify_sig(message, signature).is_ok()
    }
}

/// Splits a `SubjectPublicKeyInfo` into its kind and the raw key.
pub(super) fn split_spki(spki: &[u8]) -> Result<(Kind, &[u8]), KeyError> {
    let mut fields = der::sequence(spki, SPKI)?;
    let read = |fields: &mut Reader<'_>| Kind::read(Reader::new(fields.read(der::SEQUENCE)?));
    let kind = read(&mut fields).ok_or(KeyError::Malformed(SPKI))?;
    match fields.read(der::BIT_STRING) {
        Some([0, raw @ ..]) if fields.is_empty() => Ok((kind, raw)),
        _ => Err(KeyError::Malformed(SPKI)),
    }
}

/// Modulus and exponent of an `RSAPublicKey`, as magnitudes.
pub(super) fn rsa_numbers(raw: &[u8]) -> Result<(&[u8], &[u8]), KeyError> {
    const WHAT: &str = "RSAPublicKey";
    let mut numbers = der::sequence(raw, WHAT)?;
    match (numbers.unsigned(), numbers.unsigned()) {
        (Some(modulus), Some(exponent)) if numbers.is_empty() => Ok((modulus, exponent)),
        _ => Err(KeyError::Malformed(WHAT)),
    }
}

/// Whether a point of Ed25519 is one of the few for which anybody can make a signature.
///
/// These are all encodings, canonical or not, of points whose order divides eight, the sign bit aside.
fn is_small_order(point: &[u8]) -> bool {
    const ORDER_8: [[u8; 32]; 2] = [
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ],
    ];
    let [first, middle @ .., last] = point else {
        return false;
    };
    let last = last & 0x7f;
    let zero_or_one = *first <= 1 && last == 0 && middle.iter().all(|byte| *byte == 0);
    // 2^255 - 20 (that is -1), and 0 and 1 with the prime added.
    let near_prime =
        *first >= 0xec && *first <= 0xee && last == 0x7f && middle.iter().all(|byte| *byte == 0xff);
    let order_8 = ORDER_8
        .iter()
        .any(|known| known[..31] == point[..31] && known[31] == last);
    zero_or_one || near_prime || order_8
}

fn verification(algorithm: Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => return None,
        Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::ES512 => &signature::ECDSA_P521_SHA512_FIXED,
        Algorithm::EdDSA => &signature::ED25519,
    })
}
