//! `virtual-proxy/description-missing`: the virtual proxy has no description.

use diag_sdk::{Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check};

static LEFT_EMPTY: CauseData = CauseData {
    text: "The field was left empty",
    who: Who::Sp,
    setting: Setting::SpDescription,
    fix: "Enter a name by which administrators tell this virtual proxy from others",
};

check! {
    /// The virtual proxy has no description.
    ///
    /// Sign-in does not depend on it. The description is the only name a virtual proxy has in the lists of the management
    /// console; without it administrators change, link or delete the wrong one.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example" }
    /// ```
    pub(crate) static DESCRIPTION_MISSING = {
        id: "virtual-proxy/description-missing",
        title: "The virtual proxy has no description",
        levels: [Severity::Notice],
        stage: Stage::Observation,
        needs: [Need::Virtualproxyconfig],
        explains: [],
        causes: [LEFT_EMPTY],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24").about("step 6a"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let Some(description) =
            entry.description.as_ref().filter(|description| description.value.trim().is_empty())
        else {
            continue;
        };
        out.push(
            entry
                .finding(Severity::Notice, "The virtual proxy has no description")
                .detail("Sign-in works without one; in lists of the management console the virtual proxy is hard to tell from others.")
                .at(&description.place)
                .because_at(&LEFT_EMPTY, &entry, None),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{entry_point_with, levels};

    #[test]
    fn empty_is_worth_a_notice_unknown_is_not() {
        for (description, level) in [
            (Some(""), Some(Severity::Notice)),
            (Some(" "), Some(Severity::Notice)),
            (Some("Entra"), None),
            (None, None),
        ] {
            let case = entry_point_with(|entry| entry.description = description.map(Into::into));
            assert_eq!(
                levels(&DESCRIPTION_MISSING, &case).first().copied(),
                level,
                "{description:?}"
            );
        }
    }
}
