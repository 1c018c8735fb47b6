//! A policy of the identity provider keeps the person out.

use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Stage, Who, check,
};

static POLICY: CauseData = CauseData {
    text: "A sign-in policy of the identity provider keeps the person out: their device, place, risk, or how they signed in does not meet it",
    who: Who::Idp,
    setting: Setting::IdpPolicy,
    fix: "Find the policy that fired in the person's sign-in log, by the time and the ids given here, and adapt it or let the person meet it",
};

/// Codes by which Entra ID says that a policy of one of the tenants keeps the person out.
const CODES: &[&str] = &[
    "AADSTS50002",
    "AADSTS50005",
    "AADSTS50076",
    "AADSTS50078",
    "AADSTS50079",
    "AADSTS50097",
    "AADSTS50127",
    "AADSTS50129",
    "AADSTS50131",
    "AADSTS50155",
    "AADSTS50158",
    "AADSTS50161",
    "AADSTS50177",
    "AADSTS50178",
    "AADSTS50187",
    "AADSTS53000",
    "AADSTS53001",
    "AADSTS53002",
    "AADSTS53003",
    "AADSTS53004",
    "AADSTS53009",
    "AADSTS53010",
    "AADSTS53011",
    "AADSTS54000",
    "AADSTS70043",
    "AADSTS135011",
    "AADSTS500021",
    "AADSTS500022",
    "AADSTS500212",
    "AADSTS500213",
    "AADSTS530003",
    "AADSTS530004",
    "AADSTS530032",
    "AADSTS530034",
    "AADSTS530035",
    "AADSTS1000104",
];

check! {
    /// A policy of the identity provider keeps the person out.
    ///
    /// The request was in order and the person may even have typed the right password; then a rule decided that this
    /// person may not go on from this device, network or country, with this risk, or without a second factor. Neither
    /// side's federation settings are at fault. Who administers the policies finds the one that fired in the sign-in log,
    /// by the time and the ids on the page. Rules of another organisation count too: the home tenant of a guest, or the
    /// tenant restrictions of the network the person sits in.
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
    /// | <html><body>AADSTS53003: Access has been blocked by Conditional Access policies. Correlation ID: 0b6f3a52-77aa-4c1e-9a0f-5d2c1b3e4f60</body></html>
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
    pub static BLOCKED_BY_POLICY = {
        id: "flow/blocked-by-policy",
        title: "A policy of the identity provider keeps the person out",
        levels: [Severity::Error],
        stage: Stage::Authentication,
        needs: [Need::Capture, Need::ServerLog],
        explains: ["flow/request-not-answered", "flow/credentials-rejected"],
        accounts: [Account::idp(&[Meaning::Policy]).codes(CODES)],
        causes: [POLICY],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/conditional-access/troubleshoot-conditional-access", "2026-12-01"),
            Reference::page("https://learn.microsoft.com/entra/identity-platform/reference-error-codes", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told = false;
    for failure in case.failures.iter().filter(|failure| failure.party == Party::Idp) {
        let code =
            failure.codes.iter().find(|code| CODES.contains(&code.as_str())).map(String::as_str);
        let said = failure.said.iter().find(|statement| statement.meaning == Meaning::Policy);
        if code.is_none() && said.is_none() {
            continue;
        }
        told = true;
        let words = said.map(|said| said.text.as_str());
        out.push(describe(case, code, words, failure));
    }
    // A capture of nothing but the page that says so.
    if told || case.signed_in() {
        return;
    }
    let alone = case
        .refusing_codes()
        .into_iter()
        .find(|seen| seen.attempt.is_none() && CODES.contains(&seen.code));
    if let Some(seen) = alone {
        let exchange = case.exchanges.iter().position(|exchange| exchange.place == *seen.place);
        let failure = Failure { exchange, place: Some(seen.place.clone()), ..Failure::default() };
        out.push(describe(case, Some(seen.code), None, &failure));
    }
}

fn describe(case: &Case, code: Option<&str>, words: Option<&str>, failure: &Failure) -> Finding {
    let known = code.and_then(|code| case.code(code));
    let mut detail: Vec<String> = known
        .map(|known| format!("{}: {}.", known.code, known.text.trim_end_matches('.')))
        .into_iter()
        .collect();
    detail.extend(failure.words());
    let exchange = failure.exchange.and_then(|index| case.exchanges.get(index));
    let ids = exchange.map(diag_sdk::case::exchange::Exchange::support_ids).unwrap_or_default();
    if !ids.is_empty() {
        detail.push(format!("For whoever administers the policy: {ids}."));
    }
    let mut finding = Finding::error("A policy of the identity provider keeps the person out")
        .actual(
            code.or(words).unwrap_or_default(),
            if exchange.is_some() {
                "the identity provider's page"
            } else {
                "the identity provider's log"
            },
        )
        .detail(detail.join(" "))
        .at_all(failure.place.as_ref())
        .attempt(failure.attempt.clone().unwrap_or_default());
    finding.causes.extend(known.map(|known| known.cause(case)));
    let settled = finding.causes.first().is_some_and(|cause| cause.who == Who::Idp);
    if settled { finding } else { finding.because(&POLICY, case) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::product::{CodeClass, VendorCode};
    use diag_sdk::testing::{findings, known_code, refused_by_idp};

    #[test]
    fn the_code_says_who_can_lift_it_and_the_policy_comes_after() {
        let mut case = refused_by_idp(&["AADSTS530003"], &[]);
        case.codes = vec![VendorCode {
            who: Some(Who::User),
            ..known_code("AADSTS530003", "A managed device is wanted", CodeClass::Policy)
        }];
        let found = findings(&BLOCKED_BY_POLICY, &case);
        assert_eq!(
            found[0].causes.iter().map(|cause| cause.who).collect::<Vec<_>>(),
            [Who::User, Who::Idp]
        );
        case.codes[0].who = None;
        assert_eq!(findings(&BLOCKED_BY_POLICY, &case)[0].causes.len(), 1);
    }

    #[test]
    fn words_of_any_product_count_and_other_reasons_do_not() {
        let found = findings(&BLOCKED_BY_POLICY, &refused_by_idp(&[], &[Meaning::Policy]));
        assert_eq!((found.len(), found[0].causes[0].setting), (1, Some(Setting::IdpPolicy)));
        assert!(
            findings(
                &BLOCKED_BY_POLICY,
                &refused_by_idp(&["AADSTS50105"], &[Meaning::NotAssigned])
            )
            .is_empty()
        );
    }
}
