//! The claims set (RFC 7519, section 4), read in one pass.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{Refusal, header::Text};
use crate::{json::Checked, tenant::Policy};

/// A claim as it was met. Keys that were imported forgive what is invalid, those made here don't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim<T> {
    Absent,
    Invalid,
    Present(T),
}

impl<T> Claim<T> {
    pub(super) fn present(self) -> Option<T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Absent | Self::Invalid => None,
        }
    }
}

/// What is read of a claims set.
#[derive(Debug)]
pub(super) struct Claims<'a> {
    pub(super) issuer: Claim<Cow<'a, str>>,
    pub(super) subject: Claim<Cow<'a, str>>,
    pub(super) user_id: Claim<Cow<'a, str>>,
    pub(super) token_id: Claim<Cow<'a, str>>,
    pub(super) expiry: Claim<i64>,
    pub(super) not_before: Claim<i64>,
    pub(super) issued_at: Claim<i64>,
    /// Whether there is an `aud` at all.
    pub(super) has_audience: bool,
    /// Whether `aud` is well-formed and holds the audience of readers' tokens, and that of issuing tokens.
    pub(super) for_readers: bool,
    pub(super) for_issuing: bool,
}

/// The last second of the year 9999: no date is written later than this.
const LAST_SECOND: i64 = 253_402_300_799;

impl<'a> Claims<'a> {
    pub(super) fn parse(text: &'a [u8], policy: &Policy) -> Result<Self, Refusal> {
        let mut json = serde_json::Deserializer::from_slice(text);
        let claims = ClaimsSeed(policy)
            .deserialize(&mut json)
            .map_err(|_| Refusal::Malformed)?;
        json.end().map_err(|_| Refusal::Malformed)?;
        Ok(claims)
    }
}

struct ClaimsSeed<'p>(&'p Policy);

impl<'de> DeserializeSeed<'de> for ClaimsSeed<'_> {
    type Value = Claims<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Claims<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ClaimsSeed<'_> {
    type Value = Claims<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a claims set")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Claims<'de>, A::Error> {
        let path = self.0.claims.user_id_path();
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let mut claims = Claims {
            issuer: Claim::Absent,
            subject: Claim::Absent,
            user_id: Claim::Absent,
            token_id: Claim::Absent,
            expiry: Claim::Absent,
            not_before: Claim::Absent,
            issued_at: Claim::Absent,
            has_audience: false,
            for_readers: false,
            for_issuing: false,
        };
        let mut seen = Names::new();
        while let Some(Text(name)) = members.next_key()? {
            match &*name {
                "iss" => claims.issuer = members.next_value_seed(TextClaim)?,
                "sub" => claims.subject = members.next_value_seed(TextClaim)?,
                "jti" => claims.token_id = members.next_value_seed(TextClaim)?,
                "exp" => claims.expiry = members.next_value_seed(DateClaim)?,
                "nbf" => claims.not_before = members.next_value_seed(DateClaim)?,
                "iat" => claims.issued_at = members.next_value_seed(DateClaim)?,
                "aud" => {
                    let audience = members.next_value_seed(AudienceClaim(self.0))?;
                    claims.has_audience = true;
                    (claims.for_readers, claims.for_issuing) = audience.found();
                }
                // Talk would prefer a member with the whole path for its name: two readings of one token.
                name if !rest.is_empty() && name == path => {
                    return Err(A::Error::custom("ambiguous user id"));
                }
                name if name == first && name != "sub" => {
                    claims.user_id = members.next_value_seed(PathClaim { rest })?;
                }
                _ => {
                    members.next_value::<Checked>()?;
                }
            }
            seen.add::<A::Error>(name)?;
        }
        if path == "sub" {
            claims.user_id = claims.subject.clone();
        }
        Ok(claims)
    }
}

/// Member names met so far. Tokens have few, so a short list beats a hash set; many go to the set.
struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    const FEW: usize = 16;
    /// A token of ours has seven.
    const USUAL: usize = 8;

    fn new() -> Self {
        Self {
            few: Vec::with_capacity(Self::USUAL),
            many: HashSet::new(),
        }
    }

    fn add<E: Error>(&mut self, name: Cow<'a, str>) -> Result<(), E> {
        let fresh = if self.few.contains(&name) {
            false
        } else if self.few.len() < Self::FEW {
            self.few.push(name);
            true
        } else {
            self.many.insert(name)
        };
        if fresh {
            Ok(())
        } else {
            Err(E::custom("a member appears twice"))
        }
    }
}

