//! Signing out ended in an error.

use diag_sdk::address::{Address, leads_to_a_logout};
use diag_sdk::case::attempt::{Attempt, AttemptKind, Outcome};
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::case::judgement::Party;
use diag_sdk::case::message::{Carrier, Message, MessageKind};
use diag_sdk::case::product::CodeClass;
use diag_sdk::case::signature::Verdict;
use diag_sdk::{
    Account, Case, Cause, CauseData, Finding, Findings, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};
use std::collections::HashSet;

static IDP_REFUSED: CauseData = CauseData {
    text: "The identity provider does not know the session or the participant that the logout request names, or does not allow it",
    who: Who::Idp,
    setting: Setting::IdpLogoutUrl,
    fix: "Register the service provider's logout URL, and compare NameID and SessionIndex of the request with those of the last assertion",
};
static SP_NAMES_ANOTHER: CauseData = CauseData {
    text: "The service provider's logout request names another session, person or destination than the identity provider knows, or is not signed as it demands",
    who: Who::Sp,
    setting: Setting::SpLogout,
    fix: "Compare NameID and SessionIndex of the request with those of the last assertion, then its signature and Destination with what the identity provider expects",
};
static SP_CANNOT_VERIFY: CauseData = CauseData {
    text: "The signature of the message verifies with the sender's key, so the service provider checks it otherwise: over a query it has \
           encoded anew, or with an old certificate",
    who: Who::Sp,
    setting: Setting::SpLogout,
    fix: "Have the service provider verify the query as it arrived (letter case of the escapes included), with the sender's current certificate",
};
static SP_VERIFIES_OTHERWISE: CauseData = CauseData {
    text: "The message is signed, and the service provider does not find the signature right: it checks it over a query that it has \
           encoded anew (some senders write escapes in lower case), or with an old certificate",
    who: Who::Sp,
    setting: Setting::SpLogout,
    fix: "Have the service provider verify the query as it arrived (letter case of the escapes included), with the sender's current certificate",
};
static IDP_KEY: CauseData = CauseData {
    text: "The identity provider verifies the service provider's logout messages with another certificate than the one they are signed with",
    who: Who::Idp,
    setting: Setting::IdpRequestVerification,
    fix: "Give the identity provider the certificate that the service provider signs with now",
};
static WRONG_ADDRESS: CauseData = CauseData {
    text: "The single logout address in the metadata that the sender has loaded does not exist at the receiver",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the receiver's current metadata",
};
static WRONG_ADDRESS_AT_IDP: CauseData = CauseData {
    text: "The logout URL that the identity provider has for the service provider leads nowhere: to a server that is gone, or another path",
    who: Who::Idp,
    setting: Setting::IdpLogoutUrl,
    fix: "Register the service provider's current logout URL, or load its current metadata",
};
static SP_REFUSED: CauseData = CauseData {
    text: "The service provider does not accept the logout message, for instance because it is not signed",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Sign logout messages as the service provider expects, or switch its single logout off",
};
static NO_WAY_BACK: CauseData = CauseData {
    text: "The identity provider has no logout address of the service provider to send its answer to",
    who: Who::Idp,
    setting: Setting::IdpLogoutUrl,
    fix: "Register the single logout address of the service provider's metadata, for the binding it serves",
};
static SP_STAYS_SILENT: CauseData = CauseData {
    text: "The service provider ends its session and sends no answer: it takes the request for a plain link, or does not know where to answer",
    who: Who::Sp,
    setting: Setting::SpLogout,
    fix: "Load the identity provider's metadata with its single logout service, and switch single logout on in the service provider",
};
static SP_CANNOT_ANSWER: CauseData = CauseData {
    text: "The service provider fails over the logout message: most often it has no address of the identity provider to send its answer to, or its single logout is set up by half",
    who: Who::Sp,
    setting: Setting::SpLogout,
    fix: "Load the identity provider's metadata with its single logout service into the service provider; its log at this moment says what failed",
};
static NO_MESSAGE: CauseData = CauseData {
    text: "The service provider sends people who sign out to the identity provider's SAML address without a LogoutRequest",
    who: Who::Sp,
    setting: Setting::SpLogout,
    fix: "Load the identity provider's metadata with its single logout service, so that a LogoutRequest is sent, or set the identity provider's own sign-out page as the address after logout",
};
static OTHER_ISSUER: CauseData = CauseData {
    text: "The logout request bears another name of the service provider than its sign-in request, and nobody is signed in under that name",
    who: Who::Sp,
    setting: Setting::SpEntityId,
    fix: "Send the same Issuer in logout requests as in sign-in requests",
};
static SIGNED_INSIDE: CauseData = CauseData {
    text: "The message travels in an address and is signed inside its XML; there the signature has to stand in the query, and receivers take it for unsigned",
    who: Who::Sp,
    setting: Setting::SpLogout,
    fix: "Sign the query (SigAlg and Signature) and leave the XML unsigned, or send the message by POST",
};

