//! Runs the checks of a pack over the facts.

use super::blame;
use super::budget;
use super::definition::{CauseDefinition, CheckDefinition};
use super::expression::Expression;
use super::fact;
use super::function::ENVIRONMENT;
use super::guard;
use super::kind::kind_word;
use super::source::Source;
use super::text::{Piece, Text};
use crate::sight::Shown;
use cel::common::types::{CelBool, CelNull, CelString, Kind};
use cel::common::value::Val;
use cel::{Context, Value};
use diag_sdk::manifest::CheckAnswer;
use diag_sdk::{Cause, Finding, Need, Place, Vendor, Who};
use serde_json::Value as Json;
use std::sync::Arc;

/// Most elements a check looks at.
const MOST_ELEMENTS: usize = 100_000;
/// Most findings a check reports.
const MOST_FINDINGS: usize = 1000;
/// Longest text of a finding, in bytes.
const LONGEST_TEXT: usize = 8 << 10;
/// Most bytes all findings of a check hold.
const MOST_BYTES: usize = 2 << 20;
/// Most places of a finding.
const MOST_PLACES: usize = 50;

/// Facts made ready to be looked at.
pub(super) struct Facts<'c> {
    shown: &'c Shown,
    root: Box<dyn Val>,
}

impl<'c> Facts<'c> {
    pub(super) fn new(shown: &'c Shown) -> Self {
        Self { shown, root: fact::record(shown.kinds()) }
    }
}

/// Why a check did not come to its end.
enum Trouble {
    /// It cannot tell in this case: what it looks at is absent, or something else than it takes it for.
    Undecided(String),
    /// It went beyond its bounds.
    Crashed(String),
}

type Outcome<T> = Result<T, Trouble>;

/// Runs a check. What cannot be told is undecided and says where; what goes beyond its bounds is crashed.
pub(super) fn run(source: &Source, check: &CheckDefinition, facts: &Facts<'_>) -> CheckAnswer {
    let mut answer = CheckAnswer { id: check.info.id.clone(), ..CheckAnswer::default() };
    let absent = |needs: &[Need]| -> Vec<Need> {
        needs.iter().copied().filter(|need| !facts.shown.has(*need)).collect()
    };
    let needs = &check.info.needs;
    if !needs.is_empty() && absent(needs).len() == needs.len() {
        answer.missing.clone_from(needs);
        return answer;
    }
    answer.missing = absent(&check.needs_all);
    if !answer.missing.is_empty() {
        return answer;
    }
    let mut run = Run {
        source,
        check,
        facts,
        bytes: 0,
        findings: Vec::new(),
        missing: false,
        undecided: None,
    };
    match run.check() {
        Ok(()) => {}
        Err(Trouble::Undecided(why)) => run.undecided = run.undecided.or(Some(why)),
        Err(Trouble::Crashed(why)) => {
            answer.crashed = Some(why);
            return answer;
        }
    }
    answer.findings = run.findings;
    answer.undecided = run.undecided;
    if run.missing {
        answer.missing.clone_from(&check.missing);
    }
    answer
}

struct Run<'r> {
    source: &'r Source,
    check: &'r CheckDefinition,
    facts: &'r Facts<'r>,
    bytes: usize,
    findings: Vec<Finding>,
    /// An element could not be told for want of an input.
    missing: bool,
    /// Why an element could not be told, the first of them.
    undecided: Option<String>,
}

