//! What functions take and yield, so that a call which can never work is told when a pack is loaded.

use super::dotted::written;
use super::problem::ProblemKind;
use super::remark::Remark;
use super::shape::Shape;
use cel::common::ast::IdedExpr;

/// What stands before a dot, or between parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Text,
    Number,
    /// A text, a number, or true or false.
    Plain,
    Texts,
    Numbers,
    /// Numbers or texts, all of one kind.
    Ordered,
    /// Something that has a size: a text or a list.
    Sized,
}

/// What a call yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Yields {
    Truth,
    Whole,
    Fraction,
    Text,
    Texts,
    /// A number that is whole where what it was made of is.
    Number,
    /// One of the elements, or one of the values.
    Element,
    /// A number of another kind than facts have.
    Other,
}

/// A function.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) name: &'static str,
    /// What stands before the dot.
    before: Option<Wants>,
    /// What stands between the parentheses, in each of its forms.
    forms: &'static [&'static [Wants]],
    yields: Yields,
}

use Wants::{Number, Numbers, Ordered, Plain, Sized, Text, Texts};

/// Functions that take their first argument before a dot.
pub(super) const METHODS: &[Signature] = &[
    method("contains", Text, &[&[Text]], Yields::Truth),
    method("endsWith", Text, &[&[Text]], Yields::Truth),
    method("indexOf", Text, &[&[Text]], Yields::Whole),
    method("join", Texts, &[&[], &[Text]], Yields::Text),
    method("lowerAscii", Text, &[&[]], Yields::Text),
    method("matches", Text, &[&[Text]], Yields::Truth),
    method("replace", Text, &[&[Text, Text]], Yields::Text),
    method("size", Sized, &[&[]], Yields::Whole),
    method("split", Text, &[&[Text]], Yields::Texts),
    method("startsWith", Text, &[&[Text]], Yields::Truth),
    method("substring", Text, &[&[Number], &[Number, Number]], Yields::Text),
    method("trim", Text, &[&[]], Yields::Text),
    method("upperAscii", Text, &[&[]], Yields::Text),
];

/// Functions that take all arguments between parentheses.
pub(super) const FUNCTIONS: &[Signature] = &[
    function("bool", &[&[Plain]], Yields::Truth),
    function("difference", &[&[Text, Text]], Yields::Text),
    function("double", &[&[Plain]], Yields::Fraction),
    function("duration", &[&[Text]], Yields::Whole),
    function("host", &[&[Text]], Yields::Text),
    function("int", &[&[Plain]], Yields::Whole),
    function("matches", &[&[Text, Text]], Yields::Truth),
    function("max", &[&[Ordered], &[Number, Number]], Yields::Element),
    function("min", &[&[Ordered], &[Number, Number]], Yields::Element),
    function("seconds", &[&[Text]], Yields::Whole),
    function("short", &[&[Text]], Yields::Text),
    function("size", &[&[Sized]], Yields::Whole),
    function("string", &[&[Plain]], Yields::Text),
    function("sum", &[&[Numbers]], Yields::Number),
    function("timestamp", &[&[Text]], Yields::Whole),
    function("uint", &[&[Plain]], Yields::Other),
];

const fn method(
    name: &'static str,
    before: Wants,
    forms: &'static [&'static [Wants]],
    yields: Yields,
) -> Signature {
    Signature { name, before: Some(before), forms, yields }
}

const fn function(
    name: &'static str,
    forms: &'static [&'static [Wants]],
    yields: Yields,
) -> Signature {
    Signature { name, before: None, forms, yields }
}

impl Signature {
    /// Numbers of arguments between the parentheses.
    pub(super) fn counts(&self) -> impl Iterator<Item = usize> {
        self.forms.iter().map(|form| form.len())
    }

