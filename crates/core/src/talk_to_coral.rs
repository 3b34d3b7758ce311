//! Moving from Talk v4 to Coral: where a newsroom stands, and what comes next.
//!
//! The keys of the two deployments tell how far the move is. While both sign, both issue side by side for the same readers.
//! The cut-over lets Talk's key sign no more; its tokens go on until they expire. Which key that was is all that is stored:
//! until it is retired by hand, or another signs, the way back is to let it sign again.

use serde::Serialize;

use crate::signing_key::KeyState;

/// How far the move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Coral has no key that signs.
    Prepare,
    /// Both issue tokens.
    SideBySide,
    /// Only Coral issues; tokens of Talk live on.
    CutOver,
    /// The last token of Talk has ended.
    Done,
}

impl Stage {
    /// The stage's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::SideBySide => "side-by-side",
            Self::CutOver => "cut-over",
            Self::Done => "done",
        }
    }

    /// Where the move is, by the states of Talk's keys and whether a key of Coral's signs.
    #[must_use]
    pub fn of(talk: impl IntoIterator<Item = KeyState>, coral_signs: bool, now: i64) -> Self {
        let states: Vec<_> = talk.into_iter().map(|state| state.at(now)).collect();
        if !coral_signs {
            Self::Prepare
        } else if states.contains(&KeyState::Active) {
            Self::SideBySide
        } else if states.iter().any(|state| state.verifies(now)) {
            Self::CutOver
        } else {
            Self::Done
        }
    }
}

/// What a newsroom is to be told, besides numbers.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The newsroom's name in URLs.
    pub tenant: &'a str,
    /// Talk's deployment.
    pub talk: &'a str,
    /// Coral's deployment.
    pub coral: &'a str,
    /// How many readers Coral would refuse or take for another, where they were counted.
    pub unready: Option<i64>,
}

/// What is to be done next, in order.
#[must_use]
pub fn next_steps(stage: Stage, place: &Place<'_>) -> Vec<String> {
    let Place {
        tenant,
        talk,
        coral,
        unready,
    } = place;
    let mut steps = Vec::new();
    match stage {
        Stage::Prepare => {
            steps.push(
                "In Coral's admin switch on Single Sign On (Configure, Authentication), and copy the key id and the \
                 secret."
                    .to_owned(),
            );
            steps.push(format!(
                "Import the secret into the deployment `{coral}`, and let it sign."
            ));
        }
        Stage::SideBySide => {
            if let Some(unready @ 1..) = unready {
                let readers = if *unready == 1 { "reader" } else { "readers" };
                steps.push(format!(
                    "Mend the {unready} {readers} whom Coral would refuse, or take for another."
                ));
            }
            steps.push(format!(
                "Let the CMS ask for Coral's tokens at /t/{tenant}/{coral}/ and put Coral's embed in place of Talk's. \
                 `{talk}` goes on issuing meanwhile, so both can be tried."
            ));
            steps.push(
                "When no page has Talk's embed any more, cut over: Talk's key signs no more, and its tokens live to \
                 their end."
                    .to_owned(),
            );
        }
        Stage::CutOver => {
            steps.push(
                "Wait for the last of Talk's tokens to end, and leave Talk running until then. If something is amiss, \
                 go back: Talk's key signs again."
                    .to_owned(),
            );
        }
        Stage::Done => {
            steps.push(format!(
                "Nobody has a token of `{talk}` any more. Switch Talk off, and delete the deployment when you like, or \
                 leave it; `default` stays."
            ));
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::{Place, Stage, next_steps};
    use crate::signing_key::KeyState;

    const NOW: i64 = 1_800_000_000;

    #[test]
    fn the_keys_tell_how_far_the_move_is() {
        let retiring = |until| KeyState::Retiring { until };
        for (talk, coral_signs, expected) in [
            (vec![KeyState::Active], false, Stage::Prepare),
            (vec![KeyState::Active], true, Stage::SideBySide),
            (
                vec![retiring(NOW + 5), KeyState::Active],
                true,
                Stage::SideBySide,
            ),
            (
                vec![retiring(NOW + 5), KeyState::Retired],
                true,
                Stage::CutOver,
            ),
            (vec![retiring(NOW)], true, Stage::Done),
            (
                vec![KeyState::Revoked, KeyState::Pending],
                true,
                Stage::Done,
            ),
            (vec![], true, Stage::Done),
        ] {
            assert_eq!(
                Stage::of(talk.clone(), coral_signs, NOW),
                expected,
                "{talk:?}"
            );
        }
    }

    #[test]
    fn readers_are_mended_before_anybody_is_sent_to_coral() {
        let place = |unready| Place {
            tenant: "the-post",
            talk: "default",
            coral: "coral",
            unready: Some(unready),
        };
        let steps = next_steps(Stage::SideBySide, &place(3));
        assert!(steps[0].contains("3 readers"), "{steps:?}");
        assert!(next_steps(Stage::SideBySide, &place(1))[0].contains("1 reader whom"));
        assert_eq!(next_steps(Stage::SideBySide, &place(0)).len(), 2);
    }
}
