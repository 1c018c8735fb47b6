//! An attribute the service provider demands is not in the assertion.

use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::metadata::{Metadata, RequestedAttribute};
use diag_sdk::case::product::Habit;
use diag_sdk::case::registration::{ClaimsRule, IdpRegistration};
use diag_sdk::case::sp_configuration::MappedAttribute;
use diag_sdk::near;
use diag_sdk::view::{EntryPoint, SignIn};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, spec,
};

static NOT_RELEASED: CauseData = CauseData {
    text: "The identity provider does not send an attribute the service provider demands, or the person has no value for it",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send the attribute to this application, and see that the person has a value for it",
};
static BASIC_LEFT_OUT: CauseData = CauseData {
    text: "The application's claims policy leaves the basic claims out (IncludeBasicClaimSet is false) and does not list this one",
    who: Who::Idp,
    setting: Setting::IdpMappingPolicy,
    fix: "Add the claim to the policy, or include the basic claims",
};
static BASIC_LEFT_OUT_BY_SETTING: CauseData = CauseData {
    text: "The application's claims settings leave the basic claims out and do not list this one",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Add the claim, or include the basic claims",
};
static NO_GROUPS: CauseData = CauseData {
    text: "The application is set to send no groups (groupMembershipClaims is None)",
    who: Who::Idp,
    setting: Setting::IdpGroups,
    fix: "Add a group claim, for the groups assigned to the application or for all",
};
static GROUPS_AS_ROLES: CauseData = CauseData {
    text: "The application sends the groups as role claims, under the name of those",
    who: Who::Idp,
    setting: Setting::IdpGroups,
    fix: "Send the groups as a group claim, or let the service provider map the attribute of the role claim",
};
static MANDATORY: CauseData = CauseData {
    text: "The attribute is marked as mandatory although not everybody has it",
    who: Who::Sp,
    setting: Setting::SpAttributeMapping,
    fix: "Clear the mandatory mark of the attribute, or map the attribute that is sent",
};
static NOT_MAPPED: CauseData = CauseData {
    text: "The service provider does not take the attribute from the assertion under the name it is sent with",
    who: Who::Sp,
    setting: Setting::SpAttributeMapping,
    fix: "Map the attribute under the exact name (and NameFormat) that is sent",
};
static ACCESS_RULE: CauseData = CauseData {
    text: "The access rule of the page demands an attribute, or a value of it, that this person does not bring",
    who: Who::Sp,
    setting: Setting::SpAccessRule,
    fix: "Compare the access rule with the attributes of the assertion, and change the rule or what is sent",
};

