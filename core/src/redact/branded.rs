//! Keys and tokens that say by their beginning what they are: `AKIA…`, `glpat-…`, `M.C5…`. Services give them such a
//! beginning so that they are found wherever somebody leaves them, however few signs of chance the rest has.

use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::OnceLock;

/// What stands behind the beginning.
#[derive(Clone, Copy)]
enum Rest {
    /// Exactly so many capitals and digits.
    Capitals(usize),
    /// So many signs of a token, or more.
    Signs(usize),
    /// The same, and it is no word: there are digits in it.
    Mixed(usize),
    /// So many signs of a token, of which one may be an equals sign, or more.
    Summed(usize),
    /// So many signs, or more, and three that belong to it stand before.
    Marked(usize),
}

/// Signs that stand before a mark.
const BEFORE_MARK: usize = 3;

/// Beginnings, as the services state them for scanners of secrets, and what follows.
const BRANDS: &[(&str, Rest)] = &[
    // AWS: unique identifiers of the IAM user guide.
    ("AKIA", Rest::Capitals(16)),
    ("ASIA", Rest::Capitals(16)),
    ("ABIA", Rest::Capitals(16)),
    ("ACCA", Rest::Capitals(16)),
    // GitHub and GitLab: "token prefixes" of their documentation.
    ("ghp_", Rest::Mixed(20)),
    ("gho_", Rest::Mixed(20)),
    ("ghu_", Rest::Mixed(20)),
    ("ghs_", Rest::Mixed(20)),
    ("ghr_", Rest::Mixed(20)),
    ("glpat-", Rest::Signs(16)),
    ("gldt-", Rest::Signs(16)),
    ("glrt-", Rest::Signs(16)),
    ("glcbt-", Rest::Signs(16)),
    ("glptt-", Rest::Signs(16)),
    ("glft-", Rest::Signs(16)),
    ("glsoat-", Rest::Signs(16)),
    ("glagent-", Rest::Signs(16)),
    // Microsoft: codes of personal accounts.
    ("M.C5", Rest::Mixed(12)),
    ("M.C1", Rest::Mixed(12)),
    ("M.R3", Rest::Mixed(12)),
    // Google: API keys, access and refresh tokens, client secrets.
    ("AIza", Rest::Signs(30)),
    ("ya29.", Rest::Signs(16)),
    ("1//0", Rest::Mixed(20)),
    ("GOCSPX-", Rest::Signs(20)),
    // Slack.
    ("xoxb-", Rest::Mixed(10)),
    ("xoxp-", Rest::Mixed(10)),
    ("xoxa-", Rest::Mixed(10)),
    ("xoxr-", Rest::Mixed(10)),
    ("xoxs-", Rest::Mixed(10)),
    ("xoxe-", Rest::Mixed(10)),
    ("xapp-", Rest::Mixed(10)),
    // Stripe, and those who took over its way.
    ("sk_live_", Rest::Signs(10)),
    ("sk_test_", Rest::Signs(10)),
    ("rk_live_", Rest::Signs(10)),
    ("rk_test_", Rest::Signs(10)),
    ("whsec_", Rest::Signs(16)),
    // HashiCorp Vault, npm, PyPI, RubyGems, Databricks, DigitalOcean, Shopify, SendGrid, Atlassian and others.
    ("hvs.", Rest::Signs(20)),
    ("hvb.", Rest::Signs(20)),
    ("npm_", Rest::Mixed(30)),
    ("pypi-AgE", Rest::Signs(16)),
    ("rubygems_", Rest::Mixed(30)),
    ("dapi", Rest::Mixed(32)),
    ("dop_v1_", Rest::Mixed(30)),
    ("doo_v1_", Rest::Mixed(30)),
    ("dor_v1_", Rest::Mixed(30)),
    ("shpat_", Rest::Mixed(20)),
    ("shpss_", Rest::Mixed(20)),
    ("SG.", Rest::Mixed(40)),
    ("ATATT3", Rest::Summed(20)),
    ("ATCTT3", Rest::Summed(20)),
    ("lin_api_", Rest::Mixed(20)),
    ("NRAK-", Rest::Capitals(27)),
    ("PMAK-", Rest::Mixed(20)),
    ("figd_", Rest::Mixed(20)),
    ("glsa_", Rest::Mixed(20)),
    ("glc_", Rest::Mixed(20)),
    ("sntrys_", Rest::Signs(20)),
    ("sntryu_", Rest::Signs(20)),
    ("tskey-", Rest::Mixed(16)),
    ("sk-ant-", Rest::Mixed(20)),
    ("sk-proj-", Rest::Mixed(20)),
    // Microsoft Entra ID: secrets of applications, forty signs with a mark behind the third.
    ("0Q~", Rest::Marked(30)),
    ("1Q~", Rest::Marked(30)),
    ("2Q~", Rest::Marked(30)),
    ("3Q~", Rest::Marked(30)),
    ("4Q~", Rest::Marked(30)),
    ("5Q~", Rest::Marked(30)),
    ("6Q~", Rest::Marked(30)),
    ("7Q~", Rest::Marked(30)),
    ("8Q~", Rest::Marked(30)),
    ("9Q~", Rest::Marked(30)),
];

