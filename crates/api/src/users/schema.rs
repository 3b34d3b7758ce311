//! Records as OpenAPI describes them. Written as JSON Schema itself: the patterns are exactly what is accepted, and own
//! members are any JSON that Postgres can hold, which no derived description says.

use std::borrow::Cow;

use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// A text of 1 to 255 characters, none of which ends a line.
const NAME: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$";
const EMAIL: &str = r"^[^\s\u0000-\u001f\u007f-\u009f]+@[^\s\u0000-\u001f\u007f-\u009f]+$";
const URL: &str = r"^[Hh][Tt][Tt][Pp][Ss]?://([A-Za-z0-9._~:@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})+([/?]([A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?(#([A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$";
const NO_NUL: &str = r"^[^\u0000]*$";

/// A reader's record.
#[derive(Debug)]
pub(crate) struct Record;

/// A merge patch of a record.
#[derive(Debug)]
pub(crate) struct Patch;

/// Any JSON that can be stored.
struct Storable;

fn described(schema: Value) -> RefOr<Schema> {
    serde_json::from_value(schema).map_or_else(|_| RefOr::T(Schema::default()), RefOr::T)
}

/// The members that Lanyard knows, each of which may be `null`.
fn members() -> Value {
    json!({
        "email": {
            "type": ["string", "null"], "maxLength": 254, "pattern": EMAIL, "description": "E-mail address.",
        },
        "username": {
            "type": ["string", "null"], "minLength": 1, "maxLength": 255, "pattern": NAME,
            "description": "Name shown beside comments.",
        },
        "email_verified": {
            "type": ["boolean", "null"],
            "description": "Whether the newsroom has seen that the address is the reader's.",
        },
        "badges": {
            "type": ["array", "null"],
            "items": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": NAME },
            "description": "Badges shown beside the name.",
        },
        "role": {
            "type": ["string", "null"], "pattern": "^(COMMENTER|MEMBER|STAFF|MODERATOR|ADMIN)$",
            "description": "Role in the comments.",
        },
        "url": {
            "type": ["string", "null"], "maxLength": 2048, "pattern": URL, "description": "The reader's profile page.",
        },
        "avatar": {
            "type": ["string", "null"], "maxLength": 2048, "pattern": URL, "description": "The reader's picture.",
        },
        "member_since": {
            "anyOf": [
                { "type": "integer", "minimum": -62_135_596_800_i64, "maximum": 253_402_207_200_i64 },
                { "type": "string", "format": "date-time" },
                { "type": "null" },
            ],
            "description": "When the reader joined: Unix seconds, or RFC 3339.",
        },
    })
}

fn object(properties: &Value, more: Value) -> Value {
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "propertyNames": { "type": "string", "pattern": NO_NUL },
        "additionalProperties": { "$ref": "#/components/schemas/Storable" },
    });
    if let (Some(schema), Value::Object(more)) = (schema.as_object_mut(), more) {
        schema.extend(more);
    }
    schema
}

fn record() -> Value {
    let mut properties = members();
    properties["id"] = json!({
        "type": "string", "minLength": 1, "maxLength": 255, "pattern": NAME,
        "description": "The newsroom's own id, compared to the letter.",
    });
    let more = json!({
        "required": ["id"],
        "description": "A reader's record, of 64 KiB at most. Members of other names are kept as they are, and answered in \
                        their own order.",
        "example": { "id": "42", "email": "ann@example.org", "username": "ann", "premium": true },
    });
    object(&properties, more)
}

fn patch() -> Value {
    let more = json!({
        "description": "A merge patch of a record (RFC 7396): `null` takes a member away.",
        "example": { "email": "ann@example.org", "premium": null },
    });
    object(&members(), more)
}

fn storable() -> Value {
    let any = json!({ "$ref": "#/components/schemas/Storable" });
    json!({
        "description": "Any JSON without U+0000.",
        "anyOf": [
            { "type": "null" },
            { "type": "boolean" },
            { "type": "number" },
            { "type": "string", "pattern": NO_NUL },
            { "type": "array", "items": any },
            {
                "type": "object",
                "propertyNames": { "type": "string", "pattern": NO_NUL },
                "additionalProperties": any,
            },
        ],
    })
}

macro_rules! schemas {
    ($($type:ty, $name:literal, $schema:expr;)*) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                described($schema)
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                schemas.push((Storable::name().into_owned(), Storable::schema()));
            }
        }
    )*};
}

schemas! {
    Record, "User", record();
    Patch, "UserPatch", patch();
    Storable, "Storable", storable();
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use utoipa::PartialSchema;

    use super::{Patch, Record, Storable, patch, record, storable};

    /// What utoipa doesn't know of JSON Schema it would leave out.
    #[test]
    fn what_is_written_is_what_is_described() {
        let told = |schema| serde_json::to_value(schema).expect("JSON");
        let told: [Value; 3] = [
            told(Record::schema()),
            told(Patch::schema()),
            told(Storable::schema()),
        ];
        assert_eq!(told, [record(), patch(), storable()]);
    }
}
