//! Checks on RSA public keys that the primitive leaves out.

use super::KeyError;

const MIN_BITS: usize = 2048;
const MAX_BITS: usize = 8192;

/// Checks a public key of big-endian magnitudes without leading zeros.
///
/// # Errors
/// The modulus outside 2048 to 8192 bits, even, or with the fingerprint of CVE-2017-15361; the exponent even,
/// below 3 or longer than 33 bits (the primitive's own bound).
pub(super) fn check(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    let bits = bit_len(modulus);
    if !(MIN_BITS..=MAX_BITS).contains(&bits) {
        return Err(KeyError::RsaSize { bits });
    }
    if modulus.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::RsaModulus);
    }
    let odd = exponent.last().is_some_and(|last| last % 2 == 1);
    if !odd || exponent == [1] || bit_len(exponent) > 33 {
        return Err(KeyError::RsaExponent);
    }
    if has_roca_fingerprint(modulus) {
        return Err(KeyError::RsaRoca);
    }
    Ok(())
}

fn bit_len(magnitude: &[u8]) -> usize {
    match magnitude.iter().position(|byte| *byte != 0) {
        Some(start) => {
            let first = magnitude.get(start).copied().unwrap_or_default();
            (magnitude.len() - start) * 8 - first.leading_zeros() as usize
        }
        None => 0,
    }
}

/// The broken generator made primes that are powers of 65537 modulo many small primes, so its moduli are too.
///
/// Primes where 65537 generates the whole group say nothing and drop out by themselves. A sound modulus passes all
/// the others with a chance below one in a hundred million.
fn has_roca_fingerprint(modulus: &[u8]) -> bool {
    const PRIMES: [u32; 38] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
        97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    PRIMES.into_iter().all(|prime| {
        let residue = modulus.iter().fold(0, |residue, byte| {
            (residue * 256 + u32::from(*byte)) % prime
        });
        let mut power = 1;
        (0..prime).any(|_| {
            power = power * (65537 % prime) % prime;
            power == residue
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{KeyError, bit_len, check, has_roca_fingerprint};

    fn modulus(bits: usize) -> Vec<u8> {
        let mut bytes = vec![0xa5; bits / 8];
        bytes[bits / 8 - 1] = 0xa7;
        bytes
    }

    #[test]
    fn sizes_from_2048_to_8192_bits_pass() {
        let e = [1, 0, 1];
        for bits in [2048, 3072, 4096, 8192] {
            assert_eq!(check(&modulus(bits), &e), Ok(()));
        }
        for bits in [512, 1024, 2040, 8200] {
            assert_eq!(check(&modulus(bits), &e), Err(KeyError::RsaSize { bits }));
        }
        let mut short = modulus(2048);
        short[0] = 0x7f;
        assert_eq!(check(&short, &e), Err(KeyError::RsaSize { bits: 2047 }));
        assert_eq!(bit_len(&[]), 0);
    }

    #[test]
    fn even_numbers_and_the_exponent_one_are_refused() {
        let n = modulus(2048);
        assert_eq!(check(&n, &[3]), Ok(()));
        for e in [&[][..], &[1], &[2], &[1, 0, 0], &[0xff; 5]] {
            assert_eq!(check(&n, e), Err(KeyError::RsaExponent), "{e:?}");
        }
        let mut even = n;
        even[255] = 2;
        assert_eq!(check(&even, &[1, 0, 1]), Err(KeyError::RsaModulus));
    }

    #[test]
    fn a_modulus_of_the_broken_generator_is_found() {
        // 65537^123456 modulo the product of all primes up to 167.
        let power = ROCA;
        assert!(has_roca_fingerprint(&power));
        let mut next = power;
        next[power.len() - 1] ^= 2;
        assert!(!has_roca_fingerprint(&next));
    }

    const ROCA: [u8; 28] = [
        0x1, 0x51, 0xf1, 0x5, 0xb7, 0xe, 0xb9, 0x6d, 0xfc, 0x66, 0xa8, 0xe3, 0x80, 0x75, 0x6b,
        0x9f, 0x38, 0xfa, 0x4e, 0xf1, 0xb4, 0xf9, 0x51, 0x8, 0xf3, 0xa8, 0x86, 0x3b,
    ];
}
