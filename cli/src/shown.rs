//! How a path is written in what people and programs read: with `/` on every system, as in the case's own documents.

use std::path::{MAIN_SEPARATOR, Path};

/// The path, its folders parted by `/`.
pub(crate) fn shown(path: &Path) -> String {
    written(&path.display().to_string(), MAIN_SEPARATOR)
}

/// On Unix a `\` is a letter of a name like any other.
fn written(path: &str, separator: char) -> String {
    if separator == '/' { path.to_owned() } else { path.replace(separator, "/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_parted_by_a_slash_on_every_system() {
        assert_eq!(written(r"cases\4711/login.har", '\\'), "cases/4711/login.har");
        assert_eq!(written(r"odd\name.har", '/'), r"odd\name.har");
        assert_eq!(shown(&Path::new("cases").join("4711")), "cases/4711");
    }
}
