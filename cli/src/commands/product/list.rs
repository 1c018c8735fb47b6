//! `diag product list`: the products diag knows, and how much of each.

use crate::args::{ListFormat, ProductListArguments};
use crate::console;
use crate::output;
use crate::products;
use diag_products::Product;
use diag_render::json;
use diag_render::terminal::{DIM, STRONG};
use diag_render::text::page::{Page, plain, styled};
use diag_render::wording;
use serde::Serialize;
use std::process::ExitCode;

/// A product, as listed.
#[derive(Debug, Serialize)]
struct Listed<'p> {
    id: &'p str,
    name: &'p str,
    roles: &'p [diag_products::Role],
    texts: usize,
    samples: usize,
    screens: usize,
    codes: usize,
    exports: usize,
}

pub(crate) fn run(arguments: &ProductListArguments) -> anyhow::Result<ExitCode> {
    let known = products::set(&arguments.products.products)?;
    let listed: Vec<Listed<'_>> = known.iter().map(of).collect();
    let text = match arguments.format {
        ListFormat::Json => json::pretty(&listed)?,
        ListFormat::Text => table(&listed),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn of(product: &Product) -> Listed<'_> {
    let given: usize = product.texts.iter().map(|text| text.hit.len() + text.miss.len()).sum();
    Listed {
        id: &product.id,
        name: &product.name,
        roles: &product.roles,
        texts: product.texts.len(),
        samples: product.samples.max(given),
        screens: product.screens.len(),
        codes: product.code.len(),
        exports: product.exports.len(),
    }
}

fn table(listed: &[Listed<'_>]) -> String {
    let mut page = Page::new(console::width());
    let wide = listed.iter().map(|one| one.id.len()).max().unwrap_or_default();
    for one in listed {
        let counts = [
            (one.texts, "text"),
            (one.screens, "screen"),
            (one.codes, "code"),
            (one.exports, "export"),
        ];
        let counted: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| wording::count(*count, noun))
            .collect();
        let name = if one.name.is_empty() { "words any software writes" } else { one.name };
        page.line(&format!(
            "{}{}  {}  {}",
            styled(STRONG, one.id),
            " ".repeat(wide - one.id.len()),
            plain(name),
            styled(DIM, &counted.join(", "))
        ));
    }
    let sum = |of: fn(&Listed<'_>) -> usize| listed.iter().map(of).sum::<usize>();
    page.blank();
    page.line(&format!(
        "{}: {}, {}, {}, {}",
        wording::count(listed.len(), "product"),
        wording::count(sum(|one| one.texts), "text"),
        wording::count(sum(|one| one.samples), "sample"),
        wording::count(sum(|one| one.screens), "screen"),
        wording::count(sum(|one| one.codes), "code")
    ));
    page.finish()
}
