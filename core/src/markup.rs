//! The tokens of pages and of what looks like one, as browsers read them.
//!
//! The tokenizer calls itself once for each attribute in double quotes, and only comes back at the end of the tag: one
//! tag with some ten thousand attributes would use up the stack. So the text is handed over with pauses.

use html5gum::{DefaultEmitter, Readable, Reader, StringReader, Token, Tokenizer};
use std::fmt;

/// Values in double quotes between two pauses.
const BETWEEN_PAUSES: u32 = 64;

/// The tokens of a text; scripts, styles and the like are told apart by their tags.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    // A pause is an error of the reader, after which the tokenizer goes on where it was.
    Tokenizer::new_with_emitter(Pausing { text: text.to_reader(), values: 0 }, emitter)
        .filter_map(Result::ok)
}

/// Hands over a text and pauses now and then.
struct Pausing<'a> {
    text: StringReader<'a>,
    values: u32,
}

/// Time to come back.
#[derive(Debug)]
struct Pause;

impl fmt::Display for Pause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a pause")
    }
}

impl std::error::Error for Pause {}

impl Reader for Pausing<'_> {
    type Error = Pause;

    fn read_byte(&mut self) -> Result<Option<u8>, Pause> {
        self.text.read_byte().map_err(|never| match never {})
    }

    fn try_read_string(&mut self, wanted: &[u8], case_sensitive: bool) -> Result<bool, Pause> {
        self.text.try_read_string(wanted, case_sensitive).map_err(|never| match never {})
    }

    fn read_until<'b>(
        &'b mut self,
        needle: &[u8],
        buffer: &'b mut [u8; 4],
    ) -> Result<Option<&'b [u8]>, Pause> {
        // Only values in double quotes are read up to a quote first; in other states nothing may be left undone.
        if needle.first() == Some(&b'"') {
            self.values += 1;
            if self.values == BETWEEN_PAUSES {
                self.values = 0;
                return Err(Pause);
            }
        }
        self.text.read_until(needle, buffer).map_err(|never| match never {})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn without_pauses(text: &str) -> Vec<Token> {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        Tokenizer::new_with_emitter(text, emitter).filter_map(Result::ok).collect()
    }

    #[test]
    fn a_tag_of_any_number_of_attributes_is_read() {
        for (equals, between) in
            [("=\"1\"", " "), ("='1'", " "), ("=1", "\n"), ("", "/"), ("=\"\"", "")]
        {
            let attributes: Vec<String> =
                (0..100_000).map(|number| format!("a{number}{equals}")).collect();
            let text = format!("<p {}>text</p>", attributes.join(between));
            let tokens: Vec<Token> =
                tokens(&text).filter(|token| !matches!(token, Token::Error(_))).collect();
            let Some(Token::StartTag(tag)) = tokens.first() else { panic!("no tag: {equals}") };
            assert_eq!((tag.attributes.len(), tokens.len()), (100_000, 3), "{equals}");
        }
    }

    proptest! {
        #![proptest_config(crate::seeds::fixed(64))]
        #[test]
        fn pauses_change_nothing(parts in proptest::collection::vec("( [a-c]=\"|\"|'|=|>|<p|</p>|<script>|<!--|-->|&amp;|&|\\r|\\n|\\r\\n|\u{0}|ab|\u{e9}| )", 0..600)) {
            let text = format!("<p {}", parts.concat().repeat(3));
            prop_assert_eq!(tokens(&text).collect::<Vec<_>>(), without_pauses(&text));
        }
    }
}
