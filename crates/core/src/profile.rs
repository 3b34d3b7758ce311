//! What a deployment's tokens say, by product.

use std::str::FromStr;

use serde::Serialize;

use crate::{
    tenant::{ClaimPath, ClaimText, SettingError},
    user::{Role, User},
};

/// Which product a deployment runs, and so which claims its tokens carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenProfile {
    /// Talk v4: registered claims, the reader's id at a configurable path.
    Talk,
    /// Coral 5 to 9: the reader as an object, and no issuer or audience.
    Coral,
}

impl TokenProfile {
    /// The profile's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Talk => "talk",
            Self::Coral => "coral",
        }
    }
}

impl FromStr for TokenProfile {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        match text {
            "talk" => Ok(Self::Talk),
            "coral" => Ok(Self::Coral),
            _ => Err(SettingError::Kind),
        }
    }
}

/// What a deployment's tokens say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claims {
    /// Talk v4.
    Talk(TalkClaims),
    /// Coral 5 to 9.
    Coral(CoralClaims),
}

impl Claims {
    /// Which product they are for.
    #[must_use]
    pub const fn kind(&self) -> TokenProfile {
        match self {
            Self::Talk(_) => TokenProfile::Talk,
            Self::Coral(_) => TokenProfile::Coral,
        }
    }

    /// Where the reader's id sits.
    #[must_use]
    pub fn user_id_path(&self) -> &str {
        match self {
            Self::Talk(talk) => talk.user_id_claim.as_str(),
            Self::Coral(_) => "user.id",
        }
    }

    /// Those of Talk v4.
    #[must_use]
    pub const fn talk(&self) -> Option<&TalkClaims> {
        match self {
            Self::Talk(talk) => Some(talk),
            Self::Coral(_) => None,
        }
    }

    /// Those of Coral.
    #[must_use]
    pub const fn coral(&self) -> Option<&CoralClaims> {
        match self {
            Self::Coral(coral) => Some(coral),
            Self::Talk(_) => None,
        }
    }
}

/// What Talk v4's tokens say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TalkClaims {
    /// `iss`; Talk's `TALK_JWT_ISSUER`.
    pub issuer: ClaimText,
    /// `aud`; Talk's `TALK_JWT_AUDIENCE`.
    pub audience: ClaimText,
    /// Where the reader's id sits; Talk's `TALK_JWT_USER_ID_CLAIM`.
    pub user_id_claim: ClaimPath,
    /// What they tell of the reader besides.
    pub profile: ProfileClaims,
}

/// Which of a reader's fields Talk v4's tokens carry, so that a plugin of Talk needs no look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProfileClaims {
    /// `username`.
    pub username: bool,
    /// `email`.
    pub email: bool,
    /// `memberSince`, in unix seconds.
    pub member_since: bool,
}

impl ProfileClaims {
    /// The names of the claims, in the order in which tokens carry them.
    pub const NAMES: [&str; 3] = ["username", "email", "memberSince"];

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        !(self.username || self.email || self.member_since)
    }

    /// The names of those that are carried.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let carried = [self.username, self.email, self.member_since];
        let named = Self::NAMES.into_iter().zip(carried);
        named.filter_map(|(name, carried)| carried.then_some(name))
    }

    /// Reads the names.
    ///
    /// # Errors
    /// [`SettingError::ProfileClaim`] with the first name that is none.
    pub fn read<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Result<Self, SettingError> {
        let mut claims = Self::default();
        for name in names {
            match name.as_ref() {
                "username" => claims.username = true,
                "email" => claims.email = true,
                "memberSince" => claims.member_since = true,
                other => return Err(SettingError::ProfileClaim(other.to_owned())),
            }
        }
        Ok(claims)
    }
}

/// What Coral's tokens say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CoralClaims {
    /// How far they may raise a reader.
    pub ceiling: Ceiling,
}

/// How far a token may raise its reader in Coral. The deployment has one and so has each API key; the lower counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ceiling {
    /// The highest role that a token may carry; `None`: it carries none.
    pub max_role: Option<Role>,
    /// Whether a token carries badges.
    pub badges: bool,
}

impl Ceiling {
    /// Whatever the other ceiling allows.
    pub const OPEN: Self = Self {
        max_role: Some(Role::Admin),
        badges: true,
    };