check! {
    /// Signing out ended in an error.
    ///
    /// Single logout sends a LogoutRequest to the other side and waits for a LogoutResponse. It fails when
    /// the address does not exist, when the other side does not know the session any more, or when a message
    /// is not signed as the receiver demands. The person sees an error page and may still be signed in on one
    /// side. Signing in is not affected.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [out]
    /// <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// GET https://sp.example/logout @0s
    /// < 302
    /// < Location: https://idp.example/slo?SAMLRequest={redirect:out}
    ///
    /// GET https://idp.example/slo?SAMLRequest={redirect:out} @1s
    /// < 404
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [out]
    /// <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="{now}"/>
    ///
    /// [bye]
    /// <samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_2" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:LogoutResponse>
    ///
    /// GET https://idp.example/slo?SAMLRequest={redirect:out} @1s
    /// < 302
    /// < Location: https://sp.example/slo?SAMLResponse={redirect:bye}
    ///
    /// GET https://sp.example/slo?SAMLResponse={redirect:bye} @2s
    /// < 200
    /// ```
    pub static LOGOUT_FAILED = {
        id: "flow/logout-failed",
        title: "Signing out ended in an error",
        levels: [Severity::Error],
        stage: Stage::Logout,
        needs: [Need::Capture],
        explains: ["assertion/status-not-success"],
        accounts: [Account::bare(Party::Unknown, &[Stage::Logout])],
        causes: [
            IDP_KEY, WRONG_ADDRESS_AT_IDP,
            SP_NAMES_ANOTHER,
            SP_CANNOT_VERIFY, SP_VERIFIES_OTHERWISE,
            IDP_REFUSED,
            WRONG_ADDRESS,
            SP_REFUSED,
            NO_WAY_BACK,
            SP_STAYS_SILENT,
            SP_CANNOT_ANSWER,
            NO_MESSAGE,
            OTHER_ISSUER,
            SIGNED_INSIDE,
        ],
        references: [Reference::section(Specification::SamlProfiles, "4.4")],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    without_a_message(case, out);
    for attempt in case.attempts.iter().filter(|attempt| {
        attempt.kind == AttemptKind::SignOut && attempt.outcome == Outcome::Incomplete
    }) {
        unanswered(case, attempt, out);
    }
    for attempt in case.attempts.iter().filter(|attempt| {
        attempt.kind == AttemptKind::SignOut && attempt.outcome == Outcome::SignOutFailed
    }) {
        let exchange = case.end_of(attempt);
        let response = attempt.response.as_deref().and_then(|id| case.message(id));
        let status = response
            .filter(|response| !response.succeeded())
            .and_then(|response| response.status.as_ref());
        let mut said: Vec<String> = vec![sentence(&attempt.ending)];
        let page = exchange
            .and_then(Exchange::headline)
            .filter(|text| !attempt.ending.contains(text.as_str()));
        said.extend(page.map(|text| sentence(&format!("The page says: “{text}”"))));
        let finding = Finding::error("Signing out ended in an error")
            .detail(said.join(" "))
            .at_all(status.and_then(|status| status.codes.last()).map(|code| &code.place))
            .at_all(exchange.map(|exchange| &exchange.place))
            .attempt(attempt.id.clone());
        let own = refused(case, attempt).filter(|_| {
            exchange.is_some_and(|exchange| !matches!(exchange.status, 404 | 405 | 410))
        });
        if own.is_some_and(signed_inside) {
            let who = if sent_by_sp(case, attempt) { Who::Sp } else { Who::Idp };
            out.push(finding.because(&CauseData { who, ..SIGNED_INSIDE }, case));
            continue;
        }
        if let Some((expected, actual)) = own
            .filter(|_| sent_by_sp(case, attempt))
            .and_then(|message| other_issuer(case, message))
        {
            let finding = finding
                .expected(expected, "Issuer of the sign-in request")
                .actual(actual, "Issuer of the logout request")
                .compared();
            out.push(finding.because_with(&OTHER_ISSUER, case, Some(expected)));
            continue;
        }
        let own = own_advice(case, attempt);
        out.push(match (status, exchange) {
            (None, Some(exchange))
                if matches!(exchange.status, 404 | 405 | 410) || is_of_nobody(case, exchange) =>
            {
                wrong_address(case, finding, exchange)
            }
            (None, Some(exchange))
                if exchange.side == Side::Sp && refused(case, attempt).is_some_and(verifies) =>
            {
                finding.because(&SP_CANNOT_VERIFY, case).because(&SP_REFUSED, case)
            }
            // Who refuses a message says so; a server that breaks over it lacks something itself.
            (None, Some(exchange))
                if exchange.side == Side::Sp
                    && exchange.status >= 500
                    && !about_signature(case, attempt) =>
            {
                finding.because(&SP_CANNOT_ANSWER, case).because(&SP_REFUSED, case)
            }
            (None, Some(exchange)) if exchange.side == Side::Sp => {
                let signed =
                    refused(case, attempt).is_some_and(|message| message.query_signature.is_some());
                let checked = signed && about_signature(case, attempt);
                let finding =
                    if checked { finding.because(&SP_VERIFIES_OTHERWISE, case) } else { finding };
                finding.because(&SP_REFUSED, case)
            }
            _ if sent_by_sp(case, attempt)
                && signed(case, attempt)
                && about_signature(case, attempt) =>
            {
                finding.because(&IDP_KEY, case).because(&SP_NAMES_ANOTHER, case)
            }
            // A code's own advice knows more than the kind of the refusal does.
            _ if own.is_some() => Finding { causes: own.into_iter().collect(), ..finding },
            // Whose message was refused acts first.
            _ if sent_by_sp(case, attempt) => {
                finding.because(&SP_NAMES_ANOTHER, case).because(&IDP_REFUSED, case)
            }
            _ => finding.because(&IDP_REFUSED, case),
        });
    }
}

/// Nothing answers there, and nothing else of the capture went to that host.
fn is_of_nobody(case: &Case, exchange: &Exchange) -> bool {
    let host = diag_sdk::host::host_of(&exchange.url);
    let other =
        |known: &&Exchange| known.status != 0 && diag_sdk::host::host_of(&known.url) == host;
    exchange.status == 0 && case.exchanges.iter().find(other).is_none()
}

/// What the file of a stated code's vendor advises.
fn own_advice(case: &Case, attempt: &Attempt) -> Option<Cause> {
    let codes = case.failure_of(attempt).into_iter().flat_map(|failure| &failure.codes);
    let known = codes.into_iter().filter_map(|code| case.code(code));
    known
        .filter(|known| known.class == Some(CodeClass::Logout) && !known.fix.is_empty())
        .map(|known| known.cause(case))
        .next()
}

/// A message in an address that is signed in its XML and not in the query.
fn signed_inside(message: &Message) -> bool {
    let by_query = message
        .delivered()
        .is_some_and(|sighting| sighting.carrier == Carrier::Query && !sighting.signed_query);
    by_query && message.query_signature.is_none() && message.own_signatures().next().is_some()
}

/// The name in the sign-in request, and the other one in this message of the same service provider.
pub(super) fn other_issuer<'a>(case: &'a Case, message: &'a Message) -> Option<(&'a str, &'a str)> {
    let own = message.issuer.as_ref()?;
    let host = |message: &Message| message.delivered_to().and_then(diag_sdk::host::host_of);
    let requests = case
        .messages_of(MessageKind::AuthnRequest)
        .filter(|request| host(request).is_some() && host(request) == host(message));
    let mut names: Vec<&str> = requests
        .filter_map(|request| request.issuer.as_ref())
        .map(|issuer| issuer.value.as_str())
        .collect();
    names.dedup();
    match names.as_slice() {
        [name] if *name != own.value => Some((name, &own.value)),
        _ => None,
    }
}

