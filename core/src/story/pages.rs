//! What pages say, although they come with 200: error texts, vendor codes, ids for support, log-in forms.
//!
//! What a page says counts by where it stands. Its title, headings, alerts and error objects are
//! statements of the page; words elsewhere may be anybody's, and only explain a failure that shows otherwise.

use super::html::{self, Html};
use super::numbered;
use super::script;
use super::wording::{greets, names_an_error, says_kept_out, says_sign_in_failed};
use crate::beginning;
use crate::redact::shown;
use crate::spoken::{self, Listener};
use diag_products::file::At;
use diag_products::{Found, Products, Proven, Signs, Where};
use diag_sdk::case::exchange::{Alert, Page, Phrase};
use diag_sdk::case::judgement::Part;
use diag_sdk::{Meaning, Writer};
use std::borrow::Cow;

/// Longest text of a page that is kept.
const LONGEST_TEXT: usize = 1_000;
/// Longest title, heading or alert that is kept.
const LONGEST_PART: usize = 300;
/// Most codes, status URIs, ids, headings and alerts kept of one page.
const MOST: usize = 12;
/// A page that says no more than this says nothing but its one sentence.
const SOLE_SENTENCE: usize = 240;
/// A page with a product's own error text longer than this is documentation, not an error page.
const LONGEST_ERROR: usize = 8_000;
/// A page whose box keeps somebody out says no more than this besides, in bytes.
const LITTLE_ELSE: usize = 400;
/// What is said of somebody who is not let in. Who is let in may be told what else is closed to them, or how to go on.
const OF_THE_PERSON: &[Meaning] = &[
    Meaning::NotProvisioned,
    Meaning::UserDisabled,
    Meaning::AttributeMissing,
    Meaning::NameIdMissing,
];
/// Sentences below a heading among which the one is looked for that tells why.
const FIRST_SENTENCES: usize = 4;
/// Who can sign out is in: unless it says little else, such a page tells of what happened to others.
const LONGEST_SIGNED_IN: usize = 400;

/// A body, and what is known of the answer it came with.
pub struct Body<'a> {
    /// The body; `text/plain` and JSON are read as text.
    pub text: &'a str,
    /// Status of the answer.
    pub status: u16,
    /// It is a page.
    pub is_html: bool,
    /// Host, path, headers and cookies of the answer.
    pub signs: Signs<'a>,
    /// What the visitor typed, as far as the request tells: a page that repeats it does not say it.
    pub typed: Vec<String>,
}

