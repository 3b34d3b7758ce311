//! A newsroom's own settings.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use lanyard_api::{
    App, Caller, Failure, Problem,
    etag::{IfMatch, etag},
    fields::Name,
    input,
    input::JsonBody,
};
use lanyard_core::{confusable, origin::Origins, tenant::ClaimText};
use lanyard_storage::{
    deployments,
    tenants::{self, Settings},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::deployments::not_limited;

/// A newsroom's own settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsOut {
    /// Its name for people.
    #[schema(example = "The Post")]
    name: String,
    /// Whether issuing tokens are accepted as the demo service mints them, not only API keys.
    accept_issuing_tokens: bool,
    /// Subject of issuing tokens.
    #[schema(value_type = String, example = "TALK_TOKEN_EXAMPLE")]
    issuing_subject: ClaimText,
    /// Audience of issuing tokens.
    #[schema(value_type = String, example = "TALK_TOKEN_EXAMPLE_AUDIENCE")]
    issuing_audience: ClaimText,
    /// Whether readers' ids may look like e-mail addresses, although Talk takes such an id for the account that has it.
    allow_email_ids: bool,
    /// The sites whose pages may exchange codes for tokens.
    #[schema(value_type = Vec<String>, example = json!(["https://www.the-post.example"]))]
    allowed_origins: Origins,
}

impl From<Settings> for SettingsOut {
    fn from(settings: Settings) -> Self {
        Self {
            name: settings.name,
            accept_issuing_tokens: settings.issuing.accepted,
            issuing_subject: settings.issuing.subject,
            issuing_audience: settings.issuing.audience,
            allow_email_ids: settings.allow_email_ids,
            allowed_origins: settings.allowed_origins,
        }
    }
}

input! {
    /// What is to change; what isn't named, or is `null`, stays.
    pub struct SettingsChange {
        /// Its name for people.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "The Post")]
        name: Option<Name>,
        /// Whether issuing tokens are accepted as the demo service mints them, not only API keys.
        accept_issuing_tokens: Option<bool>,
        /// Subject of issuing tokens.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "TALK_TOKEN_EXAMPLE")]
        issuing_subject: Option<ClaimText>,
        /// Audience of issuing tokens; none that readers' tokens have.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "TALK_TOKEN_EXAMPLE_AUDIENCE")]
        issuing_audience: Option<ClaimText>,
        /// Whether readers' ids may look like e-mail addresses, although Talk takes such an id for the account that has it.
        allow_email_ids: Option<bool>,
        /// The sites whose pages may exchange codes for tokens, in place of those before: scheme, host and port as browsers
        /// send them in the Origin header. `http` for localhost only.
        #[schema(value_type = Option<Vec<String>>, max_items = 50, example = json!(["https://www.the-post.example"]))]
        allowed_origins: Option<Origins>,
    }
}

/// The newsroom's settings
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/settings", tag = "Newsrooms", operation_id = "get_settings",
    params(("tenant" = String, Path, description = "Newsroom")),
    responses((
        status = 200, description = "The settings", body = SettingsOut,
        headers(("ETag" = String, description = "Their version, for If-Match")),
    )),
)]
pub(super) async fn get(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let mut tx = caller.read(&app).await?;
    let settings = tenants::settings(&mut tx).await?;
    let settings = settings.ok_or(Problem::NotFound)?;
    let version = [(header::ETAG, etag(settings.version))];
    Ok((version, Json(SettingsOut::from(settings))).into_response())
}

/// Change the newsroom's settings
#[utoipa::path(
    patch, path = "/v1/tenants/{tenant}/settings", tag = "Newsrooms", operation_id = "update_settings",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("If-Match" = Option<String>, Header, description = "The version that you saw", nullable = false),
    ),
    request_body = SettingsChange,
    responses(
        (
            status = 200, description = "The settings as they are now", body = SettingsOut,
            headers(("ETag" = String, description = "Their new version")),
        ),
        (status = 412, description = "They have changed since"),
    ),
)]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    if_match: IfMatch,
    body: JsonBody<SettingsChange>,
) -> Result<Response, Failure> {
    not_limited(&caller)?;
    let mut act = caller.act(&app).await?;
    let settings = tenants::settings_now(&mut act.tx).await?;
    let before = settings.ok_or(Problem::NotFound)?;
    if_match.check(before.version)?;
    let mut after = body.value.apply(before.clone())?;
    if deployments::has_audience(&mut act.tx, &after.issuing.audience).await? {
        let detail =
            "is the audience of a deployment: its readers' tokens could pass for issuing tokens";
        return Err(Failure::field("/issuing_audience", detail));
    }
    after.version = tenants::set_settings(&mut act.tx, &after).await?;
    let version = after.version;
    let (before, after) = (SettingsOut::from(before), SettingsOut::from(after));
    let detail = serde_json::json!({ "before": before, "after": after });
    let target = caller.tenant.slug.as_str();
    act.audit("tenant.update", target, &detail).await?;
    let mut response = act.answer(&after).await?;
    response.headers_mut().insert(header::ETAG, etag(version));
    Ok(response)
}

impl SettingsChange {
    fn apply(self, mut settings: Settings) -> Result<Settings, Failure> {
        if let Some(Name(name)) = self.name {
            if confusable::is_reserved(&name) {
                return Err(Failure::field("/name", "this name is reserved"));
            }
            settings.name = name;
        }
        let issuing = &mut settings.issuing;
        issuing.accepted = self.accept_issuing_tokens.unwrap_or(issuing.accepted);
        if let Some(subject) = self.issuing_subject {
            issuing.subject = subject;
        }
        if let Some(audience) = self.issuing_audience {
            issuing.audience = audience;
        }
        if let Some(origins) = self.allowed_origins {
            settings.allowed_origins = origins;
        }
        settings.allow_email_ids = self.allow_email_ids.unwrap_or(settings.allow_email_ids);
        Ok(settings)
    }
}
