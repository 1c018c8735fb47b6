//! A request that says twice where it wants the response.

use diag_sdk::case::message::AuthnRequest;
use diag_sdk::view::Request;
use diag_sdk::{
    Account, Case, CauseData, Findings, Meaning, Need, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static BOTH_SET: CauseData = CauseData {
    text: "The service provider sends both the URL (or the binding) of its consumer service and its index",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Leave one of them out: usually AssertionConsumerServiceIndex; in many libraries it is sent as soon as an index is configured",
};

check! {
    /// A request names its consumer service by URL or binding and by index as well.
    ///
    /// A request may say where it wants the response in one of two ways: by `AssertionConsumerServiceURL` (with
    /// `ProtocolBinding`), or by `AssertionConsumerServiceIndex`, the number of an endpoint in its metadata. The specification
    /// says that the two exclude each other. Some identity providers take whichever they find first; others
    /// refuse the request as no valid SAML message, and do not say why.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}" AssertionConsumerServiceURL="https://app.example/acs" AssertionConsumerServiceIndex="0"/>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @0s
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}" AssertionConsumerServiceIndex="0"/>
    ///
    /// GET https://idp.example/saml2?SAMLRequest={redirect:request} @0s
    /// < 400
    /// ```
    pub(crate) static ACS_URL_AND_INDEX = {
        id: "endpoints/acs-url-and-index",
        title: "The request names its consumer service by URL and by index",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::idp(MEANINGS).codes(CODES)],
        causes: [BOTH_SET],
        references: [
            Reference::section(Specification::SamlCore, "3.4.1").about("AssertionConsumerServiceIndex"),
        ],
        run: run,
    }
}

/// Reasons that this can stand behind.
const MEANINGS: &[Meaning] = &[Meaning::Malformed, Meaning::RequestProperty, Meaning::Acs];
/// The code by which Entra ID says that it cannot read a request.
const CODES: &[&str] = &["AADSTS75005"];

fn run(case: &Case, out: &mut Findings) {
    for request in case.requests() {
        let Some(details) = request.details() else { continue };
        let (Some(index), Some((name, value))) = (details.acs_index, named(details)) else {
            continue;
        };
        let Some(severity) = severity(&request) else { continue };
        let mut finding = request
            .finding(severity, "The request names its consumer service by URL and by index")
            .detail(format!(
                "AssertionConsumerServiceIndex is {index} and {name} is {}: the specification allows one or the other.{}",
                value.value,
                request.statement(MEANINGS).map(|said| format!("\n{}", said.quoted())).unwrap_or_default()
            ))
            .expected(format!("{name} or AssertionConsumerServiceIndex"), "saml-core-2.0-os §3.4.1")
            .actual("both", "the AuthnRequest")
            .at(&value.place);
        if severity == Severity::Warning {
            finding = finding.likely();
        }
        out.push(finding.because(&BOTH_SET, case));
    }
}

/// What stands beside the index.
fn named(details: &AuthnRequest) -> Option<(&'static str, &diag_sdk::Sited<String>)> {
    let url = details.acs_url.as_ref().map(|url| ("AssertionConsumerServiceURL", url));
    url.or_else(|| details.protocol_binding.as_ref().map(|binding| ("ProtocolBinding", binding)))
}

/// An error where the identity provider cannot read the request; nothing where it took it.
fn severity(request: &Request<'_>) -> Option<Severity> {
    let coded = request
        .failures()
        .iter()
        .any(|failure| failure.codes.iter().any(|code| CODES.contains(&code.as_str())));
    if request.accepted() {
        return None;
    }
    let stated = request.refused() && (coded || request.said(MEANINGS));
    Some(if stated { Severity::Error } else { Severity::Warning })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{findings, levels, refused_by_idp, sign_in};

    fn with_index(mut case: Case) -> Case {
        case.messages[0].request.as_mut().expect("a request").acs_index = Some(0);
        case
    }

    #[test]
    fn what_the_identity_provider_made_of_it_decides() {
        assert_eq!(
            levels(&ACS_URL_AND_INDEX, &with_index(refused_by_idp(&["AADSTS75005"], &[]))),
            [Severity::Error]
        );
        assert_eq!(
            levels(&ACS_URL_AND_INDEX, &with_index(refused_by_idp(&[], &[Meaning::Malformed]))),
            [Severity::Error]
        );
        assert_eq!(
            levels(&ACS_URL_AND_INDEX, &with_index(refused_by_idp(&[], &[Meaning::IdpError]))),
            [Severity::Warning]
        );
        assert!(levels(&ACS_URL_AND_INDEX, &with_index(sign_in(Outcome::SignedIn))).is_empty());
    }

    #[test]
    fn one_of_the_two_is_enough_and_a_binding_counts() {
        assert!(levels(&ACS_URL_AND_INDEX, &refused_by_idp(&["AADSTS75005"], &[])).is_empty());
        let mut case = with_index(refused_by_idp(&["AADSTS75005"], &[]));
        case.messages[0].request.as_mut().expect("a request").acs_url = None;
        assert!(levels(&ACS_URL_AND_INDEX, &case).is_empty());
        case.messages[0].request.as_mut().expect("a request").protocol_binding =
            Some(diag_sdk::spec::BINDING_POST.into());
        assert_eq!(findings(&ACS_URL_AND_INDEX, &case)[0].causes[0].who, Who::Sp);
    }
}
