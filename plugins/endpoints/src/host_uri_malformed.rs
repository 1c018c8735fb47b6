//! A host URI that is more, or less, than scheme and host.

use diag_sdk::address::Address;
use diag_sdk::view::EntryPoint;
use diag_sdk::{
    Account, Case, CauseData, Difference, Finding, Findings, Meaning, Need, Reference, Setting,
    Severity, Sited, Stage, Who, check,
};

static NOT_A_HOST: CauseData = CauseData {
    text: "The host URI was entered with a path or slash, without its scheme, or not as a URI at all",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Enter scheme and host name only",
};
static IDP_URL: CauseData = CauseData {
    text: "A URL of the identity provider was entered as the service provider's own host URI",
    who: Who::Sp,
    setting: Setting::SpHostUri,
    fix: "Enter the URI of the service provider itself: scheme and the host name people type",
};

check! {
    /// The host URI of the virtual proxy is not just scheme and host.
    ///
    /// The service provider builds its consumer service URL from the host URI: it appends port, prefix
    /// and `/samlauthn/`. A trailing slash makes a doubled slash, a path ends up in the middle, a missing
    /// scheme gives no URL at all, and the identity provider's own address entered here sends the
    /// response back to the identity provider.
    ///
    /// ## Fails
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example/azure/", "samlEntityId": "https://sense.example"}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json virtualproxyconfig
    /// {"prefix": "azure", "description": "Azure", "authenticationMethod": 3,
    ///  "samlHostUri": "https://sense.example", "samlEntityId": "https://sense.example"}
    /// ```
    pub(crate) static HOST_URI_MALFORMED = {
        id: "endpoints/host-uri-malformed",
        title: "The host URI is not just scheme and host",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Configuration,
        needs: [Need::Virtualproxyconfig],
        explains: ["endpoints/acs-differs-from-sp-metadata", "endpoints/acs-insecure", "endpoints/acs-not-registered", "endpoints/entity-id-differs-from-host-uri", "hosts/host-differs-between-sides", "hosts/host-not-in-allow-list", "hosts/host-uri-differs-from-browser"],
        accounts: [Account::sp(&[Meaning::Acs, Meaning::Destination, Meaning::Scheme, Meaning::HostHeader]), Account::idp(&[Meaning::Acs, Meaning::Destination, Meaning::Scheme, Meaning::HostHeader]), Account::between(&[Meaning::Acs, Meaning::Destination, Meaning::Scheme, Meaning::HostHeader])],
        causes: [NOT_A_HOST, IDP_URL],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24"),
            Reference::page("https://help.qlik.com/en-US/sense-admin", "2026-11-24").about("SAML host URI"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for entry in case.saml_entry_points() {
        let unset = entry.host_uri_unset.as_ref();
        let unset = unset.map(|place| Sited::new(String::new(), place.clone()));
        let Some(host_uri) = entry.host_uri.as_ref().or(unset.as_ref()) else { continue };
        if let Some((fault, difference)) = fault(case, &host_uri.value) {
            out.push(describe(&entry, host_uri, &fault, difference));
        }
    }
}

/// What is wrong with a host URI.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Empty,
    NotAbsolute,
    Scheme,
    Padded,
    Slash,
    Path,
    Idp,
}

fn fault(case: &Case, value: &str) -> Option<(Fault, Difference)> {
    if value.trim().is_empty() {
        return Some((Fault::Empty, Difference::Unrelated));
    }
    if value.trim() != value || value.contains(char::is_whitespace) {
        return Some((Fault::Padded, Difference::Whitespace));
    }
    let Some(address) = Address::parse(value) else {
        let fault = if value.contains("://") { Fault::Scheme } else { Fault::NotAbsolute };
        return Some((fault, Difference::Scheme));
    };
    if case.is_declared_idp_host(&address.host) {
        return Some((Fault::Idp, Difference::Host));
    }
    if address.path == "/" && address.query.is_none() && !value.contains('#') {
        return value.ends_with('/').then_some((Fault::Slash, Difference::TrailingSlash));
    }
    Some((Fault::Path, Difference::Path))
}

fn describe(
    entry: &EntryPoint<'_>,
    host_uri: &Sited<String>,
    fault: &Fault,
    difference: Difference,
) -> Finding {
    let (message, detail) = match fault {
        Fault::Empty => {
            ("The host URI is empty", "The service provider cannot build its consumer service URL.")
        }
        Fault::NotAbsolute => (
            "The host URI has no scheme",
            "Without https:// it is no URI, and the consumer service URL built from it is none either.",
        ),
        Fault::Scheme => (
            "The host URI is not an http or https URI",
            "The consumer service URL is built from it, and browsers post to http and https only.",
        ),
        Fault::Padded => (
            "The host URI contains white space",
            "White space ends up in the consumer service URL.",
        ),
        Fault::Slash => (
            "The host URI ends in a slash",
            "Port and prefix are appended to it, which makes another URL than the one registered.",
        ),
        Fault::Path => (
            "The host URI has a path",
            "Port, prefix and /samlauthn/ are appended to it, which makes another URL than the one registered.",
        ),
        Fault::Idp => (
            "The host URI is the identity provider's URL",
            "The service provider would have its responses sent to the identity provider itself.",
        ),
    };
    let detail = if entry.case.signed_in() {
        "The capture shows a sign-in that worked nevertheless."
    } else {
        detail
    };
    let right = (*fault != Fault::Idp).then(|| corrected(&host_uri.value)).flatten();
    let mut finding = entry
        .fault(message)
        .detail(detail)
        .actual_sited(host_uri, format!("host URI of {}", entry.name));
    if let Some(right) = &right {
        finding = finding.expected(right, "scheme and host name only").difference(difference);
    }
    let data = if *fault == Fault::Idp { &IDP_URL } else { &NOT_A_HOST };
    finding.because_at(data, entry, right.as_deref())
}

/// Scheme, host and (where one is written) a port that is not the scheme's own.
fn corrected(value: &str) -> Option<String> {
    let squeezed: String = value.split_whitespace().collect();
    let with_scheme =
        if squeezed.contains("://") { squeezed } else { format!("https://{squeezed}") };
    let address = Address::parse(&with_scheme)?;
    let own = if address.scheme == "http" { 80 } else { 443 };
    let port = if address.port == own { String::new() } else { format!(":{}", address.port) };
    Some(format!("{}://{}{port}", address.scheme, address.host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::testing::{SSO_URL, attempt, entry_point_with, findings, idp_metadata, levels};

    #[test]
    fn only_scheme_and_host_will_do() {
        let metadata = vec![idp_metadata("d1", HeldBy::Publisher, &[])];
        let case = Case { metadata, products: diag_sdk::testing::products(), ..Case::default() };
        for (value, expected) in [
            ("https://sense.example", None),
            ("https://sense.example:4443", None),
            ("http://sense.example", None),
            ("https://sense.example/", Some(Fault::Slash)),
            ("https://sense.example/azure", Some(Fault::Path)),
            ("https://sense.example?x=1", Some(Fault::Path)),
            ("sense.example", Some(Fault::NotAbsolute)),
            ("/azure", Some(Fault::NotAbsolute)),
            ("ftp://sense.example", Some(Fault::Scheme)),
            ("https://sense.example ", Some(Fault::Padded)),
            ("", Some(Fault::Empty)),
            (SSO_URL, Some(Fault::Idp)),
            ("https://login.microsoftonline.com/t/saml2", Some(Fault::Idp)),
        ] {
            assert_eq!(fault(&case, value).map(|(fault, _)| fault), expected, "{value}");
        }
    }

    #[test]
    fn the_right_value_is_offered() {
        for (value, right) in [
            ("https://sense.example/", Some("https://sense.example")),
            ("https://sense.example:443/azure/", Some("https://sense.example")),
            ("https://sense.example:4443/", Some("https://sense.example:4443")),
            ("sense.example", Some("https://sense.example")),
            (" https://sense.example", Some("https://sense.example")),
            ("", None),
        ] {
            assert_eq!(corrected(value).as_deref(), right, "{value}");
        }
    }

    #[test]
    fn a_sign_in_that_works_makes_it_a_warning() {
        let mut case =
            entry_point_with(|entry| entry.host_uri = Some("https://sense.example/".into()));
        attempt(&mut case, Outcome::SignedIn);
        assert_eq!(levels(&HOST_URI_MALFORMED, &case), [Severity::Warning]);
        case.attempts.clear();
        let found = findings(&HOST_URI_MALFORMED, &case);
        assert_eq!(
            (found[0].severity, found[0].causes[0].value.as_deref()),
            (Severity::Error, Some("https://sense.example"))
        );
    }
}
