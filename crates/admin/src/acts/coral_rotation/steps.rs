//! What a run writes down here: each step with its event, or not at all.

use lanyard_core::{
    id::Kid, key::Algorithm, profile::TokenProfile, signing_key::KeySet, tenant::Policy,
};
use lanyard_storage::{
    WriteTx,
    coral_rotations::{self, RotationRow, RotationState},
    keys::{self, KeyRow},
    tenants,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    LEASE,
    drive::{Site, Stop},
    next::Stuck,
    plan::is_same,
};
use crate::{
    acts::signing_keys::{self, Seen},
    coral::{AdminToken, Coral, Secret},
    output::time,
};

/// A run and its deployment, as they are now.
pub(super) struct Now {
    pub(super) run: RotationRow,
    pub(super) keys: KeySet,
    seen: Seen,
}

impl Site {
    /// The Coral of a run, which is where it was when the run began.
    pub(super) async fn coral(&self, id: Uuid) -> Result<Coral, Stop> {
        let mut tx = self.database.read(self.tenant).await?;
        let run = coral_rotations::get(&mut tx, id).await?.ok_or(Stop::Lost)?;
        let token = coral_rotations::token(&mut tx, id, &self.master_keys).await?;
        let token = token.ok_or(Stop::Lost)?;
        let text = str::from_utf8(&token).map_err(|_| Stop::Lost)?;
        let token: AdminToken = text.parse().map_err(|_| Stop::Lost)?;
        Ok(Coral::at(&run.root_url, token, &self.calls)?)
    }

    /// Looks at a run, as long as it is this one's to work on.
    pub(super) async fn now(&self, id: Uuid, attempt: i32) -> Result<Now, Stop> {
        let mut tx = self.database.read(self.tenant).await?;
        let run = coral_rotations::get(&mut tx, id).await?.ok_or(Stop::Lost)?;
        if run.attempt != attempt || run.state != RotationState::Running {
            return Err(Stop::Lost);
        }
        let tenant = tenants::load(&mut tx).await?.ok_or(Stop::Lost)?;
        let mut policies = tenant.policies.into_iter();
        let policy: Policy = policies
            .find(|policy| policy.deployment == run.deployment)
            .ok_or(Stop::Lost)?;
        let active: Option<KeyRow> = keys::active(&mut tx, policy.deployment).await?;
        let mut sets = keys::load_all(&mut tx, &self.master_keys).await?;
        Ok(Now {
            keys: sets.remove(&policy.deployment).unwrap_or_default(),
            seen: Seen { policy, active },
            run,
        })
    }

    async fn write(&self) -> Result<WriteTx, Stop> {
        self.database.write(self.tenant).await?.ok_or(Stop::Lost)
    }

    /// Writes the run down with the rest of the step, and commits.
    async fn save(&self, mut tx: WriteTx, run: &mut RotationRow) -> Result<(), Stop> {
        run.leased_until = self.clock.now() + LEASE;
        if !coral_rotations::save(&mut tx, run).await? {
            return Err(Stop::Lost);
        }
        let committed = tx.commit().await?;
        match &self.views {
            Some(views) => views.apply(committed).await,
            None => committed.done(),
        }
        Ok(())
    }

    /// Before Coral is asked, it is written down that it will have been.
    pub(super) async fn asks(&self, run: &mut RotationRow) -> Result<(), Stop> {
        let mut tx = self.write().await?;
        run.asked_at = Some(self.clock.now());
        let detail = json!({ "root_url": run.root_url, "overlap": run.overlap });
        let target = run.id.to_string();
        self.by()
            .audit(&mut tx, "coral_rotation.ask", &target, &detail)
            .await?;
        self.save(tx, run).await
    }

    /// Coral has clearly not done it.
    pub(super) async fn asked_in_vain(&self, run: &mut RotationRow) -> Result<(), Stop> {
        run.asked_at = None;
        let tx = self.write().await?;
        self.save(tx, run).await
    }

