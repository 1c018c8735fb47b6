//! An expression of a pack: parsed, looked through, and made safe to evaluate.

use super::function::ENVIRONMENT;
use super::guard;
use super::inspect::{Scope, inspect};
use super::problem::{PackError, ProblemKind};
use super::reading;
use super::shape::Shape;
use super::source::{Quoted, Source};
use crate::sight::Reads;
use cel::common::ast::{IdedExpr, SourceInfo};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest expression, in bytes.
const LONGEST: usize = 4096;
/// Deepest nesting of an expression's tree.
const DEEPEST: usize = 60;
/// Deepest nesting of parentheses and brackets, counted before anything is parsed.
const DEEPEST_BRACKETS: usize = 24;

/// An expression that can be evaluated.
#[derive(Debug)]
pub(super) struct Expression {
    /// The tree, laced with what counts.
    pub(super) tree: IdedExpr,
    /// What it yields, as far as is known.
    pub(super) shape: Shape,
    /// Which kinds of facts it looks at.
    pub(super) reads: Reads,
    code: String,
    info: SourceInfo,
    quoted: Quoted,
    /// Where in the value of the string it begins.
    base: usize,
}

impl Expression {
    /// Parses a whole string, or the part of it that begins at `base`.
    pub(super) fn parse(
        source: &Source,
        quoted: &Quoted,
        part: Range<usize>,
        scope: &Scope,
    ) -> Result<Self, Vec<PackError>> {
        let code = quoted.value.get(part.clone()).unwrap_or_default();
        let at = |range: Range<usize>| {
            source.inside(quoted, part.start + range.start..part.start + range.end)
        };
        let one = |range: Range<usize>, message: String, expected: &str| {
            Err(vec![source.problem(ProblemKind::Syntax, at(range), message, expected)])
        };
        if code.trim().is_empty() {
            return one(
                0..1,
                "the expression is empty".to_owned(),
                "a CEL expression, such as it.kind == \"response\"",
            );
        }
        if code.len() > LONGEST {
            let message = format!("the expression is {} bytes long", code.len());
            let problem = source.problem(
                ProblemKind::TooLarge,
                at(0..1),
                message,
                format!("at most {LONGEST} bytes"),
            );
            return Err(vec![problem]);
        }
        let nested = nesting(code);
        if nested > DEEPEST_BRACKETS {
            let message = format!("brackets are nested {nested} deep");
            let problem = source.problem(
                ProblemKind::TooLarge,
                at(0..1),
                message,
                format!("at most {DEEPEST_BRACKETS} deep"),
            );
            return Err(vec![problem]);
        }
        let (tree, info) = parsed(source, code, &at)?;
        if guard::depth(&tree) > DEEPEST {
            let problem = source.problem(
                ProblemKind::TooLarge,
                at(0..1),
                "the expression is nested too deep",
                "smaller expressions",
            );
            return Err(vec![problem]);
        }
        let mut remarks = Vec::new();
        let shape = inspect(&tree, scope, &mut remarks);
        let mut reads = Reads::nothing();
        reading::reads(&tree, &mut reads);
        let expression = Self {
            tree,
            shape,
            reads,
            code: code.to_owned(),
            info,
            quoted: quoted.clone(),
            base: part.start,
        };
        if remarks.is_empty() {
            return Ok(Self { tree: guard::guarded(expression.tree), ..expression });
        }
        let mut problems: Vec<PackError> = remarks
            .into_iter()
            .map(|remark| {
                let code = remark.after.as_ref().map_or_else(
                    || expression.bytes(remark.node),
                    |name| expression.named(remark.node, name),
                );
                source.problem(remark.kind, at(code), remark.message, remark.expected)
            })
            .collect();
        problems.dedup();
        Err(problems)
    }

    /// Where a node stands in the file.
    pub(super) fn place(&self, source: &Source, node: u64) -> Range<usize> {
        let code = self.bytes(node);
        source.inside(&self.quoted, self.base + code.start..self.base + code.end)
    }

    /// What a node was written as, shortened.
    pub(super) fn written(&self, node: u64) -> &str {
        self.code.get(self.bytes(node)).unwrap_or_default()
    }

