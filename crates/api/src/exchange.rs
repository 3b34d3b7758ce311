//! What a reader's browser asks for: a token for a code, past every page cache, and the script that does so. The code is
//! the only credential, so nothing here looks at a cookie.

mod redeem;
mod script;

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::options,
};
use lanyard_core::{exchange_code::ExchangeCode, id::Slug, tenant::TenantStatus};
use lanyard_storage::TenantView;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{App, ClientAddress, Problem, failure::Failure, input, input::JsonBody, limit};

const POST: HeaderValue = HeaderValue::from_static("POST");
const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("content-type");
/// For how many seconds a browser may remember that it may ask; each question is judged anyway.
const PREFLIGHT_KEPT: HeaderValue = HeaderValue::from_static("7200");

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(exchange))
        .route("/t/{tenant}/exchange", options(preflight))
        .routes(routes!(script::get))
}

/// Where a tenant's codes are redeemed.
pub(crate) fn path(tenant: &Slug) -> String {
    format!("/t/{tenant}/exchange")
}

input! {
    /// What a browser presents.
    pub(crate) struct Redemption {
        /// The code, as the newsroom's site gave it.
        #[schema(value_type = String, example = "lyx_5pFQ0vJmX2TzK8cRbN4sWd7HgYeUa1LoB6iVq3")]
        code: ExchangeCode,
    }
}

/// The token that a code stands for
///
/// For readers' browsers: no other credentials than the code. Browsers of pages whose origin the newsroom's settings
/// don't list (`allowed_origins`) are refused, and the code stays good. The reader is judged at this moment: a code of
/// somebody who was disabled, deleted or revoked since is good no more, nor one that a revoked API key has asked for.
#[utoipa::path(
    post, path = "/t/{tenant}/exchange", tag = "tokens", operation_id = "redeem_exchange_code",
    params(("tenant" = String, Path, description = "Newsroom")),
    security(()),
    request_body = Redemption,
    responses(
        (status = 201, description = "The token", body = redeem::TokenOut),
        (status = 400, description = "The body isn't readable, or the code isn't good"),
        (status = 403, description = "The page's origin isn't allowed"),
        (status = 409, description = "The deployment has no key that signs"),
        (status = 429, description = "Too many codes from this place, or for this newsroom"),
    ),
)]
async fn exchange(
    State(app): State<App>,
    slug: Slugged,
    client: ClientAddress,
    request: Request,
) -> Result<Response, Failure> {
    let headers = request.headers().clone();
    let visit = Visit::of(&app, &slug, &headers).await?;
    let code = match visit.code(&app, client, request).await {
        Ok(code) => code,
        Err(failure) => return Ok(visit.answer(Err(failure))),
    };
    // The body may have taken its time.
    let visit = Visit::of(&app, &slug, &headers).await?;
    Ok(visit.answer(visit.token(&app, &code).await))
}

/// What a browser asks before it sends a code (the Fetch standard, "CORS-preflight request").
async fn preflight(
    State(app): State<App>,
    slug: Slugged,
    request: Request,
) -> Result<Response, Failure> {
    let visit = Visit::of(&app, &slug, request.headers()).await?;
    let outcome = visit.admitted().map(|origin| leave(origin.is_some()));
    Ok(visit.answer(outcome.map_err(Into::into)))
}

/// Leave to send a code; a program that names no origin isn't told of CORS.
fn leave(browser: bool) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, POST);
    if browser {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, POST);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, CONTENT_TYPE);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_KEPT);
    }
    response
}

type Slugged = Result<Path<String>, PathRejection>;

/// A browser, or a program that names no origin, at a newsroom that may not be there.
struct Visit {
    /// A newsroom that isn't there, or isn't served, answers as one that has made no code and allows no origin.
    tenant: Option<Arc<TenantView>>,
    /// The page's origin, if it names one and it is allowed.
    origin: Result<Option<HeaderValue>, Problem>,
}

impl Visit {
    async fn of(app: &App, slug: &Slugged, headers: &HeaderMap) -> Result<Self, Failure> {
        let Ok(Path(slug)) = slug else {
            return Err(Problem::PathInvalid.into());
        };
        let tenant = app.views.get(slug).await?;
        let tenant = tenant.filter(|tenant| tenant.status == TenantStatus::Active);
        let allowed = |origin: &HeaderValue| {
            let origins = tenant.as_ref().map(|tenant| &tenant.allowed_origins);
            origins.is_some_and(|origins| origins.allow(origin.as_bytes()))
        };
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let origin = match (origins.next(), origins.next()) {
            (None, _) => Ok(None),
            (Some(origin), None) if allowed(origin) => Ok(Some(origin.clone())),
            _ => Err(Problem::OriginNotAllowed),
        };
        Ok(Self { tenant, origin })
    }

    /// Goes on unless the page's origin isn't allowed.
    fn admitted(&self) -> Result<Option<&HeaderValue>, Problem> {
        self.origin
            .as_ref()
            .map(Option::as_ref)
            .map_err(|problem| *problem)
    }

    /// The code that is presented, unless that is done too often.
    async fn code(
        &self,
        app: &App,
        client: ClientAddress,
        request: Request,
    ) -> Result<ExchangeCode, Failure> {
        self.admitted()?;
        limit::charge_exchange(app, self.tenant.as_deref(), client)?;
        let redemption = JsonBody::<Redemption>::from_request(request, app).await?;
        Ok(redemption.value.code)
    }

    /// The token that it stands for.
    async fn token(&self, app: &App, code: &ExchangeCode) -> Result<Response, Failure> {
        self.admitted()?;
        let tenant = self.tenant.clone().ok_or(Problem::CodeInvalid)?;
        redeem::token(app, tenant, code).await
    }

    /// Lets the page read the answer, bad ones too, if its origin is allowed.
    fn answer(&self, outcome: Result<Response, Failure>) -> Response {
        let mut response = outcome.into_response();
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
        if let Ok(Some(origin)) = self.admitted() {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
        response
    }
}
