//! A ZIP archive of the copies, their receipt and the report about them: what goes to support, as one file.

use super::copies::Copies;
use super::receipt::Receipt;
use crate::checkers::Checkers;
use crate::console;
use crate::failure::Failure;
use diag_render::{Detail, FailOn, Form, Format, Judged, json};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

pub(super) fn write(path: &Path, copies: &Copies, receipt: &Receipt, judged: &Judged, checkers: &Checkers) -> anyhow::Result<()> {
    let form = |format| Form { format, detail: Detail::Usual, width: console::USUAL, height: None, fail_on: FailOn::Error };
    let one = std::slice::from_ref(judged);
    let html = diag_render::render(one, checkers.checks(), form(Format::Html))?;
    let json_report = diag_render::render(one, checkers.checks(), form(Format::Json))?;
    let (text, json) = (receipt.text(), json::pretty(receipt)?);
    let write = || -> Result<(), rawzip::Error> {
        let file = BufWriter::new(fs::File::create(path)?);
        let mut archive = ZipArchiveWriter::new(file);
        for one in &copies.all {
            add(&mut archive, &one.name, &mut fs::File::open(&one.whole)?)?;
        }
        for (name, content) in [("receipt.txt", &text), ("receipt.json", &json), ("report.html", &html), ("report.json", &json_report)] {
            add(&mut archive, name, &mut content.as_bytes())?;
        }
        archive.finish()?.flush()?;
        Ok(())
    };
    write().map_err(|error| Failure::new(format!("the bundle cannot be written: {error}")).into())
}

fn add<W: Write>(archive: &mut ZipArchiveWriter<W>, name: &str, content: &mut dyn Read) -> Result<(), rawzip::Error> {
    let (mut entry, config) = archive.new_file(name).compression_method(CompressionMethod::DEFLATE).start()?;
    let mut data = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
    io::copy(content, &mut data)?;
    let (encoder, descriptor) = data.finish()?;
    encoder.finish()?;
    entry.finish(descriptor)?;
    Ok(())
}
