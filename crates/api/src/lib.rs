//! What an integrator calls: the broker, tokens, public keys. This file is the table of contents.

pub mod access;
mod act;
mod app;
pub mod body;
mod broker;
mod buckets;
mod caller;
mod client;
mod csv;
pub mod cursor;
pub mod etag;
mod exchange;
mod failure;
pub mod fields;
mod first_admin;
mod health;
pub mod import;
pub mod input;
mod issuing;
mod jwks;
mod limit;
pub mod log;
mod middleware;
pub mod openapi;
mod passwords;
mod presented;
mod problem;
mod public_url;
mod queue;
mod rule;
mod server;
pub mod session;
mod tokens;
mod users;

pub use act::Act;
pub use app::{App, Registration, Settings};
pub use caller::{Caller, Operator, Who};
pub use client::{ClientAddress, NotProxies, TrustedProxies};
pub use failure::Failure;
pub use passwords::{Passwords, Turn};
pub use problem::{Document as ProblemDocument, Problem};
pub use public_url::{NotPublicUrl, PublicUrl};
pub use queue::{Place, Queue};
pub use server::{Limits, serve};
pub use users::{Direction, Slot};

use axum::{Router, handler::Handler};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this crate, with their description.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        // The demo service answers at its root, with and without a last slash once it lies behind a path.
        .routes(routes!(broker::look_up, broker::issue))
        .merge(broker::other_spellings())
        .routes(routes!(jwks::of_default))
        .routes(routes!(jwks::of))
        .merge(exchange::routes())
        .routes(routes!(tokens::issue::one))
        .routes(routes!(tokens::codes::create))
        .routes(routes!(tokens::batch::many))
        .routes(routes!(tokens::introspect))
        .routes(routes!(tokens::check::check))
        .routes(routes!(tokens::revoke))
        .merge(users::routes())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
}

/// Puts the middleware around routes; `otherwise` answers what none of them does.
pub fn finish<H, T>(routes: Router<App>, otherwise: H, app: App) -> Router
where
    H: Handler<T, App>,
    T: 'static,
{
    let routes = routes
        .fallback(otherwise)
        .method_not_allowed_fallback(failure::wrong_method);
    middleware::wrap(routes, app.clone()).with_state(app)
}
