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
    let engine = fs::read(engine)?;
    let page = diag_page::pack::page(&engine, &example)?;
    let part = output.with_extension("part");
    fs::write(&part, &page)?;
    fs::rename(part, output)?;
    let packed = diag_page::pack::packed(&engine)?.len();
    println!(
        "{}: {} kB; the engine is {} kB, packed {} kB, written in base64 {} kB",
        output.display(),
        page.len() / 1000,
        engine.len() / 1000,
        packed / 1000,
        packed.div_ceil(3) * 4 / 1000
    );
    Ok(())
}

#[cfg(target_arch = "wasm32")]
fn main() {}
