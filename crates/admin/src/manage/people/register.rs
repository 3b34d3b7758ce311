//! Registering: an address first, and a password only from whoever opens the link that was mailed there. Nobody can have
//! an account waiting for somebody else's address.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use lanyard_api::{App, Failure, Problem, Registration, input, input::JsonBody};
use lanyard_core::{
    account::{AccountEmail, AccountId, PersonName},
    password::Password,
    secret_token::SecretToken,
    throttle::{Bucket, LetterKind},
};
use lanyard_storage::{
    account_links::{self, Link, VERIFY_LIFETIME},
    accounts, invitations,
    outbox::Letter,
    throttles::{self, Attempt},
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    admit, audit, check_password,
    visitor::{SessionOut, Visitor, new_token},
};
use crate::mail::letters;

input! {
    /// Who registers.
    pub struct NewAccount {
        /// The address. A link is mailed there.
        #[schema(value_type = String, max_length = 254, example = "jane@thepost.example")]
        email: AccountEmail,
        /// What colleagues see.
        #[schema(value_type = String, min_length = 1, max_length = 255, example = "Jane Doe")]
        name: PersonName,
        /// The secret of an invitation's link, where registering takes one.
        #[schema(value_type = Option<String>, min_length = 43, max_length = 43, pattern = "^[A-Za-z0-9_-]{43}$")]
        invitation: Option<SecretToken>,
    }
}

input! {
    /// Proof that an address is yours, and the password of the new account.
    pub struct Verification {
        /// The secret of the link.
        #[schema(value_type = String, min_length = 43, max_length = 43, pattern = "^[A-Za-z0-9_-]{43}$", example = "Hq2uT0mJkq0l7Zr1dTn6GfU3xX2aEwqJ0c9vH5sYtAM")]
        token: SecretToken,
        /// At least 12 characters, and not easy to guess.
        #[schema(value_type = String, format = Password, min_length = 12, max_length = 1024, example = "four random words would do")]
        password: Password,
    }
}

/// What is always answered, whatever happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckYourMail {
    /// For people.
    #[schema(value_type = String, example = "check your mail")]
    detail: &'static str,
}

impl CheckYourMail {
    pub(super) fn answer() -> Response {
        let detail = "check your mail";
        (StatusCode::ACCEPTED, Json(Self { detail })).into_response()
    }
}

/// Register an account; the answer is the same whether the address has one or not
#[utoipa::path(
    post, path = "/v1/accounts", tag = "Accounts", operation_id = "register",
    request_body = NewAccount,
    responses(
        (status = 202, description = "A letter goes to the address, with a link that is good for a day, unless it had several lately", body = CheckYourMail),
        (status = 403, description = "Registering takes an invitation here, or isn't possible"),
    ),
)]
pub(in crate::manage) async fn register(
    State(app): State<App>,
    visitor: Visitor,
    body: JsonBody<NewAccount>,
) -> Result<Response, Failure> {
    let new = body.value;
    let open = match (app.registration, &new.invitation) {
        (Registration::Open, _) => true,
        (Registration::Invite, Some(invitation)) => {
            let (hash, now) = (invitation.hash(), app.clock.now());
            let found = invitations::find(&app.database, &hash, now).await?;
            found.is_some_and(|invitation| invitation.email == new.email)
        }
        (Registration::Invite, None) | (Registration::Closed, _) => false,
    };
    if !open {
        return Err(Problem::RegistrationClosed.into());
    }
    admit(&app, &[Bucket::letters_from(visitor.address)]).await?;
    let account = accounts::find(&app.database, &new.email).await?;
    let token = new_token()?;
    let letter = match account {
        Some(_) => letters::already_registered(new.email.as_str(), &app.public_url.link("/login")),
        None => {
            let link = link(&app, "verify", &token);
            letters::verify(new.email.as_str(), &link, lifetime(VERIFY_LIFETIME))
        }
    };
    // Where there is an account, nobody is told the link. It is stored all the same: how long this takes tells nothing.
    let name = new.name.as_str();
    let link = (&token, Link::Verify { name });
    send(&app, &new.email, LetterKind::Registration, link, &letter).await?;
    Ok(CheckYourMail::answer())
}

/// The link that a letter holds. Browsers send what follows the `#` to nobody, and no log has it.
pub(in crate::manage) fn link(app: &App, page: &str, token: &SecretToken) -> String {
    let url = app.public_url.link("/");
    format!("{url}{page}#token={}", *token.reveal())
}

pub(in crate::manage) fn lifetime(seconds: i64) -> Duration {
    Duration::from_secs(seconds.unsigned_abs())
}

/// Mails a letter with the link that it holds, unless the mailbox had several lately: nobody is told which.
pub(super) async fn send(
    app: &App,
    email: &AccountEmail,
    kind: LetterKind,
    (token, link): (&SecretToken, Link<'_>),
    letter: &Letter,
) -> Result<(), Failure> {
    let now = app.clock.now();
    let bucket = Bucket::letters_to(email, kind);
    let attempt = throttles::attempt(&app.database, &[bucket], now).await?;
    if matches!(attempt, Attempt::Blocked { .. }) {
        return Ok(());
    }
    let mut tx = app.database.platform().await?;
    account_links::create(&mut tx, &token.hash(), email, link, now).await?;
    tx.mail(&app.master_keys, letter, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Make the account that a link was mailed for, and log in
#[utoipa::path(
    post, path = "/v1/accounts/verify", tag = "Accounts", operation_id = "verify_account",
    request_body = Verification,
    responses(
        (status = 201, description = "The account is made, and its holder is logged in", body = SessionOut),
        (status = 400, description = "The link isn't good any more"),
        (status = 409, description = "The address has an account already"),
    ),
)]
pub(in crate::manage) async fn verify(
    State(app): State<App>,
    visitor: Visitor,
    body: JsonBody<Verification>,
) -> Result<Response, Failure> {
    let (link, now) = (body.value.token.hash(), app.clock.now());
    let turn = app.passwords.queue()?;
    let email = account_links::peek_verification(&app.database, &link, now)
        .await?
        .ok_or(Problem::LinkInvalid)?;
    check_password("/password", &body.value.password, &email)?;
    let hash = turn.hash(&Arc::new(body.value.password)).await?;
    let mut tx = app.database.platform().await?;
    let (email, name) = account_links::take_verification(&mut tx, &link, now)
        .await?
        .ok_or(Problem::LinkInvalid)?;
    let name: PersonName = name.parse().map_err(|_| Problem::Internal)?;
    let id = AccountId(app.new_id());
    if !accounts::create(&mut tx, id, &email, &name, &hash, now).await? {
        return Err(Failure::from(Problem::StateConflict)
            .detail("This address has an account already. Log in, or reset its password."));
    }
    let account = super::lock(&mut tx, id).await?;
    let opened = visitor.open_session(&app, &mut tx, &account).await?;
    audit(&app, &mut tx, id, "account.create", &json!({})).await?;
    tx.commit().await?;
    Ok(opened.answer(StatusCode::CREATED))
}
