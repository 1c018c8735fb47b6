//! Facts for the tests of this family.

use diag_sdk::case::attempt::{Attempt, Outcome};
use diag_sdk::case::sp_configuration::{AuthenticationMethod, SpConfiguration};
use diag_sdk::{Case, Place, Severity, Sited, Vendor};

/// A value without a place.
pub(crate) fn sited<T>(value: T) -> Sited<T> {
    Sited::new(value, Place::default())
}

/// A sound SAML virtual proxy `azure` on `https://sense.contoso.example`.
pub(crate) fn entry() -> SpConfiguration {
    SpConfiguration {
        id: "c1".to_owned(),
        vendor: Vendor::Qlik,
        vendor_id: Some("6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33".to_owned()),
        relevant: true,
        name: "azure".to_owned(),
        prefix: Some("azure".into()),
        is_default: Some(false),
        method: Some(sited(AuthenticationMethod::Saml)),
        host_uri: Some("https://sense.contoso.example".into()),
        session_cookie_name: Some("X-Qlik-Session-azure".into()),
        ..SpConfiguration::default()
    }
}

/// A case with entry points.
pub(crate) fn case(entries: Vec<SpConfiguration>) -> Case {
    Case { sp_configurations: entries, sp_vendor: Vendor::Qlik, ..Case::default() }
}

/// The case of one entry point changed in one way.
pub(crate) fn changed(change: impl FnOnce(&mut SpConfiguration)) -> Case {
    let mut entry = entry();
    change(&mut entry);
    case(vec![entry])
}

/// Adds a sign-in that ended so.
pub(crate) fn attempt(case: &mut Case, outcome: Outcome) {
    case.attempts.push(Attempt { id: "a1".to_owned(), outcome, ..Attempt::default() });
}

/// The levels a check reports at.
pub(crate) fn levels(check: &diag_sdk::Check, case: &Case) -> Vec<Severity> {
    check.judge(case).found().iter().map(|finding| finding.severity).collect()
}
