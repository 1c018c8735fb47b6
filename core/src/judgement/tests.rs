//! Whole sketches told as attempts.

use crate::examine::{Request, examine};
use crate::intake::Supplied;
use diag_sdk::Case;
use diag_sdk::case::attempt::{Actor, AttemptKind, Outcome};
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::judgement::Fate;

/// Messages every sketch may use: two requests of one service provider and their responses.
const MESSAGES: &str = r#"diag-sketch/1 2026-11-24T10:00:00Z

[r1]
<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0" AssertionConsumerServiceURL="https://sp.example/acs"><saml:Issuer>https://sp.example</saml:Issuer></samlp:AuthnRequest>

[r2]
<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r2" Version="2.0" AssertionConsumerServiceURL="https://sp.example/acs"><saml:Issuer>https://sp.example</saml:Issuer></samlp:AuthnRequest>

[inner]
<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_inner" Version="2.0"><saml:Issuer>https://broker.example</saml:Issuer></samlp:AuthnRequest>

[p1]
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_p1" Version="2.0" InResponseTo="_r1"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:Response>

[p2]
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_p2" Version="2.0" InResponseTo="_r2"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:Response>

[pinner]
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_pi" Version="2.0" InResponseTo="_inner"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:Response>

[free]
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_p3" Version="2.0"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:Response>

[denied]
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_p4" Version="2.0" InResponseTo="_r1"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:NoPassive"/></samlp:StatusCode></samlp:Status></samlp:Response>

[out]
<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_out" Version="2.0"/>

[bye]
<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_bye" Version="2.0" InResponseTo="_out"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>

"#;

const START: &str = "GET https://sp.example/hub @0s\n< 302\n< Location: https://idp.example/sso?SAMLRequest={redirect:r1}&RelayState=%2Fhub\n\n\
    GET https://idp.example/sso?SAMLRequest={redirect:r1}&RelayState=%2Fhub @1s\n< 200\n| <title>Sign in</title><input type=password>\n\n";
const PASSWORD: &str =
    "POST https://idp.example/login @5s\n> username=ann&password=secret\n< 200\n\n";

fn tell(exchanges: &str) -> Case {
    let text = format!("{MESSAGES}{exchanges}");
    let reader = Box::new(std::io::Cursor::new(text.into_bytes()));
    let file =
        Supplied { path: "sketch".to_owned(), named: true, held_by: HeldBy::Publisher, reader };
    let case = examine(Request::new(vec![file]), &mut |_| {}).case;
    assert!(
        case.exchanges.len() > exchanges.matches("\n\n").count() / 2,
        "the sketch was not read: {:?}",
        case.inputs
    );
    case
}

fn outcomes(case: &Case) -> Vec<Outcome> {
    case.attempts.iter().map(|attempt| attempt.outcome).collect()
}

/// A sign-in up to the POST, and what came of it.
fn after_post(rest: &str) -> Case {
    tell(&format!(
        "{START}{PASSWORD}POST https://sp.example/acs @7s\n> SAMLResponse={{post:p1}}&RelayState=%2Fhub\n{rest}"
    ))
}

#[test]
fn a_sign_in_that_works() {
    let case = after_post(
        "< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 200\n| <title>Hub</title>\n",
    );
    let attempt = &case.attempts[0];
    assert_eq!(
        (outcomes(&case).as_slice(), attempt.kind),
        ([Outcome::SignedIn].as_slice(), AttemptKind::SignIn)
    );
    assert_eq!((attempt.request.as_deref(), attempt.response.as_deref()), (Some("m1"), Some("m2")));
    assert_eq!(
        (attempt.consumption, attempt.end, attempt.existing_session, attempt.credential_retries),
        (Some(3), Some(4), false, 0)
    );
    let told: Vec<_> =
        attempt.steps.iter().map(|step| (step.what.as_str(), step.from, step.to)).collect();
    assert_eq!(
        told,
        [
            ("redirect", Actor::Browser, Actor::Sp),
            ("AuthnRequest", Actor::Sp, Actor::Idp),
            ("credentials", Actor::Browser, Actor::Idp),
            ("Response", Actor::Idp, Actor::Sp),
            ("page", Actor::Browser, Actor::Sp),
        ]
    );
}

