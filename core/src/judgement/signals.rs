//! What a capture shows of a message after it was handed over, sign by sign. No sign is a verdict:
//! what each weighs stands in the table of weights.

use super::addresses::{names_a_login, names_a_logout, names_an_error, says_signed_out};
use super::connection::connection_failed;
use super::weights;
use crate::story::draft::Draft;
use crate::story::path::{Path, host, is_detour, redirect_of};
use crate::story::wording::{asks_to_sign_in, says_kept_out};
use diag_sdk::case::exchange::{Exchange, Page, Phrase, SetCookie, Side, Trigger};
use diag_sdk::case::judgement::{Fate, Part, Sign, Signal, Weight};
use diag_sdk::{Meaning, Writer};

/// How many exchanges after the landing are looked at for a session at work.
const REACH: usize = 200;

/// Signals about a response that was handed over at `consumption`.
pub(super) fn of_response(path: &Path<'_>, draft: &Draft, consumption: usize) -> Vec<Signal> {
    let Some(receipt) = path.get(consumption) else { return Vec::new() };
    let way = Way::of(path, draft, consumption);
    let mut signals = Signals::default();
    if let Some(location) = redirect_of(receipt) {
        if drops_the_message(path, draft, receipt, location) {
            signals.add(Sign::MessageDropped, consumption);
        } else {
            signals.add(Sign::WentOn, consumption);
        }
    } else {
        match receipt.status {
            0 if connection_failed(receipt) => signals.add(Sign::NoAnswer, consumption),
            0 if way.landing.is_none() => {}
            400.. => signals.add(Sign::ErrorStatus, consumption),
            _ if way.landing.is_some()
                || receipt.page.as_ref().is_some_and(|page| page.goes_on) =>
            {
                signals.add(Sign::WentOn, consumption);
            }
            _ => {}
        }
    }
    addresses(path, &way, draft, &mut signals);
    let session = session(path, &way, &mut signals);
    if session.is_none() && led_straight_out(path, &way, draft) {
        signals.add(Sign::LoginAddress, consumption);
    }
    arrival(path, &way, draft, session.is_some(), &mut signals);
    if let Some(cookie) = session
        && let Some(used) = used(path, draft, &way, cookie)
    {
        signals.add(Sign::SessionUsed, used);
    }
    if draft.bounced_to.is_some() {
        signals.add(Sign::AskedAgain, way.last());
    }
    let shown = |sign: Sign| signals.list.iter().any(|signal| signal.sign == sign);
    if !shown(Sign::WentOn) && (200..300).contains(&receipt.status) && !shown(Sign::SessionSet) {
        signals.add(Sign::OwnPage, consumption);
    }
    signals.settle(path, &way)
}

/// The exchanges from the receipt to where the browser came to rest.
struct Way {
    /// The receipt and the redirects after it.
    steps: Vec<usize>,
    /// The page the browser came to rest at, where it is another than the receipt and was answered.
    landing: Option<usize>,
}

impl Way {
    fn of(path: &Path<'_>, draft: &Draft, consumption: usize) -> Self {
        let mut steps = vec![consumption];
        steps.extend(draft.landing.iter().copied().filter(|step| *step != consumption));
        // An answer that was not recorded was one all the same where the page went on.
        let unrecorded = path.get(consumption).is_some_and(|receipt| {
            receipt.status == 0 && receipt.location.is_none() && !connection_failed(receipt)
        });
        if unrecorded && steps.len() == 1 {
            steps.extend(path.after(consumption).find(|next| draft.exchanges.contains(next)));
        }
        // A page may go on by script: what it opens by itself belongs to the way.
        if let Some(next) = path
            .by_itself(*steps.last().unwrap_or(&consumption))
            .filter(|next| draft.exchanges.contains(next))
        {
            // Who signs out has been in.
            let signs_out = path.get(next).is_some_and(|next| names_a_logout(&next.url));
            let rests = steps
                .last()
                .and_then(|last| path.get(*last))
                .is_some_and(|last| redirect_of(last).is_none());
            if rests && !signs_out && !steps.contains(&next) && draft.bounced_to.is_none() {
                steps.extend(
                    path.chain(next)
                        .into_iter()
                        .filter(|step| !steps.contains(step))
                        .collect::<Vec<_>>(),
                );
            }
        }
        let rests = |step: &usize| {
            path.get(*step)
                .is_some_and(|exchange| redirect_of(exchange).is_none() && exchange.status != 0)
        };
        let landing = steps.last().copied().filter(|last| *last != consumption && rests(last));
        Self { steps, landing }
    }

