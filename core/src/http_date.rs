//! Times as HTTP headers write them.

use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

/// The time a header gives (RFC 9110 §5.6.7), in whatever of the forms in use.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let parse = |text: &str| DateTimeParser::new().parse_timestamp(text).ok();
    let text = text.trim();
    // Cookies of old expire on `Thu, 01-Jan-1970`.
    parse(text).or_else(|| parse(&text.replace('-', " ")))
}

/// A time as a header writes it.
pub(crate) fn write(time: Timestamp) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap_or_else(|_| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        let time = read("Tue, 24 Nov 2026 10:00:03 GMT").unwrap();
        assert_eq!(write(time), "Tue, 24 Nov 2026 10:00:03 GMT");
        assert_eq!(read("Thu, 01-Jan-1970 00:00:00 GMT"), Some(Timestamp::UNIX_EPOCH));
        assert_eq!(read("yesterday"), None);
    }
}
