//! What every operation of the description has in common, so that handlers say only what is their own: who may call it
//! (from the table of authorisation), and the problems that any request can meet.

use axum::http::Method;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        HttpMethod, OpenApi, RefOr, Response, ResponseBuilder,
        content::ContentBuilder,
        path::{Operation, ParameterIn, PathItem},
        schema::Ref,
        security::{
            ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
        },
    },
};

use crate::{
    Problem,
    access::{self, Need},
    problem::Document,
    session::SESSION_COOKIE,
};

/// Completes the description of all routes.
pub fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let mut schemas = vec![(Document::name().into(), Document::schema())];
    Document::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            SESSION_COOKIE,
            "A session, from POST /v1/sessions. Changes also need its CSRF token in X-CSRF-Token, and an Origin header.",
        ))),
    );
    components.add_security_scheme("bearer", bearer());
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            complete_operation(path, &method, operation);
        }
    }
}

fn bearer() -> SecurityScheme {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description =
        Some("An API key of the tenant (`lyd_…`), or where the operation says so a token.".into());
    SecurityScheme::Http(scheme)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
        (HttpMethod::Patch, item.patch.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}

fn complete_operation(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let method = match method {
        HttpMethod::Put => Method::PUT,
        HttpMethod::Post => Method::POST,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Patch => Method::PATCH,
        _ => Method::GET,
    };
    let changes = method != Method::GET;
    let need = access::need(&method, path);
    let security = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    let mut problems = vec![
        Problem::RequestInvalid,
        Problem::Internal,
        Problem::Unavailable,
    ];
    match need {
        Some(Need::Nothing) => operation.security = Some(Vec::new()),
        Some(Need::Member(_, Some(_))) => {
            operation.security = Some(vec![security("session"), security("bearer")]);
        }
        Some(_) => operation.security = Some(vec![security("session")]),
        // The broker says so itself.
        None => {}
    }
    if let Some(need) = need {
        problems.push(Problem::RateLimited);
        if need != Need::Nothing {
            problems.extend([Problem::CredentialsMissing, Problem::RoleInsufficient]);
        }
        if changes {
            problems.push(Problem::CrossSite);
        }
        if path.contains('{') || matches!(need, Need::Platform | Need::PlatformProved) {
            problems.push(Problem::NotFound);
        }
    }
    let takes_query = operation
        .parameters
        .iter()
        .flatten()
        .any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query));
    if takes_query {
        problems.push(Problem::FieldsInvalid);
    }
    if operation.request_body.is_some() {
        problems.extend([
            Problem::BodyTimeout,
            Problem::BodyTooLarge,
            Problem::JsonExpected,
            Problem::FieldsInvalid,
        ]);
    }
    for problem in problems {
        let status = problem.status();
        operation
            .responses
            .responses
            .entry(status.as_str().to_owned())
            .or_insert_with(|| RefOr::T(answer(status.canonical_reason().unwrap_or_default())));
    }
    // What a handler calls a problem by its status alone has the one body that all problems have.
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
            && response.content.is_empty()
        {
            let description = std::mem::take(&mut response.description);
            *response = answer(&description);
        }
    }
}

fn answer(description: &str) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
}
