//! Members over HTTP: what they may do, and that an owner always stays.

use serde_json::json;

use crate::harness::{App, Person};

const MEMBERS: &str = "/v1/tenants/the-post/members";

fn of(person: &Person) -> String {
    format!("{MEMBERS}/{}", person.account)
}

#[tokio::test]
async fn a_demotion_takes_effect_at_once() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let admin = app.member("the-post", "admin").await;
    let settings = "/v1/tenants/the-post/settings";
    let change = json!({ "allow_email_ids": true });
    assert_eq!(admin.patch(settings, &change).await.status, 200);
    let demoted = owner.patch(&of(&admin), &json!({ "role": "viewer" })).await;
    assert_eq!(demoted.status, 200, "{demoted:?}");
    assert_eq!(demoted.json()["role"], "viewer");
    let refused = admin.patch(settings, &change).await;
    assert_eq!(refused.problem(), "role-insufficient");
    assert_eq!(owner.delete(&of(&admin)).await.status, 204);
    assert_eq!(admin.get(settings).await.problem(), "not-found");
    let listed = owner.get(MEMBERS).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn owners_remove_anybody_and_everybody_may_leave() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let admin = app.member("the-post", "admin").await;
    let viewer = app.member("the-post", "viewer").await;
    for (who, whom) in [(&admin, &viewer), (&viewer, &admin), (&viewer, &owner)] {
        let refused = who.delete(&of(whom)).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (403, "role-insufficient")
        );
        let refused = who.patch(&of(whom), &json!({ "role": "viewer" })).await;
        assert_eq!(refused.problem(), "role-insufficient");
    }
    let raised = viewer
        .patch(&of(&viewer), &json!({ "role": "owner" }))
        .await;
    assert_eq!(raised.problem(), "role-insufficient");
    assert_eq!(viewer.delete(&of(&viewer)).await.status, 204);
    assert_eq!(viewer.delete(&of(&viewer)).await.status, 404);
    assert_eq!(owner.delete(&of(&admin)).await.status, 204);
    let stranger = app.person("stranger@example.com").await;
    assert_eq!(owner.delete(&of(&stranger)).await.status, 404);
    let made = owner
        .patch(&of(&stranger), &json!({ "role": "owner" }))
        .await;
    assert_eq!(made.status, 404);
    assert_eq!(owner.delete(&format!("{MEMBERS}/x")).await.status, 404);
}

#[tokio::test]
async fn the_last_owner_neither_leaves_nor_is_demoted() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let admin = app.member("the-post", "admin").await;
    let last = owner.delete(&of(&owner)).await;
    assert_eq!((last.status, last.problem().as_str()), (409, "last-owner"));
    let last = owner.patch(&of(&owner), &json!({ "role": "admin" })).await;
    assert_eq!(last.problem(), "last-owner");
    let same = owner.patch(&of(&owner), &json!({ "role": "owner" })).await;
    assert_eq!(same.status, 200);
    let raised = owner.patch(&of(&admin), &json!({ "role": "owner" })).await;
    assert_eq!(raised.status, 200);
    assert_eq!(owner.delete(&of(&owner)).await.status, 204);
    assert_eq!(admin.delete(&of(&admin)).await.problem(), "last-owner");
}

#[tokio::test]
async fn owners_who_all_leave_at_once_leave_one_behind() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let mut owners = Vec::new();
    for number in 0..50 {
        let person = app.person(&format!("o{number}@the-post.example")).await;
        let sql = format!(
            "insert into memberships (tenant_id, account_id, role) select id, '{}', 'owner' from tenants",
            person.account
        );
        app.database.execute(&sql).await;
        owners.push(person);
    }
    // Each leaves, or demotes another.
    let leaving = (0..50).map(|number| {
        let (who, next) = (owners[number].clone(), owners[(number + 1) % 50].clone());
        tokio::spawn(async move {
            if number % 2 == 0 {
                who.delete(&of(&who)).await
            } else {
                who.patch(&of(&next), &json!({ "role": "viewer" })).await
            }
        })
    });
    let leaving: Vec<_> = leaving.collect();
    for left in leaving {
        let answer = left.await.unwrap();
        assert!(
            matches!(answer.status, 200 | 204 | 403 | 404 | 409 | 503),
            "{answer:?}"
        );
    }
    let mut connection = app.database.connect().await;
    let owners: i64 = sqlx::query_scalar("select count(*) from memberships where role = 'owner'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(owners >= 1);
}

#[tokio::test]
async fn what_somebody_invited_ends_with_their_power_to_invite() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let second = app.member("the-post", "admin").await;
    let raised = owner.patch(&of(&second), &json!({ "role": "owner" })).await;
    assert_eq!(raised.status, 200);
    let invitations = "/v1/tenants/the-post/invitations";
    for (inviter, email) in [(&owner, "a@x.example"), (&second, "b@x.example")] {
        let body = json!({ "email": email, "role": "owner" });
        assert_eq!(inviter.post(invitations, &body).await.status, 201);
    }
    let demoted = owner.patch(&of(&second), &json!({ "role": "admin" })).await;
    assert_eq!(demoted.status, 200);
    let open = owner.get(invitations).await.json();
    assert_eq!(open["data"].as_array().unwrap().len(), 1);
    assert_eq!(open["data"][0]["email"], "a@x.example");
}
