//! Who asks for something of a tenant: a member, one of its API keys, or whoever sits at the operator's terminal.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{Method, header, request::Parts},
};
use lanyard_core::{
    api_key::{ApiKey, PlainApiKey},
    audit::Actor,
    id::DeploymentId,
    member::MemberRole,
    profile::Ceiling,
    scope::Scope,
    tenant::TenantStatus,
    token::Refusal,
    user::User,
};
use lanyard_storage::{ReadTx, TenantView, memberships, sessions};

use crate::{
    Act, App, Problem, access::Need, failure::Failure, fields::FieldError, import::ABOVE_CEILING,
    input::Once, issuing::Asker, limit, presented::Bearer, rule, session::Person,
};

/// Whoever sits at the operator's terminal, by the name that the system has. No request from outside carries one: it is
/// put in by the process that answers itself.
#[derive(Debug, Clone)]
pub struct Operator(pub String);

/// Somebody who may do what the route does, in the tenant that the path names.
#[derive(Debug)]
pub struct Caller {
    /// The tenant.
    pub tenant: Arc<TenantView>,
    /// Who it is.
    pub who: Who,
    /// What the route needs, to be asked once more when it changes something.
    pub(crate) need: Need,
}

/// The kinds of callers.
#[derive(Debug)]
pub enum Who {
    /// A member who is logged in.
    Member(Box<Person>, MemberRole),
    /// A program.
    ApiKey(Box<ApiKey>),
    /// The operator.
    Operator(Operator),
}

impl FromRequestParts<App> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let need = rule::of(parts)?;
        let slug = tenant_of(parts, app).await?;
        let operator = parts.extensions.get::<Operator>().cloned();
        let caller = if let Some(operator) = operator {
            let tenant = app.views.get(&slug).await?.ok_or(Problem::NotFound)?;
            let who = Who::Operator(operator);
            Self { tenant, who, need }
        } else if parts.headers.contains_key(header::AUTHORIZATION) {
            Self::program(parts, app, &slug, need).await?
        } else {
            Self::member(parts, app, &slug, need).await?
        };
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let suspended = caller.tenant.status == TenantStatus::Suspended;
        if suspended && !reads && !matches!(caller.who, Who::Operator(_)) {
            return Err(Problem::TenantSuspended.into());
        }
        Ok(caller)
    }
}

async fn tenant_of(parts: &mut Parts, app: &App) -> Result<String, Failure> {
    let parameters = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|_| Problem::PathInvalid)?;
    parameters
        .iter()
        .find(|(name, _)| *name == "tenant")
        .map(|(_, value)| value.to_owned())
        .ok_or_else(|| rule::missing(parts))
}

impl Caller {
    async fn member(parts: &Parts, app: &App, slug: &str, need: Need) -> Result<Self, Failure> {
        let person = Person::of(parts, app).await?;
        // To a stranger a tenant that isn't theirs isn't there.
        let tenant = app.views.get(slug).await?.ok_or(Problem::NotFound)?;
        let account = person.session.account.0;
        let role = memberships::role(&app.database, tenant.id, account)
            .await?
            .ok_or(Problem::NotFound)?;
        limit::charge_and_tell(parts, app, &tenant, None)?;
        let least = match need {
            Need::Member(least, _) => least,
            Need::Proved(least) => least,
            _ => return Err(rule::missing(parts)),
        };
        if role < least {
            return Err(Problem::RoleInsufficient.into());
        }
        if matches!(need, Need::Proved(_)) {
            person.proved(app.clock.now())?;
        }
        Ok(Self {
            tenant,
            who: Who::Member(Box::new(person), role),
            need,
        })
    }

    async fn program(parts: &Parts, app: &App, slug: &str, need: Need) -> Result<Self, Failure> {
        let bearer = Bearer::parse(&parts.headers)?;
        let key = PlainApiKey::parse(&bearer.0).ok_or(Problem::TokenInvalid)?;
        // An unknown tenant answers like one that doesn't have the key.
        let Some(mut tenant) = app.views.get(slug).await? else {
            let mut failure = Failure::from(Problem::TokenInvalid);
            failure.note.reason = Some("unknown_tenant");
            return Err(failure);
        };
        let (hash, now) = (key.hash(), app.clock.now());
        let mut found = tenant.api_key(&hash, now).cloned();
        if found.is_none()
            && let Some(newer) = app.views.refresh(&tenant).await.ok().flatten()
        {
            // It may have been made on another node a moment ago.
            tenant = newer;
            found = tenant.api_key(&hash, now).cloned();
        }
        let key = found
            .filter(|_| tenant.status == TenantStatus::Active)
            .ok_or(Refusal::UnknownApiKey)?;
        limit::charge_and_tell(parts, app, &tenant, Some(key.id))?;
        match need {
            Need::Member(_, Some(scope)) if key.may(scope) => Ok(Self {
                tenant,
                who: Who::ApiKey(Box::new(key)),
                need,
            }),
            Need::Member(_, Some(_)) => Err(Problem::ScopeInsufficient.into()),
            _ => Err(Problem::SessionNeeded.into()),
        }
    }

