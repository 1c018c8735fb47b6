//! The attribute that becomes the user id is not in the assertion.

use diag_sdk::case::judgement::{Part, Party, Statement};
use diag_sdk::case::product::Habit;
use diag_sdk::case::registration::IdpRegistration;
use diag_sdk::near::{self, Nearness};
use diag_sdk::view::{EntryPoint, SignIn};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Sited, Stage, Who, check,
};

static EMPTY_SOURCE: CauseData = CauseData {
    text: "The person has no value in the directory field the attribute is filled from, and an empty attribute is not sent",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Fill the field for this person, or fill the attribute from a field that everybody has, such as the log-in name",
};
static NOT_RELEASED: CauseData = CauseData {
    text: "The identity provider does not send the attribute, or sends it under another name",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send the attribute to this application under exactly this name",
};
static BRACKETS: CauseData = CauseData {
    text: "The attribute for the user id stands in square brackets, as a constant directory does",
    who: Who::Sp,
    setting: Setting::SpUserIdAttribute,
    fix: "Enter the name of the attribute without brackets",
};
static NOT_ENTERED: CauseData = CauseData {
    text: "The setting that names the attribute is empty",
    who: Who::Sp,
    setting: Setting::SpUserIdAttribute,
    fix: "Enter the name of the attribute that holds the user id, exactly as it is sent",
};
static WRONG_NAME: CauseData = CauseData {
    text: "The service provider looks for the attribute under a name that is not sent",
    who: Who::Sp,
    setting: Setting::SpUserIdAttribute,
    fix: "Enter the name of the attribute exactly as it is sent",
};

check! {
    /// The attribute that becomes the user id is not in the assertion.
    ///
    /// The service provider takes the user's id from one attribute, found by its exact name; Qlik Sense
    /// also finds it by the last part of the name. When it is not sent, because the person has no value
    /// for it or because one side renamed it, nobody can be told who signed in, and the response is
    /// refused with an error page that does not say so.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserId": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:AttributeStatement>
    ///     <saml:Attribute Name="http://schemas.contoso.example/claims/Name"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute>
    ///   </saml:AttributeStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 400
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserId": "name"}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:AttributeStatement>
    ///     <saml:Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute>
    ///   </saml:AttributeStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static USER_ID_ATTRIBUTE_MISSING = {
        id: "identity/user-id-attribute-missing",
        title: "The attribute that becomes the user id is not sent",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture, Need::ClaimsMappingPolicies, Need::Virtualproxyconfig, Need::ProxyLog, Need::ServerLog],
        explains: ["identity/required-attribute-missing", "identity/attribute-empty"],
        accounts: [Account::sp_or_loop(&[Meaning::AttributeMissing, Meaning::NameIdMissing])],
        causes: [EMPTY_SOURCE, NOT_RELEASED, WRONG_NAME, NOT_ENTERED, BRACKETS],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/August2022/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/Configure-SAML.htm", "2026-12-01").about("SAML attribute for user ID"),
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let sign_ins = case.sign_ins(out);
    out.extend(case.saml_entry_points().filter_map(|entry| not_entered(&entry)));
    if case.sp_configurations.is_empty() && case.sp_has_habit(Habit::NamesPeopleByDirectory) {
        out.missing(Need::Virtualproxyconfig);
    }
    out.extend(case.saml_entry_points().filter_map(|entry| constant(&entry)));
    for sign_in in &sign_ins {
        let mut told = false;
        for entry in &sign_in.entry_points {
            let Some(wanted) = &entry.user_id_attribute else { continue };
            if in_brackets(&wanted.value) {
                told = true;
                continue;
            }
            if let Some(finding) = judge(sign_in, entry, wanted) {
                out.push(finding);
                told = true;
            }
        }
        if !told {
            out.extend(said_by_sp(sign_in));
        }
    }
    if sign_ins.is_empty() {
        said_by_log(case, out);
        for entry in case.entry_points().filter(|entry| entry.is_saml()) {
            for registration in case.relevant_registrations() {
                out_of_policy(&entry, registration, out);
            }
        }
    }
}

