//! Rotating a Coral's signing secret on both sides, with a Coral that keeps to Coral's schema and rules.

mod command;
mod cut_off;
mod ends;
mod refusals;
mod schema;
mod stand_in;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};

use crate::harness::{Answer, App, Newsroom, Person, eventually, header_of};
use stand_in::{ADMIN, Coral};

const ROTATIONS: &str = "/v1/tenants/the-post/deployments/coral/coral-rotations";
const KEYS: &str = "/v1/tenants/the-post/deployments/coral/signing-keys";
/// How long Coral goes on taking the old secret unless said: six hours, a minute for clocks, an hour to resume.
const OVERLAP: i64 = 21_600 + 60 + 3_600;

/// A newsroom with a Coral, whose only secret signs here.
struct Desk {
    app: App,
    newsroom: Newsroom,
    owner: Person,
    coral: Coral,
}

impl Desk {
    async fn set() -> Self {
        Self::on(App::builder().outbound_allow("127.0.0.0/8").start().await).await
    }

    async fn on(app: App) -> Self {
        let desk = Self::without_key(app).await;
        let first = desk.coral.first();
        desk.import(&first.text, &first.kid).await;
        desk
    }

    async fn without_key(app: App) -> Self {
        app.clock.stop();
        let newsroom = app.tenant("the-post").await;
        let owner = app.member("the-post", "owner").await;
        let coral = Coral::start(&app.clock).await;
        let desk = Self {
            app,
            newsroom,
            owner,
            coral,
        };
        let deployment = json!({ "name": "coral", "kind": "coral", "root_url": desk.coral.url });
        let made = desk
            .owner
            .post("/v1/tenants/the-post/deployments", &deployment);
        assert_eq!(made.await.status, 201);
        desk
    }

    async fn import(&self, text: &str, kid: &str) {
        let key = json!({ "key": text, "kid": kid, "activate": true });
        let imported = self.owner.post(&format!("{KEYS}/import"), &key).await;
        assert_eq!(imported.status, 201, "{imported:?}");
    }

    /// What an owner sends who knows where Coral is: where the deployment says.
    async fn asked(&self) -> Value {
        let path = "/v1/tenants/the-post/deployments/coral";
        let root_url = self.owner.get(path).await.json()["root_url"].clone();
        let url = root_url.as_str().unwrap_or(&self.coral.url);
        json!({ "admin_token": ADMIN, "root_url": url })
    }

    async fn begin(&self) -> Answer {
        self.owner.post(ROTATIONS, &self.asked().await).await
    }

    /// Begins a rotation, and waits until nobody works on it.
    async fn rotate(&self) -> Value {
        let begun = self.begin().await;
        assert_eq!(begun.status, 201, "{begun:?}");
        assert_eq!(begun.json()["state"], "running");
        self.settled(&begun.json()).await
    }

    async fn resume(&self, run: &Value, body: Value) -> Answer {
        let path = format!("{ROTATIONS}/{}/resume", run["id"].as_str().unwrap());
        self.owner.post(&path, &body).await
    }

    async fn abandon(&self, run: &Value) -> Answer {
        let path = format!("{ROTATIONS}/{}/abandon", run["id"].as_str().unwrap());
        self.owner.post(&path, &json!({})).await
    }

    /// Resumes a rotation, and waits until nobody works on it.
    async fn go_on(&self, run: &Value) -> Value {
        let resumed = self.resume(run, json!({})).await;
        assert_eq!(resumed.status, 200, "{resumed:?}");
        self.settled(run).await
    }

    async fn settled(&self, run: &Value) -> Value {
        let path = format!("{ROTATIONS}/{}", run["id"].as_str().unwrap());
        eventually("nobody works on the rotation", || async {
            self.owner.get(&path).await.json()["state"] != "running"
        })
        .await;
        self.owner.get(&path).await.json()
    }

    /// The owner's session has proved its password at this moment.
    async fn prove(&self) {
        let now = self.app.clock.now();
        let sql = format!(
            "update sessions set proved_at = to_timestamp({now}), last_seen_at = to_timestamp({now})"
        );
        self.app.database.execute(&sql).await;
    }

    /// A reader's token for Coral.
    async fn token(&self) -> String {
        token(&self.newsroom, &self.app).await
    }