/// Reads a page; hands back also which products it shows itself to be of.
pub fn read(answer: &Body<'_>, products: &Products) -> (Page, Proven) {
    let Body { text: body, status, is_html, .. } = *answer;
    let html = if is_html {
        html::scan(body)
    } else {
        Html { text: html::collapse(head(body)), ..Html::default() }
    };
    let signs = Signs {
        source: body,
        title: html.title.as_deref().unwrap_or_default(),
        ..answer.signs.clone()
    };
    let listener = Listener { products, proven: products.recognise(&signs) };
    let mut data = script::vendor_messages(&html.scripts, products);
    data.objects.extend(if is_html {
        script::error_objects(&html.scripts)
    } else {
        script::error_objects(head(body))
    });
    if status >= 400 && body.trim_start().starts_with('{') {
        data.objects.extend(
            script::refusal(head(body))
                .into_iter()
                .filter(|said| !data.objects.contains(said))
                .collect::<Vec<_>>(),
        );
    }
    let spoken = spoken(&html, &data.text, &data.objects);
    let mut codes = products.codes_in(&spoken);
    for code in data.codes {
        if !codes.contains(&code) && codes.len() < MOST {
            codes.push(code);
        }
    }
    let text = if html.text.is_empty() { &data.text } else { &html.text };
    let headed = |says: &dyn Fn(&str) -> bool| {
        html.title.iter().chain(&html.headings).any(|heading| says(heading))
    };
    let named_so = headed(&names_an_error) || html.page_id.as_deref() == Some("ConvergedError");
    let mut alerts = alerts(&html, &data.objects, &data.text, status, &listener);
    let sentence = Some(())
        .filter(|()| alerts.is_empty() && !(html.password_field && status < 400))
        .and_then(|()| sentence_that_refuses(&html, named_so, status));
    alerts.extend(sentence.clone());
    let parts = Parts {
        title: html.title.as_deref(),
        headings: &html.headings,
        alerts: &alerts,
        text: &html.text,
    };
    let heard = without(&spoken, &answer.typed);
    let sentences = listener.sentences(&heard, Where::Page);
    // Who can sign out is in, and tables and lists tell such people what happened to others.
    let listed = if html.signs_out && status < 400 && !named_so {
        plain(&html.listed)
    } else {
        String::new()
    };
    let of_others = |found: &Found<'_>, part: Part| {
        part == Part::Body && listed.contains(&plain(&spoken[found.start..found.end]))
    };
    // What a script would show if something went wrong is not said; on a page of an error it tells more of it.
    let (unseen, seen) = if status < 400 && !named_so && !html.unseen.is_empty() {
        (plain(&html.unseen), plain(&html.text))
    } else {
        (String::new(), String::new())
    };
    let is_unseen = |words: &str, part: Part| {
        let words = plain(words);
        part != Part::Data
            && !words.is_empty()
            && unseen.contains(&words)
            && seen.matches(&words).count() <= unseen.matches(&words).count()
    };
    let mut phrases: Vec<Phrase> = sentences
        .iter()
        .map(|found| (found, parts.of(&spoken[found.start..found.end])))
        .filter(|(found, part)| may_stand(found, *part) && !of_others(found, *part))
        .filter(|(found, part)| !is_unseen(&spoken[found.start..found.end], *part))
        .map(|(found, part)| spoken::phrase(found, &spoken, part))
        .collect();
    // What is numbered is told by its number, known or not: what words that anybody may use mean besides is a guess.
    if !codes.is_empty() {
        phrases.retain(|phrase| phrase.writer != Writer::Generic || phrase.meaning.is_vague());
    }
    for code in &codes {
        let part = parts.of(code);
        let of_others = part == Part::Body && listed.contains(&plain(code));
        let told = phrases
            .iter()
            .any(|phrase| !phrase.meaning.is_vague() && phrase.text.contains(code.as_str()));
        if !told && !of_others && !is_unseen(code, part) {
            phrases.extend(numbered::refusal(code, &heard, part, products));
        }
    }
    // A log-in form that comes again, with the remark why, is a question rather than an end.
    let asks_again = html.password_field && status < 400;
    let credentials_rejected =
        codes.iter().any(|code| numbered::rejects_credentials(products, code))
            || phrases.iter().any(|phrase| phrase.meaning == Meaning::Credentials);
    // A box that is marked as an error and says what is wrong with which thing is the page's own refusal, if a weak one.
    let boxed =
        |alert: &Alert| html.alerts.iter().any(|(text, error)| *error && *text == alert.text);
    let below = |alert: &Alert| sentence.as_ref().is_some_and(|told| told.text == alert.text);
    // Of a box that may hold any remark only what is said of the person's own account or attributes refuses.
    let of_the_person = |alert: &Alert| {
        html.alerts.iter().any(|(text, _)| *text == alert.text)
            && html.text.len().saturating_sub(alert.text.len()) <= LITTLE_ELSE
            && spoken::keeps_out(&alert.text)
                .is_some_and(|meaning| OF_THE_PERSON.contains(&meaning))
    };
    let counts = |alert: &Alert| boxed(alert) || below(alert) || of_the_person(alert);
    let understood = alerts
        .iter()
        .any(|alert| counts(alert) && spoken::reason(&alert.text, alert.part).is_some());
    // To whom it gives no way out nobody is signed in there, as far as it shows.
    let beside = |alert: &Alert| html.text.len().saturating_sub(alert.text.len());
    let refusing = || alerts.iter().filter(|alert| counts(alert) && beside(alert) <= LITTLE_ELSE);
    let twice = html.title.as_deref().is_some_and(says_kept_out)
        && html.headings.iter().any(|heading| says_kept_out(heading))
        && html.text.len() <= LONGEST_ERROR;
    let keeps_out = !is_of_somebody(&html)
        && (twice || refusing().any(|alert| spoken::keeps_out(&alert.text).is_some()));
    let alarmed = understood
        || alerts.iter().any(|alert| {
            alert.part == Part::Data
                || says_sign_in_failed(&alert.text)
                || names_an_error(&alert.text)
        });
    let longest = if html.signs_out { LONGEST_SIGNED_IN } else { LONGEST_ERROR };
    let stated = |phrase: &&Phrase| {
        phrase.meaning != Meaning::Credentials
            && is_statement(phrase, &spoken, named_so || status >= 400, longest)
    };
    let told = phrases.iter().any(|phrase| stated(&phrase));
    let refuses = headed(&says_sign_in_failed)
        || alerts.iter().any(|alert| says_sign_in_failed(&alert.text))
        || keeps_out
        || told;
    let error = status >= 400
        || (!asks_again && (named_so || alarmed || told))
        || codes.iter().any(|code| {
            numbered::blocks(products, code)
                && !(html.page_id.is_some() && numbered::finds_nobody(products, code))
        });
    let page = Page {
        title: html.title.as_deref().map(|title| shown(title, 200)),
        headings: html
            .headings
            .iter()
            .take(MOST)
            .map(|heading| shown(heading, LONGEST_PART))
            .collect(),
        alerts: alerts
            .into_iter()
            .take(MOST)
            .map(|alert| Alert { text: shown(&alert.text, LONGEST_PART), ..alert })
            .collect(),
        text: shown(text, LONGEST_TEXT),
        codes,
        status_codes: status_codes(&spoken),
        ids: support_ids(&spoken),
        phrases,
        login_form: html.password_field,
        credentials_rejected,
        error,
        refuses: refuses && !asks_again,
        goes_on: html.refreshes || html.submits,
        onward: Vec::new(),
    };
    (page, listener.proven)
}

