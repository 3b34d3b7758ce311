//! Raw JWS signatures.

use std::fmt;

/// The longest signature that isn't RSA's: ES512.
const INLINE: usize = 132;

/// A raw JWS signature (for ES* `r || s`, RFC 7518, section 3.4). On the heap for RSA only.
#[derive(Clone)]
pub struct Signature(Bytes);

#[derive(Clone)]
enum Bytes {
    Inline { bytes: [u8; INLINE], len: usize },
    Heap(Vec<u8>),
}

impl Signature {
    pub(super) fn new(signature: &[u8]) -> Self {
        let mut bytes = [0; INLINE];
        match bytes.get_mut(..signature.len()) {
            Some(head) => {
                head.copy_from_slice(signature);
                Self(Bytes::Inline {
                    bytes,
                    len: signature.len(),
                })
            }
            None => Self(Bytes::Heap(signature.to_vec())),
        }
    }

    pub(super) const fn from_vec(signature: Vec<u8>) -> Self {
        Self(Bytes::Heap(signature))
    }
}

impl AsRef<[u8]> for Signature {
    fn as_ref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Inline { bytes, len } => bytes.get(..*len).unwrap_or_default(),
            Bytes::Heap(bytes) => bytes,
        }
    }
}

/// A signature makes a token of the text it signs, so it isn't printed.
impl fmt::Debug for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Signature({} bytes)", self.as_ref().len())
    }
}
