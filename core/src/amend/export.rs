//! Exports with changes in them: the texts as they will be, and which fields differ.

use super::change::{Edit, Export, Operation, Target};
use super::edit;
use serde_json::Value;
use std::collections::BTreeMap;

/// A field that differs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Changed {
    pub(super) target: Target,
    pub(super) field: String,
    pub(super) before: Value,
    pub(super) after: Value,
    pub(super) copied: bool,
    pub(super) parameters: BTreeMap<String, String>,
}

/// Exports, some of them changed.
#[derive(Debug, Clone)]
pub struct Amended<'e> {
    exports: &'e [Export],
    texts: BTreeMap<usize, String>,
    pub(super) changed: Vec<Changed>,
}

impl<'e> Amended<'e> {
    /// Exports as they are.
    pub fn new(exports: &'e [Export]) -> Self {
        Self { exports, texts: BTreeMap::new(), changed: Vec::new() }
    }

    /// Nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// The texts that differ, by the number of the document.
    pub fn texts(&self) -> &BTreeMap<usize, String> {
        &self.texts
    }

    /// The fields of an export that differ.
    pub fn fields_of(&self, document: usize) -> Vec<String> {
        self.changed
            .iter()
            .filter(|changed| changed.target.document == document)
            .map(|changed| changed.field.clone())
            .collect()
    }

    /// The text of an export as it is now.
    pub(super) fn text(&self, document: usize) -> Option<&str> {
        let given = || {
            self.exports
                .iter()
                .find(|export| export.document == document)
                .map(|export| export.text.as_str())
        };
        self.texts.get(&document).map(String::as_str).or_else(given)
    }

    /// The value of a field of an object as it is now.
    pub(super) fn value(&self, target: &Target, field: &str) -> Option<Value> {
        edit::value(
            self.text(target.document)?,
            &target.pointer,
            &field.split('.').collect::<Vec<_>>(),
        )
    }

    /// Takes all of these changes in, or none: where one cannot be made, where another has written the field already, or
    /// where everything stands there as it should.
    pub fn take(&mut self, edits: &[Edit]) -> bool {
        let mut next = self.clone();
        let mut differs = false;
        for edit in edits {
            match next.take_one(edit) {
                Some(changed) => differs |= changed,
                None => return false,
            }
        }
        if differs {
            *self = next;
        }
        differs
    }

    /// Whether it changed anything; `None` where it cannot be made.
    fn take_one(&mut self, edit: &Edit) -> Option<bool> {
        let path: Vec<&str> = edit.field.split('.').collect();
        let now = self.value(&edit.target, &edit.field).unwrap_or(Value::Null);
        let known = self
            .changed
            .iter()
            .position(|changed| changed.target == edit.target && changed.field == edit.field);
        let after = match &edit.operation {
            Operation::Set(value) => {
                if known.is_some() && now != *value {
                    return None;
                }
                value.clone()
            }
            Operation::Add { value, instead_of } => {
                let listed = match &now {
                    Value::Array(elements) => elements.clone(),
                    Value::Null => Vec::new(),
                    // A single value stands for a list of one.
                    Value::String(text) if text.is_empty() => Vec::new(),
                    Value::String(_) => vec![now.clone()],
                    _ => return None,
                };
                let stays = |element: &&Value| {
                    element.as_str() != Some(value)
                        && (instead_of.is_none() || element.as_str() != instead_of.as_deref())
                };
                std::iter::once(Value::from(value.as_str()))
                    .chain(listed.iter().filter(stays).cloned())
                    .collect()
            }
        };
        if after == now {
            return Some(known.is_some());
        }
        let text = self
            .text(edit.target.document)
            .and_then(|text| edit::written(text, &edit.target.pointer, &path, &after))?;
        self.texts.insert(edit.target.document, text);
        match known {
            Some(index) => self.changed[index].after = after,
            None => self.changed.push(Changed {
                target: edit.target.clone(),
                field: edit.field.clone(),
                before: now,
                after,
                copied: edit.copied,
                parameters: edit.parameters.clone(),
            }),
        }
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::{Need, Vendor};

    fn edit(field: &str, operation: Operation) -> Edit {
        let target = Target {
            document: 0,
            pointer: String::new(),
            of: Need::Application,
            vendor: Vendor::Other,
            name: "HR".to_owned(),
        };
        Edit {
            target,
            field: field.to_owned(),
            copied: false,
            operation,
            parameters: BTreeMap::new(),
        }
    }

    fn add(value: &str) -> Edit {
        edit("list", Operation::Add { value: value.to_owned(), instead_of: None })
    }

    #[test]
    fn all_is_taken_or_nothing() {
        let exports = [Export {
            text: r#"{"list": ["a"], "set": true, "text": {}}"#.to_owned(),
            ..Export::default()
        }];
        let mut amended = Amended::new(&exports);
        assert!(
            !amended.take(&[add("a"), edit("set", Operation::Set(true.into()))]),
            "it stands there"
        );
        assert!(
            !amended.take(&[
                add("b"),
                edit("text", Operation::Add { value: "x".to_owned(), instead_of: None })
            ]),
            "no list"
        );
        assert!(amended.is_empty() && amended.texts().is_empty());
        assert!(amended.take(&[add("b"), edit("set", Operation::Set(true.into()))]));
        assert!(amended.take(&[add("c")]), "lists grow");
        assert!(
            amended.take(&[edit("set", Operation::Set(false.into()))])
                && !amended.take(&[edit("set", Operation::Set(true.into()))])
        );
        assert_eq!(amended.texts()[&0], r#"{"list": ["c", "b", "a"], "set": false, "text": {}}"#);
        assert_eq!(
            amended.bodies(None)[0].json,
            serde_json::json!({"list": ["c", "b", "a"], "set": false})
        );
    }

    #[test]
    fn what_is_wrong_leaves_a_list_for_what_is_right() {
        let exports = [Export {
            text: r#"{"list": ["https://a.example", "b"]}"#.to_owned(),
            ..Export::default()
        }];
        let mut amended = Amended::new(&exports);
        let instead_of = Some("https://a.example".to_owned());
        assert!(
            amended.take(&[edit(
                "list",
                Operation::Add { value: "a.example".to_owned(), instead_of }
            )])
        );
        assert_eq!(amended.texts()[&0], r#"{"list": ["a.example", "b"]}"#);
    }
}
