//! Messages of the evidence, each once however often it was seen.

use super::binding::{self, Expected, Undone};
use super::protocol::facts_within;
use super::sightings::{self, MessageParameter, Seen};
use super::ws_federation;
use super::xml::{self, Limits};
use crate::bounds::{Bounds, Gauge};
use crate::evidence::Evidence;
use crate::mask;
use crate::seal::Sealer;
use diag_sdk::case::message::{Carrier, Damage, Message, MessageKind, Sighting};
use diag_sdk::case::signature::QuerySignature;
use diag_sdk::{Place, Sited};
use std::collections::HashMap;

/// A message with what verifying its signatures needs. Unlike the facts, this holds secrets and
/// never leaves core.
#[derive(Debug, Clone, Default)]
pub struct Decoded {
    /// What is known about it.
    pub facts: Message,
    /// Its XML as received; empty where it could not be decoded.
    pub xml: String,
    /// The query it was delivered in, where it was.
    pub redirect: Option<RedirectQuery>,
    /// The value of its parameter, percent-decoded once.
    pub payload: String,
    /// The record that stood behind it, as JSON.
    pub record: Option<String>,
}

/// The exact octets of the query that carried a message: what its signature covers is cut from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectQuery {
    /// The query without `?`.
    pub raw_query: String,
    /// Which parameter carries the message.
    pub parameter: MessageParameter,
}

/// Reads all messages, numbered `m1`, `m2`, … in the order first seen.
pub fn read(evidence: &Evidence, sealer: &Sealer) -> Vec<Decoded> {
    read_within(evidence, sealer, &Bounds { messages: u64::MAX, ..Bounds::default() }).0
}

