//! Issuing a reader's token: what the broker and the token API have in common.

use std::sync::atomic::Ordering;

use lanyard_core::{
    id::{ApiKeyId, Kid},
    profile::Ceiling,
    revocation::Revocations,
    tenant::Policy,
    token::{self, Wanted},
    user::{Role, User, UserId},
};
use lanyard_storage::{Reader, StorageError, keys};
use uuid::Uuid;

use crate::{App, Problem, failure::Failure, first_admin, presented::Target};

/// A token that was issued.
pub(crate) struct Issued<'a> {
    /// The token.
    pub(crate) token: String,
    /// Its `jti`.
    pub(crate) token_id: Uuid,
    /// The key that signed it.
    pub(crate) kid: &'a Kid,
    /// Its `exp`, in unix seconds.
    pub(crate) expires_at: i64,
}

/// Who asks for a token.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asker {
    /// The API key, where it is one.
    pub(crate) api_key: Option<ApiKeyId>,
    /// How far the token may raise its reader in Coral, where the deployment allows that much.
    pub(crate) ceiling: Ceiling,
}

/// For whom a token is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whom<'a> {
    /// The reader's id.
    pub(crate) id: &'a UserId,
    /// What the directory knows.
    pub(crate) reader: &'a Reader,
}

impl<'a> Whom<'a> {
    /// The reader's record, where tokens say more of a reader than the id.
    fn record(self, policy: &Policy) -> Result<Option<&'a User>, StorageError> {
        match policy.needs_record() {
            true => self.reader.record().map(Some),
            false => Ok(None),
        }
    }
}

/// Issues a token to a reader who is in the directory; `None` when the reader is disabled.
pub(crate) async fn issue<'a>(
    app: &App,
    target: &'a mut Target,
    whom: Whom<'_>,
    asker: Asker,
    now: i64,
) -> Result<Option<Issued<'a>>, Failure> {
    let id = whom.id;
    if !mark_used(app, target, now).await? {
        return Err(Problem::NoActiveKey.into());
    }
    let deployment = target.deployment()?;
    let key = deployment.keys.active().ok_or(Problem::NoActiveKey)?;
    let (earliest, disabled) = target
        .tenant
        .read_revocations(|set| (set.earliest_issue(id, &key.kid), set.user_is_disabled(id)));
    if disabled || whom.reader.disabled {
        return Ok(None);
    }
    let (token_id, issued_at) = (Uuid::new_v4(), now.max(earliest));
    let wanted = Wanted {
        user: id,
        record: whom.record(&deployment.policy)?,
        ceiling: asker.ceiling,
        now: issued_at,
        token_id,
    };
    if let Some(api_key) = asker.api_key
        && wanted.role(&deployment.policy) == Some(Role::Admin)
    {
        first_admin::tell(app, &target.tenant, api_key).await?;
    }
    let token = token::issue(&deployment.policy, key, &wanted)?;
    if let Some(meter) = deployment.key_meter(key) {
        meter.issued(issued_at);
    }
    Ok(Some(Issued {
        token,
        token_id,
        kid: &key.kid,
        expires_at: issued_at + deployment.policy.token_lifetime,
    }))
}

/// Refuses a reader who could have no token at this moment, as [`issue`] would; nothing is signed.
pub(crate) fn check(target: &Target, whom: Whom<'_>) -> Result<(), Failure> {
    let deployment = target.deployment()?;
    deployment.keys.active().ok_or(Problem::NoActiveKey)?;
    let disabled = |set: &Revocations| set.user_is_disabled(whom.id);
    if whom.reader.disabled || target.tenant.read_revocations(disabled) {
        return Err(Problem::UserDisabled.into());
    }
    let record = whom.record(&deployment.policy)?;
    Ok(token::check_user(&deployment.policy, whom.id, record)?)
}

/// Before a key signs for the first time that is written down, so that a rotation knows whether anybody has a token of
/// it. False when the deployment has no key that signs.
async fn mark_used(app: &App, target: &mut Target, now: i64) -> Result<bool, Failure> {
    for _ in 0..2 {
        let Some(key) = target.deployment()?.keys.active() else {
            return Ok(false);
        };
        if key.used.load(Ordering::Relaxed) {
            return Ok(true);
        }
        if keys::mark_used(&app.database, target.tenant.id, &key.kid, now).await? {
            key.used.store(true, Ordering::Relaxed);
            return Ok(true);
        }
        // Another key has taken its place, and this node is about to hear of it.
        match app.views.refresh(&target.tenant).await? {
            Some(newer) => target.tenant = newer,
            None => return Ok(false),
        }
    }
    Ok(false)
}
