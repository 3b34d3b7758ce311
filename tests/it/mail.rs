//! Mail, from the outbox to a real SMTP server.

use std::collections::BTreeSet;

use lanyard_storage::outbox::{self, LEASE};
use sqlx::Connection;

use crate::harness::{App, Letter, Mailboxes, eventually, lanyard};

const LINK: &str = "https://lanyard.example/verify#c2VjcmV0";

fn letter(to: &str, subject: &str) -> outbox::Letter {
    outbox::Letter {
        to: to.to_owned(),
        subject: subject.to_owned(),
        text: format!("Guten Tag, 日本\n.\nFrom here:\n\n{LINK}\n"),
    }
}

async fn enqueue(app: &App, letter: &outbox::Letter) {
    let state = &app.state;
    outbox::enqueue(&state.database, &state.master_keys, letter, app.clock.now())
        .await
        .unwrap();
}

/// Attempts and last error of the letters that wait, past the server.
async fn waiting(app: &App) -> Vec<(i32, Option<String>)> {
    let mut connection = app.database.connect().await;
    let rows = sqlx::query_as("select attempts, last_error from outbox order by id")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    rows
}

/// Waits until each letter that waits has failed so often, and gives the errors.
async fn failures(app: &App, attempts: i32) -> Vec<String> {
    eventually("a failed attempt is noted", async || {
        let waiting = waiting(app).await;
        waiting
            .iter()
            .all(|(count, error)| *count >= attempts && error.is_some())
    })
    .await;
    let rows = waiting(app).await.into_iter();
    rows.map(|(_, error)| error.unwrap()).collect()
}

async fn all_left(app: &App) {
    eventually("the outbox is empty", async || {
        waiting(app).await.is_empty()
    })
    .await;
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let mailboxes = Mailboxes::start();
    let app = App::builder().mail(&mailboxes).start().await;
    let long = format!("Grüße aus dem “Ärzteblatt” {}", "und so weiter ".repeat(20));
    enqueue(&app, &letter("ana@post.example", long.trim())).await;
    let arrived = mailboxes.letter_to("ana@post.example", 1).await;
    assert_eq!(arrived.subject, long.trim());
    assert_eq!(arrived.text, letter("", "").text);
    assert_eq!(arrived.link("https://lanyard.example/"), LINK);
    assert_eq!(arrived.sender, "no-reply@lanyard.example");
    assert!(!arrived.authenticated);
    assert_eq!(arrived.header("Auto-Submitted"), ["auto-generated"]);
    assert_eq!(arrived.header("To"), ["ana@post.example"]);
    assert_eq!(
        arrived.header("From"),
        ["Lanyard <no-reply@lanyard.example>"]
    );
    assert!(arrived.header("Message-ID")[0].ends_with("@lanyard.example>"));
    assert_eq!(arrived.header("Date").len(), 1);
    all_left(&app).await;
}

#[tokio::test]
async fn a_letter_leaves_only_with_the_change_that_it_tells_of() {
    let mailboxes = Mailboxes::start();
    let app = App::builder().mail(&mailboxes).start().await;
    app.tenant("post").await;
    let state = &app.state;
    let tenant = lanyard_storage::tenants::find(&state.database, "post").await;
    let tenant = tenant.unwrap().unwrap();
    for (to, commits) in [("bob@post.example", false), ("ana@post.example", true)] {
        let mut tx = state.database.write(tenant).await.unwrap().unwrap();
        let letter = letter(to, "Invitation");
        outbox::enqueue_in(&mut tx, &state.master_keys, &letter, app.clock.now())
            .await
            .unwrap();
        if commits {
            tx.commit().await.unwrap().done();
        }
    }
    mailboxes.letter_to("ana@post.example", 1).await;
    all_left(&app).await;
    assert_eq!(mailboxes.letters().len(), 1);
}

