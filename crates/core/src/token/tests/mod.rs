//! What is a good token and what isn't. A number before a case's name is its row in the list of known attacks that
//! the cases were drawn from: algorithms (1 to 16), headers (17 to 44), encoding (45 to 53), signatures and keys (54
//! to 73), claims (74 to 101).

mod algorithm;
mod claims;
mod encoding;
mod header;
mod header_shape;
mod key;
mod padding;
mod property;
mod purpose;
mod signature;
mod state;
mod times;

use std::{fmt, sync::Arc};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::{Refusal, Verified, verify};
use crate::{
    id::{DeploymentId, Slug},
    key::{Algorithm, ImportOptions, KeyMaterial, TalkForm, generate, import},
    profile::{Ceiling, Claims, ProfileClaims, TalkClaims},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    tenant::{
        ClaimPath, ClaimText, DEFAULT_TOKEN_LIFETIME, DEMO_ACCEPT_LIFETIME, IssuingRule, Policy,
    },
    token::{IssueError, Wanted},
    user::UserId,
};

/// The time of all tests, in unix seconds.
pub(crate) const NOW: i64 = 1_800_000_000;

/// When the tests' keys were made.
pub(crate) const CREATED: i64 = NOW - 86_400;

const OK: Result<(), Refusal> = Ok(());

/// What a case is called, its token, and what becomes of it.
type Case = (String, String, Result<(), Refusal>);

/// A JSON object as text, member by member. Names and values are raw, and a name may come twice.
#[derive(Clone, Default)]
struct Object(Vec<(String, String)>);

