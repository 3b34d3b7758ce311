//! Rate limits: what a tenant, and each of its API keys, may ask for in a second. Each has buckets of its own, so no tenant
//! is held up by another. Only requests with good credentials are charged, or strangers could use a tenant's share up.

use std::{
    fmt::Write,
    sync::{Arc, OnceLock, atomic::Ordering},
};

use axum::{
    extract::MatchedPath,
    http::{HeaderMap, HeaderName, HeaderValue, Method, request::Parts},
};
use lanyard_core::{
    id::ApiKeyId,
    rate::{BURST_SECONDS, Bucket, Rate, Standing},
};
use lanyard_storage::{Operation, TenantView};

use crate::{App, ClientAddress, Problem, failure::Failure};

/// How many tokens a tenant may ask for where it may make one other request.
const ISSUE_FACTOR: u32 = 5;
/// How many readers' tokens it may show: each costs little, and a reader waits for the answer.
const VALIDATE_FACTOR: u32 = 25;
/// An API key may use up one part in so many of its tenant's share: one program that runs wild leaves room for others.
const API_KEY_PARTS: u32 = 2;

/// Where codes are asked for.
pub(crate) const CODES: &str = "/v1/tenants/{tenant}/tokens/codes";

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What a request counts as, by its method and route; `None` for what isn't counted.
pub(crate) fn operation(method: &Method, route: &str) -> Option<Operation> {
    if route.starts_with("/t/") {
        return match *method {
            _ if route.ends_with("/.well-known/jwks.json") || route.ends_with("/lanyard.js") => {
                None
            }
            Method::GET | Method::HEAD => Some(Operation::Validate),
            Method::POST => Some(Operation::Issue),
            _ => None,
        };
    }
    match route.strip_prefix("/v1/tenants/{tenant}")? {
        "/tokens" | "/tokens/batch" => Some(Operation::Issue),
        "/tokens/introspect" | "/tokens/check" => Some(Operation::Introspect),
        "/tokens/revoke" => Some(Operation::Revoke),
        _ => Some(Operation::Manage),
    }
}

/// A limit that a request was let pass by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passed {
    policy: &'static str,
    rate: Rate,
    standing: Standing,
}

/// Charges a request with good credentials to its API key, if it came with one, and to its tenant.
pub(crate) fn charge(
    app: &App,
    tenant: &TenantView,
    operation: Operation,
    api_key: Option<ApiKeyId>,
) -> Result<[Option<Passed>; 2], Failure> {
    let now = app.clock.micros();
    let nodes = app.live_nodes.load(Ordering::Relaxed);
    let per_second = u32::try_from(tenant.quota.requests_per_second).unwrap_or(u32::MAX);
    let meter = &tenant.meter;
    let (policy, bucket, per_second) = match operation {
        Operation::Validate => (
            "tenant-validate",
            &meter.validate,
            per_second.saturating_mul(VALIDATE_FACTOR),
        ),
        Operation::Issue => (
            "tenant-issue",
            &meter.issue,
            per_second.saturating_mul(ISSUE_FACTOR),
        ),
        Operation::Introspect | Operation::Revoke | Operation::Manage => {
            ("tenant", &meter.requests, per_second)
        }
    };
    let of_key = api_key
        .and_then(|id| tenant.api_key_meter(id))
        .map(|meter| {
            meter.used(now.div_euclid(1_000_000));
            let (policy, bucket) = match operation {
                Operation::Issue => ("api-key-issue", &meter.issue),
                _ => ("api-key", &meter.requests),
            };
            let rate = Rate::new(per_second / API_KEY_PARTS, nodes);
            take(policy, bucket, rate, now)
        })
        .transpose()?;
    let of_tenant = take(policy, bucket, Rate::new(per_second, nodes), now)?;
    Ok([of_key, Some(of_tenant)])
}

/// Charges a browser that presents an exchange code: its place, and then the newsroom, with a share of its own. Strangers
/// can use that up, and nothing else with it; a newsroom that isn't there has none.
pub(crate) fn charge_exchange(
    app: &App,
    tenant: Option<&TenantView>,
    client: ClientAddress,
) -> Result<(), Failure> {
    let now = app.clock.micros();
    let nodes = app.live_nodes.load(Ordering::Relaxed);
    let place = (tenant.map(|tenant| tenant.id), client.block());
    app.exchanges.charge(place, nodes, now)?;
    let Some(tenant) = tenant else { return Ok(()) };
    let requests = u32::try_from(tenant.quota.requests_per_second).unwrap_or(u32::MAX);
    let rate = Rate::new(requests.saturating_mul(ISSUE_FACTOR), nodes);
    take("tenant-exchange", &tenant.meter.exchange, rate, now).map(drop)
}

