//! A made-up case for tests of rendering: a root cause with everything, and a bit of everything else.

use super::Judged;
use diag_core::report::{CheckOutcome, Report, ReportedCheck, ReportedFinding, SCHEMA, Tool};
use diag_core::sources::Sources;
use diag_core::verdict::Verdict;
use diag_products::Products;
use diag_sdk::case::attempt::{Actor, Attempt, AttemptKind, Outcome, Step};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::input::{Input, InputKind};
use diag_sdk::case::judgement::{Failure, Fate, Party};
use diag_sdk::case::message::{Carrier, Message, MessageKind, Sighting};
use diag_sdk::{Case, Cause, Difference, Finding, Need, Place, Told, Vendor, Who};
use jiff::Timestamp;

fn time(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(1_795_492_634 + seconds).ok()
}

/// A finding as it stands in a report.
pub(crate) fn reported(id: &str, check: &str, finding: Finding) -> ReportedFinding {
    ReportedFinding {
        id: id.into(),
        finding: Finding { check: check.into(), ..finding },
        class: diag_sdk::Class::Breakage,
        explains: Vec::new(),
        explained_by: None,
        because: None,
    }
}

fn root() -> ReportedFinding {
    let acs = "https://sense.example:443/azure/samlauthn/";
    let place = Place {
        input: "i1".into(),
        entry: Some(1),
        message: Some("m1".into()),
        line: Some(2),
        column: Some(33),
        length: Some(41),
        path: Some("AuthnRequest/@AssertionConsumerServiceURL".into()),
        ..Place::default()
    };
    let mut finding = Finding::error("The request's ACS URL is not registered")
        .detail(
            "Entra answers only to registered reply URLs and compares them character by character, so it stops before anybody can sign in.",
        )
        .at(&place)
        .expected(acs, "reply URL in app.json")
        .actual("https://sense.example:443/azure/samlauthn", "AuthnRequest")
        .difference(Difference::TrailingSlash)
        .attempt("a1")
        .reference("saml-core-2.0-os §3.4.1");
    finding.causes = vec![
        Cause {
            text: "The reply URL was entered with another spelling".into(),
            who: Who::Idp,
            screen: "Entra admin center › Enterprise applications › Qlik Sense › Single sign-on › Basic SAML Configuration › Reply URL (Assertion Consumer Service URL)".into(),
            fix: "Add exactly this URL as a reply URL and make it the default".into(),
            value: Some("https://sense.example:443/azure/samlauthn".into()),
            ..Cause::default()
        },
        Cause {
            text: "The virtual proxy's host URI was changed after the registration".into(),
            who: Who::Sp,
            screen: "QMC › Virtual proxies › azure › Authentication › SAML host URI".into(),
            fix: "Enter the host URI the registration was made for".into(),
            value: Some("https://sense.example".into()),
            ..Cause::default()
        },
    ];
    ReportedFinding {
        explains: vec!["f2".into()],
        ..reported("f1", "endpoints/acs-not-registered", finding)
    }
}

/// The request, given out with the first answer and refused with the second.
fn request() -> Message {
    let seen =
        |carrier, exchange| Sighting { carrier, exchange: Some(exchange), ..Sighting::default() };
    Message {
        id: "m1".into(),
        kind: MessageKind::AuthnRequest,
        root: "AuthnRequest".into(),
        sightings: vec![seen(Carrier::LocationHeader, 0), seen(Carrier::Query, 1)],
        delivery: Some(1),
        fate: Fate::Refused,
        ..Message::default()
    }
}

