//! Product files beyond those that come with diag: `--product FILE` and `[[product]]` in `diag.toml`.

use crate::failure::{self, Failure};
use crate::shown::shown;
use diag_products::{Product, Products, load};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What diag knows of products, with the files that were named. One with the id of a known product stands in its place.
pub(crate) fn set<'p>(
    paths: impl IntoIterator<Item = &'p PathBuf>,
) -> Result<Arc<Products>, Failure> {
    set_with(paths, Vec::new())
}

/// The same, with product files of bundles.
pub(crate) fn set_with<'p>(
    paths: impl IntoIterator<Item = &'p PathBuf>,
    of_bundles: Vec<Product>,
) -> Result<Arc<Products>, Failure> {
    let mut further: Vec<Product> =
        paths.into_iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    further.extend(of_bundles);
    let known = Products::builtin();
    for (index, product) in further.iter().enumerate() {
        if further[..index].iter().any(|earlier| earlier.id == product.id) {
            return Err(Failure::new(format!("two product files have the id {}", product.id))
                .hint("give each product its own id"));
        }
        if known.get(&product.id).is_some() {
            failure::say_note(&format!(
                "{}: stands in place of what diag itself knows of it",
                product.id
            ));
        }
    }
    Ok(if further.is_empty() { known } else { Arc::new(known.with(further)) })
}

/// Reads one product file, or says what is wrong with it and where.
pub(crate) fn read(path: &Path) -> Result<Product, Failure> {
    parse(&shown(path), &text(path)?)
}

/// Reads a product file from its text; `shown` is what it is called.
pub(crate) fn parse(shown: &str, source: &str) -> Result<Product, Failure> {
    let product = load::read(shown, source);
    if product.as_ref().is_ok_and(|product| product.id == "generic") {
        return Err(Failure::new(format!(
            "product file {shown}: generic holds the words any software writes"
        ))
        .hint("give the product its own id"));
    }
    product.map_err(|faults| {
        let more = faults.len() - 1;
        let first = faults[0].to_string();
        let (line, block) = first.split_once('\n').unwrap_or((&first, ""));
        let failure = Failure::new(format!("product file {line}")).shown(block);
        if more > 0 {
            failure.hint(format!("diag product test {shown} tells {more} more"))
        } else {
            failure
        }
    })
}

/// The text of a product file, bounded.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let shown = shown(path);
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::new(format!("product file {shown}: cannot be read: {error}"))
            .hint("expected a TOML file of format diag-product/1")
    };
    // A pipe would be waited for, a device read for ever.
    if !fs::metadata(path).map_err(|error| cannot(&error))?.is_file() {
        return Err(cannot(&"it is no regular file"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| cannot(&error))?;
    file.take(load::LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
    if bytes.len() > load::LARGEST {
        return Err(cannot(&format!("it is larger than {} kB", load::LARGEST / 1024)));
    }
    String::from_utf8(bytes).map_err(|_| cannot(&"it is not UTF-8"))
}
