//! Somebody at a browser who isn't logged in yet: where from, with which browser, and whether it is known.

use std::net::IpAddr;

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use lanyard_api::{
    App, ClientAddress, Failure, Problem,
    fields::Time,
    session::{SESSION_COOKIE, cookie, csrf_token},
};
use lanyard_core::{account::AccountId, audit, secret_token::SecretToken};
use lanyard_storage::{
    PlatformTx,
    accounts::Account,
    devices,
    sessions::{self, NewSession},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::AccountOut;

/// The cookie by which a browser is known again, logged in or not.
const DEVICE_COOKIE: &str = "__Host-lanyard_device";
/// How long a browser keeps it, in seconds: as long as browsers keep anything (RFC 6265bis, section 5.5).
const DEVICE_LIFETIME: i64 = 400 * 86_400;

/// Whoever wants to log in.
pub(in crate::manage) struct Visitor {
    pub(super) address: IpAddr,
    user_agent: String,
    /// The session that the browser has already, good or not.
    session: Option<SecretToken>,
    device: Option<SecretToken>,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Ok(client) = ClientAddress::from_request_parts(parts, app).await;
        let headers = &parts.headers;
        let token = |name| Ok::<_, Failure>(cookie(headers, name)?.and_then(SecretToken::parse));
        Ok(Self {
            address: client.address(),
            user_agent: user_agent(headers),
            session: token(SESSION_COOKIE)?,
            device: token(DEVICE_COOKIE)?,
        })
    }
}

/// What the browser calls itself, in one line.
fn user_agent(headers: &HeaderMap) -> String {
    let text = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    text.unwrap_or_default().replace('\t', " ")
}

/// A session that was just opened or renewed. The cookie comes with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionOut {
    /// Who is logged in.
    account: AccountOut,
    /// Send this as X-CSRF-Token with every change. It is good for this session only.
    #[schema(example = "p8Yb1Q0mJkq0l7Zr1dTn6GfU3xX2aEwqJ0c9vH5sYtA")]
    csrf_token: String,
    /// When the session ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// Until when what asks for a proved password can be done.
    #[schema(value_type = String, format = DateTime)]
    proved_until: Time,
}

/// What the browser is given once everything is committed.
pub(super) struct Opened {
    session: SecretToken,
    device: Option<SecretToken>,
    about: SessionOut,
}

impl Visitor {
    /// What this browser would be known by to this account.
    pub(super) fn mark(&self, account: AccountId) -> Option<[u8; 32]> {
        self.device.as_ref().map(|device| mark(device, account))
    }

    /// Opens a session in place of the one that the browser has, if it has one: an id that somebody else has put there
    /// is worth nothing.
    pub(super) async fn open_session(
        self,
        app: &App,
        tx: &mut PlatformTx,
        account: &Account,
    ) -> Result<Opened, Failure> {
        let now = app.clock.now();
        if let Some(old) = &self.session {
            sessions::end_presented(tx, &old.hash()).await?;
        }
        let session = new_token()?;
        let device = match self.device {
            Some(device) => device,
            None => new_token()?,
        };
        devices::remember(tx, account.id, &mark(&device, account.id), now).await?;
        let new = NewSession {
            id: app.new_id(),
            account: account.id,
            user_agent: &self.user_agent,
            address: &self.address.to_string(),
        };
        sessions::open(tx, &session.hash(), &new, now).await?;
        Ok(Opened {
            about: about(account, &session, now, now + sessions::ABSOLUTE_TIMEOUT),
            session,
            device: Some(device),
        })
    }
}

impl Opened {
    /// A session that was given a new id, its password proved.
    pub(super) fn renewed(
        account: &Account,
        session: SecretToken,
        now: i64,
        expires_at: i64,
    ) -> Self {
        Self {
            about: about(account, &session, now, expires_at),
            session,
            device: None,
        }
    }

    /// The answer, with the cookies.
    pub(super) fn answer(self, status: StatusCode) -> Response {
        let mut response = (status, Json(self.about)).into_response();
        let cookies = response.headers_mut();
        set_cookie(cookies, SESSION_COOKIE, &self.session.reveal(), None);
        if let Some(device) = self.device {
            set_cookie(
                cookies,
                DEVICE_COOKIE,
                &device.reveal(),
                Some(DEVICE_LIFETIME),
            );
        }
        response
    }
}

fn about(account: &Account, session: &SecretToken, now: i64, expires_at: i64) -> SessionOut {
    SessionOut {
        account: AccountOut::new(account),
        csrf_token: csrf_token(session),
        expires_at: Time(expires_at),
        proved_until: Time(now + lanyard_api::access::PROVED_FOR),
    }
}

/// A browser has one secret for all accounts, and a mark of its own for each.
fn mark(device: &SecretToken, account: AccountId) -> [u8; 32] {
    audit::digest(device.derive(&account.to_string()).as_bytes())
}

pub(super) fn new_token() -> Result<SecretToken, Failure> {
    Ok(SecretToken::generate().map_err(|_| Problem::Internal)?)
}

/// Takes the session's cookie away.
pub(super) fn forget_session(response: &mut Response) {
    set_cookie(response.headers_mut(), SESSION_COOKIE, "", Some(0));
}

fn set_cookie(headers: &mut HeaderMap, name: &str, value: &str, lifetime: Option<i64>) {
    let lifetime = lifetime.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{lifetime}");
    // A name of ours and base64url fit any header.
    if let Ok(mut value) = HeaderValue::try_from(text) {
        value.set_sensitive(true);
        headers.append(header::SET_COOKIE, value);
    }
}
