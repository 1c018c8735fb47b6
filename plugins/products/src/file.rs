//! What a product file holds, format `diag-product/1`: one product, read from TOML and refused where a key is not known.

use crate::later::Later;
use crate::writing::{Field, Tool};
use diag_sdk::{Meaning, Need, Setting, Who};
use serde::{Deserialize, Serialize};

/// The format this version reads.
pub const SCHEMA: &str = "diag-product/1";

/// One product.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// `diag-product/1`.
    pub schema: String,
    /// Name of the file and of the product in reports for programs: lower case, digits, hyphens; at most 24 characters.
    pub id: String,
    /// The product's name as people know it.
    pub name: String,
    /// The parts it plays.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// What was looked at.
    #[serde(default)]
    pub versions: Option<String>,
    /// When these facts were looked at, as `YYYY-MM-DD`.
    #[serde(default)]
    pub seen: Option<String>,
    /// Languages of the texts.
    #[serde(default)]
    pub languages: Vec<String>,
    /// How a page, address or answer shows that it is this product's.
    #[serde(default)]
    pub proof: Proof,
    /// What it says.
    #[serde(default, rename = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<Text>"))]
    pub texts: Later<Text>,
    /// What its administrators call the objects a setting belongs to.
    #[serde(default)]
    pub objects: Objects,
    /// Response headers in which it tells what matters, in lower case: their values become facts. Never cookies or credentials.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Where its administrators find a setting.
    #[serde(default, rename = "screen")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<Screen>"))]
    pub screens: Later<Screen>,
    /// What it always demands of a response.
    #[serde(default, rename = "demand")]
    pub demands: Vec<Demand>,
    /// What it does, documented, that decides how a difference is judged.
    #[serde(default, rename = "habit")]
    pub habits: Vec<HabitEntry>,
    /// NameID formats it serves, where it serves no others.
    #[serde(default)]
    pub name_id_formats: Vec<String>,
    /// Hosts whose first path segment names a tenant.
    #[serde(default)]
    pub tenant_hosts: Vec<String>,
    /// Hosts of its entityIDs: whoever goes by one of their names is an identity provider of it.
    #[serde(default)]
    pub issuer_hosts: Vec<String>,
    /// Where it publishes the metadata of an application; `{host}` stands for the log-in host of the cloud, `{tenant}`
    /// and `{application}` for their ids.
    #[serde(default)]
    pub metadata_url: Option<String>,
    /// The clouds it runs in, where there are several.
    #[serde(default, rename = "cloud")]
    pub clouds: Vec<Cloud>,
    /// Cryptographic providers in which the private key of its certificate must be, where it takes no others.
    #[serde(default)]
    pub key_providers: Vec<String>,
    /// What it puts behind a host in whose place it stands, as session proxies do.
    #[serde(default)]
    pub stands_in: Vec<String>,
    /// Names of attributes in which it gives a link where the groups themselves are too many.
    #[serde(default)]
    pub group_links: Vec<String>,
    /// Fields of its pages' scripts that hold what the page says.
    #[serde(default)]
    pub script_texts: Vec<String>,
    /// Fields of its pages' scripts that hold the digits of a code.
    #[serde(default)]
    pub script_codes: Vec<String>,
    /// How to get what diag reads of it.
    #[serde(default, rename = "export")]
    pub exports: Vec<Export>,
    /// Fields of its exports that hold settings.
    #[serde(default, rename = "field")]
    pub fields: Vec<Field>,
    /// Tools that send changed fields.
    #[serde(default, rename = "tool")]
    pub tools: Vec<Tool>,
    /// Words that a fix needs at this product beyond the check's own.
    #[serde(default)]
    pub advice: Vec<Advice>,
    /// How its numbered codes are written.
    #[serde(default)]
    pub codes: Option<CodeShape>,
    /// Its numbered codes.
    #[serde(default, rename = "code")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<Code>"))]
    pub code: Later<Code>,
    /// Samples in the file, counted when diag was built.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub samples: usize,
}

/// A part a product plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Identity provider.
    Idp,
    /// Service provider.
    Sp,
    /// The SAML library inside service providers.
    Library,
    /// Something between: web server, reverse proxy, firewall.
    Gateway,
    /// A browser.
    Browser,
}

/// Signs of a product; any one suffices.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Proof {
    /// Hosts: exact, or `*.` before a domain.
    pub host: Vec<String>,
    /// Beginnings of a path; `{~}` stands for one segment.
    pub path: Vec<String>,
    /// Ports that nothing else is known to use.
    pub port: Vec<u16>,
    /// Response headers: a name, or `name: beginning of the value`.
    pub header: Vec<String>,
    /// Cookies that are set: a name, or its beginning before `*`.
    pub cookie: Vec<String>,
    /// Text in the source of the page.
    pub markup: Vec<String>,
    /// Beginnings of the page's title.
    pub title: Vec<String>,
}

/// Where a sentence is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// A page, or the data of a script that draws it.
    Page,
    /// Path, query and fragment of an address.
    Address,
    /// A line of a log.
    Log,
    /// The message of a SAML status.
    Status,
    /// The browser's own reason why there was no answer.
    Browser,
}

/// A part of a page to which a sentence is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// The title.
    Title,
    /// A heading.
    Heading,
    /// What the page marks as an alert, or an error object.
    Alert,
}

/// What shows that a sentence is the product's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProvenBy {
    /// The sentence itself: nobody else writes it.
    #[default]
    Text,
    /// The page, address or answer: others write such words too.
    Page,
}

