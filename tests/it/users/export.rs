//! All readers out.

use reqwest::Method;

use super::{USERS, desk};
use crate::harness::Answer;

async fn import(admin: &crate::harness::Person, kind: &str, text: &str) -> serde_json::Value {
    let request = admin.request(Method::POST, &format!("{USERS}/import"));
    let answer = Answer::to(request.header("content-type", kind).body(text.to_owned())).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn an_export_is_imported_elsewhere_as_it_was_and_is_written_down_first() {
    let (app, admin) = desk().await;
    let records =
        "{\"own\":{\"b\":[1,2.50]},\"id\":\"a/b\"}\n{\"id\":\"é\",\"username\":\"x\\\"y\"}\n";
    import(&admin, "application/x-ndjson", records).await;
    let export = admin.get(&format!("{USERS}/export")).await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    assert_eq!(
        export.header("content-disposition"),
        "attachment; filename=\"users-post.ndjson\""
    );
    assert_eq!(export.header("cache-control"), "no-store");
    assert!(export.text().contains(records.lines().next().unwrap()));
    app.tenant("times").await;
    let other = app.member("times", "admin").await;
    for id in ["1", "2", "3"] {
        other.delete(&format!("/v1/tenants/times/users/{id}")).await;
    }
    let request = other.request(Method::POST, "/v1/tenants/times/users/import");
    let request = request.header("content-type", "application/x-ndjson");
    Answer::to(request.body(export.body.clone())).await;
    let again = other.get("/v1/tenants/times/users/export").await;
    assert_eq!(again.text(), export.text());
    let events = "select detail from audit_events where action = 'user.export'";
    let events = app.database.texts(events).await;
    assert_eq!(events, [r#"{"format":"ndjson"}"#; 2]);
}

#[tokio::test]
async fn no_cell_of_a_csv_export_is_a_formula_and_an_import_reads_it_as_it_was() {
    let (_app, admin) = desk().await;
    let records = "{\"id\":\"=cmd|' /C calc'!A0\",\"username\":\"+1\"}\n\
                   {\"id\":\"-2\",\"username\":\"@SUM(1)\",\"email_verified\":true,\"badges\":[\"=x\",\"y\"]}\n\
                   {\"id\":\"'=3\",\"username\":\"a\\\"b,c;d\",\"role\":\"STAFF\",\"member_since\":-5}\n";
    import(&admin, "application/x-ndjson", records).await;
    let before = admin.get(&format!("{USERS}/export")).await;
    let export = admin.get(&format!("{USERS}/export?format=csv")).await;
    assert_eq!(
        export.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert!(
        export
            .header("content-disposition")
            .ends_with("filename=\"users-post.csv\"")
    );
    let mut reader = csv::Reader::from_reader(&*export.body);
    let mut rows = 0;
    for row in reader.records() {
        for cell in &row.unwrap() {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell}"
            );
        }
        rows += 1;
    }
    assert_eq!(rows, 6);
    let report = import(&admin, "text/csv", export.text()).await;
    assert_eq!(
        (report["updated"].as_u64(), report["failed"].as_u64()),
        (Some(6), Some(0))
    );
    let after = admin.get(&format!("{USERS}/export")).await;
    assert_eq!(after.text(), before.text());
}

#[tokio::test]
async fn an_export_is_of_one_moment_and_runs_once_at_a_time() {
    let (app, admin) = desk().await;
    app.database
        .execute(
            "insert into users (tenant_id, version, id, username)
             select id, 1, lpad(n::text, 7, '0'), repeat('x', 200) from tenants, generate_series(1, 60000) as n",
        )
        .await;
    let export = admin.request(Method::GET, &format!("{USERS}/export"));
    let mut running = export.send().await.unwrap();
    let first = running.chunk().await.unwrap().unwrap();
    let second = admin.get(&format!("{USERS}/export")).await;
    assert_eq!((second.status, &*second.problem()), (429, "rate-limited"));
    assert!(!second.header("retry-after").is_empty());
    let added = admin
        .post(USERS, &serde_json::json!({ "id": "9999999" }))
        .await;
    assert_eq!(added.status, 201, "writes don't wait for an export");
    let mut text = first.to_vec();
    while let Some(piece) = running.chunk().await.unwrap() {
        text.extend_from_slice(&piece);
    }
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), 60_003);
    assert!(!text.contains("9999999"));
    crate::harness::eventually("the next export begins", || async {
        let request = admin.request(Method::GET, &format!("{USERS}/export"));
        request.send().await.unwrap().status() == 200
    })
    .await;
    let wrong = admin.get(&format!("{USERS}/export?format=xlsx")).await;
    assert_eq!(wrong.json()["errors"][0]["parameter"], "format");
}
