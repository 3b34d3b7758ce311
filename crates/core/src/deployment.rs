//! A deployment as its newsroom sets it up: one Talk or Coral, and what its tokens say.

use std::{fmt, str::FromStr};

use serde::Serialize;

use crate::{
    id::{DeploymentId, Slug},
    profile::{Claims, ProfileClaims, TalkClaims, TokenProfile},
    tenant::{
        ClaimPath, ClaimText, DEFAULT_TOKEN_LIFETIME, IssuingRule, MAX_TOKEN_LIFETIME, Policy,
        SettingError,
    },
};

/// The most bytes of a root URL.
const MAX_URL: usize = 255;

/// How the names begin that Lanyard gives to what is its own: nobody may speak for it.
const OWN_URN: &str = "urn:lanyard:";

/// The audience of Talk's tokens unless it is told otherwise (`TALK_JWT_AUDIENCE`).
const TALK_AUDIENCE: &str = "talk";

/// Where a Talk or Coral is found: `http` or `https`, a host, perhaps a path. Kept to the letter, since it is Talk's
/// issuer unless that is told otherwise, and issuers are compared byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RootUrl(Box<str>);

impl RootUrl {
    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RootUrl {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or(SettingError::RootUrl)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        let path_byte =
            |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=".contains(&byte);
        let good = text.len() <= MAX_URL
            && authority
                .bytes()
                .next()
                .is_some_and(|first| first != b':' && host_byte(first))
            && authority.bytes().all(host_byte)
            && path.bytes().all(path_byte);
        if good {
            Ok(Self(text.into()))
        } else {
            Err(SettingError::RootUrl)
        }
    }
}

impl fmt::Display for RootUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// Its name in URLs.
    pub name: Slug,
    /// Where it is found.
    pub root_url: Option<RootUrl>,
    /// What its tokens say.
    pub claims: Claims,
    /// Lifetime of a new token, in seconds.
    pub token_lifetime: i64,
}

impl Deployment {
    /// A first deployment, for Talk, with what Talk uses unless it is told otherwise.
    #[must_use]
    pub fn first_talk(id: DeploymentId, issuer: ClaimText) -> Self {
        Self {
            id,
            name: Slug::default_deployment(),
            root_url: None,
            claims: Claims::Talk(TalkClaims {
                issuer,
                audience: Self::talk_audience(),
                user_id_claim: ClaimPath::sub(),
                profile: ProfileClaims::default(),
            }),
            token_lifetime: DEFAULT_TOKEN_LIFETIME,
        }
    }

    /// The audience that Talk uses unless it is told otherwise.
    #[must_use]
    pub fn talk_audience() -> ClaimText {
        ClaimText::constant(TALK_AUDIENCE)
    }

    /// Which product it is.
    #[must_use]
    pub const fn kind(&self) -> TokenProfile {
        self.claims.kind()
    }

    /// `iss` of its tokens; Coral's have none.
    #[must_use]
    pub fn issuer(&self) -> Option<&ClaimText> {
        self.claims.talk().map(|talk| &talk.issuer)
    }

    /// `aud` of its tokens; Coral's have none.
    #[must_use]
    pub fn audience(&self) -> Option<&ClaimText> {
        self.claims.talk().map(|talk| &talk.audience)
    }

    /// The rules of its tokens, with those of its tenant.
    #[must_use]
    pub fn policy(&self, issuing: &IssuingRule, allow_email_ids: bool) -> Policy {
        Policy {
            deployment: self.id,
            name: self.name.clone(),
            claims: self.claims.clone(),
            token_lifetime: self.token_lifetime,
            issuing: issuing.clone(),
            allow_email_ids,
        }
    }

    /// Checks the rules that hold between its settings and the tenant's.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self, issuing: &IssuingRule) -> Result<(), SettingError> {
        if !(60..=MAX_TOKEN_LIFETIME).contains(&self.token_lifetime) {
            return Err(SettingError::Lifetime);
        }
        let Some(talk) = self.claims.talk() else {
            return Ok(());
        };
        // The scheme and the namespace of a URN are read in whatever case (RFC 8141, section 3.1).
        let start = talk.issuer.as_str().as_bytes().get(..OWN_URN.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(OWN_URN.as_bytes())) {
            return Err(SettingError::IssuerReserved);
        }
        issuing.check(&talk.audience)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Deployment, RootUrl};
    use crate::{
        id::DeploymentId,
        tenant::{ClaimText, IssuingRule, SettingError},
    };

    #[test]
    fn nobody_may_take_an_issuer_of_lanyards_own() {
        let check = |issuer: &str| {
            let issuer = ClaimText::parse("issuer", issuer).unwrap();
            let id = DeploymentId(Uuid::nil());
            Deployment::first_talk(id, issuer).check(&IssuingRule::demo(true))
        };
        for bad in ["urn:lanyard:", "urn:lanyard:problem:x", "URN:Lanyard:check"] {
            assert_eq!(check(bad), Err(SettingError::IssuerReserved), "{bad}");
        }
        for good in [
            "urn:lanyards:a",
            "urn:lanyard",
            "https://urn:lanyard:",
            "éurn:lanyard:",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_root_url_is_kept_to_the_letter() {
        for good in [
            "https://talk.the-post.example",
            "https://talk.the-post.example/",
            "http://localhost:3000/talk",
            "http://[::1]:3000",
        ] {
            assert_eq!(good.parse::<RootUrl>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "talk.the-post.example",
            "ftp://a",
            "javascript:alert(1)",
            "https://",
            "https:///a",
            "https://a@b",
            "https://a?b",
            "https://a/#b",
            "https://a b",
            "https://é",
            "https://a/\n",
            &format!("https://{}", "a".repeat(255)),
        ] {
            assert!(bad.parse::<RootUrl>().is_err(), "{bad}");
        }
    }
}