check! {
    /// An attribute the service provider demands is not in the assertion.
    ///
    /// Attributes can be mandatory: by a mark in the attribute mapping, by `RequestedAttribute` with
    /// `isRequired` in the service provider's metadata, or by the access rule of a page. A person whose
    /// assertion lacks one is refused although the sign-in itself went well; others, who have the
    /// attribute, get in.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeMap": [{"samlAttribute": "groups", "senseAttribute": "group", "isMandatory": true}]}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:AttributeStatement>
    ///     <saml:Attribute Name="name"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute>
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
    ///  "samlAttributeMap": [{"samlAttribute": "groups", "senseAttribute": "group", "isMandatory": true}]}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:AttributeStatement>
    ///     <saml:Attribute Name="http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"><saml:AttributeValue>sales</saml:AttributeValue></saml:Attribute>
    ///   </saml:AttributeStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static REQUIRED_ATTRIBUTE_MISSING = {
        id: "identity/required-attribute-missing",
        title: "An attribute the service provider demands is not sent",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Capture, Need::Virtualproxyconfig],
        explains: [],
        accounts: [Account::sp_or_loop(&[Meaning::AttributeMissing, Meaning::AccessDenied])],
        logged: "The service provider misses an attribute",
        causes: [NOT_RELEASED, BASIC_LEFT_OUT, BASIC_LEFT_OUT_BY_SETTING, NO_GROUPS, GROUPS_AS_ROLES, MANDATORY, NOT_MAPPED, ACCESS_RULE],
        references: [
            Reference::section(Specification::SamlMetadata, "2.4.4.2"),
            Reference::page("https://help.qlik.com/en-US/sense-admin/August2022/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/Configure-SAML.htm", "2026-12-01").about("SAML attribute mapping"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let sign_ins = case.sign_ins(out);
    if sign_ins.is_empty() {
        for entry in case.saml_entry_points() {
            let missing = groups_that_are_not_sent(case, &entry);
            out.extend(missing.or_else(|| groups_under_another_name(case, &entry)));
        }
    }
    for sign_in in sign_ins {
        let mut told = false;
        for entry in &sign_in.entry_points {
            for row in entry.attribute_map.iter().filter(|row| row.mandatory) {
                if let Some(finding) = mandatory(&sign_in, entry, row) {
                    out.push(finding);
                    told = true;
                }
            }
        }
        for metadata in published(case) {
            for requested in metadata
                .sp
                .iter()
                .flat_map(|role| &role.requested_attributes)
                .filter(|requested| requested.required)
            {
                if let Some(finding) = requested_by_metadata(&sign_in, metadata, requested) {
                    told |= finding.severity == Severity::Error;
                    out.push(finding);
                }
            }
        }
        if !told {
            let demanded = demanded_by_product(&sign_in);
            told = demanded.is_some();
            out.extend(demanded);
        }
        if !told {
            out.extend(said_or_denied(&sign_in));
        }
    }
}

/// By the settings of both sides alone: groups are demanded of every assertion, and the application sends none.
fn groups_that_are_not_sent(case: &Case, entry: &EntryPoint<'_>) -> Option<Finding> {
    let demanded = entry
        .attribute_map
        .iter()
        .find(|row| row.mandatory && spec::short(&row.attribute.value) == "groups")?;
    let none = |registration: &&IdpRegistration| {
        registration
            .group_claims
            .as_ref()
            .is_some_and(|groups| groups.value.eq_ignore_ascii_case("none"))
            && !registration
                .claims
                .iter()
                .any(|claim| spec::short(&claim.attribute.value) == "groups")
    };
    let registration = case.relevant_registrations().find(none)?;
    let groups = registration.group_claims.as_ref()?;
    let finding = entry
        .fault("Groups are mandatory in the mapping, and the application sends none")
        .detail("The service provider refuses an assertion without an attribute that it holds to be mandatory.")
        .expected(demanded.attribute.value.clone(), "the attribute mapping, where it is marked as mandatory")
        .actual(groups.value.clone(), "groupMembershipClaims of the application")
        .at(&demanded.attribute.place)
        .at(&groups.place);
    Some(finding.because_in(&NO_GROUPS, registration, None).because_at(&MANDATORY, entry, None))
}

/// By the settings of both sides alone: groups are demanded under their name, and the application sends them under that of roles.
fn groups_under_another_name(case: &Case, entry: &EntryPoint<'_>) -> Option<Finding> {
    const AS_ROLES: &str = "emit_as_roles";
    let demanded = entry
        .attribute_map
        .iter()
        .find(|row| row.mandatory && spec::short(&row.attribute.value) == "groups")?;
    let (registration, claim) = case.relevant_registrations().find_map(|registration| {
        let mut claims = registration.optional_claims.iter();
        let claim = claims.find(|claim| {
            claim.name.value == "groups"
                && claim.properties.iter().any(|property| property == AS_ROLES)
        })?;
        Some((registration, claim))
    })?;
    let finding = entry
        .fault("Groups are mandatory in the mapping, and the application sends them as roles")
        .detail("The assertion carries them under the name of the role claim, so that the mandatory attribute is missing in it.")
        .expected(demanded.attribute.value.clone(), "the attribute mapping, where it is marked as mandatory")
        .actual(AS_ROLES, "additionalProperties of the groups claim")
        .at(&demanded.attribute.place)
        .at(&claim.name.place);
    Some(finding.because_in(&GROUPS_AS_ROLES, registration, None).because_at(
        &NOT_MAPPED,
        entry,
        None,
    ))
}

/// Metadata of the service provider, as published, or else the copy the identity provider holds.
fn published(case: &Case) -> Vec<&Metadata> {
    let published: Vec<&Metadata> = case.sp_metadata(HeldBy::Publisher).collect();
    if published.is_empty() { case.sp_metadata(HeldBy::Idp).collect() } else { published }
}

fn mandatory(
    sign_in: &SignIn<'_>,
    entry: &EntryPoint<'_>,
    row: &MappedAttribute,
) -> Option<Finding> {
    let wanted = &row.attribute;
    if sign_in.has_value(&wanted.value) {
        return None;
    }
    let finding = sign_in
        .fault("A mandatory attribute of the mapping is not sent")
        .expected(wanted.value.clone(), "the attribute mapping, where it is marked as mandatory")
        .at(&wanted.place);
    let (finding, near) = with_nearest(finding, sign_in, &wanted.value);
    Some(
        left_out(finding, sign_in.case, &wanted.value)
            .because_with(&NOT_RELEASED, sign_in.case, wanted.value.as_str())
            .because_at(&MANDATORY, entry, near.as_deref()),
    )
}

fn requested_by_metadata(
    sign_in: &SignIn<'_>,
    metadata: &Metadata,
    requested: &RequestedAttribute,
) -> Option<Finding> {
    let by_friendly_name =
        requested.friendly_name.as_deref().is_some_and(|name| sign_in.has_value(name));
    if sign_in.has_value(&requested.name) || by_friendly_name {
        return None;
    }
    let denied = sign_in.refused()
        || sign_in.attempt.is_some_and(|attempt| attempt.outcome == Outcome::DeniedAfterSignIn);
    let severity = if denied { Severity::Error } else { Severity::Warning };
    let mut finding = sign_in
        .finding(severity, "An attribute the service provider's metadata requires is not sent")
        .expected(
            requested.name.clone(),
            format!("RequestedAttribute with isRequired in {}", metadata.origin),
        )
        .at(&requested.place);
    if !denied {
        finding = finding.likely();
    }
    let (finding, _) = with_nearest(finding, sign_in, &requested.name);
    Some(
        left_out(finding, sign_in.case, &requested.name)
            .because_with(&NOT_RELEASED, sign_in.case, requested.name.as_str())
            .because(&NOT_MAPPED, sign_in.case),
    )
}

/// What the service provider's product always demands, whatever it says.
fn demanded_by_product(sign_in: &SignIn<'_>) -> Option<Finding> {
    let product = sign_in.case.product(sign_in.case.sp_vendor)?;
    let demand = product
        .demands
        .iter()
        .find(|demand| !demand.attribute.iter().any(|name| sign_in.has_value(name)))?;
    let name = demand.attribute.first()?;
    let accepted = sign_in.attempt.is_some_and(|attempt| attempt.outcome == Outcome::SignedIn);
    if accepted {
        return None;
    }
    let finding =
        sign_in.fault("An attribute the service provider always demands is not sent").expected(
            name.clone(),
            format!("what {} demands of every response: {}", product.name, demand.why),
        );
    let (finding, _) = with_nearest(finding, sign_in, name);
    Some(
        left_out(finding, sign_in.case, name)
            .because_with(&NOT_RELEASED, sign_in.case, name.as_str())
            .because(&NOT_MAPPED, sign_in.case),
    )
}

/// What the registration itself says of an attribute that is not sent.
fn left_out(finding: Finding, case: &Case, wanted: &str) -> Finding {
    let lists = |registration: &IdpRegistration| {
        let answers = |claim: &str| claim == wanted || spec::short(claim) == spec::short(wanted);
        registration.claims.iter().any(|claim| answers(&claim.attribute.value))
    };
    for registration in case.relevant_registrations().filter(|registration| !lists(registration)) {
        let none = registration
            .group_claims
            .as_ref()
            .filter(|groups| groups.value.eq_ignore_ascii_case("none"));
        if let Some(groups) = none.filter(|_| spec::short(wanted) == "groups") {
            return finding.at(&groups.place).because_in(&NO_GROUPS, registration, None);
        }
        if let Some(place) = &registration.basic_claims_left_out {
            let custom = registration.claims_ruled_by == Some(ClaimsRule::CustomPolicy);
            let reason = if custom { &BASIC_LEFT_OUT_BY_SETTING } else { &BASIC_LEFT_OUT };
            return finding.at(place).because_in(reason, registration, wanted);
        }
    }
    finding
}

fn with_nearest(finding: Finding, sign_in: &SignIn<'_>, wanted: &str) -> (Finding, Option<String>) {
    match near::attribute(wanted, &sign_in.assertion.attributes) {
        Some((attribute, nearness)) => {
            let finding = finding
                .detail(format!(
                    "The nearest attribute that is sent is {}: {}.",
                    attribute.name,
                    nearness.words()
                ))
                .actual(attribute.name.clone(), "the nearest attribute of the assertion")
                .at(&attribute.place);
            let finding = match nearness.difference() {
                Some(difference) => finding.difference(difference),
                None => finding,
            };
            (finding, Some(attribute.name.clone()))
        }
        None => (
            finding
                .detail(sign_in.sent())
                .actual("no attribute of that name", "the assertion")
                .at(&sign_in.assertion.place),
            None,
        ),
    }
}

/// No list of demands is at hand: the service provider's own word, or its refusal of a page right
/// after it accepted the response.
fn said_or_denied(sign_in: &SignIn<'_>) -> Option<Finding> {
    let said = sign_in.statements();
    let attempt = sign_in.attempt?;
    let denied = attempt.outcome == Outcome::DeniedAfterSignIn;
    // What names the user id is user-id-attribute-missing's.
    let of_the_user_id = |text: &str| {
        ["user id", "user-id", "userid"].iter().any(|word| text.to_lowercase().contains(word))
    };
    let reason = said.iter().find(|seen| {
        seen.meaning == Meaning::AttributeMissing
            && (sign_in.refused() || denied)
            && !of_the_user_id(&seen.text)
    });
    let (headline, detail) = if let Some(seen) = reason {
        (
            "The service provider misses an attribute",
            format!("{}\n{}", seen.quoted(), sign_in.sent()),
        )
    } else if let Some(page) = denial(sign_in).filter(|_| {
        !a_licence_is_missing(sign_in)
            && !sign_in.said(&[Meaning::NotProvisioned, Meaning::UserDisabled])
    }) {
        // A page that is not found, or that fails, has nothing to do with the person.
        let status = page.status;
        (
            "Signed in, yet the attributes sent may not give access",
            format!(
                "The service provider accepted the response, then refused the page with status {status}. Its access rule may demand an attribute, or a value, that \
                 it did not get from this assertion.\n{}",
                sign_in.sent()
            ),
        )
    } else {
        return None;
    };
    // A refusal without words may have other reasons; the verdict knows whether anything else accounts for it.
    let severity = if reason.is_some() { Severity::Error } else { Severity::Warning };
    let mut finding = sign_in.finding(severity, headline).detail(detail);
    finding = finding.at_all(denial(sign_in).map(|page| &page.place)).at(&sign_in.assertion.place);
    if reason.is_none() {
        finding = finding.likely();
    }
    if let Some(place) = reason.and_then(|seen| seen.place.as_ref()) {
        finding = finding.at(place);
    }
    let case = sign_in.case;
    let named = reason.and_then(|seen| seen.values.get("attribute"));
    let usual = reason.filter(|_| named.is_none()).and_then(|_| looked_for(sign_in));
    if let Some(name) = usual {
        finding = finding.expected(
            name.clone(),
            "the name the service provider looks for, unless it has been told another",
        );
    }
    if let Some(name) = named {
        finding = finding.expected(name.clone(), "the attribute the service provider names");
        if let Some((attribute, nearness)) = near::attribute(name, &sign_in.assertion.attributes) {
            finding = finding.actual(
                attribute.name.clone(),
                format!("the nearest attribute of the assertion: {}", nearness.words()),
            );
        }
    }
    let attribute = |finding: Finding| {
        finding
            .because_with(&NOT_RELEASED, case, named.or(usual).map(String::as_str))
            .because(&NOT_MAPPED, case)
    };
    let rule = |finding: Finding| finding.because(&ACCESS_RULE, case);
    // Which rule refused only its owner knows, unless the refusal names the attribute.
    Some(if reason.is_some() { rule(attribute(finding)) } else { attribute(rule(finding)) })
}

/// The one attribute the service provider's product always demands, by the name it looks for as delivered, where it
/// was sent under another name only.
fn looked_for<'a>(sign_in: &SignIn<'a>) -> Option<&'a String> {
    let case = sign_in.case;
    match case.product(case.sp_vendor)?.demands.as_slice() {
        [demand] => {
            let sent = |name: &String| {
                sign_in.assertion.attributes.iter().any(|attribute| attribute.name == *name)
            };
            demand.attribute.first().filter(|name| !sent(name))
        }
        _ => None,
    }
}

