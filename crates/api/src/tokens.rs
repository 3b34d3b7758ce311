//! Tokens under `/v1`: issued one by one and by the batch, introspected (RFC 7662),
//! checked and revoked (RFC 7009).

pub(crate) mod batch;
pub(crate) mod check;
pub(crate) mod codes;
pub(crate) mod issue;
mod wish;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use lanyard_core::{
    json as strict,
    revocation::Revocation,
    tenant::TenantStatus,
    token::{self, Refusal, Verified},
};
use lanyard_storage::revocations;
use serde::Deserialize;
use serde_json::json;

use crate::{
    App, Caller, Problem,
    body::{self, ContentType},
    broker,
    failure::Failure,
    middleware::Note,
    presented::Target,
};

/// The parameters of both; `token_type_hint` and others are ignored, as the RFCs ask.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = TokenQuestion)]
struct Parameters {
    /// The token.
    #[schema(
        required,
        nullable = false,
        min_length = 1,
        example = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"
    )]
    token: Option<String>,
    /// The deployment that it is for; `default` unless named.
    #[schema(example = "default")]
    deployment: Option<String>,
}

/// What is known of a token (RFC 7662, section 2.2). Of one that isn't good, only that.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the answer")]
struct Introspection {
    /// Whether the token is good.
    active: bool,
    /// The issuer.
    iss: Option<String>,
    /// The audience.
    aud: Option<String>,
    /// The reader's id.
    sub: Option<String>,
    /// When it expires, in unix seconds.
    exp: Option<i64>,
    /// When it was issued, in unix seconds.
    iat: Option<i64>,
    /// The token's own id.
    jti: Option<String>,
    /// The id of the key that signed it.
    kid: Option<String>,
    /// `Bearer`.
    token_type: Option<String>,
}

/// What became of a token.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the answer")]
struct Revoked {
    /// Whether it was good until now.
    revoked: bool,
    /// What Talk makes of it.
    note: String,
    /// Until when Talk, which verifies alone, still accepts it.
    accepted_by_talk_until: Option<String>,
}

async fn parameters(headers: &HeaderMap, body: Body) -> Result<Parameters, Problem> {
    let content_type = ContentType::of(headers);
    let body = body::read(body).await?;
    match content_type {
        ContentType::Json => {
            strict::check(&body).map_err(|_| Problem::BodyMalformed)?;
            if !body.trim_ascii_start().starts_with(b"{") {
                return Err(Problem::BodyMalformed);
            }
            serde_json::from_slice(&body).map_err(|_| Problem::BodyMalformed)
        }
        ContentType::Form => {
            serde_urlencoded::from_bytes(&body).map_err(|_| Problem::BodyMalformed)
        }
        _ => Err(Problem::BodyTypeUnsupported),
    }
}

/// Which token is asked about, of which deployment.
async fn asked_about(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Target, String), Failure> {
    let parameters = parameters(headers, body).await?;
    let name = parameters.deployment.as_deref().unwrap_or("default");
    let target = target_of(app, caller, name).await?;
    let token = parameters
        .token
        .filter(|token| !token.is_empty())
        .ok_or(Problem::ParameterMissing)?;
    Ok((target, token))
}

/// The deployment of this name, if the caller may reach it.
async fn target_of(app: &App, caller: &Caller, name: &str) -> Result<Target, Failure> {
    // What was known before the body came may be out of date.
    let Some(target) = Target::find(app, caller.tenant.slug.as_str(), name.to_owned()).await?
    else {
        return Err(match caller.tenant.status {
            TenantStatus::Suspended => Problem::TenantSuspended.into(),
            TenantStatus::Active => Problem::DeploymentUnknown.into(),
        });
    };
    caller.reaches(target.deployment()?.policy.deployment)?;
    Ok(target)
}