    fn last(&self) -> usize {
        self.steps.last().copied().unwrap_or_default()
    }
}

#[derive(Default)]
struct Signals {
    list: Vec<Signal>,
}

impl Signals {
    fn add(&mut self, sign: Sign, exchange: usize) {
        if self.list.iter().any(|known| known.sign == sign) {
            return;
        }
        self.list.push(weights::signal(sign, Some(exchange)));
    }

    /// What the table cannot know: the company a sign is in changes what it shows.
    fn settle(mut self, path: &Path<'_>, way: &Way) -> Vec<Signal> {
        let has = |list: &[Signal], sign: Sign| list.iter().any(|signal| signal.sign == sign);
        let cookies_shown = way
            .steps
            .iter()
            .any(|step| path.get(*step).is_some_and(|exchange| exchange.set_cookies.is_some()));
        let went_on = has(&self.list, Sign::WentOn);
        let session = has(&self.list, Sign::SessionSet);
        let landing = way
            .landing
            .and_then(|landing| path.get(landing))
            .and_then(|landing| landing.page.as_ref());
        let only_refuses = has(&self.list, Sign::PageSays) && landing.is_some_and(only_refuses);
        for signal in &mut self.list {
            match signal.sign {
                // A status that says that nothing judged the message: no such address, too large, nobody behind the proxy.
                Sign::ErrorStatus => {
                    let answer = signal.exchange.and_then(|index| path.get(index));
                    let status = answer.map_or(0, |exchange| exchange.status);
                    // A product that sends its reason with such a status did judge it.
                    if !answer.is_some_and(gives_a_reason)
                        && matches!(status, 404 | 405 | 410 | 413 | 414 | 431 | 501..=504 | 520..=530)
                    {
                        signal.speaks_for = Fate::Lost;
                    }
                }
                // Error pages set cookies, too.
                Sign::SessionSet if !went_on || only_refuses => signal.weight = Weight::Clear,
                // Where cookies are shown and none came new, being led on shows little.
                Sign::WentOn | Sign::Landed if cookies_shown && !session => {
                    signal.weight = Weight::Weak;
                }
                _ => {}
            }
        }
        self.list
    }
}

/// The page says in a known product's words why the message was refused, other than that nobody was there for it.
fn gives_a_reason(answer: &Exchange) -> bool {
    let of_the_way = |meaning: Meaning| {
        matches!(
            meaning,
            Meaning::WrongAcs
                | Meaning::TooLarge
                | Meaning::Gateway
                | Meaning::MethodNotAllowed
                | Meaning::ConnectionLost
                | Meaning::Blocked
                | Meaning::RateLimited
                | Meaning::Scheme
        )
    };
    let phrases = answer.page.iter().flat_map(|page| &page.phrases);
    phrases.into_iter().any(|phrase| {
        phrase.vendor.is_known() && !phrase.meaning.is_vague() && !of_the_way(phrase.meaning)
    })
}

/// The redirect leads to what is the same address but for its spelling, and loses the message.
fn drops_the_message(path: &Path<'_>, draft: &Draft, receipt: &Exchange, location: &str) -> bool {
    // A token of WS-Federation goes to the application's own address, and who took it leads back there, with a session.
    let token_taken = receipt.form_fields.iter().any(|field| field == "wresult")
        && receipt.set_cookies.as_ref().is_some_and(|set| !set.is_empty());
    !token_taken
        && is_detour(&receipt.url, location)
        && receipt.method == "POST"
        && !matches!(receipt.status, 307 | 308)
        && draft
            .landing
            .first()
            .and_then(|next| path.get(*next))
            .is_none_or(|next| next.method == "GET")
}

/// Addresses on the way and at its end.
fn addresses(path: &Path<'_>, way: &Way, draft: &Draft, signals: &mut Signals) {
    for (position, step) in way.steps.iter().enumerate() {
        let Some(exchange) = path.get(*step) else { continue };
        let by_script = exchange.page.iter().flat_map(|page| &page.onward);
        let mut by_script = by_script.filter(|way| {
            matches!(way.by, Trigger::InlineScript | Trigger::Refresh) && way.carries.is_none()
        });
        let led_to = redirect_of(exchange).is_some_and(names_an_error)
            || by_script.any(|way| way.method == "GET" && names_an_error(&way.to));
        if led_to || (position > 0 && shows_an_error(exchange)) {
            signals.add(Sign::ErrorAddress, *step);
        }
    }
    let end = path.get(way.last());
    let rests_at =
        way.landing.and_then(|landing| path.get(landing)).map(|landing| landing.url.as_str());
    let sent_to = end.and_then(redirect_of);
    // Nobody who was just let in is shown the page of those who left.
    let of_those_outside = |url: &str| names_a_login(url) || says_signed_out(url);
    if rests_at.or(sent_to).is_some_and(of_those_outside) && !answers_now(path, way, draft) {
        signals.add(Sign::LoginAddress, way.last());
    }
}

