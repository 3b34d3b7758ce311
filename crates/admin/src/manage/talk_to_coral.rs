//! The move from Talk v4 to Coral over HTTP.

use axum::{Json, extract::State, response::Response};
use lanyard_api::{
    App, Caller, Direction, Failure, Problem, Slot,
    cursor::{List, Page, PageQuery},
    fields::Time,
    input,
    input::{JsonBody, Query},
    query,
};
use lanyard_core::{id::Slug, talk_to_coral::Stage};
use lanyard_storage::readiness::{self, Readiness};
use serde::Serialize;
use utoipa::ToSchema;

use super::signing_keys::by;
use crate::acts::talk_to_coral::{self as acts, Refused, Standing};

/// Which deployments, unless said.
const NAMES: (&str, &str) = ("default", "coral");

query! {
    /// From where, and to where.
    pub struct MoveQuery {
        /// The deployment of Talk; `default` unless said.
        #[param(value_type = Option<String>, nullable = false, example = "default")]
        from: Option<Slug>,
        /// The deployment of Coral; `coral` unless said.
        #[param(value_type = Option<String>, nullable = false, example = "coral")]
        to: Option<Slug>,
    }
}

input! {
    /// From where, and to where.
    pub struct CutOver {
        /// The deployment of Talk; `default` unless said.
        #[schema(value_type = Option<String>, example = "default")]
        from: Option<Slug>,
        /// The deployment of Coral; `coral` unless said.
        #[schema(value_type = Option<String>, example = "coral")]
        to: Option<Slug>,
        /// Do it although Coral would keep readers out.
        force: Option<bool>,
    }
}

input! {
    /// What goes back to where.
    pub struct CutBack {
        /// The deployment of Talk; `default` unless said.
        #[schema(value_type = Option<String>, example = "default")]
        from: Option<Slug>,
        /// The deployment of Coral; `coral` unless said.
        #[schema(value_type = Option<String>, example = "coral")]
        to: Option<Slug>,
    }
}

/// How many readers Coral would take as they are, and what is wrong with the others. Disabled readers don't count.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadinessOut {
    /// All readers.
    readers: i64,
    /// Those with whom nothing is wrong.
    ready: i64,
    /// Without an e-mail address, which Coral wants.
    no_email: i64,
    /// With an e-mail address that Coral doesn't take: over 100 characters, or nothing like name@host.example.
    bad_email: i64,
    /// Without a username, which Coral wants.
    no_username: i64,
    /// With an e-mail address that another reader has too: Coral would take the second for the first.
    double_email: i64,
    /// With an id that looks like an e-mail address: Coral shows ids.
    email_as_id: i64,
    /// With a picture that Coral doesn't show, since its address has another ending than .jpg, .jpeg, .gif, .png or .webp.
    /// Tokens leave it out; it keeps nobody out.
    avatar_not_shown: i64,
}

impl From<Readiness> for ReadinessOut {
    fn from(counts: Readiness) -> Self {
        Self {
            readers: counts.readers,
            ready: counts.ready,
            no_email: counts.no_email,
            bad_email: counts.bad_email,
            no_username: counts.no_username,
            double_email: counts.double_email,
            email_as_id: counts.email_as_id,
            avatar_not_shown: counts.avatar_not_shown,
        }
    }
}

/// How far the move is.
#[derive(Debug, Serialize, ToSchema)]
pub struct MoveStageOut {
    /// `prepare`: Coral has no key that signs; `side-by-side`: both issue; `cut-over`: only Coral does, and tokens of Talk
    /// live on; `done`: the last one has ended.
    #[schema(value_type = String, pattern = "^(prepare|side-by-side|cut-over|done)$")]
    stage: Stage,
    /// When a token of Talk was last issued, give or take some seconds: while that goes on, some page still asks for them.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_talk_token_issued_at: Option<Time>,
    /// When the last token of Talk ends: while Talk issues, if it were cut over now. `null` when there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_talk_token_ends_at: Option<Time>,
    /// What comes next, in order.
    next_steps: Vec<String>,
}

