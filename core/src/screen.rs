//! Writes the screens of causes, last of all: checks name a setting, the vendor and, where they know it, the
//! object; only the whole case shows which application or entry point is meant where a check left it open.

use diag_sdk::setting::Owner;
use diag_sdk::{Case, Cause, Setting};

/// Names of the objects whose screens are meant, where there is no doubt which.
pub(crate) struct Names<'c> {
    application: Option<&'c str>,
    entry_point: Option<&'c str>,
}

impl<'c> Names<'c> {
    pub(crate) fn of(case: &'c Case) -> Self {
        let mut applications = case.relevant_registrations().map(|registration| registration.name.as_deref());
        let mut entry_points = case.relevant_configurations().map(|configuration| configuration.name.as_str());
        let application = applications.next().flatten().filter(|_| applications.next().is_none());
        let entry_point = entry_points.next().filter(|name| !name.is_empty() && entry_points.next().is_none());
        Self { application, entry_point }
    }

    /// The cause with its object, where it is plain which, and with its screen.
    pub(crate) fn write(&self, mut cause: Cause) -> Cause {
        if !cause.screen.is_empty() {
            // What a check says in its own words needs no setting without a name beside it.
            cause.setting = cause.setting.filter(|setting| *setting != Setting::Unspecified);
            return cause;
        }
        if let (None, Some(setting)) = (&cause.object, cause.setting) {
            let name = match setting.owner(cause.vendor) {
                Owner::Application => self.application,
                Owner::EntryPoint => self.entry_point,
                Owner::Server | Owner::Product => None,
            };
            cause.object = name.map(str::to_owned);
        }
        cause.screen = cause.written_screen();
        cause
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::registration::IdpRegistration;
    use diag_sdk::case::sp_configuration::SpConfiguration;
    use diag_sdk::{CauseData, Vendor, Who};

    fn case(applications: &[&str], entry_points: &[&str]) -> Case {
        let registration = |name: &&str| IdpRegistration { relevant: true, name: Some((*name).to_owned()), ..IdpRegistration::default() };
        let configuration = |name: &&str| SpConfiguration { relevant: true, name: (*name).to_owned(), ..SpConfiguration::default() };
        Case {
            registrations: applications.iter().map(registration).collect(),
            sp_configurations: entry_points.iter().map(configuration).collect(),
            ..Case::default()
        }
    }

    fn cause(setting: Setting, vendor: Vendor, object: Option<&str>) -> Cause {
        CauseData { text: "Why", who: Who::Idp, setting, fix: "Do" }.worded(vendor, object, None)
    }

    #[test]
    fn names_are_filled_in_where_they_were_left_open() {
        let case = case(&["HR"], &["azure"]);
        let screen = |setting, vendor, object| Names::of(&case).write(cause(setting, vendor, object)).screen;
        assert_eq!(
            screen(Setting::IdpClaims, Vendor::Entra, None),
            "Entra admin center › Enterprise applications › HR › Single sign-on › Attributes & Claims"
        );
        assert!(screen(Setting::SpHostUri, Vendor::Qlik, None).contains("› azure ›"));
        assert!(screen(Setting::SpHostUri, Vendor::Qlik, Some("main")).contains("› main ›"));
        assert!(screen(Setting::SpListenPort, Vendor::Qlik, None).contains("› the proxy ›"));
        assert_eq!(screen(Setting::SpHostUri, Vendor::Other, None), Setting::SpHostUri.neutral());
    }

    #[test]
    fn where_several_could_be_meant_none_is_named() {
        let two = case(&["HR", "HR (test)"], &["azure", "internal"]);
        for (setting, vendor) in [(Setting::IdpClaims, Vendor::Entra), (Setting::SpHostUri, Vendor::Qlik)] {
            let written = Names::of(&two).write(cause(setting, vendor, None));
            assert_eq!((written.object, written.screen), (None, setting.screen(vendor, None)));
        }
    }

    #[test]
    fn plain_text_is_left_as_it_is() {
        let given = Cause { screen: "our portal › the application".into(), setting: Some(Setting::Unspecified), ..Cause::default() };
        let written = Names::of(&case(&["HR"], &[])).write(given);
        assert_eq!((written.screen.as_str(), written.has_screen()), ("our portal › the application", true));
    }
}
