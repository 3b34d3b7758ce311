//! Changes to a deployment, and what they do to the tokens that are about.

use axum::{
    extract::{Path, State},
    http::header,
    response::Response,
};
use lanyard_api::{
    Act, App, Caller, Failure, Problem,
    etag::{IfMatch, etag},
    fields::{Seconds, Set, Time},
    input,
    input::JsonBody,
};
use lanyard_core::{
    deployment::{Deployment, RootUrl},
    id::Slug,
    profile::{Ceiling, Claims, CoralClaims, ProfileClaims, TalkClaims},
    tenant::{CLOCK_SKEW, ClaimPath, ClaimText, MAX_TOKEN_LIFETIME},
    user::Role,
};
use lanyard_storage::{
    deployments::{self, DeploymentRow},
    tenants,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    DeploymentOut, named, taken,
    wish::{TALK_ONLY, may_lift, refuse, wrong},
};

input! {
    /// What is to change; what isn't named, or is `null`, stays.
    pub struct DeploymentChange {
        /// Its name in URLs. `default` keeps its name.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 63, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", example = "sports")]
        name: Option<Slug>,
        /// Where it is found; `null` clears it.
        #[schema(value_type = Option<String>, max_length = 255, example = "https://talk.sports.the-post.example")]
        root_url: Set<RootUrl>,
        /// Issuer of its tokens; Talk only.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "https://talk.sports.the-post.example")]
        issuer: Option<ClaimText>,
        /// Audience of its tokens; Talk only.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "talk")]
        audience: Option<ClaimText>,
        /// Where the reader's id sits in its tokens; Talk only.
        #[schema(value_type = Option<String>, example = "sub")]
        user_id_claim: Option<ClaimPath>,
        /// What tokens tell of the reader besides the id; Talk only.
        #[schema(value_type = Option<Vec<String>>, example = json!(["username", "email"]))]
        profile_claims: Option<ProfileClaims>,
        /// The highest role that a token may carry; Coral only. `null`: tokens carry none.
        #[schema(value_type = Option<String>, pattern = "^(COMMENTER|MEMBER|STAFF|MODERATOR|ADMIN)$", example = "STAFF")]
        max_role: Set<Role>,
        /// Whether tokens carry badges; Coral only.
        badges: Option<bool>,
        /// Lifetime of new tokens in seconds.
        #[schema(value_type = Option<i64>, minimum = 60, maximum = 34_560_000, example = 21_600)]
        token_lifetime: Option<Seconds<60, MAX_TOKEN_LIFETIME>>,
    }
}

/// A deployment that was just changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedDeploymentOut {
    #[serde(flatten)]
    #[schema(inline)]
    deployment: DeploymentOut,
    /// What the change does to tokens, and what is to be done elsewhere.
    warnings: Vec<String>,
}

/// Change a deployment
///
/// With another issuer, audience or place of the reader's id, tokens that were issued before are refused here;
/// `warnings` tells until when they would have been good.
#[utoipa::path(
    patch, path = "/v1/tenants/{tenant}/deployments/{deployment}", tag = "Deployments", operation_id = "update_deployment",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("deployment" = String, Path, description = "Deployment"),
        ("If-Match" = Option<String>, Header, description = "The version that you saw", nullable = false),
    ),
    request_body = DeploymentChange,
    responses(
        (
            status = 200, description = "The deployment as it is now", body = ChangedDeploymentOut,
            headers(("ETag" = String, description = "Its new version")),
        ),
        (status = 409, description = "The name, or the issuer with its audience, is taken; or it is `default`, which keeps its name"),
        (status = 412, description = "It has changed since"),
    ),
)]
pub(in super::super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path((_, name)): Path<(String, String)>,
    if_match: IfMatch,
    body: JsonBody<DeploymentChange>,
) -> Result<Response, Failure> {
    let (name, now) = (named(&name)?, app.clock.now());
    let mut act = caller.act(&app).await?;
    let row = deployments::get_now(&mut act.tx, &name, now).await?;
    let mut row = row.ok_or(Problem::NotFound)?;
    caller.reaches(row.deployment.id)?;
    if_match.check(row.version)?;
    let changed = body.value.apply(row.deployment.clone())?;
    may_lift(&caller, Some(&row.deployment.claims), &changed.claims)?;
    let version = store(&mut act, &row.deployment, &changed).await?;
    let warnings = warnings(&row, &changed, now);
    row.deployment = changed;
    let answer = ChangedDeploymentOut {
        deployment: DeploymentOut::new(row),
        warnings,
    };
    let mut response = act.answer(&answer).await?;
    response.headers_mut().insert(header::ETAG, etag(version));
    Ok(response)
}

