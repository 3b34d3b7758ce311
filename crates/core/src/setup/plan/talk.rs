//! Talk v4's rotations.
//!
//! - Talk reads its keys when it starts, and has one algorithm for all of them.
//! - With `TALK_JWT_SECRET` it takes tokens without a `kid`; with `TALK_JWT_SECRETS` it refuses them.
//! - It signs its own logins (those of moderators, with an e-mail address and a password) with the first key: without a
//!   `kid` where it has one secret. They live for a day unless `TALK_JWT_EXPIRY` says otherwise.

use super::{Here, Plan, Step, Who, date, duration, names};
use crate::{
    signing_key::{Origin, SigningKey},
    talk::was_one_secret,
    tenant::CLOCK_SKEW,
};

pub(super) fn plan(here: &Here<'_>) -> Plan {
    let Some(active) = here.active else {
        return first_key(here);
    };
    if !active.algorithm().is_known_to_talk() {
        return unknown_algorithm(here, active);
    }
    match here.pending {
        Some(pending) if pending.algorithm() != active.algorithm() => {
            other_algorithm(active, pending, here)
        }
        pending => next_key(here, active, pending),
    }
}

/// Nothing signs, so there is nothing to lose.
fn first_key(here: &Here<'_>) -> Plan {
    let make = match here.pending {
        Some(key) => Step {
            who: Who::Admin,
            not_before: None,
            task: format!("let the key `{}` sign, which waits.", key.kid),
            command: here.command(&format!("key activate -- {}", key.kid)),
            then: "tokens are issued, and Talk refuses them until it has the settings.".to_owned(),
        },
        None => Step {
            who: Who::Admin,
            not_before: None,
            task: "make a key.".to_owned(),
            command: here.command("key create"),
            then: "tokens are issued, and Talk refuses them until it has the settings.".to_owned(),
        },
    };
    let tell = tell_talk(here, None, "", "Talk accepts the deployment's tokens.");
    let mut remarks = vec!["No key signs for this deployment, so no token is issued.".to_owned()];
    if let Some(until) = here.last_end() {
        remarks.push(format!(
            "The last tokens of {} live until {}. If the newsroom has moved on to Coral there is nothing to do: leave Talk as \
             it is until then.",
            names(&here.retiring),
            date(until)
        ));
    }
    Plan {
        remarks,
        steps: vec![make, tell],
    }
}

/// Talk can't verify what is signed now, so a change can only help.
fn unknown_algorithm(here: &Here<'_>, active: &SigningKey) -> Plan {
    let remark = format!(
        "Talk v4 doesn't know {}, the algorithm of `{}`: it refuses every token that is issued now.",
        active.algorithm(),
        active.kid
    );
    let rotate = Step {
        who: Who::Admin,
        not_before: None,
        task: "sign with a key that Talk can verify.".to_owned(),
        command: here.command("key rotate -- --alg HS256"),
        then: "new tokens have an algorithm that Talk knows.".to_owned(),
    };
    let tell = tell_talk(
        here,
        None,
        "",
        "Talk accepts the tokens that are issued from now on.",
    );
    Plan {
        remarks: vec![remark],
        steps: vec![rotate, tell],
    }
}

/// Talk pins one algorithm, so at the moment of the change the tokens of before are lost.
fn other_algorithm(active: &SigningKey, pending: &SigningKey, here: &Here<'_>) -> Plan {
    let (old, new) = (active.algorithm(), pending.algorithm());
    let remarks = vec![
        format!(
            "Key `{}` waits, with another algorithm ({new}) than `{}`, which signs ({old}). Talk v4 takes one algorithm \
             for all keys, so this change can't be made without a loss: from the moment Talk has {new} it refuses every \
             token that {old} signed.",
            pending.kid, active.kid
        ),
        "The smallest loss: a reader whose page is open at that moment is anonymous in it until a page is loaded anew, \
         as long as your CMS asks for a fresh token at every page view. Choose a quiet hour. The order counts: here \
         first, then Talk at once. The other way round readers who load a page in between are lost too."
            .to_owned(),
        format!(
            "To lose nobody, keep {old}: `lanyard key retire {} {}`, and look at the plan again.",
            here.site.options(),
            pending.kid
        ),
    ];
    let fresh = Step {
        who: Who::Cms,
        not_before: None,
        task: "make sure that tokens aren't kept from page view to page view. If they are kept, empty that store right \
               after the last step."
            .to_owned(),
        command: None,
        then: "a page that is loaded after the change has a token of the new key.".to_owned(),
    };
    let activate = Step {
        who: Who::Admin,
        not_before: None,
        task: "when whoever runs Talk is ready, let the new key sign.".to_owned(),
        command: here.command(&format!("key activate -- {}", pending.kid)),
        then: format!(
            "new tokens are signed with {new}. Talk accepts the old ones and refuses the new ones, until the next step, \
             which should take a minute."
        ),
    };
    let then = format!(
        "Talk accepts the new tokens, those of the last minute too, and refuses the tokens of `{}`. Moderators who \
         logged in at Talk itself log in once more.",
        active.kid
    );
    let tell = tell_talk(here, None, "", &then);
    Plan {
        remarks,
        steps: vec![fresh, activate, tell, retire(here, active)],
    }
}

