//! The beginning of a document: what stands before the XML declaration, and the encoding it names.

use super::Kind;
use super::edit::Edits;
use diag_sdk::case::input::Encoding;

/// Nothing may stand before `<?xml`: parsers refuse a declaration that is not the very first thing.
pub(super) fn clear_start(text: &str) -> Edits {
    let mut edits = Edits::default();
    let lead =
        text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
    let stray = text.get(..lead).unwrap_or_default();
    let declared = text.get(lead..).is_some_and(|rest| rest.starts_with("<?xml "));
    if lead > 0 && (declared || stray.contains('\u{feff}')) {
        edits.remove(0..lead);
        let what = if stray.contains('\u{feff}') {
            "a second byte order mark"
        } else {
            "blanks or empty lines"
        };
        edits.note(Kind::StartCleared, 0, format!("{what} removed from before the document"));
    }
    edits
}

/// Makes the declaration name the encoding that the bytes have. Left alone where only people could
/// tell which of both is meant.
pub(super) fn correct_declaration(text: &str, encoding: &Encoding) -> Edits {
    let mut edits = Edits::default();
    let Some(declared) = &encoding.declared_otherwise else { return edits };
    // Bytes that are UTF-8 are UTF-8, and a byte order mark leaves no doubt about UTF-16.
    let real = match encoding.name.as_str() {
        "UTF-8" => "UTF-8",
        "UTF-16LE" | "UTF-16BE" if encoding.bom => "UTF-16",
        _ => return edits,
    };
    let Some(at) = named(text, declared) else { return edits };
    edits.replace(at..at + declared.len(), real);
    edits.note(
        Kind::DeclarationCorrected,
        at,
        format!("the declaration said {declared}; the document is encoded in {real}"),
    );
    edits
}

/// Where the declaration names this encoding.
fn named(text: &str, declared: &str) -> Option<usize> {
    let declaration = text.strip_prefix("<?xml")?.split_once("?>")?.0;
    let from = "<?xml".len() + declaration.find("encoding")? + "encoding".len();
    let rest = text.get(from..)?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start().get(1..)?;
    value.starts_with(declared).then(|| text.len() - value.len())
}
