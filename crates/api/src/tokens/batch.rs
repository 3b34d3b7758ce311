//! Many tokens at once, each on its own: one that can't be issued keeps none of the others back.

use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

use axum::{Json, body::Body, extract::State, http::HeaderMap};
use lanyard_core::user::{User, UserId};
use lanyard_storage::{OK, Operation, users};
use serde::Serialize;
use serde_json::{json, value::RawValue};

use super::{
    issue::{self, TokenOut, Wanted, checked, json_only, may_issue},
    target_of,
    wish::Wish,
};
use crate::{
    Act, App, Caller, Problem, Who, body, failure::Failure, limit, presented::Target,
    problem::Document,
};

/// The longest body, in bytes.
const MAX_BODY: usize = 4 << 20;
/// The most tokens.
const MAX_TOKENS: usize = 1_000;
/// Up to so many records are written and told one by one; more make every node read all of the newsroom's readers anew.
const FEW: usize = 50;

/// Tokens that are wanted.
#[derive(utoipa::ToSchema)]
#[schema(as = TokenBatch)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it only describes the body")]
struct WantedBatch {
    /// Each as for one token.
    #[schema(max_items = 1_000)]
    tokens: Vec<Wanted>,
}

/// What became of a batch.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct BatchOut {
    /// What became of each, in the order asked for.
    results: Vec<Outcome>,
}

/// A token, or why there is none.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TokenOutcome)]
#[serde(untagged)]
enum Outcome {
    /// A token.
    Issued(TokenOut),
    /// No token.
    Refused(RefusedOut),
}

/// Why there is no token.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TokenRefused)]
struct RefusedOut {
    /// The problem, as it would be answered to one such request.
    problem: Document,
}

/// Tokens for up to 1,000 readers, who may come along as whole records
///
/// Each is dealt with on its own, and the answer says which were issued. Records that aren't in the directory yet are put
/// there, all in one transaction; of two with one id the later counts.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/tokens/batch", tag = "tokens", operation_id = "issue_tokens",
    params(("tenant" = String, Path, description = "Newsroom")),
    request_body = WantedBatch,
    responses(
        (status = 200, description = "What became of each", body = BatchOut),
        (status = 400, description = "The body isn't readable"),
        (status = 409, description = "The directory is full"),
        (status = 413, description = "The body is longer than 4 MiB"),
    ),
)]
pub(crate) async fn many(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<BatchOut>, Failure> {
    let begun = Instant::now();
    json_only(&headers)?;
    let text = body::read_up_to(body, MAX_BODY)
        .await
        .map_err(|problem| match problem {
            Problem::BodyTooLarge => {
                Failure::from(problem).detail("The body is longer than 4 MiB.")
            }
            problem => problem.into(),
        })?;
    let wishes = read(checked(&text)?)?;
    // The body may have taken its time.
    let slug = caller.tenant.slug.as_str();
    let tenant = app.views.get(slug).await?.ok_or(Problem::NotFound)?;
    caller.still(&app, &tenant).await?;
    charge(&app, &caller, wishes.len());
    let mut batch = Batch {
        app: &app,
        caller: &caller,
        targets: BTreeMap::new(),
    };
    let mut judged = Vec::with_capacity(wishes.len());
    for wish in wishes {
        judged.push(match wish {
            Ok(wish) => batch.judge(&wish).await.map(|()| wish),
            Err(failure) => Err(failure),
        });
    }
    let judged = batch.put(judged).await?;
    let mut results = Vec::with_capacity(judged.len());
    for wish in judged {
        let outcome = match wish {
            Ok(wish) => batch.issue(&wish).await,
            Err(failure) => Err(failure),
        };
        results.push(outcome);
        // A thousand signatures take a while, and others wait for this thread.
        tokio::task::yield_now().await;
    }
    count(&caller, &results, begun);
    let results = results
        .into_iter()
        .map(|outcome| match outcome {
            Ok(token) => Outcome::Issued(token),
            Err(failure) => Outcome::Refused(RefusedOut {
                problem: failure.into_document(),
            }),
        })
        .collect();
    Ok(Json(BatchOut { results }))
}

/// A token that is wanted, or why it isn't issued.
type Judged = Result<Wish, Failure>;

/// Reads a batch; what is wrong with one of the wishes is that one's matter.
fn read(text: &RawValue) -> Result<Vec<Judged>, Failure> {
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_str(text.get()).map_err(|_| Problem::BodyMalformed)?;
    if let Some(name) = members.keys().find(|name| *name != "tokens") {
        let place = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        return Err(Failure::field(&place, "is not known here"));
    }
    let list = members
        .get("tokens")
        .ok_or_else(|| Failure::field("/tokens", "is missing"))?;
    let list: Vec<&RawValue> = serde_json::from_str(list.get())
        .map_err(|_| Failure::field("/tokens", "must be a list"))?;
    if list.len() > MAX_TOKENS {
        return Err(Failure::field("/tokens", "has more than 1000 entries"));
    }
    let read = |(place, text): (usize, &&RawValue)| Wish::read(text, &format!("/tokens/{place}"));
    Ok(list.iter().enumerate().map(read).collect())
}

/// The request was charged for one token.
fn charge(app: &App, caller: &Caller, tokens: usize) {
    let api_key = match &caller.who {
        Who::ApiKey(key) => Some(key.id),
        Who::Member(..) | Who::Operator(_) => None,
    };
    limit::charge_more(app, &caller.tenant, api_key, tokens.saturating_sub(1));
}

/// Counts each token but the first, which stands for the request that is counted anyway.
fn count(caller: &Caller, results: &[Result<TokenOut, Failure>], begun: Instant) {
    let tokens = u128::try_from(results.len().max(1)).unwrap_or(1);
    let each = u64::try_from(begun.elapsed().as_micros() / tokens).unwrap_or(u64::MAX);
    for result in results.iter().skip(1) {
        let reason = match result {
            Ok(_) => OK,
            Err(failure) => failure.problem.code(),
        };
        caller.tenant.meter.count(Operation::Issue, reason, each);
    }
}

/// A batch that is being worked on.
struct Batch<'a> {
    app: &'a App,
    caller: &'a Caller,
    /// The deployments that were named so far.
    targets: BTreeMap<String, Target>,
}

