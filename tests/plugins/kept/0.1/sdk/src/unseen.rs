//! Characters nobody sees: they make two values differ that look the same, and hide or reorder what stands beside them.
//!
//! They come into configuration by copying from mails, word processors and chats, so that they are a cause of their own.

/// It takes no room, has no ink, or changes the direction of what follows: `Default_Ignorable_Code_Point` and
/// `Bidi_Control` of the Unicode Character Database, and the blanks and fillers that fonts leave empty.
pub fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// What such a character is called, with its article: `a soft hyphen`. Also of blanks that are not the plain one.
pub fn name(character: char) -> Option<&'static str> {
    Some(match character {
        '\t' => "a tab",
        '\n' => "a line feed",
        '\r' => "a carriage return",
        '\u{a0}' => "a no-break space",
        '\u{ad}' => "a soft hyphen",
        '\u{34f}' => "a combining grapheme joiner",
        '\u{61c}' => "an Arabic letter mark",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "a Hangul filler",
        '\u{180e}' => "a Mongolian vowel separator",
        '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{205f}' => "a blank of another width",
        '\u{200b}' => "a zero-width space",
        '\u{200c}' => "a zero-width non-joiner",
        '\u{200d}' => "a zero-width joiner",
        '\u{200e}' => "a left-to-right mark",
        '\u{200f}' => "a right-to-left mark",
        '\u{2028}' | '\u{2029}' => "a line or paragraph separator",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "a character that turns the direction of text"
        }
        '\u{202f}' => "a narrow no-break space",
        '\u{2060}' => "a word joiner",
        '\u{2800}' => "a blank Braille pattern",
        '\u{3000}' => "an ideographic space",
        '\u{fe00}'..='\u{fe0f}'
        | '\u{180b}'..='\u{180d}'
        | '\u{180f}'
        | '\u{e0100}'..='\u{e01ef}' => "a variation selector",
        '\u{feff}' => "a byte order mark",
        '\u{e0000}'..='\u{e007f}' => "a tag character",
        control if control.is_control() => "a control character",
        unseen if is_unseen(unseen) => "an invisible character",
        _ => return None,
    })
}

/// The unseen characters that one of two values has and the other has not, in words: `a soft hyphen (U+00AD)`. `None`
/// where they differ in nothing of the kind.
pub fn difference(expected: &str, actual: &str) -> Option<String> {
    let unseen = |text: &str| {
        text.chars().filter(|character| name(*character).is_some()).collect::<Vec<char>>()
    };
    let (left, right) = (unseen(expected), unseen(actual));
    if left == right {
        return None;
    }
    let count = |all: &[char], one: char| all.iter().filter(|character| **character == one).count();
    let mut told: Vec<char> = Vec::new();
    for character in left.iter().chain(&right) {
        if !told.contains(character) && count(&left, *character) != count(&right, *character) {
            told.push(*character);
        }
    }
    let words: Vec<String> = told
        .into_iter()
        .take(MOST_TOLD)
        .filter_map(|character| {
            Some(format!("{} (U+{:04X})", name(character)?, u32::from(character)))
        })
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// More characters of the kind than any slip brings in.
const MOST_TOLD: usize = 3;
