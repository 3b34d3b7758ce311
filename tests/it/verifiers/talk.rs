//! Talk accepts our tokens with exactly the settings that are printed for it.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Verifiers, read_env};
use crate::harness::{App, Newsroom, header_of};

/// Talk's settings for a newsroom, read from the lines that are printed.
async fn settings(app: &App, slug: &str) -> Value {
    let export = ["key", "export", "--tenant", slug, "--as", "talk"];
    let lines = app.cli(&export).await.ok().stdout;
    let env = read_env(&lines).await;
    assert_eq!(
        lines.lines().count(),
        env.as_object().unwrap().len(),
        "{lines}"
    );
    env
}

/// A newsroom whose active key is this secret, or this entry of `TALK_JWT_SECRETS`.
async fn with_secret(app: &App, slug: &str, secret: &str, arguments: &[&str]) -> Newsroom {
    let newsroom = app.tenant(slug).await;
    let import = [
        "key",
        "import",
        "--tenant",
        slug,
        "--file",
        "-",
        "--activate",
        "--accept-shared",
    ];
    app.cli_with_input(&[&import, arguments].concat(), secret.as_bytes())
        .await
        .ok();
    newsroom
}

async fn assert_accepted(app: &App, talk: &mut Verifiers, post: &Newsroom) -> Value {
    let env = settings(app, &post.slug).await;
    let token = post.token("2").await;
    let said = talk.talk(&env, &token).await;
    assert_eq!(
        said,
        json!({ "ok": true, "id": "2" }),
        "{}: {env}",
        post.slug
    );
    env
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talk_accepts_every_algorithm_that_it_knows() {
    let app = App::start().await;
    let mut talk = Verifiers::start();
    for algorithm in [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384",
    ] {
        let slug = algorithm.to_ascii_lowercase();
        let post = app.tenant_with(&slug, &["--alg", algorithm]).await;
        let env = assert_accepted(&app, &mut talk, &post).await;
        assert_eq!(env["TALK_JWT_ALG"], algorithm);
        assert_eq!(env["TALK_JWT_ISSUER"], json!(post.issuer));
        assert!(!env.to_string().contains("PRIVATE"), "{algorithm}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_settings_are_printed_for_an_algorithm_that_talk_does_not_know() {
    let app = App::start().await;
    for algorithm in ["ES512", "EdDSA"] {
        let slug = algorithm.to_ascii_lowercase();
        app.tenant_with(&slug, &["--alg", algorithm]).await;
        let output = app
            .cli(&["key", "export", "--tenant", &slug, "--as", "talk"])
            .await;
        assert_eq!((output.code, &*output.stdout), (1, ""));
        assert!(output.stderr.contains(algorithm), "{}", output.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talk_keeps_the_one_secret_that_it_had() {
    let app = App::start().await;
    let mut talk = Verifiers::start();
    let text = "Grüße von Zq4vT9xWm2LrK8sNbJ6hYd3GcPeUaQ7f";
    let base64 = format!("base64:{}", STANDARD.encode(text));
    let json = r#"{"secret":"Zq4vT9xWm2LrK8sNbJ6hYd3GcPeUaQ7f"}"#;
    for (slug, secret) in [
        ("plain", "Zq4vT9xWm2LrK8sNbJ6hYd3GcPeUaQ7foViB1TnR"),
        ("text", text),
        ("base64", &base64),
        ("json", json),
        ("hash", "Zq4vT9xWm2LrK8sN#J6hYd3GcPeUaQ7f oViB1TnR"),
        ("dollar", "Zq4vT9xWm2LrK8sN$J6hYd3GcPeUaQ7f`oViB1TnR"),
        ("double", "\"Zq4vT9xWm2LrK8sNJ6hYd3GcPeUaQ7foViB1TnR\""),
        ("backslash", r"Zq4vT9xWm2LrK8sN\nJ6hYd3GcPeUaQ7foViB1TnR"),
        ("equals", "Zq4vT9xWm2LrK8sN=J6hYd3GcPeUaQ7f==iB1TnR="),
        ("single", "Zq4vT9xWm2LrK8sN'J6hYd3GcPeUaQ7foViB1TnR"),
    ] {
        let post = with_secret(&app, slug, secret, &[]).await;
        let env = assert_accepted(&app, &mut talk, &post).await;
        assert!(
            env["TALK_JWT_SECRETS"].is_null(),
            "{slug}: a token without a kid lives on"
        );
        // What Talk had before makes the same key.
        let token = post.token("1").await;
        let mut before = env.clone();
        before["TALK_JWT_SECRET"] = json!(secret);
        assert_eq!(talk.talk(&before, &token).await["ok"], true, "{slug}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_with_both_a_quote_and_a_hash_survives_the_env_file() {
    let app = App::start().await;
    let mut talk = Verifiers::start();
    let post = with_secret(
        &app,
        "post",
        "Zq4vT9xWm2LrK8sN'J6hYd3Gc#PeUaQ7foViB1TnR",
        &[],
    )
    .await;
    assert_accepted(&app, &mut talk, &post).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_base64_secret_that_is_no_text_is_decoded_as_talk_does() {
    let app = App::start().await;
    let mut talk = Verifiers::start();
    let bytes: Vec<u8> = (0..60_u8)
        .map(|number| number.wrapping_mul(37) ^ 0x5a)
        .collect();
    let secret = format!("base64:{}", STANDARD.encode(bytes));
    let post = with_secret(&app, "post", &secret, &["--accept-weak"]).await;
    let mut env = assert_accepted(&app, &mut talk, &post).await;
    env["TALK_JWT_SECRET"] = json!(secret);
    assert_eq!(talk.talk(&env, &post.token("1").await).await["ok"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_of_several_secrets_keeps_its_kid() {
    let app = App::start().await;
    let mut talk = Verifiers::start();
    let entry = r#"{"kid":"talk-2019","secret":"Zq4vT9xWm2LrK8sNbJ6hYd3GcPeUaQ7f"}"#;
    let post = with_secret(&app, "post", entry, &[]).await;
    assert_eq!(header_of(&post.token("1").await)["kid"], "talk-2019");
    let mut env = assert_accepted(&app, &mut talk, &post).await;
    assert!(env["TALK_JWT_SECRET"].is_null());
    env["TALK_JWT_SECRETS"] = json!(format!("[{entry}]"));
    assert_eq!(talk.talk(&env, &post.token("1").await).await["ok"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn talk_finds_the_reader_at_a_claim_of_ones_own() {
    let app = App::start().await;
    let mut talk = Verifiers::start();
    for (slug, path) in [("deep", "user.id"), ("flat", "uid"), ("deeper", "a.b.c")] {
        let post = app.tenant_with(slug, &["--user-id-claim", path]).await;
        let env = assert_accepted(&app, &mut talk, &post).await;
        assert_eq!(env["TALK_JWT_USER_ID_CLAIM"], path);
        assert_eq!(post.look_up(&post.token("2").await).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_leaves_talk_with_settings_for_old_and_new_tokens() {
    let app = App::start().await;
    let mut talk = Verifiers::start();
    for (slug, algorithm) in [("hmac", "HS256"), ("rsa", "RS256"), ("ec", "ES384")] {
        let post = app.tenant_with(slug, &["--alg", algorithm]).await;
        let old = post.token("1").await;
        app.cli(&["key", "rotate", "--tenant", slug, "--kid", "new"])
            .await
            .ok();
        let env = settings(&app, slug).await;
        let listed = app
            .cli(&["token", "issue", "--tenant", slug, "--user", "1"])
            .await
            .ok();
        let new = listed.stdout.trim();
        assert_eq!(header_of(new)["kid"], "new");
        for token in [&old, new] {
            assert_eq!(talk.talk(&env, token).await["ok"], true, "{slug}");
            assert_eq!(post.look_up(token).await.status, 200, "{slug}");
        }
    }
}