#[test]
fn refusals_at_the_consumer() {
    for (answer, outcome) in [
        ("< 400\n| <title>Error 400</title>\n", Outcome::RefusedBySp),
        ("< 200\n| <title>HR</title><h1>Not authenticated</h1>\n", Outcome::RefusedBySp),
        ("< 404\n", Outcome::BrokenInTransit),
        ("< 413\n", Outcome::BrokenInTransit),
        ("< 503\n", Outcome::BrokenInTransit),
        (
            "< 302\n< Location: https://sp.example/acs/\n\nGET https://sp.example/acs/ @8s\n< 405\n",
            Outcome::BrokenInTransit,
        ),
        (
            "< 302\n< Location: /login?error\n\nGET https://sp.example/login?error @8s\n< 200\n| <title>Log in</title><input type=password>\n",
            Outcome::RefusedBySp,
        ),
        ("< 302\n< Location: /saml/error\n", Outcome::RefusedBySp),
        (
            "< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 401\n",
            Outcome::RefusedBySp,
        ),
        (
            "< 302\n< Location: /%2Fhub\n\nGET https://sp.example/%2Fhub @8s\n< 404\n",
            Outcome::DeniedAfterSignIn,
        ),
        (
            "< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 200\n| <title>HR</title><h1>Authentication failed</h1>\n",
            Outcome::RefusedBySp,
        ),
        ("< 302\n< Location: /hub\n", Outcome::SignedIn),
        ("< 200\n| <title>Hub</title>\n", Outcome::Incomplete),
        ("< 200\n< Set-Cookie: sid=1; Path=/\n| <title>Hub</title>\n", Outcome::SignedIn),
        ("< 0\n", Outcome::Incomplete),
    ] {
        assert_eq!(outcomes(&after_post(answer)), [outcome], "{answer}");
    }
}

#[test]
fn who_is_led_from_the_response_to_signing_out_was_not_let_in() {
    let led = |cookie: &str| {
        outcomes(&after_post(&format!(
            "< 302\n< Location: /logout\n{cookie}\nGET https://sp.example/logout @8s\n< 200\n| <title>Session Ended</title>\n"
        )))
    };
    assert_eq!(led(""), [Outcome::RefusedBySp]);
    assert_ne!(led("< Set-Cookie: sid=1; Path=/\n"), [Outcome::RefusedBySp]);
}

#[test]
fn a_loop_is_told_from_a_second_try() {
    let bounce = "< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 302\n< Location: https://idp.example/sso?SAMLRequest={redirect:r2}\n\n\
        GET https://idp.example/sso?SAMLRequest={redirect:r2} @9s\n< 200\n\nPOST https://sp.example/acs @10s\n> SAMLResponse={post:p2}\n";
    let cut = after_post(&format!("{bounce}< 302\n< Location: /hub\n"));
    assert_eq!(outcomes(&cut), [Outcome::Looping, Outcome::Looping]);
    let through = after_post(&format!(
        "{bounce}< 302\n< Location: /hub\n\nGET https://sp.example/hub @11s\n< 200\n| <title>Hub</title>\n"
    ));
    assert_eq!(outcomes(&through), [Outcome::Abandoned, Outcome::SignedIn]);
    let refused = after_post(&format!("{bounce}< 400\n"));
    assert_eq!(outcomes(&refused), [Outcome::Looping, Outcome::RefusedBySp]);
    // A page that was shown opens the next one as a page of its own site does, or the person went back.
    let shown = |site: &str| {
        after_post(&format!(
            "< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 200\n| <title>Hub</title>\n\n\
             GET https://sp.example/hub @9s\n> Sec-Fetch-Site: {site}\n< 302\n< Location: https://idp.example/sso?SAMLRequest={{redirect:r2}}\n\n\
             GET https://idp.example/sso?SAMLRequest={{redirect:r2}} @10s\n< 200\n"
        ))
    };
    assert_eq!(outcomes(&shown("same-origin"))[0], Outcome::Looping);
    assert_eq!(outcomes(&shown("cross-site"))[0], Outcome::SignedIn);
}

