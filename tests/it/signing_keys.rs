//! Signing keys over HTTP: who may do what to them, what the answers show, and that nobody is logged out.

mod ended;
mod secrets;
mod together;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, App, Person, header_of};

const KEYS: &str = "/v1/tenants/the-post/deployments/default/signing-keys";
const STRONG: &str = "N0tAWeakSecret-kq3Vb8ZrT1yLw7XeQd";

/// The states of all keys by their kid.
async fn states(person: &Person) -> Value {
    let listed = person.get(KEYS).await.json();
    let pair = |key: &Value| {
        (
            key["kid"].as_str().unwrap().to_owned(),
            key["state"].clone(),
        )
    };
    let keys = listed["data"].as_array().unwrap();
    keys.iter()
        .map(pair)
        .collect::<serde_json::Map<_, _>>()
        .into()
}

async fn active(person: &Person) -> String {
    let states = states(person).await;
    let mut keys = states.as_object().unwrap().iter();
    let (kid, _) = keys.find(|(_, state)| **state == "active").unwrap();
    kid.clone()
}

/// An API key of the newsroom with one scope.
async fn key_with(app: &App, scope: &str) -> String {
    let arguments = [
        "api-key", "create", "--tenant", "the-post", "--name", "k", "--scope", scope, "--json",
    ];
    let made = app.cli(&arguments).await.json();
    made["api_key"].as_str().unwrap().to_owned()
}

fn pointers(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{answer:?}");
    let errors = answer.json()["errors"].clone();
    let place = |error: &Value| error["pointer"].as_str().unwrap().to_owned();
    errors.as_array().unwrap().iter().map(place).collect()
}

#[tokio::test]
async fn a_key_waits_until_talk_knows_it_signs_gives_way_and_ends() {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let (first, old) = (active(&admin).await, post.token("1").await);
    let made = admin.post(KEYS, &json!({ "kid": "second" })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!(made["state"], "pending");
    assert!(made["secret"].is_string() && made["replaced"].is_null());
    // A pending key does nothing yet.
    assert_eq!(header_of(&post.token("1").await)["kid"], first.as_str());

    let one = format!("{KEYS}/second");
    let activated = admin.post(&format!("{one}/activate"), &json!({})).await;
    assert_eq!(activated.status, 200, "{activated:?}");
    assert_eq!(activated.json()["replaced"]["kid"], first.as_str());
    assert!(activated.json()["replaced"]["verifies_until"].is_string());
    let new = post.token("1").await;
    assert_eq!(header_of(&new)["kid"], "second");
    assert_eq!(post.look_up(&old).await.status, 200);
    let again = admin.post(&format!("{one}/activate"), &json!({})).await;
    assert_eq!(again.problem(), "state-conflict");
    assert!(again.text().contains("`second` is active"), "{again:?}");

    let retire = admin.post(&format!("{one}/retire"), &json!({})).await;
    assert_eq!(retire.problem(), "state-conflict");
    assert!(retire.text().contains("rotate"), "{retire:?}");
    // Somebody has a token of it.
    let path = format!("{KEYS}/{first}/retire");
    let refused = admin.post(&path, &json!({})).await;
    assert_eq!(refused.problem(), "key-still-needed");
    assert_eq!(post.look_up(&old).await.status, 200);
    let retired = admin.post(&path, &json!({ "force": true })).await;
    assert_eq!(
        (retired.status, &retired.json()["state"]),
        (200, &json!("retired"))
    );
    assert_eq!(post.look_up(&old).await.status, 401);
    assert_eq!(post.look_up(&new).await.status, 200);

    let revoked = admin
        .post(&format!("{one}/revoke"), &json!({}))
        .await
        .json();
    assert_eq!(
        (&revoked["state"], &revoked["nothing_signs"]),
        (&json!("revoked"), &json!(true))
    );
    assert!(
        revoked["note"]
            .as_str()
            .unwrap()
            .contains("taken out of its settings")
    );
    assert!(revoked["accepted_by_talk_until"].is_string());
    assert_eq!(post.look_up(&new).await.status, 401);
    assert_eq!(
        post.issue(&json!({ "id": "1" })).await.problem(),
        "no-active-key"
    );
    let rotated = admin.post(&format!("{KEYS}/rotate"), &json!({})).await;
    assert_eq!(rotated.problem(), "state-conflict");
    let retired = admin.post(&format!("{one}/retire"), &json!({})).await;
    assert_eq!(retired.problem(), "state-conflict");

    // Nothing signs, so the next one needn't wait.
    let third = admin.post(KEYS, &json!({ "kid": "third" })).await.json();
    assert_eq!(third["state"], "active");
    post.token("1").await;
    let used = admin.get(&format!("{KEYS}/third")).await.json();
    assert!(used["first_used_at"].is_string() && used["activated_at"].is_string());
}

#[tokio::test]
async fn a_rotation_tells_what_became_of_the_old_key_and_until_when_it_verifies() {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let (first, old) = (active(&admin).await, post.token("1").await);
    let body = json!({ "kid": "next", "overlap": 3600 });
    let rotated = admin.post(&format!("{KEYS}/rotate"), &body).await;
    assert_eq!(rotated.status, 201, "{rotated:?}");
    let rotated = rotated.json();
    assert_eq!(
        (&rotated["kid"], &rotated["state"]),
        (&json!("next"), &json!("active"))
    );
    assert_eq!(rotated["replaced"]["kid"], first.as_str());
    let one = admin.get(&format!("{KEYS}/{first}")).await.json();
    assert_eq!(one["state"], "retiring");
    assert_eq!(one["verifies_until"], rotated["replaced"]["verifies_until"]);
    assert_eq!(post.look_up(&old).await.status, 200);
    app.clock.advance(3_661);
    assert_eq!(post.look_up(&old).await.status, 401);
    let one = admin.get(&format!("{KEYS}/{first}")).await.json();
    assert_eq!(
        (&one["state"], &one["verifies_until"]),
        (&json!("retired"), &Value::Null)
    );
    assert!(one["ended_at"].is_string());
    // The new one never signed, so nobody needs it any more.
    let again = admin
        .post(&format!("{KEYS}/rotate"), &json!({}))
        .await
        .json();
    assert_eq!(
        again["replaced"],
        json!({ "kid": "next", "verifies_until": null })
    );
}

#[tokio::test]
async fn a_repeated_creation_makes_one_key_and_shows_it_again() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    for (path, body) in [
        (KEYS.to_owned(), json!({})),
        (format!("{KEYS}/rotate"), json!({})),
    ] {
        let create = || {
            let request = admin.request(Method::POST, &path);
            Answer::to(
                request
                    .header("idempotency-key", path.len().to_string())
                    .json(&body),
            )
        };
        let before = states(&admin).await.as_object().unwrap().len();
        let (one, two) = (create().await, create().await);
        assert_eq!((one.status, two.status), (201, 201), "{one:?} {two:?}");
        assert_eq!(one.json(), two.json());
        assert_eq!(states(&admin).await.as_object().unwrap().len(), before + 1);
    }
}

