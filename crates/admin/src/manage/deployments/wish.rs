//! What somebody wants a deployment to be, and what Talk's own defaults make of it.

use lanyard_api::{Failure, fields::FieldError};
use lanyard_core::{
    deployment::{Claims, Deployment, RootUrl},
    id::{DeploymentId, Slug},
    tenant::{
        ClaimPath, ClaimText, DEFAULT_TOKEN_LIFETIME, IssuingRule, SettingError, TokenProfile,
    },
};

/// A deployment as it is asked for.
#[derive(Debug)]
pub(in super::super) struct Wish {
    pub(in super::super) kind: TokenProfile,
    pub(in super::super) root_url: Option<RootUrl>,
    pub(in super::super) issuer: Option<ClaimText>,
    pub(in super::super) audience: Option<ClaimText>,
    pub(in super::super) user_id_claim: Option<ClaimPath>,
    pub(in super::super) token_lifetime: Option<i64>,
}

impl Wish {
    /// The deployment, if one can be made of it.
    ///
    /// # Errors
    /// The fields that are wrong.
    pub(in super::super) fn read(
        self,
        id: DeploymentId,
        name: Slug,
        issuing: &IssuingRule,
    ) -> Result<Deployment, Failure> {
        let claims = match self.kind {
            TokenProfile::Coral => self.coral()?,
            TokenProfile::Talk => {
                let root = self.root_url.as_ref().map(|url| url.as_str());
                let default = root.and_then(|url| ClaimText::parse("the root URL", url).ok());
                let issuer = self.issuer.or(default);
                Claims::Talk {
                    issuer: issuer.ok_or_else(|| {
                        Failure::field("/issuer", "is missing: say it, or the root URL")
                    })?,
                    audience: self.audience.unwrap_or_else(Deployment::talk_audience),
                    user_id_claim: self.user_id_claim.unwrap_or_else(ClaimPath::sub),
                }
            }
        };
        let deployment = Deployment {
            id,
            name,
            root_url: self.root_url,
            claims,
            token_lifetime: self.token_lifetime.unwrap_or(DEFAULT_TOKEN_LIFETIME),
        };
        deployment.check(issuing).map_err(|error| wrong(&error))?;
        Ok(deployment)
    }

    /// Coral's claims, if nothing of Talk's is asked for.
    fn coral(&self) -> Result<Claims, Failure> {
        let talks = [
            ("/issuer", self.issuer.is_some()),
            ("/audience", self.audience.is_some()),
            ("/user_id_claim", self.user_id_claim.is_some()),
        ];
        let mut wrong = talks.iter().filter(|(_, given)| *given).peekable();
        if wrong.peek().is_none() {
            return Ok(Claims::Coral);
        }
        let detail = "is for Talk only: Coral's tokens have none";
        Err(Failure::fields(
            wrong.map(|(pointer, _)| FieldError::at(*pointer, detail)),
        ))
    }
}

/// A rule between settings that is broken.
pub(super) fn wrong(error: &SettingError) -> Failure {
    let pointer = match error {
        SettingError::SameAudience(_) => "/audience",
        SettingError::Lifetime => "/token_lifetime",
        _ => "",
    };
    Failure::field(pointer, error.to_string())
}
