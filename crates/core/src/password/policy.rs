//! Which passwords are good enough: long, and not what a guesser tries first.
//!
//! There are no rules of composition (NIST SP 800-63B, section 3.1.1.2). A password is read as the cheapest row of
//! pieces that a guesser would put together; what counts is how much there is to guess, not which signs it has.

use zeroize::Zeroizing;

use super::Password;
use crate::account::AccountEmail;

/// Fewest characters.
const MIN_CHARS: usize = 12;
/// How much there must be to guess, in the costs below. Four words in a row suffice; two and a year don't.
const MIN_COST: u32 = 8;

/// What a piece adds: as many random characters are about as hard to guess.
const RANDOM_CHARACTER: u32 = 1;
const COMMON_WORD: u32 = 3;
/// The account's own address, or what the platform is called.
const OWN_NAME: u32 = 1;
/// Neighbours on a keyboard or in the alphabet.
const RUN: u32 = 1;
/// The same again.
const REPEAT: u32 = 1;
/// Up to four digits, as in a year.
const NUMBER: u32 = 2;

const MIN_WORD: usize = 4;
const MAX_WORD: usize = 32;
const MIN_RUN: usize = 3;
const MAX_REPEAT: usize = 64;
const MAX_NUMBER: usize = 4;

/// The most common passwords of leaks (of the public xato.net and zxcvbn lists): the first thousands as words that
/// others are made of, and all of twelve characters and more. Lower case, sorted by bytes.
const COMMON: &str = include_str!("common.txt");

/// What keys and letters stand beside each other.
const SEQUENCES: [&str; 9] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "!@#$%^&*()",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// Why a password isn't good enough. None repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Too few characters.
    #[error("must have at least 12 characters")]
    TooShort,
    /// A character that no keyboard sends, and that forms and terminals lose.
    #[error("must not have control characters")]
    ControlCharacter,
    /// In a list of common passwords, or put together from a few of its words, runs and numbers.
    #[error(
        "is too easy to guess: it is common, or made of a few common words, runs of keys, repeats or your address; \
         take four words at random, or let a password manager make one"
    )]
    Guessable,
}

/// Says whether an account with this address may take this password.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_new(password: &Password, email: &AccountEmail) -> Result<(), PasswordProblem> {
    let text = password.as_str();
    if text.chars().count() < MIN_CHARS {
        return Err(PasswordProblem::TooShort);
    }
    if text.chars().any(char::is_control) {
        return Err(PasswordProblem::ControlCharacter);
    }
    let own_names: Vec<&str> = email
        .as_str()
        .split(['@', '.'])
        .chain([email.local_part(), email.as_str(), "lanyard"])
        .filter(|name| name.len() >= MIN_WORD)
        .collect();
    if cost(text, &own_names) < MIN_COST {
        return Err(PasswordProblem::Guessable);
    }
    Ok(())
}

/// The cost of the cheapest row of pieces that make up the text.
fn cost(text: &str, own_names: &[&str]) -> u32 {
    let chars: Zeroizing<Vec<char>> =
        Zeroizing::new(text.chars().flat_map(char::to_lowercase).collect());
    let plain: Zeroizing<Vec<char>> = Zeroizing::new(chars.iter().copied().map(unmask).collect());
    // The least for each number of characters from the start.
    let mut least = vec![u32::MAX; chars.len() + 1];
    least[0] = 0;
    for start in 0..chars.len() {
        let here = least[start];
        let mut piece = |length: usize, cost: u32| {
            let end = &mut least[start + length];
            *end = (*end).min(here + cost);
        };
        piece(1, RANDOM_CHARACTER);
        for length in MIN_RUN..=run(&chars[start..]) {
            piece(length, RUN);
        }
        for length in 2..=number(&chars[start..]) {
            piece(length, NUMBER);
        }
        for length in 2..=MAX_REPEAT.min(start).min(chars.len() - start) {
            if chars[start - length..start] == chars[start..start + length] {
                piece(length, REPEAT);
            }
        }
        for written in [&chars, &plain] {
            words(&written[start..], own_names, &mut piece);
        }
    }
    least[chars.len()]
}

/// Finds the words that the text begins with.
fn words(chars: &[char], own_names: &[&str], piece: &mut impl FnMut(usize, u32)) {
    let longest = chars.len().min(MAX_WORD);
    let text: Zeroizing<String> = Zeroizing::new(chars[..longest].iter().collect());
    for name in own_names {
        if text.starts_with(name) {
            piece(name.chars().count(), OWN_NAME);
        }
    }
    let ends = text.char_indices().map(|(end, _)| end).chain([text.len()]);
    for (length, end) in ends.enumerate().skip(MIN_WORD) {
        if is_common(&text[..end]) {
            piece(length, COMMON_WORD);
        }
    }
}

