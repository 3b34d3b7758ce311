//! The little DER that keys need (X.690): read strictly, written canonically.

use zeroize::Zeroizing;

use super::KeyError;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// A reader over the rest of a DER value. Indefinite and non-minimal lengths are refused.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(der: &'a [u8]) -> Self {
        Self(der)
    }

    /// The content of the next element, which must have `tag`.
    pub(super) fn read(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&first, rest) = self.0.split_first()?;
        if first != tag {
            return None;
        }
        let (len, rest) = length(rest)?;
        let content = rest.get(..len)?;
        self.0 = rest.get(len..)?;
        Some(content)
    }

    /// The magnitude of a non-negative INTEGER, big-endian, without its leading zero.
    pub(super) fn unsigned(&mut self) -> Option<&'a [u8]> {
        match self.read(INTEGER)? {
            [] => None,
            [0] => Some(&[]),
            [0, next, ..] if *next < 0x80 => None,
            [0, magnitude @ ..] => Some(magnitude),
            [first, ..] if *first >= 0x80 => None,
            magnitude => Some(magnitude),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the next element has `tag`.
    pub(super) fn peek(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }
}

/// A length of at most 64 KiB: longer input never gets here.
fn length(der: &[u8]) -> Option<(usize, &[u8])> {
    match der {
        [short @ 0..=0x7f, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, long @ 0x80..=0xff, rest @ ..] => Some((usize::from(*long), rest)),
        [0x82, high @ 1..=0xff, low, rest @ ..] => {
            Some((usize::from(*high) << 8 | usize::from(*low), rest))
        }
        _ => None,
    }
}

/// Reads `der` as one SEQUENCE with nothing after it.
pub(super) fn sequence<'a>(der: &'a [u8], what: &'static str) -> Result<Reader<'a>, KeyError> {
    let mut outer = Reader::new(der);
    let content = outer.read(SEQUENCE).ok_or(KeyError::Malformed(what))?;
    if outer.is_empty() {
        Ok(Reader::new(content))
    } else {
        Err(KeyError::Malformed(what))
    }
}

/// One element: tag, minimal length, and the parts one after the other.
pub(super) fn element(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    // Room for all at once: a vector that grows leaves copies of a private key behind.
    let mut der = Zeroizing::new(Vec::with_capacity(len + 10));
    der.push(tag);
    if len < 0x80 {
        der.extend_from_slice(&len.to_be_bytes()[size_of::<usize>() - 1..]);
    } else {
        let bytes = len.to_be_bytes();
        let start = bytes.iter().take_while(|byte| **byte == 0).count();
        let octets = &bytes[start..];
        der.push(0x80 | u8::try_from(octets.len()).unwrap_or(8));
        der.extend_from_slice(octets);
    }
    for part in parts {
        der.extend_from_slice(part);
    }
    der
}

/// An INTEGER of a big-endian magnitude; leading zeros are dropped.
pub(super) fn unsigned(magnitude: &[u8]) -> Zeroizing<Vec<u8>> {
    let start = magnitude.iter().take_while(|byte| **byte == 0).count();
    let digits = magnitude.get(start..).unwrap_or_default();
    let needs_zero = digits.first().is_none_or(|first| *first >= 0x80);
    let sign: &[u8] = if needs_zero { &[0] } else { &[] };
    element(INTEGER, &[sign, digits])
}

#[cfg(test)]
mod tests {
    use super::{Reader, SEQUENCE, element, sequence, unsigned};

    #[test]
    fn what_is_written_reads_back() {
        for len in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff] {
            let content = vec![7; len];
            let der = element(SEQUENCE, &[&content]);
            assert_eq!(
                Reader::new(&der).read(SEQUENCE),
                Some(&content[..]),
                "{len}"
            );
        }
        for number in [&[][..], &[1], &[0x80], &[0xff, 0, 0]] {
            assert_eq!(Reader::new(&unsigned(number)).unsigned(), Some(number));
        }
        assert_eq!(unsigned(&[0, 0, 5]).as_slice(), [2, 1, 5]);
    }

    #[test]
    fn der_that_could_be_written_shorter_is_refused() {
        assert!(
            sequence(&[0x30, 0x81, 0x01, 0], "x").is_err(),
            "long form for a short length"
        );
        assert!(
            sequence(&[0x30, 0x82, 0x00, 0x80], "x").is_err(),
            "leading zero in the length"
        );
        assert!(
            sequence(&[0x30, 0x80, 0, 0], "x").is_err(),
            "indefinite length"
        );
        assert!(sequence(&[0x30, 0, 0], "x").is_err(), "something left over");
        assert!(sequence(&[0x30, 2, 0], "x").is_err(), "cut short");
        assert!(
            Reader::new(&[2, 2, 0, 1]).unsigned().is_none(),
            "padded number"
        );
        assert!(
            Reader::new(&[2, 1, 0x80]).unsigned().is_none(),
            "negative number"
        );
        assert!(Reader::new(&[2, 0]).unsigned().is_none(), "empty number");
    }
}
