//! The move from Talk v4 to Coral: who isn't ready, both side by side, the cut-over, and the way back.

mod back;

use lanyard_core::{token::coral_faults, token::coral_shows_avatar, user::User};
use serde_json::{Value, json};

use crate::{
    coral::CORAL_SECRET,
    harness::{App, Newsroom, Person, claims_of},
};

const MOVE: &str = "/v1/tenants/the-post/migration-to-coral";

async fn stage() -> (App, Newsroom, Person) {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    (app, post, owner)
}

async fn put(owner: &Person, record: &Value) {
    let path = "/v1/tenants/the-post/users";
    let made = owner.post(path, record).await;
    assert_eq!(made.status, 201, "{made:?}");
}

/// A file that the command reads.
fn secret_file() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{CORAL_SECRET}\n")).unwrap();
    file
}

/// `lanyard tenant migrate-to-coral the-post …`, as JSON.
async fn command(app: &App, options: &[&str]) -> Value {
    let mut arguments = vec!["tenant", "migrate-to-coral", "the-post", "--json"];
    arguments.extend(options);
    app.cli(&arguments).await.json()
}

/// The newsroom's Coral, whose secret signs.
async fn with_coral(app: &App) -> Value {
    let file = secret_file();
    let options = [
        "--coral-url",
        "https://coral.the-post.example",
        "--secret-file",
        file.path().to_str().unwrap(),
        "--kid",
        "5f3a9c0d1e2b4f6a",
    ];
    command(app, &options).await
}