    /// What both allow.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        Self {
            max_role: self.max_role.min(other.max_role),
            badges: self.badges && other.badges,
        }
    }

    /// The role that a reader's token carries. A role above the ceiling is left out rather than lowered: Coral keeps the
    /// role that it knows then, where a lower one would demote somebody whom its admin has raised.
    #[must_use]
    pub fn role(self, user: &User) -> Option<Role> {
        user.role.filter(|role| Some(*role) <= self.max_role)
    }

    /// The members of a record that give its reader more than this ceiling lets, and more than the reader has already: what
    /// somebody may not put into a token, somebody else's token must not carry for them. To take away is free, and so is
    /// `COMMENTER`, which everybody is.
    pub fn raised(
        self,
        before: Option<&User>,
        after: &User,
    ) -> impl Iterator<Item = &'static str> + use<> {
        let role = after.role.is_some_and(|role| {
            role > Role::Commenter
                && Some(role) > self.max_role
                && before.and_then(|user| user.role) != Some(role)
        });
        let had = before.and_then(|user| user.badges.as_deref());
        let given = after.badges.as_deref().unwrap_or_default();
        let new = |badge: &String| !had.is_some_and(|had| had.contains(badge));
        let badges = !self.badges && given.iter().any(new);
        [badges.then_some("badges"), role.then_some("role")]
            .into_iter()
            .flatten()
    }

    /// The settings of a deployment that let its tokens raise readers above this ceiling, and above what `before` let.
    pub fn lifted(self, before: Self, after: Self) -> impl Iterator<Item = &'static str> {
        let role = after.max_role > self.max_role && after.max_role > before.max_role;
        let badges = after.badges && !self.badges && !before.badges;
        [badges.then_some("badges"), role.then_some("max_role")]
            .into_iter()
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::{Ceiling, ProfileClaims};
    use crate::user::{Role, User};

    #[test]
    fn the_lower_of_two_ceilings_counts() {
        let staff = Ceiling {
            max_role: Some(Role::Staff),
            badges: true,
        };
        assert_eq!(staff.meet(Ceiling::OPEN), staff);
        assert_eq!(staff.meet(Ceiling::default()), Ceiling::default());
        let member = Ceiling {
            max_role: Some(Role::Member),
            badges: false,
        };
        assert_eq!(staff.meet(member), member);
    }

    #[test]
    fn a_role_above_the_ceiling_is_left_out() {
        let moderator = User::from_json(br#"{"id":"1","role":"MODERATOR"}"#).unwrap();
        for (max_role, expected) in [
            (None, None),
            (Some(Role::Staff), None),
            (Some(Role::Moderator), Some(Role::Moderator)),
            (Some(Role::Admin), Some(Role::Moderator)),
        ] {
            let ceiling = Ceiling {
                max_role,
                badges: false,
            };
            assert_eq!(ceiling.role(&moderator), expected);
        }
    }

    #[test]
    fn a_ceiling_stops_what_is_given_and_not_what_is_had_or_taken_away() {
        let user = |members: &str| {
            User::from_json(format!(r#"{{"id":"1"{members}}}"#).as_bytes()).unwrap()
        };
        let member = Ceiling {
            max_role: Some(Role::Member),
            badges: false,
        };
        let staff = r#","role":"STAFF","badges":["a","b"]"#;
        for (ceiling, before, after, expected) in [
            (member, None, staff, &["badges", "role"][..]),
            (Ceiling::OPEN, None, staff, &[]),
            (member, Some(staff), staff, &[]),
            (member, Some(staff), r#","badges":["b"]"#, &[]),
            (member, Some(staff), r#","badges":["b","c"]"#, &["badges"]),
            (member, Some(staff), r#","role":"MODERATOR""#, &["role"]),
            (member, Some(staff), r#","role":"MEMBER""#, &[]),
            (Ceiling::default(), None, r#","role":"MEMBER""#, &["role"]),
            (
                Ceiling::default(),
                None,
                r#","role":"COMMENTER","badges":[]"#,
                &[],
            ),
        ] {
            let before = before.map(user);
            let raised = ceiling.raised(before.as_ref(), &user(after));
            assert_eq!(raised.collect::<Vec<_>>(), expected, "{before:?}: {after}");
        }
    }

    #[test]
    fn profile_claims_are_named_as_tokens_carry_them() {
        let claims = ProfileClaims::read(["memberSince", "username"]).unwrap();
        assert_eq!(
            claims.names().collect::<Vec<_>>(),
            ["username", "memberSince"]
        );
        assert!(ProfileClaims::read(["pat"]).is_err());
        assert!(ProfileClaims::default().is_empty());
    }
}