impl DeploymentChange {
    fn apply(self, before: Deployment) -> Result<Deployment, Failure> {
        let name = self.name.unwrap_or_else(|| before.name.clone());
        if name != before.name && before.name == Slug::default_deployment() {
            return Err(Failure::from(Problem::StateConflict)
                .detail("The deployment `default` keeps its name."));
        }
        let claims = match before.claims {
            Claims::Talk(talk) => {
                refuse(
                    "is for Coral only",
                    [
                        (self.max_role != Set::Keep).then_some("/max_role"),
                        self.badges.map(|_| "/badges"),
                    ],
                )?;
                Claims::Talk(TalkClaims {
                    issuer: self.issuer.unwrap_or(talk.issuer),
                    audience: self.audience.unwrap_or(talk.audience),
                    user_id_claim: self.user_id_claim.unwrap_or(talk.user_id_claim),
                    profile: self.profile_claims.unwrap_or(talk.profile),
                })
            }
            Claims::Coral(CoralClaims { ceiling }) => {
                refuse(
                    TALK_ONLY,
                    [
                        self.issuer.map(|_| "/issuer"),
                        self.audience.map(|_| "/audience"),
                        self.user_id_claim.map(|_| "/user_id_claim"),
                        self.profile_claims.map(|_| "/profile_claims"),
                    ],
                )?;
                Claims::Coral(CoralClaims {
                    ceiling: Ceiling {
                        max_role: self.max_role.or(ceiling.max_role),
                        badges: self.badges.unwrap_or(ceiling.badges),
                    },
                })
            }
        };
        Ok(Deployment {
            id: before.id,
            name,
            root_url: self.root_url.or(before.root_url),
            claims,
            token_lifetime: self
                .token_lifetime
                .map_or(before.token_lifetime, |seconds| seconds.0),
        })
    }
}

/// Stores and audits a change; gives the new version.
async fn store(act: &mut Act, before: &Deployment, after: &Deployment) -> Result<i64, Failure> {
    let settings = tenants::settings_now(&mut act.tx).await?;
    let settings = settings.ok_or(Problem::NotFound)?;
    after
        .check(&settings.issuing)
        .map_err(|error| wrong(&error))?;
    if let Some(issuer) = after.issuer()
        && !deployments::claim_issuer(&mut act.tx, issuer).await?
    {
        return Err(Problem::IssuerTaken.into());
    }
    let version = deployments::update(&mut act.tx, after)
        .await
        .map_err(taken)?;
    deployments::release_issuers(&mut act.tx).await?;
    let view = |deployment: &Deployment| {
        json!({
            "name": deployment.name, "root_url": deployment.root_url, "claims": told(&deployment.claims),
            "token_lifetime": deployment.token_lifetime,
        })
    };
    let detail = json!({ "before": view(before), "after": view(after) });
    act.audit("deployment.update", before.name.as_str(), &detail)
        .await?;
    Ok(version)
}

/// Claims as the audit log has them.
pub(super) fn told(claims: &Claims) -> Value {
    match claims {
        Claims::Talk(talk) => json!({
            "issuer": talk.issuer, "audience": talk.audience, "user_id_claim": talk.user_id_claim,
            "profile_claims": talk.profile.names().collect::<Vec<_>>(),
        }),
        Claims::Coral(coral) => json!({
            "max_role": coral.ceiling.max_role, "badges": coral.ceiling.badges,
        }),
    }
}

/// What follows from a change, for whoever made it.
fn warnings(before: &DeploymentRow, after: &Deployment, now: i64) -> Vec<String> {
    let mut warnings = Vec::new();
    if after.claims != before.deployment.claims && before.verifying > 0 {
        let until = Time(now + before.longest_life + CLOCK_SKEW).text();
        warnings.push(format!(
            "Tokens that were issued before are refused here from now on; otherwise the last of them would have been good \
             until {until}. Readers get a new one when your CMS next asks."
        ));
        warnings.push(
            "Talk verifies alone: it goes on by its old settings, and refuses new tokens, until you give it the new ones \
             and restart it."
                .to_owned(),
        );
    }
    if after.name != before.deployment.name {
        warnings.push(format!(
            "The deployment's URLs have changed: let your CMS and your Talk call it `{}`.",
            after.name
        ));
    }
    warnings
}
