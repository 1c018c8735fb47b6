//! `diag open`: writes a copy of the page with the case in it, and opens that in a browser.

use crate::args::OpenArguments;
use crate::failure::{self, Failure};
use crate::files::{self, File, Given};
use crate::output::Target;
use diag_render::carried::{self, Carried};
use std::fs;
use std::io::Read;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Where the copy goes when nobody says so.
const COPY: &str = "diag-case.html";
/// Most bytes of files that a copy carries; more makes browsers slow to open it.
const MOST: u64 = 200_000_000;

pub(crate) fn run(arguments: &OpenArguments) -> anyhow::Result<ExitCode> {
    let page = page(&arguments.page)?;
    let collected = files::collect(&Given {
        paths: &arguments.paths,
        sp_has: &[],
        idp_has: &[],
        most: files::usual(),
    })
    .told()?;
    let output = arguments.output.clone().unwrap_or_else(|| PathBuf::from(COPY));
    if arguments.output.is_none() && output.exists() {
        return Err(Failure::new(format!("{COPY}: there is such a file already"))
            .hint("name another one with --output")
            .into());
    }
    let target = Target::new(&output, &collected.files, std::slice::from_ref(&arguments.page))?;
    let written = carried::put_into(&page, &carry(&collected.files)?)?.ok_or_else(|| {
        Failure::new(format!(
            "{}: expected the page of diag, found something else, or a page that carries a case",
            arguments.page.display()
        ))
        .hint("diag.html is built by cli/page/build.sh")
    })?;
    target.write_private(&written)?;
    failure::say_note(&format!(
        "{} holds the files as they were given, with all they tell: pass on a report of it instead",
        output.display()
    ));
    if !arguments.no_open {
        show(&output);
    }
    Ok(ExitCode::SUCCESS)
}

fn page(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    fs::read_to_string(path).map_err(|error| {
        Failure::new(format!("{shown}: the page cannot be read: {error}"))
            .hint("--page names diag.html, the page of diag")
    })
}

/// The files with their content.
fn carry(files: &[File]) -> Result<Vec<Carried>, Failure> {
    let mut left = MOST;
    let mut carried = Vec::with_capacity(files.len());
    for file in files {
        let mut content = Vec::new();
        let read = file.reader().take(left + 1).read_to_end(&mut content);
        read.map_err(|error| Failure::new(format!("{}: cannot be read: {error}", file.shown)))?;
        left = left.checked_sub(content.len() as u64).ok_or_else(|| {
            Failure::new(format!(
                "{}: more than a page can carry, which is {} MB",
                file.shown,
                MOST / 1_000_000
            ))
            .hint("open the page and drop the files on it; it reads them in pieces")
        })?;
        carried.push(Carried {
            path: file.shown.replace(MAIN_SEPARATOR, "/"),
            named: file.named,
            held_by: file.held_by,
            content,
        });
    }
    Ok(carried)
}

/// Opens a file as this system does when somebody clicks it.
fn show(path: &Path) {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut command = if cfg!(target_os = "windows") {
        let mut command = Command::new("explorer");
        command.arg(&path);
        command
    } else {
        let mut command = Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" });
        command.arg(&path);
        command
    };
    let begun = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !begun.is_ok_and(|status| status.success() || cfg!(target_os = "windows")) {
        failure::say_note(&format!(
            "no browser could be started: open {} yourself",
            path.display()
        ));
    }
}
