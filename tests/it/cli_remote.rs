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
