//! What a check reports.
//!
//! A message reads: what happened · where · expected (and where that comes from) · actual (and
//! the difference) · likely cause · fix, with who does it and on which screen, and the exact value
//! to paste. Headlines are in sentence case, at most 70 characters, without a full stop.

use crate::case::place::{Place, Sited};
use crate::difference::{self, Difference};
use crate::placeholder;
use crate::repair::{Mend, Repair};
use crate::setting::Setting;
use crate::subject::Subject;
use crate::vendor::Vendor;

words! {
    /// How much a finding matters.
    pub enum Severity {
        /// Worth knowing: unusual, but sign-in works with it.
        Notice,
        /// A heuristic, an unconfirmed product rule, or something that will break sign-in later.
        Warning,
        /// Broke this sign-in, or must break it by the products' documented rules.
        Error,
    }

    /// Who has to act.
    pub enum Who {
        /// The administrator of the identity provider.
        Idp,
        /// The administrator of the service provider.
        Sp,
        /// Whoever runs what stands between: reverse proxy, firewall, DNS.
        Network,
        /// The person signing in, or whoever runs their browser.
        User,
    }

    /// A fact beside what is wrong that people ask for first, so that a report may say it in its headline.
    pub enum Told {
        /// The actual value is the user that the service provider makes of the assertion.
        User,
    }
}

/// A cause as data, declared once per check: why it happens, who acts, on which setting, and how.
///
/// Declared in the check's file, so that `diag explain`, the documentation and every report use the
/// same words.
#[derive(Debug, Clone, Copy)]
pub struct CauseData {
    /// Why it happens, one sentence.
    pub text: &'static str,
    /// Who acts.
    pub who: Who,
    /// Which setting. The report turns it into the screen of the product at hand.
    pub setting: Setting,
    /// What to do, one imperative sentence.
    pub fix: &'static str,
}

facts! {
    /// A cause as a check reports it: what is to be changed, by whom, on which setting of what.
    ///
    /// The screen is written last, by the report, from setting, vendor and object. Only a check that has no
    /// name for the setting gives the screen itself, as plain text.
    pub struct Cause {
        /// Why it happens.
        pub text: String,
        /// Who acts.
        pub who: Who,
        /// The setting to change, where it is one that has a name here.
        pub setting: Option<Setting>,
        /// The product whose setting it is.
        pub vendor: Vendor,
        /// The application, virtual proxy or the like whose setting it is, by its name.
        pub object: Option<String>,
        /// The screen, as its administrator finds it, from menu to field.
        /// Empty where the report is to write it.
        #[serde(rename = "where")]
        pub screen: String,
        /// What to do.
        pub fix: String,
        /// The exact value to enter, where there is one.
        pub value: Option<String>,
    }

    /// One thing a check noticed.
    pub struct Finding {
        /// The id of the check, `<plugin>/<problem>`.
        pub check: String,
        /// How much it matters.
        pub severity: Severity,
        /// True where facts prove it; false where the products' reaction is only likely.
        pub certain: bool,
        /// The headline: what is the case, in at most 70 characters where possible.
        pub message: String,
        /// Further sentences for people: what was seen, what it leads to.
        pub detail: Option<String>,
        /// Where it shows, most telling place first.
        #[serde(rename = "where")]
        pub places: Vec<Place>,
        /// What would have been right.
        pub expected: Option<String>,
        /// Where the expected value comes from, such as `Reply URL in application.json`.
        pub expected_origin: Option<String>,
        /// What was found.
        pub actual: Option<String>,
        /// Where the actual value comes from.
        pub actual_origin: Option<String>,
        /// The near miss between the two, in one word.
        pub difference: Option<Difference>,
        /// Likely causes, likeliest first, each with its fix.
        pub causes: Vec<Cause>,
        /// Ids of attempts of the Case this finding is about; empty where it concerns configuration.
        pub attempts: Vec<String>,
        /// What the finding is about, for the search of root causes: findings about different
        /// subjects (two metadata copies, two messages) do not explain each other. Empty: any.
        pub subject: Option<Subject>,
        /// Ids of checks this finding explains, in addition to those its check declares.
        pub also_explains: Vec<String>,
        /// What `diag fix` can do about it. The first repair does away with the finding; further ones put right
        /// what only then comes to light.
        pub repairs: Vec<Repair>,
        /// What it tells beside what is wrong.
        pub tells: Option<Told>,
        /// Specification sections and product pages.
        pub references: Vec<String>,
    }
}