    /// Bytes of a node in the expression. For an operation the parser gives its operator; after a
    /// dot the name is what people look at.
    fn bytes(&self, node: u64) -> Range<usize> {
        let (start, stop) = self.info.offset_for(node).unwrap_or((0, 0));
        let start = (start as usize).min(self.code.len());
        let last = self
            .code
            .get(stop as usize..)
            .and_then(|rest| rest.chars().next())
            .map_or(1, char::len_utf8);
        let end = (stop as usize + last).clamp(start, self.code.len());
        if self.code.get(start..end) == Some(".") {
            let name = &self.code[end..];
            let from = end + (name.len() - name.trim_start().len());
            return from..token_end(&self.code, from);
        }
        if self.code.get(start..end) == Some("(") {
            // A call: its name stands before the bracket.
            let before = self.code[..start].trim_end();
            let name = before
                .trim_end_matches(|character: char| character.is_alphanumeric() || character == '_')
                .len();
            return if name < before.len() { name..before.len() } else { start..end };
        }
        start..end
    }

    /// Where a name stands that comes after a node: what `has` asks for has no node of its own.
    fn named(&self, node: u64, name: &str) -> Range<usize> {
        let from = self.bytes(node).end;
        self.code
            .get(from..)
            .and_then(|rest| rest.find(name))
            .map_or(self.bytes(node), |at| from + at..from + at + name.len())
    }
}

/// The tree of an expression, or the first thing that is wrong with how it is written.
fn parsed(
    source: &Source,
    code: &str,
    at: &impl Fn(Range<usize>) -> Range<usize>,
) -> Result<(IdedExpr, SourceInfo), Vec<PackError>> {
    let no_reason = || {
        let message = "the expression cannot be parsed";
        source.problem(ProblemKind::Syntax, at(0..1), message, "a CEL expression")
    };
    // The parser is a generated one; a bug in it must not take anything else with it.
    let parsed =
        catch_unwind(AssertUnwindSafe(|| ENVIRONMENT.parser().parse_with_source_info(code)));
    let Ok(parsed) = parsed else {
        return Err(vec![no_reason()]);
    };
    match parsed {
        Ok(parsed) => Ok(parsed),
        Err(errors) => {
            let problem = |error: &cel::ParseError| {
                let start = offset(code, error.pos);
                let (message, expected) = in_plain_words(&error.msg);
                source.problem(
                    ProblemKind::Syntax,
                    at(start..token_end(code, start)),
                    message,
                    expected,
                )
            };
            // The first one is what a person can act on; the rest follow from it.
            let first = errors
                .errors
                .iter()
                .find(|error| error.pos.0 > 0)
                .or_else(|| errors.errors.first());
            match first {
                Some(error) => Err(vec![problem(error)]),
                None => Err(vec![no_reason()]),
            }
        }
    }
}

/// The depth of brackets, texts left out.
fn nesting(code: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut quote = None;
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            // Signs in a row nest just as brackets do.
            (None, '!' | '-') => {
                deepest = deepest.max(depth + signs(characters.as_str(), character));
            }
            _ => {}
        }
    }
    deepest
}

fn signs(rest: &str, sign: char) -> usize {
    rest.chars()
        .take_while(|character| *character == sign || character.is_whitespace())
        .filter(|character| *character == sign)
        .count()
}

/// The byte of a line and column, both from 1, as the parser gives them.
fn offset(code: &str, (line, column): (isize, isize)) -> usize {
    let (line, column) =
        (usize::try_from(line).unwrap_or(1).max(1), usize::try_from(column).unwrap_or(1).max(1));
    let start: usize = code.split_inclusive('\n').take(line - 1).map(str::len).sum();
    code.get(start..)
        .unwrap_or_default()
        .char_indices()
        .nth(column - 1)
        .map_or(code.len(), |(at, _)| start + at)
}

/// The end of the word or sign that begins at a byte.
fn token_end(code: &str, start: usize) -> usize {
    let rest = code.get(start..).unwrap_or_default();
    let word = rest
        .find(|character: char| !character.is_alphanumeric() && character != '_')
        .unwrap_or(rest.len());
    if word > 0 { start + word } else { start + rest.chars().next().map_or(1, char::len_utf8) }
}