/// A claim that has to be a string.
struct TextClaim;

/// A claim that has to be a date: a number, of which the whole seconds count (RFC 7519, section 2).
struct DateClaim;

/// A string at the end of a dot path; `rest` is what follows the member being read.
struct PathClaim<'p> {
    rest: &'p str,
}

macro_rules! invalid_scalars {
    ($($method:ident: $type:ty),*) => {
        $(fn $method<E>(self, _: $type) -> Result<Self::Value, E> { Ok(Claim::Invalid) })*

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Claim::Invalid)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_element::<Checked>()?.is_some() {}
            Ok(Claim::Invalid)
        }
    };
}

macro_rules! invalid_map {
    () => {
        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
            checked_map(members).map(|()| Claim::Invalid)
        }
    };
}

/// Walks an object that nobody wants, as strictly as all others.
fn checked_map<'de, A: MapAccess<'de>>(mut members: A) -> Result<(), A::Error> {
    let mut seen = Names::new();
    while let Some(Text(name)) = members.next_key()? {
        seen.add::<A::Error>(name)?;
        members.next_value::<Checked>()?;
    }
    Ok(())
}

impl<'de> DeserializeSeed<'de> for TextClaim {
    type Value = Claim<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextClaim {
    type Value = Claim<Cow<'de, str>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a claim")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Claim::Present(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Claim::Present(Cow::Owned(text.to_owned())))
    }

    invalid_scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);
    invalid_map!();
}

impl<'de> DeserializeSeed<'de> for DateClaim {
    type Value = Claim<i64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DateClaim {
    type Value = Claim<i64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a claim")
    }

    fn visit_u64<E>(self, seconds: u64) -> Result<Self::Value, E> {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Ok(if seconds <= LAST_SECOND {
            Claim::Present(seconds)
        } else {
            Claim::Invalid
        })
    }

    fn visit_f64<E>(self, seconds: f64) -> Result<Self::Value, E> {
        // Within these bounds every whole second is exact in a double.
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "bounded by LAST_SECOND"
        )]
        if (0.0..=LAST_SECOND as f64).contains(&seconds) {
            Ok(Claim::Present(seconds as i64))
        } else {
            Ok(Claim::Invalid)
        }
    }

    invalid_scalars!(visit_bool: bool, visit_i64: i64, visit_str: &str);
    invalid_map!();
}

impl<'de> DeserializeSeed<'de> for PathClaim<'_> {
    type Value = Claim<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.rest.is_empty() {
            TextClaim.deserialize(deserializer)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for PathClaim<'_> {
    type Value = Claim<Cow<'de, str>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a claim")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (first, rest) = self.rest.split_once('.').unwrap_or((self.rest, ""));
        let mut found = Claim::Absent;
        let mut seen = Names::new();
        while let Some(Text(name)) = members.next_key()? {
            if name == first {
                found = members.next_value_seed(PathClaim { rest })?;
            } else {
                members.next_value::<Checked>()?;
            }
            seen.add::<A::Error>(name)?;
        }
        Ok(found)
    }

    invalid_scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
}

/// `aud`: a string or an array of strings (RFC 7519, section 4.1.3), compared as it is read.
struct AudienceClaim<'p>(&'p Policy);

#[derive(Default)]
struct Audience {
    readers: bool,
    issuing: bool,
    invalid: bool,
}

impl Audience {
    fn found(&self) -> (bool, bool) {
        (self.readers && !self.invalid, self.issuing && !self.invalid)
    }
}

impl AudienceClaim<'_> {
    fn compare(&self, text: &str, found: &mut Audience) {
        let talk = self.0.claims.talk();
        found.readers |= talk.is_some_and(|talk| text == talk.audience.as_str());
        found.issuing |= text == self.0.issuing.audience.as_str();
    }
}

impl<'de> DeserializeSeed<'de> for AudienceClaim<'_> {
    type Value = Audience;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Audience, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AudienceClaim<'_> {
    type Value = Audience;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or an array of strings")
    }

    fn visit_str<E>(self, text: &str) -> Result<Audience, E> {
        let mut found = Audience::default();
        self.compare(text, &mut found);
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Audience, A::Error> {
        let mut found = Audience::default();
        while let Some(Text(text)) = items.next_element()? {
            self.compare(&text, &mut found);
        }
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Audience, A::Error> {
        while members.next_entry::<IgnoredAny, Checked>()?.is_some() {}
        Ok(Audience {
            invalid: true,
            ..Audience::default()
        })
    }
}
