//! `lanyard deployment`: the Talks and Corals of a newsroom, through the management API.

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    Place, parse_duration,
    remote::{PAGE, of_tenant},
};
use crate::client::{Call, segment};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the deployments
    List {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
    },
    /// Show a deployment
    Show(Place),
    /// Make a deployment
    Create {
        #[command(flatten)]
        place: Place,
        /// What it is: talk or coral
        #[arg(long, default_value = "talk")]
        kind: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Change a deployment; what isn't named stays
    Update {
        #[command(flatten)]
        place: Place,
        /// Another name
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Delete a deployment with its keys
    Delete(Place),
}

/// What a deployment's tokens look like.
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// Where it is found: what `TALK_ROOT_URL` says
    #[arg(long, value_name = "URL")]
    root_url: Option<String>,
    /// Issuer of its tokens
    #[arg(long)]
    issuer: Option<String>,
    /// Audience of its tokens
    #[arg(long)]
    audience: Option<String>,
    /// Where the reader's id sits in its tokens
    #[arg(long, value_name = "CLAIM")]
    user_id_claim: Option<String>,
    /// Lifetime of a token, such as 6h
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    token_lifetime: Option<i64>,
}

impl Command {
    /// The request that it is.
    pub(super) fn call(&self) -> Call {
        let one = |method, place: &Place| {
            let path = format!("/deployments/{}", segment(&place.deployment));
            Call::new(method, of_tenant(&place.tenant, &path))
        };
        match self {
            Self::List { tenant } => Call::new(
                Method::GET,
                of_tenant(tenant, &format!("/deployments?limit={PAGE}")),
            ),
            Self::Show(place) => one(Method::GET, place),
            Self::Delete(place) => one(Method::DELETE, place),
            Self::Create {
                place,
                kind,
                settings,
            } => Call::new(Method::POST, of_tenant(&place.tenant, "/deployments")).with(json!({
                "name": place.deployment, "kind": kind, "root_url": settings.root_url,
                "issuer": settings.issuer, "audience": settings.audience,
                "user_id_claim": settings.user_id_claim, "token_lifetime": settings.token_lifetime,
            })),
            Self::Update {
                place,
                name,
                settings,
            } => one(Method::PATCH, place).with(json!({
                "name": name, "root_url": settings.root_url, "issuer": settings.issuer,
                "audience": settings.audience, "user_id_claim": settings.user_id_claim,
                "token_lifetime": settings.token_lifetime,
            })),
        }
    }
}