/// The text with what the visitor typed blanked out, every place as it was.
fn without<'t>(text: &'t str, typed: &[String]) -> Cow<'t, str> {
    let mut heard = Cow::Borrowed(text);
    for words in typed {
        if heard.contains(words.as_str()) {
            heard = Cow::Owned(heard.replace(words.as_str(), &" ".repeat(words.len())));
        }
    }
    heard
}

/// The sentence is one that counts where it stands.
fn may_stand(found: &Found<'_>, part: Part) -> bool {
    let at = |wanted: &At| match wanted {
        At::Title => part == Part::Title,
        At::Heading => part == Part::Heading,
        At::Alert => matches!(part, Part::Alert | Part::Data),
    };
    found.text.at.is_empty() || found.text.at.iter().any(at)
}

/// A known text is the page's own statement: it stands where pages state things, or a product says so of itself
/// on a page too short to be about it.
fn is_statement(phrase: &Phrase, spoken: &str, is_error_page: bool, longest: usize) -> bool {
    match phrase.part {
        Part::Title | Part::Heading | Part::Alert | Part::Data => true,
        _ => phrase.writer != Writer::Generic && (is_error_page || spoken.len() <= longest),
    }
}

/// What the page marks as an alert, error objects in its data, and a page's one sentence.
fn alerts(
    html: &Html,
    objects: &[String],
    script_text: &str,
    status: u16,
    listener: &Listener<'_>,
) -> Vec<Alert> {
    let alert = |text: &str, part: Part| Alert { text: text.to_owned(), part };
    let mut alerts: Vec<Alert> = objects.iter().map(|text| alert(text, Part::Data)).collect();
    // What is marked as an alert and not as an error may be any remark: it counts by its words.
    let telling = |text: &str, error: bool| {
        error || says_sign_in_failed(text) || names_an_error(text) || understood(text, listener)
    };
    alerts.extend(
        html.alerts
            .iter()
            .filter(|(text, error)| telling(text, *error))
            .map(|(text, _)| alert(text, Part::Alert)),
    );
    if status >= 400 {
        alerts.extend(html.preformatted.iter().map(|text| alert(text, Part::Alert)));
    }
    if !script_text.is_empty() && alerts.is_empty() {
        alerts.push(alert(script_text.trim(), Part::Data));
    }
    let sole = html.headings.is_empty()
        && !html.text.is_empty()
        && html.text.len() <= SOLE_SENTENCE
        && !html::collapse(&html.unseen).contains(&html.text)
        && !html.password_field;
    if sole
        && alerts.is_empty()
        && (says_sign_in_failed(&html.text)
            || names_an_error(&html.text)
            || understood(&html.text, listener))
    {
        alerts.push(alert(&html.text, Part::Alert));
    }
    alerts
}

/// Somebody is in: who can sign out, is greeted or can search works with the application, whatever else it says.
fn is_of_somebody(html: &Html) -> bool {
    html.signs_out
        || html.searches
        || html.title.iter().chain(&html.headings).any(|heading| greets(heading))
}