/// A page at which people sign out leads to an address of the identity provider's that takes messages, and none is sent.
fn without_a_message(case: &Case, out: &mut Findings) {
    let asked: HashSet<&str> =
        case.messages.iter().filter_map(Message::delivered_to).map(without_query).collect();
    let refused = case.exchanges.iter().enumerate().find_map(|(index, exchange)| {
        let says_so = exchange.page.as_ref().is_some_and(|page| page.error);
        let to = without_query(&exchange.url);
        let refused = exchange.navigation
            && exchange.side == Side::Idp
            && ((400..500).contains(&exchange.status) || says_so)
            && asked.contains(to)
            && !exchange.url.contains("SAMLRequest=");
        let from = refused.then(|| led_by_a_logout(case, index, to)).flatten()?;
        case.attempt_at(index).is_none().then_some((from, exchange))
    });
    let Some((from, exchange)) = refused else { return };
    let alert = exchange.page.iter().flat_map(|page| &page.alerts).next();
    let said = alert.map(|alert| alert.text.clone()).or_else(|| exchange.headline());
    let said = said.map(|text| sentence(&format!(" The page says: “{text}”"))).unwrap_or_default();
    let detail = format!(
        "{} leads to {}, which takes SAML messages, without one; it answered {}.{said}",
        place(from),
        place(exchange),
        exchange.status
    );
    let finding = Finding::error("Signing out ended in an error")
        .detail(detail)
        .at(&exchange.place)
        .at(&from.place);
    out.push(finding.because(&NO_MESSAGE, case));
}

