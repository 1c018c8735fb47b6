//! Guides: a set-up guide of two products, value by value, with what is compared and which checks do so. Data like the
//! product files; the page is written from them and from the checks.

use serde::Deserialize;

/// A guide.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// `diag-guide/1`.
    pub schema: String,
    /// Name of the page.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about, Markdown.
    pub about: String,
    /// The set-up guide it follows.
    pub source: String,
    /// Its values in their order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One value, step or warning of a set-up guide.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number, from 1.
    pub number: u32,
    /// Where the set-up guide has it.
    pub at: String,
    /// What it is.
    pub value: String,
    /// What is compared with what, Markdown.
    pub compares: String,
    /// The checks that do so.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Cases of the suite with one fault of this value.
    #[serde(default)]
    pub faults: Vec<String>,
    /// A case of the suite in which the value is sound.
    #[serde(default)]
    pub sound: Option<String>,
}

/// The guides diag has.
///
/// # Panics
///
/// Where a guide does not have the format; the suite reads every one.
pub fn guides() -> Vec<Guide> {
    serde_json::from_slice(include_bytes!(concat!(env!("OUT_DIR"), "/guides.json")))
        .expect("the suite reads every guide")
}

#[cfg(test)]
mod tests {
    use super::guides;

    #[test]
    fn steps_are_numbered_in_order_and_say_what_is_compared() {
        for guide in guides() {
            assert_eq!(guide.schema, "diag-guide/1");
            for (index, step) in guide.steps.iter().enumerate() {
                assert_eq!(usize::try_from(step.number).ok(), Some(index + 1), "{}", guide.id);
                assert!(
                    step.compares.ends_with('.') && !step.value.is_empty(),
                    "{} {}",
                    guide.id,
                    step.number
                );
                assert_eq!(
                    step.checks.is_empty(),
                    step.faults.is_empty() && step.sound.is_none(),
                    "{} {}",
                    guide.id,
                    step.number
                );
            }
        }
    }
}
