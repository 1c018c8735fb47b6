//! Writes the screens of causes, last of all: checks name a setting, the vendor and, where they know it, the
//! object; only the whole case shows which application or entry point is meant where a check left it open.

use diag_products::{Owner, Products};
use diag_sdk::{Case, Cause, Setting};

/// Names of the objects whose screens are meant, where there is no doubt which.
pub(crate) struct Names<'c> {
    products: &'c Products,
    application: Option<&'c str>,
    entry_point: Option<&'c str>,
}

impl<'c> Names<'c> {
    pub(crate) fn of(case: &'c Case, products: &'c Products) -> Self {
        let mut applications =
            case.relevant_registrations().map(|registration| registration.name.as_deref());
        let mut entry_points =
            case.relevant_configurations().map(|configuration| configuration.name.as_str());
        let application = applications.next().flatten().filter(|_| applications.next().is_none());
        let entry_point =
            entry_points.next().filter(|name| !name.is_empty() && entry_points.next().is_none());
        Self { products, application, entry_point }
    }

    /// The cause of a check's finding with its object, where it is plain which, with its screen, and with what its
    /// product's file adds to it.
    pub(crate) fn write(&self, check: &str, mut cause: Cause) -> Cause {
        self.advise(check, &mut cause);
        if !cause.screen.is_empty() {
            // What a check says in its own words needs no setting without a name beside it.
            cause.setting = cause.setting.filter(|setting| *setting != Setting::Unspecified);
            return cause;
        }
        if let (None, Some(setting)) = (&cause.object, cause.setting) {
            let name = match self.products.owner(cause.vendor, setting) {
                Owner::Application => self.application,
                Owner::EntryPoint => self.entry_point,
                Owner::Server | Owner::Product => None,
            };
            cause.object = name.map(str::to_owned);
        }
        let product = cause.setting.and_then(|setting| {
            self.products.screen(cause.vendor, setting, cause.object.as_deref())
        });
        cause.screen = product.unwrap_or_else(|| cause.written_screen());
        cause
    }

    fn advise(&self, check: &str, cause: &mut Cause) {
        let Some(advice) =
            cause.setting.and_then(|setting| self.products.advice(cause.vendor, check, setting))
        else {
            return;
        };
        for (text, more) in [(&mut cause.text, &advice.text), (&mut cause.fix, &advice.fix)] {
            if let Some(more) = more {
                *text = format!("{}. {more}", text.trim_end_matches('.'));
            }
        }
        if cause.value.is_none() {
            cause.value.clone_from(&advice.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRA: Vendor = Vendor::named("entra");
    const QLIK: Vendor = Vendor::named("qlik");
    use diag_sdk::case::registration::IdpRegistration;
    use diag_sdk::case::sp_configuration::SpConfiguration;
    use diag_sdk::{CauseData, Vendor, Who};

    fn case(applications: &[&str], entry_points: &[&str]) -> Case {
        let registration = |name: &&str| IdpRegistration {
            relevant: true,
            name: Some((*name).to_owned()),
            ..IdpRegistration::default()
        };
        let configuration = |name: &&str| SpConfiguration {
            relevant: true,
            name: (*name).to_owned(),
            ..SpConfiguration::default()
        };
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
        let screen = |setting, vendor, object| {
            Names::of(&case, &Products::builtin())
                .write("x/y", cause(setting, vendor, object))
                .screen
        };
        assert_eq!(
            screen(Setting::IdpClaims, ENTRA, None),
            "Entra admin center › Enterprise applications › HR › Single sign-on › Attributes & Claims"
        );
        assert!(screen(Setting::SpHostUri, QLIK, None).contains("› azure ›"));
        assert!(screen(Setting::SpHostUri, QLIK, Some("main")).contains("› main ›"));
        assert!(screen(Setting::SpListenPort, QLIK, None).contains("› the proxy ›"));
        assert_eq!(screen(Setting::SpHostUri, Vendor::Other, None), Setting::SpHostUri.neutral());
    }

    #[test]
    fn where_several_could_be_meant_none_is_named() {
        let two = case(&["HR", "HR (test)"], &["azure", "internal"]);
        for (setting, vendor) in [(Setting::IdpClaims, ENTRA), (Setting::SpHostUri, QLIK)] {
            let written =
                Names::of(&two, &Products::builtin()).write("x/y", cause(setting, vendor, None));
            assert_eq!(
                (written.object, written.screen),
                (None, Products::builtin().screen(vendor, setting, None).unwrap_or_default())
            );
        }
    }

    #[test]
    fn plain_text_is_left_as_it_is() {
        let given = Cause {
            screen: "our portal › the application".into(),
            setting: Some(Setting::Unspecified),
            ..Cause::default()
        };
        let written = Names::of(&case(&["HR"], &[]), &Products::builtin()).write("x/y", given);
        assert_eq!(
            (written.screen.as_str(), written.has_screen()),
            ("our portal › the application", true)
        );
    }
}
