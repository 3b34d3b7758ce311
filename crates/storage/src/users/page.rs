//! Users by the page, all of them or those whose id, e-mail address or username begins with a text.
//!
//! Every page begins where an index says, never by counting what came before, so the thousandth costs what the first
//! does. Row-level security lets an index serve only what can't leak a row: `<` and `>=`, but not `like`.

use serde::{Deserialize, Serialize};

use super::{Columns, UserRow, select_users};
use crate::{ReadTx, StorageError};

/// How often a page reads on for rows that belong to it, each time as many as it may have. A page that is full of
/// others' rows ends early, rather than late.
const MAX_ROUNDS: usize = 20;

/// Which users a listing is of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What the id begins with, to the letter, or the e-mail address or the username in any case. An empty text is
    /// none.
    pub search: Option<String>,
    /// Only the disabled ones, or only the others.
    pub disabled: Option<bool>,
}

/// The place after a user in a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    by: By,
    /// The text of the index before the id; empty where the listing is by id.
    key: String,
    id: String,
}

/// The order within a search: first those whose id matches, then by e-mail address, then by username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    Id,
    Email,
    Username,
}

impl By {
    fn start(self) -> Place {
        Place {
            by: self,
            key: String::new(),
            id: String::new(),
        }
    }

    fn next(self) -> Option<Self> {
        match self {
            Self::Id => Some(Self::Email),
            Self::Email => Some(Self::Username),
            Self::Username => None,
        }
    }
}

impl Place {
    fn of(by: By, columns: &Columns) -> Self {
        let key = match by {
            By::Id => None,
            By::Email => columns.email_key.clone(),
            By::Username => columns.username_key.clone(),
        };
        Self {
            by,
            key: key.unwrap_or_default(),
            id: columns.id.clone(),
        }
    }
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its users. There may be fewer than were asked for, even none, although more come.
    pub rows: Vec<UserRow>,
    /// Where the next page begins; `None` when there is nothing more.
    pub next: Option<Place>,
}

/// The users after a place, or from the beginning, `limit` of them at most. By id, or in a search first those whose id
/// matches, then those whose e-mail address does, then those whose username does, everyone once.
///
/// # Errors
/// The database fails, or a row is damaged.
pub async fn page(
    tx: &mut ReadTx,
    filter: &Filter,
    after: Option<&Place>,
    limit: u16,
) -> Result<Page, StorageError> {
    let search = match filter.search.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => Some(Search::new(tx, text).await?),
        None => None,
    };
    let mut place = after.cloned().unwrap_or_else(|| By::Id.start());
    let limit = usize::from(limit.max(1));
    let mut rows = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let found = read(tx, filter, search.as_ref(), &place, limit).await?;
        let is_last = found.len() <= limit;
        for columns in found {
            let here = Place::of(place.by, &columns);
            let is_disabled = columns.disabled_at.is_some();
            let earlier = search
                .as_ref()
                .is_some_and(|search| search.finds_before(place.by, &columns));
            if !earlier && filter.disabled.is_none_or(|only| only == is_disabled) {
                if rows.len() == limit {
                    let next = Some(place);
                    return Ok(Page { rows, next });
                }
                rows.push(columns.try_into()?);
            }
            place = here;
        }
        if is_last {
            match place.by.next().filter(|_| search.is_some()) {
                Some(by) => place = by.start(),
                None => return Ok(Page { rows, next: None }),
            }
        }
    }
    let next = Some(place);
    Ok(Page { rows, next })
}

/// What is searched, as the columns have it.
struct Search {
    /// For ids.
    exact: String,
    /// For the others.
    folded: String,
}

impl Search {
    async fn new(tx: &mut ReadTx, text: &str) -> Result<Self, StorageError> {
        // By the same function that made the columns: what is a small letter depends on the database's locale.
        let folded = sqlx::query_scalar!(r#"select lower($1::text) as "folded!""#, text)
            .fetch_one(tx.connection())
            .await?;
        Ok(Self {
            exact: text.to_owned(),
            folded,
        })
    }

    /// Whether a user found by `by` has been found already.
    fn finds_before(&self, by: By, columns: &Columns) -> bool {
        let by_id = columns.id.starts_with(&self.exact);
        let by_email = || {
            columns
                .email_key
                .as_deref()
                .is_some_and(|key| key.starts_with(&self.folded))
        };
        match by {
            By::Id => false,
            By::Email => by_id,
            By::Username => by_id || by_email(),
        }
    }
}

/// The least text, by code points, that is greater than all that begin with `prefix`.
fn after_prefix(prefix: &str) -> String {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // The step over the surrogates is that of the range of characters.
        if let Some(next) = (last..=char::MAX).nth(1) {
            text.push(next);
            return text;
        }
    }
    // Nothing is greater than the greatest characters; ids and names have at most 255.
    char::MAX.to_string().repeat(256)
}

async fn read(
    tx: &mut ReadTx,
    filter: &Filter,
    search: Option<&Search>,
    place: &Place,
    limit: usize,
) -> Result<Vec<Columns>, StorageError> {
    let tenant = tx.tenant.0;
    // One more tells whether there is more, without another trip.
    let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let Some(search) = search else {
        return list(tx, filter.disabled == Some(true), &place.id, most).await;
    };
    let rows = match place.by {
        By::Id => select_users!(
            "where tenant_id = $1 and id > $2 and id >= $3 and id < $4 order by id limit $5",
            tenant,
            place.id,
            search.exact,
            after_prefix(&search.exact),
            most
        )
        .fetch_all(tx.connection())
.await,
        By::Email => select_users!(
            "where tenant_id = $1 and (email_key, id) > ($2, $3) and email_key >= $4 and email_key < $5
             order by email_key, id limit $6",
            tenant,
            place.key,
            place.id,
            search.folded,
            after_prefix(&search.folded),
            most
        )
        .fetch_all(tx.connection())
.await,
        By::Username => select_users!(
            "where tenant_id = $1 and (username_key, id) > ($2, $3) and username_key >= $4 and username_key < $5
             order by username_key, id limit $6",
            tenant,
            place.key,
            place.id,
            search.folded,
            after_prefix(&search.folded),
            most
        )
        .fetch_all(tx.connection())
.await,
    };
    Ok(rows?)
}

async fn list(
    tx: &mut ReadTx,
    disabled: bool,
    after: &str,
    most: i64,
) -> Result<Vec<Columns>, StorageError> {
    let tenant = tx.tenant.0;
    let rows = if disabled {
        select_users!(
            "where tenant_id = $1 and id > $2 and disabled_at is not null order by id limit $3",
            tenant,
            after,
            most
        )
        .fetch_all(tx.connection())
        .await?
    } else {
        select_users!(
            "where tenant_id = $1 and id > $2 order by id limit $3",
            tenant,
            after,
            most
        )
        .fetch_all(tx.connection())
        .await?
    };
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::after_prefix;

    #[test]
    fn nothing_that_begins_with_a_prefix_lies_after_it() {
        for (prefix, expected) in [
            ("a", "b"),
            ("az", "a{"),
            ("é", "ê"),
            ("\u{d7ff}", "\u{e000}"),
            ("a\u{10ffff}", "b"),
        ] {
            assert_eq!(after_prefix(prefix), expected);
        }
        assert!(after_prefix("\u{10ffff}").as_str() > "\u{10ffff}\u{10ffff}");
    }
}
