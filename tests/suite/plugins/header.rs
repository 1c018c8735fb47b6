//! The C header of the plugin boundary is made from `diag_sdk::abi`, and is current.
//!
//! `UPDATE_HEADER=1 cargo test -p diag-tests header` writes it anew.

use cbindgen::{Braces, Config, DocumentationStyle, ExportConfig, Language, Style};
use std::path::{Path, PathBuf};

fn sdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("plugins/sdk")
}

const HEAD: &str = "\
/* The boundary between diag and a plugin in a shared library.
 *
 * Made from plugins/sdk/src/abi.rs; a test holds the two together.
 *
 * A library exports one function, diag_plugin, which returns a table that lives as long as the
 * process. What crosses is UTF-8 JSON: describe returns a manifest, run takes a request and returns
 * an answer. `diag schema plugin`, `diag schema case` and `diag schema finding` describe them.
 *
 * Ownership: diag owns what it passes in and keeps it alive during the call. A buffer a plugin
 * returns belongs to the plugin until diag hands it back to free, exactly once.
 * Threads: diag calls from one thread at a time. A plugin is never unloaded.
 * Growth: new functions go to the end of the table; size tells how much of it a plugin knows.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef DIAG_PLUGIN_H
#define DIAG_PLUGIN_H";

const TAIL: &str = "\
#if defined(_WIN32)
#define DIAG_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define DIAG_EXPORT __attribute__((visibility(\"default\")))
#else
#define DIAG_EXPORT
#endif

/* The one function a plugin exports. Define it as `DIAG_EXPORT const diag_table *diag_plugin(void)`. */
DIAG_EXPORT const diag_table *diag_plugin(void);

#ifdef __cplusplus
} // extern \"C\"
#endif

#endif // DIAG_PLUGIN_H";

#[test]
fn the_header_is_current() {
    let rename = [
        ("MAGIC", "DIAG_MAGIC"),
        ("INTERFACE_MAJOR", "DIAG_INTERFACE_MAJOR"),
        ("INTERFACE_MINOR", "DIAG_INTERFACE_MINOR"),
        ("Buffer", "diag_buffer"),
        ("Table", "diag_table"),
    ];
    let config = Config {
        language: Language::C,
        header: Some(HEAD.to_owned()),
        trailer: Some(TAIL.to_owned()),
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        after_includes: Some("\n#ifdef __cplusplus\nextern \"C\" {\n#endif".to_owned()),
        usize_is_size_t: true,
        style: Style::Type,
        braces: Braces::SameLine,
        tab_width: 4,
        line_length: 120,
        documentation_style: DocumentationStyle::C99,
        export: ExportConfig {
            rename: rename.into_iter().map(|(from, to)| (from.to_owned(), to.to_owned())).collect(),
            include: vec!["Buffer".to_owned(), "Table".to_owned()],
            ..ExportConfig::default()
        },
        ..Config::default()
    };
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(sdk().join("src/abi.rs"))
        .generate()
        .expect("a header");
    let mut made = Vec::new();
    bindings.write(&mut made);
    let made = String::from_utf8(made).expect("UTF-8");
    let path = sdk().join("include/diag_plugin.h");
    if std::env::var_os("UPDATE_HEADER").is_some() {
        std::fs::write(&path, &made).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(kept, made, "run with UPDATE_HEADER=1 and commit what it writes");
}
