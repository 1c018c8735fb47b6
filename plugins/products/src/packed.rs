//! The product files as diag carries them: a line for each, without samples and sources. First what every run looks
//! at, then the lists that are read [`Later`].

use crate::file::Product;
use crate::later::Later;

/// Written when diag is built: parts of a line stand between tabs, each of them JSON, which has neither tab nor line break.
const FILES: &str = include_str!(concat!(env!("OUT_DIR"), "/products.tsv"));

/// Everything that is carried.
pub(crate) fn text() -> &'static str {
    FILES
}

/// All products, in the order of their files.
pub(crate) fn products() -> Vec<Product> {
    FILES.lines().map(product).collect()
}

fn product(line: &'static str) -> Product {
    let mut parts = line.split('\t');
    let mut next = || parts.next().unwrap_or("[]");
    let product: Product =
        serde_json::from_str(next()).expect("the suite reads every product file");
    // In the order of `READ_LATER` of the build script.
    let (texts, screens, code) = (next(), next(), next());
    Product {
        texts: Later::of(texts),
        screens: Later::of(screens),
        code: Later::of(code),
        ..product
    }
}
