//! Codes that a page shows or sends to people, by what is said of them: `Your verification code is 482913`, `WDJB-MJHT is
//! your security code`.

use super::letters::makes_no_word;
use crate::beginning;
use crate::blotted::without;
use crate::mask::is_mark;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// What such codes are called. Capitals of other scripts are written out.
const NAMES: &[&str] = &[
    "verification code",
    "security code",
    "confirmation code",
    "one-time code",
    "one time code",
    "one-time password",
    "one-time passcode",
    "login code",
    "sign-in code",
    "access code",
    "passcode",
    "otp",
    "backup code",
    "backup codes",
    "recovery code",
    "recovery codes",
    "recovery key",
    "your code",
    "enter the code",
    "enter code",
    "enter this code",
    "invalid code",
    "wrong code",
    "incorrect code",
    "api key",
    "setup key",
    "set-up key",
    "secret key",
    "activation key",
    "following code",
    "your pin",
    "password has been set to",
    "password was set to",
    "password has been reset to",
    "password was reset to",
    "password reset to",
    "password is now",
    "new password is",
    "temporary password is",
    "initial password is",
    "use code",
    "use the code",
    "einmalcode",
    "zugangscode",
    "einmalkennwort",
    "einmalpasswort",
    "sicherheitscode",
    "verifizierungscode",
    "bestätigungscode",
    "ihr code",
    "dein code",
    "kennwort wurde auf",
    "passwort wurde auf",
    "code de vérification",
    "code de sécurité",
    "code à usage unique",
    "votre code",
    "le code",
    "code d'accès",
    "mot de passe",
    "mot de passe temporaire",
    "código de verificación",
    "código de seguridad",
    "su código",
    "código de verificação",
    "seu código",
    "codice di verifica",
    "codice di sicurezza",
    "il tuo codice",
    "verificatiecode",
    "uw code",
    "kod weryfikacyjny",
    "kod to",
    "doğrulama kodu",
    "Код подтверждения",
    "код подтверждения",
    "Ваш код",
    "ваш код",
    "验证码",
    "校验码",
    "驗證碼",
    "確認コード",
    "認証コード",
    "인증번호",
    "인증 코드",
];
/// What may stand between a name and its code.
const BETWEEN: &[&str] = &[
    "…", "is", "was", "ist", "lautet", "est", "es", "é", "è", "jest", "to", "это", "为", "为：",
    "是", "は", "-", "–", "—", ":", "=",
];
/// What leads to whom a code is for: `Your code for Contoso: 482913`, and most words up to the colon.
const FOR: &[&str] = &["for", "für", "pour", "para", "per", "voor", "dla"];
const MOST_WORDS: usize = 4;
/// What says that the word before it is one that somebody has, and what it then is: `482913 is your Contoso code`.
const IS_YOURS: &[&str] =
    &["is your", "ist ihr", "ist dein", "est votre", "es tu", "es su", "è il tuo"];
const CODES: &[&str] =
    &["code", "pin", "passcode", "password", "passwort", "kennwort", "código", "codice"];
/// What somebody does with the word before it: `Use 482913 to sign in`.
const TO_SIGN_IN: &[&str] = &["to sign in", "to log in", "to verify your", "to confirm your"];
const USE: &[&str] = &["use", "enter", "type", "code", "pin"];
/// What may stand between a code and its name.
const BEFORE: &[&str] = &[
    "is", "as", "use", "your", "the", "a", "ist", "ihr", "dein", "der", "est", "votre", "le", "es",
    "su", "tu", "è", "il", "tuo", "é", "seu",
];
/// What stands right behind such a code.
const VERBS: &[&str] = &["is", "as", "ist", "est", "es", "è", "é"];
/// Bytes beside a name in which its code begins.
const NEAR: usize = 160;
/// Shortest and longest code.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=40;
/// Most digits of a code that has nothing else.
const MOST_DIGITS: usize = 8;