/// The answer to the response itself leads to signing out, which nobody asked for before: there was no session to end.
fn led_straight_out(path: &Path<'_>, way: &Way, draft: &Draft) -> bool {
    let receipt = way.steps.first().copied().unwrap_or_default();
    let out = path.get(receipt).and_then(redirect_of).is_some_and(names_a_logout);
    let mut before = draft.exchanges.range(..receipt).filter_map(|index| path.get(*index));
    out && !before.any(|asked| names_a_logout(&asked.url))
}

/// Where the browser came to rest led on when it was asked before the sign-in, and answers by itself now: whatever its
/// name, it is the page that people sign in for.
fn answers_now(path: &Path<'_>, way: &Way, draft: &Draft) -> bool {
    let Some(landing) = way.landing.and_then(|landing| path.get(landing)) else { return false };
    let receipt = way.steps.first().copied().unwrap_or_default();
    let mut before = draft.exchanges.range(..receipt).filter_map(|index| path.get(*index));
    let shows_a_page = landing.page.as_ref().is_some_and(|page| {
        !page.login_form
            && !page.error
            && !page.title.iter().chain(&page.headings).any(|heading| asks_to_sign_in(heading))
    });
    shows_a_page
        && (200..300).contains(&landing.status)
        && before.any(|asked| asked.url == landing.url && redirect_of(asked).is_some())
}

/// Where the browser came to rest, or what the receiver showed in its place.
fn arrival(path: &Path<'_>, way: &Way, draft: &Draft, session: bool, signals: &mut Signals) {
    let index = way.landing.or_else(|| way.steps.first().copied().filter(|_| way.steps.len() == 1));
    let Some((index, shown)) = index.and_then(|index| path.get(index).map(|shown| (index, shown)))
    else {
        return;
    };
    if !(200..300).contains(&shown.status) {
        // Who is sent away at the door of the page was not let in; what else fails there is another matter.
        if way.landing.is_some() && shown.status == 401 && !session {
            signals.add(Sign::ErrorStatus, index);
        }
        return;
    }
    if way.landing.is_some() {
        signals.add(Sign::Landed, index);
    }
    let Some(page) = &shown.page else { return };
    let headed = page.title.iter().chain(&page.headings).any(|heading| asks_to_sign_in(heading));
    // Nobody typed anything on this way: a form that finds a password wrong answers the message.
    let asks = headed
        || page.credentials_rejected
        || super::addresses::may_be_a_login(&shown.url)
        || page.login_form && was_shown_before(path, way, draft, shown);
    if page.login_form && asks || (headed && page.text.len() < 400 && !session) {
        signals.add(Sign::LoginForm, index);
    }
    if page.error {
        signals.add(Sign::PageSays, index);
        if let Some(signal) = signals
            .list
            .iter_mut()
            .find(|signal| signal.sign == Sign::PageSays)
            .filter(|_| !page.refuses)
        {
            signal.weight = Weight::Weak;
        }
    }
}

/// The same form was shown, or filled in, before the response came: who was a stranger then is one now.
fn was_shown_before(path: &Path<'_>, way: &Way, draft: &Draft, shown: &Exchange) -> bool {
    let receipt = way.steps.first().copied().unwrap_or_default();
    let mut before = draft.exchanges.range(..receipt).filter_map(|index| path.get(*index));
    before.any(|before| {
        let form = before.page.as_ref().is_some_and(|page| page.login_form);
        before.url == shown.url && (form || before.method == "POST")
    })
}