/// A product with licences of its own says that the person has no access pass: a licence, not an attribute.
fn a_licence_is_missing(sign_in: &SignIn<'_>) -> bool {
    sign_in.said(&[Meaning::NoLicence, Meaning::UserDisabled])
        || sign_in.case.sp_has_habit(Habit::WantsLicence)
            && sign_in.said(&[Meaning::AccessDenied, Meaning::NotProvisioned])
}

fn denial<'a>(sign_in: &SignIn<'a>) -> Option<&'a Exchange> {
    let attempt =
        sign_in.attempt.filter(|attempt| attempt.outcome == Outcome::DeniedAfterSignIn)?;
    attempt
        .end
        .and_then(|index| sign_in.case.exchanges.get(index))
        .filter(|exchange| matches!(exchange.status, 401 | 403))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::metadata::SpRole;
    use diag_sdk::testing::{
        NAME_CLAIM as NAME, assertion, attribute, levels, says_at as says,
        sign_in_sending as sign_in,
    };

    fn row(attribute: &str) -> MappedAttribute {
        MappedAttribute { attribute: attribute.into(), target: "group".to_owned(), mandatory: true }
    }

    #[test]
    fn mandatory_rows_are_demanded_and_others_are_not() {
        let mut case = sign_in(Outcome::RefusedBySp, &[(NAME, &["ada"])]);
        case.sp_configurations[0].attribute_map = vec![row("groups")];
        assert_eq!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case), [Severity::Error]);
        case.sp_configurations[0].attribute_map[0].mandatory = false;
        assert!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case).is_empty());
        let mut case = sign_in(
            Outcome::RefusedBySp,
            &[("http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", &["sales"])],
        );
        case.sp_configurations[0].attribute_map = vec![row("groups")];
        assert!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case).is_empty());
    }

    #[test]
    fn what_the_registration_leaves_out_is_named_first() {
        let mut case = sign_in(Outcome::RefusedBySp, &[(NAME, &["ada"])]);
        case.sp_configurations[0].attribute_map = vec![row("groups")];
        let mut known = diag_sdk::testing::registration(&[], &[]);
        known.group_claims = Some("None".into());
        case.registrations = vec![known];
        let first =
            |case: &Case| REQUIRED_ATTRIBUTE_MISSING.judge(case).found()[0].causes[0].setting;
        assert_eq!(first(&case), Some(Setting::IdpGroups));
        case.registrations[0].group_claims = None;
        case.registrations[0].basic_claims_left_out = Some(diag_sdk::Place::default());
        case.registrations[0].claims_ruled_by = Some(ClaimsRule::MappingPolicy);
        assert_eq!(first(&case), Some(Setting::IdpMappingPolicy));
    }

    #[test]
    fn who_got_in_gets_a_warning() {
        let mut case = sign_in(Outcome::SignedIn, &[(NAME, &["ada"])]);
        case.sp_configurations[0].attribute_map = vec![row("groups")];
        assert_eq!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case), [Severity::Warning]);
    }

    #[test]
    fn metadata_demands_are_errors_only_where_access_was_refused() {
        let demands = |outcome| {
            let mut case = sign_in(outcome, &[(NAME, &["ada"])]);
            let requested = RequestedAttribute {
                name: "urn:oid:0.9.2342.19200300.100.1.3".to_owned(),
                friendly_name: Some("mail".to_owned()),
                required: true,
                ..RequestedAttribute::default()
            };
            case.metadata.push(Metadata {
                sp: Some(SpRole { requested_attributes: vec![requested], ..SpRole::default() }),
                ..Metadata::default()
            });
            case
        };
        assert_eq!(
            levels(&REQUIRED_ATTRIBUTE_MISSING, &demands(Outcome::SignedIn)),
            [Severity::Warning]
        );
        assert_eq!(
            levels(&REQUIRED_ATTRIBUTE_MISSING, &demands(Outcome::DeniedAfterSignIn)),
            [Severity::Error]
        );
        let mut case = demands(Outcome::DeniedAfterSignIn);
        assertion(&mut case).attributes.push(attribute("mail", &["ada@contoso.example"]));
        case.attempts[0].outcome = Outcome::SignedIn;
        assert!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case).is_empty());
    }

    #[test]
    fn what_a_product_always_demands_is_missed_without_a_word() {
        let mut case = sign_in(Outcome::RefusedBySp, &[(NAME, &["ada"])]);
        diag_sdk::testing::qlik_serves(&mut case);
        let demand = |name: &str| diag_sdk::case::product::Demanded {
            attribute: vec![name.to_owned()],
            why: "it chooses the role by it".to_owned(),
        };
        let own = case
            .products
            .iter_mut()
            .find(|product| product.id == diag_sdk::testing::QLIK)
            .expect("the product");
        own.demands = vec![demand(NAME), demand("urn:x:role")];
        let found = REQUIRED_ATTRIBUTE_MISSING.judge(&case);
        let [finding] = found.found() else { panic!("one finding") };
        assert_eq!(
            (finding.severity, finding.expected.as_deref()),
            (Severity::Error, Some("urn:x:role"))
        );
        case.attempts[0].outcome = Outcome::SignedIn;
        assert!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case).is_empty(), "it did without");
    }

    #[test]
    fn what_the_page_names_is_what_is_expected() {
        let mut case = sign_in(Outcome::RefusedBySp, &[(NAME, &["ada"])]);
        says(&mut case, 1, Meaning::AttributeMissing, "Missing attribute: branch_no");
        let told = case
            .failures
            .iter_mut()
            .flat_map(|failure| &mut failure.said)
            .map(|statement| &mut statement.values);
        let pages = case.exchanges.iter_mut().filter_map(|exchange| exchange.page.as_mut());
        let shown = pages.flat_map(|page| &mut page.phrases).map(|phrase| &mut phrase.values);
        for values in told.chain(shown) {
            values.insert("attribute".to_owned(), "branch_no".to_owned());
        }
        assert_eq!(
            REQUIRED_ATTRIBUTE_MISSING.judge(&case).found()[0].expected.as_deref(),
            Some("branch_no")
        );
    }

    #[test]
    fn a_page_refused_after_the_sign_in_is_told_with_what_was_sent() {
        let case = sign_in(Outcome::DeniedAfterSignIn, &[(NAME, &["ada"])]);
        let outcome = REQUIRED_ATTRIBUTE_MISSING.judge(&case);
        assert_eq!(outcome.found().len(), 1);
        assert!(outcome.found()[0].detail.as_deref().unwrap().contains("status 403"));
        let mut case = sign_in(Outcome::DeniedAfterSignIn, &[(NAME, &["ada"])]);
        case.exchanges[2].status = 404;
        assert!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case).is_empty());
        case.exchanges[2].status = 403;
        diag_sdk::testing::qlik_serves(&mut case);
        says(
            &mut case,
            2,
            Meaning::AccessDenied,
            "you cannot access Qlik Sense because you have no access pass",
        );
        assert!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case).is_empty());
    }

    #[test]
    fn the_service_providers_word_counts() {
        let mut case = sign_in(Outcome::RefusedBySp, &[(NAME, &["ada"])]);
        assert!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case).is_empty());
        says(&mut case, 1, Meaning::AttributeMissing, "a required attribute is missing");
        assert_eq!(levels(&REQUIRED_ATTRIBUTE_MISSING, &case), [Severity::Error]);
    }
}