/// The usual rotation: Talk is told first, and the old key stays until its last token has ended.
fn next_key(here: &Here<'_>, active: &SigningKey, pending: Option<&SigningKey>) -> Plan {
    let from_one = was_one_secret(active) && here.retiring.is_empty();
    let mut remarks = vec![standing(here, active, pending)];
    let mut steps = Vec::new();
    if pending.is_none()
        && let Some(until) = here.last_end()
    {
        if here.retiring.iter().any(|key| was_one_secret(key)) {
            remarks.push(KIDLESS_LOST.to_owned());
        }
        let then = format!(
            "Talk accepts the tokens of `{}` and of {}.",
            active.kid,
            names(&here.retiring)
        );
        steps.push(tell_talk(here, None, "", &then));
        steps.push(forget(here, &names(&here.retiring), Some(until)));
        return Plan { remarks, steps };
    }
    if from_one {
        remarks.push(from_one_remark(active));
        steps.push(no_other_signer(active));
    }
    let new = match pending {
        Some(key) => key.kid.to_string(),
        None => here.next_kid(),
    };
    if pending.is_none() {
        steps.push(Step {
            who: Who::Admin,
            not_before: None,
            task: "make the new key.".to_owned(),
            command: here.command(&format!(
                "key create -- --kid {new} --alg {}",
                active.algorithm()
            )),
            then: "the key waits. It signs nothing, and Talk's settings go on as they are."
                .to_owned(),
        });
    }
    let (not_before, more, end) = match kidless_until(active) {
        Some(until) if from_one => (
            Some(until).filter(|until| *until > here.now),
            "--several",
            " It refuses tokens without a `kid` from now on: moderators who logged in at Talk itself log in once more, \
             and personal access tokens of Talk are made anew.",
        ),
        _ => (None, "", ""),
    };
    let then = format!("Talk accepts the tokens of both keys.{end}");
    steps.push(tell_talk(here, not_before, more, &then));
    steps.push(activate(here, active, &new, from_one));
    let old = format!("`{}`", active.kid);
    let forget = forget(here, &old, None);
    if from_one {
        // It would verify for as long as those tokens could live that others signed, and these have ended.
        steps.push(retire(here, active).after(active.longest_lifetime + CLOCK_SKEW));
        steps.push(forget);
    } else {
        steps.push(forget.after(here.life(active)));
        remarks.push("Readers notice nothing.".to_owned());
    }
    remarks.push(MODERATORS.to_owned());
    Plan { remarks, steps }
}

const MODERATORS: &str = "Readers notice nothing. Moderators who logged in at Talk itself, with an e-mail address and a password, log in once \
     more after the last step, since Talk signs their logins with its first key. To spare them that, give Talk the \
     settings once more right after the new key signs, and wait for a day before the last step.";

const KIDLESS_LOST: &str = "The old key was Talk's only secret, and its tokens that carry no `kid` are refused as soon as Talk has several keys. \
     Those that were issued here carry one.";

/// Until when tokens without a `kid` may live that others signed before the key was brought here; `None` for a key that
/// nobody else signs with.
fn kidless_until(key: &SigningKey) -> Option<i64> {
    match key.origin {
        Origin::Imported {
            accept_lifetime, ..
        } if was_one_secret(key) => Some(key.created_at + accept_lifetime),
        _ => None,
    }
}

