//! The random part of secrets that people copy and scanners look for: letters and digits, of which the last six are a
//! checksum over all that comes before. It tells a mistyped secret from a wrong one without asking the database.

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
};
use zeroize::Zeroizing;

/// 32 characters of base 62 hold 190 bits.
const RANDOM_LENGTH: usize = 32;
const CHECKSUM_LENGTH: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many characters [`push_random`] adds.
pub(crate) const LENGTH: usize = RANDOM_LENGTH + CHECKSUM_LENGTH;

/// Adds the random characters, and the checksum over the whole text.
///
/// # Errors
/// The system has no random bytes.
pub(crate) fn push_random(text: &mut Zeroizing<String>) -> Result<(), Unspecified> {
    // A text that has to move leaves a copy behind.
    text.reserve_exact(LENGTH);
    let end = text.len() + RANDOM_LENGTH;
    while text.len() < end {
        let mut byte = [0];
        aws_lc_rs::rand::fill(&mut byte)?;
        // Bytes from 248 on are left out, so that every character is equally likely.
        if byte[0] < 248 {
            text.push(char::from(ALPHABET[usize::from(byte[0] % 62)]));
        }
    }
    let checksum = checksum(text);
    text.push_str(&checksum);
    Ok(())
}

/// Whether a text ends with the checksum of what comes before it, and has only letters, digits and `_`.
pub(crate) fn is_whole(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes().all(plain)
        && text.len() > LENGTH
        && checksum(&text[..text.len() - CHECKSUM_LENGTH]) == text[text.len() - CHECKSUM_LENGTH..]
}

fn checksum(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    let mut number = hash
        .as_ref()
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut sum = String::with_capacity(CHECKSUM_LENGTH);
    for _ in 0..CHECKSUM_LENGTH {
        // The remainder is below 62.
        sum.push(char::from(
            ALPHABET[usize::try_from(number % 62).unwrap_or_default()],
        ));
        number /= 62;
    }
    sum
}
