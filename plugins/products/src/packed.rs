//! The product files as diag carries them: a line for each, without samples and sources. A run needs two or three of
//! them, so that a line is read only once somebody asks for its product; and of a line first the product itself, then the
//! lists that are read [`Later`].

use crate::file::Product;
use crate::later::Later;
use std::ops::{Deref, Range};
use std::sync::OnceLock;

/// Written when diag is built: parts of a line stand between tabs, each of them JSON, which has neither tab nor line break.
const FILES: &str = include_str!(concat!(env!("OUT_DIR"), "/products.tsv"));

/// The ids of all products and where their lines stand, in the order of their files.
#[allow(clippy::unreadable_literal, reason = "a program writes the numbers")]
static LINES: &[(&str, Range<usize>)] = include!(concat!(env!("OUT_DIR"), "/lines.rs"));

/// Everything that is carried.
pub(crate) fn text() -> &'static str {
    FILES
}

/// All products, in the order of their files.
pub(crate) fn products() -> Vec<Listed> {
    let listed = |(id, place): &'static (&'static str, Range<usize>)| Listed {
        id,
        line: FILES.get(place.clone()).unwrap_or_default(),
        product: OnceLock::new(),
    };
    LINES.iter().map(listed).collect()
}

/// A product, or the line that it is still to be read from. It is used like the product.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// Its id, where it was not read yet.
    id: &'static str,
    line: &'static str,
    product: OnceLock<Box<Product>>,
}

impl Listed {
    /// The product's id, for which it need not be read.
    pub(crate) fn id(&self) -> &str {
        self.product.get().map_or(self.id, |product| &product.id)
    }
}

impl From<Product> for Listed {
    fn from(product: Product) -> Self {
        Self { id: "", line: "", product: OnceLock::from(Box::new(product)) }
    }
}

impl Deref for Listed {
    type Target = Product;

    fn deref(&self) -> &Product {
        self.product.get_or_init(|| Box::new(read(self.line)))
    }
}

fn read(line: &'static str) -> Product {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_read_when_it_is_asked_for_and_not_before() {
        let products = products();
        assert!(products.len() >= 60);
        for listed in &products {
            assert!(listed.product.get().is_none());
            assert_eq!(listed.id(), Product::clone(listed).id);
        }
    }
}
