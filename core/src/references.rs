//! References of HTML and XML to characters: `&amp;`, `&#33;`, `&#x21;`, and as browsers read them, `&#33` without its end.

/// Longest reference.
const LONGEST: usize = 12;

/// The character that a text begins with as a reference, and the length of that.
pub(crate) fn at(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('&')?;
    if let Some(number) = rest.strip_prefix('#') {
        let (digits, radix) =
            number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
        let length = digits
            .bytes()
            .take(LONGEST)
            .take_while(|byte| char::from(*byte).is_digit(radix))
            .count();
        let code = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
        let end = text.len() - digits.len() + length;
        let ended = usize::from(text.get(end..).is_some_and(|behind| behind.starts_with(';')));
        return Some((char::from_u32(code)?, end + ended));
    }
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b';')?;
    Some((named(rest.get(..end)?)?, end + 2))
}

/// What a name stands for; only those of the marks that people and servers put into passwords and tokens.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "sol" => '/',
        "plus" => '+',
        "equals" => '=',
        "commat" => '@',
        "excl" => '!',
        "num" => '#',
        "percnt" => '%',
        "dollar" => '$',
        "colon" => ':',
        "semi" => ';',
        "comma" => ',',
        "period" => '.',
        "quest" => '?',
        "ast" | "midast" => '*',
        "lowbar" => '_',
        "Hat" => '^',
        "grave" => '`',
        "bsol" => '\\',
        "lpar" => '(',
        "rpar" => ')',
        "lsqb" | "lbrack" => '[',
        "rsqb" | "rbrack" => ']',
        "lcub" | "lbrace" => '{',
        "rcub" | "rbrace" => '}',
        "verbar" | "vert" => '|',
        "Tab" => '\t',
        "NewLine" => '\n',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::at;

    #[test]
    fn references_are_read_as_browsers_do() {
        for (text, character, length) in [
            ("&amp;x", '&', 5),
            ("&#33;x", '!', 5),
            ("&#x21;x", '!', 6),
            ("&#0000033;", '!', 10),
            ("&#33x", '!', 4),
            ("&#33&#34", '!', 4),
            ("&excl;", '!', 6),
            ("&nbsp;", ' ', 6),
        ] {
            assert_eq!(at(text), Some((character, length)), "{text}");
        }
        for text in ["&", "&#", "&#;", "& x;", "&unknown;", "&amp", "&#99999999;", "x"] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
