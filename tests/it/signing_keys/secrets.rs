//! Who is shown a key, and what is written down before.

use serde_json::{Value, json};

use super::{KEYS, STRONG, active, key_with};
use crate::{
    harness::{App, Person, lanyard},
    verifiers::{Verifiers, read_env},
};

/// The session of somebody who proved the password long ago.
async fn tire(app: &App, person: &Person) {
    let sql = format!(
        "update sessions set proved_at = proved_at - interval '1 hour' where account_id = '{}'",
        person.account
    );
    app.database.execute(&sql).await;
}

#[tokio::test]
async fn only_an_owner_who_has_just_proved_the_password_is_shown_a_key() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let kid = active(&owner).await;
    let (reveal, export) = (format!("{KEYS}/{kid}/reveal"), format!("{KEYS}/export"));
    let events = "audit_events where action in ('key.reveal', 'key.export')";
    for role in ["viewer", "admin"] {
        let person = app.member("the-post", role).await;
        for path in [&reveal, &export] {
            let refused = person.post(path, &json!({ "format": "talk" })).await;
            assert_eq!(refused.problem(), "role-insufficient", "{role} {path}");
        }
    }
    let key = key_with(&app, "all").await;
    for path in [&reveal, &export] {
        let refused = app.post_as(path, &key, r#"{"format":"talk"}"#).await;
        assert_eq!(refused.problem(), "session-needed", "{path}");
    }
    let unknown = owner.post(&format!("{KEYS}/nope/reveal"), &json!({})).await;
    assert_eq!(unknown.problem(), "not-found");
    assert_eq!(app.database.count(events).await, 0);

    let shown = owner.post(&reveal, &json!({})).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    assert_eq!(shown.header("cache-control"), "no-store");
    let secret = shown.json()["secret"].as_str().unwrap().to_owned();
    assert_eq!(app.database.count(events).await, 1);
    let exported = owner
        .post(&export, &json!({ "format": "talk" }))
        .await
        .json();
    assert!(
        exported["text"].as_str().unwrap().contains(&secret),
        "{exported}"
    );
    assert_eq!(app.database.count(events).await, 2);
    for path in [KEYS.to_owned(), format!("{KEYS}/{kid}")] {
        assert!(!owner.get(&path).await.text().contains(&secret), "{path}");
    }

    tire(&app, &owner).await;
    for path in [&reveal, &export] {
        let refused = owner.post(path, &json!({ "format": "talk" })).await;
        assert_eq!(refused.problem(), "password-proof-needed", "{path}");
    }
    assert_eq!(app.database.count(events).await, 2);
}

#[tokio::test]
async fn a_key_that_cannot_be_written_down_is_not_shown() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let kid = active(&owner).await;
    app.database
        .execute("revoke insert on audit_events from lanyard_app")
        .await;
    for path in [format!("{KEYS}/{kid}/reveal"), format!("{KEYS}/export")] {
        let refused = owner.post(&path, &json!({ "format": "talk" })).await;
        assert!(refused.status >= 500, "{refused:?}");
        assert!(!refused.text().contains("secret"), "{refused:?}");
    }
}

