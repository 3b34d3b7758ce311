//! The walls behind the code: row-level security, the audit log that is only added to, sealed keys.

use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use crate::desk::Desk;

/// The tables that hold rows of tenants.
const TENANT_TABLES: [&str; 12] = [
    "issuers",
    "deployments",
    "signing_keys",
    "api_keys",
    "users",
    "revocations",
    "audit_events",
    "user_surrogates",
    "imports",
    "key_use",
    "key_use_hourly",
    "exchange_codes",
];

/// A connection in the role that the server uses.
async fn as_server(desk: &Desk) -> PgConnection {
    let mut connection = desk.database.connect().await;
    connection.execute("set role lanyard_app").await.unwrap();
    connection
}

async fn count(connection: &mut PgConnection, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("select count(*) from {table}"));
    connection.fetch_one(sql).await.unwrap().get(0)
}

/// The SQLSTATE with which a statement is refused.
async fn refused(connection: &mut PgConnection, sql: &'static str) -> String {
    let error = connection.execute(sql).await.unwrap_err();
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.unwrap_or_default().into_owned()
}

/// Two newsrooms, `post` with everything and `times` with little.
async fn two_newsrooms() -> Desk {
    let desk = Desk::with_readers().await;
    desk.run(&[
        "tenant",
        "create",
        "times",
        "--issuer",
        "https://talk.times.example",
    ])
    .await
    .ok();
    desk.post(&["user", "disable", "1"]).await.ok();
    desk.post(&["api-key", "create", "--name", "cms"])
        .await
        .ok();
    desk
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_tenant_the_server_sees_no_row_of_any() {
    let desk = two_newsrooms().await;
    let mut connection = as_server(&desk).await;
    for table in TENANT_TABLES.into_iter().chain(["tenants"]) {
        assert_eq!(count(&mut connection, table).await, 0, "{table}");
    }
    // A pooled connection that served a tenant before has an empty setting, not none.
    connection
        .execute("begin; set local app.tenant = 'f47ac10b-58cc-4372-a567-0e02b2c3d479'; commit")
        .await
        .unwrap();
    assert_eq!(count(&mut connection, "users").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_forgets_its_tenant_sees_and_changes_that_of_the_connection_only() {
    let desk = two_newsrooms().await;
    let mut owner = desk.database.connect().await;
    let times: uuid::Uuid = owner
        .fetch_one("select id from tenants where slug = 'times'")
        .await
        .unwrap()
        .get(0);
    let mut connection = as_server(&desk).await;
    let bind = AssertSqlSafe(format!("set app.tenant = '{times}'"));
    connection.execute(bind).await.unwrap();
    assert_eq!(count(&mut connection, "tenants").await, 1);
    for table in ["users", "revocations", "api_keys", "user_surrogates"] {
        assert_eq!(count(&mut connection, table).await, 0, "{table}");
    }
    let changed = connection
        .execute("update signing_keys set state = 'revoked'")
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 1, "its own key");
    let stolen = "insert into users (tenant_id, id, version)
                  select '00000000-0000-0000-0000-000000000001', 'x', 1";
    assert_eq!(refused(&mut connection, stolen).await, "42501");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_can_add_audit_events_and_neither_change_nor_remove_them() {
    let desk = two_newsrooms().await;
    let mut connection = as_server(&desk).await;
    for sql in [
        "update audit_events set actor = 'nobody'",
        "delete from audit_events",
        "truncate audit_events",
        "delete from tenants",
        "drop table users",
        "alter table users disable row level security",
    ] {
        assert_eq!(refused(&mut connection, sql).await, "42501", "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_act_leaves_an_event_and_the_doctor_sees_when_one_was_touched() {
    let desk = two_newsrooms().await;
    desk.post(&["key", "rotate"]).await.ok();
    let token = desk.token("2").await;
    desk.post(&["token", "revoke", &token]).await.ok();
    desk.run(&["tenant", "suspend", "post"]).await.ok();
    let mut owner = desk.database.connect().await;
    let rows = owner
        .fetch_all(
            "select action, target from audit_events join tenants on tenants.id = tenant_id
             where slug = 'post' order by sequence",
        )
        .await
        .unwrap();
    let actions: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        actions,
        [
            "tenant.create",
            "user.import",
            "user.disable",
            "api_key.create",
            "key.rotate",
            "token.revoke",
            "tenant.suspend",
        ]
    );
    let disabled: String = rows[2].get(1);
    assert_ne!(disabled, "1", "a reader is named by a surrogate");

    assert_eq!(desk.run(&["doctor"]).await.code, 0);
    desk.database
        .execute("update audit_events set actor = 'somebody' where action = 'key.rotate'")
        .await;
    let doctor = desk.run(&["doctor"]).await;
    assert_eq!(doctor.code, 1);
    assert!(
        doctor.stdout.contains("tenant `post`: event 5 was changed"),
        "{}",
        doctor.stdout
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_never_holds_a_secret_or_an_api_key_in_clear() {
    let desk = two_newsrooms().await;
    let secret = "nine-wild-Otters-drum-under-7-bridges!";
    desk.post_with_input(
        &["key", "import", "--kid", "own", "--file", "-", "--activate"],
        secret,
    )
    .await
    .ok();
    let api_key = desk
        .post(&["api-key", "create", "--name", "second"])
        .await
        .ok()
        .stdout;
    let mut owner = desk.database.connect().await;
    for table in TENANT_TABLES.into_iter().chain(["tenants"]) {
        let sql = AssertSqlSafe(format!(
            "select coalesce(string_agg(t::text, ' '), '') from {table} t"
        ));
        let text: String = owner.fetch_one(sql).await.unwrap().get(0);
        for hidden in [secret, api_key.trim()] {
            assert!(!text.contains(hidden), "{table}");
            // bytea is written in hex.
            let hex: String = hidden.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!text.contains(&hex), "{table}");
        }
    }
    // A key that was moved to another row doesn't open there.
    desk.database
        .execute(
            "update signing_keys set sealed = (select sealed from signing_keys where kid = 'own')
             where tenant_id = (select id from tenants where slug = 'times')",
        )
        .await;
    let export = ["key", "export", "--tenant", "times", "--as", "talk"];
    let moved = desk.run(&export).await;
    assert_eq!(moved.code, 1);
    assert!(moved.stderr.contains("doesn't open"), "{}", moved.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_starts_where_a_table_lies_open() {
    let desk = two_newsrooms().await;
    desk.database
        .execute("alter table imports disable row level security")
        .await;
    let output = desk.run(&["tenant", "list"]).await;
    assert_eq!(output.code, 1);
    assert!(
        output.stderr.contains("row-level security isn't in force"),
        "{}",
        output.stderr
    );
}
