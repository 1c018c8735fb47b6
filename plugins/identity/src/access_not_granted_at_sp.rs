//! Signed in, and without a licence, pass or role for what the person opened.

use diag_sdk::case::judgement::{Failure, Part, Party, Statement};
use diag_sdk::stated::SESSION_LIMIT;
use diag_sdk::user_directory::{self, Directory};
use diag_sdk::view::{EntryPoint, SignIn};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Stage, Who, check,
};

static NONE_ASSIGNED: CauseData = CauseData {
    text: "No licence, pass or role is assigned to the user that the service provider makes of this person",
    who: Who::Sp,
    setting: Setting::SpLicences,
    fix: "Assign one to exactly this user, directory and id, or let a rule assign it to everybody of the directory",
};
static OTHER_USER: CauseData = CauseData {
    text: "The licence belongs to the same person under another directory or id, which to the service provider is another user",
    who: Who::Sp,
    setting: Setting::SpUserDirectory,
    fix: "Let directory and user id come out as the users have them that hold the licences",
};

/// What keeps out who is signed in, by what is held for them there.
const MEANINGS: &[Meaning] = &[Meaning::NoLicence, Meaning::SessionLimit];

check! {
    /// The person is signed in and the service provider gives them no licence, access pass or role.
    ///
    /// Single sign-on worked; the service provider then counts. Qlik Sense gives access by licences that are
    /// assigned to users, and a user is directory and id: whoever got in as `DOMAIN\ada` until now and comes by
    /// SAML as `AZURE\ada@example.com` is somebody else and has none. The page says "no access pass", or an API
    /// answers 403 behind a hub that loads, and the audit log of the repository has `UsageDenied` with the user's
    /// name. What the service provider took the person for is shown, to be compared with its list of licences.
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
    /// | <html><h1>Error 403 - Forbidden</h1><p>You cannot access Qlik Sense because you have no access pass</p></html>
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
    pub(crate) static ACCESS_NOT_GRANTED_AT_SP = {
        id: "identity/access-not-granted-at-sp",
        title: "Signed in, but without licence, pass or role there",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Capture, Need::ProxyLog, Need::ServerLog],
        explains: [],
        accounts: [Account::sp_or_loop(MEANINGS)],
        causes: [NONE_ASSIGNED, OTHER_USER, SESSION_LIMIT],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin", "2026-12-01").about("Managing user access; audit security log, License user access"),
            Reference::page("https://community.qlik.com/t5/Official-Support-Articles/You-cannot-access-Qlik-Sense-because-you-have-no-access-pass/ta-p/1715138", "2026-12-01"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let sign_ins = case.sign_ins(out);
    for failure in case.failures.iter().filter(|failure| failure.party == Party::Sp) {
        let Some(said) =
            failure.said.iter().find(|statement| MEANINGS.contains(&statement.meaning))
        else {
            continue;
        };
        let own = |sign_in: &&SignIn<'_>| failure.message.as_ref() == Some(&sign_in.message.id);
        out.push(told(case, failure, said, sign_ins.iter().find(own)));
    }
}

fn told(case: &Case, failure: &Failure, said: &Statement, sign_in: Option<&SignIn<'_>>) -> Finding {
    let computed = sign_in.and_then(|sign_in| {
        sign_in.entry_points.iter().find_map(|entry| Some((entry, sign_in.user(entry)?.shown())))
    });
    let by_log =
        || failure.said.iter().find_map(|statement| statement.values.get("subject")).cloned();
    // Who carries a name that was not meant to be is refused for that name.
    let odd = sign_in.is_some_and(|sign_in| {
        sign_in.entry_points.iter().any(|entry| names_oddly(sign_in, entry))
    });
    let level = if odd { Severity::Warning } else { Severity::Error };
    let mut words = vec![said.quoted()];
    let mut finding = Finding::new(level, "Signed in, but without a licence, pass or role there")
        .at_all(&said.place);
    if let Some(user) = computed.as_ref().map(|(_, user)| user.clone()).or_else(by_log) {
        words
            .push(format!("To the service provider this person is {user}; the same person under another directory or id is another user."));
        let origin = if computed.is_some() {
            "user directory and user id"
        } else {
            "the user the log names"
        };
        finding = finding
            .expected("a licence, pass or role of this user", "what the service provider asks for")
            .actual(user, origin);
    } else {
        finding = finding.actual(
            said.text.clone(),
            if said.part == Part::Log { "the service provider's log" } else { "its page" },
        );
    }
    // The log may add what the page does not tell.
    for line in failure.said.iter().filter(|line| {
        line.part == Part::Log && line.text != said.text && line.meaning == said.meaning
    }) {
        words.push(line.quoted());
        finding = finding.at_all(&line.place);
    }
    finding = finding.detail(words.join(" ")).attempt(failure.attempt.clone().unwrap_or_default());
    if let Some(id) = &failure.message {
        finding = finding.subject(id.clone());
    }
    if said.meaning == Meaning::SessionLimit {
        return finding.because(&SESSION_LIMIT, case);
    }
    match computed {
        Some((entry, _)) => {
            finding.because_at(&NONE_ASSIGNED, entry, None).because_at(&OTHER_USER, entry, None)
        }
        None => finding.because(&NONE_ASSIGNED, case).because(&OTHER_USER, case),
    }
}

/// The user's name comes out as nobody can have wanted it; another check tells of that.
fn names_oddly(sign_in: &SignIn<'_>, entry: &EntryPoint<'_>) -> bool {
    let constant =
        entry.user_directory.as_ref().map(|setting| user_directory::read(&setting.value));
    let attribute = matches!(constant, Some(Directory::Constant(name)) if user_directory::looks_like_attribute(name, Some(sign_in.assertion)));
    attribute || sign_in.user(entry).is_some_and(|user| user.repeats_directory())
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{NAME_CLAIM as NAME, findings, levels, says_at, sign_in_sending};

    fn denied(id: &str) -> Case {
        let mut case = sign_in_sending(Outcome::DeniedAfterSignIn, &[(NAME, &[id])]);
        says_at(&mut case, 2, Meaning::NoLicence, "no access pass");
        case
    }

    #[test]
    fn too_many_sessions_are_no_missing_licence() {
        let mut case = sign_in_sending(Outcome::DeniedAfterSignIn, &[(NAME, &["ada"])]);
        says_at(&mut case, 2, Meaning::SessionLimit, "too many sessions");
        let found = findings(&ACCESS_NOT_GRANTED_AT_SP, &case);
        assert_eq!(found[0].causes[0].text, SESSION_LIMIT.text);
    }

    #[test]
    fn the_user_is_shown() {
        let found = findings(&ACCESS_NOT_GRANTED_AT_SP, &denied("ada"));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
        assert_eq!(found[0].actual.as_deref(), Some("AZURE\\ada"));
        assert_eq!(found[0].attempts, ["a1"]);
    }

    #[test]
    fn a_name_nobody_wanted_is_the_reason() {
        assert_eq!(levels(&ACCESS_NOT_GRANTED_AT_SP, &denied("AZURE\\ada")), [Severity::Warning]);
    }

    #[test]
    fn other_refusals_are_left_alone() {
        let mut case = denied("ada");
        says_at(&mut case, 2, Meaning::AccessDenied, "forbidden");
        assert!(findings(&ACCESS_NOT_GRANTED_AT_SP, &case).is_empty());
    }

    #[test]
    fn a_log_alone_names_the_user() {
        let values = [("subject".to_owned(), "AZURE\\ada".to_owned())].into();
        let said = Statement {
            meaning: Meaning::NoLicence,
            part: Part::Log,
            values,
            ..Statement::default()
        };
        let failure = Failure {
            party: Party::Sp,
            stage: Stage::Landing,
            said: vec![said],
            ..Failure::default()
        };
        let input = diag_sdk::case::input::Input {
            kind: diag_sdk::case::input::InputKind::ProxyLog,
            ..Default::default()
        };
        let case = Case { failures: vec![failure], inputs: vec![input], ..Case::default() };
        assert_eq!(
            findings(&ACCESS_NOT_GRANTED_AT_SP, &case)[0].actual.as_deref(),
            Some("AZURE\\ada")
        );
    }
}
