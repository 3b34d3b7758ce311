//! What an integrator calls: the broker, tokens, public keys. This file is the table of contents.

mod app;
mod body;
mod broker;
mod caller;
mod failure;
mod health;
pub mod import;
mod jwks;
pub mod log;
mod middleware;
mod problem;
mod server;
mod tokens;

pub use app::{App, Settings};
pub use problem::Problem;
pub use server::{Limits, serve};

use axum::{
    Router,
    routing::{get, post},
};

/// All routes, with the middleware around them.
pub fn router(app: App) -> Router {
    // The demo service answers at its root, with and without a last slash once it lies behind a path.
    let broker = get(broker::look_up)
        .post(broker::issue)
        .options(broker::options)
        .fallback(failure::wrong_method);
    let routes = Router::new()
        .route("/t/{tenant}", broker.clone())
        .route("/t/{tenant}/", broker.clone())
        .route("/t/{tenant}/{deployment}", broker.clone())
        .route("/t/{tenant}/{deployment}/", broker)
        .route(
            "/t/{tenant}/.well-known/jwks.json",
            get(jwks::of_default).fallback(failure::wrong_method),
        )
        .route(
            "/t/{tenant}/{deployment}/.well-known/jwks.json",
            get(jwks::of).fallback(failure::wrong_method),
        )
        .route(
            "/v1/tenants/{tenant}/tokens/introspect",
            post(tokens::introspect).fallback(failure::wrong_method),
        )
        .route(
            "/v1/tenants/{tenant}/tokens/revoke",
            post(tokens::revoke).fallback(failure::wrong_method),
        )
        .route("/livez", get(health::live).fallback(failure::wrong_method))
        .route(
            "/readyz",
            get(health::ready).fallback(failure::wrong_method),
        )
        .fallback(failure::no_route);
    middleware::wrap(routes, app.clone()).with_state(app)
}
