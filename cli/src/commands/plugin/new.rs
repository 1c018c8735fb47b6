//! `diag plugin new`: a complete project that builds and whose tests pass as written. Nothing that
//! exists is ever overwritten.

use super::template::{self, Project};
use crate::args::{Language, NewArguments};
use crate::failure::Failure;
use crate::output;
use diag_families::BUILTIN;
use diag_render::text::page::plain;
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) fn run(arguments: &NewArguments) -> anyhow::Result<ExitCode> {
    let name = arguments.name.as_str();
    check_name(name)?;
    if arguments.sdk.is_some() && arguments.lang != Language::Rust {
        return Err(Failure::new("--sdk is for plugins in Rust")
            .hint("add --lang rust, or leave --sdk out")
            .into());
    }
    let Some(template) = template::of(arguments.lang) else {
        return pack(name);
    };
    let sdk = match arguments.lang {
        Language::Rust => sdk(arguments.sdk.as_deref())?,
        _ => None,
    };
    let project = Project { name, sdk: sdk.as_deref() };
    let folder = PathBuf::from(name);
    // Creating fails where something of that name exists, whatever it is.
    fs::create_dir(&folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(name),
        _ => Failure::new(format!("{name}: cannot be created: {error}")),
    })?;
    for file in template.files {
        let path = folder.join(project.fill(file.path));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, project.fill(file.text))?;
        if file.executable {
            make_executable(&path)?;
        }
    }
    let mut text = format!("{name}/ is written. Next:\n\n");
    for line in [format!("cd {name}")]
        .into_iter()
        .chain(template.next.iter().map(|line| project.fill(line)))
    {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {}", plain(&line));
    }
    if arguments.lang == Language::Rust && sdk.is_none() {
        text.push_str(FROM_REGISTRY);
    }
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// What is said where a project asks the registry for the SDK.
const FROM_REGISTRY: &str = "
No checkout of diag is at hand, so the project takes diag-sdk from the registry. It is not published there yet: until it is,
cargo will not find it. Get a checkout and write diag-sdk = { path = \"CHECKOUT/plugins/sdk\" } into Cargo.toml, or begin
with a pack or with --lang python or c, which need nothing.
";

/// A pack is one file: no folder, nothing to build.
fn pack(name: &str) -> anyhow::Result<ExitCode> {
    let file = format!("{name}.checks.toml");
    let mut created = fs::File::create_new(&file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(&file),
        _ => Failure::new(format!("{file}: cannot be created: {error}")),
    })?;
    created.write_all(diag_host::pack::template(name).as_bytes())?;
    output::print(&format!("{file} is written. Next:\n\n  diag plugin test {file}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn exists(what: &str) -> Failure {
    Failure::new(format!("{what}: exists already, and nothing is overwritten"))
        .hint("choose another name or another folder")
}

/// The name becomes the first part of the ids of checks, a folder, and part of file names.
fn check_name(name: &str) -> Result<(), Failure> {
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    let plain =
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !starts || !plain || name.len() > 40 || name.ends_with('-') {
        return Err(Failure::new(format!("{name}: expected a name of lower-case letters, digits and hyphens that begins with a letter"))
            .hint("it is the first part of the ids of its checks: acme gives acme/some-problem"));
    }
    if BUILTIN.iter().any(|family| family.name == name) {
        return Err(Failure::new(format!("{name}: a family of diag itself has that name"))
            .hint("name it after your team or product"));
    }
    Ok(())
}

/// The folder of diag-sdk, where there is one: as given, else in the checkout this program was
/// built in, as long as it is there. A program that was installed, or that cargo put into a folder of
/// its own, lies elsewhere. A checkout that was moved since is found by what lies in it: this program
/// or the current folder.
fn sdk(given: Option<&Path>) -> Result<Option<PathBuf>, Failure> {
    let is_sdk = |folder: &Path| {
        fs::read_to_string(folder.join("Cargo.toml"))
            .is_ok_and(|text| text.contains("name = \"diag-sdk\""))
    };
    if let Some(folder) = given {
        let resolved = folder.canonicalize().ok().filter(|folder| is_sdk(folder));
        return resolved.map(Some).ok_or_else(|| {
            Failure::new(format!("--sdk {}: is not the folder of diag-sdk", folder.display()))
                .hint("it is plugins/sdk of a checkout of diag")
        });
    }
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let starts = [std::env::current_exe().ok(), std::env::current_dir().ok()];
    let checkouts =
        built.into_iter().chain(starts.iter().flatten().flat_map(|start| start.ancestors()));
    let found = checkouts.map(|checkout| checkout.join("plugins/sdk")).find(|sdk| is_sdk(sdk));
    Ok(found.and_then(|sdk| sdk.canonicalize().ok()))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_ids_and_file_names() {
        for good in ["acme", "acme-2", "a"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in [
            "", "Acme", "2acme", "-acme", "acme-", "ac me", "../acme", "acme/x", "büro", "metadata",
        ] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