#[tokio::test]
async fn a_letter_waits_while_the_mail_server_is_away() {
    let mut mailboxes = Mailboxes::start();
    mailboxes.stop();
    let app = App::builder().mail(&mailboxes).start().await;
    enqueue(&app, &letter("ana@post.example", "Hello")).await;
    failures(&app, 1).await;
    app.clock.advance(31);
    failures(&app, 2).await;
    mailboxes.restart();
    app.clock.advance(61);
    mailboxes.letter_to("ana@post.example", 1).await;
    all_left(&app).await;
    assert_eq!(mailboxes.letters().len(), 1);
}

#[tokio::test]
async fn a_letter_that_is_refused_holds_no_other_up_and_is_given_up_after_days() {
    let mailboxes = Mailboxes::start();
    let app = App::builder().mail(&mailboxes).start().await;
    for _ in 0..10 {
        enqueue(&app, &letter("nobody@post.example", "Hello")).await;
    }
    enqueue(&app, &letter("ana@post.example", "Hello")).await;
    mailboxes.letter_to("ana@post.example", 1).await;
    for error in failures(&app, 1).await {
        assert!(
            error.contains("550") && error.contains("is not here"),
            "{error}"
        );
        assert!(
            !error.contains("nobody") && !error.contains("://"),
            "{error}"
        );
    }
    app.clock.advance(3 * 86_400);
    all_left(&app).await;
    assert_eq!(mailboxes.letters().len(), 1);
}

#[tokio::test]
async fn a_letter_reaches_nobody_but_whom_it_is_for() {
    let mailboxes = Mailboxes::start();
    let app = App::builder().mail(&mailboxes).start().await;
    for (number, evil) in [
        "\r\nBcc: eve@evil.example",
        "\nTo: eve@evil.example",
        "\r\n\r\nEvil",
        "\r\n.\r\nQUIT\r\n",
    ]
    .into_iter()
    .enumerate()
    {
        let mut sent = letter("ana@post.example", &format!("Hello{evil}"));
        sent.text = format!("Hello{evil}\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n");
        enqueue(&app, &sent).await;
        let arrived = mailboxes.letter_to("ana@post.example", number + 1).await;
        assert_eq!(arrived.recipients, ["ana@post.example"]);
        assert_eq!(arrived.header("To"), ["ana@post.example"]);
        assert_eq!(arrived.header("Bcc"), [""; 0]);
        assert_eq!(arrived.text, sent.text.replace('\r', ""));
    }
    assert_eq!(mailboxes.letters().len(), 4);
}

