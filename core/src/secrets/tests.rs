//! Every place a secret stands in, and every form in which it comes up again.

use super::places::Standing;
use super::*;
use crate::evidence::{FormField, RawExchange};
use base64::engine::general_purpose::STANDARD;
use diag_sdk::Place;

/// A value of its own for each test, none of them like a word.
const VALUE: &str = "Qz'x\"é&7+/=<%!";

fn known(value: &str) -> Known {
    Known::from_met(&[Met { value: value.to_owned(), standing: Standing::Typed, posted: true }])
}

/// Every way in which programs write a value.
fn forms(value: &str) -> Vec<String> {
    let percent = |upper: bool, text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                _ if upper => format!("%{byte:02X}"),
                _ => format!("%{byte:02x}"),
            })
            .collect()
    };
    let every = |text: &str, escape: &dyn Fn(char) -> String| -> String {
        text.chars().map(escape).collect()
    };
    let html = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;")
    };
    let json = |text: &str| serde_json::to_string(text).expect("JSON").trim_matches('"').to_owned();
    let mut forms = vec![
        value.to_owned(),
        percent(true, value),
        percent(false, value),
        percent(true, &percent(true, value)),
        percent(false, &percent(true, value)),
        percent(true, &percent(true, &percent(true, value))),
        html(value),
        html(&html(value)),
        json(value),
        json(&json(value)),
        percent(true, &json(value)),
        html(&percent(true, value)),
        html(&json(value)),
        every(value, &|character| format!("&#{};", u32::from(character))),
        every(value, &|character| format!("&#x{:X};", u32::from(character))),
        every(value, &|character| format!("\\u{:04x}", u32::from(character))),
        every(value, &|character| format!("\\u{{{:x}}}", u32::from(character))),
        every(value, &|character| format!("%u{:04X}", u32::from(character))),
        percent(true, &every(value, &|character| format!("%u{:04X}", u32::from(character)))),
        every(value, &|character| format!("&#{}", u32::from(character))),
        value.bytes().map(|byte| format!("={byte:02X}")).collect::<Vec<_>>().concat(),
        format!("{}=\r\n{}", &value[..2], &value[2..]).replace("=<", "=3D<"),
        value.to_ascii_uppercase(),
    ];
    for around in ["", "u:", "user:", "a", "{\"p\":\""] {
        let whole = format!("{around}{value}{around}");
        for text in [STANDARD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
            forms.push(percent(true, &text));
            forms.push(percent(false, &percent(true, &text)));
            forms.push(text);
        }
    }
    forms
}

#[test]
fn where_the_person_wanted_to_go_stays_in_every_address() {
    for state in [
        "https://node2.sense-emea.example/login",
        "https://intranet-portal.sense.example/login?r=kN4vTq8sWz",
        "https%3A%2F%2Fnode2.sense-emea.example%2Flogin",
    ] {
        let known = Known::from_met(&[Met {
            value: state.to_owned(),
            standing: Standing::Issued,
            posted: true,
        }]);
        for address in [
            "https://node2.sense-emea.example/login/callback",
            "https://intranet-portal.sense.example/saml/acs",
        ] {
            assert_eq!(known.blotted(address, Reach::Everywhere), None, "{state}");
        }
        assert_eq!(
            Known::from_met(&[Met {
                value: format!("{state}&year=2026"),
                standing: Standing::Issued,
                posted: true
            }])
            .blotted("2026-11-24T10:00:00Z", Reach::Prose),
            None
        );
        let blotted = known.blotted("the code kN4vTq8sWz", Reach::Prose);
        assert_eq!(blotted.as_deref(), state.contains("kN4v").then_some("the code …"), "{state}");
    }
}

#[test]
fn a_secret_is_found_in_every_form() {
    for value in [
        VALUE,
        "hunter2",
        "correct horse battery staple",
        "абвгдежз",
        "Qzabcdef!12",
        "eyJhbGciOi.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    ] {
        let known = known(value);
        for form in forms(value) {
            let text = format!("You typed {form}, which is wrong");
            let blotted = known
                .blotted(&text, Reach::Prose)
                .unwrap_or_else(|| panic!("{value} is not seen in {form}"));
            assert!(
                blotted.starts_with("You typed ") && blotted.ends_with(", which is wrong"),
                "{form}: {blotted}"
            );
            assert!(!blotted.contains(&form), "{blotted}");
        }
    }
}

#[test]
fn words_are_blotted_as_words_in_running_text_alone() {
    let known = known("sense");
    assert_eq!(
        known.blotted("Your sense is wrong", Reach::Prose).as_deref(),
        Some("Your … is wrong")
    );
    assert_eq!(known.blotted("nonsense, senseless", Reach::Prose), None);
    assert_eq!(known.blotted("https://sense.example/sense/hub", Reach::Everywhere), None);
    assert_eq!(known_nothing().blotted("anything", Reach::Prose), None);
}