    #[track_caller]
    fn assert_taken(&self, tokens: &[String]) {
        for token in tokens {
            assert_eq!(self.coral.refuses(token), None, "{}", header_of(token));
        }
    }

    /// The key that signs here.
    async fn signs(&self) -> String {
        header_of(&self.token().await)["kid"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The server signs with this key: the rotation's end is told a moment before it does.
    async fn signs_with(&self, kid: &str) {
        eventually("the new key signs", || async { self.signs().await == kid }).await;
    }

    /// Whether any row of any table holds this text, as text or as bytes.
    async fn stored(&self, text: &str) -> bool {
        let mut connection = self.app.database.connect().await;
        let tables = "select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace";
        let tables = self.app.database.texts(tables).await;
        assert!(tables.len() > 20);
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        for table in tables {
            let sql = AssertSqlSafe(format!(
                "select coalesce(string_agg(t::text, ' '), '') from \"{table}\" t"
            ));
            let all: String = sqlx::query(sql)
                .fetch_one(&mut connection)
                .await
                .unwrap()
                .get(0);
            if all.contains(text) || all.contains(&hex) {
                return true;
            }
        }
        false
    }

    /// How many tokens of admins are kept, sealed.
    async fn tokens_kept(&self) -> i64 {
        let kept = "coral_rotations where sealed is not null or master_key_id is not null";
        self.app.database.count(kept).await
    }

    async fn audited(&self) -> Vec<String> {
        let sql = "select action from audit_events
                   where action like 'coral_rotation.%' or action in ('key.activate')
                      or (action = 'key.import' and detail like '%pending%') order by sequence";
        self.app.database.texts(sql).await
    }

    /// Asserts that a rotation is at its good end, on both sides, and that it took one new secret.
    async fn assert_done(&self, run: &Value, tokens: &[String]) {
        assert_eq!(run["state"], "done", "{run}");
        assert_eq!(run["error"], Value::Null);
        let secrets = self.coral.kept().secrets.clone();
        assert_eq!(secrets.len(), 2, "one new secret");
        assert_eq!(run["new_kid"], secrets[1].kid.as_str());
        self.signs_with(&secrets[1].kid).await;
        self.assert_taken(tokens);
        self.assert_taken(&[self.token().await]);
        assert_eq!(self.tokens_kept().await, 0);
        assert!(!self.stored(ADMIN).await);
    }
}

async fn token(newsroom: &Newsroom, app: &App) -> String {
    let body = json!({ "user": "1", "deployment": "coral" }).to_string();
    let path = format!("/v1/tenants/{}/tokens", newsroom.slug);
    let issued = app.post_as(&path, &newsroom.api_key, &body).await;
    assert_eq!(issued.status, 201, "{issued:?}");
    issued.json()["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_rotate_and_no_reader_is_refused() {
    let desk = Arc::new(Desk::set().await);
    let old = desk.coral.first();
    let mut tokens = vec![desk.token().await];
    let stop = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn({
        let (desk, stop) = (Arc::clone(&desk), Arc::clone(&stop));
        async move {
            let mut tokens = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                tokens.push(desk.token().await);
                desk.assert_taken(&tokens);
            }
            tokens
        }
    });
    let run = desk.rotate().await;
    stop.store(true, Ordering::Relaxed);
    tokens.extend(reader.await.unwrap());
    desk.assert_done(&run, &tokens).await;
    let now = desk.app.clock.now();
    let secrets = desk.coral.kept().secrets.clone();
    assert_eq!(secrets[0].inactive_at, Some(now + OVERLAP));
    assert_eq!(
        (&run["old_kid"], &run["overlap"]),
        (&json!(old.kid), &json!(OVERLAP))
    );
    assert_eq!(run["warnings"], json!([]));
    assert_eq!(
        (&run["next"], &run["token_kept_until"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        desk.audited().await,
        [
            "coral_rotation.begin",
            "coral_rotation.ask",
            "key.import",
            "key.activate",
            "coral_rotation.finish"
        ]
    );
    let retiring = desk.owner.get(&format!("{KEYS}/{}", old.kid)).await.json();
    assert_eq!(retiring["state"], "retiring");
    // What was made with the old key in the last moment is taken to its end.
    desk.app.clock.advance(21_599);
    desk.assert_taken(&tokens);
    desk.app.clock.advance(OVERLAP);
    desk.assert_taken(&[desk.token().await]);
    desk.prove().await;
    let listed = desk.owner.get(ROTATIONS).await.json();
    assert_eq!(listed["data"], json!([run]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_tells_what_would_be_done_and_changes_nothing_on_either_side() {
    let desk = Desk::set().await;
    let (before, events) = (
        desk.coral.first(),
        desk.app.database.count("audit_events").await,
    );
    let mut body = desk.asked().await;
    (body["overlap"], body["dry_run"]) = (604_800.into(), true.into());
    let plan = desk.owner.post(ROTATIONS, &body).await;
    assert_eq!(plan.status, 200, "{plan:?}");
    let text = plan.text().to_owned();
    assert!(!text.contains("ssosec") && !text.contains(ADMIN));
    let plan = plan.json();
    assert_eq!(plan["root_url"], desk.coral.url.as_str());
    assert_eq!(
        (&plan["overlap"], &plan["old_kid"]),
        (&json!(604_800), &json!(before.kid))
    );
    let secret = &plan["coral_secrets"][0];
    assert_eq!(
        (&secret["kid"], &secret["active"], &secret["known_here"]),
        (&json!(before.kid), &json!(true), &json!(true))
    );
    assert_eq!(plan["steps"].as_array().unwrap().len(), 5);
    assert_eq!(desk.coral.kept().secrets.len(), 1);
    assert_eq!(desk.coral.kept().requests, 1);
    assert_eq!(desk.signs().await, before.kid);
    assert_eq!(desk.app.database.count("coral_rotations").await, 0);
    assert_eq!(desk.app.database.count("audit_events").await, events);
    assert!(!desk.stored(ADMIN).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_odd_on_either_side_is_told_first() {
    let desk = Desk::set().await;
    desk.coral.rotate_by_hand(86_400);
    desk.coral.kept().enabled = false;
    let mut body = desk.asked().await;
    body["dry_run"] = true.into();
    let plan = desk.owner.post(ROTATIONS, &body).await.json();
    let warnings = plan["warnings"].to_string();
    let other = desk.coral.kept().secrets[1].kid.clone();
    for part in ["SSO is off", "aren't here: `", &other] {
        assert!(warnings.contains(part), "{part}: {warnings}");
    }
    assert!(
        !warnings.contains("somebody has rotated"),
        "there is time: {warnings}"
    );
    desk.coral.kept().secrets[0].inactive_at = Some(desk.app.clock.now() + 600);
    let plan = desk.owner.post(ROTATIONS, &body).await.json();
    let warnings = plan["warnings"].to_string();
    assert!(
        warnings.contains("somebody has rotated it there"),
        "{warnings}"
    );
    desk.coral.kept().secrets[0].inactive_at = Some(desk.app.clock.now());
    let plan = desk.owner.post(ROTATIONS, &body).await.json();
    let warnings = plan["warnings"].to_string();
    assert!(warnings.contains("Coral doesn't take it"), "{warnings}");
    // A rotation mends that.
    let run = desk.rotate().await;
    assert_eq!(run["state"], "done");
    desk.signs_with(run["new_kid"].as_str().unwrap()).await;
    desk.assert_taken(&[desk.token().await]);
    assert!(
        run["warnings"]
            .to_string()
            .contains("Coral doesn't take it")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_is_answered_as_the_first_was_and_rotates_once() {
    let desk = Desk::set().await;
    let body = desk.asked().await;
    let ask = async || {
        let request = desk.owner.request(reqwest::Method::POST, ROTATIONS);
        let request = request.header("idempotency-key", "once");
        Answer::to(request.json(&body)).await
    };
    let first = ask().await;
    assert_eq!(first.status, 201, "{first:?}");
    desk.settled(&first.json()).await;
    // Whatever Coral says by now.
    let asked = desk.coral.kept().requests;
    desk.coral.kept().tokens.remove(ADMIN);
    let again = ask().await;
    assert_eq!(desk.coral.kept().requests, asked);
    assert_eq!((again.status, again.json()), (201, first.json()));
    assert_eq!(desk.coral.kept().secrets.len(), 2);
    assert!(!desk.stored(ADMIN).await);
}
