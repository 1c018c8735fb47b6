//! `xs:dateTime` as products write it.

use jiff::Timestamp;

/// Reads an instant leniently: Entra writes seven digits of a second, others ten or more or leave
/// out the time zone, which SAML defines to be UTC (saml-core-2.0-os §1.3.3).
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    let (date, time) = text.split_once(['T', 't'])?;
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let fraction = fraction.get(..fraction.len().min(9))?;
    let point = if fraction.is_empty() { "" } else { "." };
    let zone = if zone.is_empty() { "Z" } else { zone };
    format!("{date}T{clock}{point}{fraction}{zone}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_products_write() {
        let second = read("2026-11-24T10:00:00Z").unwrap();
        for same in [
            "2026-11-24T10:00:00",
            " 2026-11-24T10:00:00.0000000Z\n",
            "2026-11-24T11:00:00.000+01:00",
            "2026-11-24T10:00:00.000000000000Z",
            "2026-11-24t10:00:00z",
        ] {
            assert_eq!(read(same), Some(second), "{same}");
        }
        assert_eq!(read("2026-11-24T10:00:00.1234567Z").unwrap().subsec_nanosecond(), 123_456_700);
    }

    #[test]
    fn nothing_else() {
        for bad in
            ["", "2026-11-24", "2026-13-24T10:00:00Z", "10:00", "2026-11-24T10:00:00ü", "now"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
