//! The service provider took the assertion and knows nobody by it.

use diag_sdk::case::assertion::Attribute;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::judgement::{Party, Statement};
use diag_sdk::view::SignIn;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, spec,
};

static NO_ACCOUNT: CauseData = CauseData {
    text: "The service provider has no account with the value it looks people up by",
    who: Who::Sp,
    setting: Setting::SpUserIdAttribute,
    fix: "Compare the value shown here with the field of the account that the service provider matches by: create the account, correct that field, or let accounts be created at sign-in",
};
static OTHER_VALUE: CauseData = CauseData {
    text: "The identity provider sends another value than the one the account has: a user principal name where the account has a mail address or a short name, a guest's name, a random id, other letter case",
    who: Who::Idp,
    setting: Setting::IdpClaims,
    fix: "Send the value that the accounts of the service provider have, as NameID or as the attribute it reads",
};
static TAKEN: CauseData = CauseData {
    text: "An account with this name or address is there already, and is not linked to the identity that signs in: the user id came from another value before, or differs in letter case",
    who: Who::Sp,
    setting: Setting::SpUserIdAttribute,
    fix: "Link the account that is there to this identity (by the value of the NameID shown here), or change its address; do not let a second one be created",
};

check! {
    /// The service provider took the assertion and knows nobody by it.
    ///
    /// After the signature, audience and times are found right, a service provider looks for the account: by the NameID or by an
    /// attribute. Where no account has that very value the person is turned away ("user not found", "not provisioned"), and where
    /// it then tries to create one and the address belongs to another account it says that it is "already taken". The sign-in is
    /// sound; what differs is the value: a user principal name in place of a mail address, `#EXT#` of a guest, a transient id, `Ada@` in
    /// place of `ada@`.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [response]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r" Version="2.0" InResponseTo="_1" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Issuer>https://idp.example/</saml:Issuer><saml:Subject><saml:NameID>ada</saml:NameID></saml:Subject></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 403
    /// < Content-Type: text/html
    /// | <html><head><title>Error</title></head><body><h1>User not found</h1></body></html>
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
    ///   <saml:Assertion ID="_a" Version="2.0" IssueInstant="{now}"><saml:Issuer>https://idp.example/</saml:Issuer><saml:Subject><saml:NameID>ada</saml:NameID></saml:Subject></saml:Assertion>
    /// </samlp:Response>
    ///
    /// POST https://app.example/acs @3s
    /// > SAMLResponse={post:response}
    /// < 302
    /// < Location: https://app.example/home
    /// ```
    pub static USER_UNKNOWN_AT_SP = {
        id: "identity/user-unknown-at-sp",
        title: "The service provider knows nobody by what was sent",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Capture],
        explains: ["flow/redirect-loop"],
        accounts: [Account::sp_or_loop(&[Meaning::NotProvisioned, Meaning::AccountTaken, Meaning::AttributeValue])],
        logged: "The service provider knows nobody by what was sent",
        causes: [NO_ACCOUNT, OTHER_VALUE, TAKEN],
        references: [
            Reference::section(Specification::SamlCore, "2.2.3").about("NameID"),
            Reference::section(Specification::SamlCore, "8.3").about("formats"),
        ],
        run: run,
    }
}

/// What a service provider says that took the assertion and found no account for it.
const MEANINGS: &[Meaning] = &[Meaning::NotProvisioned, Meaning::AccountTaken];
/// How the names of guests look in the directory they are guests of.
const GUEST: &str = "#ext#";
/// Attributes that are shown at most.
const SHOWN: usize = 6;

fn run(case: &Case, out: &mut Findings) {
    let mut told = Vec::new();
    for sign_in in case.sign_ins(out) {
        let Some(said) = sign_in.statement(MEANINGS).or_else(|| address_refused(&sign_in)) else {
            continue;
        };
        if sign_in.accepted() && !sign_in.attempt.is_some_and(Attempt::failed) {
            continue;
        }
        told.extend(sign_in.attempt.map(|attempt| attempt.id.clone()));
        out.push(judge(&sign_in, &said));
    }
    // What was sent may be encrypted, or in no file: the word of the service provider is enough.
    for failure in
        case.failures.iter().filter(|failure| failure.party == Party::Sp && failure.means(MEANINGS))
    {
        if failure.attempt.as_ref().is_some_and(|attempt| told.contains(attempt)) {
            continue;
        }
        let Some(said) =
            failure.said.iter().find(|statement| MEANINGS.contains(&statement.meaning))
        else {
            continue;
        };
        let finding = Finding::error(headline(said))
            .detail(format!(
                "{}\nWhat was sent about the person cannot be read here.",
                said.quoted()
            ))
            .at_all(said.place.as_ref())
            .attempt(failure.attempt.clone().unwrap_or_default());
        out.push(causes(case, finding, said));
        told.extend(failure.attempt.clone());
    }
}