fn judge(sign_in: &SignIn<'_>, entry: &EntryPoint<'_>, wanted: &Sited<String>) -> Option<Finding> {
    let found = sign_in.attribute(&wanted.value);
    if found.is_some_and(|attribute| attribute.values.iter().any(|value| !value.blank)) {
        return None;
    }
    let near = if found.is_some() {
        None
    } else {
        near::attribute(&wanted.value, &sign_in.assertion.attributes)
    };
    let headline = match (found, near) {
        (Some(_), _) => "The attribute that becomes the user id is empty",
        (None, Some((_, Nearness::LetterCase))) => {
            "The user id attribute is sent in other letter case"
        }
        (None, _) => "The attribute that becomes the user id is not sent",
    };
    let consequence = if sign_in.refused() {
        "The service provider cannot tell who signed in and refused the response."
    } else {
        ""
    };
    let detail = match near {
        Some((attribute, nearness)) => format!(
            "The nearest attribute that is sent is {}: {}. {consequence}",
            attribute.name,
            nearness.words()
        )
        .trim_end()
        .to_owned(),
        None => format!("{consequence}\n{}", sign_in.sent()).trim_start().to_owned(),
    };
    let mut finding = sign_in
        .fault(headline)
        .detail(detail)
        .expected(
            wanted.value.clone(),
            "the attribute for the user id in the service provider's configuration",
        )
        .at(&wanted.place);
    finding = match (found, near) {
        (Some(attribute), _) => {
            finding.actual("no value", attribute.name.clone()).at(&attribute.place)
        }
        (None, Some((attribute, nearness))) => {
            let finding = finding
                .actual(attribute.name.clone(), "the nearest attribute of the assertion")
                .at(&attribute.place);
            match nearness.difference() {
                Some(difference) => finding.difference(difference),
                None => finding,
            }
        }
        (None, None) => finding
            .actual("no attribute of that name", "the assertion")
            .at(&sign_in.assertion.place),
    };
    let case = sign_in.case;
    let empty_source = |finding: Finding| finding.because(&EMPTY_SOURCE, case);
    let not_released =
        |finding: Finding| finding.because_with(&NOT_RELEASED, case, wanted.value.as_str());
    let wrong_name =
        |finding: Finding, sent: Option<&str>| finding.because_at(&WRONG_NAME, entry, sent);
    let released = case
        .relevant_registrations()
        .any(|registration| sends(registration, &wanted.value) == Some(true));
    Some(match near {
        // A near miss is a matter of names; only without one is the person's own record the likeliest reason.
        Some((attribute, nearness)) if nearness < Nearness::Synonym => {
            not_released(wrong_name(finding, Some(&attribute.name)))
        }
        _ if found.is_some() => empty_source(finding),
        _ if released || by_default(&wanted.value) => {
            let finding = not_released(empty_source(finding));
            let other = near.map(|(attribute, _)| attribute.name.as_str());
            wrong_name(finding, other)
        }
        Some((attribute, _)) => {
            empty_source(not_released(wrong_name(finding, Some(&attribute.name))))
        }
        None => empty_source(wrong_name(not_released(finding), None)),
    })
}

/// Attributes Entra ID sends without being asked, wherever the person has a value.
fn by_default(wanted: &str) -> bool {
    const DEFAULTS: &[&str] = &["name", "emailaddress", "givenname", "surname"];
    wanted
        .strip_prefix("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/")
        .is_some_and(|last| DEFAULTS.contains(&last))
        || DEFAULTS.contains(&wanted)
}

/// Whether the claims of a mapping policy contain the attribute; `None` where no policy is known.
fn sends(registration: &IdpRegistration, wanted: &str) -> Option<bool> {
    if registration.claims.is_empty() {
        return None;
    }
    let answers = |claim: &str| claim == wanted || diag_sdk::spec::short(claim) == wanted;
    Some(registration.claims.iter().any(|claim| answers(&claim.attribute.value)))
}

/// The setting that names the attribute is there and empty.
fn not_entered(entry: &EntryPoint<'_>) -> Option<Finding> {
    let place = entry.user_id_attribute_unset.as_ref()?;
    let finding = entry
        .fault("No attribute is named for the user id")
        .detail("Without it the service provider cannot tell who signed in.")
        .expected("the name of an attribute", "what the set-up asks for")
        .actual("nothing", format!("samlAttributeUserId of {}", entry.name))
        .at(place);
    Some(finding.because_at(&NOT_ENTERED, entry, None))
}

/// In square brackets stands what is the same for everybody, as with the directory.
fn constant(entry: &EntryPoint<'_>) -> Option<Finding> {
    let wanted = entry.user_id_attribute.as_ref().filter(|wanted| in_brackets(&wanted.value))?;
    let name = wanted.value.trim().trim_matches(['[', ']']);
    let finding = entry
        .finding(Severity::Warning, "The user id is a constant: everybody becomes the same user")
        .likely()
        .detail("Square brackets make a constant of what stands in them.")
        .expected(name, "the name of the attribute, without brackets")
        .actual_sited(wanted, format!("samlAttributeUserId of {}", entry.name));
    Some(finding.because_at(&BRACKETS, entry, name))
}