/// What the parser says, in words that need no grammar.
fn in_plain_words(message: &str) -> (String, String) {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let expected = "a CEL expression, such as it.kind == \"response\" && has(it.issuer)".to_owned();
    let quoted = |text: &str| {
        let text = text.trim().trim_matches('\'');
        if text.contains("<EOF>") {
            "the end".to_owned()
        } else {
            format!("`{}`", text.escape_debug())
        }
    };
    if let Some(rest) = message.strip_prefix("token recognition error at:") {
        return (format!("{} is not part of the language", quoted(rest)), expected);
    }
    for start in ["mismatched input ", "extraneous input "] {
        if let Some((found, wanted)) =
            message.strip_prefix(start).and_then(|rest| rest.split_once(" expecting "))
        {
            return (format!("{} does not belong here", quoted(found)), wanted_words(wanted));
        }
    }
    if let Some((missing, found)) =
        message.strip_prefix("missing ").and_then(|rest| rest.split_once(" at "))
    {
        return (format!("{} is missing before {}", quoted(missing), quoted(found)), expected);
    }
    if let Some(found) = message.strip_prefix("no viable alternative at input ") {
        return (format!("the expression cannot go on with {}", quoted(found)), expected);
    }
    if message.contains("Recursion limit") {
        return ("the expression is nested too deep".to_owned(), "smaller expressions".to_owned());
    }
    // What else it says is about its own grammar, unless a macro says it.
    if message.contains("Context") || message.contains("Error(") || message == "UNKNOWN" {
        return ("the expression is not complete".to_owned(), expected);
    }
    (message.trim_end_matches('.').to_owned(), expected)
}

/// The tokens a parser would have taken, those people know by name.
fn wanted_words(wanted: &str) -> String {
    let words: Vec<&str> = wanted.trim_matches(['{', '}', ' ']).split(", ").collect();
    if words.contains(&"IDENTIFIER") {
        return "a value: a name, a text in quotes, a number, or something in brackets".to_owned();
    }
    if words.contains(&"<EOF>") {
        return "the end of the expression, or an operator such as && or ==".to_owned();
    }
    let plain: Vec<String> = words
        .iter()
        .map(|word| match *word {
            "STRING" => "a text".to_owned(),
            "NUM_INT" | "NUM_UINT" | "NUM_FLOAT" => "a number".to_owned(),
            other => other.trim_matches('\'').to_owned(),
        })
        .filter(|word| {
            !word.chars().all(|character| character.is_ascii_uppercase() || character == '_')
        })
        .collect();
    let mut known = plain;
    known.dedup();
    known.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(code: &str) -> Result<Expression, Vec<PackError>> {
        let text = format!("when = '''{code}'''");
        let source = Source { file: "x.checks.toml".into(), text: text.clone() };
        let quoted = Quoted { value: code.into(), span: 7..text.len() };
        Expression::parse(&source, &quoted, 0..code.len(), &Scope::new(&[]))
    }

    fn caret(code: &str) -> (ProblemKind, String) {
        let errors = parse(code).expect_err(code);
        assert_eq!(errors.len(), 1, "{errors:?}");
        let error = &errors[0];
        (error.kind, error.excerpt.chars().skip(error.caret).take(error.length).collect())
    }

    #[test]
    fn carets_stand_under_what_is_wrong() {
        let at = |code: &str, kind: ProblemKind, marked: &str| {
            assert_eq!(caret(code), (kind, marked.to_owned()), "{code}");
        };
        at("case.signed_in", ProblemKind::UnknownFact, "signed_in");
        at("cas.messages == []", ProblemKind::UnknownVariable, "cas");
        at("'ü' == cas.x", ProblemKind::UnknownVariable, "cas");
        at("case.messages.exists(m, m.isuer != null)", ProblemKind::UnknownFact, "isuer");
        at("case.messages.exists(m, m.kind == 'respons')", ProblemKind::UnknownWord, "'respons'");
        at("siez(case.messages) > 0", ProblemKind::UnknownFunction, "siez");
        at("case.idp_vendor.startWith('e')", ProblemKind::UnknownFunction, "startWith");
        at("case.idp_vendor.matches('(')", ProblemKind::Syntax, "'('");
        at("it.kind == 'response'", ProblemKind::UnknownVariable, "it");
    }
}
