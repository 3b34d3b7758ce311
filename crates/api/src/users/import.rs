//! Many readers at once: the body is read, parsed and written piece by piece, in bounded memory.

use std::{io, time::Duration};

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use lanyard_storage::users::{self, Imported};
use serde::Serialize;
use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};
use utoipa::ToSchema;

use super::transfers::{Direction, Slot};
use crate::{
    App, Caller, Problem,
    body::ContentType,
    failure::Failure,
    fields::{Faults, Field, OneOf},
    import::{
        BadRecord, Batch, Batches, Chunks, Format, ImportError, Options, Position, Reader, Report,
    },
    input::Query,
    query,
};

/// Users written in one transaction: others wait for it to change anything of the newsroom.
const BATCH: usize = 5_000;
/// Pieces of the body that wait to be parsed; each is one read from the socket.
const WAITING: usize = 8;
/// How long the next piece of the body may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long all of it may take.
const LONGEST: Duration = Duration::from_secs(3_600);
/// The longest body, in bytes.
const MAX_BODY: u64 = 4 << 30;
/// The longest body that is one JSON document, which has to be held in memory.
const MAX_DOCUMENT: u64 = 16 << 20;

/// What becomes of an import that meets a bad record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnError {
    Skip,
    Stop,
}

impl OneOf for OnError {
    const WORDS: &'static [(&'static str, Self)] = &[("skip", Self::Skip), ("stop", Self::Stop)];
}

impl Field for OnError {
    fn read(value: &serde_json::Value) -> Result<Self, Faults> {
        Self::one_of(value)
    }
}

query! {
    /// How to import.
    pub(crate) struct ImportQuery {
        /// Whether a bad record is skipped (so unless said), or ends the import; what stands before it is written.
        #[param(value_type = Option<String>, pattern = "^(skip|stop)$", nullable = false)]
        on_error: Option<OnError>,
        /// Whether all is read and nothing written; no unless said.
        #[param(nullable = false)]
        dry_run: Option<bool>,
    }
}

/// A record that wasn't taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportFault {
    /// The line that it begins on, counted from 1.
    #[schema(minimum = 1)]
    line: u64,
    /// JSON pointer to the member that is wrong, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pointer: Option<String>,
    /// What is wrong. The value itself isn't repeated.
    detail: String,
}

impl From<BadRecord> for ImportFault {
    fn from(bad: BadRecord) -> Self {
        Self {
            line: bad.line,
            pointer: bad.error.field().map(|field| format!("/{field}")),
            detail: bad.error.to_string(),
        }
    }
}

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportOut {
    /// Whether the body was read to its end; not so where the first bad record ended it.
    complete: bool,
    /// Whether nothing was written, because that was asked for.
    dry_run: bool,
    /// Records that are good.
    valid: u64,
    /// Readers who are new.
    created: u64,
    /// Readers who were there, and have the new record.
    updated: u64,
    /// Records that are bad, and weren't taken.
    failed: u64,
    /// The first thousand of those.
    #[schema(max_items = 1000)]
    errors: Vec<ImportFault>,
    /// How many more there are.
    more_errors: u64,
}

/// Create and update many readers
///
/// NDJSON (a record a line), CSV with a header line, or as JSON a list of records or the demo service's `db.json`. Good
/// records are written in batches of some thousands, each whole or not at all; should the import end early, what was
/// written stays, and the same import can be sent again. Of several records with one id the last counts, in JSON the
/// first.
#[utoipa::path(
    post, path = "/v1/tenants/{tenant}/users/import", tag = "users", operation_id = "import_users",
    params(("tenant" = String, Path, description = "Newsroom"), ImportQuery),
    request_body(content((String = "application/x-ndjson"), (String = "text/csv"), (Vec<serde_json::Value> = "application/json"))),
    responses(
        (status = 200, description = "What was done, and which records weren't taken", body = ImportOut),
        (status = 400, description = "The body isn't what its type says"),
        (status = 409, description = "The newsroom has as many readers as it may"),
    ),
)]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let format = match ContentType::of(&headers) {
        ContentType::Ndjson => Format::Ndjson,
        ContentType::Csv => Format::Csv,
        ContentType::Json => Format::DemoJson,
        _ => {
            let expected = "Send the body as application/x-ndjson, text/csv or application/json.";
            return Err(Failure::from(Problem::JsonExpected).detail(expected));
        }
    };
    let slot = Slot::take(&app, caller.tenant.id, Direction::In)?;
    let transfer = Transfer {
        format,
        options: Options {
            batch: BATCH,
            stop_at_error: query.on_error == Some(OnError::Stop),
            ceiling: caller.ceiling(),
        },
        dry_run: query.dry_run == Some(true),
    };
    // In a task of its own: a client that goes away doesn't cut a batch in two, nor the report off from the log.
    let task = tokio::spawn(async move {
        let outcome = transfer.run(&app, &caller, body).await;
        drop(slot);
        outcome
    });
    let answer = task
        .await
        .map_err(|error| Failure::from(Problem::Internal).logged(error))??;
    Ok(axum::Json(answer).into_response())
}

/// One import.
#[derive(Debug, Clone, Copy)]
struct Transfer {
    format: Format,
    options: Options,
    dry_run: bool,
}

