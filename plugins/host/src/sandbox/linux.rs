//! Linux: landlock takes the file system, seccomp the network, new processes and other processes.

use super::calls::{
    COMPUTING, FAR_REACHING, HARMLESS, LOADING, METADATA, NETWORK, OTHERS, POISON, PRIORITY,
    SHARED, SYSTEM, TYPING,
};
use crate::frames::Confinement;
use landlock::{
    ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The newest landlock rules asked for; an older kernel enforces the part it knows.
const RULES: ABI = ABI::V6;

/// Closes what the process that started `diag` may have left open: a plugin gets three streams.
pub fn close_inherited() {
    // SAFETY: nothing of this process is open beyond the standard streams yet.
    let _ = unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, 0_u32) };
}

/// Gives up everything but computing and loading the system's libraries. Returns what was achieved, for people.
pub fn before_loading() -> Confinement {
    let landlock = files(LIBRARIES.iter().map(PathBuf::from).collect());
    told("no files but the system's libraries", &landlock, computing_and(LOADING))
}

/// Gives up loading, too. An initialiser may have made that impossible; nobody relies on it.
pub fn after_loading() {
    let _ = files(Vec::new());
    let _ = computing_and(&[]);
}

/// Gives up everything but reading what a program needs to start. Returns what was achieved, for people.
pub fn before_program(program: &Path) -> Confinement {
    let landlock = files(readable_for(program));
    told(
        "no files but its own and the system's",
        &landlock,
        refuse(&[NETWORK, OTHERS, PRIORITY, SHARED, SYSTEM, METADATA]),
    )
}

/// What was achieved, for people.
fn told(
    files: &str,
    landlock: &Result<RulesetStatus, RulesetError>,
    calls: Result<(), String>,
) -> Confinement {
    let enforced =
        matches!(landlock, Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced));
    let files = match landlock {
        _ if enforced => files.to_owned(),
        Ok(_) => "all files (this kernel has no landlock)".to_owned(),
        Err(error) => format!("all files (landlock failed: {error})"),
    };
    match calls {
        Ok(()) => Confinement {
            words: format!("{files}, no network, no new processes"),
            complete: enforced,
        },
        Err(error) => Confinement {
            words: format!("{files}; network and processes are not confined: {error}"),
            complete: false,
        },
    }
}

/// Takes the file system away but for reading these paths. Rules stack: nothing comes back.
fn files(kept: Vec<PathBuf>) -> Result<RulesetStatus, RulesetError> {
    let reading = AccessFs::from_read(RULES);
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(RULES))?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?;
    for path in kept {
        // What is not there need not be readable.
        let Ok(open) = PathFd::new(&path) else { continue };
        let access = if path.is_dir() { reading } else { reading & AccessFs::from_file(RULES) };
        ruleset = ruleset.add_rule(PathBeneath::new(open, access))?;
    }
    Ok(ruleset.restrict_self()?.ruleset)
}

/// Where the system's libraries lie, and what tells the loader so.
const LIBRARIES: &[&str] = &[
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/gnu/store",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
];

/// What a program has to read: itself, its interpreter with its library, and the system's libraries.
fn readable_for(program: &Path) -> Vec<PathBuf> {
    let system = [
        "/usr",
        "/lib",
        "/lib32",
        "/lib64",
        "/bin",
        "/sbin",
        "/opt",
        "/nix/store",
        "/gnu/store",
        "/etc/alternatives",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/ld.so.conf.d",
        "/etc/localtime",
        "/dev/null",
        "/dev/zero",
        "/dev/urandom",
        "/dev/random",
        "/proc/self",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/sys/devices/system/cpu",
    ];
    let mut kept: Vec<PathBuf> = system.into_iter().map(PathBuf::from).collect();
    // A copy in memory lies in no folder: it is open already, and no rule could name it.
    if !program.starts_with("/proc/self/fd") {
        kept.push(program.to_owned());
    }
    if let Some(interpreter) = interpreter_of(program) {
        for path in [interpreter.canonicalize().ok(), Some(interpreter)].into_iter().flatten() {
            // `PREFIX/bin/python3` keeps its library below PREFIX.
            let bin =
                path.parent().filter(|parent| parent.file_name().is_some_and(|name| name == "bin"));
            kept.extend(
                bin.and_then(Path::parent)
                    .filter(|prefix| prefix.parent().is_some())
                    .map(Path::to_owned),
            );
            kept.push(path);
        }
    }
    kept
}

/// The interpreter that the first line of a script names.
fn interpreter_of(program: &Path) -> Option<PathBuf> {
    use std::io::Read;
    let mut head = Vec::new();
    std::fs::File::open(program).ok()?.take(256).read_to_end(&mut head).ok()?;
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let path = std::str::from_utf8(line).ok()?.split_whitespace().next()?;
    Some(PathBuf::from(path))
}

