//! A change to a tenant, from the first look to the answer: authorised anew while the tenant is locked, written down in
//! the audit log, done once however often it is asked for, and told to this node's own views before anybody is answered.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lanyard_core::{account::AccountId, audit::Event};
use lanyard_storage::{WriteTx, api_keys, idempotency, memberships, sessions};
use serde::Serialize;
use serde_json::Value;

use crate::{
    App, Caller, Problem, Who, access::Need, failure::Failure, input::Once, session::Person,
};

/// A change that has begun.
#[derive(Debug)]
pub struct Act {
    /// The transaction.
    pub tx: WriteTx,
    app: App,
    actor: String,
    /// Set where an account asks, not a member or a key of the tenant.
    account: Option<AccountId>,
    once: Option<Once>,
}

impl Act {
    pub(crate) async fn begin(
        app: &App,
        caller: &Caller,
        once: Option<Once>,
    ) -> Result<Self, Failure> {
        let tx = app.database.write(caller.tenant.id).await?;
        let mut act = Self {
            tx: tx.ok_or(Problem::NotFound)?,
            app: app.clone(),
            actor: caller.actor(),
            account: None,
            once,
        };
        act.authorise(caller).await?;
        act.answer_again().await?;
        Ok(act)
    }

    /// Begins what somebody does to a tenant that they don't belong to: to make it, or to join it. The account is
    /// locked until the end, so that its owner does one such thing after the other.
    ///
    /// # Errors
    /// The account is gone, or the answer that was given before.
    pub async fn of_person(
        app: &App,
        person: &Person,
        tx: WriteTx,
        once: Option<Once>,
    ) -> Result<Self, Failure> {
        let account = person.session.account;
        let mut act = Self {
            tx,
            app: app.clone(),
            actor: person.actor(),
            account: Some(account),
            once,
        };
        if !memberships::lock_account(&mut act.tx, account).await? {
            return Err(Problem::SessionInvalid.into());
        }
        act.logged_in(person).await?;
        act.answer_again().await?;
        Ok(act)
    }

    /// Asks again, now that nobody else can change the answer. A body can take its time, and meanwhile a member may have
    /// been demoted or have logged out, a key revoked, the tenant suspended.
    async fn authorise(&mut self, caller: &Caller) -> Result<(), Failure> {
        let now = self.app.clock.now();
        match (&caller.who, caller.need) {
            (Who::Member(person, _), Need::Member(least, _) | Need::Proved(least)) => {
                self.logged_in(person).await?;
                let role = memberships::role_now(&mut self.tx, person.session.account.0)
                    .await?
                    .ok_or(Problem::NotFound)?;
                if role < least {
                    return Err(Problem::RoleInsufficient.into());
                }
                if matches!(caller.need, Need::Proved(_)) {
                    person.proved(now)?;
                }
            }
            (Who::ApiKey(key), _) => {
                let good = api_keys::get_now(&mut self.tx, key.id)
                    .await?
                    .is_some_and(|row| {
                        row.revoked_at.is_none() && row.expires_at.is_none_or(|end| end > now)
                    });
                if !good {
                    return Err(Problem::TokenInvalid.into());
                }
            }
            _ => {}
        }
        let operator = matches!(caller.who, Who::Operator(_));
        if self.tx.suspended && !operator {
            return Err(Problem::TenantSuspended.into());
        }
        Ok(())
    }

    async fn logged_in(&mut self, person: &Person) -> Result<(), Failure> {
        let (hash, now) = (person.token.hash(), self.app.clock.now());
        let alive = sessions::find_now(&mut self.tx, &hash, now).await?;
        alive.map(drop).ok_or(Problem::SessionInvalid.into())
    }

    async fn answer_again(&mut self) -> Result<(), Failure> {
        let Some(once) = &self.once else {
            return Ok(());
        };
        let request = request(&self.actor, self.account, once);
        let keys = &self.app.master_keys;
        let before = idempotency::find(&mut self.tx, &request, keys, self.app.clock.now()).await?;
        match before {
            None => Ok(()),
            Some(idempotency::Before::Other) => Err(Problem::IdempotencyKeyReused.into()),
            Some(idempotency::Before::Same(status, body)) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
                let mut response = json(status, body.to_vec());
                response
                    .headers_mut()
                    .insert("idempotency-replayed", HeaderValue::from_static("true"));
                Err(Failure::answered(response))
            }
        }
    }

    /// Who acts, as the audit log names actors.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Writes an event into the tenant's audit log, within the transaction.
    ///
    /// # Errors
    /// The database fails.
    pub async fn audit(
        &mut self,
        action: &str,
        target: &str,
        detail: &Value,
    ) -> Result<(), Failure> {
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

    /// Commits, and answers 204.
    ///
    /// # Errors
    /// Nothing was written.
    pub async fn done(self) -> Result<Response, Failure> {
        let views = self.app.views.clone();
        views.apply(self.tx.commit().await?).await;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    /// Commits, and answers 200 with this.
    ///
    /// # Errors
    /// Nothing was written.
    pub async fn answer(self, value: &impl Serialize) -> Result<Response, Failure> {
        self.finish(StatusCode::OK, value).await
    }

    /// Commits, and answers 201 with this.
    ///
    /// # Errors
    /// Nothing was written.
    pub async fn created(self, value: &impl Serialize) -> Result<Response, Failure> {
        self.finish(StatusCode::CREATED, value).await
    }

    async fn finish(
        mut self,
        status: StatusCode,
        value: &impl Serialize,
    ) -> Result<Response, Failure> {
        let body = serde_json::to_vec(value).map_err(|_| Problem::Internal)?;
        if let Some(once) = &self.once {
            let request = request(&self.actor, self.account, once);
            let keys = &self.app.master_keys;
            let now = self.app.clock.now();
            let answer = (status.as_u16(), &body[..]);
            idempotency::keep(&mut self.tx, &request, keys, answer, now).await?;
        }
        let views = self.app.views.clone();
        views.apply(self.tx.commit().await?).await;
        Ok(json(status, body))
    }
}

fn request<'a>(
    actor: &'a str,
    account: Option<AccountId>,
    once: &'a Once,
) -> idempotency::Request<'a> {
    idempotency::Request {
        scope: account.map_or(
            idempotency::Scope::Tenant(actor),
            idempotency::Scope::Account,
        ),
        key: &once.key,
        digest: &once.digest,
    }
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}