impl Finding {
    /// A finding with its headline; everything else is added with the methods below.
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self { severity, certain: true, message: message.into(), ..Self::default() }
    }

    /// An error: broke this sign-in, or must break it by a documented rule.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A warning.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// A notice.
    pub fn notice(message: impl Into<String>) -> Self {
        Self::new(Severity::Notice, message)
    }

    /// Marks the finding as likely rather than proven. An error must not be uncertain.
    #[must_use]
    pub fn likely(mut self) -> Self {
        self.certain = false;
        self
    }

    /// Adds sentences for people.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = Some(text.into());
        self
    }

    /// Adds a place where it shows.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        if !self.places.contains(place) {
            self.places.push(place.clone());
        }
        self
    }

    /// Adds several places.
    #[must_use]
    pub fn at_all<'a>(mut self, places: impl IntoIterator<Item = &'a Place>) -> Self {
        for place in places {
            self = self.at(place);
        }
        self
    }

    /// Says what would have been right, and where that comes from.
    #[must_use]
    pub fn expected(mut self, value: impl Into<String>, origin: impl Into<String>) -> Self {
        self.expected = Some(value.into());
        self.expected_origin = Some(origin.into());
        self
    }

    /// Says what was found, and where it comes from.
    #[must_use]
    pub fn actual(mut self, value: impl Into<String>, origin: impl Into<String>) -> Self {
        self.actual = Some(value.into());
        self.actual_origin = Some(origin.into());
        self
    }

    /// Classifies the difference between the expected and the actual value given before.
    #[must_use]
    pub fn compared(mut self) -> Self {
        if let (Some(expected), Some(actual)) = (&self.expected, &self.actual) {
            self.difference = difference::between(expected, actual);
        }
        self
    }

    /// Names the difference where the check knows better than the comparison.
    #[must_use]
    pub fn difference(mut self, difference: Difference) -> Self {
        self.difference = Some(difference);
        self
    }

    /// Adds a cause, worded for the vendor at hand.
    #[must_use]
    pub fn cause(mut self, data: &CauseData, vendor: Vendor) -> Self {
        self.causes.push(data.worded(vendor, None, None));
        self
    }

    /// Adds a cause whose screen belongs to a named object (an application, a virtual proxy) and
    /// whose fix has an exact value to enter.
    #[must_use]
    pub fn cause_with(
        mut self,
        data: &CauseData,
        vendor: Vendor,
        object: Option<&str>,
        value: Option<&str>,
    ) -> Self {
        self.causes.push(data.worded(vendor, object, value));
        self
    }

    /// Says which sign-in attempt this is about.
    #[must_use]
    pub fn attempt(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        if !id.is_empty() && !self.attempts.contains(&id) {
            self.attempts.push(id);
        }
        self
    }

    /// Says what the finding is about, for the search of root causes.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<Subject>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Explains further checks beyond those its check declares.
    #[must_use]
    pub fn explains(mut self, check: impl Into<String>) -> Self {
        self.also_explains.push(check.into());
        self
    }

    /// Says what `diag fix` can do about it, to the document that the place lies in.
    #[must_use]
    pub fn repair(mut self, what: Mend, place: &Place) -> Self {
        let repair = Repair::at(what, place);
        if !self.repairs.contains(&repair) {
            self.repairs.push(repair);
        }
        self
    }

    /// Says that its actual value answers what people ask first.
    #[must_use]
    pub fn tells(mut self, told: Told) -> Self {
        self.tells = Some(told);
        self
    }

    /// Adds a specification section or product page beyond those of its check.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.references.push(reference.into());
        self
    }

    /// Uses the place of a located value and gives the value as the actual one.
    #[must_use]
    pub fn actual_sited(self, value: &Sited<String>, origin: impl Into<String>) -> Self {
        self.actual(value.value.clone(), origin).at(&value.place)
    }
}

impl CauseData {
    /// The cause at a vendor; a value that is a placeholder or an error text is not offered. `object` names the application, virtual proxy or the like whose setting it is.
    pub fn worded(&self, vendor: Vendor, object: Option<&str>, value: Option<&str>) -> Cause {
        Cause {
            text: self.text.to_owned(),
            who: self.who,
            setting: Some(self.setting),
            vendor,
            object: object.map(str::to_owned),
            screen: String::new(),
            fix: self.fix.to_owned(),
            value: value
                .filter(|value| placeholder::stands_for_nothing(value).is_none())
                .map(str::to_owned),
        }
    }
}

impl Cause {
    /// The screen in neutral words, as far as it is known without the product: as the check wrote it, else the
    /// setting's own. Empty where neither is there.
    pub fn written_screen(&self) -> String {
        match self.setting {
            Some(setting) if self.screen.is_empty() => setting.neutral().to_owned(),
            _ => self.screen.clone(),
        }
    }

    /// There is a screen to go to: not all causes lie in one.
    pub fn has_screen(&self) -> bool {
        !self.screen.is_empty() && self.setting != Some(Setting::Unspecified)
    }
}
