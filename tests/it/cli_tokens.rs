//! `lanyard token` and `lanyard api-key`.

use crate::{
    desk::{Desk, assert_fails, assert_mentions},
    harness::{claims_of, header_of, now},
};

#[tokio::test]
async fn a_token_says_who_it_is_for_and_until_when() {
    let desk = Desk::with_readers().await;
    let token = desk.token("1").await;
    let claims = claims_of(&token);
    assert_eq!(
        (&claims["sub"], &claims["aud"]),
        (&"1".into(), &"talk".into())
    );
    assert_eq!(claims["iss"], "https://talk.post.example");
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 6 * 3_600);
    let checked = desk.check(&token).await;
    assert_eq!(checked["user"], "1");
    assert_eq!(checked["purpose"], "reader");
    assert_eq!(checked["user_known"], true);
    assert_eq!(checked["jti"], claims["jti"]);
    assert_eq!(checked["kid"], header_of(&token)["kid"]);
    let output = desk.post(&["token", "check", &token]).await.ok();
    assert!(
        output.stdout.starts_with("accepted: for reader 1"),
        "{output:?}"
    );
    let input = format!("{token}\n");
    desk.post_with_input(&["token", "check", "-"], &input)
        .await
        .ok();
}

#[tokio::test]
async fn no_token_is_issued_for_nobody() {
    let desk = Desk::with_readers().await;
    for id in ["7", "1 ", "ONE"] {
        let output = desk.post(&["token", "issue", "--user", id]).await;
        assert_fails(&output, 1, &["lanyard: "]);
    }
    let output = desk.post(&["token", "issue", "--user", "7"]).await;
    assert_fails(
        &output,
        1,
        &["no reader with this id in `post`", "user import"],
    );
    let output = desk.post(&["token", "issue", "--user", ""]).await;
    assert_fails(&output, 1, &["must not be empty"]);
    desk.import("u.ndjson", "{\"id\":\"x@post.example\"}\n")
        .await
        .ok();
    let output = desk
        .post(&["token", "issue", "--user", "x@post.example"])
        .await;
    assert_fails(&output, 1, &["e-mail address"]);
}

#[tokio::test]
async fn no_token_is_issued_for_a_suspended_newsroom() {
    let desk = Desk::with_readers().await;
    let token = desk.token("1").await;
    desk.run(&["tenant", "suspend", "post"]).await.ok();
    assert_eq!(
        desk.check(&token).await["accepted"],
        false,
        "the server refuses it"
    );
    let output = desk.post(&["token", "issue", "--user", "1"]).await;
    assert_fails(&output, 1, &["suspended"]);
}

#[tokio::test]
async fn a_refused_token_is_told_why_with_exit_code_1() {
    let desk = Desk::with_readers().await;
    let token = desk.token("1").await;
    let output = desk.post(&["token", "check", "abc"]).await;
    assert_eq!(output.code, 1);
    assert!(
        output
            .stdout
            .starts_with("refused: the token is malformed\n"),
        "{output:?}"
    );
    let mut parts: Vec<_> = token.split('.').collect();
    let other = desk.token("2").await;
    parts[1] = other.split('.').nth(1).unwrap();
    assert_eq!(
        desk.check(&parts.join(".")).await["reason"],
        "bad_signature"
    );
    let issuer = "https://other.example";
    desk.run(&["tenant", "create", "other", "--issuer", issuer])
        .await
        .ok();
    let output = desk
        .run(&["token", "check", "--tenant", "other", &token])
        .await;
    assert_eq!(output.code, 1);
    assert!(
        output
            .stdout
            .starts_with("refused: the key id is unknown\n"),
        "{output:?}"
    );
}

#[tokio::test]
async fn pasted_settings_are_judged_with_the_token() {
    let desk = Desk::with_readers().await;
    let token = desk.token("1").await;
    let export = desk.post(&["key", "export", "--as", "talk"]).await.ok();
    let good = desk.file("good.env", &export.stdout);
    let output = desk
        .post(&["token", "check", &token, "--settings", &good])
        .await
        .ok();
    for words in [
        "accepted: for reader 1",
        "read from the settings: TALK_JWT_SECRETS, line ",
        "Talk v4: accepted",
        "✓ `iss` is Talk's issuer",
    ] {
        assert!(output.stdout.contains(words), "{words}: {output:?}");
    }
    let slash = export.stdout.replace(
        "ISSUER=https://talk.post.example",
        "ISSUER=https://talk.post.example/",
    );
    let output = desk
        .post_with_input(&["token", "check", &token, "--settings", "-"], &slash)
        .await;
    assert_eq!(output.code, 1);
    for words in [
        "refused: `iss` is `https://talk.post.example`",
        "Talk v4: anonymous",
        "✗ `iss` is Talk's issuer to the letter [talk-issuer]",
        "a slash too many",
        "→ make both the same text",
        "Lanyard: accepted",
    ] {
        assert!(output.stdout.contains(words), "{words}: {output:?}");
    }
    let secret = export.stdout.split("\"secret\":\"").nth(1).unwrap();
    let secret = secret.split('"').next().unwrap();
    assert!(!output.stdout.contains(secret) && !output.stderr.contains(secret));
    let both = desk.post(&["token", "check", "-", "--settings", "-"]).await;
    assert_fails(&both, 1, &["can't both come from standard input"]);
}

