//! Codes that are passed in a path: `/verify/702333`, `/#/invite/6WQXEJ`. A word before them says that whoever opens the
//! address gets in.

use super::jumbled::is_jumbled;
use super::letters::makes_no_word;
use super::words::is_guid;
use percent_encoding::percent_decode_str;
use std::ops::Range;

/// Words, of which one among those of a segment leads to a code.
const LEADING: &[&str] = &[
    "accept",
    "activate",
    "activation",
    "apikey",
    "code",
    "confirm",
    "confirmation",
    "invitation",
    "invite",
    "magic",
    "onetime",
    "otp",
    "passcode",
    "password",
    "recover",
    "redeem",
    "reset",
    "secret",
    "session",
    "sid",
    "ticket",
    "token",
    "unlock",
    "verification",
    "verify",
];
/// Steps of a sign-in, behind which digits are a code: `/mfa/842145`. Names and ids stand there as well.
const STEPS: &[&str] =
    &["2fa", "authenticate", "login", "mfa", "pin", "signin", "sms", "tan", "totp", "twofactor"];
/// Words that an id behind them makes a key: elsewhere ids of that form are those of objects.
const OPENING: &[&str] = &[
    "invite",
    "invitation",
    "magic",
    "onetime",
    "password",
    "recover",
    "redeem",
    "reset",
    "token",
];
/// Words before `code`, behind which numbers of errors stand: `/error/code/700016`.
const OF_ERRORS: &[&str] =
    &["error", "errors", "err", "status", "http", "docs", "help", "support", "exception"];
/// Short words of formats and steps that have numbers behind them.
const NUMBERED: &[&str] = &["v", "mfa", "step", "oauth", "saml", "otp", "app", "idp", "sp", "page"];
/// Longest segment that leads to one, and lengths of one.
const LONGEST_LEADING: usize = 40;
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=64;
/// Digits alone: fewer are years and statuses.
const DIGITS: std::ops::RangeInclusive<usize> = 6..=10;
/// Capitals from which they are one.
const FEWEST_CAPITALS: usize = 5;
/// Characters of a state before a step that only resumes.
const SHORTEST_STATE: usize = 8;
/// Signs in what is passed, beside letters and digits.
const SIGNS: &str = "-_!$*~+.";

/// Where such codes stand in a text.
pub fn passed(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut leading = None;
    let (mut before, mut before_at) = ("", 0..0);
    let ends = |byte: &u8| {
        !(byte.is_ascii_alphanumeric()
            || *byte >= 0x80
            || SIGNS.as_bytes().contains(byte)
            || *byte == b'%')
    };
    let bytes = text.as_bytes();
    for slash in memchr::memchr_iter(b'/', bytes) {
        let behind = bytes.get(slash + 1..).unwrap_or_default();
        let near = behind.get(..LONGEST_LEADING.max(LENGTHS.end() * 3) + 1).unwrap_or(behind);
        let length = near.iter().position(ends).unwrap_or(near.len());
        let range = slash + 1..slash + 1 + length;
        let segment = text.get(range.clone()).unwrap_or_default();
        let led = leading.take().is_some_and(|(end, leads): (usize, (&str, &str))| {
            end == slash && is_passed(leads, segment)
        });
        if led {
            // What ends a sentence is no part of it.
            let kept = segment.trim_end_matches(['.', '!', '-', '_']).len();
            found.push(range.start..range.start + kept);
        } else if leads(segment) || steps(segment) || is_guid(segment) && steps(before) {
            leading = Some((range.end, (before, segment)));
        }
        if resumes(before, segment) {
            found.push(before_at);
        }
        (before, before_at) = (segment, range);
    }
    found.extend(sessions(text));
    found.sort_by_key(|range| range.start);
    found.dedup_by(|later, earlier| later.start < earlier.end);
    found
}

/// `/idp/eLnpTxawzrAh…/resumeSAML20/`: the state of a sign-in that goes on. Before other steps of that name it has to be of
/// some length: `/v2/resume`.
pub fn resumes(state: &str, step: &str) -> bool {
    let begins =
        |word: &str| step.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    let mixed = state.bytes().any(|byte| byte.is_ascii_digit())
        && state.bytes().any(|byte| byte.is_ascii_alphabetic());
    // Nothing else than a state stands before that step.
    let surely = begins("resumeSAML");
    let shortest = if surely { *LENGTHS.start() } else { SHORTEST_STATE };
    begins("resume")
        && state.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (surely || makes_no_word(state) || is_jumbled(state) || mixed)
        && (shortest..=*LENGTHS.end()).contains(&state.len())
}

/// `/(S(p9rCTfmyd1))/`: the session of a server that does without cookies.
fn sessions(text: &str) -> impl Iterator<Item = Range<usize>> {
    const OPENS: &str = "/(S(";
    memchr::memmem::find_iter(text.as_bytes(), OPENS).filter_map(move |at| {
        let start = at + OPENS.len();
        let inside = text.get(start..)?;
        let length = inside.bytes().position(|byte| !byte.is_ascii_alphanumeric())?;
        let closed = inside.get(length..)?.starts_with(')');
        (closed && LENGTHS.contains(&length)).then_some(start..start + length)
    })
}

fn leads(segment: &str) -> bool {
    has_one_of(segment, LEADING)
}

