//! One exchange, opened: what was asked and answered, what the page said, and the message it carried.

use super::message::{self, MessageView, Ties};
use crate::Judged;
use crate::tone::Tone;
use crate::view::says::same_site;
use crate::wording;
use diag_sdk::case::exchange::Exchange;
use diag_sdk::case::message::Carrier;
use serde::Serialize;
use std::collections::BTreeSet;

/// Sentences of a page that are quoted.
const MOST_SAID: usize = 6;
/// Names in a list.
const MOST_NAMES: usize = 24;

/// An exchange.
#[derive(Debug, Serialize)]
pub(crate) struct ExchangeView<'j> {
    /// Label and value.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// What the page that came back says.
    pub(crate) said: Vec<&'j str>,
    pub(crate) message: Option<MessageView<'j>>,
    /// The message that the answer handed to the browser: its id and name, told elsewhere.
    pub(crate) handed_out: Vec<(&'j str, &'j str)>,
    pub(crate) tone: Tone,
}

/// Opens exchanges; each message is told once.
pub(crate) struct Opener<'j> {
    judged: &'j Judged,
    ties: Ties<'j>,
    told: BTreeSet<&'j str>,
}

impl<'j> Opener<'j> {
    pub(crate) fn new(judged: &'j Judged) -> Self {
        Self { judged, ties: Ties::of(judged), told: BTreeSet::new() }
    }

    /// Messages told so far.
    pub(crate) fn told(&self) -> &BTreeSet<&'j str> {
        &self.told
    }

    /// An exchange, with the message a step says it carried.
    pub(crate) fn open(
        &mut self,
        index: Option<usize>,
        carried: Option<&'j str>,
        tone: Tone,
    ) -> Option<ExchangeView<'j>> {
        let case = &self.judged.case;
        let exchange = index.and_then(|index| case.exchanges.get(index));
        let message = carried.filter(|id| self.told.insert(id)).and_then(|id| case.message(id));
        if exchange.is_none() && message.is_none() {
            return None;
        }
        let given = |carrier| matches!(carrier, Carrier::LocationHeader | Carrier::PageForm);
        let handed_out = case
            .messages
            .iter()
            .filter(|message| {
                message.sightings.iter().any(|seen| {
                    given(seen.carrier) && seen.exchange.is_some() && seen.exchange == index
                })
            })
            .map(|message| (message.id.as_str(), message.root.as_str()))
            .collect();
        Some(ExchangeView {
            facts: exchange.map(facts).unwrap_or_default(),
            said: exchange.map(said).unwrap_or_default(),
            message: message.map(|message| message::of(self.judged, message, &self.ties)),
            handed_out,
            tone,
        })
    }
}

fn facts(exchange: &Exchange) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Request", format!("{} {}", exchange.method, exchange.url))];
    let mut tell = |label, value: Option<String>| {
        facts.extend(value.filter(|value| !value.is_empty()).map(|value| (label, value)));
    };
    tell("Sent", exchange.started.map(wording::moment));
    let took = exchange.duration_ms.map(|took| format!(", {took:.0} ms")).unwrap_or_default();
    tell(
        "Answer",
        Some(match (exchange.status, exchange.failure.as_deref()) {
            (0, Some(why)) => format!("none: {why}"),
            (0, None) => "none".to_owned(),
            (status, _) => format!("{status}{took}"),
        }),
    );
    tell("Leads to", exchange.location.clone());
    tell("Content type", exchange.content_type.clone());
    tell("Form fields", Some(listed(exchange.form_fields.iter().map(String::as_str))));
    tell(
        "Cookies sent",
        exchange
            .cookies
            .as_ref()
            .map(|cookies| listed(cookies.iter().map(|cookie| cookie.name.as_str()))),
    );
    let set = exchange.set_cookies.iter().flatten().map(|cookie| {
        let secure = if cookie.secure { "Secure, " } else { "" };
        if cookie.removes {
            format!("{} (removed)", cookie.name)
        } else {
            format!("{} ({secure}{})", cookie.name, same_site(cookie.same_site))
        }
    });
    tell("Cookies set", Some(listed(set.collect::<Vec<_>>().iter().map(String::as_str))));
    facts.extend(
        exchange
            .correlation
            .iter()
            .take(MOST_SAID)
            .map(|(name, value)| ("For support", format!("{name}: {value}"))),
    );
    facts
}

/// Names in a row; of very many the first ones.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown = names.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

fn said(exchange: &Exchange) -> Vec<&str> {
    let Some(page) = &exchange.page else { return Vec::new() };
    let alerts = page.alerts.iter().map(|alert| alert.text.as_str());
    let mut said: Vec<&str> = Vec::new();
    for text in page
        .title
        .as_deref()
        .into_iter()
        .chain(page.headings.iter().map(String::as_str))
        .chain(alerts)
    {
        if !text.is_empty() && !said.contains(&text) {
            said.push(text);
        }
    }
    said.truncate(MOST_SAID);
    said
}
