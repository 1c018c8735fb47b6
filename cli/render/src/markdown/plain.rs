//! Text of captures in Markdown: words, and nothing that a reader of Markdown makes more of.

use super::code;
use crate::terminal::visible;

/// Plain text: nothing in it is markup, and no word of it becomes a link, a mention, a reference or a picture where the
/// text is shown. Such words are written as code, because what shows Markdown looks for them after it undid escapes.
pub(crate) fn escape(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len());
    // Four blanks at the start would be a block of code.
    let blanks = text.len() - text.trim_start_matches(' ').len();
    for word in text[blanks.saturating_sub(1)..].split_inclusive(' ') {
        let (word, blank) = word.strip_suffix(' ').map_or((word, ""), |word| (word, " "));
        let bare = word.trim_end_matches(['.', ',', ';', '!', '?', ')', '”', '’', '"', '\'']);
        let (start, bare) =
            bare.split_at(bare.len() - bare.trim_start_matches(['(', '“', '‘', '"', '\'']).len());
        if becomes_more(bare) {
            plain(&mut out, start);
            out.push_str(&code(bare));
            plain(&mut out, &word[start.len() + bare.len()..]);
        } else {
            plain(&mut out, word);
        }
        out.push_str(blank);
    }
    out
}

/// Text without any such word.
fn plain(out: &mut String, text: &str) {
    // At the start of a block these begin a list, a rule or a heading.
    let begins = out.is_empty();
    let number =
        text.len() - text.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    for (at, character) in text.char_indices() {
        let marks_a_block = begins
            && ((at == 0 && "-+=:".contains(character))
                || (at == number && number > 0 && ".)".contains(character)));
        if marks_a_block
            || matches!(
                character,
                '\\' | '`'
                    | '*'
                    | '_'
                    | '<'
                    | '>'
                    | '['
                    | ']'
                    | '#'
                    | '|'
                    | '~'
                    | '&'
                    | '!'
                    | '$'
                    | '^'
            )
        {
            out.push('\\');
        }
        out.push(character);
    }
}

/// What GitHub, GitLab and their like make more of than a word: addresses, mentions, references to issues and commits,
/// emoji, formulas.
fn becomes_more(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let reference = |mark: char| {
        word.match_indices(mark).any(|(at, _)| {
            word[at + mark.len_utf8()..]
                .starts_with(|next: char| next.is_alphanumeric() || next == '"' || next == '_')
        })
    };
    let commit = word.split(|character: char| !character.is_ascii_alphanumeric()).any(|run| {
        run.len() >= 7
            && run.bytes().all(|byte| byte.is_ascii_hexdigit())
            && run.bytes().any(|byte| byte.is_ascii_digit())
            && run.bytes().any(|byte| byte.is_ascii_alphabetic())
    });
    let numbered =
        lower.strip_prefix("gh-").or_else(|| lower.split_once("/gh-").map(|(_, number)| number));
    lower.contains("://")
        || lower.contains("www.")
        || lower.starts_with("mailto:")
        || lower.starts_with("xmpp:")
        || word.contains(['@', '$', '`', '|'])
        || ['#', '!', '~', '%', '^', '&'].into_iter().any(reference)
        || (word.matches(':').count() >= 2 && !is_time(word))
        || numbered.is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()))
        || commit
}

/// `10:00:00`.
fn is_time(word: &str) -> bool {
    word.split(':')
        .all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The address of a page that says more, where it is nothing but one.
pub(crate) fn link(address: &str) -> String {
    let is_address = address.starts_with("https://")
        && address
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/:._?=&%#~+-,".contains(&byte));
    if is_address { format!("<{address}>") } else { escape(address) }
}
