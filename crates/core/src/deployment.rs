//! A deployment as its newsroom sets it up: one Talk or Coral, and what its tokens say.

use std::{fmt, str::FromStr};

use serde::Serialize;

use crate::{
    id::{DeploymentId, Slug},
    tenant::{
        ClaimPath, ClaimText, DEFAULT_TOKEN_LIFETIME, IssuingRule, MAX_TOKEN_LIFETIME, Policy,
        SettingError, TokenProfile,
    },
};

/// The most bytes of a root URL.
const MAX_URL: usize = 255;

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

/// What a deployment's tokens say, by product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claims {
    /// Talk v4.
    Talk {
        /// `iss`; Talk's `TALK_JWT_ISSUER`.
        issuer: ClaimText,
        /// `aud`; Talk's `TALK_JWT_AUDIENCE`.
        audience: ClaimText,
        /// Where the reader's id sits; Talk's `TALK_JWT_USER_ID_CLAIM`.
        user_id_claim: ClaimPath,
    },
    /// Coral 5 to 9: its tokens name neither issuer nor audience.
    Coral,
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
            claims: Claims::Talk {
                issuer,
                audience: Self::talk_audience(),
                user_id_claim: ClaimPath::sub(),
            },
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
        match self.claims {
            Claims::Talk { .. } => TokenProfile::Talk,
            Claims::Coral => TokenProfile::Coral,
        }
    }

    /// `iss` of its tokens.
    #[must_use]
    pub const fn issuer(&self) -> Option<&ClaimText> {
        match &self.claims {
            Claims::Talk { issuer, .. } => Some(issuer),
            Claims::Coral => None,
        }
    }

    /// `aud` of its tokens.
    #[must_use]
    pub const fn audience(&self) -> Option<&ClaimText> {
        match &self.claims {
            Claims::Talk { audience, .. } => Some(audience),
            Claims::Coral => None,
        }
    }

    /// Where the reader's id sits in its tokens.
    #[must_use]
    pub const fn user_id_claim(&self) -> Option<&ClaimPath> {
        match &self.claims {
            Claims::Talk { user_id_claim, .. } => Some(user_id_claim),
            Claims::Coral => None,
        }
    }

    /// The rules of its tokens, with those of its tenant; none for Coral, whose tokens aren't made here yet.
    #[must_use]
    pub fn policy(&self, issuing: &IssuingRule, allow_email_ids: bool) -> Option<Policy> {
        let Claims::Talk {
            issuer,
            audience,
            user_id_claim,
        } = &self.claims
        else {
            return None;
        };
        Some(Policy {
            deployment: self.id,
            name: self.name.clone(),
            profile: self.kind(),
            issuer: issuer.clone(),
            audience: audience.clone(),
            user_id_claim: user_id_claim.clone(),
            token_lifetime: self.token_lifetime,
            issuing: issuing.clone(),
            allow_email_ids,
        })
    }

    /// Checks the rules that hold between its settings and the tenant's.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self, issuing: &IssuingRule) -> Result<(), SettingError> {
        if !(60..=MAX_TOKEN_LIFETIME).contains(&self.token_lifetime) {
            return Err(SettingError::Lifetime);
        }
        self.audience()
            .map_or(Ok(()), |audience| issuing.check(audience))
    }
}

#[cfg(test)]
mod tests {
    use super::RootUrl;

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
