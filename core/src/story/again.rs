//! What two captures of one browser both hold: somebody exported twice, handed in the same file under two names, or
//! recorded with two tools at once.
//!
//! An exchange happened once, however often it was written down. Told apart by nothing but the file it stands in, a
//! response would have been posted twice, and a sign-in failed twice.

use crate::evidence::{Evidence, RawExchange};
use diag_sdk::case::input::InputKind;
use jiff::SignedDuration;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Seconds by which the clocks of two recorders differ at most for one exchange.
const APART: i64 = 2;

/// Keeps each exchange once, as its fuller record has it, and says so of the file whose record goes.
pub fn once(evidence: &mut Evidence) {
    // Logs are of servers, of which several stand side by side, each with exchanges of its own.
    let is_capture = |kind| kind == InputKind::Har;
    let captures: Vec<&str> = evidence
        .inputs
        .iter()
        .filter(|input| is_capture(input.kind))
        .map(|input| input.id.as_str())
        .collect();
    if captures.len() < 2 {
        return;
    }
    let mut of_capture: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, exchange) in evidence.exchanges.iter().enumerate() {
        of_capture.entry(&exchange.place.input).or_default().push(index);
    }
    let mut shelf = Shelf { all: &evidence.exchanges, by_key: HashMap::new() };
    let mut twins: Vec<Twin> = Vec::new();
    for (number, capture) in captures.iter().enumerate() {
        let own = of_capture.remove(capture).unwrap_or_default();
        let found = shelf.twins(number, &own);
        let gone: HashSet<usize> = found.iter().map(|twin| twin.record).collect();
        for index in own.into_iter().filter(|index| !gone.contains(index)) {
            shelf.put(index);
        }
        twins.extend(found);
    }
    if twins.is_empty() {
        return;
    }
    let shared = note(evidence, &twins);
    for twin in &twins {
        join(&mut evidence.exchanges, twin);
    }
    let gone: HashSet<usize> = twins.iter().map(|twin| twin.record).collect();
    let mut index = 0;
    evidence.exchanges.retain(|_| {
        index += 1;
        !gone.contains(&(index - 1))
    });
    forget_what_is_there(evidence, &shared);
}

/// A record, and the one an earlier capture has of the same exchange.
#[derive(Debug)]
struct Twin {
    record: usize,
    earlier: usize,
}

/// The exchanges of the captures that were looked at, by what two records of one have in common.
struct Shelf<'a> {
    all: &'a [RawExchange],
    by_key: HashMap<Key<'a>, Waiting>,
}

/// Exchanges with the same key, in the order of their captures.
#[derive(Default)]
struct Waiting {
    exchanges: Vec<usize>,
    /// How many of them the capture of this number has twins of, or has passed.
    passed: usize,
    by: usize,
}

/// How and where to, with what came back and what was sent, and in which stretch of time.
type Key<'a> = (&'a str, &'a str, u16, u64, When);

/// Every exchange is found without a time; by a stretch of it only what was recorded with a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum When {
    Whenever,
    Unknown,
    Stretch(i64),
}

impl<'a> Shelf<'a> {
    fn put(&mut self, index: usize) {
        let when = stretch(&self.all[index]).map_or(When::Unknown, When::Stretch);
        for when in [When::Whenever, when] {
            let key = self.key(index, when);
            self.by_key.entry(key).or_default().exchanges.push(index);
        }
    }

    /// The records of a capture that are of exchanges which earlier ones hold. None where nothing shows that both
    /// recorded the same sign-in: two people may ask for the same pages at the same time.
    fn twins(&mut self, number: usize, own: &[usize]) -> Vec<Twin> {
        let mut twins = Vec::new();
        let mut shown = false;
        for record in own.iter().copied() {
            let times = match stretch(&self.all[record]) {
                None => vec![When::Whenever],
                Some(own) => [-1, 0, 1]
                    .map(|aside| When::Stretch(own + aside))
                    .into_iter()
                    .chain([When::Unknown])
                    .collect(),
            };
            let found = times.into_iter().find_map(|when| self.take(number, record, when));
            if let Some(earlier) = found {
                let (one, other) = (&self.all[record], &self.all[earlier]);
                shown |= one.started == other.started || tells(one);
                twins.push(Twin { record, earlier });
            }
        }
        if shown { twins } else { Vec::new() }
    }

    /// The first exchange that waits for this record. What is passed over is too early for those behind it as well.
    fn take(&mut self, number: usize, record: usize, when: When) -> Option<usize> {
        let all = self.all;
        let key = self.key(record, when);
        let waiting = self.by_key.get_mut(&key)?;
        if waiting.by != number {
            (waiting.by, waiting.passed) = (number, 0);
        }
        let behind = waiting.exchanges.get(waiting.passed..)?;
        let early =
            behind.iter().take_while(|other| is_before(&all[**other], &all[record])).count();
        waiting.passed += early;
        let other = behind.get(early).copied().filter(|other| same(&all[*other], &all[record]))?;
        waiting.passed += 1;
        Some(other)
    }

