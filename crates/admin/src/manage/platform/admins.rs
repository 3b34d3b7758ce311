//! Who runs the platform.

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, request::Parts},
};
use lanyard_api::{
    App, Failure, Problem,
    fields::{Faults, Field, Time},
    input,
    input::JsonBody,
};
use lanyard_core::account::{AccountEmail, AccountId};
use lanyard_storage::{
    accounts,
    platform_admins::{self, PlatformAdmin, Revoked},
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Admin, audit};

/// Somebody who runs the platform.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformAdminOut {
    /// The account.
    id: Uuid,
    /// Its address.
    #[schema(example = "ops@lanyard.example")]
    email: String,
    /// What its holder is called.
    name: String,
    /// Whether it logs in with an authenticator app too.
    totp: bool,
    /// When the account was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

impl From<PlatformAdmin> for PlatformAdminOut {
    fn from(admin: PlatformAdmin) -> Self {
        Self {
            id: admin.id,
            email: admin.email,
            name: admin.name,
            totp: admin.totp,
            created_at: Time(admin.created_at),
        }
    }
}

/// All who run the platform.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformAdmins {
    /// By address.
    data: Vec<PlatformAdminOut>,
}

/// The address of an account.
#[derive(Debug)]
pub struct Email(AccountEmail);

impl Field for Email {
    fn read(value: &Value) -> Result<Self, Faults> {
        let email = String::read(value)?.parse();
        email
            .map(Self)
            .map_err(|_| Faults::one("must be an e-mail address"))
    }
}

input! {
    /// Who is to run the platform.
    pub struct NewPlatformAdmin {
        /// The address of an account.
        #[schema(value_type = String, example = "ops@lanyard.example")]
        email: Email,
    }
}

/// The id in the path.
pub(super) struct NamedAdmin(AccountId);

impl FromRequestParts<App> for NamedAdmin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Path(id) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| Problem::PathInvalid)?;
        let id = id.parse().map_err(|_| Problem::NotFound)?;
        Ok(Self(AccountId(id)))
    }
}

/// List who runs the platform
#[utoipa::path(
    get, path = "/v1/platform/admins", tag = "platform", operation_id = "list_platform_admins",
    responses((status = 200, description = "All of them", body = PlatformAdmins)),
)]
pub(super) async fn list(
    State(app): State<App>,
    _admin: Admin,
) -> Result<Json<PlatformAdmins>, Failure> {
    let admins = platform_admins::list(&app.database).await?;
    Ok(Json(PlatformAdmins {
        data: admins.into_iter().map(Into::into).collect(),
    }))
}

/// Let somebody who has an account run the platform
#[utoipa::path(
    post, path = "/v1/platform/admins", tag = "platform", operation_id = "grant_platform_admin",
    request_body = NewPlatformAdmin,
    responses((status = 204, description = "They do, from now on")),
)]
pub(super) async fn grant(
    State(app): State<App>,
    admin: Admin,
    body: JsonBody<NewPlatformAdmin>,
) -> Result<StatusCode, Failure> {
    let unknown = || Failure::field("/email", "no account has this address");
    let found = accounts::find(&app.database, &body.value.email.0).await?;
    let mut tx = app.database.platform().await?;
    let account = accounts::lock(&mut tx, found.ok_or_else(unknown)?.id).await?;
    admin.still(&app, &mut tx).await?;
    let account = account.ok_or_else(unknown)?;
    if !account.platform_admin {
        accounts::set_platform_admin(&mut tx, account.id, true).await?;
        let target = account.id.to_string();
        audit(
            &app,
            &admin,
            &mut tx,
            "platform_admin.grant",
            &target,
            &json!({}),
        )
        .await?;
        tx.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Let somebody run the platform no more
#[utoipa::path(
    delete, path = "/v1/platform/admins/{admin}", tag = "platform", operation_id = "revoke_platform_admin",
    params(("admin" = Uuid, Path, description = "Id of the account")),
    responses(
        (status = 204, description = "They don't any more"),
        (status = 409, description = "It is the last one, and stays"),
    ),
)]
pub(super) async fn revoke(
    State(app): State<App>,
    admin: Admin,
    NamedAdmin(id): NamedAdmin,
) -> Result<StatusCode, Failure> {
    let mut tx = app.database.platform().await?;
    admin.still(&app, &mut tx).await?;
    match platform_admins::revoke(&mut tx, id).await? {
        Revoked::Done => {}
        Revoked::NotOne => return Err(Problem::NotFound.into()),
        Revoked::Last => {
            return Err(Failure::from(Problem::StateConflict)
                .detail("This is the last platform admin. Make another one first."));
        }
    }
    let target = id.to_string();
    audit(
        &app,
        &admin,
        &mut tx,
        "platform_admin.revoke",
        &target,
        &json!({}),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
