//! What is known of the products that take part, as far as checks judge by it. It comes from the product
//! files; a check asks for a habit or a demand, never for a product.

use super::Case;
use super::exchange::Exchange;
use crate::finding::{Cause, Who};
use crate::meaning::Meaning;
use crate::setting::Setting;
use crate::vendor::Vendor;

words! {
    /// What a product does, documented, that decides how a difference is judged.
    pub enum Habit {
        /// It sends its requests by HTTP-Redirect.
        AsksByRedirect,
        /// As service provider: it verifies the assertion's signature and does not use the response's.
        IgnoresResponseSignature,
        /// As service provider: it does not look at the dates of the certificate it verifies with.
        IgnoresCertificateDates,
        /// As service provider: it verifies responses signed with SHA-1.
        TakesSha1,
        /// As service provider: it never signs its requests.
        NeverSigns,
        /// As service provider: it cannot read encrypted assertions.
        NeverDecrypts,
        /// As identity provider: it refuses requests signed with SHA-1 unless it is told otherwise for an application, and
        /// may tell no more than that it could not answer.
        DemandsSha256,
        /// As service provider: its sign-ins start at itself, and a response nobody asked for may be refused.
        StartsSignIns,
        /// As service provider: it takes no response that nobody asked for, and has no setting for it.
        RefusesUnsolicited,
        /// As service provider: it keeps people out who have no licence of its own, whatever is sent of them.
        WantsLicence,
        /// As service provider: it refuses an assertion in clear text on an unencrypted connection.
        RefusesClearTextOverHttp,
        /// As service provider: roles of other protocols have to go from the metadata it loads.
        WantsMetadataWithoutOtherRoles,
        /// As service provider: it makes the person's name of a directory and a user id.
        NamesPeopleByDirectory,
        /// As identity provider: it has tenants, and the same application may be known in another one.
        HasTenants,
        /// As identity provider: an entityID that is no URI comes back with `spn:` before it.
        PrefixesAudience,
        /// As identity provider: it goes on signing with a certificate that has expired, and where another one of the
        /// application is valid it signs with that one, be it active or not.
        SignsPastExpiry,
    }

    /// What a vendor's code is about.
    pub enum CodeClass {
        /// Registration of the application, or the service provider's configuration.
        Configuration,
        /// The request itself.
        Request,
        /// Signature of the request, or its certificates.
        Signing,
        /// Claims could not be built.
        Claims,
        /// A policy of the tenant.
        Policy,
        /// The person's account or credentials.
        User,
        /// An identity provider behind this one.
        Upstream,
        /// Signing out.
        Logout,
        /// Clocks and expiry.
        Time,
        /// The same sign-in over and over.
        Loop,
        /// A normal question or interruption on the way.
        Interrupt,
        /// The sign-in service itself.
        Service,
    }
}

facts! {
    /// A product that takes part.
    pub struct ProductFacts {
        /// Its id.
        pub id: Vendor,
        /// Its name.
        pub name: String,
        /// It stands between the parties: a proxy, balancer or firewall.
        pub gateway: bool,
        /// What it does.
        #[serde(deserialize_with = "crate::facts::only_known")]
        pub habits: Vec<Habit>,
        /// NameID formats it serves, where it serves no others.
        pub name_id_formats: Vec<String>,
        /// Attributes it always demands.
        pub demands: Vec<Demanded>,
        /// Where it writes why it refused a response.
        pub log: Option<String>,
        /// Hosts whose first path segment names a tenant.
        pub tenant_hosts: Vec<String>,
        /// Hosts of its entityIDs: whoever goes by one of their names is an identity provider of it.
        pub issuer_hosts: Vec<String>,
        /// Where it publishes the metadata of an application; `{host}` stands for the log-in host of the cloud, `{tenant}`
        /// and `{application}` for their ids.
        pub metadata_url: Option<String>,
        /// The clouds it runs in, where there are several.
        pub clouds: Vec<Cloud>,
        /// Hosts at which it signs people in, where it is nothing but an identity provider.
        pub sign_in_hosts: Vec<String>,
        /// Cryptographic providers in which the private key of its certificate must be, where it takes no others.
        pub key_providers: Vec<String>,
        /// What it puts behind a host in whose place it stands.
        pub stands_in: Vec<String>,
        /// Names of attributes in which it gives a link where the groups themselves are too many.
        pub group_links: Vec<String>,
    }

    /// One of the clouds a product runs in, each with hosts of its own.
    pub struct Cloud {
        /// Its hosts; `*.example.com` for all below a domain.
        pub hosts: Vec<String>,
        /// The host at which people sign in to it; none where each tenant has its own.
        pub login: Option<String>,
        /// Codes by which it is said that what was asked for lives in this cloud.
        pub codes: Vec<String>,
        /// Words by which the product's sentences say so.
        pub names: Vec<String>,
    }

    /// An attribute a product always demands.
    pub struct Demanded {
        /// Its names; any one of them will do.
        pub attribute: Vec<String>,
        /// What the product does with it.
        pub why: String,
    }

    /// A vendor's code that was met, and what is known of it.
    pub struct VendorCode {
        /// As it was met, prefix and digits.
        pub code: String,
        /// The product that numbers so.
        pub vendor: Vendor,
        /// The product's name.
        pub product: String,
        /// The vendor's name for the code.
        pub name: Option<String>,
        /// What it means, in words; empty where the code is not known.
        pub text: String,
        /// What to do.
        pub fix: String,
        /// What it means, as a meaning.
        pub meaning: Meaning,
        /// What it is about; null where the code is not known.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub class: Option<CodeClass>,
        /// The vendor's page about it.
        pub page: Option<String>,
        /// Who acts, where that is not who acts on all codes of its class.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub who: Option<Who>,
        /// The setting, where it is not that of all codes of its class.
        #[serde(deserialize_with = "crate::facts::if_known")]
        pub setting: Option<Setting>,
    }
}