fn in_brackets(value: &str) -> bool {
    value.trim().starts_with('[') && value.trim().ends_with(']')
}

/// It says of the attribute for the user id that it is missing.
fn misses_user_id(seen: &Statement) -> bool {
    let text = seen.text.to_lowercase();
    seen.meaning == Meaning::AttributeMissing
        && ["user id", "user-id", "userid"].iter().any(|word| text.contains(word))
}

/// Nothing was captured, and the log says it.
fn said_by_log(case: &Case, out: &mut Findings) {
    for failure in case
        .failures
        .iter()
        .filter(|failure| failure.party == Party::Sp && failure.message.is_none())
    {
        let Some(seen) = failure.said.iter().find(|seen| misses_user_id(seen)) else { continue };
        let mut finding = Finding::error("The service provider found no user id in the assertion")
            .detail(seen.quoted())
            .at_all(&seen.place)
            .attempt(failure.attempt.clone().unwrap_or_default());
        let entry = case.saml_entry_points().find(|entry| entry.user_id_attribute.is_some());
        let wanted = entry.as_ref().and_then(|entry| entry.user_id_attribute.as_ref());
        if let Some(wanted) = wanted {
            finding = finding
                .expected(
                    wanted.value.clone(),
                    "the attribute for the user id in the service provider's configuration",
                )
                .actual("no attribute of that name", "the service provider's log")
                .at(&wanted.place);
        }
        finding =
            finding.because_with(&NOT_RELEASED, case, wanted.map(|wanted| wanted.value.as_str()));
        finding = match &entry {
            Some(entry) => finding.because_at(&WRONG_NAME, entry, None),
            None => finding.because(&WRONG_NAME, case),
        };
        out.push(finding.because(&EMPTY_SOURCE, case));
    }
}

/// The service provider's page or log says that it found no user id.
fn said_by_sp(sign_in: &SignIn<'_>) -> Option<Finding> {
    if !sign_in.refused() {
        return None;
    }
    let statements = sign_in.statements();
    let seen = statements.iter().find(|seen| misses_user_id(seen))?;
    // A line of a log may be about somebody else who signed in at that time; this assertion has the attribute.
    let sent = |entry: &EntryPoint<'_>| {
        entry.user_id_attribute.as_ref().is_some_and(|wanted| sign_in.has_value(&wanted.value))
    };
    if seen.part == Part::Log && sign_in.entry_points.iter().any(sent) {
        return None;
    }
    let case = sign_in.case;
    let mut finding = sign_in
        .finding(Severity::Error, "The service provider found no user id in the assertion")
        .detail(format!("It says: \u{201c}{}\u{201d}.\n{}", seen.text, sign_in.sent()))
        .at(&sign_in.assertion.place)
        .because(&NOT_RELEASED, case)
        .because(&WRONG_NAME, case)
        .because(&EMPTY_SOURCE, case);
    if let Some(place) = &seen.place {
        finding = finding.at(place);
    }
    Some(finding)
}

