//! The facts of a case that have a counterpart in another: the sign-in that decides it, its messages, and the
//! configuration of both sides.

use super::Scene;
use super::facts::{self, Facts, put};
use diag_sdk::Case;
use diag_sdk::case::attempt::{Attempt, AttemptKind, Outcome};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::input::HeldBy;
use diag_sdk::case::message::Message;
use serde::Serialize;

/// What facts are about, in the order in which they are told: what was set and sent before what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    Request,
    Response,
    Registration,
    IdpMetadata,
    IdpMetadataInSp,
    SpMetadata,
    SpMetadataInIdp,
    SpConfiguration,
    Clocks,
    SignIn,
    Delivery,
    Steps,
}

impl Topic {
    /// What people call it.
    pub(super) fn name(self) -> String {
        match self {
            Self::SignIn => "Sign-in",
            Self::Steps => "Steps",
            Self::Request => "Request",
            Self::Response => "Response",
            Self::Delivery => "Delivery of the response",
            Self::Clocks => "Clocks",
            Self::IdpMetadata => "Metadata of the identity provider",
            Self::IdpMetadataInSp => {
                "Metadata of the identity provider, as the service provider has it"
            }
            Self::SpMetadata => "Metadata of the service provider",
            Self::SpMetadataInIdp => {
                "Metadata of the service provider, as the identity provider has it"
            }
            Self::Registration => "Registration at the identity provider",
            Self::SpConfiguration => "Configuration of the service provider",
        }
        .to_owned()
    }
}

/// Seconds by which a clock may be off without anybody noticing.
const CLOSE: f64 = 5.0;
/// Steps that are compared: what follows a step that differs, differs for that reason.
const MOST_STEPS: usize = 40;

/// The facts of a case, by what they are about.
pub(super) fn of(case: &Case) -> Scene {
    let mut scene = Scene::new();
    if let Some(attempt) = decisive(case) {
        scene.insert(Topic::SignIn, sign_in(attempt));
        scene.insert(Topic::Steps, steps(attempt));
        let message = |id: &Option<String>| {
            id.as_ref().and_then(|id| case.messages.iter().find(|message| message.id == *id))
        };
        if let Some(request) = message(&attempt.request) {
            let facts = judged_apart(&mut scene, said(request), "what became of the request");
            scene.insert(Topic::Request, facts);
        }
        if let Some(response) = message(&attempt.response) {
            let facts =
                judged_apart(&mut scene, response_facts(response), "what became of the response");
            scene.insert(Topic::Response, facts);
            if let Some(exchange) =
                response.delivered_in().and_then(|index| case.exchanges.get(index))
            {
                scene.insert(Topic::Delivery, delivery(exchange));
            }
        }
    } else if let [only] = case.messages.as_slice() {
        let topic = if only.request.is_some() { Topic::Request } else { Topic::Response };
        scene.insert(topic, response_facts(only));
    }
    let clocks = clocks(case);
    if !clocks.is_empty() {
        scene.insert(Topic::Clocks, clocks);
    }
    for document in &case.metadata {
        let topic = match (document.idp.is_some(), document.held_by) {
            (true, HeldBy::Publisher) => Topic::IdpMetadata,
            (true, HeldBy::Sp) => Topic::IdpMetadataInSp,
            (false, HeldBy::Publisher) => Topic::SpMetadata,
            (false, HeldBy::Idp) => Topic::SpMetadataInIdp,
            _ => continue,
        };
        add(&mut scene, topic, document);
    }
    for registration in case.registrations.iter().filter(|registration| registration.relevant) {
        add(&mut scene, Topic::Registration, registration);
    }
    for configuration in
        case.sp_configurations.iter().filter(|configuration| configuration.relevant)
    {
        add(&mut scene, Topic::SpConfiguration, configuration);
    }
    scene
}

/// What was said is told before what came of it.
fn judged_apart(scene: &mut Scene, mut facts: Facts, name: &str) -> Facts {
    if let Some(values) = facts.remove(facts::FATE) {
        scene.entry(Topic::SignIn).or_default().insert(name.to_owned(), values);
    }
    facts
}

fn add(scene: &mut Scene, topic: Topic, value: &impl Serialize) {
    // Facts are plain data, so that this cannot fail; where it did, there would be nothing to compare.
    if let Ok(value) = serde_json::to_value(value) {
        facts::add(scene.entry(topic).or_default(), "", &value);
    }
}