impl VendorCode {
    /// Who has to act, and on which setting: as its vendor's file says of this code, else as of all of its class.
    pub fn acts(&self) -> (Who, Setting) {
        let (who, setting) = match self.class.unwrap_or_default() {
            CodeClass::User | CodeClass::Interrupt => (Who::User, Setting::Browser),
            CodeClass::Policy => (Who::Idp, Setting::IdpPolicy),
            CodeClass::Claims => (Who::Idp, Setting::IdpClaims),
            CodeClass::Signing => (Who::Idp, Setting::IdpRequestVerification),
            CodeClass::Time => (Who::Sp, Setting::SpClock),
            CodeClass::Request | CodeClass::Loop => (Who::Sp, Setting::SpRequest),
            CodeClass::Logout => (Who::Sp, Setting::SpLogout),
            CodeClass::Upstream => (Who::Idp, Setting::IdpFederation),
            CodeClass::Configuration | CodeClass::Service => (Who::Idp, Setting::Unspecified),
        };
        (self.who.unwrap_or(who), self.setting.unwrap_or(setting))
    }

    /// The code's own cause: its words, who acts, and where.
    pub fn cause(&self, case: &Case) -> Cause {
        let (who, setting) = self.acts();
        let (text, fix) = (self.text.clone(), self.fix.clone());
        let vendor = if who == Who::Sp { case.sp_product() } else { self.vendor };
        Cause { text, who, setting: Some(setting), vendor, fix, ..Cause::default() }
    }
}

impl Case {
    /// What is known of a product that takes part.
    pub fn product(&self, vendor: Vendor) -> Option<&ProductFacts> {
        self.products.iter().find(|product| product.id == vendor)
    }

    /// The proxy, balancer or firewall that an answer shows itself to come through or from.
    pub fn gateway_at(&self, exchange: &Exchange) -> Option<&ProductFacts> {
        exchange
            .products
            .iter()
            .filter_map(|vendor| self.product(*vendor))
            .find(|product| product.gateway)
    }

    /// The product has the habit.
    pub fn has_habit(&self, vendor: Vendor, habit: Habit) -> bool {
        self.product(vendor).is_some_and(|product| product.habits.contains(&habit))
    }

    /// The service provider's product has the habit.
    pub fn sp_has_habit(&self, habit: Habit) -> bool {
        self.has_habit(self.sp_vendor, habit)
    }

    /// The identity provider's product has the habit.
    pub fn idp_has_habit(&self, habit: Habit) -> bool {
        self.has_habit(self.idp_vendor, habit)
    }

    /// The name of a product, for a sentence: its own, or else the words given.
    pub fn product_name<'a>(&'a self, vendor: Vendor, otherwise: &'a str) -> &'a str {
        self.product(vendor).map_or(otherwise, |product| product.name.as_str())
    }

    /// The vendor's own page about a code that was met.
    pub fn page_of_code(&self, code: &str) -> Option<&str> {
        self.codes.iter().find(|known| known.code.eq_ignore_ascii_case(code))?.page.as_deref()
    }

    /// What is known of a vendor's code that was met.
    pub fn code(&self, code: &str) -> Option<&VendorCode> {
        self.codes
            .iter()
            .find(|known| known.code.eq_ignore_ascii_case(code))
            .filter(|known| known.class.is_some())
    }
}