/// The answer shortly before that led there from where people sign out of a service provider.
fn led_by_a_logout<'a>(case: &'a Case, index: usize, to: &str) -> Option<&'a Exchange> {
    let before = case.exchanges.get(index.saturating_sub(NEAR)..index)?;
    before.iter().rev().find(|before| {
        before.side != Side::Idp
            && before.location.as_deref().map(without_query) == Some(to)
            && Address::parse(&before.url).is_some_and(|url| leads_to_a_logout(&url.path))
    })
}

/// Exchanges before one among which stands what led to it.
const NEAR: usize = 8;

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// A logout request that was delivered and shown something for, to which no answer came although the capture goes on.
fn unanswered(case: &Case, attempt: &Attempt, out: &mut Findings) {
    let Some(request) = attempt
        .request
        .as_deref()
        .and_then(|id| case.message(id))
        .filter(|request| request.kind == MessageKind::LogoutRequest)
    else {
        return;
    };
    let Some(index) = request.delivered_in() else { return };
    let Some(receiver) = case.exchanges.get(index).map(|exchange| exchange.side) else { return };
    let navigations = || {
        attempt.exchanges.iter().copied().filter_map(|index| {
            Some((index, case.exchanges.get(index).filter(|exchange| exchange.navigation)?))
        })
    };
    let Some((end, exchange)) =
        navigations().rfind(|(at, exchange)| *at >= index && exchange.side == receiver)
    else {
        return;
    };
    // Whoever is asked whether to sign out, or signs out others in frames, has not ended yet.
    let asks = exchange.page.iter().any(|page| {
        page.login_form || page.goes_on || page.onward.iter().any(|way| way.method == "POST")
    });
    let other = if receiver == Side::Idp { Side::Sp } else { Side::Idp };
    let goes_on =
        case.exchanges.iter().skip(end + 1).any(|later| later.navigation && later.side == other);
    if asks || !goes_on || !(200..300).contains(&exchange.status) {
        return;
    }
    let by_sp = sent_by_sp(case, attempt);
    let finding = Finding::error("The logout request got no answer")
        .detail(format!(
            "{} answered {} with a page of its own, and the capture goes on without a LogoutResponse.",
            place(exchange),
            exchange.status
        ))
        .at(&exchange.place)
        .at(&request.place)
        .attempt(attempt.id.clone())
        .subject(request.id.clone());
    out.push(if by_sp {
        finding.because(&NO_WAY_BACK, case)
    } else {
        finding.because(&SP_STAYS_SILENT, case)
    });
}

