//! A mapped attribute takes the place of what a directory connector fills.

use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Reference, Setting, Severity, Stage, Who, check,
};

static SAME_TARGET: CauseData = CauseData {
    text: "The attribute mapping writes into an attribute that a user directory connector fills as well",
    who: Who::Sp,
    setting: Setting::SpAttributeMapping,
    fix: "Map to an attribute of another name, and let the security rules ask for that one, unless no connector serves these users",
};

/// Attributes of users that directory connectors fill by themselves.
const FILLED: &[&str] = &["group"];

check! {
    /// The attribute mapping writes into an attribute that the directory connector fills.
    ///
    /// Since November 2021 Qlik Sense keeps what SAML brought of a user. A mapping to `group` then takes the place
    /// of the groups that a user directory connector read, and people lose the rights that rest on them, at the
    /// first sign-in after an upgrade. Where no connector serves the directory there is nothing to lose, and
    /// section access can only use an attribute of that name: then it is meant so.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeMap": [{"samlAttribute": "groups", "senseAttribute": "group", "isMandatory": false}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"id": "6a9d2f37-1e84-4b50-bd0c-93f5a8c7e1d6", "prefix": "azure", "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///  "samlAttributeMap": [{"samlAttribute": "groups", "senseAttribute": "entragroup", "isMandatory": false}]}
    /// ```
    pub(crate) static ATTRIBUTE_MAP_OVERRIDES_DIRECTORY = {
        id: "identity/attribute-map-overrides-directory",
        title: "The attribute mapping writes over what the directory fills",
        levels: [Severity::Warning],
        stage: Stage::Landing,
        needs: [Need::Virtualproxyconfig],
        explains: [],
        causes: [SAME_TARGET],
        references: [
            Reference::page("https://community.qlik.com/t5/Official-Support-Articles", "2026-12-01").about("ta-p/1942392, ta-p/1567826"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let filled =
            |target: &str| FILLED.iter().any(|name| name.eq_ignore_ascii_case(target.trim()));
        for row in entry.attribute_map.iter().filter(|row| filled(&row.target)) {
            out.push(
                Finding::warning("The attribute mapping writes over what a directory fills")
                    .likely()
                    .detail(format!(
                        "{} is written into {}. Where a directory connector fills it too, what was sent takes the place of what it read.",
                        row.attribute.value, row.target
                    ))
                    .actual(row.target.clone(), format!("attribute mapping of {}", entry.name))
                    .at(&row.attribute.place)
                    .because_at(&SAME_TARGET, &entry, None)
                    .subject(entry.id.clone()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::sp_configuration::MappedAttribute;
    use diag_sdk::testing::{entry_point_with, levels};

    #[test]
    fn only_what_connectors_fill_is_written_over() {
        for (target, expected) in [("group", 1), ("Group", 1), ("groups", 0), ("email", 0), ("", 0)]
        {
            let case = entry_point_with(|entry| {
                entry.attribute_map = vec![MappedAttribute {
                    attribute: "g".into(),
                    target: target.to_owned(),
                    ..MappedAttribute::default()
                }];
            });
            assert_eq!(
                levels(&ATTRIBUTE_MAP_OVERRIDES_DIRECTORY, &case).len(),
                expected,
                "{target}"
            );
        }
    }
}
