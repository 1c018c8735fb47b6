//! JSON exports with the place of every value.
//!
//! Administrators save exports by hand: with a byte order mark, as UTF-16 (PowerShell's `>`), as
//! one object, as a list, wrapped in `{"value": […]}`, or several after another. All of these are
//! read, and a value of an unexpected type costs only itself: it becomes a note and counts as
//! unknown, never as empty. Depth is bounded by the parser (512), size by what is kept of a document.

use crate::bounds::Gauge;
use diag_sdk::{Place, Sited};
use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::de::IgnoredAny;
use std::cell::RefCell;

/// Most notes kept per file; a broken export would otherwise fill the report. What further ones are about is unknown and
/// nothing is judged by it, as with the first.
const MOST_NOTES: usize = 12;
/// Distance between two remembered positions, in bytes.
const STRIDE: usize = 4 << 10;

/// The text of an export, its positions, and what was odd about it.
#[derive(Debug)]
pub struct Export<'t> {
    input: &'t str,
    text: &'t str,
    /// Byte offset, line and column at every [`STRIDE`] bytes, so that long single-line exports stay cheap.
    marks: Vec<(usize, u32, u32)>,
    notes: RefCell<Vec<String>>,
    /// How many objects, and rows of one object, are read.
    most: Gauge,
}

/// A value of an export.
#[derive(Debug, Clone)]
pub struct Node<'e> {
    export: &'e Export<'e>,
    value: &'e Value<'e>,
    pointer: String,
}

/// A parsed export: its top-level values in order.
#[derive(Debug, Default)]
pub struct Values<'t>(Vec<Value<'t>>);

impl<'t> Export<'t> {
    /// An export whose places name `input`, of which so many objects are read.
    pub fn new(input: &'t str, text: &'t str, most: u64) -> Self {
        let mut marks = vec![(0, 1, 1)];
        let (mut line, mut column, mut next) = (1_u32, 1_u32, STRIDE);
        for (offset, character) in text.char_indices() {
            if offset >= next {
                marks.push((offset, line, column));
                next = offset + STRIDE;
            }
            (line, column) = step(line, column, character);
        }
        Self { input, text, marks, notes: RefCell::default(), most: Gauge::new(most) }
    }

    /// Parses the text; what cannot be parsed becomes a note.
    pub fn parse(&self) -> Values<'t> {
        let mut values = Vec::new();
        for (start, piece) in pieces(self.text, &self.most) {
            match parse_to_ast(piece, &CollectOptions::default(), &options()) {
                Ok(parsed) => values.extend(parsed.value.map(|value| shifted(value, start))),
                Err(error) => {
                    let (line, column) = self.position(start + error.range().start);
                    self.note(format!("line {line}, column {column}: no JSON from here on ({}); export the file again", error.kind()));
                }
            }
        }
        Values(values)
    }

    /// The objects of the export, taken out of lists and `{"value": […]}` wrappers.
    pub fn objects<'e>(&'e self, values: &'e Values<'e>) -> Vec<Node<'e>> {
        let mut objects = Vec::new();
        for value in &values.0 {
            self.unwrap(Node { export: self, value, pointer: String::new() }, 0, &mut objects);
        }
        objects
    }

    fn unwrap<'e>(&'e self, node: Node<'e>, depth: usize, objects: &mut Vec<Node<'e>>) {
        if !self.most.allows(objects.len()) {
            return;
        }
        match node.value {
            Value::Array(_) if depth < 4 => {
                for item in node.elements() {
                    self.unwrap(item, depth + 1, objects);
                }
            }
            Value::Object(object) => match node.get("value") {
                // PowerShell wraps lists as {"value": […], "Count": n}, Graph adds "@odata.context".
                Some(list)
                    if depth < 4 && matches!(list.value, Value::Array(_)) && wraps_only(object) =>
                {
                    self.unwrap(list, depth + 1, objects);
                }
                _ => objects.push(node),
            },
            Value::StringLit(text) if cut_by_depth(&text.value) => node.note_cut(),
            _ => {
                node.note_type::<()>("an object");
            }
        }
    }

    fn position(&self, offset: usize) -> (u32, u32) {
        let at = self.marks.partition_point(|(known, _, _)| *known <= offset).saturating_sub(1);
        let (start, mut line, mut column) = self.marks.get(at).copied().unwrap_or((0, 1, 1));
        for character in self.text.get(start..offset).unwrap_or_default().chars() {
            (line, column) = step(line, column, character);
        }
        (line, column)
    }

    fn note(&self, text: String) {
        let mut notes = self.notes.borrow_mut();
        if notes.len() < MOST_NOTES && !notes.contains(&text) {
            notes.push(text);
        }
    }

    /// There were more objects than are read.
    pub(crate) fn crossed(&self) -> bool {
        self.most.crossed()
    }

    /// What was odd about the export so far.
    pub fn into_notes(self) -> Vec<String> {
        self.notes.into_inner()
    }
}

