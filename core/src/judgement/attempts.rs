//! Attempts: the story of each try to sign in or out, and how it ended.

use super::ending::{self, Ending};
use super::{fate, weights};
use crate::bounds::{Bounds, Gauge, crossed};
use crate::story::draft::{self, Draft};
use crate::story::path::{Path, host, host_and_path, seconds_between};
use crate::story::steps::{Deliveries, Roles, deliveries, posts_password, spoken, steps};
use diag_products::{Products, Role};
use diag_sdk::case::attempt::{Attempt, AttemptKind, Outcome};
use diag_sdk::case::exchange::{Exchange, Page, Phrase, Side};
use diag_sdk::case::judgement::{Fate, Sign, Signal};
use diag_sdk::case::message::{Message, MessageKind};
use diag_sdk::case::product::CodeClass;
use diag_sdk::host::host_of;
use diag_sdk::spec;
use diag_sdk::{Case, Meaning};
use jiff::{SignedDuration, Timestamp};

/// Finds the attempts of the Case in its exchanges and messages.
pub(super) fn attempts(case: &mut Case, products: &Products, bounds: &Bounds) {
    let path = Path::new(&case.exchanges);
    let consumers = consumers(case);
    let most_steps = Gauge::new(bounds.steps);
    let most = Bounds::size(bounds.attempts);
    let (mut drafts, more) = draft::drafts(&path, &case.messages, &consumers, most, &most_steps);
    if drafts.is_empty() {
        drafts.extend(refused_at_the_door(&path, &consumers, products));
    }
    let mut endings: Vec<Ending> = drafts
        .iter()
        .map(|draft| {
            door(&path, draft).unwrap_or_else(|| ending::judge(&path, &case.messages, draft))
        })
        .collect();
    settle_loops(&path, &drafts, &mut endings, products);
    settle_restarts(&path, &case.messages, &drafts, &mut endings, products);
    let fates = fates(&drafts, &endings, &case.messages);
    let scene = Scene {
        path: &path,
        messages: &case.messages,
        deliveries: deliveries(&case.messages),
        roles: Roles::of(&path, &case.messages),
    };
    let attempts = drafts
        .iter()
        .zip(endings)
        .enumerate()
        .map(|(number, (draft, ending))| scene.finish(number + 1, draft, ending))
        .collect();
    case.attempts = attempts;
    if more {
        case.crossed.push(crossed("attempts", bounds.attempts, None));
    }
    if most_steps.crossed() {
        case.crossed.push(crossed("steps", bounds.steps, None));
    }
    for (message, (fate, signals)) in case.messages.iter_mut().zip(fates) {
        message.fate = fate;
        message.signals = signals;
    }
}

/// What became of each message: of a response by what its receiver did, of a request by what came back.
fn fates(drafts: &[Draft], endings: &[Ending], messages: &[Message]) -> Vec<(Fate, Vec<Signal>)> {
    let mut fates: Vec<Option<(Fate, Vec<Signal>)>> = vec![None; messages.len()];
    for (draft, ending) in drafts.iter().zip(endings) {
        let response = draft.response.and_then(|response| messages.get(response));
        let refuses =
            response.is_some_and(|response| !response.succeeded() && response.status.is_some());
        if let Some(index) = draft.response
            && let Some(slot @ None) = fates.get_mut(index)
        {
            *slot = Some(match ending.outcome {
                Outcome::SignedOut => {
                    (Fate::Accepted, vec![weights::signal(Sign::Answered, ending.at)])
                }
                Outcome::SignOutFailed if !refuses => {
                    (Fate::Refused, vec![weights::signal(Sign::ErrorStatus, ending.at)])
                }
                _ => (ending.fate, ending.signals.clone()),
            });
        }
        if let Some(index) = draft.request
            && let Some(slot) = fates.get_mut(index)
        {
            let fate = of_request(draft, ending, response);
            // Asked more than once: one success proves that it is taken.
            if slot.is_none() || fate.0 == Fate::Accepted {
                *slot = Some(fate);
            }
        }
    }
    fates.into_iter().map(Option::unwrap_or_default).collect()
}

/// A request is taken by whoever answers it, even where the answer is then refused.
fn of_request(draft: &Draft, ending: &Ending, response: Option<&Message>) -> (Fate, Vec<Signal>) {
    let answered = |exchange| (Fate::Accepted, vec![weights::signal(Sign::Answered, exchange)]);
    match response {
        Some(response)
            if response.succeeded() || response.kind == MessageKind::WsFederationToken =>
        {
            answered(draft.consumption)
        }
        Some(response) if response.status.is_some() => {
            (Fate::Refused, vec![weights::signal(Sign::StatusRefuses, draft.consumption)])
        }
        // The response was not recorded; that it was handed over shows that there was one.
        _ if draft.consumption.is_some() && ending.outcome != Outcome::RefusedByIdp => {
            answered(draft.consumption)
        }
        _ if ending.outcome == Outcome::RefusedByIdp => {
            (Fate::Refused, vec![weights::signal(Sign::PageSays, ending.at)])
        }
        _ if ending.outcome == Outcome::BrokenInTransit => {
            (Fate::Lost, vec![weights::signal(Sign::NoAnswer, ending.at)])
        }
        _ => (Fate::Open, Vec::new()),
    }
}