impl MoveStageOut {
    fn new(standing: Standing, now: i64) -> Self {
        Self {
            stage: standing.stage,
            last_talk_token_issued_at: standing.last_issued_at.map(Time),
            last_talk_token_ends_at: standing.last_token_ends_at(now).map(Time),
            next_steps: standing.next,
        }
    }
}

/// Where the move stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct MoveOut {
    #[serde(flatten)]
    #[schema(inline)]
    stage: MoveStageOut,
    /// Who would be kept out.
    readiness: ReadinessOut,
}

/// Where the move stands, now that something was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedOut {
    #[serde(flatten)]
    #[schema(inline)]
    stage: MoveStageOut,
    /// Who would be kept out, where they were counted: not for a forced cut-over, nor for the way back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    readiness: Option<ReadinessOut>,
}

/// A reader whom Coral would keep out.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadyOut {
    /// The newsroom's own id.
    #[schema(example = "1")]
    id: String,
    /// What is wrong, in the words of the counts.
    #[schema(value_type = Vec<String>, example = json!(["no_email"]))]
    faults: Vec<&'static str>,
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let text = refused.to_string();
        match refused {
            Refused::Storage(error) => error.into(),
            Refused::NoTalk(_) => Failure::from(Problem::DeploymentUnknown),
            Refused::NoCoral(_) => {
                Failure::from(Problem::DeploymentUnknown).detail(format!("{}.", capital(&text)))
            }
            Refused::Unready(_) => Failure::from(Problem::StateConflict).detail(format!(
                "{}. See …/migration-to-coral/unready, or send `force`.",
                capital(&text)
            )),
            _ => Failure::from(Problem::StateConflict).detail(format!("{}.", capital(&text))),
        }
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters.clone()).collect()
}

fn names<'a>(from: &'a Option<Slug>, to: &'a Option<Slug>) -> (&'a str, &'a str) {
    (
        from.as_ref().map_or(NAMES.0, Slug::as_str),
        to.as_ref().map_or(NAMES.1, Slug::as_str),
    )
}

fn reaches(caller: &Caller, names: (&str, &str)) -> Result<(), Failure> {
    for name in [names.0, names.1] {
        let known = caller.tenant.deployment(name);
        known.map_or(Ok(()), |view| caller.reaches(view.policy.deployment))?;
    }
    Ok(())
}

/// Judges the readers, with few others at a time.
async fn count(app: &App, caller: &Caller) -> Result<Readiness, Failure> {
    let slot = Slot::wait(app, caller.tenant.id, Direction::Judge).await?;
    let mut tx = caller.read(app).await?;
    let readiness = readiness::count(&mut tx).await?;
    tx.end().await?;
    drop(slot);
    Ok(readiness)
}

async fn look(
    app: &App,
    caller: &Caller,
    names: (&str, &str),
    readiness: Option<&Readiness>,
) -> Result<Standing, Failure> {
    reaches(caller, names)?;
    let mut tx = caller.read(app).await?;
    let standing = acts::look(&mut tx, names, readiness, app.clock.now()).await?;
    tx.end().await?;
    Ok(standing)
}

/// How far is the move from Talk v4 to Coral, and what is in its way?
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/migration-to-coral", tag = "Move to Coral", operation_id = "get_migration_to_coral",
    params(("tenant" = String, Path, description = "Newsroom"), MoveQuery),
    responses(
        (status = 200, description = "Where it stands", body = MoveOut),
    ),
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MoveQuery>,
) -> Result<Json<MoveOut>, Failure> {
    let names = names(&query.from, &query.to);
    // What can't be answered isn't counted.
    look(&app, &caller, names, None).await?;
    let readiness = count(&app, &caller).await?;
    let standing = look(&app, &caller, names, Some(&readiness)).await?;
    Ok(Json(MoveOut {
        stage: MoveStageOut::new(standing, app.clock.now()),
        readiness: readiness.into(),
    }))
}

