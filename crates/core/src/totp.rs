//! Authenticator apps (TOTP, RFC 6238) and the recovery codes for when the app is lost.

use std::fmt;

use aws_lc_rs::{digest::SHA256, error::Unspecified};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::account::AccountEmail;

/// 160 bits, as RFC 4226, section 4, recommends.
const SECRET_LENGTH: usize = 20;
const DIGITS: u8 = 6;
const STEP_SECONDS: u64 = 30;
/// A code counts one step early and one late.
const SKEW: u16 = 1;
const ISSUER: &str = "Lanyard";

/// How many recovery codes somebody gets.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code; each holds five bits.
const RECOVERY_LENGTH: usize = 16;
/// Crockford's base 32: without i, l, o and u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What an authenticator app and we share.
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TotpSecret(..)")
    }
}

impl TotpSecret {
    /// Makes a new one.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn generate() -> Result<Self, Unspecified> {
        let mut bytes = Zeroizing::new(vec![0; SECRET_LENGTH]);
        aws_lc_rs::rand::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The one that was stored; `None` when it can't be one.
    #[must_use]
    pub fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        (bytes.len() == SECRET_LENGTH).then_some(Self(bytes))
    }

    /// Its bytes, to be sealed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret in base 32, to be typed into an app.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(self.code_maker("").secret().to_base32())
    }

    /// The `otpauth` URI that a QR code holds.
    #[must_use]
    pub fn uri(&self, email: &AccountEmail) -> Option<Zeroizing<String>> {
        self.code_maker(email.as_str())
            .to_url()
            .ok()
            .map(Zeroizing::new)
    }

    /// The code of this second.
    #[must_use]
    pub fn code(&self, now: i64) -> String {
        self.code_maker("").generate(seconds(now)).to_string()
    }

    /// The time step of a code, if the code is good now and its step is later than the last that was accepted: a code
    /// that somebody looked over a shoulder for is good no more (RFC 6238, section 5.2).
    #[must_use]
    pub fn accept(&self, code: &str, now: i64, last_step: i64) -> Option<i64> {
        let step = self.code_maker("").check(code, seconds(now))?;
        let step = i64::try_from(step).ok()?;
        (step > last_step).then_some(step)
    }

    fn code_maker(&self, account_name: &str) -> Totp {
        // SHA-1, since some apps take other digests for it without a word. What the builder would complain of is a
        // colon in a name, and an address has none.
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_skew(SKEW)
            .with_step_duration(STEP_SECONDS)
            .with_secret(&self.0[..])
            .with_issuer(Some(ISSUER))
            .with_account_name(account_name)
            .build_noncompliant()
    }
}

fn seconds(now: i64) -> u64 {
    u64::try_from(now).unwrap_or_default()
}

/// A recovery code in clear: good once, in place of the app. 80 bits, so that its hash needs no salt.
pub struct RecoveryCode(Zeroizing<String>);

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecoveryCode(..)")
    }
}

impl RecoveryCode {
    /// Makes a new one.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn generate() -> Result<Self, Unspecified> {
        let mut bytes = Zeroizing::new([0; RECOVERY_LENGTH]);
        aws_lc_rs::rand::fill(&mut bytes[..])?;
        let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
        Ok(Self(Zeroizing::new(bytes.iter().map(letter).collect())))
    }

    /// Reads one as somebody types it: in upper or lower case, with hyphens and spaces or without.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let typed: Zeroizing<String> = Zeroizing::new(
            text.chars()
                .filter(|c| !matches!(c, '-' | ' '))
                .map(|c| match c.to_ascii_lowercase() {
                    'o' => '0',
                    'i' | 'l' => '1',
                    c => c,
                })
                .collect(),
        );
        let known = typed.bytes().all(|byte| ALPHABET.contains(&byte));
        (typed.len() == RECOVERY_LENGTH && known).then_some(Self(typed))
    }

    /// What it is stored and looked up by (SHA-256).
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(aws_lc_rs::digest::digest(&SHA256, self.0.as_bytes()).as_ref());
        hash
    }

    /// The code in four groups, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut shown = Zeroizing::new(String::with_capacity(RECOVERY_LENGTH + 3));
        for (index, c) in self.0.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                shown.push('-');
            }
            shown.push(c);
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::{RecoveryCode, TotpSecret};

    const NOW: i64 = 1_800_000_015;

    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = Zeroizing::new(b"12345678901234567890".to_vec());
        let secret = TotpSecret::from_bytes(secret).unwrap();
        // RFC 6238, appendix B, the last six digits.
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code(time), code);
            assert_eq!(secret.accept(code, time, 0), Some(time / 30));
        }
        assert_eq!(*secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = secret.uri(&"jane@news.example".parse().unwrap()).unwrap();
        assert!(
            uri.starts_with("otpauth://totp/Lanyard:jane%40news.example?secret=GEZDGNBV"),
            "{}",
            *uri
        );
    }

    #[test]
    fn a_code_is_good_once_and_one_step_around_its_time() {
        let secret = TotpSecret::generate().unwrap();
        let step = NOW / 30;
        let code = secret.code(NOW);
        for (time, good) in [
            (-60, false),
            (-30, true),
            (0, true),
            (30, true),
            (60, false),
        ] {
            let accepted = secret.accept(&code, NOW + time, 0);
            assert_eq!(accepted, good.then_some(step), "{time}");
        }
        assert_eq!(secret.accept(&code, NOW, step), None, "again");
        assert_eq!(
            secret.accept(&secret.code(NOW - 30), NOW, step),
            None,
            "an earlier one afterwards"
        );
        for bad in ["", "1", "+12345", "1234567", "abcdef", "१२३४५६"] {
            assert_eq!(secret.accept(bad, NOW, 0), None, "{bad}");
        }
        assert_eq!(format!("{secret:?}"), "TotpSecret(..)");
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let code = RecoveryCode::generate().unwrap();
        let shown = code.reveal();
        assert_eq!(shown.len(), 19);
        let loud = shown.to_uppercase().replace('0', "O").replace('-', " ");
        for typed in [&*shown, &loud, &shown.replace('-', "")] {
            assert_eq!(RecoveryCode::parse(typed).unwrap().hash(), code.hash());
        }
        for bad in ["", "123456", &shown[1..], &shown.replace('-', "u")] {
            assert!(RecoveryCode::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{code:?}"), "RecoveryCode(..)");
    }
}
