//! Credentials as the broker gets them, and the place that they are shown to.

use std::{borrow::Cow, fmt, sync::Arc};

use axum::{
    extract::{FromRequestParts, Path},
    http::{HeaderMap, header, request::Parts},
};
use lanyard_core::api_key::PlainApiKey;
use lanyard_core::scope::Scope;
use lanyard_core::tenant::TenantStatus;
use lanyard_core::token::Refusal;
use lanyard_storage::{DeploymentView, TenantView};
use serde::Deserialize;

use crate::{App, Problem, failure::Failure, issuing::Asker};

/// The one deployment that needs no name in a path.
const DEFAULT: &str = "default";

/// The bearer token of a request (RFC 6750, section 2.1), not yet looked at.
pub(crate) struct Bearer(pub(crate) String);

impl fmt::Debug for Bearer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Bearer(..)")
    }
}

impl Bearer {
    pub(crate) fn parse(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let value = values.next().ok_or(Problem::CredentialsMissing)?;
        if values.next().is_some() {
            return Err(Problem::RequestInvalid);
        }
        let text = value.to_str().map_err(|_| Problem::RequestInvalid)?;
        let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
        if !scheme.eq_ignore_ascii_case("Bearer") || token.is_empty() {
            return Err(Problem::CredentialsMissing);
        }
        Ok(Self(token.to_owned()))
    }
}

/// A tenant and the deployment that a path names.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) tenant: Arc<TenantView>,
    /// Most requests name none, and cost no copy of it.
    pub(crate) deployment: Cow<'static, str>,
}

#[derive(Debug, Deserialize)]
struct Names {
    tenant: String,
    deployment: Option<String>,
}

impl Target {
    /// The tenant of this name, if it is served and has the deployment.
    pub(crate) async fn find(
        app: &App,
        tenant: &str,
        deployment: impl Into<Cow<'static, str>>,
    ) -> Result<Option<Self>, Failure> {
        let Some(tenant) = app.views.get(tenant).await? else {
            return Ok(None);
        };
        let target = Self {
            tenant,
            deployment: deployment.into(),
        };
        Ok(target.deployment().is_ok().then_some(target))
    }

    /// The deployment, as long as the tenant is served.
    pub(crate) fn deployment(&self) -> Result<&DeploymentView, Refusal> {
        match self.tenant.status {
            TenantStatus::Active => self
                .tenant
                .deployment(&self.deployment)
                .ok_or(Refusal::NotServed),
            TenantStatus::Suspended => Err(Refusal::NotServed),
        }
    }

    /// The same place, as it is known by now.
    pub(crate) async fn renew(&mut self, app: &App) -> Result<(), Failure> {
        let deployment = self.deployment.clone();
        let newer = Self::find(app, self.tenant.slug.as_str(), deployment).await?;
        *self = newer.ok_or(Refusal::NotServed)?;
        Ok(())
    }

    /// Does `ask`, and once more with what the database knows now if the refusal may be due to older knowledge.
    pub(crate) async fn with_newest<T>(
        &mut self,
        app: &App,
        ask: impl Fn(&Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        match ask(self) {
            Err(refusal) if refusal.may_be_news() => {
                match app.views.refresh(&self.tenant).await {
                    Ok(Some(newer)) if !Arc::ptr_eq(&newer, &self.tenant) => {
                        self.tenant = newer;
                        ask(self)
                    }
                    Ok(_) => Err(refusal),
                    Err(error) => {
                        // Refused it stays: all that is known says so.
                        tracing::warn!(%error, "a refusal can't be compared with what the database knows");
                        Err(refusal)
                    }
                }
            }
            answer => answer,
        }
    }
}

/// Credentials and the place that they are shown to. An unknown tenant answers like a bad token, but only to somebody
/// who shows one.
#[derive(Debug)]
pub(crate) struct Presented {
    pub(crate) target: Target,
    pub(crate) bearer: Bearer,
}

impl FromRequestParts<App> for Presented {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Path(names) = Path::<Names>::from_request_parts(parts, app)
            .await
            .map_err(|_| Problem::PathInvalid)?;
        let bearer = Bearer::parse(&parts.headers)?;
        let deployment = names.deployment.map_or(Cow::Borrowed(DEFAULT), Cow::Owned);
        let target = Target::find(app, &names.tenant, deployment)
            .await?
            .ok_or_else(|| {
                let mut failure = Failure::from(Problem::TokenInvalid);
                failure.note.reason = Some("unknown_tenant");
                failure
            })?;
        Ok(Self { target, bearer })
    }
}

impl Presented {
    /// The bearer's API key, if it is good for the tenant and may issue; `None` when the bearer isn't an API key
    /// at all.
    pub(crate) async fn api_key(&mut self, app: &App, now: i64) -> Option<Result<Asker, Failure>> {
        if !self.bearer.0.starts_with("lyd_") {
            return None;
        }
        let Some(key) = PlainApiKey::parse(&self.bearer.0) else {
            return Some(Err(Refusal::UnknownApiKey.into()));
        };
        let hash = key.hash();
        let known = |target: &Target| {
            let deployment = target.deployment()?.policy.deployment;
            target
                .tenant
                .api_key(&hash, now)
                .filter(|key| key.may(Scope::TokensIssue) && key.reaches(deployment))
                .map(|key| Asker {
                    api_key: Some(key.id),
                    ceiling: key.ceiling,
                })
                .ok_or(Refusal::UnknownApiKey)
        };
        Some(
            self.target
                .with_newest(app, known)
                .await
                .map_err(Into::into),
        )
    }
}
