//! All readers of a newsroom, as they were at one moment, piece by piece in bounded memory.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use lanyard_core::user::User;
use lanyard_storage::{ReadTx, StorageError, users};
use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};

use super::transfers::{Direction, Slot};
use crate::{
    App, Caller, csv,
    failure::Failure,
    fields::{Faults, Field, OneOf},
    input::Query,
    query,
};

/// The bytes of a piece, or a little more.
const PIECE: usize = 32 * 1024;
/// How long the client may leave a piece lying.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long all of it may take: until its end the database keeps the moment for it.
const LONGEST: Duration = Duration::from_secs(900);

/// How users are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExportFormat {
    Ndjson,
    Csv,
}

impl OneOf for ExportFormat {
    const WORDS: &'static [(&'static str, Self)] = &[("ndjson", Self::Ndjson), ("csv", Self::Csv)];
}

impl Field for ExportFormat {
    fn read(value: &serde_json::Value) -> Result<Self, Faults> {
        Self::one_of(value)
    }
}

query! {
    /// How to export.
    pub(crate) struct ExportQuery {
        /// `ndjson`, with every record as it is (so unless said), or `csv`, with the members that Lanyard knows.
        #[param(value_type = Option<String>, pattern = "^(ndjson|csv)$", nullable = false)]
        format: Option<ExportFormat>,
    }
}

impl ExportFormat {
    fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        })
    }

    /// What stands before the first user.
    fn head(self) -> &'static [u8] {
        match self {
            Self::Ndjson => b"",
            Self::Csv => {
                b"id,email,username,email_verified,badges,role,url,avatar,member_since\r\n"
            }
        }
    }

    fn push(self, out: &mut Vec<u8>, user: &User) {
        match self {
            Self::Ndjson => {
                out.extend_from_slice(user.body().as_bytes());
                out.push(b'\n');
            }
            Self::Csv => push_row(out, user),
        }
    }
}

/// Appends a row with the cells that an import reads back.
fn push_row(out: &mut Vec<u8>, user: &User) {
    let verified = user.email_verified.map(|verified| verified.to_string());
    let badges = user.badges.as_ref().map(|badges| badges.join(";"));
    let since = user.member_since.map(|seconds| seconds.to_string());
    let cells = [
        Some(user.id.as_str()),
        user.email.as_ref().map(AsRef::as_ref),
        user.username.as_ref().map(AsRef::as_ref),
        verified.as_deref(),
        badges.as_deref(),
        user.role.map(lanyard_core::user::Role::as_str),
        user.url.as_ref().map(AsRef::as_ref),
        user.avatar.as_ref().map(AsRef::as_ref),
        since.as_deref(),
    ];
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        if let Some(cell) = cell {
            csv::push_cell(out, cell);
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// All readers, as they are at this moment
///
/// NDJSON can be imported elsewhere as it is. In CSV a cell that a spreadsheet would take for a formula has an apostrophe
/// before it, which an import takes away again. An answer that ends without the last chunk of its coding is not whole.
#[utoipa::path(
    get, path = "/v1/tenants/{tenant}/users/export", tag = "users", operation_id = "export_users",
    params(("tenant" = String, Path, description = "Newsroom"), ExportQuery),
    responses((status = 200, description = "All of them", content((String = "application/x-ndjson"), (String = "text/csv")))),
)]
pub(crate) async fn export(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Failure> {
    let format = query.format.unwrap_or(ExportFormat::Ndjson);
    let slug = caller.tenant.slug.as_str();
    let slot = Slot::take(&app, caller.tenant.id, Direction::Out)?;
    // Personal data leaves: that is written down first.
    let mut act = caller.act(&app).await?;
    act.audit("user.export", slug, &json!({ "format": format.name() }))
        .await?;
    act.done().await?;
    let tx = caller.read(&app).await?;
    let (sender, receiver) = mpsc::channel(2);
    let whole = Arc::new(AtomicBool::new(false));
    let is_whole = Arc::clone(&whole);
    tokio::spawn(async move {
        match send(tx, format, &sender).await {
            Ok(()) => is_whole.store(true, Ordering::Release),
            Err(Cut::Failed(error)) => tracing::error!(%error, "an export ended early"),
            Err(Cut::Unread) => {}
        }
        drop((slot, sender));
    });
    let pieces = stream::unfold((receiver, false), move |(mut receiver, ended)| {
        let whole = Arc::clone(&whole);
        async move {
            match receiver.recv().await {
                Some(piece) => Some((piece, (receiver, false))),
                None if ended || whole.load(Ordering::Acquire) => None,
                // The connection is closed before the end of the answer, so that nobody takes it for whole.
                None => Some((
                    Err(io::Error::other("the export was cut")),
                    (receiver, true),
                )),
            }
        }
    });
    let name = format!("attachment; filename=\"users-{slug}.{}\"", format.name());
    let headers = [
        (header::CONTENT_TYPE, format.media_type()),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Why an export ends early.
enum Cut {
    /// Nobody reads it any more, or too slowly.
    Unread,
    Failed(StorageError),
}

impl From<StorageError> for Cut {
    fn from(error: StorageError) -> Self {
        Self::Failed(error)
    }
}

type Pieces = mpsc::Sender<io::Result<Bytes>>;

async fn send(mut tx: ReadTx, format: ExportFormat, pieces: &Pieces) -> Result<(), Cut> {
    let end = Instant::now() + LONGEST;
    let mut piece = format.head().to_vec();
    let mut rows = users::export(&mut tx).await?;
    while let Some(row) = rows.next().await? {
        format.push(&mut piece, &row.user);
        if piece.len() >= PIECE {
            hand_on(std::mem::take(&mut piece), pieces, end).await?;
        }
    }
    hand_on(piece, pieces, end).await
}

async fn hand_on(piece: Vec<u8>, pieces: &Pieces, end: Instant) -> Result<(), Cut> {
    let sending = pieces.send(Ok(piece.into()));
    match timeout(PATIENCE, timeout_at(end, sending)).await {
        Ok(Ok(Ok(()))) => Ok(()),
        _ => Err(Cut::Unread),
    }
}
