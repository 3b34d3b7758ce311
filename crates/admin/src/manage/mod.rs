//! The management API: what owners, admins and their programs do over HTTP. This file is the table of contents.

pub mod api_keys;
mod docs;
pub mod openapi;
pub mod permissions;
pub mod signing_keys;
pub mod usage;

use axum::Router;
use lanyard_api::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// All routes of the server, with their description.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::head())
        .merge(lanyard_api::routes())
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::get, api_keys::revoke))
        .routes(routes!(api_keys::rotate))
        .merge(signing_keys::routes())
        .routes(routes!(usage::get))
}

/// The whole server: routes, description, documentation, middleware.
pub fn router(app: App) -> Router {
    let (routes, document) = routes().split_for_parts();
    let document = openapi::complete(document);
    lanyard_api::finish(routes.merge(docs::routes(&document)), app)
}
