//! Settings, a line each: `db.password = two words`, `POSTGRES_PASSWORD: x`, `config['smtp_password'] = "…"`. What stands behind
//! such a name is the value up to the end of its line, whatever it looks like.

use super::around::Standing;
use super::kind::Kind;
use super::names;
use super::prose;
use crate::mask::is_mark;

/// Longest name, and lengths of values.
const LONGEST_NAME: usize = 80;
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=300;

/// Values of settings under names of secrets.
pub(super) fn values(text: &str) -> Vec<Standing> {
    let mut found = Vec::new();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let start = from;
        from += line.len();
        if let Some((at, length, kind)) = value(line) {
            found.push(Standing { range: start + at..start + at + length, kind });
        }
    }
    found
}

/// Where in a line the value of a secret setting stands, how long it is, and what it is.
fn value(line: &str) -> Option<(usize, usize, Kind)> {
    let sign = line.find(['=', ':'])?;
    let name = name(line.get(..sign)?)?;
    let secret = names::kind_of(name).filter(|kind| *kind == Kind::Password);
    let kind = secret.or_else(|| prose::told(name)).or_else(|| names::speaks_of(name))?;
    if names::tells_of_one(name) {
        return None;
    }
    let behind = line.get(sign + 1..)?;
    let behind = behind.strip_prefix('>').unwrap_or(behind);
    let trimmed = behind.trim_start();
    let value = trimmed.trim_end().trim_end_matches([',', ';']);
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'));
    let (value, quoted) = match quote {
        Some(quote) => (value.get(1..)?.split(quote).next()?, true),
        None => (value, false),
    };
    let start = line.len() - trimmed.len() + usize::from(quoted);
    // A reference names where the value is kept; parameters go on behind the first.
    let refers = value.starts_with(['$', '{', '<', '%', '&', '*', '[', '('])
        || value.contains("://")
        || !quoted
            && (value.contains(';') || value.split('&').skip(1).any(|more| more.contains('=')))
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "none" | "optional" | "required" | "disabled" | "enabled"
        );
    let believed = secret.is_some() && (quoted || !reads_on(value)) || prose::is_credible(value);
    (LENGTHS.contains(&value.len()) && !refers && believed && !is_mark(value)).then_some((
        start,
        value.len(),
        kind,
    ))
}

/// The last word of what stands before the sign, where nothing else does than what leads to a setting.
fn name(before: &str) -> Option<&str> {
    let before = before.trim().trim_start_matches("- ").trim_start_matches("export ").trim();
    let bare = before.trim_end_matches(['"', '\'', ']', ')']).trim_start_matches(['"', '\'']);
    let last = bare.rsplit(['[', '(', '"', '\'']).next()?;
    let plain = last.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    (plain && !last.is_empty() && bare.len() <= LONGEST_NAME && !bare.contains(' ')).then_some(last)
}

/// Words of a sentence, which say something of a password: `Password: is not set`.
fn reads_on(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "is",
        "was",
        "has",
        "not",
        "must",
        "should",
        "for",
        "the",
        "of",
        "to",
        "a",
        "an",
        "your",
        "ist",
        "nicht",
        "invalid",
        "incorrect",
        "wrong",
        "expired",
        "failed",
        "missing",
        "required",
    ];
    value.split_whitespace().any(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::values;

    fn found(text: &str) -> Vec<&str> {
        values(text).into_iter().map(|one| &text[one.range]).collect()
    }

    #[test]
    fn a_setting_goes_to_the_end_of_its_line() {
        let text = "admin_user = admin\nadmin_password = two plain words\n  POSTGRES_PASSWORD: meadow\r\n- LDAP_BIND_PASSWORD=velvet\n\
                    gitlab_rails['smtp_password'] = \"pelican badger\"\nsaml.keystore.password = Tr0ub4b&3 gondola\nidp.authn.LDAP.bindDNCredential= saffron!9\nx";
        assert_eq!(
            found(text),
            [
                "two plain words",
                "meadow",
                "velvet",
                "pelican badger",
                "Tr0ub4b&3 gondola",
                "saffron!9"
            ]
        );
    }

    #[test]
    fn what_is_told_of_passwords_stays() {
        for text in [
            "password = ${DB_PASSWORD}",
            "password: true",
            "passwordPolicy: strict rules",
            "Password: is not set",
            "2026-11-24 10:00:00 ERROR password: wrong for mira",
            "password_url = https://x.example/reset",
            "name = hunter",
            "password=hunter2&RelayState=x",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
