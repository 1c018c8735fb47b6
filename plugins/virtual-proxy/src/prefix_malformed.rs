//! `virtual-proxy/prefix-malformed`: the prefix has characters that are not allowed.

use diag_sdk::address::Address;
use diag_sdk::{
    Account, Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static ENTERED_WRONG: CauseData = CauseData {
    text: "The prefix was entered with upper case, blanks or other characters that do not belong in it",
    who: Who::Sp,
    setting: Setting::SpPrefix,
    fix: "Use lower-case letters, digits and - . _ ~ only, then register the URLs that follow from the new prefix",
};

check! {
    /// The prefix of the virtual proxy has characters in it that Qlik Sense does not allow.
    ///
    /// Prefixes take lower-case letters, digits and `- . _ ~`. Upper-case letters are replaced on saving in newer releases, so
    /// that the address people and the identity provider use is no longer the one that is served; blanks and other characters
    /// never match a URL, in which they appear percent-encoded. Since paths are case-sensitive, a reply URL with the prefix in
    /// another spelling is another URL.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "Azure AD", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    pub(crate) static PREFIX_MALFORMED = {
        id: "virtual-proxy/prefix-malformed",
        title: "The prefix has characters that are not allowed",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["endpoints/acs-not-registered", "endpoints/acs-differs-from-sp-metadata", "endpoints/response-sent-to-wrong-acs", "endpoints/sign-on-url-wrong", "flow/request-not-answered"],
        accounts: [Account::sp(&[]), Account::between(&[])],
        causes: [ENTERED_WRONG],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/May2023/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/create-virtual-proxy.htm", "2026-12-01").about("prefix: a-z 0-9 - . _ ~"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let Some(prefix) = entry.prefix.as_ref() else { continue };
        let Some(flaw) = flaw(&prefix.value) else { continue };
        // Older releases took a path of several segments.
        let severity = if flaw == Flaw::Slash || serves(case, &prefix.value) {
            Severity::Warning
        } else {
            entry.level()
        };
        let mended: String =
            prefix.value.to_lowercase().chars().filter(|character| allowed(*character)).collect();
        let mut finding = entry
            .finding(severity, format!("The prefix {}", flaw.words()))
            .detail(
                "Qlik Sense takes lower-case letters, digits and - . _ ~ only; URLs with such a prefix are not served as they are written.",
            )
            .at(&prefix.place)
            .actual(prefix.value.clone(), format!("prefix of {}", entry.name));
        if !mended.is_empty() {
            finding =
                finding.expected(mended.clone(), "Qlik help: Creating a virtual proxy").compared();
        }
        let value = Some(mended.as_str()).filter(|mended| !mended.is_empty());
        out.push(finding.because_at(&ENTERED_WRONG, &entry, value));
    }
}

/// Whatever came of it, somebody took a response under this very prefix.
fn serves(case: &Case, prefix: &str) -> bool {
    let taken = case.attempts.iter().filter_map(|attempt| case.exchanges.get(attempt.consumption?));
    taken.filter(|exchange| exchange.status != 404).any(|exchange| {
        Address::parse(&exchange.url).is_some_and(|address| address.first_segment() == prefix)
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    UpperCase,
    Blank,
    Character,
    Slash,
    TooLong,
}

impl Flaw {
    fn words(self) -> &'static str {
        match self {
            Self::UpperCase => "has upper-case letters",
            Self::Blank => "has blanks in it",
            Self::Character => "has characters that are not allowed",
            Self::Slash => "has a slash in it",
            Self::TooLong => "is longer than 100 characters",
        }
    }
}

fn allowed(character: char) -> bool {
    character.is_ascii_lowercase()
        || character.is_ascii_digit()
        || matches!(character, '-' | '.' | '_' | '~')
}

fn flaw(prefix: &str) -> Option<Flaw> {
    let odd: Vec<char> = prefix.chars().filter(|character| !allowed(*character)).collect();
    if odd.iter().any(|character| character.is_whitespace()) {
        Some(Flaw::Blank)
    } else if odd.iter().any(|character| !character.is_ascii_uppercase() && *character != '/') {
        Some(Flaw::Character)
    } else if odd.iter().any(char::is_ascii_uppercase) {
        Some(Flaw::UpperCase)
    } else if !odd.is_empty() {
        Some(Flaw::Slash)
    } else if prefix.len() > 100 {
        Some(Flaw::TooLong)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Difference;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{entry_point_with, levels, sign_in};

    fn with(prefix: &str) -> Case {
        entry_point_with(|entry| entry.prefix = Some(prefix.into()))
    }

    #[test]
    fn the_documented_characters_are_fine() {
        for prefix in ["azure", "a-z.0_9~", "", "1"] {
            assert_eq!(levels(&PREFIX_MALFORMED, &with(prefix)), [], "{prefix}");
        }
        assert_eq!(levels(&PREFIX_MALFORMED, &entry_point_with(|entry| entry.prefix = None)), []);
    }

    #[test]
    fn every_flaw_is_named_with_a_prefix_that_would_do() {
        for (prefix, message, mended) in [
            ("Azure", "The prefix has upper-case letters", "azure"),
            ("b i", "The prefix has blanks in it", "bi"),
            ("azüre", "The prefix has characters that are not allowed", "azre"),
            ("azure#1", "The prefix has characters that are not allowed", "azure1"),
            ("Azure?", "The prefix has characters that are not allowed", "azure"),
        ] {
            let found = PREFIX_MALFORMED.judge(&with(prefix));
            let [finding] = found.found() else { panic!("one finding for {prefix}") };
            assert_eq!((finding.severity, finding.message.as_str()), (Severity::Error, message));
            assert_eq!(finding.causes[0].value.as_deref(), Some(mended));
        }
    }

    #[test]
    fn letter_case_is_the_near_miss() {
        assert_eq!(
            PREFIX_MALFORMED.judge(&with("Azure")).found()[0].difference,
            Some(Difference::LetterCase)
        );
    }

    #[test]
    fn a_prefix_that_takes_responses_is_served() {
        for (status, level) in
            [(404, Severity::Error), (400, Severity::Warning), (302, Severity::Warning)]
        {
            let mut case = sign_in(Outcome::RefusedBySp);
            case.sp_configurations = with("Azure").sp_configurations;
            for exchange in case.exchanges.iter_mut().filter(|exchange| exchange.method == "POST") {
                exchange.url = exchange.url.replace("/azure/", "/Azure/");
                exchange.status = status;
            }
            assert_eq!(levels(&PREFIX_MALFORMED, &case), [level], "{status}");
        }
    }

    #[test]
    fn the_length_has_a_limit_and_a_slash_a_doubt() {
        assert_eq!(levels(&PREFIX_MALFORMED, &with(&"a".repeat(100))), []);
        assert_eq!(levels(&PREFIX_MALFORMED, &with(&"a".repeat(101))), [Severity::Error]);
        assert_eq!(levels(&PREFIX_MALFORMED, &with("a/b")), [Severity::Warning]);
    }
}
