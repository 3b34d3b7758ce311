//! The command line as scripts meet it: what is printed where, exit codes, newsrooms and configuration.

use serde_json::json;

use crate::{
    desk::{Desk, assert_fails, assert_mentions},
    harness::run_cli,
};

/// A program started with this environment, and nothing else of ours.
fn with_environment(arguments: &[&str], environment: &[(&str, &str)]) -> crate::harness::CliOutput {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lanyard"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANYARD_")) {
        command.env_remove(name);
    }
    // A folder without `.lanyard`.
    command.current_dir("/").args(arguments);
    let output = command.envs(environment.iter().copied()).output().unwrap();
    crate::harness::CliOutput {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn every_command_prints_one_json_document_when_asked_for_json() {
    let desk = Desk::with_readers().await;
    let token = desk.token("1").await;
    let file = desk.file("more.ndjson", "{\"id\":\"9\"}\n");
    let key = desk.file("key.txt", "N0tAWeakSecret-kq3Vb8ZrT1yLw7XeQd");
    let commands: &[&[&str]] = &[
        &["tenant", "list"],
        &["tenant", "show", "post"],
        &[
            "tenant",
            "create",
            "other",
            "--issuer",
            "https://other.example",
        ],
        &["tenant", "suspend", "other"],
        &["tenant", "resume", "other"],
        &["key", "list", "--tenant", "post"],
        &["key", "create", "--tenant", "post", "--kid", "second"],
        &[
            "key", "import", "--tenant", "post", "--kid", "third", "--file", &key,
        ],
        &["key", "rotate", "--tenant", "post"],
        &["key", "show", "--tenant", "post", "second"],
        &["key", "rotation", "--tenant", "post"],
        &["key", "export", "--tenant", "post", "--as", "talk"],
        &["key", "export", "--tenant", "post", "--as", "jwks"],
        &["key", "retire", "--tenant", "post", "second"],
        &["key", "revoke", "--tenant", "post", "third"],
        &["user", "import", "--tenant", "post", &file],
        &["user", "get", "--tenant", "post", "1"],
        &["user", "disable", "--tenant", "post", "3"],
        &["user", "enable", "--tenant", "post", "3"],
        &["user", "delete", "--tenant", "post", "3"],
        &["token", "issue", "--tenant", "post", "--user", "1"],
        &["token", "check", "--tenant", "post", &token],
        &["token", "revoke", "--tenant", "post", &token],
        &["token", "revoke", "--tenant", "post", "--user", "1"],
        &["api-key", "create", "--tenant", "post", "--name", "cms"],
        &["api-key", "list", "--tenant", "post"],
        &["doctor"],
        &["migrate"],
        &["master-key"],
    ];
    for command in commands {
        let value = desk.run(&[command, &["--json"][..]].concat()).await.json();
        assert!(value.is_object() || value.is_array(), "{command:?}");
    }
}

#[tokio::test]
async fn results_go_to_standard_output_and_advice_to_standard_error() {
    let desk = Desk::with_readers().await;
    let output = desk
        .post(&["api-key", "create", "--name", "cms"])
        .await
        .ok();
    assert_eq!(output.stdout.lines().count(), 1);
    assert!(output.stdout.starts_with("lyd_post_"));
    assert_mentions(&output, &["can't be shown again"]);
    let output = desk.post(&["token", "issue", "--user", "1"]).await.ok();
    assert_eq!(output.stdout.trim().split('.').count(), 3);
    assert_eq!((output.stdout.lines().count(), &*output.stderr), (1, ""));
    let output = desk.post(&["key", "rotate"]).await.ok();
    assert_mentions(&output, &["key export --as talk"]);
    assert!(!output.stdout.contains("export"));
    let output = desk.post(&["user", "disable", "2"]).await.ok();
    assert_eq!(output.stdout, "the reader is disabled\n");
    assert_mentions(&output, &["Talk verifies alone"]);
}

#[tokio::test]
async fn a_wrong_command_line_is_told_on_standard_error_with_exit_code_2() {
    let wrong: &[&[&str]] = &[
        &[],
        &["tenant"],
        &["tenat", "list"],
        &["tenant", "create", "post"],
        &[
            "tenant",
            "create",
            "No Slug",
            "--issuer",
            "https://x.example",
        ],
        &[
            "tenant",
            "create",
            "a",
            "--issuer",
            "https://x",
            "--token-lifetime",
            "soon",
        ],
        &[
            "tenant",
            "create",
            "a",
            "--issuer",
            "https://x",
            "--alg",
            "none",
        ],
        &["key", "list"],
        &["key", "retire", "--tenant", "post"],
        &["key", "create", "--tenant", "post", "--kid", ""],
        &["key", "export", "--tenant", "post", "--as", "yaml"],
        &["user", "get", "--tenant", "post"],
        &["user", "get", "--tenant", "post", "1", "--id", "1"],
        &["token", "revoke", "--tenant", "post"],
        &["token", "revoke", "--tenant", "post", "x", "--user", "1"],
        &["api-key", "revoke", "--tenant", "post", "7"],
        &["completions", "cmd.exe"],
    ];
    for arguments in wrong {
        assert_fails(
            &with_environment(arguments, &[]),
            2,
            &["Usage: lanyard"][..0],
        );
    }
}

#[tokio::test]
async fn a_tenant_is_made_shown_and_listed() {
    let desk = Desk::new().await;
    let arguments = [
        "tenant",
        "create",
        "post",
        "--issuer",
        "https://talk.post.example",
        "--audience",
        "eye",
        "--name",
        "The Post",
        "--user-id-claim",
        "user.id",
        "--token-lifetime",
        "12 hours",
        "--alg",
        "ES256",
        "--json",
    ];
    let made = desk.run(&arguments).await.json();
    assert_eq!(
        desk.run(&["tenant", "show", "post", "--json"]).await.json(),
        made
    );
    assert_eq!(
        (&made["slug"], &made["name"]),
        (&json!("post"), &json!("The Post"))
    );
    let deployment = &made["deployments"][0];
    assert_eq!(deployment["issuer"], "https://talk.post.example");
    assert_eq!(deployment["audience"], "eye");
    assert_eq!(deployment["user_id_claim"], "user.id");
    assert_eq!(deployment["token_lifetime"], 43_200);
    assert_eq!(deployment["keys"][0]["algorithm"], "ES256");
    assert_eq!(deployment["keys"][0]["state"], "active");
    let listed = desk.run(&["tenant", "list", "--json"]).await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["slug"], "post");
    let table = desk.run(&["tenant", "list"]).await.ok().stdout;
    assert_eq!(table.lines().count(), 2, "{table}");
}