    /// How the audit log names the caller.
    #[must_use]
    pub fn actor(&self) -> String {
        match &self.who {
            Who::Member(person, _) => person.actor(),
            Who::ApiKey(key) => Actor::ApiKey(key.id).text(),
            Who::Operator(Operator(name)) => Actor::Operator(name.clone()).text(),
        }
    }

    /// Goes on only if the caller may reach the deployment: an API key can be limited to some.
    ///
    /// # Errors
    /// [`Problem::DeploymentOutOfReach`].
    pub fn reaches(&self, deployment: DeploymentId) -> Result<(), Failure> {
        match &self.who {
            Who::ApiKey(key) if !key.reaches(deployment) => {
                Err(Problem::DeploymentOutOfReach.into())
            }
            _ => Ok(()),
        }
    }

    /// Goes on only if the caller may do this too, beyond what the route needs: members who may call it may.
    ///
    /// # Errors
    /// [`Problem::ScopeInsufficient`].
    pub fn needs(&self, scope: Scope) -> Result<(), Failure> {
        match &self.who {
            Who::ApiKey(key) if !key.may(scope) => Err(Problem::ScopeInsufficient.into()),
            _ => Ok(()),
        }
    }

    /// Goes on only if the caller may still do what the route does: a body can take its time, and the credentials may have
    /// been revoked meanwhile. What changes the tenant asks so anyway, see [`Act`].
    pub(crate) async fn still(&self, app: &App, tenant: &TenantView) -> Result<(), Failure> {
        let now = app.clock.now();
        match (&self.who, self.need) {
            (Who::ApiKey(key), _) => {
                let ended = key.expires_at.is_some_and(|end| end <= now)
                    || tenant.read_revocations(|set| set.api_key_is_revoked(key.id));
                if ended {
                    return Err(Refusal::UnknownApiKey.into());
                }
            }
            (Who::Member(person, _), Need::Member(least, _) | Need::Proved(least)) => {
                sessions::find(&app.database, &person.token.hash(), now)
                    .await?
                    .ok_or(Problem::SessionInvalid)?;
                let account = person.session.account.0;
                let role = memberships::role(&app.database, tenant.id, account)
                    .await?
                    .ok_or(Problem::NotFound)?;
                if role < least {
                    return Err(Problem::RoleInsufficient.into());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The deployments that the caller is limited to, if it is.
    #[must_use]
    pub fn limits(&self) -> Option<&Vec<DeploymentId>> {
        match &self.who {
            Who::ApiKey(key) => key.deployments.as_ref(),
            Who::Member(..) | Who::Operator(_) => None,
        }
    }

    /// How far the caller's tokens may raise a reader in Coral, where the deployment allows that much.
    #[must_use]
    pub fn ceiling(&self) -> Ceiling {
        match &self.who {
            Who::ApiKey(key) => key.ceiling,
            Who::Member(..) | Who::Operator(_) => Ceiling::OPEN,
        }
    }

    /// Refuses a record that gives its reader more in Coral than the caller may give, and more than the reader has
    /// `before`: another API key's tokens would carry it. The record lies at `place` in the body, a JSON pointer.
    pub(crate) fn may_raise(
        &self,
        before: Option<&User>,
        after: &User,
        place: &str,
    ) -> Result<(), Failure> {
        let mut raised = self.ceiling().raised(before, after).peekable();
        if raised.peek().is_none() {
            return Ok(());
        }
        Err(Failure::fields(raised.map(|member| {
            FieldError::at(format!("{place}/{member}"), ABOVE_CEILING)
        })))
    }

    /// The caller as somebody who asks for tokens.
    pub(crate) fn asker(&self) -> Asker {
        Asker {
            api_key: match &self.who {
                Who::ApiKey(key) => Some(key.id),
                Who::Member(..) | Who::Operator(_) => None,
            },
            ceiling: self.ceiling(),
        }
    }

    /// Whether the caller may hand out this scope: an API key only what it has itself.
    #[must_use]
    pub fn may_grant(&self, scope: Scope) -> bool {
        match &self.who {
            Who::ApiKey(key) => key.may(scope),
            Who::Member(..) | Who::Operator(_) => true,
        }
    }

    /// Begins to read the tenant.
    ///
    /// # Errors
    /// The database fails.
    pub async fn read(&self, app: &App) -> Result<ReadTx, Failure> {
        Ok(app.database.read(self.tenant.id).await?)
    }

    /// Begins to change the tenant.
    ///
    /// # Errors
    /// The caller may no longer do so, or the database fails.
    pub async fn act(&self, app: &App) -> Result<Act, Failure> {
        Act::begin(app, self, None).await
    }

    /// The same for a request that its client may repeat: a repeat is answered as the first was, by way of the error.
    ///
    /// # Errors
    /// As [`Self::act`]; also the answer that was given before.
    pub async fn act_once(&self, app: &App, once: Option<Once>) -> Result<Act, Failure> {
        Act::begin(app, self, once).await
    }
}
