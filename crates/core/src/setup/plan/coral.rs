//! Coral's rotations.
//!
//! - Coral makes its secrets itself, and takes no other.
//! - While it has one active secret it takes any `kid`; with more than one it wants the right one, so each key here must
//!   have the id that it has there.
//! - A rotation there leaves the old secrets active until a time that is chosen then.

use super::{Here, Plan, Step, Who, date, duration, names};
use crate::signing_key::SigningKey;

pub(super) fn plan(here: &Here<'_>) -> Plan {
    match (here.active, here.pending, here.last_end()) {
        (None, None, _) => first(here),
        (_, Some(pending), _) => waiting(here, pending),
        (Some(active), None, Some(until)) => begun(here, active, until),
        (Some(active), None, None) => next(here, active),
    }
}

fn admin(here: &Here<'_>) -> String {
    format!("{}/admin/configure/auth", here.site.root())
}

fn import(here: &Here<'_>, then: &str) -> Step {
    Step {
        who: Who::Admin,
        not_before: None,
        task: "import the secret that was copied, under the Key ID that it has in Coral. The command reads the secret \
               from the keyboard; end it with Enter and Ctrl-D."
            .to_owned(),
        command: here.command("key import -- --kid KEY_ID --file - --activate"),
        then: then.to_owned(),
    }
}

fn first(here: &Here<'_>) -> Plan {
    let copy = Step {
        who: Who::CoralAdmin,
        not_before: None,
        task: format!(
            "open {}, and under \"Login with Single Sign On\" copy the Key ID and the Secret of the active key.",
            admin(here)
        ),
        command: None,
        then: "you have what Lanyard needs. Send it by no mail and no chat.".to_owned(),
    };
    let then = "Lanyard signs with Coral's secret, and Coral accepts its tokens.";
    Plan {
        remarks: vec!["No key signs for this deployment, so no token is issued.".to_owned()],
        steps: vec![copy, import(here, then)],
    }
}

fn waiting(here: &Here<'_>, pending: &SigningKey) -> Plan {
    let remark = format!(
        "`{}` waits. Coral knows the secret already, since it made it: there is nothing to wait for.",
        pending.kid
    );
    let mut steps = vec![Step {
        who: Who::Admin,
        not_before: None,
        task: "let the key sign.".to_owned(),
        command: here.command(&format!("key activate -- {}", pending.kid)),
        then: format!("Lanyard signs with `{}`.", pending.kid),
    }];
    if let Some(active) = here.active {
        steps.push(deactivate(
            here,
            &format!("`{}`", active.kid),
            None,
            here.life(active),
        ));
    }
    Plan {
        remarks: vec![remark],
        steps,
    }
}

fn begun(here: &Here<'_>, active: &SigningKey, until: i64) -> Plan {
    let old = names(&here.retiring);
    let remark = format!(
        "`{}` signs. The last token of {old} ends at {}.",
        active.kid,
        date(until)
    );
    Plan {
        remarks: vec![remark],
        steps: vec![deactivate(here, &old, Some(until), 0)],
    }
}

fn next(here: &Here<'_>, active: &SigningKey) -> Plan {
    let life = here.life(active);
    let kid = &active.kid;
    let mut remarks = vec![format!(
        "`{kid}` signs. Its tokens live for {} at most.",
        duration(life)
    )];
    let (choice, honours) = match life {
        0..=86_400 => ("1 day from now", 86_400),
        86_401..=604_800 => ("1 week from now", 604_800),
        _ => ("30 days from now", 2_592_000),
    };
    if life > honours {
        remarks.push(format!(
            "Coral honours an old secret for 30 days at most, and tokens live longer here. Readers whose token is older \
             then are logged out. To avoid that, give the deployment a shorter --token-lifetime, and rotate {} after.",
            duration(life)
        ));
    }
    let compare = Step {
        who: Who::CoralAdmin,
        not_before: None,
        task: format!(
            "open {}, and compare: the active key's Key ID must be `{kid}`. If it is another, import the same secret \
             under that id first (the command of step 3 does it), and wait for {}: with two active keys Coral refuses an \
             id that it doesn't know.",
            admin(here),
            duration(life)
        ),
        command: None,
        then: "every token that lives names its key as Coral does.".to_owned(),
    };
    let rotate = Step {
        who: Who::CoralAdmin,
        not_before: None,
        task: format!(
            "press Rotate, choose \"{choice}\", and copy the Key ID and the Secret of the new key."
        ),
        command: None,
        then: "Coral accepts the tokens of both keys, and Lanyard still signs with the old one."
            .to_owned(),
    };
    let then =
        "Lanyard signs with the new key. The command says until when tokens of the old one live.";
    let end = deactivate(here, &format!("`{kid}`"), None, life);
    Plan {
        remarks,
        steps: vec![compare, rotate, import(here, then), end],
    }
}

/// The old secret ends in Coral, once no token needs it.
fn deactivate(here: &Here<'_>, old: &str, not_before: Option<i64>, life: i64) -> Step {
    let when = match not_before {
        Some(_) => String::new(),
        None => format!("{} after the step before, ", duration(life)),
    };
    Step {
        who: Who::CoralAdmin,
        not_before,
        task: format!(
            "{when}look at the keys under \"Login with Single Sign On\" ({}). If {old} isn't Expired there, press \
             Deactivate Now.",
            admin(here)
        ),
        command: None,
        then: format!("Coral refuses whatever is signed with {old}, and the rotation is done."),
    }
}
