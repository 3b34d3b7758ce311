//! Forgotten passwords: a link to the mailbox sets a new one.

use std::sync::Arc;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use lanyard_api::{App, Failure, Problem, input, input::JsonBody};
use lanyard_core::{
    account::AccountEmail,
    password::Password,
    secret_token::SecretToken,
    throttle::{Bucket, LetterKind},
};
use lanyard_storage::{
    account_links::{self, Link, RESET_LIFETIME},
    accounts, devices, sessions, throttles,
};
use serde_json::json;

use super::{
    DONE, admit, audit, check_password,
    register::{CheckYourMail, lifetime, link, send},
    visitor::{SessionOut, Visitor, forget_session, new_token},
};
use crate::mail::letters;

input! {
    /// Whose password is forgotten.
    pub struct ResetRequest {
        /// The address.
        #[schema(value_type = String, max_length = 254, example = "jane@thepost.example")]
        email: AccountEmail,
    }
}

input! {
    /// A new password, by a link.
    pub struct Reset {
        /// The secret of the link.
        #[schema(value_type = String, min_length = 43, max_length = 43, pattern = "^[A-Za-z0-9_-]{43}$", example = "Hq2uT0mJkq0l7Zr1dTn6GfU3xX2aEwqJ0c9vH5sYtAM")]
        token: SecretToken,
        /// At least 12 characters, and not easy to guess.
        #[schema(value_type = String, format = Password, min_length = 12, max_length = 1024, example = "four random words would do")]
        password: Password,
    }
}

/// Have a link mailed that resets a password; the answer is the same whether the address has an account or not
#[utoipa::path(
    post, path = "/v1/accounts/reset", tag = "Accounts", operation_id = "request_reset",
    request_body = ResetRequest,
    responses((status = 202, description = "A letter goes to the address, with a link that is good for an hour, unless it had several lately", body = CheckYourMail)),
)]
pub(in crate::manage) async fn request(
    State(app): State<App>,
    visitor: Visitor,
    body: JsonBody<ResetRequest>,
) -> Result<Response, Failure> {
    let email = body.value.email;
    admit(&app, &[Bucket::letters_from(visitor.address)]).await?;
    let account = accounts::find(&app.database, &email).await?;
    let token = new_token()?;
    let (link, letter) = match account {
        Some(account) => {
            let link = link(&app, "reset", &token);
            let letter = letters::reset(email.as_str(), &link, lifetime(RESET_LIFETIME));
            (Link::Reset(account.id), letter)
        }
        // A link that nobody is told, and a letter: as much is done as for an account.
        None => {
            let register = app.public_url.link("/register");
            let letter = letters::no_account(email.as_str(), &register);
            (Link::Verify { name: "" }, letter)
        }
    };
    // Counted as a reset even where there is no account: otherwise the count would tell.
    send(&app, &email, LetterKind::Reset, (&token, link), &letter).await?;
    Ok(CheckYourMail::answer())
}

/// Set a new password by a link; every session ends, and a new one begins
#[utoipa::path(
    post, path = "/v1/accounts/reset/confirm", tag = "Accounts", operation_id = "reset_password",
    request_body = Reset,
    responses(
        (status = 201, description = "The password is set, and its holder is logged in", body = SessionOut),
        (status = 204, description = "The password is set. Log in with it, and with a code of the authenticator app"),
        (status = 400, description = "The link isn't good any more"),
    ),
)]
pub(in crate::manage) async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    body: JsonBody<Reset>,
) -> Result<Response, Failure> {
    let (link, now) = (body.value.token.hash(), app.clock.now());
    let turn = app.passwords.queue()?;
    let (id, email) = account_links::peek_reset(&app.database, &link, now)
        .await?
        .ok_or(Problem::LinkInvalid)?;
    check_password("/password", &body.value.password, &email)?;
    let hash = turn.hash(&Arc::new(body.value.password)).await?;
    let mut tx = app.database.platform().await?;
    let account = super::lock(&mut tx, id).await?;
    account_links::take_reset(&mut tx, &link, now)
        .await?
        .ok_or(Problem::LinkInvalid)?;
    accounts::set_password(&mut tx, id, &hash, now).await?;
    // Whoever knew the old password may be in any of them.
    sessions::end_all(&mut tx, id, None).await?;
    devices::forget_all(&mut tx, id).await?;
    account_links::end_resets(&mut tx, id).await?;
    let guesses = [
        Bucket::login(&email),
        Bucket::login_from(&email, visitor.address),
    ];
    throttles::settle(&mut tx, &guesses, &[], now).await?;
    let response = if account.confirmed_totp().is_some() {
        let mut response = DONE.into_response();
        forget_session(&mut response);
        response
    } else {
        let opened = visitor.open_session(&app, &mut tx, &account).await?;
        opened.answer(StatusCode::CREATED)
    };
    audit(&app, &mut tx, id, "account.password.reset", &json!({})).await?;
    tx.commit().await?;
    Ok(response)
}