/// Searches the list by halves, in place.
fn is_common(word: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let start = COMMON[..middle].rfind('\n').map_or(0, |end| end + 1);
        let end = COMMON[start..]
            .find('\n')
            .map_or(COMMON.len(), |length| start + length);
        match COMMON[start..end].cmp(word) {
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// How many characters from the start on are equal or neighbours, each to the next.
fn run(chars: &[char]) -> usize {
    1 + chars
        .windows(2)
        .take_while(
            |pair| matches!(pair, [one, other] if one == other || are_neighbours(*one, *other)),
        )
        .count()
}

fn are_neighbours(one: char, other: char) -> bool {
    let pair = [one, other];
    SEQUENCES.iter().any(|sequence| {
        let mut before = None;
        sequence.chars().any(|here| {
            let found =
                before.is_some_and(|before| pair == [before, here] || pair == [here, before]);
            before = Some(here);
            found
        })
    })
}

/// How many digits stand at the start, as far as they count as one number.
fn number(chars: &[char]) -> usize {
    chars
        .iter()
        .take(MAX_NUMBER)
        .take_while(|c| c.is_ascii_digit())
        .count()
}

/// The letter that a digit or a sign stands for in `p4$$w0rd`.
const fn unmask(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMON, MAX_WORD, PasswordProblem, check_new, is_common};
    use crate::password::Password;

    fn check(text: &str) -> Result<(), PasswordProblem> {
        let password = Password::parse(text.to_owned()).unwrap();
        check_new(&password, &"jane.doe@thepost.example".parse().unwrap())
    }

    #[test]
    fn long_and_random_is_good_in_any_alphabet() {
        for good in [
            "correct horse battery staple",
            "kqzvhwrtpmxn",
            "9f8e-2b7c-41d0",
            "T7#qLm!x02vR",
            "Вышел ёжик из тумана",
            "日本語でもよいパスワード",
            "janedoe writes for breakfast",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        let long: String = "q7Zx".chars().cycle().take(64).collect::<String>() + "m2Kp9VwT";
        assert_eq!(check(&long), Ok(()));
    }

    #[test]
    fn what_a_guesser_tries_first_is_refused() {
        for bad in [
            "password1234",
            "P4$$w0rd2024!",
            "Password123!",
            "qwertyuiop12",
            "1qaz2wsx3edc4rfv",
            "qazwsxedcrfv",
            "abcdefghijklmnop",
            "aaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "k3!k3!k3!k3!k3!k3!",
            "passwordpassword",
            "iloveyou2024",
            "123456789012",
            "!@#$%^&*()!@",
            "lanyardlanyard",
            "Lanyard-2024!",
            "jane.doe@thepost.example",
            "janejanejane2",
            "thepost-jane1",
            "administrator",
            "jane.doe1985!",
        ] {
            assert_eq!(check(bad), Err(PasswordProblem::Guessable), "{bad}");
        }
        assert_eq!(check(&"a".repeat(1024)), Err(PasswordProblem::Guessable));
    }

    #[test]
    fn twelve_characters_are_the_least_and_none_may_be_invisible() {
        assert_eq!(check("T7#qLm!x02v"), Err(PasswordProblem::TooShort));
        assert_eq!(check("ééééé"), Err(PasswordProblem::TooShort));
        for bad in ["T7#qLm!x02vR\0", "T7#qLm!\nx02vR", "T7#qLm!x02\u{85}vR"] {
            assert_eq!(
                check(bad),
                Err(PasswordProblem::ControlCharacter),
                "{bad:?}"
            );
        }
        assert!(Password::parse("a".repeat(1025)).is_none());
        assert!(Password::parse(String::new()).is_none());
    }

    #[test]
    fn the_list_is_sorted_and_every_line_of_it_is_found() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.is_sorted());
        for line in &lines {
            assert!(is_common(line), "{line}");
            assert!(line.len() <= MAX_WORD && line.is_ascii(), "{line}");
        }
        for word in ["", "!", "zzzzzzzzzzzzzzz", "passwore", "~"] {
            assert!(!is_common(word), "{word}");
        }
        for line in lines.iter().filter(|line| line.len() >= 12) {
            assert_eq!(check(line), Err(PasswordProblem::Guessable), "{line}");
        }
    }
}