/// Shortest beginning with the shortest rest.
const SHORTEST: usize = 15;

fn finder() -> Option<&'static AhoCorasick> {
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    FINDER
        .get_or_init(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(BRANDS.iter().map(|(begins, _)| begins))
                .ok()
        })
        .as_ref()
}

/// Where such tokens stand in a text.
pub fn branded(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    // A beginning may be repeated in one run of signs: each run is looked through once.
    let mut run = Run::default();
    for begun in finder().iter().flat_map(|finder| finder.find_iter(text)) {
        let Some((_, rest)) = BRANDS.get(begun.pattern().as_usize()) else { continue };
        let Some(start) = rest.begins(text.as_bytes(), begun.start()) else { continue };
        let is_taken = found.last().is_some_and(|last| start < last.end);
        if is_taken || is_inside(text.as_bytes().get(..start).unwrap_or_default()) {
            continue;
        }
        if begun.end() > run.stop {
            run = Run::from(text, begun.end());
        }
        if rest.is(text, begun.end(), &run) {
            found.push(start..rest.ends(text, &run));
        }
    }
    found
}

/// It begins with such a token.
pub fn is_branded(piece: &str) -> bool {
    piece.len() >= SHORTEST
        && BRANDS.iter().any(|(begins, rest)| {
            let before = if matches!(rest, Rest::Marked(_)) { BEFORE_MARK } else { 0 };
            piece.get(before..).is_some_and(|piece| piece.starts_with(begins))
                && rest.begins(piece.as_bytes(), before) == Some(0)
                && rest.is(piece, before + begins.len(), &Run::from(piece, before + begins.len()))
        })
}

/// What tokens are made of, up to where something else stands.
#[derive(Default)]
struct Run {
    /// Where something else stands.
    stop: usize,
    /// The same, without what ends a sentence.
    end: usize,
    /// Behind its last digit.
    digit: usize,
}

impl Run {
    fn from(text: &str, start: usize) -> Self {
        let bytes = text.as_bytes().get(start..).unwrap_or_default();
        let length = bytes
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.~!*$".contains(byte))
            .count();
        let run = bytes.get(..length).unwrap_or_default();
        let behind =
            |sort: fn(&u8) -> bool| start + run.iter().rposition(sort).map_or(0, |last| last + 1);
        Self {
            stop: start + length,
            end: behind(|byte| !b".-~!*".contains(byte)),
            digit: behind(u8::is_ascii_digit),
        }
    }
}

/// A beginning there goes on with a word, rather than beginning one.
fn is_inside(before: &[u8]) -> bool {
    before.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
        && !ends_with_an_escape(before)
}

/// What stands before it is written in an encoding: `%2F`, `\n`.
fn ends_with_an_escape(before: &[u8]) -> bool {
    match before {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'%', first, second] => first.is_ascii_hexdigit() && second.is_ascii_hexdigit(),
        _ => false,
    }
}