/// Without a capture: the policy lists every attribute that is sent, and the user id's is not among them.
fn out_of_policy(entry: &EntryPoint<'_>, registration: &IdpRegistration, out: &mut Findings) {
    let Some(wanted) = &entry.user_id_attribute else { return };
    let sent_anyway = registration.basic_claims != Some(false) && by_default(&wanted.value);
    match sends(registration, &wanted.value) {
        Some(false) if !sent_anyway => {}
        Some(_) => return,
        None => {
            out.missing(Need::Capture);
            return;
        }
    }
    let mut finding = Finding::warning("The claims mapping does not send the attribute for the user id")
        .likely()
        .detail("The mapping policy lists the attributes that are sent; the one the service provider reads is not among them.")
        .expected(wanted.value.clone(), "the attribute for the user id in the service provider's configuration")
        .at(&wanted.place)
        .cause_with(&NOT_RELEASED, registration.vendor, registration.name.as_deref(), Some(&wanted.value));
    if let Some(claim) = registration.claims.first() {
        let names: Vec<&str> = registration
            .claims
            .iter()
            .map(|claim| claim.attribute.value.as_str())
            .take(12)
            .collect();
        finding = finding
            .at(&claim.attribute.place)
            .actual(names.join(", "), "SamlClaimType of the mapping policy");
    }
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Difference;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::registration::Claim;
    use diag_sdk::testing::{
        NAME_CLAIM as NAME, levels, says_at as says, sign_in_sending as sign_in,
    };

    const MAIL: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";

    #[test]
    fn full_names_and_last_segments_are_found() {
        for wanted in [NAME, "name"] {
            let mut case = sign_in(Outcome::RefusedBySp, &[(NAME, &["ada"])]);
            case.sp_configurations[0].user_id_attribute = Some(wanted.into());
            assert!(levels(&USER_ID_ATTRIBUTE_MISSING, &case).is_empty(), "{wanted}");
        }
    }

    #[test]
    fn letter_case_counts_and_is_named() {
        let case = sign_in(
            Outcome::RefusedBySp,
            &[("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/Name", &["ada"])],
        );
        let outcome = USER_ID_ATTRIBUTE_MISSING.judge(&case);
        let finding = &outcome.found()[0];
        assert_eq!(
            (finding.severity, finding.difference),
            (Severity::Error, Some(Difference::LetterCase))
        );
        assert_eq!(
            finding.causes[0].value.as_deref(),
            Some("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/Name")
        );
        assert_eq!(finding.causes[1].value.as_deref(), Some(NAME));
    }

    #[test]
    fn a_default_claim_that_is_absent_points_to_the_persons_record() {
        let mut case = sign_in(Outcome::RefusedBySp, &[(NAME, &["ada"])]);
        case.sp_configurations[0].user_id_attribute = Some(MAIL.into());
        let outcome = USER_ID_ATTRIBUTE_MISSING.judge(&case);
        assert_eq!(outcome.found()[0].severity, Severity::Error);
        assert!(outcome.found()[0].causes[0].text.contains("no value"));
    }

    #[test]
    fn an_empty_value_is_no_value() {
        assert_eq!(
            levels(&USER_ID_ATTRIBUTE_MISSING, &sign_in(Outcome::RefusedBySp, &[(NAME, &[" "])])),
            [Severity::Error]
        );
        assert_eq!(
            levels(&USER_ID_ATTRIBUTE_MISSING, &sign_in(Outcome::RefusedBySp, &[(NAME, &[])])),
            [Severity::Error]
        );
    }

    #[test]
    fn who_got_in_gets_a_warning_and_an_undecided_sign_in_an_error() {
        assert_eq!(
            levels(&USER_ID_ATTRIBUTE_MISSING, &sign_in(Outcome::SignedIn, &[])),
            [Severity::Warning]
        );
        assert_eq!(
            levels(&USER_ID_ATTRIBUTE_MISSING, &sign_in(Outcome::Incomplete, &[])),
            [Severity::Error]
        );
    }

    #[test]
    fn a_response_to_somebody_else_is_not_judged() {
        let mut case = sign_in(Outcome::Incomplete, &[]);
        case.messages[1].sightings[1].to = Some("https://broker.example/acs".to_owned());
        assert!(levels(&USER_ID_ATTRIBUTE_MISSING, &case).is_empty());
        case.messages[1].sightings[1].to = Some("https://sense.example/adfs/samlauthn/".to_owned());
        assert!(levels(&USER_ID_ATTRIBUTE_MISSING, &case).is_empty());
    }

    #[test]
    fn without_a_configuration_the_page_may_say_it() {
        let mut case = sign_in(Outcome::RefusedBySp, &[(NAME, &["ada"])]);
        case.sp_configurations.clear();
        assert!(levels(&USER_ID_ATTRIBUTE_MISSING, &case).is_empty());
        assert_eq!(USER_ID_ATTRIBUTE_MISSING.judge(&case).missed(), [Need::Virtualproxyconfig]);
        says(
            &mut case,
            1,
            Meaning::AttributeMissing,
            "SAML mandatory attribute for user ID is missing",
        );
        assert_eq!(levels(&USER_ID_ATTRIBUTE_MISSING, &case), [Severity::Error]);
    }

    #[test]
    fn a_policy_without_the_attribute_is_a_likely_warning() {
        let mut case = sign_in(Outcome::Incomplete, &[]);
        case.messages.clear();
        case.attempts.clear();
        let claim = |name: &str| Claim { attribute: name.into(), ..Claim::default() };
        let mut registration = IdpRegistration {
            relevant: true,
            claims: vec![claim("urn:mail")],
            ..IdpRegistration::default()
        };
        registration.basic_claims = Some(false);
        case.registrations.push(registration);
        assert_eq!(levels(&USER_ID_ATTRIBUTE_MISSING, &case), [Severity::Warning]);
        case.registrations[0].basic_claims = None;
        assert!(levels(&USER_ID_ATTRIBUTE_MISSING, &case).is_empty());
        case.registrations[0].basic_claims = Some(false);
        case.registrations[0].claims.push(claim(NAME));
        assert!(levels(&USER_ID_ATTRIBUTE_MISSING, &case).is_empty());
    }
}
