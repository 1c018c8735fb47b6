//! What a worker gives up before a plugin's code answers anything.
//!
//! On Linux: memory without bound (resource limits), the file system (landlock), and the network,
//! new processes and other processes (seccomp). On Windows: memory and processor time without bound,
//! and the desktop (a job object). Where the kernel or the system lacks one of them, the worker says
//! so, and `diag plugin list` shows it.
//!
//! A library is confined before it is opened, because opening runs its initialisers: what is left
//! are the system calls that computing and loading need, and no file but the system's libraries.
//! Once it is open those go, too. A program is confined before it starts: it reads itself, its
//! interpreter and the system's libraries, and nothing of the user's.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

/// How much a worker may use.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Address space in bytes; on Windows memory that is committed.
    pub memory: u64,
    /// Processor time in seconds; the parent's deadline comes first, this is for orphans.
    pub seconds: u64,
}

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{after_loading, before_loading, before_program, close_inherited};
#[cfg(target_os = "linux")]
pub use linux::{after_loading, before_loading, before_program, close_inherited};
#[cfg(unix)]
pub use unix::limit;
#[cfg(windows)]
pub use windows::limit;

/// Limits memory, processor time and what may be written.
#[cfg(not(any(unix, windows)))]
pub fn limit(_: Bounds) -> Result<(), String> {
    Ok(())
}
