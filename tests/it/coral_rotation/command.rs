//! `lanyard deployment rotate-coral`.

use super::{
    ADMIN, Desk,
    stand_in::Fault::{FailsAfter, None as Well},
};
use crate::{
    desk::assert_fails,
    harness::{CliOutput, lanyard, run},
};

async fn command(desk: &Desk, allow: bool, arguments: &[&str], input: &str) -> CliOutput {
    let mut command = lanyard(&desk.app.database.url);
    if allow {
        command.env("LANYARD_OUTBOUND_ALLOW", "127.0.0.0/8");
    }
    let place = [
        "deployment",
        "rotate-coral",
        "--tenant",
        "the-post",
        "--deployment",
        "coral",
    ];
    command.args(place).args(arguments);
    if arguments.contains(&"--admin-token-file") {
        command.args(["--root-url", &desk.coral.url]);
    }
    run(command, input.as_bytes()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_looks_rotates_and_tells_each_step() {
    let desk = Desk::set().await;
    let tokens = [desk.token().await];
    let token = format!("{ADMIN}\n");
    let from_stdin = ["--admin-token-file", "-", "--overlap", "7d"];
    let dry = command(
        &desk,
        true,
        &[&from_stdin[..], &["--dry-run"]].concat(),
        &token,
    )
    .await
    .ok();
    assert!(
        dry.stdout.contains(&desk.coral.first().kid) && dry.stdout.contains("5. "),
        "{}",
        dry.stdout
    );
    assert_eq!(desk.coral.kept().secrets.len(), 1);
    let done = command(&desk, true, &from_stdin, &token).await.ok();
    for part in ["is asked", "and waits", "signs here"] {
        assert!(done.stderr.contains(part), "{part}: {}", done.stderr);
    }
    assert!(done.stdout.contains("is done"), "{}", done.stdout);
    let all = format!("{}{}{}{}", dry.stdout, dry.stderr, done.stdout, done.stderr);
    assert!(!all.contains("canary") && !all.contains("ssosec"), "{all}");
    let now = desk.app.clock.now();
    let ends = desk.coral.kept().secrets[0].inactive_at.unwrap();
    assert_eq!(ends, now + 604_800);
    let listed = desk.owner.get(super::ROTATIONS).await.json();
    let run = &listed["data"][0];
    assert!(run["started_by"].as_str().unwrap().starts_with("operator:"));
    desk.assert_done(run, &tokens).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_goes_on_with_what_was_interrupted_or_gives_it_up() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, Well, FailsAfter]);
    let stopped = command(&desk, true, &["--admin-token-file", "-", "--json"], ADMIN).await;
    assert_eq!(stopped.code, 1, "{stopped:?}");
    let run: serde_json::Value = serde_json::from_str(&stopped.stdout).unwrap();
    assert_eq!(
        (&run["state"], &run["error"]["problem"]),
        (&"interrupted".into(), &"coral-unexpected".into())
    );
    let id = run["id"].as_str().unwrap();
    let done = command(&desk, true, &["--resume", id, "--json"], "")
        .await
        .json();
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(desk.coral.kept().secrets.len(), 2);
    let ended = command(&desk, true, &["--abandon", id], "").await;
    assert_fails(&ended, 1, &["is done already"]);
    assert_eq!(desk.tokens_kept().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_is_refused_says_what_helps() {
    let desk = Desk::set().await;
    let forbidden = command(&desk, false, &["--admin-token-file", "-"], ADMIN).await;
    assert_fails(&forbidden, 1, &["isn't public", "LANYARD_OUTBOUND_ALLOW"]);
    let wrong = command(&desk, true, &["--admin-token-file", "-"], "unknown-canary").await;
    assert_fails(
        &wrong,
        1,
        &["doesn't know the token", "personal access token"],
    );
    assert!(!wrong.stderr.contains("canary"));
    let empty = command(&desk, true, &["--admin-token-file", "-"], "\n").await;
    assert_fails(&empty, 1, &["--admin-token-file"]);
    let missing = command(&desk, true, &[], "").await;
    assert_eq!(missing.code, 2);
    let mut doctor = lanyard(&desk.app.database.url);
    doctor
        .env("LANYARD_OUTBOUND_ALLOW", "127.0.0.0/8,coral.internal")
        .arg("doctor");
    let doctor = run(doctor, b"").await;
    assert!(
        doctor.stdout.contains("coral.internal, 127.0.0.0/8"),
        "{}",
        doctor.stdout
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_sends_the_token_where_it_is_told_and_nowhere_else() {
    let desk = Desk::set().await;
    let ask = async |root_url: &[&str]| {
        let mut command = lanyard(&desk.app.database.url);
        command.env("LANYARD_OUTBOUND_ALLOW", "127.0.0.0/8");
        command.args(["deployment", "rotate-coral", "--tenant", "the-post"]);
        command.args(["--deployment", "coral", "--admin-token-file", "-"]);
        command.args(root_url);
        run(command, ADMIN.as_bytes()).await
    };
    let unsaid = ask(&[]).await;
    assert_fails(&unsaid, 1, &["would go to", &desk.coral.url, "--root-url"]);
    let other = ask(&["--root-url", "https://coral.the-post.example"]).await;
    assert_fails(
        &other,
        1,
        &[&desk.coral.url, "nothing was sent", "audit list"],
    );
    assert_eq!(desk.coral.kept().requests, 0);
}
