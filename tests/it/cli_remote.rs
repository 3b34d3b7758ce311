//! Commands against a running server, with an API key; and any route at all, as the operator.

use serde_json::Value;

use crate::harness::{App, CliOutput, Newsroom, lanyard};

/// Runs a command on the server, as somebody who has this API key and nothing else.
async fn remote(app: &App, key: &str, arguments: &[&str]) -> CliOutput {
    let mut command = lanyard("");
    command
        .env_remove("LANYARD_DATABASE_URL")
        .env_remove("LANYARD_MASTER_KEY")
        .env("LANYARD_TOKEN", key)
        .args(["--server", &app.url])
        .args(arguments);
    let output = command.output().await.unwrap();
    CliOutput {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// An API key of the newsroom that may do everything that one can.
async fn powerful(app: &App, newsroom: &Newsroom) -> String {
    let arguments = [
        "api-key",
        "create",
        "--tenant",
        &newsroom.slug,
        "--name",
        "ops",
        "--scope",
        "all",
        "--json",
    ];
    let made = app.cli(&arguments).await.json();
    made["api_key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_script_makes_lists_and_revokes_api_keys_without_the_database() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let key = powerful(&app, &newsroom).await;
    let made = remote(
        &app,
        &key,
        &[
            "api-key", "create", "--tenant", "the-post", "--name", "cms2", "--json",
        ],
    )
    .await;
    let made: Value = made.json();
    let id = made["id"].as_str().unwrap();
    let listed = remote(&app, &key, &["api-key", "list", "--tenant", "the-post"])
        .await
        .ok();
    assert!(
        listed.stdout.contains("cms2") && listed.stdout.starts_with("ID"),
        "{}",
        listed.stdout
    );
    remote(
        &app,
        &key,
        &["api-key", "revoke", "--tenant", "the-post", id],
    )
    .await
    .ok();
    let gone = app
        .post_as(
            "/t/the-post/",
            made["api_key"].as_str().unwrap(),
            r#"{"id":"1"}"#,
        )
        .await;
    assert_eq!(gone.status, 401);
}

#[tokio::test]
async fn what_a_server_refuses_is_told_with_its_reason() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let key = powerful(&app, &newsroom).await;
    for (arguments, reason) in [
        (
            &["key", "export", "--tenant", "the-post", "--as", "talk"][..],
            "without --server",
        ),
        (&["tenant", "list"], "without --server"),
        (&["migrate"], "without --server"),
        (&["audit", "list", "--platform"], "without --server"),
        (
            &["user", "get", "--tenant", "the-post", ".."],
            "can't stand",
        ),
        (
            &["api-key", "list", "--tenant", "the-times"],
            "not good here",
        ),
        (
            &[
                "api",
                "POST",
                "/v1/tenants/the-post/api-keys",
                r#"{"scopes":["x"]}"#,
            ],
            "/name is missing",
        ),
        (
            &["api", "POST", "/v1/tenants/the-post/api-keys", "{"],
            "isn't JSON",
        ),
    ] {
        let refused = remote(&app, &key, arguments).await;
        assert_eq!(refused.code, 1, "{arguments:?}");
        assert!(
            refused.stderr.contains(reason),
            "{arguments:?}: {}",
            refused.stderr
        );
        assert!(!refused.stderr.contains(&key));
    }
}

#[tokio::test]
async fn the_operator_calls_any_route_of_a_newsroom_without_a_server() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let body = r#"{"name":"by the operator"}"#;
    let made = app
        .cli(&[
            "api",
            "POST",
            "/v1/tenants/the-post/api-keys",
            body,
            "--json",
        ])
        .await
        .json();
    assert!(
        made["created_by"]
            .as_str()
            .unwrap()
            .starts_with("operator:"),
        "{made}"
    );
    let issued = app.post_as(
        "/t/the-post/",
        made["api_key"].as_str().unwrap(),
        r#"{"id":"1"}"#,
    );
    assert_eq!(issued.await.status, 201);
    let unknown = app
        .cli(&["api", "GET", "/v1/tenants/the-times/api-keys"])
        .await;
    assert_eq!(unknown.code, 1);
}

#[tokio::test]
async fn readers_go_to_a_server_and_come_back_with_any_id() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let key = powerful(&app, &newsroom).await;
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("readers.ndjson");
    let lines = "{\"id\":\"import\",\"username\":\"im\"}\n{\"id\":7}\nnope\n";
    std::fs::write(&file, lines).unwrap();
    let import = [
        "user",
        "import",
        "--tenant",
        "the-post",
        file.to_str().unwrap(),
        "--json",
    ];
    let strict = remote(&app, &key, &[&import[..], &["--strict"]].concat()).await;
    assert_eq!(strict.code, 3);
    assert!(
        strict.stderr.contains("nothing is written"),
        "{}",
        strict.stderr
    );
    let imported = remote(&app, &key, &import).await;
    assert_eq!(imported.code, 3, "{}", imported.stderr);
    let report: Value = serde_json::from_str(&imported.stdout).unwrap();
    assert_eq!(
        report["created"].as_u64().unwrap() + report["skipped"].as_u64().unwrap(),
        3
    );
    assert!(imported.stderr.contains("line 3: "), "{}", imported.stderr);
    assert!(!imported.stdout.is_empty() && !imported.stderr.contains(&key));

    let one = ["user", "get", "--tenant", "the-post", "import", "--json"];
    assert_eq!(
        remote(&app, &key, &one).await.json()["user"]["id"],
        "import"
    );
    let there = ["user", "export", "--tenant", "the-post"];
    let here = app.cli(&there).await.ok().stdout;
    let there = remote(&app, &key, &there).await.ok().stdout;
    assert!(
        there.lines().count() >= 4 && there.ends_with("}\n"),
        "{there}"
    );
    assert_eq!(there.lines().count(), here.lines().count());
}

