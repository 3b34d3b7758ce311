//! A tenant's rows as of one version, and the plainest reading of what they mean: what the real code is held against.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

use lanyard_core::{
    api_key::{ApiKey, ApiKeyHash},
    id::{ApiKeyId, DeploymentId, Kid, Slug, TenantId},
    key::{Algorithm, KeyMaterial},
    profile::{Ceiling, Claims, ProfileClaims, TalkClaims},
    quota::Quota,
    revocation::{Revocation, Revocations, Subject},
    signing_key::{KeySet, KeyState, Origin, SigningKey},
    tenant::{ClaimPath, ClaimText, IssuingRule, Policy, TenantStatus},
    user::UserId,
};
use uuid::Uuid;

use crate::{Reader, source::Snapshot, tenants::TenantRecord, user_cache::CachedReader};

/// A reader's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// The tenant's version that wrote it; the body says it too.
    pub(super) written: i64,
    pub(super) disabled: bool,
}

/// What the simulation keeps of a token: what [`lanyard_core::token::verify`] would read in it.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) tenant: usize,
    pub(super) id: Box<str>,
    pub(super) user: UserId,
    pub(super) kid: Kid,
    pub(super) issued_at: i64,
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, user, kid, .. } = self;
        write!(formatter, "{id} ({user}, {kid}, {})", self.issued_at)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) id: TenantId,
    pub(super) slug: Slug,
    pub(super) version: i64,
    pub(super) suspended: bool,
    pub(super) keys: Vec<(Kid, KeyState)>,
    pub(super) api_keys: Vec<ApiKeyId>,
    pub(super) users: BTreeMap<UserId, Record>,
    pub(super) revocations: Vec<Revocation>,
}

impl Rows {
    pub(super) fn key(&self, kid: &Kid) -> Option<KeyState> {
        let mut found = self.keys.iter().filter(|(own, _)| own == kid);
        found.next().map(|(_, state)| *state)
    }

    /// Whether a token is dead: revoked by itself, with its user, its key or all of the tenant's, or its key has ended.
    pub(super) fn refuses(&self, token: &Token) -> bool {
        let key_ended = matches!(
            self.key(&token.kid),
            Some(KeyState::Retired | KeyState::Revoked)
        );
        key_ended
            || self.revocations.iter().any(|revocation| {
                let meant = match &revocation.subject {
                    Subject::Token(id) => *id == token.id,
                    Subject::User(id) => **id == *token.user.as_str(),
                    Subject::Key(kid) => **kid == *token.kid.as_str(),
                    Subject::ApiKey(_) => false,
                    Subject::Tenant => true,
                };
                let early = revocation.before.is_some_and(|end| token.issued_at <= end);
                meant && (revocation.standing || early)
            })
    }

    /// Whether the key is one that a newer version may know, or let sign.
    pub(super) fn awaits_key(&self, kid: &Kid) -> bool {
        matches!(self.key(kid), None | Some(KeyState::Pending))
    }

    pub(super) fn snapshot(&self, now: i64) -> Snapshot {
        let deployment = DeploymentId(Uuid::from_u128(1));
        let mut revocations = Revocations::default();
        let alive = |one: &&Revocation| one.expires_at.is_none_or(|end| end > now);
        for revocation in self.revocations.iter().filter(alive) {
            revocations.add(revocation);
        }
        let keys = self.keys.iter().map(signing_key).collect();
        Snapshot {
            tenant: TenantRecord {
                slug: self.slug.clone(),
                name: String::new(),
                status: match self.suspended {
                    true => TenantStatus::Suspended,
                    false => TenantStatus::Active,
                },
                version: self.version,
                quota: Quota::default(),
                allowed_origins: Default::default(),
                policies: vec![policy(deployment)],
            },
            keys: HashMap::from([(deployment, KeySet::new(keys))]),
            api_keys: self.api_keys.iter().map(|id| api_key(*id)).collect(),
            revocations,
        }
    }

    pub(super) fn reader(&self, id: &UserId) -> CachedReader {
        let reader = self.users.get(id).map(|record| {
            let body = format!(r#"{{"id":"{id}","member_since":{}}}"#, record.written);
            Arc::new(Reader::new(body.into(), record.disabled))
        });
        CachedReader {
            as_of: self.version,
            reader,
        }
    }
}

/// The id of a reader with this number.
pub(super) fn reader(number: usize) -> UserId {
    UserId::parse(&format!("reader-{number}")).unwrap()
}

/// The version that wrote the record which a node answers.
pub(super) fn written(reader: &Reader) -> i64 {
    reader.record().unwrap().member_since.unwrap()
}

pub(super) fn hash_of(id: ApiKeyId) -> ApiKeyHash {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(id.0.as_bytes());
    ApiKeyHash(hash)
}

fn api_key(id: ApiKeyId) -> (ApiKeyHash, ApiKey) {
    let key = ApiKey {
        id,
        name: String::new(),
        expires_at: None,
        scopes: Default::default(),
        deployments: None,
        ceiling: Ceiling::default(),
    };
    (hash_of(id), key)
}

fn signing_key((kid, state): &(Kid, KeyState)) -> Arc<SigningKey> {
    let secret: Vec<u8> = [1].into_iter().chain([b'x'; 32]).collect();
    let material = KeyMaterial::from_bytes(Algorithm::HS256, &secret).unwrap();
    let key = SigningKey::new(kid.clone(), material, *state, Origin::Generated, 0);
    Arc::new(key)
}

fn policy(deployment: DeploymentId) -> Policy {
    let text = |text| ClaimText::parse("name", text).unwrap();
    Policy {
        deployment,
        name: Slug::default_deployment(),
        claims: Claims::Talk(TalkClaims {
            issuer: text("issuer"),
            audience: text("talk"),
            user_id_claim: ClaimPath::sub(),
            profile: ProfileClaims::default(),
        }),
        token_lifetime: 3_600,
        issuing: IssuingRule::demo(false),
        allow_email_ids: true,
    }
}
