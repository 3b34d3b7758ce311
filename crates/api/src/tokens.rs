//! Tokens, for programs with an API key: introspection (RFC 7662) and revocation (RFC 7009).

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use lanyard_core::{
    audit::{Actor, Event},
    json as strict,
    revocation::Revocation,
    token::{self, Refusal, Verified},
};
use lanyard_storage::revocations;
use serde::Deserialize;
use serde_json::json;

use crate::{
    App, Problem,
    body::{self, ContentType},
    broker,
    caller::{ApiKeyCaller, Target},
    failure::Failure,
    middleware::Note,
};

/// The parameters of both; `token_type_hint` and others are ignored, as the RFCs ask.
#[derive(Deserialize)]
struct Parameters {
    token: Option<String>,
    deployment: Option<String>,
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
        ContentType::Other => Err(Problem::BodyTypeUnsupported),
    }
}

/// Who asks, about which token, of which deployment.
async fn asked_about(
    app: &App,
    caller: Result<ApiKeyCaller, Failure>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(ApiKeyCaller, String), Failure> {
    let mut caller = match caller {
        Ok(caller) => caller,
        Err(failure) => {
            body::discard(body).await;
            return Err(failure);
        }
    };
    let parameters = parameters(headers, body).await?;
    caller.target.deployment = parameters.deployment.as_deref().unwrap_or("default").into();
    // What was known before the body came may be out of date.
    caller
        .target
        .renew(app)
        .await
        .map_err(|failure| match failure.problem {
            Problem::TokenInvalid => Problem::DeploymentUnknown.into(),
            _ => failure,
        })?;
    let token = parameters
        .token
        .filter(|token| !token.is_empty())
        .ok_or(Problem::ParameterMissing)?;
    Ok((caller, token))
}

/// Judges a token as the broker would, whichever of its two requests it is for.
fn verify(target: &Target, token: &str, now: i64) -> Result<Verified, Refusal> {
    match broker::verify(target, token, now) {
        Err(Refusal::WrongPurpose) => broker::verify_issuing(target, token, now),
        verdict => verdict,
    }
}

/// `POST /v1/tenants/{tenant}/tokens/introspect`.
pub(crate) async fn introspect(
    State(app): State<App>,
    caller: Result<ApiKeyCaller, Failure>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let (caller, token) = asked_about(&app, caller, &headers, body).await?;
    let mut target = caller.target;
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
    let mut answer = json!({
        "active": true,
        "iss": policy.issuer,
        "aud": if verified.user.is_some() { &policy.audience } else { &policy.issuing.audience },
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

/// `POST /v1/tenants/{tenant}/tokens/revoke`. A token that isn't good anyway needs no revoking, and is a success.
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Result<ApiKeyCaller, Failure>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let (caller, token) = asked_about(&app, caller, &headers, body).await?;
    let mut target = caller.target;
    let now = app.clock.now();
    let name = |target: &Target| {
        let deployment = target.deployment()?;
        token::name(&deployment.policy, &deployment.keys, &token, now)
    };
    let named = match target.with_newest(&app, name).await {
        Ok(named) => named,
        Err(refusal) => return Ok(noted(StatusCode::OK.into_response(), refusal.reason())),
    };
    let token_id = named.token_id.as_deref().ok_or(Problem::TokenWithoutId)?;
    let mut tx = app
        .database
        .write(target.tenant.id)
        .await?
        .ok_or(Problem::TokenInvalid)?;
    revocations::add(&mut tx, &Revocation::token(token_id, named.expires_at)).await?;
    let detail = json!({ "expires_at": named.expires_at }).to_string();
    tx.audit(&Event {
        at: app.clock.micros(),
        actor: &Actor::ApiKey(caller.api_key).text(),
        action: "token.revoke",
        target: token_id,
        detail: &detail,
    })
    .await?;
    app.views.apply(tx.commit().await?).await;
    let until = named
        .expires_at
        .and_then(|second| jiff::Timestamp::from_second(second).ok());
    let answer = json!({
        "revoked": true,
        "note": "Lanyard refuses the token from now on. Talk verifies alone: it goes on accepting a reader's token until \
                 it expires, or until the reader logs out there.",
        "accepted_by_talk_until": until,
    });
    let mut response = Json(answer).into_response();
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
