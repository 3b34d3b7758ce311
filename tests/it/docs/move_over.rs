//! The way from the demo service, followed to the letter.

use serde_json::json;

use super::{sections, shell::Shell, text_of};
use crate::harness::{DEMO_SECRET, hmac_token, now};

pub(super) const ISSUER: &str = "https://talk.post.example";

/// What stands between backticks, each on one line.
fn code_spans(text: &str) -> Vec<String> {
    let inline = text.split('`').skip(1).step_by(2);
    inline
        .map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// A reader's token that the demo service made an hour ago.
fn old_token() -> String {
    let issued = now() - 3_600;
    let claims = json!({
        "iat": issued, "exp": issued + 250 * 86_400, "aud": "talk", "iss": ISSUER, "sub": "1",
        "jti": "5b6a3c3e-6c2e-4a52-9f0c-2f1d4bfa7d11",
    });
    hmac_token(DEMO_SECRET, "HS256", &claims)
}

/// What the demo service's CMS has.
fn issuing_token() -> String {
    let claims = json!({
        "iat": now() - 40 * 86_400, "aud": "TALK_TOKEN_EXAMPLE_AUDIENCE", "iss": ISSUER, "sub": "TALK_TOKEN_EXAMPLE",
    });
    hmac_token(DEMO_SECRET, "HS256", &claims)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsroom_moves_over_as_the_guide_says() {
    let sections = sections(&text_of("docs/from-the-demo-service.md"), "## ");
    let is_it = |(heading, _): &&(String, String)| heading == "Steps";
    let text = &sections.iter().find(is_it).unwrap().1;
    let (old, issuing) = (old_token(), issuing_token());
    let mut shell = Shell::new().await;
    let mut served = None;
    for line in Shell::commands(text) {
        if let Some(variable) = line.strip_prefix("export ") {
            // The database is the test's own.
            if variable.starts_with("LANYARD_MASTER_KEY=") {
                shell.make_master_key(&line).await;
            }
        } else if line == "lanyard serve" {
            served = Some(shell.serve(&line).await);
        } else {
            assert!(line.starts_with("lanyard "), "{line}");
            shell.run(&line).await;
        }
    }
    let served = served.unwrap();
    served.serves(&old).await;
    let token = served.issue(&issuing).await;
    assert_eq!(served.look_up(&token).await, 200);

    // The old service's tokens have no kid, so they have to end before Talk has a second key.
    let spans = code_spans(text);
    let command = |name: &str| spans.iter().find(|span| span.starts_with(name)).unwrap();
    let plan = shell.run(command("lanyard deployment settings ")).await;
    assert!(
        plan.contains(", not before ") && plan.contains("--several"),
        "{plan}"
    );
    let several = Shell::commands(&plan);
    let several = several.iter().find(|line| line.ends_with("--several"));
    let settings = shell.run(several.unwrap()).await;
    assert!(settings.contains("TALK_JWT_SECRETS="), "{settings}");
    assert!(settings.contains(DEMO_SECRET), "old tokens need the secret");
    let api_key = shell.run(command("lanyard api-key create ")).await;
    let newer = served.issue(api_key.trim()).await;
    for token in [&old, &token, &newer] {
        assert_eq!(served.look_up(token).await, 200);
    }
    served.issue(&issuing).await;
}
