//! `diag product explain`: which entry of a product is found in a page, and where each of the others drops out.

use super::staged::{Answer, phrases};
use crate::args::ProductExplainArguments;
use crate::console;
use crate::failure::Failure;
use crate::nearest::did_you_mean;
use crate::output;
use crate::products;
use diag_core::redact::shown;
use diag_products::{Dropped, Explained, Product, Products, Scope, Where};
use diag_render::terminal::{DIM, GOOD, STRONG, WARNING};
use diag_render::text::page::{Page, plain, styled};
use diag_render::wording;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Longest text that is shown of a page, in characters.
const LONGEST_SHOWN: usize = 300;
/// Largest page.
const LARGEST: u64 = 16 << 20;

pub(crate) fn run(arguments: &ProductExplainArguments) -> anyhow::Result<ExitCode> {
    let (known, id) = named(&arguments.product)?;
    let product = known.get(&id).expect("it was just put in");
    let (text, place, exchange) = spoken(arguments, &known)?;
    let shown = exchange.products.iter().any(|vendor| vendor.id() == id);
    let proven = if shown { known.only(&id) } else { diag_products::Proven::default() };
    let mut page = Page::new(console::width());
    let whose = if shown {
        styled(GOOD, "the page shows itself to be of this product")
    } else {
        styled(WARNING, "nothing shows whose page it is")
    };
    page.line(&format!("{}  {whose}", styled(STRONG, &product.name)));
    let explained = known.explain(product, &text, &Scope { place, proven });
    write(&mut page, &explained, &text);
    let others: Vec<String> = phrases(&exchange)
        .filter(|phrase| phrase.vendor.id() != id)
        .map(|phrase| format!("{}: {}", whose_words(phrase.vendor.id()), phrase.text))
        .collect();
    if !others.is_empty() {
        page.blank();
        page.line(&styled(STRONG, "OTHERS HEAR"));
        for line in &others {
            page.hanging("  ·", 4, &plain(line));
        }
    }
    output::print(&page.finish())?;
    Ok(ExitCode::SUCCESS)
}

fn whose_words(id: &str) -> &str {
    if id == "other" { "any software" } else { id }
}

/// The set with the product in it, and its id: a file, or a product diag knows.
fn named(given: &str) -> Result<(Arc<Products>, String), Failure> {
    let path = Path::new(given);
    let builtin = Products::builtin();
    if !path.exists() && builtin.get(given).is_some() {
        return Ok((builtin, given.to_owned()));
    }
    if !path.exists() {
        let ids: Vec<&str> = builtin.iter().map(|product| product.id.as_str()).collect();
        let hint = did_you_mean(given, ids)
            .unwrap_or_else(|| "name a product file, or a product of diag product list".to_owned());
        return Err(
            Failure::new(format!("{given}: no such file, and no product diag knows")).hint(hint)
        );
    }
    let product: Product = products::read(path)?;
    let id = product.id.clone();
    Ok((Arc::new(builtin.with(vec![product])), id))
}

/// What the page or address says, and the exchange it was heard in.
fn spoken(
    arguments: &ProductExplainArguments,
    known: &Arc<Products>,
) -> anyhow::Result<(String, Where, diag_sdk::case::exchange::Exchange)> {
    if arguments.page.starts_with("https://") || arguments.page.starts_with("http://") {
        let exchange = Answer::at(&arguments.page).heard(known);
        let address = diag_core::story::pages::address_words(&arguments.page);
        return Ok((address, Where::Address, exchange));
    }
    let body = body(&arguments.page)?;
    let exchange = Answer::saved(&body, arguments.url.as_deref()).heard(known);
    let text = diag_core::story::pages::words(&body, known);
    Ok((text, Where::Page, exchange))
}

fn body(page: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = if page == "-" {
        std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(page).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Failure::new(format!("{page}: cannot be read: {error}"))
            .hint("save the page from the browser, or paste its text")
    })?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::new(format!(
            "{page}: larger than {} MB, which is no page",
            LARGEST >> 20
        )));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write(page: &mut Page, explained: &[Explained<'_>], text: &str) {
    let found: Vec<&Explained<'_>> = explained.iter().filter(|one| one.outcome.is_ok()).collect();
    page.blank();
    page.line(&styled(STRONG, if found.is_empty() { "NOTHING FOUND" } else { "FOUND" }));
    for one in &found {
        let Ok(hit) = &one.outcome else { continue };
        let words = text.get(hit.start..hit.end).unwrap_or_default();
        page.hanging(
            "  ·",
            4,
            &format!("{}  {}", styled(GOOD, &one.text.id), styled(DIM, &word(one.text.means))),
        );
        page.paragraph(4, &plain(&shown(words, LONGEST_SHOWN)));
        for (name, value) in &hit.values {
            page.paragraph(
                4,
                &format!("{}: {}", styled(DIM, name), plain(&shown(value, LONGEST_SHOWN))),
            );
        }
    }
    let near: Vec<(&Explained<'_>, String)> = explained
        .iter()
        .filter_map(|one| Some((one, reason(one.outcome.as_ref().err()?)?)))
        .collect();
    if !near.is_empty() {
        page.blank();
        page.line(&styled(STRONG, "DROPPED OUT"));
        for (one, reason) in near {
            page.hanging(
                "  ·",
                4,
                &format!("{}  {}", styled(WARNING, &one.text.id), plain(&reason)),
            );
        }
    }
    let absent = explained
        .iter()
        .filter(|one| matches!(one.outcome, Err(Dropped::Absent | Dropped::OtherPlace)))
        .count();
    if absent > 0 {
        page.blank();
        page.line(&styled(
            DIM,
            &format!("{} of which nothing is there", wording::count(absent, "further text")),
        ));
    }
}

fn word(meaning: diag_sdk::Meaning) -> String {
    serde_json::to_value(meaning)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Where an entry dropped out; nothing for one of which nothing is there.
fn reason(dropped: &Dropped) -> Option<String> {
    Some(match dropped {
        Dropped::NotProven => {
            "its words are there, and nothing shows that the page is this product's ([proof])"
                .to_owned()
        }
        Dropped::Follows { there, missing } => {
            format!("has \"{there}\", and then not \"{missing}\"")
        }
        Dropped::Between => {
            "its words are there, and what stands between them is too long, or more than one word"
                .to_owned()
        }
        Dropped::Behind(other) => format!("goes behind {other}, which says more or comes first"),
        Dropped::Absent | Dropped::OtherPlace => return None,
    })
}
