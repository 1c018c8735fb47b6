//! A sentence of an error page or a log, pasted whole: the codes in it, or what it means and which check is about that.

use super::{explain_code, explain_status};
use crate::checkers::Checkers;
use diag_products::{Found, Products, Scope, Where, grammar};
use diag_render::terminal::{DIM, GOOD, STRONG};
use diag_render::text::markdown;
use diag_render::text::page::{Page, plain, styled, with_code};
use diag_render::wording;
use diag_sdk::case::judgement::{Failure, Party, Statement};
use diag_sdk::case::product::VendorCode;
use diag_sdk::manifest::CheckInfo;
use diag_sdk::{Meaning, stated, status};

/// Codes of one sentence that are explained: further ones are wrapped in the first.
const MOST_CODES: usize = 3;

/// Explains what is known of a sentence; `false` where that is nothing.
pub(super) fn explain(page: &mut Page, checkers: &Checkers, text: &str) -> bool {
    let products = Products::builtin();
    let codes = codes_in(&products, text);
    if !codes.is_empty() {
        for (at, code) in codes.iter().enumerate() {
            if at > 0 {
                page.blank();
            }
            explain_code(page, code);
            about(page, checkers, code.meaning, &code.code);
        }
        return true;
    }
    if let Some(meaning) =
        words(text).find_map(|word| word.strip_prefix(status::PREFIX).and_then(status::lookup))
    {
        explain_status(page, meaning);
        return true;
    }
    let known = said(&products, text);
    // What no file has in these words may be read by its words all the same.
    let read = if known.as_ref().is_none_or(|(_, meaning)| meaning.is_vague()) {
        grammar::read(text)
    } else {
        None
    };
    let (meaning, who) = match (&read, &known) {
        (Some(read), _) => {
            page.line(&styled(STRONG, text.get(read.range.clone()).unwrap_or(text).trim()));
            (read.meaning, None)
        }
        (None, Some((found, meaning))) => {
            let whose = found.writer().map_or_else(|| "many products".to_owned(), str::to_owned);
            let words = text.get(found.start..found.end).unwrap_or(text).trim();
            page.line(&format!("{}  {}", styled(STRONG, words), styled(DIM, &plain(&whose))));
            (*meaning, found.text.who)
        }
        (None, None) => return false,
    };
    let statement = Statement { meaning, who, text: text.to_owned(), ..Statement::default() };
    let failure = Failure { party: Party::Sp, said: vec![statement], ..Failure::default() };
    if let Some((_, cause)) = stated::called_for(&failure) {
        page.paragraph(0, &with_code(cause.text));
        page.blank();
        page.hanging(
            &styled(GOOD, "FIX"),
            5,
            &format!("{}: {}", styled(GOOD, wording::person(cause.who)), with_code(cause.fix)),
        );
    }
    about(page, checkers, meaning, "");
    true
}

/// Every code of a vendor in a text that is known, each once.
fn codes_in(products: &Products, text: &str) -> Vec<VendorCode> {
    let mut codes: Vec<VendorCode> = Vec::new();
    for word in text.split(|character: char| !character.is_ascii_alphanumeric()) {
        let numbered = word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.ends_with(|last: char| last.is_ascii_digit());
        let Some(code) = Some(word)
            .filter(|_| numbered)
            .and_then(|word| products.code(word))
            .filter(|code| code.class.is_some())
        else {
            continue;
        };
        if codes.len() < MOST_CODES && !codes.iter().any(|known| known.code == code.code) {
            codes.push(code);
        }
    }
    codes
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| character.is_whitespace() || "'\"<>()[],;".contains(character))
        .map(|word| word.trim_end_matches('.'))
}

/// The sentence that tells most: one with a particular meaning before one that only regrets.
fn said<'p>(products: &'p Products, text: &str) -> Option<(Found<'p>, Meaning)> {
    let mut found: Vec<Found<'p>> = Vec::new();
    for place in [Where::Page, Where::Log, Where::Status, Where::Address, Where::Browser] {
        found.extend(products.find_all(text, &Scope { place, proven: products.all() }));
    }
    let best = found.into_iter().min_by_key(|found| {
        (found.text.means.is_vague(), std::cmp::Reverse(found.end - found.start))
    })?;
    let meaning = best.text.means;
    Some((best, meaning))
}

/// The checks that are about it, and why it happens by the first of them.
fn about(page: &mut Page, checkers: &Checkers, meaning: Meaning, code: &str) {
    let accounts = |check: &&CheckInfo| {
        check.accounts.iter().any(|account| {
            !account.bare
                && (account.codes.iter().any(|own| own == code)
                    || meaning != Meaning::Unknown && account.meanings.contains(&meaning))
        })
    };
    let mut checks: Vec<&CheckInfo> = checkers.checks().iter().filter(accounts).collect();
    checks.sort_by_key(|check| {
        !check.accounts.iter().any(|account| account.codes.iter().any(|own| own == code))
    });
    let Some(first) = checks.first() else { return };
    page.blank();
    page.line(&styled(STRONG, "CHECKED BY"));
    for check in checks.iter().take(4) {
        page.hanging("  ·", 4, &format!("{}  {}", plain(&check.title), styled(DIM, &check.id)));
    }
    page.blank();
    let text = super::markdown_of(first);
    markdown::write(page, text.split("\n## ").next().unwrap_or_default());
}
