//! Keys and tokens that say by their beginning what they are: `AKIA…`, `glpat-…`, `M.C5…`. Services give them such a
//! beginning so that they are found wherever somebody leaves them, however few signs of chance the rest has.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
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
}

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
    ("ATATT3", Rest::Signs(20)),
    ("ATCTT3", Rest::Signs(20)),
    ("lin_api_", Rest::Mixed(20)),
    ("NRAK-", Rest::Capitals(27)),
    ("PMAK-", Rest::Mixed(20)),
    ("figd_", Rest::Mixed(20)),
    ("glsa_", Rest::Mixed(20)),
    ("glc_", Rest::Mixed(20)),
    ("sntrys_", Rest::Signs(20)),
    ("sntryu_", Rest::Signs(20)),
    ("tskey-", Rest::Mixed(16)),
    ("otk-", Rest::Mixed(16)),
    ("sk-ant-", Rest::Mixed(20)),
    ("sk-proj-", Rest::Mixed(20)),
];

fn finder() -> &'static AhoCorasick {
    static FINDER: OnceLock<AhoCorasick> = OnceLock::new();
    FINDER.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "a short list of constants")]
        AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(BRANDS.iter().map(|(begins, _)| begins))
            .expect("words make a finder")
    })
}

/// Where such tokens stand in a text.
pub fn branded(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for begun in finder().find_iter(text) {
        let before = text.as_bytes().get(..begun.start()).unwrap_or_default();
        let is_inside = before.last().is_some_and(|byte| of_token(*byte) && *byte != b'.')
            && !ends_with_an_escape(before);
        if is_inside || found.last().is_some_and(|last| begun.start() < last.end) {
            continue;
        }
        let Some((_, rest)) = BRANDS.get(begun.pattern().as_usize()) else { continue };
        let behind = text.as_bytes().get(begun.end()..).unwrap_or_default();
        let length = behind.iter().take_while(|byte| of_token(**byte)).count();
        let behind = behind.get(..length).unwrap_or_default();
        let ends = behind.iter().rev().take_while(|byte| b".-~".contains(byte)).count();
        let behind = behind.get(..length - ends).unwrap_or_default();
        if rest.is(behind) {
            found.push(begun.start()..begun.end() + behind.len());
        }
    }
    found
}

/// It begins with such a token.
pub fn is_branded(piece: &str) -> bool {
    BRANDS.iter().any(|(begins, rest)| {
        piece.strip_prefix(begins).is_some_and(|behind| {
            let length = behind.bytes().take_while(|byte| of_token(*byte)).count();
            rest.is(behind.as_bytes().get(..length).unwrap_or_default())
        })
    })
}

fn of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.~!*$".contains(&byte)
}

/// What stands before it is written in an encoding: `%2F`, `\n`.
fn ends_with_an_escape(before: &[u8]) -> bool {
    let [.., first, second, third] = before else {
        return matches!(before, [.., b'\\', b'n' | b'r' | b't']);
    };
    *first == b'%' && second.is_ascii_hexdigit() && third.is_ascii_hexdigit()
        || *second == b'\\' && b"nrt".contains(third)
}

impl Rest {
    fn is(self, behind: &[u8]) -> bool {
        let digits = behind.iter().filter(|byte| byte.is_ascii_digit()).count();
        match self {
            Self::Capitals(exactly) => {
                behind.len() == exactly
                    && behind.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            }
            Self::Signs(fewest) => behind.len() >= fewest,
            Self::Mixed(fewest) => behind.len() >= fewest && digits > 0,
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
        ] {
            assert!(is_branded(token), "{token}");
            for (before, behind) in [
                ("", ""),
                ("key=\"", "\""),
                ("https://a.example/x/", "/y"),
                ("%2F", "."),
                ("\\n", " "),
            ] {
                assert_eq!(told(&format!("{before}{token}{behind}")), [token], "{before}{behind}");
            }
            assert!(told(&format!("x{token}")).is_empty(), "{token}");
        }
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
            "otk-navigation-menu-item",
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
                Rest::Signs(fewest) | Rest::Mixed(fewest) => "q7".repeat(*fewest),
            };
            let token = format!("{begins}{behind}");
            assert_eq!(told(&format!("({token})")), [token.as_str()]);
        }
    }
}
