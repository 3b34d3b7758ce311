//! Lists and searches, page by page.

use std::collections::HashSet;

use serde_json::Value;

use super::{USERS, desk};
use crate::harness::{App, Person};

/// Adds these readers, past the API.
async fn seed(app: &App, select: &str) {
    let sql = format!(
        "insert into users (tenant_id, version, id, email, username, disabled_at)
         select tenants.id, 1, reader.* from tenants, ({select}) as reader where slug = 'post'"
    );
    app.database.execute(&sql).await;
}

fn id(entry: &Value) -> String {
    entry["user"]["id"].as_str().unwrap().to_owned()
}

/// All ids of a list, page by page; no page has more than it may.
async fn walk(person: &Person, query: &str, limit: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    for _ in 0..200 {
        let page = person
            .get(&format!("{USERS}?limit={limit}{query}{cursor}"))
            .await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        let entries = page["data"].as_array().unwrap();
        assert!(entries.len() <= limit);
        ids.extend(entries.iter().map(id));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
    panic!("the pages of {query} don't end");
}

#[tokio::test]
async fn the_pages_together_are_the_export() {
    let (app, admin) = desk().await;
    seed(
        &app,
        "select 'u' || n, 'm' || n || '@a.example', null, null::timestamptz from generate_series(1, 2500) as n",
    )
    .await;
    let export = admin.get(&format!("{USERS}/export")).await;
    let exported: Vec<String> = export
        .text()
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(exported.len(), 2503);
    assert!(exported.is_sorted());
    for limit in [200, 37] {
        assert_eq!(walk(&admin, "", limit).await, exported, "{limit}");
    }
    let first = admin.get(USERS).await.json();
    assert_eq!(first["data"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn a_page_goes_on_where_the_one_before_ended_whatever_was_written_since() {
    let (app, admin) = desk().await;
    let first = admin.get(&format!("{USERS}?limit=2")).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    for gone in ["2", "3"] {
        admin.delete(&format!("{USERS}/{gone}")).await;
    }
    seed(
        &app,
        "values ('0', null, null, null::timestamptz), ('5', null, null, null)",
    )
    .await;
    let next = admin
        .get(&format!("{USERS}?limit=2&cursor={cursor}"))
        .await
        .json();
    let ids: Vec<_> = next["data"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(ids, ["5"]);
    assert_eq!(next["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_search_finds_ids_then_addresses_then_names_and_everybody_once() {
    let (app, admin) = desk().await;
    seed(
        &app,
        "values ('ann', 'ann@post.example', 'Ann', null::timestamptz), ('x1', 'ANNA@post.example', 'Anna', now()),
                ('x2', 'z@post.example', 'annika', null), ('x3', 'ann@post.example', null, null),
                ('Ann2', null, null, null), ('x4', 'joanne@post.example', 'JoAnn', null)",
    )
    .await;
    let all = ["ann", "x3", "x1", "x2"];
    for limit in [1, 2, 3, 10] {
        assert_eq!(walk(&admin, "&search=ann", limit).await, all, "{limit}");
    }
    assert_eq!(
        walk(&admin, "&search=ANN", 10).await,
        ["ann", "x3", "x1", "x2"]
    );
    assert_eq!(
        walk(&admin, "&search=Ann", 1).await,
        ["Ann2", "ann", "x3", "x1", "x2"]
    );
    assert_eq!(walk(&admin, "&search=ann%40", 10).await, ["ann", "x3"]);
    assert_eq!(walk(&admin, "&search=ann&disabled=true", 1).await, ["x1"]);
    assert_eq!(
        walk(&admin, "&search=ann&disabled=false", 2).await,
        ["ann", "x3", "x2"]
    );
    assert_eq!(walk(&admin, "&disabled=true", 5).await, ["x1"]);
    for nobody in [
        "nn",
        "%25",
        "_nn",
        "%5C",
        "a%25",
        "%F4%8F%BF%BF",
        "ann%27%20or%201%3D1--",
    ] {
        let found = walk(&admin, &format!("&search={nobody}"), 5).await;
        assert!(found.is_empty(), "{nobody} {found:?}");
    }
}

/// Each of them matches by id, by address and by name, so two thirds of all matches are passed over.
#[tokio::test]
async fn a_search_that_passes_much_over_ends_its_pages_early_and_comes_to_an_end() {
    let (app, admin) = desk().await;
    seed(
        &app,
        "select 'u' || n, 'u' || n || '@a.example', 'u', case when n = 900 then now() end from generate_series(1, 900) as n",
    )
    .await;
    let found = walk(&admin, "&search=u", 25).await;
    assert_eq!(found.len(), 900);
    assert_eq!(found.iter().collect::<HashSet<_>>().len(), 900);
    assert_eq!(walk(&admin, "&search=u&disabled=true", 7).await, ["u900"]);
    assert_eq!(walk(&admin, "&disabled=false", 200).await.len(), 902);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_newsroom_list_and_search_only() {
    let (app, admin) = desk().await;
    app.tenant("times").await;
    let other = app.member("times", "admin").await;
    let cursor = async |query: &str| {
        let page = admin.get(&format!("{USERS}?limit=1{query}")).await.json();
        page["next_cursor"].as_str().unwrap().to_owned()
    };
    seed(&app, "values ('1a', null, null, null::timestamptz)").await;
    let (all, search) = (cursor("").await, cursor("&search=1").await);
    let refused = async |person: &Person, path: String| {
        let answer = person.get(&path).await;
        assert_eq!(
            (answer.status, &*answer.problem()),
            (400, "cursor-invalid"),
            "{path}"
        );
    };
    refused(&admin, format!("{USERS}?search=1&cursor={all}")).await;
    refused(&admin, format!("{USERS}?cursor={search}")).await;
    refused(&admin, format!("{USERS}?search=2&cursor={search}")).await;
    refused(&admin, format!("{USERS}?disabled=true&cursor={all}")).await;
    refused(&other, format!("/v1/tenants/times/users?cursor={all}")).await;
    refused(&admin, format!("/v1/tenants/post/api-keys?cursor={all}")).await;
    refused(&admin, format!("{USERS}?cursor=")).await;
    refused(&admin, format!("{USERS}?cursor=%27%20or%201%3D1")).await;
    for at in [0, all.len() / 2, all.len() - 1] {
        let mut flipped = all.clone().into_bytes();
        flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        refused(&admin, format!("{USERS}?cursor={flipped}")).await;
    }
    let good = format!("{USERS}?limit=1&cursor={all}");
    assert_eq!(admin.get(&good).await.status, 200);
    app.clock.advance(86_401);
    let admin = app.member("times", "viewer").await;
    refused(&admin, format!("/v1/tenants/times/users?cursor={all}")).await;
}

#[tokio::test]
async fn bad_parameters_are_refused_by_name() {
    let (_app, admin) = desk().await;
    for (query, status, parameter) in [
        ("limit=0", 422, "limit"),
        ("limit=-1", 422, "limit"),
        ("limit=201", 422, "limit"),
        ("limit=2147483648", 422, "limit"),
        ("limit=99999999999999999999", 422, "limit"),
        ("limit=", 422, "limit"),
        ("search=", 422, "search"),
        ("search=%00", 422, "search"),
        ("disabled=yes", 422, "disabled"),
        ("page=1", 422, "page"),
        ("limit[]=1", 422, "limit[]"),
        ("limit=1&limit=2", 400, ""),
        ("search=a&search=b", 400, ""),
    ] {
        let refused = admin.get(&format!("{USERS}?{query}")).await;
        assert_eq!(refused.status, status, "{query} {refused:?}");
        if status == 422 {
            assert_eq!(
                refused.json()["errors"][0]["parameter"],
                parameter,
                "{query}"
            );
        }
    }
}
