//! Why something isn't done to a key, as a client is told.

use lanyard_api::{Failure, Problem};
use lanyard_core::talk::TalkError;

use crate::acts::signing_keys::Refused;

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let text = in_json(&refused.to_string());
        let conflict =
            |help: &str| Self::from(Problem::StateConflict).detail(format!("{text}{help}"));
        match refused {
            Refused::NoDeployment | Refused::NoKey(_) => Problem::NotFound.into(),
            Refused::CoralMakesSecrets => Problem::CoralMakesSecrets.into(),
            Refused::CoralAlgorithm => Self::field("/algorithm", text),
            Refused::NoActive => conflict(". Create one instead."),
            Refused::KidTaken(_) => Problem::KidTaken.into(),
            Refused::Signs(_) => {
                conflict(". Put another in its place first: rotate, or activate one.")
            }
            Refused::Needed(..) => Self::from(Problem::KeyStillNeeded)
                .detail(format!("{text}; `force` retires it all the same.")),
            Refused::Reused(_) => {
                Self::from(Problem::KeyReused).detail(format!("{}.", capital(&text)))
            }
            Refused::NotPending(..) => conflict(". Only a pending key can be activated."),
            Refused::Revoked(_) => conflict(" already, which is more."),
            Refused::Meanwhile => conflict(". Look at them again, and decide anew."),
            Refused::CantSign => Self::field("/verify_only", format!("{text}: set this to true")),
            Refused::OtherKid(_) => Self::field(
                "/kid",
                format!("{text}: Talk would refuse tokens that call it otherwise"),
            ),
            Refused::Kid(_) => Self::field("/key", format!("its `kid` can't be used here: {text}")),
            Refused::Import(_) => Self::field("/key", text),
            Refused::Key(error) => Self::from(Problem::Internal).logged(error),
            Refused::Storage(error) => error.into(),
        }
    }
}

/// Talk can't be given settings for these keys.
pub(super) fn no_settings(error: &TalkError) -> Failure {
    match error {
        TalkError::NoKey => Problem::NoActiveKey.into(),
        other => Failure::from(Problem::StateConflict).detail(format!("{other}.")),
    }
}

/// The texts of the core name options of the command line, which are members here.
pub(in crate::manage) fn in_json(text: &str) -> String {
    text.replace("--accept-weak", "`accept_weak`")
        .replace("--with-private", "`with_private`")
}

/// The text as a sentence begins.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
