//! The projects that `diag plugin new` writes. Each is kept as the very files it consists of, with
//! `@name@`, `@ident@` (for file and crate names), `@dependency@` (on diag-sdk), and `@prefix@` and `@suffix@` of libraries
//! to be filled in.

use crate::args::Language;
use std::path::Path;

/// A file of a project.
pub(super) struct File {
    /// Where, below the project's folder.
    pub(super) path: &'static str,
    /// What is in it.
    pub(super) text: &'static str,
    /// It is to be executable.
    pub(super) executable: bool,
}

/// A project.
pub(super) struct Template {
    /// Its files.
    pub(super) files: &'static [File],
    /// Commands to type next, in the project's folder.
    pub(super) next: &'static [&'static str],
}

/// What is particular about the project to write.
pub(super) struct Project<'a> {
    pub(super) name: &'a str,
    /// The folder of diag-sdk; without one the registry has it.
    pub(super) sdk: Option<&'a Path>,
}

impl Project<'_> {
    /// A text with everything particular filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        let ident = self.name.replace('-', "_");
        let dependency = self.sdk.map_or_else(
            || format!("diag-sdk = \"{}\"", env!("CARGO_PKG_VERSION")),
            |sdk| {
                // In a string of TOML a backslash would begin an escape.
                let sdk = sdk.display().to_string().replace('\\', "/");
                format!("diag-sdk = {{ path = \"{}\" }}", sdk.strip_prefix("//?/").unwrap_or(&sdk))
            },
        );
        text.replace("@name@", self.name)
            .replace("@ident@", &ident)
            .replace("@dependency@", &dependency)
            .replace("@prefix@", std::env::consts::DLL_PREFIX)
            .replace("@suffix@", std::env::consts::DLL_SUFFIX)
    }
}

macro_rules! file {
    ($path:literal, $source:literal) => {
        File { path: $path, text: include_str!(concat!("templates/", $source)), executable: false }
    };
    ($path:literal, $source:literal, executable) => {
        File { path: $path, text: include_str!(concat!("templates/", $source)), executable: true }
    };
}

/// The project for a language; a pack is none.
pub(super) fn of(language: Language) -> Option<&'static Template> {
    match language {
        Language::Rust => Some(&RUST),
        Language::C => Some(&C),
        Language::Python => Some(&PYTHON),
        Language::Pack => None,
    }
}

static RUST: Template = Template {
    files: &[
        file!("Cargo.toml", "rust/Cargo.toml.in"),
        file!("README.md", "rust/README.md"),
        file!("src/lib.rs", "rust/lib.rs"),
        file!("src/acs_without_tls.rs", "rust/acs_without_tls.rs"),
        file!(".gitignore", "rust/gitignore"),
    ],
    next: &[
        "cargo test",
        "cargo build",
        "diag plugin test target/debug/@prefix@@ident@_checks@suffix@",
    ],
};

static C: Template = Template {
    files: &[
        file!("Makefile", "c/Makefile"),
        file!("README.md", "c/README.md"),
        file!("@ident@.c", "c/plugin.c"),
        File { path: "diag_plugin.h", text: diag_sdk::C_HEADER, executable: false },
    ],
    next: &["make", "diag plugin test ./@ident@@suffix@"],
};

static PYTHON: Template = Template {
    files: &[
        file!("README.md", "python/README.md"),
        file!("@ident@.py", "python/plugin.py", executable),
    ],
    next: &["diag plugin test ./@ident@.py"],
};
