//! Public JSON Web Keys (RFC 7517; RFC 7518, section 6; RFC 8037, section 2).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use super::{
    Algorithm,
    kind::Kind,
    public::{PublicKey, rsa_numbers},
};

/// A public key as an entry of a JWKS. It has no member that a private or a symmetric key would need.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Jwk {
    kty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    kid: String,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: Algorithm,
}

impl Jwk {
    pub(super) fn new(algorithm: Algorithm, key: &PublicKey, kid: &str) -> Option<Self> {
        let encode = |bytes: &[u8]| Some(URL_SAFE_NO_PAD.encode(bytes));
        let mut jwk = Self {
            kty: "RSA",
            crv: None,
            x: None,
            y: None,
            n: None,
            e: None,
            kid: kid.to_owned(),
            usage: "sig",
            alg: algorithm,
        };
        match Kind::of(algorithm)? {
            Kind::Rsa => {
                let (modulus, exponent) = rsa_numbers(key.raw()).ok()?;
                jwk.n = encode(modulus);
                jwk.e = encode(exponent);
            }
            Kind::Ec(curve) => {
                let (x, y) = key
                    .raw()
                    .get(1..)?
                    .split_at_checked(curve.coordinate_len())?;
                jwk.kty = "EC";
                jwk.crv = Some(curve.name());
                jwk.x = encode(x);
                jwk.y = encode(y);
            }
            Kind::Ed25519 => {
                jwk.kty = "OKP";
                jwk.crv = Some("Ed25519");
                jwk.x = encode(key.raw());
            }
            Kind::RsaPss | Kind::OtherCurve | Kind::Other => return None,
        }
        Some(jwk)
    }

    /// The key id.
    pub fn kid(&self) -> &str {
        &self.kid
    }
}
