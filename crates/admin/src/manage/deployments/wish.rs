//! What somebody wants a deployment to be, and what Talk's own defaults make of it.

use lanyard_api::{Caller, Failure, fields::FieldError};
use lanyard_core::{
    deployment::{Deployment, RootUrl},
    id::{DeploymentId, Slug},
    profile::{Ceiling, Claims, CoralClaims, ProfileClaims, TalkClaims, TokenProfile},
    tenant::{ClaimPath, ClaimText, DEFAULT_TOKEN_LIFETIME, IssuingRule, SettingError},
    user::Role,
};

/// A deployment as it is asked for.
#[derive(Debug)]
pub(in super::super) struct Wish {
    pub(in super::super) kind: TokenProfile,
    pub(in super::super) root_url: Option<RootUrl>,
    pub(in super::super) issuer: Option<ClaimText>,
    pub(in super::super) audience: Option<ClaimText>,
    pub(in super::super) user_id_claim: Option<ClaimPath>,
    pub(in super::super) profile_claims: Option<ProfileClaims>,
    pub(in super::super) max_role: Option<Role>,
    pub(in super::super) badges: Option<bool>,
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
            TokenProfile::Talk => self.talk()?,
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

    /// Talk's claims, if nothing of Coral's is asked for.
    fn talk(&self) -> Result<Claims, Failure> {
        refuse(
            "is for Coral only",
            [
                self.max_role.map(|_| "/max_role"),
                self.badges.map(|_| "/badges"),
            ],
        )?;
        let root = self.root_url.as_ref().map(|url| url.as_str());
        let default = root.and_then(|url| ClaimText::parse("the root URL", url).ok());
        let issuer = self.issuer.clone().or(default);
        Ok(Claims::Talk(TalkClaims {
            issuer: issuer
                .ok_or_else(|| Failure::field("/issuer", "is missing: say it, or the root URL"))?,
            audience: self
                .audience
                .clone()
                .unwrap_or_else(Deployment::talk_audience),
            user_id_claim: self.user_id_claim.clone().unwrap_or_else(ClaimPath::sub),
            profile: self.profile_claims.unwrap_or_default(),
        }))
    }

    /// Coral's claims, if nothing of Talk's is asked for.
    fn coral(&self) -> Result<Claims, Failure> {
        refuse(
            TALK_ONLY,
            [
                self.issuer.as_ref().map(|_| "/issuer"),
                self.audience.as_ref().map(|_| "/audience"),
                self.user_id_claim.as_ref().map(|_| "/user_id_claim"),
                self.profile_claims.map(|_| "/profile_claims"),
            ],
        )?;
        Ok(Claims::Coral(CoralClaims {
            ceiling: Ceiling {
                max_role: self.max_role,
                badges: self.badges.unwrap_or(false),
            },
        }))
    }
}

/// Why a member of Talk's isn't taken for a Coral.
pub(super) const TALK_ONLY: &str = "is for Talk only: Coral's tokens have none";

/// Refuses members that belong to the other product.
pub(super) fn refuse<const N: usize>(
    detail: &'static str,
    given: [Option<&'static str>; N],
) -> Result<(), Failure> {
    let mut given = given.into_iter().flatten().peekable();
    if given.peek().is_none() {
        return Ok(());
    }
    Err(Failure::fields(
        given.map(|pointer| FieldError::at(pointer, detail)),
    ))
}

/// Refuses claims that let tokens raise readers further than the caller may, and than `before`: the tokens are other API
/// keys' too.
pub(super) fn may_lift(
    caller: &Caller,
    before: Option<&Claims>,
    after: &Claims,
) -> Result<(), Failure> {
    let of = |claims: &Claims| {
        claims
            .coral()
            .map(|coral| coral.ceiling)
            .unwrap_or_default()
    };
    let before = before.map(of).unwrap_or_default();
    let mut lifted = caller.ceiling().lifted(before, of(after)).peekable();
    if lifted.peek().is_none() {
        return Ok(());
    }
    let detail = "an API key can't let tokens raise readers further than it may itself";
    Err(Failure::fields(
        lifted.map(|member| FieldError::at(format!("/{member}"), detail)),
    ))
}

/// A rule between settings that is broken.
pub(super) fn wrong(error: &SettingError) -> Failure {
    let pointer = match error {
        SettingError::SameAudience(_) => "/audience",
        SettingError::IssuerReserved => "/issuer",
        SettingError::Lifetime => "/token_lifetime",
        _ => "",
    };
    Failure::field(pointer, error.to_string())
}
