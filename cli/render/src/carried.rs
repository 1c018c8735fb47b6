//! A case that the page of `diag` carries inside: files, packed, in an element that the page reads when it is opened.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diag_sdk::case::input::HeldBy;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use std::io::{self, Write};

/// Where the page expects the case, empty as it is built.
const PLACE: &str = r#"<script type="application/json" id="diag-case"></script>"#;

/// A file of the case.
#[derive(Debug, Clone)]
pub struct Carried {
    /// Its name, as reports show it.
    pub path: String,
    /// It was named itself, and not found in a folder.
    pub named: bool,
    /// Whose copy of a metadata document it is.
    pub held_by: HeldBy,
    /// Its content.
    pub content: Vec<u8>,
}

#[derive(Serialize)]
struct WrittenCase<'a> {
    files: Vec<WrittenFile<'a>>,
}

#[derive(Serialize)]
struct WrittenFile<'a> {
    path: &'a str,
    named: bool,
    held_by: HeldBy,
    /// The content, packed with gzip, in base64.
    gzip: String,
}

/// The files as JSON that may stand inside an element of HTML.
///
/// # Errors
/// Where packing or writing fails.
pub fn written(files: &[Carried]) -> io::Result<String> {
    let mut written = Vec::with_capacity(files.len());
    for file in files {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&file.content)?;
        written.push(WrittenFile {
            path: &file.path,
            named: file.named,
            held_by: file.held_by,
            gzip: STANDARD.encode(gzip.finish()?),
        });
    }
    // A name cannot end the element that it stands in.
    Ok(serde_json::to_string(&WrittenCase { files: written })?.replace('<', "\\u003c"))
}

/// The page with the case inside. `None`: this is no page of `diag`, or one that carries a case already.
///
/// # Errors
/// Where packing or writing fails.
pub fn put_into(page: &str, files: &[Carried]) -> io::Result<Option<String>> {
    let Some((before, after)) = page.split_once(PLACE) else { return Ok(None) };
    let Some((open, close)) = PLACE.split_once("</") else { return Ok(None) };
    Ok(Some([before, open, &written(files)?, "</", close, after].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn file(path: &str, content: &[u8]) -> Carried {
        Carried {
            path: path.to_owned(),
            named: true,
            held_by: HeldBy::Publisher,
            content: content.to_vec(),
        }
    }

    #[test]
    fn files_come_out_as_they_went_in() {
        let page = format!("<body>{PLACE}<p>rest</p>");
        let with = put_into(&page, &[file("</script><script>x", b"\x00\xffbytes")])
            .expect("written")
            .expect("a page");
        assert_eq!(with.matches("</script>").count(), 1, "{with}");
        let json = with
            .split_once("id=\"diag-case\">")
            .expect("the element")
            .1
            .split_once("</script>")
            .expect("its end")
            .0;
        let read: serde_json::Value = serde_json::from_str(json).expect("JSON");
        assert_eq!(read["files"][0]["path"], "</script><script>x");
        assert_eq!(read["files"][0]["held_by"], "publisher");
        let packed =
            STANDARD.decode(read["files"][0]["gzip"].as_str().expect("text")).expect("base64");
        let mut content = Vec::new();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut content).expect("gzip");
        assert_eq!(content, b"\x00\xffbytes");
        assert!(put_into(&with, &[]).expect("written").is_none(), "it carries a case already");
    }

    #[test]
    fn other_pages_are_told_apart() {
        assert!(put_into("<html></html>", &[]).expect("written").is_none());
    }
}