#[tokio::test]
async fn a_slug_or_an_issuer_that_is_taken_is_refused_and_nothing_is_made() {
    let desk = Desk::with_newsroom().await;
    let other = "https://other.example";
    let output = desk
        .run(&["tenant", "create", "post", "--issuer", other])
        .await;
    assert_fails(&output, 1, &["there is a tenant `post` already"]);
    let taken = "https://talk.post.example";
    let output = desk
        .run(&["tenant", "create", "other", "--issuer", taken])
        .await;
    assert_fails(&output, 1, &["belongs to tenant `post`"]);
    let output = desk
        .run(&["tenant", "create", "other", "--issuer", ""])
        .await;
    assert_fails(&output, 1, &["issuer"]);
    assert_eq!(desk.count("tenants").await, 1);
    assert_eq!(desk.count("signing_keys").await, 1);
    desk.run(&["tenant", "create", "other", "--issuer", other])
        .await
        .ok();
}

#[tokio::test]
async fn suspending_twice_says_so_and_leaves_one_audit_event() {
    let desk = Desk::with_newsroom().await;
    let events = desk.count("audit_events").await;
    let suspend = ["tenant", "suspend", "post", "--reason", "unpaid", "--json"];
    let first = desk.run(&suspend).await.json();
    assert_eq!(
        first,
        json!({ "tenant": "post", "status": "suspended", "changed": true })
    );
    assert_eq!(desk.run(&suspend).await.json()["changed"], false);
    assert_eq!(desk.count("audit_events").await, events + 1);
    let resumed = desk.run(&["tenant", "resume", "post"]).await.ok();
    assert_eq!(resumed.stdout, "tenant `post` is active\n");
    let output = desk.run(&["tenant", "suspend", "nope"]).await;
    assert_fails(&output, 1, &["there is no tenant `nope`"]);
}

#[tokio::test]
async fn an_unknown_tenant_or_deployment_is_told_by_every_command() {
    let desk = Desk::with_readers().await;
    let file = desk.file("more.ndjson", "{\"id\":\"9\"}\n");
    let commands: &[&[&str]] = &[
        &["key", "list"],
        &["key", "rotate"],
        &["key", "export", "--as", "talk"],
        &["user", "import", &file],
        &["user", "export"],
        &["user", "get", "1"],
        &["token", "issue", "--user", "1"],
        &["token", "check", "abc"],
        &["api-key", "create", "--name", "cms"],
        &["api-key", "list"],
    ];
    for command in commands {
        let output = desk
            .run(&[command, &["--tenant", "nope"][..]].concat())
            .await;
        assert_fails(&output, 1, &["there is no tenant `nope`"]);
    }
    let output = desk.post(&["key", "list", "--deployment", "beta"]).await;
    assert_fails(&output, 1, &["no deployment `beta`"]);
}

#[tokio::test]
async fn a_master_key_that_is_missing_wrong_or_another_is_told() {
    let desk = Desk::with_newsroom().await;
    let url = ("LANYARD_DATABASE_URL", desk.database.url.as_str());
    let other = "test:HxwdHB8aGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
    let unknown = "k9:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    for (key, words) in [
        ("", &["LANYARD_MASTER_KEY is missing"][..]),
        ("k1", &["LANYARD_MASTER_KEY"]),
        ("k1:c2hvcnQ=", &["LANYARD_MASTER_KEY"]),
        (other, &["master key has other bytes"]),
        (unknown, &["test"]),
    ] {
        let environment = [url, ("LANYARD_MASTER_KEY", key)];
        let export = ["key", "export", "--tenant", "post", "--as", "talk"];
        let output = with_environment(&export, &environment);
        assert_fails(&output, 1, words);
        if !key.is_empty() {
            assert!(!output.stderr.contains("c2hvcnQ"), "{output:?}");
        }
    }
    let environment = [
        url,
        ("LANYARD_MASTER_KEY", unknown),
        ("LANYARD_LISTEN", "127.0.0.1:0"),
    ];
    let output = with_environment(&["serve"], &environment);
    assert_fails(&output, 1, &["sealed with master key `test`"]);
    let doctor = with_environment(&["doctor"], &[url, ("LANYARD_MASTER_KEY", unknown)]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.stdout.contains("FAIL  master keys"), "{doctor:?}");
}