/// Refuses system calls a checker has no use for. They fail with EPERM rather than kill, so
/// that a plugin's own error handling can say what it tried.
fn refuse(lists: &[&[libc::c_long]]) -> Result<(), String> {
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> =
        lists.iter().flat_map(|list| list.iter()).map(|call| (*call, Vec::new())).collect();
    refused.insert(libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Ne, own_process())?]);
    // Reading a limit is harmless, setting one is not: the third argument points to the new one.
    refused.insert(libc::SYS_prlimit64, vec![rule(2, SeccompCmpOp::Ne, 0)?]);
    #[cfg(target_arch = "x86_64")]
    for call in [libc::SYS_fork, libc::SYS_vfork] {
        refused.insert(call, Vec::new());
    }
    // Threads stay possible; a clone without CLONE_THREAD is a new process.
    refused.insert(libc::SYS_clone, vec![rule(0, SeccompCmpOp::MaskedEq(thread_flag()?), 0)?]);
    refused.insert(
        libc::SYS_fcntl,
        any_of(1, FAR_REACHING.iter().map(|command| command.unsigned_abs().into()))?,
    );
    refused.insert(libc::SYS_ioctl, any_of(1, TYPING.iter().copied())?);
    refused.insert(libc::SYS_madvise, any_of(2, POISON.iter().copied())?);
    common()?;
    install(&refused, SeccompAction::Allow, errno(libc::EPERM)?)
}

/// What every filter begins with.
fn common() -> Result<(), String> {
    // clone3 hides its flags in memory; ENOSYS makes libraries fall back to clone.
    install(&[(libc::SYS_clone3, Vec::new())].into(), SeccompAction::Allow, errno(libc::ENOSYS)?)?;
    #[cfg(target_arch = "x86_64")]
    refuse_x32()?;
    Ok(())
}

/// Leaves the system calls that computing needs and some more, and refuses all others.
fn computing_and(more: &[libc::c_long]) -> Result<(), String> {
    let mut left: BTreeMap<i64, Vec<SeccompRule>> =
        COMPUTING.iter().chain(more).map(|call| (*call, Vec::new())).collect();
    if more.contains(&libc::SYS_openat) {
        // For reading: whatever else is open to it, nothing is made, emptied or written.
        let changing = u64::from(
            (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC).unsigned_abs(),
        );
        left.insert(libc::SYS_openat, vec![narrow(2, SeccompCmpOp::MaskedEq(changing), 0)?]);
    }
    left.insert(
        libc::SYS_clone,
        vec![rule(0, SeccompCmpOp::MaskedEq(thread_flag()?), thread_flag()?)?],
    );
    left.insert(
        libc::SYS_fcntl,
        any_of(1, HARMLESS.iter().map(|command| command.unsigned_abs().into()))?,
    );
    let advice = |value: &u64| narrow_condition(2, SeccompCmpOp::Ne, *value);
    let harmless = POISON.iter().map(advice).collect::<Result<Vec<_>, _>>()?;
    left.insert(libc::SYS_madvise, vec![SeccompRule::new(harmless).map_err(text)?]);
    common()?;
    left.insert(libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Eq, own_process())?]);
    left.insert(libc::SYS_prlimit64, vec![rule(2, SeccompCmpOp::Eq, 0)?]);
    install(&left, errno(libc::EPERM)?, SeccompAction::Allow)
}

fn own_process() -> u64 {
    u64::from(std::process::id())
}

/// A rule on one argument.
fn rule(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompRule, String> {
    let condition =
        SeccompCondition::new(argument, SeccompCmpArgLen::Qword, operator, value).map_err(text)?;
    SeccompRule::new(vec![condition]).map_err(text)
}

/// A rule on the lower half of an argument: the kernel reads no more of it, whatever stands in the upper.
fn narrow(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompRule, String> {
    SeccompRule::new(vec![narrow_condition(argument, operator, value)?]).map_err(text)
}

fn narrow_condition(
    argument: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, String> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).map_err(text)
}

/// The argument is one of these.
fn any_of(argument: u8, values: impl Iterator<Item = u64>) -> Result<Vec<SeccompRule>, String> {
    values.map(|value| narrow(argument, SeccompCmpOp::Eq, value)).collect()
}

fn thread_flag() -> Result<u64, String> {
    u64::try_from(libc::CLONE_THREAD).map_err(text)
}

fn errno(number: i32) -> Result<SeccompAction, String> {
    Ok(SeccompAction::Errno(u32::try_from(number).map_err(text)?))
}

fn install(
    rules: &BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matched: SeccompAction,
) -> Result<(), String> {
    let architecture: TargetArch = std::env::consts::ARCH.try_into().map_err(text)?;
    let filter =
        SeccompFilter::new(rules.clone(), otherwise, matched, architecture).map_err(text)?;
    let program: BpfProgram = filter.try_into().map_err(text)?;
    seccompiler::apply_filter_all_threads(&program).map_err(text)
}

/// The x32 calls of x86-64 are the same calls under other numbers, which no list above names.
#[cfg(target_arch = "x86_64")]
fn refuse_x32() -> Result<(), String> {
    use seccompiler::sock_filter;
    const X32: u32 = 0x4000_0000;
    let statement = |code: u32, k: u32, jt: u8, jf: u8| -> Result<sock_filter, String> {
        Ok(sock_filter { code: u16::try_from(code).map_err(text)?, jt, jf, k })
    };
    let refusal = libc::SECCOMP_RET_ERRNO | u32::try_from(libc::EPERM).map_err(text)?;
    let program = vec![
        // The number of the call stands first in seccomp_data.
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0)?,
        statement(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, X32, 0, 1)?,
        statement(libc::BPF_RET | libc::BPF_K, refusal, 0, 0)?,
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW, 0, 0)?,
    ];
    seccompiler::apply_filter_all_threads(&program).map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
