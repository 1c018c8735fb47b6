//! Causes worded for the case at hand: whose screen, of which product, of which application or entry
//! point.

use super::entry_point::EntryPoint;
use crate::case::Case;
use crate::case::registration::IdpRegistration;
use crate::finding::{CauseData, Finding, Who};
use crate::setting::Setting;
use crate::vendor::Vendor;

impl Finding {
    /// Adds a cause on the screen of the object at hand. What the identity provider's administrator does
    /// stands on the screen of the registration this finding is about, or else of the first one that
    /// concerns the sign-in; everything else on that of the entry point it is about (itself, the holder of
    /// a metadata copy, the reader of a message), or else of the first one that concerns the sign-in.
    ///
    /// Give the finding its subject first: views do.
    #[must_use]
    pub fn because(self, data: &CauseData, case: &Case) -> Self {
        self.because_with(data, case, None)
    }

    /// Adds such a cause with the exact value to enter.
    #[must_use]
    pub fn because_with<'v>(
        self,
        data: &CauseData,
        case: &Case,
        value: impl Into<Option<&'v str>>,
    ) -> Self {
        let subject = self.subject.clone();
        let (vendor, object) = match data.who {
            Who::Idp => registration(case, subject.as_deref()),
            Who::Sp | Who::Network | Who::User => {
                entry_point(case, subject.as_deref(), data.setting)
            }
        };
        self.cause_with(data, vendor, object, value.into())
    }

    /// Adds a cause on the screen of that very registration, with the exact value to enter.
    #[must_use]
    pub fn because_in<'v>(
        self,
        cause: &CauseData,
        registration: &IdpRegistration,
        value: impl Into<Option<&'v str>>,
    ) -> Self {
        self.cause_with(cause, registration.vendor, shown_name(registration), value.into())
    }

    /// Adds a cause on the screen of that very entry point, with the exact value to enter.
    #[must_use]
    pub fn because_at<'v>(
        self,
        data: &CauseData,
        entry: &EntryPoint<'_>,
        value: impl Into<Option<&'v str>>,
    ) -> Self {
        self.cause_with(data, entry.vendor, entry_object(entry, data.setting), value.into())
    }
}

impl Case {
    /// The product of the registration a fix at the identity provider concerns.
    pub fn idp_product(&self) -> Vendor {
        registration(self, None).0
    }

    /// The product of the entry point a fix at the service provider concerns.
    pub fn sp_product(&self) -> Vendor {
        entry_point(self, None, Setting::Unspecified).0
    }
}

fn registration<'a>(case: &'a Case, subject: Option<&str>) -> (Vendor, Option<&'a str>) {
    let own =
        subject.and_then(|id| case.registrations.iter().find(|registration| registration.id == id));
    let named =
        || case.relevant_registrations().find(|registration| shown_name(registration).is_some());
    let registration = own.or_else(named).or_else(|| case.relevant_registrations().next());
    registration.map_or((case.idp_vendor, None), |registration| {
        (registration.vendor, shown_name(registration))
    })
}

fn shown_name(registration: &IdpRegistration) -> Option<&str> {
    registration.name.as_deref().filter(|name| !name.is_empty())
}

fn entry_point<'a>(
    case: &'a Case,
    subject: Option<&str>,
    setting: Setting,
) -> (Vendor, Option<&'a str>) {
    let entry = subject.and_then(|id| of_subject(case, id)).or_else(|| case.entry_points().next());
    entry.map_or((case.sp_vendor, None), |entry| (entry.vendor, entry_object(&entry, setting)))
}

/// The entry point a subject stands for or goes to.
fn of_subject<'a>(case: &'a Case, id: &str) -> Option<EntryPoint<'a>> {
    let holder =
        || case.metadata.iter().find(|metadata| metadata.id == id)?.configuration.as_deref();
    let reader = || {
        let message = case.message(id)?;
        case.entry_points().find(|entry| entry.reads(message))
    };
    case.entry_point(id).or_else(|| holder().and_then(|id| case.entry_point(id))).or_else(reader)
}

/// The object whose screen a setting stands on: the entry point, or the one proxy that serves it.
fn entry_object<'a>(entry: &EntryPoint<'a>, setting: Setting) -> Option<&'a str> {
    if !matches!(setting, Setting::SpListenPort | Setting::SpSizeLimits | Setting::SpCertificate) {
        return entry.shown_name();
    }
    let mut serving =
        entry.case.proxies.iter().filter(|proxy| entry.linked_proxies.contains(&proxy.id));
    let first = serving.next().filter(|proxy| !proxy.name.is_empty())?;
    serving.next().is_none().then_some(first.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::input::HeldBy;
    use crate::case::metadata::Metadata;
    use crate::case::sp_configuration::{ProxyService, SpConfiguration};
    use crate::testing;

    const fn cause(who: Who, setting: Setting) -> CauseData {
        CauseData { text: "x", who, setting, fix: "y" }
    }

    fn object(case: &Case, subject: &str, data: &CauseData) -> Option<String> {
        Finding::error("x").subject(subject).because(data, case).causes[0].object.clone()
    }

    #[test]
    fn the_screen_is_that_of_the_object_the_finding_is_about() {
        let second = SpConfiguration {
            id: "c2".to_owned(),
            name: "adfs".to_owned(),
            ..testing::entry_point()
        };
        let copy = Metadata {
            configuration: Some("c2".to_owned()),
            ..testing::idp_metadata("d1", HeldBy::Sp, &[])
        };
        let case = Case {
            registrations: vec![testing::registration(&[], &[])],
            sp_configurations: vec![testing::entry_point(), second],
            metadata: vec![copy],
            ..Case::default()
        };
        let loaded = cause(Who::Sp, Setting::SpIdpMetadata);
        for (subject, name) in [("", "azure"), ("c2", "adfs"), ("d1", "adfs"), ("m1", "azure")] {
            assert_eq!(object(&case, subject, &loaded).as_deref(), Some(name), "{subject}");
        }
        assert_eq!(
            object(&case, "", &cause(Who::Idp, Setting::IdpClaims)).as_deref(),
            Some(testing::APPLICATION)
        );
        let at = Finding::error("x")
            .because_at(&loaded, &case.entry_point("c2").unwrap(), "value")
            .causes[0]
            .clone();
        assert_eq!((at.object.as_deref(), at.value.as_deref()), (Some("adfs"), Some("value")));
    }

    #[test]
    fn what_a_proxy_sets_stands_on_the_proxys_screen() {
        let port = cause(Who::Sp, Setting::SpListenPort);
        let mut entry = testing::entry_point();
        entry.linked_proxies = vec!["x1".to_owned()];
        let proxy = ProxyService {
            id: "x1".to_owned(),
            name: "node1".to_owned(),
            ..ProxyService::default()
        };
        let case = Case { sp_configurations: vec![entry], proxies: vec![proxy], ..Case::default() };
        assert_eq!(object(&case, "", &port).as_deref(), Some("node1"));
        let alone = Case { proxies: Vec::new(), ..case };
        assert_eq!(object(&alone, "", &port), None);
    }

    #[test]
    fn without_exports_the_vendor_alone_is_known() {
        let case = Case { sp_vendor: testing::QLIK, idp_vendor: testing::ENTRA, ..Case::default() };
        assert_eq!((case.idp_product(), case.sp_product()), (testing::ENTRA, testing::QLIK));
    }
}
