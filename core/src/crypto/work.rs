//! Bounds the work that one document can cause.
//!
//! Canonicalising costs a walk over the whole document, once per `SignedInfo` and reference, and at
//! each element a look at every namespace in scope. A small hostile document could so keep a
//! verifier busy for hours.

use bergshamra::xml::{Document, NodeId};

/// Why what lies beyond the bound is not judged.
pub(super) const BEYOND: &str = "judging all signatures of this document would take too long";
/// However large the document, two signatures of it are judged, each with what it covers.
const ALWAYS: usize = 4;
/// Beyond this nothing is.
const MOST: usize = 400_000_000;

/// What is left to spend on a document.
#[derive(Debug)]
pub(super) struct Work {
    left: usize,
    canonicalisation: usize,
}

impl Work {
    /// Units of work for a document; a unit takes up to 25 nanoseconds.
    pub(super) fn for_document(document: &Document<'_>, units: usize) -> Self {
        let text = document.input_text().len();
        Self::of(text.saturating_add(namespaces_seen(document).saturating_mul(16)), units)
    }

    fn of(canonicalisation: usize, units: usize) -> Self {
        let always = canonicalisation.saturating_mul(ALWAYS).min(MOST);
        Self { left: units.max(always), canonicalisation }
    }

    /// Spends what canonicalising once costs.
    pub(super) fn canonicalisation(&mut self) -> Result<(), String> {
        match self.left.checked_sub(self.canonicalisation) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(BEYOND.to_owned()),
        }
    }
}

/// Sum over all elements of the namespaces in scope there.
fn namespaces_seen(document: &Document<'_>) -> usize {
    let declared = |node: NodeId| {
        document.element(node).map_or(0, |element| element.namespace_declarations.len())
    };
    let mut seen = 0_usize;
    let mut pending: Vec<(NodeId, usize)> = vec![(document.root(), 0)];
    while let Some((node, above)) = pending.pop() {
        let in_scope = above + declared(node);
        if document.element(node).is_some() {
            seen = seen.saturating_add(in_scope);
        }
        pending.extend(document.children_iter(node).map(|child| (child, in_scope)));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_large_documents_two_signatures_are_judged_and_of_small_ones_all() {
        let judged = |size: usize| {
            let mut work = Work::of(size, 60_000_000);
            (0..1_000).take_while(|_| work.canonicalisation().is_ok()).count()
        };
        assert_eq!(
            [20_000, 5_000_000, 20_000_000, 90_000_000, 500_000_000].map(judged),
            [1_000, 12, 4, 4, 0]
        );
    }
}