/// A sign-in that fails.
pub(crate) fn broken() -> Judged {
    let mut sources = Sources::default();
    sources.add_xml(
        "m1",
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"\n   AssertionConsumerServiceURL=\"https://sense.example:443/azure/samlauthn\" ID=\"_1\"/>",
    );
    let inputs =
        [("i1", "case/login.har", InputKind::Har), ("i2", "case/app.json", InputKind::Application)];
    let case = Case {
        inputs: inputs
            .map(|(id, path, kind)| Input {
                id: id.into(),
                path: path.into(),
                kind,
                ..Input::default()
            })
            .to_vec(),
        exchanges: [
            (0, "https://sense.example/azure/hub", Side::Sp, 302),
            (1, "https://login.microsoftonline.com/tenant/saml2?SAMLRequest=…", Side::Idp, 200),
        ]
        .map(|(entry, url, side, status)| Exchange {
            place: Place { input: "i1".into(), entry: Some(entry), ..Place::default() },
            method: "GET".into(),
            url: url.into(),
            side,
            status,
            ..Exchange::default()
        })
        .to_vec(),
        messages: vec![request()],
        failures: vec![Failure {
            id: "fail1".into(),
            attempt: Some("a1".into()),
            message: Some("m1".into()),
            party: Party::Idp,
            exchange: Some(1),
            ..Failure::default()
        }],
        idp_vendor: Vendor::named("entra"),
        sp_vendor: Vendor::named("qlik"),
        products: ["entra", "qlik"]
            .into_iter()
            .filter_map(|id| Products::builtin().facts(Vendor::named(id)))
            .collect(),
        judged_at: time(0),
        ..Case::default()
    };
    let symptom = ReportedFinding {
        explained_by: Some("f1".into()),
        ..reported(
            "f2",
            "flow/idp-error-page",
            Finding::error("Microsoft Entra ID stopped with AADSTS50011"),
        )
    };
    let mut expiring = Finding::warning("The signing certificate expires in 12 days").likely();
    expiring.causes = vec![Cause {
        text: "The certificate expires soon".into(),
        who: Who::Idp,
        screen: "Entra admin center › Enterprise applications › Qlik Sense › Single sign-on › SAML Certificates".into(),
        fix: "Make a new certificate and give its metadata to the service provider".into(),
        ..Cause::default()
    }];
    let warning = reported("f3", "metadata/signing-certificate-expiring", expiring);
    let notice = reported(
        "f4",
        "flow/capture-sanitised",
        Finding::notice("The exporter removed cookies\u{1b}[2J"),
    );
    let step = |exchange: usize, from, to, what: &str, status, url: &str| Step {
        time: time(i64::try_from(exchange).unwrap_or_default()),
        from,
        to,
        what: what.into(),
        entry: Some(exchange),
        exchange: Some(exchange),
        message: (what == "AuthnRequest").then(|| "m1".into()),
        status,
        url: Some(url.into()),
    };
    let report = Report {
        schema: SCHEMA.into(),
        tool: Tool { name: "diag".into(), version: "0.1.0".into() },
        judged_at: time(0),
        verdict: Verdict::Broken,
        open_for_crashes: false,
        root_causes: vec!["f1".into()],
        inputs: vec![
            Input {
                id: "i1".into(),
                path: "case/login.har".into(),
                kind: InputKind::Har,
                producer: Some("WebInspector 537.36".into()),
                notes: vec!["cut off after entry 41; the entries before it were read".into()],
                ..Input::default()
            },
            Input {
                id: "i2".into(),
                path: "case/app.json".into(),
                kind: InputKind::Application,
                ..Input::default()
            },
        ],
        attempts: vec![Attempt {
            id: "a1".into(),
            kind: AttemptKind::SignIn,
            started: time(0),
            outcome: Outcome::RefusedByIdp,
            ending: "Microsoft Entra ID shows the error page AADSTS50011".into(),
            steps: vec![
                step(
                    0,
                    Actor::Browser,
                    Actor::Sp,
                    "redirect",
                    Some(302),
                    "sense.example/azure/hub",
                ),
                step(
                    1,
                    Actor::Sp,
                    Actor::Idp,
                    "AuthnRequest",
                    Some(200),
                    "login.microsoftonline.com/tenant/saml2",
                ),
            ],
            exchanges: vec![0, 1],
            end: Some(1),
            request: Some("m1".into()),
            ..Attempt::default()
        }],
        findings: vec![root(), symptom, warning, notice],
        checks: [
            ("endpoints/acs-not-registered", CheckOutcome::Found, vec![]),
            ("flow/capture-sanitised", CheckOutcome::Found, vec![]),
            ("flow/idp-error-page", CheckOutcome::Found, vec![]),
            ("hosts/host-not-in-allow-list", CheckOutcome::Skipped, vec![Need::Virtualproxyconfig]),
            (
                "metadata/role-descriptor-present",
                CheckOutcome::Skipped,
                vec![Need::IdpMetadata, Need::IdpMetadataInSp, Need::Virtualproxyconfig],
            ),
            ("metadata/signing-certificate-expiring", CheckOutcome::Found, vec![]),
            ("signing/key-weak", CheckOutcome::Clean, vec![]),
            ("signing/wrapped", CheckOutcome::Crashed, vec![]),
        ]
        .map(|(id, outcome, needs)| ReportedCheck {
            id: id.into(),
            outcome,
            needs,
            error: (outcome == CheckOutcome::Crashed).then(|| "the check panicked".to_owned()),
        })
        .to_vec(),
        suppressed: Vec::new(),
        suppressions: Vec::new(),
        extensions: Vec::new(),
    };
    Judged { case, sources, report, products: Products::builtin() }
}

