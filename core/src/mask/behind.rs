//! The record behind a message: a comment after its last element, in which a copy that is a message and nothing
//! else says what was known of it before its values were taken out.

/// What begins the comment.
const COMMENT: &str = "<!--diag-record ";

/// What begins the line.
const LINE: &str = "# diag-record ";

/// The comment that holds a record, given as JSON.
pub fn comment(record: &str) -> String {
    // Two hyphens would end it.
    format!("{COMMENT}{}-->", record.replace("--", "-\\u002d"))
}

/// A message that ends in such a comment: the message, and the record's JSON.
pub fn split(message: &str) -> Option<(&str, &str)> {
    let at = message.rfind(COMMENT)?;
    let record = message.get(at + COMMENT.len()..)?.trim_end().strip_suffix("-->")?;
    Some((message.get(..at)?, record))
}

/// The line that holds a record behind a sketch, in which such lines are comments.
pub fn line(record: &str) -> String {
    format!("{LINE}{record}")
}

/// The record in the last line of a sketch, with the sketch before it.
pub fn split_line(sketch: &str) -> Option<(&str, &str)> {
    let at = sketch.rfind(LINE).filter(|at| *at == 0 || sketch[..*at].ends_with('\n'))?;
    let record = sketch.get(at + LINE.len()..)?.trim_end();
    (!record.contains('\n')).then_some((sketch.get(..at)?, record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_behind_its_message() {
        let message = format!("<a/>{}", comment("{\"a\":\"x--y\"}"));
        assert_eq!(split(&message), Some(("<a/>", "{\"a\":\"x-\\u002dy\"}")));
        assert_eq!(split("<a/><!-- other -->"), None);
        let sketch = format!("GET https://a.example\n{}\n", line("{\"a\":1}"));
        assert_eq!(split_line(&sketch), Some(("GET https://a.example\n", "{\"a\":1}")));
        assert_eq!(split_line("# diag-record x\nGET https://a.example"), None);
    }
}
