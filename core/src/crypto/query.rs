//! The signature of the Redirect binding: over octets of the query, not over XML
//! (saml-bindings-2.0-os §3.4.4.1).
//!
//! What was signed is the *original* percent-encoding of the sender. A proxy, a browser extension
//! or the receiver's own framework that re-encodes the query breaks the signature without changing
//! a single value, and different products re-encode differently. So where the exact octets do not
//! verify, the known re-encodings are tried and the one that verifies is named.

use super::bergshamra_engine::BergshamraEngine;
use super::engine::SignatureEngine;
use super::keys::{Candidate, TrustedKey, candidates};
use super::origin::made_by;
use super::percent::{ENCODINGS, Plus, decode, lower, upper};
use crate::mask;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::case::signature::{KeyMatch, QuerySignature, Verdict};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest query whose signature is judged.
const LONGEST_QUERY: usize = 1024 * 1024;
/// Keys that re-encodings are tried with where the value does not tell which key made it.
const MOST_KEYS_REENCODED: usize = 8;

/// Judges the signature in a query. `parameter` is `SAMLRequest` or `SAMLResponse`. `None` where
/// the query has no `Signature`. The place is left to the caller.
pub fn verify_query(
    raw_query: &str,
    parameter: &str,
    keys: &[TrustedKey],
) -> Option<QuerySignature> {
    let query = Query::read(raw_query, parameter)?;
    let mut facts = QuerySignature { algorithm: query.algorithm(), ..QuerySignature::default() };
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let mut judged = facts.clone();
        judge(&query, keys, &mut judged);
        judged
    }));
    match judged {
        Ok(judged) => facts = judged,
        Err(_) => facts.not_judged = Some("the signature library failed on this query".to_owned()),
    }
    Some(facts)
}

fn judge(query: &Query<'_>, keys: &[TrustedKey], facts: &mut QuerySignature) {
    let engine = BergshamraEngine::default();
    if query.length > LONGEST_QUERY {
        facts.not_judged =
            Some("the query is longer than any whose signature is judged".to_owned());
        return;
    }
    if facts.algorithm.is_empty() {
        facts.not_judged = Some("there is a Signature but no SigAlg".to_owned());
        return;
    }
    if facts.algorithm.to_ascii_lowercase().contains("hmac") {
        facts.not_judged = Some(
            "it is an HMAC: whoever can verify it can also make it, and no public key does"
                .to_owned(),
        );
        return;
    }
    if !engine.knows(&facts.algorithm) {
        facts.not_judged = Some("its SigAlg is not one of those judged here".to_owned());
        return;
    }
    if query.is_withheld() {
        facts.withheld = true;
        facts.not_judged = Some(super::verify::WITHHELD.to_owned());
        return;
    }
    facts.keys_tried = keys.len();
    if keys.is_empty() {
        facts.not_judged = Some("no key to verify it with was given".to_owned());
        return;
    }
    facts.value = Verdict::Wrong;
    let Some(value) = query.value() else { return };
    let candidates = candidates(&engine, keys, &[], None, &mut Vec::new());
    let all = &candidates.ready;
    let algorithm = facts.algorithm.clone();
    let verifying = |octets: &str, among: &[&Candidate<_>]| -> Vec<KeyMatch> {
        among
            .iter()
            .filter(|candidate| engine.check(&algorithm, octets.as_bytes(), &value, &candidate.key))
            .map(|candidate| candidate.facts.clone())
            .collect()
    };
    let everyone: Vec<&Candidate<_>> = all.iter().collect();
    facts.verified_by = verifying(&query.signed_octets(), &everyone);
    if !facts.verified_by.is_empty() {
        facts.value = Verdict::Right;
        return;
    }
    if let Some(key) = candidates.untried(&algorithm).first() {
        facts.value = Verdict::Unknown;
        facts.not_judged = Some(format!(
            "the key of {} may have made it, and it is of a kind that is not judged here",
            key.subject
        ));
        return;
    }
    let makers: Vec<&Candidate<_>> =
        all.iter().filter(|candidate| made_by(&algorithm, &candidate.spki, &value)).collect();
    facts.made_by = makers.iter().map(|candidate| candidate.facts.clone()).collect();
    // An RSA value that none of the keys made verifies under no re-encoding either.
    let among: Vec<&Candidate<_>> = if algorithm.contains("#rsa-") {
        makers
    } else {
        everyone.into_iter().take(MOST_KEYS_REENCODED).collect()
    };
    if among.is_empty() {
        return;
    }
    let mut tried = vec![query.signed_octets()];
    for (octets, name) in query.reencoded() {
        if tried.contains(&octets) {
            continue;
        }
        let keys = verifying(&octets, &among);
        if !keys.is_empty() {
            facts.verified_by = keys;
            facts.made_by.clear();
            facts.verifies_reencoded = Some(name);
            return;
        }
        tried.push(octets);
    }
}