#[tokio::test]
async fn a_token_that_is_refused_on_a_server_is_a_failure() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let key = powerful(&app, &newsroom).await;
    let token = newsroom.token("1").await;
    let check = ["token", "check", "--tenant", "the-post"];
    remote(&app, &key, &[&check[..], &[&token]].concat())
        .await
        .ok();
    let bad = remote(&app, &key, &[&check[..], &["x.y.z"]].concat()).await;
    assert_eq!(bad.code, 1, "{}", bad.stdout);
}

#[tokio::test]
async fn events_are_listed_to_the_end_and_exported_by_a_server() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let key = powerful(&app, &newsroom).await;
    let list = ["audit", "list", "--tenant", "the-post", "--json"];
    let two = remote(&app, &key, &[&list[..], &["--limit", "2"]].concat())
        .await
        .json();
    assert_eq!(two["data"].as_array().unwrap().len(), 2);
    let made = remote(
        &app,
        &key,
        &[&list[..], &["--action", "api_key.create"]].concat(),
    )
    .await
    .json();
    let made = made["data"].as_array().unwrap();
    assert!(!made.is_empty() && made.iter().all(|event| event["action"] == "api_key.create"));
    let export = ["audit", "export", "--tenant", "the-post"];
    let exported = remote(&app, &key, &export).await.ok().stdout;
    let events: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events[0]["sequence"], 1);
    assert_eq!(events.last().unwrap()["action"], "audit_events.export");
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let key = powerful(&app, &newsroom).await;
    app.database
        .execute(
            "insert into api_keys (tenant_id, id, name, hash, tail, created_at, scopes, created_by)
             select tenant_id, gen_random_uuid(), 'k' || n, sha256(n::text::bytea), 'tail', created_at, scopes, created_by
             from (select * from api_keys limit 1) one, generate_series(1, 450) n",
        )
        .await;
    let list = ["api-key", "list", "--tenant", "the-post", "--json"];
    let listed = remote(&app, &key, &list).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 452);
    assert!(listed["next_cursor"].is_null());
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_and_not_cut() {
    let app = App::start().await;
    app.tenant("the-post").await;
    let mut body = br#"{"name":""#.to_vec();
    body.resize((16 << 20) + 1, b'a');
    let arguments = ["api", "POST", "/v1/tenants/the-post/api-keys", "-"];
    let refused = app.cli_with_input(&arguments, &body).await;
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("longer than 16 MiB"),
        "{}",
        refused.stderr
    );
}

#[tokio::test]
async fn deployments_members_invitations_and_usage_are_the_same_here_and_on_a_server() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    app.member("the-post", "owner").await;
    let key = powerful(&app, &newsroom).await;
    let post = ["--tenant", "the-post", "--json"];
    for place in ["sports", "arts"] {
        let run = async |arguments: &[&str]| {
            let all = [arguments, &post].concat();
            match place {
                "sports" => remote(&app, &key, &all).await,
                _ => app.cli(&all).await,
            }
            .json()
        };
        let url = format!("https://{place}.example");
        let named = ["--deployment", place];
        run(&[&["deployment", "create", "--root-url", &url], &named[..]].concat()).await;
        run(&[
            &["deployment", "update", "--token-lifetime", "1h"],
            &named[..],
        ]
        .concat())
        .await;
        let shown = run(&[&["deployment", "show"], &named[..]].concat()).await;
        assert_eq!(shown["name"], place, "{shown}");
        // That takes an owner, or the operator.
        let delete = [&["deployment", "delete"], &named[..], &post[..]].concat();
        app.cli(&delete).await.ok();
        assert_eq!(
            run(&["deployment", "list"]).await["data"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        for noun in ["member", "invitation"] {
            assert!(run(&[noun, "list"]).await["data"].is_array());
        }
        assert!(run(&["usage"]).await.is_object());
    }
    let rotate = ["api-key", "rotate", &newsroom.api_key_id];
    let rotated = app.cli(&[&rotate[..], &post[..]].concat()).await.json();
    assert!(rotated["api_key"].is_string(), "{rotated}");
}

#[tokio::test]
async fn how_far_a_rotation_has_come_is_told_by_a_server_too() {
    let app = App::start().await;
    let newsroom = app.tenant("the-post").await;
    let key = powerful(&app, &newsroom).await;
    newsroom.token("1").await;
    let post = async |arguments: &[&str]| {
        let arguments = [arguments, &["--tenant", "the-post"]].concat();
        remote(&app, &key, &arguments).await
    };
    let old = post(&["key", "rotation", "--json"]).await.json()["signs"].clone();
    let old = old.as_str().unwrap();
    post(&["key", "rotate"]).await.ok();
    let next = post(&["key", "rotation"]).await.ok();
    assert!(next.stdout.contains("step: overlap"), "{next:?}");
    let shown = post(&["key", "show", old, "--json"]).await.json();
    assert_eq!(
        shown["waiting_for"],
        "waiting for the end of its last token"
    );
    let refused = post(&["key", "retire", old]).await;
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("still needed"), "{refused:?}");
    post(&["key", "retire", old, "--force"]).await.ok();
    let import = ["key", "import", "--file", "/dev/null", "--accept-shared"];
    let refused = post(&import).await;
    assert!(
        refused.stderr.contains("where the database is"),
        "{refused:?}"
    );
}
