//! `.env` files and shell lines.

use zeroize::Zeroizing;

use super::Settings;

/// Reads lines of an .env file, as Node and docker compose do: quotes may span lines, and double quotes know escapes.
pub(super) fn read(text: &str, settings: &mut Settings) {
    each_assignment(text, settings, |rest| value(rest, false));
}

/// Reads lines of a shell.
pub(super) fn read_shell(text: &str, settings: &mut Settings) {
    each_assignment(text, settings, |rest| value(rest, true));
}

/// A value, how much of the text it took, and whether something in it would be put in by whoever runs the file.
struct Read {
    value: Zeroizing<String>,
    length: usize,
    refers: bool,
}

fn each_assignment(
    text: &str,
    settings: &mut Settings,
    value: impl Fn(&str) -> Result<Read, &'static str>,
) {
    let mut line = 1;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let mut length = end;
        if let Some((name, start)) = assignment(&rest[..end]) {
            let read = value(&rest[start..]);
            match read {
                Ok(read) => {
                    let at = start + read.length;
                    length = rest[at..].find('\n').map_or(rest.len(), |end| at + end + 1);
                    if read.refers {
                        settings.unread(
                            line,
                            format!("{name} has a `$` that a shell or docker compose would replace; it was taken to the letter"),
                        );
                    }
                    settings.take(name, read.value, line);
                }
                Err(reason) => settings.unread(line, format!("{name}: {reason}")),
            }
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
}

/// The name that a line assigns to, and where its value begins.
fn assignment(line: &str) -> Option<(&str, usize)> {
    let mut start = line.trim_start();
    for word in ["export ", "set -x ", "setenv ", "set "] {
        start = start.strip_prefix(word).unwrap_or(start).trim_start();
    }
    let end = start.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let name = &start[..end];
    let after = start[end..].trim_start_matches([' ', '\t']);
    // fish and csh have a blank where others have `=`.
    let value = match after.strip_prefix('=') {
        Some(value) => value,
        None if line.contains("set -x ") || line.contains("setenv ") => after,
        None => return None,
    };
    if !super::is_talks(name) {
        return None;
    }
    let value = value.trim_start_matches([' ', '\t']);
    Some((name, line.len() - value.len()))
}

fn value(text: &str, shell: bool) -> Result<Read, &'static str> {
    let mut out = Zeroizing::new(String::new());
    let mut rest = text;
    let mut refers = false;
    let mut quoted = false;
    while let Some(first) = rest.chars().next() {
        match first {
            '\'' if shell || !quoted && rest.len() == text.len() => {
                let body = &rest[1..];
                let end = body.find('\'').ok_or("its quote isn't closed")?;
                out.push_str(&body[..end]);
                rest = &body[end + 1..];
                quoted = true;
            }
            '"' if shell || !quoted && rest.len() == text.len() => {
                let length = double_quoted(&rest[1..], shell, &mut out, &mut refers)?;
                rest = &rest[1 + length..];
                quoted = true;
            }
            '\n' | '\r' => break,
            // What follows a closed quote is a comment.
            _ if quoted && !shell => break,
            ' ' | '\t' if shell => break,
            ' ' | '\t' if rest.trim_start_matches([' ', '\t']).starts_with('#') => break,
            '\\' if shell => {
                let mut after = rest[1..].chars();
                out.extend(after.next());
                rest = after.as_str();
            }
            other => {
                refers |= other == '$';
                out.push(other);
                rest = &rest[other.len_utf8()..];
            }
        }
    }
    if !quoted {
        let end = out.trim_end().len();
        out.truncate(end);
    }
    Ok(Read {
        value: out,
        length: text.len() - rest.len(),
        refers,
    })
}

/// Reads up to the closing quote, and tells how much that took.
fn double_quoted(
    text: &str,
    shell: bool,
    out: &mut String,
    refers: &mut bool,
) -> Result<usize, &'static str> {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok(at + 1),
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\' | '$' | '`'))) => out.push(escaped),
                // A shell keeps the backslash; readers of .env files make a line break.
                Some((_, 'n')) if !shell => out.push('\n'),
                Some((_, 'r')) if !shell => out.push('\r'),
                Some((_, '\n')) if shell => {}
                Some((_, other)) => out.extend(['\\', other]),
                None => break,
            },
            other => {
                *refers |= other == '$';
                out.push(other);
            }
        }
    }
    Err("its quote isn't closed")
}