/// A bound that was crossed, by its word, and the input it was met in.
pub(crate) type Beyond = (&'static str, Option<String>);

/// Deeper than this nothing is read, whatever is allowed: those who walk through it call themselves.
const DEEPEST: usize = 1_000;

/// The same within bounds, and which of them were crossed.
pub(crate) fn read_within(
    evidence: &Evidence,
    sealer: &Sealer,
    bounds: &Bounds,
) -> (Vec<Decoded>, Vec<Beyond>) {
    let most = Bounds::size(bounds.messages);
    let limits = Limits { depth: Bounds::size(bounds.depth).min(DEEPEST), names: bounds.names };
    let mut more = false;
    let mut undone: HashMap<(String, Expected), Undone> = HashMap::new();
    let mut groups: Vec<(Undone, Vec<Seen>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for seen in sightings::find(evidence) {
        let one = undone
            .entry((seen.value.clone(), seen.expected))
            .or_insert_with(|| undo(&seen, Bounds::size(bounds.message)))
            .clone();
        let key = match (&one.xml, &one.reason) {
            (Some(xml), None) => xml.clone(),
            _ => format!(
                "{}={}",
                seen.parameter.map(MessageParameter::name).unwrap_or_default(),
                seen.value
            ),
        };
        if let Some((all, sightings)) =
            known.get(&key).copied().and_then(|index| groups.get_mut(index))
        {
            for damage in one.damage {
                if !all.damage.contains(&damage) {
                    all.damage.push(damage);
                }
            }
            sightings.push(seen);
        } else if groups.len() < most {
            known.insert(key, groups.len());
            groups.push((one, vec![seen]));
        } else {
            more = true;
        }
    }
    let mut crossed: Vec<Beyond> = Vec::new();
    let mut decoded: Vec<Decoded> = Vec::with_capacity(groups.len());
    for (index, (undone, seen)) in groups.into_iter().enumerate() {
        let items = Gauge::new(bounds.items);
        let one = message(index + 1, undone, &seen, (sealer, limits, &items));
        crossed.extend(beyond(&one, limits));
        crossed.extend(items.crossed().then(|| ("items", Some(one.facts.place.input.clone()))));
        decoded.push(one);
    }
    crossed.extend(more.then_some(("messages", None)));
    (decoded, crossed)
}

/// The bound that a message crosses which was not read for its size.
fn beyond(message: &Decoded, limits: Limits) -> Option<Beyond> {
    let word = message.facts.damage.contains(&Damage::TooLarge).then_some("message")?;
    let structure = xml::check_within(&message.xml, limits).err().and_then(|broken| broken.bound);
    Some((structure.unwrap_or(word), Some(message.facts.place.input.clone())))
}

/// A request of WS-Federation is nothing but parameters.
fn undo(seen: &Seen, largest: usize) -> Undone {
    let parameters = seen.parameter == Some(MessageParameter::Wa);
    if parameters {
        Undone::default()
    } else {
        binding::undo_within(&seen.value, seen.expected, largest)
    }
}

fn message(
    number: usize,
    mut undone: Undone,
    seen: &[Seen],
    (sealer, limits, items): (&Sealer, Limits, &Gauge),
) -> Decoded {
    let id = format!("m{number}");
    let delivery =
        seen.iter().position(|one| matches!(one.carrier, Carrier::Query | Carrier::PostForm));
    let Some(leading) = delivery.map_or(seen.first(), |index| seen.get(index)) else {
        return Decoded::default();
    };
    let mut record = None;
    if let Some((message, behind)) = undone.xml.as_deref().and_then(mask::behind::split) {
        record = Some(behind.to_owned());
        undone.xml = Some(message.to_owned());
    }
    let answer = undone.xml.as_deref().is_some_and(ws_federation::is_answer);
    if answer {
        undone.xml = undone.xml.map(|xml| ws_federation::token_in(&xml).into_owned());
    }
    let mut facts = match &undone.xml {
        Some(xml) => facts_within(xml, &leading.place, &id, sealer, limits, items),
        None if leading.parameter == Some(MessageParameter::Wa) => {
            ws_federation::request(&leading.value, &id, &leading.place)
        }
        None => undecoded(&id, leading),
    };
    if facts.broken.is_some() && facts.kind == MessageKind::Other {
        // Its root does not show, or is not one of SAML's: parameter and address tell what it was meant to be.
        facts.kind = undecoded(&id, leading).kind;
    }
    if answer || leading.parameter == Some(MessageParameter::Wresult) {
        facts.kind = MessageKind::WsFederationToken;
    }
    if let Some(reason) = undone.reason {
        let place = facts.broken.map_or_else(|| facts.place.clone(), |broken| broken.place);
        facts.broken = Some(Sited::new(reason, place));
    }
    let mut damage = undone.damage;
    let duplicate = seen.iter().any(|one| one.duplicate).then_some(Damage::DuplicateParameter);
    for one in facts.damage.into_iter().chain(duplicate) {
        if !damage.contains(&one) {
            damage.push(one);
        }
    }
    facts.damage = damage;
    facts.encoded_length = leading.value.chars().count();
    facts.delivery = delivery;
    facts.relay_state = leading
        .relay_state
        .as_ref()
        .or_else(|| seen.iter().find_map(|one| one.relay_state.as_ref()))
        .map(|state| sealer.personal_if_harmless(state));
    facts.sightings = seen.iter().map(|one| sighting(one, sealer)).collect();
    // Without the request itself, the redirect that announced it carries the same query.
    let in_query = delivery
        .is_none()
        .then(|| seen.iter().find(|one| one.raw_query.is_some()))
        .flatten()
        .unwrap_or(leading);
    facts.query_signature = in_query.signed.then(|| QuerySignature {
        place: in_query.place.clone(),
        algorithm: in_query.signature_algorithm.clone().unwrap_or_default(),
        ..QuerySignature::default()
    });
    let redirect = in_query
        .raw_query
        .clone()
        .zip(in_query.parameter)
        .map(|(raw_query, parameter)| RedirectQuery { raw_query, parameter });
    Decoded {
        facts,
        xml: undone.xml.unwrap_or_default(),
        redirect,
        payload: leading.value.clone(),
        record,
    }
}

fn sighting(seen: &Seen, sealer: &Sealer) -> Sighting {
    Sighting {
        exchange: seen.exchange,
        carrier: seen.carrier,
        to: seen.to.clone(),
        time: seen.time,
        place: seen.place.clone(),
        relay_state: seen.relay_state.as_ref().map(|state| sealer.personal_if_harmless(state)),
        signed_query: seen.signed
            && matches!(seen.carrier, Carrier::Query | Carrier::LocationHeader | Carrier::File),
    }
}

/// Facts of a message of which nothing could be decoded. Which one it was is then inferred from its
/// parameter and address, so that the flow can still be told; `root` stays empty.
fn undecoded(id: &str, seen: &Seen) -> Message {
    let to = seen.to.as_deref().unwrap_or_default().to_ascii_lowercase();
    let signing_out = ["logout", "signout", "slo"].iter().any(|word| to.contains(word));
    let kind = match (seen.parameter, signing_out) {
        (Some(MessageParameter::SamlRequest), false) => MessageKind::AuthnRequest,
        (Some(MessageParameter::SamlRequest), true) => MessageKind::LogoutRequest,
        (Some(MessageParameter::SamlResponse), false) => MessageKind::Response,
        (Some(MessageParameter::SamlResponse), true) => MessageKind::LogoutResponse,
        (Some(MessageParameter::Wresult), _) => MessageKind::WsFederationToken,
        (Some(MessageParameter::Wa) | None, _) => MessageKind::Other,
    };
    let place = Place { message: Some(id.to_owned()), ..seen.place.clone() };
    Message { id: id.to_owned(), kind, place, ..Message::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Document, FormField, RawExchange};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use diag_sdk::case::input::InputKind;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use std::io::Write as _;

    const REQUEST: &str = "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"\n ID=\"_1\" Version=\"2.0\" IssueInstant=\"2026-11-24T10:00:00.1234567Z\" Destination=\"https://idp.example/saml2\" AssertionConsumerServiceURL=\"https://sp.example:443/acs/\"><saml:Issuer>https://sp.example</saml:Issuer></samlp:AuthnRequest>";
    const RESPONSE: &str = "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_2\" InResponseTo=\"_1\"><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"><samlp:StatusCode Value=\"urn:x\"/></samlp:StatusCode><samlp:StatusMessage>AADSTS75011: AADSTS75011, AADSTS1</samlp:StatusMessage></samlp:Status></samlp:Response>";

    fn encoded(text: &str) -> String {
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
    }

    fn redirect(xml: &str) -> String {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(xml.as_bytes()).unwrap();
        encoded(&STANDARD.encode(encoder.finish().unwrap()))
    }

    fn exchange(number: usize, url: String) -> RawExchange {
        RawExchange {
            place: Place {
                input: "i1".into(),
                entry: Some(number),
                pointer: Some(format!("/log/entries/{number}")),
                line: Some(7),
                column: Some(3),
                ..Place::default()
            },
            started: format!("2026-11-24T10:00:0{number}Z").parse().ok(),
            duration_ms: Some(500.0),
            url,
            ..RawExchange::default()
        }
    }

    fn field(name: &str, value: &str) -> FormField {
        FormField {
            name: name.into(),
            value: value.into(),
            raw: None,
            pointer: format!("/request/postData/params/{name}"),
        }
    }

    fn read_exchanges(exchanges: Vec<RawExchange>) -> Vec<Decoded> {
        read(&Evidence { exchanges, ..Evidence::default() }, &Sealer::new("test"))
    }

    #[test]
    fn a_redirect_is_one_message_seen_twice() {
        let query = format!(
            "SAMLRequest={}&RelayState=%2Fhub&SigAlg=urn%3Aalg&Signature=c2ln",
            redirect(REQUEST)
        );
        let url = format!("https://idp.example/saml2?{query}");
        let mut start = exchange(0, "https://sp.example/hub".into());
        start.location = Some(url.clone());
        start.duration_ms = Some(2000.0);
        let all = read_exchanges(vec![start, exchange(1, url)]);
        assert_eq!(all.len(), 1);
        let facts = &all[0].facts;
        assert_eq!(
            (facts.id.as_str(), facts.kind, facts.damage.as_slice()),
            ("m1", MessageKind::AuthnRequest, [].as_slice())
        );
        let carriers: Vec<_> =
            facts.sightings.iter().map(|sighting| (sighting.carrier, sighting.exchange)).collect();
        assert_eq!(carriers, [(Carrier::LocationHeader, Some(0)), (Carrier::Query, Some(1))]);
        assert_eq!(facts.delivery, Some(1));
        assert_eq!(facts.delivered_to(), Some("https://idp.example/saml2"));
        assert_eq!(facts.relay_state.as_ref().unwrap().text.as_deref(), Some("/hub"));
        assert_eq!(facts.query_signature.as_ref().unwrap().algorithm, "urn:alg");
        assert_eq!(all[0].redirect.as_ref().unwrap().raw_query, query);
        assert_eq!(all[0].xml, REQUEST);
        let acs = facts.request.as_ref().unwrap().acs_url.as_ref().unwrap();
        assert_eq!(acs.value, "https://sp.example:443/acs/");
        assert_eq!(acs.place.path.as_deref(), Some("AuthnRequest/@AssertionConsumerServiceURL"));
        assert_eq!(
            (acs.place.line, acs.place.column, acs.place.message.as_deref()),
            (Some(2), Some(108), Some("m1"))
        );
        assert_eq!((acs.place.entry, acs.place.file_line), (Some(1), Some(7)));
        assert_eq!(acs.place.pointer.as_deref(), Some("/log/entries/1/request/url"));
        assert_eq!(
            facts.issue_instant.as_ref().unwrap().value,
            "2026-11-24T10:00:00.1234567Z".parse().unwrap()
        );
    }

    #[test]
    fn a_posted_response_is_joined_with_its_page_and_its_replay() {
        let value = STANDARD.encode(RESPONSE);
        let mut page = exchange(0, "https://idp.example/login".into());
        page.response_body = Some(format!(
            "<form method=post action='https://sp.example:443/acs/'><input name=SAMLResponse value='{value}'></form>"
        ));
        let mut post = exchange(1, "https://sp.example:443/acs/".into());
        post.form =
            vec![field("SAMLResponse", &value), field("RelayState", "opaque0123456789abcdef")];
        let mut again = post.clone();
        again.started = "2026-11-24T10:00:05Z".parse().ok();
        let all = read_exchanges(vec![page, again, post]);
        assert_eq!(all.len(), 1);
        let facts = &all[0].facts;
        let carriers: Vec<_> =
            facts.sightings.iter().map(|sighting| (sighting.carrier, sighting.exchange)).collect();
        assert_eq!(
            carriers,
            [
                (Carrier::PageForm, Some(0)),
                (Carrier::PostForm, Some(2)),
                (Carrier::PostForm, Some(1))
            ]
        );
        assert_eq!(facts.delivery, Some(1));
        assert!(
            facts
                .sightings
                .iter()
                .all(|sighting| sighting.to.as_deref() == Some("https://sp.example:443/acs/"))
        );
        assert_eq!(facts.relay_state.as_ref().unwrap().text, None);
        let status = facts.status.as_ref().unwrap();
        assert_eq!(status.codes.len(), 2);
        assert_eq!(
            facts.place.pointer.as_deref(),
            Some("/log/entries/1/request/postData/params/SAMLResponse")
        );
        assert_eq!(all[0].redirect, None);
    }

    #[test]
    fn damage_on_the_way_is_reported() {
        let mut duplicate = exchange(0, "https://sp.example/acs".into());
        duplicate.form =
            vec![field("SAMLResponse", &STANDARD.encode(RESPONSE)), field("SAMLResponse", "PGE+")];
        assert_eq!(read_exchanges(vec![duplicate])[0].facts.damage, [Damage::DuplicateParameter]);

        let cut = redirect(REQUEST);
        let all = read_exchanges(vec![exchange(
            0,
            format!("https://idp.example/saml2?SAMLRequest={}", &cut[..cut.len() / 2]),
        )]);
        assert!(all[0].facts.damage.contains(&Damage::Truncated));
        assert_eq!(
            (all[0].facts.kind, all[0].facts.root.as_str()),
            (MessageKind::AuthnRequest, "AuthnRequest")
        );
        assert!(all[0].facts.broken.is_some());

        let removed = read_exchanges(vec![exchange(
            0,
            "https://idp.example/slo?SAMLRequest=REDACTED".into(),
        )]);
        assert_eq!(
            (removed[0].facts.kind, removed[0].facts.damage.as_slice()),
            (MessageKind::LogoutRequest, [Damage::Sanitised].as_slice())
        );

        let doctype = format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{RESPONSE}");
        let all = read_exchanges(vec![exchange(
            0,
            format!("https://idp.example/saml2?SAMLResponse={}", redirect(&doctype)),
        )]);
        assert_eq!(all[0].facts.damage, [Damage::Doctype]);
        let broken = all[0].facts.broken.as_ref().unwrap();
        assert_eq!((broken.place.line, broken.place.column), (Some(1), Some(1)));
    }

    #[test]
    fn files_hold_messages_in_any_form() {
        let value = STANDARD.encode(RESPONSE);
        for content in [
            RESPONSE.to_owned(),
            value.clone(),
            redirect(RESPONSE),
            format!("https://sp.example/acs?SAMLResponse={}", redirect(RESPONSE)),
            format!("SAMLResponse={}&RelayState=x", encoded(&value)),
            format!("<html><form><input name='SAMLResponse' value='{value}'></form></html>"),
        ] {
            let document = Document {
                input: "i1".into(),
                kind: InputKind::SamlMessage,
                bytes: content.clone().into_bytes(),
                ..Document::default()
            };
            let all = read(
                &Evidence { documents: vec![document], ..Evidence::default() },
                &Sealer::new("test"),
            );
            assert_eq!(all.len(), 1, "{content}");
            assert_eq!(all[0].facts.kind, MessageKind::Response, "{content}");
            assert_eq!(all[0].facts.sightings[0].carrier, Carrier::File);
            assert_eq!(all[0].facts.delivery, None);
        }
    }
}