#[tokio::test]
async fn every_wrong_field_is_told_and_nothing_is_stored() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let body = json!({ "kid": "a b", "algorithm": "none", "activate": 1, "state": "active", "secret": "x" });
    let refused = admin.post(KEYS, &body).await;
    assert_eq!(
        pointers(&refused),
        ["/kid", "/algorithm", "/activate", "/secret", "/state"]
    );
    let body = json!({ "overlap": -1, "tenant_id": "x" });
    let refused = admin.post(&format!("{KEYS}/rotate"), &body).await;
    assert_eq!(pointers(&refused), ["/overlap", "/tenant_id"]);
    let import = format!("{KEYS}/import");
    for (body, place) in [
        (json!({}), "/key"),
        (
            json!({ "key": STRONG, "accept_lifetime": 1 }),
            "/accept_lifetime",
        ),
        (
            json!({ "key": STRONG, "activate": true, "verify_only": true }),
            "/verify_only",
        ),
        (
            json!({ "key": format!(r#"{{"kid":"own","secret":"{STRONG}"}}"#), "kid": "other" }),
            "/kid",
        ),
        (json!({ "key": "secret" }), "/key"),
        (json!({ "key": "kq3Vb8ZrT1yLw7XeuD" }), "/key"),
        (json!({ "key": "secret", "accept_weak": true }), "/key"),
        (json!({ "key": STRONG, "algorithm": "RS256" }), "/key"),
    ] {
        let refused = admin.post(&import, &body).await;
        assert_eq!(pointers(&refused), [place], "{body}");
        assert!(
            !refused.text().contains(STRONG) && !refused.text().contains("kq3Vb8"),
            "{refused:?}"
        );
        assert!(!refused.text().contains("--accept-weak"), "{refused:?}");
    }
    assert_eq!(states(&admin).await.as_object().unwrap().len(), 1);
    assert_eq!(
        app.database
            .count("audit_events where action like 'key.%'")
            .await,
        0
    );
}

#[tokio::test]
async fn an_imported_key_is_taken_with_its_warnings_and_never_shown() {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let body = json!({ "key": "kq3Vb8ZrT1yLw7XeuD", "kid": "weak", "accept_weak": true });
    let weak = admin.post(&format!("{KEYS}/import"), &body).await;
    assert_eq!(weak.status, 201, "{weak:?}");
    assert!(!weak.text().contains("kq3Vb8"));
    let weak = weak.json();
    assert_eq!(
        (&weak["weak"], &weak["state"], &weak["origin"]),
        (&json!(true), &json!("pending"), &json!("imported"))
    );
    assert!(
        weak["warnings"][0].as_str().unwrap().contains("bytes"),
        "{weak}"
    );

    let entry =
        format!(r#"[{{"kid":"talk's/own%?#é","secret":"{STRONG}"}}]"#).replace(['\'', 'é'], "");
    let body = json!({ "key": entry, "activate": true });
    let imported = admin.post(&format!("{KEYS}/import"), &body).await;
    assert_eq!(imported.status, 201, "{imported:?}");
    assert_eq!(imported.json()["kid"], "talks/own%?#");
    assert_eq!(header_of(&post.token("1").await)["kid"], "talks/own%?#");
    // A kid may hold what a path can't: it is percent-encoded.
    let one = format!("{KEYS}/talks%2Fown%25%3F%23");
    assert_eq!(admin.get(&one).await.json()["state"], "active");
    let revoked = admin.post(&format!("{one}/revoke"), &json!({})).await;
    assert_eq!(revoked.json()["state"], "revoked", "{revoked:?}");
    for odd in ["%00", "%2e%2e%2f", "a%20b", "%ff"] {
        let answer = admin.get(&format!("{KEYS}/{odd}")).await;
        assert!(matches!(answer.status, 400 | 404), "{odd}: {answer:?}");
    }
}

#[tokio::test]
async fn a_kid_is_one_keys_for_ever_and_a_newsroom_has_no_more_keys_than_it_may() {
    let app = App::start().await;
    app.tenant("the-post").await;
    app.database
        .execute("update tenants set max_signing_keys = 2")
        .await;
    let admin = app.member("the-post", "admin").await;
    assert_eq!(admin.post(KEYS, &json!({ "kid": "a" })).await.status, 201);
    let taken = admin
        .post(&format!("{KEYS}/rotate"), &json!({ "kid": "a" }))
        .await;
    assert_eq!((taken.status, taken.problem().as_str()), (409, "kid-taken"));
    let refused = admin.post(KEYS, &json!({})).await;
    assert_eq!(refused.problem(), "quota-exceeded");
    let refused = admin
        .post(&format!("{KEYS}/import"), &json!({ "key": STRONG }))
        .await;
    assert_eq!(refused.problem(), "quota-exceeded");
    // What has ended doesn't count, and its id stays taken.
    admin.post(&format!("{KEYS}/a/revoke"), &json!({})).await;
    let taken = admin.post(KEYS, &json!({ "kid": "a" })).await;
    assert_eq!(taken.problem(), "kid-taken");
    assert_eq!(admin.post(KEYS, &json!({})).await.status, 201);
}

#[tokio::test]
async fn pages_of_keys_follow_one_another() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    for kid in ["a", "b", "c"] {
        admin.post(KEYS, &json!({ "kid": kid })).await;
    }
    let (mut kids, mut path) = (Vec::new(), format!("{KEYS}?limit=3"));
    loop {
        let page = admin.get(&path).await.json();
        let keys = page["data"].as_array().unwrap();
        kids.extend(
            keys.iter()
                .map(|key| key["kid"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("{KEYS}?limit=3&cursor={cursor}");
    }
    kids.sort();
    assert_eq!(kids.len(), 4);
    assert_eq!(kids[1..], ["a", "b", "c"]);
}

#[tokio::test]
async fn another_newsrooms_key_is_not_there() {
    let app = App::start().await;
    app.tenant("the-post").await;
    app.tenant("the-times").await;
    let (ours, theirs) = (
        app.member("the-post", "owner").await,
        app.member("the-times", "owner").await,
    );
    let times = KEYS.replace("the-post", "the-times");
    theirs.post(&times, &json!({ "kid": "theirs" })).await;
    let before = theirs.get(&times).await.json();
    for act in ["activate", "retire", "revoke", "reveal"] {
        let crossed = ours.post(&format!("{KEYS}/theirs/{act}"), &json!({})).await;
        assert_eq!(crossed.status, 404, "{act}: {crossed:?}");
        let crossed = ours
            .post(&format!("{times}/theirs/{act}"), &json!({}))
            .await;
        assert_eq!(crossed.status, 404, "{act}: {crossed:?}");
        let nowhere = KEYS.replace("default", "nowhere");
        let crossed = ours
            .post(&format!("{nowhere}/theirs/{act}"), &json!({}))
            .await;
        assert_eq!(crossed.status, 404, "{act}: {crossed:?}");
    }
    assert_eq!(theirs.get(&times).await.json(), before);
    // The id is taken in their newsroom only.
    assert_eq!(
        ours.post(KEYS, &json!({ "kid": "theirs" })).await.status,
        201
    );
}
