//! `lanyard deployment`: the Talks and Corals of a newsroom, through the management API.

mod rotate_coral;

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

pub(super) use self::rotate_coral::{RotateCoral, run as rotate_coral};
use super::{
    Place, parse_duration, read_input,
    remote::{PAGE, of_tenant},
    setup,
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
    /// Print what is to be pasted: Talk's settings, Coral's steps, the embed, the call for a token, the plan for a rotation
    #[command(
        after_help = "Examples:\n  lanyard deployment settings --tenant the-post --format compose > compose.override.yaml\n  lanyard deployment settings --tenant the-post --format exchange --for-language php\n  lanyard deployment settings --tenant the-post --format plan\n\nWith --server Talk's settings have `…` where a secret stands."
    )]
    Settings(setup::Shown),
    /// Rotate a Coral's signing secret on both sides, with the token of an admin in Coral
    #[command(
        after_help = "Examples:\n  lanyard deployment rotate-coral --tenant the-post --deployment coral --admin-token-file token --dry-run\n  lanyard deployment rotate-coral --tenant the-post --deployment coral --admin-token-file - <token\n\nA personal access token of an admin in Coral is needed. It is kept sealed while the rotation runs, for an hour at most,\nand erased at its end. What was interrupted goes on with --resume, and makes no second secret."
    )]
    RotateCoral(RotateCoral),
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
    /// What Talk's tokens tell of the reader besides the id: username, email, memberSince; once for each
    #[arg(long = "profile-claim", value_name = "CLAIM")]
    profile_claims: Vec<String>,
    /// The highest role that Coral's tokens may carry, such as STAFF
    #[arg(long, value_name = "ROLE")]
    max_role: Option<String>,
    /// Whether Coral's tokens carry badges
    #[arg(long, value_name = "BOOL")]
    badges: Option<bool>,
    /// Lifetime of a token, such as 6h
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    token_lifetime: Option<i64>,
}

impl Settings {
    /// The settings as the API takes them; what isn't given is `null`, and left out.
    fn body(&self, name: Option<&str>, kind: Option<&str>) -> Value {
        json!({
            "name": name, "kind": kind, "root_url": self.root_url, "issuer": self.issuer, "audience": self.audience,
            "user_id_claim": self.user_id_claim, "token_lifetime": self.token_lifetime,
            "profile_claims": (!self.profile_claims.is_empty()).then_some(&self.profile_claims),
            "max_role": self.max_role, "badges": self.badges,
        })
    }
}

impl Command {
    /// The request that it is, if it is one that an API key may make.
    pub(super) fn call(&self) -> Option<Call> {
        let one = |method, place: &Place| {
            let path = format!("/deployments/{}", segment(&place.deployment));
            Call::new(method, of_tenant(&place.tenant, &path))
        };
        Some(match self {
            Self::RotateCoral(_) => return None,
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
            } => Call::new(Method::POST, of_tenant(&place.tenant, "/deployments"))
                .with(settings.body(Some(&place.deployment), Some(kind))),
            Self::Update {
                place,
                name,
                settings,
            } => one(Method::PATCH, place).with(settings.body(name.as_deref(), None)),
            // Its parts are printed, and not as they come.
            Self::Settings(_) => return None,
        })
    }
}