#[test]
fn refusals_of_the_identity_provider() {
    let page = |answer: &str| {
        tell(&format!(
            "{START}POST https://idp.example/login @5s\n> username=ann&password=secret\n{answer}"
        ))
    };
    assert_eq!(
        outcomes(&page("< 200\n| <title>Sign in</title><p>AADSTS50105: not assigned</p>\n")),
        [Outcome::RefusedByIdp]
    );
    assert_eq!(outcomes(&page("< 500\n")), [Outcome::RefusedByIdp]);
    let wrong = page(
        "< 200\n| <title>Sign in</title><p>Incorrect username or password</p><input type=password>\n",
    );
    assert_eq!(
        (outcomes(&wrong).as_slice(), wrong.attempts[0].credential_retries),
        ([Outcome::RefusedByIdp].as_slice(), 1)
    );
    // The same field once more says it in any language; another one asks for a second factor.
    let again =
        page("< 200\n| <title>Anmelden</title><p>Nein.</p><input type=password name=password>\n");
    assert_eq!(
        (outcomes(&again).as_slice(), again.attempts[0].credential_retries),
        ([Outcome::RefusedByIdp].as_slice(), 1)
    );
    let second_factor = page("< 200\n| <title>Code</title><input type=password name=code>\n");
    assert_eq!(outcomes(&second_factor), [Outcome::Incomplete]);
    assert_eq!(outcomes(&tell(START)), [Outcome::Incomplete]);
}

#[test]
fn who_fails_is_told_by_the_host() {
    let back = tell(&format!(
        "{START}GET https://sp.example/acs @6s\n< 403\n| <title>No response</title>\n"
    ));
    assert_eq!(outcomes(&back), [Outcome::RefusedBySp], "{:?}", back.attempts);
    let stayed =
        tell(&format!("{START}GET https://idp.example/next @6s\n< 403\n| <title>No</title>\n"));
    assert_eq!(outcomes(&stayed), [Outcome::RefusedByIdp]);
}

#[test]
fn a_failure_before_any_message_counts_at_who_takes_responses() {
    const METADATA: &str = r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><AssertionConsumerService index="0" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://sp.example/acs"/></SPSSODescriptor></EntityDescriptor>"#;
    let outcomes = |exchanges: &str| {
        let sketch = format!("diag-sketch/1 2026-11-24T10:00:00Z\n\n{exchanges}");
        let files = [("sketch", sketch), ("sp.xml", METADATA.to_owned())].map(|(path, text)| {
            let reader = Box::new(std::io::Cursor::new(text.into_bytes()));
            Supplied { path: path.to_owned(), named: true, held_by: HeldBy::Publisher, reader }
        });
        outcomes(&examine(Request::new(files.into()), &mut |_| {}).case)
    };
    assert_eq!(
        outcomes(
            "GET https://sp.example/login @0s\n< 500\n| <title>500 Internal Server Error</title>\n"
        ),
        [Outcome::RefusedBySp]
    );
    for elsewhere in [
        "GET https://www.example/ @0s\n< 500\n",
        "GET https://sp.example/lgoin @0s\n< 404\n",
        "GET https://sp.example/ @0s\n< 200\n",
    ] {
        assert_eq!(outcomes(elsewhere), [], "{elsewhere}");
    }
}

#[test]
fn a_wrong_password_on_the_way_is_counted() {
    let case = tell(&format!(
        "{START}{PASSWORD}POST https://idp.example/login @6s\n> username=ann&password=other\n< 200\n\n\
         POST https://sp.example/acs @7s\n> SAMLResponse={{post:p1}}\n< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 200\n| <title>Hub</title>\n"
    ));
    assert_eq!(
        (outcomes(&case).as_slice(), case.attempts[0].credential_retries),
        ([Outcome::SignedIn].as_slice(), 1)
    );
}

