//! What whoever runs the platform does: tenants, quotas, issuers, admins, health.

pub mod admins;
pub mod audit_events;
pub mod health;
pub mod issuers;
pub mod quota;
pub mod tenants;
pub mod usage;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use lanyard_api::{App, Failure, Operator, Problem, session::Person};
use lanyard_core::{
    audit::{Actor, Event},
    id::{Slug, TenantId},
};
use lanyard_storage::{
    PlatformTx, WriteTx,
    sessions::{self, Alive},
};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the platform's admins.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(tenants::list))
        .routes(routes!(tenants::get))
        .routes(routes!(tenants::suspend))
        .routes(routes!(tenants::resume))
        .routes(routes!(quota::set))
        .routes(routes!(issuers::release))
        .routes(routes!(admins::list, admins::grant))
        .routes(routes!(admins::revoke))
        .routes(routes!(health::get))
        .routes(routes!(usage::get))
        .routes(routes!(audit_events::list))
}

/// A platform admin, or whoever sits at the operator's terminal.
pub(super) struct Admin {
    /// The name that the audit log has for them.
    actor: String,
    /// `None` at the operator's terminal.
    person: Option<Person>,
}

impl FromRequestParts<App> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        if let Some(Operator(name)) = parts.extensions.get() {
            return Ok(Self {
                actor: Actor::Operator(name.clone()).text(),
                person: None,
            });
        }
        let person = Person::from_request_parts(parts, app).await?;
        Ok(Self {
            actor: person.actor(),
            person: Some(person),
        })
    }
}

impl Admin {
    /// Goes on only if this is a platform admin still: a body can take its time, and they may have been revoked, or have
    /// logged out, meanwhile.
    async fn still(&self, app: &App, tx: &mut PlatformTx) -> Result<(), Failure> {
        let Some(person) = &self.person else {
            return Ok(());
        };
        let alive = sessions::find_in(tx, &person.token.hash(), app.clock.now()).await?;
        check(alive)
    }

    /// The same within a change to a tenant.
    async fn still_in(&self, app: &App, tx: &mut WriteTx) -> Result<(), Failure> {
        let Some(person) = &self.person else {
            return Ok(());
        };
        let alive = sessions::find_now(tx, &person.token.hash(), app.clock.now()).await?;
        check(alive)
    }
}

fn check(alive: Option<Alive>) -> Result<(), Failure> {
    match alive {
        None => Err(Problem::SessionInvalid.into()),
        Some(alive) if !alive.platform_admin => Err(Problem::NotFound.into()),
        Some(_) => Ok(()),
    }
}

/// The tenant that the path names.
struct NamedTenant {
    slug: Slug,
    id: TenantId,
}

impl FromRequestParts<App> for NamedTenant {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        // Asked first: to others than platform admins no tenant is there.
        let _admin = Admin::from_request_parts(parts, app).await?;
        let Path(name) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|_| Problem::PathInvalid)?;
        let slug: Slug = name.parse().map_err(|_| Problem::NotFound)?;
        let id = lanyard_storage::tenants::find(&app.database, slug.as_str()).await?;
        Ok(Self {
            slug,
            id: id.ok_or(Problem::NotFound)?,
        })
    }
}

/// A change to a tenant by a platform admin, written down in the tenant's own log.
struct TenantAct {
    app: App,
    actor: String,
    tx: WriteTx,
}

impl TenantAct {
    async fn begin(app: &App, admin: &Admin, tenant: TenantId) -> Result<Self, Failure> {
        let tx = app.database.write(tenant).await?;
        let mut tx = tx.ok_or(Problem::NotFound)?;
        admin.still_in(app, &mut tx).await?;
        Ok(Self {
            app: app.clone(),
            actor: admin.actor.clone(),
            tx,
        })
    }

    async fn audit(&mut self, action: &str, target: &str, detail: &Value) -> Result<(), Failure> {
        let detail = detail.to_string();
        let event = Event {
            at: self.app.clock.micros(),
            actor: &self.actor,
            action,
            target,
            detail: &detail,
        };
        Ok(self.tx.audit(&event).await?)
    }

    async fn commit(self) -> Result<(), Failure> {
        let committed = self.tx.commit().await?;
        self.app.views.apply(committed).await;
        Ok(())
    }
}

/// Writes an act down in the platform's log; the last thing before the commit.
async fn audit(
    app: &App,
    admin: &Admin,
    tx: &mut PlatformTx,
    action: &str,
    target: &str,
    detail: &Value,
) -> Result<(), Failure> {
    let detail = detail.to_string();
    let event = Event {
        at: app.clock.micros(),
        actor: &admin.actor,
        action,
        target,
        detail: &detail,
    };
    Ok(tx.audit(&event).await?)
}
