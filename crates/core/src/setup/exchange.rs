//! The route of a CMS that gives a page the token of its reader, and the call behind it that exchanges the reader's id for
//! a token.

use std::str::FromStr;

use super::Site;

/// A language that the call is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// A line for a shell: the call alone.
    Curl,
    /// PHP with its curl extension, and WordPress.
    Php,
    /// Node 18 and later.
    Node,
    /// Python 3, with nothing but its own library.
    Python,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Curl, Self::Php, Self::Node, Self::Python];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Php => "php",
            Self::Node => "node",
            Self::Python => "python",
        }
    }
}

impl FromStr for Language {
    type Err = NoLanguage;

    fn from_str(text: &str) -> Result<Self, NoLanguage> {
        let mut all = Self::ALL.into_iter();
        all.find(|language| language.name() == text)
            .ok_or(NoLanguage)
    }
}

/// A text that names no language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is none of curl, php, node and python")]
pub struct NoLanguage;

/// The call in a language, without a last line break. The API key comes from the environment, as `LANYARD_API_KEY`.
///
/// A slug and an origin have no character that would have to be escaped in any of the languages.
#[must_use]
pub fn exchange(site: &Site<'_>, language: Language) -> String {
    let sample = match language {
        Language::Curl => include_str!("exchange/curl.sh"),
        Language::Php => include_str!("exchange/token.php"),
        Language::Node => include_str!("exchange/token.mjs"),
        Language::Python => include_str!("exchange/token.py"),
    };
    let sample = sample.replace("https://lanyard.example/t/tenant/", &site.exchange_url());
    sample.trim_end().to_owned()
}
