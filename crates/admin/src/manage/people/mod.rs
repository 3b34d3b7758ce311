//! People: how they register, log in and out, and what they can do with their own account.

pub mod account;
mod factor;
mod login;
pub mod register;
pub mod reset;
pub mod sessions;
pub mod totp;
pub mod visitor;

use axum::http::StatusCode;
use lanyard_api::{App, Failure, Problem};
use lanyard_core::{
    account::AccountId,
    audit::{Actor, Event},
    password::{Password, check_new},
    throttle::Bucket,
};
use lanyard_storage::{
    PlatformTx, accounts,
    accounts::Account,
    sessions::Session,
    throttles::{self, Attempt},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// An account, as its holder sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountOut {
    /// Its id.
    id: Uuid,
    /// Its address.
    #[schema(example = "jane@thepost.example")]
    email: String,
    /// What its holder is called.
    #[schema(example = "Jane Doe")]
    name: String,
    /// Whether it runs the platform.
    platform_admin: bool,
    /// Whether logging in takes a code of an authenticator app.
    totp: bool,
}

impl AccountOut {
    /// The holder of a session.
    fn of(session: &Session) -> Self {
        Self {
            id: session.account.0,
            email: session.email.to_string(),
            name: session.name.clone(),
            platform_admin: session.platform_admin,
            totp: session.totp,
        }
    }

    fn new(account: &Account) -> Self {
        Self {
            id: account.id.0,
            email: account.email.to_string(),
            name: account.name.clone(),
            platform_admin: account.platform_admin,
            totp: account.confirmed_totp().is_some(),
        }
    }
}

/// Counts an attempt; whether it was the first to make others wait in the last of these buckets.
pub(super) async fn admit(app: &App, buckets: &[Bucket]) -> Result<bool, Failure> {
    admitted(throttles::attempt(&app.database, buckets, app.clock.now()).await?)
}

/// Goes on only if the attempt needn't wait.
pub(super) fn admitted(attempt: Attempt) -> Result<bool, Failure> {
    match attempt {
        Attempt::Admitted { tripped } => Ok(tripped),
        Attempt::Blocked { wait } => Err(Failure::from(Problem::RateLimited)
            .detail("Too many attempts. Try again after the time that Retry-After says.")
            .retry_after(wait)),
    }
}

/// The account of somebody who is logged in, while nobody else changes it.
async fn lock(tx: &mut PlatformTx, id: AccountId) -> Result<Account, Failure> {
    let account = accounts::lock(tx, id).await?;
    Ok(account.ok_or(Problem::SessionInvalid)?)
}

/// Refuses a new password that is too easy to guess.
fn check_password(
    pointer: &str,
    password: &Password,
    email: &lanyard_core::account::AccountEmail,
) -> Result<(), Failure> {
    check_new(password, email).map_err(|problem| Failure::field(pointer, problem.to_string()))
}

/// Writes what somebody did to their own account into the platform's audit log.
async fn audit(
    app: &App,
    tx: &mut PlatformTx,
    account: AccountId,
    action: &str,
    detail: &Value,
) -> Result<(), Failure> {
    let event = Event {
        at: app.clock.micros(),
        actor: &Actor::Account(account).text(),
        action,
        target: &account.to_string(),
        detail: &detail.to_string(),
    };
    Ok(tx.audit(&event).await?)
}

/// The answer to what is done.
const DONE: StatusCode = StatusCode::NO_CONTENT;
