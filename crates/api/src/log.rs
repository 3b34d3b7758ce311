//! The log: one structured line per event, JSON or for people.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
    path::Path,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use lanyard_storage::Clock;
use tracing::{Event, Subscriber, field::Field, field::Visit};
use tracing_subscriber::{
    EnvFilter,
    fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter, format::Writer},
    registry::LookupSpan,
};

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line.
    Json,
    /// Coloured, for a terminal.
    Pretty,
}

/// Bytes gathered before they are written at once.
const BUFFER: usize = 64 * 1024;
/// Bytes gathered at most, while the sink doesn't take them.
const MAX_BUFFER: usize = 8 << 20;
/// How long a line may wait in the buffer. A process that is killed loses the lines of this last moment.
const FLUSH_EVERY: Duration = Duration::from_millis(100);

/// Starts the log, to a file (appending) or to standard error. `filter` is in the syntax of `RUST_LOG`.
///
/// # Errors
/// The file can't be opened, or a log was started before.
pub fn start(
    format: Format,
    file: Option<&Path>,
    filter: &str,
    clock: Clock,
) -> io::Result<Flusher> {
    let sink: Box<dyn Write + Send> = match file {
        Some(path) => Box::new(
            std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)?,
        ),
        None => Box::new(io::stderr()),
    };
    let lines = Lines(Arc::new(Shared {
        gathered: Mutex::default(),
        full: Condvar::new(),
        sink: Mutex::new(sink),
    }));
    let flusher = Flusher(lines.clone());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(lines);
    match format {
        Format::Json => builder.event_format(JsonLines { clock }).try_init(),
        Format::Pretty => builder
            .compact()
            .with_ansi(io::stderr().is_terminal())
            .without_time()
            .with_target(false)
            .try_init(),
    }
    .map_err(io::Error::other)?;
    let background = flusher.clone();
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || {
            loop {
                background.wait();
                background.flush();
            }
        })?;
    Ok(flusher)
}

/// Writes out what is still in the buffer.
#[derive(Debug, Clone)]
pub struct Flusher(Lines);

impl Flusher {
    /// Writes out what is still in the buffer. Requests go on gathering meanwhile, however slow the sink is.
    pub fn flush(&self) {
        let shared = &self.0.0;
        let mut sink = shared.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let gathered = std::mem::take(
            &mut *shared
                .gathered
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let _ = sink.write_all(&gathered.bytes);
        if gathered.dropped > 0 {
            let _ = writeln!(
                sink,
                r#"{{"level":"ERROR","message":"log lines were dropped","lines":{}}}"#,
                gathered.dropped
            );
        }
    }

    /// Waits until it is time to write.
    fn wait(&self) {
        let gathered = self
            .0
            .0
            .gathered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let _ = self
            .0
            .0
            .full
            .wait_timeout_while(gathered, FLUSH_EVERY, |gathered| {
                gathered.bytes.len() < BUFFER
            });
    }
}

/// Lines that wait to be written.
#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    dropped: u64,
}

struct Shared {
    gathered: Mutex<Gathered>,
    full: Condvar,
    sink: Mutex<Box<dyn Write + Send>>,
}

/// Lines on their way to the sink, gathered so that not every request costs a system call.
#[derive(Clone)]
struct Lines(Arc<Shared>);

impl fmt::Debug for Lines {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Lines(..)")
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut gathered = self
            .0
            .gathered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if gathered.bytes.len() + line.len() > MAX_BUFFER {
            // Whoever should write is stuck, and requests must not be.
            gathered.dropped += 1;
            return Ok(line.len());
        }
        gathered.bytes.extend_from_slice(line);
        if gathered.bytes.len() >= BUFFER {
            self.0.full.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Events as JSON objects. Everything that comes from outside is escaped, so a line is always one line.
struct JsonLines {
    clock: Clock,
}

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let time = jiff::Timestamp::from_microsecond(self.clock.micros())
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(
            writer,
            r#"{{"time":"{time:.6}","level":"{}","target":"{}""#,
            metadata.level(),
            metadata.target()
        )?;
        let mut fields = JsonFields {
            writer: &mut writer,
            result: Ok(()),
        };
        event.record(&mut fields);
        fields.result?;
        writer.write_str("}\n")
    }
}

struct JsonFields<'a, 'w> {
    writer: &'a mut Writer<'w>,
    result: fmt::Result,
}

impl JsonFields<'_, '_> {
    fn field(&mut self, field: &Field, write: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.result.is_ok() {
            self.result =
                write!(self.writer, ",\"{}\":", field.name()).and_then(|()| write(self.writer));
        }
    }
}

impl Visit for JsonFields<'_, '_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, |writer| write_string(writer, value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, |writer| {
            writer.write_str(itoa::Buffer::new().format(value))
        });
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, |writer| {
            writer.write_str(itoa::Buffer::new().format(value))
        });
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, |writer| write!(writer, "{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field, |writer| write_string(writer, &format!("{value:?}")));
    }
}

/// A JSON string, with all control characters and line separators escaped.
fn write_string(writer: &mut Writer<'_>, text: &str) -> fmt::Result {
    writer.write_char('"')?;
    let mut plain_from = 0;
    for (index, character) in text.char_indices() {
        let escape =
            matches!(character, '"' | '\\' | '\u{2028}' | '\u{2029}') || character.is_control();
        if escape {
            writer.write_str(&text[plain_from..index])?;
            plain_from = index + character.len_utf8();
            match character {
                '"' => writer.write_str("\\\"")?,
                '\\' => writer.write_str("\\\\")?,
                other => write!(writer, "\\u{:04x}", u32::from(other))?,
            }
        }
    }
    writer.write_str(&text[plain_from..])?;
    writer.write_char('"')
}
