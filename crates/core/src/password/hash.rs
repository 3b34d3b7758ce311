//! How passwords are kept: Argon2id (RFC 9106), as PHC strings that say their parameters.

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::Error,
};

use super::Password;

/// 19 MiB, two passes, one lane: what OWASP asks for, and what a hash in flight costs.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_LENGTH: usize = 16;

/// A hash of nothing, with the parameters above: it takes as long to refuse as anybody's.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password can't be hashed, or compared with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// What is stored is no hash of a password.
    #[error("a stored password hash is damaged")]
    Stored,
    /// No memory, or no random bytes.
    #[error("a password can't be hashed")]
    Failed,
}

/// What comparing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// It is, and the hash should be made anew: its parameters are no longer ours.
    RightButOutdated,
    /// It isn't.
    Wrong,
}

/// Hashes a password, with a salt of its own. Takes tens of milliseconds and 19 MiB.
///
/// # Errors
/// [`HashError::Failed`].
pub fn hash(password: &Password) -> Result<String, HashError> {
    let mut salt = [0; SALT_LENGTH];
    aws_lc_rs::rand::fill(&mut salt).map_err(|_| HashError::Failed)?;
    hasher()?
        .hash_password_with_salt(password.as_str().as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| HashError::Failed)
}

/// Compares a password with a stored hash. Without one, for somebody unknown, it takes as long and is wrong.
///
/// # Errors
/// What is stored is no hash.
pub fn verify(password: &Password, stored: Option<&str>) -> Result<Verdict, HashError> {
    let parsed = PasswordHash::new(stored.unwrap_or(NOBODY)).map_err(|_| HashError::Stored)?;
    match hasher()?.verify_password(password.as_str().as_bytes(), &parsed) {
        Ok(()) if stored.is_none() => Ok(Verdict::Wrong),
        Ok(()) if is_current(&parsed) => Ok(Verdict::Right),
        Ok(()) => Ok(Verdict::RightButOutdated),
        Err(Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(_) => Err(HashError::Stored),
    }
}

fn hasher() -> Result<Argon2<'static>, HashError> {
    let parameters = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| HashError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

fn is_current(hash: &PasswordHash) -> bool {
    hash.algorithm.as_str() == "argon2id"
        && hash.version == Some(Version::V0x13.into())
        && Params::try_from(hash).is_ok_and(|parameters| {
            (
                parameters.m_cost(),
                parameters.t_cost(),
                parameters.p_cost(),
            ) == (MEMORY, PASSES, LANES)
        })
}

#[cfg(test)]
mod tests {
    use argon2::{Argon2, Params, PasswordHash, PasswordHasher};

    use super::{HashError, NOBODY, Verdict, hash, is_current, verify};
    use crate::password::Password;

    fn password(text: &str) -> Password {
        Password::parse(text.to_owned()).unwrap()
    }

    #[test]
    fn a_password_is_known_again_to_the_last_byte() {
        let long = "pässword ".repeat(100);
        let stored = hash(&password(&long)).unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert_eq!(verify(&password(&long), Some(&stored)), Ok(Verdict::Right));
        let cut = &long[..long.len() - 1];
        assert_eq!(verify(&password(cut), Some(&stored)), Ok(Verdict::Wrong));
        assert_ne!(hash(&password(&long)).unwrap(), stored, "a salt of its own");
    }

    #[test]
    fn nobody_has_a_password_and_it_takes_as_long_to_say_so() {
        assert_eq!(verify(&password("x"), None), Ok(Verdict::Wrong));
        assert!(is_current(&PasswordHash::new(NOBODY).unwrap()));
    }

    #[test]
    fn a_hash_of_other_parameters_counts_and_is_told() {
        let weak = Argon2::from(Params::new(8, 1, 1, None).unwrap());
        let stored = weak
            .hash_password_with_salt(b"x", &[7; 16])
            .unwrap()
            .to_string();
        let verdict = verify(&password("x"), Some(&stored));
        assert_eq!(verdict, Ok(Verdict::RightButOutdated));
        assert_eq!(verify(&password("y"), Some(&stored)), Ok(Verdict::Wrong));
        assert_eq!(verify(&password("x"), Some("?")), Err(HashError::Stored));
    }
}
