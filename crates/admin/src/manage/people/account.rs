//! One's own account: who am I, another name, another password, proof of the password.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use lanyard_api::{
    App, Failure, Problem, Turn,
    access::PROVED_FOR,
    fields::Time,
    input,
    input::JsonBody,
    session::{Person, csrf_token},
};
use lanyard_core::{
    account::PersonName,
    password::{Password, Verdict},
    throttle::Bucket,
};
use lanyard_storage::{
    PlatformTx, account_links, accounts, accounts::Account, sessions, throttles,
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AccountOut, admit, audit, check_password, factor, lock,
    sessions::Code,
    visitor::{Opened, SessionOut, new_token},
};

/// A newsroom that somebody is a member of.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembershipOut {
    /// The newsroom's id.
    tenant_id: Uuid,
    /// Its name in URLs.
    #[schema(example = "the-post")]
    tenant: String,
    /// What it is called.
    #[schema(example = "The Post")]
    name: String,
    /// Whether it is suspended.
    #[schema(pattern = "^(active|suspended)$", example = "active")]
    status: String,
    /// What one may do there.
    #[schema(pattern = "^(owner|admin|viewer)$", example = "owner")]
    role: String,
}

/// Who is logged in, and what that opens.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhoAmI {
    account: AccountOut,
    /// The newsrooms.
    memberships: Vec<MembershipOut>,
    /// How many recovery codes are left.
    #[schema(minimum = 0, maximum = 10)]
    recovery_codes_left: i64,
    /// The session that asks.
    session_id: Uuid,
    /// Send this as X-CSRF-Token with every change.
    csrf_token: String,
    /// When the session ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// Until when what asks for a proved password can be done; may be past.
    #[schema(value_type = String, format = DateTime)]
    proved_until: Time,
}

input! {
    /// What changes of an account.
    pub struct AccountChange {
        /// What colleagues see.
        #[schema(value_type = String, min_length = 1, max_length = 255, example = "Jane Doe")]
        name: PersonName,
    }
}

input! {
    /// Another password.
    pub struct PasswordChange {
        /// The password until now.
        #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024, example = "four random words would do")]
        current_password: Password,
        /// The new one: at least 12 characters, and not easy to guess.
        #[schema(value_type = String, format = Password, min_length = 12, max_length = 1024, example = "or a password manager's own")]
        new_password: Password,
        /// Six digits of the authenticator app, or a recovery code, if there is an app.
        #[schema(max_length = 64, example = "123456")]
        code: Option<Code>,
    }
}

input! {
    /// Proof that it is still you.
    pub struct Proof {
        /// The password.
        #[schema(value_type = String, format = Password, min_length = 1, max_length = 1024, example = "four random words would do")]
        password: Password,
        /// Six digits of the authenticator app, or a recovery code, if there is an app.
        #[schema(max_length = 64, example = "123456")]
        code: Option<Code>,
    }
}

/// Who am I?
#[utoipa::path(
    get, path = "/v1/account", tag = "Accounts", operation_id = "who_am_i",
    responses((status = 200, description = "The account, its newsrooms and this session", body = WhoAmI)),
)]
pub(in crate::manage) async fn get(
    State(app): State<App>,
    person: Person,
) -> Result<Json<WhoAmI>, Failure> {
    let session = &person.session;
    let memberships = accounts::memberships(&app.database, session.account).await?;
    let membership = |one: accounts::Membership| MembershipOut {
        tenant_id: one.tenant.0,
        tenant: one.slug,
        name: one.name,
        status: one.status,
        role: one.role,
    };
    Ok(Json(WhoAmI {
        account: AccountOut::of(session),
        memberships: memberships.into_iter().map(membership).collect(),
        recovery_codes_left: accounts::recovery_codes_left(&app.database, session.account).await?,
        session_id: session.id,
        csrf_token: csrf_token(&person.token),
        expires_at: Time(session.expires_at),
        proved_until: Time(session.proved_at + PROVED_FOR),
    }))
}

/// Take another name
#[utoipa::path(
    patch, path = "/v1/account", tag = "Accounts", operation_id = "update_account",
    request_body = AccountChange,
    responses((status = 200, description = "The account as it is now", body = AccountOut)),
)]
pub(in crate::manage) async fn update(
    State(app): State<App>,
    person: Person,
    body: JsonBody<AccountChange>,
) -> Result<Json<AccountOut>, Failure> {
    let (id, name) = (person.session.account, body.value.name);
    let mut tx = app.database.platform().await?;
    accounts::rename(&mut tx, id, &name).await?;
    let account = lock(&mut tx, id).await?;
    audit(&app, &mut tx, id, "account.rename", &json!({})).await?;
    tx.commit().await?;
    Ok(Json(AccountOut::new(&account)))
}

