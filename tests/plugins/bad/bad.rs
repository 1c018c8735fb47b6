//! A library that does everything a plugin must not do, one thing per check. Compiled by the tests
//! with plain rustc; `--cfg` makes variants that already fail at loading.

use std::io::Write;

#[repr(C)]
pub struct Buffer {
    data: *mut u8,
    length: usize,
    capacity: usize,
}

#[repr(C)]
pub struct Table {
    magic: u32,
    interface_major: u16,
    interface_minor: u16,
    size: u32,
    reserved: u32,
    describe: Option<extern "C" fn() -> Buffer>,
    run: Option<unsafe extern "C" fn(*const u8, usize) -> Buffer>,
    free: Option<unsafe extern "C" fn(Buffer)>,
}

const CHECKS: &[&str] = &[
    "abort", "allocate", "case", "endless", "exits", "file", "fork", "gigabytes", "good", "kill", "level", "network", "nonsense", "nothing",
    "null", "other", "overflow", "panic", "prints", "segfault", "sleeps", "spawn", "thread", "wrong-shape", "affinity", "elsewhere",
    "locked", "mistyped", "pipe", "priority", "semaphore", "shared", "signal",
];

/// What Linux offers to those who want more than their share.
#[cfg(target_os = "linux")]
mod linux {
    unsafe extern "C" {
        fn setpriority(which: i32, who: u32, priority: i32) -> i32;
        fn sched_setaffinity(process: i32, size: usize, mask: *const u64) -> i32;
        fn semget(key: i32, number: i32, flags: i32) -> i32;
        fn shmget(key: i32, size: usize, flags: i32) -> i32;
        fn mlockall(flags: i32) -> i32;
        fn fcntl(descriptor: i32, command: i32, ...) -> i32;
        fn pipe(ends: *mut i32) -> i32;
    }

    pub fn greedy(check: &str) -> i32 {
        let mut ends = [0; 2];
        unsafe {
            match check {
                "priority" => setpriority(0, 0, 19),
                "affinity" => sched_setaffinity(0, 8, &1),
                "semaphore" => semget(0, 1, 0o1600),
                "shared" => shmget(0, 4096, 0o1600),
                "locked" => mlockall(1),
                "signal" => fcntl(0, 10, 9),
                // A pipe may be made; one of a megabyte may not.
                "pipe" if pipe(ends.as_mut_ptr()) == 0 => fcntl(ends[1], 1031, 1 << 20),
                _ => 0,
            }
        }
    }
}


fn buffer(text: String) -> Buffer {
    let mut bytes = std::mem::ManuallyDrop::new(text.into_bytes());
    Buffer { data: bytes.as_mut_ptr(), length: bytes.len(), capacity: bytes.capacity() }
}

extern "C" fn describe() -> Buffer {
    if cfg!(describe_garbage) {
        return buffer("certainly".to_owned());
    }
    let checks: Vec<String> = CHECKS
        .iter()
        .map(|check| format!("{{\"id\":\"bad/{check}\",\"title\":\"{check}\",\"levels\":[\"notice\"],\"stage\":\"observation\",\"docs\":\"\"}}"))
        .collect();
    let name = if cfg!(bad_name) { "Bad Name" } else { "bad" };
    buffer(format!(
        "{{\"schema\":\"diag-plugin/1\",\"name\":\"{name}\",\"version\":\"0.0.0\",\"about\":\"\",\"checks\":[{}]}}",
        checks.join(",")
    ))
}

fn found(check: &str, message: &str) -> Buffer {
    let message: String = message.chars().flat_map(char::escape_default).filter(|c| *c != '\\' && *c != '"').take(400).collect();
    buffer(format!(
        "{{\"checks\":[{{\"id\":\"bad/{check}\",\"findings\":[{{\"severity\":\"notice\",\"certain\":true,\"message\":\"{message}\"}}]}}]}}"
    ))
}

/// What came of trying something forbidden.
fn tried<T: std::fmt::Debug>(check: &str, outcome: std::io::Result<T>) -> Buffer {
    match outcome {
        Ok(got) => found(check, &format!("succeeded: {got:?}")),
        Err(error) => found(check, &format!("refused: os error {:?}", error.raw_os_error())),
    }
}

#[expect(unconditional_recursion, reason = "overflowing the stack is what it is for")]
fn deeper(depth: u64) -> u64 {
    let page = std::hint::black_box([depth; 512]);
    deeper(depth + 1) + page[0]
}

unsafe extern "C" {
    fn kill(process: i32, signal: i32) -> i32;
    fn fork() -> i32;
    fn getppid() -> i32;
    #[cfg(init_ready)]
    fn write(descriptor: i32, bytes: *const u8, length: usize) -> isize;
}

