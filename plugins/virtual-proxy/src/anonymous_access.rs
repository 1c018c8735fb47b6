//! `virtual-proxy/anonymous-access`: the virtual proxy lets anonymous users in.

use diag_sdk::{Case, CauseData, Finding, Findings, Need, Setting, Severity, Stage, Who, check};

static ALLOWED: CauseData = CauseData {
    text: "Anonymous access was switched on for this virtual proxy",
    who: Who::Sp,
    setting: Setting::SpAnonymousAccess,
    fix: "Choose No anonymous user, unless people are meant to get in without signing in",
};

check! {
    /// The SAML virtual proxy lets people in without signing in.
    ///
    /// With anonymous access allowed, opening the hub does not start a sign-in: people land in it as anonymous users, see no or
    /// other content, and report that single sign-on does not work. With "always anonymous" the identity provider is never asked.
    /// The set-up guide leaves it at "No anonymous user".
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "anonymousAccessMode": 1 }
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// { "id": "6f1d1c7e-3a52-4f0e-9b1c-2d5e8a7f4c33", "prefix": "azure", "description": "Entra ID",
    ///   "authenticationMethod": 3, "samlHostUri": "https://sense.example",
    ///   "samlEntityId": "https://sense.example", "anonymousAccessMode": 0 }
    /// ```
    pub(crate) static ANONYMOUS_ACCESS = {
        id: "virtual-proxy/anonymous-access",
        title: "The virtual proxy lets anonymous users in",
        levels: [Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: [],
        causes: [ALLOWED],
        references: ["Microsoft Learn: Microsoft Entra SSO integration with Qlik Sense Enterprise Client-Managed, step 7a", "Qlik QRS API: VirtualProxyConfig.anonymousAccessMode"],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let Some(mode) = entry.anonymous_access.as_ref().filter(|mode| mode.value != 0) else { continue };
        let (name, effect) = match mode.value {
            1 => ("Allow anonymous user (1)", "People are not sent to the identity provider unless they ask to sign in."),
            2 => ("Always anonymous user (2)", "Nobody is sent to the identity provider: everyone is an anonymous user."),
            _ => ("an unknown mode", "People may get in without signing in."),
        };
        out.push(
            Finding::warning("The virtual proxy lets anonymous users in")
                .detail(effect)
                .at(&mode.place)
                .expected("No anonymous user (0)", "the set-up guide")
                .actual(name, format!("anonymousAccessMode of {}", entry.name))
                .because_at(&ALLOWED, &entry, "No anonymous user")
                .subject(entry.id.clone()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing::{entry_point_with, levels, sited};

    #[test]
    fn every_mode_but_none_is_a_warning() {
        for (mode, level) in [(Some(0), None), (Some(1), Some(Severity::Warning)), (Some(2), Some(Severity::Warning)), (None, None)] {
            let case = entry_point_with(|entry| entry.anonymous_access = mode.map(sited));
            assert_eq!(levels(&ANONYMOUS_ACCESS, &case).first().copied(), level, "{mode:?}");
        }
    }
}