impl Batch<'_> {
    async fn target(&mut self, name: &str) -> Result<&mut Target, Failure> {
        if !self.targets.contains_key(name) {
            let target = target_of(self.app, self.caller, name).await?;
            self.targets.insert(name.to_owned(), target);
        }
        let target = self.targets.get_mut(name);
        Ok(target.ok_or(Problem::Internal)?)
    }

    /// Refuses what can't end in a token, before anything is written.
    async fn judge(&mut self, wish: &Wish) -> Result<(), Failure> {
        let caller = self.caller;
        let target = self.target(wish.deployment()).await?;
        may_issue(caller, target, wish)
    }

    /// Looks all readers up at once, and puts the records that are new or changed into the directory.
    async fn put(&mut self, mut judged: Vec<Judged>) -> Result<Vec<Judged>, Failure> {
        let ids: Vec<_> = judged.iter().flatten().map(Wish::user).collect();
        if ids.is_empty() {
            return Ok(judged);
        }
        let mut tx = self.caller.read(self.app).await?;
        let rows = users::get_many(&mut tx, &ids).await?;
        drop(tx);
        let rows: HashMap<_, _> = rows
            .into_iter()
            .map(|row| (row.user.id.clone(), row))
            .collect();
        for (place, wish) in judged.iter_mut().enumerate() {
            let Ok(wanted) = wish else { continue };
            let refused = match (rows.get(wanted.user()), wanted.record()) {
                (Some(row), _) if row.disabled_at.is_some() => Err(Problem::UserDisabled.into()),
                (None, None) => Err(Problem::UserUnknown.into()),
                (row, Some(user)) => {
                    let before = row.map(|row| &row.user);
                    let place = format!("/tokens/{place}/user");
                    self.caller.may_raise(before, user, &place)
                }
                (Some(_), None) => Ok(()),
            };
            if let Err(failure) = refused {
                *wish = Err(failure);
            }
        }
        // Of two records with one id the later counts.
        let mut last: HashMap<&UserId, &User> = HashMap::new();
        for user in judged.iter().flatten().filter_map(Wish::record) {
            last.insert(&user.id, user);
        }
        let changed: Vec<&User> = last
            .into_values()
            .filter(|user| rows.get(&user.id).is_none_or(|row| row.user != **user))
            .collect();
        if !changed.is_empty() {
            self.write(&changed).await?;
        }
        Ok(judged)
    }

    async fn write(&mut self, changed: &[&User]) -> Result<(), Failure> {
        let now = self.app.clock.now();
        let mut act = self.caller.act(self.app).await?;
        self.still_raise_nobody(&mut act, changed).await?;
        let mut imported = users::Imported::default();
        if changed.len() <= FEW {
            for user in changed {
                match users::put(&mut act.tx, user, now).await? {
                    users::Put::Created => imported.created += 1,
                    users::Put::Replaced => imported.updated += 1,
                }
            }
        } else {
            let mut rows = Vec::new();
            for (place, user) in (0..).zip(changed) {
                users::copy_row(&mut rows, place, user);
            }
            imported = users::import_batch(&mut act.tx, &rows, now).await?;
        }
        let detail = json!({ "created": imported.created, "updated": imported.updated, "through": "tokens" });
        act.audit("user.import", self.caller.tenant.slug.as_str(), &detail)
            .await?;
        act.done().await?;
        for target in self.targets.values_mut() {
            target.renew(self.app).await?;
        }
        Ok(())
    }

    /// A role may have been taken away since the readers were looked up, and must not come back.
    async fn still_raise_nobody(&self, act: &mut Act, changed: &[&User]) -> Result<(), Failure> {
        let ceiling = self.caller.ceiling();
        let doubtful = |user: &&&User| ceiling.raised(None, user).next().is_some();
        let doubtful: Vec<&User> = changed.iter().filter(doubtful).copied().collect();
        if doubtful.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = doubtful.iter().map(|user| &user.id).collect();
        let rows = users::current_many(&mut act.tx, &ids).await?;
        for user in doubtful {
            let row = rows.iter().find(|row| row.user.id == user.id);
            self.caller
                .may_raise(row.map(|row| &row.user), user, "/tokens")?;
        }
        Ok(())
    }

    async fn issue(&mut self, wish: &Wish) -> Result<TokenOut, Failure> {
        let (app, caller) = (self.app, self.caller);
        let target = self.target(wish.deployment()).await?;
        issue::issue(app, caller, target, wish).await
    }
}
