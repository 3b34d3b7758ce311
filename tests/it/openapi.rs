//! What is generated from the code is what is committed, and what is served.

use std::{fs, path::Path};

use lanyard_api::access::{RULES, need};
use reqwest::Method;

use crate::harness::App;

fn committed(path: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(path),
    )
    .unwrap()
}

#[tokio::test]
async fn the_description_that_is_served_is_the_one_that_is_committed() {
    let app = App::start().await;
    let served = app.get("/openapi.json").await;
    assert_eq!(served.status, 200);
    assert!(
        served.text() == committed("openapi/openapi.json"),
        "run script/gen, and commit openapi/openapi.json"
    );
}

#[tokio::test]
async fn the_page_of_permissions_is_the_table_that_is_asked() {
    assert!(
        lanyard_admin::manage::permissions::document() == committed("docs/permissions.md"),
        "run script/gen, and commit docs/permissions.md"
    );
}

#[test]
fn the_table_has_every_route_of_the_description_and_no_other() {
    let document = serde_json::to_value(lanyard_admin::manage::openapi::document()).unwrap();
    let mut described = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            if path.starts_with("/v1/") {
                assert!(
                    need(&method, path).is_some(),
                    "{method} {path} isn't in the table"
                );
            }
            described.push((method, path.clone()));
        }
    }
    for rule in RULES {
        assert!(
            described.contains(&(rule.method.clone(), rule.path.to_owned())),
            "{} {} isn't described",
            rule.method,
            rule.path
        );
    }
}

#[tokio::test]
async fn the_pages_to_read_it_on_load_nothing_from_elsewhere() {
    let app = App::start().await;
    let page = app.get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(
        !page.text().contains("//cdn") && !page.text().contains("https://"),
        "{}",
        page.text()
    );
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    for asset in [
        "swagger-ui.css",
        "swagger-ui-bundle.js",
        "swagger-initializer.js",
    ] {
        let answer = app.get(&format!("/docs/{asset}")).await;
        assert_eq!(answer.status, 200, "{asset}");
    }
    assert_eq!(app.get("/docs/nothing.js").await.status, 404);
}
