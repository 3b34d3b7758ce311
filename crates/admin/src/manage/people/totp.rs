//! The authenticator app of an account, and its recovery codes.

use axum::{Json, extract::State, http::StatusCode};
use lanyard_api::{App, Failure, Problem, input, input::JsonBody, session::Person};
use lanyard_core::{
    account::AccountId,
    throttle::Bucket,
    totp::{RECOVERY_CODES, RecoveryCode, TotpSecret},
};
use lanyard_storage::{PlatformTx, accounts, throttles};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{DONE, admit, audit, factor, lock, sessions::Code};

/// What an authenticator app needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTotp {
    /// The secret in base 32, to be typed.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same as a URI, for a QR code.
    #[schema(
        example = "otpauth://totp/Lanyard:jane%40thepost.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Lanyard"
    )]
    uri: String,
}

/// Recovery codes, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodesOut {
    /// Each is good once, in place of the app.
    #[schema(example = json!(["7k2m-9xq4-0bht-rw3e"]))]
    recovery_codes: Vec<String>,
}

input! {
    /// A code that the app shows.
    pub struct TotpConfirmation {
        /// Six digits.
        #[schema(max_length = 64, example = "123456")]
        code: Code,
    }
}

/// Begin an authenticator app; it counts once a code of it was confirmed
#[utoipa::path(
    post, path = "/v1/account/totp", tag = "Accounts", operation_id = "begin_totp",
    responses(
        (status = 201, description = "What the app needs", body = NewTotp),
        (status = 403, description = "Prove your password first"),
        (status = 409, description = "There is an app already; remove it first"),
    ),
)]
pub(in crate::manage) async fn begin(
    State(app): State<App>,
    person: Person,
) -> Result<(StatusCode, Json<NewTotp>), Failure> {
    let mut tx = app.database.platform().await?;
    let account = lock(&mut tx, person.session.account).await?;
    if account.confirmed_totp().is_some() {
        return Err(Failure::from(Problem::StateConflict)
            .detail("There is an authenticator app already. Remove it first."));
    }
    let secret = TotpSecret::generate().map_err(|_| Problem::Internal)?;
    let uri = secret.uri(&account.email).ok_or(Problem::Internal)?;
    let sealed = factor::seal(&app, account.id, &secret)?;
    accounts::begin_totp(&mut tx, account.id, &sealed).await?;
    tx.commit().await?;
    let new = NewTotp {
        secret: secret.base32().to_string(),
        uri: uri.to_string(),
    };
    Ok((StatusCode::CREATED, Json(new)))
}

/// Confirm the authenticator app by a code; from now on a log-in takes one
#[utoipa::path(
    post, path = "/v1/account/totp/confirm", tag = "Accounts", operation_id = "confirm_totp",
    request_body = TotpConfirmation,
    responses(
        (status = 200, description = "Recovery codes, for when the app is lost", body = RecoveryCodesOut),
        (status = 403, description = "Prove your password first"),
        (status = 409, description = "No app was begun, or it is confirmed already"),
    ),
)]
pub(in crate::manage) async fn confirm(
    State(app): State<App>,
    person: Person,
    body: JsonBody<TotpConfirmation>,
) -> Result<Json<RecoveryCodesOut>, Failure> {
    let now = app.clock.now();
    let attempts = Bucket::session(person.session.id);
    admit(&app, &[attempts]).await?;
    let mut tx = app.database.platform().await?;
    let account = lock(&mut tx, person.session.account).await?;
    let begun = account.totp.as_ref().filter(|totp| !totp.confirmed);
    let totp = begun.ok_or_else(|| {
        Failure::from(Problem::StateConflict)
            .detail("No authenticator app waits to be confirmed. Begin one.")
    })?;
    let secret = factor::open(&app, account.id, totp)?;
    let code = body.value.code.replace(' ', "");
    let step = secret
        .accept(&code, now, totp.last_step)
        .ok_or_else(|| Failure::field("/code", "isn't right; see that your device's clock is"))?;
    accounts::use_totp_step(&mut tx, account.id, step).await?;
    accounts::confirm_totp(&mut tx, account.id, now).await?;
    let codes = new_codes(&mut tx, account.id).await?;
    throttles::settle(&mut tx, &[attempts], &[], now).await?;
    audit(&app, &mut tx, account.id, "account.totp.on", &json!({})).await?;
    tx.commit().await?;
    Ok(Json(codes))
}

/// Remove the authenticator app and the recovery codes
#[utoipa::path(
    delete, path = "/v1/account/totp", tag = "Accounts", operation_id = "remove_totp",
    responses(
        (status = 204, description = "A log-in takes no code any more"),
        (status = 403, description = "Prove your password first"),
    ),
)]
pub(in crate::manage) async fn remove(
    State(app): State<App>,
    person: Person,
) -> Result<StatusCode, Failure> {
    let mut tx = app.database.platform().await?;
    let account = lock(&mut tx, person.session.account).await?;
    if account.totp.is_some() {
        accounts::remove_totp(&mut tx, account.id).await?;
        audit(&app, &mut tx, account.id, "account.totp.off", &json!({})).await?;
        tx.commit().await?;
    }
    Ok(DONE)
}

/// Make new recovery codes; those until now are good no more
#[utoipa::path(
    post, path = "/v1/account/recovery-codes", tag = "Accounts", operation_id = "replace_recovery_codes",
    responses(
        (status = 200, description = "Recovery codes, for when the app is lost", body = RecoveryCodesOut),
        (status = 403, description = "Prove your password first"),
        (status = 409, description = "There is no authenticator app"),
    ),
)]
pub(in crate::manage) async fn recovery_codes(
    State(app): State<App>,
    person: Person,
) -> Result<Json<RecoveryCodesOut>, Failure> {
    let mut tx = app.database.platform().await?;
    let account = lock(&mut tx, person.session.account).await?;
    if account.confirmed_totp().is_none() {
        return Err(Failure::from(Problem::StateConflict)
            .detail("There is no authenticator app that they could stand in for."));
    }
    let codes = new_codes(&mut tx, account.id).await?;
    let detail = json!({});
    audit(
        &app,
        &mut tx,
        account.id,
        "account.recovery_codes.replace",
        &detail,
    )
    .await?;
    tx.commit().await?;
    Ok(Json(codes))
}

async fn new_codes(tx: &mut PlatformTx, id: AccountId) -> Result<RecoveryCodesOut, Failure> {
    let codes = (0..RECOVERY_CODES)
        .map(|_| RecoveryCode::generate())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Problem::Internal)?;
    let hashes: Vec<_> = codes.iter().map(RecoveryCode::hash).collect();
    accounts::replace_recovery_codes(tx, id, &hashes).await?;
    let recovery_codes = codes.iter().map(|code| code.reveal().to_string()).collect();
    Ok(RecoveryCodesOut { recovery_codes })
}
