//! The second factor: a code of an authenticator app, or a recovery code.

use lanyard_api::{App, Failure, Problem};
use lanyard_core::{
    account::AccountId,
    seal::Sealed,
    totp::{RecoveryCode, TotpSecret},
};
use lanyard_storage::{
    PlatformTx, StorageError, accounts,
    accounts::{Account, AccountTotp},
    reseal::TOTP,
};
use serde_json::json;

use super::audit;

pub(super) fn seal(app: &App, id: AccountId, secret: &TotpSecret) -> Result<Sealed, Failure> {
    let sealed = app
        .master_keys
        .seal_for(TOTP, &[id.0.as_bytes()], secret.as_bytes());
    Ok(sealed.map_err(StorageError::from)?)
}

pub(super) fn open(app: &App, id: AccountId, totp: &AccountTotp) -> Result<TotpSecret, Failure> {
    let bytes = app
        .master_keys
        .open_for(TOTP, &[id.0.as_bytes()], &totp.sealed)
        .map_err(StorageError::from)?;
    Ok(TotpSecret::from_bytes(bytes).ok_or(Problem::Internal)?)
}

/// Whether a code is good; it is used up within the transaction, in which the account is locked.
pub(super) async fn check(
    app: &App,
    tx: &mut PlatformTx,
    account: &Account,
    totp: &AccountTotp,
    code: &str,
) -> Result<bool, Failure> {
    if let Some(code) = RecoveryCode::parse(code) {
        let good = accounts::use_recovery_code(tx, account.id, &code.hash()).await?;
        if good {
            audit(app, tx, account.id, "account.recovery_code.use", &json!({})).await?;
        }
        return Ok(good);
    }
    let typed = code.replace(' ', "");
    let secret = open(app, account.id, totp)?;
    match secret.accept(&typed, app.clock.now(), totp.last_step) {
        Some(step) => Ok(accounts::use_totp_step(tx, account.id, step).await?),
        None => Ok(false),
    }
}
