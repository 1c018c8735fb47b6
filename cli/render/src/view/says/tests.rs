//! Who says what, of made-up cases.

use super::*;
use crate::sample;
use diag_sdk::Place;
use diag_sdk::case::expectation::{Aspect, Expectation};
use diag_sdk::case::message::AuthnRequest;
use diag_sdk::case::place::Sited;
use diag_sdk::case::registration::{IdpRegistration, Registered, RegistrationObject};

const ASKED: &str = "https://sense.example:443/azure/samlauthn";

fn at(value: &str, pointer: &str) -> Sited<String> {
    Sited::new(
        value.to_owned(),
        Place { input: "i2".into(), pointer: Some(pointer.into()), ..Place::default() },
    )
}

/// The sample, with a registration that lists these reply URLs.
fn registered(urls: &[&str]) -> Judged {
    let mut judged = sample::broken();
    judged.case.messages[0].request =
        Some(AuthnRequest { acs_url: Some(at(ASKED, "/acs")), ..AuthnRequest::default() });
    let urls = urls.iter().map(|url| Registered {
        value: at(url, &format!("/{url}")),
        object: RegistrationObject::Application,
    });
    judged.case.registrations = vec![IdpRegistration {
        id: "r1".into(),
        relevant: true,
        reply_urls: urls.collect(),
        ..IdpRegistration::default()
    }];
    judged
}

fn row<'s>(says: &'s Says, label: &str) -> &'s Row {
    says.open.iter().chain(&says.folded).find(|row| row.label == label).expect("a row")
}

fn differing(cell: &Cell) -> Vec<(String, bool)> {
    cell.values[0]
        .pieces
        .iter()
        .filter(|piece| piece.differs)
        .map(|piece| (piece.text.clone(), !piece.gap.is_empty()))
        .collect()
}

#[test]
fn only_what_differs_is_marked_and_the_row_leads_to_its_finding() {
    let judged =
        registered(&["https://other.example/acs", "https://sense.example:443/azure/samlauthn/"]);
    let says = of(&judged).expect("a table");
    let row = row(&says, "ACS URL");
    assert_eq!((row.state, row.tone), (State::Finding, Tone::Bad));
    assert_eq!(row.finding.as_ref().map(|finding| finding.id.as_str()), Some("f1"));
    let states: Vec<CellState> = row.cells.iter().map(|cell| cell.state).collect();
    assert_eq!(states, [CellState::Differs, CellState::Reference]);
    assert_eq!(
        differing(&row.cells[0]),
        [("/".to_owned(), false)],
        "the nearest of several, and only its last character"
    );
    assert_eq!(row.cells[0].values.len(), 2);
}

#[test]
fn rows_without_conflict_are_folded() {
    let mut judged = registered(&["https://other.example/acs", ASKED]);
    judged.report.findings.clear();
    let says = of(&judged).expect("a table");
    let row = row(&says, "ACS URL");
    assert_eq!((row.state, row.cells[0].state), (State::Agrees, CellState::Same));
    assert!(row.cells[0].values[0].same, "the one that agrees comes first");
    assert!(says.open.is_empty() && !says.folded.is_empty());
}

#[test]
fn a_difference_without_a_finding_is_no_error() {
    let mut judged = registered(&["https://sense.example/azure/samlauthn"]);
    judged.report.findings.clear();
    let says = of(&judged).expect("a table");
    assert_eq!(
        (row(&says, "ACS URL").state, row(&says, "ACS URL").tone),
        (State::Differs, Tone::Warn)
    );
}

#[test]
fn not_given_is_an_answer_and_an_absent_source_is_named() {
    let judged = registered(&[]);
    let says = of(&judged).expect("a table");
    assert_eq!(row(&says, "ACS URL").cells[0].state, CellState::NotGiven);
    assert!(says.absent.contains(&Source::SpMetadata.name()), "{:?}", says.absent);
    // Nobody has to expect anything.
    assert_eq!(says.columns.len() + says.absent.len(), SOURCES.len() - 1);
    assert!(!says.absent.contains(&Source::Expected.name()));
}