/// Set another password; all your other sessions end, and this one gets a new id
#[utoipa::path(
    post, path = "/v1/account/password", tag = "Accounts", operation_id = "change_password",
    request_body = PasswordChange,
    responses(
        (status = 200, description = "The session's new CSRF token; Set-Cookie holds its new id", body = SessionOut),
        (status = 401, description = "The session has ended; or a code is needed as well (`code-required`)"),
    ),
)]
pub(in crate::manage) async fn change_password(
    State(app): State<App>,
    person: Person,
    body: JsonBody<PasswordChange>,
) -> Result<Response, Failure> {
    let PasswordChange {
        current_password,
        new_password,
        code,
    } = body.value;
    check_password("/new_password", &new_password, &person.session.email)?;
    let turn = app.passwords.queue()?;
    let current = Arc::new(current_password);
    let before = compare(&app, &turn, &person, &current, "/current_password").await?;
    let hash = turn.hash(&Arc::new(new_password)).await?;
    let (mut tx, account) = still(&app, &before).await?;
    // It proves the password anew, so it takes all that a proof takes.
    prove_factor(&app, &mut tx, &account, code).await?;
    let id = account.id;
    accounts::set_password(&mut tx, id, &hash, app.clock.now()).await?;
    sessions::end_all(&mut tx, id, Some(person.session.id)).await?;
    account_links::end_resets(&mut tx, id).await?;
    let opened = renew(&app, &mut tx, &person, &account).await?;
    audit(&app, &mut tx, id, "account.password.change", &json!({})).await?;
    tx.commit().await?;
    Ok(opened.answer(StatusCode::OK))
}

/// Prove your password: for ten minutes this session may do what asks for that; it gets a new id
#[utoipa::path(
    post, path = "/v1/account/prove", tag = "Accounts", operation_id = "prove_password",
    request_body = Proof,
    responses(
        (status = 200, description = "The session's new CSRF token; Set-Cookie holds its new id", body = SessionOut),
        (status = 401, description = "The session has ended; or a code is needed as well (`code-required`)"),
    ),
)]
pub(in crate::manage) async fn prove(
    State(app): State<App>,
    person: Person,
    body: JsonBody<Proof>,
) -> Result<Response, Failure> {
    let turn = app.passwords.queue()?;
    let password = Arc::new(body.value.password);
    let before = compare(&app, &turn, &person, &password, "/password").await?;
    let (mut tx, account) = still(&app, &before).await?;
    prove_factor(&app, &mut tx, &account, body.value.code).await?;
    let opened = renew(&app, &mut tx, &person, &account).await?;
    tx.commit().await?;
    Ok(opened.answer(StatusCode::OK))
}

/// Compares the password of whoever is logged in; the attempts of one session are counted.
async fn compare(
    app: &App,
    turn: &Turn,
    person: &Person,
    password: &Arc<Password>,
    pointer: &str,
) -> Result<Account, Failure> {
    admit(app, &[Bucket::session(person.session.id)]).await?;
    let account = accounts::find(&app.database, &person.session.email)
        .await?
        .ok_or(Problem::SessionInvalid)?;
    let stored = Some(account.password_hash.clone());
    match turn.verify(password, stored).await? {
        Verdict::Right | Verdict::RightButOutdated => Ok(account),
        Verdict::Wrong => Err(Failure::field(pointer, "isn't right")),
    }
}

/// Asks for a code where there is an authenticator app.
async fn prove_factor(
    app: &App,
    tx: &mut PlatformTx,
    account: &Account,
    code: Option<Code>,
) -> Result<(), Failure> {
    let Some(totp) = account.confirmed_totp() else {
        return Ok(());
    };
    let code = code.ok_or(Problem::CodeRequired)?;
    if !factor::check(app, tx, account, totp, &code).await? {
        return Err(Failure::field("/code", "isn't right, or was used"));
    }
    Ok(())
}

/// The account, locked, if its password is still the one that was compared.
async fn still(app: &App, before: &Account) -> Result<(PlatformTx, Account), Failure> {
    let mut tx = app.database.platform().await?;
    let account = lock(&mut tx, before.id).await?;
    if account.password_hash != before.password_hash {
        return Err(Problem::SessionInvalid.into());
    }
    Ok((tx, account))
}

/// Gives the session another id; the one until now is dead.
async fn renew(
    app: &App,
    tx: &mut PlatformTx,
    person: &Person,
    account: &Account,
) -> Result<Opened, Failure> {
    let (session, now, token) = (&person.session, app.clock.now(), new_token()?);
    if !sessions::renew(tx, session.id, &token.hash(), now).await? {
        return Err(Problem::SessionInvalid.into());
    }
    throttles::settle(tx, &[Bucket::session(session.id)], &[], now).await?;
    Ok(Opened::renewed(account, token, now, session.expires_at))
}
