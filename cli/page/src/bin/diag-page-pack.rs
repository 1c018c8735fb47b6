//! Writes the page: `diag-page-pack ENGINE.wasm EXAMPLE-FOLDER OUTPUT.html`.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::io::Result<()> {
    use diag_render::carried::Carried;
    use diag_sdk::case::input::HeldBy;
    use std::path::PathBuf;
    use std::{fs, io};

    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [engine, folder, output] = arguments.as_slice() else {
        return Err(io::Error::other(
            "usage: diag-page-pack ENGINE.wasm EXAMPLE-FOLDER OUTPUT.html",
        ));
    };
    let mut example = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        example.push(Carried {
            path: name,
            named: true,
            held_by: HeldBy::Publisher,
            content: fs::read(entry.path())?,
        });
    }
    example.sort_by(|left, right| left.path.cmp(&right.path));
    let page = diag_page::pack::page(&fs::read(engine)?, &example)?;
    let part = output.with_extension("part");
    fs::write(&part, page)?;
    fs::rename(part, output)
}

#[cfg(target_arch = "wasm32")]
fn main() {}