impl Run<'_> {
    fn check(&mut self) -> Outcome<()> {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.add_variable_as_val("case", self.facts.root.clone());
        match self.check.each.as_slice() {
            [] => self.element(&context, None, None),
            lists => self.walk(lists, &context, None, &mut 0),
        }
    }

    /// Goes through a list, and in each of its elements through the lists that follow.
    fn walk(
        &mut self,
        lists: &[Expression],
        context: &Context<'_, '_>,
        outer: Option<&dyn Val>,
        count: &mut usize,
    ) -> Outcome<()> {
        let Some((each, deeper)) = lists.split_first() else { return Ok(()) };
        let list = self.value(each, context)?;
        if list.downcast_ref::<CelNull>().is_some() {
            return Ok(());
        }
        let Some(elements) = list.as_iterable().filter(|_| list.get_type().kind() == Kind::List)
        else {
            return Err(self.said(
                each,
                each.tree.id,
                &format!("`for` yields {}, expected a list", kind_word(list.as_ref())),
            ));
        };
        let mut elements = elements.iter();
        while let Some(element) = elements.next() {
            *count += 1;
            if *count > MOST_ELEMENTS {
                return Err(
                    self.beyond(each, &format!("`for` yields more than {MOST_ELEMENTS} elements"))
                );
            }
            let mut inner = context.new_inner_scope();
            if let Some(outer) = outer {
                inner.add_variable_as_val("outer", outer.clone_as_boxed());
            }
            inner.add_variable_as_val("it", element.clone_as_boxed());
            let told = match deeper {
                [] => self.element(&inner, Some(element), outer),
                _ => self.walk(deeper, &inner, Some(element), count),
            };
            match told {
                // The others are looked at all the same.
                Err(Trouble::Undecided(why)) => {
                    self.undecided = self.undecided.take().or(Some(why));
                }
                other => other?,
            }
            if self.findings.len() >= MOST_FINDINGS {
                break;
            }
        }
        Ok(())
    }

    fn element(
        &mut self,
        context: &Context<'_, '_>,
        it: Option<&dyn Val>,
        outer: Option<&dyn Val>,
    ) -> Outcome<()> {
        let check = self.check;
        if let Some(when) = &check.missing_when
            && self.truth("missing_when", when, context)?
        {
            self.missing = true;
            return Ok(());
        }
        if let Some(when) = &check.when
            && !self.truth("when", when, context)?
        {
            return Ok(());
        }
        if let Some(unless) = &check.unless
            && self.truth("unless", unless, context)?
        {
            return Ok(());
        }
        let message = match &check.message {
            Some(message) => self.text(message, context)?,
            None => check.info.title.clone(),
        };
        let mut finding = Finding::new(check.level, message);
        finding.check.clone_from(&check.info.id);
        finding.certain = !check.likely;
        finding.detail = self.optional(check.detail.as_ref(), context)?;
        finding.expected = self.optional(check.expected.as_ref(), context)?;
        finding.expected_origin = self.optional(check.expected_origin.as_ref(), context)?;
        finding.actual = self.optional(check.actual.as_ref(), context)?;
        finding.actual_origin = self.optional(check.actual_origin.as_ref(), context)?;
        finding = finding.compared();
        finding.places = match (&check.places, it) {
            (Some(places), _) => {
                let value = self.value(places, context)?;
                let mut found = Vec::new();
                if !collect_places(&fact::json(value.as_ref()), &mut found) {
                    return Err(self.said(
                        places,
                        places.tree.id,
                        "`where` yields something that is no place",
                    ));
                }
                found
            }
            (None, Some(it)) => {
                let mut found = Vec::new();
                collect_places(&own_place(it), &mut found);
                if let Some(outer) = outer.filter(|_| found.is_empty()) {
                    collect_places(&own_place(outer), &mut found);
                }
                found
            }
            (None, None) => Vec::new(),
        };
        for id in self.texts(check.attempt.as_ref(), context)? {
            finding = finding.attempt(id);
        }
        finding.subject =
            self.texts(check.subject.as_ref(), context)?.into_iter().next().map(Into::into);
        for cause in &check.causes {
            let worded = self.cause(cause, context)?;
            finding.causes.push(worded);
        }
        finding.references.clone_from(&check.info.references);
        self.findings.push(finding);
        Ok(())
    }

    fn cause(&mut self, cause: &CauseDefinition, context: &Context<'_, '_>) -> Outcome<Cause> {
        let object = self.texts(cause.object.as_ref(), context)?.into_iter().next();
        let value = self.texts(cause.value.as_ref(), context)?.into_iter().next();
        let info = &cause.info;
        let vendor = match info.who {
            Who::Idp => self.facts.shown.idp_vendor,
            Who::Sp => self.facts.shown.sp_vendor,
            Who::Network | Who::User => Vendor::Other,
        };
        let screen = cause.screen.clone().unwrap_or_default();
        Ok(Cause { screen, ..info.worded(vendor, object.as_deref(), value.as_deref()) })
    }

    /// Evaluates an expression that says yes or no.
    fn truth(
        &self,
        name: &str,
        expression: &Expression,
        context: &Context<'_, '_>,
    ) -> Outcome<bool> {
        let value = self.value(expression, context)?;
        value.downcast_ref::<CelBool>().map(|truth| *truth.inner()).ok_or_else(|| {
            let message =
                format!("`{name}` yields {}, expected true or false", kind_word(value.as_ref()));
            self.said(expression, expression.tree.id, &message)
        })
    }

    /// Evaluates an expression.
    fn value<'v>(
        &self,
        expression: &Expression,
        context: &Context<'_, 'v>,
    ) -> Outcome<Box<dyn Val + 'v>> {
        let nodes = u64::try_from(guard::size(&expression.tree)).unwrap_or(u64::MAX);
        let value = budget::spend(nodes).and_then(|()| {
            Value::resolve_val(&expression.tree, context)
                .map(cel::common::value::CowVal::into_owned)
        });
        // An error inside `||` may have been swallowed; what was cut off counts for nothing.
        if let Some(why) = budget::spent() {
            return Err(self.beyond(expression, why));
        }
        value.map_err(|error| {
            // The first reason is the one that is told.
            if self.undecided.is_some() {
                return Trouble::Undecided(String::new());
            }
            let blame = blame::blame(expression, &error, context);
            self.said(expression, blame.node, &blame.message)
        })
    }

    /// What cannot be told, and where in the file.
    fn said(&self, expression: &Expression, node: u64, what: &str) -> Trouble {
        Trouble::Undecided(self.at(expression, node, what))
    }

    /// What went beyond its bounds, and where in the file.
    fn beyond(&self, expression: &Expression, what: &str) -> Trouble {
        Trouble::Crashed(self.at(expression, expression.tree.id, what))
    }

    fn at(&self, expression: &Expression, node: u64, what: &str) -> String {
        let (line, column) = self.source.position(expression.place(self.source, node).start);
        let file = self.source.file.rsplit(['/', '\\']).next().unwrap_or_default();
        format!("{file}:{line}:{column}: {}", shortened(what.to_owned(), 600))
    }

    fn optional(
        &mut self,
        text: Option<&Text>,
        context: &Context<'_, '_>,
    ) -> Outcome<Option<String>> {
        text.map(|text| self.text(text, context)).transpose()
    }

    fn text(&mut self, text: &Text, context: &Context<'_, '_>) -> Outcome<String> {
        let mut whole = String::new();
        for piece in &text.0 {
            match piece {
                Piece::Plain(plain) => whole.push_str(plain),
                Piece::Value(expression) => {
                    let value = self.value(expression, context)?;
                    let Some(shown) = readable(&fact::json(value.as_ref())) else {
                        let message =
                            format!("{} cannot stand in a text", kind_word(value.as_ref()));
                        return Err(self.said(expression, expression.tree.id, &message));
                    };
                    whole.push_str(&shown);
                }
            }
            if whole.len() > LONGEST_TEXT {
                break;
            }
        }
        let whole = shortened(clean(&whole), LONGEST_TEXT);
        self.bytes += whole.len();
        if self.bytes > MOST_BYTES {
            return Err(Trouble::Crashed(format!(
                "its findings hold more than {} MB of text",
                MOST_BYTES >> 20
            )));
        }
        Ok(whole)
    }

    /// A text, or several, that an expression yields; null yields none.
    fn texts(
        &mut self,
        expression: Option<&Expression>,
        context: &Context<'_, '_>,
    ) -> Outcome<Vec<String>> {
        let Some(expression) = expression else { return Ok(Vec::new()) };
        let value = self.value(expression, context)?;
        let json = fact::json(value.as_ref());
        let several = match json {
            Json::Null => Vec::new(),
            Json::Array(items) => items,
            other => vec![other],
        };
        let mut texts = Vec::new();
        for item in several.iter().take(MOST_PLACES) {
            let Some(text) = readable(item) else {
                return Err(self.said(
                    expression,
                    expression.tree.id,
                    "it yields something that is no text",
                ));
            };
            self.bytes += text.len();
            texts.push(shortened(clean(&text), LONGEST_TEXT));
        }
        Ok(texts)
    }
}