/// The readers whom Coral would keep out or take for another, and those whose picture it wouldn't show; by id
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/migration-to-coral/unready", tag = "Move to Coral",
    operation_id = "list_readers_unready_for_coral",
    params(("tenant" = String, Path, description = "Newsroom"), PageQuery),
    responses((status = 200, description = "A page of them", body = Page<UnreadyOut>)),
)]
pub(super) async fn unready(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<UnreadyOut>>, Failure> {
    let list = List {
        owner: caller.tenant.id.0.as_bytes(),
        query: "unready-for-coral",
    };
    let (after, limit) = (query.place::<String>(&app, &list)?, query.limit.0);
    let slot = Slot::wait(&app, caller.tenant.id, Direction::JudgeEach).await?;
    let mut tx = caller.read(&app).await?;
    let rows = readiness::list(&mut tx, after.as_deref(), limit + 1).await?;
    tx.end().await?;
    drop(slot);
    let readers = rows.into_iter().map(|row| UnreadyOut {
        id: row.id.as_str().to_owned(),
        faults: row.faults,
    });
    let page = list.page(&app, readers.collect(), limit, |reader: &UnreadyOut| {
        reader.id.clone()
    })?;
    Ok(Json(page))
}

/// Cut over: Talk's key signs no more, and its tokens live to their end
///
/// Talk verifies alone and goes on accepting them, so leave it running until then. While readers aren't ready for Coral
/// this is refused unless forced.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/migration-to-coral/cut-over", tag = "Move to Coral", operation_id = "cut_over_to_coral",
    params(("tenant" = String, Path, description = "Newsroom")),
    request_body = CutOver,
    responses(
        (status = 200, description = "Where the move stands now", body = MovedOut),
        (status = 409, description = "Coral isn't ready, readers aren't, or it is done already"),
    ),
)]
pub(super) async fn cut_over(
    State(app): State<App>,
    caller: Caller,
    body: JsonBody<CutOver>,
) -> Result<Response, Failure> {
    let names = names(&body.value.from, &body.value.to);
    let force = body.value.force.unwrap_or(false);
    let standing = look(&app, &caller, names, None).await?;
    // Who is in haste doesn't wait for a count that changes nothing.
    acts::may_cut_over(&standing, names.1, None)?;
    let readiness = match force {
        true => None,
        false => Some(count(&app, &caller).await?),
    };
    let to = acts::may_cut_over(&standing, names.1, readiness.as_ref())?;
    let mut act = caller.act(&app).await?;
    let actor = act.actor().to_owned();
    let deployments = (standing.talk, to);
    acts::cut_over(&mut act.tx, by(&app, &actor), deployments, names, force).await?;
    act.done().await?;
    after(&app, &caller, names, readiness).await
}

/// The way back: the key signs again that the cut-over ended
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/migration-to-coral/back", tag = "Move to Coral", operation_id = "cut_back_to_talk",
    params(("tenant" = String, Path, description = "Newsroom")),
    request_body = CutBack,
    responses(
        (status = 200, description = "Where the move stands now", body = MovedOut),
        (status = 409, description = "A key of Talk signs, or the one that the cut-over ended was ended by hand since"),
    ),
)]
pub(super) async fn back(
    State(app): State<App>,
    caller: Caller,
    body: JsonBody<CutBack>,
) -> Result<Response, Failure> {
    let names = names(&body.value.from, &body.value.to);
    let standing = look(&app, &caller, names, None).await?;
    let mut act = caller.act(&app).await?;
    let actor = act.actor().to_owned();
    acts::back(&mut act.tx, by(&app, &actor), standing.talk, names.0).await?;
    act.done().await?;
    after(&app, &caller, names, None).await
}

/// Where the move stands, now that something was done. That isn't undone by a count that fails, so none is made.
async fn after(
    app: &App,
    caller: &Caller,
    names: (&str, &str),
    readiness: Option<Readiness>,
) -> Result<Response, Failure> {
    let standing = look(app, caller, names, readiness.as_ref()).await?;
    let answer = Json(MovedOut {
        stage: MoveStageOut::new(standing, app.clock.now()),
        readiness: readiness.map(Into::into),
    });
    Ok(axum::response::IntoResponse::into_response(answer))
}
