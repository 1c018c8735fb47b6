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
use cel::common::types::{CelBool, CelNull, CelString, Kind};
use cel::common::value::Val;
use cel::{Context, Value};
use diag_sdk::manifest::CheckAnswer;
use diag_sdk::{Case, Cause, Finding, Place, Vendor, Who};
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
    case: &'c Case,
    root: Box<dyn Val>,
}

impl<'c> Facts<'c> {
    pub(super) fn new(case: &'c Case) -> Self {
        let root = serde_json::to_value(case).map_or_else(|_| fact::of(&Json::Null), |json| fact::of(&json));
        Self { case, root }
    }
}

/// Runs a check. What goes wrong makes it a crashed one that says where.
pub(super) fn run(source: &Source, check: &CheckDefinition, facts: &Facts<'_>) -> CheckAnswer {
    let mut answer = CheckAnswer { id: check.info.id.clone(), ..CheckAnswer::default() };
    let needs = &check.info.needs;
    if !needs.is_empty() && !needs.iter().any(|need| facts.case.has(*need)) {
        answer.missing.clone_from(needs);
        return answer;
    }
    let mut run = Run { source, check, facts, bytes: 0, findings: Vec::new() };
    match run.check() {
        Ok(()) => answer.findings = run.findings,
        Err(why) => answer.crashed = Some(why),
    }
    answer
}

struct Run<'r> {
    source: &'r Source,
    check: &'r CheckDefinition,
    facts: &'r Facts<'r>,
    bytes: usize,
    findings: Vec<Finding>,
}

