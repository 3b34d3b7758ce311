//! Why a text wasn't imported, and what to do.

use crate::key::{Algorithm, KeyError, pem::PemError};

/// Why a text wasn't imported. No variant holds any of it.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// More than 64 KiB.
    #[error("the input has {bytes} bytes; a key has at most 65536")]
    TooLarge {
        /// Length of the input in bytes.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error(
        "the input isn't UTF-8 text; give the key as PEM, JWK or the text of Talk's setting, not as binary"
    )]
    NotText,
    /// A byte order mark at the start.
    #[error(
        "the input begins with a byte order mark, which Talk doesn't have in its setting; save the file without"
    )]
    ByteOrderMark,
    /// Nothing, or white space only.
    #[error("the input is empty")]
    Empty,
    /// A NUL character.
    #[error("the input has a NUL character in it, which can't stand in Talk's setting")]
    Nul,
    /// JSON that is broken or names a member twice.
    #[error(
        "the JSON can't be read (line {line}, column {column}): it is broken, or a member appears twice"
    )]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 for the start of the line.
        column: usize,
    },
    /// A `TALK_JWT_SECRETS` with several keys.
    #[error(
        "the array holds {count} keys: import each entry by itself. Talk signs with the first, so import it last, as the active one"
    )]
    ManyKeys {
        /// How many.
        count: usize,
    },
    /// An entry of Talk's that lacks something.
    #[error("{0}")]
    Entry(EntryFault),
    /// A secret that is too short.
    #[error(
        "the secret has {bytes} bytes; {algorithm} wants at least {wanted}. Make a new one with `openssl rand -hex \
         {wanted}` and give it to Talk as TALK_JWT_SECRET{}",
        weak_hint(*may_accept)
    )]
    TooShort {
        /// What the secret is for.
        algorithm: Algorithm,
        /// Its length in bytes.
        bytes: usize,
        /// The least length in bytes.
        wanted: usize,
        /// Whether accepting weak secrets was possible and not chosen.
        may_accept: bool,
    },
    /// A long secret that repeats a short one.
    #[error(
        "the secret repeats itself after {bytes} bytes, and {algorithm} wants at least {wanted} different ones. Make \
         a new one with `openssl rand -hex {wanted}` and give it to Talk as TALK_JWT_SECRET{}",
        weak_hint(*may_accept)
    )]
    Repeats {
        /// What the secret is for.
        algorithm: Algorithm,
        /// Length of the repeated part in bytes.
        bytes: usize,
        /// The least length in bytes.
        wanted: usize,
        /// Whether accepting weak secrets was possible and not chosen.
        may_accept: bool,
    },
    /// A `base64:` secret of which Talk's decoding leaves little.
    #[error(
        "Talk decodes the secret after `base64:` as text, and only {bytes} of its bytes survive that. Make a new \
         one with `openssl rand -hex {wanted}` and give it to Talk as TALK_JWT_SECRET, without `base64:`{}",
        weak_hint(*may_accept)
    )]
    Base64Lost {
        /// Bytes of the key that aren't U+FFFD.
        bytes: usize,
        /// The least length of a new secret in bytes.
        wanted: usize,
        /// Whether accepting weak secrets was possible and not chosen.
        may_accept: bool,
    },
    /// Something after `base64:` that Node's versions decode differently.
    #[error("there are characters outside ASCII after `base64:`, so this isn't base64")]
    Base64NotAscii,
    /// A default, a sample of some documentation, or such words strung together.
    #[error(
        "the secret is a default or a common word, which attackers try first. Make a new one with `openssl rand -hex \
         64` and give it to Talk as TALK_JWT_SECRET; --accept-weak doesn't change this"
    )]
    Common,
    /// A few characters over and over.
    #[error(
        "the secret is a few characters over and over, or a plain run of them. Make a new one with `openssl rand \
         -hex 64` and give it to Talk as TALK_JWT_SECRET; --accept-weak doesn't change this"
    )]
    LowVariety,
    /// A PEM, JWK, SSH or DER key where a secret belongs: public keys aren't secret.
    #[error(
        "this is a public or private key, and {0} takes a shared secret. Choose the key's own algorithm (RS, ES or EdDSA)"
    )]
    AsymmetricAsSecret(Algorithm),
    /// A JWK with `kty` `oct`.
    #[error(
        "this is a JWK of a shared secret, which Talk doesn't read: it would take the whole text for the secret. \
         Give the very text that Talk has"
    )]
    SymmetricJwk,
    /// A secret where an asymmetric key belongs.
    #[error(
        "this isn't a key for {0}; give a PEM, a JWK, or Talk's JSON with `public` and `private`"
    )]
    NotAKey(Algorithm),
    /// Text that isn't proper PEM.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// PEM blocks that aren't one private key, one public key, or one of each.
    #[error(
        "give one private key, one public key, or one of each; here are {private} private and {public} public"
    )]
    Blocks {
        /// Private keys found.
        private: usize,
        /// Public keys found.
        public: usize,
    },
    /// A private key in the member `public`.
    #[error(
        "the member `public` holds a private key. Take its public half with `openssl pkey -pubout`"
    )]
    PrivateAsPublic,
    /// A public key in the member `private`.
    #[error(
        "the member `private` holds a public key; put the private key there, or leave the member out"
    )]
    PublicAsPrivate,
    /// A JWK that can't sign or verify tokens.
    #[error("{0}")]
    Jwk(JwkFault),
    /// What is wrong with the key itself.
    #[error(transparent)]
    Key(#[from] KeyError),
}

const fn weak_hint(may_accept: bool) -> &'static str {
    if may_accept {
        ", or pass --accept-weak (16 bytes or more)"
    } else {
        ""
    }
}

/// What an entry of Talk's settings lacks.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryFault {
    /// `TALK_JWT_SECRETS` without entries.
    #[error("the array is empty")]
    Empty,
    /// No `kid`, or one that isn't a non-empty string.
    #[error("the entry needs a `kid` that is a non-empty string; Talk doesn't start without")]
    Kid,
    /// No `secret`, or one that isn't a string.
    #[error("the entry needs a `secret` that is a string")]
    Secret,
    /// A `public` or `private` that isn't a string, or neither.
    #[error(
        "the JSON needs `public`, and `private` if tokens are to be signed, each a PEM in a string"
    )]
    Pems,
}

/// What is wrong with a JWK (RFC 7517; RFC 7518, section 6; RFC 8037, section 2).
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JwkFault {
    /// A whole JWK set.
    #[error("this is a JWK set; give one key of it")]
    Set,
    /// A `kty` other than `RSA`, `EC` and `OKP`.
    #[error("the JWK's `kty` isn't RSA, EC or OKP")]
    Type,
    /// A `use` other than `sig`.
    #[error("the JWK's `use` isn't `sig`: the key isn't meant for signatures")]
    Use,
    /// `key_ops` that don't fit the half that is given.
    #[error(
        "the JWK's `key_ops` must be `sign` for a private key, `verify` for a public one, and nothing else"
    )]
    Operations,
    /// An `alg` other than the chosen algorithm.
    #[error("the JWK's `alg` isn't {0}, the algorithm that was chosen")]
    Algorithm(Algorithm),
    /// A member that is missing, isn't a string or isn't base64url.
    #[error("the JWK's member `{0}` is missing or isn't base64url without padding")]
    Member(&'static str),
    /// More than two primes.
    #[error("the JWK has more than two primes (`oth`), which isn't supported")]
    Primes,
}
