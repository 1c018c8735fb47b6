//! What is blotted in a Case, and what stays.

use super::*;
use crate::secrets::Met;
use crate::secrets::places::Standing;
use diag_sdk::Sited;
use diag_sdk::case::exchange::{Exchange, Page, SetCookie};
use diag_sdk::case::message::{Message, Status};
use diag_sdk::case::metadata::Metadata;

fn blotted(mut case: Case) -> Case {
    let met = |value: &str, standing| Met { value: value.to_owned(), standing, posted: true };
    let known =
        Known::from_met(&[met("hunter2", Standing::Typed), met("Qzabcdef!12", Standing::Typed)]);
    blot(&mut case, &known, &Sealer::new("x"));
    case
}

fn url(url: &str) -> String {
    let exchange = Exchange { url: url.to_owned(), ..Exchange::default() };
    blotted(Case { exchanges: vec![exchange], ..Case::default() }).exchanges.remove(0).url
}

#[test]
fn texts_lose_what_was_typed() {
    let page = Page {
        text: "You typed hunter2 or Qzabcdef%2112".into(),
        title: Some("hunter2".into()),
        ..Page::default()
    };
    let exchange =
        Exchange { page: Some(page), status: 302, duration_ms: Some(1.5), ..Exchange::default() };
    let case = blotted(Case { exchanges: vec![exchange], ..Case::default() });
    let page = case.exchanges[0].page.as_ref().expect("a page");
    assert_eq!((page.text.as_str(), page.title.as_deref()), ("You typed … or …", Some("…")));
    assert_eq!((case.exchanges[0].status, case.exchanges[0].duration_ms), (302, Some(1.5)));
}

#[test]
fn addresses_stay_equal_and_different() {
    let one = url("https://a.example/reset/aB3dE5gH7jK9mN1pQ3sT5v");
    let other = url("https://a.example/reset/zB3dE5gH7jK9mN1pQ3sT5v");
    assert!(one.starts_with("https://a.example/reset/…") && one != other, "{one}");
    assert_eq!(one, url("https://a.example/reset/aB3dE5gH7jK9mN1pQ3sT5v"));
    assert!(!url("https://a.example/x/Qzabcdef%2112").contains("Qz"));
    for secret in [
        "https://a.example/auth:crddf%2148/hub",
        "https://a.example/token/crddf%2148/hub",
        "https://a.example/magic-link/crddf%2148/hub",
        "https://a.example/reset_password/crddf%20asdfg%20yxcvb/hub",
        "https://a.example/(S(da2d6582bfd64e7fa2c631335f64e0d2))/hub",
        "https://a.example/x/da2d6582bfd64e7fa2c631335f64e0d2/hub",
        "https://a.example/v1/sk_live_crddfcrddfcrddf/hub",
    ] {
        let told = url(secret);
        let kept = told.contains("crddf") || told.contains("da2d6582bfd6");
        assert!(told.contains('…') && told.ends_with("/hub") && !kept, "{told}");
    }
    for slash in ["/", "%2F"] {
        let pieces = ["Jq3x9TzLw", "bV8nR2kY5", "mD4sXc7Qa1", "zH6gW3"].join(slash);
        let told = url(&format!("https://a.example/x/{pieces}/y"));
        assert!(told.starts_with("https://a.example/x/…") && told.ends_with("/y"), "{told}");
        assert!(!told.contains("Jq3x") && !told.contains("mD4s"), "{told}");
    }
    for plain in [
        "https://a.example/app/exk1fcia6d6EMsf331d8/sso/saml",
        "https://login.example/8d1f0a1e-9a53-4c39-8b63-5d1c0a2f7e11/saml2",
        "https://a.example/hunter2?x=1",
        "https://a.example/acs?SAMLResponse=…",
    ] {
        assert_eq!(url(plain), plain);
    }
}

#[test]
fn addresses_in_texts_and_without_a_scheme_are_addresses() {
    let token = "EyctcEy67dxzyHgpBKeJhvAkzs10dC7eFm4wzGcC";
    let step = |url: &str| diag_sdk::case::attempt::Step {
        url: Some(url.to_owned()),
        ..Default::default()
    };
    let attempt = diag_sdk::case::attempt::Attempt {
        ending: format!("sp.example/reset/{token}: HTTP 404"),
        steps: vec![step(&format!("sp.example/reset/{token}/index.html")), step("sp.example/hub")],
        ..Default::default()
    };
    let attempt = blotted(Case { attempts: vec![attempt], ..Case::default() }).attempts.remove(0);
    assert!(!format!("{attempt:?}").contains(token), "{attempt:?}");
    assert!(
        attempt.ending.starts_with("sp.example/reset/…") && attempt.ending.ends_with(": HTTP 404"),
        "{}",
        attempt.ending
    );
    assert_eq!(attempt.steps[1].url.as_deref(), Some("sp.example/hub"));
}

#[test]
fn what_is_published_is_no_secret() {
    let address = "https://a.example/acs?token=0123456789abcdef";
    let destination =
        |address: &str| Message { destination: Some(Sited::from(address)), ..Message::default() };
    let case = Case { messages: vec![destination(address)], ..Case::default() };
    let masked = blotted(case.clone()).messages.remove(0).destination.expect("a destination").value;
    assert!(masked.starts_with("https://a.example/acs?token=…"), "{masked}");
    let metadata = Metadata { entity_id: Sited::from(address), ..Metadata::default() };
    let known = blotted(Case { metadata: vec![metadata], ..case });
    assert_eq!(known.messages[0].destination.as_deref().map(String::as_str), Some(address));
}

