//! Places in lists: sealed, so that nobody can read, make or move one.

use std::str::FromStr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use lanyard_core::seal::Sealed;
use serde::Serialize;

use crate::{App, Problem, failure::Failure, fields::Limit};

/// For how long a cursor is good, in seconds.
const GOOD_FOR: i64 = 86_400;

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub data: Vec<T>,
    /// Where the next page begins; `null` when there is none.
    pub next_cursor: Option<String>,
}

/// What a cursor is good for: a list of one tenant, asked for in one way.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    /// Whose list it is: the tenant's id, or the account's.
    pub owner: &'a [u8],
    /// Which list, and how it is filtered and sorted.
    pub query: &'a str,
}

crate::query! {
    /// Which page.
    pub struct PageQuery {
        /// How many; 50 unless said.
        #[param(value_type = Option<i64>, minimum = 1, maximum = 200, nullable = false)]
        limit: Limit,
        /// Where to begin: `next_cursor` of the page before.
        #[param(nullable = false)]
        cursor: Option<String>,
    }
}

impl PageQuery {
    /// The place in this list where the page begins; `None` for its start.
    ///
    /// # Errors
    /// [`Problem::CursorInvalid`] when the cursor isn't one of this list, or too old.
    pub fn place<T: FromStr>(&self, app: &App, list: &List<'_>) -> Result<Option<T>, Failure> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let place = list.place(app, cursor)?.parse();
        place.map(Some).map_err(|_| Problem::CursorInvalid.into())
    }
}

impl List<'_> {
    /// A cursor for the place after this entry.
    ///
    /// # Errors
    /// Sealing fails.
    pub fn cursor(&self, app: &App, place: &str) -> Result<String, Failure> {
        let text = format!("{}:{place}", app.clock.now() + GOOD_FOR);
        let sealed = app
            .master_keys
            .seal_for(
                "cursor",
                &[self.owner, self.query.as_bytes()],
                text.as_bytes(),
            )
            .map_err(lanyard_storage::StorageError::from)?;
        let mut bytes = vec![u8::try_from(sealed.master_key_id.len()).unwrap_or(u8::MAX)];
        bytes.extend_from_slice(sealed.master_key_id.as_bytes());
        bytes.extend_from_slice(&sealed.bytes);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The place that a cursor stands for.
    ///
    /// # Errors
    /// [`Problem::CursorInvalid`] when it isn't one of this list, or too old.
    pub fn place(&self, app: &App, cursor: &str) -> Result<String, Failure> {
        self.open(app, cursor)
            .ok_or_else(|| Problem::CursorInvalid.into())
    }

    fn open(&self, app: &App, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (length, rest) = bytes.split_first()?;
        let (id, sealed) = rest.split_at_checked(usize::from(*length))?;
        let sealed = Sealed {
            master_key_id: str::from_utf8(id).ok()?.to_owned(),
            bytes: sealed.to_vec(),
        };
        let text = app
            .master_keys
            .open_for("cursor", &[self.owner, self.query.as_bytes()], &sealed)
            .ok()?;
        let (end, place) = str::from_utf8(&text).ok()?.split_once(':')?;
        (end.parse::<i64>().ok()? > app.clock.now()).then(|| place.to_owned())
    }

    /// A page from one entry more than was asked for: whether there are more tells the last.
    ///
    /// # Errors
    /// Sealing fails.
    pub fn page<T>(
        &self,
        app: &App,
        mut entries: Vec<T>,
        limit: i64,
        place: impl FnOnce(&T) -> String,
    ) -> Result<Page<T>, Failure> {
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next_cursor = match entries.last() {
            Some(last) if more => Some(self.cursor(app, &place(last))?),
            _ => None,
        };
        Ok(Page {
            data: entries,
            next_cursor,
        })
    }
}
