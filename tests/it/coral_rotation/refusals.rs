//! What is refused before anything begins, and what it says.

use lanyard_api::{Direction, Slot};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Desk, ROTATIONS, stand_in::MODERATOR};
use crate::harness::{Answer, App};

/// Asserts that nothing has begun, and that nothing of the token or of Coral's answer is told.
async fn assert_refused(desk: &Desk, answer: &Answer, status: u16, problem: &str) {
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (status, problem),
        "{answer:?}"
    );
    let text = answer.text();
    assert!(!text.contains("canary"), "{text}");
    assert_eq!(desk.app.database.count("coral_rotations").await, 0);
    assert_eq!(desk.coral.kept().secrets.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_wrong_or_no_admins_begins_nothing() {
    let desk = Desk::set().await;
    let ask = async |token: &str, dry_run: bool| {
        let body = json!({ "admin_token": token, "root_url": desk.coral.url, "dry_run": dry_run });
        desk.owner.post(ROTATIONS, &body).await
    };
    for dry_run in [true, false] {
        for persisted_only in [true, false] {
            desk.coral.kept().persisted_only = persisted_only;
            for (token, why) in [
                ("unknown-canary", "doesn't know the token"),
                (MODERATOR, "admin in Coral"),
            ] {
                let refused = ask(token, dry_run).await;
                assert_refused(&desk, &refused, 422, "coral-refused").await;
                assert!(refused.text().contains(why), "{}", refused.text());
            }
        }
    }
    for bad in [
        json!(""),
        json!("a b"),
        json!("a\r\nb"),
        json!("é"),
        json!(null),
        json!(1),
    ] {
        let refused = desk
            .owner
            .post(
                ROTATIONS,
                &json!({ "admin_token": bad, "root_url": desk.coral.url }),
            )
            .await;
        assert_refused(&desk, &refused, 422, "fields-invalid").await;
        assert_eq!(refused.json()["errors"][0]["pointer"], "/admin_token");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_answer_as_coral_does_begins_nothing() {
    let desk = Desk::set().await;
    let to_elsewhere: &[(&str, &str)] = &[("location", "http://127.0.0.1:1/")];
    let packed: &[(&str, &str)] = &[("content-encoding", "gzip")];
    let html: &[(&str, &str)] = &[("content-type", "text/html")];
    for (status, headers, body, why) in [
        (
            404,
            html,
            b"<html>canary".to_vec(),
            "isn't Coral's GraphQL (404)",
        ),
        (
            200,
            html,
            b"<html>canary".to_vec(),
            "isn't Coral's GraphQL (200)",
        ),
        (401, html, b"canary".to_vec(), "before Coral refuses"),
        (302, to_elsewhere, Vec::new(), "redirects (302)"),
        (307, to_elsewhere, b"{}".to_vec(), "redirects (307)"),
        (200, packed, b"\x1f\x8b".to_vec(), "compressed"),
        (200, &[], vec![b' '; 65_537], "longer than 64 KiB"),
        (
            200,
            &[],
            b"{\"data\":{\"settings\":{}}}".to_vec(),
            "lacks its signing secrets",
        ),
        (
            500,
            &[],
            br#"{"error":{"code":"TENANT_NOT_FOUND","message":"canary"}}"#.to_vec(),
            "no Coral for the host",
        ),
        (
            400,
            &[],
            br#"{"errors":[{"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}"#.to_vec(),
            "too old",
        ),
    ] {
        desk.coral.kept().instead = Some((status, headers, body));
        let refused = desk.begin().await;
        assert_refused(&desk, &refused, 424, "coral-unexpected").await;
        assert!(refused.text().contains(why), "{why}: {}", refused.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coral_that_is_not_reached_begins_nothing() {
    let desk = Desk::set().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let path = "/v1/tenants/the-post/deployments/coral";
    let set = json!({ "root_url": format!("http://127.0.0.1:{port}") });
    assert_eq!(desk.owner.patch(path, &set).await.status, 200);
    let refused = desk.begin().await;
    assert_refused(&desk, &refused, 424, "coral-unreachable").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_to_an_address_that_is_not_public_unless_the_operator_allows_it() {
    let desk = Desk::on(App::start().await).await;
    let refused = desk.begin().await;
    assert_refused(&desk, &refused, 422, "outbound-forbidden").await;
    assert!(refused.text().contains("LANYARD_OUTBOUND_ALLOW"));
    let path = "/v1/tenants/the-post/deployments/coral";
    let port = desk.coral.url.rsplit(':').next().unwrap().to_owned();
    for url in [
        format!("http://localhost:{port}"),
        format!("https://2130706433:{port}"),
        format!("http://0x7f.1:{port}"),
        format!("https://[::ffff:127.0.0.1]:{port}"),
        "https://169.254.169.254/latest".to_owned(),
        "http://coral.example".to_owned(),
    ] {
        let set = desk.owner.patch(path, &json!({ "root_url": url })).await;
        assert_eq!(set.status, 200, "{url}: {set:?}");
        assert_refused(&desk, &desk.begin().await, 422, "outbound-forbidden").await;
    }
    assert_eq!(desk.coral.kept().requests, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_overlap_that_would_refuse_readers_is_too_short() {
    let desk = Desk::set().await;
    let ask = async |overlap: Value| {
        let mut body = desk.asked().await;
        (body["overlap"], body["dry_run"]) = (overlap, true.into());
        desk.owner.post(ROTATIONS, &body).await
    };
    for short in [
        json!(59),
        json!(super::OVERLAP - 1),
        json!(2_147_483_648_i64),
        json!("7d"),
    ] {
        let refused = ask(short).await;
        assert_refused(&desk, &refused, 422, "fields-invalid").await;
        assert_eq!(refused.json()["errors"][0]["pointer"], "/overlap");
    }
    assert_eq!(ask(json!(super::OVERLAP)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_coral_takes_only_while_it_has_one_secret_stop_a_rotation() {
    let app = App::builder().outbound_allow("127.0.0.0/8").start().await;
    let desk = Desk::without_key(app).await;
    let first = desk.coral.first();
    // As somebody imports it who doesn't name its id.
    desk.import(&first.text, "our-own-name").await;
    let token = desk.token().await;
    desk.assert_taken(std::slice::from_ref(&token));
    let refused = desk.begin().await;
    assert_refused(&desk, &refused, 409, "state-conflict").await;
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("our-own-name") && detail.contains(&first.kid),
        "{detail}"
    );
    // What it says helps: the secret under Coral's id, and patience.
    desk.import(&first.text, &first.kid).await;
    let refused = desk.begin().await;
    assert_refused(&desk, &refused, 409, "state-conflict").await;
    assert!(refused.text().contains("Wait until its last token"));
    desk.app.clock.advance(21_661);
    desk.prove().await;
    desk.assert_done(&desk.rotate().await, &[]).await;
    // It was right: with a second secret Coral doesn't know them.
    assert!(
        desk.coral
            .refuses(&token)
            .unwrap()
            .contains("no matching keys")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_coral_with_a_root_url_is_rotated() {
    let desk = Desk::set().await;
    let body = desk.asked().await;
    let rotations = |name: &str| format!("/v1/tenants/the-post/deployments/{name}/coral-rotations");
    let talk = desk.owner.post(&rotations("default"), &body).await;
    assert_refused(&desk, &talk, 409, "state-conflict").await;
    assert!(talk.text().contains("is a Talk"));
    let none = desk.owner.post(&rotations("nothing"), &body).await;
    assert_refused(&desk, &none, 404, "not-found").await;
    let path = "/v1/tenants/the-post/deployments/coral";
    let cleared = desk.owner.patch(path, &json!({ "root_url": null })).await;
    assert_eq!(cleared.status, 200);
    let homeless = desk.begin().await;
    assert_refused(&desk, &homeless, 409, "state-conflict").await;
    assert!(homeless.text().contains("root_url"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_is_one_of_its_own_deployment_and_newsroom() {
    let desk = Desk::set().await;
    let run = desk.rotate().await;
    let id = run["id"].as_str().unwrap();
    let other = json!({ "name": "other", "kind": "coral", "root_url": desk.coral.url });
    desk.owner
        .post("/v1/tenants/the-post/deployments", &other)
        .await;
    let other = format!("/v1/tenants/the-post/deployments/other/coral-rotations/{id}");
    assert_eq!(desk.owner.get(&other).await.status, 404);
    for act in ["resume", "abandon"] {
        let answer = desk.owner.post(&format!("{other}/{act}"), &json!({})).await;
        assert_eq!(answer.status, 404, "{act}");
    }
    desk.app.tenant("the-times").await;
    let stranger = desk.app.member("the-times", "owner").await;
    let path = format!("{ROTATIONS}/{id}");
    assert_eq!(stranger.get(&path).await.status, 404);
    let theirs = format!("/v1/tenants/the-times/deployments/default/coral-rotations/{id}");
    assert_eq!(stranger.get(&theirs).await.status, 404);
    // The second wall.
    let mut connection = desk.app.database.connect().await;
    sqlx::query("set role lanyard_app")
        .execute(&mut connection)
        .await
        .unwrap();
    let count: i64 = sqlx::query_scalar("select count(*) from coral_rotations")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(count, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_with_as_many_keys_as_it_may_have_rotates_nothing() {
    let desk = Desk::set().await;
    desk.app
        .database
        .execute("update tenants set max_signing_keys = 2, version = version + 1")
        .await;
    let refused = desk.begin().await;
    assert_refused(&desk, &refused, 409, "quota-exceeded").await;
    let request = desk.owner.request(Method::GET, ROTATIONS);
    assert_eq!(Answer::to(request).await.json()["data"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_goes_only_where_its_owner_takes_coral_to_be() {
    let desk = Desk::set().await;
    let mut body = desk.asked().await;
    // Somebody who may change the deployment, and would like to have the token.
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", elsewhere.local_addr().unwrap());
    let path = "/v1/tenants/the-post/deployments/coral";
    let set = desk.owner.patch(path, &json!({ "root_url": url })).await;
    assert_eq!(set.status, 200, "{set:?}");
    for dry_run in [true, false] {
        body["dry_run"] = dry_run.into();
        let refused = desk.owner.post(ROTATIONS, &body).await;
        assert_refused(&desk, &refused, 409, "state-conflict").await;
        assert!(refused.text().contains(&url), "{}", refused.text());
    }
    for wrong in [json!(null), json!("coral.example"), json!(1)] {
        body["root_url"] = wrong;
        let refused = desk.owner.post(ROTATIONS, &body).await;
        assert_refused(&desk, &refused, 422, "fields-invalid").await;
        assert_eq!(refused.json()["errors"][0]["pointer"], "/root_url");
    }
    let mut waiting = std::pin::pin!(elsewhere.accept());
    let nobody = futures_util::poll!(&mut waiting);
    assert!(nobody.is_pending(), "nobody came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_to_corals_that_do_not_answer_are_few_and_other_newsrooms_are_not_kept_waiting() {
    let desk = Desk::set().await;
    let tenant = desk.app.state.views.get("the-post").await.unwrap().unwrap();
    let take = || Slot::take(&desk.app.state, tenant.id, Direction::Call);
    let (_one, two) = (take().unwrap(), take().unwrap());
    assert!(take().is_err());
    let refused = desk.begin().await;
    assert_refused(&desk, &refused, 429, "rate-limited").await;
    assert!(!refused.header("retry-after").is_empty());
    drop(two);
    desk.assert_done(&desk.rotate().await, &[]).await;
}