impl Rest {
    /// Where the token begins whose beginning, or mark, stands at a place.
    fn begins(self, text: &[u8], at: usize) -> Option<usize> {
        if !matches!(self, Self::Marked(_)) {
            return Some(at);
        }
        let start = at.checked_sub(BEFORE_MARK)?;
        let of_secret = |byte: &u8| byte.is_ascii_alphanumeric() || b"_~.-".contains(byte);
        text.get(start..at)?.iter().all(of_secret).then_some(start)
    }

    /// Where it ends: a sum may stand behind an equals sign.
    fn ends(self, text: &str, run: &Run) -> usize {
        let behind = text.get(run.stop..).unwrap_or_default();
        match (self, behind.strip_prefix('=')) {
            (Self::Summed(_), Some(sum)) if run.stop == run.end => {
                let more = Run::from(sum, 0);
                if more.end > 0 { run.stop + 1 + more.end } else { run.end }
            }
            _ => run.end,
        }
    }

    /// Whether it is what stands from a place in a text to the end of a run.
    fn is(self, text: &str, start: usize, run: &Run) -> bool {
        let length = run.end.saturating_sub(start);
        match self {
            Self::Capitals(exactly) => {
                length == exactly
                    && text
                        .as_bytes()
                        .iter()
                        .skip(start)
                        .take(length)
                        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            }
            Self::Signs(fewest) | Self::Marked(fewest) => length >= fewest,
            Self::Summed(fewest) => self.ends(text, run).saturating_sub(start) >= fewest,
            Self::Mixed(fewest) => length >= fewest && run.digit > start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<&str> {
        branded(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn tokens_are_known_by_their_beginning_wherever_they_stand() {
        for token in [
            "AKIAJCKABCABCDEFGHIJ",
            "glpat-aaaaaaaaaaaaaaaaaaaa",
            "M.C594_BAY.2.U.b3bddef7-35ee-132c",
            "hvs.cyCyabcmbxiLSAfabcKnSWAZ",
            "sk_live_aaaaaaaaaaaaaaaaaaaaaaaa",
            "ATATT3aaaa=aaaaaaaaaaaaaaaaaaaaaaaa",
            "abc8Q~aaaa.aaaa-aaaa_aaaa~aaaaaaaaaaaaaa",
        ] {
            assert!(is_branded(token), "{token}");
            for (before, behind) in [
                ("", ""),
                ("key=\"", "\""),
                ("https://a.example/x/", "/y"),
                ("%2F", "."),
                ("\\n", " "),
                ("**", "**"),
                ("is.", "..."),
            ] {
                assert_eq!(told(&format!("{before}{token}{behind}")), [token], "{before}{behind}");
            }
            assert!(told(&format!("x{token}")).is_empty(), "{token}");
        }
    }

    #[test]
    fn a_run_that_begins_again_and_again_is_one() {
        let begun = ".SG".repeat(5);
        assert!(told(&begun).is_empty());
        assert_eq!(told(&format!("{begun}.{}7", "a".repeat(40))).len(), 1);
        let run = Run::from("SG.SG.a1b...", 3);
        assert_eq!((run.stop, run.end, run.digit), (12, 9, 8));
    }

    #[test]
    fn names_that_begin_alike_are_none() {
        for name in [
            "AKIATELECOMMUNICATION",
            "AKIA",
            "npm_package_configuration_of_something",
            "hvs.short",
            "dapi-gateway-of-the-house-in-the-north-west",
            "SG.example.com",
            "tskey-navigation-menu-item",
            "8Q~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "ATATT3aaaa=aaaaaaa",
        ] {
            assert!(!is_branded(name), "{name}");
            assert!(told(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn every_beginning_is_met() {
        for (begins, rest) in BRANDS {
            let behind = match rest {
                Rest::Capitals(exactly) => "Q7".repeat(*exactly)[..*exactly].to_owned(),
                Rest::Signs(fewest)
                | Rest::Mixed(fewest)
                | Rest::Summed(fewest)
                | Rest::Marked(fewest) => "q7".repeat(*fewest),
            };
            let before = if matches!(rest, Rest::Marked(_)) { "a.b" } else { "" };
            let token = format!("{before}{begins}{behind}");
            assert_eq!(told(&format!("({token})")), [token.as_str()]);
            assert!(token.len() >= SHORTEST && is_branded(&token), "{token}");
        }
    }
}
