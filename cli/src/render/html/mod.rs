//! One page for a browser, to be mailed, attached to a ticket or printed: it holds everything it needs and
//! runs nothing.
//!
//! The template says how a report looks, [`view`] what it says. Whatever the template writes passes through
//! [`write_escaped`], so that no value of a file can become markup or reorder the text around it.

mod view;

use super::{Detail, Judged};
use crate::terminal::visible;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, escape_formatter};

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const NAME: &str = "page.html";

/// The reports, one after another on one page.
pub(crate) fn render(judged: &[Judged], detail: Detail) -> anyhow::Result<String> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(write_escaped);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    environment.add_global("style", Value::from_safe_string(STYLE.to_owned()));
    environment.add_template(NAME, TEMPLATE)?;
    Ok(environment.get_template(NAME)?.render(Serde(view::page(judged, detail)))?)
}

/// Writes a value as text: what is invisible or reorders text as escapes, then what is markup in HTML.
fn write_escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str().filter(|_| value.kind() == ValueKind::String && !value.is_safe()) {
        Some(text) => escape_formatter(out, state, &Value::from(visible(text).into_owned())),
        None => escape_formatter(out, state, value),
    }
}

#[cfg(test)]
mod tests;
