//! Whether the process lives, and whether requests should be sent to it. Neither says more than yes or no.

use axum::extract::State;

use crate::{App, Problem};

pub(crate) async fn live() -> &'static str {
    "ok\n"
}

pub(crate) async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    if app.is_ready() {
        Ok("ok\n")
    } else {
        Err(Problem::Unavailable)
    }
}
