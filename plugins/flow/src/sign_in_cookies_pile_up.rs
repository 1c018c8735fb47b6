//! The cookies of unfinished sign-ins pile up.

use diag_sdk::case::exchange::{Exchange, SentCookie, Side};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};
use std::collections::{BTreeMap, BTreeSet};

static ONE_EACH: CauseData = CauseData {
    text: "Each sign-in that was begun and not finished leaves a cookie of its own, and none is taken away again",
    who: Who::Sp,
    setting: Setting::SpSessionCookieAttributes,
    fix: "Give these cookies a short life and the path of the assertion consumer service, or keep the state on the server; update the SAML module",
};
static CLEAR_THEM: CauseData = CauseData {
    text: "The browser keeps the cookies of earlier sign-ins to this site",
    who: Who::User,
    setting: Setting::Browser,
    fix: "Delete the cookies of this site, which helps until they have piled up again",
};
static OF_THE_IDP: CauseData = CauseData {
    text: "Each sign-in that was begun and not finished leaves a cookie of the identity provider's, and none is taken away again",
    who: Who::Idp,
    setting: Setting::IdpPolicy,
    fix: "Find out what begins sign-ins that nobody finishes (tabs left open, a page that reloads itself), and raise the limit for the headers of a request",
};
/// So many cookies of one family are a pile, and so many are one that will fall.
const PILE: usize = 5;
const TALL: usize = 12;
/// Bytes from which a numbered cookie is a part of one that was cut up: browsers take 4 kB each.
const CHUNK: usize = 2_000;
/// Bytes of cookies at which the usual limits of 8 kB for a request's headers come near.
const NEAR_THE_LIMIT: usize = 6_000;

