//! The constant user directory does not stand in square brackets.

use diag_sdk::user_directory::{self, Directory};
use diag_sdk::view::{EntryPoint, SignIn};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Sited, Stage, Who, check,
};

static QUOTE: CauseData = CauseData {
    text: "The name of a directory was entered without its square brackets, so it is taken for the name of an attribute",
    who: Who::Sp,
    setting: Setting::SpUserDirectory,
    fix: "Put the name of the directory in square brackets, both of them",
};

check! {
    /// The constant user directory does not stand in square brackets.
    ///
    /// In a virtual proxy `[AZURE]` means the directory AZURE for everybody, while `AZURE` means the
    /// value of an attribute of that name. Without brackets, or with only one of them, the service
    /// provider looks for an attribute that nobody sends, and the response is refused.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserDirectory": "[AZURE"}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeUserDirectory": "[AZURE]"}
    /// ```
    pub static USER_DIRECTORY_UNQUOTED = {
        id: "identity/user-directory-unquoted",
        title: "The constant user directory lacks its square brackets",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["identity/user-directory-attribute-missing"],
        accounts: [Account::sp(&[Meaning::AttributeMissing])],
        causes: [QUOTE],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/August2022/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/Configure-SAML.htm", "2026-12-01").about("SAML attribute for user directory"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    // What is encrypted cannot tell which attributes were sent, but the brackets are judged all the same.
    let sign_ins = case.sign_ins(&mut Findings::default());
    for entry in case.entry_points().filter(|entry| entry.is_saml()) {
        let Some(setting) = &entry.user_directory else { continue };
        match user_directory::read(&setting.value) {
            Directory::Unbalanced => {
                out.push(finding(Severity::Error, "The brackets of the user directory do not match", &entry, setting).detail(
                    "A constant stands between one opening and one closing bracket. This value is neither a constant nor an attribute.",
                ));
            }
            Directory::Attribute(name) => unquoted(name, &entry, setting, &sign_ins, out),
            Directory::Constant(_) => {}
        }
    }
}

/// A name in capitals that no assertion carries as an attribute was meant as a constant.
fn unquoted(
    name: &str,
    entry: &EntryPoint<'_>,
    setting: &Sited<String>,
    sign_ins: &[SignIn<'_>],
    out: &mut Findings,
) {
    let own: Vec<&SignIn<'_>> =
        sign_ins.iter().filter(|sign_in| sign_in.is_read_by(entry)).collect();
    if !user_directory::looks_constant(name)
        || own.iter().any(|sign_in| sign_in.attribute(name).is_some())
    {
        return;
    }
    // Only a capture shows that there is no such attribute.
    let severity =
        own.iter().map(|sign_in| sign_in.fault("").severity).max().unwrap_or(Severity::Warning);
    let mut finding = finding(
        severity,
        "The user directory stands without square brackets",
        entry,
        setting,
    )
    .detail(format!(
        "{name} is taken for the name of an attribute, and no attribute of that name is sent."
    ));
    if own.is_empty() {
        finding = finding.detail(format!("{name} is taken for the name of an attribute. It looks like the name of a directory.")).likely();
    }
    for sign_in in own.iter().take(1) {
        finding = sign_in.mark(finding).at(&sign_in.assertion.place);
    }
    out.push(finding);
}

fn finding(
    severity: Severity,
    headline: &str,
    entry: &EntryPoint<'_>,
    setting: &Sited<String>,
) -> Finding {
    let quoted = format!("[{}]", setting.value.trim().trim_matches(['[', ']']));
    Finding::new(severity, headline)
        .expected(quoted.clone(), "a constant in square brackets")
        .actual_sited(setting, "samlAttributeUserDirectory")
        .because_at(&QUOTE, entry, quoted.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        NAME_CLAIM as NAME, assertion, attribute, levels, sign_in_sending as sign_in,
    };

    fn directory(text: &str, outcome: Outcome) -> Case {
        let mut case = sign_in(outcome, &[(NAME, &["ada"])]);
        case.sp_configurations[0].user_directory = Some(text.into());
        case
    }

    #[test]
    fn brackets_must_match() {
        for text in ["[AZURE", "AZURE]", "[[AZURE]]"] {
            assert_eq!(
                levels(&USER_DIRECTORY_UNQUOTED, &directory(text, Outcome::RefusedBySp)),
                [Severity::Error],
                "{text}"
            );
        }
        assert!(
            levels(&USER_DIRECTORY_UNQUOTED, &directory("[AZURE]", Outcome::RefusedBySp))
                .is_empty()
        );
    }

    #[test]
    fn capitals_without_brackets_are_meant_as_a_constant() {
        assert_eq!(
            levels(&USER_DIRECTORY_UNQUOTED, &directory("AZURE", Outcome::RefusedBySp)),
            [Severity::Error]
        );
        assert_eq!(
            levels(&USER_DIRECTORY_UNQUOTED, &directory("AZURE", Outcome::SignedIn)),
            [Severity::Warning]
        );
        assert!(
            levels(&USER_DIRECTORY_UNQUOTED, &directory("domain", Outcome::RefusedBySp)).is_empty()
        );
        let mut case = directory("AZURE", Outcome::RefusedBySp);
        case.messages.clear();
        assert_eq!(levels(&USER_DIRECTORY_UNQUOTED, &case), [Severity::Warning]);
        let mut case = directory("AZURE", Outcome::RefusedBySp);
        assertion(&mut case).attributes.push(attribute("AZURE", &["x"]));
        assert!(levels(&USER_DIRECTORY_UNQUOTED, &case).is_empty());
    }
}
