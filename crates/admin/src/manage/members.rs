//! Members: who belongs to a newsroom, and what they may do there.

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use lanyard_api::{
    Act, App, Caller, Failure, Problem, Who,
    cursor::{List, Page, PageQuery},
    fields::Time,
    input,
    input::{JsonBody, Query},
};
use lanyard_core::{account::AccountId, audit::Actor, member::MemberRole};
use lanyard_storage::{
    invitations,
    memberships::{self, MemberRow},
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// A member of a newsroom.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberOut {
    /// The account's id.
    id: Uuid,
    /// The member's name.
    #[schema(example = "Jane Doe")]
    name: String,
    /// Their address.
    #[schema(example = "jane@the-post.example")]
    email: String,
    /// What they are.
    #[schema(value_type = String, pattern = "^(owner|admin|viewer)$", example = "admin")]
    role: MemberRole,
    /// Since when they are a member.
    #[schema(value_type = String, format = DateTime)]
    since: Time,
}

impl From<MemberRow> for MemberOut {
    fn from(row: MemberRow) -> Self {
        Self {
            id: row.account,
            name: row.name,
            email: row.email,
            role: row.role,
            since: Time(row.since),
        }
    }
}

input! {
    /// What a member is to be.
    pub struct MemberChange {
        /// What they may do from now on.
        #[schema(value_type = String, pattern = "^(owner|admin|viewer)$", example = "admin")]
        role: MemberRole,
    }
}

/// List the members
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/members", tag = "Members", operation_id = "list_members",
    params(("tenant" = String, Path, description = "Newsroom"), PageQuery),
    responses((status = 200, description = "A page of them", body = Page<MemberOut>)),
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<MemberOut>>, Failure> {
    let list = List {
        owner: caller.tenant.id.0.as_bytes(),
        query: "members",
    };
    let after = query.place(&app, &list)?;
    let limit = query.limit.0;
    let mut tx = caller.read(&app).await?;
    let rows = memberships::list(&mut tx, after, limit + 1).await?;
    let members = rows.into_iter().map(MemberOut::from).collect();
    Ok(Json(list.page(
        &app,
        members,
        limit,
        |member: &MemberOut| member.id.to_string(),
    )?))
}

/// Make a member an owner, an admin or a viewer, at once
#[utoipa::path(
    patch, path = "/v1/tenants/{tenant}/members/{member}", tag = "Members", operation_id = "update_member",
    params(("tenant" = String, Path, description = "Newsroom"), ("member" = Uuid, Path, description = "Id of the member's account")),
    request_body = MemberChange,
    responses(
        (status = 200, description = "The member as they are now", body = MemberOut),
        (status = 409, description = "They are the last owner"),
    ),
)]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    body: JsonBody<MemberChange>,
) -> Result<Response, Failure> {
    let (id, role) = (account(&id)?, body.value.role);
    let mut act = caller.act(&app).await?;
    let member = memberships::get_now(&mut act.tx, id).await?;
    let mut member = member.ok_or(Problem::NotFound)?;
    if role != MemberRole::Owner {
        keeps_owner(&mut act, &member).await?;
    }
    memberships::set(&mut act.tx, id, role).await?;
    let mut detail = json!({ "before": member.role, "after": role });
    if member.role == MemberRole::Owner && role != MemberRole::Owner {
        detail["invitations_withdrawn"] = withdraw_all(&mut act, id).await?.into();
    }
    act.audit("member.update", &id.to_string(), &detail).await?;
    member.role = role;
    act.answer(&MemberOut::from(member)).await
}

/// Remove a member, or leave
#[utoipa::path(
    delete, path = "/v1/tenants/{tenant}/members/{member}", tag = "Members", operation_id = "remove_member",
    params(("tenant" = String, Path, description = "Newsroom"), ("member" = Uuid, Path, description = "Id of the member's account")),
    responses(
        (status = 204, description = "They are no member any more"),
        (status = 409, description = "They are the last owner"),
    ),
)]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = account(&id)?;
    let mut act = caller.act(&app).await?;
    if let Who::Member(person, _) = &caller.who {
        let own = person.session.account.0;
        let role = memberships::role_now(&mut act.tx, own).await?;
        if own != id && role != Some(MemberRole::Owner) {
            return Err(Problem::RoleInsufficient.into());
        }
    }
    let member = memberships::get_now(&mut act.tx, id).await?;
    let member = member.ok_or(Problem::NotFound)?;
    keeps_owner(&mut act, &member).await?;
    memberships::remove(&mut act.tx, id).await?;
    let withdrawn = withdraw_all(&mut act, id).await?;
    let detail = json!({ "role": member.role, "invitations_withdrawn": withdrawn });
    act.audit("member.remove", &id.to_string(), &detail).await?;
    act.done().await
}

fn account(text: &str) -> Result<Uuid, Failure> {
    Ok(text.parse().map_err(|_| Problem::NotFound)?)
}

/// Withdraws what somebody invited who may invite no more: they could hold the links, or mailboxes, of whom they invited.
async fn withdraw_all(act: &mut Act, member: Uuid) -> Result<u64, Failure> {
    let inviter = Actor::Account(AccountId(member)).text();
    Ok(invitations::remove_of(&mut act.tx, &inviter).await?)
}

/// Goes on only if the newsroom has an owner without this one. It is locked, so two owners can't both go.
async fn keeps_owner(act: &mut Act, member: &MemberRow) -> Result<(), Failure> {
    let last = member.role == MemberRole::Owner
        && !memberships::has_other_owner(&mut act.tx, member.account).await?;
    if last {
        return Err(Problem::LastOwner.into());
    }
    Ok(())
}
