//! `lanyard key`, and the settings that Talk gets from it.

use serde_json::{Value, json};

use crate::desk::{Desk, assert_fails, assert_mentions};

const STRONG: &str = "N0tAWeakSecret-kq3Vb8ZrT1yLw7XeQd";

/// The state of each key by its kid.
async fn states(desk: &Desk) -> Value {
    let keys = desk.post_json(&["key", "list"]).await;
    let pair = |key: &Value| {
        (
            key["kid"].as_str().unwrap().to_owned(),
            key["state"].clone(),
        )
    };
    keys.as_array()
        .unwrap()
        .iter()
        .map(pair)
        .collect::<serde_json::Map<_, _>>()
        .into()
}

async fn first_kid(desk: &Desk) -> String {
    let keys = desk.post_json(&["key", "list"]).await;
    keys[0]["kid"].as_str().unwrap().to_owned()
}

async fn import(desk: &Desk, secret: &str, more: &[&str]) -> crate::harness::CliOutput {
    let arguments = [&["key", "import", "--file", "-"], more].concat();
    desk.post_with_input(&arguments, secret).await
}

#[tokio::test]
async fn weak_secrets_are_refused_and_nothing_is_stored() {
    let desk = Desk::with_newsroom().await;
    for (secret, words) in [
        ("", &["empty"][..]),
        ("secret", &["common word", "openssl rand"]),
        ("kq3Vb8ZrT1yLw7", &["14 bytes", "32"]),
        ("kq3Vb8ZrT1yLw7XeuD", &["18 bytes", "--accept-weak"]),
    ] {
        let output = import(&desk, secret, &[]).await;
        assert_fails(&output, 1, words);
        assert!(
            secret.len() < 7 || !output.stderr.contains(secret),
            "{output:?}"
        );
    }
    for secret in [
        "secret",
        "kq3Vb8ZrT1yLw7",
        "secretsecretsecretsecretsecretsecret",
    ] {
        let output = import(&desk, secret, &["--accept-weak"]).await;
        assert_fails(&output, 1, &["secret"]);
    }
    assert_eq!(desk.count("signing_keys").await, 1);
    let output = import(
        &desk,
        "kq3Vb8ZrT1yLw7XeuD",
        &["--accept-weak", "--kid", "old"],
    )
    .await;
    output.ok();
    let keys = desk.post_json(&["key", "list"]).await;
    let old = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == "old");
    assert_eq!(old.unwrap()["weak"], true);
}

#[tokio::test]
async fn a_rotation_keeps_the_old_key_verifying() {
    let desk = Desk::with_readers().await;
    let (old, token) = (first_kid(&desk).await, desk.token("1").await);
    let rotated = desk.post_json(&["key", "rotate", "--kid", "new"]).await;
    assert_eq!(rotated["replaced"]["kid"], old.as_str());
    assert!(rotated["replaced"]["verifies_until"].is_string());
    assert_eq!(
        states(&desk).await,
        json!({ &*old: "retiring", "new": "active" })
    );
    assert_eq!(desk.check(&token).await["kid"], old.as_str());
    let token = desk.token("1").await;
    assert_eq!(desk.check(&token).await["kid"], "new");
    let settings = desk.post_json(&["key", "export", "--as", "talk"]).await;
    let secrets: Value =
        serde_json::from_str(settings["TALK_JWT_SECRETS"].as_str().unwrap()).unwrap();
    let kids: Vec<_> = secrets
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["kid"])
        .collect();
    assert_eq!(kids, ["new", &old]);
}

#[tokio::test]
async fn a_first_key_that_never_signed_is_retired_at_once() {
    let desk = Desk::with_newsroom().await;
    let first = first_kid(&desk).await;
    let output = import(&desk, STRONG, &["--kid", "old", "--activate"])
        .await
        .ok();
    assert!(
        output
            .stdout
            .contains(&format!("`{first}` never signed anything"))
    );
    assert_eq!(
        states(&desk).await,
        json!({ &*first: "retired", "old": "active" })
    );
}

