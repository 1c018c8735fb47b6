//! Parts of a cookie or token that are random by themselves, and come up alone: `ID.node1`, `s:ID.signature`, `ID|1795|2`, a JWT.

use super::letters::takes_turns;

/// Shortest part, and shortest in which letters and digits take turns.
const SHORTEST: usize = 16;
const SHORTEST_MIXED: usize = 10;

/// Such parts; the whole is none of them.
pub fn pieces(value: &str) -> impl Iterator<Item = &str> {
    value.split(['.', '|', ':', '~']).filter(|part| {
        part.len() < value.len()
            && (part.len() >= SHORTEST || part.len() >= SHORTEST_MIXED && takes_turns(part))
    })
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn parts_that_may_be_looked_for_are_long_or_mixed() {
        let of = |value| pieces(value).collect::<Vec<_>>();
        assert_eq!(of("r5eSVqe684.node1"), ["r5eSVqe684"]);
        assert_eq!(
            of("s:AbCdEfGhIjKlMnOpQr.c2lnbmF0dXJlc2ln"),
            ["AbCdEfGhIjKlMnOpQr", "c2lnbmF0dXJlc2ln"]
        );
        assert!(of("r5eSVqe684").is_empty() && of("single.sign:on|1795").is_empty());
    }
}
