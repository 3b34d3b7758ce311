//! The JOSE header (RFC 7515, section 4).

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserializer,
    de::{Deserialize, Error, MapAccess, Visitor},
};

use super::Refusal;
use crate::json::Checked;

/// What is read of a header. Members that carry a key of their own (`jwk`, `jku`, `x5c`, `x5u`) are never looked at.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) algorithm: Cow<'a, str>,
    pub(super) kid: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
    extended: bool,
}

impl<'a> Header<'a> {
    pub(super) fn parse(text: &'a [u8]) -> Result<Self, Refusal> {
        let header: Self = serde_json::from_slice(text).map_err(|_| Refusal::Malformed)?;
        if header.extended {
            return Err(Refusal::UnsupportedHeader);
        }
        Ok(header)
    }

    /// Whether `typ` is `wanted`; case doesn't matter, nor does a leading `application/` (RFC 7515, section 4.1.9).
    pub(super) fn is_type(&self, wanted: &str) -> bool {
        self.typ.as_deref().is_some_and(|typ| {
            let bare = match typ.split_at_checked("application/".len()) {
                Some((media, rest)) if media.eq_ignore_ascii_case("application/") => rest,
                _ => typ,
            };
            bare.eq_ignore_ascii_case(wanted)
        })
    }

    /// Whether there is no `typ` at all, as the demo service's clients may send.
    pub(super) fn is_untyped(&self) -> bool {
        self.typ.is_none()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Header<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JOSE header")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Header<'de>, A::Error> {
        let (mut algorithm, mut kid, mut typ, mut extended) = (None, None, None, false);
        let mut seen = HashSet::new();
        while let Some(name) = members.next_key::<Text<'de>>()? {
            match &*name.0 {
                "alg" => algorithm = Some(members.next_value::<Text<'de>>()?.0),
                // A null kid is no kid.
                "kid" => {
                    kid = members
                        .next_value::<Option<Text<'de>>>()?
                        .map(|text| text.0)
                }
                "typ" => {
                    typ = members
                        .next_value::<Option<Text<'de>>>()?
                        .map(|text| text.0)
                }
                "crit" | "b64" | "zip" | "enc" | "cty" => {
                    extended = true;
                    members.next_value::<Checked>()?;
                }
                _ => {
                    members.next_value::<Checked>()?;
                }
            }
            if !seen.insert(name.0) {
                return Err(A::Error::custom("a member appears twice"));
            }
        }
        let algorithm = algorithm.ok_or_else(|| A::Error::missing_field("alg"))?;
        Ok(Header {
            algorithm,
            kid,
            typ,
            extended,
        })
    }
}

/// A string, borrowed where it has no escapes.
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}
