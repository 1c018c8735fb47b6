//! The attribute that becomes the user directory is not in the assertion.

use diag_sdk::near;
use diag_sdk::user_directory::{self, Directory};
use diag_sdk::view::{EntryPoint, SignIn};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Sited, Stage, Who, check,
};

static NOT_SENT: CauseData = CauseData {
    text: "The identity provider does not send the attribute that becomes the user directory",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send the attribute to this application under exactly this name",
};
static NOT_ENTERED: CauseData = CauseData {
    text: "The field for the user directory was left empty",
    who: Who::Sp,
    setting: Setting::SpUserDirectory,
    fix: "Enter the name of the directory in square brackets, such as [CONTOSO], or the attribute that names it",
};
static CONSTANT: CauseData = CauseData {
    text: "The user directory is read from an attribute although all users belong to one directory",
    who: Who::Sp,
    setting: Setting::SpUserDirectory,
    fix: "Enter the name of the directory in square brackets, such as [CONTOSO]",
};
static BRACKETS: CauseData = CauseData {
    text: "The name of an attribute stands in square brackets, so it is taken for the name of a directory",
    who: Who::Sp,
    setting: Setting::SpUserDirectory,
    fix: "Remove the square brackets to read the directory from the attribute",
};

check! {
    /// The attribute that becomes the user directory is not in the assertion.
    ///
    /// A user of Qlik Sense is a directory and an id. The directory comes from a constant in square
    /// brackets or from an attribute. When the attribute is not sent, the user cannot be named and the
    /// response is refused. The reverse slip, an attribute's name in brackets, lets everybody in under
    /// a directory that carries the attribute's name.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserDirectory": "domain"}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:AttributeStatement>
    ///       <saml:Attribute Name="name"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute>
    ///     </saml:AttributeStatement>
    ///   </saml:Assertion>
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
    ///  "samlAttributeUserDirectory": "domain"}
    /// ```
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}">
    ///     <saml:AttributeStatement>
    ///       <saml:Attribute Name="name"><saml:AttributeValue>ada</saml:AttributeValue></saml:Attribute>
    ///       <saml:Attribute Name="domain"><saml:AttributeValue>CONTOSO</saml:AttributeValue></saml:Attribute>
    ///     </saml:AttributeStatement>
    ///   </saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example:443/azure/samlauthn/ @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// ```
    pub static USER_DIRECTORY_ATTRIBUTE_MISSING = {
        id: "identity/user-directory-attribute-missing",
        title: "The attribute that becomes the user directory is not sent",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Consumption,
        needs: [Need::Capture, Need::Virtualproxyconfig],
        explains: ["identity/access-not-granted-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::AttributeMissing, Meaning::NoLicence, Meaning::NotProvisioned])],
        causes: [NOT_SENT, CONSTANT, BRACKETS, NOT_ENTERED],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/August2022/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/Configure-SAML.htm", "2026-12-01").about("SAML attribute for user directory"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let sign_ins = case.sign_ins(out);
    for entry in case.saml_entry_points() {
        let Some(place) = &entry.user_directory_unset else { continue };
        let finding = entry
            .fault("No user directory is set")
            .detail("A user is a user id in a directory, and both come from these settings.")
            .expected(
                "the name of an attribute, or of a directory in square brackets",
                "what the set-up asks for",
            )
            .actual("nothing", format!("samlAttributeUserDirectory of {}", entry.name))
            .at(place);
        out.push(finding.because_at(&NOT_ENTERED, &entry, None));
    }
    for entry in case.entry_points().filter(|entry| entry.is_saml()) {
        let Some(setting) = &entry.user_directory else { continue };
        let own = || sign_ins.iter().filter(|sign_in| sign_in.is_read_by(&entry));
        match user_directory::read(&setting.value) {
            Directory::Attribute(name) => {
                // A name in capitals is more likely a constant without its brackets, which has a check of its own.
                if !user_directory::looks_constant(name) {
                    out_of_assertions(&entry, setting, name, own(), out);
                }
                if own().next().is_none() {
                    out.missing(Need::Capture);
                }
            }
            Directory::Constant(name)
                if user_directory::looks_like_attribute(
                    name,
                    own().next().map(|sign_in| sign_in.assertion),
                ) =>
            {
                out.push(
                    Finding::warning("The name of an attribute is used as the user directory")
                        .detail(format!("In square brackets {name} is a constant: everybody belongs to a directory of that name."))
                        .expected(name, "the attribute without brackets")
                        .actual_sited(setting, "samlAttributeUserDirectory")
                        .because_at(&BRACKETS, &entry, name),
                );
            }
            Directory::Constant(_) | Directory::Unbalanced => {}
        }
    }
}

fn out_of_assertions<'a>(
    entry: &EntryPoint<'_>,
    setting: &Sited<String>,
    name: &str,
    sign_ins: impl Iterator<Item = &'a SignIn<'a>>,
    out: &mut Findings,
) {
    for sign_in in sign_ins {
        if sign_in.has_value(name) {
            continue;
        }
        let mut finding = sign_in
            .fault("The attribute that becomes the user directory is not sent")
            .detail(sign_in.sent())
            .expected(name, "samlAttributeUserDirectory, without brackets the name of an attribute")
            .at(&setting.place)
            .at(&sign_in.assertion.place);
        match near::attribute(name, &sign_in.assertion.attributes) {
            Some((attribute, nearness)) => {
                finding = finding
                    .detail(format!(
                        "The nearest attribute that is sent is {}: {}.",
                        attribute.name,
                        nearness.words()
                    ))
                    .actual(attribute.name.clone(), "the nearest attribute of the assertion")
                    .at(&attribute.place);
                if let Some(difference) = nearness.difference() {
                    finding = finding.difference(difference);
                }
            }
            None => finding = finding.actual("no attribute of that name", "the assertion"),
        }
        out.push(
            finding.because_with(&NOT_SENT, entry.case, name).because_at(&CONSTANT, entry, None),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{NAME_CLAIM as NAME, levels, sign_in_sending as sign_in};

    fn directory(text: &str, outcome: Outcome) -> Case {
        let mut case = sign_in(outcome, &[(NAME, &["ada"]), ("organisation", &["CONTOSO"])]);
        case.sp_configurations[0].user_directory = Some(text.into());
        case
    }

    #[test]
    fn the_attribute_must_be_sent() {
        assert_eq!(
            levels(&USER_DIRECTORY_ATTRIBUTE_MISSING, &directory("domain", Outcome::RefusedBySp)),
            [Severity::Error]
        );
        assert_eq!(
            levels(&USER_DIRECTORY_ATTRIBUTE_MISSING, &directory("domain", Outcome::SignedIn)),
            [Severity::Warning]
        );
        assert!(
            levels(
                &USER_DIRECTORY_ATTRIBUTE_MISSING,
                &directory("organisation", Outcome::RefusedBySp)
            )
            .is_empty()
        );
        assert_eq!(
            levels(
                &USER_DIRECTORY_ATTRIBUTE_MISSING,
                &directory("Organisation", Outcome::RefusedBySp)
            ),
            [Severity::Error]
        );
    }

    #[test]
    fn constants_are_left_alone_unless_they_name_an_attribute() {
        for text in ["[AZURE]", "AZURE", "[AZURE"] {
            assert!(
                levels(&USER_DIRECTORY_ATTRIBUTE_MISSING, &directory(text, Outcome::RefusedBySp))
                    .is_empty(),
                "{text}"
            );
        }
        assert_eq!(
            levels(
                &USER_DIRECTORY_ATTRIBUTE_MISSING,
                &directory("[organisation]", Outcome::SignedIn)
            ),
            [Severity::Warning]
        );
        assert_eq!(
            levels(
                &USER_DIRECTORY_ATTRIBUTE_MISSING,
                &directory("[http://x.example/claims/d]", Outcome::SignedIn)
            ),
            [Severity::Warning]
        );
    }
}