impl Object {
    fn add(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    fn set(self, name: &str, value: impl fmt::Display) -> Self {
        self.without(name).add(name, value)
    }

    fn text(&self) -> String {
        let members: Vec<_> = self
            .0
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

/// The claims of a reader's token with which nothing is wrong.
fn claims() -> Object {
    Object::default()
        .add("iat", NOW - 10)
        .add("exp", NOW + 3600)
        .add("aud", r#""talk""#)
        .add("iss", r#""https://talk.example""#)
        .add("sub", r#""reader-1""#)
        .add("jti", r#""0d4f2c1e-2f6b-4b8e-9a53-6f1f0c1d2e3f""#)
}

/// What Talk's tokens say unless a test has it otherwise.
pub(crate) fn talk_claims() -> TalkClaims {
    TalkClaims {
        issuer: ClaimText::parse("issuer", "https://talk.example").unwrap(),
        audience: ClaimText::parse("audience", "talk").unwrap(),
        user_id_claim: ClaimPath::sub(),
        profile: ProfileClaims::default(),
    }
}

/// What Talk's tokens say, to be changed.
fn talk_of(policy: &mut Policy) -> &mut TalkClaims {
    match &mut policy.claims {
        Claims::Talk(talk) => talk,
        Claims::Coral(_) => panic!("it is Talk's"),
    }
}

/// A token for a reader of whom the directory knows nothing else.
pub(crate) fn issue(
    policy: &Policy,
    key: &SigningKey,
    user: &UserId,
    now: i64,
    token_id: Uuid,
) -> Result<String, IssueError> {
    let wanted = Wanted {
        user,
        record: None,
        ceiling: Ceiling::default(),
        now,
        token_id,
    };
    crate::token::issue(policy, key, &wanted)
}

/// A deployment's rules as they are unless a test has others.
pub(crate) fn policy() -> Policy {
    Policy {
        deployment: DeploymentId(Uuid::nil()),
        name: Slug::default_deployment(),
        claims: Claims::Talk(talk_claims()),
        token_lifetime: DEFAULT_TOKEN_LIFETIME,
        issuing: IssuingRule::demo(true),
        allow_email_ids: false,
    }
}

/// A new key, or for RSA, which takes long to make, always the same.
pub(crate) fn material(algorithm: Algorithm) -> KeyMaterial {
    match algorithm {
        Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512 => {
            let options = ImportOptions {
                algorithm,
                accept_weak: false,
            };
            import(RSA.as_bytes(), options).unwrap().material
        }
        _ => generate(algorithm).unwrap(),
    }
}

/// The same key, used with another algorithm of its family.
fn with_algorithm(key: &KeyMaterial, algorithm: Algorithm) -> KeyMaterial {
    KeyMaterial::from_bytes(algorithm, &key.to_bytes()).unwrap()
}

pub(crate) fn generated(kid: &str, material: KeyMaterial) -> SigningKey {
    let kid = kid.parse().unwrap();
    SigningKey::new(kid, material, KeyState::Active, Origin::Generated, CREATED)
}

pub(crate) fn imported(kid: &str, material: KeyMaterial) -> SigningKey {
    let origin = Origin::Imported {
        accept_lifetime: DEMO_ACCEPT_LIFETIME,
        form: TalkForm::Secret,
    };
    let kid = kid.parse().unwrap();
    SigningKey::new(kid, material, KeyState::Active, origin, CREATED)
}

/// Header and claims, encoded: what is signed.
fn message(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    let (header, claims) = (
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims),
    );
    format!("{header}.{claims}")
}

/// `message` with a signature of any bytes.
fn token(message: &str, signature: impl AsRef<[u8]>) -> String {
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn sign(key: &KeyMaterial, message: &str) -> String {
    token(message, key.sign(message.as_bytes()).unwrap())
}

/// `message` under HMAC with any secret, whether or not a key may have it.
fn mac(hash: hmac::Algorithm, secret: &[u8], message: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hash, secret), message.as_bytes());
    token(message, tag)
}

/// A deployment whose only key is `k`.
#[derive(Debug)]
struct Bench {
    policy: Policy,
    key: Arc<SigningKey>,
    keys: KeySet,
}

impl Bench {
    fn of(key: SigningKey) -> Self {
        let key = Arc::new(key);
        Self {
            policy: policy(),
            keys: KeySet::new(vec![Arc::clone(&key)]),
            key,
        }
    }

    fn generated(algorithm: Algorithm) -> Self {
        Self::of(generated("k", material(algorithm)))
    }

    fn imported(algorithm: Algorithm) -> Self {
        Self::of(imported("k", material(algorithm)))
    }

    /// The header with which nothing is wrong; not to the letter the one that is issued.
    fn header(&self) -> Object {
        Object::default()
            .add("typ", r#""JWT""#)
            .add("alg", format!("\"{}\"", self.key.algorithm()))
            .add("kid", r#""k""#)
    }

    /// A token of any header and claims, rightly signed.
    fn sign(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        sign(&self.key.material, &message(header, claims))
    }

    /// A token with which nothing is wrong.
    fn good(&self) -> String {
        self.sign(self.header().text(), claims().text())
    }

    fn verify(&self, token: &str) -> Result<Verified, Refusal> {
        verify(&self.policy, &self.keys, token, NOW)
    }

    /// Judges all cases and tells of every one that came out otherwise.
    #[track_caller]
    fn check(&self, cases: impl IntoIterator<Item = Case>) {
        check(cases, |token| self.verify(token));
    }

    /// The same for rightly signed headers.
    #[track_caller]
    fn check_headers<S: fmt::Display>(
        &self,
        cases: impl IntoIterator<Item = (S, Object, Result<(), Refusal>)>,
    ) {
        self.check(cases.into_iter().map(|(name, header, expected)| {
            let token = self.sign(header.text(), claims().text());
            (name.to_string(), token, expected)
        }));
    }

    /// The same for rightly signed claims.
    #[track_caller]
    fn check_claims<S: fmt::Display>(
        &self,
        cases: impl IntoIterator<Item = (S, Object, Result<(), Refusal>)>,
    ) {
        self.check(cases.into_iter().map(|(name, claims, expected)| {
            let token = self.sign(self.header().text(), claims.text());
            (name.to_string(), token, expected)
        }));
    }
}

#[track_caller]
fn check<T>(cases: impl IntoIterator<Item = Case>, judge: impl Fn(&str) -> Result<T, Refusal>) {
    let wrong: Vec<_> = cases
        .into_iter()
        .filter_map(|(name, token, expected)| {
            let got = judge(&token).map(|_| ());
            (got != expected).then(|| format!("{name}: {got:?} instead of {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A key for tests only.
const RSA: &str = "\
-----BEGIN PRIVATE KEY-----\n\
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDZCLgQ/uf0g8Jh\n\
fgm4vMaoznkUInXK7MOIBCmUTGIqS9U+OYSM9afJF9clf4dOwE2QqcsP5tY/1yeR\n\
b+IAi6eiWSSErCmrfiByWwJkNXCE3B6rooQnhB1PI7cdBA7mnzZz1KqZYqwFLB49\n\
+oa7araKF3qWM5orcVkdq0lUHd5YLUXPkt6yCHGmaO5PLc8EkjJ8j2td5M8QZebd\n\
YpilRWX4GN5+bz76+NTGJvpNYNcAgpU2uxerq7M+2qvBX/Ks7UyZ3HAGfps4OT91\n\
BgK8Fhj0NvGmQWn4meWuwJnvFqK3fnokO0OH4vaWgCXwcouEOAYjWtagV/0M4Kxs\n\
Kts+w3erAgMBAAECggEADZN1jB6d3NY3HQkYy5UHajzMJx3Gt4Ra8NGt1ih3BYVL\n\
2AIaEAU30yTqIN7a1GrED1YHrT13znODdp4EiZsyx72CwsfQLXmMxwp5WlJbcPwh\n\
8QOP97bUbIRj6m08D2ILMnCtoT2iXAp389GNhwC0XWv9j5K3xJrpA6mYwynBJEvH\n\
L/qpC5xrPGKZ9VnM2LSuE6W5bU1tCWpqHjcCr0sWCZdbM6V/XfMFaNIbp3waWJBL\n\
6nBQWdfpydXLVL/uI8D+yzmexJnW5VEX1md9ugSE/HeaEqbWwGze2BZlk5H7UJgl\n\
P/RITxbWOr+sVsXS8+HQGtBQ5NYfS97RfBUe4BdcJQKBgQDxvEKhsCMOSOehGwai\n\
DUhOAL0sP4CVD8Ok+FdK0u7jGnn02+smdC5MMBYVpz2emd9ERwTgeF2aluxEVdgP\n\
GV+DrNwrMimUILaNwuQfct/N2vh8Zaials8hekc7BmBtjy+JG10u+K65Z8lnQ+mP\n\
dIz5EUoFyEt04O7c48pJD1pV5QKBgQDl10/Mth6JUFbJAdYLjoBkCq4t0b9YpHcy\n\
xkf6J8d83BjyQJZUUo+/tInykZuYxuP7HrhCHmZxOJVwOObIloL6hqAJ/apEf5Qb\n\
awwt8L21ajNXCyXqD7rDZVLUt3gMl/cmu4Z7gryiPzyv+J276mb0LXwWDnhedS/0\n\
Qe5L22e+TwKBgEGSMHzNW2T3j6UawJzaf39xId9LxmQop4grOPp55wTBXM13jfyb\n\
TSerb4ImIEfSM0bBAOimnbVeNO6AXqAR4N/F1t78t1yP1xTzBZAmR+D+AaM0rBxq\n\
xfqtwX6YRzXQvjMxsgAYwsRWC8KwID2ifs7cyrhw0U796K0QOQHCYV2lAoGAKfKe\n\
/NSsRBFmlW8BWsCaTCfq3C/wxUPXAWxQzKYf8XjWELia9y7OT4Wqu5u5kyuRhk54\n\
AJE9zyItm/q2nBtkMkcJxGkIf1HtfQePhH7wkMCeOB+vvsU6J9lBQdNuVJYTpH0L\n\
MVWOCeqSr+cnGpnQSnZWtEvVyh+HLgQucqfLil8CgYEA0qNJdyCZrk7L2r0isbIa\n\
G3+YKONPEbVnPLRjc8MCuaY6Lfd5/Mw3j6EJckgFIzqF12HWcb4R18mFrwtKOuSH\n\
dpcLU6E3UtfSiwseEc9/UPCngvLJVKKBltYtUoerGYfXamQE29vhqqGQ2z0Qi7kS\n\
gT3PNKyV7HW6jmPXxCV9JVE=\n\
-----END PRIVATE KEY-----\n\
";