    fn key(&self, index: usize, when: When) -> Key<'a> {
        let exchange = &self.all[index];
        let mut sent = DefaultHasher::new();
        for field in &exchange.form {
            (&field.name, &field.value).hash(&mut sent);
        }
        (&exchange.method, &exchange.url, exchange.status, sent.finish(), when)
    }
}

/// The stretch of time of a record by a clock of its recorder's own; others have their times from answers.
fn stretch(exchange: &RawExchange) -> Option<i64> {
    exchange.duration_ms?;
    Some(exchange.started?.as_second().div_euclid(APART))
}

/// The time from one to the other, where both recorders had a clock of their own.
fn between(one: &RawExchange, other: &RawExchange) -> Option<SignedDuration> {
    stretch(one).and(stretch(other))?;
    Some(other.started?.duration_since(one.started?))
}

fn is_before(one: &RawExchange, other: &RawExchange) -> bool {
    between(one, other).is_some_and(|time| time > SignedDuration::from_secs(APART))
}

fn same(one: &RawExchange, other: &RawExchange) -> bool {
    let near =
        between(one, other).is_none_or(|time| time.abs() <= SignedDuration::from_secs(APART));
    let fields = one.form.iter().zip(&other.form);
    near && one.form.len() == other.form.len()
        && fields.into_iter().all(|(one, other)| one.name == other.name && one.value == other.value)
}

/// It carries what is made for one sign-in.
fn tells(exchange: &RawExchange) -> bool {
    exchange.form.iter().any(|field| field.name.starts_with("SAML"))
        || exchange.url.contains("SAMLRe")
        || exchange.url.contains("SAMLart=")
}

/// One record of both: the fuller, with the cookies of the other where only that has them.
fn join(all: &mut [RawExchange], twin: &Twin) {
    if fullness(&all[twin.record]) > fullness(&all[twin.earlier]) {
        all.swap(twin.record, twin.earlier);
    }
    let other = &all[twin.record];
    let (cookies, set) = (other.cookies.clone(), cookies_set(other));
    let kept = &mut all[twin.earlier];
    if kept.cookies.is_none() {
        kept.cookies = cookies;
    }
    if cookies_set(kept).is_empty() {
        kept.response_headers.extend(set);
    }
}

fn cookies_set(exchange: &RawExchange) -> Vec<(String, String)> {
    exchange.response_headers.iter().filter(|(name, _)| name == "set-cookie").cloned().collect()
}

/// How much a record tells.
fn fullness(exchange: &RawExchange) -> (bool, bool, bool, usize) {
    let headers = exchange.request_headers.len() + exchange.response_headers.len();
    let (clock, page) = (exchange.duration_ms.is_some(), exchange.response_body.is_some());
    (clock, page, exchange.cookies.is_some(), headers)
}

/// Says of each capture which other one holds what it holds. All of them, by their ids.
fn note(evidence: &mut Evidence, twins: &[Twin]) -> HashSet<String> {
    let input_of = |index: usize| evidence.exchanges[index].place.input.clone();
    let mut counts: HashMap<String, (String, usize)> = HashMap::new();
    let mut shared = HashSet::new();
    for twin in twins {
        let (capture, holder) = (input_of(twin.record), input_of(twin.earlier));
        shared.extend([capture.clone(), holder.clone()]);
        counts.entry(capture).or_insert((holder, 0)).1 += 1;
    }
    let names: HashMap<String, String> = evidence
        .inputs
        .iter()
        .map(|input| (input.id.clone(), input.path.rsplit('/').next().unwrap_or("").to_owned()))
        .collect();
    for input in &mut evidence.inputs {
        let Some((holder, count)) = counts.get(&input.id) else { continue };
        let holder = names.get(holder).map_or("", String::as_str);
        let requests = if *count == 1 { "request of it stands" } else { "requests of it stand" };
        input.notes.push(format!("{count} {requests} in {holder} as well: each is looked at once"));
    }
    shared
}

