//! Invitations over HTTP: mailed, accepted once, by the one who is invited.

use lanyard_core::secret_token::SecretToken;
use lanyard_storage::{invitations, outbox};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, App, Person};

const INVITATIONS: &str = "/v1/tenants/the-post/invitations";
const ACCEPT: &str = "/v1/invitations/accept";

/// Invites somebody, and gives the secret of the link that they are mailed.
async fn invite(app: &App, owner: &Person, email: &str, role: &str) -> String {
    let made = owner
        .post(INVITATIONS, &json!({ "email": email, "role": role }))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let letter = letters_to(app, email).await.pop().unwrap();
    let mut words = letter.split_whitespace();
    let link = words.find(|word| word.contains("#token=")).unwrap();
    let (page, token) = link.split_once("#token=").unwrap();
    assert_eq!(page, "https://lanyard.example/invitation");
    assert!(!made.text().contains(token));
    token.to_owned()
}

/// The letters that wait for an address, taken out.
async fn letters_to(app: &App, email: &str) -> Vec<String> {
    let (database, now) = (&app.state.database, app.clock.now());
    let email = email.to_lowercase();
    let mut texts = Vec::new();
    for taken in outbox::take(database, 100, now).await.unwrap() {
        let letter = taken.open(&app.state.master_keys).unwrap();
        if letter.to == email {
            texts.push(letter.text);
        }
    }
    texts
}

async fn accept(person: &Person, token: &str) -> Answer {
    person.post(ACCEPT, &json!({ "token": token })).await
}

#[tokio::test]
async fn who_is_invited_joins_once_and_nobody_else_does() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let token = invite(&app, &owner, "Joe@The-Post.example", "admin").await;
    let hash = SecretToken::parse(&token).unwrap().hash();
    let found = invitations::find(&app.state.database, &hash, app.clock.now()).await;
    let found = found.unwrap().unwrap();
    assert_eq!(
        (found.slug.as_str(), found.email.as_str()),
        ("the-post", "joe@the-post.example")
    );
    let later = app.clock.now() + invitations::GOOD_FOR;
    let late = invitations::find(&app.state.database, &hash, later).await;
    assert_eq!(late.unwrap(), None);
    let thief = app.person("thief@example.com").await;
    let refused = accept(&thief, &token).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (403, "invitation-not-yours")
    );

    let joe = app.person("joe@the-post.example").await;
    let tries = (0..10).map(|_| {
        let (joe, token) = (joe.clone(), token.clone());
        tokio::spawn(async move { accept(&joe, &token).await })
    });
    let tries: Vec<_> = tries.collect();
    let mut joined = 0;
    for one in tries {
        let answer = one.await.unwrap();
        match answer.status {
            200 => {
                assert_eq!(answer.json()["tenant"], "the-post");
                assert_eq!(answer.json()["role"], "admin");
                joined += 1;
            }
            503 => {}
            _ => assert_eq!(answer.problem(), "invitation-invalid"),
        }
    }
    assert_eq!(joined, 1);
    assert_eq!(
        joe.get("/v1/tenants/the-post").await.json()["role"],
        "admin"
    );
    let listed = owner.get(INVITATIONS).await.json();
    assert_eq!(listed["data"], json!([]));
    let again = owner
        .post(
            INVITATIONS,
            &json!({ "email": "joe@the-post.example", "role": "viewer" }),
        )
        .await;
    assert_eq!(again.problem(), "state-conflict");
}