#[test]
fn what_a_team_expects_is_what_the_others_are_held_against() {
    let mut judged = registered(&["https://sense.example/azure/samlauthn"]);
    let expected = Expectation {
        of: Aspect::SpAcsUrl,
        values: vec!["https://sense.example/azure/samlauthn".to_owned()],
        origin: "ours.toml".to_owned(),
        ..Expectation::default()
    };
    judged.case.expectations = vec![expected];
    let says = of(&judged).expect("a table");
    let column =
        says.columns.iter().position(|column| column.source == Source::Expected).expect("a column");
    let cells = &row(&says, "ACS URL").cells;
    assert_eq!((cells[column].state, cells[0].state), (CellState::Reference, CellState::Same));
}

#[test]
fn one_source_alone_makes_no_table() {
    assert!(of(&sample::broken()).is_none());
}

#[test]
fn the_table_is_data() {
    let judged = registered(&[ASKED]);
    let written = crate::who_says_what(&judged).expect("JSON").expect("a table");
    assert_eq!(written["columns"][0]["source"], "registration");
    assert!(written["open"].is_array() && written["folded"].is_array());
}

#[test]
fn the_identity_providers_own_key_is_no_key_of_the_service_provider() {
    use diag_sdk::case::registration::Credential;
    let mut judged = registered(&[ASKED]);
    let credential = |usage: &str, sha1: &str| Credential {
        usage: usage.into(),
        sha1: Some(sha1.into()),
        ..Credential::default()
    };
    judged.case.registrations[0].credentials =
        vec![credential("Sign", "AA"), credential("Verify", "AA"), credential("Verify", "BB")];
    let says = of(&judged).expect("a table");
    let values = &row(&says, "Service provider's signing certificate").cells[0].values;
    assert_eq!(
        values.iter().map(|value| value.pieces[0].text.as_str()).collect::<Vec<_>>(),
        ["BB"]
    );
}

#[test]
fn a_sign_out_is_not_held_against_addresses_of_the_sign_in() {
    use diag_sdk::case::attempt::AttemptKind;
    use diag_sdk::case::message::MessageKind;
    let mut judged = registered(&[ASKED]);
    judged.report.findings.clear();
    let mut logout = judged.case.messages[0].clone();
    (logout.id, logout.kind, logout.request) = ("m2".into(), MessageKind::LogoutRequest, None);
    logout.destination = Some(at("https://idp.example/slo", "/slo"));
    judged.case.messages.push(logout);
    judged.report.attempts[0].kind = AttemptKind::SignOut;
    judged.report.attempts[0].request = Some("m2".into());
    let says = of(&judged).expect("a table");
    assert!(says.open.is_empty(), "{:?}", says.open);
    assert_eq!(
        row(&says, "ACS URL").cells[1].values[0].pieces[0].text,
        ASKED,
        "what the sign-in before it said"
    );
}

const SP: [&str; 2] = ["https://one.example/sp", "https://two.example/sp"];
const IDP: [&str; 2] = ["https://idp-one.example/meta", "https://idp-two.example/meta"];

