//! The schema of a pack, for editors: `diag schema pack`. What is read is [`super::definition`]'s; a test holds the two together.

#![expect(dead_code, reason = "these types are described, never made")]

use diag_sdk::{Class, Need, Setting, Severity, Stage, Who};
use schemars::{JsonSchema, Schema};

/// A pack of checks in expressions; docs/expression-packs.md explains it.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExpressionPack {
    /// `diag-pack/1`.
    #[schemars(extend("const" = "diag-pack/1"))]
    schema: String,
    /// Lower-case letters, digits and hyphens; every id begins with it.
    #[schemars(regex(pattern = r"^[a-z0-9-]{1,64}$"))]
    name: String,
    /// Yours, such as `1.0.0`.
    version: String,
    /// What these checks watch over, in one line.
    about: String,
    /// The oldest `diag` it works with, such as `>=0.2`.
    requires: Option<String>,
    /// What it asks to see that has to be granted.
    wants: Option<Vec<Wanted>>,
    /// Response headers its expressions look at, in lower case, such as `x-ledger-error`: their values become facts.
    headers: Option<Vec<String>>,
    /// The checks.
    #[schemars(length(min = 1, max = 200))]
    check: Vec<Check>,
}

/// What has to be granted.
#[derive(JsonSchema)]
enum Wanted {
    /// Names and attributes of people.
    #[serde(rename = "secret:personal")]
    Personal,
}

/// One list, or several from the outside in.
#[derive(JsonSchema)]
#[serde(untagged)]
enum Walk {
    /// An expression that yields a list, such as `case.messages`.
    One(String),
    /// Each but the first found in an element of the one before, such as `it.assertions`.
    Several(Vec<String>),
}

/// A check.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Check {
    /// `NAME/what-is-wrong`: the problem, not the remedy.
    id: String,
    /// What it reports, in one line.
    title: String,
    /// How much it matters.
    level: Severity,
    /// A finding is probable rather than proven. Not for errors.
    likely: Option<bool>,
    /// What kind of rule it is: a policy is never the root cause of a failure.
    class: Option<Class>,
    /// Where in a sign-in it acts.
    stage: Option<Stage>,
    /// Inputs it can use; where none was handed in it is skipped.
    needs: Option<Vec<Need>>,
    /// Inputs of which none may be absent.
    needs_all: Option<Vec<Need>>,
    /// Ids of checks whose findings merely follow from this one.
    explains: Option<Vec<String>>,
    /// Pages and sections it rests on.
    references: Option<Vec<String>>,
    /// What `diag explain` prints; the first line is a summary.
    docs: Option<String>,
    /// Expressions: lists whose elements are looked at one by one, as `it`; in `outer` stands what a list was found in.
    #[serde(rename = "for")]
    each: Option<Walk>,
    /// Expression: true where something is wrong. With `for` it may be left out.
    when: Option<String>,
    /// Expression: what excuses an element.
    unless: Option<String>,
    /// Expression: true where nobody can tell.
    missing_when: Option<String>,
    /// The inputs that would tell then.
    missing: Option<Vec<Need>>,
    /// Text with values between double braces: the headline.
    message: Option<String>,
    /// Text: further sentences.
    detail: Option<String>,
    /// Expression: a place, something that has one, or a list of those.
    #[serde(rename = "where")]
    places: Option<String>,
    /// Text: what would be right.
    expected: Option<String>,
    /// Text: where that comes from.
    expected_origin: Option<String>,
    /// Text: what was found.
    actual: Option<String>,
    /// Text: where that was found.
    actual_origin: Option<String>,
    /// Expression: ids of the sign-in attempts it is about.
    attempt: Option<String>,
    /// Expression: what it is about, such as `it.id`.
    subject: Option<String>,
    /// Causes, the likeliest first.
    cause: Option<Vec<Cause>>,
    /// Tests: at least one that expects `found` and one that expects `clean`.
    test: Option<Vec<Test>>,
}

/// A cause, in the same words for every case.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Cause {
    /// Why it happens, in one sentence.
    text: String,
    /// Who acts.
    who: Who,
    /// Which setting; it becomes the screen of the product at hand.
    setting: Option<Setting>,
    /// The screen in your own words, where no setting names it.
    #[serde(rename = "where")]
    screen: Option<String>,
    /// What to do, in one sentence.
    fix: String,
    /// Expression: the exact value to enter.
    value: Option<String>,
    /// Expression: the name of the application or virtual proxy.
    object: Option<String>,
}

/// A test.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Test {
    /// What it shows.
    name: String,
    /// How it ends.
    expect: Expect,
    /// JSON in the form of the Case; `diag facts` prints it.
    facts: String,
}

/// How a test ends.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Expect {
    /// With a finding.
    Found,
    /// Without one.
    Clean,
    /// The check cannot tell.
    Skipped,
}

/// The schema of a pack.
pub fn schema() -> Schema {
    schemars::schema_for!(ExpressionPack)
}

#[cfg(test)]
mod tests {
    use super::super::definition::{CAUSE_FIELDS, CHECK_FIELDS, PACK_FIELDS, TEST_FIELDS};
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_schema_has_the_fields_that_are_read() {
        let schema = schema().to_value();
        let names = |pointer: &str| {
            let fields = schema
                .pointer(pointer)
                .and_then(Value::as_object)
                .unwrap_or_else(|| panic!("{pointer} in {schema}"));
            let mut names: Vec<String> = fields.keys().cloned().collect();
            names.sort();
            names
        };
        let sorted = |fields: &[&str]| {
            let mut fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
            fields.sort();
            fields
        };
        assert_eq!(names("/properties"), sorted(PACK_FIELDS));
        assert_eq!(names("/$defs/Check/properties"), sorted(CHECK_FIELDS));
        assert_eq!(names("/$defs/Cause/properties"), sorted(CAUSE_FIELDS));
        assert_eq!(names("/$defs/Test/properties"), sorted(TEST_FIELDS));
        for (list, word) in [
            ("Stage", "response"),
            ("Need", "capture"),
            ("Severity", "warning"),
            ("Setting", "idp-reply-url"),
        ] {
            let words =
                schema.pointer(&format!("/$defs/{list}")).map(Value::to_string).unwrap_or_default();
            assert!(words.contains(&format!("\"{word}\"")), "{list}: {words}");
        }
    }
}