/// The sign-in a case is about: the last that failed, else the last that worked, else the last.
fn decisive(case: &Case) -> Option<&Attempt> {
    let sign_ins =
        || case.attempts.iter().rev().filter(|attempt| attempt.kind == AttemptKind::SignIn);
    let worked = || sign_ins().find(|attempt| attempt.outcome == Outcome::SignedIn);
    sign_ins()
        .find(|attempt| attempt.failed())
        .or_else(worked)
        .or_else(|| sign_ins().next())
        .or(case.attempts.last())
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Incomplete => "not finished",
        Outcome::SignedIn => "signed in",
        Outcome::RefusedByIdp => "refused by the identity provider",
        Outcome::RefusedBySp => "refused by the service provider",
        Outcome::Looping => "goes in circles",
        Outcome::DeniedAfterSignIn => "signed in, then denied",
        Outcome::Abandoned => "given up",
        Outcome::BrokenInTransit => "broken on the way",
        Outcome::SignedOut => "signed out",
        Outcome::SignOutFailed => "sign-out failed",
    }
}

fn sign_in(attempt: &Attempt) -> Facts {
    let mut facts = Facts::new();
    put(&mut facts, "outcome", outcome(attempt.outcome));
    put(
        &mut facts,
        "started by",
        if attempt.idp_initiated { "identity provider" } else { "service provider" },
    );
    put(
        &mut facts,
        "session at the identity provider before",
        if attempt.existing_session { "yes" } else { "no" },
    );
    if attempt.credential_retries > 0 {
        put(&mut facts, "refused passwords", attempt.credential_retries.to_string());
    }
    facts
}

/// Who sent what to whom, and what came back; addresses without their query.
fn steps(attempt: &Attempt) -> Facts {
    let mut facts = Facts::new();
    for (index, step) in attempt.steps.iter().take(MOST_STEPS).enumerate() {
        let status = step.status.map(|status| format!(", {status}")).unwrap_or_default();
        let url = step.url.as_deref().unwrap_or_default();
        let url = url.split(['?', '#']).next().unwrap_or_default();
        put(&mut facts, &format!("step {:>2}", index + 1), format!("{}{status} {url}", step.what));
    }
    facts
}

fn said(message: &Message) -> Facts {
    let mut facts = Facts::new();
    if let Ok(value) = serde_json::to_value(message) {
        facts::add(&mut facts, "", &value);
    }
    if let Some(sighting) = message.delivered() {
        put(
            &mut facts,
            "sent to",
            sighting.to.as_deref().unwrap_or_default().split('?').next().unwrap_or_default(),
        );
    }
    facts
}

fn response_facts(message: &Message) -> Facts {
    let mut facts = said(message);
    for assertion in &message.assertions {
        let issued = assertion.issue_instant.as_ref().map(|issued| issued.value);
        let until = assertion
            .conditions
            .as_ref()
            .and_then(|conditions| conditions.not_on_or_after.as_ref())
            .map(|until| until.value);
        if let (Some(issued), Some(until)) = (issued, until) {
            put(
                &mut facts,
                "assertions › valid for",
                minutes(until.duration_since(issued).as_secs()),
            );
        }
        if let (Some(issued), Some(delivered)) = (issued, message.delivered_at()) {
            let late = delivered.duration_since(issued).as_secs();
            if late.abs() > 60 {
                put(&mut facts, "assertions › age when delivered", minutes(late));
            }
        }
    }
    facts
}

fn minutes(seconds: i64) -> String {
    if seconds.abs() < 120 { format!("{seconds} s") } else { format!("{} min", seconds / 60) }
}

fn delivery(exchange: &Exchange) -> Facts {
    let mut facts = Facts::new();
    put(&mut facts, "method", exchange.method.as_str());
    put(&mut facts, "address", exchange.url.split('?').next().unwrap_or_default());
    put(&mut facts, "answer", exchange.status.to_string());
    for cookie in exchange.cookies.iter().flatten() {
        put(&mut facts, "cookies sent", steady(&cookie.name));
    }
    for cookie in exchange.set_cookies.iter().flatten() {
        put(&mut facts, "cookies set", steady(&cookie.name));
    }
    for (name, value) in [("from another site", &exchange.fetch_site), ("server", &exchange.server)]
    {
        if let Some(value) = value {
            put(&mut facts, name, value.as_str());
        }
    }
    if let Some(title) = exchange.page.as_ref().and_then(|page| page.title.as_deref()) {
        put(&mut facts, "page", title);
    }
    facts
}

/// The name of a cookie without what is random in it.
fn steady(name: &str) -> String {
    let head: String = name.chars().take(24).collect();
    let cut = head.rfind(['.', '_', '-']).filter(|_| name.chars().count() > 24);
    cut.map_or(head.clone(), |at| format!("{}…", &head[..=at]))
}

fn clocks(case: &Case) -> Facts {
    let mut facts = Facts::new();
    for clock in &case.clocks {
        let name = match clock.side {
            Side::Idp => "identity provider",
            Side::Sp => "service provider",
            Side::Other => continue,
        };
        let ahead = clock.ahead_seconds;
        let words = if ahead.abs() <= CLOSE.max(clock.uncertainty_seconds) {
            "right".to_owned()
        } else if ahead > 0.0 {
            format!("{ahead:.0} s ahead")
        } else {
            format!("{:.0} s behind", -ahead)
        };
        put(&mut facts, name, words);
    }
    facts
}
