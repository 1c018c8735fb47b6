//! Processor time, of this process and of those it started, as Linux accounts for it; elsewhere the time on the wall.

use std::ops::AddAssign;
use std::time::{Duration, Instant};

/// What runs have cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost(Duration);

impl Cost {
    pub(crate) fn seconds(self) -> f64 {
        self.0.as_secs_f64()
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, more: Self) {
        self.0 += more.0;
    }
}

/// What a run costs, with every process that it starts and waits for.
pub(crate) fn cost(run: impl FnOnce()) -> Cost {
    let (before, start) = (used(), Instant::now());
    run();
    Cost(match (before, used()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => start.elapsed(),
    })
}

/// User and system time so far: fields 14 to 17 of `/proc/self/stat`, in hundredths of a second.
fn used() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 10))
}