fn place(exchange: &Exchange) -> &str {
    diag_sdk::shown::host_and_path(&exchange.url)
}

/// The message that was refused: the answer where one was handed over, else the request.
fn refused<'a>(case: &'a Case, attempt: &Attempt) -> Option<&'a Message> {
    attempt.response.as_deref().or(attempt.request.as_deref()).and_then(|id| case.message(id))
}

/// Its signature is right with a key that is known for its sender.
fn verifies(message: &Message) -> bool {
    message.query_signature.as_ref().is_some_and(|signature| signature.value == Verdict::Right)
        || message.signatures.iter().any(diag_sdk::case::signature::Signature::verifies)
}

/// The logout request that was refused came from the service provider: it was not sent to it.
fn sent_by_sp(case: &Case, attempt: &Attempt) -> bool {
    let request = attempt.request.as_deref().and_then(|id| case.message(id));
    let to = request
        .and_then(|request| request.delivered())
        .and_then(|sighting| sighting.exchange)
        .and_then(|index| case.exchanges.get(index));
    to.is_some_and(|exchange| exchange.side == Side::Idp)
}

/// The logout request carries a signature.
fn signed(case: &Case, attempt: &Attempt) -> bool {
    let request = attempt.request.as_deref().and_then(|id| case.message(id));
    request
        .is_some_and(|request| request.query_signature.is_some() || !request.signatures.is_empty())
}

/// What was stated is about a signature, in the languages pages come in.
fn about_signature(case: &Case, attempt: &Attempt) -> bool {
    const WORDS: &[&str] = &["signature", "signatur", "firma"];
    let failure = case.failure_of(attempt);
    let says = |text: &str| WORDS.iter().any(|word| text.to_lowercase().contains(word));
    failure.is_some_and(|failure| failure.said.iter().any(|statement| says(&statement.text)))
}

/// With the full stop it needs: what is quoted may bring its own.
fn sentence(text: &str) -> String {
    let ended = text.trim_end_matches(['”', '…']).ends_with(['.', '!', '?']);
    if ended { text.to_owned() } else { format!("{text}.") }
}

/// The address that was asked, against those that metadata lists.
fn wrong_address(case: &Case, finding: Finding, exchange: &Exchange) -> Finding {
    let asked = exchange.url.split('?').next().unwrap_or(&exchange.url);
    let roles = case
        .metadata
        .iter()
        .filter(|metadata| metadata.held_by == diag_sdk::case::input::HeldBy::Publisher);
    let listed: Vec<&str> = roles
        .flat_map(|metadata| {
            metadata
                .idp
                .iter()
                .flat_map(|role| &role.slo)
                .chain(metadata.sp.iter().flat_map(|role| &role.slo))
        })
        .map(|endpoint| endpoint.location.value.as_str())
        .filter(|location| diag_sdk::host::host_of(location) == diag_sdk::host::host_of(asked))
        .collect();
    let at_sp = exchange.side == Side::Idp;
    let (reason, holder) = if at_sp {
        (&WRONG_ADDRESS, case.sp_vendor)
    } else {
        (&WRONG_ADDRESS_AT_IDP, case.idp_vendor)
    };
    // A product that takes a whole file wants that file rather than the address in it.
    let published = case.metadata_url(None).filter(|_| at_sp);
    match diag_sdk::difference::nearest(listed.iter().copied(), asked) {
        Some((expected, _)) => finding
            .expected(expected, "SingleLogoutService in the published metadata")
            .actual(asked, "address the browser was sent to")
            .compared()
            .cause_with(reason, holder, None, Some(published.as_deref().unwrap_or(expected))),
        None => finding.cause_with(reason, holder, None, published.as_deref()),
    }
}