/// URLs known to take responses, as far as messages, metadata and configuration name them.
fn consumers(case: &Case) -> Vec<String> {
    let requested = case
        .messages
        .iter()
        .filter_map(|message| message.request.as_ref()?.acs_url.as_ref())
        .map(|url| url.value.clone());
    let addressed = case
        .messages
        .iter()
        .filter(|message| message.kind == MessageKind::Response)
        .filter_map(|message| message.destination.as_ref());
    let spoken = spoken(&case.messages);
    let posted = case
        .messages
        .iter()
        .filter(move |message| spoken.plays(message.kind) == MessageKind::Response)
        .flat_map(|message| &message.sightings);
    let served =
        case.sp_configurations.iter().filter_map(|configuration| configuration.acs_url.as_ref());
    let published =
        case.metadata.iter().filter_map(|metadata| metadata.sp.as_ref()).flat_map(|role| &role.acs);
    let mut consumers: Vec<String> = requested
        .chain(addressed.map(|url| url.value.clone()))
        .chain(posted.filter_map(|sighting| sighting.to.clone()))
        .chain(served.map(|url| url.value.clone()))
        .chain(published.map(|endpoint| endpoint.location.value.clone()))
        .take(200)
        .collect();
    consumers.sort();
    consumers.dedup();
    consumers
}

/// A service provider that answers with an error before any message: an attempt all the same.
fn refused_at_the_door(
    path: &Path<'_>,
    consumers: &[String],
    products: &Products,
) -> Option<Draft> {
    const MEANINGS: &[Meaning] = &[
        Meaning::UnknownIdp,
        Meaning::HostHeader,
        Meaning::Refused,
        Meaning::MessageMissing,
        Meaning::WrongAcs,
        Meaning::NoSession,
        Meaning::Insecure,
        Meaning::Issuer,
        Meaning::ServerError,
        Meaning::Decrypt,
        Meaning::Configuration,
        Meaning::OwnAlgorithm,
        Meaning::OwnCertificate,
        Meaning::UnknownEntity,
        Meaning::WrongBinding,
    ];
    let speaks = |page: &Page| {
        let by_saml = |phrase: &Phrase| {
            phrase.vendor.is_known() && !products.plays(phrase.vendor, Role::Gateway)
        };
        page.error
            && page
                .phrases
                .iter()
                .any(|phrase| MEANINGS.contains(&phrase.meaning) && by_saml(phrase))
    };
    let spoken = || {
        path.exchanges
            .iter()
            .position(|exchange| exchange.navigation && exchange.page.as_ref().is_some_and(speaks))
    };
    let index = spoken().or_else(|| failed_at_the_service(path, consumers))?;
    let mut draft = Draft::default();
    draft.exchanges.insert(index);
    draft.exchanges.extend(path.previous(index));
    Some(draft)
}

/// The capture ends on a failure at a host that takes responses, whatever its page says. 401 may
/// be a question for Windows credentials, 404 a mistyped address.
fn failed_at_the_service(path: &Path<'_>, consumers: &[String]) -> Option<usize> {
    let last = path.exchanges.iter().rposition(|exchange| exchange.navigation)?;
    let exchange = path.get(last)?;
    let failed = exchange.status >= 400 && !matches!(exchange.status, 401 | 404);
    let here = host_of(&exchange.url)?;
    let serves = consumers.iter().any(|consumer| host_of(consumer).as_ref() == Some(&here));
    (failed && serves).then_some(last)
}

/// The ending of an attempt without any message.
fn door(path: &Path<'_>, draft: &Draft) -> Option<Ending> {
    if draft.request.is_some() || draft.response.is_some() {
        return None;
    }
    let index = draft.exchanges.last().copied()?;
    let exchange = path.get(index)?;
    let words = format!(
        "{} answered with an error before any SAML message: {}",
        host_and_path(&exchange.url),
        ending::said(exchange)
    );
    Some(Ending { outcome: Outcome::RefusedBySp, words, at: Some(index), ..Ending::default() })
}

