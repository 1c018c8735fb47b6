//! How something is meant: a colour on a terminal, a class on a page.

use crate::terminal::{DIM, ERROR, GOOD, NOTICE, WARNING};
use anstyle::Style;
use serde::Serialize;

/// How something is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// It is wrong.
    Bad,
    /// It may go wrong.
    Warn,
    /// It is as it should be.
    Good,
    /// It is worth knowing. On a page that stands back like what is only said by the way.
    #[serde(rename = "quiet")]
    Note,
    /// It is said by the way.
    Quiet,
}

impl Tone {
    /// Its colour on a terminal.
    pub fn style(self) -> Style {
        match self {
            Self::Bad => ERROR,
            Self::Warn => WARNING,
            Self::Good => GOOD,
            Self::Note => NOTICE,
            Self::Quiet => DIM,
        }
    }
}
