//! The identity provider does not serve something the request asks for.

use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::case::message::Message;
use diag_sdk::case::place::Place;
use diag_sdk::spec::{BINDING_POST, short};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static LEAVE_OUT: CauseData = CauseData {
    text: "The request sets something that this identity provider does not serve and refuses to ignore",
    who: Who::Sp,
    setting: Setting::SpAuthenticationMethod,
    fix: "Have the service provider leave it out of its requests: a setting of its SAML module, or an update of it",
};
static LACKS: CauseData = CauseData {
    text: "The request, or the address that starts the sign-in, lacks something the identity provider must be told",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Add what the identity provider names, as its documentation of the address shows it",
};
static ANSWER_BINDING: CauseData = CauseData {
    text: "The request asks for its answer by a binding by which no response may come, so the identity provider finds no consumer service for it",
    who: Who::Sp,
    setting: Setting::SpAuthenticationMethod,
    fix: "Set the binding of responses to HTTP-POST in the service provider's SAML module, or have it leave ProtocolBinding out",
};

/// Entra ID: a part that must not be set; a comparison other than exact.
const CODES: &[&str] = &["AADSTS900236", "AADSTS900235"];

check! {
    /// The identity provider does not serve something the request asks for.
    ///
    /// A request may name the person, ask to be passed on (`Scoping`), set conditions, or compare authentication
    /// contexts; identity providers serve a part of that. Most ignore the rest; some refuse the request for it,
    /// before anybody can sign in. The cure lies at the service provider, which need not ask for it.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    ///     /// [one]
    ///     /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:NameID>ann</saml:NameID></saml:Subject></samlp:AuthnRequest>
    ///
    /// GET https://login.microsoftonline.com/t/saml2?SAMLRequest={redirect:one} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><body>AADSTS900236: The SAML authentication request property 'Subject' is not supported and must not be set.</body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    ///     /// [one]
    ///     /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"><saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:NameID>ann</saml:NameID></saml:Subject></samlp:AuthnRequest>
    ///
    /// GET https://idp.example/sso?SAMLRequest={redirect:one} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><body><form><input type="password" name="p"/></form></body></html>
    /// ```
    pub static REQUEST_PROPERTY_UNSUPPORTED = {
        id: "flow/request-property-unsupported",
        title: "The identity provider does not serve something the request asks for",
        levels: [Severity::Error],
        stage: Stage::IdpRequest,
        needs: [Need::Capture],
        explains: ["flow/idp-error-page", "flow/request-not-answered", "assertion/status-not-success"],
        accounts: [Account::idp(&[Meaning::RequestProperty, Meaning::Acs, Meaning::WrongBinding, Meaning::Malformed]).codes(CODES)],
        causes: [LEAVE_OUT, LACKS, ANSWER_BINDING],
        references: [
            Reference::section(Specification::SamlCore, "3.4.1"),
            Reference::section(Specification::SamlProfiles, "4.1.2"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-12-01").about("AADSTS900236"),
        ],
        run: run,
    }
}

/// Parts of a request that identity providers are known to refuse, by the name a page calls them.
const PARTS: &[&str] = &[
    "Subject",
    "Conditions",
    "Scoping",
    "ProxyCount",
    "IDPList",
    "RequesterID",
    "ProviderName",
    "RequestedAuthnContext",
    "Comparison",
    "ForceAuthn",
    "IsPassive",
    "NameIDPolicy",
    "Extensions",
    "Consent",
    "AssertionConsumerServiceIndex",
    "AttributeConsumingServiceIndex",
];

fn run(case: &Case, out: &mut Findings) {
    for failure in case.failures.iter().filter(|failure| failure.party == Party::Idp) {
        let by_code = failure.codes.iter().any(|code| CODES.contains(&code.as_str()));
        let asked_for = by_code || failure.means(&[Meaning::RequestProperty]);
        let request = failure
            .attempt
            .as_deref()
            .and_then(|id| case.attempts.iter().find(|attempt| attempt.id == id));
        let request = request.and_then(|attempt| case.request_of(attempt));
        if asked_for {
            out.push(finding(case, failure, request));
        } else if let Some(request) = request {
            out.extend(answer_binding(case, failure, request));
        }
    }
}

/// A request that wants its answer by a binding that none can come by, where nothing else is given as the reason.
fn answer_binding(case: &Case, failure: &Failure, request: &Message) -> Option<Finding> {
    const REASONS: &[Meaning] = &[Meaning::Acs, Meaning::WrongBinding, Meaning::Malformed];
    if failure.is_particular() && !failure.means(REASONS) {
        return None;
    }
    let binding = request.request.as_ref()?.impossible_binding()?;
    let headline = match short(&binding.value) {
        "" => "The ProtocolBinding of the request is empty".to_owned(),
        name => format!("The request asks for its answer by {name}"),
    };
    let finding = Finding::error(headline)
        .detail(failure.words().unwrap_or_default())
        .expected(BINDING_POST, "saml-profiles-2.0-os §4.1.2")
        .actual(binding.value.clone(), "ProtocolBinding of the AuthnRequest")
        .at(&binding.place)
        .at_all(&failure.place)
        .attempt(failure.attempt.clone().unwrap_or_default())
        .subject(request.id.clone());
    Some(finding.because(&ANSWER_BINDING, case))
}

fn finding(case: &Case, failure: &Failure, request: Option<&Message>) -> Finding {
    let words = failure.words().unwrap_or_default();
    let named = PARTS.iter().copied().filter(|part| names(&words, part));
    let sent = request.map(parts).unwrap_or_default();
    // What both name is meant; else what the page names, else what the request has.
    let meant = named
        .clone()
        .find(|part| sent.iter().any(|(name, _)| name == part))
        .or_else(|| named.clone().next());
    let meant = meant.map(str::to_owned).or_else(|| sent.first().map(|(name, _)| name.clone()));
    let lacking = failure.means(&[Meaning::RequestProperty])
        && ["missing", "required", "specify"].iter().any(|word| words.contains(word));
    let headline = match &meant {
        Some(part) if !lacking => {
            format!("The identity provider does not serve {part} in requests")
        }
        _ if lacking => "The request lacks something the identity provider demands".to_owned(),
        _ => "The identity provider does not serve something in the request".to_owned(),
    };
    let place = meant
        .as_ref()
        .and_then(|part| sent.iter().find(|(name, _)| name == part))
        .and_then(|(_, place)| place.as_ref());
    let mut finding = Finding::error(headline).detail(words).at_all(place).at_all(&failure.place);
    if let Some((part, _)) =
        meant.as_ref().and_then(|part| sent.iter().find(|(name, _)| name == part))
    {
        finding = finding.actual(part.clone(), "the request has it");
    } else if let Some(code) = failure.codes.first() {
        finding = finding.actual(code.clone(), "the error page");
    }
    finding =
        failure.message.iter().fold(finding, |finding, message| finding.subject(message.clone()));
    let finding = finding.attempt(failure.attempt.clone().unwrap_or_default());
    // What the code's own file advises knows more than the kind of the refusal does.
    let own = failure
        .codes
        .iter()
        .filter(|code| CODES.contains(&code.as_str()))
        .find_map(|code| case.code(code).filter(|known| !known.fix.is_empty()));
    match own {
        Some(known) => Finding { causes: vec![known.cause(case)], ..finding },
        None => finding.because(if lacking { &LACKS } else { &LEAVE_OUT }, case),
    }
}

/// The text names the part, as a word of its own.
fn names(text: &str, part: &str) -> bool {
    text.match_indices(part).any(|(at, _)| {
        let alone = |character: Option<char>| {
            character.is_none_or(|character| !character.is_alphanumeric())
        };
        alone(text[..at].chars().next_back()) && alone(text[at + part.len()..].chars().next())
    })
}

/// The parts of a request that may be refused, and where they stand.
fn parts(request: &Message) -> Vec<(String, Option<Place>)> {
    let Some(details) = &request.request else { return Vec::new() };
    let mut parts: Vec<(String, Option<Place>)> =
        details.unusual.iter().map(|part| (part.value.clone(), Some(part.place.clone()))).collect();
    let comparison =
        details.authn_context_comparison.as_ref().filter(|comparison| comparison.value != "exact");
    parts.extend(
        comparison.map(|comparison| ("Comparison".to_owned(), Some(comparison.place.clone()))),
    );
    if let Some(first) = details.authn_context.first() {
        parts.push(("RequestedAuthnContext".to_owned(), Some(first.place.clone())));
    }
    if details.force_authn == Some(true) {
        parts.push(("ForceAuthn".to_owned(), None));
    }
    parts.extend(
        details
            .is_passive
            .as_ref()
            .filter(|passive| passive.value)
            .map(|passive| ("IsPassive".to_owned(), Some(passive.place.clone()))),
    );
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing;

    fn refused(text: &str, code: &[&str], unusual: &[&str]) -> Case {
        let mut case = testing::refused_by_idp(code, &[Meaning::Unknown]);
        case.failures[0].said[0].text = text.to_owned();
        let details = case.messages[0].request.get_or_insert_default();
        details.unusual = unusual.iter().map(|part| (*part).into()).collect();
        case
    }

    #[test]
    fn the_advice_of_the_code_itself_goes_before_that_of_the_kind() {
        let first = |case: &Case| {
            REQUEST_PROPERTY_UNSUPPORTED.judge(case).found()[0].causes[0].text.clone()
        };
        let mut case = refused("", &["AADSTS900235"], &[]);
        assert_eq!(first(&case), LEAVE_OUT.text);
        case.codes = vec![testing::known_code(
            "AADSTS900235",
            "The comparison is not exact",
            diag_sdk::case::product::CodeClass::Request,
        )];
        assert_eq!(first(&case), "The comparison is not exact");
    }

    #[test]
    fn the_part_that_is_named_and_sent_is_meant() {
        let told = |case: &Case| {
            REQUEST_PROPERTY_UNSUPPORTED
                .judge(case)
                .found()
                .iter()
                .map(|found| found.message.clone())
                .collect::<Vec<_>>()
        };
        let page = "property 'Subject' is not supported and must not be set";
        assert_eq!(
            told(&refused(page, &["AADSTS900236"], &["Scoping", "Subject"])),
            ["The identity provider does not serve Subject in requests"]
        );
        assert_eq!(
            told(&refused("", &["AADSTS900236"], &["Scoping"])),
            ["The identity provider does not serve Scoping in requests"]
        );
        assert_eq!(
            told(&refused("", &["AADSTS900236"], &[])),
            ["The identity provider does not serve something in the request"]
        );
        assert!(told(&refused(page, &["AADSTS50011"], &["Subject"])).is_empty());
        assert!(!names("Subjects are many", "Subject") && names("(Subject)", "Subject"));
    }
}