/// Two sign-ins, each of another service provider at another identity provider, with the metadata of all four.
fn two_pairs() -> Judged {
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::metadata::{Endpoint, IdpRole, Metadata, SpRole};
    let mut judged = registered(&[]);
    judged.case.registrations.clear();
    let endpoint =
        |url: &str| vec![Endpoint { location: at(url, "/location"), ..Endpoint::default() }];
    let mut request = judged.case.messages[0].clone();
    let mut attempt = judged.report.attempts[0].clone();
    for (index, (sp, idp)) in SP.into_iter().zip(IDP).enumerate() {
        request.id = format!("m{}", index + 1);
        request.issuer = Some(at(sp, "/issuer"));
        request.destination = Some(at(&format!("{idp}/sso"), "/destination"));
        let role = SpRole { acs: endpoint(&format!("{sp}/acs")), ..SpRole::default() };
        judged.case.metadata.push(Metadata {
            entity_id: at(sp, "/sp"),
            sp: Some(role),
            ..Metadata::default()
        });
        let role = IdpRole { sso: endpoint(&format!("{idp}/sso")), ..IdpRole::default() };
        judged.case.metadata.push(Metadata {
            entity_id: at(idp, "/idp"),
            idp: Some(role),
            ..Metadata::default()
        });
        if index == 0 {
            judged.case.messages[0] = request.clone();
        } else {
            attempt.id = "a2".into();
            attempt.request = Some(request.id.clone());
            attempt.outcome = Outcome::SignedIn;
            judged.case.messages.push(request.clone());
            judged.report.attempts.push(attempt.clone());
        }
    }
    judged.case.attempts.clone_from(&judged.report.attempts);
    judged
}

fn texts(says: &Says, label: &str) -> Vec<Vec<String>> {
    let text = |value: &Value| value.pieces.iter().map(|piece| piece.text.as_str()).collect();
    let row = row(says, label);
    row.cells.iter().map(|cell| cell.values.iter().map(text).collect()).collect()
}

#[test]
fn parties_that_did_not_talk_to_each_other_are_not_compared() {
    let judged = two_pairs();
    let says = of(&judged).expect("a table");
    assert_eq!((says.others.len(), says.more), (1, 0));
    for (index, table) in [&says, &says.others[0]].into_iter().enumerate() {
        let between = Between { sp: Some(SP[index].into()), idp: Some(IDP[index].into()) };
        assert_eq!(table.between, Some(between), "the one that decides comes first");
        let said = texts(table, "Service provider's entityID");
        assert!(said.iter().flatten().all(|text| text == SP[index]), "{said:?}");
        let said = texts(table, "SSO URL");
        assert_eq!(said.iter().flatten().count(), 2, "metadata and wire: {said:?}");
        assert!(said.iter().flatten().all(|text| text.starts_with(IDP[index])), "{said:?}");
        assert_eq!(row(table, "SSO URL").state, State::Agrees);
    }
}

#[test]
fn a_name_that_was_mistyped_is_held_against_the_metadata_of_its_host() {
    let mut judged = two_pairs();
    let typed = format!("{}/", SP[0]);
    judged.case.messages[0].issuer = Some(at(&typed, "/issuer"));
    let acs = format!("{}/acs", SP[0]);
    judged.case.messages[0].request =
        Some(AuthnRequest { acs_url: Some(at(&acs, "/acs")), ..AuthnRequest::default() });
    let says = of(&judged).expect("a table");
    assert_eq!(says.between.as_ref().and_then(|pair| pair.sp.as_deref()), Some(typed.as_str()));
    let said = texts(&says, "Service provider's entityID");
    assert!(said.contains(&vec![SP[0].to_owned()]), "{said:?}");
    assert!(!said.iter().flatten().any(|text| text == SP[1]), "{said:?}");
}

#[test]
fn one_pair_alone_is_not_named() {
    let mut judged = two_pairs();
    judged.report.attempts.truncate(1);
    let says = of(&judged).expect("a table");
    assert!(says.between.is_none() && says.others.is_empty());
}

#[test]
fn each_pair_has_its_table_in_the_report() {
    let page = crate::html::render(&[two_pairs()], crate::Detail::Full).expect("a page");
    assert_eq!(page.matches("<summary>Between ").count(), 1, "the second; the first is open");
    let page = page.replace("<wbr />", "").replace("&#x2f;", "/");
    for name in SP.iter().chain(&IDP) {
        assert!(page.contains(&format!("<code>{name}</code>")), "{name}");
    }
}
