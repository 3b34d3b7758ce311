//! Invitations: how a newsroom gets more members than the one who made it.

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
    input::{IdempotencyKey, JsonBody, Query},
    session::Person,
};
use lanyard_core::{
    account::AccountEmail,
    member::MemberRole,
    secret_token::SecretToken,
    throttle::{Bucket, LetterKind},
};
use lanyard_storage::{
    invitations::{self, GOOD_FOR, InvitationRow},
    memberships, outbox, tenants,
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::{
    self,
    register::{lifetime, link},
};
use crate::mail::letters;

/// An invitation. Its link is mailed, and shown to nobody.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationOut {
    /// Its id.
    id: Uuid,
    /// Who is invited.
    #[schema(value_type = String, example = "jane@the-post.example")]
    email: AccountEmail,
    /// What they become.
    #[schema(value_type = String, pattern = "^(owner|admin|viewer)$", example = "admin")]
    role: MemberRole,
    /// Whether its link is good.
    #[schema(value_type = String, pattern = "^(open|expired)$", example = "open")]
    state: &'static str,
    /// Who invites.
    #[schema(example = "account:0198c5c0-0000-7000-8000-000000000000")]
    invited_by: String,
    /// When it was mailed.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When its link ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
}

impl InvitationOut {
    fn new(row: InvitationRow, now: i64) -> Self {
        Self {
            id: row.id,
            email: row.email,
            role: row.role,
            state: if row.expires_at > now {
                "open"
            } else {
                "expired"
            },
            invited_by: row.invited_by,
            created_at: Time(row.created_at),
            expires_at: Time(row.expires_at),
        }
    }
}

/// A newsroom that you belong to from now on.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedOut {
    /// The newsroom's name in URLs.
    #[schema(example = "the-post")]
    tenant: String,
    /// Its name for people.
    #[schema(example = "The Post")]
    name: String,
    /// What you are there.
    #[schema(value_type = String, pattern = "^(owner|admin|viewer)$", example = "admin")]
    role: MemberRole,
}

input! {
    /// Who is to be invited.
    pub struct NewInvitation {
        /// Their address.
        #[schema(value_type = String, format = Email, max_length = 254, example = "jane@the-post.example")]
        email: AccountEmail,
        /// What they become.
        #[schema(value_type = String, pattern = "^(owner|admin|viewer)$", example = "admin")]
        role: MemberRole,
    }
}

input! {
    /// An invitation that is accepted.
    pub struct Acceptance {
        /// What stands behind `#token=` in its link.
        #[schema(value_type = String, example = "q9v1…")]
        token: SecretToken,
    }
}

/// List the invitations, the newest first
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/invitations", tag = "Members", operation_id = "list_invitations",
    params(("tenant" = String, Path, description = "Newsroom"), PageQuery),
    responses((status = 200, description = "A page of them", body = Page<InvitationOut>)),
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<InvitationOut>>, Failure> {
    let list = List {
        owner: caller.tenant.id.0.as_bytes(),
        query: "invitations",
    };
    let before = query.place(&app, &list)?;
    let (limit, now) = (query.limit.0, app.clock.now());
    let mut tx = caller.read(&app).await?;
    let rows = invitations::list(&mut tx, before, limit + 1).await?;
    let page = rows
        .into_iter()
        .map(|row| InvitationOut::new(row, now))
        .collect();
    Ok(Json(list.page(
        &app,
        page,
        limit,
        |invitation: &InvitationOut| invitation.id.to_string(),
    )?))
}

/// Invite somebody by mail; who is invited already gets a new link, and the old one is dead
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/invitations", tag = "Members", operation_id = "create_invitation",
    params(("tenant" = String, Path, description = "Newsroom"), IdempotencyKey),
    request_body = NewInvitation,
    responses(
        (status = 201, description = "The invitation; its link is mailed, and good for seven days", body = InvitationOut),
        (status = 409, description = "They are a member already, or the newsroom has as many members and invitations as it may"),
    ),
)]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    body: JsonBody<NewInvitation>,
) -> Result<Response, Failure> {
    let (new, now) = (body.value, app.clock.now());
    let token = SecretToken::generate().map_err(|_| Problem::Internal)?;
    let mut act = caller.act_once(&app, body.once).await?;
    // Only now: a repeat is answered as the first was, and sends no letter.
    let bucket = Bucket::letters_to(&new.email, LetterKind::Invitation);
    people::admit(&app, &[bucket]).await?;
    if memberships::has_email(&mut act.tx, &new.email).await? {
        return Err(Failure::from(Problem::StateConflict).detail("They are a member already."));
    }
    let members = memberships::count(&mut act.tx).await?;
    let open = invitations::count_others(&mut act.tx, &new.email, now).await?;
    if members + open >= caller.tenant.quota.members {
        return Err(Problem::QuotaExceeded.into());
    }
    let invitation = InvitationRow {
        id: app.new_id(),
        email: new.email,
        role: new.role,
        invited_by: act.actor().to_owned(),
        created_at: now,
        expires_at: now + GOOD_FOR,
    };
    invitations::put(&mut act.tx, &invitation, &token.hash()).await?;
    mail(&app, &caller, &mut act, &invitation, &token).await?;
    // The log outlives whatever is forgotten, so it doesn't name the address.
    let detail = json!({ "role": invitation.role });
    act.audit("invitation.create", &invitation.id.to_string(), &detail)
        .await?;
    act.created(&InvitationOut::new(invitation, now)).await
}

