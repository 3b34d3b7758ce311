//! Whether an HMAC secret can be guessed. A refusal here is sure; a pass proves nothing.

mod words;

use words::COMMON;

/// Fewer distinct bytes than this make a secret of any length guessable.
const MIN_DISTINCT: usize = 8;
/// What may be left of a secret, in characters, once known words are taken out.
const MIN_LEFTOVER: usize = 16;

/// What makes a secret guessable.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Guessable {
    /// A default, a sample of some documentation, or such words strung together.
    Common,
    /// A few characters over and over, or a run like `0123456789`.
    LowVariety,
}

/// The bytes that a guesser would have to find: a secret that repeats itself counts once.
///
/// # Errors
/// The secret is in every word list, or might as well be.
pub(super) fn strength(secret: &[u8]) -> Result<usize, Guessable> {
    // In a text what stands between words adds nothing. Bytes that are no text have no words, and each adds its own: a
    // few letters among random bytes would otherwise be all that is looked at.
    let is_text = std::str::from_utf8(secret).is_ok();
    let counts = |byte: &u8| {
        byte.is_ascii_alphanumeric() || !(is_text || byte.is_ascii_graphic() || *byte == b' ')
    };
    let folded: String = secret
        .iter()
        .copied()
        .filter(counts)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    if is_common(&folded) {
        return Err(Guessable::Common);
    }
    if is_low_variety(secret) {
        return Err(Guessable::LowVariety);
    }
    let period = period(secret);
    if period * 2 > secret.len() {
        return Ok(secret.len());
    }
    if period < MIN_LEFTOVER {
        return Err(Guessable::LowVariety);
    }
    Ok(period)
}

/// Whether hardly anything is left once all known words are taken out.
fn is_common(folded: &str) -> bool {
    let mut words = COMMON.to_vec();
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = zeroize::Zeroizing::new(folded.to_owned());
    for word in words {
        if rest.contains(word) {
            rest = zeroize::Zeroizing::new(rest.replace(word, ""));
        }
    }
    let is_known = rest.len() < folded.len();
    is_known && (rest.chars().count() < MIN_LEFTOVER || is_low_variety(rest.as_bytes()))
}

fn is_low_variety(secret: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in secret {
        seen[usize::from(*byte)] = true;
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    // Chance gives a fifth of such steps at most, in hexadecimal.
    let runs = secret
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.abs_diff(*b) <= 1))
        .count();
    distinct < MIN_DISTINCT || runs * 5 >= secret.len() * 3
}

/// The shortest period of the secret: the length after which it repeats itself to its end.
fn period(secret: &[u8]) -> usize {
    // The failure function of Knuth, Morris and Pratt: linear, where trying each period is not.
    let mut borders = vec![0; secret.len()];
    for index in 1..secret.len() {
        let mut border: usize = borders[index - 1];
        while border > 0 && secret[index] != secret[border] {
            border = borders[border - 1];
        }
        borders[index] = border + usize::from(secret[index] == secret[border]);
    }
    secret.len() - borders.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{COMMON, Guessable, strength};

    #[test]
    fn every_default_and_sample_is_known_however_it_is_written() {
        for secret in [
            "secret",
            "password",
            "changeme",
            "keyboard cat",
            "test",
            "SECRET",
            "Keyboard-Cat",
            "shhhhh",
            "mysecretkey",
            "your-256-bit-secret",
            "your-384-bit-secret",
            "your-512-bit-secret",
            "a-string-secret-at-least-256-bits-long",
            "secretsecretsecretsecretsecretsecret",
            "secret secret secret secret secret se",
            "secret_password_secret_password_2024",
            "password123456789012345678901234567890",
            "test_test_TEST_test_TEST_test_TEST_test",
            "coral-talk-jwt-secret-production-key",
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        ] {
            assert_eq!(
                strength(secret.as_bytes()),
                Err(Guessable::Common),
                "{secret}"
            );
        }
        for word in COMMON {
            assert!(strength(word.as_bytes()).is_err(), "{word}");
            assert!(
                strength(word.repeat(9).as_bytes()).is_err(),
                "{word} repeated"
            );
        }
    }

    #[test]
    fn long_secrets_of_little_variety_are_guessable() {
        for secret in [
            "a".repeat(64),
            "ab".repeat(40),
            "abcd".repeat(40),
            "0123456789".repeat(4),
            "abcdefghijklmnopqrstuvwxyz0123456789".to_owned(),
            "0123456789abcdef0123456789abcdef".to_owned(),
            "zyxwvutsrqponmlkjihgfedcbazyxwvu".to_owned(),
            "newyorkpost".repeat(5),
            "\0".repeat(32),
        ] {
            assert_eq!(
                strength(secret.as_bytes()),
                Err(Guessable::LowVariety),
                "{secret}"
            );
        }
    }

    #[test]
    fn a_repeated_unit_counts_once() {
        let unit = "k3J-x9Qm_2LpWz7vT4";
        assert_eq!(strength(unit.as_bytes()), Ok(18));
        assert_eq!(strength(unit.repeat(4).as_bytes()), Ok(18));
        assert_eq!(strength(format!("{unit}{unit}k3J").as_bytes()), Ok(18));
    }

    #[test]
    fn a_word_among_random_bytes_is_chance_and_a_few_bytes_after_a_word_are_not() {
        let mut bytes: Vec<u8> = (0_u8..28)
            .map(|index| 0x80 | index.wrapping_mul(37))
            .collect();
        bytes.splice(9..9, *b"Test");
        assert!(std::str::from_utf8(&bytes).is_err());
        assert_eq!(strength(&bytes), Ok(32));
        assert_eq!(strength(b"secret\xff\xfe\xfd"), Err(Guessable::Common));
    }

    #[test]
    fn random_secrets_pass_in_any_alphabet() {
        use aws_lc_rs::rand::fill;
        for _ in 0..2000 {
            let mut bytes = [0; 32];
            fill(&mut bytes).unwrap();
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(strength(hex.as_bytes()), Ok(64), "{hex}");
            assert_eq!(strength(&hex.as_bytes()[..32]), Ok(32), "{hex}");
            assert_eq!(strength(&bytes), Ok(32));
            assert_eq!(
                strength(format!("ssosec_{hex}").as_bytes()),
                Ok(71),
                "{hex}"
            );
        }
    }
}
