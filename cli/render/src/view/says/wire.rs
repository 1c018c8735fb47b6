//! What was sent, in the attempt that tells most of two parties.

use super::Given;
use super::list::{certificates, distinct};
use super::parties::Pair;
use diag_sdk::Case;
use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::exchange::{SameSite, Side};
use diag_sdk::case::message::{Carrier, Message, MessageKind};
use diag_sdk::case::place::Sited;
use diag_sdk::case::signature::{KeyMatch, Signature};
use diag_sdk::spec;

/// Request and response of an attempt.
pub(super) struct Seen<'j> {
    case: &'j Case,
    pair: &'j Pair<'j>,
    attempt: Option<&'j Attempt>,
    request: Option<&'j Message>,
    response: Option<&'j Message>,
}

fn sited(value: &Sited<String>) -> Given {
    Given::at(&value.value, &value.place)
}

impl<'j> Seen<'j> {
    pub(super) fn of(case: &'j Case, pair: &'j Pair<'j>) -> Self {
        let attempt = pair.attempt;
        // Of a sign-out, neither request nor response is one of these; what came before it tells.
        let named = |id: Option<&String>, kind| {
            id.and_then(|id| case.message(id)).filter(|message| message.kind == kind)
        };
        let last = |kind| case.messages_of(kind).last();
        let request =
            named(attempt.and_then(|one| one.request.as_ref()), MessageKind::AuthnRequest);
        let response = named(attempt.and_then(|one| one.response.as_ref()), MessageKind::Response);
        // Of an attempt that is known, another one's messages say nothing.
        let known = request.is_some() || response.is_some();
        let or_last = |found: Option<&'j Message>, kind| {
            found.or_else(|| if known { None } else { last(kind) })
        };
        Self {
            case,
            pair,
            attempt,
            request: or_last(request, MessageKind::AuthnRequest),
            response: or_last(response, MessageKind::Response),
        }
    }

    pub(super) fn sp_issuer(&self) -> Vec<Given> {
        distinct(self.request.and_then(|message| message.issuer.as_ref()).map(sited))
    }

    pub(super) fn idp_issuer(&self) -> Vec<Given> {
        let Some(response) = self.response else { return Vec::new() };
        let of_assertions =
            response.assertions.iter().filter_map(|assertion| assertion.issuer.as_ref());
        distinct(response.issuer.iter().chain(of_assertions).map(sited))
    }

    pub(super) fn acs(&self) -> Vec<Given> {
        let asked = self
            .request
            .and_then(|message| message.request.as_ref())
            .and_then(|request| request.acs_url.as_ref());
        let recipients = self
            .response
            .into_iter()
            .flat_map(|message| &message.assertions)
            .flat_map(|one| &one.confirmations);
        let delivered = self
            .response
            .and_then(|message| message.delivered_to())
            .map(|url| Given::new(url).note("where the response was posted"));
        distinct(
            asked
                .map(|url| sited(url).note("asked for"))
                .into_iter()
                .chain(
                    self.response
                        .and_then(|message| message.destination.as_ref())
                        .map(|url| sited(url).note("Destination of the response")),
                )
                .chain(
                    recipients
                        .filter_map(|one| one.recipient.as_ref())
                        .map(|url| sited(url).note("Recipient")),
                )
                .chain(delivered),
        )
    }

    pub(super) fn start(&self) -> Vec<Given> {
        let first = self
            .attempt
            .and_then(|attempt| attempt.exchanges.first())
            .and_then(|index| self.case.exchanges.get(*index));
        distinct(first.map(|exchange| Given::new(exchange.url.clone()).note("where it began")))
    }

    pub(super) fn sso(&self) -> Vec<Given> {
        let Some(request) = self.request else { return Vec::new() };
        let delivered =
            request.delivered_to().map(|url| Given::new(url).note("where the request was sent"));
        distinct(
            delivered
                .into_iter()
                .chain(request.destination.as_ref().map(|url| sited(url).note("Destination"))),
        )
    }

    pub(super) fn audiences(&self) -> Vec<Given> {
        let conditions = self
            .response
            .into_iter()
            .flat_map(|message| &message.assertions)
            .filter_map(|one| one.conditions.as_ref());
        distinct(conditions.flat_map(|one| &one.audiences).map(sited))
    }

    pub(super) fn name_id_formats(&self) -> Vec<Given> {
        let asked = self
            .request
            .and_then(|message| message.request.as_ref())
            .and_then(|request| request.name_id_format.as_ref());
        let sent = self
            .response
            .into_iter()
            .flat_map(|message| &message.assertions)
            .filter_map(|one| one.name_id_format.as_deref());
        distinct(
            asked
                .map(|format| sited(format).note("asked for"))
                .into_iter()
                .chain(sent.map(|format| Given::new(format).note("sent"))),
        )
    }

    pub(super) fn request_binding(&self) -> Vec<Given> {
        binding(self.request)
    }

    pub(super) fn response_binding(&self) -> Vec<Given> {
        binding(self.response)
    }

    pub(super) fn response_certificates(&self) -> Vec<Given> {
        self.response.map(|message| signers(&message.signatures)).unwrap_or_default()
    }

    pub(super) fn request_certificates(&self) -> Vec<Given> {
        let Some(request) = self.request else { return Vec::new() };
        let keys = request
            .query_signature
            .iter()
            .flat_map(|signature| signature.verified_by.iter().chain(&signature.made_by));
        let mut all = signers(&request.signatures);
        all.extend(keys.map(key));
        distinct(all)
    }

    pub(super) fn encryption_certificates(&self) -> Vec<Given> {
        certificates(
            self.response
                .into_iter()
                .flat_map(|message| &message.encrypted)
                .filter_map(|one| one.recipient.as_ref()),
        )
    }

    pub(super) fn algorithms(&self) -> Vec<Given> {
        let of = |message: Option<&'j Message>, note: &'static str| {
            let signatures = message
                .into_iter()
                .flat_map(|message| &message.signatures)
                .map(|one| one.algorithm.as_str());
            let query = message
                .and_then(|message| message.query_signature.as_ref())
                .map(|one| one.algorithm.as_str());
            signatures
                .chain(query)
                .map(move |algorithm| Given::new(spec::short(algorithm)).note(note))
                .collect::<Vec<_>>()
        };
        let mut all = of(self.request, "of the request");
        all.extend(of(self.response, "of the response"));
        distinct(all)
    }

    pub(super) fn attributes(&self) -> Vec<Given> {
        let all = self
            .response
            .into_iter()
            .flat_map(|message| &message.assertions)
            .flat_map(|one| &one.attributes);
        distinct(all.map(|attribute| Given::at(&attribute.name, &attribute.place)))
    }

    pub(super) fn clocks(&self) -> Vec<Given> {
        self.case
            .clocks
            .iter()
            .filter(|clock| clock.side != Side::Other && self.pair.met(&clock.host))
            .map(|clock| {
                let side =
                    if clock.side == Side::Idp { "identity provider" } else { "service provider" };
                let ahead = clock.ahead_seconds;
                let words = if ahead < 0.0 {
                    format!("{:.0} s behind the browser", -ahead)
                } else {
                    format!("{ahead:.0} s ahead of the browser")
                };
                Given::new(words)
                    .note(format!("{side} {}, ±{:.0} s", clock.host, clock.uncertainty_seconds))
            })
            .collect()
    }

    pub(super) fn cookies(&self) -> Vec<Given> {
        let consumed = self.attempt.and_then(|attempt| attempt.consumption);
        let set = consumed
            .and_then(|index| self.case.exchanges.get(index))
            .and_then(|exchange| exchange.set_cookies.as_ref());
        let mut all: Vec<Given> = set
            .into_iter()
            .flatten()
            .filter(|cookie| !cookie.removes)
            .map(|cookie| {
                let secure = if cookie.secure { "Secure, " } else { "" };
                Given::new(cookie.name.clone())
                    .note(format!("{secure}{}", same_site(cookie.same_site)))
            })
            .collect();
        let own = |attempt: Option<&str>| {
            !self.pair.of_several() || attempt == self.attempt.map(|attempt| attempt.id.as_str())
        };
        let lost = self.case.lost_cookies.iter();
        let lost = lost.filter(|lost| lost.decisive && own(lost.attempt.as_deref()));
        all.extend(
            lost.map(|lost| Given::at(&lost.name, &lost.place).note("was set and not sent back")),
        );
        distinct(all)
    }
}

