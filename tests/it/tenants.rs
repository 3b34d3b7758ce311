//! Newsrooms over HTTP: made by whoever has an account, listed to their members, set up by their admins.

use lanyard_api::Registration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, App, DEMO_SECRET, claims_of, hmac_token};

const TENANTS: &str = "/v1/tenants";
const SETTINGS: &str = "/v1/tenants/the-post/settings";

fn the_post() -> Value {
    json!({ "name": "The Post", "root_url": "https://talk.the-post.example" })
}

fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"].clone();
    let errors = errors.as_array().unwrap().iter();
    errors
        .map(|error| error["pointer"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_new_newsroom_works_from_its_first_answer_on() {
    let app = App::start().await;
    app.clock.stop();
    let jane = app.person("jane@the-post.example").await;
    let made = jane.post(TENANTS, &the_post()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!(made["tenant"]["slug"], "the-post");
    assert_eq!(made["tenant"]["role"], "owner");
    let deployment = &made["deployment"];
    assert_eq!(deployment["name"], "default");
    assert_eq!(deployment["issuer"], "https://talk.the-post.example");
    assert_eq!(deployment["audience"], "talk");
    assert_eq!(made["api_key"]["name"], "cms");
    let env: Vec<_> = made["talk_settings"].as_str().unwrap().lines().collect();
    assert!(env.contains(&"TALK_JWT_ISSUER=https://talk.the-post.example"));
    assert!(env.contains(&"TALK_JWT_ALG=HS256"));
    let secrets = env.iter().find_map(|line| {
        line.strip_prefix("TALK_JWT_SECRETS=")
            .map(|text| serde_json::from_str::<Value>(text.trim_matches('\'')).unwrap())
    });
    assert_eq!(secrets.unwrap()[0]["kid"], deployment["active_kid"]);

    let key = made["api_key"]["api_key"].as_str().unwrap();
    let readers = "insert into users (tenant_id, id, version) select id, '1', version from tenants";
    app.database.execute(readers).await;
    let issued = app.post_as("/t/the-post/", key, r#"{"id":"1"}"#).await;
    assert_eq!(issued.status, 201, "{issued:?}");
    let token = issued.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(claims_of(&token)["iss"], "https://talk.the-post.example");

    let listed = jane.get(TENANTS).await.json();
    assert_eq!(listed["data"], json!([made["tenant"]]));
    let one = jane.get("/v1/tenants/the-post").await;
    assert_eq!(one.json(), made["tenant"]);
    let members = jane.get("/v1/tenants/the-post/members").await.json();
    assert_eq!(members["data"][0]["email"], "jane@the-post.example");
    assert_eq!(members["data"][0]["role"], "owner");
}

#[tokio::test]
async fn a_coral_begins_without_a_key_and_without_claims_of_talk() {
    let app = App::start().await;
    let jane = app.person("jane@the-post.example").await;
    let wrong = json!({ "name": "The Post", "kind": "coral", "issuer": "x", "audience": "y" });
    let refused = jane.post(TENANTS, &wrong).await;
    assert_eq!(refused.status, 422);
    assert_eq!(pointers(&refused), ["/issuer", "/audience"]);
    let made = jane
        .post(TENANTS, &json!({ "name": "The Post", "kind": "coral" }))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!(made["deployment"]["issuer"], Value::Null);
    assert_eq!(made["deployment"]["active_kid"], Value::Null);
    assert_eq!(made["talk_settings"], Value::Null);
}

#[tokio::test]
async fn the_name_in_urls_is_made_of_the_name_and_looks_like_no_other() {
    let app = App::start().await;
    let jane = app.person("jane@the-post.example").await;
    let post = async |slug: Option<&str>, name: &str, issuer: &str| {
        let body = json!({ "name": name, "slug": slug, "issuer": issuer });
        jane.post(TENANTS, &body).await
    };
    let made = post(None, "Süddeutsche Zeitung", "a").await;
    assert_eq!(made.json()["tenant"]["slug"], "sueddeutsche-zeitung");
    assert_eq!(post(Some("daily"), "Daily", "b").await.status, 201);
    for taken in ["daily", "da1ly", "dai1y"] {
        let refused = post(Some(taken), "Daily", "c").await;
        assert_eq!(refused.problem(), "slug-taken", "{taken}");
    }
    assert_eq!(post(Some("daily-2"), "Daily", "c").await.status, 201);
    for reserved in ["admin", "adm1n", "lanyard", "www", "xn--a", "a_b", "CoraI"] {
        let refused = post(Some(reserved), "Daily", "d").await;
        assert_eq!(pointers(&refused), ["/slug"], "{reserved}");
    }
    assert_eq!(pointers(&post(None, "日本", "e").await), ["/slug"]);
    for name in ["Adm1n", "Lаnyard", "\u{202e}tsop", ""] {
        let refused = post(Some("x"), name, "f").await;
        assert_eq!(pointers(&refused), ["/name"], "{name}");
    }
}

#[tokio::test]
async fn an_issuer_belongs_to_one_newsroom_whose_name_is_not_told() {
    let app = App::start().await;
    app.tenant("secret-holder").await;
    let jane = app.person("jane@the-post.example").await;
    let body = json!({ "name": "The Post", "issuer": "https://talk.secret-holder.example" });
    let refused = jane.post(TENANTS, &body).await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (409, "issuer-taken")
    );
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("platform's admin") && !detail.contains("secret"),
        "{detail}"
    );
    // Nothing is left behind.
    assert_eq!(jane.get(TENANTS).await.json()["data"], json!([]));
    assert_eq!(jane.post(TENANTS, &the_post()).await.status, 201);
}

#[tokio::test]
async fn one_of_many_that_want_a_name_at_once_gets_it() {
    let app = App::start().await;
    let mut people = Vec::new();
    for number in 0..5 {
        people.push(app.person(&format!("p{number}@the-post.example")).await);
    }
    let wishes = (0..50).map(|number| {
        let person = people[number % 5].clone();
        tokio::spawn(async move {
            let slug = if number % 2 == 0 {
                "the-post"
            } else {
                "the-p0st"
            };
            let issuer = format!("https://talk{number}.example");
            let body = json!({ "name": "The Post", "slug": slug, "issuer": issuer });
            person.post(TENANTS, &body).await
        })
    });
    let wishes: Vec<_> = wishes.collect();
    let mut made = 0;
    for wish in wishes {
        let answer = wish.await.unwrap();
        match answer.status {
            201 => made += 1,
            503 => {}
            _ => assert_eq!(answer.problem(), "slug-taken", "{answer:?}"),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn a_repeated_request_makes_one_newsroom_and_shows_the_same_key() {
    let app = App::start().await;
    let jane = app.person("jane@the-post.example").await;
    let create = |name: &str| {
        let body = json!({ "name": name, "root_url": "https://talk.the-post.example" });
        let request = jane.request(Method::POST, TENANTS);
        Answer::to(request.header("idempotency-key", "a1").json(&body))
    };
    let (one, two) = tokio::join!(create("The Post"), create("The Post"));
    assert_eq!((one.status, two.status), (201, 201), "{one:?} {two:?}");
    assert_eq!(one.json(), two.json());
    assert_eq!(
        create("The Times").await.problem(),
        "idempotency-key-reused"
    );
    // Another account's key of the same name is another key.
    let joe = app.person("joe@the-post.example").await;
    let request = joe.request(Method::POST, TENANTS);
    let other = Answer::to(request.header("idempotency-key", "a1").json(&the_post())).await;
    assert_eq!(other.problem(), "slug-taken");
}

#[tokio::test]
async fn an_account_owns_twenty_newsrooms_at_the_most() {
    let app = App::start().await;
    let jane = app.person("jane@the-post.example").await;
    let sql = format!(
        "with made as (insert into tenants (id, slug, name)
                       select gen_random_uuid(), 'n' || n, 'N' from generate_series(1, 19) n returning id)
         insert into memberships (tenant_id, account_id, role) select id, '{}', 'owner' from made",
        jane.account
    );
    app.database.execute(&sql).await;
    assert_eq!(jane.post(TENANTS, &the_post()).await.status, 201);
    let more = json!({ "name": "More", "issuer": "https://more.example" });
    assert_eq!(jane.post(TENANTS, &more).await.problem(), "quota-exceeded");
    let mut slugs = Vec::new();
    let mut path = format!("{TENANTS}?limit=7");
    loop {
        let page = jane.get(&path).await.json();
        let data = page["data"].as_array().unwrap();
        slugs.extend(
            data.iter()
                .map(|one| one["slug"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("{TENANTS}?limit=7&cursor={cursor}");
    }
    assert_eq!(slugs.len(), 20);
    assert!(slugs.is_sorted());
}

#[tokio::test]
async fn where_registration_is_closed_only_platform_admins_make_newsrooms() {
    for registration in [Registration::Invite, Registration::Closed] {
        let app = App::builder().registration(registration).start().await;
        let jane = app.person("jane@the-post.example").await;
        let refused = jane.post(TENANTS, &the_post()).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (403, "registration-closed")
        );
        app.database
            .execute("update accounts set platform_admin = true")
            .await;
        assert_eq!(jane.post(TENANTS, &the_post()).await.status, 201);
    }
}

#[tokio::test]
async fn what_nobody_may_set_is_refused_with_every_other_fault() {
    let app = App::start().await;
    let jane = app.person("jane@the-post.example").await;
    let body = json!({
        "name": "x", "slug": "Nope", "kind": "disqus", "root_url": "javascript:1", "audience": " ", "algorithm": "none",
        "token_lifetime": 59, "id": "1", "role": "owner", "status": "active",
    });
    let refused = jane.post(TENANTS, &body).await;
    assert_eq!(refused.status, 422);
    let expected = [
        "/slug",
        "/kind",
        "/root_url",
        "/audience",
        "/algorithm",
        "/token_lifetime",
        "/id",
        "/role",
        "/status",
    ];
    let mut told = pointers(&refused);
    let mut expected = expected.map(str::to_owned).to_vec();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(
        pointers(&jane.post(TENANTS, &json!({ "name": "x1" })).await),
        ["/issuer"]
    );
    let unknown = json!({ "name": "x1", "issuer": "a", "algorithm": "EdDSA" });
    assert_eq!(
        pointers(&jane.post(TENANTS, &unknown).await),
        ["/algorithm"]
    );
    assert_eq!(jane.get(TENANTS).await.json()["data"], json!([]));
}

#[tokio::test]
async fn settings_change_only_as_they_were_seen() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let seen = admin.get(SETTINGS).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    let version = seen.header("etag").to_owned();
    let patch = |version: &str, body: Value| {
        let request = admin.request(Method::PATCH, SETTINGS);
        Answer::to(request.header("if-match", version).json(&body))
    };
    let changed = patch(&version, json!({ "name": "Post", "allow_email_ids": true })).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json()["name"], "Post");
    assert_ne!(changed.header("etag"), version);
    assert_eq!(
        admin.get(SETTINGS).await.header("etag"),
        changed.header("etag")
    );
    let late = patch(&version, json!({ "name": "Late" })).await;
    assert_eq!(
        (late.status, late.problem().as_str()),
        (412, "precondition-failed")
    );
    let same = admin
        .patch(SETTINGS, &json!({ "issuing_audience": "talk" }))
        .await;
    assert_eq!(pointers(&same), ["/issuing_audience"]);
    let assigned = json!({ "status": "suspended", "slug": "x", "max_users": 1 });
    assert_eq!(admin.patch(SETTINGS, &assigned).await.status, 422);
    let viewer = app.member("the-post", "viewer").await;
    assert_eq!(viewer.get(SETTINGS).await.status, 200);
    let refused = viewer.patch(SETTINGS, &json!({ "name": "x1" })).await;
    assert_eq!(refused.problem(), "role-insufficient");
}

#[tokio::test]
async fn issuing_tokens_are_accepted_from_the_moment_that_the_setting_says_so() {
    let app = App::start().await;
    let newsroom = app.demo_tenant("the-post").await;
    let admin = app.member("the-post", "admin").await;
    let claims = json!({ "sub": "cms", "aud": "CMS", "iss": newsroom.issuer });
    let issuing = hmac_token(DEMO_SECRET, "HS256", &claims);
    let ask = async || {
        app.post_as("/t/the-post/", &issuing, r#"{"id":"1"}"#)
            .await
            .status
    };
    assert_eq!(ask().await, 401);
    let body = json!({ "issuing_subject": "cms", "issuing_audience": "CMS" });
    assert_eq!(admin.patch(SETTINGS, &body).await.status, 200);
    assert_eq!(ask().await, 201);
    let body = json!({ "accept_issuing_tokens": false });
    assert_eq!(admin.patch(SETTINGS, &body).await.status, 200);
    assert_eq!(ask().await, 401);
}

#[tokio::test]
async fn a_newsroom_is_not_there_for_others() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let times = app.tenant("the-times").await;
    let other = app.member("the-times", "owner").await;
    let post = |path: &str| format!("/v1/tenants/the-post{path}");
    for path in [
        "",
        "/settings",
        "/deployments",
        "/deployments/default",
        "/members",
        "/invitations",
    ] {
        let refused = other.get(&post(path)).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (404, "not-found"),
            "{path}"
        );
        assert_eq!(
            app.get_as(&post(path), &times.api_key).await.status,
            401,
            "{path}"
        );
        assert_eq!(app.get(&post(path)).await.status, 401, "{path}");
    }
    let refused = other.patch(SETTINGS, &json!({ "name": "Mine" })).await;
    assert_eq!(refused.status, 404);
}
