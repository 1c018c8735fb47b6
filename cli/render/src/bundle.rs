//! A ZIP archive of proven copies, their receipt and the report about them: what goes to support, as one file.

use crate::receipt::Receipt;
use crate::{Form, Format, Judged, json, render};
use diag_core::copies::{Proven, Shelf};
use diag_sdk::manifest::CheckInfo;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::{self, Read, Write};

/// What goes into an archive.
#[derive(Clone, Copy)]
pub struct Bundle<'b> {
    /// The copies, named as they are called.
    pub proven: &'b Proven,
    /// Where they lie.
    pub shelf: &'b dyn Shelf,
    /// Their receipt.
    pub receipt: &'b Receipt,
    /// The copies as they are judged.
    pub judged: &'b Judged,
    /// All checks.
    pub checks: &'b [CheckInfo],
    /// The form of the report; its format is settled here.
    pub form: Form,
}

impl Bundle<'_> {
    /// Writes the archive.
    ///
    /// # Errors
    /// Where a report cannot be written, a copy cannot be read, or the archive cannot be written.
    pub fn write(&self, out: impl Write) -> anyhow::Result<()> {
        let one = std::slice::from_ref(self.judged);
        let report = |format| render(one, self.checks, Form { format, ..self.form });
        let beside = [
            ("receipt.txt", self.receipt.text()),
            ("receipt.json", json::pretty(self.receipt)?),
            ("report.html", report(Format::Html)?),
            ("report.json", report(Format::Json)?),
        ];
        let mut archive = ZipArchiveWriter::new(out);
        for (number, copied) in self.proven.copied.iter().enumerate() {
            add(&mut archive, &copied.name, &mut self.shelf.open(number)?)?;
        }
        for (name, content) in beside {
            add(&mut archive, name, &mut content.as_bytes())?;
        }
        archive.finish()?.flush()?;
        Ok(())
    }
}

fn add<W: Write>(
    archive: &mut ZipArchiveWriter<W>,
    name: &str,
    content: &mut dyn Read,
) -> Result<(), rawzip::Error> {
    let (mut entry, config) =
        archive.new_file(name).compression_method(CompressionMethod::DEFLATE).start()?;
    let mut data = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
    io::copy(content, &mut data)?;
    let (encoder, descriptor) = data.finish()?;
    encoder.finish()?;
    entry.finish(descriptor)?;
    Ok(())
}
