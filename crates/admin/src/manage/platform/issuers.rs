//! Issuers: when two newsrooms want the same, the platform decides.

use axum::{Json, extract::State};
use lanyard_api::{
    App, Failure, Problem,
    fields::{Faults, Field},
    input,
    input::JsonBody,
};
use lanyard_core::tenant::ClaimText;
use lanyard_storage::{platform_tenants, tenants};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Admin, TenantAct};

/// An issuer, as the claim `iss` has it.
#[derive(Debug)]
pub struct Issuer(ClaimText);

impl Field for Issuer {
    fn read(value: &Value) -> Result<Self, Faults> {
        let text = String::read(value)?;
        ClaimText::parse("issuer", &text)
            .map(Self)
            .map_err(|error| Faults::one(error.to_string()))
    }
}

input! {
    /// The issuer that is to be free again.
    pub struct Release {
        /// As it stands in tokens.
        #[schema(value_type = String, min_length = 1, max_length = 2048, example = "https://talk.the-post.example")]
        issuer: Issuer,
    }
}

/// What was released.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseOut {
    /// The newsroom that had the issuer.
    #[schema(example = "the-post")]
    tenant: String,
    /// The issuer of those of its deployments that had it, from now on.
    #[schema(example = json!(["urn:lanyard:released:0198c5c0-0000-7000-8000-000000000000"]))]
    now: Vec<String>,
}

/// Take an issuer away from the newsroom that has it, so that another can have it
///
/// The newsroom's deployments that had it get an issuer that says so; tokens that name the old one are refused there.
#[utoipa::path(
    post, path = "/v1/platform/issuers/release", tag = "platform", operation_id = "release_issuer",
    request_body = Release,
    responses((status = 200, description = "It is free", body = ReleaseOut), (status = 404, description = "Nobody has it")),
)]
pub(super) async fn release(
    State(app): State<App>,
    admin: Admin,
    body: JsonBody<Release>,
) -> Result<Json<ReleaseOut>, Failure> {
    let issuer = body.value.issuer.0;
    let issuer = issuer.as_str();
    let slug = tenants::issuer_holder(&app.database, issuer)
        .await?
        .ok_or(Problem::NotFound)?;
    let tenant = tenants::find(&app.database, &slug)
        .await?
        .ok_or(Problem::NotFound)?;
    let mut act = TenantAct::begin(&app, &admin, tenant).await?;
    let deployments = platform_tenants::release_issuer(&mut act.tx, issuer)
        .await?
        .ok_or(Problem::NotFound)?;
    act.audit(
        "issuer.release",
        issuer,
        &json!({ "deployments": deployments }),
    )
    .await?;
    act.commit().await?;
    let now = deployments
        .iter()
        .map(|id| platform_tenants::released_issuer(*id));
    Ok(Json(ReleaseOut {
        tenant: slug,
        now: now.collect(),
    }))
}