/// The sentence, below the heading of an error page or on a page that says hardly anything else, that tells what is wrong with
/// which thing.
fn sentence_that_refuses(html: &Html, named_so: bool, status: u16) -> Option<Alert> {
    let short = status < 400 && !is_of_somebody(html) && html.text.len() <= LITTLE_ELSE;
    if !named_so && !short {
        return None;
    }
    let mut text = html.text.as_str();
    while let Some(rest) = html
        .headings
        .iter()
        .filter(|heading| !heading.is_empty())
        .find_map(|heading| text.strip_prefix(heading.as_str()))
    {
        text = rest.trim_start();
    }
    let sentences = text.split_inclusive(". ").take(FIRST_SENTENCES).map(str::trim);
    let told = sentences
        // A list of figures is none.
        .filter(|sentence| {
            sentence.len() <= LONGEST_PART
                && !plain(&html.unseen).contains(&plain(sentence))
                && !sentence.starts_with(|first: char| first.is_ascii_digit())
        })
        .find(|sentence| {
            spoken::keeps_out(sentence)
                .is_some_and(|meaning| named_so || OF_THE_PERSON.contains(&meaning))
        })?;
    Some(Alert { text: told.to_owned(), part: Part::Alert })
}

/// Something known says so, or words that tell what is wrong with which thing.
fn understood(text: &str, listener: &Listener<'_>) -> bool {
    listener.says_anything(text) || spoken::reason(text, Part::Alert).is_some()
}

/// The parts of a page in which a statement can stand.
struct Parts<'a> {
    title: Option<&'a str>,
    headings: &'a [String],
    alerts: &'a [Alert],
    text: &'a str,
}

impl Parts<'_> {
    /// Where the words of a sentence stand.
    fn of(&self, words: &str) -> Part {
        let words = plain(words);
        let says = |text: &str| plain(text).contains(&words);
        if let Some(alert) = self.alerts.iter().find(|alert| says(&alert.text)) {
            return alert.part;
        }
        if self.headings.iter().any(|heading| says(heading)) {
            return Part::Heading;
        }
        if self.title.is_some_and(says) {
            return Part::Title;
        }
        if self.text.is_empty() { Part::Data } else { Part::Body }
    }
}

/// Letters and digits alone: parts of a page are cut and joined with blanks of their own.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a page says, as it is searched: title, text, and what its scripts would show.
pub fn words(body: &str, products: &Products) -> String {
    let start = body.trim_start().get(..200).unwrap_or(body);
    if !start.contains('<') {
        return html::collapse(head(body));
    }
    let html = html::scan(body);
    let data = script::vendor_messages(&html.scripts, products);
    let objects = script::error_objects(&html.scripts);
    spoken(&html, &data.text, &objects)
}

fn spoken(html: &Html, script_text: &str, objects: &[String]) -> String {
    // What scripts would show (some products write their pages that way) counts as visible text.
    [html.title.as_deref().unwrap_or_default(), &html.text, script_text, &objects.join("\n")]
        .join("\n")
}

/// Path, query and fragment of an address, decoded, as they are searched.
pub fn address_words(url: &str) -> String {
    let Ok(url) = url::Url::parse(url) else { return String::new() };
    let decoded =
        |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut address = decoded(url.path());
    for (mark, part) in [('?', url.query()), ('#', url.fragment())] {
        // A message in the address is no sentence.
        if let Some(part) =
            part.filter(|part| !part.contains("SAMLRequest=") && !part.contains("SAMLResponse="))
        {
            address.push(mark);
            address.push_str(&decoded(&part.replace('+', " ")));
        }
    }
    address
}

/// Names of the password fields of a page.
pub fn password_fields(body: &str) -> Vec<String> {
    html::scan(body).password_names
}

fn head(text: &str) -> &str {
    beginning::of(text, 1 << 16)
}

fn status_codes(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(diag_sdk::status::PREFIX) {
        let name: String = text[at + diag_sdk::status::PREFIX.len()..]
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(40)
            .collect();
        let code = format!("{}{name}", diag_sdk::status::PREFIX);
        if !name.is_empty() && !found.contains(&code) && found.len() < MOST {
            found.push(code);
        }
    }
    found
}

/// Labels before ids that support asks for, as pages write them.
const ID_LABELS: &[(&str, &str)] = &[
    ("request id", "Request Id"),
    ("correlation id", "Correlation Id"),
    ("trace id", "Trace ID"),
    ("timestamp", "Timestamp"),
    ("activity id", "Activity ID"),
    ("reference number", "Reference number"),
    ("support id is", "Support ID"),
    ("tracking number", "Tracking number"),
    ("error reference", "Error reference"),
    ("event id", "Event ID"),
];

