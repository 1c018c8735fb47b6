//! Why an entry of a product file was found in a text, or where it dropped out.

use crate::file::{Product, ProvenBy, Text};
use crate::folded::fold;
use crate::set::{Found, Products, Scope};

/// What became of one entry.
#[derive(Debug, Clone)]
pub struct Explained<'p> {
    /// The entry.
    pub text: &'p Text,
    /// What was found, or where it dropped out.
    pub outcome: Result<Found<'p>, Dropped>,
}

/// Where an entry dropped out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dropped {
    /// It is looked for elsewhere.
    OtherPlace,
    /// Nothing shows that the page is the product's.
    NotProven,
    /// Its words begin, and these do not follow.
    Follows {
        /// The words that are there.
        there: String,
        /// The words that are not.
        missing: String,
    },
    /// Its words are there, and what stands between them is too much or not one word.
    Between,
    /// Another entry goes before it.
    Behind(String),
    /// Nothing of it is there.
    Absent,
}

impl Products {
    /// Every entry of a product against a text, those that were found first.
    pub fn explain<'p>(
        &'p self,
        product: &'p Product,
        text: &str,
        scope: &Scope,
    ) -> Vec<Explained<'p>> {
        let all = self.find_all(text, scope);
        let folded = fold(text);
        let mut explained: Vec<Explained<'p>> = product
            .texts
            .iter()
            .map(|entry| {
                let own = all
                    .iter()
                    .find(|found| found.product.id == product.id && found.text.id == entry.id);
                let outcome =
                    own.cloned().ok_or_else(|| self.dropped(product, entry, &folded, scope, &all));
                Explained { text: entry, outcome }
            })
            .collect();
        explained.sort_by_key(|one| match &one.outcome {
            Ok(_) => 0,
            Err(Dropped::Absent | Dropped::OtherPlace) => 2,
            Err(_) => 1,
        });
        explained
    }

    fn dropped(
        &self,
        product: &Product,
        entry: &Text,
        folded: &str,
        scope: &Scope,
        all: &[Found<'_>],
    ) -> Dropped {
        if !entry.places.contains(&scope.place) {
            return Dropped::OtherPlace;
        }
        let Ok(pattern) = crate::pattern::Pattern::read(&entry.says) else {
            return Dropped::Absent;
        };
        let (there, missing) = pattern.progress(folded);
        let there_at_all = there.len() >= 4;
        match missing {
            Some(missing) if there_at_all => return Dropped::Follows { there, missing },
            Some(_) => return Dropped::Absent,
            None => {}
        }
        let matches =
            folded.match_indices(pattern.anchor()).any(|(at, _)| pattern.at(folded, at).is_some());
        if !matches {
            return Dropped::Between;
        }
        let number = self.iter().position(|known| known.id == product.id).unwrap_or_default();
        if entry.proof == ProvenBy::Page && !scope.proven.holds(number) {
            return Dropped::NotProven;
        }
        all.first().map_or(Dropped::Absent, |found| {
            Dropped::Behind(format!("{}/{}", found.product.id, found.text.id))
        })
    }
}