/// The parts of a query that matter, as they stand in it.
struct Query<'q> {
    length: usize,
    message: (&'q str, &'q str),
    relay_state: Option<&'q str>,
    algorithm: Option<&'q str>,
    signature: &'q str,
    /// Names of the signed parameters in the order of the query.
    order: Vec<&'q str>,
}

impl<'q> Query<'q> {
    fn read(raw: &'q str, parameter: &str) -> Option<Self> {
        let raw = raw.split_once('#').map_or(raw, |(query, _)| query);
        let pairs: Vec<(&str, &str)> =
            raw.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
        let value =
            |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let message = pairs.iter().find(|(name, _)| *name == parameter)?;
        let mut order = Vec::new();
        for (name, _) in &pairs {
            if (*name == message.0 || matches!(*name, "RelayState" | "SigAlg"))
                && !order.contains(name)
            {
                order.push(*name);
            }
        }
        Some(Self {
            length: raw.len(),
            message: *message,
            relay_state: value("RelayState"),
            algorithm: value("SigAlg"),
            signature: value("Signature")?,
            order,
        })
    }

    fn algorithm(&self) -> String {
        decode(self.algorithm.unwrap_or_default(), Plus::Blank)
    }

    fn value(&self) -> Option<Vec<u8>> {
        let text: String = decode(self.signature, Plus::Plus).split_ascii_whitespace().collect();
        STANDARD.decode(text).ok()
    }

    /// A mark stands in place of the value.
    fn is_withheld(&self) -> bool {
        mask::is_mark(&decode(self.signature, Plus::Plus))
    }

    /// What the specification says is signed: the values as they were sent, in this order.
    fn signed_octets(&self) -> String {
        self.joined(&["message", "RelayState", "SigAlg"], self.relay_state, &|value| {
            value.to_owned()
        })
    }

    fn joined(
        &self,
        order: &[&str],
        relay_state: Option<&str>,
        encode: &dyn Fn(&str) -> String,
    ) -> String {
        let mut parts = Vec::new();
        for name in order {
            match *name {
                "RelayState" => {
                    if let Some(value) = relay_state {
                        parts.push(format!("RelayState={value}"));
                    }
                }
                "SigAlg" => {
                    parts.push(format!("SigAlg={}", encode(self.algorithm.unwrap_or_default())));
                }
                _ => parts.push(format!("{}={}", self.message.0, encode(self.message.1))),
            }
        }
        parts.join("&")
    }

    /// Octets that senders are known to sign instead, each with its name for people.
    fn reencoded(&self) -> impl Iterator<Item = (String, String)> + '_ {
        const SPECIFIED: &[&str] = &["message", "RelayState", "SigAlg"];
        let in_query: Vec<&'q str> = self.order.clone();
        let relay_only = RELAY_STATES.iter().map(move |(relay_state, name)| {
            let relay_state = relay_state.of(self.relay_state, &|value| value.to_owned());
            (
                self.joined(SPECIFIED, relay_state.as_deref(), &|value| value.to_owned()),
                (*name).to_owned(),
            )
        });
        let as_sent = std::iter::once_with(move || {
            let octets = self.joined(&in_query, self.relay_state, &|value| value.to_owned());
            (octets, "the parameters in the order of the query".to_owned())
        });
        let encoded = ENCODINGS.iter().flat_map(move |encoding| {
            [Plus::Plus, Plus::Blank].into_iter().flat_map(move |plus| {
                let encode = move |value: &str| (encoding.encode)(&decode(value, plus));
                let everything = self.relay_state.map(encode);
                let first = (
                    self.joined(SPECIFIED, everything.as_deref(), &encode),
                    encoding.name.to_owned(),
                );
                let ordered = (
                    self.joined(&self.order, everything.as_deref(), &encode),
                    format!("{}, in the order of the query", encoding.name),
                );
                let others = RELAY_STATES.iter().map(move |(relay_state, name)| {
                    let relay_state = relay_state.of(self.relay_state, &encode);
                    (
                        self.joined(SPECIFIED, relay_state.as_deref(), &encode),
                        format!("{}, and {name}", encoding.name),
                    )
                });
                [first, ordered].into_iter().chain(others)
            })
        });
        relay_only.chain(as_sent).chain(encoded).chain(self.mixed())
    }

    /// Upper-case hexadecimal in some parameters and lower-case in others, as where one of them was encoded by
    /// another library.
    fn mixed(&self) -> impl Iterator<Item = (String, String)> + '_ {
        const EITHER: [bool; 2] = [false, true];
        let small = |value: &str| lower(&upper(&decode(value, Plus::Plus), b"-._~", false));
        let large = |value: &str| upper(&decode(value, Plus::Plus), b"-._~", false);
        let choices = EITHER.into_iter().flat_map(|message| {
            EITHER.into_iter().flat_map(move |relay| EITHER.map(|method| (message, relay, method)))
        });
        choices.map(move |(message, relay, method)| {
            let encode = |is_small: bool, value: &str| if is_small { small(value) } else { large(value) };
            let mut octets = format!("{}={}", self.message.0, encode(message, self.message.1));
            if let Some(value) = self.relay_state {
                octets.push_str("&RelayState=");
                octets.push_str(&encode(relay, value));
            }
            octets.push_str("&SigAlg=");
            octets.push_str(&encode(method, self.algorithm.unwrap_or_default()));
            (octets, "upper-case hexadecimal in the percent-encoding of some parameters and lower-case in others".to_owned())
        })
    }
}

