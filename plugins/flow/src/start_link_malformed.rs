//! The link that starts the sign-in is malformed.

use diag_sdk::case::exchange::{AddressFault, Exchange, Side};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};

static SECOND_MARK: CauseData = CauseData {
    text: "A parameter was appended with a second ?, so that it became part of the value before it",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Join the parameters of the start link with & and encode each value",
};
static ENCODED_MARK: CauseData = CauseData {
    text: "The ? before the parameters was percent-encoded, so that they became part of the path",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Write the ? of the start link as it is, and encode only the values behind it",
};
static ESCAPED: CauseData = CauseData {
    text: "The link was copied out of a page's source, where & is written as &amp;",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Write & in place of &amp; in the start link",
};
static PLACEHOLDER: CauseData = CauseData {
    text: "The link was taken from instructions, and a placeholder in it was not filled in",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Fill in the placeholder of the start link: mostly the entityID of the service provider, percent-encoded",
};
static PARTNER: CauseData = CauseData {
    text: "The start link does not tell the identity provider which service provider is meant, or names one it does not know",
    who: Who::Sp,
    setting: Setting::Unspecified,
    fix: "Take the start link as the identity provider shows it for this application, with the entityID exactly as registered",
};

check! {
    /// The link that starts the sign-in is malformed.
    ///
    /// A sign-in that begins at the identity provider, or by a link in a portal, depends on an address somebody
    /// wrote by hand: two question marks where a parameter was appended, `&amp;` copied from a page's source, a
    /// placeholder nobody filled in, no partner. The identity provider answers with an error page of its own, no
    /// SAML message is ever made, and neither side's settings are at fault.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://idp.example/idp/startSSO.ping?PartnerSpId=urn:sp?TargetResource=https://sp.example/app @0s
    /// < 400
    /// < Content-Type: text/html
    /// | <html><title>Error</title><h1>Unable to start single sign-on</h1></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://idp.example/idp/startSSO.ping?PartnerSpId=urn:sp&TargetResource=https://sp.example/app @0s
    /// < 503
    /// < Content-Type: text/html
    /// | <html><title>Error</title><h1>Service unavailable</h1></html>
    /// ```
    pub static START_LINK_MALFORMED = {
        id: "flow/start-link-malformed",
        title: "The link that starts the sign-in is malformed",
        levels: [Severity::Error],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/idp-error-page", "flow/no-saml-messages", "flow/sp-refused-response", "flow/capture-starts-late"],
        accounts: [Account::idp(&[Meaning::RequestProperty])],
        causes: [SECOND_MARK, ENCODED_MARK, ESCAPED, PLACEHOLDER, PARTNER],
        references: [
            Reference::section(Specification::Rfc(3986), "3.4"),
            Reference::page("https://html.spec.whatwg.org/multipage/named-characters.html", "2026-12-01"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    if case.signed_in() {
        return;
    }
    for (index, exchange) in
        case.exchanges.iter().enumerate().filter(|(_, exchange)| exchange.navigation)
    {
        let attempt = case.attempt_at(index);
        if attempt.is_some_and(|attempt| attempt.request.is_some() || attempt.response.is_some()) {
            continue;
        }
        let shows = end(case, index);
        if !shows.is_some_and(|shows| {
            shows.status >= 400 || shows.page.as_ref().is_some_and(|page| page.error)
        }) {
            continue;
        }
        let why = exchange.address_faults.first().map(|fault| match fault {
            AddressFault::SecondQuestionMark => &SECOND_MARK,
            AddressFault::EncodedQuestionMark => &ENCODED_MARK,
            AddressFault::EscapedAmpersand => &ESCAPED,
            AddressFault::Placeholder => &PLACEHOLDER,
        });
        let stated = || shows.filter(|shows| misses_partner(exchange, shows)).map(|_| &PARTNER);
        let unstated = || {
            shows
                .filter(|shows| names_partner(&exchange.url) && gives_no_reason(shows))
                .map(|_| &PARTNER)
        };
        let known = why.or_else(stated);
        let Some(why) = known.or_else(unstated) else { continue };
        let finding = finding(case, exchange, shows, why);
        let finding = if known.is_none() { finding.likely() } else { finding };
        out.push(finding.attempt(attempt.map(|attempt| attempt.id.clone()).unwrap_or_default()));
        return;
    }
}

/// Where the redirects from an exchange lead, the exchange itself where there are none.
fn end(case: &Case, index: usize) -> Option<&Exchange> {
    const FARTHEST: usize = 10;
    let mut at = case.exchanges.get(index)?;
    let mut from = index;
    for _ in 0..FARTHEST {
        let Some(location) = at.location.as_deref().filter(|_| (300..400).contains(&at.status))
        else {
            break;
        };
        let next = (from + 1..case.exchanges.len())
            .take(FARTHEST * 4)
            .find(|next| case.exchanges.get(*next).is_some_and(|next| next.url == location));
        let Some((next, exchange)) = next.and_then(|next| Some((next, case.exchanges.get(next)?)))
        else {
            break;
        };
        (from, at) = (next, exchange);
    }
    Some(at)
}

/// The page says that a parameter of the address is missing, or that nobody goes by the name in it.
fn misses_partner(exchange: &Exchange, shows: &Exchange) -> bool {
    let means = |meanings: &[Meaning]| {
        let phrases = shows.page.iter().flat_map(|page| &page.phrases).chain(&shows.phrases);
        phrases.into_iter().any(|phrase| meanings.contains(&phrase.meaning))
    };
    let named = exchange.url.contains('?');
    shows.side != Side::Sp
        && (means(&[Meaning::RequestProperty]) || (named && means(&[Meaning::UnknownSp])))
}

/// The address tells an identity provider, by a parameter made for that, which service provider is meant.
fn names_partner(url: &str) -> bool {
    const PARAMETERS: &[&str] =
        &["logintorp", "providerid", "spentityid", "partnerspid", "spid", "idpid"];
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .any(|name| PARAMETERS.contains(&name.to_ascii_lowercase().as_str()))
}

/// An error page that does not say why; a server that failed is another matter.
fn gives_no_reason(shows: &Exchange) -> bool {
    let phrases = shows.page.iter().flat_map(|page| &page.phrases).chain(&shows.phrases);
    shows.side != Side::Sp
        && shows.status < 500
        && phrases.into_iter().all(|phrase| phrase.meaning.is_vague())
}

fn finding(case: &Case, exchange: &Exchange, shows: Option<&Exchange>, why: &CauseData) -> Finding {
    let said = shows
        .and_then(Exchange::headline)
        .map(|said| format!(" The page says: “{said}”."))
        .unwrap_or_default();
    let status = shows.map_or(0, |shows| shows.status);
    Finding::error("The link that starts the sign-in is malformed")
        .detail(format!(
            "{} answered {status} before any SAML message.{said}",
            shown::host_and_path(&exchange.url)
        ))
        .actual(exchange.url.clone(), "address the browser was given")
        .at(&exchange.place)
        .because(why, case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing;

    fn asked(fault: Option<AddressFault>, meaning: Meaning, status: u16) -> Case {
        let mut exchange =
            testing::exchange(Side::Idp, "GET", "https://idp.example/start?partner=x", status);
        exchange.address_faults = fault.into_iter().collect();
        exchange.page = (status >= 400).then(|| testing::page(&[], &[meaning]));
        Case { exchanges: vec![exchange], ..Case::default() }
    }

    #[test]
    fn a_fault_in_the_address_counts_where_it_ended_in_an_error() {
        let told = |case: &Case| {
            START_LINK_MALFORMED
                .judge(case)
                .found()
                .first()
                .map(|found| found.causes[0].text.clone())
        };
        assert_eq!(
            told(&asked(Some(AddressFault::EscapedAmpersand), Meaning::Unknown, 400)).as_deref(),
            Some(ESCAPED.text)
        );
        assert_eq!(told(&asked(Some(AddressFault::EscapedAmpersand), Meaning::Unknown, 200)), None);
        assert_eq!(
            told(&asked(None, Meaning::RequestProperty, 400)).as_deref(),
            Some(PARTNER.text)
        );
        assert_eq!(told(&asked(None, Meaning::UnknownSp, 400)).as_deref(), Some(PARTNER.text));
        assert_eq!(told(&asked(None, Meaning::ServerError, 500)), None);
    }

    #[test]
    fn an_error_that_gives_no_reason_speaks_against_the_partner_in_the_link() {
        let mut case = asked(None, Meaning::Refused, 400);
        assert!(START_LINK_MALFORMED.judge(&case).found().is_empty());
        "https://idp.example/signon?loginToRp=urn:x".clone_into(&mut case.exchanges[0].url);
        assert_eq!(START_LINK_MALFORMED.judge(&case).found().len(), 1);
        case.exchanges[0].page = Some(testing::page(&[], &[Meaning::UserDisabled]));
        assert!(START_LINK_MALFORMED.judge(&case).found().is_empty());
    }

    #[test]
    fn a_request_that_was_sent_is_not_a_link() {
        let mut case = testing::refused_by_idp(&[], &[Meaning::UnknownSp]);
        case.exchanges[0].address_faults = vec![AddressFault::SecondQuestionMark];
        assert!(START_LINK_MALFORMED.judge(&case).found().is_empty());
    }
}
