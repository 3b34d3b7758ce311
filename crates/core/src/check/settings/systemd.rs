//! `Environment=` lines of a systemd unit (systemd.exec(5), systemd.syntax(7)).

use zeroize::Zeroizing;

use super::Settings;

/// Reads a unit's `Environment=` lines: several assignments in one, each quoted as a whole or not at all.
pub(super) fn read(text: &str, settings: &mut Settings) {
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let mut whole = Zeroizing::new(line.trim_start().to_owned());
        while whole.ends_with('\\') {
            whole.pop();
            let Some((_, next)) = lines.next() else { break };
            // A comment doesn't end a line that goes on.
            if next.trim_start().starts_with(['#', ';']) {
                whole.push('\\');
            } else {
                whole.push(' ');
                whole.push_str(next);
            }
        }
        if whole.starts_with("EnvironmentFile=") {
            settings.unread(
                at + 1,
                "EnvironmentFile= names a file; paste what is in it if Talk's variables stand there",
            );
        } else if let Some(assignments) = whole.strip_prefix("Environment=") {
            read_assignments(assignments, at + 1, settings);
        }
    }
}

fn read_assignments(text: &str, line: usize, settings: &mut Settings) {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        match word(rest) {
            Ok((word, length)) => {
                if let Some((name, value)) = word.split_once('=') {
                    settings.take(name, Zeroizing::new(value.replace("%%", "%")), line);
                }
                rest = rest[length..].trim_start();
            }
            Err(reason) => return settings.unread(line, reason),
        }
    }
}

/// The first word, unquoted and with its escapes undone, and how much of the text it took.
fn word(text: &str) -> Result<(Zeroizing<String>, usize), &'static str> {
    let mut out = Zeroizing::new(String::new());
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ' ' | '\t' if quote.is_none() => return Ok((out, at)),
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() && (out.is_empty() || out.ends_with('=')) => {
                quote = Some(c);
            }
            '\\' => {
                let (_, escaped) = chars.next().ok_or("it ends in a backslash")?;
                match escaped {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    's' => out.push(' '),
                    '\\' | '"' | '\'' => out.push(escaped),
                    _ => {
                        return Err(
                            "it has an escape that systemd refuses; write \\\\ for a backslash",
                        );
                    }
                }
            }
            other => out.push(other),
        }
    }
    match quote {
        None => Ok((out, text.len())),
        Some(_) => Err("a quote isn't closed; systemd ignores the whole line"),
    }
}