fn standing(here: &Here<'_>, active: &SigningKey, pending: Option<&SigningKey>) -> String {
    let waits = pending.map_or_else(String::new, |key| format!(" `{}` waits.", key.kid));
    let verify = match here.last_end() {
        Some(until) => format!(" {} verify until {}.", names(&here.retiring), date(until)),
        None => String::new(),
    };
    format!(
        "`{}` signs ({}).{waits}{verify}",
        active.kid,
        active.algorithm()
    )
}

fn from_one_remark(active: &SigningKey) -> String {
    let life = match active.origin {
        Origin::Imported {
            accept_lifetime, ..
        } => duration(accept_lifetime),
        Origin::Generated => duration(active.longest_life()),
    };
    format!(
        "Talk has one secret, and takes tokens without a `kid`. To take another key beside it Talk must have \
         TALK_JWT_SECRETS, and then refuses every token without a `kid`. Tokens that Lanyard issues carry one. Those that \
         something else signed with `{}` may not, and may live for {life}: they have to end first. You needn't wait if \
         your CMS asks Lanyard for a fresh token at every page view: then a reader whose page is open since before is \
         anonymous in it until a page is loaded anew.",
        active.kid
    )
}

fn no_other_signer(active: &SigningKey) -> Step {
    Step {
        who: Who::Cms,
        not_before: None,
        task: format!(
            "make sure that nothing but Lanyard signs with `{}` any more. If something still did after {}, the time in \
             the step for Talk counts from then.",
            active.kid,
            date(active.created_at)
        ),
        command: None,
        then: "every new token carries a `kid`.".to_owned(),
    }
}

/// Whoever runs Talk gives it the settings as they are then.
fn tell_talk(here: &Here<'_>, not_before: Option<i64>, more: &str, then: &str) -> Step {
    let more = format!("--format env {more}");
    Step {
        who: Who::OwnerAndTalk,
        not_before,
        task: "put what this prints in the place of Talk's TALK_JWT_* settings, and restart every process of Talk. \
               (Another --format prints them for what Talk runs in.)"
            .to_owned(),
        command: here.command(&format!("deployment settings -- {}", more.trim_end())),
        then: then.to_owned(),
    }
}

fn activate(here: &Here<'_>, active: &SigningKey, new: &str, from_one: bool) -> Step {
    let mut then = format!("`{new}` signs. ");
    if from_one {
        then.push_str(&format!(
            "`{}` goes on verifying; the tokens of it that Lanyard issued live for another {}.",
            active.kid,
            duration(active.longest_lifetime + CLOCK_SKEW)
        ));
    } else {
        then.push_str(&format!(
            "`{}` verifies for another {}, until the last of its tokens has ended; the command says when that is.",
            active.kid,
            duration(here.life(active))
        ));
    }
    if here.site.issuing_tokens {
        then.push_str(
            " Issuing tokens of the old key end with it: give the CMS an API key before.",
        );
    }
    Step {
        who: Who::Admin,
        not_before: None,
        task: "let the new key sign, once every process of Talk has been restarted.".to_owned(),
        command: here.command(&format!("key activate -- {new}")),
        then,
    }
}

/// The old key ends before its time.
fn retire(here: &Here<'_>, old: &SigningKey) -> Step {
    Step {
        who: Who::Admin,
        not_before: None,
        // Of itself Lanyard would wait for tokens that it can't know to be dead.
        task: "end the old key, which no token needs any more, whatever Lanyard still counts."
            .to_owned(),
        command: here.command(&format!("key retire --force -- {}", old.kid)),
        then: format!("Lanyard refuses whatever is signed with `{}`.", old.kid),
    }
}

/// The old key leaves Talk.
fn forget(here: &Here<'_>, old: &str, not_before: Option<i64>) -> Step {
    let then = format!("Talk has forgotten {old}, and the rotation is done.");
    tell_talk(here, not_before, "", &then)
}

impl Step {
    /// The same, at a time that is only known once the step before is done.
    fn after(mut self, life: i64) -> Self {
        self.task = format!("{} after the step before, {}", duration(life), self.task);
        self
    }
}