/// What one file lacks and another has is not missing.
fn forget_what_is_there(evidence: &mut Evidence, shared: &HashSet<String>) {
    // For each file with messages of its own, whether cookies are missing beside one.
    let mut left: HashMap<&str, bool> = HashMap::new();
    for exchange in evidence.exchanges.iter().filter(|exchange| tells(exchange)) {
        *left.entry(&exchange.place.input).or_default() |= exchange.cookies.is_none();
    }
    evidence.removed.retain(|removed| {
        !shared.contains(&removed.input)
            || left
                .get(removed.input.as_str())
                .is_some_and(|bare| *bare || removed.what != "cookies")
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{FormField, Removed};
    use diag_sdk::case::input::Input;

    /// A post of a response, and a page, so many seconds after the start.
    fn sign_in(input: &str, seconds: i64, response: &str) -> Vec<RawExchange> {
        let at = |milliseconds| {
            Some(jiff::Timestamp::from_millisecond(seconds * 1_000 + milliseconds).expect("a time"))
        };
        let mut post = RawExchange {
            started: at(250),
            duration_ms: Some(9.0),
            method: "POST".into(),
            url: "https://app.example/acs".into(),
            status: 302,
            ..RawExchange::default()
        };
        post.form = vec![FormField {
            name: "SAMLResponse".into(),
            value: response.into(),
            ..FormField::default()
        }];
        post.place.input = input.to_owned();
        let page = RawExchange {
            started: at(900),
            method: "GET".into(),
            url: "https://app.example/".into(),
            status: 200,
            form: Vec::new(),
            ..post.clone()
        };
        vec![post, page]
    }

    fn evidence(exchanges: Vec<Vec<RawExchange>>) -> Evidence {
        let input = |id: &str| Input {
            id: id.to_owned(),
            path: format!("case/{id}.har"),
            kind: InputKind::Har,
            ..Input::default()
        };
        Evidence {
            inputs: vec![input("i1"), input("i2")],
            exchanges: exchanges.into_iter().flatten().collect(),
            ..Evidence::default()
        }
    }

    fn left(evidence: &Evidence) -> Vec<&str> {
        evidence.exchanges.iter().map(|exchange| exchange.place.input.as_str()).collect()
    }

    #[test]
    fn what_two_files_hold_happened_once() {
        let mut both = evidence(vec![sign_in("i1", 5, "one"), sign_in("i2", 5, "one")]);
        both.exchanges[3].response_body = Some("<p>Hello</p>".into());
        once(&mut both);
        assert_eq!(left(&both), ["i1", "i2"], "the fuller record stays");
        assert_eq!(
            both.inputs[1].notes,
            ["2 requests of it stand in i1.har as well: each is looked at once"]
        );
        assert!(both.inputs[0].notes.is_empty());
        let told = both.inputs.clone();
        once(&mut both);
        assert_eq!(both.inputs, told, "nothing is left to say");
    }

    #[test]
    fn what_happened_twice_stays_twice() {
        let kept = |exchanges: Vec<Vec<RawExchange>>| {
            let mut evidence = evidence(exchanges);
            once(&mut evidence);
            evidence.exchanges.len()
        };
        let (first, later) = (sign_in("i1", 5, "one"), sign_in("i2", 65, "one"));
        assert_eq!(kept(vec![first.clone(), later]), 4, "a minute later");
        assert_eq!(kept(vec![first.clone(), sign_in("i2", 5, "two")]), 3, "another response");
        assert_eq!(kept(vec![first.clone(), first.clone()]), 4, "in one file");
        let twice = [sign_in("i1", 5, "one"), sign_in("i1", 5, "one")].concat();
        let again = [sign_in("i2", 5, "one"), sign_in("i2", 5, "one")].concat();
        assert_eq!(kept(vec![twice, again]), 4, "twice in each of two files");
        let shifted = |input| {
            let mut pages = sign_in(input, 5, "one").split_off(1);
            pages[0].started = None;
            pages
        };
        let pages = [sign_in("i1", 5, "one").split_off(1), shifted("i2")];
        assert_eq!(kept(pages.to_vec()), 2, "nothing shows that both were there");
    }

    #[test]
    fn another_recorder_fills_in_what_one_leaves_out() {
        let bare = |mut exchanges: Vec<RawExchange>| {
            for exchange in &mut exchanges {
                exchange.cookies = None;
            }
            exchanges
        };
        // A recorder without a clock, whose times are those of the server.
        let mut traced = sign_in("i2", 95, "one");
        for exchange in &mut traced {
            (exchange.duration_ms, exchange.cookies) = (None, Some(vec![("a".into(), "1".into())]));
            exchange.response_headers = vec![("set-cookie".into(), "a=1".into())];
        }
        let mut both = evidence(vec![bare(sign_in("i1", 5, "one")), traced]);
        for (input, what) in [("i1", "cookies"), ("i2", "bodies")] {
            both.removed.push(Removed { input: input.into(), what });
        }
        once(&mut both);
        assert_eq!(left(&both), ["i1", "i1"]);
        assert!(both.exchanges.iter().all(|exchange| {
            exchange.cookies.is_some() && exchange.response_headers.len() == 1
        }));
        assert!(both.removed.is_empty(), "{:?}", both.removed);
    }
}