/// Attempts that lead into each other by themselves are a loop, unless the last one got through.
fn settle_loops(path: &Path<'_>, drafts: &[Draft], endings: &mut [Ending], products: &Products) {
    let mut led_here = vec![false; drafts.len()];
    for draft in drafts {
        if let Some(next) = draft.bounced_to.and_then(|next| led_here.get_mut(next)) {
            *next = true;
        }
    }
    for start in 0..drafts.len() {
        if led_here[start] || drafts[start].bounced_to.is_none() {
            continue;
        }
        let mut chain = vec![start];
        while let Some(next) = chain
            .last()
            .and_then(|last| drafts[*last].bounced_to)
            .filter(|next| !chain.contains(next))
        {
            chain.push(next);
        }
        let Some(last) = chain.last().copied() else { continue };
        let through = endings[last].outcome == Outcome::SignedIn && endings[last].landed;
        let undecided =
            matches!(endings[last].outcome, Outcome::SignedIn | Outcome::Incomplete) && !through;
        for link in chain {
            // An identity provider that stops a loop for being one refuses for nothing else.
            if link == last && stopped_as_loop(path, &endings[link], products) {
                endings[link].outcome = Outcome::Looping;
                continue;
            }
            if link == last && !undecided {
                continue;
            }
            // A refusal by either side on the way says more than the loop.
            if matches!(
                endings[link].outcome,
                Outcome::RefusedByIdp | Outcome::RefusedBySp | Outcome::BrokenInTransit
            ) {
                continue;
            }
            let (outcome, words) = if through {
                (
                    Outcome::Abandoned,
                    "The service provider accepted the response and asked once more",
                )
            } else {
                (
                    Outcome::Looping,
                    "The service provider accepted the response and at once asked to sign in again",
                )
            };
            let words = if link == last { "The capture ends in the loop" } else { words };
            let ending = &mut endings[link];
            if through {
                // It was one sign-in more, not one that failed.
                ending.signals = ending::without_asking_again(&ending.signals);
                ending.fate = fate::weigh(&ending.signals);
            }
            *ending = Ending {
                outcome,
                words: words.to_owned(),
                landed: false,
                ..std::mem::take(ending)
            };
        }
    }
}

/// The identity provider says on the page it ends on that the same was asked for again and again.
fn stopped_as_loop(path: &Path<'_>, ending: &Ending, products: &Products) -> bool {
    let page = ending.at.and_then(|at| path.get(at)).and_then(|exchange| exchange.page.as_ref());
    ending.outcome == Outcome::RefusedByIdp
        && page.is_some_and(|page| {
            page.phrases.iter().any(|phrase| phrase.meaning == Meaning::Loop)
                || page.codes.iter().any(|code| {
                    products.code(code).is_some_and(|known| known.meaning == Meaning::Loop)
                })
        })
}

/// Attempts the person left for a later one at the same service provider.
fn settle_restarts(
    path: &Path<'_>,
    messages: &[Message],
    drafts: &[Draft],
    endings: &mut [Ending],
    products: &Products,
) {
    for index in 0..drafts.len() {
        let draft = &drafts[index];
        if draft.kind != AttemptKind::SignIn {
            continue;
        }
        let same = |other: &Draft| {
            other.kind == AttemptKind::SignIn && same_service(path, messages, draft, other)
        };
        let last = draft.exchanges.last().copied().unwrap_or_default();
        // Attempts may overlap (two tabs, the Back button): what ends later took over.
        let later = |other: usize| {
            other != index
                && same(&drafts[other])
                && drafts[other].exchanges.last().copied().unwrap_or_default() > last
        };
        let took_over =
            (0..drafts.len()).find(|other| later(*other) && drafts[*other].consumption.is_some());
        let succeeded = (0..drafts.len())
            .any(|other| later(other) && endings[other].outcome == Outcome::SignedIn);
        let page = endings[index]
            .at
            .and_then(|at| path.get(at))
            .and_then(|exchange| exchange.page.as_ref());
        let left = match endings[index].outcome {
            Outcome::Incomplete => {
                took_over.is_some() || (0..drafts.len()).any(|other| other > index && later(other))
            }
            Outcome::RefusedByIdp => {
                succeeded
                    && (page.is_some_and(|page| temporary(page, products))
                        || passive(messages, draft))
            }
            // What was being restarted answered the next time.
            Outcome::BrokenInTransit => {
                succeeded
                    && endings[index]
                        .at
                        .and_then(|at| path.get(at))
                        .is_some_and(Exchange::got_no_answer)
            }
            _ => false,
        };
        if left {
            let words = format!("{}; a later attempt took over", endings[index].words);
            endings[index] =
                Ending { outcome: Outcome::Abandoned, words, ..endings[index].clone() };
        }
    }
}

