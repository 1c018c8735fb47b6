//! The message as Markdown, for tickets and chats.

use super::Ask;
use super::text::opening;
use crate::markdown::escape;
use std::fmt::Write as _;

/// The message.
pub fn markdown(ask: &Ask) -> String {
    let mut out = format!("## {}\n\n{}\n", escape(&ask.subject), escape(&opening(ask)));
    for (index, file) in ask.files.iter().enumerate() {
        let name = file.file.as_ref().map(|name| format!(" (`{name}`)")).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n{}. **{}**{name}: {}\n",
            index + 1,
            escape(&file.what),
            escape(&file.why)
        );
        for step in &file.steps {
            let _ = writeln!(out, "   - {}", escape(step));
        }
    }
    if !ask.before_sending.is_empty() {
        out.push_str("\n### Before you send anything\n\n");
        for line in &ask.before_sending {
            let _ = writeln!(out, "- {}", escape(line));
        }
    }
    out
}