/// The attribute as a cookie's header writes it.
pub(crate) fn same_site(value: SameSite) -> String {
    match value {
        SameSite::Absent => "no SameSite".to_owned(),
        SameSite::None => "SameSite=None".to_owned(),
        SameSite::Lax => "SameSite=Lax".to_owned(),
        SameSite::Strict => "SameSite=Strict".to_owned(),
    }
}

fn binding(message: Option<&Message>) -> Vec<Given> {
    let name = message.and_then(Message::delivered).and_then(|sighting| match sighting.carrier {
        Carrier::Query => Some("HTTP-Redirect"),
        Carrier::PostForm => Some("HTTP-POST"),
        _ => None,
    });
    distinct(name.map(Given::new))
}

/// Who signed: the keys that verify, else the certificates that the signatures themselves carry.
fn signers(signatures: &[Signature]) -> Vec<Given> {
    let known = signatures
        .iter()
        .flat_map(|signature| signature.verified_by.iter().chain(&signature.made_by))
        .map(key);
    let carried = certificates(signatures.iter().flat_map(|signature| &signature.key_info));
    let known = distinct(known);
    // What it carries has dates as well, and is the same certificate mostly.
    let beyond = known
        .into_iter()
        .filter(|key| !carried.iter().any(|one| one.text == key.text))
        .collect::<Vec<_>>();
    distinct(carried.into_iter().chain(beyond))
}

fn key(key: &KeyMatch) -> Given {
    Given::new(key.sha1.clone()).note(key.subject.clone())
}