/// Queues the letter, which leaves once all is committed.
async fn mail(
    app: &App,
    caller: &Caller,
    act: &mut Act,
    invitation: &InvitationRow,
    token: &SecretToken,
) -> Result<(), Failure> {
    let newsroom = tenants::get_now(&mut act.tx).await?;
    let newsroom = newsroom.ok_or(Problem::NotFound)?;
    let inviter = match &caller.who {
        Who::Member(person, _) => person.session.name.as_str(),
        Who::ApiKey(_) | Who::Operator(_) => "The platform's operator",
    };
    let link = link(app, "invitation", token);
    let letter = letters::invitation(
        invitation.email.as_str(),
        &letters::Invitation {
            newsroom: &newsroom.name,
            inviter,
            role: invitation.role.name(),
            link: &link,
            lifetime: lifetime(GOOD_FOR),
        },
    );
    let now = invitation.created_at;
    Ok(outbox::enqueue_in(&mut act.tx, &app.master_keys, &letter, now).await?)
}

/// Withdraw an invitation: its link is dead
#[utoipa::path(
    delete, path = "/v1/tenants/{tenant}/invitations/{invitation}", tag = "Members", operation_id = "withdraw_invitation",
    params(("tenant" = String, Path, description = "Newsroom"), ("invitation" = Uuid, Path, description = "Id of the invitation")),
    responses((status = 204, description = "It is withdrawn")),
)]
pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id: Uuid = id.parse().map_err(|_| Problem::NotFound)?;
    let mut act = caller.act(&app).await?;
    if !invitations::remove(&mut act.tx, id).await? {
        return Err(Problem::NotFound.into());
    }
    act.audit("invitation.withdraw", &id.to_string(), &json!({}))
        .await?;
    act.done().await
}

/// Accept an invitation to the address of your account
#[utoipa::path(
    post, path = "/v1/invitations/accept", tag = "Members", operation_id = "accept_invitation",
    params(IdempotencyKey),
    request_body = Acceptance,
    responses(
        (status = 200, description = "You are a member", body = AcceptedOut),
        (status = 403, description = "The invitation is to another address, or the newsroom is suspended"),
        (status = 404, description = "The invitation isn't good, or not any more"),
    ),
)]
pub(super) async fn accept(
    State(app): State<App>,
    person: Person,
    body: JsonBody<Acceptance>,
) -> Result<Response, Failure> {
    let hash = body.value.token.hash();
    let tenant = invitations::tenant_of(&app.database, &hash).await?;
    let tenant = tenant.ok_or(Problem::InvitationInvalid)?;
    let tx = app.database.write(tenant).await?;
    let tx = tx.ok_or(Problem::InvitationInvalid)?;
    let mut act = Act::of_person(&app, &person, tx, body.once).await?;
    let found = invitations::find_now(&mut act.tx, &hash, app.clock.now()).await?;
    let invitation = found.ok_or(Problem::InvitationInvalid)?;
    if invitation.email != person.session.email {
        return Err(Problem::InvitationNotYours.into());
    }
    let newsroom = tenants::get_now(&mut act.tx).await?;
    let newsroom = newsroom.ok_or(Problem::InvitationInvalid)?;
    if newsroom.status != "active" {
        return Err(Problem::TenantSuspended.into());
    }
    let account = person.session.account.0;
    let before = memberships::role_now(&mut act.tx, account).await?;
    // Nobody loses a role by being invited to a lesser one.
    let role = before.map_or(invitation.role, |role| role.max(invitation.role));
    memberships::set(&mut act.tx, account, role).await?;
    invitations::remove(&mut act.tx, invitation.id).await?;
    let detail = json!({ "role": role });
    act.audit("invitation.accept", &invitation.id.to_string(), &detail)
        .await?;
    let accepted = AcceptedOut {
        tenant: newsroom.slug,
        name: newsroom.name,
        role,
    };
    act.answer(&accepted).await
}
