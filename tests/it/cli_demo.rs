//! `lanyard tenant import-demo`: a newsroom moves from the demo service.

use serde_json::json;
use tempfile::TempDir;

use crate::{
    desk::{Desk, assert_fails, assert_mentions},
    harness::{CliOutput, DEMO_SECRET, claims_of, hmac_token, now},
};

const DAY: i64 = 86_400;
const DB: &str =
    r#"{ "users": [ { "id": "1", "email": "bob@post.example", "username": "bob" } ] }"#;

/// The demo service's folder with these files.
fn demo(env: &str, db: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in [(".env", env), ("db.json", db)] {
        if !text.is_empty() {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
    }
    folder
}

async fn import(desk: &Desk, folder: &TempDir, more: &[&str]) -> CliOutput {
    let path = folder.path().to_str().unwrap();
    desk.run(&[&["tenant", "import-demo", "post", path], more].concat())
        .await
}

fn env(more: &str) -> String {
    format!("SECRET={DEMO_SECRET}\nJWT_ISSUER=https://talk.post.example\n{more}\n")
}

/// A reader's token as the demo service makes it, good for so long.
fn demo_token(lifetime: i64, age: i64) -> String {
    let issued = now() - age;
    let claims = json!({
        "iat": issued, "exp": issued + lifetime, "aud": "talk", "iss": "https://talk.post.example", "sub": "1",
        "jti": "5b6a3c3e-6c2e-4a52-9f0c-2f1d4bfa7d11",
    });
    hmac_token(DEMO_SECRET, "HS256", &claims)
}

#[tokio::test]
async fn the_secret_the_settings_and_the_readers_come_over() {
    let desk = Desk::new().await;
    let more = "JWT_AUDIENCE=eye\nJWT_EXPIRY=\"12 hours\"";
    let output = import(&desk, &demo(&env(more), DB), &[]).await.ok();
    assert!(output.stdout.contains("1 created"), "{output:?}");
    assert_mentions(&output, &["/t/post/", "Talk needs no new settings"]);
    assert!(!output.stderr.contains(DEMO_SECRET) && !output.stdout.contains(DEMO_SECRET));
    let shown = desk.run(&["tenant", "show", "post", "--json"]).await.json();
    let deployment = &shown["deployments"][0];
    assert_eq!(deployment["token_lifetime"], 43_200);
    assert_eq!(deployment["audience"], "eye");
    assert_eq!(shown["accept_issuing_tokens"], true);
    let claims = claims_of(&desk.token("1").await);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        43_200
    );
    let settings = desk.post_json(&["key", "export", "--as", "talk"]).await;
    assert_eq!(settings["TALK_JWT_SECRET"], DEMO_SECRET);
    assert_eq!(settings["TALK_JWT_ISSUER"], "https://talk.post.example");
}

#[tokio::test]
async fn tokens_of_the_demo_service_are_accepted_for_the_250_days_that_it_gave_them() {
    let desk = Desk::new().await;
    import(&desk, &demo(&env(""), DB), &[]).await.ok();
    for age in [0, 3_600, 200 * DAY] {
        let checked = desk.check(&demo_token(250 * DAY, age)).await;
        assert_eq!(checked["accepted"], true, "{age}: {checked}");
    }
    let forever = desk.check(&demo_token(4_000 * DAY, 0)).await;
    assert_eq!(forever["accepted"], false);
    let expired = desk.check(&demo_token(250 * DAY, 251 * DAY)).await;
    assert_eq!(expired["reason"], "expired");
}

#[tokio::test]
async fn an_issuing_token_of_the_demo_service_is_accepted() {
    let desk = Desk::new().await;
    import(&desk, &demo(&env(""), DB), &[]).await.ok();
    let claims = json!({
        "iat": now() - 400 * DAY, "aud": "TALK_TOKEN_EXAMPLE_AUDIENCE", "iss": "https://talk.post.example",
        "sub": "TALK_TOKEN_EXAMPLE",
    });
    let checked = desk.check(&hmac_token(DEMO_SECRET, "HS256", &claims)).await;
    assert_eq!(checked["purpose"], "issuing", "{checked}");
}

#[tokio::test]
async fn a_default_or_weak_secret_is_refused_and_nothing_is_imported() {
    let desk = Desk::new().await;
    for (text, word) in [
        ("JWT_ISSUER=https://x.example\n", "default secret"),
        ("SECRET=secret\n", "SECRET in .env"),
        ("SECRET=kq3Vb8ZrT1yLw7XeuD\n", "SECRET in .env"),
    ] {
        let output = import(&desk, &demo(text, DB), &[]).await;
        assert_fails(
            &output,
            1,
            &["nothing is imported", word, "openssl rand -hex 32"],
        );
    }
    let output = import(&desk, &demo("SECRET=secret\n", DB), &["--accept-weak"]).await;
    assert_fails(&output, 1, &["nothing is imported"]);
    assert_eq!(desk.count("tenants").await, 0);
    assert_eq!(desk.count("users").await, 0);
    let weak = demo("SECRET=kq3Vb8ZrT1yLw7XeuD\n", DB);
    import(&desk, &weak, &["--accept-weak"]).await.ok();
}

#[tokio::test]
async fn a_broken_db_json_is_told_before_anything_is_made() {
    let desk = Desk::new().await;
    let output = import(&desk, &demo(&env(""), "{\"users\":[{\"id\":"), &[]).await;
    assert_fails(&output, 1, &["not valid JSON"]);
    assert_eq!(
        desk.count("tenants").await,
        0,
        "a second try would find the name taken"
    );
}

#[tokio::test]
async fn bad_readers_are_reported_and_the_others_come_over() {
    let desk = Desk::new().await;
    let db = "{\"users\":[\n{\"id\":1},\n{\"id\":\"2\"}\n]}";
    let output = import(&desk, &demo(&env(""), db), &[]).await;
    assert_eq!(output.code, 3, "{output:?}");
    assert_mentions(&output, &["line 2: id: must be a string"]);
    assert_eq!(desk.count("users").await, 1);
}

#[tokio::test]
async fn a_folder_that_is_not_the_demo_service_s_is_told() {
    let desk = Desk::new().await;
    let output = import(&desk, &demo("", ""), &[]).await;
    assert_fails(&output, 1, &["neither .env nor db.json"]);
    let output = desk
        .run(&["tenant", "import-demo", "post", "/nowhere"])
        .await;
    assert_fails(&output, 1, &["/nowhere"]);
    let output = import(&desk, &demo(&env("JWT_EXPIRY=soon"), DB), &[]).await;
    assert_fails(&output, 1, &["JWT_EXPIRY"]);
    assert_eq!(desk.count("tenants").await, 0);
    let output = import(&desk, &demo(&env(""), ""), &["--json"]).await;
    assert_mentions(&output, &["no db.json"]);
    assert_eq!(output.json()["kid"], "demo");
}

#[tokio::test]
async fn a_second_import_says_that_the_name_is_taken() {
    let desk = Desk::new().await;
    let folder = demo(&env(""), DB);
    import(&desk, &folder, &[]).await.ok();
    assert_fails(
        &import(&desk, &folder, &[]).await,
        1,
        &["a tenant `post` already"],
    );
    let path = folder.path().to_str().unwrap();
    let output = desk.run(&["tenant", "import-demo", "other", path]).await;
    assert_fails(&output, 1, &["belongs to tenant `post`"]);
}
