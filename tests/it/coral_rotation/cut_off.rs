//! A rotation that is cut off at any step goes on where it stopped, with one new secret and no reader refused.

use serde_json::{Value, json};

use super::{
    ADMIN, Desk,
    stand_in::Fault::{
        self, CutAfter, CutBefore, FailsAfter, FailsBefore, HalfDone, HangsAfter, None as Well,
    },
};
use crate::harness::{MASTER_KEY, lanyard};

/// Longer than Coral may still be at what it was asked.
const SETTLED: i64 = 31;

async fn interrupted_and_resumed(faults: &[Fault], problem: &str) {
    let desk = Desk::set().await;
    let mut tokens = vec![desk.token().await];
    desk.coral.goes_wrong(faults);
    let run = desk.rotate().await;
    assert_eq!(run["state"], "interrupted", "{faults:?}: {run}");
    assert_eq!(run["error"]["problem"], problem, "{faults:?}: {run}");
    assert!(!run.to_string().contains("canary"), "{run}");
    assert!(run["next"].as_str().unwrap().contains("Resume it"));
    assert_eq!(desk.tokens_kept().await, 1);
    assert!(!desk.stored(ADMIN).await, "sealed");
    tokens.push(desk.token().await);
    desk.assert_taken(&tokens);
    desk.app.clock.advance(SETTLED);
    let done = desk.go_on(&run).await;
    desk.assert_done(&done, &tokens).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_whose_first_look_fails_asks_coral_once_it_is_resumed() {
    interrupted_and_resumed(&[Well, FailsBefore], "coral-unexpected").await;
    interrupted_and_resumed(&[Well, CutAfter], "coral-unreachable").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_coral_did_not_do_is_asked_for_again() {
    interrupted_and_resumed(&[Well, Well, FailsBefore], "coral-unexpected").await;
    interrupted_and_resumed(&[Well, Well, CutBefore], "coral-unreachable").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_coral_did_and_failed_to_tell_is_found_and_not_repeated() {
    interrupted_and_resumed(&[Well, Well, FailsAfter], "coral-unexpected").await;
    interrupted_and_resumed(&[Well, Well, CutAfter], "coral-unreachable").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_was_cut_off_before_the_new_key_signs_goes_on_to_sign() {
    interrupted_and_resumed(&[Well, Well, Well, FailsBefore], "coral-unexpected").await;
    interrupted_and_resumed(&[Well, Well, Well, CutAfter], "coral-unreachable").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_coral_left_half_done_is_finished_and_says_what_is_left() {
    let desk = Desk::set().await;
    let tokens = [desk.token().await];
    desk.coral.goes_wrong(&[Well, Well, HalfDone]);
    let run = desk.rotate().await;
    desk.app.clock.advance(SETTLED);
    let done = desk.go_on(&run).await;
    desk.assert_done(&done, &tokens).await;
    let next = done["next"].as_str().unwrap();
    assert!(next.contains("set no end for the old secret"), "{next}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_coral_may_still_be_at_it_nothing_is_asked_again() {
    let desk = Desk::set().await;
    desk.coral.goes_wrong(&[Well, Well, CutBefore]);
    let run = desk.rotate().await;
    let asked = desk.coral.kept().requests;
    let early = desk.go_on(&run).await;
    assert_eq!(early["state"], "interrupted");
    assert_eq!(early["error"]["problem"], "state-conflict");
    assert!(
        early["error"]["detail"]
            .as_str()
            .unwrap()
            .contains("Resume in 30 s"),
        "{early}"
    );
    assert_eq!(desk.coral.kept().requests, asked + 1, "it only looked");
    // It was at it: what came of it later is found.
    desk.coral.rotate_by_hand(super::OVERLAP);
    let done = desk.go_on(&run).await;
    desk.assert_done(&done, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_somebody_imported_with_a_letter_wrong_is_not_signed_with() {
    let desk = Desk::set().await;
    let tokens = [desk.token().await];
    desk.coral.goes_wrong(&[Well, Well, FailsAfter]);
    let run = desk.rotate().await;
    let new = desk.coral.kept().secrets[1].clone();
    // Copied by hand from Coral's admin, and cut off.
    let text = &new.text[..new.text.len() - 1];
    let key = json!({ "key": text, "kid": new.kid });
    let path = format!("{}/import", super::KEYS);
    let imported = desk.owner.post(&path, &key).await;
    assert_eq!(imported.status, 201, "{imported:?}");
    desk.app.clock.advance(SETTLED);
    let stuck = desk.go_on(&run).await;
    assert_eq!(stuck["state"], "interrupted", "{stuck}");
    let detail = stuck["error"]["detail"].as_str().unwrap();
    assert!(detail.contains("isn't Coral's secret"), "{detail}");
    assert!(!stuck.to_string().contains("ssosec"), "{stuck}");
    desk.assert_taken(&tokens);
    desk.assert_taken(&[desk.token().await]);
    // What it says helps.
    assert_eq!(desk.abandon(&run).await.status, 200);
    let path = format!("{}/{}/retire", super::KEYS, new.kid);
    let retired = desk.owner.post(&path, &json!({})).await;
    assert_eq!(retired.status, 200, "{retired:?}");
    assert_eq!(desk.rotate().await["state"], "done");
    desk.assert_taken(&tokens);
    desk.assert_taken(&[desk.token().await]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_whose_process_was_killed_goes_on_elsewhere() {
    let desk = Desk::set().await;
    let tokens = [desk.token().await];
    desk.coral.goes_wrong(&[Well, Well, HangsAfter]);
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{ADMIN}\n")).unwrap();
    let mut killed = lanyard(&desk.app.database.url)
        .env("LANYARD_OUTBOUND_ALLOW", "127.0.0.0/8")
        .args([
            "deployment",
            "rotate-coral",
            "--tenant",
            "the-post",
            "--deployment",
            "coral",
        ])
        .args(["--admin-token-file", file.to_str().unwrap()])
        .args(["--root-url", &desk.coral.url])
        .spawn()
        .unwrap();
    desk.coral.hangs().await;
    killed.kill().await.unwrap();
    let listed = desk.owner.get(super::ROTATIONS).await.json();
    let run = listed["data"][0].clone();
    assert_eq!(run["state"], "running", "{run}");
    let held = desk.resume(&run, json!({})).await;
    assert_eq!(
        (held.status, held.problem().as_str()),
        (409, "state-conflict")
    );
    assert!(!held.header("retry-after").is_empty());
    // Commands have the real time, which is a little ahead of the test's.
    desk.app.clock.advance(90);
    let path = format!("{}/{}", super::ROTATIONS, run["id"].as_str().unwrap());
    assert_eq!(desk.owner.get(&path).await.json()["state"], "interrupted");
    let done = desk.go_on(&run).await;
    desk.assert_done(&done, &tokens).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_outlives_the_change_of_the_master_key() {
    const NEW: &str = "new:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    let both = format!("{NEW},{MASTER_KEY}");
    let builder = crate::harness::App::builder().outbound_allow("127.0.0.0/8");
    let mut desk = Desk::on(builder.master_keys(&both).start().await).await;
    let tokens = [desk.token().await];
    desk.coral.goes_wrong(&[Well, Well, FailsAfter]);
    // As servers had it that sealed with the old one: the token is sealed with that.
    let old_first = desk.app.second_builder().outbound_allow("127.0.0.0/8");
    let old_first = old_first.master_keys(&format!("{MASTER_KEY},{NEW}"));
    let mut before = old_first.start().await;
    std::mem::swap(&mut desk.app, &mut before);
    desk.owner = desk.app.member("the-post", "admin").await;
    let promote = "update memberships set role = 'owner'";
    desk.app.database.execute(promote).await;
    let run = desk.rotate().await;
    assert_eq!(run["state"], "interrupted");
    assert_eq!(sealed_with(&desk).await, ["test"]);
    let mut command = lanyard(&desk.app.database.url);
    command
        .env("LANYARD_MASTER_KEY", &both)
        .args(["master-key", "rotate", "--json"]);
    crate::harness::run(command, b"").await.ok();
    assert_eq!(sealed_with(&desk).await, ["new"]);
    let newer = before.second_builder().outbound_allow("127.0.0.0/8");
    let newer = newer.master_keys(NEW).start().await;
    desk.app.stop().await;
    before.stop().await;
    desk.app = newer;
    desk.owner = desk.app.person("later@the-post.example").await;
    let join = format!(
        "insert into memberships (tenant_id, account_id, role) select id, '{}', 'owner' from tenants",
        desk.owner.account
    );
    desk.app.database.execute(&join).await;
    desk.app.clock.advance(SETTLED);
    let done: Value = desk.go_on(&run).await;
    desk.assert_done(&done, &tokens).await;
}

async fn sealed_with(desk: &Desk) -> Vec<String> {
    let sql = "select master_key_id from coral_rotations where master_key_id is not null";
    desk.app.database.texts(sql).await
}
