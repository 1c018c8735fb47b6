//! How far a side's clock is from the browser's.
//!
//! `Date` names a second, written somewhere between the start of the request and the end of the
//! answer. Each answer thus bounds the offset from both sides; the bounds of all answers of a host
//! together give the estimate and how far off it may be. Answers from a cache carry old dates, so
//! what lies far from the median is left out.

use diag_sdk::Case;
use diag_sdk::case::attempt::Clock;
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::host::host_of;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How far from the median an answer may lie before it counts as cached or broken, in seconds.
const FAR: f64 = 5.0;

/// Bounds of an offset in seconds.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    fn middle(self) -> f64 {
        f64::midpoint(self.low, self.high)
    }
}

/// The clocks of the hosts of both sides, by host name.
pub fn clocks(case: &Case) -> Vec<Clock> {
    let mut hosts: BTreeMap<String, (Side, Vec<Bounds>)> = BTreeMap::new();
    for exchange in case.exchanges.iter().filter(|exchange| exchange.side != Side::Other) {
        if let (Some(host), Some(bounds)) = (host_of(&exchange.url), bounds(exchange)) {
            hosts.entry(host).or_insert((exchange.side, Vec::new())).1.push(bounds);
        }
    }
    hosts.into_iter().filter_map(|(host, (side, bounds))| clock(host, side, &bounds)).collect()
}

fn bounds(exchange: &Exchange) -> Option<Bounds> {
    // Not modified: the date may be that of the stored answer.
    if exchange.status == 0 || exchange.status == 304 {
        return None;
    }
    let started = seconds(exchange.started?);
    let date = seconds(exchange.date?);
    let duration = exchange.duration_ms.unwrap_or(0.0).clamp(0.0, 600_000.0) / 1000.0;
    Some(Bounds { low: date - (started + duration), high: date + 1.0 - started })
}

fn seconds(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
}

fn clock(host: String, side: Side, bounds: &[Bounds]) -> Option<Clock> {
    let mut middles: Vec<f64> = bounds.iter().map(|bounds| bounds.middle()).collect();
    middles.sort_by(f64::total_cmp);
    let median = *middles.get(middles.len() / 2)?;
    let near: Vec<Bounds> =
        bounds.iter().copied().filter(|bounds| (bounds.middle() - median).abs() <= FAR).collect();
    let low = near.iter().map(|bounds| bounds.low).fold(f64::NEG_INFINITY, f64::max);
    let high = near.iter().map(|bounds| bounds.high).fold(f64::INFINITY, f64::min);
    // Bounds that exclude each other: several machines behind one name, or a clock that was set.
    let (ahead, uncertainty) = if low <= high {
        (f64::midpoint(low, high), (high - low) / 2.0)
    } else {
        (median, near.iter().map(|bounds| (bounds.middle() - median).abs()).fold(1.0, f64::max))
    };
    let tenths = |value: f64| (value * 10.0).round() / 10.0;
    Some(Clock {
        host,
        side,
        ahead_seconds: tenths(ahead),
        uncertainty_seconds: tenths(uncertainty.max(0.1)),
        samples: near.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn answer(started: &str, ahead: i64, cached: i64) -> Exchange {
        let started: Timestamp = started.parse().expect("a timestamp");
        let date = started + SignedDuration::from_secs(ahead - cached);
        let date = Timestamp::from_second(date.as_second()).expect("in range");
        Exchange {
            url: "https://sp.example/".into(),
            side: Side::Sp,
            started: Some(started),
            duration_ms: Some(40.0),
            date: Some(date),
            status: 200,
            ..Exchange::default()
        }
    }

    #[test]
    fn an_offset_is_found_within_its_uncertainty() {
        let exchanges = vec![
            answer("2026-11-24T10:00:00.200Z", 600, 0),
            answer("2026-11-24T10:00:03.900Z", 600, 0),
            answer("2026-11-24T10:00:05.500Z", 600, 0),
        ];
        let clocks = clocks(&Case { exchanges, ..Case::default() });
        assert_eq!(clocks.len(), 1);
        assert!(
            (clocks[0].ahead_seconds - 600.0).abs() <= clocks[0].uncertainty_seconds + 0.05,
            "{clocks:?}"
        );
        assert!(clocks[0].uncertainty_seconds < 0.6);
    }

    #[test]
    fn cached_answers_do_not_move_it() {
        let exchanges = vec![
            answer("2026-11-24T10:00:00.200Z", 0, 86_400),
            answer("2026-11-24T10:00:01.200Z", 0, 0),
            answer("2026-11-24T10:00:02.200Z", 0, 0),
        ];
        let clocks = clocks(&Case { exchanges, ..Case::default() });
        assert!(clocks[0].ahead_seconds.abs() < 1.0, "{clocks:?}");
        assert_eq!(clocks[0].samples, 2);
    }
}
