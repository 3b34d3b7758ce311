//! Coral's deployments: their keys, their tokens, and how far a token may raise its reader.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Answer, App, Newsroom, Person, claims_of, eventually, header_of, is_signed_with,
};

pub(crate) const CORAL_SECRET: &str =
    "ssosec_7f3c9a5be1d24806b7a98e0c6f51d3e27b84ac90f1e65d3c2a7b09f8e4d1c6a5";
const DEPLOYMENTS: &str = "/v1/tenants/the-post/deployments";
const KEYS: &str = "/v1/tenants/the-post/deployments/coral/signing-keys";
const OWNER: &str = "owner@the-post.example";
const TOKENS: &str = "/v1/tenants/the-post/tokens";

/// A newsroom with a Talk and a Coral, whose secret signs.
async fn stage() -> (App, Newsroom, Person) {
    let app = App::start().await;
    let post = app.tenant("the-post").await;
    let owner = app.member("the-post", "owner").await;
    let coral =
        json!({ "name": "coral", "kind": "coral", "root_url": "https://coral.the-post.example" });
    let made = owner.post(DEPLOYMENTS, &coral).await;
    assert_eq!(made.status, 201, "{made:?}");
    let key = json!({ "key": CORAL_SECRET, "kid": "5f3a9c0d1e2b4f6a", "activate": true });
    let imported = owner.post(&format!("{KEYS}/import"), &key).await;
    assert_eq!(imported.status, 201, "{imported:?}");
    assert_eq!(imported.json()["warnings"], json!([]));
    (app, post, owner)
}

async fn ask(owner: &Person, user: impl Into<Value>) -> Answer {
    let body = json!({ "user": user.into(), "deployment": "coral" });
    owner.post(TOKENS, &body).await
}

fn token_of(answer: &Answer) -> String {
    assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    answer.json()["token"].as_str().unwrap().to_owned()
}

fn staff() -> Value {
    json!({
        "id": "7", "email": "Jane@The-Post.example", "username": "jane", "role": "STAFF", "badges": ["editor"],
        "url": "https://the-post.example/jane", "avatar": "https://the-post.example/jane.png",
    })
}