unsafe extern "C" fn run(request: *const u8, length: usize) -> Buffer {
    let request = String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(request, length) }).into_owned();
    let Some(check) = CHECKS.iter().find(|check| request.contains(&format!("[\"bad/{check}\"]"))) else {
        // Asked for several at once, one of them takes all others with it.
        std::process::abort();
    };
    match *check {
        "good" => found(check, "fine"),
        "panic" => panic!("on purpose"),
        "abort" => std::process::abort(),
        "exits" => std::process::exit(0),
        "segfault" => {
            let nowhere = std::hint::black_box(8 as *mut u32);
            unsafe { nowhere.write_volatile(1) };
            found(check, "survived")
        }
        "overflow" => found(check, &deeper(0).to_string()),
        "endless" => loop {
            std::hint::spin_loop();
        },
        "sleeps" => loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        },
        "allocate" => {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            loop {
                hoard.push(vec![1; 16 << 20]);
            }
        }
        "gigabytes" => buffer(format!("{{\"checks\":[{{\"id\":\"bad/gigabytes\",\"crashed\":\"{}\"}}]}}", "x".repeat(100 << 20))),
        "nonsense" => buffer("this is not JSON".to_owned()),
        "wrong-shape" => buffer("{\"checks\":{\"id\":7}}".to_owned()),
        "nothing" => buffer(String::new()),
        "null" => Buffer { data: std::ptr::null_mut(), length: 1 << 40, capacity: 0 },
        "other" => found("good", "for another check"),
        "level" => buffer("{\"checks\":[{\"id\":\"bad/level\",\"findings\":[{\"severity\":\"error\",\"certain\":true,\"message\":\"m\"}]}]}".to_owned()),
        "prints" => {
            println!("{{\"frame\":\"answer\",\"answer\":{{\"checks\":[]}}}}");
            print!("noise without an end");
            let _ = std::io::stdout().flush();
            found(check, "printed")
        }
        #[cfg(target_os = "linux")]
        "affinity" | "locked" | "pipe" | "priority" | "semaphore" | "shared" | "signal" => {
            let outcome = linux::greedy(check);
            tried(check, if outcome < 0 { Err(std::io::Error::last_os_error()) } else { Ok(outcome) })
        }
        "mistyped" => buffer("{\"checks\":[{\"id\":\"bad/mistyped\",\"findings\":[{\"severity\":\"notice\",\"mesage\":\"m\"}]}]}".to_owned()),
        "elsewhere" => buffer(
            "{\"checks\":[{\"id\":\"bad/elsewhere\",\"findings\":[{\"severity\":\"notice\",\"certain\":true,\"message\":\"m\",\"attempts\":[\"a99\"]}]}]}"
                .to_owned(),
        ),
        "network" => tried(check, std::net::UdpSocket::bind("127.0.0.1:0")),
        "file" => tried(check, std::fs::read_to_string("/etc/hosts")),
        "spawn" => tried(check, std::process::Command::new("/bin/true").status()),
        "fork" => {
            let child = unsafe { fork() };
            if child == 0 {
                std::process::exit(0);
            }
            tried(check, if child < 0 { Err(std::io::Error::last_os_error()) } else { Ok(child) })
        }
        "kill" => {
            let outcome = unsafe { kill(getppid(), 0) };
            tried(check, if outcome < 0 { Err(std::io::Error::last_os_error()) } else { Ok(outcome) })
        }
        // Threads of its own are allowed.
        "thread" => match std::thread::Builder::new().spawn(|| 7).map(std::thread::JoinHandle::join) {
            Ok(Ok(seven)) => found(check, &format!("joined {seven}")),
            other => found(check, &format!("{other:?}")),
        },
        // Tells everything it was given, in pieces a finding can hold.
        "case" => {
            let text: Vec<String> = request.as_bytes().chunks(1500).map(|chunk| {
                let hex: String = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{{\"severity\":\"notice\",\"certain\":true,\"message\":\"dump\",\"detail\":\"{hex}\"}}")
            }).collect();
            buffer(format!("{{\"checks\":[{{\"id\":\"bad/case\",\"findings\":[{}]}}]}}", text.join(",")))
        }
        _ => found(check, "unknown"),
    }
}

unsafe extern "C" fn free(buffer: Buffer) {
    if !buffer.data.is_null() {
        drop(unsafe { Vec::from_raw_parts(buffer.data, buffer.length, buffer.capacity) });
    }
}

static TABLE: Table = Table {
    magic: if cfg!(wrong_magic) { 0x4c4f_4c21 } else { 0x4449_4147 },
    interface_major: if cfg!(wrong_major) { 7 } else { 1 },
    interface_minor: 0,
    size: if cfg!(short_table) { 16 } else { size_of::<Table>() as u32 },
    reserved: 0,
    describe: if cfg!(no_describe) { None } else { Some(describe) },
    run: Some(run),
    free: Some(free),
};

#[cfg(not(no_symbol))]
#[unsafe(no_mangle)]
pub extern "C" fn diag_plugin() -> *const Table {
    if cfg!(no_table) {
        return std::ptr::null();
    }
    if cfg!(entry_aborts) {
        std::process::abort();
    }
    &raw const TABLE
}

/// Runs while the library is being opened, before diag has called anything.
#[cfg(any(init_endless, init_network, init_aborts, init_ready, init_files))]
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
static INITIALISER: extern "C" fn() = {
    extern "C" fn initialise() {
        if cfg!(init_endless) {
            loop {
                std::hint::spin_loop();
            }
        }
        if cfg!(init_aborts) {
            std::process::abort();
        }
        #[cfg(init_ready)]
        {
            // Says what only the worker says, wherever it is heard, and answers at once.
            let lie = b"{\"frame\":\"ready\",\"confinement\":{\"words\":\"believe me\",\"complete\":true},\"sha256\":\"\"}\n";
            for descriptor in 1..20 {
                unsafe { write(descriptor, lie.as_ptr(), lie.len()) };
            }
        }
        if cfg!(init_files) && std::fs::read_to_string("/etc/passwd").is_ok() {
            std::process::exit(44);
        }
        if cfg!(init_network) && std::net::UdpSocket::bind("127.0.0.1:0").is_ok() {
            // Nobody may get here: the test takes the early end for a hole.
            std::process::exit(42);
        }
        if cfg!(init_network) && std::fs::write("/tmp/diag-bad-plugin-was-here", "x").is_ok() {
            std::process::exit(43);
        }
    }
    initialise
};