/// Judges a token as the broker would, whichever of its two requests it is for.
fn verify(target: &Target, token: &str, now: i64) -> Result<Verified, Refusal> {
    match broker::verify(target, token, now) {
        Err(Refusal::WrongPurpose) => broker::verify_issuing(target, token, now),
        verdict => verdict,
    }
}

/// Is a token good? (RFC 7662)
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/tokens/introspect", tag = "tokens",
    params(("tenant" = String, Path, description = "Newsroom")),
    request_body(content((Parameters = "application/json"), (Parameters = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "Whether it is, and what it says", body = Introspection),
        (status = 400, description = "A parameter is missing, or the body isn't readable"),
        (status = 422, description = "There is no such deployment"),
    ),
)]
pub(crate) async fn introspect(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let (mut target, token) = asked_about(&app, &caller, &headers, body).await?;
    let now = app.clock.now();
    let verified = match target
        .with_newest(&app, |target| verify(target, &token, now))
        .await
    {
        Ok(verified) => verified,
        Err(refusal) => {
            return Ok(noted(
                Json(json!({ "active": false })).into_response(),
                refusal.reason(),
            ));
        }
    };
    let policy = &target.deployment()?.policy;
    let talk = policy.claims.talk();
    let mut answer = json!({
        "active": true,
        "iss": talk.map(|talk| &talk.issuer),
        "aud": talk.map(|talk| match verified.user {
            Some(_) => &talk.audience,
            None => &policy.issuing.audience,
        }),
        "sub": verified.user.as_ref().map_or(policy.issuing.subject.as_str(), |user| user.as_str()),
        "exp": verified.expires_at,
        "iat": verified.issued_at,
        "jti": verified.token_id,
        "kid": verified.key.kid.as_str(),
        "token_type": "Bearer",
    });
    if let Some(members) = answer.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    Ok(Json(answer).into_response())
}

/// Revoke a token (RFC 7009). A token that isn't good anyway needs no revoking, and is a success.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/tokens/revoke", tag = "tokens",
    params(("tenant" = String, Path, description = "Newsroom")),
    request_body(content((Parameters = "application/json"), (Parameters = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "It is refused from now on, or wasn't good anyway", body = Revoked),
        (status = 400, description = "A parameter is missing, or the token has no `jti`"),
        (status = 422, description = "There is no such deployment"),
    ),
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let (mut target, token) = asked_about(&app, &caller, &headers, body).await?;
    let now = app.clock.now();
    let name = |target: &Target| {
        let deployment = target.deployment()?;
        token::name(&deployment.policy, &deployment.keys, &token, now)
    };
    let named = match target.with_newest(&app, name).await {
        Ok(named) => named,
        Err(refusal) => {
            let answer = json!({
                "revoked": false,
                "note": "The token wasn't good, so there was nothing to revoke.",
            });
            return Ok(noted(Json(answer).into_response(), refusal.reason()));
        }
    };
    let token_id = named.token_id.as_deref().ok_or(Problem::TokenWithoutId)?;
    let until = named
        .expires_at
        .and_then(|second| jiff::Timestamp::from_second(second).ok());
    let answer = json!({
        "revoked": true,
        "note": "Lanyard refuses the token from now on. Talk verifies alone: it goes on accepting a reader's token until \
                 it expires, or until the reader logs out there.",
        "accepted_by_talk_until": until,
    });
    let mut act = caller.act(&app).await?;
    revocations::add(&mut act.tx, &Revocation::token(token_id, named.expires_at)).await?;
    let detail = json!({ "expires_at": named.expires_at });
    act.audit("token.revoke", token_id, &detail).await?;
    let mut response = act.answer(&answer).await?;
    response.extensions_mut().insert(Note {
        token_id: Some(token_id.into()),
        ..Note::default()
    });
    Ok(response)
}

fn noted(mut response: Response, reason: &'static str) -> Response {
    response.extensions_mut().insert(Note {
        reason: Some(reason),
        ..Note::default()
    });
    response
}
