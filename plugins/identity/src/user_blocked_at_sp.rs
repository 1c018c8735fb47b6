//! The service provider knows the person and keeps them out.

use diag_sdk::refusal::Refusal;
use diag_sdk::{
    Account, CauseData, Meaning, Need, Reference, Setting, Severity, Stage, Who, check,
};

static LOCKED: CauseData = CauseData {
    text: "The account of this person is inactive, locked or not yet activated at the service provider",
    who: Who::Sp,
    setting: Setting::SpUsers,
    fix: "Activate or unlock the account there; the identity provider has nothing to do with it",
};
static REMOVED_BY_DIRECTORY: CauseData = CauseData {
    text: "A directory that the service provider synchronises does not hold this person, so that they are marked as removed",
    who: Who::Sp,
    setting: Setting::SpUserDirectory,
    fix: "Let people who sign in belong to a directory of their own, which nothing synchronises, or add the person to that directory",
};

static AWAITS_APPROVAL: CauseData = CauseData {
    text: "The account was made at the first sign-in and waits for an administrator's approval there",
    who: Who::Sp,
    setting: Setting::SpUsers,
    fix: "Approve the account there; the identity provider has nothing to do with it",
};

/// Beginnings of words by which it is told that somebody has to approve the account, and that nobody has.
const APPROVE: &[&str] = &["approv", "genehmig", "freigabe", "approb", "aprob"];
const WAITS: &[&str] = &[
    "pending",
    "await",
    "waiting",
    "not yet",
    "not been",
    "ausstehend",
    "wartet",
    "en attente",
    "pendiente",
];

fn exact(words: &str) -> Option<(&'static str, &'static CauseData)> {
    let words = words.to_lowercase();
    let any = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    (any(APPROVE) && any(WAITS)).then_some((
        "The person's account at the service provider awaits approval",
        &AWAITS_APPROVAL,
    ))
}

check! {
    /// The service provider knows the person and keeps the account inactive, locked or suspended.
    ///
    /// The sign-in itself is sound: the assertion was taken, and then the service provider looks up its own
    /// account. Qlik Sense marks a user as inactive whom a directory connector does not find in its directory,
    /// as happens when SAML makes users in a directory of the same name: "Your account is inactive". Others
    /// lock, suspend, or wait for an approval. The fix is at the service provider, never in the metadata.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <Assertion ID="_3" Version="2.0" IssueInstant="{now}"><Issuer>https://idp.example/</Issuer></Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @0s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// < Set-Cookie: X-Qlik-Session-azure=abc; Path=/; Secure
    ///
    /// GET https://sense.example/azure/hub @1s
    /// > Cookie: X-Qlik-Session-azure=abc
    /// < 403
    /// < Content-Type: text/html
    /// | <html><h1>Error 403 - Forbidden</h1><p>Your account is inactive. Contact your administrator to activate it.</p></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2" Version="2.0" IssueInstant="{now}">
    ///   <Issuer>https://idp.example/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <Assertion ID="_3" Version="2.0" IssueInstant="{now}"><Issuer>https://idp.example/</Issuer></Assertion>
    /// </samlp:Response>
    ///
    /// POST https://sense.example/azure/samlauthn/ @0s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://sense.example/azure/hub
    /// < Set-Cookie: X-Qlik-Session-azure=abc; Path=/; Secure
    ///
    /// GET https://sense.example/azure/hub @1s
    /// > Cookie: X-Qlik-Session-azure=abc
    /// < 200
    /// < Content-Type: text/html
    /// | <html><title>Hub</title></html>
    /// ```
    pub(crate) static USER_BLOCKED_AT_SP = {
        id: "identity/user-blocked-at-sp",
        title: "The service provider keeps the person's account inactive or locked",
        levels: [Severity::Error],
        stage: Stage::Landing,
        needs: [Need::Capture, Need::ProxyLog, Need::ServerLog],
        explains: [],
        accounts: [Account::sp_or_loop(&[Meaning::UserDisabled])],
        causes: [LOCKED, REMOVED_BY_DIRECTORY, AWAITS_APPROVAL],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin", "2026-12-01").about("Inactivating users; audit log, Open app"),
        ],
        refusal: Refusal { headline: "The service provider keeps the person's account inactive or locked", confirmed: None, exact: Some(exact) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Case;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{findings, levels, refused_by_idp, says, says_at, sign_in};

    #[test]
    fn what_the_service_provider_says_of_its_account_counts() {
        let mut refused = sign_in(Outcome::RefusedBySp);
        says(&mut refused, Meaning::UserDisabled);
        assert_eq!(levels(&USER_BLOCKED_AT_SP, &refused), [Severity::Error]);
        let mut denied = sign_in(Outcome::DeniedAfterSignIn);
        says_at(&mut denied, 2, Meaning::UserDisabled, "Your account is inactive");
        let found = findings(&USER_BLOCKED_AT_SP, &denied);
        assert_eq!((found.len(), found[0].causes[0].who), (1, Who::Sp));
    }

    #[test]
    fn who_waits_for_approval_is_not_locked() {
        let cause = |words: &str| exact(words).map(|(_, cause)| cause.text);
        for words in [
            "Your account is pending approval from your administrator and hence blocked.",
            "Ihr Konto wartet auf Freigabe durch den Administrator",
        ] {
            assert_eq!(cause(words), Some(AWAITS_APPROVAL.text), "{words}");
        }
        assert_eq!(cause("Your account is blocked"), None);
        assert_eq!(cause("Approved users only: your account is inactive"), None);
    }

    #[test]
    fn an_account_of_the_identity_provider_is_another_matter() {
        assert!(
            findings(&USER_BLOCKED_AT_SP, &refused_by_idp(&[], &[Meaning::UserDisabled]))
                .is_empty()
        );
        assert!(findings(&USER_BLOCKED_AT_SP, &Case { ..sign_in(Outcome::SignedIn) }).is_empty());
    }
}
