//! `diag product test`: reads product files, tells every fault at its place, and tries every sample of a page or
//! address by the very path a capture takes.

use super::staged::{Answer, phrases};
use crate::args::ProductTestArguments;
use crate::console;
use crate::failure::{self, UNABLE};
use crate::output;
use crate::products;
use crate::shown::shown;
use diag_products::file::Text;
use diag_products::{Product, Products, Scope, Where, load};
use diag_render::terminal::{DIM, ERROR, GOOD};
use diag_render::text::page::{Page, plain, styled};
use diag_render::wording;
use diag_sdk::case::exchange::Phrase;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

pub(crate) fn run(arguments: &ProductTestArguments) -> anyhow::Result<ExitCode> {
    let mut page = Page::new(console::width());
    let mut sound = true;
    for path in &arguments.paths {
        sound &= one(&mut page, path)?;
    }
    output::print(&page.finish())?;
    Ok(ExitCode::from(if sound { 0 } else { UNABLE }))
}

fn one(page: &mut Page, path: &Path) -> anyhow::Result<bool> {
    let shown = shown(path);
    let product = match load::read(&shown, &products::text(path)?) {
        Ok(product) => product,
        Err(faults) => {
            for fault in &faults {
                failure::say_block(&fault.to_string());
            }
            let number = wording::count(faults.len(), "fault");
            page.line(&format!("{}  {}: {number}", styled(ERROR, "NOT SOUND"), plain(&shown)));
            return Ok(false);
        }
    };
    let known = Arc::new(Products::builtin().with(vec![product.clone()]));
    let missed: Vec<String> =
        product.texts.iter().flat_map(|text| tried(&known, &product, text)).collect();
    let samples: usize = product.texts.iter().map(|text| text.hit.len() + text.miss.len()).sum();
    let counted = format!(
        "{}, {}, {}, {}",
        wording::count(product.texts.len(), "text"),
        wording::count(samples, "sample"),
        wording::count(product.screens.len(), "screen"),
        wording::count(product.code.len(), "code")
    );
    let (word, style) = if missed.is_empty() { ("SOUND", GOOD) } else { ("NOT SOUND", ERROR) };
    page.line(&format!(
        "{}  {}: {}  {}",
        styled(style, word),
        plain(&shown),
        plain(&product.name),
        styled(DIM, &counted)
    ));
    for line in &missed {
        page.hanging("  ·", 4, &plain(line));
    }
    Ok(missed.is_empty())
}

/// Tries the samples of an entry; what went otherwise than the file says.
fn tried(known: &Arc<Products>, product: &Product, text: &Text) -> Vec<String> {
    let mut missed = Vec::new();
    for place in &text.places {
        for (sample, wanted) in
            text.hit.iter().map(|hit| (hit, true)).chain(text.miss.iter().map(|miss| (miss, false)))
        {
            let (own, others) = heard(known, product, text, *place, sample);
            if own == wanted {
                continue;
            }
            let place = match place {
                Where::Page => "page",
                Where::Address => "address",
                Where::Log => "log",
                Where::Status => "status",
                Where::Browser => "browser's reason",
            };
            missed.push(if wanted {
                let instead = if others.is_empty() {
                    String::new()
                } else {
                    format!("; found instead: {}", others.join(", "))
                };
                format!(
                    "{}: not found in a capture whose {place} says {sample:?}{instead}",
                    text.id
                )
            } else {
                format!(
                    "{}: found in a capture whose {place} says {sample:?}, which it must not be",
                    text.id
                )
            });
        }
    }
    missed
}

/// Whether the entry is found in a sample, and what else is. Pages and addresses go the whole way; logs and
/// status messages are searched as they are.
fn heard(
    known: &Arc<Products>,
    product: &Product,
    text: &Text,
    place: Where,
    sample: &str,
) -> (bool, Vec<String>) {
    let scope = Scope { place, proven: known.only(&product.id) };
    let found = known.find_all(sample, &scope);
    let own = found.iter().any(|found| found.product.id == product.id && found.text.id == text.id);
    if matches!(place, Where::Page | Where::Address) {
        // What the words alone give must come through the whole way as well: read, cleaned, recognised.
        let exchange = Answer::of(product, place, sample).heard(known);
        let of_product =
            |phrase: &&Phrase| phrase.vendor.id() == product.id || product.name.is_empty();
        let through =
            phrases(&exchange).filter(of_product).any(|phrase| phrase.meaning == text.means);
        let others = phrases(&exchange)
            .map(|phrase| format!("{}: {}", phrase.vendor, phrase.text))
            .collect();
        return (own && through, others);
    }
    (own, found.iter().map(|found| format!("{}/{}", found.product.id, found.text.id)).collect())
}
