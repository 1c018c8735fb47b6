//! The Case: everything core found out, as plain facts.
//!
//! Core does what is hard (tolerant reading, decoding, canonicalisation, cryptography, joining)
//! and writes it down here with the place it stands at. The Case serialises to JSON and back; a
//! loaded plugin gets exactly this.

pub mod assertion;
pub mod attempt;
pub mod certificate;
pub mod evidence;
pub mod exchange;
pub mod expectation;
pub mod input;
pub mod judgement;
pub mod message;
pub mod metadata;
pub mod place;
pub mod product;
pub mod registration;
pub mod signature;
pub mod sp_configuration;
pub mod witness;

use crate::need::Need;
use crate::vendor::Vendor;
use attempt::{Attempt, Clock, LostCookie};
use certificate::Certificate;
use exchange::{Exchange, Phrase};
use expectation::Expectation;
use input::{BrokenDocument, Crossed, HeldBy, Input, InputKind};
use jiff::Timestamp;
use judgement::Failure;
use message::{Message, MessageKind};
use metadata::Metadata;
use product::{ProductFacts, VendorCode};
use registration::{IdpRegistration, RegistrationObject};
use sp_configuration::{KeyStore, ProxyService, SpConfiguration};
use witness::Witness;

words! {
    /// Where the moment of judgement comes from.
    pub enum JudgedBy {
        /// The clock: there was no capture.
        Now,
        /// The capture's own time.
        Capture,
        /// `--at`.
        Option,
    }
}

facts! {
    /// Everything known about one sign-in that does (or does not) work.
    pub struct Case {
        /// Schema of this document.
        pub schema: String,
        /// The moment at which configuration and certificates are judged; messages are judged at their own delivery.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub judged_at: Option<Timestamp>,
        /// Where that moment comes from.
        pub judged_by: JudgedBy,
        /// What was handed in.
        pub inputs: Vec<Input>,
        /// Bounds that were crossed: of what lies beyond them nothing is known.
        pub crossed: Vec<Crossed>,
        /// Documents that should have been metadata and could not be used.
        pub broken_documents: Vec<BrokenDocument>,
        /// Metadata entities of either side.
        pub metadata: Vec<Metadata>,
        /// How identity providers know the service provider.
        pub registrations: Vec<IdpRegistration>,
        /// How the service provider is configured.
        pub sp_configurations: Vec<SpConfiguration>,
        /// Proxies that serve entry points.
        pub proxies: Vec<ProxyService>,
        /// Homes of private keys.
        pub key_stores: Vec<KeyStore>,
        /// What lines of logs say that count here, each meaning once.
        pub log_phrases: Vec<Phrase>,
        /// Lines of logs that say something known, each with its time, in the order they were written.
        pub witnesses: Vec<Witness>,
        /// Exchanges, in time order over all captures.
        pub exchanges: Vec<Exchange>,
        /// SAML messages.
        pub messages: Vec<Message>,
        /// Attempts to sign in or out.
        pub attempts: Vec<Attempt>,
        /// What failed, attempt by attempt.
        pub failures: Vec<Failure>,
        /// Clocks of the hosts seen.
        pub clocks: Vec<Clock>,
        /// Cookies set and not sent back.
        pub lost_cookies: Vec<LostCookie>,
        /// What the exporter of a capture removed: `cookies`, `bodies`, `post-data`, `headers`; what a tool that cleans captures
        /// put marks in place of: `cookie-values`, `messages` (SAML messages or values in them), `signatures`.
        pub removed_by_exporter: Vec<String>,
        /// Other sign-in protocols the capture contains: `openid-connect`, `ws-federation`, `kerberos`, …
        pub other_protocols: Vec<String>,
        /// Loose certificates that were handed in.
        pub certificates: Vec<Certificate>,
        /// A decryption key was given.
        pub has_decryption_key: bool,
        /// What is known of the products that take part.
        pub products: Vec<ProductFacts>,
        /// Vendors' codes that were met, and what is known of them.
        pub codes: Vec<VendorCode>,
        /// What a team expects of its own sign-in (`[expect]`, `--expect`).
        pub expectations: Vec<Expectation>,
        /// Product of the identity provider, where known from exports, entityID or host.
        pub idp_vendor: Vendor,
        /// Product of the service provider, where known.
        pub sp_vendor: Vendor,
    }
}

