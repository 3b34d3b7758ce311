//! JSON Web Keys with a private or a public half.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{
    ImportError, JwkFault,
    json::{Member, Object, Operations},
    pair,
};
use crate::key::{
    Algorithm, KeyError, KeyMaterial, der,
    kind::{Curve, Kind},
    private::PrivateKey,
    public::PublicKey,
};

/// Reads a JWK after checking that it is meant for this use (RFC 7517, sections 4.2 to 4.4).
pub(super) fn read(object: &Object, algorithm: Algorithm) -> Result<KeyMaterial, ImportError> {
    let kind = kind(object)?;
    check_purpose(object, algorithm)?;
    kind.expect(algorithm)?;
    let raw = match kind {
        Kind::Rsa => {
            let [modulus, exponent] = [("n", &object.n), ("e", &object.e)].map(member);
            let (modulus, exponent) = (der::unsigned(&modulus?), der::unsigned(&exponent?));
            der::element(der::SEQUENCE, &[&modulus, &exponent])
        }
        Kind::Ec(curve) => {
            let [x, y] = [("x", &object.x), ("y", &object.y)].map(member);
            let (x, y) = (x?, y?);
            if x.len() != curve.coordinate_len() || y.len() != curve.coordinate_len() {
                return Err(KeyError::Point(curve.name()).into());
            }
            Zeroizing::new([&[4], x.as_slice(), &y].concat())
        }
        _ => member(("x", &object.x))?,
    };
    let public = PublicKey::from_raw(algorithm, &raw)?;
    if object.d.is_none() {
        return Ok(KeyMaterial::from_public(algorithm, public));
    }
    let private = match kind {
        Kind::Rsa => rsa(object, algorithm)?,
        _ => scalar(object, algorithm, kind, &raw)?,
    };
    Ok(pair::paired(algorithm, private, &raw)?)
}

fn kind(object: &Object) -> Result<Kind, ImportError> {
    let curve = object.crv.as_ref().and_then(Member::text);
    match (object.kty.as_ref().and_then(Member::text), curve) {
        (Some("RSA"), _) => Ok(Kind::Rsa),
        (Some("EC"), Some("P-256")) => Ok(Kind::Ec(Curve::P256)),
        (Some("EC"), Some("P-384")) => Ok(Kind::Ec(Curve::P384)),
        (Some("EC"), Some("P-521")) => Ok(Kind::Ec(Curve::P521)),
        (Some("EC"), _) => Ok(Kind::OtherCurve),
        (Some("OKP"), Some("Ed25519")) => Ok(Kind::Ed25519),
        (Some("OKP"), _) => Ok(Kind::Other),
        _ => Err(ImportError::Jwk(JwkFault::Type)),
    }
}

fn check_purpose(object: &Object, algorithm: Algorithm) -> Result<(), ImportError> {
    let differs = |member: &Option<Member>, wanted| {
        member
            .as_ref()
            .is_some_and(|member| member.text() != Some(wanted))
    };
    if differs(&object.usage, "sig") {
        return Err(ImportError::Jwk(JwkFault::Use));
    }
    // A private key signs and may verify; a public one verifies.
    let (needed, allowed) = match &object.d {
        Some(_) => ("sign", ["sign", "verify"]),
        None => ("verify", ["verify", "verify"]),
    };
    let fits = match &object.key_ops {
        None => true,
        Some(Operations::List(list)) => {
            list.iter().any(|operation| operation == needed)
                && list
                    .iter()
                    .all(|operation| allowed.contains(&operation.as_str()))
        }
        Some(Operations::Other(_)) => false,
    };
    if !fits {
        return Err(ImportError::Jwk(JwkFault::Operations));
    }
    if differs(&object.alg, algorithm.name()) {
        return Err(ImportError::Jwk(JwkFault::Algorithm(algorithm)));
    }
    Ok(())
}

/// An RSA private key with all of its numbers, which RFC 7518, section 6.3.2, lets a JWK leave out.
fn rsa(object: &Object, algorithm: Algorithm) -> Result<PrivateKey, ImportError> {
    if object.oth.is_some() {
        return Err(ImportError::Jwk(JwkFault::Primes));
    }
    let mut content = der::unsigned(&[]);
    for named in [
        ("n", &object.n),
        ("e", &object.e),
        ("d", &object.d),
        ("p", &object.p),
        ("q", &object.q),
        ("dp", &object.dp),
        ("dq", &object.dq),
        ("qi", &object.qi),
    ] {
        let number = der::unsigned(&member(named)?);
        content = Zeroizing::new([content.as_slice(), &number].concat());
    }
    Ok(PrivateKey::from_pkcs1(
        algorithm,
        &der::element(der::SEQUENCE, &[&content]),
    )?)
}

/// An EC or Ed25519 private key; the scalar has its full length (RFC 7518, section 6.2.2.1).
fn scalar(
    object: &Object,
    algorithm: Algorithm,
    kind: Kind,
    public: &[u8],
) -> Result<PrivateKey, ImportError> {
    let scalar = member(("d", &object.d))?;
    let len = match kind {
        Kind::Ec(curve) => curve.coordinate_len(),
        _ => 32,
    };
    if scalar.len() != len {
        return Err(KeyError::Inconsistent.into());
    }
    Ok(PrivateKey::from_scalar(algorithm, &scalar, public)?)
}

fn member(
    (name, value): (&'static str, &Option<Member>),
) -> Result<Zeroizing<Vec<u8>>, ImportError> {
    let fault = ImportError::Jwk(JwkFault::Member(name));
    let text = value.as_ref().and_then(Member::text).ok_or(fault)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    URL_SAFE_NO_PAD
        .decode_vec(text, &mut bytes)
        .map_err(|_| fault)?;
    Ok(bytes)
}
