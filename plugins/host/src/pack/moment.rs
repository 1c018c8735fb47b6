//! Moments and durations in whole seconds, so that one can be taken from the other and compared.

use diag_sdk::jiff::Timestamp;

/// Seconds since 1970 of a moment (RFC 3339), or what is wrong with it.
pub(super) fn seconds(text: &str) -> Result<i64, String> {
    instant(text)
        .map(Timestamp::as_second)
        .ok_or_else(|| format!("`{}` is not a moment such as 2026-11-24T10:00:00Z", shown(text)))
}

/// The moment that a text is (RFC 3339).
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Seconds of a duration: numbers with `d`, `h`, `m` or `s`, one after the other.
pub(super) fn duration(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{}` is not a duration such as 90s, 5m or 1h30m", shown(text));
    let (negative, mut rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut sum: i64 = 0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.len()
            - rest.trim_start_matches(|character: char| character.is_ascii_digit()).len();
        let number: i64 = rest[..digits].parse().map_err(|_| wrong())?;
        let seconds = match rest[digits..].chars().next() {
            Some('d') => 86_400,
            Some('h') => 3_600,
            Some('m') => 60,
            Some('s') => 1,
            _ => return Err(wrong()),
        };
        sum =
            number.checked_mul(seconds).and_then(|part| sum.checked_add(part)).ok_or_else(wrong)?;
        rest = &rest[digits + 1..];
    }
    Ok(if negative { -sum } else { sum })
}

fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, wanted) in
            [("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("-10s", -10), ("0s", 0)]
        {
            assert_eq!(duration(text), Ok(wanted), "{text}");
        }
        for odd in [
            "",
            "-",
            "5",
            "m",
            "5 minutes",
            "500ms",
            "1.5h",
            "99999999999999999999s",
            "9223372036854775807d",
            "5€",
        ] {
            assert!(duration(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn moments_are_seconds() {
        assert_eq!(seconds("1970-01-01T00:01:00+00:00"), Ok(60));
        assert!(
            seconds("yesterday").expect_err("no moment").starts_with("`yesterday` is not a moment")
        );
    }
}
