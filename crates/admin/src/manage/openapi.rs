//! The description of the whole API (OpenAPI 3.1), made from the code.

use utoipa::openapi::{Info, License, OpenApi, OpenApiBuilder, info::InfoBuilder};

/// What the description begins with.
pub(super) fn head() -> OpenApi {
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".into());
    let info: Info = InfoBuilder::new()
        .title("Lanyard")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Tokens for the readers of newsrooms that run Talk or Coral comments. Errors are problem+json (RFC 9457); \
             docs/problems.md explains each type. Lists are read page by page: pass `next_cursor` as `cursor`.",
        ))
        .license(Some(license))
        .build();
    OpenApiBuilder::new().info(info).build()
}

/// Adds what all operations have in common.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    lanyard_api::openapi::complete(&mut document);
    document
}

/// The description as it is served and committed.
///
/// # Errors
/// Something in it has no JSON.
pub fn text(document: &OpenApi) -> Result<String, serde_json::Error> {
    Ok(document.to_pretty_json()? + "\n")
}

/// The whole description.
#[must_use]
pub fn document() -> OpenApi {
    complete(super::routes().into_openapi())
}
