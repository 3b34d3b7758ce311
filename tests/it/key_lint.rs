//! A key that is in use elsewhere is refused: in another deployment, and in another newsroom, whose it is never said.

use lanyard_core::key::{Algorithm, generate};
use serde_json::{Value, json};

use crate::{
    desk::assert_fails,
    harness::{Answer, App, DEMO_SECRET, MASTER_KEY, Newsroom, Person, eventually, lanyard, run},
};

const SECRET: &str = "nine-wild-Otters-drum-under-7-bridges!";

fn import_path(slug: &str, deployment: &str) -> String {
    format!("/v1/tenants/{slug}/deployments/{deployment}/signing-keys/import")
}

async fn import(person: &Person, slug: &str, deployment: &str, body: &Value) -> Answer {
    person.post(&import_path(slug, deployment), body).await
}

/// Two newsrooms, and an owner of each.
async fn two(app: &App) -> (Person, Person) {
    app.tenant("the-post").await;
    app.tenant("the-times").await;
    (
        app.member("the-post", "owner").await,
        app.member("the-times", "owner").await,
    )
}

/// Refused as one that is in use elsewhere.
#[track_caller]
fn assert_reused(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (409, "key-reused"),
        "{answer:?}"
    );
    assert!(!answer.text().contains(SECRET), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_newsrooms_secret_is_refused_and_nobody_is_told_whose_it_is() {
    let app = App::start().await;
    let (post, times) = two(&app).await;
    let body = json!({ "key": SECRET, "kid": "own" });
    let taken = import(&post, "the-post", "default", &body).await;
    assert_eq!(taken.status, 201, "{taken:?}");
    let before = app.database.count("audit_events").await;
    let entry = format!(r#"{{"kid":"talks","secret":"{SECRET}"}}"#);
    for body in [
        json!({ "key": SECRET }),
        json!({ "key": entry, "verify_only": true }),
        json!({ "key": SECRET, "activate": true }),
    ] {
        let refused = import(&times, "the-times", "default", &body).await;
        assert_reused(&refused);
        let text = refused.text();
        assert!(text.contains("Another newsroom has this secret"), "{text}");
        assert!(!text.contains("post") && !text.contains("own"), "{text}");
    }
    // Nobody may insist over HTTP.
    let body = json!({ "key": SECRET, "accept_shared": true });
    let refused = import(&times, "the-times", "default", &body).await;
    assert_eq!(refused.problem(), "fields-invalid");
    assert_eq!(app.database.count("audit_events").await, before);
    let own = "signing_keys where origin = 'imported'";
    assert_eq!(app.database.count(own).await, 1);
    // One that differs in a letter is another.
    let body = json!({ "key": SECRET.replace('7', "8") });
    let taken = import(&times, "the-times", "default", &body).await;
    assert_eq!(taken.status, 201, "{taken:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_may_insist_at_the_terminal_and_the_log_says_so() {
    let app = App::start().await;
    let (post, _) = two(&app).await;
    let body = json!({ "key": SECRET });
    import(&post, "the-post", "default", &body).await;
    let place = ["key", "import", "--tenant", "the-times", "--file", "-"];
    let refused = app.cli_with_input(&place, SECRET.as_bytes()).await;
    assert_fails(&refused, 1, &["another newsroom", "--accept-shared"]);
    let place = [&place[..], &["--accept-shared"]].concat();
    app.cli_with_input(&place, SECRET.as_bytes()).await.ok();
    let shared = "audit_events where action = 'key.import' and detail like '%\"shared\":true%'";
    assert_eq!(app.database.count(shared).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_secret_serves_one_deployment_and_never_again_once_revoked() {
    let app = App::start().await;
    let (post, _) = two(&app).await;
    let deployments = "/v1/tenants/the-post/deployments";
    for body in [
        json!({ "name": "coral", "kind": "coral" }),
        json!({ "name": "sports", "kind": "talk", "root_url": "https://sports.the-post.example" }),
    ] {
        let made = post.post(deployments, &body).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let body = json!({ "key": SECRET, "kid": "talk", "activate": true });
    let taken = import(&post, "the-post", "default", &body).await;
    assert_eq!(taken.status, 201, "{taken:?}");
    for deployment in ["coral", "sports"] {
        let refused = import(&post, "the-post", deployment, &json!({ "key": SECRET })).await;
        assert_reused(&refused);
        assert!(
            refused.text().contains("another deployment")
                || refused.text().contains("Another deployment")
        );
    }
    // In its own deployment it may go by another name, until somebody else may have it.
    let body = json!({ "key": SECRET, "kid": "again" });
    let again = import(&post, "the-post", "default", &body).await;
    assert_eq!(again.status, 201, "{again:?}");
    let keys = format!("{deployments}/default/signing-keys");
    post.post(&format!("{keys}/talk/revoke"), &json!({})).await;
    let body = json!({ "key": SECRET, "kid": "third" });
    assert_reused(&import(&post, "the-post", "default", &body).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_key_pair_only_the_private_half_is_compared_across_newsrooms() {
    let app = App::start().await;
    let (post, times) = two(&app).await;
    let pair = generate(Algorithm::ES256).unwrap();
    let (private, public) = (
        pair.private_pem().unwrap().to_string(),
        pair.public_pem().unwrap(),
    );
    let body = json!({ "key": public, "algorithm": "ES256", "verify_only": true });
    let taken = import(&post, "the-post", "default", &body).await;
    assert_eq!(taken.status, 201, "{taken:?}");
    // Everybody may have the public half, so it is no reason to refuse whoever has the pair, nor a third who verifies too.
    let taken = import(&times, "the-times", "default", &body).await;
    assert_eq!(taken.status, 201, "{taken:?}");
    let body = json!({ "key": private, "algorithm": "ES256" });
    let pair = import(&times, "the-times", "default", &body).await;
    assert_eq!(pair.status, 201, "{pair:?}");
    // Two have the private half: that is a secret no more.
    assert_reused(&import(&post, "the-post", "default", &body).await);
    // Nor do a newsroom's own deployments take each other's tokens.
    let sports =
        json!({ "name": "sports", "kind": "talk", "root_url": "https://sports.the-post.example" });
    let made = post.post("/v1/tenants/the-post/deployments", &sports).await;
    assert_eq!(made.status, 201, "{made:?}");
    let body = json!({ "key": public, "algorithm": "ES256", "verify_only": true });
    assert_reused(&import(&post, "the-post", "sports", &body).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_pair_does_not_come_back_as_its_public_half() {
    let app = App::start().await;
    let (post, _) = two(&app).await;
    let pair = generate(Algorithm::ES256).unwrap();
    let private = pair.private_pem().unwrap().to_string();
    let body = json!({ "key": private, "algorithm": "ES256", "kid": "pair" });
    let taken = import(&post, "the-post", "default", &body).await;
    assert_eq!(taken.status, 201, "{taken:?}");
    let path = "/v1/tenants/the-post/deployments/default/signing-keys/pair/revoke";
    post.post(path, &json!({})).await;
    let body =
        json!({ "key": pair.public_pem().unwrap(), "algorithm": "ES256", "verify_only": true });
    assert_reused(&import(&post, "the-post", "default", &body).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_newsrooms_that_bring_one_secret_at_once_one_has_it() {
    let app = App::start().await;
    let (post, times) = two(&app).await;
    let body = json!({ "key": SECRET });
    let (one, two) = tokio::join!(
        import(&post, "the-post", "default", &body),
        import(&times, "the-times", "default", &body)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{one:?} {two:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_services_secret_is_taken_over_once() {
    let app = App::start().await;
    Newsroom::import_demo(&app, "the-post", "https://talk.the-post.example").await;
    let folder = tempfile::TempDir::new().unwrap();
    let env = format!("SECRET={DEMO_SECRET}\nJWT_ISSUER=https://talk.the-times.example\n");
    std::fs::write(folder.path().join(".env"), env).unwrap();
    let folder = folder.path().to_str().unwrap();
    let command = ["tenant", "import-demo", "the-times", folder];
    let refused = app.cli(&command).await;
    assert_fails(&refused, 1, &["another newsroom", "--accept-shared"]);
    assert_eq!(app.database.count("tenants").await, 1);
    let insist = [&command[..], &["--accept-shared"]].concat();
    app.cli(&insist).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_before_are_known_again_once_a_server_has_started() {
    let app = App::start().await;
    let (post, times) = two(&app).await;
    let body = json!({ "key": SECRET });
    import(&post, "the-post", "default", &body).await;
    let forget = "update signing_keys set fingerprint = null; delete from fingerprint_key";
    app.database.execute(forget).await;
    let second = app.second_server().await;
    eventually("all keys have fingerprints", async || {
        second
            .database
            .count("signing_keys where fingerprint is null")
            .await
            == 0
    })
    .await;
    assert_reused(&import(&times, "the-times", "default", &body).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fingerprints_outlive_the_master_key() {
    const NEW: &str = "new:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    let both = format!("{NEW},{MASTER_KEY}");
    let mut app = App::builder().master_keys(&both).start().await;
    let (post, times) = two(&app).await;
    let body = json!({ "key": SECRET });
    import(&post, "the-post", "default", &body).await;
    let mut rotate = lanyard(&app.database.url);
    rotate
        .env("LANYARD_MASTER_KEY", &both)
        .args(["master-key", "rotate"]);
    run(rotate, b"").await.ok();
    let sealed = "select master_key_id from fingerprint_key";
    assert_eq!(app.database.texts(sealed).await, ["new"]);
    app.stop().await;
    let newer = app.second_builder().master_keys(NEW).start().await;
    let request = times.request(reqwest::Method::POST, "").build().unwrap();
    let url = format!("{}{}", newer.url, import_path("the-times", "default"));
    let request = newer
        .client
        .post(url)
        .headers(request.headers().clone())
        .json(&body);
    assert_reused(&Answer::to(request).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_may_take_an_issuer_of_lanyards_own() {
    let app = App::start().await;
    let (post, _) = two(&app).await;
    let deployments = "/v1/tenants/the-post/deployments";
    let issuer = "URN:lanyard:check";
    let body = json!({ "name": "own", "kind": "talk", "issuer": issuer });
    let made = post.post(deployments, &body).await;
    let body = json!({ "issuer": issuer });
    let request = post.request(reqwest::Method::PATCH, &format!("{deployments}/default"));
    let changed = Answer::to(request.json(&body)).await;
    let body = json!({ "name": "Mine", "issuer": issuer });
    let founded = post.post("/v1/tenants", &body).await;
    for refused in [made, changed, founded] {
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(
            refused.json()["errors"][0]["pointer"],
            "/issuer",
            "{refused:?}"
        );
    }
    let create = ["tenant", "create", "mine", "--issuer", issuer];
    assert_fails(&app.cli(&create).await, 1, &["Lanyard's own"]);
}
