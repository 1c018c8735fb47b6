//! When a line of a log was written: the first time in its head, as servers write times.
//!
//! What cannot be understood without a guess is no time: a day and a month that may be either way round, a
//! two-digit year, a clock alone.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// Bytes of a line in which its time is looked for.
const HEAD: usize = 400;
/// Most places in a line at which a time is tried.
const TRIES: usize = 40;
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A time as it stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The moment; of one that names no zone as if it were UTC.
    pub(crate) time: Timestamp,
    /// It names its zone.
    pub(crate) zoned: bool,
    /// Byte of the line at which it begins.
    pub(crate) at: usize,
}

/// The first time in the head of a line. A time that leaves out its year belongs to the last such day up to
/// `latest`, and is none where that is not known.
pub(crate) fn of(line: &str, latest: Option<Timestamp>) -> Option<Stamp> {
    let bytes = line.as_bytes();
    let mut tries = 0;
    let mut at = 0;
    while at < bytes.len().min(HEAD) && tries < TRIES {
        let byte = bytes[at];
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        if begins && byte.is_ascii_alphanumeric() {
            tries += 1;
            if let Some((time, zoned)) =
                read(&bytes[at..], latest).or_else(|| since_1970(bytes, at))
            {
                return Some(Stamp { time, zoned, at });
            }
        }
        at += 1;
    }
    None
}