impl Transfer {
    async fn run(self, app: &App, caller: &Caller, body: Body) -> Result<ImportOut, Failure> {
        let format = self.format;
        let (sender, chunks) = Chunks::channel(WAITING);
        let open = move || Reader::new(format, chunks, Position::START);
        let most = match format {
            Format::DemoJson => MAX_DOCUMENT,
            _ => MAX_BODY,
        };
        let receiving = receive(body, sender, most);
        let mut report = Report::default();
        let writing = self.write(app, caller, Batches::read(open, self.options), &mut report);
        let ((), outcome) = tokio::join!(receiving, writing);
        tracing::info!(
            tenant = caller.tenant.slug.as_str(),
            created = report.created,
            updated = report.updated,
            failed = report.failed,
            whole = outcome.is_ok(),
            "readers imported"
        );
        match outcome {
            Ok(()) => Ok(self.answer(report)),
            Err(failure) => Err(with_report(failure, &report)),
        }
    }

    async fn write(
        self,
        app: &App,
        caller: &Caller,
        mut batches: Batches,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let mut is_first = true;
        while let Some(mut batch) = batches.next().await {
            let mut imported = Imported::default();
            if self.dry_run {
                let mut tx = caller.read(app).await?;
                let stored = users::get_many(&mut tx, &batch.doubtful()).await?;
                batch.judge(stored, caller.ceiling());
            } else {
                imported = write(app, caller, &mut batch, self.format, &mut is_first).await?;
            }
            report.add(batch, imported);
            if self.options.stop_at_error && report.failed > 0 {
                return Ok(());
            }
        }
        batches.end().await.map_err(unreadable)
    }

    fn answer(self, report: Report) -> ImportOut {
        let shown = report.errors.len() as u64;
        ImportOut {
            complete: !(self.options.stop_at_error && report.failed > 0),
            dry_run: self.dry_run,
            valid: report.valid,
            created: report.created,
            updated: report.updated,
            failed: report.failed,
            errors: report.errors.into_iter().map(Into::into).collect(),
            more_errors: report.failed - shown,
        }
    }
}

/// Writes a batch, authorised anew: whoever may no longer do so in the middle of an import is stopped there. The first
/// batch is also the import's event in the audit log.
async fn write(
    app: &App,
    caller: &Caller,
    batch: &mut Batch,
    format: Format,
    is_first: &mut bool,
) -> Result<Imported, Failure> {
    let doubtful = batch.doubtful();
    if batch.count == 0 && doubtful.is_empty() {
        return Ok(Imported::default());
    }
    let mut act = caller.act(app).await?;
    let stored = users::current_many(&mut act.tx, &doubtful).await?;
    batch.judge(stored, caller.ceiling());
    if batch.count == 0 {
        return Ok(Imported::default());
    }
    let imported = users::import_batch(&mut act.tx, &batch.rows, app.clock.now()).await?;
    if std::mem::take(is_first) {
        let detail = json!({ "format": format.name() });
        act.audit("user.import", caller.tenant.slug.as_str(), &detail)
            .await?;
    }
    act.done().await?;
    Ok(imported)
}

/// Hands the body on piece by piece, as fast as it is read.
async fn receive(mut body: Body, sender: mpsc::Sender<io::Result<Bytes>>, most: u64) {
    let end = Instant::now() + LONGEST;
    let mut received = 0;
    loop {
        let piece = match timeout(PATIENCE, timeout_at(end, body.frame())).await {
            Ok(Ok(None)) => return,
            Ok(Ok(Some(Ok(frame)))) => match frame.into_data() {
                Ok(data) => Ok(data),
                // Trailers.
                Err(_) => continue,
            },
            // The client went away, or broke the framing.
            Ok(Ok(Some(Err(error)))) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, error)),
            Ok(Err(_)) | Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        received += piece.as_ref().map_or(0, |data| data.len() as u64);
        let piece = match piece {
            Ok(_) if received > most => Err(io::ErrorKind::FileTooLarge.into()),
            piece => piece,
        };
        let is_last = piece.is_err();
        if sender.send(piece).await.is_err() || is_last {
            return;
        }
    }
}

/// What a client is told of a body that can't be read to its end.
fn unreadable(error: ImportError) -> Failure {
    let ImportError::Io(error) = error else {
        return Failure::from(Problem::BodyMalformed).detail(error.to_string());
    };
    match error.kind() {
        io::ErrorKind::TimedOut => Problem::BodyTimeout.into(),
        io::ErrorKind::FileTooLarge => Failure::from(Problem::BodyTooLarge).detail(
            "The body is longer than 4 GiB, or as one JSON document than 16 MiB. Send it in parts, or as NDJSON.",
        ),
        io::ErrorKind::UnexpectedEof => {
            Failure::from(Problem::BodyMalformed).detail("The body ended before its end.")
        }
        _ => Failure::from(Problem::Internal).logged(error),
    }
}

/// The same with what was written before.
fn with_report(failure: Failure, report: &Report) -> Failure {
    if report.created + report.updated == 0 {
        return failure;
    }
    let text = failure.text().into_owned();
    failure.detail(format!(
        "{text} Before that {} readers were created and {} updated, all up to line {}.",
        report.created, report.updated, report.line
    ))
}