/// Refusals after which people simply try again: wrong credentials, an interrupted page.
fn temporary(page: &Page, products: &Products) -> bool {
    let passing = |code: &String| {
        let Some(known) = products.code(code) else { return false };
        matches!(known.class, Some(CodeClass::User | CodeClass::Interrupt | CodeClass::Service))
            || known.meaning == Meaning::MethodNotAllowed
    };
    page.credentials_rejected
        || (!page.codes.is_empty() && page.codes.iter().all(passing))
        || page.phrases.iter().any(|phrase| phrase.meaning == Meaning::NoSession)
}

/// A silent check whether somebody is signed in.
fn passive(messages: &[Message], draft: &Draft) -> bool {
    let response = draft.response.and_then(|response| messages.get(response));
    response.and_then(|response| response.status.as_ref()).is_some_and(|status| {
        status.codes.iter().any(|code| spec::short(&code.value) == "NoPassive")
    })
}

/// Both attempts are at the same service provider: the same issuer of requests, or the same host.
fn same_service(path: &Path<'_>, messages: &[Message], left: &Draft, right: &Draft) -> bool {
    let issuer = |draft: &Draft| {
        draft
            .request
            .and_then(|request| messages.get(request))
            .and_then(|request| request.issuer.as_ref())
            .map(|issuer| issuer.value.clone())
    };
    let start = |draft: &Draft| {
        let index = draft.issued.or(draft.consumption)?;
        host(&path.get(index)?.url)
    };
    match (issuer(left), issuer(right)) {
        (Some(left), Some(right)) => left == right,
        _ => match (start(left), start(right)) {
            (Some(left), Some(right)) => left == right,
            _ => true,
        },
    }
}

/// What telling an attempt needs.
struct Scene<'a> {
    path: &'a Path<'a>,
    messages: &'a [Message],
    deliveries: Deliveries,
    roles: Roles,
}

impl Scene<'_> {
    fn finish(&self, number: usize, draft: &Draft, ending: Ending) -> Attempt {
        let (path, messages) = (self.path, self.messages);
        let id = |index: Option<usize>| {
            index.and_then(|index| messages.get(index)).map(|message| message.id.clone())
        };
        let mut exchanges: Vec<usize> =
            draft.exchanges.iter().chain(&draft.landing).copied().collect();
        exchanges.sort_unstable();
        exchanges.dedup();
        let times = || exchanges.iter().filter_map(|index| path.get(*index));
        let passwords: Vec<usize> = exchanges
            .iter()
            .copied()
            .filter(|index| path.get(*index).is_some_and(posts_password))
            .collect();
        Attempt {
            id: format!("a{number}"),
            kind: draft.kind,
            started: times().find_map(|exchange| exchange.started),
            ended: times().filter_map(end).max(),
            outcome: ending.outcome,
            ending: ending.words,
            idp_initiated: draft.idp_initiated,
            existing_session: draft.kind == AttemptKind::SignIn
                && draft.response.is_some()
                && draft.asked.is_some()
                && passwords.is_empty()
                && quick(path, draft),
            credential_retries: retries(path, &exchanges, &passwords),
            request: id(draft.request),
            response: id(draft.response),
            consumption: draft.consumption,
            end: ending.at,
            steps: steps(path, messages, &self.deliveries, draft, &self.roles),
            exchanges,
        }
    }
}

fn end(exchange: &diag_sdk::case::exchange::Exchange) -> Option<Timestamp> {
    let seconds = exchange.duration_ms.unwrap_or_default() / 1000.0;
    let duration = SignedDuration::try_from_secs_f64(seconds.clamp(0.0, 86_400.0)).ok()?;
    exchange.started?.checked_add(duration).ok()
}

/// Nobody could have typed anything between the request and its answer.
fn quick(path: &Path<'_>, draft: &Draft) -> bool {
    let ends = draft
        .asked
        .and_then(|asked| path.get(asked))
        .zip(draft.consumption.and_then(|consumption| path.get(consumption)));
    ends.and_then(|(asked, consumption)| seconds_between(asked, consumption))
        .is_none_or(|seconds| seconds < 10.0)
}

/// How often credentials were refused: by what the pages say, and where they were not captured, by
/// the password being sent once more. A page of the service provider that speaks of a password speaks of none
/// that was typed at the identity provider.
fn retries(path: &Path<'_>, exchanges: &[usize], passwords: &[usize]) -> usize {
    let page = |index: &usize| path.get(*index).and_then(|exchange| exchange.page.as_ref());
    let told = exchanges
        .iter()
        .filter(|index| path.get(**index).is_some_and(|exchange| exchange.side != Side::Sp))
        .filter(|index| page(index).is_some_and(|page| page.credentials_rejected))
        .count();
    let assumed = passwords.iter().rev().skip(1).filter(|index| page(index).is_none()).count();
    told + assumed
}
