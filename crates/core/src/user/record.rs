//! Between a record's JSON text and a [`User`].

use std::ops::RangeInclusive;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    MAX_RECORD_BYTES, Role, Url, User, UserId,
    compact::compact,
    error::{Problem, UserError},
    text::check_name,
};
use crate::json::{self, push_string};

/// 0001-01-01T00:00:00Z up to the last second that every time zone can show within the year 9999.
const SECONDS: RangeInclusive<i64> = -62_135_596_800..=253_402_207_200;

/// The known members as they stand in the text; `None` where absent or `null`.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    email: Option<&'a RawValue>,
    #[serde(borrow)]
    email_verified: Option<&'a RawValue>,
    #[serde(borrow)]
    username: Option<&'a RawValue>,
    #[serde(borrow)]
    badges: Option<&'a RawValue>,
    #[serde(borrow)]
    role: Option<&'a RawValue>,
    #[serde(borrow)]
    url: Option<&'a RawValue>,
    #[serde(borrow)]
    avatar: Option<&'a RawValue>,
    #[serde(borrow)]
    member_since: Option<&'a RawValue>,
}

/// See [`User::parse`].
pub(super) fn parse(text: &[u8]) -> Result<User, Vec<UserError>> {
    let record = readable(text).map_err(|error| vec![error])?;
    let members = serde_json::from_str(&record).map_err(|error| vec![not_json(error)])?;
    let mut user = from_members(&members)?;
    if from_columns(&user) != record {
        user.extra = Some(record.into_boxed_str());
    }
    Ok(user)
}

/// The record as compact JSON, if it is an object that every parser reads alike.
fn readable(text: &[u8]) -> Result<String, UserError> {
    if text.len() > MAX_RECORD_BYTES {
        return Err(UserError::TooLarge);
    }
    let text = str::from_utf8(text).map_err(|_| UserError::NotUtf8)?;
    json::check(text.as_bytes()).map_err(not_json)?;
    let record = compact(text)?;
    // A derived `Deserialize` would take an array for the members in order.
    if record.starts_with('{') {
        Ok(record)
    } else {
        Err(UserError::NotAnObject)
    }
}

/// The known members in their standard order as compact JSON, absent ones left out.
pub(super) fn from_columns(user: &User) -> String {
    let mut out = String::with_capacity(128);
    out.push_str("{\"id\":");
    push_string(&mut out, user.id.as_str());
    let texts = [
        (",\"email\":", user.email.as_ref().map(AsRef::as_ref)),
        (",\"username\":", user.username.as_ref().map(AsRef::as_ref)),
    ];
    push_texts(&mut out, texts);
    if let Some(verified) = user.email_verified {
        out.push_str(",\"email_verified\":");
        out.push_str(if verified { "true" } else { "false" });
    }
    if let Some(badges) = &user.badges {
        out.push_str(",\"badges\":[");
        for (at, badge) in badges.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            push_string(&mut out, badge);
        }
        out.push(']');
    }
    let texts = [
        (",\"role\":", user.role.map(Role::as_str)),
        (",\"url\":", user.url.as_ref().map(AsRef::as_ref)),
        (",\"avatar\":", user.avatar.as_ref().map(AsRef::as_ref)),
    ];
    push_texts(&mut out, texts);
    if let Some(seconds) = user.member_since {
        out.push_str(",\"member_since\":");
        out.push_str(&seconds.to_string());
    }
    out.push('}');
    out
}

fn push_texts<const N: usize>(out: &mut String, members: [(&str, Option<&str>); N]) {
    for (name, text) in members {
        if let Some(text) = text {
            out.push_str(name);
            push_string(out, text);
        }
    }
}

fn from_members(members: &Members<'_>) -> Result<User, Vec<UserError>> {
    let mut errors = Vec::new();
    let id = members
        .id
        .ok_or(Problem::Missing)
        .and_then(|raw| string(raw).map_err(|_| Problem::IdNotString))
        .map_err(UserError::at("id"))
        .and_then(UserId::try_from);
    let id = keep(&mut errors, id.map(Some));
    let email = keep(&mut errors, text("email", members.email, TryFrom::try_from));
    let email_verified = keep(
        &mut errors,
        member("email_verified", members.email_verified, boolean),
    );
    let username = keep(
        &mut errors,
        text("username", members.username, TryFrom::try_from),
    );
    let badges = keep(&mut errors, member("badges", members.badges, badges));
    let role = keep(
        &mut errors,
        text("role", members.role, |name| Role::parse(&name)),
    );
    let url = |field| move |url| Url::parse_for(field, url);
    let (page, avatar) = (
        keep(&mut errors, text("url", members.url, url("url"))),
        keep(&mut errors, text("avatar", members.avatar, url("avatar"))),
    );
    let member_since = keep(
        &mut errors,
        member("member_since", members.member_since, seconds),
    );
    match id {
        Some(id) if errors.is_empty() => Ok(User {
            id,
            email,
            email_verified,
            username,
            badges,
            role,
            url: page,
            avatar,
            member_since,
            extra: None,
        }),
        _ => Err(errors),
    }
}

/// What was read, or nothing and a note of what is wrong.
fn keep<T: Default>(errors: &mut Vec<UserError>, read: Result<T, UserError>) -> T {
    read.map_err(|error| errors.push(error)).unwrap_or_default()
}

/// A known member that is a string, read on by the type it belongs to.
fn text<T>(
    field: &'static str,
    raw: Option<&RawValue>,
    read: impl FnOnce(String) -> Result<T, UserError>,
) -> Result<Option<T>, UserError> {
    member(field, raw, string)?.map(read).transpose()
}

fn member<T>(
    field: &'static str,
    raw: Option<&RawValue>,
    read: impl FnOnce(&RawValue) -> Result<T, Problem>,
) -> Result<Option<T>, UserError> {
    raw.map(read).transpose().map_err(UserError::at(field))
}

fn string(raw: &RawValue) -> Result<String, Problem> {
    serde_json::from_str(raw.get()).map_err(|_| Problem::NotString)
}

fn boolean(raw: &RawValue) -> Result<bool, Problem> {
    serde_json::from_str(raw.get()).map_err(|_| Problem::NotBoolean)
}

/// Coral refuses a token with an empty badge, so one is refused here.
fn badges(raw: &RawValue) -> Result<Vec<String>, Problem> {
    let badges: Vec<String> =
        serde_json::from_str(raw.get()).map_err(|_| Problem::NotStringList)?;
    badges.iter().try_for_each(|badge| check_name(badge))?;
    Ok(badges)
}

fn seconds(raw: &RawValue) -> Result<i64, Problem> {
    let seconds = if raw.get().starts_with('"') {
        let time: jiff::Timestamp = string(raw)?.parse().map_err(|_| Problem::NotTime)?;
        time.as_second()
    } else {
        whole(raw.get()).ok_or(Problem::NotTime)?
    };
    if SECONDS.contains(&seconds) {
        Ok(seconds)
    } else {
        Err(Problem::TimeOutOfRange)
    }
}

/// A whole number, also one that is written with a point or an exponent: to JSON that is the same.
fn whole(text: &str) -> Option<i64> {
    /// The greatest number up to which all whole numbers are told apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    let exact = number.fract() == 0.0 && number.abs() < EXACT;
    // Its text without the fraction is the number itself.
    exact.then(|| format!("{number:.0}").parse().ok()).flatten()
}

fn not_json(error: serde_json::Error) -> UserError {
    UserError::NotJson(error.to_string())
}

#[cfg(test)]
mod tests;
