//! What the inputs publish: that is no secret, wherever else it stands.

use diag_sdk::Case;
use diag_sdk::case::metadata::Metadata;
use serde_json::Value;
use std::collections::BTreeSet;

/// Strings of documents that both sides hand to each other.
pub(super) struct Published(BTreeSet<String>);

impl Published {
    pub(super) fn of(case: &Case) -> Self {
        let Self(mut all) = Self::of_metadata(&case.metadata);
        let mut take = |value: serde_json::Result<Value>| {
            if let Ok(value) = value {
                strings(&value, &mut all);
            }
        };
        case.registrations.iter().for_each(|one| take(serde_json::to_value(one)));
        case.sp_configurations.iter().for_each(|one| take(serde_json::to_value(one)));
        Self(all)
    }

    /// The same of metadata alone, which everybody may read.
    pub(super) fn of_metadata(metadata: &[Metadata]) -> Self {
        let mut all = BTreeSet::new();
        for value in metadata.iter().filter_map(|one| serde_json::to_value(one).ok()) {
            strings(&value, &mut all);
        }
        Self(all)
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        self.0.contains(text)
    }
}

/// Addresses, their paths, and the segments they are made of.
fn strings(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text)
            if text.contains("://") || text.starts_with('/') || text.starts_with("urn:") =>
        {
            all.insert(text.clone());
            all.extend(path(text).map(str::to_owned));
            let segments =
                text.split(['/', '?', '&', '=', '#']).filter(|segment| segment.len() >= 16);
            all.extend(segments.map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, all)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, all)),
        _ => {}
    }
}

/// The path of an address, without what follows it.
fn path(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let path = rest.get(rest.find('/')?..)?;
    path.split(['?', '#']).next()
}