    /// Holds the values of a call against what the function takes, the one before the dot first; and what it yields.
    pub(super) fn call(&self, given: &[(&IdedExpr, &Shape)], remarks: &mut Vec<Remark>) -> Shape {
        let before = usize::from(self.before.is_some());
        if let Some(form) = self.forms.iter().find(|form| form.len() + before == given.len()) {
            for (wants, (expr, shape)) in self.before.iter().chain(*form).zip(given) {
                demand(&format!("`{}` takes", self.name), *wants, expr, shape, remarks);
            }
        }
        let first = given.first().map_or(Shape::Any, |(_, shape)| (*shape).clone());
        match self.yields {
            Yields::Truth => Shape::Truth,
            Yields::Whole => Shape::Number,
            Yields::Fraction => Shape::Fraction,
            Yields::Text => Shape::Text(Vec::new()),
            Yields::Texts => Shape::List(Box::new(Shape::Text(Vec::new()))),
            Yields::Element | Yields::Number => match first {
                Shape::List(item) => *item,
                plain if given.len() > 1 && given.iter().all(|(_, shape)| **shape == plain) => {
                    plain
                }
                _ => Shape::Any,
            },
            Yields::Other => Shape::Any,
        }
    }
}

impl Wants {
    fn met_by(self, shape: &Shape) -> bool {
        let items = |met: fn(&Shape) -> bool| match shape {
            Shape::Any => true,
            Shape::List(item) => met(item),
            _ => false,
        };
        match self {
            _ if *shape == Shape::Any => true,
            Self::Text => matches!(shape, Shape::Text(_)),
            Self::Number => matches!(shape, Shape::Number | Shape::Fraction),
            Self::Plain => {
                matches!(shape, Shape::Text(_) | Shape::Number | Shape::Fraction | Shape::Truth)
            }
            Self::Texts => items(|item| matches!(item, Shape::Text(_) | Shape::Any)),
            Self::Numbers => {
                items(|item| matches!(item, Shape::Number | Shape::Fraction | Shape::Any))
            }
            Self::Ordered => items(|item| {
                matches!(item, Shape::Text(_) | Shape::Number | Shape::Fraction | Shape::Any)
            }),
            Self::Sized => matches!(shape, Shape::Text(_) | Shape::List(_)),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Plain => "a text or a number",
            Self::Texts => "a list of texts",
            Self::Numbers => "a list of numbers",
            Self::Ordered => "a list of numbers, of moments or of other texts",
            Self::Sized => "a text or a list",
        }
    }
}

/// Notes a value that is not what is wanted, and how to say what was probably meant.
pub(super) fn demand(
    who: &str,
    wants: Wants,
    expr: &IdedExpr,
    shape: &Shape,
    remarks: &mut Vec<Remark>,
) {
    if wants.met_by(shape) {
        return;
    }
    let name = written(expr).unwrap_or_else(|| "…".to_owned());
    let way = match (wants, shape) {
        (Wants::Texts | Wants::Numbers | Wants::Ordered, Shape::List(item)) => {
            item.plain().map(|(dots, _)| format!("{name}.map(x, x{dots})"))
        }
        (Wants::Number, Shape::Text(_)) => {
            Some(format!("of a moment seconds({name}), of digits int({name})"))
        }
        (Wants::Number, Shape::List(_)) => Some(format!("{name}.size()")),
        (Wants::Text, Shape::Number | Shape::Fraction | Shape::Truth) => {
            Some(format!("string({name})"))
        }
        (Wants::Text, Shape::List(_)) => {
            Some(format!("one element, {name}[0], or a question to all, {name}.exists(x, …)"))
        }
        _ => shape.plain().map(|(dots, inner)| match (wants, &inner) {
            (Wants::Number, Shape::Text(_)) => format!("of a moment seconds({name}{dots})"),
            _ => format!("{name}{dots}"),
        }),
    };
    let way = way.map(|way| format!(": {way}")).unwrap_or_default();
    remarks.push(Remark {
        kind: ProblemKind::WrongResult,
        node: expr.id,
        after: None,
        message: format!("{who} {}, and this is {}", wants.words(), shape.words()),
        expected: format!("{}{way}", wants.words()),
    });
}
