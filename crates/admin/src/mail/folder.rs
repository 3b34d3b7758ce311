//! Mail of `lanyard dev`: files, and lines on the terminal.

use std::{fs::DirBuilder, os::unix::fs::DirBuilderExt, path::Path};

use lanyard_storage::outbox::Letter;

use crate::{
    output::{Outcome, note},
    store::write_private,
};

/// Writes a message to a file of its own, and tells whom it is for and what its links are.
pub(super) fn put(folder: &Path, letter: &Letter, message: &[u8], micros: i64) -> Outcome {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let time = jiff::Timestamp::from_microsecond(micros)?.strftime("%Y%m%dT%H%M%S.%6fZ");
    let path = folder.join(format!("{time}-{}.eml", slug(&letter.subject)));
    write_private(&path, &String::from_utf8_lossy(message))?;
    let links = letter.text.lines().filter(|line| line.starts_with("http"));
    let links: String = links.map(|link| format!("\n  {link}")).collect();
    note(&format!("Mail to {}: {}{links}", letter.to, letter.subject));
    Ok(())
}

/// The words of a text, as part of a file's name.
fn slug(text: &str) -> String {
    let words = text
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    slug.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_subject_leaves_no_folder_by_its_name() {
        assert_eq!(
            slug("Confirm your e-mail address"),
            "confirm-your-e-mail-address"
        );
        assert_eq!(slug("../../etc/\u{0}passwd"), "etc-passwd");
        assert_eq!(slug("“Ärzteblatt”"), "rzteblatt");
        assert!(slug(&"long ".repeat(100)).len() <= 60);
    }
}
