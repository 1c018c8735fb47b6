//! Product files beyond those that come with diag: `--product FILE` and `[[product]]` in `diag.toml`.

use crate::failure::Failure;
use diag_products::{Product, Products, load};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What diag knows of products, with the files that were named. One with the id of a known product stands in its place.
pub(crate) fn set<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Result<Arc<Products>, Failure> {
    let further: Vec<Product> = paths.into_iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let known = Products::builtin();
    Ok(if further.is_empty() { known } else { Arc::new(known.with(further)) })
}

/// Reads one product file, or says what is wrong with it and where.
pub(crate) fn read(path: &Path) -> Result<Product, Failure> {
    let shown = path.display().to_string();
    let source = text(path)?;
    load::read(&shown, &source).map_err(|faults| {
        let more = faults.len() - 1;
        let first = faults[0].to_string();
        let (line, block) = first.split_once('\n').unwrap_or((&first, ""));
        let failure = Failure::new(format!("product file {line}")).shown(block);
        if more > 0 { failure.hint(format!("diag product test {shown} tells {more} more")) } else { failure }
    })
}

/// The text of a product file, bounded.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::new(format!("product file {shown}: cannot be read: {error}")).hint("expected a TOML file of format diag-product/1")
    };
    let size = fs::metadata(path).map_err(|error| cannot(&error))?;
    if size.is_dir() {
        return Err(cannot(&"it is a folder"));
    }
    if size.len() > load::LARGEST as u64 {
        return Err(cannot(&format!("it is larger than {} kB", load::LARGEST / 1024)));
    }
    let bytes = fs::read(path).map_err(|error| cannot(&error))?;
    String::from_utf8(bytes).map_err(|_| cannot(&"it is not UTF-8"))
}