fn finder() -> Option<&'static AhoCorasick> {
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    FINDER
        .get_or_init(|| {
            // A table of every state takes longer to make than a case takes to judge.
            AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .ascii_case_insensitive(true)
                .build(NAMES.iter().chain(IS_YOURS).chain(TO_SIGN_IN))
                .ok()
        })
        .as_ref()
}

/// Where in a text, or in a page as it is written, such codes stand.
pub fn sent(text: &str) -> Vec<Range<usize>> {
    places(text, code)
}

/// What a word says of itself: where in it a code stands.
type IsCode = fn(&str) -> Option<Range<usize>>;

fn places(text: &str, code: IsCode) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    // Most texts have nothing that could be a code, and most runs no text that has: then nothing is made to look for names.
    if !words(text).any(|(_, word)| code(word).is_some()) {
        return found;
    }
    // One name may hold another, and only one of them is followed by a code: `votre code de sécurité est …`.
    for name in finder().iter().flat_map(|finder| finder.find_overlapping_iter(text)) {
        let code = if let Some(one) = name.pattern().as_usize().checked_sub(NAMES.len()) {
            let yours = one < IS_YOURS.len();
            one_of_mine(text, name.start()..name.end(), yours, code)
        } else {
            behind(text, name.end(), code).or_else(|| before(text, name.start(), code))
        };
        found.extend(code.into_iter().flat_map(|code| with_the_list(text, code)));
    }
    found.sort_by_key(|code| (code.start, code.end));
    found.dedup_by(|later, earlier| later.start < earlier.end);
    found
}

/// A code, and those that go on behind it: `1: PDYY-QD6T, 2: 3W7B-42BH`. A mark of a list stands between them, and they are of one
/// form unless each is counted.
fn with_the_list(text: &str, code: Range<usize>) -> Vec<Range<usize>> {
    let form = form_of(text.get(code.clone()).unwrap_or_default());
    let mut found = vec![code];
    while let Some(last) = found.last().filter(|_| found.len() < MOST_OF_A_LIST) {
        let near = beginning::of(text.get(last.end..).unwrap_or_default(), NEAR);
        let next = words(near).find(|(_, word)| !counts(word));
        // What stands alone among words is a number of something.
        let Some((at, code)) = next.and_then(|(at, word)| Some((at, self::code(word)?))) else {
            break;
        };
        let start = last.end + at + code.start;
        let (passed, code) = (&text[last.end..start], start..start + code.len());
        let counted = passed.split(|c: char| !c.is_alphanumeric()).any(|word| {
            !word.is_empty()
                && word.len() <= LONGEST_COUNT
                && word.bytes().all(|byte| byte.is_ascii_digit())
        });
        let listed = counted || passed.contains([',', ';', '<', '|', '\n']);
        let alike = counted && passed.contains([',', ';', '<', '\n'])
            || form_of(&text[code.clone()]) == form;
        if !listed || !alike || is_year(&text[code.clone()]) {
            break;
        }
        found.push(code);
    }
    found
}

/// How long a code is, whether it has letters, and where it has other signs.
fn form_of(code: &str) -> (usize, bool, Vec<usize>) {
    let signs = code.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(at, _)| at);
    (code.len(), code.chars().any(char::is_alphabetic), signs.collect())
}

