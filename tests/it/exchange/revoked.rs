//! A code is no way round what was revoked since it was made.

use reqwest::Method;
use serde_json::json;

use super::{EXCHANGE, SITE, Stage, present};
use crate::harness::Answer;

#[tokio::test]
async fn the_codes_of_a_reader_end_with_what_ends_the_readers_tokens_on_every_node() {
    let stage = Stage::set().await;
    let other = stage.app.second_server().await;
    // Both nodes hold the newsroom and its readers.
    stage.post.token("1").await;
    stage.post.through(&other).token("1").await;
    stage.post.through(&other).token("2").await;
    let users = "/v1/tenants/post/users";
    for (method, path, after) in [
        (Method::POST, "1/disable", Some("1/enable")),
        (Method::POST, "1/revoke-tokens", None),
        (Method::DELETE, "1", None),
    ] {
        let (code, spare) = (stage.code("1").await, stage.code("2").await);
        let act = stage
            .admin
            .request(method.clone(), &format!("{users}/{path}"));
        let done = Answer::to(act).await;
        assert!(done.status < 300, "{done:?}");
        // At once, also where nobody has heard of it.
        let refused = present(&other, EXCHANGE, Some(SITE), &code).await;
        assert_eq!(refused.problem(), "code-invalid", "{path}");
        if let Some(path) = after {
            let act = stage
                .admin
                .request(Method::POST, &format!("{users}/{path}"));
            assert_eq!(Answer::to(act).await.status, 200);
            let refused = stage.redeem(&code).await;
            assert_eq!(refused.problem(), "code-invalid", "{path}");
        }
        assert_eq!(
            present(&other, EXCHANGE, Some(SITE), &spare).await.status,
            201
        );
    }
    // Somebody else of that id isn't who the code was for.
    let code = stage.code("2").await;
    let deleted = stage.admin.delete(&format!("{users}/2")).await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    let made = stage.admin.post(users, &json!({ "id": "2" })).await;
    assert_eq!(made.status, 201);
    assert_eq!(stage.redeem(&code).await.problem(), "code-invalid");
}

#[tokio::test]
async fn the_command_line_ends_codes_too() {
    let stage = Stage::set().await;
    let code = stage.code("1").await;
    let revoke = ["token", "revoke", "--tenant", "post", "--user", "1"];
    stage.app.cli(&revoke).await.ok();
    assert_eq!(stage.redeem(&code).await.problem(), "code-invalid");
    let code = stage.code("1").await;
    assert_eq!(stage.redeem(&code).await.status, 201, "a later one is good");
}

#[tokio::test]
async fn the_codes_of_an_api_key_end_with_the_key() {
    let stage = Stage::set().await;
    let code = stage.code("1").await;
    let by_hand = stage
        .admin
        .post(super::CODES, &json!({ "user": "1" }))
        .await;
    let by_hand = by_hand.json()["code"].as_str().unwrap().to_owned();
    let path = format!("/v1/tenants/post/api-keys/{}", stage.post.api_key_id);
    let revoked = stage.admin.delete(&path).await;
    assert!(revoked.status < 300, "{revoked:?}");
    assert_eq!(stage.redeem(&code).await.problem(), "code-invalid");
    assert_eq!(stage.redeem(&by_hand).await.status, 201);
    let asked = stage.ask(&json!({ "user": "1" })).await;
    assert_eq!(asked.problem(), "token-invalid");
}

#[tokio::test]
async fn a_code_that_slipped_in_after_the_revocation_is_refused_all_the_same() {
    let stage = Stage::set().await;
    let (of_reader, of_key) = (stage.code("1").await, stage.code("2").await);
    // As by a node that hadn't heard when it made them.
    let keep = "create table kept as select * from exchange_codes";
    let database = &stage.app.database;
    database.execute(keep).await;
    let disable = "/v1/tenants/post/users/1/disable";
    assert_eq!(stage.admin.post(disable, &json!({})).await.status, 200);
    let path = format!("/v1/tenants/post/api-keys/{}", stage.post.api_key_id);
    assert!(stage.admin.delete(&path).await.status < 300);
    assert_eq!(stage.codes().await, 0);
    let bring_back = "insert into exchange_codes select * from kept";
    database.execute(bring_back).await;
    database
        .execute("update exchange_codes set api_key_id = null where user_id = '1'")
        .await;
    for code in [of_reader, of_key] {
        assert_eq!(stage.redeem(&code).await.problem(), "code-invalid");
    }
}

#[tokio::test]
async fn a_code_for_a_deployment_that_is_gone_is_refused() {
    let stage = Stage::set().await;
    stage.coral().await;
    let asked = stage
        .ask(&json!({ "user": "1", "deployment": "coral" }))
        .await;
    let code = asked.json()["code"].as_str().unwrap().to_owned();
    let owner = stage.app.member("post", "owner").await;
    let gone = owner
        .delete("/v1/tenants/post/deployments/coral?force=true")
        .await;
    assert!(gone.status < 300, "{gone:?}");
    assert_eq!(stage.redeem(&code).await.problem(), "code-invalid");
}