fn known_nothing() -> Known {
    Known::from_met(&[])
}

#[test]
fn every_place_is_known() {
    let field = |name: &str, value: &str| FormField {
        name: name.into(),
        value: value.into(),
        ..FormField::default()
    };
    let base = || RawExchange { url: "https://a.example/".into(), ..RawExchange::default() };
    let url = |url: &str| RawExchange { url: url.into(), ..base() };
    let request = |name: &str, value: &str| RawExchange {
        request_headers: vec![(name.into(), value.into())],
        ..base()
    };
    let response = |name: &str, value: &str| RawExchange {
        response_headers: vec![(name.into(), value.into())],
        ..base()
    };
    let posted = |body: &str| RawExchange { request_body: Some(body.into()), ..base() };
    let answered = |body: &str| RawExchange { response_body: Some(body.into()), ..base() };
    let basic = format!("Basic {}", STANDARD.encode("ada:K4nary-Val"));
    let all = vec![
        ("query", url("https://a.example/?token=K4nary-Val")),
        ("password in query", url("https://a.example/?pin=K4nary-Val")),
        ("encoded name", url("https://a.example/?%70assword=K4nary-Val")),
        ("semicolon", url("https://a.example/?a=1;password=K4nary-Val")),
        ("path parameter", url("https://a.example/x;jsessionid=K4nary-Val?y=1")),
        ("fragment", url("https://a.example/#access_token=K4nary-Val")),
        ("route in fragment", url("https://a.example/#/reset?token=K4nary-Val")),
        (
            "address in address",
            url("https://a.example/?next=https%3A%2F%2Fb.example%2F%3Ftoken%3DK4nary-Val"),
        ),
        ("user information", url("https://ada:K4nary-Val@a.example/")),
        ("location", RawExchange { location: Some("/x?ticket=K4nary-Val".into()), ..base() }),
        ("referer", request("referer", "https://a.example/?token=K4nary-Val")),
        ("bearer", request("authorization", "Bearer K4nary-Val")),
        ("basic", request("authorization", &basic)),
        ("proxy", request("proxy-authorization", &basic)),
        ("api key", request("x-api-key", "K4nary-Val")),
        ("set-cookie", response("set-cookie", "s=K4nary-Val; Path=/")),
        ("token header", response("x-auth-token", "K4nary-Val")),
        ("refresh", response("refresh", "0; url=https://a.example/?token=K4nary-Val")),
        (
            "cookie",
            RawExchange { cookies: Some(vec![("s".into(), "K4nary-Val".into())]), ..base() },
        ),
        ("form", RawExchange { form: vec![field("passwd", "K4nary-Val")], ..base() }),
        (
            "form in any language",
            RawExchange { form: vec![field("Kennwort", "K4nary-Val")], ..base() },
        ),
        (
            "field of no known name",
            RawExchange { form: vec![field("x17", "K4nary-Val")], ..base() },
        ),
        (
            "JSON in a field",
            RawExchange {
                form: vec![field(
                    "message",
                    "{\"actions\":[{\"params\":{\"password\":\"K4nary-Val\"}}]}",
                )],
                ..base()
            },
        ),
        (
            "base64 of JSON in a field",
            RawExchange {
                form: vec![field("data", &STANDARD.encode("{\"password\":\"K4nary-Val\"}"))],
                ..base()
            },
        ),
        (
            "call in JSON",
            posted(
                "{\"query\":\"mutation { login(user:\\\"ada\\\", password:\\\"K4nary-Val\\\") }\"}",
            ),
        ),
        ("JSON", posted("{\"a\":[{\"password\":\"K4nary-Val\"}]}")),
        ("JSON in JSON", posted("{\"body\":\"{\\\"password\\\":\\\"K4nary-Val\\\"}\"}")),
        (
            "GraphQL",
            posted(
                "{\"query\":\"mutation\",\"variables\":{\"input\":{\"secret\":\"K4nary-Val\"}}}",
            ),
        ),
        ("form without its type", posted("a=1&pass=K4nary-Val")),
        (
            "SOAP",
            posted("<s:Envelope><wsse:Password Type='x'>K4nary-Val</wsse:Password></s:Envelope>"),
        ),
        ("issued in JSON", answered("{\"access_token\":\"K4nary-Val\"}")),
        (
            "hidden field",
            answered("<form><input type=hidden name=flowToken value=K4nary-Val></form>"),
        ),
        (
            "WS-Trust",
            answered("<s:E><wsse:BinarySecurityToken>K4nary-Val</wsse:BinarySecurityToken></s:E>"),
        ),
    ];
    for (place, exchange) in all {
        let known = Known::of(
            &mut Evidence { exchanges: vec![exchange], ..Evidence::default() },
            std::iter::empty(),
        );
        assert_eq!(
            known.blotted("It was K4nary-Val.", Reach::Prose).as_deref(),
            Some("It was …."),
            "{place}"
        );
    }
}