/// An API key that issues and writes readers, with this ceiling.
async fn api_key(owner: &Person, max_role: Option<&str>, badges: bool) -> String {
    let body = json!({
        "name": "cms", "scopes": ["tokens:issue", "users:write"], "max_role": max_role, "badges": badges,
    });
    let made = owner.post("/v1/tenants/the-post/api-keys", &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["api_key"].as_str().unwrap().to_owned()
}

async fn ceiling(owner: &Person, max_role: Option<&str>, badges: bool) {
    let body = json!({ "max_role": max_role, "badges": badges });
    let changed = owner.patch(&format!("{DEPLOYMENTS}/coral"), &body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
}

#[tokio::test]
async fn a_token_has_coral_s_claims_and_no_others() {
    let (app, post, owner) = stage().await;
    let token = token_of(&ask(&owner, "2").await);
    assert_eq!(
        header_of(&token),
        json!({ "alg": "HS256", "typ": "JWT", "kid": "5f3a9c0d1e2b4f6a" })
    );
    let claims = claims_of(&token);
    let names: Vec<_> = claims.as_object().unwrap().keys().collect();
    assert_eq!(names, ["exp", "iat", "jti", "user"]);
    assert_eq!(
        claims["user"],
        json!({ "id": "2", "email": "alice@coralproject.net", "username": "alice" })
    );
    assert!((claims["iat"].as_i64().unwrap() - app.clock.now()).abs() < 60);
    assert!(
        is_signed_with(&token, CORAL_SECRET),
        "the secret is the text that it is"
    );

    // What the CMS asks, at the deployment's own path.
    let asked = app
        .post_as("/t/the-post/coral/", &post.api_key, r#"{"id":"2"}"#)
        .await;
    let token = token_of(&asked);
    let known = app.get_as("/t/the-post/coral/", &token).await;
    assert_eq!(known.json()["username"], "alice");
}

#[tokio::test]
async fn a_token_is_for_one_deployment_only() {
    let (app, post, owner) = stage().await;
    let (talk, coral) = (post.token("1").await, token_of(&ask(&owner, "1").await));
    assert_eq!(post.look_up(&coral).await.status, 401);
    assert_eq!(app.get_as("/t/the-post/coral/", &talk).await.status, 401);
    assert_eq!(app.get_as("/t/the-post/coral/", &coral).await.status, 200);
    assert_eq!(post.look_up(&talk).await.status, 200);
}

#[tokio::test]
async fn a_token_of_coral_s_is_asked_about_and_revoked() {
    let (_app, _, owner) = stage().await;
    let token = token_of(&ask(&owner, "1").await);
    let body = json!({ "token": token, "deployment": "coral" });
    let path = format!("{TOKENS}/introspect");
    let told = owner.post(&path, &body).await.json();
    assert_eq!((&told["active"], &told["sub"]), (&json!(true), &json!("1")));
    assert!(told.get("iss").is_none() && told.get("aud").is_none());
    let revoked = owner.post(&format!("{TOKENS}/revoke"), &body).await;
    assert_eq!(revoked.status, 200, "{revoked:?}");
    assert_eq!(
        owner.post(&path, &body).await.json(),
        json!({ "active": false })
    );
}

#[tokio::test]
async fn coral_s_secret_is_imported_and_never_made() {
    let (_app, _, owner) = stage().await;
    for path in [KEYS.to_owned(), format!("{KEYS}/rotate")] {
        let refused = owner.post(&path, &json!({})).await;
        assert_eq!(refused.problem(), "coral-makes-its-secrets", "{path}");
    }
    let import = async |key: Value| owner.post(&format!("{KEYS}/import"), &key).await;
    let other = import(json!({ "key": CORAL_SECRET, "algorithm": "HS512" })).await;
    assert_eq!(other.json()["errors"][0]["pointer"], "/algorithm");
    let weak = import(json!({ "key": "ssosec_secretsecretsecretsecret" })).await;
    assert_eq!(weak.json()["errors"][0]["pointer"], "/key");
    // Nothing in it is decoded, and whoever brings another text is told.
    let odd = import(json!({ "key": "base64:Rk4vXo9-Tz2qLw7_Hs5yUb8nCe3pMd6jAAAA" })).await;
    assert_eq!(odd.status, 201, "{odd:?}");
    let warnings = odd.json()["warnings"].to_string();
    assert!(warnings.contains("ssosec_"), "{warnings}");
}

#[tokio::test]
async fn a_reader_whom_coral_would_refuse_gets_no_token_and_is_not_stored() {
    let (_app, _, owner) = stage().await;
    for (record, reason) in [
        (json!({ "id": "9", "username": "a" }), "no e-mail"),
        (json!({ "id": "9", "email": "a@b.example" }), "no username"),
        (
            json!({ "id": "9", "email": "a@b", "username": "a" }),
            "e-mail address isn't one",
        ),
    ] {
        let refused = ask(&owner, record).await;
        assert_eq!(refused.problem(), "reader-unfit-for-coral");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(reason), "{detail}");
    }
    let gone = owner.get("/v1/tenants/the-post/users/9").await;
    assert_eq!(gone.status, 404);
    let email = json!({ "id": "a@b.example", "email": "a@b.example", "username": "a" });
    assert_eq!(
        ask(&owner, email).await.problem(),
        "user-id-looks-like-email"
    );
    // One who is there already, without what Coral wants.
    let put = owner
        .send(
            Method::PUT,
            "/v1/tenants/the-post/users/10",
            &json!({ "id": "10" }),
        )
        .await;
    assert!(put.status < 300, "{put:?}");
    assert_eq!(ask(&owner, "10").await.problem(), "reader-unfit-for-coral");
}

#[tokio::test]
async fn role_and_badges_go_as_far_as_the_deployment_and_the_api_key_allow() {
    let (app, _, owner) = stage().await;
    let low = api_key(&owner, None, false).await;
    let member = api_key(&owner, Some("MEMBER"), true).await;
    let high = api_key(&owner, Some("ADMIN"), true).await;
    // What a key may not give, another may have given.
    let written = owner.post("/v1/tenants/the-post/users", &staff()).await;
    assert_eq!(written.status, 201, "{written:?}");
    let asked = json!({ "user": staff(), "deployment": "coral" }).to_string();
    for (deployment, badges, key, role, badge) in [
        (None, false, &high, Value::Null, Value::Null),
        (Some("ADMIN"), true, &low, Value::Null, Value::Null),
        (Some("ADMIN"), true, &member, Value::Null, json!(["editor"])),
        (Some("STAFF"), false, &high, json!("STAFF"), Value::Null),
        (
            Some("ADMIN"),
            true,
            &high,
            json!("STAFF"),
            json!(["editor"]),
        ),
        (Some("MEMBER"), true, &high, Value::Null, json!(["editor"])),
    ] {
        ceiling(&owner, deployment, badges).await;
        let issued = app.post_as(TOKENS, key, &asked).await;
        let user = claims_of(&token_of(&issued))["user"].clone();
        assert_eq!((&user["role"], &user["badges"]), (&role, &badge));
        assert_eq!(user["email"], "Jane@The-Post.example");
        assert_eq!(user["avatar"], "https://the-post.example/jane.png");
    }
}

#[tokio::test]
async fn an_api_key_gives_no_other_more_than_it_has() {
    let (app, _, owner) = stage().await;
    let body =
        json!({ "name": "ci", "scopes": ["api-keys:write", "tokens:issue"], "max_role": "STAFF" });
    let made = owner
        .post("/v1/tenants/the-post/api-keys", &body)
        .await
        .json();
    let key = made["api_key"].as_str().unwrap();
    for (max_role, badges, status) in [
        ("STAFF", false, 201),
        ("MODERATOR", false, 422),
        ("STAFF", true, 422),
    ] {
        let body = json!({ "name": "x", "scopes": ["tokens:issue"], "max_role": max_role, "badges": badges });
        let answer = app
            .post_as("/v1/tenants/the-post/api-keys", key, &body.to_string())
            .await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[tokio::test]
async fn the_first_administrator_that_an_api_key_makes_is_told_to_the_owners_once() {
    let (app, post, owner) = stage().await;
    let admin_key = api_key(&owner, Some("ADMIN"), false).await;
    ceiling(&owner, Some("ADMIN"), false).await;
    let mut record = staff();
    (record["role"], record["badges"]) = (json!("ADMIN"), json!([]));
    let asked = json!({ "user": record, "deployment": "coral" }).to_string();
    let before = app.letters(OWNER).await.len();
    for _ in 0..3 {
        let issued = app.post_as(TOKENS, &admin_key, &asked).await;
        assert_eq!(claims_of(&token_of(&issued))["user"]["role"], "ADMIN");
    }
    let letters = app.letters(OWNER).await;
    assert_eq!(letters.len(), before + 1);
    assert!(letters.last().unwrap().subject.contains("administrator"));
    let events = owner.get("/v1/tenants/the-post/audit-events?action=api_key.first_admin_token");
    assert_eq!(events.await.json()["data"].as_array().unwrap().len(), 1);

    // A key without the power makes none, and nobody is told.
    let path = "/t/the-post/coral/";
    let issued = app.post_as(path, &post.api_key, r#"{"id":"7"}"#).await;
    assert!(claims_of(&token_of(&issued))["user"].get("role").is_none());
    assert_eq!(app.letters(OWNER).await.len(), before + 1);
}

#[tokio::test]
async fn talk_s_tokens_tell_what_the_deployment_is_set_to_tell() {
    let (app, post, owner) = stage().await;
    let change = json!({ "profile_claims": ["username", "memberSince", "email"] });
    let path = format!("{DEPLOYMENTS}/default");
    let changed = owner.patch(&path, &change).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(
        changed.json()["profile_claims"],
        json!(["username", "email", "memberSince"])
    );
    let body = json!({ "user": { "id": "8", "username": "joe", "member_since": 1_500_000_000 } });
    let issued = owner.post(TOKENS, &body).await;
    let claims = claims_of(&token_of(&issued));
    assert_eq!(claims["username"], "joe");
    assert_eq!(claims["memberSince"], 1_500_000_000);
    assert!(claims.get("email").is_none() && claims.get("pat").is_none());
    let told = post.look_up(&token_of(&issued)).await;
    assert_eq!(told.status, 200);
    eventually("the CMS's tokens tell it too", async || {
        claims_of(&post.token("1").await)["email"] == "bob@coralproject.net"
    })
    .await;

    for (deployment, wrong) in [
        ("default", json!({ "max_role": "STAFF" })),
        ("default", json!({ "badges": true })),
        ("default", json!({ "profile_claims": ["pat"] })),
        ("coral", json!({ "profile_claims": ["email"] })),
        ("coral", json!({ "max_role": "OWNER" })),
    ] {
        let refused = owner
            .patch(&format!("{DEPLOYMENTS}/{deployment}"), &wrong)
            .await;
        assert_eq!(refused.problem(), "fields-invalid", "{wrong}");
    }
    drop(app);
}

#[tokio::test]
async fn a_batch_has_tokens_for_both_products_and_refuses_each_by_itself() {
    let (_app, _, owner) = stage().await;
    let body = json!({ "tokens": [
        { "user": "1" }, { "user": "1", "deployment": "coral" },
        { "user": { "id": "11", "username": "x" }, "deployment": "coral" },
        { "user": staff(), "deployment": "coral" },
    ] });
    let answer = owner.post(&format!("{TOKENS}/batch"), &body).await.json();
    let results = answer["results"].as_array().unwrap();
    assert_eq!(claims_of(results[0]["token"].as_str().unwrap())["sub"], "1");
    let coral = claims_of(results[1]["token"].as_str().unwrap());
    assert_eq!(coral["user"]["id"], "1");
    let problem = &results[2]["problem"]["type"];
    assert_eq!(problem, "urn:lanyard:problem:reader-unfit-for-coral");
    assert!(results[3]["token"].is_string());
}

#[tokio::test]
async fn a_newsroom_may_have_a_coral_and_nothing_else() {
    let app = App::start().await;
    let made = app
        .cli(&["tenant", "create", "post", "--kind", "coral", "--json"])
        .await
        .json();
    assert_eq!(made["deployments"][0]["kind"], "coral");
    assert_eq!(made["deployments"][0]["keys"], json!([]));
    let arguments = ["key", "import", "--tenant", "post", "--activate"];
    let arguments = [&arguments[..], &["--kid", "a1b2c3", "--file", "-"]].concat();
    app.cli_with_input(&arguments, CORAL_SECRET.as_bytes())
        .await
        .ok();
    let record = json!({ "id": "1", "email": "a@b.example", "username": "a" });
    let owner = app.member("post", "owner").await;
    let issued = owner
        .post("/v1/tenants/post/tokens", &json!({ "user": record }))
        .await;
    assert!(is_signed_with(&token_of(&issued), CORAL_SECRET));
    let talk = app.cli(&["tenant", "create", "other"]).await;
    assert!(talk.stderr.contains("--issuer"), "{}", talk.stderr);
    let both = [
        "tenant",
        "create",
        "other",
        "--kind",
        "coral",
        "--issuer",
        "https://a.example",
    ];
    assert_ne!(app.cli(&both).await.code, 0);
}
