//! Who is let in: attempts are counted first, passwords compared next, and everything unknown is refused alike.

use std::sync::Arc;

use lanyard_api::{App, Failure, Problem, Turn};
use lanyard_core::{
    account::{AccountEmail, AccountId},
    password::{Password, Verdict},
    throttle::Bucket,
};
use lanyard_storage::{
    accounts,
    accounts::Account,
    devices,
    throttles::{self, Attempt},
};

use uuid::Uuid;

use super::{
    admit, factor,
    visitor::{Opened, Visitor},
};
use crate::mail::letters;

/// Whom an address without an account stands for.
const NOBODY: AccountId = AccountId(Uuid::nil());

/// Where the attempts of a log-in are counted.
struct Counted {
    /// The visitor's own: forgotten once the password was right.
    own: Bucket,
    /// Shared with others: this one attempt is taken back.
    shared: Vec<Bucket>,
}

impl Counted {
    /// A browser in which the account was logged in before has a bucket of its own, and no other counts: whoever guesses
    /// elsewhere can't lock its owner out.
    fn new(email: &AccountEmail, visitor: &Visitor, known: Option<[u8; 32]>) -> Self {
        match known {
            Some(mark) => Self {
                own: Bucket::device(&mark),
                shared: Vec::new(),
            },
            None => Self {
                own: Bucket::login_from(email, visitor.address),
                shared: vec![Bucket::place(visitor.address), Bucket::login(email)],
            },
        }
    }

    /// All of them. The last is the one whose trip the holder is told of.
    fn all(&self) -> Vec<Bucket> {
        [&[self.own], &self.shared[..]].concat()
    }
}

/// Lets somebody in, or refuses; commits either way.
pub(super) async fn log_in(
    app: &App,
    turn: &Turn,
    visitor: Visitor,
    email: &AccountEmail,
    password: &Arc<Password>,
    code: Option<&str>,
) -> Result<Opened, Failure> {
    let account = accounts::find(&app.database, email).await?;
    // Asked for nobody's sake too: how long it takes tells nothing.
    let id = account.as_ref().map_or(NOBODY, |account| account.id);
    let known = match visitor.mark(id) {
        Some(mark) if devices::is_known(&app.database, id, &mark).await? => Some(mark),
        _ => None,
    };
    let counted = Counted::new(email, &visitor, known);
    let tripped = admit(app, &counted.all()).await?;
    if tripped && known.is_none() && account.is_some() {
        tell_of_guesses(app.clone(), email.clone());
    }
    let stored = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let verdict = turn.verify(password, stored).await?;
    let (Some(before), Verdict::Right | Verdict::RightButOutdated) = (account, verdict) else {
        return Err(Problem::LoginRefused.into());
    };
    let better = match verdict {
        Verdict::RightButOutdated => Some(turn.hash(password).await?),
        _ => None,
    };
    enter(app, visitor, &before, better, &counted, code).await
}

/// What follows the right password.
async fn enter(
    app: &App,
    visitor: Visitor,
    before: &Account,
    better_hash: Option<String>,
    counted: &Counted,
    code: Option<&str>,
) -> Result<Opened, Failure> {
    let mut tx = app.database.platform().await?;
    // The password may have been changed while it was compared: then this one is good no more.
    let account = accounts::lock(&mut tx, before.id)
        .await?
        .filter(|account| account.password_hash == before.password_hash)
        .ok_or(Problem::LoginRefused)?;
    let now = app.clock.now();
    if let Some(totp) = account.confirmed_totp() {
        let Some(code) = code else {
            // Asking for it is no failure; those before it stay counted.
            throttles::settle(&mut tx, &[], &counted.all(), now).await?;
            tx.commit().await?;
            return Err(Problem::CodeRequired.into());
        };
        if !factor::check(app, &mut tx, &account, totp, code).await? {
            // Not committed: the attempt stays counted.
            return Err(Problem::LoginRefused.into());
        }
    }
    if let Some(better) = better_hash {
        accounts::rehash(&mut tx, account.id, &account.password_hash, &better).await?;
    }
    throttles::settle(&mut tx, &[counted.own], &counted.shared, now).await?;
    let opened = visitor.open_session(app, &mut tx, &account).await?;
    tx.commit().await?;
    Ok(opened)
}

/// Tells the holder of an account that somebody guesses, once a day at the most. Nobody waits for it.
fn tell_of_guesses(app: App, email: AccountEmail) {
    tokio::spawn(async move {
        let told = async {
            let (now, notice) = (app.clock.now(), Bucket::guesses_notice(&email));
            let attempt = throttles::attempt(&app.database, &[notice], now).await?;
            if matches!(attempt, Attempt::Admitted { .. }) {
                let letter =
                    letters::login_failures(email.as_str(), &app.public_url.link("/reset"));
                let mut tx = app.database.platform().await?;
                tx.mail(&app.master_keys, &letter, now).await?;
                tx.commit().await?;
            }
            Ok::<_, lanyard_storage::StorageError>(())
        };
        if let Err(error) = told.await {
            tracing::warn!(%error, "somebody couldn't be told of guesses");
        }
    });
}
