//! PEM, bare or in Talk's JSON.

use super::{
    EntryFault, ImportError,
    json::{Member, Object},
    unescape,
};
use crate::key::{
    Algorithm, KeyError, KeyMaterial,
    kind::Kind,
    pem::{self, Block, Label},
    private::PrivateKey,
    public::PublicKey,
};

/// Reads PEM with a private key, a public key, or both of one pair.
pub(super) fn from_pem(text: &str, algorithm: Algorithm) -> Result<KeyMaterial, ImportError> {
    let blocks = keys(text)?;
    let (private, public): (Vec<_>, Vec<_>) = blocks.iter().partition(|block| is_private(block));
    match (&*private, &*public) {
        ([private], []) => join(Some(private), None, algorithm),
        ([], [public]) => join(None, Some(public), algorithm),
        ([private], [public]) => join(Some(private), Some(public), algorithm),
        _ => Err(ImportError::Blocks {
            private: private.len(),
            public: public.len(),
        }),
    }
}

/// Reads Talk's `{"public": PEM, "private": PEM}`. Talk needs `public`; here it is derived if it's missing.
pub(super) fn from_entry(
    object: &Object,
    algorithm: Algorithm,
) -> Result<KeyMaterial, ImportError> {
    let read = |member: &Option<Member>| match member {
        None => Ok(None),
        Some(Member::Text(pem)) => single(pem).map(Some),
        Some(Member::Other(_)) => Err(ImportError::Entry(EntryFault::Pems)),
    };
    // Talk takes an empty `private` for none.
    let private = match &object.private {
        Some(Member::Text(pem)) if pem.is_empty() => None,
        member => read(member)?,
    };
    let public = read(&object.public)?;
    if private.is_none() && public.is_none() {
        return Err(if object.secret.is_some() {
            ImportError::NotAKey(algorithm)
        } else {
            ImportError::Entry(EntryFault::Pems)
        });
    }
    if public.as_ref().is_some_and(is_private) {
        return Err(ImportError::PrivateAsPublic);
    }
    if private.as_ref().is_some_and(|block| !is_private(block)) {
        return Err(ImportError::PublicAsPrivate);
    }
    join(private.as_ref(), public.as_ref(), algorithm)
}

/// Reads PEM that must hold exactly one key.
fn single(pem: &str) -> Result<Block, ImportError> {
    let mut blocks = keys(&unescape(pem))?;
    match (blocks.pop(), blocks.is_empty()) {
        (Some(block), true) => Ok(block),
        (None, _) => Err(ImportError::Entry(EntryFault::Pems)),
        (Some(block), false) => {
            blocks.push(block);
            let private = blocks.iter().filter(|block| is_private(block)).count();
            let public = blocks.len() - private;
            Err(ImportError::Blocks { private, public })
        }
    }
}

/// All blocks that are keys. `EC PARAMETERS` say nothing that the key after them doesn't say again.
fn keys(text: &str) -> Result<Vec<Block>, ImportError> {
    let mut blocks = pem::decode(text)?;
    blocks.retain(|block| block.label != Label::EcParameters);
    Ok(blocks)
}

const fn is_private(block: &Block) -> bool {
    matches!(block.label, Label::Pkcs8 | Label::Pkcs1 | Label::Sec1)
}

fn join(
    private: Option<&Block>,
    public: Option<&Block>,
    algorithm: Algorithm,
) -> Result<KeyMaterial, ImportError> {
    let public = public
        .map(|block| read_public(block, algorithm))
        .transpose()?;
    let private = private
        .map(|block| read_private(block, algorithm))
        .transpose()?;
    Ok(match (private, public) {
        (Some(private), Some(public)) => paired(algorithm, private, public.raw())?,
        (Some(private), None) => checked(KeyMaterial::from_private(algorithm, private)?)?,
        (None, Some(public)) => KeyMaterial::from_public(algorithm, public),
        (None, None) => return Err(ImportError::NotAKey(algorithm)),
    })
}

fn read_public(block: &Block, algorithm: Algorithm) -> Result<PublicKey, KeyError> {
    match block.label {
        Label::Pkcs1Public => {
            Kind::Rsa.expect(algorithm)?;
            PublicKey::from_raw(algorithm, &block.der)
        }
        _ => PublicKey::from_spki(algorithm, &block.der),
    }
}

fn read_private(block: &Block, algorithm: Algorithm) -> Result<PrivateKey, KeyError> {
    match block.label {
        Label::Pkcs1 => PrivateKey::from_pkcs1(algorithm, &block.der),
        Label::Sec1 => PrivateKey::from_sec1(algorithm, &block.der),
        _ => PrivateKey::from_pkcs8(algorithm, &block.der),
    }
}

/// Joins a private key with the public key that came with it, in the raw form of [`PublicKey`].
pub(super) fn paired(
    algorithm: Algorithm,
    private: PrivateKey,
    public: &[u8],
) -> Result<KeyMaterial, KeyError> {
    if private.public_raw() != public {
        return Err(KeyError::NotAPair);
    }
    checked(KeyMaterial::from_private(algorithm, private)?)
}

/// Proves once that the two halves work together, before anybody relies on them.
fn checked(material: KeyMaterial) -> Result<KeyMaterial, KeyError> {
    const MESSAGE: &[u8] = b"import";
    let signature = material.sign(MESSAGE)?;
    if material.verify(MESSAGE, signature.as_ref()) {
        Ok(material)
    } else {
        Err(KeyError::Inconsistent)
    }
}
