//! What is wrong with a pack, shown where it stands.

use std::fmt;

/// Kinds of problems, for tools and tests; people read the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The file cannot be read, or is no text.
    Unreadable,
    /// It exceeds a bound.
    TooLarge,
    /// It is not TOML.
    Toml,
    /// A field that nothing reads.
    UnknownField,
    /// A field has a value of another type.
    WrongType,
    /// A field that must be there is not.
    MissingField,
    /// A value is none of those possible.
    BadValue,
    /// An id does not begin with the name of the pack.
    BadId,
    /// An id occurs twice.
    DuplicateId,
    /// An expression does not parse.
    Syntax,
    /// An expression names a variable that does not exist.
    UnknownVariable,
    /// An expression calls a function that does not exist.
    UnknownFunction,
    /// An expression asks for a fact that does not exist.
    UnknownFact,
    /// An expression compares a fact with a word it never has.
    UnknownWord,
    /// An expression yields something else than its field needs.
    WrongResult,
    /// The facts of a test are not what a Case looks like.
    BadFacts,
}

/// One problem of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackError {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// The file, as it was named.
    pub file: String,
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in that line in characters, from 1.
    pub column: usize,
    /// Number of characters meant.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub expected: String,
    /// The line itself, or the part of it around the column.
    pub excerpt: String,
    /// Column of the caret in the excerpt, from 0.
    pub caret: usize,
}

impl PackError {
    /// A problem of the file as a whole.
    pub(super) fn whole(
        kind: ProblemKind,
        file: &str,
        message: impl Into<String>,
        expected: &str,
    ) -> Self {
        Self {
            kind,
            file: file.to_owned(),
            line: 1,
            column: 1,
            length: 0,
            message: message.into(),
            expected: expected.to_owned(),
            excerpt: String::new(),
            caret: 0,
        }
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.length == 0 {
            return write!(f, "{}: {}\n  expected: {}", self.file, self.message, self.expected);
        }
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        writeln!(f, "  {number} | {}", self.excerpt)?;
        writeln!(f, "  {margin} | {}{}", " ".repeat(self.caret), "^".repeat(self.length))?;
        write!(f, "  {margin} = expected: {}", self.expected)
    }
}

impl std::error::Error for PackError {}