#[tokio::test]
async fn the_answer_that_makes_a_key_shows_that_key_and_no_other() {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let kid = active(&owner).await;
    post.token("1").await;
    let revealed = owner
        .post(&format!("{KEYS}/{kid}/reveal"), &json!({}))
        .await;
    let old = revealed.json()["secret"].as_str().unwrap().to_owned();
    let program = key_with(&app, "signing-keys:write").await;
    let admin = app.member("the-post", "admin").await;

    let by_program = app.post_as(KEYS, &program, r#"{"kid":"p"}"#).await;
    let by_admin = admin
        .post(&format!("{KEYS}/rotate"), &json!({ "kid": "a" }))
        .await;
    for made in [&by_program, &by_admin] {
        assert_eq!(made.status, 201, "{made:?}");
        assert!(made.json()["secret"].is_string() && made.json()["talk_settings"].is_null());
        assert!(!made.text().contains(&old), "{made:?}");
        assert!(made.text().contains("an owner gets them"), "{made:?}");
    }
    // Not even to an owner who has just proved the password: that is what the export is for, with an event of its own.
    let by_owner = owner.post(KEYS, &json!({ "kid": "o" })).await;
    assert!(by_owner.json()["talk_settings"].is_null(), "{by_owner:?}");
    assert!(!by_owner.text().contains(&old), "{by_owner:?}");
}

#[tokio::test]
async fn pairs_are_exported_as_pem_and_jwks_without_their_private_halves_unless_asked_for() {
    let app = App::start().await;
    app.tenant_with("the-post", &["--alg", "ES256"]).await;
    let owner = app.member("the-post", "owner").await;
    let export = format!("{KEYS}/export");
    let text = async |body: Value| {
        let exported = owner.post(&export, &body).await;
        assert_eq!(exported.status, 200, "{exported:?}");
        exported.json()["text"].as_str().unwrap().to_owned()
    };
    let pem = text(json!({ "format": "pem" })).await;
    assert!(pem.contains("BEGIN PUBLIC KEY") && !pem.contains("PRIVATE"));
    let both = text(json!({ "format": "pem", "with_private": true })).await;
    assert!(both.contains("BEGIN PRIVATE KEY"), "{both}");
    let jwks: Value = serde_json::from_str(&text(json!({ "format": "jwks" })).await).unwrap();
    assert_eq!(
        (&jwks["keys"][0]["crv"], &jwks["keys"][0]["d"]),
        (&json!("P-256"), &Value::Null)
    );
    let talk = text(json!({ "format": "talk" })).await;
    assert!(talk.contains("TALK_JWT_ALG=ES256") && !talk.contains("PRIVATE"));
    // Public keys are no secret, so whoever rotates gets Talk's settings at once.
    let admin = app.member("the-post", "admin").await;
    let rotated = admin
        .post(&format!("{KEYS}/rotate"), &json!({}))
        .await
        .json();
    assert!(
        rotated["talk_settings"]
            .as_str()
            .unwrap()
            .contains("PUBLIC KEY"),
        "{rotated}"
    );
    assert!(rotated["secret"].is_null() && !rotated.to_string().contains("PRIVATE"));

    owner
        .post(&format!("{KEYS}/rotate"), &json!({ "algorithm": "EdDSA" }))
        .await;
    let refused = owner.post(&export, &json!({ "format": "talk" })).await;
    assert_eq!(refused.problem(), "state-conflict");
    assert!(refused.text().contains("EdDSA"), "{refused:?}");
    for body in [
        json!({}),
        json!({ "format": "xml" }),
        json!({ "format": "talk", "to": "x" }),
    ] {
        assert_eq!(
            owner.post(&export, &body).await.problem(),
            "fields-invalid",
            "{body}"
        );
    }
}

#[tokio::test]
async fn the_operator_is_shown_a_key_at_the_terminal() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let path = format!("{KEYS}/{}/reveal", active(&owner).await);
    let shown = app
        .cli(&["api", "POST", &path, "{}", "--json"])
        .await
        .json();
    assert!(shown["secret"].is_string(), "{shown}");
}

#[tokio::test]
async fn a_script_rotates_on_a_server_with_an_api_key() {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    post.token("1").await;
    let key = key_with(&app, "signing-keys:write").await;
    let mut command = lanyard("");
    command
        .env_remove("LANYARD_DATABASE_URL")
        .env_remove("LANYARD_MASTER_KEY")
        .env("LANYARD_TOKEN", key)
        .args([
            "--server", &app.url, "--json", "key", "rotate", "--tenant", "the-post", "--kid", "new",
        ]);
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let rotated: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&rotated["kid"], &rotated["state"]),
        (&json!("new"), &json!("active"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talk_accepts_the_tokens_of_before_and_after_a_rotation_with_the_settings_that_are_exported()
 {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let body =
        json!({ "key": format!(r#"{{"kid":"brought","secret":"{STRONG}"}}"#), "activate": true });
    assert_eq!(
        owner.post(&format!("{KEYS}/import"), &body).await.status,
        201
    );
    let before = post.token("2").await;
    let rotated = owner.post(&format!("{KEYS}/rotate"), &json!({})).await;
    assert_eq!(rotated.status, 201, "{rotated:?}");
    let exported = owner
        .post(&format!("{KEYS}/export"), &json!({ "format": "talk" }))
        .await
        .json();
    let env = read_env(exported["text"].as_str().unwrap()).await;
    let mut talk = Verifiers::start();
    for token in [before, post.token("2").await] {
        let said = talk.talk(&env, &token).await;
        assert_eq!(said, json!({ "ok": true, "id": "2" }), "{env}");
    }
}