#[tokio::test]
async fn a_new_invitation_a_withdrawal_and_a_week_each_end_the_link() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let joe = app.person("joe@the-post.example").await;
    let first = invite(&app, &owner, "joe@the-post.example", "owner").await;
    let second = invite(&app, &owner, "joe@the-post.example", "viewer").await;
    assert_eq!(accept(&joe, &first).await.problem(), "invitation-invalid");
    let listed = owner.get(INVITATIONS).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed["data"][0]["role"], "viewer");
    assert_eq!(listed["data"][0]["state"], "open");

    let id = listed["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("{INVITATIONS}/{id}");
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(owner.delete(&path).await.status, 404);
    assert_eq!(accept(&joe, &second).await.problem(), "invitation-invalid");

    let third = invite(&app, &owner, "joe@the-post.example", "viewer").await;
    app.clock.advance(7 * 86_400);
    let joe = app.person("joe2@the-post.example").await;
    app.database
        .execute("update accounts set email = 'x' || email where email = 'joe@the-post.example'; update accounts set email = 'joe@the-post.example' where email = 'joe2@the-post.example'")
        .await;
    assert_eq!(accept(&joe, &third).await.problem(), "invitation-invalid");
    for bad in ["", "x", &"A".repeat(43), "\u{0}"] {
        let refused = accept(&joe, bad).await;
        assert!(matches!(refused.status, 404 | 422), "{refused:?}");
    }
}

#[tokio::test]
async fn only_owners_invite_and_only_to_a_role() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let body = json!({ "email": "joe@the-post.example", "role": "owner" });
    for role in ["viewer", "admin"] {
        let person = app.member("the-post", role).await;
        let refused = person.post(INVITATIONS, &body).await;
        assert_eq!(refused.problem(), "role-insufficient");
        assert_eq!(person.get(INVITATIONS).await.status, 200);
    }
    let owner = app.member("the-post", "owner").await;
    for (field, value) in [
        ("email", json!("joe")),
        ("email", json!("a@b\r\nBcc: c@d")),
        ("role", json!("god")),
        ("tenant_id", json!("x")),
        ("hash", json!("x")),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        let refused = owner.post(INVITATIONS, &wrong).await;
        assert_eq!(refused.json()["errors"][0]["pointer"], format!("/{field}"));
    }
}

#[tokio::test]
async fn a_repeated_invitation_is_mailed_once() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let post = || {
        let request = owner.request(Method::POST, INVITATIONS);
        let body = json!({ "email": "joe@the-post.example", "role": "viewer" });
        Answer::to(request.header("idempotency-key", "i1").json(&body))
    };
    let (one, two) = tokio::join!(post(), post());
    assert_eq!(one.json(), two.json());
    assert_eq!(letters_to(&app, "joe@the-post.example").await.len(), 1);
}

#[tokio::test]
async fn nobody_is_flooded_with_invitations() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let body = json!({ "email": "joe@the-post.example", "role": "viewer" });
    for _ in 0..3 {
        assert_eq!(owner.post(INVITATIONS, &body).await.status, 201);
    }
    let refused = owner.post(INVITATIONS, &body).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (429, "rate-limited")
    );
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((500..=600).contains(&wait), "{wait}");
}

#[tokio::test]
async fn members_and_open_invitations_count_together() {
    let app = App::start().await;
    app.tenant("the-post").await;
    app.database
        .execute("update tenants set max_members = 3")
        .await;
    let app = app.second_server().await;
    let owner = app.member("the-post", "owner").await;
    let invite = async |name: &str| {
        let body = json!({ "email": format!("{name}@the-post.example"), "role": "viewer" });
        owner.post(INVITATIONS, &body).await
    };
    assert_eq!(invite("a").await.status, 201);
    assert_eq!(invite("b").await.status, 201);
    assert_eq!(invite("c").await.problem(), "quota-exceeded");
    // One that is renewed is no more than one.
    assert_eq!(invite("b").await.status, 201);
}

#[tokio::test]
async fn a_suspended_newsroom_is_joined_by_nobody() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let joe = app.person("joe@the-post.example").await;
    let token = invite(&app, &owner, "joe@the-post.example", "viewer").await;
    app.cli(&["tenant", "suspend", "the-post"]).await.ok();
    assert_eq!(accept(&joe, &token).await.problem(), "tenant-suspended");
    app.cli(&["tenant", "resume", "the-post"]).await.ok();
    assert_eq!(accept(&joe, &token).await.status, 200);
    let role = joe.get("/v1/tenants/the-post").await.json()["role"].clone();
    assert_eq!(role, Value::from("viewer"));
}
