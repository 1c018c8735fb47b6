//! The terminal at hand: its size, and whether it wants colours.

use crate::args::ColorWhen;
use std::io::IsTerminal;

/// Lines longer than this are hard to read however wide the terminal is.
const WIDEST: usize = 100;
/// Where there is no terminal, or it does not tell.
pub(crate) const USUAL: usize = 88;
/// Below this nothing can be laid out.
const NARROWEST: usize = 40;

/// Decides on colours once, for both standard streams. `auto` leaves the decision to each stream:
/// `NO_COLOR`, `CLICOLOR_FORCE`, pipes and `TERM=dumb` are honoured there.
pub(crate) fn choose_colours(when: ColorWhen) {
    match when {
        ColorWhen::Auto => {}
        ColorWhen::Always => anstream::ColorChoice::Always.write_global(),
        ColorWhen::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// The width to lay text out for.
pub(crate) fn width() -> usize {
    let seen = if std::io::stdout().is_terminal() {
        terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
    } else {
        // Who exports it to a pager or a file wants that width.
        std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
    };
    seen.map_or(USUAL, |width| width.clamp(NARROWEST, WIDEST))
}

/// Lines of the terminal; `None` where the output goes elsewhere.
pub(crate) fn height() -> Option<usize> {
    let size = std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    size.map(|(_, height)| usize::from(height.0))
}
