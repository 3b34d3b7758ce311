//! The directory of readers, as the CMS and the dashboard keep it.

mod acts;
mod export;
mod import;
mod record;
mod schema;
mod transfers;

use axum::{
    Json,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use lanyard_core::user::UserId;
use lanyard_storage::users::{self, Filter, Place, Put, UserRow};
use serde::Serialize;
use serde_json::{json, value::RawValue};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::{record::Body, schema::Patch};
use crate::{
    Act, App, Caller, Problem,
    cursor::{List, Page},
    etag::{IfMatch, etag},
    failure::Failure,
    fields::{Faults, Field, Limit, Time},
    input::Query,
    query,
};

pub use self::transfers::{Direction, Slot};
pub(crate) use self::{schema::Record, transfers::Transfers};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, put, patch, acts::delete))
        .routes(routes!(acts::disable))
        .routes(routes!(acts::enable))
        .routes(routes!(acts::revoke_tokens))
        .routes(routes!(import::import))
        .routes(routes!(export::export))
}

/// A reader in the directory.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DirectoryUser)]
pub(crate) struct UserOut {
    /// The newsroom's own record, with its own members in its own order.
    #[schema(value_type = Record)]
    user: Box<RawValue>,
    /// Since when the reader gets no tokens.
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Time>,
    /// When the reader came into the directory.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When anything of this was last written.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

impl UserOut {
    fn new(row: &UserRow) -> Result<Self, Failure> {
        let body = RawValue::from_string(row.user.body());
        Ok(Self {
            user: body.map_err(|error| Failure::from(Problem::Internal).logged(error))?,
            disabled_at: row.disabled_at.map(Time),
            created_at: Time(row.created_at),
            updated_at: Time(row.updated_at),
        })
    }
}

/// What a search is for: 1 to 255 characters.
#[derive(Debug)]
pub(crate) struct SearchText(String);

impl Field for SearchText {
    fn read(value: &serde_json::Value) -> Result<Self, Faults> {
        let text = String::read(value)?;
        if (1..=255).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(Faults::one("must have 1 to 255 characters"))
        }
    }
}

query! {
    /// Which readers, and which page of them.
    pub(crate) struct ListQuery {
        /// How many at most; 50 unless said. A page may have fewer although more follow: go on until `next_cursor` is
        /// `null`.
        #[param(value_type = Option<i64>, minimum = 1, maximum = 200, nullable = false)]
        limit: Limit,
        /// Where to begin: `next_cursor` of the page before.
        #[param(nullable = false)]
        cursor: Option<String>,
        /// What the id begins with, or the e-mail address or the username in any case.
        #[param(value_type = Option<String>, min_length = 1, max_length = 255, pattern = r"^[^\u0000]*$", nullable = false)]
        search: Option<SearchText>,
        /// Only the disabled ones, or only the others.
        #[param(nullable = false)]
        disabled: Option<bool>,
    }
}

/// The id that a path names; what can't be an id is nobody's.
fn user_id(text: &str) -> Result<UserId, Failure> {
    UserId::parse(text).map_err(|_| Problem::NotFound.into())
}

/// The name under which the audit log knows a reader.
async fn surrogate(act: &mut Act, id: &UserId) -> Result<String, Failure> {
    let surrogate = users::surrogate(&mut act.tx, id, Uuid::new_v4()).await?;
    Ok(surrogate.to_string())
}

/// The answer with the version of the row that it shows.
fn tagged(mut response: Response, row: &UserRow) -> Response {
    response
        .headers_mut()
        .insert(header::ETAG, etag(row.version));
    response
}

/// List the readers, or search them
///
/// By id. In a search those come first whose id matches, then those whose e-mail address does, then those whose username
/// does, everyone once.
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/users", tag = "users", operation_id = "list_users",
    params(("tenant" = String, Path, description = "Newsroom"), ListQuery),
    responses(
        (status = 200, description = "A page of them", body = Page<UserOut>),
        (status = 400, description = "The cursor isn't one of this list"),
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<UserOut>>, Failure> {
    let filter = Filter {
        search: query.search.map(|search| search.0),
        disabled: query.disabled,
    };
    // As JSON, so that no search reads like another.
    let name = format!("users{}", json!([filter.search, filter.disabled]));
    let list = List {
        owner: caller.tenant.id.0.as_bytes(),
        query: &name,
    };
    let after: Option<Place> = match &query.cursor {
        Some(cursor) => {
            let place = serde_json::from_str(&list.place(&app, cursor)?);
            Some(place.map_err(|_| Problem::CursorInvalid)?)
        }
        None => None,
    };
    let limit = u16::try_from(query.limit.0).unwrap_or(1);
    let mut tx = caller.read(&app).await?;
    let page = users::page(&mut tx, &filter, after.as_ref(), limit).await?;
    tx.end().await?;
    let next_cursor = match &page.next {
        Some(place) => {
            let place = serde_json::to_string(place).map_err(|_| Problem::Internal)?;
            Some(list.cursor(&app, &place)?)
        }
        None => None,
    };
    let data = page.rows.iter().map(UserOut::new);
    Ok(Json(Page {
        data: data.collect::<Result<_, _>>()?,
        next_cursor,
    }))
}

/// Add a reader
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/users", tag = "users", operation_id = "create_user",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("Idempotency-Key" = Option<String>, Header, description = "Your own name for this request: a repeat makes nothing new"),
    ),
    request_body = Record,
    responses(
        (status = 201, description = "The reader", body = UserOut, headers(("ETag" = String, description = "The version"))),
        (status = 409, description = "There is a reader with this id, or the newsroom has as many as it may"),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: Body,
) -> Result<Response, Failure> {
    let user = body.user()?;
    let mut act = caller.act_once(&app, body.once).await?;
    if users::current(&mut act.tx, &user.id).await?.is_some() {
        let taken = "There is a reader with this id already; PUT replaces the record.";
        return Err(Failure::from(Problem::StateConflict).detail(taken));
    }
    caller.may_raise(None, &user, "")?;
    users::put(&mut act.tx, &user, app.clock.now()).await?;
    let row = written(&mut act, &user.id, "user.create").await?;
    act.about(&user.id);
    Ok(tagged(act.created(&UserOut::new(&row)?).await?, &row))
}