async fn coral_token(app: &App, post: &Newsroom, id: &str) -> String {
    let body = json!({ "id": id }).to_string();
    let issued = app
        .post_as("/t/the-post/coral/", &post.api_key, &body)
        .await;
    assert_eq!(issued.status, 201, "{issued:?}");
    issued.json()["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn readers_whom_coral_would_keep_out_are_counted_and_listed() {
    let (app, _, owner) = stage().await;
    app.database
        .execute("update tenants set allow_email_ids = false")
        .await;
    for record in [
        json!({ "id": "a", "username": "a" }),
        json!({ "id": "b", "email": "b@c", "username": "b" }),
        json!({ "id": "c", "email": "c@d.example" }),
        json!({ "id": "d", "email": "BOB@coralproject.net", "username": "d" }),
        json!({ "id": "e@f", "email": "e@f.example", "username": "e" }),
        json!({ "id": "f", "email": "f@g.example", "username": "f", "avatar": "https://x.example/f.svg" }),
        json!({ "id": "g" }),
    ] {
        put(&owner, &record).await;
    }
    let disabled = owner
        .post("/v1/tenants/the-post/users/g/disable", &json!({}))
        .await;
    assert!(disabled.status < 300, "{disabled:?}");

    let standing = owner.get(MOVE).await;
    assert_eq!(standing.status, 200, "{standing:?}");
    let standing = standing.json();
    assert_eq!(standing["stage"], "prepare");
    assert_eq!(
        standing["readiness"],
        json!({
            "readers": 9, "ready": 3, "no_email": 1, "bad_email": 1, "no_username": 1, "double_email": 2,
            "email_as_id": 1, "avatar_not_shown": 1,
        })
    );
    let path = format!("{MOVE}/unready?limit=4");
    let first = owner.get(&path).await.json();
    assert_eq!(
        first["data"],
        json!([
            { "id": "1", "faults": ["double_email"] }, { "id": "a", "faults": ["no_email"] },
            { "id": "b", "faults": ["bad_email"] }, { "id": "c", "faults": ["no_username"] },
        ])
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = owner.get(&format!("{path}&cursor={cursor}")).await.json();
    assert_eq!(
        second["data"],
        json!([
            { "id": "d", "faults": ["double_email"] }, { "id": "e@f", "faults": ["email_as_id"] },
            { "id": "f", "faults": ["avatar_not_shown"] },
        ])
    );
    assert_eq!(second["next_cursor"], Value::Null);
    let lines = app
        .cli(&["tenant", "migrate-to-coral", "the-post", "--unready"])
        .await
        .ok();
    assert_eq!(lines.stdout.lines().count(), 7);
}

#[tokio::test]
async fn the_count_and_the_tokens_agree_on_who_is_ready() {
    let (_app, _, owner) = stage().await;
    let long = format!("{}@{}.example", "a".repeat(80), "b".repeat(13));
    let mut records = Vec::new();
    for (place, email) in [
        "a@b",
        "a@bc",
        "a@b.c",
        "a@bcd",
        "@b@cde",
        "a@b@cde",
        "a@b@c",
        "ü@ü.de",
        "a@日本.jp",
        &long,
        &long[1..],
        "😀@😀.example",
    ]
    .into_iter()
    .enumerate()
    {
        records.push(json!({ "id": format!("m{place:02}"), "email": email, "username": "m" }));
    }
    for (place, avatar) in [
        "https://x.example/a.png",
        "https://x.example/a.PNG",
        "https://x.example/a.jpeg?b=1",
        "https://x.example/a?b=.png",
        "https://x.png",
        "https://x.example/.webp#top",
        "https://x.example/a.png/b",
    ]
    .into_iter()
    .enumerate()
    {
        records.push(json!({ "id": format!("p{place:02}"), "email": format!("p{place}@x.example"), "username": "p", "avatar": avatar }));
    }
    for record in &records {
        put(&owner, record).await;
    }
    let listed = owner.get(&format!("{MOVE}/unready?limit=200")).await.json();
    for record in &records {
        let user = User::from_json(record.to_string().as_bytes()).unwrap();
        let of_token = !coral_faults(Some(&user)).is_empty();
        let hidden = user
            .avatar
            .as_ref()
            .is_some_and(|avatar| !coral_shows_avatar(avatar.as_ref()));
        let row = listed["data"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["id"] == record["id"]);
        let faults = row.map(|row| row["faults"].to_string()).unwrap_or_default();
        assert_eq!(faults.contains("bad_email"), of_token, "{record}");
        assert_eq!(faults.contains("avatar"), hidden, "{record}");
    }
}

#[tokio::test]
async fn a_newsroom_moves_and_no_reader_is_refused() {
    let (app, post, owner) = stage().await;
    put(&owner, &json!({ "id": "4", "username": "dan" })).await;
    let early = owner.post(&format!("{MOVE}/cut-over"), &json!({})).await;
    assert_eq!(early.problem(), "deployment-unknown");

    let standing = with_coral(&app).await;
    assert_eq!(standing["stage"], "side-by-side");
    let talk = post.token("1").await;
    let coral = coral_token(&app, &post, "1").await;
    assert_eq!(claims_of(&coral)["user"]["id"], claims_of(&talk)["sub"]);

    // One reader isn't ready, and is mended.
    let refused = owner.post(&format!("{MOVE}/cut-over"), &json!({})).await;
    assert_eq!(refused.problem(), "state-conflict");
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .contains("1 in all")
    );
    let mended = owner
        .patch(
            "/v1/tenants/the-post/users/4",
            &json!({ "email": "dan@the-post.example" }),
        )
        .await;
    assert_eq!(mended.status, 200, "{mended:?}");

    let cut = command(&app, &["--cut-over"]).await;
    assert_eq!(cut["stage"], "cut-over");
    let end: jiff::Timestamp = cut["last_talk_token_ends_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(end.as_second() >= claims_of(&talk)["exp"].as_i64().unwrap());
    assert_eq!(post.look_up(&talk).await.status, 200, "it lives to its end");
    let again = owner.post(&format!("{MOVE}/cut-over"), &json!({})).await;
    assert_eq!(again.problem(), "state-conflict");
    crate::harness::eventually("Talk's tokens are issued no more", async || {
        post.issue(&json!({ "id": "1" })).await.problem() == "no-active-key"
    })
    .await;
    coral_token(&app, &post, "4").await;

    // Back, and there again.
    let back = command(&app, &["--back"]).await;
    assert_eq!(back["stage"], "side-by-side");
    crate::harness::eventually("Talk's tokens are issued again", async || {
        post.issue(&json!({ "id": "1" })).await.status == 201
    })
    .await;
    assert_eq!(post.look_up(&talk).await.status, 200);
}

#[tokio::test]
async fn after_the_last_token_the_move_is_done() {
    let (app, post, owner) = stage().await;
    with_coral(&app).await;
    post.token("1").await;
    let cut = owner
        .post(&format!("{MOVE}/cut-over"), &json!({ "force": true }))
        .await;
    assert_eq!(cut.status, 200, "{cut:?}");
    app.clock.advance(6 * 3_600 + 61);
    let standing = owner.get(MOVE).await.json();
    assert_eq!(standing["stage"], "done");
    // The secret is still Talk's, so even now there is a way back.
    let back = owner.post(&format!("{MOVE}/back"), &json!({})).await;
    assert_eq!(back.json()["stage"], "side-by-side");
    let none = owner.post(&format!("{MOVE}/back"), &json!({})).await;
    assert_eq!(none.problem(), "state-conflict");
    let events = owner
        .get("/v1/tenants/the-post/audit-events?limit=2")
        .await
        .json();
    let actions: Vec<_> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["deployment.cut_back", "deployment.cut_over"]);
}
