//! Text as sentences are compared: lower case, straight quotes, single blanks, nothing invisible.

/// Folds a text. Line breaks stay, as single ones.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for (_, character) in steps(text) {
        folded.push(character);
    }
    folded
}

/// Where in the original text the characters stand that make up these places of its folded form, in rising order.
pub fn places(text: &str, folded: &[usize]) -> Vec<usize> {
    let mut places = Vec::with_capacity(folded.len());
    let mut written = 0;
    for (at, character) in steps(text) {
        while places.len() < folded.len() && folded[places.len()] <= written {
            places.push(at);
        }
        if places.len() == folded.len() {
            return places;
        }
        written += character.len_utf8();
    }
    places.resize(folded.len(), text.len());
    places
}

/// The folded characters, each with the place of the character it came from.
fn steps(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut blank: Option<char> = None;
    text.char_indices().filter_map(move |(at, character)| {
        let plain = match character {
            '\u{2018}' | '\u{2019}' | '\u{b4}' => Some('\''),
            '\u{201c}' | '\u{201d}' | '\u{201e}' => Some('"'),
            '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' | '\u{2060}' => None,
            other => Some(other),
        };
        let emitted = plain.and_then(|character| {
            if !character.is_whitespace() {
                blank = None;
                return Some(character);
            }
            let kind = if matches!(character, '\n' | '\r') { '\n' } else { ' ' };
            // One blank for many; a line break that follows a blank still counts as one.
            let again = matches!((blank, kind), (Some('\n'), _) | (Some(' '), ' '));
            if again {
                return None;
            }
            blank = Some(kind);
            Some(kind)
        });
        emitted.map(|character| (at, lower(character)))
    })
}

/// In lower case; characters that grow in it keep to their first one, so that places stay comparable.
fn lower(character: char) -> char {
    if character.is_ascii() {
        character.to_ascii_lowercase()
    } else {
        character.to_lowercase().next().unwrap_or(character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_straightens_and_keeps_places() {
        let text = "It\u{2019}s  \u{a0}the\u{200b} ÉTAT\r\n\r\nNext";
        let folded = fold(text);
        assert_eq!(folded, "it's the état\nnext");
        let at = folded.find("état").unwrap();
        let next = folded.find("next").unwrap();
        let places = places(text, &[0, at, next, folded.len()]);
        assert_eq!(&text[places[1]..places[1] + "ÉTAT".len()], "ÉTAT");
        assert_eq!(&text[places[2]..], "Next");
        assert_eq!(places[3], text.len());
    }
}
