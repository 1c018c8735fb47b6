//! Plugins as the suite loads them: the binary that becomes their worker, and what is built for the
//! purpose, each once per run.

use diag_host::{Launcher, Limits, Loaded, PluginError, Terms};
use std::collections::BTreeMap;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX, EXE_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::time::Duration;

/// The workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

/// The folder of this profile below `target`: the tests run from its `deps`.
pub fn target() -> PathBuf {
    let own = std::env::current_exe().expect("the path of the tests");
    own.parent().and_then(Path::parent).expect("target/PROFILE/deps").to_owned()
}

/// A folder that outlives the run, for what takes long to build.
pub fn kept(name: &str) -> PathBuf {
    let folder = target().join("plugins-of-tests").join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Asks cargo, with the profile the tests are built in.
fn cargo(arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).current_dir(workspace()).arg("--quiet");
    if target().ends_with("release") {
        command.arg("--release");
    }
    let output = command.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Builds what `cargo test --workspace` builds, which costs nothing where that is what runs: asked for one package,
/// cargo chooses other features of the libraries and builds most of them again.
fn whole() {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| cargo(&["test", "--workspace", "--no-run"]));
}

/// The binary `diag`, built.
pub fn diag() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        whole();
        target().join(format!("diag{EXE_SUFFIX}"))
    })
}

/// Runs `diag` in a folder.
pub fn diag_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(diag())
        .args(arguments)
        .current_dir(folder)
        .env_remove("RUST_BACKTRACE")
        .output()
        .expect("diag runs")
}

/// What a run of `diag` printed, both streams.
pub fn said(output: &Output) -> (String, String) {
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// A text with every run of blanks as one, as if no line had been wrapped.
pub fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How workers are started.
pub fn launcher() -> Launcher {
    Launcher { program: diag().to_owned(), arguments: vec!["__plugin-worker".to_owned()] }
}

/// Patient terms: tests run beside others on busy machines.
pub fn terms() -> Terms {
    Terms {
        limits: Limits { deadline: Duration::from_secs(60), ..Limits::default() },
        ..Terms::default()
    }
}

/// Loads a plugin on patient terms.
pub fn load(path: &Path) -> Result<Loaded, PluginError> {
    Loaded::load(path, &launcher(), &terms())
}

/// Every first-party family as a library, by name.
pub fn families() -> &'static BTreeMap<&'static str, PathBuf> {
    static BUILT: OnceLock<BTreeMap<&'static str, PathBuf>> = OnceLock::new();
    BUILT.get_or_init(|| {
        whole();
        let path = |name: &str| {
            target()
                .join("examples")
                .join(format!("{DLL_PREFIX}family_{}{DLL_SUFFIX}", name.replace('-', "_")))
        };
        diag_families::BUILTIN.iter().map(|family| (family.name, path(family.name))).collect()
    })
}

/// A library of the workspace, built as its author would.
pub fn member(package: &str) -> PathBuf {
    cargo(&["build", "-p", package]);
    target().join(format!("{DLL_PREFIX}{}{DLL_SUFFIX}", package.replace('-', "_")))
}

/// The library that does everything a plugin must not do, in one of its variants.
pub fn bad(variant: Option<&str>) -> PathBuf {
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let source = workspace().join("tests/plugins/bad/bad.rs");
    let path = kept("bad").join(format!("{DLL_PREFIX}{}{DLL_SUFFIX}", variant.unwrap_or("bad")));
    let modified = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    if modified(&path) > modified(&source) {
        return path;
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command
        .args(["--edition", "2024", "--crate-type", "cdylib", "--cap-lints", "allow"])
        .arg(&source)
        .arg("-o")
        .arg(&path);
    if let Some(variant) = variant {
        command.args(["--cfg", variant]);
    }
    let output = command.output().expect("rustc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}

/// Writes an executable script.
pub fn script(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a script");
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("permissions");
}

/// Whether a program is there; where it is not, the test that needs it says so and ends.
pub fn is_there(program: &str) -> bool {
    let there =
        Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: there is no {program} on this machine");
    }
    there
}