/// How sure a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Read in the product's own source.
    Source,
    /// Documented by its maker.
    Documented,
    /// Seen in a report or capture.
    #[default]
    Observed,
    /// Concluded from something like it.
    Inferred,
}

/// A sentence of the product, and what it means.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Unique in the file.
    pub id: String,
    /// The words, any letter case; `{expected}` and other values, `{~}` one word, `{*}` anything.
    pub says: String,
    /// Where it is looked for.
    #[serde(default = "on_pages", rename = "in")]
    pub places: Vec<Where>,
    /// On a page: only there.
    #[serde(default)]
    pub at: Vec<At>,
    /// What shows that it is the product's.
    #[serde(default)]
    pub proof: ProvenBy,
    /// What it means.
    pub means: Meaning,
    /// Who has to act, where the sentence settles it.
    #[serde(default)]
    pub who: Option<Who>,
    /// In which part the product writes it to its log, where it plays several.
    #[serde(default)]
    pub by: Option<Role>,
    /// Its language.
    #[serde(default)]
    pub lang: Option<String>,
    /// How sure it is.
    #[serde(default)]
    pub confidence: Confidence,
    /// Where it was read.
    #[serde(default)]
    pub source: String,
    /// Texts in which it must be found.
    #[serde(default)]
    pub hit: Vec<String>,
    /// Near misses in which it must not be found.
    #[serde(default)]
    pub miss: Vec<String>,
    /// Entries of this file over which it goes where both are found.
    #[serde(default)]
    pub supersedes: Vec<String>,
}

fn on_pages() -> Vec<Where> {
    vec![Where::Page]
}

/// What objects are called where one has no name, with its article.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Objects {
    /// The application at an identity provider.
    pub application: Option<String>,
    /// The entry point of a service provider.
    pub entry: Option<String>,
    /// A server.
    pub server: Option<String>,
}

/// Where administrators find a setting.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// The setting.
    pub setting: Setting,
    /// The way to it; `{application}`, `{entry}` or `{server}` is the object it belongs to.
    pub at: String,
    /// Where that was read.
    #[serde(default)]
    pub source: String,
}

/// Something the product always demands of a response.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Names of the attribute; any one of them.
    pub attribute: Vec<String>,
    /// What a value looks like, written like `says`.
    #[serde(default)]
    pub shape: Option<String>,
    /// What the product does with it.
    pub why: String,
    /// Where that was read.
    #[serde(default)]
    pub source: String,
}

/// A habit, and where it was read.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HabitEntry {
    /// The habit.
    pub does: diag_sdk::case::product::Habit,
    /// Where that was read.
    pub source: String,
}

/// One of the clouds a product runs in.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cloud {
    /// Its hosts; `*.example.com` for all below a domain.
    pub hosts: Vec<String>,
    /// The host at which people sign in to it; none where each tenant has its own.
    #[serde(default)]
    pub login: Option<String>,
    /// Codes by which it is said that what was asked for lives in this cloud.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Words by which the product's sentences say so, any letter case.
    #[serde(default)]
    pub names: Vec<String>,
    /// Where that was read.
    pub source: String,
}

/// How to get something diag reads.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// What it is.
    pub what: Wanted,
    /// What it is called, where this product has its own name for it.
    #[serde(default)]
    pub name: Option<String>,
    /// How one gets it: address, menu path or command.
    pub how: String,
    /// The same step by step, for somebody who has never done it.
    #[serde(default)]
    pub steps: Vec<String>,
    /// What the file may be called.
    #[serde(default)]
    pub file: Option<String>,
    /// Where that was read.
    #[serde(default)]
    pub source: String,
}

/// What an export is: an input by its name, or one of the two that are no input of a single product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "kebab-case",
    untagged,
    expecting = "expected log, configuration, or an input such as idp-metadata, sp-metadata, idp-metadata-in-sp or sp-metadata-in-idp"
)]
pub enum Wanted {
    /// An input a check can use.
    Input(Need),
    /// Something else of the product.
    Other(Kept),
}

/// What a product keeps that is no input by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// The log that tells why a response was refused.
    Log,
    /// Its configuration.
    Configuration,
}

/// Words a fix needs at this product.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// The check.
    pub check: String,
    /// The setting of the cause it belongs to.
    pub setting: Setting,
    /// A sentence that follows the cause's own.
    #[serde(default)]
    pub text: Option<String>,
    /// A sentence that follows the fix's own.
    #[serde(default)]
    pub fix: Option<String>,
    /// What is chosen or entered there, in this product's own words, where the check names no value.
    #[serde(default)]
    pub value: Option<String>,
    /// Where that was read.
    #[serde(default)]
    pub source: String,
}

/// How numbered codes are written.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CodeShape {
    /// What stands before the digits.
    pub prefix: String,
    /// Fewest digits.
    pub digits: usize,
    /// The maker's page for a code, `{number}` for its digits.
    #[serde(default)]
    pub page: Option<String>,
}

/// A numbered code.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// As it is written, prefix and digits.
    pub code: String,
    /// The maker's name for it.
    #[serde(default)]
    pub name: Option<String>,
    /// What it means, as a meaning.
    #[serde(default)]
    pub means: Meaning,
    /// What it is about.
    #[serde(default)]
    pub class: diag_sdk::case::product::CodeClass,
    /// What it means, in words.
    pub text: String,
    /// What to do.
    #[serde(default)]
    pub fix: String,
    /// Who acts, where that is not who acts on all codes of its class.
    #[serde(default)]
    pub who: Option<Who>,
    /// The setting, where it is not that of all codes of its class.
    #[serde(default)]
    pub setting: Option<Setting>,
    /// Where that was read.
    #[serde(default)]
    pub source: String,
}