    /// Makes Coral's new secret a key here, which waits.
    pub(super) async fn import(
        &self,
        mut now: Now,
        secret: &Secret,
        old_ends_at: Option<i64>,
    ) -> Result<RotationRow, Stop> {
        let mut tx = self.write().await?;
        let kid = secret.kid.clone();
        // Somebody may have imported it by hand meanwhile.
        let mut sets = keys::load_all_now(&mut tx, &self.master_keys).await?;
        let keys = sets.remove(&now.run.deployment).unwrap_or_default();
        if let Some(there) = keys.get(kid.as_str()) {
            // With a letter wrong, or cut off, it would sign what Coral refuses.
            if !is_same(there, secret) {
                return Err(Stuck::Other(kid.to_string()).into());
            }
        } else {
            let (text, hs256) = (secret.text.as_bytes(), Algorithm::HS256);
            let import =
                signing_keys::read(text, TokenProfile::Coral, hs256, false, Some(kid.clone()))?;
            signing_keys::import(&mut tx, self.by(), &now.seen, import).await?;
        }
        now.run.new_kid = Some(kid.to_string());
        now.run.old_ends_at = old_ends_at;
        now.run.asked_at = None;
        self.save(tx, &mut now.run).await?;
        Ok(now.run)
    }

    /// Signs with the new key from now on, and ends the run: the token is erased with the same commit.
    pub(super) async fn finish(
        &self,
        mut now: Now,
        kid: Option<&Kid>,
    ) -> Result<RotationRow, Stop> {
        let mut tx = self.write().await?;
        if let Some(kid) = kid {
            signing_keys::activate(&mut tx, self.by(), &now.seen, kid).await?;
        }
        let at = self.clock.now();
        let before = now.seen.active.as_ref();
        now.run.warnings.extend(too_late(&now.run, before, at));
        now.run.state = RotationState::Done;
        now.run.finished_at = Some(at);
        let detail = json!({ "old_kid": now.run.old_kid, "new_kid": now.run.new_kid });
        let target = now.run.id.to_string();
        self.by()
            .audit(&mut tx, "coral_rotation.finish", &target, &detail)
            .await?;
        self.save(tx, &mut now.run).await?;
        Ok(now.run)
    }

    /// Writes down why a run can't go on for now.
    pub(super) async fn interrupt(
        &self,
        id: Uuid,
        attempt: i32,
        stop: &Stop,
    ) -> Result<RotationRow, Stop> {
        let mut tx = self.write().await?;
        let run = coral_rotations::get_now(&mut tx, id).await?;
        let mut run = run.ok_or(Stop::Lost)?;
        if run.attempt != attempt || run.state != RotationState::Running {
            return Err(Stop::Lost);
        }
        run.state = RotationState::Interrupted;
        run.error = Some(stop.problem().code().to_owned());
        run.error_detail = Some(stop.to_string());
        let detail = json!({ "error": run.error });
        self.by()
            .audit(
                &mut tx,
                "coral_rotation.interrupt",
                &id.to_string(),
                &detail,
            )
            .await?;
        self.save(tx, &mut run).await?;
        Ok(run)
    }
}

/// A run that somebody came back to late may outlive what Coral was asked for: it drops the old secret before the last of
/// its tokens has ended. `before` is the key that signed until now.
fn too_late(run: &RotationRow, before: Option<&KeyRow>, now: i64) -> Option<String> {
    let key = before.filter(|key| run.old_kid.as_deref() == Some(key.kid.as_str()))?;
    let (dropped, last) = (run.old_ends_at?, now + key.longest_life());
    (dropped < last).then(|| {
        format!(
            "Coral drops `{}` at {}, and its last token may live until {}: whoever has one of the last is logged out early, \
             and gets another from your CMS.",
            key.kid,
            time(dropped),
            time(last)
        )
    })
}
