//! From a code to a token.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use lanyard_core::exchange_code::{ExchangeCode, refresh_after};
use lanyard_storage::{
    TenantView,
    exchange_codes::{self, Wanted},
};
use serde::Serialize;

use crate::{
    App, Problem,
    failure::Failure,
    fields::Time,
    issuing::{self, Asker, Whom},
    middleware::Note,
    presented::Target,
};

/// A reader's token.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ExchangedToken)]
pub(super) struct TokenOut {
    /// The token, a JWT in compact form (RFC 7519).
    token: String,
    /// When it expires.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// After how many seconds to get the next one.
    #[schema(minimum = 1)]
    refresh_after: i64,
}

/// Redeems a code of the tenant.
pub(super) async fn token(
    app: &App,
    tenant: Arc<TenantView>,
    code: &ExchangeCode,
) -> Result<Response, Failure> {
    let redeemed = exchange_codes::redeem(&app.database, tenant.id, code, app.clock.now()).await?;
    let wanted = redeemed.ok_or(Problem::CodeInvalid)?;
    // From here on the code is used up, whatever becomes of it.
    let tenant = match tenant.version() < wanted.as_of {
        true => app.views.refresh(&tenant).await?,
        false => Some(tenant),
    };
    issue(app, tenant.ok_or(Problem::CodeInvalid)?, &wanted).await
}

async fn issue(app: &App, tenant: Arc<TenantView>, wanted: &Wanted) -> Result<Response, Failure> {
    // Its codes go when a key is revoked; but a node that hadn't heard may have made one since.
    let revoked = |key| tenant.read_revocations(|set| set.api_key_is_revoked(key));
    if wanted.api_key.is_some_and(revoked) {
        return Err(no_more("api-key-revoked"));
    }
    let policy = tenant
        .deployment_by_id(wanted.deployment)
        .map(|deployment| &deployment.policy)
        .ok_or_else(|| no_more("deployment-unknown"))?;
    let (deployment, lifetime) = (
        Cow::Owned(policy.name.as_str().to_owned()),
        policy.token_lifetime,
    );
    let reader = app.readers.get(&tenant, &wanted.user).await?;
    let whom = Whom {
        id: &wanted.user,
        reader: &*reader.ok_or_else(|| no_more("user-not-found"))?,
    };
    let asker = Asker {
        api_key: wanted.api_key,
        ceiling: wanted.ceiling,
    };
    let mut target = Target { tenant, deployment };
    let issued = issuing::issue(app, &mut target, whom, asker, app.clock.now()).await?;
    let issued = issued.ok_or_else(|| no_more("user-disabled"))?;
    let out = TokenOut {
        token: issued.token,
        expires_at: Time(issued.expires_at),
        refresh_after: refresh_after(lifetime),
    };
    let mut response = (StatusCode::CREATED, Json(out)).into_response();
    response.extensions_mut().insert(Note {
        token_id: Some(issued.token_id.to_string().into()),
        ..Note::default()
    });
    Ok(response)
}

/// A code that was good when it was made. The browser isn't told why it is no more; the log is.
fn no_more(reason: &'static str) -> Failure {
    let mut failure = Failure::from(Problem::CodeInvalid);
    failure.note.reason = Some(reason);
    failure
}
