//! The NameID is transient where the service provider knows people by it.

use diag_sdk::view::SignIn;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};
use std::collections::HashMap;

static SP_ASKS_FOR_IT: CauseData = CauseData {
    text: "The service provider asks for a transient NameID, and takes it for the person",
    who: Who::Sp,
    setting: Setting::SpUserIdAttribute,
    fix: "Let the service provider ask for persistent or emailAddress, or take the person from an attribute that stays the same",
};
static IDP_SENDS_IT: CauseData = CauseData {
    text: "The identity provider sends a transient NameID to a service provider that knows people by it",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send a NameID that stays the same (persistent, emailAddress), filled from a field the accounts of the service provider have, or an attribute with it",
};

check! {
    /// The NameID is transient where the service provider knows people by it.
    ///
    /// A transient NameID is made up for one session: the same person comes with another one next time. That is meant
    /// for services that need not recognise anybody. One that looks accounts up by the NameID finds none, and one that
    /// creates accounts at sign-in creates a new one every time. Many libraries ask for `transient` unless they are told otherwise.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Issuer>https://idp.example/</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_8d1f</saml:NameID></saml:Subject></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://app.example/welcome
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Issuer>https://idp.example/</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_8d1f</saml:NameID></saml:Subject>
    ///     <saml:AttributeStatement><saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3" FriendlyName="mail"><saml:AttributeValue>ada@contoso.example</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://app.example/welcome
    /// ```
    pub static NAME_ID_TRANSIENT = {
        id: "identity/name-id-transient",
        title: "The NameID is another one at every sign-in",
        levels: [Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Capture],
        explains: [],
        accounts: [Account::sp_or_loop(&[Meaning::NotProvisioned])],
        causes: [SP_ASKS_FOR_IT, IDP_SENDS_IT],
        references: [
            Reference::section(Specification::SamlCore, "8.3.8").about("transient"),
            Reference::section(Specification::SamlCore, "3.4.1.1").about("NameIDPolicy"),
        ],
        run: run,
    }
}

/// The format.
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

fn run(case: &Case, out: &mut Findings) {
    let sign_ins = case.sign_ins(out);
    let transient =
        |sign_in: &&SignIn<'_>| sign_in.assertion.name_id_format.as_deref() == Some(TRANSIENT);
    let mut seen: HashMap<&str, Vec<&str>> = HashMap::new();
    for sign_in in sign_ins.iter().filter(transient) {
        let mark = sign_in
            .assertion
            .name_id
            .as_ref()
            .map_or("", |name_id| name_id.value.secret.mark.as_str());
        let marks = seen.entry(audience(sign_in)).or_default();
        if !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    let mut told = false;
    for sign_in in sign_ins.iter().filter(transient) {
        let unknown = sign_in.refused() && sign_in.said(&[Meaning::NotProvisioned]);
        // Where an attribute says who it is the NameID need not.
        let nameless = !sign_in
            .assertion
            .attributes
            .iter()
            .any(|attribute| attribute.values.iter().any(|value| !value.value.blank));
        let times = seen.get(audience(sign_in)).map_or(1, Vec::len);
        // Somebody who captures two sign-ins in a row with another name each time shows what it leads to.
        let shown = (nameless || times > 1) && !sign_in.said_otherwise(&[Meaning::NotProvisioned]);
        if told || !(unknown || shown) {
            continue;
        }
        told = true;
        out.push(judge(case, sign_in, unknown, times));
    }
}

/// Whom the assertion is for.
fn audience<'a>(sign_in: &SignIn<'a>) -> &'a str {
    let audiences =
        sign_in.assertion.conditions.iter().flat_map(|conditions| &conditions.audiences);
    audiences.map(|audience| audience.value.as_str()).next().unwrap_or_default()
}

fn judge(case: &Case, sign_in: &SignIn<'_>, unknown: bool, times: usize) -> Finding {
    let seen = if times > 1 {
        format!("The capture shows {times} different ones for the same service provider. ")
    } else {
        String::new()
    };
    let detail = if unknown {
        format!(
            "{seen}The service provider looks for an account with the NameID, and this one is made up for a single session."
        )
    } else if times > 1 {
        format!(
            "{seen}A service provider that takes the NameID for the person sees a new one at every sign-in, and creates an account for each."
        )
    } else {
        format!(
            "{seen}The assertion says nothing else about the person: a service provider that keeps accounts makes a new one at every sign-in, or finds none."
        )
    };
    let asked = sign_in
        .request()
        .and_then(|request| request.request.as_ref())
        .and_then(|request| request.name_id_format.as_ref());
    let asked = asked.filter(|format| format.value == TRANSIENT);
    let mut finding = sign_in
        .finding(Severity::Warning, "The NameID is transient: another one at every sign-in")
        .detail(detail)
        .expected(
            "a NameID that stays the same, or an attribute that says who it is",
            "a service provider with accounts",
        )
        .actual(TRANSIENT, "NameID/@Format")
        .at_all(sign_in.assertion.name_id.as_ref().map(|name_id| &name_id.place))
        .at_all(asked.map(|format| &format.place));
    if !unknown {
        finding = finding.likely();
    }
    let sp = |finding: Finding| finding.because(&SP_ASKS_FOR_IT, case);
    let idp = |finding: Finding| finding.because(&IDP_SENDS_IT, case);
    if asked.is_some() { idp(sp(finding)) } else { idp(finding) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{assertion, findings, levels, says, sends, sign_in};

    fn transient(outcome: Outcome) -> Case {
        let mut case = sign_in(outcome);
        assertion(&mut case).name_id_format = Some(TRANSIENT.to_owned());
        case
    }

    #[test]
    fn it_matters_where_nothing_else_says_who_it_is() {
        assert_eq!(levels(&NAME_ID_TRANSIENT, &transient(Outcome::SignedIn)), [Severity::Warning]);
        let mut case = transient(Outcome::SignedIn);
        sends(&mut case, &[("mail", &["ada@contoso.example"])]);
        assert!(levels(&NAME_ID_TRANSIENT, &case).is_empty());
        assert!(levels(&NAME_ID_TRANSIENT, &sign_in(Outcome::SignedIn)).is_empty());
    }

    #[test]
    fn a_service_provider_that_knows_nobody_looks_by_it() {
        let mut case = transient(Outcome::RefusedBySp);
        sends(&mut case, &[("mail", &["ada@contoso.example"])]);
        assert!(levels(&NAME_ID_TRANSIENT, &case).is_empty());
        says(&mut case, Meaning::NotProvisioned);
        assert_eq!(levels(&NAME_ID_TRANSIENT, &case), [Severity::Warning]);
        says(&mut case, Meaning::Audience);
        assert!(levels(&NAME_ID_TRANSIENT, &case).is_empty());
    }

    #[test]
    fn whoever_asked_for_it_is_named_first() {
        let mut case = transient(Outcome::SignedIn);
        assert_eq!(findings(&NAME_ID_TRANSIENT, &case)[0].causes[0].who, Who::Idp);
        case.messages[0].request.as_mut().expect("a request").name_id_format =
            Some(TRANSIENT.into());
        assert_eq!(findings(&NAME_ID_TRANSIENT, &case)[0].causes[0].who, Who::Sp);
    }
}
