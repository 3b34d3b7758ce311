//! What is too long for one answer, on a server: files of readers in, records and events out.

use std::{
    io::{self, Seek, Write},
    path::Path,
    process::ExitCode,
};

use axum::body::Body;
use futures_util::{StreamExt, stream};
use lanyard_api::import::Format;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::user_import::{SKIPPED, Source, refuse_if_bad};
use crate::{
    client::Client,
    output::{Outcome, Output, note},
};

/// Bytes of a file that are read at a time.
const CHUNK: usize = 64 << 10;

/// Prints a long answer as it comes, to the byte.
pub(super) async fn print(client: &Client, path: &str) -> Outcome {
    let mut chunks = client.download(path).await?.into_data_stream();
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    while let Some(chunk) = chunks.next().await {
        match stdout.write_all(&chunk?) {
            // The reader has what it wanted, as `head` does.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    match stdout.flush() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        flushed => Ok(flushed?),
    }
}

/// Imports a file of readers.
pub(super) async fn import(
    client: &Client,
    path: &str,
    file: &Path,
    strict: bool,
    output: Output,
) -> Outcome<ExitCode> {
    let source = Source::open(file)?;
    if strict && let Some(code) = refuse_if_bad(&source, output)? {
        return Ok(code);
    }
    let media_type = match source.format {
        Format::DemoJson => "application/json",
        Format::Ndjson => "application/x-ndjson",
        Format::Csv => "text/csv",
    };
    let bar = source.progress_bar(output.json);
    let mut file = source.file.try_clone()?;
    file.rewind()?;
    let start = (tokio::fs::File::from_std(file), bar.clone());
    let body = stream::try_unfold(start, async |(mut file, bar)| {
        let mut chunk = vec![0; CHUNK];
        let count = file.read(&mut chunk).await?;
        chunk.truncate(count);
        bar.inc(count as u64);
        Ok::<_, io::Error>((count > 0).then_some((chunk, (file, bar))))
    });
    let report = client
        .upload(path, media_type, Body::from_stream(body))
        .await;
    bar.finish_and_clear();
    print_report(&report?, output)
}

/// Prints what a server says of an import as an import without one is printed.
fn print_report(report: &Value, output: Output) -> Outcome<ExitCode> {
    let mut errors = Vec::new();
    for bad in report["errors"].as_array().into_iter().flatten() {
        let (line, error) = (&bad["line"], bad["detail"].as_str().unwrap_or_default());
        note(&format!("line {line}: {error}"));
        let field = bad["pointer"]
            .as_str()
            .map(|pointer| pointer.trim_start_matches('/'));
        errors.push(json!({ "line": line, "field": field, "error": error }));
    }
    let (created, updated, failed) = (&report["created"], &report["updated"], &report["failed"]);
    output.result(
        &format!("{created} created, {updated} updated, {failed} bad lines skipped"),
        &json!({ "created": created, "updated": updated, "skipped": failed, "errors": errors, "resumed_at_line": null }),
    )?;
    Ok(match failed.as_u64() {
        Some(0) => ExitCode::SUCCESS,
        _ => ExitCode::from(SKIPPED),
    })
}
