//! Which products bear what a run asks all of them for: so that the others need not be read for it.

use crate::file::Product;
use std::borrow::Cow;

/// Products by their numbers in the set.
type Those = Cow<'static, [usize]>;

/// The products that have any …
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bearing {
    /// … response header that is kept.
    pub(crate) headers: Those,
    /// … field of a script that holds what the page says.
    pub(crate) script_texts: Those,
    /// … field of a script that holds the digits of a code.
    pub(crate) script_codes: Those,
    /// … attribute that links to the groups.
    pub(crate) group_links: Those,
    /// … way to write codes.
    pub(crate) shapes: Those,
    /// … code that is known.
    pub(crate) codes: Those,
    /// … export with a name of its own.
    pub(crate) own_exports: Those,
}

impl Bearing {
    /// Of the products that diag carries: told when it was built.
    pub(crate) const fn builtin() -> Self {
        include!(concat!(env!("OUT_DIR"), "/bearing.rs"))
    }

    /// Of any products.
    pub(crate) fn of(products: &[Product]) -> Self {
        let those = |bears: fn(&Product) -> bool| {
            let numbered = products.iter().enumerate().filter(|(_, product)| bears(product));
            numbered.map(|(number, _)| number).collect()
        };
        Self {
            headers: those(|product| !product.headers.is_empty()),
            script_texts: those(|product| !product.script_texts.is_empty()),
            script_codes: those(|product| !product.script_codes.is_empty()),
            group_links: those(|product| !product.group_links.is_empty()),
            shapes: those(|product| product.codes.is_some()),
            codes: those(|product| !product.code.is_empty()),
            own_exports: those(|product| product.exports.iter().any(|own| own.name.is_some())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Products;

    #[test]
    fn what_was_told_when_diag_was_built_is_what_the_products_bear() {
        let products: Vec<Product> = Products::builtin().iter().cloned().collect();
        assert_eq!(Bearing::builtin(), Bearing::of(&products));
    }
}