impl Run<'_> {
    fn check(&mut self) -> Result<(), String> {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.add_variable_as_val("case", self.facts.root.clone());
        let Some(each) = &self.check.each else { return self.element(&context, None) };
        let list = self.value(each, &context)?;
        if list.downcast_ref::<CelNull>().is_some() {
            return Ok(());
        }
        let Some(elements) = list.as_iterable().filter(|_| list.get_type().kind() == Kind::List) else {
            return Err(self.said(each, each.tree.id, &format!("`for` yields {}, expected a list", kind_word(list.as_ref()))));
        };
        let mut elements = elements.iter();
        let mut count = 0;
        while let Some(element) = elements.next() {
            count += 1;
            if count > MOST_ELEMENTS {
                return Err(self.said(each, each.tree.id, &format!("`for` yields more than {MOST_ELEMENTS} elements")));
            }
            let mut inner = context.new_inner_scope();
            inner.add_variable_as_val("it", element.clone_as_boxed());
            self.element(&inner, Some(element))?;
            if self.findings.len() >= MOST_FINDINGS {
                break;
            }
        }
        Ok(())
    }

    fn element(&mut self, context: &Context<'_, '_>, it: Option<&dyn Val>) -> Result<(), String> {
        let check = self.check;
        if let Some(when) = &check.when {
            let value = self.value(when, context)?;
            match value.downcast_ref::<CelBool>().map(|truth| *truth.inner()) {
                Some(true) => {}
                Some(false) => return Ok(()),
                None => {
                    let message = format!("`when` yields {}, expected true or false", kind_word(value.as_ref()));
                    return Err(self.said(when, when.tree.id, &message));
                }
            }
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
                    return Err(self.said(places, places.tree.id, "`where` yields something that is no place"));
                }
                found
            }
            (None, Some(it)) => {
                let mut found = Vec::new();
                collect_places(&own_place(it), &mut found);
                found
            }
            (None, None) => Vec::new(),
        };
        for id in self.texts(check.attempt.as_ref(), context)? {
            finding = finding.attempt(id);
        }
        finding.subject = self.texts(check.subject.as_ref(), context)?.into_iter().next().map(Into::into);
        for cause in &check.causes {
            let worded = self.cause(cause, context)?;
            finding.causes.push(worded);
        }
        finding.references.clone_from(&check.info.references);
        self.findings.push(finding);
        Ok(())
    }

    fn cause(&mut self, cause: &CauseDefinition, context: &Context<'_, '_>) -> Result<Cause, String> {
        let object = self.texts(cause.object.as_ref(), context)?.into_iter().next();
        let value = self.texts(cause.value.as_ref(), context)?.into_iter().next();
        let info = &cause.info;
        let vendor = match info.who {
            Who::Idp => self.facts.case.idp_vendor,
            Who::Sp => self.facts.case.sp_vendor,
            Who::Network | Who::User => Vendor::Other,
        };
        let screen = cause.screen.clone().unwrap_or_default();
        Ok(Cause { screen, ..info.worded(vendor, object.as_deref(), value.as_deref()) })
    }

    /// Evaluates an expression.
    fn value<'v>(&self, expression: &Expression, context: &Context<'_, 'v>) -> Result<Box<dyn Val + 'v>, String> {
        let nodes = u64::try_from(guard::size(&expression.tree)).unwrap_or(u64::MAX);
        let value =
            budget::spend(nodes).and_then(|()| Value::resolve_val(&expression.tree, context).map(cel::common::value::CowVal::into_owned));
        // An error inside `||` may have been swallowed; what was cut off counts for nothing.
        if let Some(why) = budget::spent() {
            return Err(self.said(expression, expression.tree.id, why));
        }
        value.map_err(|error| {
            let blame = blame::blame(expression, &error, context);
            self.said(expression, blame.node, &blame.message)
        })
    }

    /// What went wrong, and where in the file.
    fn said(&self, expression: &Expression, node: u64, what: &str) -> String {
        let (line, column) = self.source.position(expression.place(self.source, node).start);
        let file = self.source.file.rsplit(['/', '\\']).next().unwrap_or_default();
        format!("{file}:{line}:{column}: {}", shortened(what.to_owned(), 600))
    }

    fn optional(&mut self, text: Option<&Text>, context: &Context<'_, '_>) -> Result<Option<String>, String> {
        text.map(|text| self.text(text, context)).transpose()
    }

    fn text(&mut self, text: &Text, context: &Context<'_, '_>) -> Result<String, String> {
        let mut whole = String::new();
        for piece in &text.0 {
            match piece {
                Piece::Plain(plain) => whole.push_str(plain),
                Piece::Value(expression) => {
                    let value = self.value(expression, context)?;
                    let Some(shown) = readable(&fact::json(value.as_ref())) else {
                        let message = format!("{} cannot stand in a text", kind_word(value.as_ref()));
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
            return Err(format!("its findings hold more than {} MB of text", MOST_BYTES >> 20));
        }
        Ok(whole)
    }

    /// A text, or several, that an expression yields; null yields none.
    fn texts(&mut self, expression: Option<&Expression>, context: &Context<'_, '_>) -> Result<Vec<String>, String> {
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
                return Err(self.said(expression, expression.tree.id, "it yields something that is no text"));
            };
            self.bytes += text.len();
            texts.push(shortened(clean(&text), LONGEST_TEXT));
        }
        Ok(texts)
    }
}

/// The place of an element, where it has one.
fn own_place(it: &dyn Val) -> Json {
    let place = it.as_indexer().and_then(|fields| fields.get(&CelString::from("place")).ok().map(|place| fact::json(place.as_ref())));
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
            let Some(place) = fields.get("input").and_then(|_| serde_json::from_value::<Place>(value.clone()).ok()) else { return false };
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
        Json::Object(fields) if fields.contains_key("secret") => {
            Some(fields.get("text").and_then(Json::as_str).map_or_else(|| "(withheld)".to_owned(), str::to_owned))
        }
        Json::Object(fields) => fields.get("value").filter(|_| fields.contains_key("place")).and_then(readable),
    }
}

/// Without characters that could disguise what a text says.
fn clean(text: &str) -> String {
    text.chars().map(|character| if character.is_control() && character != '\n' { ' ' } else { character }).collect()
}

fn shortened(mut text: String, longest: usize) -> String {
    if text.len() > longest {
        let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}
