//! Work done by several threads whose results come out in order, with few of them held at a time.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Results a thread may be ahead of what was taken, for each thread.
const AHEAD: usize = 4;

struct State<I, R> {
    jobs: I,
    given: usize,
    taken: usize,
    ready: BTreeMap<usize, R>,
    exhausted: bool,
    stopped: bool,
}

struct Shared<I, R> {
    state: Mutex<State<I, R>>,
    changed: Condvar,
}

impl<I, R> Shared<I, R> {
    fn lock(&self) -> MutexGuard<'_, State<I, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, guard: MutexGuard<'g, State<I, R>>) -> MutexGuard<'g, State<I, R>> {
        self.changed.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does the jobs on `threads` threads and hands the results to `take`, in the order of the jobs, as soon as each is its
/// turn. At most a few results a thread wait. The first failure of `take` ends the work. Returns what is left of the jobs.
pub(crate) fn in_order<J, R: Send, I: Iterator<Item = J> + Send, E>(
    jobs: I,
    threads: usize,
    work: impl Fn(J) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<I, E> {
    let window = threads.max(1) * AHEAD;
    let state = State {
        jobs,
        given: 0,
        taken: 0,
        ready: BTreeMap::new(),
        exhausted: false,
        stopped: false,
    };
    let shared = Shared { state: Mutex::new(state), changed: Condvar::new() };
    let result = std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let mut state = shared.lock();
                    while !state.stopped && !state.exhausted && state.given >= state.taken + window
                    {
                        state = shared.wait(state);
                    }
                    if state.stopped || state.exhausted {
                        return;
                    }
                    let Some(job) = state.jobs.next() else {
                        state.exhausted = true;
                        shared.changed.notify_all();
                        return;
                    };
                    let number = state.given;
                    state.given += 1;
                    drop(state);
                    let result = work(job);
                    shared.lock().ready.insert(number, result);
                    shared.changed.notify_all();
                }
            });
        }
        loop {
            let mut state = shared.lock();
            let next = state.taken;
            let Some(result) = state.ready.remove(&next) else {
                if state.exhausted && state.taken == state.given {
                    return Ok(());
                }
                drop(shared.wait(state));
                continue;
            };
            state.taken += 1;
            drop(state);
            shared.changed.notify_all();
            if let Err(failure) = take(result) {
                shared.lock().stopped = true;
                shared.changed.notify_all();
                return Err(failure);
            }
        }
    });
    let state = shared.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    result.map(|()| state.jobs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_keep_their_order_and_few_wait() {
        let (made, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut taken = Vec::new();
        let work = |number: usize| {
            made.fetch_add(1, Ordering::SeqCst);
            if number.is_multiple_of(7) {
                std::thread::yield_now();
            }
            number * 2
        };
        let left = in_order(0..500, 3, work, |result| {
            taken.push(result);
            most.fetch_max(made.load(Ordering::SeqCst) - taken.len(), Ordering::SeqCst);
            Ok::<(), ()>(())
        });
        assert_eq!(left.map(Iterator::count), Ok(0));
        assert_eq!(taken, (0..500).map(|number| number * 2).collect::<Vec<_>>());
        assert!(most.into_inner() <= 3 * AHEAD);
    }

    #[test]
    fn a_failure_ends_the_work() {
        let made = AtomicUsize::new(0);
        let work = |number: usize| {
            made.fetch_add(1, Ordering::SeqCst);
            number
        };
        let result =
            in_order(0..10_000, 2, work, |number| if number == 5 { Err("full") } else { Ok(()) });
        assert_eq!(result.err(), Some("full"));
        assert!(made.into_inner() < 100);
    }

    #[test]
    fn no_job_is_no_work() {
        assert!(in_order(0..0, 4, |number| number, |_| Err::<(), _>("called")).is_ok());
    }
}
