//! Ids are the newsroom's own strings, and paths are not.

use reqwest::Method;
use serde_json::json;

use super::{USERS, desk};
use crate::harness::Answer;

/// Everything but letters and digits, percent-encoded.
fn encoded(id: &str) -> String {
    id.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[tokio::test]
async fn any_text_that_can_be_an_id_can_be_named_in_a_path() {
    let (_app, admin) = desk().await;
    for id in [
        "a/b",
        "/",
        "../../etc",
        "a?b#c",
        "a%2Fb",
        "käse 😀",
        "e\u{301}",
        "é",
        "-1",
        "'; drop table users; --",
        "x,y;z\"",
        " ",
        "*",
        &"é".repeat(255),
        &"x".repeat(255),
    ] {
        let path = format!("{USERS}/{}", encoded(id));
        let made = admin.send(Method::PUT, &path, &json!({ "id": id })).await;
        assert_eq!(made.status, 201, "{id} {made:?}");
        let read = admin.get(&path).await;
        assert_eq!(read.json()["user"]["id"], id);
        let act = admin.request(Method::POST, &format!("{path}/disable"));
        assert_eq!(Answer::to(act).await.status, 200, "{id}");
        assert_eq!(admin.delete(&path).await.status, 200, "{id}");
        assert_eq!(admin.get(&path).await.status, 404, "{id}");
    }
}

#[tokio::test]
async fn what_can_be_no_id_is_nobodys() {
    let (_app, admin) = desk().await;
    for id in [
        "%00",
        "a%00b",
        "%0A",
        "%E2%80%A8",
        &"x".repeat(256),
        &"%C3%A9".repeat(256),
    ] {
        let path = format!("{USERS}/{id}");
        assert_eq!(admin.get(&path).await.problem(), "not-found", "{id}");
        let put = admin.send(Method::PUT, &path, &json!({ "id": "x" })).await;
        assert_eq!(put.status, 404, "{id}");
    }
    assert_eq!(
        admin.get(&format!("{USERS}/%FF")).await.problem(),
        "path-invalid"
    );
    for id in ["", "a\u{0}", "a\nb", &"x".repeat(256)] {
        let refused = admin.post(USERS, &json!({ "id": id })).await;
        assert_eq!(refused.status, 422, "{id:?} {refused:?}");
    }
}

/// Clients take dots in a path for steps, but nothing else does.
#[tokio::test]
async fn ids_that_look_like_steps_or_routes_are_ids() {
    let (app, admin) = desk().await;
    for id in [".", "..", "import", "export"] {
        assert_eq!(admin.post(USERS, &json!({ "id": id })).await.status, 201);
    }
    for (path, id) in [
        (".", "."),
        ("..", ".."),
        ("%2e", "."),
        ("%65xport", "export"),
    ] {
        let request = format!(
            "GET {USERS}/{path} HTTP/1.1\r\nhost: x\r\ncookie: {}\r\nconnection: close\r\n\r\n",
            admin.cookie
        );
        let answer = app.raw(&request).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path} {answer}");
        assert!(
            answer.contains(&format!(r#"{{"user":{{"id":"{id}"}}"#)),
            "{answer}"
        );
    }
    let import = format!("{USERS}/%69mport");
    assert_eq!(admin.delete(&import).await.status, 200);
}
