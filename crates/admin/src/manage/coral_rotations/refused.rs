//! Why a rotation doesn't begin, go on or end, as a client is told.

use lanyard_api::{Failure, Problem};

use crate::{
    acts::coral_rotation::{Refused, problem_of},
    coral::CoralError,
    output::time,
};

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let text = refused.to_string();
        let conflict = |help: &str| {
            Self::from(Problem::StateConflict).detail(format!("{}{help}", sentence(&text)))
        };
        match refused {
            Refused::NoDeployment | Refused::NoRotation => Problem::NotFound.into(),
            Refused::NotCoral => conflict(""),
            Refused::NoRootUrl => conflict(" Set its `root_url` first."),
            Refused::OtherUrl(_) => conflict(
                " Send the one that you know as Coral's as `root_url`; the audit log says who changed the deployment's.",
            ),
            Refused::Overlap(_) => Self::field("/overlap", text),
            Refused::OtherKid { corals, until, .. } => conflict(&match until {
                Some(until) => format!(" Wait until its last token has ended, at {}.", time(until)),
                None => format!(
                    " Import the secret again with the `kid` `{corals}` and sign with it; once the old key has ended, rotate."
                ),
            }),
            Refused::Quota => Problem::QuotaExceeded.into(),
            Refused::Open => conflict(" Resume it, or abandon it."),
            Refused::Ended(_) => conflict(""),
            Refused::Held(seconds) => {
                conflict(&format!(" Ask again in {seconds} s.")).retry_after(seconds)
            }
            Refused::NoToken => conflict(" Send one as `admin_token`."),
            Refused::Coral(error) => of_coral(&error),
            Refused::Storage(error) => error.into(),
        }
    }
}

/// A text of an error as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

fn of_coral(error: &CoralError) -> Failure {
    let problem = problem_of(error);
    let help = match problem {
        Problem::OutboundForbidden => {
            " Correct the deployment's `root_url`. If Coral is in the operator's own network, the operator lists it in \
             LANYARD_OUTBOUND_ALLOW."
        }
        Problem::CoralRefused => {
            " Make a personal access token of an admin in Coral, and send that."
        }
        Problem::CoralUnexpected => {
            " See whether the deployment's `root_url` is where Coral itself is found."
        }
        _ => " See whether the deployment's `root_url` is right, and try again.",
    };
    Failure::from(problem).detail(format!("{}{help}", sentence(&error.to_string())))
}