/// Charges a request that was let pass for more tokens than the one that it was charged for.
pub(crate) fn charge_more(app: &App, tenant: &TenantView, api_key: Option<ApiKeyId>, more: usize) {
    let more = u32::try_from(more).unwrap_or(u32::MAX);
    let now = app.clock.micros();
    let nodes = app.live_nodes.load(Ordering::Relaxed);
    let requests = u32::try_from(tenant.quota.requests_per_second).unwrap_or(u32::MAX);
    let per_second = requests.saturating_mul(ISSUE_FACTOR);
    if let Some(meter) = api_key.and_then(|id| tenant.api_key_meter(id)) {
        let rate = Rate::new(per_second / API_KEY_PARTS, nodes);
        meter.issue.owe(rate, now, more);
    }
    let rate = Rate::new(per_second, nodes);
    tenant.meter.issue.owe(rate, now, more);
}

fn take(policy: &'static str, bucket: &Bucket, rate: Rate, now: i64) -> Result<Passed, Failure> {
    match bucket.take(rate, now) {
        Ok(standing) => Ok(Passed {
            policy,
            rate,
            standing,
        }),
        Err(exceeded) => {
            let standing = Standing {
                remaining: 0,
                full_in: exceeded.full_in,
            };
            let fields = Fields::of(&[Some(Passed {
                policy,
                rate,
                standing,
            })]);
            let mut failure = Failure::from(Problem::RateLimited).retry_after(exceeded.retry_after);
            failure.note.limits = Some(Box::new(fields));
            Err(failure)
        }
    }
}

/// Charges a request under `/v1`, and leaves how the limits stand for the answer's headers.
pub(crate) fn charge_and_tell(
    parts: &Parts,
    app: &App,
    tenant: &TenantView,
    api_key: Option<ApiKeyId>,
) -> Result<(), Failure> {
    let route = parts
        .extensions
        .get::<MatchedPath>()
        .map(MatchedPath::as_str);
    let operation = match route {
        // A code is charged for the token that it stands for, which is counted once it is issued.
        Some(CODES) => Some(Operation::Issue),
        route => route.and_then(|route| operation(&parts.method, route)),
    };
    let passed = charge(app, tenant, operation.unwrap_or(Operation::Manage), api_key)?;
    if let Some(told) = parts.extensions.get::<Told>() {
        // A request is charged once.
        let _ = told.0.set(Fields::of(&passed));
    }
    Ok(())
}

/// What the limits of one request said, from the extractor that charged it to the middleware that answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told(Arc<OnceLock<Fields>>);

impl Told {
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        if let Some(fields) = self.0.get() {
            fields.write(headers);
        }
    }
}

/// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11).
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    policies: String,
    standings: String,
}

impl Fields {
    fn of(passed: &[Option<Passed>]) -> Self {
        let mut fields = Self::default();
        for Passed {
            policy,
            rate,
            standing,
        } in passed.iter().flatten()
        {
            let comma = if fields.policies.is_empty() { "" } else { ", " };
            let (quota, remaining, full_in) = (rate.quota, standing.remaining, standing.full_in);
            // Writing into a String doesn't fail.
            let _ = write!(
                fields.policies,
                "{comma}\"{policy}\";q={quota};w={BURST_SECONDS}"
            );
            let _ = write!(
                fields.standings,
                "{comma}\"{policy}\";r={remaining};t={full_in}"
            );
        }
        fields
    }

    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        for (name, text) in [
            (RATE_LIMIT_POLICY, &self.policies),
            (RATE_LIMIT, &self.standings),
        ] {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use lanyard_storage::Operation;

    use super::operation;

    #[test]
    fn requests_are_told_apart_by_method_and_route() {
        for (method, route, expected) in [
            (Method::GET, "/t/{tenant}/", Some(Operation::Validate)),
            (
                Method::HEAD,
                "/t/{tenant}/{deployment}",
                Some(Operation::Validate),
            ),
            (Method::POST, "/t/{tenant}", Some(Operation::Issue)),
            (Method::OPTIONS, "/t/{tenant}", None),
            (Method::GET, "/t/{tenant}/.well-known/jwks.json", None),
            (Method::GET, "/t/{tenant}/lanyard.js", None),
            (Method::POST, "/t/{tenant}/exchange", Some(Operation::Issue)),
            (Method::OPTIONS, "/t/{tenant}/exchange", None),
            (Method::POST, super::CODES, Some(Operation::Manage)),
            (
                Method::POST,
                "/v1/tenants/{tenant}/tokens",
                Some(Operation::Issue),
            ),
            (
                Method::POST,
                "/v1/tenants/{tenant}/tokens/batch",
                Some(Operation::Issue),
            ),
            (
                Method::POST,
                "/v1/tenants/{tenant}/tokens/introspect",
                Some(Operation::Introspect),
            ),
            (
                Method::POST,
                "/v1/tenants/{tenant}/tokens/check",
                Some(Operation::Introspect),
            ),
            (
                Method::POST,
                "/v1/tenants/{tenant}/tokens/revoke",
                Some(Operation::Revoke),
            ),
            (
                Method::GET,
                "/v1/tenants/{tenant}/usage",
                Some(Operation::Manage),
            ),
            (
                Method::PATCH,
                "/v1/tenants/{tenant}",
                Some(Operation::Manage),
            ),
            (Method::GET, "/v1/tenants", None),
            (Method::GET, "/livez", None),
        ] {
            assert_eq!(operation(&method, route), expected, "{method} {route}");
        }
    }
}
