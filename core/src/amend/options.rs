//! From a cause to the fields that its fix changes.

use super::change::{Edit, Export, Operation, Target};
use super::edit;
use crate::snapshot::REGISTRATION_KEY;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diag_products::Products;
use diag_products::writing::Field;
use diag_sdk::case::input::InputKind;
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::{Case, Cause, Finding, Need, Setting, Vendor};
use serde_json::Value;

/// Largest value that is written into a field, in bytes: metadata of one identity provider, as base64.
const LARGEST: usize = 4 << 20;

/// What the fix of a cause changes in the exports at hand. Nothing where the cause names no value, where the product's
/// file says no field, or where the object is not there or cannot be told from others.
pub fn asked(
    case: &Case,
    products: &Products,
    exports: &[Export],
    finding: &Finding,
    named: &Cause,
) -> Vec<Edit> {
    let Some(setting) = named.setting else { return Vec::new() };
    let fields = products.fields(named.vendor, &finding.check, setting);
    let edits = fields.into_iter().filter_map(|field| {
        let operation = operation(field, finding, named)?;
        Some(edits_of(
            field,
            &operation,
            targets(case, exports, named.vendor, field.of, named.object.as_deref()),
        ))
    });
    let edits: Vec<Edit> = edits.flatten().collect();
    // What the product copies by itself is no change where the original is not at hand.
    if edits.iter().all(|edit| edit.copied) { Vec::new() } else { edits }
}

fn edits_of(field: &Field, operation: &Operation, targets: Vec<Target>) -> Vec<Edit> {
    let edit = |target| Edit {
        target,
        field: field.at.clone(),
        copied: field.copied,
        operation: operation.clone(),
        parameters: field.parameters.clone(),
    };
    targets.into_iter().map(edit).collect()
}

fn operation(field: &Field, finding: &Finding, cause: &Cause) -> Option<Operation> {
    let Some(value) = cause.value.as_deref().filter(|value| value.len() <= LARGEST) else {
        return field.to.as_ref().map(|to| Operation::Set(to.into()));
    };
    if cause.setting == Some(Setting::SpIdpMetadata) {
        // The value is where the document is found, not the document.
        return None;
    }
    if field.list {
        let instead_of = finding.actual.clone().filter(|_| field.replaces);
        return Some(Operation::Add { value: value.to_owned(), instead_of });
    }
    if field.words.is_empty() {
        return Some(Operation::Set(field.to.as_ref().map_or_else(|| value.into(), Into::into)));
    }
    field.words.get(value).map(|plain| Operation::Set(plain.into()))
}

/// Puts a metadata document into the field of an entry point that holds the identity provider's: in the form in which
/// the field had one, plain or base64; base64 where it was empty.
pub fn held(
    case: &Case,
    products: &Products,
    exports: &[Export],
    configuration: &str,
    document: &[u8],
) -> Option<Edit> {
    let entry = case.configuration(configuration)?;
    let field = products
        .fields(entry.vendor, "", Setting::SpIdpMetadata)
        .into_iter()
        .find(|field| !field.copied)?;
    let target = entry_targets(exports, entry, field.of).into_iter().next()?;
    let text = exports.iter().find(|export| export.document == target.document)?.text.as_str();
    let before = edit::value(text, &target.pointer, &field.at.split('.').collect::<Vec<_>>());
    let plain = before
        .as_ref()
        .and_then(Value::as_str)
        .is_some_and(|text| text.trim_start_matches('\u{feff}').trim_start().starts_with('<'));
    let value = if plain {
        std::str::from_utf8(document).ok()?.to_owned()
    } else {
        STANDARD.encode(document)
    };
    let operation = Operation::Set(value.into());
    edits_of(field, &operation, vec![target]).pop()
}

/// The objects of such exports whose setting it is.
fn targets(
    case: &Case,
    exports: &[Export],
    vendor: Vendor,
    of: Need,
    object: Option<&str>,
) -> Vec<Target> {
    match kind(of) {
        Some(InputKind::Application | InputKind::ServicePrincipal) => {
            let mut meant =
                case.registrations.iter().filter(|one| one.vendor == vendor && one.relevant);
            let named = meant.clone().find(|one| object.is_some() && one.name.as_deref() == object);
            let only = meant.next().filter(|_| meant.next().is_none());
            let Some(registration) = named.or(only) else { return Vec::new() };
            let Some(app_id) = registration.app_id.as_deref() else { return Vec::new() };
            let name = registration.name.clone().unwrap_or_else(|| app_id.to_owned());
            let of_kind = exports.iter().filter(|export| Some(export.kind) == kind(of));
            let target = |export: &Export, pointer: String| Target {
                document: export.document,
                pointer,
                of,
                vendor,
                name: name.clone(),
            };
            let found = of_kind.flat_map(|export| {
                edit::objects_named(&export.text, REGISTRATION_KEY, app_id)
                    .into_iter()
                    .map(|pointer| target(export, pointer))
                    .collect::<Vec<_>>()
            });
            // Of an object that was exported twice only the first copy counts.
            found.take(1).collect()
        }
        Some(InputKind::Virtualproxyconfig) => {
            let mut meant =
                case.sp_configurations.iter().filter(|one| one.vendor == vendor && one.relevant);
            let named = case
                .sp_configurations
                .iter()
                .find(|one| one.vendor == vendor && object.is_some_and(|name| one.name == name));
            let only = meant.next().filter(|_| meant.next().is_none());
            named.or(only).map(|entry| entry_targets(exports, entry, of)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// An entry point where it was read: in an export of its own, never in the shortened copy inside another object.
fn entry_targets(exports: &[Export], entry: &SpConfiguration, of: Need) -> Vec<Target> {
    let pointer = entry.place.pointer.clone().unwrap_or_default();
    let holds = |export: &&Export| {
        Some(export.kind) == kind(of)
            && export.input == entry.place.input
            && edit::is_object(&export.text, &pointer)
    };
    let target = |export: &Export| Target {
        document: export.document,
        pointer: pointer.clone(),
        of,
        vendor: entry.vendor,
        name: entry.name.clone(),
    };
    exports.iter().find(holds).map(target).into_iter().collect()
}

/// The kind of file that such an export is.
fn kind(of: Need) -> Option<InputKind> {
    match of {
        Need::Application => Some(InputKind::Application),
        Need::ServicePrincipal => Some(InputKind::ServicePrincipal),
        Need::Virtualproxyconfig => Some(InputKind::Virtualproxyconfig),
        _ => None,
    }
}
