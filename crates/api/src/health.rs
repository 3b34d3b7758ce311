//! Whether the process lives, and whether requests should be sent to it. Neither says more than yes or no.

use axum::extract::State;

use crate::{App, Problem};

/// Does the process live?
#[utoipa::path(get, path = "/livez", tag = "operations", security(()), responses((status = 200, description = "Yes", body = String)))]
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// Should requests be sent here?
#[utoipa::path(
    get, path = "/readyz", tag = "operations", security(()),
    responses((status = 200, description = "Yes", body = String), (status = 503, description = "Not now")),
)]
pub(crate) async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    if app.is_ready() {
        Ok("ok\n")
    } else {
        Err(Problem::Unavailable)
    }
}
