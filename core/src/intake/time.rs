//! Times as exporters write them: with seven digits of fraction, without a zone, as milliseconds.

use jiff::Timestamp;

/// A time, as leniently as is safe: what cannot be understood is `None`, never a guess. A missing
/// zone is read as UTC, which is what every exporter that leaves it out means.
pub(super) fn lenient(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Ok(number) = text.parse::<f64>() {
        return from_number(number);
    }
    let (date, clock) = text.split_once(['T', 't', ' '])?;
    let zone_at = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at_checked(zone_at)?;
    let clock = clock.trim_end().replace(',', ".");
    let clock = match clock.split_once('.') {
        Some((seconds, fraction)) => format!("{seconds}.{}", fraction.get(..9).unwrap_or(fraction)),
        None => clock,
    };
    let zone = if zone.is_empty() { "Z" } else { zone };
    format!("{date}T{clock}{zone}").parse().ok()
}

/// Seconds or milliseconds since 1970, told apart by their size.
pub(super) fn from_number(number: f64) -> Option<Timestamp> {
    let seconds = if number.abs() > 1e11 { number / 1000.0 } else { number };
    if !(1e8..1e11).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exporter_s_spelling_is_the_same_moment() {
        let expected: Timestamp = "2026-11-24T03:49:24.463Z".parse().unwrap();
        for text in [
            "2026-11-24T03:49:24.463Z",
            "2026-11-24T03:49:24.463+00:00",
            "2026-11-24T04:49:24.4630000+01:00",
            "2026-11-24T04:49:24.463000000000+01:00",
            "2026-11-24T03:49:24.463",
            "2026-11-24 03:49:24,463",
            " 2026-11-24t03:49:24.463z ",
            "2026-11-23T20:49:24.463-0700",
            "1795492164463",
            "1795492164.463",
        ] {
            assert_eq!(lenient(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in [
            "",
            "yesterday",
            "2026-13-45T00:00:00Z",
            "0",
            "-1",
            "NaN",
            "inf",
            "99999999999999999999",
            "T",
            "é T é",
        ] {
            assert_eq!(lenient(text), None, "{text}");
        }
    }
}