/// A session cookie that came new or changed on the way; cookies named for an error are told apart.
fn session<'a>(path: &Path<'a>, way: &Way, signals: &mut Signals) -> Option<&'a SetCookie> {
    let receipt = path.get(*way.steps.first()?)?;
    let mut session = None;
    for step in &way.steps {
        let Some(exchange) = path.get(*step) else { continue };
        if exchange.side == Side::Idp {
            continue;
        }
        for cookie in exchange.set_cookies.iter().flatten().filter(|cookie| !cookie.removes) {
            let name = cookie.name.to_ascii_lowercase();
            if ["error", "fail", "flash", "message"].iter().any(|word| name.contains(word)) {
                if name.contains("error") || name.contains("fail") {
                    signals.add(Sign::ErrorCookie, *step);
                }
                continue;
            }
            let sent = receipt.cookies.iter().flatten().find(|sent| sent.name == cookie.name);
            let unchanged = sent.is_some_and(|sent| sent.value == cookie.value);
            if unchanged || !may_hold_a_session(&name) {
                continue;
            }
            // What the page at the end sets may be its own way of counting visitors.
            if way.landing != Some(*step) {
                signals.add(Sign::SessionSet, *step);
                session.get_or_insert(cookie);
            }
        }
    }
    session
}

/// Cookies of balancers, for forgery protection, languages and statistics hold no session.
fn may_hold_a_session(name: &str) -> bool {
    const OTHERS: &[&str] = &[
        "csrf",
        "xsrf",
        "antiforgery",
        "requestverification",
        "awsalb",
        "arraffinity",
        "bigip",
        "nsc_",
        "route",
        "sticky",
        "lang",
        "locale",
        "theme",
        "timezone",
        "_ga",
        "_gid",
        "_pk_",
        "__cf",
        "cf_",
        "incap_",
        "visid_",
        "ak_bmsc",
        "bm_",
        "optanon",
        "cookieconsent",
        "relaystate",
        "returnto",
        "redirect",
        "nonce",
        "authn_request",
        "saml_request",
        "samlreq",
    ];
    !OTHERS.iter().any(|part| name.contains(part))
}

/// A page that refuses and says no more than this shows no session at work, in bytes.
const SOLE_REFUSAL: usize = 400;

/// Nothing but a refusal: short, named so by title and heading, or a product's own words for one reason, marked as an error.
fn only_refuses(page: &Page) -> bool {
    let stated = |phrase: &Phrase| {
        phrase.writer != Writer::Generic && phrase.part == Part::Alert && !phrase.meaning.is_vague()
    };
    let stated = || page.error && page.phrases.iter().any(stated);
    let headed = || page.headings.iter().any(|heading| says_kept_out(heading));
    let twice = || page.title.as_deref().is_some_and(says_kept_out) && headed();
    page.refuses && (page.text.len() < SOLE_REFUSAL || stated() || twice())
}

/// An exchange after the receipt that shows the session at work: sent with the new cookie, answered with a page or
/// data, and not a way of saying no.
fn used(path: &Path<'_>, draft: &Draft, way: &Way, cookie: &SetCookie) -> Option<usize> {
    let first = *way.steps.first()?;
    let before = path
        .get(first)
        .and_then(|receipt| receipt.cookies.iter().flatten().find(|sent| sent.name == cookie.name));
    let own = way.steps.iter().filter_map(|step| host(&path.get(*step)?.url)).collect::<Vec<_>>();
    let until =
        draft.bounced_to.map_or(first + 1 + REACH, |_| way.last() + 1).min(path.exchanges.len());
    (first + 1..until).find(|index| {
        path.get(*index).is_some_and(|exchange| {
            let carries = exchange.cookies.iter().flatten().any(|sent| {
                sent.name == cookie.name && before.is_none_or(|before| before.value != sent.value)
            });
            let works =
                (200..300).contains(&exchange.status) && (exchange.navigation || is_data(exchange));
            let says_no = shows_an_error(exchange)
                || (names_a_login(&exchange.url)
                    && !(way.landing == Some(*index) && answers_now(path, way, draft)))
                || exchange.page.as_ref().is_some_and(only_refuses)
                || exchange.page.as_ref().is_some_and(|page| {
                    page.login_form
                        && page
                            .title
                            .iter()
                            .chain(&page.headings)
                            .any(|heading| asks_to_sign_in(heading))
                });
            carries
                && works
                && !says_no
                && host(&exchange.url).is_some_and(|host| own.contains(&host))
        })
    })
}

fn is_data(exchange: &Exchange) -> bool {
    exchange.content_type.as_deref().is_some_and(|kind| kind.contains("json"))
}

/// The address names an error, by its words or because a product is known to lead there.
fn shows_an_error(exchange: &Exchange) -> bool {
    // Words that any software may write interpret an address; only a product's own make it one of errors.
    let own = |phrase: &Phrase| phrase.part == Part::Address && phrase.writer != Writer::Generic;
    names_an_error(&exchange.url) || exchange.phrases.iter().any(own)
}