#[test]
fn no_passive_is_a_probe_only_where_another_attempt_got_in() {
    let probe = "POST https://sp.example/acs @2s\n> SAMLResponse={post:denied}\n< 302\n< Location: /hub\n\n";
    assert_eq!(outcomes(&tell(&format!("{START}{probe}"))), [Outcome::RefusedByIdp]);
    let second = "GET https://sp.example/login @3s\n< 302\n< Location: https://idp.example/sso?SAMLRequest={redirect:r2}\n\n\
        GET https://idp.example/sso?SAMLRequest={redirect:r2} @4s\n< 200\n\nPOST https://sp.example/acs @10s\n> SAMLResponse={post:p2}\n< 302\n< Location: /hub\n\n\
        GET https://sp.example/hub @11s\n< 200\n| <title>Hub</title>\n";
    assert_eq!(
        outcomes(&tell(&format!("{START}{probe}{second}"))),
        [Outcome::Abandoned, Outcome::SignedIn]
    );
}

#[test]
fn a_first_try_left_for_a_second() {
    let second = "GET https://sp.example/hub @60s\n< 302\n< Location: https://idp.example/sso?SAMLRequest={redirect:r2}\n\n\
        GET https://idp.example/sso?SAMLRequest={redirect:r2} @61s\n< 200\n\n";
    assert_eq!(
        outcomes(&tell(&format!("{START}{second}"))),
        [Outcome::Abandoned, Outcome::Incomplete]
    );
    // Back to the first page: its response decides, the second try was left.
    let back = "GET https://idp.example/sso?SAMLRequest={redirect:r1} @65s\n< 200\n\nPOST https://sp.example/acs @70s\n> SAMLResponse={post:p1}\n< 403\n";
    let case = tell(&format!("{START}{second}{back}"));
    assert_eq!(outcomes(&case), [Outcome::RefusedBySp, Outcome::Abandoned]);
    assert_eq!(case.attempts[0].response.as_deref(), Some("m3"));
}

#[test]
fn the_same_response_twice_is_two_attempts() {
    let case = after_post(
        "< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 200\n| <title>Hub</title>\n\n\
         POST https://sp.example/acs @20s\n> SAMLResponse={post:p1}&RelayState=%2Fhub\n< 500\n",
    );
    assert_eq!(outcomes(&case), [Outcome::SignedIn, Outcome::RefusedBySp]);
}

#[test]
fn a_redirect_that_keeps_the_post_is_one_attempt() {
    let case = after_post(
        "< 307\n< Location: https://sp.example/acs/\n\nPOST https://sp.example/acs/ @7s\n> SAMLResponse={post:p1}&RelayState=%2Fhub\n< 302\n< Location: /hub\n\n\
         GET https://sp.example/hub @8s\n< 200\n| <title>Hub</title>\n",
    );
    assert_eq!(
        (outcomes(&case).as_slice(), case.attempts[0].consumption),
        ([Outcome::SignedIn].as_slice(), Some(4))
    );
}

#[test]
fn started_at_the_identity_provider() {
    let case = tell(
        "GET https://idp.example/portal/app @0s\n< 200\n| <title>Apps</title>\n\nPOST https://sp.example/acs @7s\n> SAMLResponse={post:free}\n< 302\n< Location: /hub\n\n\
         GET https://sp.example/hub @8s\n< 200\n| <title>Hub</title>\n",
    );
    assert_eq!(outcomes(&case), [Outcome::SignedIn]);
    assert!(
        case.attempts[0].idp_initiated
            && case.attempts[0].request.is_none()
            && case.attempts[0].exchanges.contains(&0)
    );
    // An identity provider that merely forgets InResponseTo was asked all the same.
    let forgotten = tell(&format!(
        "{START}{PASSWORD}POST https://sp.example/acs @7s\n> SAMLResponse={{post:free}}\n< 400\n"
    ));
    assert!(
        forgotten.attempts.len() == 1
            && !forgotten.attempts[0].idp_initiated
            && forgotten.attempts[0].request.is_some()
    );
}