/// `2026`, `20261124`: it stands below pages and before lines of logs.
fn is_year(code: &str) -> bool {
    matches!(code.len(), 4 | 8)
        && (code.starts_with("19") || code.starts_with("20"))
        && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// Most codes of a list, and digits that count them.
const MOST_OF_A_LIST: usize = 32;
const LONGEST_COUNT: usize = 2;

/// `2:`, `#2`, `-`, `,`: what stands before one of several.
fn counts(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    bare.len() <= LONGEST_COUNT && bare.bytes().all(|byte| byte.is_ascii_digit())
}

/// The word before what says that somebody has it, or does something with it.
fn one_of_mine(text: &str, said: Range<usize>, yours: bool, code: IsCode) -> Option<Range<usize>> {
    let near = beginning::end(text.get(..said.start)?, NEAR);
    let from = said.start - near.len();
    let lower = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let all: Vec<(usize, &str)> = words(near).collect();
    let (at, word) = all.last()?;
    let of_a_code = |word: &str, known: &[&str]| known.contains(&lower(word).as_str());
    let told = if yours {
        let behind = beginning::of(text.get(said.end..)?, NEAR);
        words(behind).take(MOST_WORDS).any(|(_, word)| of_a_code(word, CODES))
    } else {
        all.len() >= 2 && of_a_code(all[all.len() - 2].1, USE)
    };
    let code = code(word).filter(|_| told && !word.ends_with([':', '.', ';', '!', '?']))?;
    Some(from + at + code.start..from + at + code.end)
}

/// The text without such codes. What a copy has in their place goes as they do, so that it reads as the original did.
pub(super) fn without_sent(text: &str) -> Cow<'_, str> {
    without(text, places(text, |word| code(word).or_else(|| mark(word))))
}

/// A mark that stands for a value.
fn mark(word: &str) -> Option<Range<usize>> {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let start = word.len() - word.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    is_mark(bare).then(|| start..start + bare.len())
}

/// The words of a text, without tags, and where each stands.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut tag = false;
    let mut at = 0;
    text.split_inclusive(|c: char| c.is_whitespace() || c == '<' || c == '>').filter_map(
        move |piece| {
            let start = at;
            at += piece.len();
            let within = tag;
            tag = piece.ends_with('<') || tag && !piece.ends_with('>');
            let word = piece.trim_end_matches(|c: char| c.is_whitespace() || c == '<' || c == '>');
            (!within && !word.is_empty()).then_some((start, word))
        },
    )
}

fn behind(text: &str, end: usize, code: IsCode) -> Option<Range<usize>> {
    let near = beginning::of(text.get(end..)?, NEAR);
    let mut words = words(near);
    while let Some((at, word)) = words.next() {
        if let Some(code) = code(word) {
            let start = end + at + code.start;
            return Some(start..start + code.len());
        }
        let bare = word.trim_end_matches([':', '：']).to_lowercase();
        if FOR.contains(&bare.as_str()) {
            // What it is for may be any word, up to a colon.
            words.by_ref().take(MOST_WORDS).find(|(_, word)| word.ends_with([':', '：']))?;
        } else if !bare.is_empty() && !BETWEEN.contains(&bare.as_str()) && !counts(word) {
            return None;
        }
    }
    None
}

fn before(text: &str, start: usize, code: IsCode) -> Option<Range<usize>> {
    let near = beginning::end(text.get(..start)?, NEAR);
    let from = start - near.len();
    let all: Vec<(usize, &str)> = words(near).collect();
    let speaks = |word: &str| BEFORE.contains(&word.to_lowercase().as_str());
    let spoken = all.iter().rev().take_while(|(_, word)| speaks(word)).count();
    // What ends a sentence belongs to the one before.
    let (at, word) = all.len().checked_sub(spoken + 1).and_then(|index| all.get(index))?;
    let verb = all.get(all.len() - spoken).map(|(_, word)| word.to_lowercase());
    let said = verb.is_some_and(|verb| VERBS.contains(&verb.as_str()));
    let code = code(word).filter(|_| said && !word.ends_with([':', '.', ';', '!', '?']))?;
    Some(from + at + code.start..from + at + code.end)
}

/// Digits, letters and digits mixed, letters that make no word, or capitals in groups of four.
fn code(word: &str) -> Option<Range<usize>> {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let start = word.len() - word.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    let letters = bare.bytes().filter(u8::is_ascii_alphabetic).count();
    let plain =
        bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_!$*.+/".contains(&byte));
    let groups = || {
        bare.split('-').count() > 1
            && bare.split('-').all(|group| {
                group.len() >= 3
                    && group.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            })
    };
    let one = plain
        && LENGTHS.contains(&bare.len())
        && !bare.starts_with("AADSTS")
        && !is_of_a_machine(bare)
        && (letters == 0 && (4..=MOST_DIGITS).contains(&digits)
            || letters > 0 && digits > 0 && bare.len() >= 6
            || makes_no_word(bare)
            || groups());
    one.then(|| start..start + bare.len())
}