#[test]
fn a_field_that_a_page_shows_as_a_password_is_one_whatever_its_name() {
    let page = RawExchange {
        response_body: Some("<form><input type=Password name=username></form>".into()),
        ..RawExchange::default()
    };
    let post = RawExchange {
        form: vec![FormField {
            name: "username".into(),
            value: "hunter2".into(),
            ..FormField::default()
        }],
        ..RawExchange::default()
    };
    let known = Known::of(
        &mut Evidence { exchanges: vec![page, post.clone()], ..Evidence::default() },
        std::iter::empty(),
    );
    assert!(known.blotted("hunter2", Reach::Prose).is_some());
    let known = Known::of(
        &mut Evidence { exchanges: vec![post], ..Evidence::default() },
        std::iter::empty(),
    );
    assert!(known.blotted("hunter2", Reach::Prose).is_none(), "a user name names a person");
}

#[test]
fn every_secret_of_a_large_capture_is_known() {
    let met: Vec<Met> = (0..60_000)
        .map(|number| Met {
            value: format!("Zt{number:06}kQ9"),
            standing: Standing::Issued,
            posted: false,
        })
        .collect();
    let known = Known::from_met(&met);
    for last in ["Zt000000kQ9", "Zt050001kQ9", "Zt059999kQ9"] {
        let text = format!("It was {last}.");
        assert_eq!(known.blotted(&text, Reach::Prose).as_deref(), Some("It was …."), "{last}");
    }
}

#[test]
fn where_there_are_too_many_secrets_the_exchanges_behind_are_gone() {
    let exchange = |number: usize| RawExchange {
        cookies: Some(vec![("session".to_owned(), format!("K4nary-Val{number}"))]),
        place: Place { input: format!("i{number}"), ..Place::default() },
        ..RawExchange::default()
    };
    let evidence = || Evidence { exchanges: (0..9).map(exchange).collect(), ..Evidence::default() };
    for (most, left, input) in
        [(9, 9, None), (8, 8, Some("i8")), (3, 3, Some("i3")), (1, 1, Some("i1"))]
    {
        let mut evidence = evidence();
        let (_, too_many) = Collected::of(&mut evidence, most);
        assert_eq!((evidence.exchanges.len(), too_many.as_deref()), (left, input), "{most}");
    }
}

#[test]
fn blanks_that_are_encoded_blot_nothing() {
    let met =
        |value: &str| Met { value: value.to_owned(), standing: Standing::Issued, posted: false };
    let known = Known::from_met(&[met("%20%20%20%20%20")]);
    assert!(!known.is_empty());
    assert_eq!(known.blotted("a page says why", Reach::Prose), None);
    assert_eq!(known.blotted("", Reach::Everywhere), None);
}

#[test]
fn secrets_of_exports_are_known_and_settings_are_not() {
    let mut collection = super::collect::Collection::default();
    collection.export(
        r#"[{"oidcClientSecret":"lbwgragrxzcmxfalwhexqntm","sessionCookieHeaderName":"X-Qlik-Session-tokens1",
            "jwtAttributeUserDirectory":"userdirectory1",
            "definitions":[{"key":"SecretToken","value":"two"},{"type":"clientSecret","value":"088ab85b-5f53-430f-9eea-97fb341b3a6a"}]}]"#,
    );
    let met: Vec<&str> = collection.met.iter().map(|met| met.value.as_str()).collect();
    assert_eq!(met, ["088ab85b-5f53-430f-9eea-97fb341b3a6a", "lbwgragrxzcmxfalwhexqntm"]);
}

#[test]
fn a_value_beside_the_name_of_a_secret_is_one() {
    let mut collection = super::collect::Collection::default();
    collection.body(
        r#"{"errors":[{"field":"password","rejectedValue":"Walnut4148","message":"bad"},{"loc":["body","otp"],"input":859497},
            {"field":"session","actual":"expired"},{"field":"name","rejectedValue":"Ann77"}]}"#,
        false,
    );
    let met: Vec<&str> = collection.met.iter().map(|met| met.value.as_str()).collect();
    assert_eq!(met, ["859497", "Walnut4148"]);
}
