//! Names that look alike, so that nobody passes for the operator or for another newsroom.

/// Names that routes use or may use, or that would let a tenant or a deployment pass for the operator.
pub const RESERVED: [&str; 24] = [
    "admin",
    "administrator",
    "api",
    "assets",
    "auth",
    "billing",
    "dashboard",
    "docs",
    "exchange",
    "health",
    "help",
    "lanyard",
    "login",
    "metrics",
    "platform",
    "root",
    "security",
    "static",
    "status",
    "support",
    "system",
    "well-known",
    "www",
    "webmaster",
];

/// What a text looks like at a glance (in the manner of the skeletons of UTS #39, section 4, cut down to Latin, Greek
/// and Cyrillic letters): two texts that have the same skeleton can be taken for each other.
#[must_use]
pub fn skeleton(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().map(narrow) {
        match c {
            '0' | 'О' | 'о' | 'Ο' | 'ο' => plain.push('o'),
            // A dot is soon overlooked.
            '1' | 'I' | 'i' | '|' | 'І' | 'і' | 'Ι' | 'ι' | 'Ӏ' | 'ӏ' | 'ı' => {
                plain.push('l')
            }
            'А' | 'а' | 'Α' | 'α' => plain.push('a'),
            'В' | 'Β' => plain.push('b'),
            'С' | 'с' => plain.push('c'),
            'Е' | 'е' | 'Ε' => plain.push('e'),
            'Н' | 'Η' => plain.push('h'),
            'Ј' | 'ј' => plain.push('j'),
            'К' | 'к' | 'Κ' | 'κ' => plain.push('k'),
            'М' | 'Μ' => plain.push('m'),
            'Ν' => plain.push('n'),
            'Р' | 'р' | 'Ρ' | 'ρ' => plain.push('p'),
            'Ѕ' | 'ѕ' => plain.push('s'),
            'Т' | 'Τ' => plain.push('t'),
            'ν' => plain.push('v'),
            'Х' | 'х' | 'Χ' | 'χ' => plain.push('x'),
            'У' | 'у' | 'Υ' => plain.push('y'),
            ' ' | '_' | '-' | '.' | '\u{2010}'..='\u{2015}' | '\u{a0}' => {
                // However many stand in a row, they look like one.
                if !plain.ends_with('-') {
                    plain.push('-');
                }
            }
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain
        .trim_matches('-')
        .replace("rn", "m")
        .replace("vv", "w")
}

/// Whether a text looks like a reserved name.
#[must_use]
pub fn is_reserved(text: &str) -> bool {
    let looks = skeleton(text);
    RESERVED.iter().any(|name| skeleton(name) == looks)
}

/// A name in URLs for something that people call `name`: letters and digits with hyphens between them. It may still be
/// no good, such as empty.
#[must_use]
pub fn slug_text(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.chars().map(narrow).flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            // An apostrophe joins.
            '\'' | '\u{2019}' => {}
            c => match folded(c) {
                Some(letters) => slug.push_str(letters),
                None if slug.is_empty() || slug.ends_with('-') => {}
                None => slug.push('-'),
            },
        }
    }
    slug.truncate(63);
    slug.trim_matches('-').to_owned()
}

/// Full-width forms as what they are compatible with (NFKC of U+FF01 to U+FF5E).
fn narrow(c: char) -> char {
    match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Letters of Europe's newspapers without what stands above or below them.
const fn folded(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' | 'ė' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' | 'ū' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{is_reserved, skeleton, slug_text};

    #[test]
    fn what_looks_alike_has_one_skeleton() {
        for (one, other) in [
            ("coraI", "coral"),
            ("the-p0st", "the-post"),
            ("the--post", "the-post"),
            ("the post", "the-post"),
            ("da1ly", "daily"),
            ("moming", "morning"),
            ("vvorld", "world"),
            ("Thе Роst", "the-post"),
            ("ｔｈｅ-post", "the-post"),
            ("the\u{200b}-post", "the-post"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one}");
        }
        for (one, other) in [("the-post", "thepost"), ("news24", "news25"), ("a", "b")] {
            assert_ne!(skeleton(one), skeleton(other), "{one}");
        }
    }

    #[test]
    fn what_looks_like_the_operator_is_reserved() {
        for bad in ["admin", "adm1n", "Ianyard", "ѕupport", "well--known", "AP1"] {
            assert!(is_reserved(bad), "{bad}");
        }
        for good in ["the-post", "default", "admin-news", "coral", "talk"] {
            assert!(!is_reserved(good), "{good}");
        }
    }

    #[test]
    fn a_name_gives_a_name_in_urls() {
        for (name, slug) in [
            ("The Daily Post", "the-daily-post"),
            ("  Süddeutsche Zeitung! ", "sueddeutsche-zeitung"),
            ("L\u{2019}Équipe", "lequipe"),
            ("24 heures – Lausanne", "24-heures-lausanne"),
            ("日本", ""),
        ] {
            assert_eq!(slug_text(name), slug);
        }
        assert_eq!(slug_text(&"a b".repeat(60)).len(), 63);
    }
}