fn support_ids(text: &str) -> Vec<(String, String)> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<(String, String)> = Vec::new();
    for (label, name) in ID_LABELS {
        for (at, _) in lower.match_indices(label).take(4) {
            let after = &text[at + label.len()..];
            // SimpleSAMLphp puts a sentence between the words and the number.
            let after = if *name == "Tracking number" {
                after.split_once(':').map_or(after, |(_, after)| after)
            } else {
                after
            };
            let after = after.trim_start_matches([':', ' ', '=', '#']);
            let more = if *name == "Timestamp" { ":. " } else { "" };
            let value: String = after
                .chars()
                .take_while(|character| {
                    character.is_ascii_alphanumeric()
                        || "-_".contains(*character)
                        || more.contains(*character)
                })
                .take(48)
                .collect();
            let value = if *name == "Timestamp" {
                value.split_inclusive('Z').next().unwrap_or_default()
            } else {
                &value
            };
            let value = value.trim();
            let plausible =
                (6..48).contains(&value.len()) && value.bytes().any(|byte| byte.is_ascii_digit());
            if plausible && found.len() < MOST && !found.iter().any(|(known, _)| known == name) {
                found.push(((*name).to_owned(), value.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, status: u16, is_html: bool) -> Page {
        let products = Products::builtin();
        super::read(
            &Body { text, status, is_html, signs: Signs::default(), typed: Vec::new() },
            &products,
        )
        .0
    }

    #[test]
    fn entra_error_page_with_200() {
        let page = read(
            "<html><head><title>Sign in to your account</title><meta name=\"PageID\" content=\"ConvergedError\"/><script>\
             $Config={\"strServiceExceptionMessage\":\"AADSTS75006: outer \\u0027x\\u0027 AADSTS90011: inner Trace ID: c4faa293-09a6-4920-af30-70e6ce273f7e \
             Correlation ID: f43cffcb-e01a-4012-b612-98c3b915be31 Timestamp: 2026-11-24 03:57:14Z\",\"iErrorCode\":75006}</script></head><body></body></html>",
            200,
            true,
        );
        assert_eq!(page.codes, ["AADSTS75006", "AADSTS90011"]);
        assert!(page.error && !page.credentials_rejected && !page.login_form);
        assert!(
            page.ids.contains(&("Timestamp".to_owned(), "2026-11-24 03:57:14Z".to_owned())),
            "{:?}",
            page.ids
        );
        assert!(page.ids.contains(&(
            "Correlation Id".to_owned(),
            "f43cffcb-e01a-4012-b612-98c3b915be31".to_owned()
        )));
    }

    #[test]
    fn what_is_listed_of_others_is_not_said_to_who_can_sign_out() {
        let table = "<table><tr><td>17:02 Login failed: Account not provisioned</td><td>Signature validation failed. SAML Response rejected</td></tr></table>";
        let home = read(
            &format!(
                "<title>Home</title><a href=\"/users/sign_out\">Leave</a><h1>Audit log</h1>{table}"
            ),
            200,
            true,
        );
        assert!(!home.error && home.phrases.is_empty(), "{:?}", home.phrases);
        let log = "<title>Home</title><a href='/logout'>Leave</a><h1>Log</h1><pre>ERROR Signature validation failed. SAML Response rejected</pre><ul><li>bob: Account not provisioned<li>eve</ul>";
        assert!(read(log, 200, true).phrases.is_empty());
        // Old pages are laid out by tables: where nobody is in, what they say counts.
        assert!(!read(&format!("<title>Home</title>{table}"), 200, true).phrases.is_empty());
        assert!(
            !read(&format!("<title>Error</title><a href=\"/logout\">Leave</a>{table}"), 200, true)
                .phrases
                .is_empty()
        );
        assert!(
            !read(&format!("<title>Home</title><a href=\"/logout\">Leave</a>{table}"), 403, true)
                .phrases
                .is_empty()
        );
        let beside = |more: &str| {
            let said = "<p>Signature validation failed. SAML Response rejected</p>";
            read(
                &format!("<title>Home</title><a href=\"/logout\">Leave</a>{said}<p>{more}</p>"),
                200,
                true,
            )
        };
        assert!(beside("").refuses && !beside("").phrases.is_empty());
        let article = beside(&"This is what people saw when the key was changed. ".repeat(12));
        assert!(!article.refuses && !article.error && !article.phrases.is_empty());
    }

    #[test]
    fn a_wrong_password_is_no_error_page() {
        let page = read(
            "<title>Sign in</title><p>Incorrect username or password</p><input type=password>",
            200,
            true,
        );
        assert!(page.login_form && page.credentials_rejected && !page.error);
        let page = read(
            "<script>$Config={\"sErrorCode\":\"50126\",\"sErrTxt\":\"\"}</script><input type='password'>",
            200,
            true,
        );
        assert!(page.credentials_rejected && !page.error);
        assert_eq!(page.codes, ["AADSTS50126"]);
    }

    #[test]
    fn pages_that_ask_are_no_error_pages() {
        let asks = |code: &str| {
            let page = format!(
                "<title>Sign in to your account</title><meta name=\"PageID\" content=\"ConvergedSignIn\"><script>$Config={{\"sErrorCode\":\"{code}\",\"sErrTxt\":\"\"}}</script>"
            );
            read(&page, 200, true)
        };
        for code in ["", "50058", "50074", "50072", "50140", "16000"] {
            let page = asks(code);
            assert!(!page.error && !page.refuses && page.alerts.is_empty(), "{code}: {page:?}");
        }
        assert!(asks("50105").error);
        assert!(read("<script>$Config={\"sErrorCode\":\"50058\"}</script>", 200, true).error);
    }

    #[test]
    fn what_nobody_sees_is_not_said() {
        let said = "<p>Signature validation failed. SAML Response rejected</p>";
        for hidden in [
            format!("<div class=\"modal d-none\"><div><h2>Error</h2>{said}</div></div>"),
            format!("<div hidden>{said}</div>"),
            format!("<div style=\"display: none\" class=error>{said}</div>"),
            format!("<template>{said}</template>"),
        ] {
            let page = read(&format!("<title>Home</title>{hidden}<p>Welcome</p>"), 200, true);
            assert!(!page.error && page.phrases.is_empty(), "{hidden}: {page:?}");
            let page = read(&format!("<title>Home</title>{hidden}{said}"), 200, true);
            assert!(!page.phrases.is_empty(), "{hidden}");
            let page = read(&format!("<title>Error</title>{hidden}"), 200, true);
            assert!(page.error && !page.phrases.is_empty(), "{hidden}");
        }
        let page = read(&format!("<title>Files</title><div hidden>{said}</div>"), 200, true);
        assert!(!page.error && !page.refuses, "{page:?}");
        // Nothing closes it: the page is broken, and seen.
        let page = read(&format!("<title>Home</title><div hidden>{said}"), 200, true);
        assert!(!page.phrases.is_empty());
    }

    #[test]
    fn landing_pages_are_no_error_pages() {
        for page in [
            "<title>Qlik Sense Hub</title><h1>Welcome CONTOSO\\adele</h1>",
            "<title>Dashboard</title><h2>How to read an error log of the SAML software, explained in many words for all of us</h2>",
            "<title>Errors per month</title><p>12</p>",
        ] {
            assert!(!read(page, 200, true).error, "{page}");
        }
    }

    #[test]
    fn error_pages_are_recognised() {
        for page in [
            "<title>HR Portal</title><h1>Not authenticated</h1><p>Signature validation failed. SAML Response rejected</p>",
            "<title>Unhandled exception</title>",
            "<h1>Error 400 - Bad Request</h1>",
            "<title>Error</title><p>x</p>",
        ] {
            assert!(read(page, 200, true).error, "{page}");
        }
        assert!(read("Forbidden", 403, false).error);
    }

    #[test]
    fn what_a_visitor_typed_is_not_said_by_the_page() {
        let products = Products::builtin();
        let page = |typed: &[&str]| {
            let text = "<title>Search</title><h1>Results for \u{201c}Signature validation failed. SAML Response rejected\u{201d}</h1><p>2 hits</p>";
            let typed = typed.iter().map(|words| (*words).to_owned()).collect();
            super::read(
                &Body { text, status: 200, is_html: true, signs: Signs::default(), typed },
                &products,
            )
            .0
        };
        assert!(page(&["Signature validation failed. SAML Response rejected"]).phrases.is_empty());
        assert!(!page(&[]).phrases.is_empty());
    }
}