#[tokio::test]
async fn a_retired_and_a_revoked_key_verify_no_more() {
    let desk = Desk::with_readers().await;
    let (first, one) = (first_kid(&desk).await, desk.token("1").await);
    let output = desk.post(&["key", "retire", &first]).await;
    assert_fails(&output, 1, &["signs", "key rotate"]);
    desk.post(&["key", "rotate", "--kid", "second"]).await.ok();
    let two = desk.token("1").await;
    let refused = desk.post(&["key", "retire", &first]).await;
    assert_fails(&refused, 1, &["still needed", "--force"]);
    let retired = desk.post(&["key", "retire", &first, "--force"]).await.ok();
    assert_eq!(retired.stdout, format!("key `{first}` is retired\n"));
    assert_eq!(desk.check(&one).await["reason"], "key_retired");
    assert_eq!(desk.check(&two).await["accepted"], true);
    let revoked = desk.post(&["key", "revoke", "second"]).await.ok();
    assert_mentions(&revoked, &["no key that signs", "Talk verifies alone"]);
    assert_eq!(desk.check(&two).await["reason"], "key_revoked");
    let output = desk.post(&["token", "issue", "--user", "1"]).await;
    assert_fails(&output, 1, &["no active key", "key create"]);
    let output = desk.post(&["key", "rotate"]).await;
    assert_fails(&output, 1, &["no active key"]);
    let created = desk.post_json(&["key", "create", "--kid", "third"]).await;
    assert_eq!(created["state"], "active");
    desk.token("1").await;
    for act in ["retire", "revoke"] {
        let output = desk.post(&["key", act, "nope"]).await;
        assert_fails(&output, 1, &["there is no key `nope`"]);
    }
}

#[tokio::test]
async fn a_kid_is_used_once_only() {
    let desk = Desk::with_newsroom().await;
    desk.post(&["key", "create", "--kid", "a"]).await.ok();
    let output = desk.post(&["key", "create", "--kid", "a"]).await;
    assert_fails(&output, 1, &["has a key `a` already"]);
    let output = import(&desk, STRONG, &["--kid", "a"]).await;
    assert_fails(&output, 1, &["has a key `a` already"]);
    let output = desk.post(&["key", "rotate", "--kid", "a"]).await;
    assert_fails(&output, 1, &["has a key `a` already"]);
    assert_eq!(desk.count("signing_keys").await, 2);
}

#[tokio::test]
async fn one_imported_key_is_exported_to_the_letter_even_when_it_looks_like_json() {
    for secret in [STRONG, r#"{"secret": "kq3Vb8ZrT1yLw7XeuDf5Hs2Np9Gm6Jc4"}"#] {
        let desk = Desk::with_newsroom().await;
        let output = import(
            &desk,
            &format!("{secret}\n"),
            &["--kid", "old", "--activate"],
        )
        .await;
        output.ok();
        let settings = desk.post_json(&["key", "export", "--as", "talk"]).await;
        assert_eq!(settings["TALK_JWT_SECRET"], secret);
        assert_eq!(settings["TALK_JWT_ALG"], "HS256");
        assert_eq!(settings["TALK_JWT_ISSUER"], "https://talk.post.example");
        assert_eq!(settings["TALK_JWT_AUDIENCE"], "talk");
        assert_eq!(settings["TALK_JWT_SECRETS"], Value::Null);
        let lines = desk.post(&["key", "export", "--as", "talk"]).await.ok();
        let line = format!("TALK_JWT_SECRET={secret}");
        assert!(lines.stdout.lines().any(|other| other == line), "{lines:?}");
    }
}