fn step(line: u32, column: u32, character: char) -> (u32, u32) {
    if character == '\n' { (line.saturating_add(1), 1) } else { (line, column.saturating_add(1)) }
}

/// Comments and trailing commas happen where people edit; the other liberties of JSON5 do not.
fn options() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// The text cut into its top-level values, where there are several one after another.
fn pieces<'t>(text: &'t str, most: &Gauge) -> Vec<(usize, &'t str)> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let (mut pieces, mut start) = (Vec::new(), 0);
    loop {
        match stream.next() {
            Some(_) if !most.allows(pieces.len()) => break,
            Some(Ok(_)) => {
                let end = stream.byte_offset();
                pieces.extend(text.get(start..end).map(|piece| (start, piece)));
                start = end;
            }
            Some(Err(_)) => {
                pieces.extend(text.get(start..).map(|piece| (start, piece)));
                break;
            }
            None => break,
        }
    }
    pieces
}

/// The value with its ranges counted from the beginning of the whole text.
fn shifted(mut value: Value<'_>, by: usize) -> Value<'_> {
    if by > 0 {
        shift(&mut value, by);
    }
    value
}

fn shift(value: &mut Value<'_>, by: usize) {
    let range = match value {
        Value::StringLit(literal) => &mut literal.range,
        Value::NumberLit(literal) => &mut literal.range,
        Value::BooleanLit(literal) => &mut literal.range,
        Value::NullKeyword(literal) => &mut literal.range,
        Value::Array(array) => {
            array.elements.iter_mut().for_each(|element| shift(element, by));
            &mut array.range
        }
        Value::Object(object) => {
            object.properties.iter_mut().for_each(|property| shift(&mut property.value, by));
            &mut object.range
        }
    };
    range.start += by;
    range.end += by;
}

fn wraps_only(object: &jsonc_parser::ast::Object<'_>) -> bool {
    object.properties.iter().all(|property| {
        let name = property.name.as_str();
        name == "value"
            || name == "_diag"
            || name.eq_ignore_ascii_case("count")
            || name.starts_with('@')
    })
}

/// What PowerShell's `ConvertTo-Json` writes for objects below its `-Depth`: their values on one line, or the name of
/// their type.
pub fn cut_by_depth(text: &str) -> bool {
    let beginnings = ["@{", "System.Object[]", "System.Collections."];
    beginnings.iter().any(|beginning| text.starts_with(beginning)) || names_a_type(text)
}

/// Of the object nothing is left but the name of its type.
fn names_a_type(text: &str) -> bool {
    text.starts_with("Microsoft.Graph.PowerShell.Models.")
        || text.starts_with("Microsoft.IdentityServer.")
}

impl<'e> Node<'e> {
    /// Where the value stands.
    pub fn place(&self) -> Place {
        let range = self.value.range();
        let (line, column) = self.export.position(range.start);
        let text = self.export.text.get(range.start..range.end).unwrap_or_default();
        // The caret stays on one line: of a whole object or list only its first line is meant.
        let length = text.lines().next().map_or(0, |first| first.chars().take(400).count());
        Place {
            input: self.export.input.to_owned(),
            pointer: Some(self.pointer.clone()),
            line: Some(line),
            column: Some(column),
            length: u32::try_from(length).ok(),
            ..Place::default()
        }
    }

    fn sited<T>(&self, value: T) -> Sited<T> {
        Sited::new(value, self.place())
    }

    /// The member of that name, whatever its type; of several the last, as JSON readers do. `PowerShell` writes the
    /// names of an API with a capital first letter.
    pub fn get(&self, name: &str) -> Option<Self> {
        let Value::Object(object) = self.value else { return None };
        let exactly =
            object.properties.iter().rev().find(|property| property.name.as_str() == name);
        let property = exactly.or_else(|| {
            object
                .properties
                .iter()
                .rev()
                .find(|property| property.name.as_str().eq_ignore_ascii_case(name))
        })?;
        Some(self.member(name, &property.value))
    }

    /// It has a member of that name, be it null.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn member(&self, name: &str, value: &'e Value<'e>) -> Self {
        let name = name.replace('~', "~0").replace('/', "~1");
        Self { export: self.export, value, pointer: format!("{}/{name}", self.pointer) }
    }

    /// The first rows of a table, as many as are read of one export.
    pub(crate) fn rows<I: IntoIterator>(
        &self,
        all: I,
    ) -> impl Iterator<Item = I::Item> + use<'e, I> {
        self.export.most.first_of(all)
    }

    /// The elements of a list.
    pub fn elements(&self) -> impl Iterator<Item = Self> + use<'e> {
        let (export, pointer) = (self.export, self.pointer.clone());
        let elements =
            if let Value::Array(array) = self.value { array.elements.as_slice() } else { &[] };
        elements.iter().enumerate().map(move |(index, value)| Self {
            export,
            value,
            pointer: format!("{pointer}/{index}"),
        })
    }

    /// It is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::NullKeyword(_))
    }

    /// It is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// Its own text, where it is a string.
    pub fn own_text(&self) -> Option<&'e str> {
        if let Value::StringLit(literal) = self.value { Some(literal.value.as_ref()) } else { None }
    }

    /// A text member. Null, missing and unexpected types are `None`, the last with a note.
    pub fn text(&self, name: &str) -> Option<Sited<String>> {
        let member = self.get(name)?;
        match member.value {
            Value::StringLit(literal) => Some(member.sited(literal.value.clone().into_owned())),
            Value::NullKeyword(_) => None,
            _ => member.note_type("a text"),
        }
    }

    /// A text member that is not empty or blank.
    pub fn filled(&self, name: &str) -> Option<Sited<String>> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }

    /// A yes/no member, also where it is written as a text or number.
    pub fn flag(&self, name: &str) -> Option<Sited<bool>> {
        let member = self.get(name)?;
        match member.value {
            Value::BooleanLit(literal) => Some(member.sited(literal.value)),
            Value::StringLit(literal)
                if literal.value.eq_ignore_ascii_case("true") || literal.value == "1" =>
            {
                Some(member.sited(true))
            }
            Value::StringLit(literal)
                if literal.value.eq_ignore_ascii_case("false") || literal.value == "0" =>
            {
                Some(member.sited(false))
            }
            Value::NumberLit(literal) if literal.value == "1" => Some(member.sited(true)),
            Value::NumberLit(literal) if literal.value == "0" => Some(member.sited(false)),
            Value::NullKeyword(_) => None,
            _ => member.note_type("true or false"),
        }
    }

    /// A whole number, also where it is written as a text.
    pub fn number(&self, name: &str) -> Option<Sited<i64>> {
        let member = self.get(name)?;
        let parsed = match member.value {
            Value::NumberLit(literal) => literal.value.parse().ok(),
            Value::StringLit(literal) => literal.value.trim().parse().ok(),
            Value::NullKeyword(_) => return None,
            _ => None,
        };
        match parsed {
            Some(number) => Some(member.sited(number)),
            None => member.note_type("a whole number"),
        }
    }

    /// An object member.
    pub fn object(&self, name: &str) -> Option<Self> {
        let member = self.get(name)?;
        match member.value {
            Value::Object(_) => Some(member),
            Value::NullKeyword(_) => None,
            Value::StringLit(literal) if cut_by_depth(&literal.value) => {
                member.note_cut();
                None
            }
            _ => member.note_type("an object"),
        }
    }

    /// A list member. A single value stands for a list of one, as PowerShell writes it. `None`
    /// where it is missing, null, cut by depth, or longer than is read: of a part of it nothing could be concluded.
    pub fn list(&self, name: &str) -> Option<Vec<Self>> {
        let member = self.get(name)?;
        match member.value {
            Value::Array(array)
                if !self.export.most.allows(array.elements.len().saturating_sub(1)) =>
            {
                None
            }
            Value::Array(_) => {
                let elements: Vec<Self> = member.elements().collect();
                if elements.iter().any(|element| element.own_text().is_some_and(names_a_type)) {
                    member.note_cut();
                    return None;
                }
                Some(elements)
            }
            Value::NullKeyword(_) => None,
            // Below its -Depth PowerShell joins the elements of a list with blanks, an empty list to "".
            Value::StringLit(literal)
                if cut_by_depth(&literal.value)
                    || literal.value.is_empty()
                    || literal.value.contains(' ') =>
            {
                member.note_cut();
                None
            }
            Value::StringLit(_) | Value::Object(_) => Some(vec![member]),
            _ => member.note_type("a list"),
        }
    }

    /// The non-empty texts of a list member, with their places.
    pub fn texts(&self, name: &str) -> Option<Vec<Sited<String>>> {
        let mut texts = Vec::new();
        for element in self.list(name)? {
            match element.own_text() {
                Some("") => {}
                Some(text) => texts.push(element.sited(text.to_owned())),
                None if element.is_null() => {}
                None => {
                    element.note_type::<()>("a text");
                }
            }
        }
        Some(texts)
    }

    /// Where the member stands, or else the object itself.
    pub fn place_of(&self, name: &str) -> Place {
        self.get(name).map_or_else(|| self.place(), |member| member.place())
    }

    /// Notes something about this very value.
    pub fn note(&self, text: &str) {
        let (line, _) = self.export.position(self.value.range().start);
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        self.export.note(format!("line {line}, {pointer}: {text}"));
    }

    fn note_type<T>(&self, wanted: &str) -> Option<T> {
        let found = match self.value {
            Value::StringLit(_) => "a text",
            Value::NumberLit(_) => "a number",
            Value::BooleanLit(_) => "true or false",
            Value::Object(_) => "an object",
            Value::Array(_) => "a list",
            Value::NullKeyword(_) => "null",
        };
        self.note(&format!("{wanted} was expected, {found} stands there; it counts as unknown"));
        None
    }

    /// Notes that the export was cut here by PowerShell's `ConvertTo-Json`.
    pub fn note_cut(&self) {
        self.note("PowerShell cut the export here and it counts as unknown; export again with ConvertTo-Json -Depth 10");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(text: &str, look: impl FnOnce(Vec<Node<'_>>) -> T) -> (T, Vec<String>) {
        let export = Export::new("i1", text, 2_000);
        let seen = {
            let values = export.parse();
            look(export.objects(&values))
        };
        (seen, export.into_notes())
    }

    #[test]
    fn places_count_lines_columns_and_characters() {
        let text = "{\n  \"é\": \"ü\", \"a/b~c\": {\"list\": [1, \"zwölf\"]}\n}";
        let (place, notes) =
            with(text, |nodes| nodes[0].object("a/b~c").unwrap().list("list").unwrap()[1].place());
        assert_eq!(place.pointer.as_deref(), Some("/a~1b~0c/list/1"));
        assert_eq!((place.line, place.column, place.length), (Some(2), Some(35), Some(7)));
        assert!(notes.is_empty());
    }

    #[test]
    fn long_single_lines_keep_their_columns() {
        let text = format!("{{\"filler\": \"{}\", \"last\": true}}", "ä".repeat(20_000));
        let (place, _) = with(&text, |nodes| nodes[0].get("last").unwrap().place());
        assert_eq!((place.line, place.column), (Some(1), Some(20_024)));
    }

    #[test]
    fn lists_wrappers_and_concatenations_are_opened() {
        for (text, count) in [
            ("{\"a\":1}", 1),
            ("[{\"a\":1},{\"a\":2}]", 2),
            ("{\"@odata.context\":\"x\",\"value\":[{\"a\":1},{\"a\":2}]}", 2),
            ("{\"value\":[{\"a\":1}],\"Count\":1}", 1),
            ("{\"a\":1}\n{\"a\":2}\n[{\"a\":3}]", 3),
            ("{\"value\":[1],\"other\":true}", 1),
            ("{\"a\":1,} // edited", 1),
            ("", 0),
        ] {
            let (found, notes) = with(text, |nodes| nodes.len());
            assert_eq!(found, count, "{text}");
            assert!(notes.is_empty(), "{text}: {notes:?}");
        }
        let (line, _) =
            with("{\"a\":1}\n{\"a\":2}", |nodes| nodes[1].get("a").unwrap().place().line);
        assert_eq!(line, Some(2));
    }

    #[test]
    fn unexpected_types_cost_only_themselves() {
        let text = r#"{"text": 5, "flag": "maybe", "number": [], "list": 7, "object": "@{id=1}", "none": null, "good": "yes"}"#;
        let ((), notes) = with(text, |nodes| {
            let node = &nodes[0];
            assert_eq!(node.text("text"), None);
            assert_eq!(node.flag("flag"), None);
            assert_eq!(node.number("number"), None);
            assert!(node.list("list").is_none());
            assert!(node.object("object").is_none());
            assert!(node.text("none").is_none() && node.text("absent").is_none());
            assert_eq!(node.text("good").unwrap().value, "yes");
        });
        assert_eq!(notes.len(), 5);
        assert!(notes[4].contains("-Depth"), "{notes:?}");
    }

    #[test]
    fn hostile_depth_and_rubbish_end_in_a_note() {
        for text in [
            "[".repeat(100_000),
            "{\"a\":".repeat(100_000),
            "{\"a\": tru".to_owned(),
            "nonsense".to_owned(),
        ] {
            let (found, notes) = with(&text, |nodes| nodes.len());
            assert_eq!((found, notes.len()), (0, 1), "{notes:?}");
        }
    }
}