/// Notes what was done to a reader, and reads what became of them.
async fn written(act: &mut Act, id: &UserId, action: &str) -> Result<UserRow, Failure> {
    let surrogate = surrogate(act, id).await?;
    act.audit(action, &surrogate, &json!({})).await?;
    let row = users::current(&mut act.tx, id).await?;
    Ok(row.ok_or(Problem::Internal)?)
}

/// One reader
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/users/{user}", tag = "users", operation_id = "get_user",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("user" = String, Path, description = "The newsroom's own id of the reader, percent-encoded (`/` as `%2F`; the ids `import` and `export` as `%69mport` and `%65xport`)"),
    ),
    responses((status = 200, description = "The reader", body = UserOut, headers(("ETag" = String, description = "The version")))),
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let mut tx = caller.read(&app).await?;
    let row = users::get(&mut tx, &user_id(&id)?).await?;
    let row = row.ok_or(Problem::NotFound)?;
    tx.end().await?;
    Ok(tagged(Json(UserOut::new(&row)?).into_response(), &row))
}

/// Put a whole record in the place of a reader's, or add the reader
#[utoipa::path(
    put, path = "/v1/tenants/{tenant}/users/{user}", tag = "users", operation_id = "put_user",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("user" = String, Path, description = "The newsroom's own id of the reader, percent-encoded"),
        ("If-Match" = Option<String>, Header, description = "The version that you saw; `*` for any"),
    ),
    request_body = Record,
    responses(
        (status = 200, description = "The reader as it is now; whoever was disabled still is", body = UserOut, headers(("ETag" = String, description = "The version"))),
        (status = 201, description = "The reader, who is new", body = UserOut, headers(("ETag" = String, description = "The version"))),
        (status = 409, description = "The record's id is another than the path's, or the newsroom has as many as it may"),
        (status = 412, description = "The reader has changed since you saw them"),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    if_match: IfMatch,
    body: Body,
) -> Result<Response, Failure> {
    let id = user_id(&id)?;
    let user = body.user_of(&id)?;
    let mut act = caller.act(&app).await?;
    let before = users::current(&mut act.tx, &id).await?;
    match &before {
        Some(row) => if_match.check(row.version)?,
        None if if_match.is_given() => return Err(Problem::PreconditionFailed.into()),
        None => {}
    }
    caller.may_raise(before.as_ref().map(|row| &row.user), &user, "")?;
    match users::put(&mut act.tx, &user, app.clock.now()).await? {
        Put::Created => {
            let row = written(&mut act, &id, "user.create").await?;
            Ok(tagged(act.created(&UserOut::new(&row)?).await?, &row))
        }
        Put::Replaced => {
            let row = written(&mut act, &id, "user.update").await?;
            Ok(tagged(act.answer(&UserOut::new(&row)?).await?, &row))
        }
    }
}

/// Change some members of a reader's record (JSON merge patch, RFC 7396)
///
/// `null` takes a member away. Members that aren't named stay as they are, to the letter.
#[utoipa::path(
    patch, path = "/v1/tenants/{tenant}/users/{user}", tag = "users", operation_id = "patch_user",
    params(
        ("tenant" = String, Path, description = "Newsroom"),
        ("user" = String, Path, description = "The newsroom's own id of the reader, percent-encoded"),
        ("If-Match" = Option<String>, Header, description = "The version that you saw; `*` for any"),
    ),
    request_body(content((Patch = "application/merge-patch+json"), (Patch = "application/json"))),
    responses(
        (status = 200, description = "The reader as it is now", body = UserOut, headers(("ETag" = String, description = "The version"))),
        (status = 409, description = "The record would have another id than the path"),
        (status = 412, description = "The reader has changed since you saw them"),
    ),
)]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    if_match: IfMatch,
    body: Body<Patch>,
) -> Result<Response, Failure> {
    let id = user_id(&id)?;
    let mut act = caller.act(&app).await?;
    let row = users::current(&mut act.tx, &id)
        .await?
        .ok_or(Problem::NotFound)?;
    if_match.check(row.version)?;
    let user = body.patched(&row.user)?;
    caller.may_raise(Some(&row.user), &user, "")?;
    users::put(&mut act.tx, &user, app.clock.now()).await?;
    let row = written(&mut act, &id, "user.update").await?;
    Ok(tagged(act.answer(&UserOut::new(&row)?).await?, &row))
}