impl Case {
    /// Whether an input of that kind is there.
    pub fn has(&self, need: Need) -> bool {
        let kind = |wanted: InputKind| self.inputs.iter().any(|input| input.kind == wanted);
        let object = |wanted: RegistrationObject| {
            self.registrations.iter().any(|registration| registration.objects.contains(&wanted))
        };
        match need {
            Need::Capture => !self.exchanges.is_empty() || !self.messages.is_empty(),
            Need::IdpMetadata => {
                self.idp_metadata(HeldBy::Publisher).next().is_some()
                    || self.broken(HeldBy::Publisher)
            }
            // Whatever stands at that place was handed in, be it the wrong document.
            Need::IdpMetadataInSp => {
                self.metadata.iter().any(|metadata| metadata.held_by == HeldBy::Sp)
                    || self.broken(HeldBy::Sp)
            }
            Need::SpMetadata => {
                // One without any role is the service provider's by its name.
                self.metadata.iter().any(|metadata| {
                    metadata.held_by == HeldBy::Publisher
                        && (metadata.sp.is_some()
                            || metadata.idp.is_none() && self.sp_goes_by(&metadata.entity_id))
                }) || self.broken(HeldBy::Publisher)
            }
            Need::SpMetadataInIdp => {
                self.metadata.iter().any(|metadata| metadata.held_by == HeldBy::Idp)
                    || self.broken(HeldBy::Idp)
            }
            Need::Virtualproxyconfig => !self.sp_configurations.is_empty(),
            Need::Proxyservice => !self.proxies.is_empty(),
            Need::Application => object(RegistrationObject::Application),
            Need::ServicePrincipal => object(RegistrationObject::ServicePrincipal),
            Need::TokenIssuancePolicies => kind(InputKind::TokenIssuancePolicies),
            Need::ClaimsMappingPolicies => kind(InputKind::ClaimsMappingPolicies),
            Need::Certutil => !self.key_stores.is_empty(),
            Need::ProxyLog => kind(InputKind::ProxyLog),
            Need::ServerLog => kind(InputKind::ServerLog),
            Need::DecryptionKey => self.has_decryption_key,
            Need::Expectations => !self.expectations.is_empty(),
        }
    }

    fn broken(&self, held_by: HeldBy) -> bool {
        self.broken_documents.iter().any(|document| document.held_by == held_by)
    }

    /// Metadata entities with an identity provider in them (or meant to have one), by holder.
    pub fn idp_metadata(&self, held_by: HeldBy) -> impl Iterator<Item = &Metadata> {
        self.metadata.iter().filter(move |metadata| {
            metadata.held_by == held_by && (metadata.idp.is_some() || metadata.sp.is_none())
        })
    }

    /// Metadata entities with a service provider in them, by holder.
    pub fn sp_metadata(&self, held_by: HeldBy) -> impl Iterator<Item = &Metadata> {
        self.metadata
            .iter()
            .filter(move |metadata| metadata.held_by == held_by && metadata.sp.is_some())
    }

    /// Registrations that concern this sign-in.
    pub fn relevant_registrations(&self) -> impl Iterator<Item = &IdpRegistration> {
        self.registrations.iter().filter(|registration| registration.relevant)
    }

    /// Where the identity provider publishes its metadata with the application's own certificate, as
    /// far as the exports tell. A tenant that is given must be the application's: elsewhere its id leads nowhere.
    pub fn metadata_url(&self, tenant: Option<&str>) -> Option<String> {
        let registration =
            self.relevant_registrations().find(|registration| registration.app_id.is_some())?;
        let app_id = registration.app_id.as_deref()?;
        let published = self.product(registration.vendor)?.metadata_url.as_deref()?;
        let own = registration.tenant.as_ref().map(|tenant| tenant.value.as_str());
        let tenant = tenant.or(own)?;
        own.is_none_or(|own| own.eq_ignore_ascii_case(tenant)).then_some(())?;
        let whole = published.replace("{tenant}", tenant).replace("{application}", app_id);
        if whole.contains("{host}") {
            Some(whole.replace("{host}", &self.login_host(registration.vendor)?))
        } else {
            Some(whole)
        }
    }

    /// Entry points of the service provider that concern this sign-in.
    pub fn relevant_configurations(&self) -> impl Iterator<Item = &SpConfiguration> {
        self.sp_configurations.iter().filter(|configuration| configuration.relevant)
    }

    /// Messages of one kind.
    pub fn messages_of(&self, kind: MessageKind) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(move |message| message.kind == kind)
    }

    /// All there is of messages are assertions that stand alone in files.
    pub fn only_assertions_alone(&self) -> bool {
        let alone =
            |message: &Message| message.kind == MessageKind::Other && message.root == "Assertion";
        !self.messages.is_empty() && self.exchanges.is_empty() && self.messages.iter().all(alone)
    }

    /// A message by its id in this Case.
    pub fn message(&self, id: &str) -> Option<&Message> {
        // Ids count the messages in the order they stand here; only where they do not, all are searched.
        let number: Option<usize> = id.strip_prefix('m').and_then(|number| number.parse().ok());
        let counted = number
            .and_then(|number| self.messages.get(number.checked_sub(1)?))
            .filter(|message| message.id == id);
        counted.or_else(|| self.messages.iter().find(|message| message.id == id))
    }

    /// The attempt a message belongs to.
    pub fn attempt_of(&self, message: &str) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| {
            attempt.request.as_deref() == Some(message)
                || attempt.response.as_deref() == Some(message)
        })
    }

    /// A service provider configuration by its id in this Case.
    pub fn configuration(&self, id: &str) -> Option<&SpConfiguration> {
        self.sp_configurations.iter().find(|configuration| configuration.id == id)
    }

    /// Somebody signed in and got where they wanted: what was used for it works.
    pub fn signed_in(&self) -> bool {
        self.attempts.iter().any(|attempt| {
            attempt.kind == attempt::AttemptKind::SignIn
                && attempt.outcome == attempt::Outcome::SignedIn
        })
    }

    /// For people: the path of an input.
    pub fn path_of<'a>(&'a self, input: &'a str) -> &'a str {
        self.inputs
            .iter()
            .find(|known| known.id == input)
            .map_or(input, |known| known.path.as_str())
    }

    /// For people: the file name of an input, without its folders.
    pub fn file_of<'a>(&'a self, input: &'a str) -> &'a str {
        self.path_of(input).rsplit(['/', '\\']).next().unwrap_or(input)
    }
}
