//! The browser is signed in with an account that does not belong here.

use diag_sdk::{
    Account, CauseData, Meaning, Need, Reference, Refusal, Setting, Severity, Stage, Who, check,
};

static OTHER_ACCOUNT: CauseData = CauseData {
    text: "The browser is signed in with a personal account, or with one of another organisation",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Sign out (or open a private window) and sign in with an account of the organisation that runs the application",
};
static NOT_INVITED: CauseData = CauseData {
    text: "The person is meant to come with that account, and nobody has invited it into the application's tenant",
    who: Who::Idp,
    setting: Setting::IdpGuests,
    fix: "Invite the account as a guest and let the person accept; then assign it to the application",
};

/// Codes of Entra ID for accounts that are not of this tenant.
const CODES: &[&str] = &[
    "AADSTS16003",
    "AADSTS50014",
    "AADSTS50020",
    "AADSTS50143",
    "AADSTS500200",
    "AADSTS500207",
    "AADSTS500208",
    "AADSTS51004",
    "AADSTS90027",
    "AADSTS90072",
    "AADSTS90084",
];

check! {
    /// The browser is signed in with an account that does not belong here.
    ///
    /// Browsers stay signed in, often with a personal account or with that of a customer. An identity provider that
    /// serves many tenants takes that session and finds that the account is none of the tenant in which the application
    /// lives. Nothing is wrong with the federation: the person has to use another account, or somebody has to invite
    /// the one they have. Entra ID says so with AADSTS50020 and its relatives.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://login.microsoftonline.com/t/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><body>AADSTS50020: User account 'ada@outlook.example' from identity provider 'live.com' does not exist in tenant 'Contoso' and cannot access the application.</body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [request]
    /// <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://login.microsoftonline.com/t/saml2?SAMLRequest={redirect:request} @1s
    /// < 200
    /// < Content-Type: text/html
    /// | <html><body><form><input type="password" name="passwd"/></form></body></html>
    /// ```
    pub static ACCOUNT_OF_OTHER_TENANT = {
        id: "flow/account-of-other-tenant",
        title: "The account belongs to another tenant",
        levels: [Severity::Error],
        stage: Stage::Authentication,
        needs: [Need::Capture],
        explains: ["flow/request-not-answered", "flow/credentials-rejected"],
        accounts: [Account::idp(&[Meaning::OtherTenant]).codes(CODES)],
        causes: [OTHER_ACCOUNT, NOT_INVITED],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-12-01").about("AADSTS50020, user account from identity provider does not exist in tenant"),
        ],
        refusal: Refusal { headline: "The browser is signed in with an account of another tenant", confirmed: None, exact: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{findings, refused_by_idp};

    #[test]
    fn codes_and_words_name_the_account() {
        for code in CODES {
            let found = findings(&ACCOUNT_OF_OTHER_TENANT, &refused_by_idp(&[code], &[]));
            assert_eq!((found.len(), found[0].causes[0].who), (1, Who::User), "{code}");
        }
        assert_eq!(
            findings(
                &ACCOUNT_OF_OTHER_TENANT,
                &refused_by_idp(&["AADSTS16000"], &[Meaning::OtherTenant])
            )
            .len(),
            1
        );
    }

    #[test]
    fn a_mere_question_which_account_is_none() {
        assert!(
            findings(&ACCOUNT_OF_OTHER_TENANT, &refused_by_idp(&["AADSTS16000"], &[])).is_empty()
        );
        assert!(
            findings(
                &ACCOUNT_OF_OTHER_TENANT,
                &refused_by_idp(&["AADSTS50126"], &[Meaning::Credentials])
            )
            .is_empty()
        );
    }
}