/// “Invalid email” where a sound address was sent: nobody is known by it.
fn address_refused(sign_in: &SignIn<'_>) -> Option<Statement> {
    let said =
        sign_in.statement(&[Meaning::AttributeValue]).filter(|said| said.values.is_empty())?;
    if sign_in.said(&[Meaning::AttributeMissing]) {
        return None;
    }
    let text = said.text.to_lowercase();
    let particular = ["must ", "too long", "too short", "domain", "match", "only contain"]
        .iter()
        .any(|word| text.contains(word));
    let about_address =
        ["email", "e-mail", "mail address", "correo"].iter().any(|word| text.contains(word));
    let addresses = sign_in.addresses();
    (about_address
        && !particular
        && !addresses.is_empty()
        && addresses.iter().all(|address| address.sound))
    .then_some(said)
}

fn headline(said: &Statement) -> &'static str {
    match said.meaning {
        Meaning::AccountTaken => {
            "Another account at the service provider has what this person comes with"
        }
        _ => "The service provider knows nobody by what was sent",
    }
}

fn judge(sign_in: &SignIn<'_>, said: &Statement) -> Finding {
    let mut detail = format!("{}\n{}", said.quoted(), who_was_sent(sign_in));
    for hint in hints(sign_in) {
        detail.push('\n');
        detail.push_str(hint);
    }
    let mut finding = sign_in.finding(Severity::Error, headline(said)).detail(detail);
    if let Some(name_id) = &sign_in.assertion.name_id {
        finding = finding
            .actual(name_id.value.to_string(), format!("NameID, format {}", format_of(sign_in)))
            .at(&name_id.place);
        finding = finding.expected("the value an account has", "the service provider");
    }
    causes(sign_in.case, finding.at_all(said.place.as_ref()), said)
}

fn causes(case: &Case, finding: Finding, said: &Statement) -> Finding {
    if said.meaning == Meaning::AccountTaken {
        return finding.because(&TAKEN, case).because(&OTHER_VALUE, case);
    }
    let (first, second) = if said.who == Some(Who::Idp) {
        (&OTHER_VALUE, &NO_ACCOUNT)
    } else {
        (&NO_ACCOUNT, &OTHER_VALUE)
    };
    finding.because(first, case).because(second, case)
}

fn format_of<'a>(sign_in: &SignIn<'a>) -> &'a str {
    sign_in.assertion.name_id_format.as_deref().map_or("not given", spec::short)
}

/// The NameID and every attribute that a service provider could look people up by.
fn who_was_sent(sign_in: &SignIn<'_>) -> String {
    let mut lines = Vec::new();
    match &sign_in.assertion.name_id {
        Some(name_id) => {
            lines.push(format!("- NameID ({}): {}", format_of(sign_in), name_id.value));
        }
        None if sign_in.assertion.encrypted_id => lines.push("- NameID: encrypted".to_owned()),
        None => lines.push("- NameID: none".to_owned()),
    }
    let naming =
        sign_in.assertion.attributes.iter().filter(|attribute| names_people(attribute)).take(SHOWN);
    for attribute in naming {
        let values: Vec<String> =
            attribute.values.iter().take(2).map(|value| value.value.to_string()).collect();
        lines.push(format!("- {}: {}", attribute.name, values.join(", ")));
    }
    format!("What it may have been looked up by:\n{}", lines.join("\n"))
}

/// The attribute is one that accounts are matched by: its name says so, or its value is an address.
fn names_people(attribute: &Attribute) -> bool {
    const WORDS: &[&str] = &[
        "mail",
        "upn",
        "principal",
        "uid",
        "userid",
        "username",
        "login",
        "samaccount",
        "employee",
        "nameid",
        "objectid",
    ];
    let short: String = attribute
        .short_name()
        .to_ascii_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let friendly = attribute.friendly_name.as_deref().unwrap_or_default().to_ascii_lowercase();
    short == "name" || WORDS.iter().any(|word| short.contains(word) || friendly.contains(word))
}