/// Seconds or milliseconds since 1970 under the name of a time, as loggers that write JSON have them: `"time":1795510800123`.
fn since_1970(line: &[u8], at: usize) -> Option<(Timestamp, bool)> {
    const SECONDS: usize = 10;
    const MILLISECONDS: usize = 13;
    let name = line[..at].trim_ascii_end().strip_suffix(b"\":")?;
    let named = [&b"\"time"[..], b"\"timestamp", b"\"@timestamp", b"\"ts"];
    named.iter().any(|end| name.ends_with(end)).then_some(())?;
    let digits = line[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let count = number(&line[at..at + digits])?;
    let time = match digits {
        SECONDS => Timestamp::from_second(count).ok()?,
        MILLISECONDS => Timestamp::from_millisecond(count).ok()?,
        _ => return None,
    };
    Some((time, true))
}

fn read(text: &[u8], latest: Option<Timestamp>) -> Option<(Timestamp, bool)> {
    let mut reader = Reader { rest: text };
    let (date, clock) = if text[0].is_ascii_digit() {
        let (date, clock) = numeric(&mut reader)?;
        (Some(date), clock)
    } else {
        named(&mut reader)?
    };
    let Some(date) = date else {
        // Month and day without a year: the last such day.
        let (month, day) = clock.1?;
        let latest = latest?;
        let year = Offset::UTC.to_datetime(latest).year();
        let this = Date::new(year, month, day).ok()?.to_datetime(clock.0);
        let day_ahead =
            Offset::UTC.to_datetime(latest.checked_add(jiff::SignedDuration::from_hours(26)).ok()?);
        let chosen = if this > day_ahead {
            Date::new(year - 1, month, day).ok()?.to_datetime(clock.0)
        } else {
            this
        };
        return moment(chosen, &mut reader);
    };
    moment(date.to_datetime(clock.0), &mut reader)
}

fn moment(written: DateTime, reader: &mut Reader<'_>) -> Option<(Timestamp, bool)> {
    let offset = reader.zone();
    let time = offset.unwrap_or(Offset::UTC).to_timestamp(written).ok()?;
    Some((time, offset.is_some()))
}

type Clock = (Time, Option<(i8, i8)>);

/// Times that begin with a number.
fn numeric(reader: &mut Reader<'_>) -> Option<(Date, Clock)> {
    let digits = reader.digits();
    match digits.len() {
        // 20261120T090012.000+0000
        8 => {
            let date = date(number(&digits[..4])?, number(&digits[4..6])?, number(&digits[6..])?)?;
            reader.one_of(b"T /")?;
            let packed = reader.digits();
            let clock = match packed.len() {
                6 => reader.fraction(
                    number(&packed[..2])?,
                    number(&packed[2..4])?,
                    number(&packed[4..])?,
                )?,
                2 => reader.clock_from(number(packed)?)?,
                _ => return None,
            };
            Some((date, (clock, None)))
        }
        // 2026-11-20T09:00:12 or 2026/11/20 09:00:12
        4 => {
            let separator = reader.one_of(b"-/.")?;
            let month = number(reader.digits())?;
            (reader.one_of(b"-/.")? == separator).then_some(())?;
            let date = date(number(digits)?, month, number(reader.digits())?)?;
            Some((date, (reader.clock()?, None)))
        }
        1 | 2 => days_first(reader, number(digits)?),
        _ => None,
    }
}

/// Times that begin with a day or a month: `20/Nov/2026:09:00:12`, `20.11.2026 09:00:12`, `11/20/2026 9:00:12 AM`.
fn days_first(reader: &mut Reader<'_>, first: i64) -> Option<(Date, Clock)> {
    let separator = reader.one_of(b"/.- ")?;
    if let Some(month) = reader.month() {
        (reader.one_of(b"/.- ")? == separator).then_some(())?;
        let year = reader.digits();
        let date = (year.len() == 4).then(|| date(number(year)?, month, first))??;
        return Some((date, (reader.clock()?, None)));
    }
    let second = number(reader.digits())?;
    (reader.one_of(b"/.-")? == separator).then_some(())?;
    let year = reader.digits();
    let year = (year.len() == 4).then(|| number(year))??;
    let clock = reader.clock()?;
    let half = reader.half();
    // Dots are written day first everywhere; slashes both ways, and only the values tell.
    let month_first = match (separator, first > 12, second > 12) {
        (b'.', ..) | (_, true, false) => false,
        (_, false, true) => true,
        _ if first == second => true,
        _ => half.is_some(),
    };
    if !month_first && separator == b'/' && first <= 12 && second != first {
        return None;
    }
    let date = if month_first { date(year, first, second) } else { date(year, second, first) }?;
    let clock = match half {
        Some(afternoon) => Time::new(
            clock.hour() % 12 + if afternoon { 12 } else { 0 },
            clock.minute(),
            clock.second(),
            0,
        )
        .ok()?,
        None => clock,
    };
    Some((date, (clock, None)))
}

/// Times that begin with a name: `Nov 20 09:00:12`, `Fri Nov 20 09:00:12.123456 2026`, `Fri, 20 Nov 2026 09:00:12`.
fn named(reader: &mut Reader<'_>) -> Option<(Option<Date>, Clock)> {
    let month = if let Some(month) = reader.month() {
        month
    } else {
        reader.weekday()?;
        if let Some(day) = Some(reader.digits()).filter(|digits| !digits.is_empty()) {
            let day = number(day)?;
            let (date, clock) = {
                reader.one_of(b" -")?;
                let month = reader.month()?;
                reader.one_of(b" -")?;
                (date(number(reader.digits())?, month, day)?, reader.clock()?)
            };
            return Some((Some(date), (clock, None)));
        }
        reader.month()?
    };
    while reader.one_of(b" ").is_some() {}
    let day = number(reader.digits())?;
    if reader.one_of(b",").is_some() {
        reader.one_of(b" ")?;
        let date = date(number(reader.digits())?, month, day)?;
        return Some((Some(date), (reader.clock()?, None)));
    }
    let clock = reader.clock()?;
    let mut ahead = Reader { rest: reader.rest };
    if ahead.one_of(b" ").is_some() {
        let year = ahead.digits();
        if year.len() == 4 && year.starts_with(b"20") {
            reader.rest = ahead.rest;
            return Some((Some(date(number(year)?, month, day)?), (clock, None)));
        }
    }
    Some((None, (clock, Some((i8::try_from(month).ok()?, i8::try_from(day).ok()?)))))
}

fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    // No sign-in by SAML 2.0 is older than SAML 2.0.
    (2005..=2100).contains(&year).then_some(())?;
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

struct Reader<'t> {
    rest: &'t [u8],
}

