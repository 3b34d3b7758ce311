//! A node: the real views, readers and change loop, asked as the API asks them.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use lanyard_core::{
    id::{ApiKeyId, Kid},
    revocation::Revocation,
    seal::MasterKeys,
    signing_key::KeyState,
    tenant::TenantStatus,
    token::Verified,
    user::UserId,
};
use tokio::task::JoinHandle;

use super::{
    history::{Answer, Shown},
    postgres::Link,
    redis,
    rows::{Record, Token, hash_of, written},
};
use crate::{
    Clock, Listener, Readers, StorageError, TenantView, Views,
    redis_users::{RedisUsers, Target},
    source::Source,
};

/// Nothing is sealed here, but views want one; it is costly to make.
static MASTER_KEYS: LazyLock<Arc<MasterKeys>> = LazyLock::new(|| {
    let setting = MasterKeys::generate("simulated").unwrap();
    Arc::new(MasterKeys::parse(&setting).unwrap())
});

#[derive(Debug)]
pub(super) struct Node {
    pub(super) views: Arc<Views>,
    pub(super) readers: Readers,
    clock: Clock,
    listener: JoinHandle<()>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// What a node may find in a tenant's view.
enum Found {
    Good,
    Suspended,
    Unknown,
    Revoked,
}

impl Node {
    pub(super) fn start(
        link: &Link,
        redis: Option<redis::Link>,
        max_staleness: Duration,
        clock: &Clock,
    ) -> Self {
        let source = || Source::Simulated(link.clone());
        let keys = Arc::clone(&MASTER_KEYS);
        let views = Arc::new(Views::of(source(), keys, max_staleness, clock.clone()));
        let redis = redis.map(|link| RedisUsers::at(Target::Simulated(link)));
        let listener = Listener::of(source(), Arc::clone(&views));
        Self {
            readers: Readers::of(source(), redis, 1 << 30),
            views,
            clock: clock.clone(),
            listener: tokio::task::spawn_local(listener.run()),
        }
    }

    /// Ends the process: what it was doing goes on for nobody.
    pub(super) fn kill(&self) {
        self.listener.abort();
    }

    /// The broker's way through a request. `takes_up` is told the version of each view that is used.
    pub(super) async fn judge(
        &self,
        slug: &str,
        shown: &Shown,
        takes_up: impl Fn(i64),
    ) -> Result<Answer, StorageError> {
        let Some(mut view) = self.views.get(slug).await? else {
            return Ok(Answer::NoTenant);
        };
        takes_up(view.version());
        let mut found = find(&view, shown, self.clock.now());
        let mut asked = false;
        if matches!(found, Found::Unknown) {
            match self.views.refresh(&view).await {
                Ok(Some(newer)) if !Arc::ptr_eq(&newer, &view) => {
                    view = newer;
                    takes_up(view.version());
                    found = find(&view, shown, self.clock.now());
                    asked = true;
                }
                Ok(_) => asked = true,
                Err(_) => {}
            }
        }
        match (found, shown) {
            (Found::Suspended, _) => Ok(Answer::Suspended),
            (Found::Unknown, _) => Ok(Answer::Unknown { asked }),
            (Found::Revoked, _) => Ok(Answer::Revoked),
            (Found::Good, Shown::ApiKey(_)) => Ok(Answer::Welcome),
            (Found::Good, Shown::Token(token)) => {
                let reader = self.readers.get(&view, &token.user).await?;
                Ok(reader.map_or(Answer::Gone, |reader| {
                    Answer::Reader(Record {
                        written: written(&reader),
                        disabled: reader.disabled,
                    })
                }))
            }
        }
    }

    /// Issues a token: the key that signs and the `iat`, or `None` where there is none to have.
    pub(super) async fn issue(
        &self,
        slug: &str,
        user: &UserId,
    ) -> Result<Option<(Kid, i64)>, StorageError> {
        let Some(view) = self.views.get(slug).await? else {
            return Ok(None);
        };
        let reader = self.readers.get(&view, user).await?;
        if view.status != TenantStatus::Active || reader.is_none_or(|reader| reader.disabled) {
            return Ok(None);
        }
        let key = view.deployment("default").and_then(|own| own.keys.active());
        let now = self.clock.now();
        Ok(view.read_revocations(|set| {
            let key = key.filter(|_| !set.user_is_disabled(user))?;
            Some((key.kid.clone(), now.max(set.earliest_issue(user, &key.kid))))
        }))
    }
}

fn find(view: &TenantView, shown: &Shown, now: i64) -> Found {
    if view.status == TenantStatus::Suspended {
        return Found::Suspended;
    }
    match shown {
        Shown::Token(token) => find_token(view, token, now),
        Shown::ApiKey(id) => match view.api_key(&hash_of(*id), now) {
            Some(_) => Found::Good,
            None => Found::Unknown,
        },
    }
}

fn find_token(view: &TenantView, token: &Token, now: i64) -> Found {
    let keys = &view.deployment("default").unwrap().keys;
    let Some(key) = keys.get(token.kid.as_str()) else {
        return Found::Unknown;
    };
    if key.state == KeyState::Pending {
        return Found::Unknown;
    }
    let verified = Verified {
        key: Arc::clone(key),
        user: Some(token.user.clone()),
        token_id: Some(token.id.clone()),
        issued_at: Some(token.issued_at),
        expires_at: None,
    };
    let revoked = view.read_revocations(|set| set.refusal(&verified).is_some());
    match key.state.verifies(now) && !revoked {
        true => Found::Good,
        false => Found::Revoked,
    }
}

/// An act's revocation of a token.
pub(super) fn revoked(token: &Token) -> Revocation {
    Revocation::token(&token.id, Some(token.issued_at + 3_600))
}

/// The id with this number.
pub(super) fn api_key(number: u128) -> ApiKeyId {
    ApiKeyId(uuid::Uuid::from_u128(number))
}