#[tokio::test]
async fn a_letter_that_waits_cannot_be_read_or_moved_in_the_database() {
    let mailboxes = Mailboxes::start();
    let app = App::start().await;
    enqueue(&app, &letter("ana@post.example", "Hello")).await;
    enqueue(&app, &letter("bob@post.example", "Hello")).await;
    let mut connection = app.database.connect().await;
    let rows: Vec<String> =
        sqlx::query_scalar("select encode(sealed, 'escape') || outbox::text from outbox")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    for row in rows {
        for word in ["c2VjcmV0", "lanyard.example", "post.example", "Hello"] {
            assert!(!row.contains(word), "{word}");
        }
    }
    connection.close().await.unwrap();
    app.database
        .execute("update outbox set sealed = (select sealed from outbox other where other.id <> outbox.id)")
        .await;
    let second = app.second_builder().mail(&mailboxes).start().await;
    for error in failures(&second, 1).await {
        assert!(error.contains("doesn't open"), "{error}");
    }
    assert!(mailboxes.letters().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_servers_send_each_letter_once() {
    let mailboxes = Mailboxes::start();
    let first = App::builder().mail(&mailboxes).start().await;
    let _second = first.second_builder().mail(&mailboxes).start().await;
    let _third = first.second_builder().mail(&mailboxes).start().await;
    for number in 0..40 {
        enqueue(&first, &letter("ana@post.example", &number.to_string())).await;
    }
    all_left(&first).await;
    let subjects = |letters: &[Letter]| -> BTreeSet<String> {
        letters
            .iter()
            .map(|letter| letter.subject.clone())
            .collect()
    };
    let letters = mailboxes.letters();
    assert_eq!((letters.len(), subjects(&letters).len()), (40, 40));
}

#[tokio::test]
async fn what_a_dead_server_took_is_sent_by_another() {
    let mailboxes = Mailboxes::start();
    let app = App::start().await;
    enqueue(&app, &letter("ana@post.example", "First")).await;
    let now = app.clock.now();
    let taken = outbox::take(&app.state.database, 8, now).await.unwrap();
    let again = outbox::take(&app.state.database, 8, now + LEASE - 2).await;
    assert_eq!((taken.len(), again.unwrap().len()), (1, 0));

    let second = app.second_builder().mail(&mailboxes).start().await;
    enqueue(&second, &letter("ana@post.example", "Second")).await;
    let arrived = mailboxes.letter_to("ana@post.example", 1).await;
    assert_eq!(arrived.subject, "Second");
    second.clock.advance(LEASE + 1);
    let arrived = mailboxes.letter_to("ana@post.example", 2).await;
    assert_eq!(arrived.subject, "First");
    let id = format!("<{}@lanyard.example>", taken[0].id);
    assert_eq!(arrived.header("Message-ID"), [id]);
}

#[tokio::test]
async fn a_password_is_told_to_nobody_without_the_encryption_that_was_asked_for() {
    let mailboxes = Mailboxes::start();
    let place = mailboxes.url();
    let place = place.strip_prefix("smtp://").unwrap();
    let app = App::start().await;
    enqueue(&app, &letter("ana@post.example", "Hello")).await;
    for (attempt, login) in [
        (
            1,
            format!("smtp://lanyard:pass%40word@{place}?tls=required"),
        ),
        (2, format!("smtp://lanyard:wrong@{place}")),
    ] {
        let mut second = app.second_builder().smtp_url(&login).start().await;
        let errors = failures(&app, attempt).await;
        assert!(
            !errors[0].contains("word") && !errors[0].contains("wrong"),
            "{errors:?}"
        );
        second.stop().await;
        app.clock.advance(attempt.into());
        app.clock.advance(61);
    }
    assert!(mailboxes.letters().is_empty());
    let login = format!("smtp://lanyard:pass%40word@{place}");
    let _third = app.second_builder().smtp_url(&login).start().await;
    assert!(
        mailboxes
            .letter_to("ana@post.example", 1)
            .await
            .authenticated
    );
}

#[tokio::test]
async fn a_server_without_mail_says_so_and_keeps_the_letters_for_one_with() {
    let mailboxes = Mailboxes::start();
    let app = App::start().await;
    enqueue(&app, &letter("ana@post.example", "Hello")).await;
    let folder = tempfile::TempDir::new().unwrap();
    let log = folder.path().join("log");
    let mut command = lanyard(&app.database.url);
    command
        .arg("serve")
        .env("LANYARD_LISTEN", "127.0.0.1:0")
        .env("LANYARD_LOG_FILE", &log);
    let mut without = command.spawn().unwrap();
    let warned = r#""message":"mail waits: LANYARD_SMTP_URL is missing","letters":1}"#;
    eventually("the warning", async || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.contains(warned))
    })
    .await;
    without.kill().await.unwrap();
    assert_eq!(waiting(&app).await, [(0, None)]);

    command
        .env("LANYARD_SMTP_URL", mailboxes.url())
        .env("LANYARD_MAIL_FROM", "The Desk <desk@lanyard.example>")
        .env("LANYARD_PUBLIC_URL", "https://lanyard.example");
    let _with = command.spawn().unwrap();
    let arrived = mailboxes.letter_to("ana@post.example", 1).await;
    assert_eq!(arrived.header("From"), ["The Desk <desk@lanyard.example>"]);
    assert!(arrived.header("Message-ID")[0].ends_with("@lanyard.example>"));
}
