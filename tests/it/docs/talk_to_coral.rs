//! The way from Talk v4 to Coral, followed to the letter.

use std::fs;

use serde_json::{Value, json};

use super::{sections, shell::Shell, text_of};
use crate::{coral::CORAL_SECRET, harness::claims_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_moves_to_coral_as_the_guide_says() {
    let sections = sections(&text_of("docs/talk-to-coral.md"), "## ");
    let text = |name: &str| {
        let mut all = sections.iter();
        &all.find(|(heading, _)| heading == name).unwrap().1
    };
    let mut shell = Shell::new().await;
    shell
        .make_master_key("export LANYARD_MASTER_KEY=$(lanyard master-key)")
        .await;
    shell.run("lanyard migrate").await;
    shell
        .run("lanyard tenant import-demo the-post ~/talk-token-example")
        .await;
    let api_key = shell
        .run("lanyard api-key create --tenant the-post --name cms")
        .await;
    let api_key = api_key.trim();
    let home = shell.home.path();
    fs::write(home.join("coral-secret.txt"), CORAL_SECRET).unwrap();
    let mended = json!({ "id": "1", "username": "bob", "email": "bob@the-post.example" });
    fs::write(home.join("mended.ndjson"), format!("{mended}\n")).unwrap();
    let served = shell.serve("lanyard serve").await;
    let talk = served.issue(api_key).await;

    let mut told = Vec::new();
    for line in Shell::commands(text("Steps")) {
        assert!(line.starts_with("lanyard "), "{line}");
        told.push(shell.run(&line).await);
    }
    let [look, unready, side_by_side, _imported, cut_over] = &told[..] else {
        panic!("{told:?}");
    };
    assert!(look.contains("stage: prepare"), "{look}");
    assert!(look.contains("0 of 1 are ready"), "{look}");
    let unready: Value = serde_json::from_str(unready).unwrap();
    assert_eq!(unready, json!({ "id": "1", "faults": ["no_email"] }));
    assert!(side_by_side.contains("stage: side-by-side"));
    assert!(cut_over.contains("stage: cut-over"), "{cut_over}");
    assert!(cut_over.contains("1 of 1 are ready"), "{cut_over}");
    let coral = served.issue_at("coral/", api_key).await;
    assert_eq!(claims_of(&coral)["user"]["email"], "bob@the-post.example");
    assert_eq!(served.look_up(&talk).await, 200, "it lives to its end");

    let [back] = &Shell::commands(text("The way back"))[..] else {
        panic!("one command leads back");
    };
    let told = shell.run(back).await;
    assert!(told.contains("stage: side-by-side"), "{told}");
    served.issues_again(api_key).await;
}
