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

/// What a name stands for, of those that pages write: marks of passwords and tokens, quotes and letters. A quote of any
/// shape is read as one that people type.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" | "ldquo" | "rdquo" => '"',
        "apos" | "lsquo" | "rsquo" => '\'',
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
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsaquo" => '‹',
        "rsaquo" => '›',
        "sbquo" => '‚',
        "bdquo" => '„',
        "bull" => '•',
        "euro" => '€',
        "trade" => '™',
        "OElig" => 'Œ',
        "oelig" => 'œ',
        name => {
            let at = LATIN.split_whitespace().position(|known| known == name)?;
            char::from_u32(0xa1 + u32::try_from(at).ok()?)?
        }
    })
}

/// The names of HTML for the upper half of Latin-1, in its order from U+00A1: pages in other languages than English
/// spell their letters with them.
const LATIN: &str = "iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute \
    micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil \
    Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute \
    Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute \
    icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

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
            ("&iexcl;", '¡', 7),
            ("&aacute;", 'á', 8),
            ("&ntilde;", 'ñ', 8),
            ("&ccedil;", 'ç', 8),
            ("&szlig;", 'ß', 7),
            ("&Uuml;", 'Ü', 6),
            ("&yuml;", 'ÿ', 6),
            ("&lsaquo;", '‹', 8),
            ("&#8217;", '’', 7),
        ] {
            assert_eq!(at(text), Some((character, length)), "{text}");
        }
        for text in
            ["&", "&#", "&#;", "& x;", "&unknown;", "&nothing;", "&;", "&amp", "&#99999999;", "x"]
        {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
