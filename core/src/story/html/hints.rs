//! Whether any of some words stands in the inside of a tag: asked of every tag, and hardly ever so.

/// The bytes some words begin with.
pub(super) struct Firsts([bool; 256]);

impl Firsts {
    pub(super) const fn of(words: &[&[u8]]) -> Self {
        let mut firsts = [false; 256];
        let mut at = 0;
        while at < words.len() {
            if let Some(first) = words[at].first() {
                firsts[*first as usize] = true;
            }
            at += 1;
        }
        Self(firsts)
    }
}

/// Some of the words stand in it: one pass over what nearly always has none.
pub(super) fn hints(attributes: &[u8], words: &[&[u8]], firsts: &Firsts) -> bool {
    let begins = |at: usize| {
        attributes.get(at..).is_some_and(|rest| words.iter().any(|word| rest.starts_with(word)))
    };
    let first = |byte: u8| firsts.0.get(usize::from(byte)).copied().unwrap_or_default();
    attributes.iter().enumerate().any(|(at, byte)| first(*byte) && begins(at))
}
