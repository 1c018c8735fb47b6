//! What a worker gives up before a plugin's code answers anything.
//!
//! On Linux: memory without bound (resource limits), the file system (landlock), and the network,
//! new processes and other processes (seccomp). Where the kernel or the system lacks one of them,
//! the worker says so, and `diag plugin list` shows it.

/// How much a worker may use.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Address space in bytes.
    pub memory: u64,
    /// Processor time in seconds; the parent's deadline comes first, this is for orphans.
    pub seconds: u64,
}

/// What kind of plugin is confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confined {
    /// A library that is already loaded: it needs no file any more.
    Library,
    /// A program about to be executed: it must read itself and its interpreter.
    Program,
}

/// Limits memory, processor time and what may be written.
#[cfg(unix)]
pub fn limit(bounds: Bounds) -> Result<(), String> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let fixed = |value: u64| Rlimit { current: Some(value), maximum: Some(value) };
    let set = |resource, value| setrlimit(resource, fixed(value)).map_err(|error| format!("a resource limit could not be set: {error}"));
    set(Resource::As, bounds.memory)?;
    set(Resource::Cpu, bounds.seconds)?;
    set(Resource::Core, 0)?;
    set(Resource::Fsize, 0)
}

/// Limits memory, processor time and what may be written.
#[cfg(not(unix))]
pub fn limit(_: Bounds) -> Result<(), String> {
    Err("this system has no resource limits diag could set".to_owned())
}

/// Gives up network, files and processes. Returns what was achieved, for people.
#[cfg(target_os = "linux")]
pub fn confine(what: Confined) -> String {
    let files = match linux::files(what) {
        Ok(true) => "no file system",
        Ok(false) => "file system only by system call filter (kernel without landlock)",
        Err(_) => "file system only by system call filter (landlock failed)",
    };
    match linux::calls(what) {
        Ok(()) => match what {
            Confined::Library => format!("{files}, no network, no new processes"),
            Confined::Program => format!("{}, no network", files.replace("no file system", "read-only file system")),
        },
        Err(error) => format!("{files}; the kernel takes no system call filter ({error}), so network and processes are not confined"),
    }
}

/// Gives up network, files and processes. Returns what was achieved, for people.
#[cfg(not(target_os = "linux"))]
pub fn confine(_: Confined) -> String {
    "not confined: this system has no sandbox diag could use".to_owned()
}

#[cfg(target_os = "linux")]
mod linux {
    use super::Confined;
    use landlock::{ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, path_beneath_rules};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    };
    use std::collections::BTreeMap;

    /// Takes the file system away; a program keeps reading, so that it can start.
    pub(super) fn files(what: Confined) -> Result<bool, landlock::RulesetError> {
        let abi = ABI::V5;
        let ruleset = Ruleset::default().handle_access(AccessFs::from_all(abi))?.create()?;
        let status = match what {
            Confined::Library => ruleset.restrict_self()?,
            Confined::Program => ruleset.add_rules(path_beneath_rules(["/"], AccessFs::from_read(abi)))?.restrict_self()?,
        };
        Ok(status.ruleset != RulesetStatus::NotEnforced)
    }

    /// Refuses the system calls a checker has no use for. They fail with EPERM rather than kill, so
    /// that a plugin's own error handling can say what it tried.
    pub(super) fn calls(what: Confined) -> Result<(), String> {
        let mut refused: BTreeMap<i64, Vec<SeccompRule>> = [
            libc::SYS_socket,
            libc::SYS_socketpair,
            libc::SYS_connect,
            libc::SYS_bind,
            libc::SYS_listen,
            libc::SYS_sendto,
            libc::SYS_sendmsg,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_pidfd_open,
            libc::SYS_pidfd_getfd,
            libc::SYS_io_uring_setup,
            libc::SYS_bpf,
            libc::SYS_mount,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_kill,
            libc::SYS_keyctl,
            libc::SYS_add_key,
        ]
        .into_iter()
        .map(|call| (call, Vec::new()))
        .collect();
        if what == Confined::Library {
            // Also where landlock is missing: whatever opens files or starts processes.
            for call in [libc::SYS_openat, libc::SYS_openat2, libc::SYS_execve, libc::SYS_execveat, libc::SYS_memfd_create] {
                refused.insert(call, Vec::new());
            }
            #[cfg(target_arch = "x86_64")]
            for call in [libc::SYS_open, libc::SYS_creat, libc::SYS_fork, libc::SYS_vfork, libc::SYS_unlink, libc::SYS_rename] {
                refused.insert(call, Vec::new());
            }
            // Threads stay possible; a clone without CLONE_THREAD is a new process.
            let thread = u64::try_from(libc::CLONE_THREAD).map_err(|error| error.to_string())?;
            let no_thread = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0).map_err(text)?;
            refused.insert(libc::SYS_clone, vec![SeccompRule::new(vec![no_thread]).map_err(text)?]);
        }
        install(refused, libc::EPERM)?;
        if what == Confined::Library {
            // clone3 hides its flags in memory; ENOSYS makes libraries fall back to clone.
            install([(libc::SYS_clone3, Vec::new())].into(), libc::ENOSYS)?;
        }
        Ok(())
    }

    fn install(refused: BTreeMap<i64, Vec<SeccompRule>>, errno: i32) -> Result<(), String> {
        let architecture: TargetArch = std::env::consts::ARCH.try_into().map_err(text)?;
        let errno = u32::try_from(errno).map_err(|error| error.to_string())?;
        let filter = SeccompFilter::new(refused, SeccompAction::Allow, SeccompAction::Errno(errno), architecture).map_err(text)?;
        let program: BpfProgram = filter.try_into().map_err(text)?;
        seccompiler::apply_filter_all_threads(&program).map_err(|error| error.to_string())
    }

    fn text(error: impl std::fmt::Display) -> String {
        error.to_string()
    }
}