impl<'t> Reader<'t> {
    fn digits(&mut self) -> &'t [u8] {
        let end = self
            .rest
            .iter()
            .take(10)
            .position(|byte| !byte.is_ascii_digit())
            .unwrap_or(self.rest.len().min(10));
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        bytes.contains(first).then(|| {
            self.rest = rest;
            *first
        })
    }

    fn word(&mut self) -> &'t [u8] {
        let end = self
            .rest
            .iter()
            .take(12)
            .position(|byte| !byte.is_ascii_alphabetic())
            .unwrap_or(self.rest.len().min(12));
        &self.rest[..end]
    }

    fn month(&mut self) -> Option<i64> {
        let word = self.word();
        let short = std::str::from_utf8(word.get(..3)?).ok()?.to_ascii_lowercase();
        let number = MONTHS.iter().position(|month| *month == short)?;
        // `Mark` and `Decoder` are no months.
        let whole = word.len() == 3
            || [
                "january",
                "february",
                "march",
                "april",
                "june",
                "july",
                "august",
                "september",
                "october",
                "november",
                "december",
            ]
            .contains(&std::str::from_utf8(word).ok()?.to_ascii_lowercase().as_str());
        whole.then_some(())?;
        self.rest = &self.rest[word.len()..];
        i64::try_from(number + 1).ok()
    }

    fn weekday(&mut self) -> Option<()> {
        let word = self.word();
        let short = std::str::from_utf8(word.get(..3)?).ok()?.to_ascii_lowercase();
        (word.len() <= 9
            && ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains(&short.as_str()))
        .then_some(())?;
        self.rest = &self.rest[word.len()..];
        self.one_of(b",");
        self.one_of(b" ")?;
        Some(())
    }

    /// What stands between a date and its clock, and the clock.
    fn clock(&mut self) -> Option<Time> {
        self.one_of(b"T t:,/")?;
        while self.one_of(b" ").is_some() {}
        let hour = number(self.digits())?;
        self.clock_from(hour)
    }

    fn clock_from(&mut self, hour: i64) -> Option<Time> {
        self.one_of(b":")?;
        let minute = number(self.digits())?;
        self.one_of(b":")?;
        let second = number(self.digits())?;
        self.fraction(hour, minute, second)
    }

    /// The fraction behind the seconds, and the time as a whole.
    fn fraction(&mut self, hour: i64, minute: i64, second: i64) -> Option<Time> {
        let before = self.rest;
        let mut nanoseconds = 0;
        if self.one_of(b".,").is_some() {
            let digits = self.digits();
            if digits.is_empty() {
                self.rest = before;
            } else {
                let mut padded = [b'0'; 9];
                for (to, from) in padded.iter_mut().zip(digits) {
                    *to = *from;
                }
                nanoseconds = i32::try_from(number(&padded)?).ok()?;
            }
        }
        Time::new(
            i8::try_from(hour).ok()?,
            i8::try_from(minute).ok()?,
            i8::try_from(second.min(59)).ok()?,
            nanoseconds,
        )
        .ok()
    }

    /// AM or PM: whether it is the afternoon.
    fn half(&mut self) -> Option<bool> {
        let mut ahead = Reader { rest: self.rest };
        while ahead.one_of(b" ").is_some() {}
        let afternoon = match ahead.word().to_ascii_lowercase().as_slice() {
            b"am" => false,
            b"pm" => true,
            _ => return None,
        };
        self.rest = &ahead.rest[2..];
        Some(afternoon)
    }

    /// The zone: `Z`, `UTC`, `+01:00`, `+0100`, `+01`.
    fn zone(&mut self) -> Option<Offset> {
        let mut ahead = Reader { rest: self.rest };
        while ahead.one_of(b" /").is_some() {}
        let word = ahead.word();
        if word.eq_ignore_ascii_case(b"z")
            || word.eq_ignore_ascii_case(b"utc")
            || word.eq_ignore_ascii_case(b"gmt")
        {
            return Some(Offset::UTC);
        }
        let sign = match ahead.one_of(b"+-")? {
            b'-' => -1,
            _ => 1,
        };
        let digits = ahead.digits();
        let (hours, minutes) = match digits.len() {
            2 if ahead.one_of(b":").is_some() => (number(digits)?, number(ahead.digits())?),
            2 => (number(digits)?, 0),
            4 => (number(&digits[..2])?, number(&digits[2..])?),
            _ => return None,
        };
        (hours <= 15 && minutes < 60).then_some(())?;
        Offset::from_seconds(i32::try_from(sign * (hours * 3600 + minutes * 60)).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: &str) -> Option<(String, bool)> {
        of(line, Some("2026-11-21T00:00:00Z".parse().unwrap()))
            .map(|stamp| (stamp.time.to_string(), stamp.zoned))
    }

    #[test]
    fn servers_write_the_same_moment_in_many_ways() {
        for line in [
            "41\t20261120T090012.000+0000\tWARN\tx",
            "12\t38.22.0\t20261120T100012+0100\tx",
            "41\t20261120T090012.123Z\tx",
            "2026-11-20T09:00:12Z WARN x",
            "2026-11-20 10:00:12.000+01:00 [main] ERROR x",
            "[20/Nov/2026:10:00:12 +0100] x",
            "{\"reqId\":\"a1\",\"level\":3,\"time\":\"2026-11-20T09:00:12+00:00\",\"message\":\"x\"}",
            "Fri, 20 Nov 2026 09:00:12 GMT x",
            "host app[12]: 2026-11-20T03:00:12-06:00 x",
            "2026-11-20/09:00:12.101/UTC [ajp-8009] INFO x",
        ] {
            let (time, zoned) = at(line).expect(line);
            assert!(time.starts_with("2026-11-20T09:00:12") && zoned, "{line}: {time}");
        }
    }

    #[test]
    fn without_a_zone_it_is_read_as_utc_and_said_to_be_open() {
        for line in [
            "20261120T090012.000\tWARN",
            "2026-11-20 09:00:12,123 ERROR x",
            "2026/11/20 09:00:12 [error] 12#0: x",
            "20261120/090012.120 - U00045320 x",
            "20.11.2026 09:00:12 x",
            "11/20/2026 9:00:12 AM x",
            "20/11/2026 09:00:12 x",
            "Nov 20 09:00:12 host httpd: x",
            "[Fri Nov 20 09:00:12.123456 2026] [auth_mellon:error] x",
            "20-Nov-2026 09:00:12.100 SEVERE [main] x",
            "Nov 20, 2026 09:00:12 x",
        ] {
            let (time, zoned) = at(line).expect(line);
            assert!(time.starts_with("2026-11-20T09:00:12") && !zoned, "{line}: {time}");
        }
    }

    #[test]
    fn what_would_be_a_guess_is_no_time() {
        for line in [
            "10/11/2026 09:00:12 x",
            "09:00:12 x",
            "x",
            "",
            "12 38.22.0 x",
            "Mark 12 09:00:12",
            "20261120 x",
            "2026-13-40T00:00:00Z",
        ] {
            assert_eq!(at(line), None, "{line}");
        }
        assert_eq!(of("Nov 20 09:00:12 x", None), None);
    }

    #[test]
    fn a_day_without_a_year_is_the_last_such_day() {
        let latest = "2026-01-05T00:00:00Z".parse().ok();
        let time = of("Dec 31 23:59:59 x", latest).map(|stamp| stamp.time.to_string());
        assert_eq!(time.as_deref(), Some("2025-12-31T23:59:59Z"));
    }
}