check! {
    /// The cookies of unfinished sign-ins pile up.
    ///
    /// Many SAML modules remember each sign-in they begin in a cookie of its own, and take it away when the
    /// response arrives. A page that reloads itself, tabs that are opened anew after a weekend, or a sign-in that
    /// fails leave those cookies behind. After some dozens the browser's `Cookie` header exceeds what the web server
    /// takes, and every request to the site ends with 400 or 431 "header or cookie too large", for this person only.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sp.example/app @0s
    /// > Cookie: saml_req_0f3c9a0=eyJhbGciOiJIUzI1NiJ9.eyJpZCI6Il80MTIzNDU2Nzg5MCJ9; saml_req_1f3c9a1=eyJhbGciOiJIUzI1NiJ9.eyJpZCI6Il81MTIzNDU2Nzg5MCJ9; saml_req_2f3c9a2=eyJhbGciOiJIUzI1NiJ9.eyJpZCI6Il82MTIzNDU2Nzg5MCJ9; saml_req_3f3c9a3=eyJhbGciOiJIUzI1NiJ9.eyJpZCI6Il83MTIzNDU2Nzg5MCJ9; saml_req_4f3c9a4=eyJhbGciOiJIUzI1NiJ9.eyJpZCI6Il84MTIzNDU2Nzg5MCJ9; saml_req_5f3c9a5=eyJhbGciOiJIUzI1NiJ9.eyJpZCI6Il85MTIzNDU2Nzg5MCJ9; saml_req_6f3c9a6=eyJhbGciOiJIUzI1NiJ9.eyJpZCI6Il86MTIzNDU2Nzg5MCJ9; saml_req_7f3c9a7=eyJhbGciOiJIUzI1NiJ9.eyJpZCI6Il87MTIzNDU2Nzg5MCJ9
    /// < 400
    /// < Server: nginx
    /// < Content-Type: text/html
    /// | <html><head><title>400 Request Header Or Cookie Too Large</title></head><body><center><h1>400 Bad Request</h1></center><center>Request Header Or Cookie Too Large</center><hr><center>nginx</center></body></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://sp.example/app @0s
    /// > Cookie: session=a1; theme=dark; saml_req_0f3c9a=x
    /// < 400
    /// < Server: nginx
    /// < Content-Type: text/html
    /// | <html><head><title>400 Request Header Or Cookie Too Large</title></head><body><center><h1>400 Bad Request</h1></center><center>Request Header Or Cookie Too Large</center><hr><center>nginx</center></body></html>
    /// ```
    pub static SIGN_IN_COOKIES_PILE_UP = {
        id: "flow/sign-in-cookies-pile-up",
        title: "The cookies of unfinished sign-ins pile up",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/message-too-large", "flow/sp-refused-response", "flow/gateway-failed", "flow/request-not-answered"],
        accounts: [Account::sp(&[Meaning::TooLarge]), Account::idp(&[Meaning::TooLarge]), Account::between(&[Meaning::TooLarge])],
        causes: [ONE_EACH, CLEAR_THEM, OF_THE_IDP],
        references: [
            Reference::section(Specification::Rfc(6265), "6.1"),
            Reference::section(Specification::Rfc(6585), "5"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let refused =
        case.exchanges.iter().enumerate().filter(|(_, exchange)| headers_too_large(exchange));
    let mut piled =
        refused.filter_map(|(index, exchange)| Some((index, exchange, pile(exchange, PILE)?)));
    if let Some((index, exchange, pile)) = piled.next_back() {
        let finding = finding(Severity::Error, exchange, &pile, case);
        out.push(
            finding.attempt(
                case.attempt_at(index).map(|attempt| attempt.id.clone()).unwrap_or_default(),
            ),
        );
        return;
    }
    let near = |exchange: &&Exchange| {
        exchange.navigation && exchange.side != Side::Idp && bytes(exchange) >= NEAR_THE_LIMIT
    };
    let tall = case
        .exchanges
        .iter()
        .filter(near)
        .filter_map(|exchange| Some((exchange, pile(exchange, TALL)?)))
        .next_back();
    out.extend(
        tall.map(|(exchange, pile)| finding(Severity::Warning, exchange, &pile, case).likely()),
    );
}

/// The answer says that the request's headers are too large, rather than its body or address.
fn headers_too_large(exchange: &Exchange) -> bool {
    let says_so = |text: &str| {
        let text = text.to_lowercase();
        text.contains("cookie") || text.contains("header")
    };
    let phrases = exchange.page.iter().flat_map(|page| &page.phrases);
    let stated = phrases
        .into_iter()
        .any(|phrase| phrase.meaning == Meaning::TooLarge && says_so(&phrase.text));
    matches!(exchange.status, 431 | 494) || (exchange.status >= 400 && stated)
}

/// Cookies of one family: what their names begin with, and how many there are.
struct Pile<'a> {
    family: &'a str,
    count: usize,
    bytes: usize,
}

fn pile(exchange: &Exchange, least: usize) -> Option<Pile<'_>> {
    let mut families: BTreeMap<&str, Pile<'_>> = BTreeMap::new();
    let mut chunked: BTreeSet<&str> = BTreeSet::new();
    for cookie in exchange.cookies.iter().flatten() {
        for family in families_of(&cookie.name).filter(|family| may_be_state(family)) {
            if cookie.value.length >= CHUNK && is_number(&cookie.name[family.len()..]) {
                chunked.insert(family);
            }
            let pile = families.entry(family).or_insert(Pile { family, count: 0, bytes: 0 });
            pile.count += 1;
            pile.bytes += size(cookie);
        }
    }
    // The parts of one large cookie are numbered, too.
    let piles =
        families.into_values().filter(|pile| pile.count >= least && !chunked.contains(pile.family));
    piles.max_by_key(|pile| (pile.bytes, pile.family.len()))
}

/// What a cookie's name may begin with, before the part that is new each time: up to each mark that separates.
fn families_of(name: &str) -> impl Iterator<Item = &str> {
    let marks =
        name.match_indices(['.', '_', '-', ':', '~', '%']).map(|(at, _)| at).filter(|at| *at > 0);
    let by_marks = marks
        .filter_map(|at| name.split_at_checked(at))
        .filter(|(_, tail)| is_new_each_time(tail))
        .map(|(family, _)| family);
    let bare = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let counted = bare.len() < name.len()
        && bare.ends_with(|character: char| character.is_ascii_alphabetic());
    by_marks.chain(counted.then_some(bare))
}

fn is_new_each_time(tail: &str) -> bool {
    const SHORTEST_TAIL: usize = 4;
    let strange = tail.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    (tail.len() > SHORTEST_TAIL && strange) || is_number(tail)
}

/// Digits alone, with or without a mark before them.
fn is_number(tail: &str) -> bool {
    let digits = tail.strip_prefix(['.', '_', '-', ':', '~', '%']).unwrap_or(tail);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Statistics and balancers number their cookies, too.
fn may_be_state(family: &str) -> bool {
    const OTHERS: &[&str] = &[
        "_ga",
        "_gat",
        "_gcl",
        "_hj",
        "_pk",
        "_dc",
        "amplitude",
        "mp",
        "optimizely",
        "ajs",
        "intercom",
        "ph",
        "_uet",
        "_cl",
    ];
    !OTHERS.iter().any(|other| {
        family == *other
            || family.strip_prefix(other).is_some_and(|rest| rest.starts_with(['_', '-']))
    })
}

fn size(cookie: &SentCookie) -> usize {
    cookie.name.len() + cookie.value.length + 3
}

fn bytes(exchange: &Exchange) -> usize {
    exchange.cookies.iter().flatten().map(size).sum()
}

fn finding(severity: Severity, exchange: &Exchange, pile: &Pile<'_>, case: &Case) -> Finding {
    let all = bytes(exchange).div_ceil(1000);
    let headline = format!("{} cookies of unfinished sign-ins came with one request", pile.count);
    let detail = format!(
        "{} cookies named {}… make up {} kB of {all} kB of cookies that were sent to {}, which answered {}.",
        pile.count,
        pile.family,
        pile.bytes.div_ceil(1000),
        shown::host_and_path(&exchange.url),
        exchange.status
    );
    let finding = Finding::new(severity, headline)
        .detail(detail)
        .actual(format!("{all} kB of cookies"), "Cookie header of the request")
        .at(&exchange.place);
    // Whose cookies they are tells who can do something; the person can at once.
    if exchange.side == Side::Idp {
        finding.because(&CLEAR_THEM, case).because(&OF_THE_IDP, case)
    } else {
        finding.because(&ONE_EACH, case).because(&CLEAR_THEM, case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::Secret;
    use diag_sdk::testing;

    fn sent(names: impl Iterator<Item = String>, length: usize, status: u16) -> Case {
        let mut exchange = testing::exchange(Side::Sp, "GET", "https://sp.example/", status);
        let value = Secret { length, ..Secret::default() };
        exchange.cookies =
            Some(names.map(|name| SentCookie { name, value: value.clone() }).collect());
        Case { exchanges: vec![exchange], ..Case::default() }
    }

    #[test]
    fn whose_cookies_they_are_tells_who_acts() {
        let mut case = sent((0..8).map(|number| format!("Request_{number}aF09bc")), 900, 431);
        let first = |case: &Case| {
            let outcome = SIGN_IN_COOKIES_PILE_UP.judge(case);
            outcome.found()[0].causes.iter().map(|cause| cause.who).collect::<Vec<_>>()
        };
        assert_eq!(first(&case), [Who::Sp, Who::User]);
        case.exchanges[0].side = Side::Idp;
        assert_eq!(first(&case), [Who::User, Who::Idp]);
    }

    #[test]
    fn families_of_names() {
        for (name, wanted) in [
            ("saml_0Kq9zLdN", Some("saml")),
            (".AspNetCore.Correlation.Saml2.xYz123", Some(".AspNetCore.Correlation.Saml2")),
            ("_shibstate_1a2b3c4d", Some("_shibstate")),
            ("_opensaml_req_cookie%3A1700000001_ab1c", Some("_opensaml_req")),
            ("Saml2.q8Zr1.state", Some("Saml2")),
            ("WASSamlReq_7", Some("WASSamlReq")),
            ("LoginRequest12", Some("LoginRequest")),
            ("PHPSESSID", None),
            ("theme_dark", None),
        ] {
            assert_eq!(
                families_of(name).any(|family| Some(family) == wanted),
                wanted.is_some(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_pile_is_an_error_where_it_fell() {
        let level = |case: &Case| {
            SIGN_IN_COOKIES_PILE_UP.judge(case).found().first().map(|finding| finding.severity)
        };
        let names = |count: usize| (0..count).map(|number| format!("_shibstate_{number}aF09bc"));
        assert_eq!(level(&sent(names(6), 900, 431)), Some(Severity::Error));
        assert_eq!(level(&sent(names(4), 900, 431)), None);
        assert_eq!(level(&sent(names(20), 400, 200)), Some(Severity::Warning));
        assert_eq!(level(&sent(names(20), 20, 200)), None, "far from any limit");
        assert_eq!(
            level(&sent((0..6).map(|number| format!("session.{number}")), 3_900, 431)),
            None,
            "one cookie in parts"
        );
        assert_eq!(
            level(&sent((0..6).map(|number| format!("saml_req.{number}")), 400, 431)),
            Some(Severity::Error)
        );
        assert_eq!(
            level(&sent((0..20).map(|number| format!("_ga_{number}ABCDEF")), 900, 200)),
            None
        );
    }
}