#[tokio::test]
async fn a_revoked_token_is_refused_and_the_reader_s_others_are_not() {
    let desk = Desk::with_readers().await;
    let (one, two) = (desk.token("1").await, desk.token("1").await);
    let output = desk.post(&["token", "revoke", &one]).await.ok();
    assert_eq!(output.stdout, "the token is revoked\n");
    assert_mentions(&output, &["Talk verifies alone"]);
    assert_eq!(desk.check(&one).await["reason"], "token_revoked");
    assert_eq!(desk.check(&two).await["accepted"], true);
    // Again is no failure: it is what was wanted.
    desk.post(&["token", "revoke", &one]).await.ok();
    let output = desk.post(&["token", "revoke", "abc"]).await;
    assert_fails(&output, 1, &["anyway", "malformed"]);
}

#[tokio::test]
async fn revoking_a_reader_s_tokens_kills_those_issued_before_and_in_this_second() {
    let desk = Desk::with_readers().await;
    let (old, other) = (desk.token("1").await, desk.token("2").await);
    let output = desk.post(&["token", "revoke", "--user", "1"]).await.ok();
    assert_eq!(output.stdout, "the reader's tokens are revoked\n");
    let new = desk.token("1").await;
    assert_eq!(desk.check(&old).await["reason"], "user_tokens_revoked");
    assert_eq!(desk.check(&new).await["accepted"], true);
    assert_eq!(desk.check(&other).await["accepted"], true);
    assert_ne!(claims_of(&old)["iat"], claims_of(&new)["iat"]);
}

#[tokio::test]
async fn an_issuing_token_is_made_only_where_it_is_accepted() {
    let desk = Desk::with_newsroom().await;
    let output = desk.post(&["token", "issuing"]).await;
    assert_fails(
        &output,
        1,
        &["doesn't accept issuing tokens", "api-key create"],
    );
    let create = [
        "tenant",
        "create",
        "cms",
        "--issuer",
        "https://cms.example",
        "--accept-issuing-tokens",
    ];
    desk.run(&create).await.ok();
    let issuing = ["token", "issuing", "--tenant", "cms"];
    let made = desk
        .run(&[&issuing[..], &["--expires-in", "90d", "--json"]].concat())
        .await
        .json();
    let token = made["token"].as_str().unwrap();
    let claims = claims_of(token);
    assert_eq!(claims["sub"], "TALK_TOKEN_EXAMPLE");
    assert_eq!(claims["jti"], made["jti"]);
    let left = claims["exp"].as_i64().unwrap() - now();
    assert!((90 * 86_400 - 60..=90 * 86_400).contains(&left), "{left}");
    let checked = desk
        .run(&["token", "check", "--tenant", "cms", token, "--json"])
        .await
        .json();
    assert_eq!(
        (&checked["accepted"], &checked["purpose"]),
        (&true.into(), &"issuing".into())
    );
    desk.run(&["token", "revoke", "--tenant", "cms", token])
        .await
        .ok();
    assert_eq!(
        desk.run(&["token", "check", "--tenant", "cms", token])
            .await
            .code,
        1
    );
    let endless = desk
        .run(&[&issuing[..], &["--no-expiry"]].concat())
        .await
        .ok();
    assert_eq!(
        claims_of(endless.stdout.trim())["exp"],
        serde_json::Value::Null
    );
    desk.run(&["token", "check", "--tenant", "cms", endless.stdout.trim()])
        .await
        .ok();
}

#[tokio::test]
async fn an_api_key_is_shown_once_listed_by_its_end_and_revoked() {
    let desk = Desk::with_newsroom().await;
    let made = desk
        .post_json(&["api-key", "create", "--name", "cms", "--expires-in", "90d"])
        .await;
    let (plain, id) = (
        made["api_key"].as_str().unwrap(),
        made["id"].as_str().unwrap(),
    );
    let list = desk.post(&["api-key", "list"]).await.ok().stdout;
    assert!(
        !list.contains(plain) && list.contains(&plain[plain.len() - 4..]),
        "{list}"
    );
    assert_eq!(list.lines().count(), 2);
    let listed = desk.post_json(&["api-key", "list"]).await;
    assert_eq!(
        (&listed[0]["state"], &listed[0]["name"]),
        (&"active".into(), &"cms".into())
    );
    let revoked = desk.post(&["api-key", "revoke", id]).await.ok();
    assert_eq!(revoked.stdout, format!("API key {id} is revoked\n"));
    assert_eq!(
        desk.post_json(&["api-key", "list"]).await[0]["state"],
        "revoked"
    );
    let nobody = "00000000-0000-0000-0000-000000000000";
    let output = desk.post(&["api-key", "revoke", nobody]).await;
    assert_fails(&output, 1, &["there is no API key", "api-key list"]);
    let output = desk.post(&["api-key", "create", "--name", " "]).await;
    assert_fails(&output, 1, &["a name has 1 to 255 characters"]);
    assert_eq!(desk.count("api_keys").await, 1);
}

#[tokio::test]
async fn nothing_is_kept_of_a_reader_who_was_erased() {
    let desk = Desk::with_readers().await;
    desk.token("1").await;
    desk.post(&["user", "disable", "1"]).await.ok();
    assert_eq!(desk.count("user_surrogates").await, 1);
    desk.post(&["user", "delete", "1"]).await.ok();
    assert_eq!(desk.count("user_surrogates").await, 0);
    desk.post(&["token", "revoke", "--user", "1"]).await.ok();
    assert_eq!(desk.count("user_surrogates").await, 0);
    let named = "audit_events where action = 'user.revoke_tokens' and target <> '1'";
    assert_eq!(desk.count(named).await, 1);
    desk.post(&["token", "revoke", "--user", "2"]).await.ok();
    assert_eq!(desk.count("user_surrogates").await, 1);
}
