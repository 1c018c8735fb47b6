//! Whether standard output was open when the process began. Rust's runtime opens `/dev/null` in place of standard
//! streams that are closed, before `main` runs: whatever is written then vanishes, and nobody is told. So it is asked
//! before that, among the initialisers of the program.

use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

#[cfg(target_os = "linux")]
extern "C" fn look() {
    // SAFETY: the descriptor is only asked about, before anything else of the program runs that could close it.
    let out = unsafe { std::os::fd::BorrowedFd::borrow_raw(1) };
    CLOSED.store(rustix::io::fcntl_getfd(out).is_err(), Ordering::Relaxed);
}

#[cfg(target_os = "linux")]
#[used]
// SAFETY: the loader calls what stands in this section once, with the arguments of `main`, which are not looked at.
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = look;

/// Standard output was closed when the process began (`diag check … >&-`). Told on Linux; elsewhere always `false`.
pub fn was_closed() -> bool {
    // What is named here is linked in.
    #[cfg(target_os = "linux")]
    std::hint::black_box(&LOOK);
    CLOSED.load(Ordering::Relaxed)
}
