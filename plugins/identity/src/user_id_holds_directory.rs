//! The user id comes with a directory of its own, and another one is put before it.

use diag_sdk::case::product::Habit;
use diag_sdk::view::{EntryPoint, SignIn, User};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Stage, Who, check,
};

static OTHER_ATTRIBUTE: CauseData = CauseData {
    text: "The attribute for the user id is one that names the directory as well",
    who: Who::Sp,
    setting: Setting::SpUserIdAttribute,
    fix: "Take the user id from an attribute that holds the name alone, and leave the directory to its own setting",
};
static SEND_NAME_ALONE: CauseData = CauseData {
    text: "The identity provider sends the name together with its domain",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send the bare log-in name in that attribute",
};

/// What a service provider says of a user it does not know under such a name.
const UNKNOWN: &[Meaning] = &[Meaning::NoLicence, Meaning::NotProvisioned];

check! {
    /// The user id is `DOMAIN\name` or `name@domain` although the user directory is set as well.
    ///
    /// Qlik Sense puts the directory before the id. Where the attribute for the id already carries one, as the
    /// Windows account name of AD FS does, the user becomes `DIRECTORY\DOMAIN\name`: a second user beside the
    /// one that the directory connector made, without its licence and rights.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "adfs", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserId": "winaccount", "samlAttributeUserDirectory": "[CONTOSO]"}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:AttributeStatement>
    ///     <saml:Attribute Name="winaccount"><saml:AttributeValue>CONTOSO\ada</saml:AttributeValue></saml:Attribute>
    ///   </saml:AttributeStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/adfs/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/adfs/hub
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "adfs", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserId": "winaccount", "samlAttributeUserDirectory": "[CONTOSO]"}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:AttributeStatement>
    ///     <saml:Attribute Name="winaccount"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute>
    ///   </saml:AttributeStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/adfs/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/adfs/hub
    /// ```
    pub(crate) static USER_ID_HOLDS_DIRECTORY = {
        id: "identity/user-id-holds-directory",
        title: "The user id names a directory, and another is put before it",
        levels: [Severity::Warning, Severity::Notice],
        stage: Stage::Consumption,
        needs: [Need::Capture],
        explains: ["identity/access-not-granted-at-sp"],
        accounts: [Account::sp_or_loop(UNKNOWN)],
        causes: [OTHER_ATTRIBUTE, SEND_NAME_ALONE],
        references: [
            Reference::page("https://community.qlik.com/t5/Official-Support-Articles/Qlik-Sense-What-are-SAML-attributes/ta-p/1717415", "2026-12-01"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for sign_in in case.sign_ins(out) {
        for entry in &sign_in.entry_points {
            let Some(user) = sign_in.user(entry) else { continue };
            // Mail addresses are sound ids; only who is not known by one has it twice.
            let unknown = sign_in.said(UNKNOWN)
                && user.directory_in_id().is_some_and(|own| is_of(own, &user.directory));
            if user.repeats_directory() || unknown {
                out.push(told(&sign_in, entry, &user));
            }
        }
        out.extend(unset(&sign_in));
    }
}

/// A domain and the short name of it, or the same name twice.
fn is_of(domain: &str, directory: &str) -> bool {
    domain.eq_ignore_ascii_case(directory)
        || domain.split('.').next().is_some_and(|label| label.eq_ignore_ascii_case(directory))
}

/// Which attribute is the user id is not known, but whoever is not known there is named by domain and name alone.
fn unset(sign_in: &SignIn<'_>) -> Option<Finding> {
    let case = sign_in.case;
    if !sign_in.entry_points.is_empty()
        || !case.sp_has_habit(Habit::NamesPeopleByDirectory)
        || !sign_in.said(UNKNOWN)
    {
        return None;
    }
    let sent = || {
        sign_in
            .assertion
            .attributes
            .iter()
            .flat_map(|attribute| attribute.values.iter().map(move |value| (attribute, value)))
    };
    let (attribute, whole, domain, name) = sent().find_map(|(attribute, value)| {
        let whole = value.value.text.as_deref()?.trim();
        let (domain, name) = whole
            .split_once('\\')
            .filter(|(domain, name)| !domain.trim().is_empty() && !name.trim().is_empty())?;
        Some((attribute, whole, domain, name))
    })?;
    if sent().any(|(_, value)| value.value.text.as_deref().is_some_and(|text| text.trim() == name))
    {
        return None;
    }
    Some(
        sign_in
            .finding(Severity::Notice, "What could be the user id names a directory as well")
            .likely()
            .detail(format!(
                "If that is the user id, and the directory is set too, the person becomes {domain}\\{whole}: another user than {whole}."
            ))
            .actual(whole, attribute.name.clone())
            .at(&attribute.place)
            .because(&OTHER_ATTRIBUTE, case)
            .because(&SEND_NAME_ALONE, case),
    )
}

fn told(sign_in: &SignIn<'_>, entry: &EntryPoint<'_>, user: &User<'_>) -> Finding {
    let (own, bare) =
        (user.directory_in_id().unwrap_or_default(), user.bare_id().unwrap_or_default());
    let finding = sign_in
        .finding(Severity::Warning, "The user id names a directory, and another is put before it")
        .detail(format!(
            "The person becomes {}: to the service provider another user than {}\\{bare}.",
            user.shown(),
            user.directory
        ))
        .actual(user.shown(), "user directory and user id")
        .expected(
            format!("{}\\{bare}", user.directory),
            format!("directory {} and a name without {own}", user.directory),
        )
        .at(&user.id.place);
    let finding = match &entry.user_id_attribute {
        Some(setting) => finding.at(&setting.place),
        None => finding,
    };
    finding.because_at(&OTHER_ATTRIBUTE, entry, None).because(&SEND_NAME_ALONE, sign_in.case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{NAME_CLAIM as NAME, findings, says_at, sign_in_sending};

    fn case(outcome: Outcome, id: &str) -> Case {
        sign_in_sending(outcome, &[(NAME, &[id])])
    }

    #[test]
    fn a_domain_before_the_name_is_one_too_many() {
        let found = findings(&USER_ID_HOLDS_DIRECTORY, &case(Outcome::SignedIn, "CONTOSO\\ada"));
        assert_eq!(found[0].actual.as_deref(), Some("AZURE\\CONTOSO\\ada"));
        assert!(findings(&USER_ID_HOLDS_DIRECTORY, &case(Outcome::SignedIn, "ada")).is_empty());
    }

    #[test]
    fn without_the_setting_it_is_a_notice() {
        let refused = |id: &str| {
            let mut case = case(Outcome::DeniedAfterSignIn, id);
            says_at(&mut case, 2, Meaning::NoLicence, "no access pass");
            case.sp_configurations.clear();
            findings(&USER_ID_HOLDS_DIRECTORY, &case)
        };
        let found = refused("CONTOSO\\ada");
        assert_eq!((found.len(), found[0].severity), (1, Severity::Notice));
        assert!(
            found[0]
                .detail
                .as_deref()
                .is_some_and(|detail| detail.contains("CONTOSO\\CONTOSO\\ada"))
        );
        assert!(refused("ada").is_empty());
    }

    #[test]
    fn a_mail_address_is_a_sound_id() {
        assert!(
            findings(&USER_ID_HOLDS_DIRECTORY, &case(Outcome::SignedIn, "ada@azure.example"))
                .is_empty()
        );
        let mut unknown = case(Outcome::DeniedAfterSignIn, "ada@azure.example");
        says_at(&mut unknown, 2, Meaning::NoLicence, "no access pass");
        assert_eq!(findings(&USER_ID_HOLDS_DIRECTORY, &unknown).len(), 1);
        let mut elsewhere = case(Outcome::DeniedAfterSignIn, "ada@contoso.example");
        says_at(&mut elsewhere, 2, Meaning::NoLicence, "no access pass");
        assert!(findings(&USER_ID_HOLDS_DIRECTORY, &elsewhere).is_empty());
    }
}