fn steps(segment: &str) -> bool {
    has_one_of(segment, STEPS)
}

/// One of the words of a segment is one of these, in the plural or with `set` before it as well: `sessions`, `setpassword`.
fn has_one_of(segment: &str, words: &[&str]) -> bool {
    let is_one = |word: &str| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    segment.len() <= LONGEST_LEADING
        && segment.split(['-', '_', '.']).any(|word| {
            let one = word.strip_suffix(['s', 'S']).unwrap_or(word);
            let set = word.get(..3).filter(|set| set.eq_ignore_ascii_case("set"));
            is_one(word) || is_one(one) || set.is_some_and(|set| is_one(&word[set.len()..]))
        })
}

/// Whether a segment behind two others is a code that lets somebody in.
pub fn is_passed((first, before): (&str, &str), segment: &str) -> bool {
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    let code = decoded.trim_end_matches(['.', '!', '-', '_']);
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let letters = code.chars().filter(|character| character.is_alphabetic()).count();
    if is_guid(code) {
        return has_one_of(before, OPENING);
    }
    // `/login/8d1f…/622037`: whose sign-in it is may stand between.
    let stepped = steps(before) || is_guid(before) && steps(first);
    if !(leads(before) || stepped && letters == 0)
        || !LENGTHS.contains(&code.chars().count())
        || code.contains('.')
    {
        return false;
    }
    if letters == 0 {
        let of_errors = before.eq_ignore_ascii_case("errorcode")
            || before.eq_ignore_ascii_case("code")
                && OF_ERRORS.iter().any(|word| first.eq_ignore_ascii_case(word));
        return digits == code.len() && DIGITS.contains(&digits) && !of_errors;
    }
    // `/invite/RRRCNR`: capitals alone are a code, unless they are a word.
    let capitals = letters >= FEWEST_CAPITALS
        && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    let signed = code.contains(['!', '$', '*', '~', '+']);
    (digits > 0 || signed || capitals || is_jumbled(code) || makes_no_word(code))
        && !is_of_words(code)
}

/// Each run of letters is a word: `step2`, `rsa-sha256`.
fn is_of_words(code: &str) -> bool {
    let lower = code.to_lowercase();
    let mut runs =
        lower.split(|letter: char| !letter.is_alphabetic()).filter(|run| !run.is_empty());
    !code.contains(['!', '$', '*', '~', '+'])
        && runs.all(|run| {
            NUMBERED.contains(&run) || LEADING.contains(&run) || diag_products::is_word(run)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        passed(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn what_a_word_leads_to_is_a_code() {
        for (text, code) in [
            ("https://a.example/verify/702333", "702333"),
            ("https://a.example/#/magic/6WQXEJ?x=1", "6WQXEJ"),
            ("https://a.example/app#!/invite/k7rx2v/start", "k7rx2v"),
            ("<a href=\"/reset-password/H396MH\">", "H396MH"),
            ("see accounts/verify_email/48213977.", "48213977"),
            ("/otp/kdwxg%2122", "kdwxg%2122"),
            ("/code/HY7KD5", "HY7KD5"),
            ("/invite/RRRCNR", "RRRCNR"),
            ("/invite/grbnolmvt", "grbnolmvt"),
            ("/password/Lnek3Kk1I5", "Lnek3Kk1I5"),
            ("/reset/YXCQ-BBYD-GCHD", "YXCQ-BBYD-GCHD"),
            ("/idp/eLnpTxawzrAh/resumeSAML20/idp/SSO.ping", "eLnpTxawzrAh"),
            ("/idp/x7Kd2/resumeSAML20/idp/SSO.ping", "x7Kd2"),
            ("/verify/H396MH77/resumeSAML20", "H396MH77"),
            ("https://a.example/x/(S(p9rCTfmyd1))/default.aspx", "p9rCTfmyd1"),
            ("/login/code/702333", "702333"),
            ("/mfa/842145", "842145"),
            ("/2fa/153781/confirm", "153781"),
            ("/login/8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690/622037", "622037"),
            (
                "/setpassword/8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690",
                "8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690",
            ),
            ("/api/v1/sessions/ymesilgylcezbgigopuqefpo/refresh", "ymesilgylcezbgigopuqefpo"),
            ("/idp/Tulip/resumeSAML20/idp/SSO.ping", "Tulip"),
        ] {
            assert_eq!(found(text), [code], "{text}");
        }
    }

    #[test]
    fn words_and_numbers_of_errors_stay() {
        for text in [
            "https://a.example/verify/email/start",
            "/reset/password2",
            "/verify/v2",
            "/error/code/700016",
            "/docs/errors/code/700016",
            "/verify/Contosogroup",
            "/confirm/2026",
            "/verify/8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690",
            "/magic/app.1a2b3c.js",
            "/verified/702333",
            "/otp/step2/saml2",
            "/verify/EMAIL",
            "/confirm/Contoso",
            "/api/v2/resume",
            "/step1/resume-later",
            "/users/resume",
            "/login/saml2/sso1",
            "/login/8d1f3c52-6b0e-4f7a-9c3d-2e5a71b4c690/saml2",
            "/login/Contoso12",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn a_path_is_looked_through_once() {
        for text in ["/verify".repeat(20_000), format!("/verify/{}", "a1".repeat(100_000))] {
            assert!(found(&text).is_empty());
        }
    }
}