/// An address, a date, a version or the name of a protocol: digits between dots or strokes, `HTTP/1.1`, `TLSv1.3`.
fn is_of_a_machine(word: &str) -> bool {
    let parts = || word.split(['.', '/', '-', '_']);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let by_numbers = parts().count() >= 3
        && parts().all(digits)
        && !parts().all(|part| part.len() == parts().next().map_or(0, str::len));
    by_numbers
        || ["http/", "tls", "ssl", "v1.", "v2.", "v3."]
            .iter()
            .any(|start| word.to_ascii_lowercase().starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_what_is_said_of_them() {
        let found =
            |text: &str| sent(text).into_iter().map(|one| text[one].to_owned()).collect::<Vec<_>>();
        for text in [
            "Your verification code is 482913.",
            "<p>Your code: <b class=\"x y\">482913</b></p>",
            "482913 is your security code",
            "<b>482913</b> is your one-time code. It expires in 10 minutes.",
            "Use 482913 as your login code",
            "Ihr Einmalcode lautet 482913",
            "Код подтверждения: 482913",
            "您的验证码为 482913",
            "Your new password has been set to 482913",
            "Passwort wurde auf 482913 zurückgesetzt",
            "Use code 482913 to sign in",
            "Your new password is: 482913",
            "Votre mot de passe est 482913",
            "482913 is your Contoso code",
            "Use 482913 to sign in to Contoso",
            "Dein Code für Contoso: 482913",
            "Votre code de sécurité est 482913",
            "OTP 482913 is invalid",
            "Recovery code #2 482913 already used",
        ] {
            assert_eq!(found(text), ["482913"], "{text}");
        }
        assert_eq!(found("Please enter the code <b>WDJB-MJHT</b> on your device"), ["WDJB-MJHT"]);
        assert_eq!(found("G-482913 is your Contoso verification code"), ["G-482913"]);
        assert_eq!(found("Password reset to grbnolmvt."), ["grbnolmvt"]);
        assert_eq!(found("Recovery key bhk7!qz29"), ["bhk7!qz29"]);
        assert_eq!(
            found("Backup codes: 1: bhk7!qz29, 2: PDYY-QD6T, and so on"),
            ["bhk7!qz29", "PDYY-QD6T"]
        );
        for text in [
            "Your verification code is wrong (error 50126)",
            "The security code expired. Request 482913 was refused",
            "<p>1, 482913</p><p>Use verification code xXQzZq</p>",
            "Error 482913: enter the code that we sent",
            "Your code is wrong",
            "Use 482913 for the ticket",
            "The error 482913 is your problem",
            "Your code for Contoso was refused, 482913",
            "Your new password must have 12 characters",
            "The new password is required",
            "Enter code below",
            "security code AADSTS50126",
            "Error code 50011 is not a code to enter",
            "otp 10.120.10.5",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
        for text in [
            "WARN Invalid code: 482913\n2026-11-24 09:58:03 INFO next",
            "Your code is <b>482913</b></p><footer>&copy; 2026 Contoso</footer>",
            "Invalid code: 482913 HTTP/1.1",
            "Your code: 482913 SHA256withRSA TLSv1.3 sense01",
        ] {
            assert_eq!(found(text), ["482913"], "{text}");
        }
        assert_eq!(found("Backup codes: 48291305, 77120046"), ["48291305", "77120046"]);
        assert_eq!(without_sent("Your PIN: 4829, please"), "Your PIN: …, please");
        for code in ["123456", "QzZqZz"] {
            assert_eq!(
                without_sent(&format!("OTP {code} is invalid")),
                "OTP … is invalid",
                "{code}"
            );
        }
    }
}