#[test]
fn a_capture_that_starts_late() {
    let case = tell("POST https://sp.example/acs @7s\n> SAMLResponse={post:p1}\n< 400\n");
    assert_eq!(outcomes(&case), [Outcome::RefusedBySp]);
    assert!(!case.attempts[0].idp_initiated && case.attempts[0].request.is_none());
}

#[test]
fn a_broker_between_the_sides() {
    let case = tell(
        "GET https://sp.example/hub @0s\n< 302\n< Location: https://broker.example/sso?SAMLRequest={redirect:r1}\n\n\
         GET https://broker.example/sso?SAMLRequest={redirect:r1} @1s\n< 302\n< Location: https://idp.example/sso?SAMLRequest={redirect:inner}\n\n\
         GET https://idp.example/sso?SAMLRequest={redirect:inner} @2s\n< 200\n\n\
         POST https://broker.example/acs @5s\n> SAMLResponse={post:pinner}\n< 302\n< Location: /resume\n\n\
         GET https://broker.example/resume @6s\n< 200\n| <form action=\"https://sp.example/acs\" method=\"post\"></form>\n\n\
         POST https://sp.example/acs @7s\n> SAMLResponse={post:p1}\n< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 200\n| <title>Hub</title>\n",
    );
    assert_eq!(outcomes(&case), [Outcome::SignedIn, Outcome::SignedIn], "{:?}", case.attempts);
    assert!(case.attempts[0].steps.iter().any(|step| step.to == Actor::Broker));
}

#[test]
fn signing_out() {
    let start = "GET https://sp.example/logout @0s\n< 302\n< Location: https://idp.example/slo?SAMLRequest={redirect:out}\n\n";
    let asked = "GET https://idp.example/slo?SAMLRequest={redirect:out} @1s\n";
    let answer = "GET https://sp.example/slo?SAMLResponse={redirect:bye} @2s\n";
    for (rest, outcome) in [
        (
            format!(
                "{asked}< 302\n\n{answer}< 302\n< Location: /bye\n\nGET https://sp.example/bye @3s\n< 404\n"
            ),
            Outcome::SignedOut,
        ),
        (format!("{asked}< 302\n\n{answer}< 400\n"), Outcome::SignOutFailed),
        (format!("{asked}< 404\n"), Outcome::SignOutFailed),
        (format!("{asked}< 200\n| <title>Signed out</title>\n"), Outcome::Incomplete),
    ] {
        let case = tell(&format!("{start}{rest}"));
        assert_eq!(outcomes(&case), [outcome], "{rest}");
        assert_eq!(case.attempts[0].kind, AttemptKind::SignOut);
    }
}

#[test]
fn a_response_the_recorder_left_out() {
    let post = "POST https://sp.example/acs @7s\n< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 200\n| <title>Hub</title>\n";
    assert_eq!(outcomes(&tell(&format!("{START}{PASSWORD}{post}"))), [Outcome::SignedIn]);
    let artifact = "GET https://sp.example/acs?SAMLart=AAQAAM @7s\n< 302\n< Location: /hub\n\nGET https://sp.example/hub @8s\n< 200\n| <title>Hub</title>\n";
    assert_eq!(outcomes(&tell(&format!("{START}{PASSWORD}{artifact}"))), [Outcome::SignedIn]);
}

#[test]
fn an_error_before_any_message() {
    let case = tell(
        "GET https://sp.example/hub @0s\n< 500\n| <title>Unknown or Unusable Identity Provider</title><p>Unable to locate metadata for identity provider (https://idp.example/idp)</p>\n",
    );
    assert_eq!(outcomes(&case), [Outcome::RefusedBySp]);
    let other = tell("GET https://sp.example/hub @0s\n< 404\n| <title>404 Not Found</title>\n");
    assert!(other.attempts.is_empty());
}