#[tokio::test]
async fn the_doctor_finds_a_master_key_that_has_the_right_name_only() {
    let desk = Desk::with_newsroom().await;
    let other = "test:HxwdHB8aGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
    let environment = [
        ("LANYARD_DATABASE_URL", desk.database.url.as_str()),
        ("LANYARD_MASTER_KEY", other),
    ];
    let doctor = with_environment(&["doctor"], &environment);
    assert_eq!(doctor.code, 1, "{doctor:?}");
}

#[tokio::test]
async fn the_doctor_tells_what_is_fine_and_what_is_not() {
    let desk = Desk::with_newsroom().await;
    let fine = desk.run(&["doctor", "--json"]).await.json();
    assert_eq!(fine["ok"], true);
    let nowhere = with_environment(&["doctor"], &[]);
    assert_eq!(nowhere.code, 1);
    for name in ["LANYARD_DATABASE_URL", "LANYARD_MASTER_KEY"] {
        assert!(nowhere.stdout.contains(name), "{nowhere:?}");
    }
    let environment = [
        ("LANYARD_DATABASE_URL", desk.database.url.as_str()),
        ("LANYARD_MASTER_KEY", crate::harness::MASTER_KEY),
        ("LANYARD_REDIS_URL", "redis://127.0.0.1:1/0"),
    ];
    let output = with_environment(&["doctor", "--json"], &environment);
    assert_eq!(output.code, 1);
    let value: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(value["ok"], false);
    let failed = |check: &&serde_json::Value| check["ok"] == false;
    let failed: Vec<_> = value["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(failed)
        .collect();
    assert_eq!(failed.len(), 1, "{value}");
    assert_eq!(failed[0]["check"], "Redis");
}

#[test]
fn a_wrong_configuration_of_the_server_has_one_line_for_each_mistake() {
    let environment = [
        ("LANYARD_MASTER_KEY", "hunter2hunter2"),
        ("LANYARD_LISTEN", "here"),
        ("LANYARD_MAX_STALENESS", "soon"),
        ("LANYARD_READERS_MEMORY", "-1"),
        ("LANYARD_LISTNE", "127.0.0.1:1"),
    ];
    let output = with_environment(&["serve"], &environment);
    assert_fails(&output, 1, &["the configuration is wrong"]);
    assert!(!output.stderr.contains("hunter2"));
    for name in [
        "DATABASE_URL",
        "MASTER_KEY",
        "LISTEN",
        "MAX_STALENESS",
        "READERS_MEMORY",
        "LISTNE",
    ] {
        let name = format!("  LANYARD_{name} ");
        let lines = output.stderr.lines().filter(|line| line.starts_with(&name));
        assert_eq!(lines.count(), 1, "{name}: {}", output.stderr);
    }
}

#[tokio::test]
async fn a_database_that_is_away_or_wrong_is_told_in_a_line_without_its_password() {
    for url in [
        "postgres://lanyard:hunter2@127.0.0.1:1/lanyard",
        "postgres://lanyard:hunter2@[::1/lanyard",
        "hunter2",
    ] {
        let output = run_cli(url, &["tenant", "list"]).await;
        assert_fails(&output, 1, &["lanyard: "]);
        assert_eq!(output.stderr.lines().count(), 1, "{output:?}");
        assert!(!output.stderr.contains("hunter2"), "{output:?}");
    }
}

#[tokio::test]
async fn nothing_to_work_on_says_how_to_name_something() {
    let output = with_environment(&["tenant", "list"], &[]);
    assert_fails(&output, 1, &["--data-dir", "LANYARD_DATABASE_URL"]);
}

#[test]
fn a_master_key_that_is_made_is_one_that_is_taken() {
    let made = with_environment(&["master-key", "--id", "k7"], &[]).ok();
    let environment = [("LANYARD_MASTER_KEY", made.stdout.trim())];
    let output = with_environment(&["serve"], &environment);
    assert!(made.stdout.starts_with("k7:"));
    assert_fails(&output, 1, &["LANYARD_DATABASE_URL is missing"]);
    assert!(!output.stderr.contains("LANYARD_MASTER_KEY"));
    assert_fails(
        &with_environment(&["master-key", "--id", "a b"], &[]),
        1,
        &["id"],
    );
}

#[test]
fn a_completion_script_is_printed() {
    let output = with_environment(&["completions", "bash"], &[]).ok();
    assert!(output.stdout.contains("lanyard") && output.stderr.is_empty());
}
