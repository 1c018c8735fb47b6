//! What a plugin says of itself, and what it answers, as plain data: the same for plugins linked
//! in, loaded from a library, or run as a program.

use crate::account::AccountInfo;
use crate::check::{Check, Class, Plugin};
use crate::finding::{Cause, CauseData, Finding, Severity, Who};
use crate::need::Need;
use crate::setting::Setting;
use crate::stage::Stage;
use crate::vendor::Vendor;

/// Version of the conversation between `diag` and a plugin. Grows only by addition.
pub const SCHEMA: &str = "diag-plugin/1";

/// Names, attributes and RelayState of the person who signs in: see [`crate::Personal`].
pub const WANTS_PERSONAL: &str = "secret:personal";
/// Everything a plugin can want beyond the clean facts.
pub const WANTS: &[&str] = &[WANTS_PERSONAL];

facts! {
    /// What a plugin says of itself.
    pub struct Manifest {
        /// `diag-plugin/1`.
        pub schema: String,
        /// Its name: the first part of every id of its checks.
        pub name: String,
        /// Its version, semantic versioning.
        pub version: String,
        /// What it watches over, one line.
        pub about: String,
        /// What it wants to see beyond the clean facts (one of [`WANTS`]); each must be granted by the user.
        pub wants: Vec<String>,
        /// Response headers whose values it looks at, in lower case, such as `x-ledger-error`; see [`crate::header::askable`].
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub headers: Vec<String>,
        /// The oldest `diag` it works with, such as `>=0.2`; any where it is empty.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub requires: String,
        /// Its checks.
        pub checks: Vec<CheckInfo>,
    }

    /// What there is to know about a check without running it.
    pub struct CheckInfo {
        /// `<plugin>/<problem>`.
        pub id: String,
        /// What it reports, one line.
        pub title: String,
        /// The levels it can report at, most severe first.
        pub levels: Vec<Severity>,
        /// What its findings are: something that breaks a sign-in, or a rule that is not kept.
        pub class: Class,
        /// Where in a sign-in the problem acts.
        pub stage: Stage,
        /// Kinds of facts it looks at, such as `messages`: it is given no others. Everything where it names none.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub reads: Vec<String>,
        /// Inputs it can use; where none is present it is skipped.
        pub needs: Vec<Need>,
        /// Ids of checks whose findings follow from this one.
        pub explains: Vec<String>,
        /// Failures that its findings account for.
        pub accounts: Vec<AccountInfo>,
        /// Causes as data.
        pub causes: Vec<CauseInfo>,
        /// Specification sections and product pages.
        pub references: Vec<String>,
        /// Why sign-in breaks, with examples. Markdown.
        pub docs: String,
    }

    /// A cause, as a check declares it.
    pub struct CauseInfo {
        /// Why it happens.
        pub text: String,
        /// Who acts.
        pub who: Who,
        /// Which setting.
        pub setting: Setting,
        /// What to do.
        pub fix: String,
    }

    /// What `diag` asks a plugin to do.
    pub struct Request {
        /// Ids of the checks to run.
        pub checks: Vec<String>,
        /// The facts.
        pub case: crate::Case,
    }

    /// What a plugin answers.
    pub struct Answer {
        /// One per check that was asked for.
        pub checks: Vec<CheckAnswer>,
    }

    /// How one check ended.
    pub struct CheckAnswer {
        /// Id of the check.
        pub id: String,
        /// What it found.
        pub findings: Vec<Finding>,
        /// Inputs it missed.
        pub missing: Vec<Need>,
        /// Why it could not tell, where that is not for want of an input. What it found counts all the same.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub undecided: Option<String>,
        /// What went wrong, where it crashed.
        pub crashed: Option<String>,
    }
}

impl CauseInfo {
    /// The cause at a vendor; see [`CauseData::worded`].
    pub fn worded(&self, vendor: Vendor, object: Option<&str>, value: Option<&str>) -> Cause {
        Cause {
            text: self.text.clone(),
            who: self.who,
            setting: Some(self.setting),
            vendor,
            object: object.map(str::to_owned),
            screen: String::new(),
            fix: self.fix.clone(),
            value: value.map(str::to_owned),
        }
    }
}

impl From<&CauseData> for CauseInfo {
    fn from(cause: &CauseData) -> Self {
        Self {
            text: cause.text.to_owned(),
            who: cause.who,
            setting: cause.setting,
            fix: cause.fix.to_owned(),
        }
    }
}

impl From<&Check> for CheckInfo {
    fn from(check: &Check) -> Self {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Self {
            id: check.id.to_owned(),
            title: check.title.to_owned(),
            levels: check.levels.to_vec(),
            class: check.class,
            stage: check.stage,
            reads: owned(check.reads),
            needs: check.needs.to_vec(),
            explains: owned(check.explains),
            accounts: check.accounts.iter().map(AccountInfo::from).collect(),
            causes: check.causes.iter().map(CauseInfo::from).collect(),
            references: owned(check.references),
            docs: check.docs.to_owned(),
        }
    }
}

impl From<&Plugin> for Manifest {
    fn from(plugin: &Plugin) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            name: plugin.name.to_owned(),
            version: plugin.version.to_owned(),
            about: plugin.about.to_owned(),
            wants: Vec::new(),
            headers: Vec::new(),
            requires: String::new(),
            checks: plugin.checks.iter().map(|check| CheckInfo::from(*check)).collect(),
        }
    }
}

/// What there is to know about all checks of some plugins.
pub fn checks_of(plugins: &[&Plugin]) -> Vec<CheckInfo> {
    plugins
        .iter()
        .flat_map(|plugin| plugin.checks.iter())
        .map(|check| CheckInfo::from(*check))
        .collect()
}

impl CheckInfo {
    /// The family: the part of the id before the slash.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or(&self.id)
    }

    /// The most severe level it can report at.
    pub fn level(&self) -> Severity {
        self.levels.iter().copied().max().unwrap_or_default()
    }
}
