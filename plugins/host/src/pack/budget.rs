//! What an evaluation may cost.
//!
//! The interpreter cannot be interrupted, so the tree it walks is laced with calls that count
//! (see [`super::guard`]), and what they count is kept here, per thread: an overload is a plain
//! function and can carry nothing with it. Counting steps rather than time makes a check that
//! costs too much fail on every machine alike; the clock only backs it up.

use cel::ExecutionError;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Elements, or sixteenths of a text's bytes, a value may hold.
pub(super) const BULK: usize = 100_000;

/// What a thread has left.
struct Account {
    left: Cell<u64>,
    /// Why it was cut off.
    spent: Cell<Option<&'static str>>,
    /// The one who waits no longer waits.
    cancelled: RefCell<Option<Arc<AtomicBool>>>,
}

thread_local! {
    static ACCOUNT: Account = const { Account { left: Cell::new(0), spent: Cell::new(None), cancelled: RefCell::new(None) } };
}

/// Makes an account for what follows on this thread.
pub(super) fn open(steps: u64, cancelled: Option<Arc<AtomicBool>>) {
    ACCOUNT.with(|account| {
        account.left.set(steps);
        account.spent.set(None);
        if cancelled.is_some() {
            account.cancelled.replace(cancelled);
        }
    });
}

/// Why evaluation was cut off, where it was: an error may have been swallowed by `||`.
pub(super) fn spent() -> Option<&'static str> {
    ACCOUNT.with(|account| account.spent.get())
}

/// Steps that are left; none where evaluation was cut off.
pub(super) fn left() -> u64 {
    ACCOUNT.with(|account| if account.spent.get().is_some() { 0 } else { account.left.get() })
}

/// Takes steps off the account.
pub(super) fn spend(steps: u64) -> Result<(), ExecutionError> {
    ACCOUNT.with(|account| {
        if let Some(why) = account.spent.get() {
            return Err(over(why));
        }
        let before = account.left.get();
        let cancelled =
            || account.cancelled.borrow().as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed));
        match before.checked_sub(steps) {
            None => cut("it takes too many steps; look at fewer elements, or nest fewer loops"),
            // Looked at now and then only: it is shared between threads.
            Some(left) if before >> 12 != left >> 12 && cancelled() => cut("it was stopped"),
            Some(left) => {
                account.left.set(left);
                Ok(())
            }
        }
    })
}

/// Cuts evaluation off.
pub(super) fn cut(why: &'static str) -> Result<(), ExecutionError> {
    ACCOUNT.with(|account| account.spent.set(Some(why)));
    Err(over(why))
}

fn over(why: &str) -> ExecutionError {
    ExecutionError::function_error("budget", why)
}
