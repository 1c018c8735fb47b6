//! What the numbered codes on a page say of the sign-in.

use crate::spoken;
use diag_products::{Products, Role};
use diag_sdk::Meaning;
use diag_sdk::case::exchange::Phrase;
use diag_sdk::case::judgement::Part;
use diag_sdk::case::product::CodeClass;

/// What was typed is wrong; the person may try again.
pub(super) fn rejects_credentials(products: &Products, code: &str) -> bool {
    products.code(code).is_some_and(|known| known.meaning == Meaning::Credentials)
}

/// The code ends a sign-in, rather than asking a question on the way.
pub(super) fn blocks(products: &Products, code: &str) -> bool {
    // A silent sign-in is a question on the way that ends there all the same.
    let known = products.code(code);
    let asks = known.as_ref().is_some_and(|known| {
        known.class == Some(CodeClass::Interrupt) && known.meaning != Meaning::NoSession
    });
    !rejects_credentials(products, code) && !asks
}

/// Nobody is signed in yet, which a page that goes on to ask who it is says as well.
pub(super) fn finds_nobody(products: &Products, code: &str) -> bool {
    products.code(code).is_some_and(|known| known.meaning == Meaning::NoSession)
}

/// A code by which a product that takes sign-ins in says no, as a sentence of that product. What it means the product's
/// file has to tell: a code of which it tells nothing is a number on a page.
pub(super) fn refusal(code: &str, heard: &str, part: Part, products: &Products) -> Option<Phrase> {
    let known = products.code(code).filter(|_| blocks(products, code))?;
    let takes = [Role::Sp, Role::Library, Role::Gateway];
    let says_no = known.class.is_some()
        && known.meaning != Meaning::Unknown
        && takes.into_iter().any(|role| products.plays(known.vendor, role));
    let at = heard.to_ascii_uppercase().find(code).filter(|_| says_no)?;
    Some(spoken::coded(&known, heard, at, part))
}
