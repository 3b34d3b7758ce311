//! Mail: letters leave the outbox for an SMTP server, or for a folder in development.

mod folder;
pub mod letters;
mod smtp;
mod worker;

use std::{
    fmt,
    path::PathBuf,
    time::{Duration, UNIX_EPOCH},
};

use lanyard_api::PublicUrl;
use lanyard_storage::outbox::Letter;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use uuid::Uuid;

pub use self::{smtp::SmtpServer, worker::Worker};

/// How long handing over one letter may take in all. Shorter than the lease on it, or it would be sent twice.
const PATIENCE: Duration = Duration::from_secs(60);

/// RFC 3834, section 5: nobody's holiday notice shall answer.
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Hands letters over.
pub struct Mailer {
    from: Mailbox,
    /// What the ids of messages end with.
    host: String,
    way: Way,
}

enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match self.way {
            Way::Smtp(_) => "Smtp",
            Way::Folder(_) => "Folder",
        };
        write!(formatter, "Mailer({way})")
    }
}

impl Mailer {
    /// Through an SMTP server.
    #[must_use]
    pub fn smtp(server: SmtpServer, from: Mailbox, public_url: &PublicUrl) -> Self {
        let host = public_url.host().to_owned();
        Self {
            from,
            way: Way::Smtp(server.transport(&host)),
            host,
        }
    }

    /// Into files of a folder, for the developer at the terminal, who is shown their links.
    ///
    /// # Errors
    /// Mail can't be from this host.
    pub fn folder(
        folder: PathBuf,
        public_url: &PublicUrl,
    ) -> Result<Self, lettre::address::AddressError> {
        Ok(Self {
            from: Mailbox::new(
                Some("Lanyard".to_owned()),
                Address::new("lanyard", "localhost")?,
            ),
            host: public_url.host().to_owned(),
            way: Way::Folder(folder),
        })
    }

    /// Hands a letter over. The error holds nothing of the letter. `micros` is the time, in unix microseconds.
    async fn send(&self, id: Uuid, letter: &Letter, micros: i64) -> Result<(), String> {
        let message = self.message(id, letter, micros)?;
        let handing_over = async {
            match &self.way {
                Way::Smtp(transport) => match transport.send(message).await {
                    Ok(_) => Ok(()),
                    Err(error) => Err(discreet(&error.to_string())),
                },
                Way::Folder(folder) => folder::put(folder, letter, &message.formatted(), micros)
                    .map_err(|failure| failure.to_string()),
            }
        };
        tokio::time::timeout(PATIENCE, handing_over)
            .await
            .unwrap_or_else(|_| Err("the mail server takes too long".to_owned()))
    }

    fn message(&self, id: Uuid, letter: &Letter, micros: i64) -> Result<Message, String> {
        let to: Address = letter
            .to
            .parse()
            .map_err(|_| "the recipient has no address that mail can be sent to".to_owned())?;
        let date = UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or_default());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.replace(char::is_control, " "))
            .date(date)
            // The same for each attempt, so that a letter that arrives twice is seen to be one.
            .message_id(Some(format!("<{id}@{}>", self.host)))
            .raw_header(HeaderValue::new(
                AUTO_SUBMITTED,
                "auto-generated".to_owned(),
            ))
            .header(ContentType::TEXT_PLAIN)
            // SMTP ends the last line itself.
            .body(letter.text.trim_end().to_owned())
            .map_err(|_| "the letter can't be written as a message".to_owned())
    }
}

/// What a mail server said, without words that may repeat an address or a link.
fn discreet(error: &str) -> String {
    let words = error.split_whitespace().map(|word| {
        if word.contains(['@', '/']) {
            "…"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use lanyard_storage::outbox::Letter;
    use uuid::Uuid;

    use super::{Mailer, discreet};

    fn formatted(letter: &Letter) -> Result<String, String> {
        let url = "https://lanyard.example".parse().unwrap();
        let mailer = Mailer::folder("/nowhere".into(), &url).unwrap();
        let message = mailer.message(Uuid::nil(), letter, 1_700_000_000_000_000)?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    fn letter(to: &str, subject: &str) -> Letter {
        Letter {
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: "Guten Tag\n\nhttps://lanyard.example/verify#a\n".to_owned(),
        }
    }

    #[test]
    fn a_message_says_when_it_is_from_and_that_a_program_wrote_it() {
        let message = formatted(&letter("ana@post.example", "Confirm")).unwrap();
        for line in [
            "From: Lanyard <lanyard@localhost>",
            "To: ana@post.example",
            "Subject: Confirm",
            "Date: Tue, 14 Nov 2023 22:13:20 +0000",
            "Message-ID: <00000000-0000-0000-0000-000000000000@lanyard.example>",
            "Auto-Submitted: auto-generated",
            "Content-Type: text/plain; charset=utf-8",
        ] {
            let count = message.lines().filter(|other| *other == line).count();
            assert_eq!(count, 1, "{line}: {message}");
        }
        assert!(message.ends_with("Guten Tag\r\n\r\nhttps://lanyard.example/verify#a"));
    }

    #[test]
    fn no_header_can_be_smuggled_in() {
        for subject in [
            "a\r\nBcc: eve@evil.example",
            "a\nBcc: eve@evil.example",
            "a\r\n\r\nb",
        ] {
            let message = formatted(&letter("ana@post.example", subject)).unwrap();
            let (headers, _) = message.split_once("\r\n\r\n").unwrap();
            assert!(
                !headers.lines().any(|line| line.starts_with("Bcc")),
                "{message}"
            );
            assert!(headers.contains("Auto-Submitted"), "{message}");
        }
        for to in [
            "ana@post.example\r\nBcc: eve@evil.example",
            "ana@post.example, eve@evil.example",
            "Ana <ana@post.example>",
            "ana@post.example>",
            "ana",
            "",
        ] {
            let error = formatted(&letter(to, "a")).unwrap_err();
            assert!(error.contains("no address"), "{to:?}");
        }
    }

    #[test]
    fn an_error_repeats_no_address_and_no_link() {
        let said = "permanent error (550): 5.1.1 <ana@post.example>: blocked for\nhttps://l.example/verify#a";
        assert_eq!(
            discreet(said),
            "permanent error (550): 5.1.1 … blocked for …"
        );
    }
}
