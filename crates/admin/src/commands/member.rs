//! `lanyard member` and `lanyard invitation`: who belongs to a newsroom, through the management API.

use axum::http::Method;
use clap::Subcommand;
use serde_json::json;
use uuid::Uuid;

use super::remote::{PAGE, of_tenant};
use crate::client::Call;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the members
    List {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
    },
    /// Give a member another role
    SetRole {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the member, from the list
        id: Uuid,
        /// owner, admin or viewer
        role: String,
    },
    /// End a membership
    Remove {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the member, from the list
        id: Uuid,
    },
}

impl Command {
    /// The request that it is.
    pub(super) fn call(&self) -> Call {
        match self {
            Self::List { tenant } => Call::new(
                Method::GET,
                of_tenant(tenant, &format!("/members?limit={PAGE}")),
            ),
            Self::SetRole { tenant, id, role } => {
                Call::new(Method::PATCH, of_tenant(tenant, &format!("/members/{id}")))
                    .with(json!({ "role": role }))
            }
            Self::Remove { tenant, id } => {
                Call::new(Method::DELETE, of_tenant(tenant, &format!("/members/{id}")))
            }
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Invitation {
    /// List the invitations, the newest first
    List {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
    },
    /// Invite somebody by mail
    Create {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Their address
        email: String,
        /// owner, admin or viewer
        #[arg(long)]
        role: String,
    },
    /// Withdraw an invitation
    Withdraw {
        /// Newsroom
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// Id of the invitation, from the list
        id: Uuid,
    },
}

impl Invitation {
    /// The request that it is.
    pub(super) fn call(&self) -> Call {
        match self {
            Self::List { tenant } => Call::new(
                Method::GET,
                of_tenant(tenant, &format!("/invitations?limit={PAGE}")),
            ),
            Self::Create {
                tenant,
                email,
                role,
            } => Call::new(Method::POST, of_tenant(tenant, "/invitations"))
                .with(json!({ "email": email, "role": role })),
            Self::Withdraw { tenant, id } => Call::new(
                Method::DELETE,
                of_tenant(tenant, &format!("/invitations/{id}")),
            ),
        }
    }
}