#[test]
fn a_product_that_cannot_ask_says_why() {
    let case = tell(
        "GET https://ci.example/securityRealm/commenceLogin @0s\n< 500\n| <title>Oops!</title><pre>org.pac4j.saml.exceptions.SAMLException: Identity provider has no single sign on service available for the selected profile urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST</pre>\n",
    );
    assert_eq!(outcomes(&case), [Outcome::RefusedBySp]);
    assert!(case.failures[0].means(&[diag_sdk::Meaning::WrongBinding]));
}

#[test]
fn a_log_in_form_that_finds_a_password_wrong_answers_the_response() {
    let form = "<title>Inventory</title><div class=\"alert alert-danger\">Invalid username or password</div><form><input name=user><input type=password name=pass></form>";
    let case = after_the_post(&format!("< 200\n< Content-Type: text/html\n| {form}\n"));
    assert_eq!(outcomes(&case), [Outcome::RefusedBySp]);
    assert_eq!(case.attempts[0].credential_retries, 0, "nobody typed a password there");
    let open = after_the_post(
        "< 200\n< Content-Type: text/html\n| <title>Inventory</title><form><input type=password name=pin></form>\n",
    );
    assert_eq!(outcomes(&open), [Outcome::Incomplete], "a field for a password may be anything");
}

#[test]
fn who_is_shown_that_they_signed_out_was_not_let_in() {
    let landed = |path: &str| {
        outcomes(&after_the_post(&format!(
            "< 302\n< Location: {path}\n\nGET https://sp.example{path} @8s\n< 200\n< Content-Type: text/html\n| <title>Portal</title><h1>Welcome</h1>\n"
        )))[0]
    };
    assert_eq!(landed("/external_logout_complete.do"), Outcome::RefusedBySp);
    assert_eq!(landed("/signed-out"), Outcome::RefusedBySp);
    assert_eq!(landed("/home"), Outcome::SignedIn);
}

/// A sign-in whose response was posted, and what followed.
fn after_the_post(rest: &str) -> Case {
    tell(&format!(
        "{START}{PASSWORD}POST https://sp.example/acs @7s\n> SAMLResponse={{post:p1}}\n{rest}"
    ))
}

#[test]
fn who_signs_out_soon_was_in() {
    let rest = "< 302\n< Location: /hub\n< Set-Cookie: sid=a1b2; Path=/\n\nGET https://sp.example/hub @8s\n> Cookie: sid=a1b2\n< 200\n| <title>Hub</title>\n\n\
                GET https://sp.example/logout @10s\n> Cookie: sid=a1b2\n< 302\n< Location: /login\n\nGET https://sp.example/login @10s\n< 200\n| <title>Log in</title><input type=password>\n";
    assert_eq!(outcomes(&after_the_post(rest))[0], Outcome::SignedIn);
}

#[test]
fn a_page_that_only_refuses_shows_no_session_at_work() {
    let landed = |page: &str| {
        let rest = format!(
            "< 302\n< Location: /home\n< Set-Cookie: sid=a1b2; Path=/\n\nGET https://sp.example/home @8s\n> Cookie: sid=a1b2\n< 200\n| {page}\n"
        );
        outcomes(&after_the_post(&rest))[0]
    };
    let refusal = "Signature validation failed. SAML Response rejected";
    let article = format!(
        "<title>Portal</title><h1>{refusal}</h1><p>{}</p>",
        "How people read such a message. ".repeat(40)
    );
    assert_eq!(landed(&article), Outcome::SignedIn, "an article about it");
    assert_ne!(landed(&format!("<title>Portal</title><h1>{refusal}</h1>")), Outcome::SignedIn);
}

#[test]
fn a_product_that_states_its_reason_with_404_did_judge_the_message() {
    let fate = |page: &str| {
        let case = after_the_post(&format!("< 404\n| {page}\n"));
        case.messages
            .iter()
            .find(|message| message.id == case.attempts[0].response.clone().unwrap_or_default())
            .map(|message| message.fate)
    };
    assert_eq!(fate("<title>404 Not Found</title>"), Some(Fate::Lost));
    assert_eq!(
        fate("<title>Error</title><p>SAML2 exception: Unable to validate Signature</p>"),
        Some(Fate::Refused)
    );
}