/// The place of an element, where it has one.
fn own_place(it: &dyn Val) -> Json {
    let place = it.as_indexer().and_then(|fields| {
        fields.get(&CelString::from("place")).ok().map(|place| fact::json(place.as_ref()))
    });
    place.unwrap_or_default()
}

/// Takes places out of a place, a located value, or a list of those; false for anything else.
fn collect_places(value: &Json, places: &mut Vec<Place>) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.iter().all(|item| collect_places(item, places)),
        Json::Object(fields) => {
            if let Some(place) = fields.get("place") {
                return collect_places(place, places);
            }
            let Some(place) = fields
                .get("input")
                .and_then(|_| serde_json::from_value::<Place>(value.clone()).ok())
            else {
                return false;
            };
            if place != Place::default() && !places.contains(&place) && places.len() < MOST_PLACES {
                places.push(place);
            }
            true
        }
        _ => false,
    }
}

/// A value as people read it.
fn readable(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some("(none)".to_owned()),
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) => Some(text.clone()),
        Json::Array(items) => {
            let parts: Option<Vec<String>> = items.iter().map(readable).collect();
            Some(parts?.join(", "))
        }
        // A located value stands for the value; a withheld one says only that it is there.
        Json::Object(fields) if fields.contains_key("secret") => Some(
            fields
                .get("text")
                .and_then(Json::as_str)
                .map_or_else(|| "(withheld)".to_owned(), str::to_owned),
        ),
        Json::Object(fields) => {
            fields.get("value").filter(|_| fields.contains_key("place")).and_then(readable)
        }
    }
}

/// Without characters that could disguise what a text says.
fn clean(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_control() && character != '\n' { ' ' } else { character })
        .collect()
}

fn shortened(mut text: String, longest: usize) -> String {
    if text.len() > longest {
        let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}