#[tokio::test]
async fn the_settings_are_read_back_by_a_shell_as_they_were() {
    let desk = Desk::with_newsroom().await;
    let secret = "kq3Vb8 ZrT1y$HOME`Lw7#XeuDf5Hs2!&x";
    import(&desk, secret, &["--kid", "old", "--activate"])
        .await
        .ok();
    let lines = desk.post(&["key", "export", "--as", "talk"]).await.ok();
    let line = lines
        .stdout
        .lines()
        .find(|line| line.starts_with("TALK_JWT_SECRET="));
    let script = format!("{}; printf %s \"$TALK_JWT_SECRET\"", line.unwrap());
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), secret);
}

#[tokio::test]
async fn talk_is_not_given_what_it_cannot_read() {
    let desk = Desk::with_readers().await;
    desk.token("1").await;
    let rotated = desk.post(&["key", "rotate", "--alg", "ES256"]).await.ok();
    assert_mentions(&rotated, &["one algorithm for all keys"]);
    let output = desk.post(&["key", "export", "--as", "talk"]).await;
    assert!(output.stdout.contains("TALK_JWT_ALG=ES256"), "{output:?}");
    assert_mentions(
        &output.ok(),
        &["one algorithm for all keys", "refuses the tokens", "HS256"],
    );
    desk.post(&["key", "rotate", "--alg", "EdDSA"]).await.ok();
    let output = desk.post(&["key", "export", "--as", "talk"]).await;
    assert_fails(&output, 1, &["Talk v4 doesn't know EdDSA", "rotate"]);
    let jwks = desk.post_json(&["key", "export", "--as", "jwks"]).await;
    assert_eq!(jwks["keys"][0]["crv"], "Ed25519");
    assert_eq!(jwks["keys"][0]["d"], Value::Null);
}

#[tokio::test]
async fn private_keys_are_printed_only_when_asked_for() {
    let desk = Desk::with_newsroom().await;
    desk.post(&["key", "create", "--alg", "ES256", "--activate"])
        .await
        .ok();
    let output = desk.post(&["key", "export", "--as", "talk"]).await.ok();
    assert!(output.stdout.contains("BEGIN PUBLIC KEY"));
    assert!(!output.stdout.contains("PRIVATE"));
    assert_mentions(&output, &["--with-private"]);
    let output = desk
        .post(&["key", "export", "--as", "talk", "--with-private"])
        .await
        .ok();
    assert!(output.stdout.contains("PRIVATE KEY"), "{output:?}");
    let output = desk.post(&["key", "list"]).await.ok();
    assert!(!output.stdout.contains("BEGIN"));
}

#[tokio::test]
async fn an_export_of_secrets_is_audited() {
    let desk = Desk::with_newsroom().await;
    let events = desk.count("audit_events where action = 'key.export'").await;
    desk.post(&["key", "export", "--as", "talk"]).await.ok();
    let after = desk.count("audit_events where action = 'key.export'").await;
    assert_eq!(after, events + 1);
}

#[tokio::test]
async fn two_rotations_at_once_leave_one_active_key() {
    let desk = Desk::with_readers().await;
    desk.token("1").await;
    let rotate = ["key", "rotate"];
    let outputs = tokio::join!(desk.post(&rotate), desk.post(&rotate), desk.post(&rotate));
    let outputs = [outputs.0, outputs.1, outputs.2];
    for output in outputs.iter().filter(|output| output.code != 0) {
        assert_fails(output, 1, &["somebody else"]);
    }
    assert!(outputs.iter().any(|output| output.code == 0));
    let keys = states(&desk).await;
    let active = keys
        .as_object()
        .unwrap()
        .values()
        .filter(|state| **state == "active");
    assert_eq!(active.count(), 1, "{keys}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_or_is_no_key_is_told() {
    let desk = Desk::with_newsroom().await;
    let output = desk
        .post(&["key", "import", "--file", "/nowhere/key"])
        .await;
    assert_fails(&output, 1, &["/nowhere/key can't be read"]);
    let output = import(
        &desk,
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        &["--alg", "RS256"],
    )
    .await;
    assert_fails(&output, 1, &["lanyard: "]);
    assert_eq!(desk.count("signing_keys").await, 1);
}