/// What senders do to the RelayState apart from the rest.
#[derive(Clone, Copy)]
enum RelayStateForm {
    Decoded,
    LeftOut,
    Empty,
    EncodedTwice,
}

const RELAY_STATES: &[(RelayStateForm, &str)] = &[
    (RelayStateForm::Decoded, "the RelayState decoded"),
    (RelayStateForm::LeftOut, "the RelayState left out"),
    (RelayStateForm::Empty, "an empty RelayState added"),
    (RelayStateForm::EncodedTwice, "the RelayState encoded twice"),
];

impl RelayStateForm {
    fn of(self, relay_state: Option<&str>, encode: &dyn Fn(&str) -> String) -> Option<String> {
        match self {
            Self::Decoded => relay_state.map(|value| decode(value, Plus::Blank)),
            Self::LeftOut => None,
            Self::Empty => Some(relay_state.map(encode).unwrap_or_default()),
            Self::EncodedTwice => relay_state.map(|value| upper(&encode(value), b"-._~", false)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::support::{keys, private_key};
    use super::*;
    use bergshamra::crypto::sign::from_uri;
    use proptest::prelude::*;

    const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    const RSA_ENCODED: &str = "http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256";
    const MESSAGE: &str = "fZ%2BA%2Fx%3D%3D";

    /// The query `sent`, signed over `signed` (the same where they do not differ).
    fn query(sent: &str, signed: &str, algorithm: &str, key: &str) -> String {
        let value =
            from_uri(algorithm).unwrap().sign(&private_key(key), signed.as_bytes()).unwrap();
        format!("{sent}&Signature={}", upper(&STANDARD.encode(value), b"", false))
    }

    fn judged(query: &str, names: &[&str]) -> QuerySignature {
        verify_query(query, "SAMLRequest", &keys(names)).unwrap()
    }

    #[test]
    fn the_exact_octets_verify_with_the_key_that_signed() {
        let sent = format!("SAMLRequest={MESSAGE}&RelayState=%2fhub&SigAlg={RSA_ENCODED}");
        let facts = judged(&query(&sent, &sent, RSA, "sp"), &["idp", "sp"]);
        assert_eq!(
            (facts.value, facts.algorithm.as_str(), facts.keys_tried),
            (Verdict::Right, RSA, 2)
        );
        assert_eq!(
            (facts.verified_by[0].metadata.as_slice(), facts.verifies_reencoded),
            (["d2".to_owned()].as_slice(), None)
        );
        let facts = judged(&query(&sent, &sent, RSA, "sp"), &["idp", "sp-new"]);
        assert_eq!(
            (facts.value, facts.verified_by.len(), facts.made_by.len()),
            (Verdict::Wrong, 0, 0)
        );
        let facts = judged(&query(&sent, &sent, RSA, "sp").replace("hub", "hut"), &["idp", "sp"]);
        assert_eq!(
            (facts.value, facts.verified_by.len(), facts.made_by[0].subject.as_str()),
            (Verdict::Wrong, 0, "CN=sense.example")
        );
        assert_eq!(facts.verifies_reencoded, None);
    }

    #[test]
    fn elliptic_curves_and_sha1_verify() {
        for (algorithm, key) in [
            ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "sp"),
            ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "ec256"),
            ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", "ec521"),
        ] {
            let sent = format!("SAMLRequest={MESSAGE}&SigAlg={}", upper(algorithm, b"", false));
            assert_eq!(
                judged(&query(&sent, &sent, algorithm, key), &["idp", key]).value,
                Verdict::Right,
                "{algorithm}"
            );
        }
    }

    #[test]
    fn the_reencoding_that_verifies_is_named() {
        let sent = |message: &str, state: &str| {
            format!("SAMLRequest={message}&RelayState={state}&SigAlg={RSA_ENCODED}")
        };
        let cases = [
            (
                sent(MESSAGE, "%2fhub"),
                sent(MESSAGE, "%2Fhub"),
                "percent-encoding with upper-case hexadecimal and %20 (RFC 3986)",
            ),
            (
                sent(MESSAGE, "%2Fhub"),
                lower(&sent(MESSAGE, "%2Fhub")),
                "lower-case hexadecimal in the percent-encoding",
            ),
            (
                sent(MESSAGE, "%2Fa+b"),
                sent(MESSAGE, "%2Fa%20b"),
                "percent-encoding with upper-case hexadecimal and %20 (RFC 3986)",
            ),
            (
                sent(MESSAGE, "%2Fa%20b"),
                sent(MESSAGE, "%2Fa+b"),
                "`+` for blanks, as HTML forms and Java encode",
            ),
            (sent(MESSAGE, "%2Fhub"), sent(MESSAGE, "/hub"), "the RelayState decoded"),
            (
                sent(MESSAGE, "%2Fhub"),
                format!("SAMLRequest={MESSAGE}&SigAlg={RSA_ENCODED}"),
                "the RelayState left out",
            ),
            (
                format!("RelayState=x&SigAlg={RSA_ENCODED}&SAMLRequest={MESSAGE}"),
                format!("RelayState=x&SigAlg={RSA_ENCODED}&SAMLRequest={MESSAGE}"),
                "the parameters in the order of the query",
            ),
            (
                sent(MESSAGE, "%2Fhub"),
                format!("SAMLRequest=fZ+A/x==&RelayState=/hub&SigAlg={RSA}"),
                "the values decoded, without any percent-encoding",
            ),
            (
                sent(MESSAGE, "%2Fhub"),
                format!(
                    "SAMLRequest=fZ%2BA/x%3D%3D&RelayState=/hub&SigAlg={}",
                    RSA.replace('#', "%23")
                ),
                "percent-encoding that leaves `/` and `:` as they are",
            ),
            (
                sent(MESSAGE, "%2Fhub"),
                sent(&MESSAGE.replace("%3D", "="), "%2Fhub"),
                "percent-encoding that leaves `=` as it is",
            ),
            (
                sent(MESSAGE, "%2Fhub"),
                format!("SAMLRequest={MESSAGE}&RelayState=%2Fhub&SigAlg={}", lower(RSA_ENCODED)),
                "upper-case hexadecimal in the percent-encoding of some parameters and lower-case in others",
            ),
        ];
        for (sent, signed, name) in cases {
            let facts = judged(&query(&sent, &signed, RSA, "sp"), &["sp"]);
            assert_eq!(
                (facts.value, facts.verifies_reencoded.as_deref()),
                (Verdict::Wrong, Some(name)),
                "{sent}"
            );
            assert_eq!(facts.verified_by.len(), 1);
            let curve = sent.replace("rsa-", "ecdsa-");
            let facts = judged(
                &query(
                    &curve,
                    &signed.replace("rsa-", "ecdsa-"),
                    &RSA.replace("rsa-", "ecdsa-"),
                    "ec256",
                ),
                &["sp", "ec256"],
            );
            assert_eq!(facts.verifies_reencoded.as_deref(), Some(name), "{sent}");
        }
    }

    #[test]
    fn what_cannot_be_judged_says_why() {
        assert_eq!(verify_query("SAMLRequest=x&SigAlg=y", "SAMLRequest", &[]), None);
        assert_eq!(verify_query("SAMLResponse=x&Signature=y", "SAMLRequest", &[]), None);
        let reason =
            |query: &str, names: &[&str]| judged(query, names).not_judged.unwrap_or_default();
        assert!(reason("SAMLRequest=x&Signature=eA%3D%3D", &["sp"]).contains("no SigAlg"));
        assert!(
            reason("SAMLRequest=x&SigAlg=urn%3Ax&Signature=eA%3D%3D", &["sp"])
                .contains("not one of those")
        );
        assert!(
            reason("SAMLRequest=x&SigAlg=urn%3Ahmac&Signature=eA%3D%3D", &["sp"]).contains("HMAC")
        );
        assert!(
            reason(&format!("SAMLRequest=x&SigAlg={RSA_ENCODED}&Signature=eA%3D%3D"), &[])
                .contains("no key")
        );
        assert_eq!(
            judged(&format!("SAMLRequest=x&SigAlg={RSA_ENCODED}&Signature=%"), &["sp"]).value,
            Verdict::Wrong
        );
    }

    proptest! {
        #![proptest_config(crate::seeds::fixed(64))]
        #[test]
        fn nothing_makes_it_panic(query in "(SAMLRequest|RelayState|SigAlg|Signature|[=&%+#]|%2|http://www.w3.org/2001/04/xmldsig-more#rsa-sha256|\\PC){0,30}") {
            let _ = verify_query(&query, "SAMLRequest", &keys(&["sp", "ec256"]));
        }
    }
}
