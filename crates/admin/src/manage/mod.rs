//! The management API: what owners, admins and their programs do over HTTP. This file is the table of contents.

pub mod api_keys;
pub mod audit_events;
pub(crate) mod coral_rotations;
mod dashboard;
pub mod deployments;
mod docs;
pub mod invitations;
mod key_pairs;
pub mod members;
pub mod openapi;
pub mod people;
pub mod permissions;
pub mod platform;
pub mod settings;
pub mod signing_keys;
pub mod talk_to_coral;
pub mod tenants;
pub mod usage;

use axum::{Extension, Router};
use lanyard_api::App;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::outbound::Calls;

/// All routes of the server, with their description.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::head())
        .merge(lanyard_api::routes())
        .routes(routes!(people::register::register))
        .routes(routes!(people::register::verify))
        .routes(routes!(people::reset::request))
        .routes(routes!(people::reset::confirm))
        .routes(routes!(
            people::sessions::log_in,
            people::sessions::list,
            people::sessions::end_others
        ))
        .routes(routes!(people::sessions::end))
        .routes(routes!(people::account::get, people::account::update))
        .routes(routes!(people::account::change_password))
        .routes(routes!(people::account::prove))
        .routes(routes!(people::totp::begin, people::totp::remove))
        .routes(routes!(people::totp::confirm))
        .routes(routes!(people::totp::recovery_codes))
        .routes(routes!(tenants::list, tenants::create))
        .routes(routes!(tenants::get))
        .routes(routes!(settings::get, settings::update))
        .routes(routes!(deployments::list, deployments::create))
        .routes(routes!(
            deployments::get,
            deployments::update,
            deployments::delete
        ))
        .routes(routes!(deployments::show))
        .routes(routes!(members::list))
        .routes(routes!(members::update, members::remove))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::withdraw))
        .routes(routes!(invitations::accept))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::get, api_keys::revoke))
        .routes(routes!(api_keys::rotate))
        .routes(routes!(audit_events::list))
        .routes(routes!(audit_events::export))
        .routes(routes!(audit_events::verify))
        .merge(platform::routes())
        .merge(signing_keys::routes())
        .merge(coral_rotations::routes())
        .routes(routes!(talk_to_coral::get))
        .routes(routes!(talk_to_coral::unready))
        .routes(routes!(talk_to_coral::cut_over))
        .routes(routes!(talk_to_coral::back))
        .routes(routes!(usage::get))
}

/// The whole server: routes, description, documentation, dashboard, middleware.
pub fn router(app: App) -> Router {
    let (routes, document) = routes().split_for_parts();
    let document = openapi::complete(document);
    let calls = Calls::new(app.outbound_allow.clone());
    let routes = routes
        .merge(docs::routes(&document))
        .layer(Extension(calls));
    lanyard_api::finish(routes, dashboard::answer, app)
}
