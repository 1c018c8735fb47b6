//! What a file is, by its first bytes: a library, a program, or nothing that could be a plugin.
//!
//! The system's loader says "invalid ELF header" or less; a person wants to know that the file is
//! for another processor.

use crate::process::Kind;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why a file can be no plugin here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPlugin {
    /// Neither a library nor a program.
    #[error(
        "it is neither a shared library nor a program: expected one of those, or a script that begins with #!"
    )]
    Neither,
    /// A program that may not be executed.
    #[error("it is a program but not executable: chmod +x lets it run")]
    NotExecutable,
    /// A library or program of another system.
    #[error(
        "it is built for {found}, this diag runs on {}-{}",
        std::env::consts::ARCH,
        std::env::consts::OS
    )]
    Foreign {
        /// What it is built for.
        found: String,
    },
}

/// A library or a program.
pub fn of(path: &Path) -> io::Result<Result<Kind, NotAPlugin>> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    let named_library = path.extension().is_some_and(|extension| {
        ["so", "dylib", "dll"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    });
    Ok(by_head(&head, named_library, is_executable(path)))
}

/// Bytes looked at: enough for the header of every format.
const HEAD: usize = 64;

fn by_head(head: &[u8], named_library: bool, executable: bool) -> Result<Kind, NotAPlugin> {
    let program = if executable { Ok(Kind::Program) } else { Err(NotAPlugin::NotExecutable) };
    if head.starts_with(b"#!") {
        return program;
    }
    if let Some(foreign) = foreign(head) {
        return Err(NotAPlugin::Foreign { found: foreign });
    }
    if head.starts_with(b"\x7fELF") {
        // A file of type ET_EXEC is a program; ET_DYN may be both, so its name decides.
        return match elf_half(head, 16) {
            Some(2) => program,
            Some(3) if !named_library && executable => Ok(Kind::Program),
            _ => Ok(Kind::Library),
        };
    }
    if mach_o(head).is_some() {
        // MH_EXECUTE is 2; a file for several processors is taken for what its name says.
        return if head.get(12) == Some(&2) && !named_library {
            program
        } else {
            Ok(Kind::Library)
        };
    }
    if head.starts_with(b"MZ") {
        return Ok(if named_library { Kind::Library } else { Kind::Program });
    }
    Err(NotAPlugin::Neither)
}

/// What the file is built for, where that is not this system.
fn foreign(head: &[u8]) -> Option<String> {
    let (system, machine) = if head.starts_with(b"\x7fELF") {
        let machine = match elf_half(head, 18)? {
            3 => "x86",
            40 => "arm",
            62 => "x86_64",
            183 => "aarch64",
            243 => "riscv64",
            other => return Some(format!("processor type {other} (ELF)")),
        };
        ("linux", Some(machine))
    } else if let Some(machine) = mach_o(head) {
        ("macos", Some(machine))
    } else if head.starts_with(b"MZ") {
        ("windows", None)
    } else {
        return None;
    };
    let elf_elsewhere = system == "linux" && cfg!(all(unix, not(target_vendor = "apple")));
    let same_system = system == std::env::consts::OS || elf_elsewhere;
    if same_system && machine.is_none_or(|machine| machine == std::env::consts::ARCH) {
        return None;
    }
    Some(machine.map_or_else(|| system.to_owned(), |machine| format!("{machine}-{system}")))
}

/// A 16-bit field of an ELF header, in the byte order the header states.
fn elf_half(head: &[u8], at: usize) -> Option<u16> {
    let bytes = [*head.get(at)?, *head.get(at + 1)?];
    Some(if head.get(5) == Some(&2) {
        u16::from_be_bytes(bytes)
    } else {
        u16::from_le_bytes(bytes)
    })
}

/// The processor a Mach-O file is for; this one where it is for several.
fn mach_o(head: &[u8]) -> Option<&'static str> {
    match head.get(..4)? {
        [0xcf, 0xfa, 0xed, 0xfe] => match head.get(4..8)? {
            [7, 0, 0, 1] => Some("x86_64"),
            [12, 0, 0, 1] => Some("aarch64"),
            _ => Some("another processor"),
        },
        // A class file of Java begins with the same bytes; its version is far above any number of processors.
        [0xca, 0xfe, 0xba, 0xbe] if head.get(7).is_some_and(|count| *count < 20) => {
            Some(std::env::consts::ARCH)
        }
        _ => None,
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(kind: u8, machine: u8) -> Vec<u8> {
        let mut head = b"\x7fELF\x02\x01\x01".to_vec();
        head.resize(16, 0);
        head.extend([kind, 0, machine, 0]);
        head.resize(HEAD, 0);
        head
    }

    #[test]
    fn scripts_need_permission() {
        assert_eq!(by_head(b"#!/usr/bin/python3\n", false, true), Ok(Kind::Program));
        assert_eq!(by_head(b"#!/usr/bin/python3\n", false, false), Err(NotAPlugin::NotExecutable));
        assert_eq!(by_head(b"import json\n", false, true), Err(NotAPlugin::Neither));
        assert_eq!(by_head(b"", true, true), Err(NotAPlugin::Neither));
    }

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn elf_files_are_told_apart() {
        assert_eq!(by_head(&elf(3, 62), true, true), Ok(Kind::Library));
        assert_eq!(by_head(&elf(3, 62), false, true), Ok(Kind::Program));
        assert_eq!(by_head(&elf(3, 62), false, false), Ok(Kind::Library));
        assert_eq!(by_head(&elf(2, 62), true, true), Ok(Kind::Program));
        assert_eq!(
            by_head(&elf(3, 183), true, true),
            Err(NotAPlugin::Foreign { found: "aarch64-linux".to_owned() })
        );
        assert_eq!(
            by_head(b"\x7fELF", true, true),
            Ok(Kind::Library),
            "cut short: the loader will say so"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn other_systems_are_named() {
        let found = |head: &[u8]| match by_head(head, true, true) {
            Err(NotAPlugin::Foreign { found }) => found,
            other => panic!("{other:?}"),
        };
        assert_eq!(found(b"MZ\x90\0"), "windows");
        assert_eq!(found(&[0xcf, 0xfa, 0xed, 0xfe, 12, 0, 0, 1, 0, 0, 0, 0, 6]), "aarch64-macos");
        assert!(found(&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2]).ends_with("-macos"));
    }
}