/// The usual kinds of mistaken identity that show in the values themselves.
fn hints(sign_in: &SignIn<'_>) -> Vec<&'static str> {
    let mut hints = Vec::new();
    let assertion = sign_in.assertion;
    let name_id = assertion
        .name_id
        .as_ref()
        .and_then(|name_id| name_id.value.text.as_deref())
        .unwrap_or_default();
    let addresses: Vec<&str> = assertion
        .attributes
        .iter()
        .filter(|attribute| names_people(attribute))
        .flat_map(|attribute| {
            attribute.values.iter().filter_map(|value| value.value.text.as_deref())
        })
        .filter(|value| value.contains('@'))
        .collect();
    let format = assertion.name_id_format.as_deref().map_or("", spec::short);
    if name_id.to_ascii_lowercase().contains(GUEST)
        || addresses.iter().any(|value| value.to_ascii_lowercase().contains(GUEST))
    {
        hints.push("The person is a guest: #EXT# stands in the name the directory gave them, and their mail address is another one.");
    }
    if format == "transient" {
        hints.push("The NameID is transient: it is another one at every sign-in, so no account can be found by it.");
    } else if format == "persistent" && !name_id.contains('@') {
        hints.push("The NameID is a persistent id made for this service provider: no account has it unless it was stored there before.");
    }
    if name_id.contains('\\') {
        hints.push("The NameID has a domain before the name.");
    }
    if name_id.contains('@') {
        if addresses.iter().any(|value| *value != name_id && value.eq_ignore_ascii_case(name_id)) {
            hints.push("NameID and attribute differ in letter case only; some service providers tell the two apart.");
        } else if addresses.iter().any(|value| !value.eq_ignore_ascii_case(name_id)) {
            hints.push("NameID and mail address are not the same: accounts that were made with the one are not found by the other.");
        }
        if name_id.chars().any(char::is_uppercase) {
            hints.push("The NameID has capital letters.");
        }
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{
        assertion, findings, levels, personal, says, says_at, sign_in, sign_in_sending,
    };

    fn unknown(meaning: Meaning) -> Case {
        let mut case = sign_in_sending(Outcome::RefusedBySp, &[("mail", &["ada@contoso.example"])]);
        says(&mut case, meaning);
        case
    }

    #[test]
    fn only_that_reason_is_meant() {
        for (meaning, meant) in [
            (Meaning::NotProvisioned, true),
            (Meaning::AccountTaken, true),
            (Meaning::AttributeMissing, false),
            (Meaning::Refused, false),
        ] {
            let found = findings(&USER_UNKNOWN_AT_SP, &unknown(meaning));
            assert_eq!(found.len(), usize::from(meant), "{meaning:?}");
            assert!(found.iter().all(|finding| finding.causes[0].who == Who::Sp), "{meaning:?}");
        }
    }

    #[test]
    fn what_was_sent_is_shown_with_what_is_odd_about_it() {
        for (name_id, format, hint) in [
            ("ada_other.example#EXT#@contoso.example", "unspecified", "guest"),
            ("_8d1f", "transient", "transient"),
            ("Ada@contoso.example", "emailAddress", "letter case only"),
            ("ada@corp.example", "emailAddress", "not the same"),
            ("CORP\\ada", "unspecified", "domain before"),
        ] {
            let mut case = unknown(Meaning::NotProvisioned);
            let own = assertion(&mut case);
            own.name_id.as_mut().expect("a NameID").value = personal(name_id);
            own.name_id_format =
                Some(format!("urn:oasis:names:tc:SAML:1.1:nameid-format:{format}"));
            let found = findings(&USER_UNKNOWN_AT_SP, &case);
            let detail = found[0].detail.as_deref().unwrap_or_default();
            assert!(
                detail.contains(hint)
                    && detail.contains(name_id)
                    && detail.contains("ada@contoso.example"),
                "{detail}"
            );
        }
    }

    #[test]
    fn an_address_that_is_sound_and_not_taken_is_unknown() {
        for (text, found) in [
            ("Invalid Email", 1),
            ("Email must be of the domain corp.example", 0),
            ("Nickname is invalid", 0),
        ] {
            let mut case =
                sign_in_sending(Outcome::RefusedBySp, &[("mail", &["ada@contoso.example"])]);
            says_at(&mut case, 1, Meaning::AttributeValue, text);
            assert_eq!(findings(&USER_UNKNOWN_AT_SP, &case).len(), found, "{text}");
        }
    }

    #[test]
    fn who_got_in_is_known() {
        let mut case = sign_in(Outcome::SignedIn);
        says(&mut case, Meaning::NotProvisioned);
        assert!(levels(&USER_UNKNOWN_AT_SP, &case).is_empty());
    }

    #[test]
    fn the_word_alone_is_enough() {
        let mut case = unknown(Meaning::NotProvisioned);
        case.messages[1].assertions.clear();
        let found = findings(&USER_UNKNOWN_AT_SP, &case);
        assert_eq!((found.len(), found[0].actual.as_deref()), (1, None));
    }
}