/// A sign-in that works.
pub(crate) fn healthy() -> Judged {
    let mut judged = broken();
    judged.report.verdict = Verdict::Healthy;
    judged.report.root_causes.clear();
    let user = Finding::notice("The user the service provider makes of the assertion");
    let user = Finding { actual: Some("CONTOSO\\ann".into()), ..user }.tells(Told::User);
    judged.report.findings = vec![reported("f1", "identity/computed-user", user)];
    judged.report.checks.retain(|check| check.outcome == CheckOutcome::Clean);
    judged.case.failures.clear();
    judged.case.messages[0].fate = Fate::Accepted;
    for attempt in &mut judged.report.attempts {
        attempt.outcome = Outcome::SignedIn;
        attempt.ending = "Qlik Sense opened the hub".into();
    }
    judged
}

/// A case with the same text wherever a file or a plugin can put one.
pub(crate) fn filled_with(text: &str) -> Judged {
    let mut judged = broken();
    for input in &mut judged.report.inputs {
        input.path = text.to_owned();
        input.producer = Some(text.to_owned());
        input.notes = vec![text.to_owned()];
    }
    for input in &mut judged.case.inputs {
        input.path = text.to_owned();
    }
    for exchange in &mut judged.case.exchanges {
        exchange.url = text.to_owned();
        exchange.method = text.to_owned();
    }
    let mut source = text.replace('&', "&amp;").replace('<', "&lt;");
    source.retain(|character| !character.is_control());
    judged.sources.add_xml("m1", &format!("<AuthnRequest>{source}</AuthnRequest>"));
    for message in &mut judged.case.messages {
        message.root = text.to_owned();
    }
    for attempt in &mut judged.report.attempts {
        attempt.ending = text.to_owned();
        for step in &mut attempt.steps {
            step.what = text.to_owned();
            step.url = Some(text.to_owned());
        }
    }
    for reported in &mut judged.report.findings {
        let finding = &mut reported.finding;
        finding.check = text.to_owned();
        finding.message = text.to_owned();
        finding.detail = Some(text.to_owned());
        finding.expected = Some(format!("{text}/"));
        finding.actual = Some(text.to_owned());
        finding.difference = Some(diag_sdk::Difference::TrailingSlash);
        finding.expected_origin = Some(text.to_owned());
        finding.actual_origin = Some(text.to_owned());
        finding.references = vec![text.to_owned(), format!("https://{text}")];
        for place in &mut finding.places {
            place.path = Some(text.to_owned());
            place.pointer = Some(text.to_owned());
        }
        for cause in &mut finding.causes {
            cause.text = text.to_owned();
            cause.screen = text.to_owned();
            cause.fix = text.to_owned();
            cause.value = Some(text.to_owned());
        }
    }
    for check in &mut judged.report.checks {
        check.id = text.to_owned();
        check.error = check.error.as_ref().map(|_| text.to_owned());
    }
    judged
}
