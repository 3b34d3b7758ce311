use std::collections::BTreeSet;

use lanyard_core::{id::Slug, scope::Scope};
use serde_json::json;

use super::{Field, Limit, Name, Seconds, Set};

crate::input! {
    /// A body.
    struct Body {
        /// A name.
        #[schema(value_type = String)]
        name: Name,
        /// A slug.
        #[schema(value_type = Option<String>)]
        slug: Option<Slug>,
        /// Scopes.
        #[schema(value_type = Vec<String>)]
        scopes: BTreeSet<Scope>,
        /// A length of time.
        #[schema(value_type = Option<i64>)]
        lifetime: Set<Seconds<60, 120>>,
    }
}

#[test]
fn a_good_body_is_read_whole() {
    let value = json!({ "name": " The Post ", "scopes": ["tokens:issue"], "lifetime": null });
    let body = Body::read(&value).unwrap();
    assert_eq!(body.name.0, "The Post");
    assert_eq!(body.slug, None);
    assert!(body.scopes.contains(&Scope::TokensIssue));
    assert_eq!(body.lifetime, Set::Clear);
}

#[test]
fn every_bad_field_is_told_at_once_with_its_place_and_without_its_value() {
    let value = json!({
        "slug": "Secret!", "scopes": ["tokens:issue", "hunter2", 3], "lifetime": 5, "a/b~c": 1,
    });
    let faults = Body::read(&value).unwrap_err().0;
    let places: Vec<_> = faults.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(
        places,
        [
            "/name",
            "/slug",
            "/scopes/1",
            "/scopes/2",
            "/lifetime",
            "/a~1b~0c"
        ]
    );
    let text = format!("{faults:?}");
    assert!(
        !text.contains("Secret!") && !text.contains("hunter2"),
        "{text}"
    );
}

#[test]
fn a_list_that_names_something_twice_is_refused() {
    let value = json!({ "name": "a", "scopes": ["tokens:issue", "tokens:issue"] });
    assert_eq!(Body::read(&value).unwrap_err().0[0].0, "/scopes");
}

#[test]
fn a_limit_is_read_from_a_query_and_kept_in_bounds() {
    assert_eq!(Limit::read_text("200").unwrap(), Limit(200));
    for bad in ["0", "-1", "201", "2147483648", "x", "", "1.0"] {
        assert!(Limit::read_text(bad).is_err(), "{bad}");
    }
    assert_eq!(Limit::absent(), Some(Limit(50)));
}

#[test]
fn a_name_that_turns_the_order_of_letters_is_refused() {
    for bad in ["", "  ", "a\u{202e}b", "a\nb", "a\u{2028}b"] {
        assert!(Name::read(&json!(bad)).is_err(), "{bad:?}");
    }
}
