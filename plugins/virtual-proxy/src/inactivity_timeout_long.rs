//! `virtual-proxy/inactivity-timeout-long`: idle sessions live longer than eight hours.

use diag_sdk::{Case, CauseData, Findings, Need, Reference, Setting, Severity, Stage, Who, check};

static SET_LONG: CauseData = CauseData {
    text: "The session inactivity timeout was set to more than a working day",
    who: Who::Sp,
    setting: Setting::SpInactivityTimeout,
    fix: "Set a timeout that fits the time people are away; 30 minutes is the default",
};

check! {
    /// Sessions of the virtual proxy survive more than eight hours without any activity.
    ///
    /// Sign-in does not depend on it. A long timeout means that people who were blocked or unassigned at the identity provider
    /// keep working, and that licences stay taken over night; it also hides problems with signing in, which show only once
    /// everybody's session has ended.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "sessionInactivityTimeout": 2880 }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "sessionInactivityTimeout": 30 }
    /// ```
    pub(crate) static INACTIVITY_TIMEOUT_LONG = {
        id: "virtual-proxy/inactivity-timeout-long",
        title: "Idle sessions live longer than eight hours",
        levels: [Severity::Notice],
        stage: Stage::Observation,
        needs: [Need::Virtualproxyconfig],
        explains: [],
        causes: [SET_LONG],
        references: [
            Reference::page("https://help.qlik.com/en-US/sense-admin/May2023/Subsystems/DeployAdministerQSE/Content/Sense_DeployAdminister/QSEoW/Administer_QSEoW/Managing_QSEoW/create-virtual-proxy.htm", "2026-12-01").about("session inactivity timeout"),
        ],
        run: run,
    }
}

/// A working day, in minutes.
const LONG: i64 = 8 * 60;

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let Some(minutes) =
            entry.inactivity_minutes.as_ref().filter(|minutes| minutes.value > LONG)
        else {
            continue;
        };
        out.push(
            entry
                .finding(Severity::Notice, "Idle sessions live longer than eight hours")
                .detail("Whoever was blocked or unassigned at the identity provider keeps working until the session ends here.")
                .at(&minutes.place)
                .expected(format!("at most {LONG} minutes"), "a working day")
                .actual(format!("{} minutes", minutes.value), format!("sessionInactivityTimeout of {}", entry.name))
                .because_at(&SET_LONG, &entry, "30"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{entry_point_with, levels, sited};

    #[test]
    fn eight_hours_are_not_long_a_minute_more_is() {
        for (minutes, level) in
            [(Some(30), None), (Some(480), None), (Some(481), Some(Severity::Notice)), (None, None)]
        {
            let case = entry_point_with(|entry| entry.inactivity_minutes = minutes.map(sited));
            assert_eq!(
                levels(&INACTIVITY_TIMEOUT_LONG, &case).first().copied(),
                level,
                "{minutes:?}"
            );
        }
    }
}
