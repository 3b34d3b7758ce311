//! Somebody who is logged in: a cookie that names a session, and the proof that the request comes from our own pages.

use std::{fmt, sync::atomic::Ordering};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, Method, header, request::Parts},
};
use lanyard_core::{audit::Actor, secret_token::SecretToken};
use lanyard_storage::sessions::{self, Session};

use crate::{
    App, Problem,
    access::{Need, PROVED_FOR},
    failure::Failure,
    rule,
};

/// The cookie that holds a session. The prefix makes browsers refuse one that a sister domain or plain HTTP has set
/// (RFC 6265bis, section 4.1.3).
pub const SESSION_COOKIE: &str = "__Host-lanyard_session";
/// The header that repeats the session's CSRF token.
pub const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// What the CSRF token is derived for.
const CSRF: &str = "csrf";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A person with a good session.
pub struct Person {
    /// The session.
    pub session: Session,
    /// What the cookie holds.
    pub token: SecretToken,
}

impl fmt::Debug for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Person({})", self.session.account)
    }
}

impl Person {
    /// How the audit log names the person.
    #[must_use]
    pub fn actor(&self) -> String {
        Actor::Account(self.session.account).text()
    }

    /// Goes on only if the password was proved a moment ago.
    ///
    /// # Errors
    /// [`Problem::PasswordProofNeeded`].
    pub fn proved(&self, now: i64) -> Result<(), Failure> {
        if now - self.session.proved_at < PROVED_FOR {
            Ok(())
        } else {
            Err(Problem::PasswordProofNeeded.into())
        }
    }

    /// Reads the session of a request, whatever its route.
    pub(crate) async fn of(parts: &Parts, app: &App) -> Result<Self, Failure> {
        let token = cookie(&parts.headers, SESSION_COOKIE)?.ok_or(Problem::CredentialsMissing)?;
        let token = SecretToken::parse(token).ok_or(Problem::SessionInvalid)?;
        if is_change(&parts.method) {
            // A browser says where the request comes from; whoever doesn't is no browser, or hides it.
            let says = parts.headers.contains_key(header::ORIGIN)
                || parts.headers.contains_key(SEC_FETCH_SITE);
            if !says {
                return Err(Problem::CrossSite.into());
            }
            check_csrf(&parts.headers, &token)?;
        }
        let session = sessions::find(&app.database, &token.hash(), app.clock.now())
            .await?
            .ok_or(Problem::SessionInvalid)?;
        Ok(Self { session, token })
    }
}

/// Left at a request that its account was charged for: an extractor may run twice.
#[derive(Debug, Clone, Copy)]
struct Charged;

impl Person {
    /// Charges the account for a change, once.
    fn charge(&self, parts: &mut Parts, app: &App) -> Result<(), Failure> {
        if !is_change(&parts.method) || parts.extensions.insert(Charged).is_some() {
            return Ok(());
        }
        let nodes = app.live_nodes.load(Ordering::Relaxed);
        let now = app.clock.micros();
        app.changes.charge(self.session.account, nodes, now)
    }
}

impl FromRequestParts<App> for Person {
    type Rejection = Failure;

    /// For routes that need an account, or a platform admin; [`crate::access`] says which.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let need = rule::of(parts)?;
        let person = Self::of(parts, app).await?;
        person.charge(parts, app)?;
        match need {
            Need::Account => {}
            Need::Platform | Need::PlatformProved if !person.session.platform_admin => {
                // What isn't for somebody isn't there.
                return Err(Problem::NotFound.into());
            }
            Need::Platform => {}
            Need::AccountProved | Need::PlatformProved => person.proved(app.clock.now())?,
            // A member's route asks for a `Caller`.
            Need::Nothing | Need::Member(..) | Need::Proved(_) => {
                return Err(rule::missing(parts));
            }
        }
        Ok(person)
    }
}

/// Whether a method changes anything.
fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses a change that a page of another site has a browser send, with or without a session: logging somebody in to
/// an attacker's account is an attack too. Requests with an Authorization header carry no authority of a browser's.
pub(crate) fn check_site(app: &App, parts: &Parts) -> Result<(), Failure> {
    let management = parts.uri.path().starts_with("/v1/");
    if !management || !is_change(&parts.method) || parts.headers.contains_key(header::AUTHORIZATION)
    {
        return Ok(());
    }
    let ours = |value: &header::HeaderValue| value.as_bytes() == app.public_url.origin().as_bytes();
    let same = |value: &header::HeaderValue| matches!(value.as_bytes(), b"same-origin" | b"none");
    let mut origins = parts.headers.get_all(header::ORIGIN).iter();
    let mut sites = parts.headers.get_all(SEC_FETCH_SITE).iter();
    if origins.all(ours) && sites.all(same) {
        Ok(())
    } else {
        Err(Problem::CrossSite.into())
    }
}

/// The token that a page must send back with every change: known to our own pages only, and worth nothing without the
/// cookie.
#[must_use]
pub fn csrf_token(session: &SecretToken) -> String {
    session.derive(CSRF)
}

fn check_csrf(headers: &HeaderMap, session: &SecretToken) -> Result<(), Failure> {
    let mut sent = headers.get_all(CSRF_HEADER).iter();
    let good = match (sent.next(), sent.next()) {
        (Some(sent), None) => sent
            .to_str()
            .is_ok_and(|text| session.has_derived(CSRF, text)),
        _ => false,
    };
    if good {
        Ok(())
    } else {
        Err(Problem::CsrfTokenInvalid.into())
    }
}

/// The one cookie of this name.
///
/// # Errors
/// There are two of them: somebody tosses cookies.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Failure> {
    let mut found = None;
    for value in headers.get_all(header::COOKIE) {
        let text = value.to_str().map_err(|_| Problem::SessionInvalid)?;
        for pair in text.split(';') {
            if let Some((key, value)) = pair.trim().split_once('=')
                && key == name
                && found.replace(value).is_some()
            {
                return Err(Problem::SessionInvalid.into());
            }
        }
    }
    Ok(found)
}
