//! Unix: resource limits.

use super::Bounds;
use rustix::process::{Resource, Rlimit, setrlimit};

/// Limits memory, processor time and what may be written.
pub fn limit(bounds: Bounds) -> Result<(), String> {
    let wanted = [
        (Resource::As, bounds.memory),
        (Resource::Cpu, bounds.seconds),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        // Memory that the kernel holds for it counts nowhere above: pipes, queues, signals, locked pages.
        (Resource::Nofile, 256),
        (Resource::Memlock, 0),
        #[cfg(target_os = "linux")]
        (Resource::Msgqueue, 0),
        #[cfg(target_os = "linux")]
        (Resource::Sigpending, 256),
        #[cfg(target_os = "linux")]
        (Resource::Nice, 0),
        #[cfg(target_os = "linux")]
        (Resource::Rtprio, 0),
    ];
    for (resource, value) in wanted {
        let set = setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) });
        // Elsewhere some limits are refused; what is confined there is told below.
        if let (Err(error), true) = (set, cfg!(target_os = "linux")) {
            return Err(format!("a resource limit could not be set: {error}"));
        }
    }
    Ok(())
}
