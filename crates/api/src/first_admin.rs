//! The first token of an API key that makes its reader an administrator of Coral: the owners are told before it leaves.

use std::sync::atomic::Ordering;

use lanyard_core::{
    audit::{Actor, Event},
    id::ApiKeyId,
};
use lanyard_storage::{
    TenantView, api_keys, memberships,
    outbox::{self, Letter},
};

use crate::{App, Problem, failure::Failure};

/// Tells the owners, unless they have been told of this key. What they are told is committed before this returns.
pub(crate) async fn tell(app: &App, tenant: &TenantView, key: ApiKeyId) -> Result<(), Failure> {
    let meter = tenant.api_key_meter(key).ok_or(Problem::TokenInvalid)?;
    if meter.gave_admin.load(Ordering::Relaxed) {
        return Ok(());
    }
    let now = app.clock.now();
    let tx = app.database.write(tenant.id).await?;
    let mut tx = tx.ok_or(Problem::NotFound)?;
    if api_keys::mark_admin(&mut tx, key, now).await? {
        tx.audit(&Event {
            at: app.clock.micros(),
            actor: &Actor::ApiKey(key).text(),
            action: "api_key.first_admin_token",
            target: &key.to_string(),
            detail: "{}",
        })
        .await?;
        for owner in memberships::owners(&mut tx).await? {
            let letter = letter(owner, tenant.slug.as_str(), key);
            outbox::enqueue_in(&mut tx, &app.master_keys, &letter, now).await?;
        }
        app.views.apply(tx.commit().await?).await;
    }
    meter.gave_admin.store(true, Ordering::Relaxed);
    Ok(())
}

fn letter(to: String, slug: &str, key: ApiKeyId) -> Letter {
    Letter {
        to,
        subject: format!("An API key of {slug} has made an administrator of Coral"),
        text: format!(
            "An API key of the newsroom {slug} has just had a token issued with the role ADMIN, for the first time.\n\
             Whoever brings it to Coral administers Coral.\n\n\
             The API key: {key}\n\n\
             If that is as it should be, nothing is to be done. Otherwise revoke the key now, look into the audit log, and \
             lower the deployment's highest role (max_role).\n"
        ),
    }
}