#[test]
fn what_is_registered_stays_equal_to_what_is_sent_without_what_lets_in() {
    let registered = |address: &str| diag_sdk::case::registration::IdpRegistration {
        logout_url: Some(Sited::from(address)),
        ..Default::default()
    };
    let sent =
        |address: &str| Message { destination: Some(Sited::from(address)), ..Message::default() };
    let both = |is: &str, goes: &str| {
        let case = Case {
            registrations: vec![registered(is)],
            messages: vec![sent(goes)],
            ..Case::default()
        };
        let mut case = blotted(case);
        let registered = case.registrations.remove(0).logout_url.expect("an address").value;
        let sent = case.messages.remove(0).destination.expect("a destination").value;
        (registered, sent)
    };
    let address = "https://a.example/cb?o=0a1b2c3d4e5f6a7b8c9d0e&token=btkvb%2177";
    let (is, goes) = both(address, address);
    assert!(
        is == goes && !is.contains("btkvb") && is.contains("?o=0a1b2c3d4e5f6a7b8c9d0e&"),
        "{is} {goes}"
    );
    let (is, goes) = both(address, &address.replace("77", "78"));
    assert!(is != goes && !goes.contains("btkvb"), "{is} {goes}");
    let (is, goes) = both("https://bob:btkvb%2177@a.example/out", "https://a.example/out");
    assert!(is != goes && !is.contains("btkvb"), "{is} {goes}");
}

#[test]
fn an_endpoint_that_a_message_names_can_be_pasted() {
    let id = "da2d6582bfd64e7fa2c631335f64e0d2";
    let all = |address: &str| {
        let named = Message { destination: Some(Sited::from(address)), ..Message::default() };
        let exchange = Exchange { url: format!("{address}?x=1"), ..Exchange::default() };
        let case = Case { messages: vec![named], exchanges: vec![exchange], ..Case::default() };
        let mut case = blotted(case);
        let destination = case.messages.remove(0).destination.expect("a destination").value;
        (destination, case.exchanges.remove(0).url)
    };
    let address = format!("https://a.example/{id}/acs");
    assert_eq!(all(&address), (address.clone(), format!("{address}?x=1")));
    let (destination, url) = all(&format!("https://a.example/reset/{id}/acs"));
    assert!(!destination.contains(id) && !url.contains(id), "{destination} {url}");
}

#[test]
fn statements_lose_what_stands_under_the_name_of_a_secret() {
    let status =
        Status { message: Some(Sited::from("password xk7 token=abcdefg")), ..Status::default() };
    let case = blotted(Case {
        messages: vec![Message { status: Some(status), ..Message::default() }],
        ..Case::default()
    });
    let message = case.messages[0]
        .status
        .as_ref()
        .and_then(|status| status.message.as_ref())
        .map(|message| message.value.as_str());
    assert_eq!(message, Some("password … token=…"));
}

#[test]
fn what_cannot_be_read_is_not_quoted() {
    assert_eq!(
        explanation("unexpected `/` in the tag `<Qz!54mT`: expected"),
        "unexpected `/` in the tag `…`: expected"
    );
    assert_eq!(
        explanation("the prefix `ds` of `ds:Signature` is not declared"),
        "the prefix `ds` of `ds:Signature` is not declared"
    );
}

#[test]
fn relay_states_are_told_by_what_is_known_of_them() {
    let message = |state: &str| {
        let relay_state =
            Some(diag_sdk::Personal { text: Some(state.to_owned()), ..Default::default() });
        let exchange = Exchange { url: "https://a.example/bi/hub".into(), ..Exchange::default() };
        let case = Case {
            messages: vec![Message { relay_state, ..Message::default() }],
            exchanges: vec![exchange],
            ..Case::default()
        };
        blotted(case)
            .messages
            .remove(0)
            .relay_state
            .and_then(|state| state.text)
            .unwrap_or_default()
    };
    assert_eq!(message("/bi/hub"), "/bi/hub");
    assert_eq!(message("https://b.example/hub"), "https://b.example/hub");
    assert!(
        !message("/p/raeku11").contains("raeku11")
            && message("/p/raeku11") != message("/p/raeku12")
    );
}

#[test]
fn names_and_paths_of_cookies() {
    let cookie = |name: &str, path: &str| SetCookie {
        name: name.into(),
        path: Some(path.into()),
        ..SetCookie::default()
    };
    let set = vec![
        cookie("_shibsession_64656661756c7468747470733a2f2f", "/hunter2"),
        cookie("JSESSIONID", "/app"),
    ];
    let exchange = Exchange {
        url: "https://a.example/app/hub".into(),
        set_cookies: Some(set),
        ..Exchange::default()
    };
    let case = blotted(Case { exchanges: vec![exchange], ..Case::default() });
    let set = case.exchanges[0].set_cookies.as_ref().expect("cookies");
    assert!(set[0].name.starts_with("_shibsession_…"), "{}", set[0].name);
    assert!(!set[0].path.as_deref().unwrap_or_default().contains("hunter2"));
    assert_eq!((set[1].name.as_str(), set[1].path.as_deref()), ("JSESSIONID", Some("/app")));
}
